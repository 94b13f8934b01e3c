// SPDX-License-Identifier: Apache-2.0
// Export records and fun entries, and the terms that point to them. Both are hashed, linked in the order in which they
// were made, and live until code_destroy, because code and terms keep pointers to them. An export that is not defined
// leads to its stub. Called by the loader, by BIFs and, through hooks, by term/etf.
#include "base/alloc.h"
#include "code/export.h"
#include "code/operands.h"
#include "term/etf.h"
#include "term/hash.h"

struct table {
  void **heads;
  u32 cap, count;
};
static struct table export_table, fun_table;
static struct export *newest_export;
static struct fun_entry *newest_fun;

enum { FIRST_CAP = 1024 };

static void **allocate_heads(struct table *t, u32 cap) {
  void **heads = mem_calloc(cap * sizeof *heads, MEM_CODE);
  if (!heads) return NULL;
  if (t->heads) mem_free(t->heads, t->cap * sizeof *heads, MEM_CODE);
  t->heads = heads;
  t->cap = cap;
  return heads;
}

// --- Exports ------------------------------------------------------------------------------------

static u32 export_hash(term m, term f, u32 arity) {
  return hash_u64((u64)atom_index(m) << 40 ^ (u64)atom_index(f) << 8 ^ arity);
}
static u32 export_slot(const struct export *e) {
  return export_hash(e->module, e->function, e->arity) & (export_table.cap - 1);
}

static void export_link(struct export *e) {
  void **head = &export_table.heads[export_slot(e)];
  e->hash_next = *head;
  *head = e;
}

static bool export_room(void) {
  if (export_table.count < export_table.cap) return true;
  // When there is no memory for a larger table, chains become longer.
  if (!allocate_heads(&export_table, export_table.cap ? export_table.cap * 2 : FIRST_CAP)) return export_table.cap > 0;
  for (struct export *e = newest_export; e; e = e->older) export_link(e);
  return true;
}

struct export *export_find(term m, term f, u32 arity) {
  if (!export_table.cap) return NULL;
  struct export *e = export_table.heads[export_hash(m, f, arity) & (export_table.cap - 1)];
  while (e && (e->module != m || e->function != f || e->arity != arity)) e = e->hash_next;
  return e;
}

struct export *export_get(term m, term f, u32 arity) {
  struct export *e = export_find(m, f, arity);
  if (e || !export_room()) return e;
  e = mem_calloc(sizeof *e, MEM_CODE);
  if (!e) return NULL;
  e->module = m;
  e->function = f;
  e->arity = arity;
  export_undefine(e);
  export_link(e);
  e->older = newest_export;
  e->number = newest_export ? newest_export->number + 1 : 0;
  newest_export = e;
  export_table.count++;
  return e;
}

_Static_assert(sizeof(op_call_bif_stub) <= sizeof((struct export *)0)->stub &&
                   sizeof(op_undefined_function) == sizeof(op_call_bif_stub),
               "stub");
_Static_assert(offsetof(struct export, stub_arity) + sizeof(cword) == offsetof(struct export, stub),
               "arity before the stub");
void export_undefine(struct export *e) {
  *(op_call_bif_stub *)e->stub = (op_call_bif_stub){e->bif ? OP_call_bif_stub : OP_undefined_function, e};
  e->stub_arity = e->arity;
  e->ip = e->stub;
  e->owner = NULL;
}

void export_each(void (*fn)(struct export *, void *), void *arg) {
  for (struct export *e = newest_export; e; e = e->older) fn(e, arg);
}

struct export *export_mark(void) {
  return newest_export;
}

void export_rollback(struct export *mark) {
  while (newest_export != mark) {
    struct export *e = newest_export;
    struct export **link = (struct export **)&export_table.heads[export_slot(e)];
    while (*link != e) link = &(*link)->hash_next;
    *link = e->hash_next;
    newest_export = e->older;
    export_table.count--;
    mem_free(e, sizeof *e, MEM_CODE);
  }
}

// --- Fun entries --------------------------------------------------------------------------------

static u32 fun_slot(term module, u32 old_uniq, u32 index) {
  return hash_u64((u64)old_uniq << 32 ^ (u64)index << 24 ^ atom_index(module)) & (fun_table.cap - 1);
}

static void fun_link(struct fun_entry *e) {
  void **head = &fun_table.heads[fun_slot(e->module, e->old_uniq, e->index)];
  e->hash_next = *head;
  *head = e;
}

static bool fun_room(void) {
  if (fun_table.count < fun_table.cap) return true;
  if (!allocate_heads(&fun_table, fun_table.cap ? fun_table.cap * 2 : FIRST_CAP)) return fun_table.cap > 0;
  for (struct fun_entry *e = newest_fun; e; e = e->older) fun_link(e);
  return true;
}

