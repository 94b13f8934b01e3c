// SPDX-License-Identifier: Apache-2.0
// Loading without running: every module of the installed OTP is staged, published, looked up, replaced and purged. A
// load that fails, because the file is damaged or memory runs out, leaves nothing behind.
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "code/emit.h"
#include "code/load.h"
#include "memory/retire.h"
#include "term/ref.h"

static int passed, failed;
#define CHECK(condition, ...) \
  do { \
    if (condition) { \
      passed++; \
      break; \
    } \
    failed++; \
    printf("%s:%d: ", __FILE__, __LINE__); \
    printf(__VA_ARGS__); \
    printf("\n"); \
  } while (0)

// Stands for the generated table of BIFs: loading needs those that guards call, and one that overrides a function.
static term no_bif(struct process *p, term *a) {
  (void)p, (void)a;
  return NV;
}
#define G(name, arity) {"erlang", name, arity, no_bif, BIF_FLAG_GUARD},
const struct bif_entry bif_table[] = {
    G("node", 0) G("node", 1) G("self", 0) G("element", 2) G("hd", 1) G("tl", 1) G("size", 1) G("length", 1)
        G("tuple_size", 1) G("byte_size", 1) G("bit_size", 1) G("map_size", 1) G("map_get", 2) G("is_map_key", 2) G(
            "round", 1) G("trunc", 1) G("float", 1) G("ceil", 1) G("floor", 1) G("abs", 1) G("+", 2) G("-", 2) G("*", 2)
            G("/", 2) G("div", 2) G("rem", 2) G("band", 2) G("bor", 2) G("bxor", 2) G("bsl", 2) G("bsr", 2) G("bnot", 1)
                G("-", 1) G("+", 1) G("and", 2) G("or", 2) G("not", 1) G("xor", 2) G("=:=", 2) G("=/=", 2) G("==", 2)
                    G("/=", 2) G("<", 2) G(">", 2) G("=<", 2) G(">=", 2) G("get", 1) G("min", 2) G("max", 2)
                        G("binary_part", 2) G("binary_part", 3) G("is_atom", 1) G("is_binary", 1) G("is_bitstring", 1)
                            G("is_boolean", 1) G("is_float", 1) G("is_function", 1) G("is_integer", 1) G("is_list", 1)
                                G("is_map", 1) G("is_number", 1) G("is_pid", 1) G("is_port", 1) G("is_reference", 1)
                                    G("is_tuple", 1) G("is_function", 2) G("is_integer", 3) G("is_record", 2)
                                        G("is_record", 3) G("list_to_atom", 1){"lists", "reverse", 2, no_bif, 0},
    {NULL, NULL, 0, NULL, 0},
};
#undef G

static u64 seed = 11;
static u32 random_below(u32 n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (u32)(seed >> 33) % n;
}

static u8 *read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  fseek(f, 0, SEEK_END);
  *len = (size_t)ftell(f);
  rewind(f);
  u8 *data = malloc(*len + 1);
  if (fread(data, 1, *len, f) != *len) *len = 0;
  fclose(f);
  return data;
}

static void count_one(struct export *e, void *n) { (void)e, ++*(u32 *)n; }
static u32 export_count(void) {
  u32 n = 0;
  export_each(count_one, &n);
  return n;
}

// Checks that every address of the code belongs to the module, and that every line found is plausible.
static void test_places(const char *path, const struct module *m) {
  bool good = true;
  for (u32 i = 0; i < m->export_count; i++) {
    struct code_place place;
    const struct export *e = m->exports[i];
    good = good && code_place(m->export_ips[i], false, &place);
    good = good && place.module == m->name && place.function == e->function && place.arity == e->arity;
    good = good && (e->bif || (e->owner == m && e->ip == m->export_ips[i]));
  }
  for (u32 i = 0; i < m->code_words; i += 7) good = good && module_of(m->code + i) == m;
  CHECK(good, "%s: places", path);
}

