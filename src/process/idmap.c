// SPDX-License-Identifier: Apache-2.0
// Id maps grow and shrink here. Invariant: a record is in the bucket that id_map_index gives for the present size.
#include "process/idmap.h"

enum {
  FIRST_BUCKETS = 8,
  SHRINK_MAX = 1 << 14 // a larger array is kept until the map is empty, because copying it would take too long
};

static bool resize_array(struct id_map *m, u32 cap) {
  struct id_node **b = mem_realloc(m->buckets, m->cap * sizeof *b, cap * sizeof *b, MEM_PROCESS);
  if (!b) return false;
  m->buckets = b;
  m->cap = cap;
  return true;
}

static bool first_buckets(struct id_map *m) {
  m->buckets = mem_calloc(FIRST_BUCKETS * sizeof *m->buckets, MEM_PROCESS);
  if (!m->buckets) return false;
  m->cap = m->size = m->level = FIRST_BUCKETS;
  return true;
}

// Adds one bucket: the records of its twin are divided between the two. If there is no memory the map stays as it is,
// and is only slower.
static void split(struct id_map *m) {
  if (m->size == m->cap && !resize_array(m, m->cap * 2)) return;
  u32 from = m->size - m->level, to = m->size;
  struct id_node *n = m->buckets[from], *next;
  m->buckets[from] = m->buckets[to] = NULL;
  if (++m->size == 2 * m->level) m->level *= 2;
  for (; n; n = next) {
    next = n->next;
    struct id_node **b = &m->buckets[id_map_index(m, n->key)];
    n->next = *b;
    *b = n;
  }
}

// Removes the last bucket: its records go back to its twin.
static void merge(struct id_map *m) {
  if (m->size == m->level) m->level /= 2;
  u32 from = --m->size;
  struct id_node **end = &m->buckets[from - m->level];
  while (*end) end = &(*end)->next;
  *end = m->buckets[from];
  if (m->cap > 4 * m->size && m->cap <= SHRINK_MAX) resize_array(m, m->cap / 2);
}

bool id_map_add(struct id_map *m, struct id_node *n) {
  if (UNLIKELY(!m->buckets) && !first_buckets(m)) return false;
  if (m->count >= m->size) split(m);
  struct id_node **b = &m->buckets[id_map_index(m, n->key)];
  n->next = *b;
  *b = n;
  m->count++;
  return true;
}

void id_map_remove(struct id_map *m, struct id_node *n) {
  struct id_node **b = &m->buckets[id_map_index(m, n->key)];
  while (*b != n) b = &(*b)->next;
  *b = n->next;
  if (--m->count == 0) {
    mem_free(m->buckets, m->cap * sizeof *m->buckets, MEM_PROCESS);
    memset(m, 0, sizeof *m);
  } else if (m->count < m->size / 2 && m->size > FIRST_BUCKETS) {
    merge(m);
  }
}

void id_map_each(const struct id_map *m, void (*fn)(struct id_node *, void *), void *arg) {
  for (u32 i = 0; i < m->size; i++)
    for (struct id_node *n = m->buckets[i], *next; n; n = next) next = n->next, fn(n, arg);
}
