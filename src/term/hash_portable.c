// SPDX-License-Identifier: Apache-2.0
// phash2 and phash. Their values are defined by the language: they are the same on every Erlang. phash2 is built on Bob
// Jenkins' mixing function of 96 bits, phash on multiplication by primes. Terms are walked in a fixed order with an
// explicit stack. Called only by BIFs; the VM's own tables use hash.c.
#include "base/alloc.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/etf.h"
#include "term/hash.h"
#include "term/map.h"
#include "term/number.h"
#include "term/record.h"

enum op {
  OP_TERMS,
  OP_PAIRS,
  OP_CHILDREN,
  OP_PAIR_DONE,
  OP_MAP_DONE,
  OP_BYTES,
  OP_TUPLE_DONE,
  OP_LIST_REST,
  OP_LIST_DONE
};
struct item {
  const term *p; // terms still to be hashed
  u32 n;         // how many
  u32 op;
  // Values kept for the end of a map or tuple, or between portions of the bytes of a binary.
  u32 a, b;
  const u8 *bytes;
};
enum { INLINE_ITEMS = 32 };
struct walk {
  u32 h;
  u32 pairs; // exclusive or of the hashes of the pairs of the present map
  struct item *stack;
  size_t top, cap;
  i64 steps; // left before a pause
  struct item first[INLINE_ITEMS];
};

static void walk_init(struct walk *w) {
  w->h = w->pairs = 0;
  w->stack = w->first;
  w->top = 0;
  w->cap = INLINE_ITEMS;
  w->steps = INT64_MAX;
}
static void walk_free(struct walk *w) {
  if (w->stack != w->first) mem_free(w->stack, w->cap * sizeof *w->stack, MEM_SYSTEM);
}

// When memory is out, the item is left out: the hash then differs from OTP's, and the caller cannot be told.
static void push(struct walk *w, enum op op, const term *p, u32 n, u32 a, u32 b) {
  if (UNLIKELY(w->top == w->cap)) {
    struct item *stack = mem_alloc(2 * w->cap * sizeof *stack, MEM_SYSTEM);
    if (!stack) return;
    memcpy(stack, w->stack, w->top * sizeof *stack);
    walk_free(w);
    w->stack = stack;
    w->cap *= 2;
  }
  w->stack[w->top++] = (struct item){.p = p, .n = n, .op = op, .a = a, .b = b};
}

static bool is_byte(term t) { return is_small(t) && (u64)small_val(t) < 256; }

// --- phash2 ------------------------------------------------------------------------------------

#define GOLDEN 0x9E3779B9u
#define CONSTANT(k) (GOLDEN * (u32)(k))

#define MIX(a, b, c) \
  do { \
    a -= b; \
    a -= c; \
    a ^= c >> 13; \
    b -= c; \
    b -= a; \
    b ^= a << 8; \
    c -= a; \
    c -= b; \
    c ^= b >> 13; \
    a -= b; \
    a -= c; \
    a ^= c >> 12; \
    b -= c; \
    b -= a; \
    b ^= a << 16; \
    c -= a; \
    c -= b; \
    c ^= b >> 5; \
    a -= b; \
    a -= c; \
    a ^= c >> 3; \
    b -= c; \
    b -= a; \
    b ^= a << 10; \
    c -= a; \
    c -= b; \
    c ^= b >> 15; \
  } while (0)

static u32 hash_two(u32 h, u32 x, u32 y, u32 k) {
  u32 a = CONSTANT(k) + x, b = CONSTANT(k) + y;
  MIX(a, b, h);
  return h;
}
static u32 hash_one(u32 h, u32 x, u32 k) { return hash_two(h, x, 0, k); }

static u32 load32(const u8 *p) { return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24; }

struct block {
  u32 a, b, c;
};

