// SPDX-License-Identifier: Apache-2.0
// Code as OTP's code server sees it: preparing and finishing loads, on_load functions, old versions and purging, and
// what modules export. A prepared load is a magic reference that owns a staged module.
#include "base/alloc.h"
#include "base/hostcalls.h"
#include "bif/bif.h"
#include "bif/bif_keep.h"
#include "bif/bif_system.h"
#include "code/loader.h"
#include "gen/bifs.h"
#include "process/signal.h"
#include "term/ref.h"

enum { REFC_PREPARED = 0x70726570 }; // "prep"

// --- Loading -------------------------------------------------------------------------------------

static struct module *prepared_module(const struct refc *r) {
  struct module *m;
  memcpy(&m, r->data, sizeof m);
  return m;
}
static void prepared_set(struct refc *r, struct module *m) { memcpy(r->data, &m, sizeof m); }

static void prepared_destroy(struct refc *r) {
  struct module *m = prepared_module(r);
  if (m) code_discard(m);
  mem_free(r, offsetof(struct refc, data) + r->cap, MEM_BINARY);
}

// The resource of a prepared load that was not used yet, or NULL.
static struct refc *prepared_of(term t) {
  struct refc *r = ref_resource(t);
  return r && r->type == REFC_PREPARED && prepared_module(r) ? r : NULL;
}

static void report(term name, const struct load_error *e) {
  struct bytes b;
  size_t n;
  const u8 *text = atom_text(name, &n);
  bytes_init(&b);
  bytes_text(&b, "Error loading module ");
  bytes_append(&b, text, n);
  bytes_text(&b, ": ");
  bytes_text(&b, e->where.what ? e->where.what : "no memory");
  bytes_text(&b, " (chunk ");
  bytes_text(&b, e->where.chunk);
  bytes_text(&b, ", offset ");
  bytes_unsigned(&b, e->where.offset);
  bytes_text(&b, ")\n");
  if (!b.failed) host_write(2, b.data, b.len);
  bytes_free(&b);
}

// The bytes of a binary argument; the caller gives *tmp to drop_bytes. NULL: it is no binary.
static const u8 *bytes_of(term t, size_t *n, u8 **tmp) {
  *tmp = NULL;
  return is_binary(t) ? binary_bytes(t, n, tmp) : NULL;
}
static void drop_bytes(u8 *tmp, size_t n) {
  if (tmp) mem_free(tmp, n, MEM_SYSTEM);
}

term bif_prepare_loading_2(struct process *p, term *a) {
  (void)p;
  size_t n;
  u8 *tmp;
  const u8 *code = is_atom(a[0]) ? bytes_of(a[1], &n, &tmp) : NULL;
  if (!code) return bif_badarg();
  struct load_error e = {.module = NV};
  struct module *m = code_stage(a[0], code, n, &e);
  drop_bytes(tmp, n);
  bif_bump((u32)(n / 64));
  if (!m) {
    if (e.no_memory) return bif_system_limit();
    report(a[0], &e);
    return tuple2(HEAP, ATOM_error, ATOM_badfile);
  }
  struct refc *r = refc_new(sizeof m, sizeof m);
  if (!r) {
    code_discard(m);
    return bif_system_limit();
  }
  r->type = REFC_PREPARED;
  r->destroy = prepared_destroy;
  prepared_set(r, m);
  return ref_magic(HEAP, r);
}

term bif_has_prepared_code_on_load_1(struct process *p, term *a) {
  (void)p;
  struct refc *r = prepared_of(a[0]);
  return r ? make_bool(prepared_module(r)->on_load != NULL) : bif_badarg();
}

typedef bool (*module_test)(const struct module *m, term list);
static bool not_purged(const struct module *m, term list) {
  (void)list;
  return module_find(m->name) && code_has_old(m->name);
}
static bool has_on_load(const struct module *m, term list) {
  (void)list;
  return m->on_load != NULL;
}
static bool duplicated(const struct module *m, term list) {
  u32 n = 0;
  for (; is_cons(list); list = tl(list)) n += prepared_module(prepared_of(hd(list)))->name == m->name;
  return n > 1;
}

