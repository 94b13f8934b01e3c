// SPDX-License-Identifier: Apache-2.0
//
// Defines what Emscripten's C library would otherwise import from JavaScript, so that vm.wasm imports only host_*
// functions (scripts/check-wasm.js checks that), and the mathematical functions that every host has: JavaScript
// engines and the C library compute them by the same algorithms (fdlibm), so their code and tables need not be
// shipped. exp, log, pow, sin and others are in wasm_float.c, because for these the results of engines differ from
// erl's in the last bit.

#include <stddef.h>

#include "gen/seam.h"

void emscripten_notify_memory_growth(size_t memory_index);

// JavaScript notices by itself that memory has grown: its views of the old buffer become empty.
void emscripten_notify_memory_growth(size_t memory_index) { (void)memory_index; }

__attribute__((import_module("env"), import_name("host_math"))) double import_math(int function, double x, double y);

#define MATH1(name, which) \
  double name(double x); \
  double name(double x) { return import_math(which, x, 0); }
#define MATH2(name, which) \
  double name(double x, double y); \
  double name(double x, double y) { return import_math(which, x, y); }
MATH1(asin, MATH_ASIN)
MATH1(acos, MATH_ACOS)
MATH1(atan, MATH_ATAN)
MATH1(sinh, MATH_SINH)
MATH1(tanh, MATH_TANH)
MATH1(asinh, MATH_ASINH)
MATH1(acosh, MATH_ACOSH)
MATH1(atanh, MATH_ATANH)
MATH2(atan2, MATH_ATAN2)
MATH2(fmod, MATH_FMOD)