static const u8 *hash_dozens(struct block *k, const u8 *p, size_t dozens) {
  u32 a = k->a, b = k->b, c = k->c;
  for (; dozens > 0; dozens--, p += 12) {
    a += load32(p);
    b += load32(p + 4);
    c += load32(p + 8);
    MIX(a, b, c);
  }
  *k = (struct block){a, b, c};
  return p;
}

// Hashes the last n < 12 bytes of len bytes in all.
static u32 hash_tail(const struct block *k, const u8 *p, size_t n, size_t len) {
  u32 a = k->a, b = k->b, c = k->c;
  u8 tail[12] = {0};
  if (n > 0) memcpy(tail, p, n); // the lowest byte of c is reserved for the length
  a += load32(tail);
  b += load32(tail + 4);
  c += (u32)len + (load32(tail + 8) << 8);
  MIX(a, b, c);
  return c;
}

static u32 hash_block(const u8 *p, size_t len, u32 c) {
  struct block k = {GOLDEN, GOLDEN, c};
  p = hash_dozens(&k, p, len / 12);
  return hash_tail(&k, p, len % 12, len);
}

static u32 hash_small(u32 h, i64 v) {
  if (v >= -((i64)1 << 27) && v < (i64)1 << 27) {
    if (v < 0) h = hash_one(h, (u32)-v, 1); // negative ones are mixed twice
    return hash_one(h, (u32)v, 1);
  }
  u64 m = v < 0 ? -(u64)v : (u64)v;
  return hash_two(h, (u32)m, (u32)(m >> 32), v < 0 ? 10 : 11);
}

static u32 hash_big(u32 h, term t) {
  const term *p = boxed_ptr(t);
  u32 k = header_kind(p[0]) == KIND_BIG_NEG ? 10 : 11;
  for (u32 i = 1; i <= header_size(p[0]); i++) h = hash_two(h, (u32)p[i], (u32)(p[i] >> 32), k);
  return h;
}

static u32 hash_bits(u32 h, term t) {
  u32 con = CONSTANT(13) + h;
  struct bits b;
  bits_of(t, &b);
  if (b.size == 0) return con;
  size_t n = (size_t)(b.size / 8);
  u32 loose = b.size & 7;
  u8 last = 0;
  if (b.offset == 0) {
    h = hash_block(b.data, n, con);
  } else {
    u8 *copy = mem_alloc(n + 1, MEM_SYSTEM);
    if (!copy) return con;
    bits_copy(copy, 0, b.data, b.offset, (u64)n * 8);
    h = hash_block(copy, n, con);
    mem_free(copy, n + 1, MEM_SYSTEM);
  }
  if (loose == 0) return h;
  bits_copy(&last, 0, b.data, b.offset + (u64)n * 8, loose);
  return hash_two(h, loose, last >> (8 - loose), 15);
}

static u32 hash_port(u32 h, u64 number) {
  return number >> 32 ? hash_two(h, (u32)number, (u32)(number >> 32), 6) : hash_one(h, (u32)number, 6);
}

static u32 hash_immediate(u32 h, term t) {
  if (is_small(t)) return hash_small(h, small_val(t));
  if (is_atom(t)) return h == 0 ? atom_hash_otp(t) : hash_one(h, atom_hash_otp(t), 3);
  if (is_nil(t)) return h == 0 ? 3468870702u : hash_one(h, 2, 2);
  if (is_local_pid(t)) return hash_one(h, pid_number(t), 5);
  return hash_port(h, port_number(t));
}

static u32 hash_float(u32 h, term t) {
  double d = float_val(t);
  if (d == 0) d = 0.0; // not -0.0
  u64 w;
  memcpy(&w, &d, 8);
  return hash_two(h, (u32)(w >> 32), (u32)w, 12);
}

// The bytes of a long binary are hashed in portions; n is the number of blocks of 12 bytes that are left.
enum { LONG_BINARY = 1 << 20, DOZENS = 1 << 15, STEPS_OF_DOZENS = DOZENS / 4 };

