// SPDX-License-Identifier: Apache-2.0
// The walk over chardata. Invariant: `at` and the stack always describe what comes after the current binary, so the
// rest after an error can be built from them alone.
#include "term/unicode.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "term/bits.h"

enum { FIRST_CAP = 16 };

static bool push(struct chars *c, term t) {
  if (c->depth == c->cap) {
    u32 cap = c->cap == 0 ? FIRST_CAP : c->cap * 2;
    term *stack = mem_realloc(c->stack, c->cap * sizeof(term), cap * sizeof(term), MEM_SYSTEM);
    if (!stack) return false;
    c->stack = stack;
    c->cap = cap;
  }
  c->stack[c->depth++] = t;
  return true;
}

bool chars_valid(term t) {
  struct chars c;
  bool ok = true;
  chars_start(&c, t, false);
  for (t = c.at; ok;) {
    if (is_cons(t)) {
      term head = hd(t);
      t = tl(t);
      if (is_small(head)) continue;
      if (is_cons(head)) {
        ok = t == NIL || push(&c, t);
        t = head;
      } else {
        ok = head == NIL || is_big(head) || is_binary(head);
      }
    } else {
      ok = t == NIL || is_binary(t);
      if (c.depth == 0) break;
      t = c.stack[--c.depth];
    }
  }
  chars_stop(&c);
  return ok;
}

void chars_start(struct chars *c, term chardata, bool latin1) {
  memset(c, 0, sizeof *c);
  c->latin1 = latin1;
  c->at = chardata;
  c->below = NIL;
  c->binary = NV;
}

void chars_resume(struct chars *c, term paused, bool latin1) {
  chars_start(c, hd(paused), latin1);
  c->below = tl(paused);
}

void chars_stop(struct chars *c) {
  mem_free(c->stack, c->cap * sizeof(term), MEM_SYSTEM);
  c->stack = NULL;
  c->cap = 0;
}

// Number of bytes of a character that begins with this byte; 0: no character does. As in OTP, C0, C1 and F5 to F7 are
// accepted as first bytes until the whole sequence is known.
static u32 sequence_length(u8 byte) {
  if (byte < 0x80) return 1;
  if (byte < 0xC0) return 0;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 0;
}

// Whether n bytes may be the start of a longer character.
static bool is_prefix(const u8 *p, u32 n) {
  if (n >= sequence_length(p[0])) return false;
  for (u32 i = 1; i < n; i++)
    if ((p[i] & 0xC0) != 0x80) return false;
  return true;
}

static u64 bytes_left(const struct chars *c) { return (c->bits.size >> 3) - c->position; }

static void enter_binary(struct chars *c, term t, bool whole) {
  c->binary = t;
  c->whole = whole;
  bits_of(t, &c->bits);
  c->position = 0;
}

// Takes the next character from the current binary, with the pending bytes in front of it. CHARS_END: the binary is
// used up.
static enum chars_item from_binary(struct chars *c) {
  u64 left = bytes_left(c);
  if (left == 0) return CHARS_END;
  u8 copy[4];
  const u8 *p = c->bits.data + c->position;
  if (c->bits.offset == 0 && c->pending_n == 0 && (*p < 0x80 || c->latin1)) {
    c->codepoint = *p;
    c->position++;
    return CHARS_CHARACTER;
  }
  u32 n = (u32)min_u64(left, 4 - c->pending_n);
  if (c->latin1) {
    bits_copy(copy, 0, c->bits.data, c->bits.offset + c->position * 8, 8);
    c->codepoint = copy[0];
    c->position++;
    return CHARS_CHARACTER;
  }
  if (c->pending_n > 0 || c->bits.offset != 0) {
    memcpy(copy, c->pending, c->pending_n);
    bits_copy(copy, c->pending_n * 8, c->bits.data, c->bits.offset + c->position * 8, n * 8);
    p = copy;
  }
  u32 have = c->pending_n + n;
  int used = utf8_decode(p, p + have, &c->codepoint);
  if (used > 0) {
    c->position += (u32)used - c->pending_n;
    c->pending_n = 0;
    return CHARS_CHARACTER;
  }
  // As OTP does, judge an incomplete character only when the next binaries have completed its bytes, or when no binary
  // follows.
  if (have >= sequence_length(p[0])) return CHARS_ERROR;
  memmove(c->pending, p, have);
  c->pending_n = have;
  c->position += n;
  return CHARS_END;
}

static enum chars_item from_integer(struct chars *c, term t) {
  i64 v = is_small(t) ? small_val(t) : -1;
  if (c->pending_n > 0 || v < 0 || v > (c->latin1 ? 255 : 0x10FFFF) || (v >= 0xD800 && v <= 0xDFFF)) return CHARS_ERROR;
  c->codepoint = (u32)v;
  return CHARS_CHARACTER;
}

enum chars_item chars_next(struct chars *c) {
  for (;;) {
    if (UNLIKELY(c->steps++ >= CHARS_STEPS)) return CHARS_TIRED;
    if (c->binary != NV) {
      enum chars_item item = from_binary(c);
      if (item != CHARS_END) return item;
      c->binary = NV;
    }
    term t = c->at;
    if (is_cons(t)) {
      term head = hd(t);
      if (is_integer(head)) {
        enum chars_item item = from_integer(c, head);
        if (item == CHARS_CHARACTER) c->at = tl(t);
        return item;
      }
      c->at = tl(t);
      if (is_binary(head)) {
        enter_binary(c, head, false);
      } else if (is_cons(head)) {
        if (!push(c, c->at)) return CHARS_NO_MEMORY;
        c->at = head;
      } else if (head != NIL) {
        return CHARS_BAD;
      }
    } else if (t == NIL) {
      if (c->depth > 0) {
        c->at = c->stack[--c->depth];
      } else if (is_cons(c->below)) {
        c->at = hd(c->below);
        c->below = tl(c->below);
      } else {
        return c->pending_n == 0 ? CHARS_END : is_prefix(c->pending, c->pending_n) ? CHARS_INCOMPLETE : CHARS_ERROR;
      }
    } else if (!is_binary(t)) {
      return CHARS_BAD;
    } else {
      c->at = NIL;
      enter_binary(c, t, true);
    }
  }
}

// The rest of the list being walked, including the rest of the current binary.
static term rest_here(struct chars *c, struct heap *h) {
  if (c->binary == NV) return c->at;
  u64 from = c->position * 8;
  term binary = binary_sub(h, c->binary, from, c->bits.size - from);
  return c->whole ? binary : cons(h, binary, c->at);
}

// Puts only the entries that were pushed since the last pause on top of the list of earlier ones, which stays as it is.
term chars_pause(struct chars *c, struct heap *h) {
  term below = c->below;
  for (u32 i = 0; i < c->depth; i++) below = cons(h, c->stack[i], below);
  term here = rest_here(c, h);
  if (c->pending_n > 0) here = cons(h, binary_from(h, c->pending, c->pending_n), here);
  return cons(h, here, below);
}

term chars_rest(struct chars *c, struct heap *h) {
  term rest = rest_here(c, h);
  bool outermost = c->depth == 0 && c->below == NIL;
  for (u32 i = c->depth; i > 0; i--) rest = cons(h, rest, c->stack[i - 1]);
  for (term l = c->below; is_cons(l); l = tl(l)) rest = cons(h, rest, hd(l));
  if (c->pending_n == 0) return rest;
  term pending = binary_from(h, c->pending, c->pending_n);
  if (rest == NIL && c->binary == NV && outermost) return pending;
  return cons(h, pending, cons(h, rest, NIL));
}
