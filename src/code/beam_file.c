// SPDX-License-Identifier: Apache-2.0
// The chunks of a BEAM file ("The BEAM file format"; where that is silent, as erts' own loader does). Everything that
// beam_open leaves in struct beam_file was checked against the length of its chunk and against the tables that it
// refers to; check.c checks instructions. The struct owns all arrays; they count as MEM_CODE and are never larger than
// a small multiple of the file.
#include "base/alloc.h"
#include "base/hostcalls.h"
#include "base/md5.h"
#include "code/compact.h"

enum chunk_id { ATU8, ATOM, CODE, STRT, IMPT, EXPT, FUNT, LITT, META, RECS, LINE, ATTR, CINF, CHUNK_COUNT };
static const char chunk_names[CHUNK_COUNT][5] = {
    "AtU8", "Atom", "Code", "StrT", "ImpT", "ExpT", "FunT", "LitT", "Meta", "Recs", "Line", "Attr", "CInf",
};

struct parse {
  struct beam_file *f;
  struct reader r; // the chunk being read
  const char *chunk;
  struct beam_slice chunks[CHUNK_COUNT]; // data NULL: the file does not have this chunk
};

static const char out_of_memory[] = "out of memory";

// Allocates an array for n entries, each of which takes at least `least` bytes of the rest of the chunk.
static void *table(struct parse *p, u32 n, u32 least, size_t size) {
  if (n > reader_left(&p->r) / least) {
    reader_fail(&p->r, "more entries than the chunk holds");
    return NULL;
  }
  void *entries = mem_calloc((n ? n : 1) * size, MEM_CODE);
  if (!entries) reader_fail(&p->r, out_of_memory);
  return entries;
}

static void drop_table(void *entries, u32 n, size_t size) {
  if (entries) mem_free(entries, (n ? n : 1) * size, MEM_CODE);
}

// --- The container ------------------------------------------------------------------------------

static bool remember_chunk(struct parse *p, const u8 *id, struct beam_slice data) {
  for (u32 i = 0; i < CHUNK_COUNT; i++) {
    if (memcmp(id, chunk_names[i], 4) != 0) continue;
    if (p->chunks[i].data) return reader_fail(&p->r, "the same chunk twice");
    p->chunks[i] = data;
  }
  return true;
}

static bool find_chunks(struct parse *p) {
  struct reader *r = &p->r;
  u32 size;
  if (r->len < 12 || memcmp(r->data, "FOR1", 4) != 0 || memcmp(r->data + 8, "BEAM", 4) != 0)
    return reader_fail(r, "not a BEAM file");
  r->at = 4;
  reader_u32(r, &size);
  if (size < 4 || size > r->len - 8) return reader_fail(r, "truncated file");
  r->len = size + 8;
  r->at = 12;
  while (reader_left(r) > 0) {
    struct beam_slice data;
    const u8 *id = r->data + r->at;
    u32 start = r->at;
    if (reader_left(r) < 8) return reader_fail(r, "truncated chunk header");
    r->at += 4;
    reader_u32(r, &size);
    if (!reader_slice(r, size, &data)) return false;
    u32 padding = (4 - (size & 3)) & 3;
    // The last chunk may lack its padding.
    r->at += padding < reader_left(r) ? padding : reader_left(r);
    if (!remember_chunk(p, id, data)) return r->at = start, false;
  }
  return true;
}

// False: the file does not have this chunk.
static bool enter(struct parse *p, enum chunk_id id) {
  p->chunk = chunk_names[id];
  p->r = (struct reader){p->chunks[id].data, p->chunks[id].len, 0, NULL};
  return p->chunks[id].data != NULL;
}

static bool must_enter(struct parse *p, enum chunk_id id) {
  return enter(p, id) || reader_fail(&p->r, "the chunk is missing");
}

// --- Atoms --------------------------------------------------------------------------------------

static bool check_atom_text(struct parse *p, struct beam_slice *a) {
  size_t characters = p->f->atoms_latin1 ? a->len : utf8_count(a->data, a->len);
  if (characters == SIZE_MAX) return reader_fail(&p->r, "an atom is not valid UTF-8");
  if (characters > MAX_ATOM_CHARACTERS) return reader_fail(&p->r, "an atom is too long");
  return true;
}