static bool enter_long_binary(struct walk *w, term t) {
  struct bits b;
  bits_of(t, &b);
  if (b.size < 8 * (u64)LONG_BINARY || b.offset || b.size & 7 || w->steps == INT64_MAX) return false;
  push(w, OP_BYTES, boxed_ptr(t), (u32)(b.size / 96), GOLDEN, GOLDEN);
  w->stack[w->top - 1].bytes = b.data;
  w->h += CONSTANT(13);
  return true;
}

static void hash_bytes_on(struct walk *w, struct item *i) {
  struct block k = {i->a, i->b, w->h};
  u32 n = i->n < DOZENS ? i->n : DOZENS;
  i->bytes = hash_dozens(&k, i->bytes, n);
  i->n -= n;
  i->a = k.a, i->b = k.b, w->h = k.c;
  w->steps -= STEPS_OF_DOZENS;
  if (i->n > 0) return;
  size_t len = (size_t)(bit_size_of(make_boxed((term *)(uintptr_t)i->p)) >> 3);
  w->h = hash_tail(&k, i->bytes, len % 12, len);
  w->top--;
}

// Hashes a string, four characters at a time.
static void enter_list(struct walk *w, term t) {
  u32 c = 0, four = 0;
  const term *rest = NULL; // the tail of the last character
  while (is_cons(t) && is_byte(hd(t))) {
    four = four << 8 | (u32)small_val(hd(t));
    rest = cons_ptr(t) + 1;
    t = *rest;
    if (++c == 4) {
      w->h = hash_one(w->h, four, 4);
      c = four = 0;
      if (UNLIKELY(--w->steps < 0)) break;
    }
  }
  if (c > 0) w->h = hash_one(w->h, four, 4);
  if (is_cons(t) && !(rest && w->steps < 0)) push(w, OP_TERMS, cons_ptr(t), 2, 0, 0);
  else push(w, OP_TERMS, rest, 1, 0, 0);
}

static void enter_map(struct walk *w, term t, const term *p) {
  u32 size = (u32)map_size(t);
  w->h = hash_one(w->h, size, 16);
  if (size == 0) return;
  push(w, OP_MAP_DONE, NULL, 0, w->h, w->pairs);
  w->h = w->pairs = 0;
  if (header_kind(p[0]) == KIND_MAP_FLAT) push(w, OP_PAIRS, p, 0, 0, 0);
  else push(w, OP_CHILDREN, p + 2, header_size(p[0]) - 1, 0, 0);
}

static void enter_fun(struct walk *w, term t, const term *p) {
  struct fun_info_etf f;
  etf_fun_info(t, &f);
  w->h = hash_two(w->h, f.free_count, atom_hash_otp(f.module), 1);
  w->h = hash_two(w->h, f.old_index, f.old_uniq, 1);
  if (f.free_count) push(w, OP_TERMS, p + 3, f.free_count, 0, 0);
}

static void enter_export(struct walk *w, term t) {
  term m, f;
  u32 arity;
  etf_export_info(t, &m, &f, &arity);
  w->h = hash_two(w->h, arity, atom_hash_otp(m), 1);
  w->h = hash_one(w->h, atom_hash_otp(f), 14);
}

static void enter_boxed(struct walk *w, term t) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  switch (header_kind(p[0])) {
    case KIND_TUPLE:
      w->h = hash_one(w->h, n, 9);
      if (n) push(w, OP_TERMS, p + 1, n, 0, 0);
      break;
    case KIND_RECORD:
      w->h = hash_two(w->h, n - 1, hash_phash2(p[1]), 23);
      if (n > 1) push(w, OP_TERMS, p + 2, n - 1, 0, 0);
      break;
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH: enter_map(w, t, p); break;
    case KIND_FUN: enter_fun(w, t, p); break;
    case KIND_EXPORT: enter_export(w, t); break;
    case KIND_FLOAT: w->h = hash_float(w->h, t); break;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: w->h = hash_big(w->h, t); break;
    case KIND_REF:
    case KIND_MAGIC_REF: w->h = hash_one(w->h, (u32)p[1], 7); break;
    case KIND_EXT_REF: w->h = hash_one(w->h, p[2] >> 32 ? (u32)p[3] : 0, 7); break;
    case KIND_EXT_PID: w->h = hash_one(w->h, (u32)p[3], 5); break;
    case KIND_EXT_PORT: w->h = hash_port(w->h, p[3]); break;
    default:
      if (!enter_long_binary(w, t)) w->h = hash_bits(w->h, t);
  }
}

