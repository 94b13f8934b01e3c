// SPDX-License-Identifier: Apache-2.0
// The proof pass, behind check.c. It follows the code of each function on all its paths and proves what the interpreter
// takes for granted, as OTP's beam_validator does at compile time: a register is read only when it was written on every
// path that leads there, room was reserved for everything that is built on the heap, catches are opened and closed in
// pairs, and calls have as many arguments as the functions they lead to. Code that breaks this is refused.
//
// Types are proved as far as tests, literals and constructions show them. Compilers know more (about the functions of
// the module), but what a file says about types cannot be trusted: when an operation relies on a type that is not
// proved here, the translator puts a check at run time before it (beam_file.expected).
//
// Here is what each instruction needs and does; what is known of registers and labels is in facts.h.
#include "code/prove.h"

#include "base/alloc.h"
#include "code/check.h"
#include "code/facts.h"
#include "gen/genop.h"

enum { SMALL_BITS = 59 }; // an integer of fewer bits is no bignum

// --- Parts of instructions ----------------------------------------------------------------------

// Notes that something must be checked before the operation, see enum beam_expected.
static bool expect(struct prove *p, enum beam_expected type, u32 y) {
  if (p->expected_count == p->expected_cap) {
    u32 cap = p->expected_cap ? p->expected_cap * 2 : 64;
    u64 *e = mem_realloc(p->expected, p->expected_cap * sizeof *e, cap * sizeof *e, MEM_CODE);
    if (!e) return facts_fail(p, "out of memory");
    p->expected = e;
    p->expected_cap = cap;
  }
  p->expected[p->expected_count++] = EXPECTED(p->i.offset, type, y);
  return true;
}

static bool need_cons(struct prove *p) {
  const struct beam_arg *a = &p->i.args[0];
  if (KIND_OF(facts_of_source(p, a).is) == CONS) return true;
  facts_refine(p, a, FACT(CONS, 0));
  return expect(p, EXPECTED_CONS, 0);
}

static bool need_tuple(struct prove *p, u32 index) {
  const struct beam_arg *a = &p->i.args[0];
  u32 is = facts_of_source(p, a).is;
  if (KIND_OF(is) == TUPLE && NUMBER_OF(is) > index) return true;
  if (index >= (1u << NUMBER_BITS) - 1) return facts_fail(p, "no tuple is that long");
  facts_refine(p, a, FACT(TUPLE, index + 1));
  return expect(p, EXPECTED_TUPLE, 0);
}

static bool need_context(struct prove *p, u32 operand) {
  const struct beam_arg *a = &p->i.args[operand];
  if (KIND_OF(facts_of_source(p, a).is) == CONTEXT) return true;
  facts_refine(p, a, FACT(CONTEXT, 0));
  return expect(p, EXPECTED_CONTEXT, 0);
}

static bool take(struct prove *p, u64 words) {
  if (words > p->heap) return facts_fail(p, "more is built on the heap than there was room made for");
  p->heap -= (u32)words;
  return true;
}

static bool no_catches(struct prove *p, u32 n) {
  for (u32 k = 0; k < n && k < p->ny; k++)
    if (KIND_OF(p->y[k].is) == CATCH) return facts_fail(p, "a frame goes while a catch is open in it");
  return true;
}

// A collection may happen here: reserved room is lost.
static void lose_heap(struct prove *p) {
  p->heap = 0;
  p->building = false;
  for (u32 k = 0; k < p->nx; k++)
    if (KIND_OF(p->x[k].is) == FRESH) p->x[k].is = FACT(TUPLE, 0);
  for (u32 k = 0; k < p->ny; k++)
    if (KIND_OF(p->y[k].is) == FRESH) p->y[k].is = FACT(TUPLE, 0);
}

static bool collects(struct prove *p, i64 live) {
  if (live >= MAX_X_REGISTERS) return facts_fail(p, "too many live registers");
  if (!facts_x_readable(p, 0, (u32)live) || !facts_whole_frame(p)) return false;
  lose_heap(p);
  facts_prune(p, (u32)live);
  return true;
}

// A call with so many arguments: afterwards only the frame and X0 are valid.
static bool calls(struct prove *p, i64 arity, u32 more, u32 result) {
  if (arity > MAX_ARITY) return facts_fail(p, "arity too large");
  if (!collects(p, arity + more)) return false;
  p->floats = 0;
  facts_prune(p, 0);
  return facts_write_x(p, 0, result);
}

static void ends(struct prove *p) { p->reached = false; }

// --- Instructions -------------------------------------------------------------------------------

static bool lists_readable(struct prove *p, u32 from, u32 step) {
  for (u32 k = from; k < p->i.list_count; k += step)
    if (!facts_readable(p, &p->i.list[k])) return false;
  return true;
}

static bool write_list(struct prove *p, u32 from, u32 step) {
  for (u32 k = from; k < p->i.list_count; k += step)
    if (!facts_write(p, &p->i.list[k], FACT(ANY, 0))) return false;
  return true;
}

static bool atom_text_is(const struct beam_file *f, u32 atom, const char *text) {
  return atom >= 1 && atom <= f->atom_count && f->atoms[atom].len == strlen(text) &&
         memcmp(f->atoms[atom].data, text, f->atoms[atom].len) == 0;
}

static bool calls_function(const struct prove *p, i64 import, const char *module, const char *function, u32 arity) {
  const struct beam_import *m = &p->f->imports[import];
  return m->arity == arity && atom_text_is(p->f, m->function, function) && atom_text_is(p->f, m->module, module);
}

