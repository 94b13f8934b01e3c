// SPDX-License-Identifier: Apache-2.0
// Decoding of the external term format. The input is hostile: every length is checked against the bytes that are left,
// and the number of terms still expected never exceeds the number of bytes left, so memory is linear in the input.
// Places still to be filled wait as frames in a byte buffer; terms do not move meanwhile, because heap_alloc does not
// collect. Called by binary_to_term, the JavaScript boundary and the loader's literals.
#include "base/alloc.h"
#include "gen/seam.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/etf.h"
#include "term/map.h"
#include "term/number.h"
#include "term/record.h"
#include "term/ref.h"

struct frame {
  term *p;      // the next place to fill
  u32 n;        // places left
  u32 step;     // 1; 2 for the heads of list cells; 0: a map, all of whose pairs were read to p
  term *target; // for a map: where the map goes
};
struct reader {
  const u8 *start, *p, *end;
  struct heap *h;
  struct bytes frames; // of struct frame
  term result;
  term *target; // where the next term goes; NULL: the topmost frame says
  u64 owed;     // number of terms still expected
  term map;     // a map of the first map_pairs pairs of the topmost frame
  u32 map_pairs;
  bool safe, host;
  const char *what; // what is wrong with the input, or NULL
};
enum { MAP_PORTION = 8192 }; // pairs that are put into a map in one step

static bool fail(struct reader *r, const char *what) {
  if (!r->what) r->what = what;
  return false;
}
static size_t left(const struct reader *r) { return (size_t)(r->end - r->p); }
HOT_INLINE bool need(struct reader *r, u64 n) { return n <= left(r) || fail(r, "truncated"); }

static u32 get8(struct reader *r) { return *r->p++; }
HOT_INLINE u32 get16(struct reader *r) {
  r->p += 2;
  return (u32)r->p[-2] << 8 | r->p[-1];
}
static u32 get32(struct reader *r) {
  u32 high = get16(r);
  return high << 16 | get16(r);
}
static u64 get64(struct reader *r) {
  u64 high = get32(r);
  return high << 32 | get32(r);
}

// --- Leaves ------------------------------------------------------------------------------------

static bool get_atom_text(struct reader *r, u32 tag, term *out) {
  bool wide = tag == ETF_ATOM || tag == ETF_ATOM_UTF8, latin1 = tag == ETF_ATOM || tag == ETF_SMALL_ATOM;
  if (!need(r, wide ? 2 : 1)) return false;
  u32 n = wide ? get16(r) : get8(r);
  if (!need(r, n)) return false;
  const u8 *text = r->p;
  r->p += n;
  if (!r->safe) {
    *out = latin1 ? atom_from_latin1(text, n) : atom_from_utf8(text, n);
    return *out != NV || fail(r, "bad atom");
  }
  u8 utf8[MAX_ATOM_CHARACTERS * 2];
  if (latin1) {
    size_t len = 0;
    if (n > MAX_ATOM_CHARACTERS) return fail(r, "bad atom");
    for (u32 i = 0; i < n; i++) len += (size_t)utf8_encode(utf8 + len, text[i]);
    *out = atom_find_utf8(utf8, len);
  } else {
    *out = atom_find_utf8(text, n);
  }
  return *out != NV || fail(r, "atom does not exist");
}

// Reads an atom inside another term.
static bool get_atom(struct reader *r, term *out) {
  if (!need(r, 1)) return false;
  u32 tag = get8(r);
  if (tag == ETF_ATOM || tag == ETF_SMALL_ATOM || tag == ETF_ATOM_UTF8 || tag == ETF_SMALL_ATOM_UTF8)
    return get_atom_text(r, tag, out);
  return fail(r, "not an atom");
}

// Reads an unsigned number inside a fun or an export.
static bool get_unsigned(struct reader *r, u32 *out) {
  if (!need(r, 2)) return false;
  u32 tag = get8(r);
  if (tag == ETF_SMALL_INTEGER) {
    *out = get8(r);
    return true;
  }
  if (tag == ETF_INTEGER) {
    if (!need(r, 4)) return false;
    *out = get32(r);
    return true;
  }
  if (tag != ETF_SMALL_BIG) return fail(r, "not a number");
  u32 n = get8(r);
  if (n > 4 || !need(r, n + 1)) return fail(r, "number out of range");
  if (get8(r) != 0) return fail(r, "negative number");
  *out = 0;
  for (u32 i = 0; i < n; i++) *out |= get8(r) << (8 * i);
  return true;
}