// Takes the next term from the stack and finishes compound terms that end before it. False: the walk is at its end, or
// pauses because no steps are left.
static bool next_term(struct walk *w, term *t) {
  while (w->top > 0) {
    if (UNLIKELY(--w->steps < 0)) return false;
    struct item *i = &w->stack[w->top - 1];
    const term *p = i->p;
    switch (i->op) {
      case OP_TERMS:
        *t = *i->p++;
        if (--i->n == 0) w->top--;
        return true;
      // N is the number of pairs of the flat map p that are done.
      case OP_PAIRS: {
        u32 at = i->n++;
        if (i->n == header_size(p[0]) - 1) w->top--;
        push(w, OP_PAIR_DONE, NULL, 0, 0, 0);
        push(w, OP_TERMS, p + 2 + at, 1, 0, 0);
        *t = tuple_elements(p[1])[at];
        return true;
      }
      case OP_CHILDREN: {
        term child = *i->p++;
        if (--i->n == 0) w->top--;
        if (is_cons(child)) {
          push(w, OP_PAIR_DONE, NULL, 0, 0, 0);
          push(w, OP_TERMS, cons_ptr(child) + 1, 1, 0, 0);
          *t = hd(child);
          return true;
        }
        push(w, OP_CHILDREN, boxed_ptr(child) + 1, header_size(boxed_header(child)), 0, 0);
        break;
      }
      case OP_PAIR_DONE:
        w->top--;
        w->pairs ^= w->h;
        w->h = 0;
        break;
      case OP_BYTES: hash_bytes_on(w, i); break;
      default: { // OP_MAP_DONE
        u32 pairs = w->pairs;
        w->top--;
        w->h = hash_one(i->a, pairs, 19);
        w->pairs = i->b;
      }
    }
  }
  return false;
}

static void hash_from(struct walk *w, term t) {
  do {
    if (is_cons(t)) enter_list(w, t);
    else if (is_boxed(t)) enter_boxed(w, t);
    else w->h = hash_immediate(w->h, t);
  } while (next_term(w, &t));
}

u32 hash_phash2(term t) {
  if (is_immediate(t)) return hash_immediate(0, t);
  struct walk w;
  walk_init(&w);
  hash_from(&w, t);
  walk_free(&w);
  return w.h;
}

// --- phash2 in portions

struct hashing {
  struct walk w;
};

void hash_drop(struct hashing *s) {
  walk_free(&s->w);
  mem_free(s, sizeof *s, MEM_SYSTEM);
}

bool hash_phash2_some(term t, struct hashing **s, i64 steps, u32 *hash) {
  if (*s) {
    struct walk *w = &(*s)->w;
    w->steps = steps;
    if (next_term(w, &t)) hash_from(w, t);
    if (w->top > 0) return false;
    *hash = w->h;
    hash_drop(*s);
    return true;
  }
  struct walk w;
  walk_init(&w);
  w.steps = steps;
  hash_from(&w, t);
  if (w.top > 0 && (*s = mem_alloc(sizeof **s, MEM_SYSTEM))) {
    (*s)->w = w;
    if (w.stack == w.first) (*s)->w.stack = (*s)->w.first;
    return false;
  }
  if (w.top > 0) { // there is no memory for a pause: finish at once
    w.steps = INT64_MAX - 1;
    if (next_term(&w, &t)) hash_from(&w, t);
  }
  *hash = w.h;
  walk_free(&w);
  return true;
}

