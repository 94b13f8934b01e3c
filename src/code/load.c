// SPDX-License-Identifier: Apache-2.0
// One load: unpack, read, check, make the module's terms, translate. Nothing can call the module before code_publish.
// When a step fails, everything made before is freed, including export records and fun entries; only atoms stay,
// because they are never freed. Called by the host, by interp/undefined.c and by BIFs.
#include "code/load.h"

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "code/check.h"
#include "code/module.h"
#include "code/records.h"
#include "memory/copy.h"
#include "term/etf.h"

struct load {
  struct load_state s;
  struct beam_file file;
  struct load_error *e;
  struct heap scratch; // where literals are decoded, while their final size is unknown
  u8 *unpacked;        // the contents of a gzip'd file
  size_t unpacked_size;
};

static bool fail(struct load *l, const char *chunk, u32 offset, const char *what) {
  memcpy(l->e->where.chunk, chunk, 5);
  l->e->where.offset = offset;
  l->e->where.what = what;
  return false;
}

static const char out_of_memory[] = "out of memory";
static bool fail_memory(struct load *l) { return fail(l, "FOR1", 0, out_of_memory); }

static void *array(struct load *l, u32 n, size_t size) {
  void *p = mem_calloc((n ? n : 1) * size, MEM_CODE);
  if (!p) fail_memory(l);
  return p;
}
static void free_array(void *p, u32 n, size_t size) {
  if (p) mem_free(p, (n ? n : 1) * size, MEM_CODE);
}

// --- Atoms, imports -----------------------------------------------------------------------------

static bool make_atoms(struct load *l) {
  const struct beam_file *f = &l->file;
  l->s.atoms = array(l, f->atom_count + 1, sizeof(term));
  if (!l->s.atoms) return false;
  l->s.atoms[0] = NIL;
  for (u32 i = 1; i <= f->atom_count; i++) {
    struct beam_slice a = f->atoms[i];
    l->s.atoms[i] = f->atoms_latin1 ? atom_from_latin1(a.data, a.len) : atom_from_utf8(a.data, a.len);
    // The text was checked before, so only memory can be missing.
    if (l->s.atoms[i] == NV) return fail_memory(l);
  }
  return true;
}

static bool make_imports(struct load *l) {
  const struct beam_file *f = &l->file;
  l->s.imports = array(l, f->import_count, sizeof *l->s.imports);
  for (u32 i = 0; l->s.imports && i < f->import_count; i++) {
    const struct beam_import *m = &f->imports[i];
    l->s.imports[i] = export_get(l->s.atoms[m->module], l->s.atoms[m->function], m->arity);
    if (!l->s.imports[i]) return fail_memory(l);
  }
  return l->s.imports != NULL;
}

static bool make_exports(struct load *l) {
  const struct beam_file *f = &l->file;
  struct module *m = l->s.m;
  m->exports = array(l, f->export_count, sizeof *m->exports);
  m->export_ips = array(l, f->export_count, sizeof *m->export_ips);
  m->export_count = f->export_count;
  if (!m->exports || !m->export_ips) return false;
  for (u32 i = 0; i < f->export_count; i++) {
    m->exports[i] = export_get(m->name, l->s.atoms[f->exports[i].function], f->exports[i].arity);
    if (!m->exports[i]) return fail_memory(l);
  }
  return true;
}

static bool make_funs(struct load *l) {
  const struct beam_file *f = &l->file;
  struct module *m = l->s.m;
  m->funs = array(l, f->lambda_count, sizeof *m->funs);
  m->fun_ips = array(l, f->lambda_count, sizeof *m->fun_ips);
  m->fun_count = f->lambda_count;
  if (!m->funs || !m->fun_ips) return false;
  for (u32 i = 0; i < f->lambda_count; i++) {
    const struct beam_lambda *b = &f->lambdas[i];
    struct fun_entry *e = m->funs[i] = fun_entry_get(m->name, b->old_uniq, i);
    if (!e) return fail_memory(l);
    // All of it follows from the key, so an entry made by another version is the same.
    if (e->ip) continue;
    e->function = l->s.atoms[b->function];
    e->arity = b->arity;
    e->free_count = b->free_count;
    e->old_index = b->index;
    memcpy(e->uniq, f->md5, 16);
  }
  return true;
}

// --- Literals -----------------------------------------------------------------------------------

