// SPDX-License-Identifier: Apache-2.0
// Layout of every boxed object. The payload of the kinds below KIND_FIRST_RAW holds only terms, and the collector scans
// it; the payload of the kinds from KIND_FIRST_RAW on holds raw words, and the collector skips it. A pointer to a VM
// structure inside a scanned payload is stored as a small integer. In the comments p is the address of the header; the
// size in the header is the number of words behind it.
#ifndef TERM_BOXED_H
#define TERM_BOXED_H

#include "term/term.h"

enum kind {
  // scanned
  KIND_TUPLE,    // p[1..n] elements; header is exactly arity << 8 | TAG_HEADER
  KIND_MAP_FLAT, // p[1] keys (a tuple, sorted in map key order), p[2..] values; size = 1 + n, n <= 32
  KIND_MAP_HASH, // root of a hash trie: p[1] number of pairs (small), p[2..] children; aux = 16-bit bitmap
  KIND_MAP_NODE, // inner node: p[1..] children; aux = bitmap. A leaf is a cons cell [Key|Value]
  KIND_FUN,      // p[1] struct fun_entry * as small, p[2] creator pid, p[3..] free variables; aux = arity of the call
  KIND_EXPORT,   // fun M:F/A: p[1] struct export * as small; aux = arity
  KIND_SUB_BIN,  // p[1] whole binary (heap or refc), p[2] offset in bits (small), p[3] size in bits (small)
                 // aux = 1: the owner may append in place (bit syntax), else 0
  KIND_MATCH,    // match context: p[1] whole binary, p[2] position in bits (small), p[3] end in bits (small)
  KIND_RECORD,   // native record (OTP 29): p[1] its definition, p[2..] values of its fields; see term/record.h
  // raw
  KIND_FLOAT,   // p[1] IEEE double
  KIND_BIG_POS, // p[1..] magnitude, 32-bit limbs, least significant first, two a word; top word nonzero
  KIND_BIG_NEG,
  KIND_REF,       // p[1] = n0 | n1 << 32, p[2] = n2: the three 32-bit numbers of a local reference
  KIND_MAGIC_REF, // as KIND_REF, then p[3] struct refc * , p[4] next in the heap's off-heap list
  KIND_HEAP_BIN,  // p[1] size in bytes, p[2..] bytes, the rest of the last word zero
  KIND_REFC_BIN, // p[1] size in bytes, p[2] offset into the payload, p[3] struct refc *, p[4] next in the off-heap list
  KIND_EXT_PID,  // p[1] node atom, p[2] creation, p[3] number | serial << 32
  KIND_EXT_PORT, // p[1] node atom, p[2] creation, p[3] number
  KIND_EXT_REF,  // p[1] node atom, p[2] creation | count << 32, p[3..] 32-bit numbers, two a word
  KIND_COUNT,
  KIND_FIRST_RAW = KIND_FLOAT
};

#define MAKE_HEADER(kind, size) ((term)((u64)(size) << 8 | (u64)(kind) << 3 | TAG_HEADER))
#define MAKE_HEADER_AUX(kind, size, aux) (MAKE_HEADER(kind, size) | (u64)(u32)(aux) << 32)
#define MAX_BOXED_SIZE 0xFFFFFFu // words; also the largest tuple arity, as OTP's

INLINE enum kind header_kind(term h) { return (enum kind)((u32)h >> 3 & 31); }
INLINE u32 header_size(term h) { return (u32)h >> 8; }
INLINE u32 header_aux(term h) { return (u32)(h >> 32); }
INLINE term boxed_header(term t) { return *boxed_ptr(t); }
INLINE bool is_kind(term t, enum kind k) { return is_boxed(t) && header_kind(boxed_header(t)) == k; }

INLINE bool is_tuple(term t) { return is_kind(t, KIND_TUPLE); }
INLINE u32 tuple_arity(term t) { return header_size(boxed_header(t)); }
INLINE term *tuple_elements(term t) { return boxed_ptr(t) + 1; } // element(1) is [0]
INLINE bool is_tuple_of(term t, u32 arity) { return is_boxed(t) && boxed_header(t) == MAKE_HEADER(KIND_TUPLE, arity); }

INLINE bool is_float(term t) { return is_kind(t, KIND_FLOAT); }
INLINE double float_val(term t) {
  double d;
  memcpy(&d, boxed_ptr(t) + 1, 8);
  return d;
}
INLINE bool is_big(term t) {
  return is_boxed(t) && (header_kind(boxed_header(t)) == KIND_BIG_POS || header_kind(boxed_header(t)) == KIND_BIG_NEG);
}
INLINE bool is_integer(term t) { return is_small(t) || is_big(t); }
INLINE bool is_number(term t) { return is_integer(t) || is_float(t); }
INLINE bool is_map(term t) {
  return is_boxed(t) &&
         (header_kind(boxed_header(t)) == KIND_MAP_FLAT || header_kind(boxed_header(t)) == KIND_MAP_HASH);
}
INLINE bool is_fun(term t) {
  return is_boxed(t) && (header_kind(boxed_header(t)) == KIND_FUN || header_kind(boxed_header(t)) == KIND_EXPORT);
}
INLINE bool is_bitstring(term t) {
  if (!is_boxed(t)) return false;
  enum kind k = header_kind(boxed_header(t));
  return k == KIND_HEAP_BIN || k == KIND_REFC_BIN || k == KIND_SUB_BIN;
}
INLINE bool is_binary(term t) {
  return is_bitstring(t) && !(is_kind(t, KIND_SUB_BIN) && (small_val(boxed_ptr(t)[3]) & 7));
}
INLINE bool is_pid(term t) { return is_local_pid(t) || is_kind(t, KIND_EXT_PID); }
INLINE bool is_port(term t) { return is_local_port(t) || is_kind(t, KIND_EXT_PORT); }
INLINE bool is_local_ref(term t) { return is_kind(t, KIND_REF) || is_kind(t, KIND_MAGIC_REF); }
INLINE bool is_ref(term t) { return is_local_ref(t) || is_kind(t, KIND_EXT_REF); }

// A VM pointer kept inside a scanned payload.
INLINE term make_ptr(const void *p) { return (term)((u64)(uintptr_t)p << 4); }
INLINE void *ptr_val(term t) { return (void *)(uintptr_t)(t >> 4); }

#endif