// --- phash -------------------------------------------------------------------------------------

enum {
  PRIME_1 = 268440163,
  PRIME_2 = 268439161,
  PRIME_3 = 268435459,
  PRIME_4 = 268436141,
  PRIME_5 = 268438633,
  PRIME_6 = 268437017,
  PRIME_8 = 268437511,
  PRIME_9 = 268439627,
  PRIME_10 = 268440479,
  PRIME_11 = 268440577,
  PRIME_12 = 268440581,
  PRIME_13 = 268440593,
  PRIME_14 = 268440611,
  PRIME_15 = 268440629
};

static u32 step32(u32 h, u32 x, u32 prime) {
  for (int i = 0; i < 4; i++, x >>= 8) h = h * prime + (x & 255);
  return h;
}
static u32 step64(u32 h, u64 x, u32 prime) {
  h = step32(h, (u32)x, prime);
  return x >> 32 ? step32(h, (u32)(x >> 32), prime) : h;
}

static u32 old_port(u32 h, u64 number) {
  if (number >> 32) h = step32(h, (u32)(number >> 32), PRIME_11);
  return step32(h, (u32)number, PRIME_9) * PRIME_10;
}

static u32 old_big(u32 h, term t) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  for (u32 i = 1; i < n; i++) h = step32(step32(h, (u32)p[i], PRIME_2), (u32)(p[i] >> 32), PRIME_2);
  return step64(h, p[n], PRIME_2) * (header_kind(p[0]) == KIND_BIG_NEG ? PRIME_4 : PRIME_3);
}

static u32 old_bits(u32 h, term t) {
  struct bits b;
  bits_of(t, &b);
  u64 n = b.size / 8;
  u32 loose = b.size & 7;
  for (u64 i = 0; i < n; i++) {
    u32 byte = b.data[i];
    if (b.offset) byte = (byte << b.offset | (u32)b.data[i + 1] >> (8 - b.offset)) & 255;
    h = h * PRIME_1 + byte;
  }
  if (loose) {
    u8 last = 0;
    bits_copy(&last, 0, b.data, b.offset + n * 8, loose);
    h = (h * PRIME_1 + (last >> (8 - loose))) * PRIME_12 + loose;
  }
  return h * PRIME_4 + (u32)n;
}

static u32 old_immediate(u32 h, term t) {
  if (is_small(t)) {
    i64 v = small_val(t);
    return step64(h, v < 0 ? -(u64)v : (u64)v, PRIME_2) * (v < 0 ? PRIME_4 : PRIME_3);
  }
  if (is_atom(t)) return h * PRIME_1 + atom_hash_otp(t);
  if (is_nil(t)) return h * PRIME_3 + 1;
  if (is_local_pid(t)) return step32(h, pid_number(t), PRIME_5) * PRIME_6;
  return old_port(h, port_number(t));
}

// Hashes the characters at the front of a list; then the first other element, or the tail, comes next.
static void old_list(struct walk *w, const term *cell) {
  while (is_byte(cell[0])) {
    w->h = w->h * PRIME_2 + (u32)small_val(cell[0]);
    if (!is_cons(cell[1])) {
      push(w, OP_LIST_DONE, NULL, 0, 0, 0);
      push(w, OP_TERMS, cell + 1, 1, 0, 0);
      return;
    }
    cell = cons_ptr(cell[1]);
  }
  push(w, OP_LIST_REST, cell + 1, 0, 0, 0);
  push(w, OP_TERMS, cell, 1, 0, 0);
}

