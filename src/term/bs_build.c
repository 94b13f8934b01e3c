// SPDX-License-Identifier: Apache-2.0
// Building bitstrings, see bs_build.h. Invariant: of all terms that refer to a payload at most one has aux = 1, and
// only that one may extend it; bytes below refc->size that other terms show are never written again.
#include "term/bs_build.h"

#include "base/alloc.h"
#include "term/atom.h"
#include "term/number.h"

// More bits than any memory has (2^40 bits are 128 GB): raises system_limit before allocating.
#define BUILD_MAX_BITS ((u64)1 << 40)
enum { APPEND_MIN_CAP = 256 };

// The binary that is being filled.
static struct {
  u8 *data;
  u64 pos; // next bit
  u64 end;
} out;
static bool limit_hit;
u64 bs_copied_bits;
static bool no_float; // whether bs_put_float failed because the value is no float

bool bs_limit(void) {
  bool hit = limit_hit;
  limit_hit = false;
  return hit;
}

static term fail_limit(void) {
  limit_hit = true;
  return NV;
}

bool bs_build_size(term size, u32 unit, u64 *bits) {
  if (!is_small(size)) {
    if (is_big(size) && !int_is_negative(size)) limit_hit = true;
    return false;
  }
  if ((i64)size < 0) return false;
  u64 n = (u64)small_val(size);
  if (n > BUILD_MAX_BITS || n * unit > BUILD_MAX_BITS) {
    limit_hit = true;
    return false;
  }
  *bits = n * unit;
  return true;
}

// --- Targets -------------------------------------------------------------------------------------------

static term sub_of(struct heap *h, term whole, u64 bits, u32 aux) {
  term *p = heap_alloc(h, 4);
  p[0] = MAKE_HEADER_AUX(KIND_SUB_BIN, 3, aux);
  p[1] = whole;
  p[2] = make_small(0);
  p[3] = make_small((i64)bits);
  return make_boxed(p);
}

term bs_init_bits(struct heap *h, u64 bits) {
  if (bits > BUILD_MAX_BITS) return fail_limit();
  size_t size = (size_t)((bits + 7) >> 3);
  if ((u64)size != (bits + 7) >> 3) return fail_limit();
  term whole = binary_new(h, size, &out.data);
  if (whole == NV) return fail_limit();
  if (bits & 7) out.data[size - 1] = 0;
  out.pos = 0;
  out.end = bits;
  return bits & 7 ? sub_of(h, whole, bits, 0) : whole;
}

// A payload with size bytes in use and room to grow. NULL: not even size bytes can be had.
static struct refc *growable(size_t size) {
  size_t cap = size < APPEND_MIN_CAP / 2 ? APPEND_MIN_CAP : size <= SIZE_MAX / 4 ? size * 2 : size;
  struct refc *r = refc_new(size, cap);
  return r ? r : refc_new(size, size);
}

// Makes size bytes of the payload of whole be in use; moves the payload when it has no room for them. The caller may
// extend the payload.
static bool extend(struct heap *h, term whole, size_t size) {
  struct refc *r = refc_of(whole);
  term *p = boxed_ptr(whole);
  if (size > r->cap) {
    if (r->refs > 1) return false;
    size_t old_bytes = offsetof(struct refc, data) + r->cap, room = size <= SIZE_MAX / 4 ? size : 0, cap;
    struct refc *moved;
    // When less than this is left to grow into, every few bytes would cost a copy: then fail as out of memory.
    do {
      cap = size + room;
      moved = mem_realloc(r, old_bytes, offsetof(struct refc, data) + cap, MEM_BINARY);
      room /= 2;
    } while (!moved && room >= size / 16 && room > 0);
    if (!moved) return false;
    h->offheap_bytes += cap - moved->cap;
    moved->cap = cap;
    p[3] = (term)(uintptr_t)moved;
    r = moved;
  }
  r->size = size;
  p[1] = size;
  return true;
}

