// SPDX-License-Identifier: Apache-2.0
// Compares terms with real Erlang: term_oracle.erl writes what erl computes for some hundred terms, and this test
// checks decoding, the encodings, both hashes, printing, and comparisons of all pairs. Skipped without erl.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "memory/copy.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/etf.h"
#include "term/hash.h"
#include "term/map.h"
#include "term/print.h"

// The Erlang part is beside this file. Tests run in the root of the repository, relative to which __FILE__ is given.
static const char *oracle(void) {
  static char path[400];
  const char *slash = strrchr(__FILE__, '/');
  snprintf(path, sizeof path, "%.*s/term_oracle.erl", slash ? (int)(slash - __FILE__) : 1, slash ? __FILE__ : ".");
  return path;
}

static int passed, failed;
static void check(bool ok, const char *what, u32 i) {
  if (ok) {
    passed++;
  } else if (failed++ < 40) {
    printf("term %u: %s\n", i, what);
  }
}

// Funs and exports of the test: stands for the entries that code/ keeps.
struct entry {
  term module, function;
  u32 arity, index, old_index, old_uniq;
  u8 uniq[16];
};
static struct entry entries[64];
static u32 entry_count;
static struct entry *entry_of(struct entry e) {
  for (u32 i = 0; i < entry_count; i++)
    if (memcmp(&entries[i], &e, sizeof e) == 0) return &entries[i];
  entries[entry_count] = e;
  return &entries[entry_count++];
}
static term make_export(struct heap *h, term m, term f, u32 arity) {
  struct entry e;
  memset(&e, 0, sizeof e);
  e.module = m, e.function = f, e.arity = arity;
  term *p = heap_alloc(h, 2);
  p[0] = MAKE_HEADER_AUX(KIND_EXPORT, 1, arity);
  p[1] = make_ptr(entry_of(e));
  return make_boxed(p);
}
static term make_fun(struct heap *h, term module, u32 arity, const u8 uniq[16], u32 index, u32 old_index, u32 old_uniq,
                     term pid, u32 free_count, term **free_vars) {
  struct entry e;
  memset(&e, 0, sizeof e);
  e.module = module, e.index = index, e.old_index = old_index, e.old_uniq = old_uniq;
  memcpy(e.uniq, uniq, 16);
  term *p = heap_alloc(h, 3 + free_count);
  p[0] = MAKE_HEADER_AUX(KIND_FUN, 2 + free_count, arity);
  p[1] = make_ptr(entry_of(e));
  p[2] = pid;
  *free_vars = p + 3;
  return make_boxed(p);
}
static void fun_info(term fun, struct fun_info_etf *out) {
  const term *p = boxed_ptr(fun);
  const struct entry *e = ptr_val(p[1]);
  *out = (struct fun_info_etf){e->module, header_aux(p[0]),      e->index, e->old_index, e->old_uniq,
                               e->uniq,   header_size(p[0]) - 2, p[2],     p + 3};
}
static void export_info(term fun, term *m, term *f, u32 *arity) {
  const struct entry *e = ptr_val(boxed_ptr(fun)[1]);
  *m = e->module, *f = e->function, *arity = e->arity;
}

static const u8 *at;
static u32 get32(void) {
  at += 4;
  return (u32)at[-4] << 24 | (u32)at[-3] << 16 | (u32)at[-2] << 8 | at[-1];
}
struct blob {
  const u8 *p;
  u32 n;
};
static struct blob get_blob(void) {
  u32 n = get32();
  at += n;
  return (struct blob){at - n, n};
}

static bool encodes_to(term t, struct blob want, int minor_version, bool deterministic) {
  if (want.n == 0) return true; // a large map: its order differs from erl's
  struct bytes b;
  bytes_init(&b);
  struct etf_options o = {.minor_version = minor_version, .deterministic = deterministic};
  bool ok = etf_encode(&b, t, &o) && b.len == want.n && memcmp(b.data, want.p, b.len) == 0;
  bytes_free(&b);
  return ok;
}