static bool prove_call(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  bool last = false;
  u32 result = FACT(ANY, 0);
  switch (p->i.op) {
    case GENOP_call_only:
    case GENOP_call_last: last = true; // fall through
    case GENOP_call:
      if (p->arities[a[1].value] != a[0].value + 1) return facts_fail(p, "a call with another number of arguments");
      break;
    case GENOP_call_ext_only:
    case GENOP_call_ext_last: last = true; // fall through
    case GENOP_call_ext:
      if (calls_function(p, a[1].value, "erlang", "setelement", 3)) result = FACT(FRESH, 0);
      if (check_never_returns(p->f, &p->i)) {
        if (!collects(p, a[0].value)) return false;
        ends(p);
        return true;
      }
      break;
    default: break;
  }
  if (last && !no_catches(p, p->ny)) return false;
  if (!calls(p, a[0].value, 0, result)) return false;
  if (last) ends(p);
  return true;
}

static bool prove_fun_call(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  switch (p->i.op) {
    case GENOP_call_fun: return calls(p, a[0].value, 1, FACT(ANY, 0));
    case GENOP_call_fun2:
      return facts_readable(p, &a[2]) &&
             (a[0].kind == BEAM_X || a[0].kind == BEAM_Y ? facts_fail(p, "bad call_fun2") : true) &&
             calls(p, a[1].value, 0, FACT(ANY, 0));
    case GENOP_apply: return calls(p, a[0].value, 2, FACT(ANY, 0));
    default:
      if (!no_catches(p, p->ny) || !calls(p, a[0].value, 2, FACT(ANY, 0))) return false;
      ends(p);
      return true;
  }
}

// BIFs that raise for no argument.
static bool cannot_raise(const struct prove *p, i64 import) {
  static const char *const names[] = {"self", "get", "=:=", "=/=", "==", "/=", "<", ">", "=<", ">=", "min", "max"};
  u32 name = p->f->imports[import].function;
  for (u32 k = 0; k < COUNT_OF(names); k++)
    if (atom_text_is(p->f, name, names[k])) return true;
  return p->i.op == GENOP_bif0 ||
         (p->i.op == GENOP_bif1 && p->f->atoms[name].len > 3 && memcmp(p->f->atoms[name].data, "is_", 3) == 0);
}

// Guard BIFs that build nothing.
static bool builds_nothing(const struct prove *p, i64 import) {
  static const char *const names[] = {
      "element", "hd",  "tl",  "self", "node", "get", "map_get", "is_map_key", "tuple_size", "and", "or", "not",
      "xor",     "=:=", "=/=", "==",   "/=",   "<",   ">",       "=<",         ">=",         "min", "max"};
  u32 name = p->f->imports[import].function;
  struct beam_slice text = p->f->atoms[name];
  if (text.len > 3 && memcmp(text.data, "is_", 3) == 0) return true;
  for (u32 k = 0; k < COUNT_OF(names); k++)
    if (atom_text_is(p->f, name, names[k])) return true;
  return false;
}

// For some BIFs compilers know that they do not raise, and leave parts of the frame unwritten.
static bool write_frame(struct prove *p) {
  for (u32 n = 0; n < p->ny; n++) {
    if (KIND_OF(p->y[n].is) != UNWRITTEN) continue;
    if (!expect(p, EXPECTED_WRITTEN, n) ||
        !facts_write(p, &(struct beam_arg){.kind = BEAM_Y, .value = n}, FACT(ANY, 0)))
      return false;
  }
  return true;
}

static void refine_by_bif(struct prove *p, i64 import, const struct beam_arg *args) {
  if (calls_function(p, import, "erlang", "hd", 1) || calls_function(p, import, "erlang", "tl", 1))
    facts_refine(p, &args[0], FACT(CONS, 0));
  if (calls_function(p, import, "erlang", "map_get", 2)) facts_refine(p, &args[1], FACT(MAP, 0));
  if (calls_function(p, import, "erlang", "element", 2) && args[0].kind == BEAM_I && args[0].value > 0 &&
      args[0].value < 1 << 16)
    facts_refine(p, &args[1], FACT(TUPLE, args[0].value));
}

static bool prove_bif(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  u32 n = p->i.arg_count, first = 1;
  bool gc = p->i.op == GENOP_gc_bif1 || p->i.op == GENOP_gc_bif2 || p->i.op == GENOP_gc_bif3;
  if (p->i.op == GENOP_bif0) first = 0;
  else if (gc) first = 2;
  i64 import = a[first].value;
  for (u32 k = first + 1; k + 1 < n; k++)
    if (!facts_readable(p, &a[k])) return false;
  if (gc ? !collects(p, a[1].value) : !builds_nothing(p, import)) {
    if (p->what) return false;
    lose_heap(p);
  }
  if (first && a[0].value ? !facts_branch(p, &a[0]) : !cannot_raise(p, import) && !write_frame(p)) return false;
  refine_by_bif(p, import, &a[first + 1]);
  return facts_write(p, &a[n - 1], FACT(ANY, 0));
}