// The names of the modules in a list that pass the test, each once.
static term names_that(module_test test, term list) {
  term names = NIL;
  for (term l = list; is_cons(l); l = tl(l)) {
    const struct module *m = prepared_module(prepared_of(hd(l)));
    bool known = false;
    for (term k = names; is_cons(k); k = tl(k)) known |= hd(k) == m->name;
    if (!known && test(m, list)) names = cons(HEAP, m->name, names);
  }
  return names;
}

static bool publish(struct refc *r) {
  if (!code_publish(prepared_module(r))) return false;
  prepared_set(r, NULL);
  return true;
}

term bif_finish_loading_1(struct process *p, term *a) {
  (void)p;
  u32 n;
  if (!bif_list_length(a[0], &n)) return bif_badarg();
  for (term l = a[0]; is_cons(l); l = tl(l))
    if (!prepared_of(hd(l))) return bif_badarg();
  term names = names_that(duplicated, a[0]);
  if (names != NIL) return tuple2(HEAP, ATOM_duplicated, names);
  names = names_that(not_purged, a[0]);
  if (names != NIL) return tuple2(HEAP, ATOM_not_purged, names);
  names = names_that(has_on_load, a[0]);
  if (names != NIL) {
    struct refc *r = prepared_of(hd(a[0]));
    if (n > 1 || !loader_pend(prepared_module(r), false)) return bif_system_limit();
    prepared_set(r, NULL);
    return tuple2(HEAP, ATOM_on_load, names);
  }
  for (term l = a[0]; is_cons(l); l = tl(l))
    if (!publish(prepared_of(hd(l)))) return bif_system_limit();
  return ATOM_ok;
}

term bif_call_on_load_function_1(struct process *p, term *a) {
  (void)p;
  struct export *on_load = is_atom(a[0]) ? loader_on_load(a[0]) : NULL;
  return on_load ? bif_trap(on_load, 0) : bif_badarg();
}

term bif_finish_after_on_load_2(struct process *p, term *a) {
  (void)p;
  bool valid = is_atom(a[0]) && atom_is_bool(a[1]);
  return valid && loader_on_load_done(a[0], a[1] == ATOM_true) ? ATOM_true : bif_badarg();
}

// --- Old versions --------------------------------------------------------------------------------

term bif_delete_module_1(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0])) return bif_badarg();
  if (!module_find(a[0])) return ATOM_undefined;
  return code_delete(a[0]) ? ATOM_true : bif_badarg();
}

term bif_check_old_code_1(struct process *p, term *a) {
  (void)p;
  return is_atom(a[0]) ? make_bool(code_has_old(a[0])) : bif_badarg();
}

term bif_check_process_code_1(struct process *p, term *a) {
  return is_atom(a[0]) ? make_bool(keep_process_uses_old(p, a[0])) : bif_badarg();
}

term bif_erts_internal_purge_module_2(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0])) return bif_badarg();
  if (a[1] == ATOM_prepare || a[1] == ATOM_prepare_on_load) return make_bool(code_has_old(a[0]));
  if (a[1] == ATOM_abort) return ATOM_true;
  if (a[1] != ATOM_complete) return bif_badarg();
  if (!code_has_old(a[0])) return ATOM_false;
  keep_purge_old(a[0]);
  return ATOM_true;
}

// erts_code_purger:purge(Module) -> {WasOld, DidKill}. OTP asks a process of that name, which asks every process in
// turn; here one call examines all processes.
term bif_purge_1(struct process *p, term *a) {
  if (!is_atom(a[0])) return bif_badarg();
  if (!code_has_old(a[0])) return tuple2(HEAP, ATOM_false, ATOM_false);
  struct old_users users = keep_kill_users_of_old(a[0], p->pid, EXIT_CAUSE_EXIT);
  if (users.self) { // the caller is killed too, and dies before its code is dropped
    exit_process(p, ATOM_killed);
    return bif_stop(BIF_EXITING);
  }
  keep_purge_old(a[0]);
  return tuple2(HEAP, ATOM_true, make_bool(users.found > 0));
}