static bool prints_as(term t, struct blob want) {
  if (want.n == 0) return true;
  struct bytes b;
  bytes_init(&b);
  print_term(&b, t, SIZE_MAX);
  // A pid of another node shows the atom's index, which differs from erl's.
  bool ok = memmem(want.p, want.n, "<8", 2) != NULL || memmem(want.p, want.n, "<9", 2) != NULL ||
            (b.len == want.n && memcmp(b.data, want.p, b.len) == 0);
  if (!ok)
    printf("  is  %.*s\n  not %.*s\n", (int)(b.len < 300 ? b.len : 300), (char *)b.data,
           (int)(want.n < 300 ? want.n : 300), (const char *)want.p);
  bytes_free(&b);
  return ok;
}

static int sign(int c) { return c < 0 ? 0 : c > 0 ? 2 : 1; }

static void check_pairs(const term *ts, const term *copies, u32 n) {
  for (u32 i = 0; i < n; i++)
    for (u32 j = 0; j < n; j++) {
      u32 order = *at / 3u, exact = *at % 3u;
      at++;
      check(sign(term_compare(ts[i], copies[j])) == (int)order, "order", i * 10000 + j);
      check(sign(term_compare_exact(ts[i], copies[j])) == (int)exact, "exact order", i * 10000 + j);
      check(term_equal(ts[i], copies[j]) == (order == 1), "==", i * 10000 + j);
      check(term_same(ts[i], copies[j]) == (exact == 1), "=:=", i * 10000 + j);
      if (exact == 1) check(hash_term(ts[i]) == hash_term(copies[j]), "equal terms hash the same", i * 10000 + j);
    }
}

static term decode(struct heap *h, struct blob b, u32 i) {
  struct etf_error e = {0, NULL};
  size_t used = 0;
  term t = etf_decode(h, b.p, b.n, 0, &used, &e);
  if (t == NV) printf("  at %zu: %s\n", e.offset, e.what);
  check(t != NV && used == b.n, "decodes", i);
  return t == NV ? NIL : t;
}

static void check_all(void) {
  struct heap h;
  memset(&h, 0, sizeof h);
  u32 n = get32();
  term *ts = calloc(n, sizeof *ts), *copies = calloc(n, sizeof *ts);
  for (u32 i = 0; i < n; i++) {
    struct blob one = get_blob(), zero = get_blob(), two = get_blob(), sorted = get_blob();
    u32 phash2 = get32(), phash = get32();
    struct blob text = get_blob();
    ts[i] = decode(&h, one, i);
    copies[i] = decode(&h, sorted, i);
    if (zero.n) check(encodes_to(ts[i], one, 1, false), "minor version 1", i);
    check(encodes_to(ts[i], zero, 0, false), "minor version 0", i);
    check(encodes_to(ts[i], two, 2, false), "minor version 2", i);
    check(encodes_to(ts[i], sorted, 1, true), "deterministic", i);
    check(hash_phash2(ts[i]) == phash2, "phash2", i);
    check(hash_phash(ts[i]) == phash, "phash", i);
    check(prints_as(ts[i], text), "text", i);
  }
  check_pairs(ts, copies, n);
  free(ts);
  free(copies);
  offheap_release(h.offheap);
  while (h.frags) {
    struct frag *next = h.frags->next;
    frag_free(h.frags);
    h.frags = next;
  }
}

int main(void) {
  char file[] = "/tmp/spawnlink-oracle-XXXXXX", command[1024];
  int fd = mkstemp(file);
  if (fd < 0) return 1;
  snprintf(command, sizeof command,
           "d=$(mktemp -d) && erlc -o $d '%s' && (cd $d && erl -noshell -noinput -pa . -run term_oracle main %s); rm "
           "-rf $d",
           oracle(), file);
  FILE *f = system("command -v erl >/dev/null 2>&1") == 0 && system(command) == 0 ? fopen(file, "rb") : NULL;
  if (!f || fseek(f, 0, SEEK_END) != 0 || ftell(f) < 8) {
    printf("no erl: skipped\n0 passed, 0 failed\n");
    return 0;
  }
  size_t n = (size_t)ftell(f);
  u8 *data = malloc(n);
  rewind(f);
  if (fread(data, 1, n, f) != n) return 1;
  fclose(f);
  remove(file);
  atom_init();
  etf_make_export = make_export;
  etf_make_fun = make_fun;
  etf_fun_info = fun_info;
  etf_export_info = export_info;
  at = data;
  check_all();
  free(data);
  atom_destroy();
  check(mem_live_blocks() == 0, "no leak", 0);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
