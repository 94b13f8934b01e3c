// SPDX-License-Identifier: Apache-2.0
// Encoding to the external term format, byte for byte as OTP 25 does it. Elements still to be written wait as frames in
// a byte buffer. Invariant: a frame's last element is popped before it is entered, so a long list needs one frame.
// Called by the term_to_binary family and the JavaScript boundary.
#include "base/alloc.h"
#include "gen/seam.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/compare.h"
#include "term/etf.h"
#include "term/map_node.h"
#include "term/number.h"
#include "term/record.h"

enum frame_kind { FRAME_TERMS, FRAME_CELLS, FRAME_FLAT_MAP, FRAME_CHILDREN, FRAME_FUN_SIZE };
struct frame {
  const term *p;
  size_t n;
  u32 kind;
};
struct writer {
  struct bytes *out;
  struct bytes frames; // of struct frame
  const struct etf_options *o;
  struct scratch *scratch; // sorted pairs, for the option deterministic; freed at the end
  size_t pause;            // a portion ends when the output has this length
};
struct scratch {
  struct scratch *next;
  size_t size;
  term words[];
};

INLINE u8 *reserve(struct bytes *b, size_t n) {
  if (UNLIKELY(b->cap - b->len < n)) return bytes_reserve(b, n);
  u8 *p = b->data + b->len;
  b->len += n;
  return p;
}
INLINE void put8(struct writer *w, u32 v) {
  u8 *p = reserve(w->out, 1);
  if (p) *p = (u8)v;
}
static void put16(struct writer *w, u32 v) {
  u8 *p = reserve(w->out, 2);
  if (p) p[0] = (u8)(v >> 8), p[1] = (u8)v;
}
static void put32(struct writer *w, u32 v) {
  u8 *p = reserve(w->out, 4);
  if (p) p[0] = (u8)(v >> 24), p[1] = (u8)(v >> 16), p[2] = (u8)(v >> 8), p[3] = (u8)v;
}
static void put64(struct writer *w, u64 v) {
  put32(w, (u32)(v >> 32));
  put32(w, (u32)v);
}

static void push(struct writer *w, enum frame_kind kind, const term *p, size_t n) {
  struct frame *f = (struct frame *)reserve(&w->frames, sizeof *f);
  if (f) *f = (struct frame){p, n, kind};
}

// --- Leaves ------------------------------------------------------------------------------------

// Before minor version 2, an atom of Latin-1 characters is written in Latin-1.
static bool put_latin1_atom(struct writer *w, const u8 *text, size_t len, u32 characters) {
  u8 latin1[MAX_ATOM_CHARACTERS];
  u32 c;
  if (len == characters) { // ASCII
    u8 *p = reserve(w->out, len + 3);
    if (!p) return true;
    p[0] = ETF_ATOM, p[1] = 0, p[2] = (u8)len;
    memcpy(p + 3, text, len);
    return true;
  }
  size_t n = 0;
  for (size_t i = 0; i < len;) {
    i += (size_t)utf8_decode(text + i, text + len, &c);
    if (c > 255) return false;
    latin1[n++] = (u8)c;
  }
  put8(w, ETF_ATOM);
  put16(w, characters);
  bytes_append(w->out, latin1, n);
  return true;
}

static void put_atom(struct writer *w, term atom) {
  size_t len;
  const u8 *text = atom_text(atom, &len);
  if (w->o->minor_version < 2 && put_latin1_atom(w, text, len, atom_characters(atom))) return;
  if (len < 256) {
    put8(w, ETF_SMALL_ATOM_UTF8);
    put8(w, (u32)len);
  } else {
    put8(w, ETF_ATOM_UTF8);
    put16(w, (u32)len);
  }
  bytes_append(w->out, text, len);
}

static void put_integer(struct writer *w, term t) {
  if (is_small(t)) {
    i64 v = small_val(t);
    if (v >= 0 && v < 256) {
      u8 *p = reserve(w->out, 2);
      if (p) p[0] = ETF_SMALL_INTEGER, p[1] = (u8)v;
      return;
    }
    if (v >= INT32_MIN && v <= INT32_MAX) {
      u8 *p = reserve(w->out, 5);
      if (p) p[0] = ETF_INTEGER, p[1] = (u8)(v >> 24), p[2] = (u8)(v >> 16), p[3] = (u8)(v >> 8), p[4] = (u8)v;
      return;
    }
  }
  size_t n = int_byte_size(t);
  put8(w, n < 256 ? ETF_SMALL_BIG : ETF_LARGE_BIG);
  if (n < 256) put8(w, (u32)n);
  else put32(w, (u32)n);
  put8(w, int_is_negative(t));
  u8 *p = reserve(w->out, n);
  if (p) int_magnitude_bytes(t, p, n);
}

