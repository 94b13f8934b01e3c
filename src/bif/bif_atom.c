// SPDX-License-Identifier: Apache-2.0
// BIFs between atoms and text. As in OTP, a text too long for an atom raises system_limit when the atom is to be made,
// and badarg when it must exist already.
#include "base/alloc.h"
#include "base/bytes.h"
#include "bif/bif_term.h"
#include "gen/bifs.h"

term bif_list_of_utf8(const u8 *text, size_t n) {
  size_t count = utf8_count(text, n);
  if (count == 0) return NIL;
  term *cells = heap_alloc(HEAP, 2 * count);
  if (!cells) return bif_system_limit();
  const u8 *end = text + n;
  u32 c;
  for (size_t i = 0; i < count; i++) {
    text += utf8_decode(text, end, &c);
    cells[2 * i] = make_small(c);
    cells[2 * i + 1] = i + 1 < count ? make_cons(cells + 2 * i + 2) : NIL;
  }
  return make_cons(cells);
}

int bif_utf8_of_list(term list, u8 *out, int max, size_t *len) {
  int count = 0;
  *len = 0;
  for (; is_cons(list); list = tl(list)) {
    i64 c;
    u8 one[4];
    if (!bif_small(hd(list), 0, 0x10FFFF, &c)) return -1;
    int k = utf8_encode(one, (u32)c);
    if (k == 0) return -1;
    if (++count > max) return -2;
    memcpy(out + *len, one, (size_t)k);
    *len += (size_t)k;
  }
  return is_nil(list) ? count : -1;
}

enum { TEXT_MAX = MAX_ATOM_CHARACTERS * 4 };

term bif_atom_to_list(struct process *p UNUSED, term *a) {
  if (!is_atom(a[0])) return bif_badarg();
  size_t n;
  const u8 *text = atom_text(a[0], &n);
  return bif_list_of_utf8(text, n);
}

term bif_list_to_atom(struct process *p UNUSED, term *a) {
  u8 text[TEXT_MAX];
  size_t n;
  int count = bif_utf8_of_list(a[0], text, MAX_ATOM_CHARACTERS, &n);
  if (count == -1) return bif_badarg();
  term atom = count < 0 ? NV : atom_from_utf8(text, n);
  return atom == NV ? bif_system_limit() : atom;
}

term bif_list_to_existing_atom(struct process *p UNUSED, term *a) {
  u8 text[TEXT_MAX];
  size_t n;
  term atom = bif_utf8_of_list(a[0], text, MAX_ATOM_CHARACTERS, &n) < 0 ? NV : atom_find_utf8(text, n);
  return atom == NV ? bif_badarg() : atom;
}

// --- Binaries ----------------------------------------------------------------------------------

static bool is_encoding(term t) { return t == ATOM_utf8 || t == ATOM_unicode || t == ATOM_latin1; }

static term to_binary(term atom, bool latin1) {
  if (!is_atom(atom)) return bif_badarg();
  size_t n;
  const u8 *text = atom_text(atom, &n), *end = text + n;
  term t;
  if (!latin1) {
    t = binary_from(HEAP, text, n);
  } else {
    u8 bytes[MAX_ATOM_CHARACTERS];
    size_t count = 0;
    u32 c;
    while (text < end) {
      text += utf8_decode(text, end, &c);
      if (c > 255) return bif_badarg();
      bytes[count++] = (u8)c;
    }
    t = binary_from(HEAP, bytes, count);
  }
  return t == NV ? bif_system_limit() : t;
}

term bif_atom_to_binary_1(struct process *p UNUSED, term *a) { return to_binary(a[0], false); }
term bif_atom_to_binary_2(struct process *p UNUSED, term *a) {
  return is_encoding(a[1]) ? to_binary(a[0], a[1] == ATOM_latin1) : bif_badarg();
}

// Writes Latin-1 text as UTF-8, which is at most twice as long; returns its length.
static size_t utf8_of_latin1(const u8 *text, size_t n, u8 *out) {
  size_t len = 0;
  for (size_t i = 0; i < n; i++) len += (size_t)utf8_encode(out + len, text[i]);
  return len;
}

// Counts the characters of a text. One that is too long up to its first malformed byte counts as too long.
static size_t count_characters(const u8 *text, size_t n) {
  u32 c;
  size_t characters = 0;
  for (const u8 *end = text + n; text < end; characters++) {
    int k = utf8_decode(text, end, &c);
    if (k == 0) return characters >= MAX_ATOM_CHARACTERS ? MAX_ATOM_CHARACTERS + 1 : SIZE_MAX;
    text += k;
  }
  return characters;
}

static term from_text(const u8 *text, size_t n, bool latin1, bool existing) {
  u8 utf8[MAX_ATOM_CHARACTERS * 2];
  size_t count = latin1 ? n : count_characters(text, n);
  if (count == SIZE_MAX) return bif_badarg();
  if (count > MAX_ATOM_CHARACTERS) return existing ? bif_badarg() : bif_system_limit();
  if (latin1) {
    n = utf8_of_latin1(text, n, utf8);
    text = utf8;
  }
  term atom = existing ? atom_find_utf8(text, n) : atom_from_utf8(text, n);
  if (atom != NV) return atom;
  return existing ? bif_badarg() : bif_system_limit();
}

static term from_binary(term binary, term encoding, bool existing) {
  size_t n;
  u8 *tmp = NULL;
  if (!is_encoding(encoding)) return bif_badarg();
  const u8 *text = is_binary(binary) ? binary_bytes(binary, &n, &tmp) : NULL;
  if (!text) return bif_badarg();
  term atom = from_text(text, n, encoding == ATOM_latin1, existing);
  if (tmp) mem_free(tmp, n, MEM_SYSTEM);
  return atom;
}

term bif_binary_to_atom_1(struct process *p UNUSED, term *a) { return from_binary(a[0], ATOM_utf8, false); }
term bif_binary_to_atom_2(struct process *p UNUSED, term *a) { return from_binary(a[0], a[1], false); }
term bif_binary_to_existing_atom_1(struct process *p UNUSED, term *a) { return from_binary(a[0], ATOM_utf8, true); }
term bif_binary_to_existing_atom_2(struct process *p UNUSED, term *a) { return from_binary(a[0], a[1], true); }
