// SPDX-License-Identifier: Apache-2.0
// Search for byte patterns. Invariant of the trie: node 0 is the root; the children of a node are a linked list; fail
// is the node of the longest proper suffix that is a prefix of some pattern; out is the length of the longest pattern
// that ends at the node.
#include "term/search.h"

#include "base/alloc.h"
#include "term/binary.h"

enum { HORSPOOL_TEXT_MIN = 512, HORSPOOL_PATTERN_MIN = 4 };

// --- One pattern -----------------------------------------------------------------------------------------

static bool find_by_first(const u8 *pattern, size_t m, const u8 *text, size_t from, size_t to, size_t *at) {
  const u8 *p = text + from, *last = text + to - m;
  while (p <= last) {
    p = memchr(p, pattern[0], (size_t)(last - p) + 1);
    if (!p) return false;
    if (memcmp(p, pattern, m) == 0) {
      *at = (size_t)(p - text);
      return true;
    }
    p++;
  }
  return false;
}

static bool find_horspool(const u8 *pattern, size_t m, const u8 *text, size_t from, size_t to, size_t *at) {
  size_t shift[256], last = m - 1;
  for (size_t i = 0; i < 256; i++) shift[i] = m;
  for (size_t i = 0; i < last; i++) shift[pattern[i]] = last - i;
  for (size_t i = from; i <= to - m;) {
    u8 c = text[i + last];
    if (c == pattern[last] && memcmp(text + i, pattern, last) == 0) {
      *at = i;
      return true;
    }
    i += shift[c];
  }
  return false;
}

// --- Several patterns --------------------------------------------------------------------------------------

struct node {
  u32 child, sibling; // 0: none, because the root is no node's child
  u32 fail;
  u32 depth;
  u32 out;
  u8 byte;
};
struct trie {
  u32 count;
  u32 root[256]; // the root's children
  struct node nodes[];
};

static u32 child_of(const struct trie *t, u32 node, u8 byte) {
  if (node == 0) return t->root[byte];
  u32 c = t->nodes[node].child;
  while (c != 0 && t->nodes[c].byte != byte) c = t->nodes[c].sibling;
  return c;
}

static u32 add_child(struct trie *t, u32 node, u8 byte) {
  u32 c = t->count++;
  struct node *n = &t->nodes[c];
  memset(n, 0, sizeof *n);
  n->byte = byte;
  n->depth = t->nodes[node].depth + 1;
  n->sibling = t->nodes[node].child;
  t->nodes[node].child = c;
  if (node == 0) t->root[byte] = c;
  return c;
}

static void add_pattern(struct trie *t, const u8 *bytes, size_t n) {
  u32 node = 0;
  for (size_t i = 0; i < n; i++) {
    u32 next = child_of(t, node, bytes[i]);
    node = next != 0 ? next : add_child(t, node, bytes[i]);
  }
  t->nodes[node].out = t->nodes[node].depth;
}

// Goes breadth first, so that the fail nodes of all shorter prefixes are known.
static void link_failures(struct trie *t, u32 *queue) {
  u32 head = 0, tail = 0;
  queue[tail++] = 0;
  while (head < tail) {
    u32 at = queue[head++];
    for (u32 c = t->nodes[at].child; c != 0; c = t->nodes[c].sibling) {
      struct node *n = &t->nodes[c];
      u32 fail = 0;
      if (at != 0) {
        u32 f = t->nodes[at].fail;
        while ((fail = child_of(t, f, n->byte)) == 0 && f != 0) f = t->nodes[f].fail;
      }
      n->fail = fail;
      if (n->out == 0) n->out = t->nodes[fail].out;
      queue[tail++] = c;
    }
  }
}

static bool find_many(const struct trie *t, const u8 *text, size_t from, size_t to, struct search_hit *hit) {
  u32 node = 0;
  bool found = false;
  for (size_t i = from; i < to; i++) {
    if (node == 0 && !found) {
      while (i < to && t->root[text[i]] == 0) i++;
      if (i == to) return false;
    }
    u32 next;
    while ((next = child_of(t, node, text[i])) == 0 && node != 0) node = t->nodes[node].fail;
    node = next;
    const struct node *n = &t->nodes[node];
    // Any other match would begin after the hit, so none can be better.
    if (found && i + 1 - n->depth > hit->at) return true;
    if (n->out > 0 && (!found || i + 1 - n->out <= hit->at)) {
      hit->at = i + 1 - n->out;
      hit->n = n->out;
      found = true;
    }
  }
  return found;
}

// --- Compiled patterns ---------------------------------------------------------------------------------------

static struct refc *compile_many(const struct pattern_bytes *patterns, size_t count, size_t total) {
  size_t nodes = total + 1;
  if (nodes > 0x7FFFFFFF / sizeof(struct node)) return NULL;
  size_t size = sizeof(struct trie) + nodes * sizeof(struct node);
  struct refc *r = refc_new(size, size + sizeof(u64));
  u32 *queue = mem_alloc(nodes * sizeof(u32), MEM_SYSTEM);
  if (!r || !queue) {
    if (r) refc_release(r);
    mem_free(queue, nodes * sizeof(u32), MEM_SYSTEM);
    return NULL;
  }
  struct trie *t = (struct trie *)(void *)r->data;
  memset(t, 0, sizeof *t + sizeof(struct node));
  t->count = 1;
  for (size_t i = 0; i < count; i++) add_pattern(t, patterns[i].bytes, patterns[i].n);
  link_failures(t, queue);
  mem_free(queue, nodes * sizeof(u32), MEM_SYSTEM);
  r->type = SEARCH_MANY;
  return r;
}

struct refc *search_compile(const struct pattern_bytes *patterns, size_t count) {
  if (count == 1) {
    struct refc *r = refc_new(patterns[0].n, patterns[0].n);
    if (!r) return NULL;
    memcpy(r->data, patterns[0].bytes, patterns[0].n);
    r->type = SEARCH_ONE;
    return r;
  }
  size_t total = 0;
  for (size_t i = 0; i < count; i++) total += patterns[i].n;
  return compile_many(patterns, count, total);
}

bool search_next(const struct refc *pattern, const u8 *text, size_t from, size_t to, struct search_hit *hit) {
  if (pattern->type == SEARCH_MANY)
    return find_many((const struct trie *)(const void *)pattern->data, text, from, to, hit);
  size_t m = pattern->size;
  if (to - from < m) return false;
  hit->n = m;
  if (m < HORSPOOL_PATTERN_MIN || to - from < HORSPOOL_TEXT_MIN)
    return find_by_first(pattern->data, m, text, from, to, &hit->at);
  return find_horspool(pattern->data, m, text, from, to, &hit->at);
}