// Hashes what OTP keeps in a definition: the order of the fields, a hash, and what our definition has.
static u32 old_definition(u32 h, term t) {
  u32 n = record_size(t);
  for (u32 i = 0; i < n; i++) h = old_immediate(h, make_small(i));
  h = old_immediate(h * PRIME_9 + n, make_small(hash_phash2(boxed_ptr(t)[1])));
  for (u32 i = 0; i < RECORD_KEYS + n; i++) h = old_immediate(h, record_definition(t)[i]);
  return h * PRIME_9 + RECORD_KEYS + 2 + n;
}

static void old_boxed(struct walk *w, term t) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  struct fun_info_etf f;
  term m, name;
  u32 arity;
  switch (header_kind(p[0])) {
    case KIND_TUPLE:
      push(w, OP_TUPLE_DONE, NULL, n, PRIME_9, 0);
      if (n) push(w, OP_TERMS, p + 1, n, 0, 0);
      break;
    case KIND_RECORD:
      w->h = old_definition(w->h, t);
      push(w, OP_TUPLE_DONE, NULL, n, PRIME_15, 0);
      if (n > 1) push(w, OP_TERMS, p + 2, n - 1, 0, 0);
      break;
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH: w->h = w->h * PRIME_13 + PRIME_14 + hash_phash2(t); break;
    case KIND_FUN:
      etf_fun_info(t, &f);
      w->h = (w->h * PRIME_10 + f.free_count) * PRIME_1 + atom_hash_otp(f.module);
      w->h = (w->h * PRIME_2 + f.old_index) * PRIME_2 + f.old_uniq;
      if (f.free_count) push(w, OP_TERMS, p + 3, f.free_count, 0, 0);
      break;
    case KIND_EXPORT:
      etf_export_info(t, &m, &name, &arity);
      w->h = ((w->h * PRIME_11 + arity) * PRIME_1 + atom_hash_otp(m)) * PRIME_1 + atom_hash_otp(name);
      break;
    case KIND_FLOAT: {
      double d = float_val(t);
      if (d == 0) d = 0.0;
      u64 v;
      memcpy(&v, &d, 8);
      w->h = w->h * PRIME_6 + ((u32)v ^ (u32)(v >> 32));
      break;
    }
    case KIND_BIG_POS:
    case KIND_BIG_NEG: w->h = old_big(w->h, t); break;
    case KIND_REF:
    case KIND_MAGIC_REF: w->h = step32(w->h, (u32)p[1], PRIME_9) * PRIME_10; break;
    case KIND_EXT_REF: w->h = step32(w->h, p[2] >> 32 ? (u32)p[3] : 0, PRIME_9) * PRIME_10; break;
    case KIND_EXT_PID: w->h = step32(w->h, (u32)p[3], PRIME_5) * PRIME_6; break;
    case KIND_EXT_PORT: w->h = old_port(w->h, p[3]); break;
    default: w->h = old_bits(w->h, t); break;
  }
}

static bool old_next_term(struct walk *w, term *t) {
  while (w->top > 0) {
    struct item *i = &w->stack[w->top - 1];
    switch (i->op) {
      case OP_TERMS:
        *t = *i->p++;
        if (--i->n == 0) w->top--;
        return true;
      case OP_LIST_REST: {
        const term *rest = i->p;
        w->top--;
        if (is_cons(*rest)) {
          old_list(w, cons_ptr(*rest));
          break;
        }
        push(w, OP_LIST_DONE, NULL, 0, 0, 0);
        *t = *rest;
        return true;
      }
      case OP_LIST_DONE:
        w->top--;
        w->h *= PRIME_8;
        break;
      default: // OP_TUPLE_DONE
        w->top--;
        w->h = w->h * i->a + i->n;
    }
  }
  return false;
}

u32 hash_phash(term t) {
  struct walk w;
  walk_init(&w);
  do {
    if (is_cons(t)) old_list(&w, cons_ptr(t));
    else if (is_boxed(t)) old_boxed(&w, t);
    else w.h = old_immediate(w.h, t);
  } while (old_next_term(&w, &t));
  walk_free(&w);
  return w.h;
}
