// SPDX-License-Identifier: Apache-2.0
// unicode:characters_to_binary/2 and characters_to_list/2 for Latin-1 and UTF-8 (other encodings go on
// in Erlang, as in OTP), and bin_is_7bit/1. Results: the converted text, or {error | incomplete, Done, Rest}.
#include "base/alloc.h"
#include "base/bytes.h"
#include "bif/bif.h"
#include "gen/bifs.h"
#include "term/bits.h"
#include "term/unicode.h"

enum { CHARACTERS_PER_REDUCTION = 32 };

static void bump(u64 steps) { bif_bump((u32)min_u64(steps / CHARACTERS_PER_REDUCTION, 1 << 20)); }

static bool encoding(term t, bool *latin1) {
  *latin1 = t == ATOM_latin1;
  return *latin1 || t == ATOM_utf8 || t == ATOM_unicode;
}

// A trap for other encodings, badarg for what is not chardata. True: go on.
static bool begin(term *a, term other, bool *latin1, term *result) {
  u32 steps;
  *result = NV;
  if (!encoding(a[1], latin1)) *result = bif_trap_mfa(ATOM_unicode, other, 2, a[0], a[1]);
  else if (!chars_valid(a[0], &steps)) *result = bif_badarg();
  else return true;
  return false;
}

// What follows the conversion: the text itself, or a tuple that says why it ended.
static term finish(struct chars *c, enum chars_item item, term done) {
  term result = done;
  bump(c->steps);
  if (item == CHARS_NO_MEMORY) result = bif_system_limit();
  else if (item != CHARS_END) result = tuple3(HEAP, item == CHARS_ERROR ? ATOM_error : ATOM_incomplete, done, chars_rest(c, HEAP));
  chars_stop(c);
  return result;
}

// Text that is one aligned binary of valid UTF-8 needs no conversion.
static bool is_utf8(term t) {
  struct bits b;
  if (!bits_of(t, &b) || b.offset != 0) return false;
  return utf8_count(b.data, (size_t)(b.size >> 3)) != SIZE_MAX;
}

term bif_characters_to_binary(struct process *p UNUSED, term *a) {
  struct chars c;
  struct bytes out;
  enum chars_item item;
  bool latin1;
  term done;
  if (!begin(a, ATOM_characters_to_binary_int, &latin1, &done)) return done;
  if (!latin1 && is_bitstring(a[0]) && is_utf8(a[0])) {
    bump(bit_size_of(a[0]) >> 3);
    return a[0];
  }
  bytes_init(&out);
  chars_start(&c, a[0], latin1);
  while ((item = chars_next(&c)) == CHARS_CHARACTER) {
    if (c.codepoint < 0x80) bytes_put(&out, (u8)c.codepoint);
    else bytes_utf8(&out, c.codepoint);
  }
  done = out.failed ? NV : binary_from(HEAP, out.data, out.len);
  bytes_free(&out);
  return finish(&c, done == NV ? CHARS_NO_MEMORY : item, done);
}

term bif_characters_to_list(struct process *p UNUSED, term *a) {
  struct chars c;
  enum chars_item item;
  bool latin1;
  term first, *end = &first;
  if (!begin(a, ATOM_characters_to_list_int, &latin1, &first)) return first;
  chars_start(&c, a[0], latin1);
  while ((item = chars_next(&c)) == CHARS_CHARACTER) {
    term *cell = heap_alloc(HEAP, 2);
    cell[0] = make_small(c.codepoint);
    *end = make_cons(cell);
    end = cell + 1;
  }
  *end = NIL;
  return finish(&c, item, first);
}

term bif_bin_is_7bit(struct process *p UNUSED, term *a) {
  size_t n;
  u8 *tmp, high = 0;
  const u8 *bytes = binary_bytes(a[0], &n, &tmp);
  if (!bytes) return ATOM_false;
  for (size_t i = 0; i < n; i++) high |= bytes[i];
  mem_free(tmp, n, MEM_SYSTEM);
  bif_bump((u32)min_u64(n / 256, 1 << 20));
  return make_bool(high < 0x80);
}