static bool read_atoms(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  u32 count;
  if (!enter(p, ATU8)) {
    f->atoms_latin1 = true;
    if (!enter(p, ATOM)) return enter(p, ATU8) || reader_fail(r, "the chunk is missing");
  }
  if (!reader_u32(r, &count)) return false;
  // OTP 28 writes the negative count, and lengths as compact numbers.
  bool compact_lengths = !f->atoms_latin1 && (i32)count < 0;
  if (compact_lengths) count = 0 - count;
  if (count == 0) return reader_fail(r, "no module name");
  if (count > reader_left(r)) return reader_fail(r, "more entries than the chunk holds");
  f->atoms = mem_calloc((count + 1) * sizeof *f->atoms, MEM_CODE);
  if (!f->atoms) return reader_fail(r, out_of_memory);
  f->atom_count = count;
  for (u32 i = 1; i <= count; i++) {
    u32 len;
    if (compact_lengths) {
      if (!compact_u32(r, &len)) return false;
    } else {
      if (reader_left(r) < 1) return reader_fail(r, "truncated atom");
      len = r->data[r->at++];
    }
    if (!reader_slice(r, len, &f->atoms[i]) || !check_atom_text(p, &f->atoms[i])) return false;
  }
  return true;
}

static bool good_atom(struct parse *p, u32 atom) {
  return (atom >= 1 && atom <= p->f->atom_count) || reader_fail(&p->r, "no such atom");
}

static bool good_arity(struct parse *p, u32 arity) {
  return arity <= MAX_ARITY || reader_fail(&p->r, "arity too large");
}

static bool good_label(struct parse *p, u32 label) {
  return (label >= 1 && label < p->f->label_count) || reader_fail(&p->r, "no such label");
}

// --- Code, imports, exports, lambdas ------------------------------------------------------------

static bool read_code(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  u32 header;
  if (!must_enter(p, CODE) || !reader_u32(r, &header)) return false;
  if (header < 16 || header > reader_left(r)) return reader_fail(r, "bad size of the header");
  reader_u32(r, &f->instruction_set);
  if (f->instruction_set != 0) return reader_fail(r, "unknown instruction set (made by a newer compiler?)");
  reader_u32(r, &f->max_opcode);
  reader_u32(r, &f->label_count);
  reader_u32(r, &f->function_count);
  r->at = f->code_header = 4 + header;
  // Each label and each function takes at least two bytes of code; there is no label 0.
  if (f->label_count < 1 || f->label_count - 1 > reader_left(r) / 2) return reader_fail(r, "more labels than code");
  if (f->function_count > reader_left(r) / 2) return reader_fail(r, "more functions than code");
  return reader_slice(r, reader_left(r), &f->code);
}

static bool read_imports(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  if (!must_enter(p, IMPT) || !reader_u32(r, &f->import_count)) return false;
  f->imports = table(p, f->import_count, 12, sizeof *f->imports);
  for (u32 i = 0; f->imports && i < f->import_count; i++) {
    struct beam_import *e = &f->imports[i];
    reader_u32(r, &e->module);
    reader_u32(r, &e->function);
    reader_u32(r, &e->arity);
    if (!good_atom(p, e->module) || !good_atom(p, e->function) || !good_arity(p, e->arity)) return false;
  }
  return f->imports != NULL;
}

static bool read_exports(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  if (!must_enter(p, EXPT) || !reader_u32(r, &f->export_count)) return false;
  f->exports = table(p, f->export_count, 12, sizeof *f->exports);
  for (u32 i = 0; f->exports && i < f->export_count; i++) {
    struct beam_export *e = &f->exports[i];
    reader_u32(r, &e->function);
    reader_u32(r, &e->arity);
    reader_u32(r, &e->label);
    if (!good_atom(p, e->function) || !good_arity(p, e->arity) || !good_label(p, e->label)) return false;
  }
  return f->exports != NULL;
}

