// SPDX-License-Identifier: Apache-2.0
// Term order and equality. One loop walks two terms side by side. What is still to be compared waits as runs (a run is
// two arrays of terms of equal length) on an explicit stack, which lies on the C stack while it is small and in
// allocated memory when it grows. Invariant: the last element of a run is popped before the walk enters it, so lists
// and right-nested terms need no stack. Called by the interpreter, maps, ETS and BIFs; allocates nothing on an Erlang
// heap.
#include "term/compare.h"

#include <math.h>

#include "base/alloc.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/etf.h"
#include "term/map_node.h"
#include "term/number.h"
#include "term/record.h"

enum mode {
  MODE_ORDER,       // for < and ==
  MODE_EXACT,       // for the order of map keys
  MODE_EQUAL,       // whether the terms are ==
  MODE_SAME,        // whether the terms are =:=
  MODE_CHILDREN = 4 // added to MODE_EQUAL or MODE_SAME: the terms are children of hash-map nodes
};
#define ONLY_EQUALITY(mode) ((mode)&2)

struct run {
  const term *a, *b;
  u32 n;
  u32 mode;
};
// Sorted pairs of two hash maps that are being compared: 2n words for each, and n words for each to separate keys from
// values.
struct scratch {
  struct scratch *next;
  size_t size;
  term words[];
};
enum { STACK_INLINE = 48, NESTED_MAX = 64 };
struct walk {
  struct run *stack;
  size_t top, cap;
  struct scratch *scratch;
  i64 steps; // left before a pause
  struct run first[STACK_INLINE];
};

// How many comparisons run inside each other: comparing two hash maps sorts their keys, and keys may contain hash maps.
static int nested;

static NOINLINE bool grow(struct walk *w) {
  size_t cap = w->cap * 2;
  struct run *stack = mem_alloc(cap * sizeof *stack, MEM_SYSTEM);
  if (!stack) return false;
  memcpy(stack, w->stack, w->top * sizeof *stack);
  if (w->stack != w->first) mem_free(w->stack, w->cap * sizeof *stack, MEM_SYSTEM);
  w->stack = stack;
  w->cap = cap;
  return true;
}

INLINE bool push(struct walk *w, const term *a, const term *b, size_t n, u32 mode) {
  if (n == 0) return true;
  if (UNLIKELY(w->top == w->cap) && !grow(w)) return false;
  w->stack[w->top++] = (struct run){a, b, (u32)n, mode};
  return true;
}

static void finish(struct walk *w) {
  if (w->stack != w->first) mem_free(w->stack, w->cap * sizeof *w->stack, MEM_SYSTEM);
  while (w->scratch) {
    struct scratch *next = w->scratch->next;
    mem_free(w->scratch, w->scratch->size, MEM_SYSTEM);
    w->scratch = next;
  }
}

// --- Types -------------------------------------------------------------------------------------

enum rank {
  RANK_NUMBER,
  RANK_ATOM,
  RANK_REF,
  RANK_FUN,
  RANK_EXPORT,
  RANK_PORT,
  RANK_PID,
  RANK_TUPLE,
  RANK_RECORD,
  RANK_MAP,
  RANK_NIL,
  RANK_LIST,
  RANK_BITS
};

static enum rank rank_of(term t) {
  static const u8 of_kind[] = {[KIND_TUPLE] = RANK_TUPLE,    [KIND_MAP_FLAT] = RANK_MAP,  [KIND_MAP_HASH] = RANK_MAP,
                               [KIND_FUN] = RANK_FUN,        [KIND_EXPORT] = RANK_EXPORT, [KIND_SUB_BIN] = RANK_BITS,
                               [KIND_MATCH] = RANK_BITS,     [KIND_FLOAT] = RANK_NUMBER,  [KIND_BIG_POS] = RANK_NUMBER,
                               [KIND_BIG_NEG] = RANK_NUMBER, [KIND_REF] = RANK_REF,       [KIND_MAGIC_REF] = RANK_REF,
                               [KIND_HEAP_BIN] = RANK_BITS,  [KIND_REFC_BIN] = RANK_BITS, [KIND_EXT_PID] = RANK_PID,
                               [KIND_EXT_PORT] = RANK_PORT,  [KIND_EXT_REF] = RANK_REF,   [KIND_RECORD] = RANK_RECORD};
  if (is_small(t)) return RANK_NUMBER;
  if (is_atom(t)) return RANK_ATOM;
  if (is_cons(t)) return RANK_LIST;
  if (is_boxed(t)) return (enum rank)of_kind[header_kind(boxed_header(t))];
  if (is_nil(t)) return RANK_NIL;
  return is_local_pid(t) ? RANK_PID : RANK_PORT;
}