static term append(struct heap *h, term binary, u64 extra, bool mutate) {
  if (extra == 0) {
    out.pos = out.end = 0;
    return binary;
  }
  u64 start, end;
  term whole = whole_of(binary, &start, &end);
  u64 old_bits = end - start, bits = old_bits + extra;
  if (bits > BUILD_MAX_BITS || (bits + 7) >> 3 > SIZE_MAX / 2) return fail_limit();
  term *p = boxed_ptr(binary);
  if (header_kind(*p) == KIND_SUB_BIN && header_aux(*p) == 1 && start == 0 &&
      header_kind(boxed_header(whole)) == KIND_REFC_BIN && boxed_ptr(whole)[2] == 0) {
    struct refc *r = refc_of(whole);
    size_t used = (size_t)((end + 7) >> 3), size = (size_t)((bits + 7) >> 3);
    // Another writer may share the last byte when it is partial; so only the sole owner extends such a payload.
    if (used == r->size && ((end & 7) == 0 || r->refs == 1) && extend(h, whole, size)) {
      out.data = refc_of(whole)->data;
      out.pos = end;
      out.end = bits;
      if (bits & 7 && size > used) out.data[size - 1] = 0;
      if (mutate) {
        p[3] = make_small((i64)bits);
        return binary;
      }
      *p = MAKE_HEADER(KIND_SUB_BIN, 3);
      return sub_of(h, whole, bits, 1);
    }
  }
  if (bits <= HEAP_BIN_MAX * 8) {
    term t = bs_init_bits(h, bits);
    bits_copy(out.data, 0, whole_bytes(whole), start, old_bits);
    out.pos = old_bits;
    return t;
  }
  struct refc *r = growable((size_t)((bits + 7) >> 3));
  if (!r) return fail_limit();
  if (bits & 7) r->data[r->size - 1] = 0;
  bits_copy(r->data, 0, whole_bytes(whole), start, old_bits);
  bs_copied_bits += old_bits;
  out.data = r->data;
  out.pos = old_bits;
  out.end = bits;
  return sub_of(h, binary_from_refc(h, r, 0, r->size), bits, 1);
}

term bs_append_bits(struct heap *h, term binary, u64 extra_bits, u32 unit) {
  if (!is_bitstring(binary) || bit_size_of(binary) % unit != 0) return NV;
  return append(h, binary, extra_bits, false);
}

term bs_private_append_bits(struct heap *h, term binary, u64 extra_bits, u32 unit) {
  if (!is_bitstring(binary) || bit_size_of(binary) % unit != 0) return NV;
  return append(h, binary, extra_bits, true);
}

term bs_init_writable(struct heap *h, term size) {
  i64 hint = is_small(size) ? small_val(size) : 0;
  u8 *unused;
  // A small result is built as a heap binary; appending to it moves it to a payload that grows.
  if (hint <= HEAP_BIN_MAX || hint > 1 << 28) return binary_new(h, 0, &unused);
  struct refc *r = refc_new(0, (size_t)hint);
  if (!r) return binary_new(h, 0, &unused);
  h->offheap_bytes += (size_t)hint;
  return sub_of(h, binary_from_refc(h, r, 0, 0), 0, 1);
}

// --- Values --------------------------------------------------------------------------------------------

bool bs_put_integer(term value, u64 bits, u32 flags) {
  if (out.end - out.pos < bits) return false;
  if (LIKELY(is_small(value) && bits == 8 && (out.pos & 7) == 0)) {
    out.data[out.pos >> 3] = (u8)small_val(value);
    out.pos += 8;
    return true;
  }
  if (is_small(value) && bits <= 64 && ((out.pos | bits) & 7) == 0) {
    u8 *p = out.data + (out.pos >> 3);
    u32 n = (u32)bits / 8;
    i64 v = small_val(value);
    out.pos += bits;
    if (flags & (BS_LITTLE | BS_NATIVE)) {
      for (u32 i = 0; i < n; i++, v >>= 8) p[i] = (u8)v;
    } else {
      for (u32 i = n; i-- > 0; v >>= 8) p[i] = (u8)v;
    }
    return true;
  }
  if (!is_integer(value)) return false;
  if (!bits_put_integer(out.data, out.pos, bits, flags, value)) {
    limit_hit = true;
    return false;
  }
  out.pos += bits;
  return true;
}

static void put_bytes(u8 *most_significant_first, u32 n, u32 flags) {
  if (flags & (BS_LITTLE | BS_NATIVE)) {
    for (u32 i = 0; i < n / 2; i++) {
      u8 b = most_significant_first[i];
      most_significant_first[i] = most_significant_first[n - 1 - i];
      most_significant_first[n - 1 - i] = b;
    }
  }
  bits_copy(out.data, out.pos, most_significant_first, 0, n * 8);
  out.pos += n * 8;
}

static void put_unsigned(u64 v, u32 n, u32 flags) {
  u8 bytes[8];
  for (u32 i = 0; i < n; i++) bytes[i] = (u8)(v >> 8 * (n - 1 - i));
  put_bytes(bytes, n, flags);
}

