// SPDX-License-Identifier: Apache-2.0
// The meaning of operations that several files need, written once.
#ifndef INTERP_SEMANTICS_H
#define INTERP_SEMANTICS_H

#include "interp/interp.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/bs_match.h"
#include "term/compare.h"
#include "term/map.h"
#include "term/number.h"

// Flat maps have few keys, so immediate keys are found by comparing words.
INLINE term semantics_map_get(term map, term key) {
  const term *p = boxed_ptr(map);
  if (LIKELY(header_kind(p[0]) == KIND_MAP_FLAT && is_immediate(key))) {
    u32 n = header_size(p[0]) - 1;
    const term *keys = boxed_ptr(p[1]) + 1;
    for (u32 i = 0; i < n; i++)
      if (keys[i] == key) return p[2 + i];
    return NV;
  }
  return map_get(map, key);
}

const cword *exception_guard_bif(const cword *ip, term *E, term function, term reason, const term *args, u32 n);
term *exception_keep_caller(const cword *ip, term *E, const struct export *called);
const cword *exception_arithmetic(const cword *ip, term *E, term function, term a, term b);

#endif