static bool decode(struct load *l, const char *chunk, u32 offset, struct beam_slice b, term *out) {
  struct etf_error error = {0, "malformed term"};
  size_t used = 0;
  *out = etf_decode(&l->scratch, b.data, b.len, 0, &used, &error);
  // When a decoder gives no reason, it had no memory for its own tables.
  if (l->scratch.exhausted || (*out == NV && !error.what)) return fail_memory(l);
  if (*out == NV) return fail(l, chunk, offset + (u32)error.offset, error.what);
  return used == b.len || fail(l, chunk, offset + (u32)used, "bytes after a term");
}

static bool decode_literals(struct load *l) {
  const struct beam_file *f = &l->file;
  struct module *m = l->s.m;
  u32 offset = 4;
  m->record_count = f->record_count;
  m->literal_count = f->literal_count + f->record_count;
  m->literals = array(l, m->literal_count, sizeof *m->literals);
  if (!m->literals) return false;
  for (u32 i = 0; i < f->literal_count; i++) {
    offset += 4;
    if (!decode(l, "LitT", offset, f->literals[i], &m->literals[i])) return false;
    offset += f->literals[i].len;
  }
  m->attributes = m->compile_info = NIL;
  if (f->attributes.len && !decode(l, "Attr", 0, f->attributes, &m->attributes)) return false;
  return !f->compile_info.len || decode(l, "CInf", 0, f->compile_info, &m->compile_info);
}

static bool make_records(struct load *l) {
  bool good = records_read(&l->s, &l->scratch, &l->e->where);
  return l->scratch.exhausted ? fail_memory(l) : good;
}

static term characters(struct heap *h, const u8 *text, size_t len, term tail) {
  // A list is made from its end.
  for (size_t end = len; end > 0;) {
    size_t start = end - 1;
    u32 character = 0;
    while (start > 0 && (text[start] & 0xC0) == 0x80) start--;
    utf8_decode(text + start, text + end, &character);
    tail = cons(h, make_small(character), tail);
    end = start;
  }
  return tail;
}

// File 0 is the module's own, name.erl.
static bool make_file_names(struct load *l) {
  const struct beam_file *f = &l->file;
  struct module *m = l->s.m;
  size_t len;
  m->file_count = f->file_count ? f->file_count : 1;
  m->files = array(l, m->file_count, sizeof *m->files);
  if (!m->files) return false;
  const u8 *name = atom_text(m->name, &len);
  m->files[0] = characters(&l->scratch, name, len, characters(&l->scratch, (const u8 *)".erl", 4, NIL));
  for (u32 i = 1; i < f->file_count; i++) m->files[i] = characters(&l->scratch, f->files[i].data, f->files[i].len, NIL);
  return !l->scratch.exhausted || fail_memory(l);
}

// Goes through all terms of the module that belong in the literal area; NULL at the end.
static term *next_term(struct module *m, u32 i) {
  if (i < m->literal_count) return &m->literals[i];
  i -= m->literal_count;
  if (i < m->file_count) return &m->files[i];
  i -= m->file_count;
  return i == 0 ? &m->attributes : i == 1 ? &m->compile_info : NULL;
}

// Moves the terms from the scratch heap to an area of exactly their size.
static bool settle_terms(struct load *l) {
  struct module *m = l->s.m;
  size_t words = 0;
  term *t;
  for (u32 i = 0; (t = next_term(m, i)); i++) {
    size_t n = copy_size_all(*t);
    if (n > SIZE_MAX / sizeof(term) - words) return fail_memory(l);
    words += n;
  }
  if (words == 0) return true;
  m->literal_area_size = words * sizeof(term);
  m->literal_area = literal_alloc(m->literal_area_size);
  if (!m->literal_area) return fail_memory(l);
  struct heap area = {.top = m->literal_area, .lim = (term *)m->literal_area + words};
  for (u32 i = 0; (t = next_term(m, i)); i++) {
    *t = copy_term_all(&area, *t);
    ASSERT(*t != NV && !area.frags);
  }
  m->literal_offheap = area.offheap;
  return true;
}

// --- Code ---------------------------------------------------------------------------------------

// Sorts by age, for module_info(exports): OTP walks its table of all exports from the newest, which gives the order of
// the source, except that functions which other modules named before come last. Nearly all are new and in order, so
// insertion sort is fast.
static void order_exports(struct module *m) {
  for (u32 i = 1; i < m->export_count; i++) {
    struct export *e = m->exports[i];
    const cword *ip = m->export_ips[i];
    u32 at = i;
    for (; at > 0 && m->exports[at - 1]->number > e->number; at--) {
      m->exports[at] = m->exports[at - 1];
      m->export_ips[at] = m->export_ips[at - 1];
    }
    m->exports[at] = e;
    m->export_ips[at] = ip;
  }
}