// Reads a creation. In the old tags it is one byte, with values from 0 to 3.
static bool get_creation(struct reader *r, bool old, u32 *creation) {
  *creation = old ? get8(r) : get32(r);
  return !old || *creation <= 3 || fail(r, "bad creation");
}

static bool is_this_node(const struct reader *r, term node, u32 creation) {
  if (r->host && node == ATOM_nonode_nohost) return creation == 0;
  return node == etf_node_name && (creation == etf_creation || creation == 0);
}

static term external(struct reader *r, enum kind kind, term node, u32 creation, u64 number) {
  term *p = heap_alloc(r->h, 4);
  p[0] = MAKE_HEADER(kind, 3);
  p[1] = node;
  p[2] = creation;
  p[3] = number;
  return make_boxed(p);
}

static bool get_pid(struct reader *r, u32 tag, term *out) {
  term node;
  bool old = tag == ETF_PID;
  if (!get_atom(r, &node) || !need(r, old ? 9 : 12)) return false;
  u32 number = get32(r), serial = get32(r), creation;
  if (!get_creation(r, old, &creation)) return false;
  if (!is_this_node(r, node, creation)) {
    *out = external(r, KIND_EXT_PID, node, creation, (u64)serial << 32 | number);
    return true;
  }
  if (number >> 28 || serial >> 28) return fail(r, "bad pid");
  *out = make_pid(number, serial);
  return true;
}

static bool get_port(struct reader *r, u32 tag, term *out) {
  term node;
  u32 number_bytes = tag == ETF_V4_PORT ? 8 : 4, creation_bytes = tag == ETF_PORT ? 1 : 4;
  if (!get_atom(r, &node) || !need(r, number_bytes + creation_bytes)) return false;
  u64 number = tag == ETF_V4_PORT ? get64(r) : get32(r);
  u32 creation;
  if (!get_creation(r, tag == ETF_PORT, &creation)) return false;
  if (!is_this_node(r, node, creation)) {
    *out = external(r, KIND_EXT_PORT, node, creation, number);
    return true;
  }
  if (number >> 28) return fail(r, "bad port");
  *out = make_port(number);
  return true;
}

static term make_ref(struct reader *r, term node, u32 creation, const u32 *words, u32 n) {
  if (is_this_node(r, node, creation)) {
    term *p = heap_alloc(r->h, REF_WORDS);
    p[0] = MAKE_HEADER(KIND_REF, REF_WORDS - 1);
    p[1] = words[0] | (u64)words[1] << 32;
    p[2] = words[2];
    return make_boxed(p);
  }
  u32 size = 2 + (n + 1) / 2;
  term *p = heap_alloc(r->h, size + 1);
  p[0] = MAKE_HEADER(KIND_EXT_REF, size);
  p[1] = node;
  p[2] = creation | (u64)n << 32;
  for (u32 i = 0; i < n; i += 2) p[3 + i / 2] = words[i] | (u64)words[i + 1] << 32;
  return make_boxed(p);
}

static bool get_ref(struct reader *r, u32 tag, term *out) {
  u32 n = 1, words[6] = {0};
  term node;
  if (tag != ETF_REFERENCE) {
    if (!need(r, 2)) return false;
    n = get16(r);
    if (n == 0 || n > 5) return fail(r, "bad reference");
  }
  if (!get_atom(r, &node)) return false;
  u32 creation_bytes = tag == ETF_NEWER_REFERENCE ? 4 : 1;
  if (!need(r, creation_bytes + 4 * n)) return false;
  u32 creation = 0;
  if (tag != ETF_REFERENCE && !get_creation(r, creation_bytes == 1, &creation)) return false;
  for (u32 i = 0; i < n; i++) words[i] = get32(r);
  if (tag == ETF_REFERENCE && !get_creation(r, true, &creation)) return false;
  if (is_this_node(r, node, creation) && (n > 3 || words[0] >> 18)) return fail(r, "bad reference");
  *out = make_ref(r, node, creation, words, n);
  return true;
}

