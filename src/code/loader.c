// SPDX-License-Identifier: Apache-2.0
// Which modules are loaded, pending, or available from the host (see loader.h). Called by interp/undefined.c, by BIFs
// and by the host.
#include "code/loader.h"

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "term/atom.h"

const term loader_preloaded[PRELOADED_COUNT] = {
    ATOM_persistent_term,
    ATOM_counters,
    ATOM_atomics,
    ATOM_erts_dirty_process_signal_handler,
    ATOM_erts_literal_area_collector,
    ATOM_erl_tracer,
    ATOM_erts_internal,
    ATOM_erlang,
    ATOM_erl_prim_loader,
    ATOM_prim_zip,
    ATOM_prim_net,
    ATOM_prim_socket,
    ATOM_socket_registry,
    ATOM_zlib,
    ATOM_prim_file,
    ATOM_prim_inet,
    ATOM_prim_eval,
    ATOM_prim_buffer,
    ATOM_init,
    ATOM_erl_init,
    ATOM_erts_code_purger,
};

bool loader_is_preloaded(term module) {
  for (u32 i = 0; i < PRELOADED_COUNT; i++)
    if (loader_preloaded[i] == module) return true;
  return false;
}

struct pending {
  struct pending *next;
  struct module *m;
  bool begun; // the on_load function was called: processes that it started may run in the module
  bool ours;
  struct export entry; // an export through which the on_load function is called
};
static struct pending *pending;

static struct pending **pending_of(term name) {
  struct pending **link = &pending;
  while (*link && (*link)->m->name != name) link = &(*link)->next;
  return link;
}

bool loader_pend(struct module *m, bool ours) {
  struct pending *it = *pending_of(m->name);
  if (it) {
    if (!it->begun) code_discard(it->m);
  } else {
    it = mem_calloc(sizeof *it, MEM_CODE);
    if (!it) return false;
    it->next = pending;
    pending = it;
  }
  it->m = m;
  it->begun = false;
  it->ours = ours;
  it->entry.ip = m->on_load;
  it->entry.module = m->name;
  it->entry.function = ATOM_on_load;
  it->entry.owner = m;
  return true;
}

static bool is_pending(term module) { return *pending_of(module) != NULL; }

bool loader_is_pending_here(term module) {
  const struct pending *it = *pending_of(module);
  return it && it->ours;
}

struct export *loader_on_load(term module) {
  struct pending *it = *pending_of(module);
  if (!it) return NULL;
  it->begun = true;
  return &it->entry;
}

bool loader_on_load_done(term module, bool keep) {
  struct pending **link = pending_of(module), *it = *link;
  if (!it || (keep && !code_publish(it->m))) return false;
  *link = it->next;
  // A module that failed stays in memory until the VM closes, because processes that its on_load function started may
  // still run in it.
  mem_free(it, sizeof *it, MEM_CODE);
  return true;
}

void loader_close(void) {
  while (pending) {
    struct pending *it = pending;
    pending = it->next;
    mem_free(it, sizeof *it, MEM_CODE); // its module is freed with all other modules
  }
}

// Makes of the bytes of a beam a module that can be called or is pending. NULL: *e says why.
static struct module *load(term name, const u8 *beam, size_t len, struct load_error *e) {
  struct module *m = code_stage(name, beam, len, e);
  if (!m || (m->on_load ? loader_pend(m, true) : code_publish(m))) return m;
  code_cannot_publish(m, e);
  return NULL;
}

enum loader_result loader_obtain(term module, u8 **why, size_t *why_size) {
  *why = NULL;
  if (module_find(module)) return LOADER_LOADED;
  if (is_pending(module)) return LOADER_ON_LOAD;
  size_t name_len, n = 0;
  const u8 *name = atom_text(module, &name_len);
  u8 *data = NULL;
  int found = host_module(name, name_len, &data, &n);
  if (found == 2) return LOADER_FETCHING;
  if (found != 1) {
    *why = data;
    *why_size = n;
    return LOADER_MISSING;
  }
  struct load_error error = {.module = NV};
  struct module *m = load(module, data, n, &error);
  mem_free(data, n, MEM_SYSTEM);
  if (!m && load_failed_hook) load_failed_hook(&error);
  return !m ? LOADER_MISSING : m->on_load ? LOADER_ON_LOAD : LOADER_LOADED;
}
