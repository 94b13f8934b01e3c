// SPDX-License-Identifier: Apache-2.0
// The VM's own hash of terms, for maps and tables. Invariant: terms that are =:= have the same hash, and the hash does
// not depend on addresses, so that the order of large maps is the same in every run. The stack is bounded: parts of a
// term that are nested too deeply for it do not contribute to the hash.
#include "term/hash.h"

#include "term/binary.h"
#include "term/etf.h"
#include "term/map_node.h"

enum { PENDING_MAX = 64 };
struct pending {
  const term *p;
  u32 n;
};
struct state {
  u64 h;
  u32 top;
  struct pending stack[PENDING_MAX];
};

#define MULTIPLIER 0xD6E8FEB86659FD93ull

INLINE u64 mix(u64 h, u64 w) {
  h = (h ^ w) * MULTIPLIER;
  return h ^ h >> 32;
}

static u64 load64(const u8 *p) {
  u64 v;
  memcpy(&v, p, 8);
  return v;
}

static u64 mix_bytes(u64 h, const u8 *p, size_t n) {
  for (; n >= 8; n -= 8, p += 8) h = mix(h, load64(p));
  u64 tail = 0;
  for (size_t i = 0; i < n; i++) tail |= (u64)p[i] << (8 * i);
  return mix(h, tail ^ (u64)n << 56);
}

INLINE void push(struct state *s, const term *p, u32 n) {
  if (n > 0 && s->top < PENDING_MAX) s->stack[s->top++] = (struct pending){p, n};
}

static u64 mix_bits(u64 h, term t) {
  struct bits b;
  bits_of(t, &b);
  h = mix(h, b.size);
  if (b.offset == 0 && (b.size & 7) == 0) return mix_bytes(h, b.data, (size_t)(b.size / 8));
  // Data that is not aligned, or ends inside a byte, goes through an aligned buffer whose last bits are zero.
  u64 at = 0;
  u8 buffer[64];
  while (at < b.size) {
    u64 n = min_u64(b.size - at, sizeof buffer * 8);
    memset(buffer, 0, sizeof buffer);
    bits_copy(buffer, 0, b.data, b.offset + at, n);
    h = mix_bytes(h, buffer, (size_t)((n + 7) / 8));
    at += n;
  }
  return h;
}

// The same pid, port or reference never occurs in both a local and an external form.
static u64 mix_ref(u64 h, const term *p) {
  if (header_kind(p[0]) != KIND_EXT_REF) return mix(h, p[1]);
  // References that differ only in leading zeros are equal.
  u32 words = (u32)(p[2] >> 32);
  return mix(mix(h, p[1] ^ p[2] << 32), words > 1 ? p[3] : words ? (u32)p[3] : 0);
}

static void mix_fun(struct state *s, term t, const term *p) {
  struct fun_info_etf f;
  if (!etf_fun_info) {
    s->h = mix(s->h, p[1]);
  } else {
    etf_fun_info(t, &f);
    s->h = mix(mix(s->h, f.module), (u64)f.index << 32 | f.old_uniq);
  }
  push(s, p + 3, header_size(p[0]) - 2);
}

static void mix_export(struct state *s, term t, const term *p) {
  if (!etf_export_info) {
    s->h = mix(s->h, p[1]);
    return;
  }
  term m, f;
  u32 arity;
  etf_export_info(t, &m, &f, &arity);
  s->h = mix(mix(mix(s->h, m), f), arity);
}

static void mix_boxed(struct state *s, term t) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  enum kind kind = header_kind(p[0]);
  switch (kind) {
    case KIND_TUPLE:
    case KIND_RECORD:
      s->h = mix(s->h, p[0]);
      push(s, p + 1, n);
      break;
    case KIND_MAP_FLAT:
      s->h = mix(s->h, p[0]);
      push(s, p + 2, n - 1);
      push(s, tuple_elements(p[1]), n - 1);
      break;
    case KIND_MAP_HASH:
      s->h = mix(s->h, p[1]);
      push(s, p + 2, n - 1);
      break;
    case KIND_MAP_NODE: // leaves in a collision node may stand in any order
      if (!map_node_is_collision(p[0])) push(s, p + 1, n);
      break;
    case KIND_FUN: mix_fun(s, t, p); break;
    case KIND_EXPORT: mix_export(s, t, p); break;
    case KIND_FLOAT: { // so that 0.0 and -0.0 have the same hash
      double d = float_val(t) + 0.0;
      u64 w;
      memcpy(&w, &d, 8);
      s->h = mix(s->h, w);
      break;
    }
    case KIND_BIG_POS:
    case KIND_BIG_NEG:
      s->h = mix(s->h, p[0]);
      for (u32 i = 1; i <= n; i++) s->h = mix(s->h, p[i]);
      break;
    case KIND_REF:
    case KIND_MAGIC_REF:
    case KIND_EXT_REF: s->h = mix_ref(s->h, p); break;
    case KIND_EXT_PID:
    case KIND_EXT_PORT:
      for (u32 i = 1; i <= n; i++) s->h = mix(s->h, p[i]);
      break;
    default: s->h = mix_bits(s->h, t); break;
  }
}

u32 hash_term(term t) {
  if (is_immediate(t)) return hash_u64(t);
  struct state s;
  s.h = 0x9E3779B97F4A7C15ull;
  s.top = 0;
  for (;;) {
    if (is_cons(t)) {
      s.h = mix(s.h, TAG_CONS);
      push(&s, cons_ptr(t), 2);
    } else if (is_boxed(t)) {
      mix_boxed(&s, t);
    } else {
      s.h = mix(s.h, t);
    }
    if (s.top == 0) break;
    struct pending *r = &s.stack[s.top - 1];
    t = *r->p++;
    if (--r->n == 0) s.top--;
  }
  // Mix has folded the upper half into the lower one already; folding again would cancel it.
  return (u32)s.h;
}
