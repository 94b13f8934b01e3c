// SPDX-License-Identifier: Apache-2.0
// Binary terms: heap binaries of up to 64 bytes, reference-counted payloads for larger ones, and sub-binaries as views.
// Invariant: a sub-binary or match context always refers to a heap or refc binary, never to another view. Every
// KIND_REFC_BIN object holds one reference to its payload and is in its heap's off-heap list.
#include "term/binary.h"

#include "base/alloc.h"
#include "term/bits.h"

enum { SUB_COPY_MAX = 16 }; // bytes: a copy takes no more words than a view

bool bits_of(term t, struct bits *out) {
  if (!is_bitstring(t)) return false;
  u64 start, end;
  term whole = whole_of(t, &start, &end);
  out->data = whole_bytes(whole) + (start >> 3);
  out->offset = (u32)start & 7;
  out->size = end - start;
  return true;
}

const u8 *binary_bytes(term t, size_t *len, u8 **tmp) {
  struct bits b;
  *tmp = NULL;
  if (!bits_of(t, &b) || b.size & 7) return NULL;
  *len = (size_t)(b.size >> 3);
  if (b.offset == 0) return b.data;
  u8 *copy = mem_alloc(*len, MEM_SYSTEM);
  if (!copy) return NULL;
  bits_copy(copy, 0, b.data, b.offset, b.size);
  *tmp = copy;
  return copy;
}

static size_t refc_bytes(size_t cap) { return offsetof(struct refc, data) + cap; }

struct refc *refc_new(size_t size, size_t cap) {
  if (cap > SIZE_MAX / 2) return NULL;
  struct refc *r = mem_alloc(refc_bytes(cap), MEM_BINARY);
  if (!r) return NULL;
  r->refs = 1;
  r->type = 0;
  r->size = size;
  r->cap = cap;
  r->destroy = NULL;
  return r;
}

void refc_retain(struct refc *r) { r->refs++; }

void refc_release(struct refc *r) {
  if (--r->refs > 0) return;
  if (r->destroy) r->destroy(r);
  else mem_free(r, refc_bytes(r->cap), MEM_BINARY);
}

term binary_from_refc(struct heap *h, struct refc *r, size_t offset, size_t size) {
  term *p = heap_alloc(h, 5);
  p[0] = MAKE_HEADER(KIND_REFC_BIN, 4);
  p[1] = size;
  p[2] = offset;
  p[3] = (term)(uintptr_t)r;
  p[4] = (term)(uintptr_t)h->offheap;
  h->offheap = p;
  h->offheap_bytes += size;
  return make_boxed(p);
}

term binary_new(struct heap *h, size_t size, u8 **data) {
  if (size <= HEAP_BIN_MAX) {
    size_t words = (size + 7) / 8;
    term *p = heap_alloc(h, 2 + words);
    p[0] = MAKE_HEADER(KIND_HEAP_BIN, 1 + words);
    p[1] = size;
    if (words > 0) p[1 + words] = 0;
    *data = (u8 *)(p + 2);
    return make_boxed(p);
  }
  struct refc *r = refc_new(size, size);
  if (!r) return NV;
  *data = r->data;
  return binary_from_refc(h, r, 0, size);
}

term binary_from(struct heap *h, const void *bytes, size_t size) {
  u8 *data;
  term t = binary_new(h, size, &data);
  if (t != NV && size > 0) memcpy(data, bytes, size);
  return t;
}

static term sub_new(struct heap *h, term whole, u64 start, u64 size) {
  term *p = heap_alloc(h, 4);
  p[0] = MAKE_HEADER(KIND_SUB_BIN, 3);
  p[1] = whole;
  p[2] = make_small((i64)start);
  p[3] = make_small((i64)size);
  return make_boxed(p);
}

term binary_sub(struct heap *h, term t, u64 bit_offset, u64 bit_size) {
  u64 start, end;
  term whole = whole_of(t, &start, &end);
  if (bit_offset == 0 && bit_size == end - start) return t;
  start += bit_offset;
  if (bit_size <= SUB_COPY_MAX * 8 && (bit_size & 7) == 0) {
    u8 *data;
    term copy = binary_new(h, (size_t)(bit_size >> 3), &data);
    bits_copy(data, 0, whole_bytes(whole), start, bit_size);
    return copy;
  }
  return sub_new(h, whole, start, bit_size);
}

term bitstring_from_bits(struct heap *h, const struct bits *b) {
  u8 *data;
  size_t size = (size_t)((b->size + 7) >> 3);
  term t = binary_new(h, size, &data);
  if (t == NV) return NV;
  if (b->size & 7) data[size - 1] = 0;
  bits_copy(data, 0, b->data, b->offset, b->size);
  return b->size & 7 ? sub_new(h, t, 0, b->size) : t;
}
