// SPDX-License-Identifier: Apache-2.0
// Tables in C: random insertions and deletions are compared with an array, and the balance of the tree and the slots of
// the hash are checked after each; freeing in portions; memory that runs out at every allocation. At the end there must
// be as many live blocks as at the start.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "ets/ets.h"
#include "ets/ets_hash.h"
#include "ets/ets_tree.h"
#include "ets/match.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/ref.h"

static int passed, failed;
#define CHECK(c) \
  do { \
    if (c) passed++; \
    else { \
      failed++; \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c); \
    } \
  } while (0)

static u32 seed = 7;
static u32 rnd(u32 n) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % n;
}

static struct process *owner;

static struct ets_table *make(enum ets_type type) {
  struct ets_options o = {.type = type, .protection = ETS_PUBLIC, .heir = NV, .heir_data = NIL};
  return ets_new(owner, ATOM_ok, &o);
}

static term words[8];
static term pair(term key, term value) {
  words[0] = MAKE_HEADER(KIND_TUPLE, 2);
  words[1] = key;
  words[2] = value;
  return make_boxed(words);
}

// The size and balance of a subtree; because trees are balanced, the recursion is not deep.
static bool balanced(const struct ets_row *r) {
  if (!r) return true;
  u32 l = r->left ? r->left->size : 0, n = r->right ? r->right->size : 0;
  return r->size == 1 + l + n && l + 1 <= 3 * (n + 1) && n + 1 <= 3 * (l + 1) && balanced(r->left) &&
         balanced(r->right);
}

enum { KEYS = 2000 };

static void check_walk(struct ets_table *t, const i64 *model) {
  struct ets_cursor c;
  ets_cursor_start(&c, t, false, NV);
  u32 n = 0;
  bool same = true;
  for (i64 k = 0; k < KEYS; k++) {
    if (model[k] < 0) continue;
    struct ets_row *r = ets_cursor_row(&c);
    same = same && r && r->data[1] == make_small(k) && r->data[2] == make_small(model[k]) && ets_tree_nth(t, n) == r;
    n++;
    if (r) ets_cursor_step(&c);
  }
  CHECK(same && !ets_cursor_row(&c) && n == t->store->size);
  ets_cursor_start(&c, t, true, make_small(KEYS / 2));
  struct ets_row *r = ets_cursor_row(&c);
  CHECK(r == ets_tree_after(t, make_small(KEYS / 2), true));
}

static void check_slots(struct ets_table *t) {
  u32 n = 0;
  bool at_home = true;
  for (u32 s = 0; s < t->store->hash.active; s++)
    for (struct ets_row *r = ets_hash_slot(t, s); r; r = r->next, n++)
      at_home = at_home && ets_hash_index(&t->store->hash, r->hash) == s;
  CHECK(at_home && n == t->store->size);
}

static void random_operations(enum ets_type type) {
  static i64 model[KEYS];
  for (u32 i = 0; i < KEYS; i++) model[i] = -1;
  struct ets_table *t = make(type);
  for (u32 i = 0; i < 60000; i++) {
    u32 k = rnd(KEYS), phase = i / 10000 % 3; // grow, mixed, shrink
    if (rnd(4) > phase) {
      model[k] = rnd(1000);
      CHECK(ets_put(t, ets_row_new(pair(make_small(k), make_small(model[k])))));
    } else {
      CHECK(ets_remove_key(t, make_small(k)) == (model[k] >= 0));
      model[k] = -1;
    }
    struct ets_row *r = ets_find(t, make_small(k));
    CHECK(model[k] < 0 ? !r : r && r->data[2] == make_small(model[k]));
    if (i % 1000) continue;
    if (type == ETS_ORDERED_SET) {
      CHECK(balanced(t->store->root));
      check_walk(t, model);
    } else {
      check_slots(t);
    }
  }
  ets_delete(t);
  u32 portions = 0;
  while (!ets_free_work(100)) portions++;
  CHECK(portions >= 4);
}

static void ascending_stays_shallow(void) {
  struct ets_table *t = make(ETS_ORDERED_SET);
  for (i64 i = 0; i < 100000; i++) CHECK(ets_put(t, ets_row_new(pair(make_small(i), NIL))));
  u32 depth = 0;
  for (struct ets_row *r = t->store->root; r; r = r->right) depth++;
  CHECK(depth < 42 && balanced(t->store->root));
  ets_delete(t);
  CHECK(ets_free_work(UINT32_MAX));
}

// Lets each allocation of a typical use fail once; nothing may leak or break.
static bool use_once(enum ets_type type) {
  struct ets_table *t = make(type);
  if (!t) return false;
  bool ok = true;
  for (u32 i = 0; i < 600 && ok; i++) {
    struct ets_row *r = ets_row_new(pair(make_small(i), make_small(1)));
    ok = r && ets_put(t, r);
  }
  struct match_program *m = NULL;
  term pattern = pair(MAKE_ATOM(atom_index(ATOM_underscore)), make_small(1));
  if (ok) ok = match_compile_pattern(pattern, true, &m) == MATCH_OK;
  struct refc *resource = m ? match_resource_new(m) : NULL;
  if (resource) resource->destroy(resource);
  else ok = false;
  ok = ok && ets_fix(t, owner) && ets_remove_key(t, make_small(5)) == 1 && ets_delete_all_rows(t);
  ets_unfix(t, owner);
  ok = ets_delete_all_rows(t) && ok;
  ets_delete(t);
  while (!ets_free_work(50)) continue;
  return ok;
}

static void memory_runs_out(enum ets_type type) {
  CHECK(use_once(type));
  u64 before = mem_live_blocks();
  u32 n = 1;
  for (bool ok = false; !ok && n < 3000; n++) {
    mem_fail_at(n);
    ok = use_once(type);
    mem_fail_at(-1);
    CHECK(mem_live_blocks() == before);
  }
  CHECK(n < 3000);
}

int main(void) {
  u64 before = mem_live_blocks();
  atom_init();
  ref_init(1);
  process_init();
  scheduler_init();
  ets_init();
  struct spawn_options o;
  spawn_options_default(&o);
  owner = process_spawn_fun(NULL, NIL, &o, NULL);
  if (!owner) abort();
  scheduler_remove(owner);
  owner->state = PROCESS_WAITING;
  random_operations(ETS_ORDERED_SET);
  random_operations(ETS_SET);
  ascending_stays_shallow();
  for (u32 type = ETS_SET; type <= ETS_DUPLICATE_BAG; type++) memory_runs_out((enum ets_type)type);
  // When the owner dies, its tables are deleted.
  for (u32 i = 0; i < 100; i++) CHECK(make(ETS_BAG) != NULL);
  exit_process(owner, ATOM_kill);
  for (u32 units = 10; !exit_work(&units); units = 10) continue;
  CHECK(ets_free_work(UINT32_MAX));
  process_destroy_all();
  ets_destroy();
  atom_destroy();
  CHECK(mem_live_blocks() == before);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