static void put_float(struct writer *w, double d) {
  if (w->o->minor_version > 0) {
    u64 v;
    memcpy(&v, &d, 8);
    put8(w, ETF_NEW_FLOAT);
    put64(w, v);
    return;
  }
  put8(w, ETF_FLOAT);
  size_t start = w->out->len;
  num_print_float_scientific(w->out, d, 20);
  while (w->out->len - start < ETF_FLOAT_TEXT && !w->out->failed) put8(w, 0);
}

static void put_bits(struct writer *w, term t) {
  struct bits b;
  bits_of(t, &b);
  size_t n = (size_t)((b.size + 7) / 8);
  u32 loose = b.size & 7;
  put8(w, loose ? ETF_BIT_BINARY : ETF_BINARY);
  put32(w, (u32)n);
  if (loose) put8(w, loose);
  u8 *p = bytes_reserve(w->out, n);
  if (!p || n == 0) return;
  p[n - 1] = 0;
  bits_copy(p, 0, b.data, b.offset, b.size);
}

static void put_node(struct writer *w, const term *p) {
  put_atom(w, p ? p[1] : w->o->host ? ATOM_nonode_nohost : etf_node_name);
}
static void put_creation(struct writer *w, const term *p) { put32(w, p ? (u32)p[2] : w->o->host ? 0 : etf_creation); }

static void put_pid(struct writer *w, term t) {
  const term *p = is_boxed(t) ? boxed_ptr(t) : NULL;
  put8(w, ETF_NEW_PID);
  put_node(w, p);
  put32(w, p ? (u32)p[3] : pid_number(t));
  put32(w, p ? (u32)(p[3] >> 32) : pid_serial(t));
  put_creation(w, p);
}

static void put_port(struct writer *w, term t) {
  const term *p = is_boxed(t) ? boxed_ptr(t) : NULL;
  u64 number = p ? p[3] : port_number(t);
  bool wide = number >> 28;
  put8(w, wide ? ETF_V4_PORT : ETF_NEW_PORT);
  put_node(w, p);
  if (wide) put64(w, number);
  else put32(w, (u32)number);
  put_creation(w, p);
}

static void put_ref(struct writer *w, term t) {
  u32 number;
  if (w->o->host && etf_handle_number && etf_handle_number(t, &number)) {
    put8(w, ETF_HANDLE);
    put32(w, number);
    return;
  }
  const term *p = boxed_ptr(t);
  bool local = is_local_ref(t);
  u32 n = local ? 3 : (u32)(p[2] >> 32);
  put8(w, ETF_NEWER_REFERENCE);
  put16(w, n);
  put_node(w, local ? NULL : p);
  put_creation(w, local ? NULL : p);
  const term *words = local ? p + 1 : p + 3;
  for (u32 i = 0; i < n; i++) put32(w, (u32)(words[i / 2] >> (i & 1 ? 32 : 0)));
}

static void put_export(struct writer *w, term t) {
  term m, f;
  u32 arity;
  etf_export_info(t, &m, &f, &arity);
  put8(w, ETF_EXPORT);
  put_atom(w, m);
  put_atom(w, f);
  put_integer(w, make_small(arity));
}

// --- Compounds ---------------------------------------------------------------------------------

static void open_fun(struct writer *w, term t) {
  struct fun_info_etf f;
  etf_fun_info(t, &f);
  put8(w, ETF_NEW_FUN);
  push(w, FRAME_FUN_SIZE, NULL, w->out->len); // the size is known only when the free variables are written
  put32(w, 0);
  put8(w, f.arity);
  bytes_append(w->out, f.uniq, 16);
  put32(w, f.index);
  put32(w, f.free_count);
  put_atom(w, f.module);
  put_integer(w, make_small(f.old_index));
  put_integer(w, make_small(f.old_uniq));
  put_pid(w, f.pid);
  if (f.free_count) push(w, FRAME_TERMS, f.free_vars, f.free_count);
}

static bool is_byte(term t) { return is_small(t) && (u64)small_val(t) < 256; }

