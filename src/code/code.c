// SPDX-License-Identifier: Apache-2.0
// The life of a module's versions: staged, current, old, purged. Publishing and deleting rewrite the export records at
// once; nothing runs in between. A function that a BIF implements always stays the BIF's, whatever a module exports.
// Called by the loader's BIFs, the host and interp/undefined.c.
#include "base/alloc.h"
#include "code/emit.h"
#include "code/export.h"
#include "code/load.h"
#include "code/module.h"
#include "code/records.h"
#include "memory/retire.h"

// --- Exports and funs of one version --------------------------------------------------------------

static void define_exports(struct module *m) {
  for (u32 i = 0; i < m->export_count; i++) {
    struct export *e = m->exports[i];
    if (e->bif) continue;
    e->ip = m->export_ips[i];
    e->owner = m;
  }
}

static void undefine_exports(struct module *m) {
  for (u32 i = 0; i < m->export_count; i++)
    if (m->exports[i]->owner == m) export_undefine(m->exports[i]);
}

static void define_funs(struct module *m) {
  for (u32 i = 0; i < m->fun_count; i++) {
    m->funs[i]->ip = m->fun_ips[i];
    m->funs[i]->owner = m;
  }
}

static void undefine_funs(struct module *m) {
  for (u32 i = 0; i < m->fun_count; i++) {
    if (m->funs[i]->owner != m) continue;
    m->funs[i]->ip = NULL;
    m->funs[i]->owner = NULL;
  }
}

// --- Versions -----------------------------------------------------------------------------------

bool code_publish(struct module *m) {
  struct module_slot *s = module_slot_get(m->name);
  if (!s || (s->current && s->old)) return false;
  if (s->current) {
    undefine_exports(s->current);
    s->old = s->current;
  }
  s->current = m;
  m->old = s->old;
  define_exports(m);
  define_funs(m);
  return true;
}

void code_discard(struct module *m) {
  module_range_remove(m);
  module_free(m);
}

bool code_delete(term name) {
  struct module_slot *s = module_slot_find(name);
  if (!s || !s->current || s->old) return false;
  undefine_exports(s->current);
  s->old = s->current;
  s->current = NULL;
  return true;
}

bool code_has_old(term name) { return module_old(name) != NULL; }

// Terms of the module may still be used by processes.
static void retire_terms(struct module *m) {
  retire_literals(m->literal_area, m->literal_area_size, m->literal_offheap);
  m->literal_area = NULL;
  m->literal_offheap = NULL;
  while (m->constants) {
    term *block = m->constants;
    m->constants = ptr_val(block[0]);
    retire_literals(block, (size_t)block[1], NULL);
  }
}

void code_purge_old(term name) {
  struct module_slot *s = module_slot_find(name);
  if (!s || !s->old) return;
  undefine_funs(s->old);
  retire_terms(s->old);
  code_discard(s->old);
  s->old = NULL;
  if (s->current) s->current->old = NULL;
}

// --- The whole ----------------------------------------------------------------------------------

static void define_bif(const struct bif_entry *b) {
  struct export *e = export_get(atom_from_c(b->module), atom_from_c(b->function), b->arity);
  if (!e) PANIC("no memory for the tables of code");
  e->bif = b->fn;
  e->guard_bif = (b->flags & BIF_FLAG_GUARD) != 0;
  e->bif_flags = (u8)b->flags;
  export_undefine(e);
}

void code_init(void) {
  export_init();
  records_init();
  struct bif_cursor cursor = {0};
  struct bif_entry b;
  while (bif_table_next(&cursor, &b)) define_bif(&b);
}

void code_destroy(void) {
  module_destroy();
  export_destroy();
  constant_free_all();
}

bool code_is_own(term module) {
  size_t n;
  const u8 *text = atom_text(module, &n);
  return n > 9 && memcmp(text, "spawnlink", 9) == 0;
}

term code_native_module(const u8 *name, size_t len) {
  u8 text[48] = "spawnlink_";
  enum { PREFIX = 10 };
  if (len == 0 || len > sizeof text - PREFIX) return NV;
  memcpy(text + PREFIX, name, len);
  // The atoms of those that exist are in atoms.d/file.tab.
  term t = atom_find_utf8(text, PREFIX + len);
  return t != NV && atom_index(t) < ATOM_COUNT ? t : NV;
}
