// SPDX-License-Identifier: Apache-2.0
// Local references. A reference is a 64-bit counter, split into OTP's three numbers: the lowest 18 bits are n0, the
// next 32 bits n1, the rest n2. So references grow in term order as they are made. Invariant: no number is used twice
// in one VM. Called by every room that identifies something by a reference.
#include "term/ref.h"

static u64 next_id = 1;

void ref_init(u64 seed) {
  seed ^= seed >> 31;
  seed *= 0x9E3779B97F4A7C15ull;
  // 40 random bits with zeros above them: more than 2^63 references remain.
  next_id = (seed >> 24) | 1;
}

u64 ref_next_id(void) { return next_id++; }

// Splits an id into the three numbers of a reference, which is printed as #Ref<0.n2.n1.n0>.
static void ref_numbers(u64 id, u32 out[3]) {
  out[0] = (u32)id & ((1u << REF_LOW_BITS) - 1);
  out[1] = (u32)(id >> REF_LOW_BITS);
  out[2] = (u32)(id >> (REF_LOW_BITS + 32));
}

static void fill(term *p, u64 id) {
  u32 n[3];
  ref_numbers(id, n);
  p[1] = n[0] | (u64)n[1] << 32;
  p[2] = n[2];
}

term ref_from_id(struct heap *h, u64 id) {
  term *p = heap_alloc(h, REF_WORDS);
  p[0] = MAKE_HEADER(KIND_REF, REF_WORDS - 1);
  fill(p, id);
  return make_boxed(p);
}

term ref_new(struct heap *h) { return ref_from_id(h, ref_next_id()); }

term ref_magic(struct heap *h, struct refc *resource) { return ref_magic_as(h, resource, ref_next_id()); }

term ref_magic_as(struct heap *h, struct refc *resource, u64 id) {
  term *p = heap_alloc(h, MAGIC_REF_WORDS);
  p[0] = MAKE_HEADER(KIND_MAGIC_REF, MAGIC_REF_WORDS - 1);
  fill(p, id);
  p[3] = (term)(uintptr_t)resource;
  p[4] = (term)(uintptr_t)h->offheap;
  h->offheap = p;
  h->offheap_bytes += resource->size;
  return make_boxed(p);
}

struct refc *ref_resource(term ref) {
  return is_kind(ref, KIND_MAGIC_REF) ? (struct refc *)(uintptr_t)boxed_ptr(ref)[3] : NULL;
}