bool bs_put_float(term value, u64 bits, u32 flags) {
  double d;
  no_float = false;
  if (is_float(value)) {
    d = float_val(value);
  } else if (is_integer(value)) {
    bool overflow = false;
    d = int_to_double(value, &overflow);
    if (overflow) {
      no_float = true;
      return false;
    }
  } else {
    return false;
  }
  if (out.end - out.pos < bits) return false;
  if (bits == 64) {
    u64 v;
    memcpy(&v, &d, 8);
    put_unsigned(v, 8, flags);
  } else if (bits == 32) {
    float f = (float)d;
    u32 v;
    memcpy(&v, &f, 4);
    put_unsigned(v, 4, flags);
  } else if (bits == 16) {
    put_unsigned(double_to_half(d), 2, flags);
  } else {
    return bits == 0;
  }
  return true;
}

bool bs_put_binary(term value, u64 bits) {
  struct bits b;
  if (!bits_of(value, &b) || b.size < bits || out.end - out.pos < bits) return false;
  bits_copy(out.data, out.pos, b.data, b.offset, bits);
  bs_copied_bits += bits;
  out.pos += bits;
  return true;
}

bool bs_put_binary_all(term value, u32 unit) {
  if (!is_bitstring(value)) return false;
  u64 bits = bit_size_of(value);
  return bits % unit == 0 && bs_put_binary(value, bits);
}

bool bs_put_string(const u8 *bytes, u64 n) {
  if (out.end - out.pos < n * 8) return false;
  bits_copy(out.data, out.pos, bytes, 0, n * 8);
  out.pos += n * 8;
  return true;
}

bool bs_put_bits(const struct bits *b) {
  if (out.end - out.pos < b->size) return false;
  bits_copy(out.data, out.pos, b->data, b->offset, b->size);
  out.pos += b->size;
  return true;
}

static bool character(term t, u32 *c) {
  if (!is_small(t) || (i64)t < 0 || small_val(t) > 0x10FFFF) return false;
  *c = (u32)small_val(t);
  return !(*c >= 0xD800 && *c <= 0xDFFF);
}

