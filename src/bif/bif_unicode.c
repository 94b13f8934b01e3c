// SPDX-License-Identifier: Apache-2.0
// unicode:characters_to_binary/2 and characters_to_list/2 for Latin-1 and UTF-8 (as in OTP, Erlang code handles other
// encodings), and bin_is_7bit/1. The result is the converted text, or {error | incomplete, Done, Rest}. Long text is
// converted portion by portion: a binary grows by appending, a list is collected in reverse.
#include "base/alloc.h"
#include "base/bytes.h"
#include "bif/portion.h"
#include "gen/bifs.h"
#include "term/bits.h"
#include "term/bs_build.h"
#include "term/unicode.h"

enum { CHARACTERS_PER_REDUCTION = 32 };

static bool encoding(term t, bool *latin1) {
  *latin1 = t == ATOM_latin1;
  return *latin1 || t == ATOM_utf8 || t == ATOM_unicode;
}

// Begins the walk, or resumes it where it paused.
static void start(struct chars *c, const struct portion *w, bool latin1) {
  if (w->so_far == NV) chars_start(c, w->rest, latin1);
  else chars_resume(c, w->rest, latin1);
}

// Returns what the BIF returns after a portion: a pause, the whole text, or a tuple that says why the conversion ended.
// done is the text so far; w->so_far is the same text in the form in which the conversion continues.
static term finish(struct portion *w, term *arg, struct chars *c, enum chars_item item, term done) {
  term result = done;
  bif_bump(c->steps / CHARACTERS_PER_REDUCTION);
  if (item == CHARS_ERROR || item == CHARS_INCOMPLETE) {
    term rest = chars_rest(c, HEAP);
    if (!chars_valid(rest)) item = CHARS_BAD;
    else result = tuple3(HEAP, item == CHARS_ERROR ? ATOM_error : ATOM_incomplete, done, rest);
  }
  if (item == CHARS_TIRED) {
    w->rest = chars_pause(c, HEAP);
    result = portion_pause(w, arg);
  }
  if (item == CHARS_BAD || item == CHARS_NO_MEMORY) result = portion_fail(w, arg, item == CHARS_NO_MEMORY);
  chars_stop(c);
  return result;
}

// Text that is one aligned binary of valid UTF-8 needs no conversion. A long one is checked in portions; so_far is a
// small, the position to continue from.
enum check { CHECK_VALID, CHECK_OTHER, CHECK_MORE };
enum { CHECK_BYTES = 2 << 20 };

static enum check check_utf8(struct portion *w) {
  struct bits b;
  if (!bits_of(w->original, &b) || b.offset != 0 || b.size & 7) return CHECK_OTHER;
  size_t n = (size_t)(b.size >> 3), from = w->so_far == NV ? 0 : (size_t)small_val(w->so_far), to = n;
  if (n - from > CHECK_BYTES) {
    to = from + CHECK_BYTES;
    while (to > from && (b.data[to] & 0xC0) == 0x80) to--; // not within a character
  }
  if (utf8_count(b.data + from, to - from) == SIZE_MAX) return CHECK_OTHER;
  bif_bump((u32)((to - from) >> 8));
  w->so_far = make_small((i64)to);
  return to == n ? CHECK_VALID : CHECK_MORE;
}

// Appends the portion's bytes to those of earlier portions. NV: no memory.
static term append_text(term so_far, const struct bytes *text) {
  if (text->failed) return NV;
  if (so_far == NV) return binary_from(HEAP, text->data, text->len);
  struct bits b = {text->data, 0, (u64)text->len * 8};
  term grown = bs_private_append_bits(HEAP, so_far, b.size, 1);
  if (grown != NV && text->len > 0) bs_put_bits(&b);
  return grown;
}

term bif_characters_to_binary(struct process *p UNUSED, term *a) {
  struct portion w;
  struct chars c;
  struct bytes out;
  enum chars_item item;
  bool latin1;
  if (!encoding(a[1], &latin1)) return bif_trap_mfa(ATOM_unicode, ATOM_characters_to_binary_int, 2, a[0], a[1]);
  portion_open(&w, a[0]);
  if (!latin1 && is_bitstring(w.original) && (w.so_far == NV || is_small(w.so_far))) {
    enum check found = check_utf8(&w);
    if (found == CHECK_VALID) return w.original;
    if (found == CHECK_MORE) return portion_pause(&w, a);
    w.rest = w.original;
    w.so_far = NV;
  }
  bytes_init(&out);
  start(&c, &w, latin1);
  while ((item = chars_next(&c)) == CHARS_CHARACTER) {
    if (c.codepoint < 0x80) bytes_put(&out, (u8)c.codepoint);
    else bytes_utf8(&out, c.codepoint);
  }
  w.so_far = append_text(w.so_far, &out);
  bytes_free(&out);
  return finish(&w, a, &c, w.so_far == NV ? CHARS_NO_MEMORY : item, w.so_far);
}

static term reverse(term list, term tail) {
  for (; is_cons(list); list = tl(list)) tail = cons(HEAP, hd(list), tail);
  return tail;
}

term bif_characters_to_list(struct process *p UNUSED, term *a) {
  struct portion w;
  struct chars c;
  enum chars_item item;
  bool latin1;
  term first, *end = &first;
  if (!encoding(a[1], &latin1)) return bif_trap_mfa(ATOM_unicode, ATOM_characters_to_list_int, 2, a[0], a[1]);
  portion_open(&w, a[0]);
  start(&c, &w, latin1);
  while ((item = chars_next(&c)) == CHARS_CHARACTER) {
    term *cell = heap_alloc(HEAP, 2);
    cell[0] = make_small(c.codepoint);
    *end = make_cons(cell);
    end = cell + 1;
  }
  *end = NIL;
  if (w.so_far != NV || item == CHARS_TIRED) {
    w.so_far = reverse(first, w.so_far == NV ? NIL : w.so_far);
    if (item == CHARS_END) {
      chars_stop(&c);
      return bif_trap_mfa(ATOM_lists, ATOM_reverse, 2, w.so_far, NIL);
    }
    if (item != CHARS_TIRED) first = reverse(w.so_far, NIL);
  }
  return finish(&w, a, &c, item, first);
}

term bif_bin_is_7bit(struct process *p UNUSED, term *a) {
  size_t n;
  u8 *tmp, high = 0;
  const u8 *bytes = bif_has_bytes(a[0]) ? binary_bytes(a[0], &n, &tmp) : NULL;
  if (!bytes) return ATOM_false;
  for (size_t i = 0; i < n; i++) high |= bytes[i];
  mem_free(tmp, n, MEM_SYSTEM);
  bif_bump((u32)min_u64(n / 256, 1 << 20));
  return make_bool(high < 0x80);
}