#define SIGN(a, b) ((a) < (b) ? -1 : (a) > (b))

// --- Leaves ------------------------------------------------------------------------------------

struct node {
  term name;
  u64 creation;
};

static int compare_nodes(struct node a, struct node b) {
  int c = atom_compare(a.name, b.name);
  return c ? c : SIGN(a.creation, b.creation);
}

static int compare_pids(term a, term b) {
  struct node na = {etf_node_name, etf_creation}, nb = na;
  u64 va, vb; // serial first, then number
  if (is_local_pid(a)) {
    va = (u64)pid_serial(a) << 32 | pid_number(a);
  } else {
    const term *p = boxed_ptr(a);
    na = (struct node){p[1], p[2]};
    va = p[3];
  }
  if (is_local_pid(b)) {
    vb = (u64)pid_serial(b) << 32 | pid_number(b);
  } else {
    const term *p = boxed_ptr(b);
    nb = (struct node){p[1], p[2]};
    vb = p[3];
  }
  return va != vb ? SIGN(va, vb) : compare_nodes(na, nb);
}

static int compare_ports(term a, term b) {
  struct node na = {etf_node_name, etf_creation}, nb = na;
  u64 va = is_local_port(a) ? port_number(a) : boxed_ptr(a)[3],
      vb = is_local_port(b) ? port_number(b) : boxed_ptr(b)[3];
  if (!is_local_port(a)) na = (struct node){boxed_ptr(a)[1], boxed_ptr(a)[2]};
  if (!is_local_port(b)) nb = (struct node){boxed_ptr(b)[1], boxed_ptr(b)[2]};
  int c = compare_nodes(na, nb);
  return c ? c : SIGN(va, vb);
}

// The 32-bit numbers of a reference, the least significant first, without leading zeros.
static u32 ref_words(term t, const u32 **words, u32 local[4], struct node *node) {
  const term *p = boxed_ptr(t);
  u32 n = 3;
  if (is_local_ref(t)) {
    *node = (struct node){etf_node_name, etf_creation};
    local[0] = (u32)p[1], local[1] = (u32)(p[1] >> 32), local[2] = (u32)p[2];
    *words = local;
  } else {
    *node = (struct node){p[1], (u32)p[2]};
    n = (u32)(p[2] >> 32);
    *words = (const u32 *)(p + 3);
  }
  while (n > 0 && (*words)[n - 1] == 0) n--;
  return n;
}

static int compare_refs(term a, term b) {
  const u32 *wa, *wb;
  u32 la[4], lb[4];
  struct node na, nb;
  u32 n = ref_words(a, &wa, la, &na), m = ref_words(b, &wb, lb, &nb);
  int c = compare_nodes(na, nb);
  if (c || n != m) return c ? c : SIGN(n, m);
  while (n > 0) {
    n--;
    if (wa[n] != wb[n]) return SIGN(wa[n], wb[n]);
  }
  return 0;
}

static int compare_bits(term a, term b, u32 mode) {
  struct bits x, y;
  bits_of(a, &x);
  bits_of(b, &y);
  if (ONLY_EQUALITY(mode) && x.size != y.size) return 1;
  return bits_compare(&x, &y);
}

static int compare_exports(term a, term b) {
  if (boxed_ptr(a)[1] == boxed_ptr(b)[1]) return 0;
  if (!etf_export_info) return SIGN(boxed_ptr(a)[1], boxed_ptr(b)[1]);
  term am, af, bm, bf;
  u32 aa, ba;
  etf_export_info(a, &am, &af, &aa);
  etf_export_info(b, &bm, &bf, &ba);
  int c = atom_compare(am, bm);
  if (!c) c = atom_compare(af, bf);
  return c ? c : SIGN(aa, ba);
}

bool float_zeros_differ;