static bool prove_frame(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  bool heap = p->i.op == GENOP_allocate_heap || p->i.op == GENOP_allocate_heap_zero;
  bool zero = p->i.op == GENOP_allocate_zero || p->i.op == GENOP_allocate_heap_zero;
  switch (p->i.op) {
    case GENOP_deallocate:
      if (!no_catches(p, p->ny)) return false;
      p->ny = 0;
      return true;
    case GENOP_trim:
      if (!no_catches(p, p->ny) || a[0].value > p->ny) return facts_fail(p, "bad trim");
      memmove(p->y, p->y + a[0].value, (p->ny - (size_t)a[0].value) * sizeof *p->y);
      p->ny -= (u32)a[0].value;
      return true;
    case GENOP_test_heap:
      if (!collects(p, a[1].value)) return false;
      p->heap = (u32)a[0].value;
      return true;
    default: break;
  }
  if (!collects(p, a[heap ? 2 : 1].value)) return false;
  p->heap = heap ? (u32)a[1].value : 0;
  p->ny = (u32)a[0].value;
  for (u32 k = 0; k < p->ny; k++) p->y[k] = (struct fact){zero ? FACT(ANY, 0) : UNWRITTEN, 0};
  return true;
}

static bool prove_test(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  u32 kind = KIND_OF(facts_of_source(p, &a[1]).is);
  for (u32 k = 1; k < p->i.arg_count; k++)
    if (!facts_readable(p, &a[k])) return false;
  bool nil = p->i.arg_count > 2 && a[2].kind == BEAM_ATOM && a[2].value == 0;
  switch (p->i.op) {
    case GENOP_is_nil:
    case GENOP_is_eq_exact:
      if (kind == LIST && (p->i.op == GENOP_is_nil || nil)) return facts_branch_as(p, &a[0], &a[1], FACT(CONS, 0));
      if (!facts_branch(p, &a[0])) return false;
      if (p->i.op == GENOP_is_eq_exact && a[2].kind == BEAM_LITERAL && kind == ANY)
        facts_refine(p, &a[1], facts_of_literal(p->f, a[2].value));
      return true;
    case GENOP_is_ne_exact:
      if (!facts_branch(p, &a[0])) return false;
      if (kind == LIST && nil) facts_refine(p, &a[1], FACT(CONS, 0));
      return true;
    default: break;
  }
  if (!facts_branch(p, &a[0])) return false;
  switch (p->i.op) {
    case GENOP_is_list:
      if (kind != CONS) facts_refine(p, &a[1], FACT(LIST, 0));
      break;
    case GENOP_is_nonempty_list: facts_refine(p, &a[1], FACT(CONS, 0)); break;
    case GENOP_is_tuple: facts_refine(p, &a[1], FACT(TUPLE, 0)); break;
    case GENOP_test_arity:
      if (kind != TUPLE && kind != FRESH && !expect(p, EXPECTED_ANY_TUPLE, 0)) return false; // fall through
    case GENOP_is_tagged_tuple:
      if (a[2].value < 1 << NUMBER_BITS) facts_refine(p, &a[1], FACT(TUPLE, a[2].value));
      break;
    case GENOP_is_map: facts_refine(p, &a[1], FACT(MAP, 0)); break;
    default: break;
  }
  return true;
}

static bool prove_select(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  bool arity = p->i.op == GENOP_select_tuple_arity;
  if (!facts_readable(p, &a[0]) || !facts_branch(p, &a[1])) return false;
  for (u32 k = 0; k + 1 < p->i.list_count; k += 2) {
    const struct beam_arg *value = &p->i.list[k];
    if (!facts_readable(p, value)) return false;
    bool tuple = arity && value->value < 1 << NUMBER_BITS && KIND_OF(facts_of_source(p, &a[0]).is) < TUPLE;
    if (tuple ? !facts_branch_as(p, &p->i.list[k + 1], &a[0], FACT(TUPLE, value->value))
              : !facts_branch(p, &p->i.list[k + 1]))
      return false;
  }
  ends(p);
  return true;
}

static bool prove_swap(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  if (!facts_readable(p, &a[0]) || !facts_readable(p, &a[1])) return false;
  struct fact first = *facts_register(p, &a[0]), second = *facts_register(p, &a[1]);
  return facts_write_as(p, &a[0], second) && facts_write_as(p, &a[1], first);
}

static bool prove_update_record(struct prove *p) { // the operands: hint, size, source, destination, updates
  const struct beam_arg *a = p->i.args;
  if (!facts_readable(p, &a[2]) || !lists_readable(p, 1, 2)) return false;
  for (u32 k = 0; k + 1 < p->i.list_count; k += 2)
    if (p->i.list[k].value < 1 || p->i.list[k].value > a[1].value) return facts_fail(p, "no such element");
  return facts_whole_frame(p) && take(p, (u64)a[1].value + 1) &&
         facts_write(p, &a[3], a[1].value < 1 << NUMBER_BITS ? FACT(TUPLE, a[1].value) : FACT(ANY, 0));
}

