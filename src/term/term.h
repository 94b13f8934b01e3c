// SPDX-License-Identifier: Apache-2.0
// The tagged word. A term is 64 bits on every machine. Low bits:
//
//   ....0000  small integer, value << 4 (60 bits, signed)
//   .....001  list cell:  term = address - 8 + 1
//   .....010  boxed:      term = address - 8 + 2, the address holds a header
//   .....110  header word of a boxed object (never a value): kind in bits 3..7,
//             size in words (without the header) in bits 8..31, aux in bits 32..63
//   ....0011  return word on a stack: code address << 4       (never a value)
//   ....1011  catch word in a Y register: code address << 4    (never a value)
//   ....0111  atom: index << 4
//   ....1111  the rest, told apart by bits 4..7: NV, nil, local pid, local port
//
// The bias of -8 makes every field of a cell or boxed object one load with a constant positive
// offset. A zeroed word is the small 0, so fresh memory is always valid to scan.
#ifndef TERM_TERM_H
#define TERM_TERM_H

#include "base/base.h"
#include "gen/seam.h" // TAG_PID, TAG_PORT

typedef u64 term;

#define TAG_CONS 1u
#define TAG_BOXED 2u
#define TAG_HEADER 6u
#define TAG_RETURN 3u
#define TAG_CATCH 11u
#define TAG_ATOM 7u
#define NV ((term)0x0F)  // the non-value: no result, error, or not there
#define NIL ((term)0x1F) // []

#define MAKE_ATOM(index) ((term)((u64)(index) << 4 | TAG_ATOM))

// Small integers.
#define SMALL_MAX (((i64)1 << 59) - 1)
#define SMALL_MIN (-((i64)1 << 59))
INLINE bool is_small(term t) { return ((u32)t & 15) == 0; }
INLINE bool both_small(term a, term b) { return (((u32)a | (u32)b) & 15) == 0; }
INLINE term make_small(i64 v) { return (term)((u64)v << 4); }
INLINE i64 small_val(term t) { return (i64)t >> 4; }
INLINE bool fits_small(i64 v) { return v >= SMALL_MIN && v <= SMALL_MAX; }

// Atoms.
INLINE bool is_atom(term t) { return ((u32)t & 15) == TAG_ATOM; }
INLINE u32 atom_index(term t) { return (u32)(t >> 4); }

// Lists.
INLINE bool is_cons(term t) { return ((u32)t & 7) == TAG_CONS; }
INLINE bool is_nil(term t) { return t == NIL; }
INLINE bool is_list(term t) { return is_cons(t) || t == NIL; }
INLINE term *cons_ptr(term t) { return (term *)(uintptr_t)(t + 7); }
INLINE term hd(term t) { return cons_ptr(t)[0]; }
INLINE term tl(term t) { return cons_ptr(t)[1]; }
INLINE term make_cons(const term *p) { return (term)(uintptr_t)p - 7; }

// Boxed objects and their headers.
INLINE bool is_boxed(term t) { return ((u32)t & 7) == TAG_BOXED; }
INLINE term *boxed_ptr(term t) { return (term *)(uintptr_t)(t + 6); }
INLINE term make_boxed(const term *p) { return (term)(uintptr_t)p - 6; }
INLINE bool is_header(term w) { return ((u32)w & 7) == TAG_HEADER; }
INLINE bool is_pointer(term t) { return is_cons(t) || is_boxed(t); }
INLINE bool is_immediate(term t) { return !is_pointer(t); }

// Local pids and ports: number in bits 8..35 (28 bits), serial in bits 36..63 (28 bits).
INLINE bool is_local_pid(term t) { return ((u32)t & 0xFF) == TAG_PID; }
INLINE bool is_local_port(term t) { return ((u32)t & 0xFF) == TAG_PORT; }
INLINE term make_pid(u32 number, u32 serial) { return (u64)serial << 36 | (u64)number << 8 | TAG_PID; }
INLINE term make_port(u64 number) { return number << 8 | TAG_PORT; }
INLINE u32 pid_number(term t) { return (u32)(t >> 8) & 0x0FFFFFFF; }
INLINE u32 pid_serial(term t) { return (u32)(t >> 36); }
INLINE u64 port_number(term t) { return t >> 8; }

#endif