static bool get_handle(struct reader *r, term *out) {
  if (!r->host || !etf_make_handle) return fail(r, "unknown tag");
  if (!need(r, 4)) return false;
  *out = etf_make_handle(r->h, get32(r));
  if (*out == NV) r->h->exhausted = true;
  return *out != NV;
}

static bool get_big(struct reader *r, u32 tag, term *out) {
  u32 length_bytes = tag == ETF_SMALL_BIG ? 1 : 4;
  if (!need(r, length_bytes + 1)) return false;
  u32 n = tag == ETF_SMALL_BIG ? get8(r) : get32(r);
  if (!need(r, (u64)n + 1)) return false;
  bool negative = get8(r) != 0;
  *out = int_from_bytes(r->h, r->p, n, true, false);
  r->p += n;
  if (*out != NV && negative) *out = num_neg(r->h, *out);
  return *out != NV || fail(r, "integer too large");
}

static bool get_float(struct reader *r, u32 tag, term *out) {
  double d;
  if (tag == ETF_NEW_FLOAT) {
    if (!need(r, 8)) return false;
    u64 v = get64(r);
    memcpy(&d, &v, 8);
  } else {
    if (!need(r, ETF_FLOAT_TEXT)) return false;
    size_t n = 0;
    while (n < ETF_FLOAT_TEXT && r->p[n]) n++;
    if (!num_parse_float(r->p, n, &d)) return fail(r, "bad float");
    r->p += ETF_FLOAT_TEXT;
  }
  *out = float_checked(r->h, d);
  return *out != NV || fail(r, "float is not finite");
}

static bool get_binary(struct reader *r, u32 tag, term *out) {
  u32 bits = 8;
  if (!need(r, tag == ETF_BIT_BINARY ? 5 : 4)) return false;
  u32 n = get32(r);
  if (tag == ETF_BIT_BINARY) bits = get8(r);
  if (!need(r, n)) return false;
  if (bits == 0 || bits > 8 || (n == 0 && bits != 8)) return fail(r, "bad number of bits");
  *out = binary_from(r->h, r->p, n);
  r->p += n;
  if (*out != NV && bits < 8) *out = binary_sub(r->h, *out, 0, (u64)n * 8 - (8 - bits));
  return *out != NV || fail(r, "out of memory");
}

static bool get_string(struct reader *r, term *out) {
  if (!need(r, 2)) return false;
  u32 n = get16(r);
  if (!need(r, n)) return false;
  *out = NIL;
  if (n == 0) return true;
  term *p = heap_alloc(r->h, 2 * (size_t)n);
  if (!p) return fail(r, "out of memory");
  *out = make_cons(p);
  for (u32 i = 0; i < n; i++) {
    p[2 * i] = make_small(r->p[i]);
    p[2 * i + 1] = i + 1 < n ? make_cons(p + 2 * i + 2) : NIL;
  }
  r->p += n;
  return true;
}

static bool get_export(struct reader *r, term *out) {
  term m, f;
  u32 arity;
  if (!get_atom(r, &m) || !get_atom(r, &f) || !get_unsigned(r, &arity)) return false;
  if (arity > MAX_ARITY || !etf_make_export) return fail(r, "bad export");
  *out = etf_make_export(r->h, m, f, arity);
  return *out != NV || fail(r, "out of memory");
}

// --- Compounds ---------------------------------------------------------------------------------

// Adds n to the number of terms expected; each of them takes at least a byte.
static bool owe(struct reader *r, u64 n) {
  r->owed += n;
  return r->owed <= left(r) || fail(r, "truncated");
}

static void push(struct reader *r, term *p, u32 n, u32 step, term *target) {
  struct frame f = {p, n, step, target};
  bytes_append(&r->frames, &f, sizeof f);
}