static int compare_numbers(term a, term b, u32 mode) {
  bool fa = is_float(a), fb = is_float(b);
  if (fa && fb) {
    double x = float_val(a), y = float_val(b);
    bool exact = mode == MODE_EXACT || mode == MODE_SAME;
    if (x == 0 && y == 0 && exact && float_zeros_differ) return SIGN(signbit(y) != 0, signbit(x) != 0);
    return SIGN(x, y);
  }
  if (!fa && !fb) return int_compare(a, b);
  if (mode == MODE_EXACT || mode == MODE_SAME) return fa ? 1 : -1; // integers before floats
  return num_compare(a, b);
}

// --- Compounds: each function compares what is at hand and pushes the rest ---------------------

// What these functions return when the result is known only after the pushed runs, and when memory ran out.
enum { DECIDED_LATER = 2, NO_MEMORY = 3 };

static int enter_funs(struct walk *w, term a, term b, u32 mode) {
  const term *p = boxed_ptr(a), *q = boxed_ptr(b);
  u32 n = header_size(p[0]) - 2, m = header_size(q[0]) - 2;
  if (p[1] != q[1]) {
    if (ONLY_EQUALITY(mode) || !etf_fun_info) return SIGN(p[1], q[1]);
    struct fun_info_etf x, y;
    etf_fun_info(a, &x);
    etf_fun_info(b, &y);
    int c = atom_compare(x.module, y.module);
    if (c) return c;
    if (x.index != y.index) return SIGN(x.index, y.index);
    if (x.old_uniq != y.old_uniq) return SIGN(x.old_uniq, y.old_uniq);
  }
  if (n != m) return SIGN(n, m);
  return push(w, p + 3, q + 3, n, mode) ? DECIDED_LATER : NO_MEMORY;
}

void term_sort_pairs(term *pairs, term *spare, size_t n) {
  term *from = pairs, *to = spare;
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t start = 0; start < n; start += 2 * width) {
      size_t mid = start + width < n ? start + width : n, end = start + 2 * width < n ? start + 2 * width : n;
      size_t i = start, j = mid;
      for (size_t k = start; k < end; k++) {
        bool left = i < mid && (j >= end || term_compare_exact(from[2 * i], from[2 * j]) <= 0);
        size_t pick = left ? i++ : j++;
        to[2 * k] = from[2 * pick];
        to[2 * k + 1] = from[2 * pick + 1];
      }
    }
    term *swap = from;
    from = to;
    to = swap;
  }
  if (from != pairs) memcpy(pairs, from, n * 2 * sizeof *pairs);
}

// Writes the keys of a hash map in key order to out[0..n) and their values to out[n..2n); spare has 4n words.
static void sorted_pairs(term map, size_t n, term *out, term *spare) {
  struct map_iter it;
  map_iter_init(&it, map);
  term *pairs = spare;
  for (size_t i = 0; i < n; i++) map_iter_next(&it, &pairs[2 * i], &pairs[2 * i + 1]);
  // Maps nested deeper than this are compared in the order of their tries, which is a total order too.
  if (nested < NESTED_MAX) {
    nested++;
    term_sort_pairs(pairs, spare + 2 * n, n);
    nested--;
  }
  for (size_t i = 0; i < n; i++) out[i] = pairs[2 * i], out[n + i] = pairs[2 * i + 1];
}

static int enter_hash_maps(struct walk *w, term a, term b, size_t n, u32 mode) {
  size_t size = sizeof(struct scratch) + 8 * n * sizeof(term);
  struct scratch *s = mem_alloc(size, MEM_SYSTEM);
  if (!s) return NO_MEMORY;
  s->size = size;
  s->next = w->scratch;
  w->scratch = s;
  term *x = s->words, *y = x + 2 * n, *spare = x + 4 * n;
  sorted_pairs(a, n, x, spare);
  sorted_pairs(b, n, y, spare);
  return push(w, x + n, y + n, n, mode) && push(w, x, y, n, MODE_EXACT) ? DECIDED_LATER : NO_MEMORY;
}

static int enter_maps(struct walk *w, term a, term b, u32 mode) {
  size_t n = map_size(a), m = map_size(b);
  if (n != m) return SIGN(n, m);
  const term *p = boxed_ptr(a), *q = boxed_ptr(b);
  if (header_kind(p[0]) == KIND_MAP_FLAT) {
    if (!push(w, p + 2, q + 2, n, mode)) return NO_MEMORY;
    if (p[1] == q[1]) return DECIDED_LATER;
    u32 key_mode = ONLY_EQUALITY(mode) ? MODE_SAME : MODE_EXACT;
    return push(w, tuple_elements(p[1]), tuple_elements(q[1]), n, key_mode) ? DECIDED_LATER : NO_MEMORY;
  }
  if (!ONLY_EQUALITY(mode)) return enter_hash_maps(w, a, b, n, mode);
  if (p[0] != q[0]) return 1; // equal maps have tries of one shape
  return push(w, p + 2, q + 2, header_size(p[0]) - 1, mode | MODE_CHILDREN) ? DECIDED_LATER : NO_MEMORY;
}