term bif_soft_purge_1(struct process *p, term *a) {
  (void)p;
  if (!is_atom(a[0])) return bif_badarg();
  if (keep_users_of_old(a[0]).found > 0) return ATOM_false;
  keep_purge_old(a[0]);
  return ATOM_true;
}

// OTP's literal collector process calls this and finds nothing to do, because memory/retire.c collects the literals of
// purged code.
term bif_release_area_switch_0(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_false;
}

// --- What there is -------------------------------------------------------------------------------

term bif_pre_loaded_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  for (u32 i = PRELOADED_COUNT; i > 0; i--) list = cons(HEAP, loader_preloaded[i - 1], list);
  return list;
}

term bif_module_loaded_1(struct process *p, term *a) {
  (void)p;
  return is_atom(a[0]) ? make_bool(module_find(a[0]) || loader_is_preloaded(a[0])) : bif_badarg();
}

static void add_loaded(struct module *m, void *arg) {
  term *list = arg;
  if (module_find(m->name) == m) *list = cons(HEAP, m->name, *list);
}
term bif_loaded_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  module_each(add_loaded, &list);
  for (u32 i = 0; i < PRELOADED_COUNT; i++)
    if (!module_find(loader_preloaded[i])) list = cons(HEAP, loader_preloaded[i], list);
  return list;
}

// The export of an M:F/A that is given as three arguments. False: they are no M:F/A.
static bool mfa_export(const term *a, struct export **e) {
  *e = NULL;
  if (!is_atom(a[0]) || !is_atom(a[1]) || !is_small(a[2])) return false;
  i64 arity;
  if (bif_small(a[2], 0, MAX_ARITY, &arity)) *e = export_find(a[0], a[1], (u32)arity);
  return true;
}
term bif_function_exported_3(struct process *p, term *a) {
  (void)p;
  struct export *e;
  return mfa_export(a, &e) ? make_bool(e && export_defined(e)) : bif_badarg();
}
// Whether the function is a BIF in OTP. Some are in C here but in Erlang there, and for two it is the other way round.
bool code_is_builtin(const struct export *e) {
  u32 release = system_otp_release();
  if (!e->bif && e->module != ATOM_erlang) return false;
  if (!e->bif)
    return (e->function == ATOM_decode_packet && e->arity == 3) ||
           (e->function == ATOM_exit_signal && (e->arity == 2 || (e->arity == 3 && release >= 29)));
  if (e->bif_flags & (BIF_FLAG_ERLANG | BIF_FLAG_HIDDEN)) return false;
  if (e->bif_flags & BIF_FLAG_ERLANG_25) return release > 25;
  if (e->bif_flags & BIF_FLAG_ERLANG_26) return release < 26;
  if (e->bif_flags & BIF_FLAG_ERLANG_27) return release < 27;
  return !(e->bif_flags & BIF_FLAG_ERLANG_28) || release < 28;
}
term bif_is_builtin_3(struct process *p, term *a) {
  (void)p;
  struct export *e;
  return mfa_export(a, &e) ? make_bool(e && code_is_builtin(e)) : bif_badarg();
}

static term name_arity(term name, u32 arity) { return tuple2(HEAP, name, make_small(arity)); }

static term exports_of(const struct module *m) {
  term list = NIL;
  for (u32 i = 0; i < m->export_count; i++)
    list = cons(HEAP, name_arity(m->exports[i]->function, m->exports[i]->arity), list);
  return list;
}
static term functions_of(const struct module *m) {
  term list = NIL;
  for (u32 i = m->function_count; i > 0; i--)
    list = cons(HEAP, name_arity(m->functions[i - 1].name, m->functions[i - 1].arity), list);
  return list;
}

static term module_item(const struct module *m, term item) {
  switch (is_atom(item) ? atom_index(item) : ATOM_COUNT) {
    case ATOM_IDX_module: return m->name;
    case ATOM_IDX_exports: return exports_of(m);
    case ATOM_IDX_functions: return functions_of(m);
    case ATOM_IDX_attributes: return m->attributes;
    case ATOM_IDX_compile: return m->compile_info;
    case ATOM_IDX_md5: return binary_from(HEAP, m->md5, sizeof m->md5);
    case ATOM_IDX_nifs:
    case ATOM_IDX_native_addresses: return NIL;
    case ATOM_IDX_native: return ATOM_false;
    default: return NV;
  }
}