static bool read_lambdas(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  if (!enter(p, FUNT)) return true;
  if (!reader_u32(r, &f->lambda_count)) return false;
  f->lambdas = table(p, f->lambda_count, 24, sizeof *f->lambdas);
  for (u32 i = 0; f->lambdas && i < f->lambda_count; i++) {
    struct beam_lambda *e = &f->lambdas[i];
    reader_u32(r, &e->function);
    reader_u32(r, &e->arity);
    reader_u32(r, &e->label);
    reader_u32(r, &e->index);
    reader_u32(r, &e->free_count);
    reader_u32(r, &e->old_uniq);
    if (!good_atom(p, e->function) || !good_arity(p, e->arity) || !good_label(p, e->label)) return false;
    if (e->free_count > e->arity) return reader_fail(r, "more free variables than arguments");
  }
  return f->lambdas != NULL;
}

// --- Literals -----------------------------------------------------------------------------------

// Offsets in errors are those in the inflated table.
static bool split_literals(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  if (!reader_u32(r, &f->literal_count)) return false;
  f->literals = table(p, f->literal_count, 4, sizeof *f->literals);
  for (u32 i = 0; f->literals && i < f->literal_count; i++) {
    u32 size;
    if (!reader_u32(r, &size) || !reader_slice(r, size, &f->literals[i])) return false;
  }
  return f->literals != NULL;
}

static bool read_literals(struct parse *p) {
  enum { MAX_DEFLATE_RATIO = 1032 }; // zlib's own limit
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  u32 size;
  size_t consumed;
  if (!enter(p, LITT)) return true;
  if (!reader_u32(r, &size)) return false;
  if (size == 0) return reader_left(r) == 0 || split_literals(p); // OTP 28: not compressed
  if (size / MAX_DEFLATE_RATIO > reader_left(r)) return reader_fail(r, "bad uncompressed size");
  f->literal_buffer = mem_alloc(size, MEM_CODE);
  if (!f->literal_buffer) return reader_fail(r, out_of_memory);
  f->literal_buffer_size = size;
  if (!host_inflate(r->data + r->at, reader_left(r), f->literal_buffer, size, &consumed))
    return reader_fail(r, "cannot be inflated");
  *r = (struct reader){f->literal_buffer, size, 0, NULL};
  return split_literals(p);
}

// --- Native records -----------------------------------------------------------------------------

static bool read_records(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  u32 version, fields;
  if (!enter(p, RECS)) return true;
  if (!reader_u32(r, &version) || !reader_u32(r, &f->record_count) || !reader_u32(r, &fields)) return false;
  if (version != 0) return reader_fail(r, "unknown version");
  if (f->record_count > reader_left(r)) return reader_fail(r, "more entries than the chunk holds");
  return reader_slice(r, reader_left(r), &f->records);
}

// --- Lines --------------------------------------------------------------------------------------

enum { MAX_FILE = 0x7F, MAX_LINE = 0xFFFFFF };

// Reads the items: a line number, or a file number tagged as an atom, which applies to the items behind it.
static bool read_line_items(struct parse *p, u32 file_count) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  u32 file = 0;
  for (u32 i = 1; i < f->line_count;) {
    struct beam_arg a;
    if (!compact_read(r, &a)) return false;
    if (a.kind == BEAM_ATOM) {
      if (a.value > (i64)file_count) return reader_fail(r, "no such file name");
      file = (u32)a.value;
    } else if (a.kind == BEAM_I && a.value >= 0) {
      // As in OTP, a place that does not fit the packed form is unknown.
      f->lines[i++] = a.value <= MAX_LINE && file <= MAX_FILE ? file << 24 | (u32)a.value : 0;
    } else {
      return reader_fail(r, "neither a line nor a file");
    }
  }
  return true;
}

static bool read_file_names(struct parse *p, u32 count) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  f->files = mem_calloc((count + 1) * sizeof *f->files, MEM_CODE);
  if (!f->files) return reader_fail(r, out_of_memory);
  f->file_count = count + 1;
  for (u32 i = 1; i <= count; i++) {
    struct beam_slice size;
    if (!reader_slice(r, 2, &size)) return false;
    if (!reader_slice(r, (u32)size.data[0] << 8 | size.data[1], &f->files[i])) return false;
    if (utf8_count(f->files[i].data, f->files[i].len) == SIZE_MAX)
      return reader_fail(r, "a file name is not valid UTF-8");
  }
  return true;
}