u32 bs_utf8_size(term value) {
  u32 c;
  if (!character(value, &c)) return 4;
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

u32 bs_utf16_size(term value) {
  u32 c;
  return character(value, &c) && c >= 0x10000 ? 4 : 2;
}

bool bs_put_utf8(term value) {
  u32 c;
  u8 bytes[4];
  if (!character(value, &c)) return false;
  u32 n = (u32)utf8_encode(bytes, c);
  if (out.end - out.pos < n * 8) return false;
  put_bytes(bytes, n, 0);
  return true;
}

bool bs_put_utf16(term value, u32 flags) {
  u32 c;
  if (!character(value, &c) || out.end - out.pos < bs_utf16_size(value) * 8) return false;
  if (c >= 0x10000) {
    put_unsigned(0xD800 + ((c - 0x10000) >> 10), 2, flags);
    c = 0xDC00 + ((c - 0x10000) & 0x3FF);
  }
  put_unsigned(c, 2, flags);
  return true;
}

bool bs_put_utf32(term value, u32 flags) {
  u32 c;
  if (!character(value, &c) || out.end - out.pos < 32) return false;
  put_unsigned(c, 4, flags);
  return true;
}

// --- bs_create_bin ---------------------------------------------------------------------------------------

static term fail(struct bs_error *error, const struct bs_segment *s, enum bs_cause cause, term value) {
  error->system_limit = bs_limit();
  error->segment = s->number;
  error->type = (enum bs_type)s->type;
  error->cause = cause;
  error->value = value;
  return NV;
}

static enum bs_cause whole_binary(const struct bs_segment *s, u64 *bits) {
  if (!is_bitstring(s->value)) return BS_CAUSE_TYPE;
  *bits = bit_size_of(s->value);
  return *bits % s->unit == 0 ? BS_CAUSE_NONE : BS_CAUSE_UNIT;
}

// The number of bits that a segment takes, or a cause of failure. Like OTP, this checks UTF-32 values already, but
// other UTF values and the binary that is appended to only when all sizes are known.
static enum bs_cause segment_bits(const struct bs_segment *s, u64 *bits, term *culprit) {
  u32 c;
  *culprit = s->value;
  switch (s->type) {
    case BS_UTF8: *bits = bs_utf8_size(s->value) * 8; return BS_CAUSE_NONE;
    case BS_UTF16: *bits = bs_utf16_size(s->value) * 8; return BS_CAUSE_NONE;
    case BS_UTF32: *bits = 32; return character(s->value, &c) ? BS_CAUSE_NONE : BS_CAUSE_TYPE;
    default: break;
  }
  if (s->type == BS_BINARY && s->whole) return whole_binary(s, bits);
  *culprit = s->size;
  if (!bs_build_size(s->size, s->unit, bits)) return BS_CAUSE_SIZE;
  if (s->type == BS_FLOAT && *bits != 16 && *bits != 32 && *bits != 64) {
    *culprit = make_small((i64)*bits);
    return BS_CAUSE_INVALID;
  }
  return BS_CAUSE_NONE;
}

static enum bs_cause put_segment(const struct bs_segment *s, u64 bits) {
  switch (s->type) {
    case BS_INTEGER:
      if (bs_put_integer(s->value, bits, s->flags)) return BS_CAUSE_NONE;
      return is_integer(s->value) ? BS_CAUSE_SIZE : BS_CAUSE_TYPE;
    case BS_FLOAT:
      if (bs_put_float(s->value, bits, s->flags)) return BS_CAUSE_NONE;
      return no_float ? BS_CAUSE_NO_FLOAT : BS_CAUSE_TYPE;
    case BS_STRING: return bs_put_string(s->string, bits / 8) ? BS_CAUSE_NONE : BS_CAUSE_SHORT;
    case BS_UTF8: return bs_put_utf8(s->value) ? BS_CAUSE_NONE : BS_CAUSE_TYPE;
    case BS_UTF16: return bs_put_utf16(s->value, s->flags) ? BS_CAUSE_NONE : BS_CAUSE_TYPE;
    case BS_UTF32: return bs_put_utf32(s->value, s->flags) ? BS_CAUSE_NONE : BS_CAUSE_TYPE;
    default:
      if (bs_put_binary(s->value, bits)) return BS_CAUSE_NONE;
      return is_bitstring(s->value) ? BS_CAUSE_SHORT : BS_CAUSE_TYPE;
  }
}

term bs_create(struct heap *h, struct bs_segment *segments, u32 n, struct bs_error *error) {
  u64 total = 0, bits = 0;
  term culprit;
  limit_hit = false;
  bool appends = n > 0 && (segments[0].type == BS_APPEND || segments[0].type == BS_PRIVATE_APPEND);
  for (u32 i = appends; i < n; i++) {
    enum bs_cause cause = segment_bits(&segments[i], &bits, &culprit);
    if (UNLIKELY(cause != BS_CAUSE_NONE)) return fail(error, &segments[i], cause, culprit);
    segments[i].bits = bits;
    total += bits;
    if (UNLIKELY(total > BUILD_MAX_BITS)) {
      limit_hit = true;
      return fail(error, &segments[i], BS_CAUSE_SIZE, segments[i].size);
    }
  }
  term result;
  if (appends) {
    enum bs_cause cause = whole_binary(&segments[0], &bits);
    if (UNLIKELY(cause != BS_CAUSE_NONE)) return fail(error, &segments[0], cause, segments[0].value);
    result = append(h, segments[0].value, total, segments[0].type == BS_PRIVATE_APPEND);
  } else {
    result = bs_init_bits(h, total);
  }
  if (UNLIKELY(result == NV)) return fail(error, &segments[n - 1], BS_CAUSE_SIZE, segments[n - 1].size);
  for (u32 i = appends; i < n; i++) {
    enum bs_cause cause = put_segment(&segments[i], segments[i].bits);
    if (UNLIKELY(cause != BS_CAUSE_NONE)) return fail(error, &segments[i], cause, segments[i].value);
  }
  return result;
}

static term error_type(const struct bs_error *error) {
  switch (error->type) {
    case BS_INTEGER: return ATOM_integer;
    case BS_FLOAT: return ATOM_float;
    case BS_UTF8: return ATOM_utf8;
    case BS_UTF16: return ATOM_utf16;
    case BS_UTF32: return ATOM_utf32;
    default: return ATOM_binary;
  }
}

static term error_cause(const struct bs_error *error) {
  switch (error->cause) {
    case BS_CAUSE_SIZE: return ATOM_size;
    case BS_CAUSE_UNIT: return ATOM_unit;
    case BS_CAUSE_SHORT: return ATOM_short;
    case BS_CAUSE_NO_FLOAT: return ATOM_no_float;
    case BS_CAUSE_INVALID: return ATOM_invalid;
    default: return ATOM_type;
  }
}

term bs_error_term(struct heap *h, const struct bs_error *error) {
  return tuple4(h, make_small(error->segment), error_type(error), error_cause(error), error->value);
}
