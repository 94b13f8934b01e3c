// SPDX-License-Identifier: Apache-2.0
// Walking and flattening iodata. Invariant: the stack holds only tails that are not [], so nesting in last elements ([X
// | [Y | ...]] or [X, [Y, [...]]]) takes no stack.
#include "term/iolist.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "term/bits.h"

void iolist_start(struct iolist *it, term iodata) {
  it->at = iodata;
  it->stack = it->small;
  it->depth = 0;
  it->cap = IOLIST_INLINE;
  it->steps = 0;
  it->limit = UINT32_MAX;
}

void iolist_stop(struct iolist *it) {
  if (it->stack != it->small) mem_free(it->stack, it->cap * sizeof(term), MEM_SYSTEM);
  it->stack = it->small;
}

static bool push(struct iolist *it, term t) {
  if (it->depth == it->cap) {
    size_t old = it->cap * sizeof(term);
    term *bigger = mem_alloc(old * 2, MEM_SYSTEM);
    if (!bigger) return false;
    memcpy(bigger, it->stack, old);
    iolist_stop(it);
    it->stack = bigger;
    it->cap *= 2;
  }
  it->stack[it->depth++] = t;
  return true;
}

enum iolist_item iolist_next(struct iolist *it) {
  for (;;) {
    if (UNLIKELY(it->steps >= it->limit)) return IOLIST_TIRED;
    it->steps++;
    term t = it->at;
    if (LIKELY(is_cons(t))) {
      term head = hd(t);
      it->at = tl(t);
      if (LIKELY(is_small(head))) {
        if (UNLIKELY((u64)head >= (u64)256 << 4)) return IOLIST_BAD;
        it->byte = (u8)(head >> 4);
        return IOLIST_BYTE;
      }
      if (is_bitstring(head)) {
        it->binary = head;
        return IOLIST_BITS;
      }
      if (head == NIL) continue;
      if (!is_cons(head)) return IOLIST_BAD;
      if (it->at != NIL && !push(it, it->at)) return IOLIST_NO_MEMORY;
      it->at = head;
      continue;
    }
    if (t == NIL) {
      if (it->depth == 0) return IOLIST_END;
      it->at = it->stack[--it->depth];
      continue;
    }
    if (!is_bitstring(t)) return IOLIST_BAD; // an improper tail may be a binary, not a byte
    it->binary = t;
    it->at = NIL;
    return IOLIST_BITS;
  }
}

// The rest is [at, innermost rest ... | outermost rest]. When the walk resumes, this list without its first element is
// one entry of the stack, and it becomes the outermost rest of the next pause. So each entry is built only once,
// however often the walk pauses and however deep the nesting is.
term iolist_rest(const struct iolist *it, struct heap *h) {
  if (it->depth == 0) return it->at;
  term rest = it->stack[0];
  for (u32 i = 1; i < it->depth; i++) rest = cons(h, it->stack[i], rest);
  return it->at == NIL ? rest : cons(h, it->at, rest);
}

enum iolist_item iolist_bits(term iodata, bool whole_bytes_only, u32 max_steps, u64 *bits, u32 *steps) {
  struct iolist it;
  enum iolist_item item;
  u64 n = 0;
  iolist_start(&it, iodata);
  if (max_steps) it.limit = max_steps;
  while ((item = iolist_next(&it)) < IOLIST_END) {
    u64 add = item == IOLIST_BYTE ? 8 : bit_size_of(it.binary);
    n += add;
    if (add & 7 && whole_bytes_only) {
      item = IOLIST_BAD;
      break;
    }
  }
  iolist_stop(&it);
  *steps = it.steps;
  *bits = n;
  return item;
}

void iolist_fill(u8 *out, term iodata) {
  struct iolist it;
  struct bits b;
  enum iolist_item item;
  u64 at = 0;
  iolist_start(&it, iodata);
  while ((item = iolist_next(&it)) < IOLIST_END) {
    if (LIKELY(item == IOLIST_BYTE)) {
      if (LIKELY((at & 7) == 0)) out[at >> 3] = it.byte;
      else bits_copy(out, at, &it.byte, 0, 8);
      at += 8;
    } else {
      bits_of(it.binary, &b);
      bits_copy(out, at, b.data, b.offset, b.size);
      at += b.size;
    }
  }
  iolist_stop(&it);
}

bool iolist_size_of(term iolist, u64 *bytes) {
  u64 bits;
  u32 steps;
  if (iolist_bits(iolist, true, 0, &bits, &steps) != IOLIST_END) return false;
  *bytes = bits >> 3;
  return true;
}

bool iolist_append(struct bytes *out, term iolist) {
  u64 size;
  if (!iolist_size_of(iolist, &size)) return false;
  if (size > SIZE_MAX / 2) {
    out->failed = true;
    return true;
  }
  u8 *p = bytes_reserve(out, (size_t)size);
  if (p && size > 0) iolist_fill(p, iolist);
  return true;
}