static bool prove_data(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  u32 any = FACT(ANY, 0);
  switch (p->i.op) {
    case GENOP_move: return facts_readable(p, &a[0]) && facts_write_as(p, &a[1], facts_of_source(p, &a[0]));
    case GENOP_swap: return prove_swap(p);
    case GENOP_get_list:
      return facts_readable(p, &a[0]) && need_cons(p) && facts_write(p, &a[1], any) && facts_write(p, &a[2], any);
    case GENOP_get_hd:
    case GENOP_get_tl: return facts_readable(p, &a[0]) && need_cons(p) && facts_write(p, &a[1], any);
    case GENOP_get_tuple_element:
      return facts_readable(p, &a[0]) && need_tuple(p, (u32)a[1].value) && facts_write(p, &a[2], any);
    case GENOP_set_tuple_element:
      if (!facts_readable(p, &a[0]) || !facts_readable(p, &a[1])) return false;
      return KIND_OF(facts_of_source(p, &a[1]).is) == FRESH ||
             facts_fail(p, "set_tuple_element of a tuple that is not new");
    case GENOP_put_list:
      return facts_readable(p, &a[0]) && facts_readable(p, &a[1]) && take(p, 2) && facts_write(p, &a[2], FACT(CONS, 0));
    case GENOP_put_tuple2:
      return lists_readable(p, 0, 1) && take(p, (u64)p->i.list_count + 1) &&
             facts_write(p, &a[0], FACT(TUPLE, p->i.list_count));
    case GENOP_update_record: return prove_update_record(p);
    case GENOP_make_fun3:
      return lists_readable(p, 0, 1) && take(p, (u64)p->i.list_count + 3) && facts_write(p, &a[1], any);
    case GENOP_make_fun2: {
      u32 n = p->f->lambdas[a[0].value].free_count;
      return n < MAX_X_REGISTERS && facts_x_readable(p, 0, n) && take(p, 0) && calls(p, 0, n, any);
    }
    case GENOP_has_map_fields: return facts_readable(p, &a[1]) && lists_readable(p, 0, 1) && facts_branch(p, &a[0]);
    case GENOP_get_map_elements:
    case GENOP_get_record_elements: // some elements may be read before the jump for missing ones
      return facts_readable(p, &a[1]) && lists_readable(p, 0, 2) && facts_branch(p, &a[0]) && write_list(p, 1, 2) &&
             facts_branch(p, &a[0]);
    case GENOP_put_map_assoc:
    case GENOP_put_map_exact:
      return facts_readable(p, &a[1]) && lists_readable(p, 0, 1) && collects(p, a[3].value) && facts_branch(p, &a[0]) &&
             facts_write(p, &a[2], FACT(MAP, 0));
    case GENOP_put_record:
      return facts_readable(p, &a[1]) && facts_readable(p, &a[2]) && lists_readable(p, 0, 1) &&
             collects(p, a[4].value) && facts_branch(p, &a[0]) && facts_write(p, &a[3], any);
    case GENOP_get_record_field:
      for (u32 k = 1; k < 4; k++)
        if (!facts_readable(p, &a[k])) return false;
      lose_heap(p);
      return facts_whole_frame(p) && facts_branch(p, &a[0]) && facts_write(p, &a[4], any);
    default: return facts_fail(p, "internal: no proof");
  }
}

static bool float_written(struct prove *p, const struct beam_arg *a) {
  return a->kind != BEAM_FR || a->value >= 64 || p->floats >> a->value & 1 ||
         facts_fail(p, "a float register is read that was not written");
}

static bool prove_float(struct prove *p) {
  const struct beam_arg *a = p->i.args, *to = &a[p->i.arg_count - 1];
  u32 first = p->i.op == GENOP_fmove || p->i.op == GENOP_fconv ? 0 : 1;
  for (u32 k = first; k + 1 < p->i.arg_count; k++)
    if (!facts_readable(p, &a[k]) || !float_written(p, &a[k])) return false;
  if (p->i.op != GENOP_fmove && !facts_whole_frame(p)) return false; // they may raise
  if (to->kind == BEAM_FR) {
    if (to->value < 64) p->floats |= 1ull << to->value;
    return true;
  }
  return take(p, 2) && facts_write(p, to, FACT(ANY, 0));
}

static bool closes(struct prove *p) {
  u32 n = (u32)p->i.args[0].value;
  if (n >= p->ny || KIND_OF(p->y[n].is) != CATCH) return facts_fail(p, "no catch is open there");
  p->y[n] = (struct fact){FACT(ANY, 0), 0};
  return facts_tell_handlers(p, n);
}

// Where an exception arrives, only catch_end and try_case may read X0 to X3. For a catch, X0 may also be the value.
static bool opens(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  u32 n = (u32)a[0].value, nx = p->nx, heap = p->heap;
  struct fact saved[4];
  if (n >= p->ny || a[1].value >= 1 << NUMBER_BITS || a[1].value == p->info) return facts_fail(p, "bad catch");
  for (u32 k = 0; k <= n; k++) // the innermost catch of a frame comes first
    if (KIND_OF(p->y[k].is) == CATCH) return facts_fail(p, "a catch inside another in the wrong order");
  if (p->labels[a[1].value].defined && p->labels[a[1].value].ny < p->ny)
    return facts_fail(p, "a handler of another frame");
  p->y[n] = (struct fact){FACT(CATCH, a[1].value), 0};
  memcpy(saved, p->x, sizeof saved);
  for (u32 k = 0; k < 4; k++) p->x[k] = (struct fact){FACT(CAUGHT, 0), 0};
  p->nx = 4, p->heap = 0;
  u64 floats = p->floats;
  p->floats = 0;
  bool good = facts_arrive(p, a[1].value);
  memcpy(p->x, saved, sizeof saved);
  p->nx = nx, p->heap = heap, p->floats = floats;
  return good;
}

static bool prove_exception(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  switch (p->i.op) {
    case GENOP_catch:
    case GENOP_try: return opens(p);
    case GENOP_try_end: return closes(p);
    case GENOP_catch_end:
      if (KIND_OF(facts_x(p, 0).is) == UNWRITTEN) return facts_fail(p, "a register is read that was not written");
      lose_heap(p);
      facts_prune(p, 0);
      return closes(p) && facts_write_x(p, 0, FACT(ANY, 0));
    case GENOP_try_case:
      if (KIND_OF(facts_x(p, 0).is) == UNWRITTEN) return facts_fail(p, "a register is read that was not written");
      facts_prune(p, 0);
      return closes(p) && facts_write_x(p, 0, FACT(ANY, 0)) && facts_write_x(p, 1, FACT(ANY, 0)) &&
             facts_write_x(p, 2, FACT(ANY, 0));
    case GENOP_raw_raise: return facts_x_readable(p, 0, 3) && calls(p, 0, 0, FACT(ANY, 0));
    case GENOP_build_stacktrace:
      return facts_x_readable(p, 0, 1) && (lose_heap(p), true) && facts_write_x(p, 0, FACT(ANY, 0));
    default: // instructions that only raise
      for (u32 k = 0; k < p->i.arg_count; k++)
        if (!facts_readable(p, &a[k])) return false;
      ends(p);
      return facts_whole_frame(p);
  }
}

