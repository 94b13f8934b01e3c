// SPDX-License-Identifier: Apache-2.0
// Match specifications without a table: compiled ones are references; running them over lists; and
// erlang:match_spec_test/3.
#include "bif/bif_ets.h"
#include "ets/match.h"
#include "term/ref.h"

term bif_match_spec_compile(struct process *p, term *a) {
  (void)p;
  struct match_program *m;
  enum match_error error = match_compile(a[0], MATCH_TABLE, NULL, &m);
  if (error == MATCH_BAD) return ets_badarg(NV);
  struct refc *r = error ? NULL : match_resource_new(m);
  return r ? ref_magic(HEAP, r) : bif_system_limit();
}

term bif_is_compiled_ms(struct process *p, term *a) {
  (void)p;
  return make_bool(match_of(a[0]) != NULL);
}

enum { RUNS_AT_ONCE = 2000 };

// match_spec_run_r(List, Compiled, Acc): a[0] is the rest of the list, a[2] the results so far.
term bif_match_spec_run_r(struct process *p, term *a) {
  (void)p;
  struct match_program *m = match_of(a[1]);
  if (!m) return ets_badarg(NV);
  u32 n = 0;
  for (; is_cons(a[0]) && n < RUNS_AT_ONCE; a[0] = tl(a[0]), n++) {
    term result = match_run(m, hd(a[0]), NULL);
    if (result == NV) continue;
    result = copy_term(HEAP, result);
    if (result == NV) return bif_system_limit();
    a[2] = cons(HEAP, result, a[2]);
  }
  match_done();
  bif_bump(n / 2);
  if (is_cons(a[0])) return bif_yield();
  return a[0] == NIL ? a[2] : ets_badarg(NV);
}

// {error, [{error, "Text"}]}
static term errors(const struct bytes *text) {
  term string = NIL;
  for (size_t i = text->len; i-- > 0;) string = cons(HEAP, make_small(text->data[i]), string);
  return tuple2(HEAP, ATOM_error, cons(HEAP, tuple2(HEAP, ATOM_error, string), NIL));
}

static term test_result(struct match_program *m, term subject, bool trace) {
  struct match_result r = {0, NV};
  term value = match_run(m, subject, &r);
  if (value == NV) value = ATOM_false;
  else if (trace) value = r.message == NV ? ATOM_true : r.message;
  value = copy_term(HEAP, value);
  match_done();
  if (value == NV) return bif_system_limit();
  term flags = NIL;
  if (r.flags & MATCH_EXCEPTION_TRACE) flags = cons(HEAP, ATOM_exception_trace, flags);
  if (r.flags & MATCH_RETURN_TRACE) flags = cons(HEAP, ATOM_return_trace, flags);
  return tuple4(HEAP, ATOM_ok, value, flags, NIL);
}

term bif_match_spec_test(struct process *p, term *a) {
  (void)p;
  bool trace = a[2] == ATOM_trace;
  u32 n;
  if ((!trace && a[2] != ATOM_table) || (trace && !bif_list_length(a[0], &n))) return bif_badarg();
  struct bytes text;
  bytes_init(&text);
  struct match_program *m = NULL;
  enum match_error error = match_compile(a[1], trace ? MATCH_TRACE : MATCH_TABLE, &text, &m);
  term result;
  if (error == MATCH_NO_MEMORY) result = bif_system_limit();
  else if (error == MATCH_BAD) result = errors(&text);
  else result = test_result(m, a[0], trace);
  bytes_free(&text);
  if (m) match_free(m);
  return result;
}