static bool translate_code(struct load *l) {
  struct module *m = l->s.m;
  const struct beam_file *f = &l->file;
  u32 labels = f->label_count + 1;
  l->s.labels = array(l, labels, sizeof *l->s.labels);
  if (!l->s.labels || !translate(&l->s, &l->e->where)) return false;
  for (u32 i = 0; i < m->export_count; i++) m->export_ips[i] = l->s.labels[f->exports[i].label];
  order_exports(m);
  for (u32 i = 0; i < m->fun_count; i++) m->fun_ips[i] = l->s.labels[f->lambdas[i].label];
  m->on_load = f->on_load ? l->s.labels[f->on_load] : NULL;
  m->memory = sizeof *m + m->code_words * sizeof(cword) + m->literal_area_size + m->literal_count * sizeof(term) +
              m->line_count * sizeof *m->lines + m->function_count * sizeof *m->functions +
              m->export_count * 2 * sizeof(void *) + m->fun_count * 2 * sizeof(void *);
  return module_range_add(m) || fail_memory(l);
}

static bool make_module(struct load *l, term expected) {
  term name = l->s.atoms[1];
  l->e->module = name;
  if (expected != NV && name != expected)
    return fail(l, l->file.atoms_latin1 ? "Atom" : "AtU8", 0, "the module has another name");
  struct module *m = l->s.m = mem_calloc(sizeof *m, MEM_CODE);
  if (!m) return fail_memory(l);
  m->name = name;
  m->attributes = m->compile_info = NIL;
  memcpy(m->md5, l->file.md5, 16);
  return make_exports(l) && make_imports(l) && make_funs(l) && decode_literals(l) && make_records(l) &&
         make_file_names(l) && settle_terms(l) && translate_code(l);
}

static bool open_file(struct load *l, const u8 *beam, size_t len) {
  if (len >= 2 && beam[0] == 0x1F && beam[1] == 0x8B) {
    if (!host_gunzip(beam, len, &l->unpacked, &l->unpacked_size))
      return fail(l, "FOR1", 0, "cannot be unpacked (gzip)");
    beam = l->unpacked;
    len = l->unpacked_size;
  }
  return beam_open(&l->file, beam, len, &l->e->where);
}

// An error names the module if that much of the file could be read.
static void name_in_error(struct load *l) {
  struct beam_slice name = l->file.atom_count > 0 ? l->file.atoms[1] : l->e->where.name;
  if (l->e->module == NV && name.len > 0) l->e->module = atom_from_utf8(name.data, name.len);
  l->e->where.name = (struct beam_slice){0}; // the file is freed
}

struct module *code_stage(term expected_name, const u8 *beam, size_t len, struct load_error *e) {
  struct load l = {.e = e};
  struct export *exports = export_mark();
  struct fun_entry *funs = fun_entry_mark();
  memset(e, 0, sizeof *e);
  e->module = expected_name;
  l.s.file = &l.file;
  bool good =
      open_file(&l, beam, len) && beam_check(&l.file, &e->where) && make_atoms(&l) && make_module(&l, expected_name);
  struct module *m = l.s.m;
  if (!good) name_in_error(&l);
  free_array(l.s.labels, l.file.label_count + 1, sizeof *l.s.labels);
  free_array(l.s.imports, l.file.import_count, sizeof *l.s.imports);
  free_array(l.s.atoms, l.file.atom_count + 1, sizeof *l.s.atoms);
  heap_discard(&l.scratch);
  beam_close(&l.file);
  mem_free(l.unpacked, l.unpacked_size, MEM_SYSTEM);
  if (good) return m;
  if (m) module_free(m);
  fun_entry_rollback(funs);
  export_rollback(exports);
  e->no_memory = e->where.what && strcmp(e->where.what, out_of_memory) == 0;
  return NULL;
}

struct module *code_load(term expected_name, const u8 *beam, size_t len, struct load_error *e) {
  struct module *m = code_stage(expected_name, beam, len, e);
  if (!m || code_publish(m)) return m;
  code_cannot_publish(m, e);
  return NULL;
}

void code_cannot_publish(struct module *m, struct load_error *e) {
  e->module = m->name;
  memcpy(e->where.chunk, "FOR1", 5);
  e->where.what = code_has_old(m->name) ? "an old version has not been purged" : out_of_memory;
  e->no_memory = !code_has_old(m->name);
  code_discard(m);
}