static bool read_lines(struct parse *p) {
  struct beam_file *f = p->f;
  struct reader *r = &p->r;
  u32 version, flags, instructions, items, files;
  if (!enter(p, LINE)) return true;
  if (!reader_u32(r, &version)) return false;
  // The document allows readers to ignore versions that they do not know.
  if (version != 0) return true;
  if (!reader_u32(r, &flags) || !reader_u32(r, &instructions) || !reader_u32(r, &items) || !reader_u32(r, &files))
    return false;
  if (items > reader_left(r)) return reader_fail(r, "more entries than the chunk holds");
  if (files > reader_left(r) / 2) return reader_fail(r, "more file names than the chunk holds");
  f->lines = mem_calloc((items + 1) * sizeof *f->lines, MEM_CODE);
  if (!f->lines) return reader_fail(r, out_of_memory);
  f->line_count = items + 1;
  return read_line_items(p, files) && read_file_names(p, files);
}

// --- The whole ----------------------------------------------------------------------------------

// Computes the MD5 of the chunks that decide what the code does. The old uniqs depend on line numbers, so they are left
// out.
static void compute_md5(struct parse *p) {
  static const u8 zero[4];
  static const u8 order[] = {ATU8, CODE, STRT, IMPT, EXPT, FUNT, LITT, META, RECS};
  struct md5 m;
  md5_init(&m);
  for (u32 i = 0; i < COUNT_OF(order); i++) {
    struct beam_slice c = p->chunks[order[i] == ATU8 && p->f->atoms_latin1 ? ATOM : order[i]];
    if (!c.data) continue;
    if (order[i] != FUNT) {
      md5_update(&m, c.data, c.len);
      continue;
    }
    md5_update(&m, c.data, 4);
    for (u32 k = 0; k < p->f->lambda_count; k++) {
      md5_update(&m, c.data + 4 + 24 * k, 20);
      md5_update(&m, zero, 4);
    }
  }
  md5_final(&m, p->f->md5);
}

static bool read_all(struct parse *p) {
  if (!find_chunks(p) || !read_atoms(p) || !read_code(p)) return false;
  if (!read_imports(p) || !read_exports(p) || !read_lambdas(p)) return false;
  if (!read_literals(p) || !read_records(p) || !read_lines(p)) return false;
  struct beam_file *f = p->f;
  f->strings = p->chunks[STRT];
  f->attributes = p->chunks[ATTR];
  f->compile_info = p->chunks[CINF];
  compute_md5(p);
  return true;
}

bool beam_open(struct beam_file *f, const u8 *data, size_t len, struct beam_error *e) {
  enum { MAX_FILE_SIZE = 0x40000000 }; // offsets and small multiples of counts fit 32 bits
  memset(f, 0, sizeof *f);
  struct parse p = {.f = f, .chunk = "FOR1"};
  p.r = (struct reader){data, len < MAX_FILE_SIZE ? (u32)len : 0, 0, NULL};
  if (read_all(&p)) return true;
  memcpy(e->chunk, p.chunk, 5);
  e->offset = p.r.at;
  e->what = p.r.what;
  if (f->atom_count > 0 && strcmp(p.chunk, "AtU8") != 0 && strcmp(p.chunk, "Atom") != 0) e->name = f->atoms[1];
  beam_close(f);
  return false;
}

void beam_close(struct beam_file *f) {
  if (f->atoms) mem_free(f->atoms, (f->atom_count + 1) * sizeof *f->atoms, MEM_CODE);
  drop_table(f->imports, f->import_count, sizeof *f->imports);
  drop_table(f->exports, f->export_count, sizeof *f->exports);
  drop_table(f->lambdas, f->lambda_count, sizeof *f->lambdas);
  drop_table(f->literals, f->literal_count, sizeof *f->literals);
  if (f->literal_buffer) mem_free(f->literal_buffer, f->literal_buffer_size, MEM_CODE);
  if (f->loops) mem_free(f->loops, f->label_count, MEM_CODE);
  if (f->expected) mem_free(f->expected, f->expected_cap * sizeof *f->expected, MEM_CODE);
  if (f->lines) mem_free(f->lines, f->line_count * sizeof *f->lines, MEM_CODE);
  if (f->files) mem_free(f->files, f->file_count * sizeof *f->files, MEM_CODE);
  memset(f, 0, sizeof *f);
}