static bool prove_process(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  switch (p->i.op) {
    case GENOP_send: return calls(p, 2, 0, FACT(ANY, 0));
    case GENOP_loop_rec:
      lose_heap(p);
      facts_prune(p, 0);
      return facts_whole_frame(p) && facts_branch(p, &a[0]) && facts_write(p, &a[1], FACT(ANY, 0));
    case GENOP_loop_rec_end:
    case GENOP_wait:
      lose_heap(p);
      facts_prune(p, 0);
      ends(p);
      return facts_whole_frame(p) && facts_branch(p, &a[0]);
    case GENOP_wait_timeout:
      // An X register is not kept while the process waits; the time is read only once, whatever it is
      // (cold_wait_timeout).
      if (a[1].kind != BEAM_X && !facts_readable(p, &a[1])) return false;
      lose_heap(p);
      facts_prune(p, 0);
      return facts_whole_frame(p) && facts_branch(p, &a[0]);
    case GENOP_recv_marker_reserve: return facts_write(p, &a[0], FACT(ANY, 0));
    case GENOP_recv_marker_bind: return facts_readable(p, &a[0]) && facts_readable(p, &a[1]);
    case GENOP_recv_marker_clear:
    case GENOP_recv_marker_use: return facts_readable(p, &a[0]);
    default: return true; // remove_message, timeout
  }
}

static bool start_match(struct prove *p, const struct beam_arg *to, i64 live) {
  return collects(p, live) && facts_branch(p, &p->i.args[0]) && facts_write(p, to, FACT(CONTEXT, 0));
}

// How many bits a command reads; -1: unknown.
static i64 command_bits(const struct beam_arg *size, const struct beam_arg *unit) {
  if ((size->kind != BEAM_U && size->kind != BEAM_I) || size->value < 0 || size->value > INT32_MAX) return -1;
  return size->value * unit->value;
}

// A command that reads a value: name, live, flags, size, unit, destination; or get_tail, live, unit, destination. sure
// is the number of bits that an earlier ensure_ command guarantees.
static bool prove_reading(struct prove *p, const struct beam_arg *c, bool tail, bool *may_fail, i64 *sure) {
  i64 bits = tail ? 0 : command_bits(&c[3], &c[4]);
  bool small = atom_text_is(p->f, (u32)c->value, "integer") && bits >= 0 && bits < SMALL_BITS; // builds nothing
  if (!tail && !facts_readable(p, &c[3])) return false;
  if (small ? !facts_x_readable(p, 0, (u32)c[1].value) : !collects(p, c[1].value)) return false;
  *may_fail = !tail && (bits < 0 || bits > *sure);
  *sure = bits < 0 || bits > *sure ? 0 : *sure - bits;
  return true;
}

// Proves a list of commands on the context, see translate_bits.c.
static bool prove_match_commands(struct prove *p) {
  const struct beam_arg *a = p->i.args, *c = p->i.list, *end = c + p->i.list_count;
  if (!facts_readable(p, &a[1]) || !need_context(p, 1)) return false;
  lose_heap(p);
  for (i64 sure = 0; c < end;) {
    const struct beam_arg *to = NULL;
    bool may_fail = true;
    if (atom_text_is(p->f, (u32)c->value, "ensure_at_least") || atom_text_is(p->f, (u32)c->value, "ensure_exactly")) {
      sure = c[1].kind == BEAM_U ? c[1].value : 0;
      c += atom_text_is(p->f, (u32)c->value, "ensure_exactly") ? 2 : 3;
    } else if (atom_text_is(p->f, (u32)c->value, "skip")) {
      may_fail = c[1].kind != BEAM_U || c[1].value > sure;
      sure = may_fail ? 0 : sure - c[1].value;
      c += 2;
    } else if (atom_text_is(p->f, (u32)c->value, "=:=")) {
      sure = c[2].value > sure ? 0 : sure - c[2].value;
      c += 4;
    } else {
      bool tail = atom_text_is(p->f, (u32)c->value, "get_tail");
      if (!prove_reading(p, c, tail, &may_fail, &sure)) return false;
      c += tail ? 4 : 6;
      to = c - 1;
      if (c < end && to->kind == a[1].kind && to->value == a[1].value)
        return facts_fail(p, "a match that loses its context");
    }
    if ((may_fail && !facts_branch(p, &a[0])) || (to && !facts_write(p, to, FACT(ANY, 0)))) return false;
  }
  return true;
}