term bif_get_module_info_2(struct process *p, term *a) {
  (void)p;
  struct module *m = is_atom(a[0]) ? module_find(a[0]) : NULL;
  term t = m ? module_item(m, a[1]) : NV;
  return t == NV ? bif_badarg() : t;
}

term bif_get_module_info_1(struct process *p, term *a) {
  (void)p;
  const term items[] = {ATOM_md5, ATOM_compile, ATOM_attributes, ATOM_exports, ATOM_module};
  struct module *m = is_atom(a[0]) ? module_find(a[0]) : NULL;
  if (!m) return bif_badarg();
  term list = NIL;
  for (u32 i = 0; i < COUNT_OF(items); i++) {
    term value = module_item(m, items[i]);
    list = cons(HEAP, tuple2(HEAP, items[i], value), list);
  }
  return list;
}

// --- Beam files as data --------------------------------------------------------------------------

static u32 big_endian(const u8 *p) { return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3]; }

// The payload of a chunk; NULL: the file has no chunk of this name, or is no beam file.
static const u8 *find_chunk(const u8 *file, size_t n, const u8 name[4], u32 *size) {
  if (n < 12 || memcmp(file, "FOR1", 4) != 0 || memcmp(file + 8, "BEAM", 4) != 0) return NULL;
  for (size_t at = 12; n - at >= 8;) {
    u32 length = big_endian(file + at + 4);
    if (length > n - at - 8) return NULL;
    if (memcmp(file + at, name, 4) == 0) {
      *size = length;
      return file + at + 8;
    }
    size_t padded = 8 + (((size_t)length + 3) & ~(size_t)3);
    if (padded > n - at) return NULL;
    at += padded;
  }
  return NULL;
}

term bif_beamfile_chunk_2(struct process *p, term *a) {
  (void)p;
  u8 name[4];
  term l = a[1];
  for (u32 i = 0; i < 4; i++, l = tl(l)) {
    i64 c;
    if (!is_cons(l) || !bif_small(hd(l), 0, 255, &c)) return bif_badarg();
    name[i] = (u8)c;
  }
  size_t n;
  u8 *tmp;
  const u8 *file = l == NIL ? bytes_of(a[0], &n, &tmp) : NULL;
  if (!file) return bif_badarg();
  u32 size;
  const u8 *chunk = find_chunk(file, n, name, &size);
  term result = chunk ? binary_from(HEAP, chunk, size) : ATOM_undefined;
  drop_bytes(tmp, n);
  return result == NV ? bif_system_limit() : result;
}

term bif_beamfile_module_md5_1(struct process *p, term *a) {
  (void)p;
  size_t n;
  u8 *tmp;
  const u8 *file = bytes_of(a[0], &n, &tmp);
  if (!file) return bif_badarg();
  struct beam_file f;
  struct beam_error e;
  term result = ATOM_undefined;
  if (beam_open(&f, file, n, &e)) {
    result = binary_from(HEAP, f.md5, sizeof f.md5);
    beam_close(&f);
  }
  drop_bytes(tmp, n);
  return result;
}

// Native code can only be "loaded" for modules that have a stand-in here.
term bif_load_nif_2(struct process *p, term *a) {
  (void)p;
  struct bytes path;
  bytes_init(&path);
  bool valid = iolist_append(&path, a[0]), served = path.len > 0 && code_native_module(path.data, path.len) != NV;
  bytes_free(&path);
  if (!valid) return bif_badarg();
  if (served) return ATOM_ok;
  static const char text[] = "native code cannot be loaded";
  term list = NIL;
  for (size_t i = sizeof text - 1; i > 0; i--) list = cons(HEAP, make_small(text[i - 1]), list);
  return tuple2(HEAP, ATOM_error, tuple2(HEAP, ATOM_notsup, list));
}