static void test_failures(const char *path, const u8 *data, size_t len, bool memory) {
  struct load_error e;
  // Atoms and interned constants are never freed; a first load makes them all.
  struct module *m = code_stage(NV, data, len, &e);
  if (!m) return;
  code_discard(m);
  u32 exports = export_count();
  u64 blocks = mem_live_blocks();
  u8 *copy = malloc(len);
  for (u32 k = 0; k < 30; k++) {
    memcpy(copy, data, len);
    for (u32 n = 1 + random_below(3); n > 0; n--) copy[random_below((u32)len)] = (u8)random_below(256);
    m = code_stage(NV, copy, len, &e);
    if (m) code_discard(m);
    else CHECK(e.where.what && strlen(e.where.chunk) == 4 && !e.no_memory, "%s: damaged, and no error", path);
  }
  free(copy);
  exports = export_count(); // staging and discarding may have made some
  blocks = mem_live_blocks();
  for (i64 k = 1; memory && k < 3000; k++) {
    mem_fail_at(k);
    m = code_stage(NV, data, len, &e);
    mem_fail_at(-1);
    if (m) {
      code_discard(m);
      break;
    }
    if (!e.no_memory && strcmp(e.where.what, "cannot be inflated") != 0)
      CHECK(false, "%s: %s at allocation %d", path, e.where.what, (int)k);
    if (mem_live_blocks() != blocks || export_count() != exports) {
      CHECK(false, "%s: leak when allocation %d fails", path, (int)k);
      break;
    }
  }
  CHECK(mem_live_blocks() == blocks, "%s: leak", path);
}

static void test_versions(const char *path, const u8 *data, size_t len) {
  struct load_error e;
  struct module *first = code_load(NV, data, len, &e);
  CHECK(first, "%s: %s at %u: %s", path, e.where.chunk, e.where.offset, e.where.what);
  if (!first) return;
  CHECK(module_find(first->name) == first, "%s: not current", path);
  test_places(path, first);
  struct module *second = code_load(first->name, data, len, &e);
  CHECK(second && module_find(first->name) == second && module_old(first->name) == first && second->old == first,
        "%s: second version", path);
  CHECK(!code_load(NV, data, len, &e) && !e.no_memory && e.module == first->name, "%s: third version", path);
  bool funs = true;
  for (u32 i = 0; i < second->fun_count; i++)
    funs = funs && second->funs[i]->owner == second && code_owns(second, second->funs[i]->ip);
  term name = first->name;
  code_purge_old(name);
  for (u32 i = 0; i < second->fun_count; i++) funs = funs && second->funs[i]->owner == second;
  CHECK(funs, "%s: funs", path);
  test_places(path, second);
  CHECK(code_delete(name) && !module_find(name) && code_has_old(name), "%s: delete", path);
  bool undefined = true;
  for (u32 i = 0; i < second->export_count; i++) undefined = undefined && !second->exports[i]->owner;
  CHECK(undefined, "%s: exports of a deleted module", path);
  code_purge_old(name);
  CHECK(!code_has_old(name), "%s: purge", path);
}

int main(int argc, char **argv) {
  const char *root = argc > 1 ? argv[1] : getenv("OTP_ROOT") ? getenv("OTP_ROOT") : "/usr/lib/erlang";
  static term x[MAX_X_REGISTERS];
  static double f[MAX_FLOAT_REGISTERS];
  char pattern[1000];
  glob_t g;
  atom_init();
  ref_init(1);
  translate_set_registers(x, f);
  code_init();
  snprintf(pattern, sizeof pattern, "%s/lib/{kernel,stdlib,compiler,erts}-*/ebin/*.beam", root);
  int found = glob(pattern, GLOB_BRACE, NULL, &g);
  for (size_t k = 0; found == 0 && k < g.gl_pathc; k++) {
    size_t len;
    u8 *data = read_file(g.gl_pathv[k], &len);
    if (!data) continue;
    test_versions(g.gl_pathv[k], data, len);
    if (len < 30000 && k % 5 == 0) test_failures(g.gl_pathv[k], data, len, k % 25 == 0);
    free(data);
  }
  if (found == 0) globfree(&g);
  else printf("skipped: no OTP at %s\n", root);
  retire_free_all();
  code_destroy();
  atom_destroy();
  CHECK(mem_live_blocks() == 0, "%llu blocks live at the end", (unsigned long long)mem_live_blocks());
  printf("%d passed, %d failed, %d skipped\n", passed, failed, found != 0);
  return failed != 0;
}