static bool prove_matching(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  u32 any = FACT(ANY, 0);
  switch (p->i.op) {
    case GENOP_bs_start_match3: return facts_readable(p, &a[1]) && start_match(p, &a[3], a[2].value);
    case GENOP_bs_start_match4: return facts_readable(p, &a[2]) && start_match(p, &a[3], a[1].value);
    case GENOP_bs_match: return prove_match_commands(p);
    case GENOP_bs_get_tail:
    case GENOP_bs_get_position:
      return facts_readable(p, &a[0]) && need_context(p, 0) && collects(p, a[2].value) && facts_write(p, &a[1], any);
    case GENOP_bs_set_position: return facts_readable(p, &a[0]) && need_context(p, 0) && facts_readable(p, &a[1]);
    case GENOP_bs_get_integer2:
    case GENOP_bs_get_float2:
    case GENOP_bs_get_binary2:
      if (!facts_readable(p, &a[1]) || !facts_readable(p, &a[3]) || !need_context(p, 1)) return false;
      return collects(p, a[2].value) && facts_branch(p, &a[0]) && facts_write(p, &a[6], any);
    case GENOP_bs_get_utf8:
    case GENOP_bs_get_utf16:
    case GENOP_bs_get_utf32:
      return facts_readable(p, &a[1]) && need_context(p, 1) && facts_branch(p, &a[0]) && facts_write(p, &a[4], any);
    default: // commands that only skip or test
      return facts_readable(p, &a[1]) && need_context(p, 1) && facts_readable(p, &a[2]) && facts_branch(p, &a[0]);
  }
}

static bool starts_building(struct prove *p, const struct beam_arg *to) {
  p->building = true;
  return facts_write(p, to, FACT(ANY, 0));
}

static bool prove_building(struct prove *p) {
  const struct beam_arg *a = p->i.args;
  switch (p->i.op) {
    case GENOP_bs_create_bin: // fail, words, live, unit, destination, segments
      for (u32 k = 0; k + 5 < p->i.list_count; k += 6)
        if (!facts_readable(p, &p->i.list[k + 4]) || !facts_readable(p, &p->i.list[k + 5])) return false;
      if (!collects(p, a[2].value) || !facts_branch(p, &a[0])) return false;
      p->heap = (u32)a[1].value;
      return facts_write(p, &a[4], FACT(ANY, 0));
    case GENOP_bs_init_writable: return calls(p, 1, 0, FACT(ANY, 0));
    case GENOP_bs_init2:
    case GENOP_bs_init_bits: // fail, size, words, live, flags, destination
      if (!facts_readable(p, &a[1]) || !collects(p, a[3].value) || !facts_branch(p, &a[0])) return false;
      p->heap = (u32)a[2].value;
      return starts_building(p, &a[5]);
    case GENOP_bs_add:
      return facts_readable(p, &a[1]) && facts_readable(p, &a[2]) && facts_whole_frame(p) && facts_branch(p, &a[0]) &&
             facts_write(p, &a[4], FACT(ANY, 0));
    case GENOP_bs_append: // fail, bits, words, live, unit, binary, flags, destination
      if (a[3].value + 1 >= MAX_X_REGISTERS) return facts_fail(p, "too many live registers");
      if (!facts_readable(p, &a[1]) || !facts_readable(p, &a[5]) || !collects(p, a[3].value) || !facts_branch(p, &a[0]))
        return false;
      p->heap = (u32)a[2].value;
      return starts_building(p, &a[7]);
    case GENOP_bs_private_append: // fail, bits, unit, binary, flags, destination
      if (!facts_readable(p, &a[1]) || !facts_readable(p, &a[3]) || !facts_whole_frame(p) || !facts_branch(p, &a[0]))
        return false;
      p->heap = 0;
      return starts_building(p, &a[5]);
    case GENOP_bs_utf8_size:
    case GENOP_bs_utf16_size:
      return facts_readable(p, &a[1]) && facts_branch(p, &a[0]) && facts_write(p, &a[2], FACT(ANY, 0));
    default: // bs_put_*
      for (u32 k = 0; k < p->i.arg_count; k++)
        if (!facts_readable(p, &a[k])) return false;
      if (!p->building) return facts_fail(p, "no binary is being built");
      return facts_whole_frame(p) && (p->i.op == GENOP_bs_put_string || facts_branch(p, &a[0]));
  }
}

static bool prove_y(struct prove *p) {
  if (p->i.op == GENOP_init) return facts_write(p, &p->i.args[0], FACT(ANY, 0));
  for (u32 k = 0; k < p->i.list_count; k++)
    if (!facts_write(p, &p->i.list[k], FACT(ANY, 0))) return false;
  return true;
}

static bool prove_return(struct prove *p) {
  ends(p);
  return facts_x_readable(p, 0, 1);
}

static bool prove_jump(struct prove *p) {
  ends(p);
  return facts_branch(p, &p->i.args[0]);
}

static bool prove_nothing(struct prove *p) { return p != NULL; }