struct fun_entry *fun_entry_get(term module, u32 old_uniq, u32 index) {
  struct fun_entry *e = fun_table.cap ? fun_table.heads[fun_slot(module, old_uniq, index)] : NULL;
  while (e && (e->module != module || e->old_uniq != old_uniq || e->index != index)) e = e->hash_next;
  if (e || !fun_room()) return e;
  e = mem_calloc(sizeof *e, MEM_CODE);
  if (!e) return NULL;
  e->module = module;
  e->function = NIL; // unknown until the module is loaded
  e->old_uniq = old_uniq;
  e->index = e->old_index = index;
  fun_link(e);
  e->older = newest_fun;
  newest_fun = e;
  fun_table.count++;
  return e;
}

struct fun_entry *fun_entry_mark(void) {
  return newest_fun;
}

void fun_entry_rollback(struct fun_entry *mark) {
  while (newest_fun != mark) {
    struct fun_entry *e = newest_fun;
    struct fun_entry **link = (struct fun_entry **)&fun_table.heads[fun_slot(e->module, e->old_uniq, e->index)];
    while (*link != e) link = &(*link)->hash_next;
    *link = e->hash_next;
    newest_fun = e->older;
    fun_table.count--;
    mem_free(e, sizeof *e, MEM_CODE);
  }
}

// --- Terms --------------------------------------------------------------------------------------

// fun M:F/A; NV: no memory.
static term external_fun(struct heap *h, term m, term f, u32 arity) {
  struct export *e = export_get(m, f, arity);
  term *p = e ? heap_alloc(h, 2) : NULL;
  if (!p) return NV;
  p[0] = MAKE_HEADER_AUX(KIND_EXPORT, 1, arity);
  p[1] = make_ptr(e);
  return make_boxed(p);
}

bool fun_name(term fun, struct function_name *name) {
  const term *p = boxed_ptr(fun);
  if (header_kind(p[0]) == KIND_EXPORT) {
    const struct export *e = ptr_val(p[1]);
    *name = (struct function_name){e->module, e->function, e->arity};
    return true;
  }
  const struct fun_entry *e = ptr_val(p[1]);
  *name = (struct function_name){e->module, e->function, (u32)header_aux(p[0])};
  return e->ip != NULL;
}

static term make_fun(struct heap *h, term module, u32 arity, const u8 uniq[16], u32 index, u32 old_index, u32 old_uniq,
                     term pid, u32 free_count, term **free_vars) {
  struct fun_entry *e = fun_entry_get(module, old_uniq, index);
  term *p = e ? heap_alloc(h, 3 + free_count) : NULL;
  if (!p) return NV;
  if (!e->owner && !e->ip && e->arity == 0) {
    e->arity = arity + free_count;
    e->free_count = free_count;
    e->old_index = old_index;
    memcpy(e->uniq, uniq, 16);
  }
  p[0] = MAKE_HEADER_AUX(KIND_FUN, 2 + free_count, arity);
  p[1] = make_ptr(e);
  p[2] = pid;
  for (u32 i = 0; i < free_count; i++) p[3 + i] = NIL; // valid until the caller has filled them
  *free_vars = p + 3;
  return make_boxed(p);
}

static void fun_info(term fun, struct fun_info_etf *out) {
  const term *p = boxed_ptr(fun);
  const struct fun_entry *e = ptr_val(p[1]);
  out->module = e->module;
  out->arity = header_aux(p[0]);
  out->index = e->index;
  out->old_index = e->old_index;
  out->old_uniq = e->old_uniq;
  out->uniq = e->uniq;
  out->free_count = header_size(p[0]) - 2;
  out->pid = p[2];
  out->free_vars = p + 3;
}

static void export_info(term fun, term *m, term *f, u32 *arity) {
  const struct export *e = ptr_val(boxed_ptr(fun)[1]);
  *m = e->module;
  *f = e->function;
  *arity = e->arity;
}

void export_init(void) {
  etf_make_export = external_fun;
  etf_make_fun = make_fun;
  etf_fun_info = fun_info;
  etf_export_info = export_info;
}

void export_destroy(void) {
  export_rollback(NULL);
  fun_entry_rollback(NULL);
  mem_free(export_table.heads, export_table.cap * sizeof(void *), MEM_CODE);
  mem_free(fun_table.heads, fun_table.cap * sizeof(void *), MEM_CODE);
  memset(&export_table, 0, sizeof export_table);
  memset(&fun_table, 0, sizeof fun_table);
}