// Compares two nodes of keys whose hashes are equal: their leaves may stand in any order.
static int enter_collisions(struct walk *w, const term *p, const term *q, u32 mode) {
  u32 n = header_size(p[0]);
  if (nested >= NESTED_MAX) return 1;
  nested++;
  int result = DECIDED_LATER;
  for (u32 i = 1; i <= n && result == DECIDED_LATER; i++) {
    u32 j = 1;
    while (j <= n && !term_same(hd(p[i]), hd(q[j]))) j++;
    if (j > n) result = 1;
    else if (!push(w, cons_ptr(p[i]) + 1, cons_ptr(q[j]) + 1, 1, mode)) result = NO_MEMORY;
  }
  nested--;
  return result;
}

static int enter_children(struct walk *w, term a, term b, u32 mode) {
  mode &= ~(u32)MODE_CHILDREN;
  if (is_cons(a) != is_cons(b)) return 1;
  const term *p, *q;
  if (is_cons(a)) {
    p = cons_ptr(a), q = cons_ptr(b);
    return push(w, p + 1, q + 1, 1, mode) && push(w, p, q, 1, MODE_SAME) ? DECIDED_LATER : NO_MEMORY;
  }
  p = boxed_ptr(a), q = boxed_ptr(b);
  if (p[0] != q[0]) return 1;
  if (map_node_is_collision(p[0])) return enter_collisions(w, p, q, mode);
  return push(w, p + 1, q + 1, header_size(p[0]), mode | MODE_CHILDREN) ? DECIDED_LATER : NO_MEMORY;
}

static int enter_tuples(struct walk *w, term a, term b, u32 mode) {
  u32 n = tuple_arity(a), m = tuple_arity(b);
  if (n != m) return SIGN(n, m);
  return push(w, tuple_elements(a), tuple_elements(b), n, mode) ? DECIDED_LATER : NO_MEMORY;
}

// Compares first what identifies the records: module, name, whether exported, number of fields, keys. All but the
// number are atoms.
static int enter_records(struct walk *w, term a, term b, u32 mode) {
  const term *d = record_definition(a), *e = record_definition(b);
  u32 n = record_size(a), m = record_size(b);
  for (u32 i = 0; d != e && i < RECORD_KEYS + n; i++) {
    if (i == RECORD_KEYS && n != m) break;
    if (d[i] != e[i]) return atom_compare(d[i], e[i]);
  }
  if (n != m) return SIGN(n, m);
  return push(w, record_values(a), record_values(b), n, mode) ? DECIDED_LATER : NO_MEMORY;
}

static int enter_lists(struct walk *w, term a, term b, u32 mode) {
  const term *p = cons_ptr(a), *q = cons_ptr(b);
  // Equal heads that are immediate need no stack.
  while (is_immediate(p[0]) && p[0] == q[0]) {
    if (p[1] == q[1]) return DECIDED_LATER;
    if (!is_cons(p[1]) || !is_cons(q[1]) || --w->steps <= 0)
      return push(w, p + 1, q + 1, 1, mode) ? DECIDED_LATER : NO_MEMORY;
    p = cons_ptr(p[1]), q = cons_ptr(q[1]);
  }
  return push(w, p, q, 2, mode) ? DECIDED_LATER : NO_MEMORY;
}