static bool (*const proofs[GENOP_COUNT])(struct prove *) = {
    [GENOP_label] = facts_at_label,
    [GENOP_line] = prove_nothing,
    [GENOP_executable_line] = prove_nothing,
    [GENOP_debug_line] = prove_nothing,
    [GENOP_on_load] = prove_nothing,
    [GENOP_nif_start] = prove_nothing,
    [GENOP_fclearerror] = prove_nothing,
    [GENOP_fcheckerror] = prove_nothing,
    [GENOP_return] = prove_return,
    [GENOP_jump] = prove_jump,
    // calls
    [GENOP_call] = prove_call,
    [GENOP_call_last] = prove_call,
    [GENOP_call_only] = prove_call,
    [GENOP_call_ext] = prove_call,
    [GENOP_call_ext_last] = prove_call,
    [GENOP_call_ext_only] = prove_call,
    [GENOP_call_fun] = prove_fun_call,
    [GENOP_call_fun2] = prove_fun_call,
    [GENOP_apply] = prove_fun_call,
    [GENOP_apply_last] = prove_fun_call,
    [GENOP_bif0] = prove_bif,
    [GENOP_bif1] = prove_bif,
    [GENOP_bif2] = prove_bif,
    [GENOP_bif3] = prove_bif,
    [GENOP_gc_bif1] = prove_bif,
    [GENOP_gc_bif2] = prove_bif,
    [GENOP_gc_bif3] = prove_bif,
    // frames and heap
    [GENOP_allocate] = prove_frame,
    [GENOP_allocate_heap] = prove_frame,
    [GENOP_allocate_zero] = prove_frame,
    [GENOP_allocate_heap_zero] = prove_frame,
    [GENOP_test_heap] = prove_frame,
    [GENOP_deallocate] = prove_frame,
    [GENOP_trim] = prove_frame,
    [GENOP_init] = prove_y,
    [GENOP_init_yregs] = prove_y,
    // tests
    [GENOP_is_lt] = prove_test,
    [GENOP_is_ge] = prove_test,
    [GENOP_is_eq] = prove_test,
    [GENOP_is_ne] = prove_test,
    [GENOP_is_eq_exact] = prove_test,
    [GENOP_is_ne_exact] = prove_test,
    [GENOP_is_integer] = prove_test,
    [GENOP_is_float] = prove_test,
    [GENOP_is_number] = prove_test,
    [GENOP_is_atom] = prove_test,
    [GENOP_is_pid] = prove_test,
    [GENOP_is_reference] = prove_test,
    [GENOP_is_port] = prove_test,
    [GENOP_is_nil] = prove_test,
    [GENOP_is_binary] = prove_test,
    [GENOP_is_bitstr] = prove_test,
    [GENOP_is_list] = prove_test,
    [GENOP_is_nonempty_list] = prove_test,
    [GENOP_is_tuple] = prove_test,
    [GENOP_is_boolean] = prove_test,
    [GENOP_is_map] = prove_test,
    [GENOP_is_function] = prove_test,
    [GENOP_is_function2] = prove_test,
    [GENOP_test_arity] = prove_test,
    [GENOP_is_tagged_tuple] = prove_test,
    [GENOP_is_any_native_record] = prove_test,
    [GENOP_is_native_record] = prove_test,
    [GENOP_is_record_accessible] = prove_test,
    [GENOP_select_val] = prove_select,
    [GENOP_select_tuple_arity] = prove_select,
    // data
    [GENOP_move] = prove_data,
    [GENOP_swap] = prove_data,
    [GENOP_get_list] = prove_data,
    [GENOP_get_hd] = prove_data,
    [GENOP_get_tl] = prove_data,
    [GENOP_get_tuple_element] = prove_data,
    [GENOP_set_tuple_element] = prove_data,
    [GENOP_put_list] = prove_data,
    [GENOP_put_tuple2] = prove_data,
    [GENOP_update_record] = prove_data,
    [GENOP_make_fun2] = prove_data,
    [GENOP_make_fun3] = prove_data,
    [GENOP_put_map_assoc] = prove_data,
    [GENOP_put_map_exact] = prove_data,
    [GENOP_has_map_fields] = prove_data,
    [GENOP_get_map_elements] = prove_data,
    [GENOP_get_record_elements] = prove_data,
    [GENOP_put_record] = prove_data,
    [GENOP_get_record_field] = prove_data,
    // exceptions
    [GENOP_catch] = prove_exception,
    [GENOP_catch_end] = prove_exception,
    [GENOP_try] = prove_exception,
    [GENOP_try_end] = prove_exception,
    [GENOP_try_case] = prove_exception,
    [GENOP_try_case_end] = prove_exception,
    [GENOP_raise] = prove_exception,
    [GENOP_raw_raise] = prove_exception,
    [GENOP_build_stacktrace] = prove_exception,
    [GENOP_badmatch] = prove_exception,
    [GENOP_if_end] = prove_exception,
    [GENOP_case_end] = prove_exception,
    [GENOP_badrecord] = prove_exception,
    // processes
    [GENOP_send] = prove_process,
    [GENOP_remove_message] = prove_process,
    [GENOP_timeout] = prove_process,
    [GENOP_loop_rec] = prove_process,
    [GENOP_loop_rec_end] = prove_process,
    [GENOP_wait] = prove_process,
    [GENOP_wait_timeout] = prove_process,
    [GENOP_recv_marker_bind] = prove_process,
    [GENOP_recv_marker_clear] = prove_process,
    [GENOP_recv_marker_reserve] = prove_process,
    [GENOP_recv_marker_use] = prove_process,
    // floats
    [GENOP_fmove] = prove_float,
    [GENOP_fconv] = prove_float,
    [GENOP_fadd] = prove_float,
    [GENOP_fsub] = prove_float,
    [GENOP_fmul] = prove_float,
    [GENOP_fdiv] = prove_float,
    [GENOP_fnegate] = prove_float,
    // binaries
    [GENOP_bs_start_match3] = prove_matching,
    [GENOP_bs_start_match4] = prove_matching,
    [GENOP_bs_get_integer2] = prove_matching,
    [GENOP_bs_get_float2] = prove_matching,
    [GENOP_bs_get_binary2] = prove_matching,
    [GENOP_bs_skip_bits2] = prove_matching,
    [GENOP_bs_test_tail2] = prove_matching,
    [GENOP_bs_test_unit] = prove_matching,
    [GENOP_bs_match_string] = prove_matching,
    [GENOP_bs_get_utf8] = prove_matching,
    [GENOP_bs_get_utf16] = prove_matching,
    [GENOP_bs_get_utf32] = prove_matching,
    [GENOP_bs_skip_utf8] = prove_matching,
    [GENOP_bs_skip_utf16] = prove_matching,
    [GENOP_bs_skip_utf32] = prove_matching,
    [GENOP_bs_get_tail] = prove_matching,
    [GENOP_bs_get_position] = prove_matching,
    [GENOP_bs_set_position] = prove_matching,
    [GENOP_bs_match] = prove_matching,
    [GENOP_bs_create_bin] = prove_building,
    [GENOP_bs_init_writable] = prove_building,
    [GENOP_bs_init2] = prove_building,
    [GENOP_bs_init_bits] = prove_building,
    [GENOP_bs_add] = prove_building,
    [GENOP_bs_append] = prove_building,
    [GENOP_bs_private_append] = prove_building,
    [GENOP_bs_put_integer] = prove_building,
    [GENOP_bs_put_binary] = prove_building,
    [GENOP_bs_put_float] = prove_building,
    [GENOP_bs_put_string] = prove_building,
    [GENOP_bs_utf8_size] = prove_building,
    [GENOP_bs_utf16_size] = prove_building,
    [GENOP_bs_put_utf8] = prove_building,
    [GENOP_bs_put_utf16] = prove_building,
    [GENOP_bs_put_utf32] = prove_building,
};

