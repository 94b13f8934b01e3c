// SPDX-License-Identifier: Apache-2.0
// Numbers at the beginning of a text, with the rest of the text (string:to_integer and similar functions build on
// these); and small BIFs that releases 26 to 29 call.
#include "bif/bif.h"
#include "bif/bif_process.h"
#include "gen/bifs.h"
#include "term/print.h"

static term error_pair(term what) { return tuple2(HEAP, ATOM_error, what); }

static i64 character(term list) { return is_cons(list) && is_small(hd(list)) ? small_val(hd(list)) : -1; }

static int digit_value(i64 c) {
  if (c >= '0' && c <= '9') return (int)(c - '0');
  if (c >= 'a' && c <= 'z') return (int)(c - 'a') + 10;
  if (c >= 'A' && c <= 'Z') return (int)(c - 'A') + 10;
  return 36;
}

// Takes a sign and digits of the base from the list; *rest is what follows. A sign alone is not taken.
static bool take_integer(term list, u32 base, struct bytes *text, term *rest) {
  bytes_init(text);
  if (character(list) == '-' || character(list) == '+') {
    bytes_put(text, (u8)character(list));
    list = tl(list);
  }
  size_t signs = text->len;
  for (; is_cons(list) && digit_value(character(list)) < (int)base; list = tl(list))
    bytes_put(text, (u8)character(list));
  *rest = list;
  return text->len > signs;
}

// Returns {Integer, Rest}, or the atom that says why there is no integer.
static term prefix_integer(term list, u32 base) {
  struct bytes text;
  term rest;
  if (!is_cons(list)) return is_nil(list) ? ATOM_no_integer : ATOM_not_a_list;
  bool some = take_integer(list, base, &text, &rest);
  term n = some && !text.failed ? num_parse_int(HEAP, text.data, text.len, base) : NV;
  bool failed = text.failed;
  bif_bump((u32)(text.len / 64));
  bytes_free(&text);
  if (!some) return ATOM_no_integer;
  return n == NV || failed ? bif_system_limit() : tuple2(HEAP, n, rest);
}

term bif_prefix_list_to_integer_2(struct process *p UNUSED, term *a) {
  i64 base;
  return bif_small(a[1], 2, 36, &base) ? prefix_integer(a[0], (u32)base) : ATOM_badarg;
}

term bif_string_list_to_integer_1(struct process *p UNUSED, term *a) {
  term t = prefix_integer(a[0], 10);
  return is_atom(t) ? error_pair(t) : t;
}

// Parses a whole binary; returns an atom with the reason when it is no integer.
term bif_prefix_binary_to_integer_2(struct process *p UNUSED, term *a) {
  i64 base;
  size_t n;
  u8 *copy = NULL;
  const u8 *text = bif_small(a[1], 2, 36, &base) && is_binary(a[0]) ? binary_bytes(a[0], &n, &copy) : NULL;
  if (!text) return ATOM_badarg;
  term t = num_parse_int(HEAP, text, n, (u32)base);
  if (copy) mem_free(copy, n, MEM_SYSTEM);
  if (t != NV) return t;
  return num_limit_hit() ? bif_system_limit() : ATOM_badarg;
}

static term take_digits(term list, struct bytes *text, size_t *count) {
  size_t before = text->len;
  for (; character(list) >= '0' && character(list) <= '9'; list = tl(list)) bytes_put(text, (u8)character(list));
  *count = text->len - before;
  return list;
}

// Takes: sign, digits, point (or comma), digits, and optionally e, sign, digits. NV: no float begins here.
static term take_float(term list, struct bytes *text) {
  size_t n;
  if (character(list) == '-' || character(list) == '+') {
    bytes_put(text, (u8)character(list));
    list = tl(list);
  }
  list = take_digits(list, text, &n);
  if (n == 0 || (character(list) != '.' && character(list) != ',')) return NV;
  bytes_put(text, '.');
  list = take_digits(tl(list), text, &n);
  if (n == 0) return NV;
  if (character(list) != 'e' && character(list) != 'E') return list;
  size_t mantissa = text->len;
  term exponent = tl(list);
  bytes_put(text, 'e');
  if (character(exponent) == '-' || character(exponent) == '+') {
    bytes_put(text, (u8)character(exponent));
    exponent = tl(exponent);
  }
  exponent = take_digits(exponent, text, &n);
  if (n > 0) return exponent;
  text->len = mantissa; // what follows is no exponent
  return list;
}

term bif_string_list_to_float_1(struct process *p UNUSED, term *a) {
  struct bytes text;
  double d = 0;
  if (!is_cons(a[0])) return error_pair(is_nil(a[0]) ? ATOM_no_float : ATOM_not_a_list);
  bytes_init(&text);
  term rest = take_float(a[0], &text);
  bool valid = rest != NV && !text.failed && num_parse_float(text.data, text.len, &d);
  bytes_free(&text);
  if (!valid) return error_pair(ATOM_no_float);
  term f = float_make(HEAP, d);
  return tuple2(HEAP, f, rest);
}

// erts_internal:term_to_string(Term, undefined | Limit)
term bif_term_to_string_2(struct process *p UNUSED, term *a) {
  struct bytes text;
  i64 limit = SMALL_MAX;
  if (a[1] != ATOM_undefined && !bif_small(a[1], 0, SMALL_MAX, &limit)) return bif_badarg();
  bytes_init(&text);
  print_term(&text, a[0], limit > 1 << 24 ? 1 << 24 : (u32)limit);
  term list = NIL;
  bool failed = text.failed;
  for (size_t i = text.len; i > 0; i--) list = cons(HEAP, make_small(text.data[i - 1]), list);
  bytes_free(&text);
  return failed ? bif_system_limit() : list;
}

// --- Walking over the processes (since OTP 28)

static void add_pid(struct process *p, void *arg) {
  term *list = arg;
  if (p->state != PROCESS_EXITING && !p->port) *list = cons(HEAP, p->pid, *list);
}

// erts_internal:processes_next(0) -> {1, [Pid]}; the next call returns none.
term bif_processes_next_1(struct process *p UNUSED, term *a) {
  i64 at;
  if (!bif_small(a[0], 0, 1, &at)) return bif_badarg();
  if (at == 1) return ATOM_none;
  term list = NIL;
  process_each(add_pid, &list);
  return tuple2(HEAP, make_small(1), list);
}

term bif_answer_none(struct process *p UNUSED, term *a UNUSED) { return ATOM_none; }
term bif_answer_false(struct process *p UNUSED, term *a UNUSED) { return ATOM_false; }
