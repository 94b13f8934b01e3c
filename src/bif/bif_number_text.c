// SPDX-License-Identifier: Apache-2.0
// Numbers to text and back: integer_to_list, list_to_float and the like, for lists and binaries. In both directions the
// text goes through a struct bytes.

#include "base/alloc.h"
#include "bif/bif.h"
#include "gen/bifs.h"
#include "process/held.h"

enum { DIGITS_PER_REDUCTION = 64 };
// The conversion of numbers longer than this pauses; its state is kept in the process.
enum { LONG_WORDS = 512, LONG_DIGITS = 8192, LIMBS_AT_ONCE = 1 << 19, CELLS_AT_ONCE = 1 << 16, REDUCTIONS = 4000 };

struct text_work {
  struct work work;
  struct bigint_work b;
  struct bytes text;
  bool converted;
  // When parsing: the rest of the characters. When printing: the cells made so far, which are the last ones.
  term list;
  size_t left; // characters that still have to be put in front of list
};

static void text_clear(struct text_work *w) {
  bigint_work_free(&w->b);
  bytes_free(&w->text);
}
static void drop_text(struct work *work) {
  struct text_work *w = (struct text_work *)work;
  text_clear(w);
  mem_free(w, sizeof *w, MEM_PROCESS);
}
static struct text_work text_begin(term list) {
  struct text_work w = {.work = {drop_text}, .list = list};
  bytes_init(&w.text);
  return w;
}
// The state of a paused conversion; without one, begins a new one in *fresh.
static struct text_work *text_resume(struct process *p, struct text_work *fresh, term list) {
  struct work *work = work_take(p);
  if (LIKELY(!work)) {
    *fresh = text_begin(list);
    return fresh;
  }
  struct text_work *kept = (struct text_work *)work;
  *fresh = *kept;
  mem_free(kept, sizeof *kept, MEM_PROCESS);
  return fresh;
}
static term text_pause(struct process *p, const struct text_work *w) {
  struct text_work *kept = mem_alloc(sizeof *kept, MEM_PROCESS), copy = *w;
  if (!kept) {
    text_clear(&copy);
    return bif_system_limit();
  }
  *kept = copy;
  p->work = &kept->work;
  bif_bump(REDUCTIONS);
  return bif_yield();
}

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

// Returns the text as a list or a binary, and frees it.
static term finish(struct bytes *text, bool as_list) {
  term result = NV;
  if (!text->failed) result = as_list ? text_to_list(text) : binary_from(HEAP, text->data, text->len);
  bif_bump((u32)min_u64(text->len / DIGITS_PER_REDUCTION, 1 << 20));
  bytes_free(text);
  return result == NV ? bif_system_limit() : result;
}

// Makes a portion of the list of digits, from its end.
static bool more_cells(struct text_work *w) {
  size_t n = w->left < CELLS_AT_ONCE ? w->left : CELLS_AT_ONCE;
  term *cell = heap_alloc(HEAP, 2 * n);
  if (!cell) return false;
  for (size_t i = 0; i < n; i++, cell += 2) {
    cell[0] = make_small(w->text.data[--w->left]);
    cell[1] = w->list;
    w->list = make_cons(cell);
  }
  return true;
}

static term long_to_text(struct process *p, term t, u32 base, bool as_list) {
  struct text_work fresh, *w = text_resume(p, &fresh, NIL);
  if (!w->converted) {
    bigint_work_enter(&w->b, LIMBS_AT_ONCE);
    num_print_int(&w->text, t, base);
    if (bigint_work_leave()) return text_pause(p, w);
    w->converted = true;
    w->left = w->text.len;
    if (w->b.no_memory) w->text.failed = true;
  } else if (!more_cells(w)) {
    w->text.failed = true;
  }
  if (as_list && w->left && !w->text.failed) return text_pause(p, w);
  term result = w->text.failed ? NV : as_list ? w->list : binary_from(HEAP, w->text.data, w->text.len);
  text_clear(w);
  return result == NV ? bif_system_limit() : result;
}