static bool get_tuple(struct reader *r, u32 tag, term *out) {
  if (!need(r, tag == ETF_SMALL_TUPLE ? 1 : 4)) return false;
  u32 n = tag == ETF_SMALL_TUPLE ? get8(r) : get32(r);
  if (!owe(r, n)) return false;
  if (n > MAX_BOXED_SIZE) return fail(r, "tuple too large");
  term *elements = heap_tuple(r->h, n, out);
  if (!elements) return fail(r, "out of memory");
  memset(elements, 0, n * sizeof *elements); // keeps the heap valid if the rest fails
  if (n > 0) push(r, elements, n, 1, NULL);
  return true;
}

static bool get_list(struct reader *r, term *out) {
  if (!need(r, 4)) return false;
  u32 n = get32(r);
  if (!owe(r, (u64)n + 1)) return false;
  if (n == 0) { // only the tail: the term itself
    push(r, out, 1, 1, NULL);
    return true;
  }
  term *p = heap_alloc(r->h, 2 * (size_t)n);
  if (!p) return fail(r, "out of memory");
  for (u32 i = 0; i < n; i++) p[2 * i] = 0, p[2 * i + 1] = i + 1 < n ? make_cons(p + 2 * i + 2) : NIL;
  *out = make_cons(p);
  push(r, p + 2 * n - 1, 1, 1, NULL);
  push(r, p, n, 2, NULL);
  return true;
}

static bool get_map(struct reader *r, term *out) {
  if (!need(r, 4)) return false;
  u32 n = get32(r);
  if (!owe(r, (u64)n * 2)) return false;
  if (n == 0) {
    *out = map_empty(r->h);
    return true;
  }
  term *pairs = mem_alloc((size_t)n * 2 * sizeof *pairs, MEM_SYSTEM);
  if (!pairs) return fail(r, "out of memory");
  push(r, pairs, n, 0, out);
  if (r->frames.failed) {
    mem_free(pairs, (size_t)n * 2 * sizeof *pairs, MEM_SYSTEM);
    return false;
  }
  push(r, pairs, 2 * n, 1, NULL);
  return true;
}

static struct frame *top_frame(struct reader *r) { return (struct frame *)(r->frames.data + r->frames.len) - 1; }

static void drop_frame(struct reader *r) {
  struct frame f = *top_frame(r);
  if (f.step == 0) mem_free(f.p, (size_t)f.n * 2 * sizeof *f.p, MEM_SYSTEM);
  r->frames.len -= sizeof f;
}

// Puts the next pairs into the map whose pairs were all read; a small map gets all of them at once.
static bool go_on_map(struct reader *r) {
  struct frame f = *top_frame(r);
  u32 n = f.n - r->map_pairs < MAP_PORTION ? f.n - r->map_pairs : MAP_PORTION;
  term part = map_from_pairs(r->h, f.p + 2 * (size_t)r->map_pairs, n);
  if (part != NV && r->map_pairs > 0) part = map_merge(r->h, r->map, part);
  if (part == NV || r->h->exhausted) return fail(r, "out of memory");
  r->map = part;
  r->map_pairs += n;
  if (map_size(part) != r->map_pairs) return fail(r, "duplicate key");
  if (r->map_pairs < f.n) return true;
  r->map_pairs = 0;
  *f.target = part;
  drop_frame(r);
  return true;
}

static bool get_record(struct reader *r, term *out) {
  term module, name, record;
  if (!need(r, 5)) return false;
  u32 n = get32(r), flags = get8(r);
  if (flags > 1) return fail(r, "bad flags of a record");
  if (!get_atom(r, &module) || !get_atom(r, &name) || !owe(r, n)) return false;
  if (n > MAX_BOXED_SIZE - RECORD_KEYS) return fail(r, "record too large");
  term *keys = record_new(r->h, module, name, flags ? ATOM_true : ATOM_false, n, &record);
  if (!keys) return fail(r, "out of memory");
  for (u32 i = 0; i < n; i++)
    if (!get_atom(r, &keys[i])) return false;
  if (!record_keys_distinct(r->h, keys, n)) return fail(r, "duplicate key");
  if (etf_known_record) etf_known_record(record);
  *out = record;
  if (n > 0) push(r, record_values(record), n, 1, NULL);
  return true;
}