static int enter(struct walk *w, term a, term b, u32 mode) {
  if (both_small(a, b)) return SIGN(small_val(a), small_val(b));
  if (mode & MODE_CHILDREN) return enter_children(w, a, b, mode);
  if (is_atom(a) && is_atom(b)) return ONLY_EQUALITY(mode) ? 1 : atom_compare(a, b);
  enum rank ra = rank_of(a), rb = rank_of(b);
  if (ra != rb) return SIGN((int)ra, (int)rb);
  switch (ra) {
    case RANK_NUMBER: return compare_numbers(a, b, mode);
    case RANK_REF: return compare_refs(a, b);
    case RANK_PORT: return compare_ports(a, b);
    case RANK_PID: return compare_pids(a, b);
    case RANK_BITS: return compare_bits(a, b, mode);
    case RANK_EXPORT: return compare_exports(a, b);
    case RANK_FUN: return enter_funs(w, a, b, mode);
    case RANK_TUPLE: return enter_tuples(w, a, b, mode);
    case RANK_RECORD: return enter_records(w, a, b, mode);
    case RANK_MAP: return enter_maps(w, a, b, mode);
    case RANK_LIST: return enter_lists(w, a, b, mode);
    case RANK_ATOM:
    case RANK_NIL: break;
  }
  return 0;
}

static void begin(struct walk *w) {
  w->stack = w->first;
  w->top = 0;
  w->cap = STACK_INLINE;
  w->scratch = NULL;
}

// Walks on. True: *decision is the result. False: no steps are left, and *a and *b are to be compared next.
INLINE bool go_on(struct walk *w, term *a, term *b, u32 *mode, int *decision) {
  int result = 0;
  for (;;) {
    if (*a != *b) {
      result = enter(w, *a, *b, *mode);
      if (UNLIKELY(result == NO_MEMORY)) { // the caller cannot be told: any order will do
        result = SIGN(*a, *b);
        break;
      }
      if (result != DECIDED_LATER && result != 0) break;
      result = 0;
    }
    if (w->top == 0) break;
    struct run *r = &w->stack[w->top - 1];
    *a = *r->a++;
    *b = *r->b++;
    *mode = r->mode;
    if (--r->n == 0) w->top--;
    if (UNLIKELY(--w->steps <= 0)) return false;
  }
  *decision = result;
  return true;
}

static int compare(term a, term b, u32 mode) {
  struct walk w;
  int result = 0;
  begin(&w);
  w.steps = INT64_MAX;
  go_on(&w, &a, &b, &mode, &result);
  finish(&w);
  return result;
}

// --- In portions

struct comparison {
  struct walk w;
  term a, b;
  u32 mode;
};

void term_compare_drop(struct comparison *c) {
  finish(&c->w);
  mem_free(c, sizeof *c, MEM_SYSTEM);
}

// Copies a walk from the C stack to allocated memory.
static struct comparison *keep(const struct walk *w, term a, term b, u32 mode) {
  struct comparison *c = mem_alloc(sizeof *c, MEM_SYSTEM);
  if (!c) return NULL;
  c->w = *w;
  if (w->stack == w->first) c->w.stack = c->w.first;
  c->a = a, c->b = b, c->mode = mode;
  return c;
}

bool term_compare_some(enum term_mode how, term a, term b, struct comparison **c, i64 *steps, int *result) {
  struct walk fresh, *w = &fresh;
  u32 mode = how;
  if (*c) w = &(*c)->w, a = (*c)->a, b = (*c)->b, mode = (*c)->mode;
  else begin(w);
  w->steps = *steps;
  for (;;) {
    bool done = go_on(w, &a, &b, &mode, result);
    *steps = w->steps;
    if (done) {
      if (*c) term_compare_drop(*c);
      else finish(w);
      return true;
    }
    if (*c) {
      (*c)->a = a, (*c)->b = b, (*c)->mode = mode;
      return false;
    }
    if ((*c = keep(w, a, b, mode))) return false;
    w->steps = INT64_MAX; // there is no memory for a pause: finish at once
  }
}

// Most comparisons are of small integers or atoms.
INLINE int order(term a, term b, u32 mode) {
  if (a == b) return 0;
  if (both_small(a, b)) return SIGN(small_val(a), small_val(b));
  if (is_atom(a) && is_atom(b)) return atom_compare(a, b);
  return compare(a, b, mode);
}
int term_compare(term a, term b) { return order(a, b, MODE_ORDER); }
int term_compare_exact(term a, term b) { return order(a, b, MODE_EXACT); }

// Whether two different words cannot be =:=: one is immediate, or only one is a list.
static bool differ_at_once(term a, term b) { return is_immediate(a) || is_immediate(b) || is_cons(a) != is_cons(b); }

bool term_equal_slow(term a, term b) { return a == b || compare(a, b, MODE_EQUAL) == 0; }
bool term_same_slow(term a, term b) { return a == b || (!differ_at_once(a, b) && compare(a, b, MODE_SAME) == 0); }