static bool prove_instruction(struct prove *p) {
  bool (*proof)(struct prove *) = proofs[p->i.op];
  if (!proof) return facts_fail(p, "an instruction this VM does not have");
  if (p->i.op != GENOP_label && p->i.op != GENOP_line) p->last_label = 0;
  return (p->i.op != GENOP_label && !p->reached) || proof(p);
}

// --- Functions ----------------------------------------------------------------------------------

// Called when the code of a function was followed. Whether it must be followed again: at a label with a jump back to
// it, less is known than was assumed at first.
static bool function_again(struct prove *p, u32 round) {
  enum { MAX_ROUNDS = 100 };
  if (p->again && round == MAX_ROUNDS) return facts_fail(p, "jumps back without end");
  bool again = p->again;
  p->again = false;
  for (u32 k = 0; k < p->order_count; k++) {
    struct arrival *at = &p->labels[p->order[k]];
    at->defined = false;
    if (!again) facts_arrival_free(at);
  }
  if (!again) p->order_count = 0;
  return again;
}

// Proves the function whose func_info was read last. 1: another function follows; 0: it was the last; -1: an error.
static int prove_function(struct prove *p, struct beam_cursor *cursor, struct beam_error *e) {
  u32 at = cursor->at, expected = p->expected_count, rounds = 0;
  int more;
  p->info = p->last_label;
  p->arity = (u32)p->i.args[2].value;
  p->labels[p->info].function = ++p->function;
  do {
    cursor->at = at;
    p->expected_count = expected;
    p->reached = false;
    while ((more = beam_next(cursor, &p->i, e)) > 0 && p->i.op != GENOP_func_info)
      if (!prove_instruction(p)) return -1;
    if (more > 0 && p->reached && (!facts_x_readable(p, 0, (u32)p->i.args[2].value) || !facts_whole_frame(p)))
      return -1;
    if (more == 0 && p->reached) return facts_fail(p, "the code ends without an end"), -1;
  } while (more >= 0 && function_again(p, ++rounds));
  if (p->pending && !p->what) facts_fail(p, "a jump into another function");
  return p->what ? -1 : more;
}

static bool entries_fit(struct prove *p) {
  const struct beam_file *f = p->f;
  for (u32 k = 0; k < f->export_count; k++)
    if (p->arities[f->exports[k].label] != f->exports[k].arity + 1) return facts_fail(p, "an export of another arity");
  for (u32 k = 0; k < f->lambda_count; k++)
    if (p->arities[f->lambdas[k].label] != f->lambdas[k].arity + 1 || f->lambdas[k].free_count > f->lambdas[k].arity)
      return facts_fail(p, "a lambda of another arity");
  return true;
}

static bool prove_code(struct prove *p, struct beam_error *e) {
  struct beam_cursor cursor;
  int more;
  beam_start(&cursor, p->f);
  while ((more = beam_next(&cursor, &p->i, e)) > 0 && p->i.op != GENOP_func_info)
    if (p->i.op == GENOP_label) p->last_label = (u32)p->i.args[0].value;
  while (more > 0) more = prove_function(p, &cursor, e);
  beam_stop(&cursor);
  return more == 0;
}

bool beam_prove(struct beam_file *f, u16 *arities, struct beam_error *e) {
  struct prove *p = mem_calloc(sizeof *p, MEM_CODE);
  if (!p) {
    *e = (struct beam_error){"Code", 0, "out of memory", {0}};
    return false;
  }
  size_t n = f->label_count;
  p->f = f;
  p->arities = arities;
  p->labels = mem_calloc(n * sizeof *p->labels, MEM_CODE);
  p->order = mem_calloc(n * sizeof *p->order, MEM_CODE);
  bool good = (p->labels && p->order) || facts_fail(p, "out of memory");
  good = good && entries_fit(p) && prove_code(p, e);
  if (!good && !e->what) *e = (struct beam_error){"Code", f->code_header + p->i.offset, p->what, {0}};
  for (size_t k = 0; p->labels && k < n; k++) facts_arrival_free(&p->labels[k]);
  mem_free(p->labels, n * sizeof *p->labels, MEM_CODE);
  mem_free(p->order, n * sizeof *p->order, MEM_CODE);
  f->expected = p->expected;
  f->expected_count = p->expected_count;
  f->expected_cap = p->expected_cap;
  mem_free(p, sizeof *p, MEM_CODE);
  return good;
}