static bool get_fun(struct reader *r, term *out) {
  if (!need(r, 29)) return false;
  get32(r); // the size: not needed
  u32 arity = get8(r);
  const u8 *uniq = r->p;
  r->p += 16;
  u32 index = get32(r), free_count = get32(r), old_index, old_uniq;
  term module, pid, *free_vars = NULL;
  if (!get_atom(r, &module) || !get_unsigned(r, &old_index) || !get_unsigned(r, &old_uniq) || !need(r, 1)) return false;
  u32 tag = get8(r);
  if (tag != ETF_NEW_PID && tag != ETF_PID) return fail(r, "not a pid");
  if (!get_pid(r, tag, &pid) || !owe(r, free_count)) return false;
  if (free_count > MAX_ARITY || arity + free_count > MAX_ARITY || !etf_make_fun) return fail(r, "bad fun");
  *out = etf_make_fun(r->h, module, arity, uniq, index, old_index, old_uniq, pid, free_count, &free_vars);
  if (*out == NV) return fail(r, "out of memory");
  if (free_count == 0) return true;
  memset(free_vars, 0, free_count * sizeof *free_vars);
  push(r, free_vars, free_count, 1, NULL);
  return true;
}

static bool get_term(struct reader *r, term *out) {
  if (!need(r, 1)) return false;
  u32 tag = get8(r);
  switch (tag) {
    case ETF_SMALL_INTEGER:
      if (!need(r, 1)) return false;
      *out = make_small(get8(r));
      return true;
    case ETF_INTEGER:
      if (!need(r, 4)) return false;
      *out = make_small((i32)get32(r));
      return true;
    case ETF_FLOAT:
    case ETF_NEW_FLOAT: return get_float(r, tag, out);
    case ETF_ATOM:
    case ETF_SMALL_ATOM:
    case ETF_ATOM_UTF8:
    case ETF_SMALL_ATOM_UTF8: return get_atom_text(r, tag, out);
    case ETF_PID:
    case ETF_NEW_PID: return get_pid(r, tag, out);
    case ETF_PORT:
    case ETF_NEW_PORT:
    case ETF_V4_PORT: return get_port(r, tag, out);
    case ETF_REFERENCE:
    case ETF_NEW_REFERENCE:
    case ETF_NEWER_REFERENCE: return get_ref(r, tag, out);
    case ETF_SMALL_TUPLE:
    case ETF_LARGE_TUPLE: return get_tuple(r, tag, out);
    case ETF_NIL: *out = NIL; return true;
    case ETF_STRING: return get_string(r, out);
    case ETF_LIST: return get_list(r, out);
    case ETF_BINARY:
    case ETF_BIT_BINARY: return get_binary(r, tag, out);
    case ETF_SMALL_BIG:
    case ETF_LARGE_BIG: return get_big(r, tag, out);
    case ETF_MAP: return get_map(r, out);
    case ETF_RECORD: return get_record(r, out);
    case ETF_NEW_FUN: return get_fun(r, out);
    case ETF_EXPORT: return get_export(r, out);
    case ETF_HANDLE: return get_handle(r, out);
    default: return fail(r, "unknown tag");
  }
}

enum outcome { READ_MORE, READ_DONE, READ_BAD };

// Reads at most so many terms.
static enum outcome read_on(struct reader *r, u64 steps) {
  while (steps > 0) {
    if (!r->target) {
      if (r->frames.len == 0) return READ_DONE;
      struct frame *f = top_frame(r);
      if (f->step == 0) {
        steps -= min_u64(steps, min_u64(f->n, MAP_PORTION));
        if (!go_on_map(r)) return READ_BAD;
        continue;
      }
      r->target = f->p;
      f->p += f->step;
      if (--f->n == 0) r->frames.len -= sizeof *f;
    }
    r->owed--;
    steps--;
    term *target = r->target;
    r->target = NULL;
    if (!get_term(r, target)) return READ_BAD;
    if (r->frames.failed || r->h->exhausted) return fail(r, "out of memory"), READ_BAD;
  }
  return READ_MORE;
}

static void reader_begin(struct reader *r, struct heap *h, const u8 *data, size_t n, int flags) {
  *r = (struct reader){
      .start = data, .p = data, .end = data + n, .h = h, .safe = flags & ETF_SAFE, .host = flags & ETF_HOST};
  bytes_init(&r->frames);
  r->result = NV;
  r->target = &r->result;
  r->owed = 1;
}

