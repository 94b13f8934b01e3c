// SPDX-License-Identifier: Apache-2.0
// Types, attributes and limits that every room uses. Knows nothing of Erlang.
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define NOINLINE __attribute__((noinline))
// In files built for size (cmake/vm.cmake) the compiler decides about INLINE, but not about HOT_INLINE: that is
// for what is small and called in a loop, where the call would take longer than what it does.
#define HOT_INLINE static inline __attribute__((always_inline))
#ifdef SMALL_CODE
#define INLINE static inline
#else
#define INLINE HOT_INLINE
#endif
#define MUST_USE __attribute__((warn_unused_result))
#define UNUSED __attribute__((unused))
// A function that may run the garbage collector: every term is dead after it that is not in a register or in a frame.
#define MAY_GC // scripts/check-collects: who calls such a function is one itself, or an operation that may collect

#ifndef VM_DEBUG
#define VM_DEBUG 0
#endif
#ifndef VM_GC_STRESS
#define VM_GC_STRESS 0
#endif

// A broken invariant of the VM itself (never of the program it runs): stops at once. In debug builds it first says
// where and what (base/panic.c); a release build keeps nothing of the words. ASSERT is for debug builds only.
#if VM_DEBUG
_Noreturn void panic_at(const char *file, int line, const char *what);
const char *panic_text(void); // what the last one said, "" before any
#define PANIC(what) panic_at(__FILE__, __LINE__, what)
#define ASSERT(c) \
  do { \
    if (UNLIKELY(!(c))) PANIC("not true: " #c); \
  } while (0)
#else
#define PANIC(what) __builtin_trap()
#define ASSERT(c) ((void)0)
#endif

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
INLINE u64 min_u64(u64 a, u64 b) { return a < b ? a : b; }
INLINE u64 max_u64(u64 a, u64 b) { return a > b ? a : b; }

// Limits, each with its reason.
enum {
  MAX_X_REGISTERS = 1024,     // BEAM's own limit (x1023)
  MAX_FLOAT_REGISTERS = 1024, // the same for float registers
  MAX_ARITY = 255,            // Erlang functions and funs
  MAX_ATOM_CHARACTERS = 255,  // Erlang reference manual, "Atom"
  REDUCTIONS_PER_SLICE = 4000 // as OTP's CONTEXT_REDS
};

#endif
