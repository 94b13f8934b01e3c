// SPDX-License-Identifier: Apache-2.0
// Numbers to text and back: integer_to_list, list_to_float and their kin, for lists and binaries.
// The text goes through a struct bytes either way.

#include "base/alloc.h"
#include "bif/bif.h"
#include "gen/bifs.h"

enum { DIGITS_PER_REDUCTION = 64 };

// --- Out

static term text_to_list(const struct bytes *text) {
  if (!text->len) return NIL;
  term *cell = heap_alloc(HEAP, 2 * text->len);
  if (!cell) return bif_system_limit();
  term list = make_cons(cell);
  for (size_t i = 0; i < text->len; i++, cell += 2) {
    cell[0] = make_small(text->data[i]);
    cell[1] = i + 1 < text->len ? make_cons(cell + 2) : NIL;
  }
  return list;
}

// The text as a list or a binary; frees it.
static term finish(struct bytes *text, bool as_list) {
  term result = NV;
  if (!text->failed) result = as_list ? text_to_list(text) : binary_from(HEAP, text->data, text->len);
  bif_bump((u32)min_u64(text->len / DIGITS_PER_REDUCTION, 1 << 20));
  bytes_free(text);
  return result == NV ? bif_system_limit() : result;
}

static term integer_to_text(term t, term base, bool as_list) {
  i64 radix;
  if (!is_integer(t) || !bif_small(base, 2, 36, &radix)) return bif_badarg();
  struct bytes text;
  bytes_init(&text);
  num_print_int(&text, t, (u32)radix);
  return finish(&text, as_list);
}
term bif_integer_to_list(struct process *p UNUSED, term *a) { return integer_to_text(a[0], make_small(10), true); }
term bif_integer_to_list_2(struct process *p UNUSED, term *a) { return integer_to_text(a[0], a[1], true); }
term bif_integer_to_binary(struct process *p UNUSED, term *a) { return integer_to_text(a[0], make_small(10), false); }
term bif_integer_to_binary_2(struct process *p UNUSED, term *a) { return integer_to_text(a[0], a[1], false); }

// How a float is to be written; the last option of a kind counts.
struct float_format {
  enum { SCIENTIFIC, DECIMALS, SHORT } form;
  i64 digits;
  bool compact;
};

static bool float_option(struct float_format *f, term option) {
  if (option == ATOM_short) {
    f->form = SHORT;
    return true;
  }
  if (option == ATOM_compact) {
    f->compact = true;
    return true;
  }
  if (!is_tuple_of(option, 2)) return false;
  const term *e = tuple_elements(option);
  if (e[0] == ATOM_decimals) {
    f->form = DECIMALS;
    return bif_small(e[1], 0, 253, &f->digits);
  }
  f->form = SCIENTIFIC;
  if (e[0] != ATOM_scientific || !bif_small(e[1], SMALL_MIN, 249, &f->digits)) return false;
  if (f->digits < 0) f->digits = 6; // as C's %e, which OTP hands it to
  return true;
}

static bool float_options(struct float_format *f, term list) {
  for (; is_cons(list); list = tl(list)) {
    if (!float_option(f, hd(list))) return false;
  }
  return list == NIL;
}

static term float_to_text(term t, term options, bool as_list) {
  struct float_format f = {SCIENTIFIC, 20, false};
  if (!is_float(t) || !float_options(&f, options)) return bif_badarg();
  struct bytes text;
  bytes_init(&text);
  bool fits = true;
  switch (f.form) {
  case SCIENTIFIC:
    num_print_float_scientific(&text, float_val(t), (int)f.digits);
    fits = text.len <= 255; // as with decimals
    break;
  case DECIMALS: fits = num_print_float_decimals(&text, float_val(t), (int)f.digits, f.compact); break;
  case SHORT: num_print_float(&text, float_val(t)); break;
  }
  if (fits) return finish(&text, as_list);
  bytes_free(&text);
  return bif_badarg();
}
term bif_float_to_list(struct process *p UNUSED, term *a) { return float_to_text(a[0], NIL, true); }
term bif_float_to_list_2(struct process *p UNUSED, term *a) { return float_to_text(a[0], a[1], true); }
term bif_float_to_binary(struct process *p UNUSED, term *a) { return float_to_text(a[0], NIL, false); }
term bif_float_to_binary_2(struct process *p UNUSED, term *a) { return float_to_text(a[0], a[1], false); }

// --- In

// The characters of a list or the bytes of a binary. False: something else.
static bool text_of(struct bytes *text, term t, bool from_list) {
  bytes_init(text);
  if (!from_list) {
    size_t len;
    u8 *copy = NULL;
    const u8 *data = binary_bytes(t, &len, &copy);
    if (data) bytes_append(text, data, len);
    if (copy) mem_free(copy, len, MEM_SYSTEM);
    return data != NULL;
  }
  for (; is_cons(t); t = tl(t)) {
    if (!is_small(hd(t)) || (u64)small_val(hd(t)) > 255) break;
    bytes_put(text, (u8)small_val(hd(t)));
  }
  return t == NIL;
}

static term text_to_integer(term t, term base, bool from_list) {
  struct bytes text;
  i64 radix;
  bool valid = text_of(&text, t, from_list) && bif_small(base, 2, 36, &radix);
  term result = NV;
  bool limit = text.failed;
  if (valid && !limit) {
    result = num_parse_int(HEAP, text.data, text.len, (u32)radix);
    limit = result == NV && num_limit_hit();
  }
  bif_bump((u32)min_u64(text.len / DIGITS_PER_REDUCTION, 1 << 20));
  bytes_free(&text);
  if (result != NV) return result;
  return limit ? bif_system_limit() : bif_badarg();
}
term bif_list_to_integer(struct process *p UNUSED, term *a) { return text_to_integer(a[0], make_small(10), true); }
term bif_list_to_integer_2(struct process *p UNUSED, term *a) { return text_to_integer(a[0], a[1], true); }
term bif_binary_to_integer(struct process *p UNUSED, term *a) { return text_to_integer(a[0], make_small(10), false); }
term bif_binary_to_integer_2(struct process *p UNUSED, term *a) { return text_to_integer(a[0], a[1], false); }

static term text_to_float(term t, bool from_list) {
  struct bytes text;
  double d;
  bool valid = text_of(&text, t, from_list) && !text.failed;
  if (valid) {
    const u8 *zero = text.len ? memchr(text.data, 0, text.len) : NULL; // OTP reads a C string
    valid = num_parse_float(text.data, zero ? (size_t)(zero - text.data) : text.len, &d);
  }
  bytes_free(&text);
  return valid ? float_make(HEAP, d) : bif_badarg();
}
term bif_list_to_float(struct process *p UNUSED, term *a) { return text_to_float(a[0], true); }
term bif_binary_to_float(struct process *p UNUSED, term *a) { return text_to_float(a[0], false); }