static void reader_end(struct reader *r) {
  while (r->frames.len > 0) drop_frame(r);
  bytes_free(&r->frames);
}

static size_t reader_offset(const struct reader *r) { return (size_t)(r->p - r->start); }

// zlib expands one byte to about 1030 bytes at most.
enum { INFLATE_RATIO = 1040 };

// The input behind the version byte: where the term begins, and the bytes it inflates to when it is compressed.
struct input {
  const u8 *data;
  size_t n, skip; // skip: number of bytes before data
  u8 *plain;      // what data points to, if it was compressed
  size_t consumed;
};

// Returns NULL, or what is wrong.
static const char *input_open(struct input *in, const u8 *data, size_t n, int flags) {
  size_t skip = flags & ETF_NO_VERSION ? 0 : 1;
  *in = (struct input){.skip = skip};
  if (skip == 1 && (n == 0 || data[0] != ETF_VERSION)) return in->skip = 0, "no version byte";
  in->data = data + skip;
  in->n = n - skip;
  if (in->n == 0 || *in->data != ETF_COMPRESSED) return NULL;
  data = in->data + 1, n = in->n - 1;
  in->skip++;
  size_t size = n < 4 ? 0 : (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
  if (size == 0 || size / INFLATE_RATIO > n || !etf_inflate) return "bad compressed data";
  if (!(in->plain = mem_alloc(size, MEM_SYSTEM))) return "out of memory";
  in->data = in->plain;
  in->n = size;
  return etf_inflate(data + 4, n - 4, in->plain, size, &in->consumed) ? NULL : "bad compressed data";
}

static void input_close(struct input *in) {
  if (in->plain) mem_free(in->plain, in->n, MEM_SYSTEM);
}

// How many bytes of input the term took. 0: the compressed data holds more than one term.
static size_t input_used(const struct input *in, size_t offset) {
  if (!in->plain) return in->skip + offset;
  return offset == in->n ? in->skip + 4 + in->consumed : 0;
}

term etf_decode(struct heap *h, const u8 *data, size_t n, int flags, size_t *used, struct etf_error *error) {
  struct input in;
  struct reader r;
  term t = NV;
  struct etf_error e = {0, input_open(&in, data, n, flags)};
  if (!e.what) {
    reader_begin(&r, h, in.data, in.n, flags);
    if (read_on(&r, UINT64_MAX) == READ_DONE) t = r.result;
    e = (struct etf_error){reader_offset(&r), r.what};
    reader_end(&r);
    size_t consumed = input_used(&in, e.offset);
    if (consumed == 0) t = NV;
    if (used) *used = consumed;
  }
  e.offset += in.skip;
  input_close(&in);
  if (t == NV && error) *error = e;
  return t;
}

// --- In portions -------------------------------------------------------------------------------

struct etf_decoder {
  struct input in;
  struct reader reader;
};

struct etf_decoder *etf_decoder_new(struct heap *h, const u8 *data, size_t n, int flags) {
  struct etf_decoder *d = mem_alloc(sizeof *d, MEM_PROCESS);
  if (!d) return NULL;
  const char *what = input_open(&d->in, data, n, flags);
  reader_begin(&d->reader, h, d->in.data, what ? 0 : d->in.n, flags);
  if (what) fail(&d->reader, what);
  return d;
}

bool etf_decoder_go(struct etf_decoder *d, u64 steps) {
  return d->reader.what || read_on(&d->reader, steps) != READ_MORE;
}

size_t etf_decoder_offset(const struct etf_decoder *d) { return reader_offset(&d->reader); }

term etf_decoder_result(const struct etf_decoder *d, size_t *used) {
  if (d->reader.what) return NV;
  *used = input_used(&d->in, reader_offset(&d->reader));
  return *used == 0 ? NV : d->reader.result;
}

void etf_decoder_free(struct etf_decoder *d) {
  reader_end(&d->reader);
  input_close(&d->in);
  mem_free(d, sizeof *d, MEM_PROCESS);
}