static term integer_to_text(struct process *p, term t, term base, bool as_list) {
  i64 radix;
  if (!is_integer(t) || !bif_small(base, 2, 36, &radix)) return bif_badarg();
  if (is_big(t) && header_size(boxed_header(t)) > LONG_WORDS) return long_to_text(p, t, (u32)radix, as_list);
  struct bytes text;
  bytes_init(&text);
  num_print_int(&text, t, (u32)radix);
  return finish(&text, as_list);
}
term bif_integer_to_list(struct process *p, term *a) { return integer_to_text(p, a[0], make_small(10), true); }
term bif_integer_to_list_2(struct process *p, term *a) { return integer_to_text(p, a[0], a[1], true); }
term bif_integer_to_binary(struct process *p, term *a) { return integer_to_text(p, a[0], make_small(10), false); }
term bif_integer_to_binary_2(struct process *p, term *a) { return integer_to_text(p, a[0], a[1], false); }

// How a float is to be written. Of contradictory options the last one counts.
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
  // As with C's %e, which OTP uses.
  if (f->digits < 0) f->digits = 6;
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
      fits = text.len <= 255; // the same limit as with decimals
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

// Reads the characters of a list or the bytes of a binary. False: t is neither.
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

// The same for integers, of a list only one portion; w->list becomes the rest. False: t is no text.
static bool text_gather(struct text_work *w, term t, bool from_list) {
  if (!from_list) return w->text.len > 0 || text_of(&w->text, t, false);
  for (u32 n = 0; n < CELLS_AT_ONCE && is_cons(w->list); n++, w->list = tl(w->list)) {
    if (!is_small(hd(w->list)) || (u64)small_val(hd(w->list)) > 255) return false;
    bytes_put(&w->text, (u8)small_val(hd(w->list)));
  }
  return w->list == NIL || is_cons(w->list);
}

static term text_to_integer(struct process *p, term t, term base, bool from_list) {
  struct text_work fresh, *w = text_resume(p, &fresh, t);
  i64 radix;
  bool valid = bif_small(base, 2, 36, &radix) && text_gather(w, t, from_list);
  if (valid && from_list && is_cons(w->list)) return text_pause(p, w);
  term result = NV;
  bool limit = w->text.failed;
  if (valid && !limit) {
    bool in_portions = w->text.len > LONG_DIGITS;
    if (in_portions) bigint_work_enter(&w->b, LIMBS_AT_ONCE);
    result = num_parse_int(HEAP, w->text.data, w->text.len, (u32)radix);
    if (in_portions && bigint_work_leave()) return text_pause(p, w);
    limit = result == NV && (w->b.no_memory || num_limit_hit());
  }
  bif_bump((u32)min_u64(w->text.len / DIGITS_PER_REDUCTION, REDUCTIONS));
  text_clear(w);
  if (result != NV) return result;
  return limit ? bif_system_limit() : bif_badarg();
}
term bif_list_to_integer(struct process *p, term *a) { return text_to_integer(p, a[0], make_small(10), true); }
term bif_list_to_integer_2(struct process *p, term *a) { return text_to_integer(p, a[0], a[1], true); }
term bif_binary_to_integer(struct process *p, term *a) { return text_to_integer(p, a[0], make_small(10), false); }
term bif_binary_to_integer_2(struct process *p, term *a) { return text_to_integer(p, a[0], a[1], false); }

static term text_to_float(term t, bool from_list) {
  struct bytes text;
  double d;
  bool valid = text_of(&text, t, from_list) && !text.failed;
  if (valid) {
    const u8 *zero = text.len ? memchr(text.data, 0, text.len) : NULL; // OTP reads this as a C string
    valid = num_parse_float(text.data, zero ? (size_t)(zero - text.data) : text.len, &d);
  }
  bytes_free(&text);
  return valid ? float_make(HEAP, d) : bif_badarg();
}
term bif_list_to_float(struct process *p UNUSED, term *a) { return text_to_float(a[0], true); }
term bif_binary_to_float(struct process *p UNUSED, term *a) { return text_to_float(a[0], false); }