static void open_list(struct writer *w, term t) {
  size_t n = 0;
  term rest = t;
  while (is_cons(rest) && n <= 65535 && is_byte(hd(rest))) rest = tl(rest), n++;
  if (is_nil(rest) && n <= 65535) {
    put8(w, ETF_STRING);
    put16(w, (u32)n);
    u8 *p = bytes_reserve(w->out, n);
    for (size_t i = 0; p && i < n; i++, t = tl(t)) p[i] = (u8)small_val(hd(t));
    return;
  }
  while (is_cons(rest)) rest = tl(rest), n++;
  put8(w, ETF_LIST);
  put32(w, (u32)n);
  push(w, FRAME_CELLS, cons_ptr(t), n);
}

// Pushes the pairs of a hash map in key order, keys and values in turn.
static void open_sorted_map(struct writer *w, term t, size_t n) {
  size_t size = sizeof(struct scratch) + 4 * n * sizeof(term);
  struct scratch *s = mem_alloc(size, MEM_SYSTEM);
  if (!s) {
    w->out->failed = true;
    return;
  }
  s->size = size;
  s->next = w->scratch;
  w->scratch = s;
  struct map_iter it;
  map_iter_init(&it, t);
  for (size_t i = 0; map_iter_next(&it, &s->words[i], &s->words[i + 1]); i += 2) {}
  term_sort_pairs(s->words, s->words + 2 * n, n);
  push(w, FRAME_TERMS, s->words, 2 * n);
}

static void open_map(struct writer *w, term t, const term *p) {
  size_t n = map_size(t);
  put8(w, ETF_MAP);
  put32(w, (u32)n);
  if (n == 0) return;
  if (header_kind(p[0]) == KIND_MAP_FLAT) push(w, FRAME_FLAT_MAP, p, 0);
  else if (w->o->deterministic) open_sorted_map(w, t, n);
  else push(w, FRAME_CHILDREN, p + 2, header_size(p[0]) - 1);
}

static void open_record(struct writer *w, term t) {
  const term *d = record_definition(t);
  u32 n = record_size(t);
  if (w->o->host) {
    put8(w, ETF_SMALL_TUPLE);
    put8(w, 4);
    put_atom(w, ATOM_number_sign);
    put_atom(w, d[RECORD_MODULE]);
    put_atom(w, d[RECORD_NAME]);
    put8(w, ETF_MAP);
    put32(w, n);
    if (n > 0) push(w, FRAME_FLAT_MAP, boxed_ptr(t), 0);
    return;
  }
  put8(w, ETF_RECORD);
  put32(w, n);
  put8(w, d[RECORD_EXPORTED] == ATOM_true);
  for (u32 i = 0; i < RECORD_KEYS + n; i++)
    if (i != RECORD_EXPORTED) put_atom(w, d[i]);
  if (n > 0) push(w, FRAME_TERMS, record_values(t), n);
}

static void open_boxed(struct writer *w, term t) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  switch (header_kind(p[0])) {
    case KIND_TUPLE:
      put8(w, n < 256 ? ETF_SMALL_TUPLE : ETF_LARGE_TUPLE);
      if (n < 256) put8(w, n);
      else put32(w, n);
      if (n > 0) push(w, FRAME_TERMS, p + 1, n);
      break;
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH: open_map(w, t, p); break;
    case KIND_RECORD: open_record(w, t); break;
    case KIND_FUN: open_fun(w, t); break;
    case KIND_EXPORT: put_export(w, t); break;
    case KIND_FLOAT: put_float(w, float_val(t)); break;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: put_integer(w, t); break;
    case KIND_REF:
    case KIND_MAGIC_REF:
    case KIND_EXT_REF: put_ref(w, t); break;
    case KIND_EXT_PID: put_pid(w, t); break;
    case KIND_EXT_PORT: put_port(w, t); break;
    default: put_bits(w, t); break;
  }
}

static void open_term(struct writer *w, term t) {
  if (is_small(t)) put_integer(w, t);
  else if (is_atom(t)) put_atom(w, t);
  else if (is_cons(t)) open_list(w, t);
  else if (is_boxed(t)) open_boxed(w, t);
  else if (is_nil(t)) put8(w, ETF_NIL);
  else if (is_local_pid(t)) put_pid(w, t);
  else put_port(w, t);
}

static void pop(struct writer *w) { w->frames.len -= sizeof(struct frame); }

// Gives the next term to write. False: the topmost frame had none left.
static bool advance(struct writer *w, term *t) {
  struct frame *f = (struct frame *)(w->frames.data + w->frames.len) - 1;
  const term *p = f->p;
  switch (f->kind) {
    case FRAME_TERMS:
      *t = *f->p++;
      if (--f->n == 0) pop(w);
      return true;
    case FRAME_CELLS: // n cells left, then their tail
      if (f->n == 0) {
        *t = *p;
        pop(w);
        return true;
      }
      *t = p[0];
      f->p = --f->n ? cons_ptr(p[1]) : p + 1;
      return true;
    case FRAME_FLAT_MAP: { // also a record that is written as a map
      size_t at = f->n++;
      if (f->n == header_size(p[0]) - 1) pop(w);
      *t = tuple_elements(p[1])[at + (header_kind(p[0]) == KIND_RECORD ? RECORD_KEYS : 0)];
      push(w, FRAME_TERMS, p + 2 + at, 1);
      return true;
    }
    case FRAME_CHILDREN: {
      term child = *f->p++;
      if (--f->n == 0) pop(w);
      if (is_cons(child)) {
        *t = hd(child);
        push(w, FRAME_TERMS, cons_ptr(child) + 1, 1);
        return true;
      }
      push(w, FRAME_CHILDREN, boxed_ptr(child) + 1, header_size(boxed_header(child)));
      return false;
    }
    // FRAME_FUN_SIZE: the frame knows where the size goes; the size includes its own bytes.
    default: {
      u32 size = (u32)(w->out->len - f->n);
      u8 *at = w->out->data + f->n;
      at[0] = (u8)(size >> 24), at[1] = (u8)(size >> 16), at[2] = (u8)(size >> 8), at[3] = (u8)size;
      pop(w);
      return false;
    }
  }
}

// Writes on. True: everything is written, or memory is out. False: no steps are left.
static bool write_on(struct writer *w, i64 *steps) {
  bool more = false;
  term t = NIL;
  for (;;) {
    if (more) open_term(w, t);
    if (w->out->failed || w->frames.failed || w->frames.len == 0) break;
    if (UNLIKELY(--*steps < 0 || w->out->len >= w->pause)) return false;
    more = advance(w, &t);
  }
  if (w->frames.failed) w->out->failed = true;
  return true;
}

static void writer_end(struct writer *w) {
  bytes_free(&w->frames);
  while (w->scratch) {
    struct scratch *next = w->scratch->next;
    mem_free(w->scratch, w->scratch->size, MEM_SYSTEM);
    w->scratch = next;
  }
}

static void write_term(struct bytes *out, term t, const struct etf_options *o) {
  struct writer w = {.out = out, .o = o, .pause = SIZE_MAX};
  i64 steps = INT64_MAX;
  bytes_init(&w.frames);
  open_term(&w, t);
  (void)write_on(&w, &steps);
  writer_end(&w);
}

// --- In portions

struct etf_encoder {
  struct bytes out;
  struct etf_options o;
  struct writer w;
};

struct etf_encoder *etf_encoder_new(term t, const struct etf_options *o) {
  struct etf_encoder *e = mem_calloc(sizeof *e, MEM_SYSTEM);
  if (!e) return NULL;
  e->o = *o;
  e->w.out = &e->out;
  e->w.o = &e->o;
  bytes_init(&e->out);
  bytes_init(&e->w.frames);
  bytes_put(&e->out, ETF_VERSION);
  open_term(&e->w, t);
  return e;
}

enum { ENCODE_BYTES = 4 << 20 };
bool etf_encoder_go(struct etf_encoder *e, i64 steps) {
  e->w.pause = e->out.len + ENCODE_BYTES;
  return write_on(&e->w, &steps);
}

const struct bytes *etf_encoder_bytes(const struct etf_encoder *e) { return &e->out; }

void etf_encoder_free(struct etf_encoder *e) {
  writer_end(&e->w);
  bytes_free(&e->out);
  mem_free(e, sizeof *e, MEM_SYSTEM);
}

bool etf_encode(struct bytes *out, term t, const struct etf_options *o) {
  bytes_put(out, ETF_VERSION);
  write_term(out, t, o);
  return !out->failed;
}

u64 etf_size(term t, const struct etf_options *o) {
  struct bytes out;
  bytes_init(&out);
  u64 n = etf_encode(&out, t, o) ? out.len : 0;
  bytes_free(&out);
  return n;
}
