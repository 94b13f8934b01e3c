// SPDX-License-Identifier: Apache-2.0
// The table of modules by name, the table of code by address, and the memory of modules. The ranges of addresses are
// sorted and do not overlap, so that a binary search finds the module of an address, for every stack trace, purge and
// debugger. Called by code.c and load.c.
#include "code/module.h"

#include "base/alloc.h"
#include "code/load.h"
#include "memory/copy.h"
#include "term/hash.h"

enum { SLOT_HEADS = 512 };
static struct module_slot *slots[SLOT_HEADS];
static struct module **ranges;
static u32 range_count, range_cap;

struct module_slot *module_slot_find(term name) {
  struct module_slot *s = slots[hash_u64(name) % SLOT_HEADS];
  while (s && s->name != name) s = s->next;
  return s;
}

struct module_slot *module_slot_get(term name) {
  struct module_slot *s = module_slot_find(name);
  if (s) return s;
  s = mem_calloc(sizeof *s, MEM_CODE);
  if (!s) return NULL;
  s->name = name;
  s->next = slots[hash_u64(name) % SLOT_HEADS];
  slots[hash_u64(name) % SLOT_HEADS] = s;
  return s;
}

struct module *module_find(term name) {
  struct module_slot *s = module_slot_find(name);
  return s ? s->current : NULL;
}

struct module *module_old(term name) {
  struct module_slot *s = module_slot_find(name);
  return s ? s->old : NULL;
}

// --- By address ---------------------------------------------------------------------------------

// The first range that begins behind the address.
static u32 range_after(uintptr_t address) {
  u32 low = 0, high = range_count;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if ((uintptr_t)ranges[middle]->code <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

bool code_owns(const struct module *m, const cword *ip) {
  return (uintptr_t)ip - (uintptr_t)m->code < (uintptr_t)m->code_words * sizeof(cword);
}

struct module *module_of(const cword *ip) {
  u32 i = range_after((uintptr_t)ip);
  return i > 0 && code_owns(ranges[i - 1], ip) ? ranges[i - 1] : NULL;
}

bool module_range_add(struct module *m) {
  if (range_count == range_cap) {
    u32 cap = range_cap ? range_cap * 2 : 64;
    struct module **p = mem_realloc(ranges, range_cap * sizeof *p, cap * sizeof *p, MEM_CODE);
    if (!p) return false;
    ranges = p;
    range_cap = cap;
  }
  u32 i = range_after((uintptr_t)m->code);
  memmove(&ranges[i + 1], &ranges[i], (range_count - i) * sizeof *ranges);
  ranges[i] = m;
  range_count++;
  return true;
}

void module_range_remove(struct module *m) {
  u32 i = range_after((uintptr_t)m->code);
  if (i == 0 || ranges[i - 1] != m) return;
  memmove(&ranges[i - 1], &ranges[i], (range_count - i) * sizeof *ranges);
  range_count--;
}

void module_each(void (*fn)(struct module *, void *), void *arg) {
  for (u32 i = 0; i < range_count; i++) fn(ranges[i], arg);
}

// --- Memory -------------------------------------------------------------------------------------

static void free_array(void *p, u32 n, size_t size) {
  if (p) mem_free(p, (n ? n : 1) * size, MEM_CODE);
}

// Frees the big integers in the code: each block begins with a link to the previous one and its size.
static void free_constants(struct module *m) {
  while (m->constants) {
    term *block = m->constants;
    m->constants = ptr_val(block[0]);
    literal_free(block, (size_t)block[1]);
  }
}

void module_free(struct module *m) {
  free_array(m->code, m->code_words, sizeof *m->code);
  free_array(m->functions, m->function_count, sizeof *m->functions);
  free_array(m->behind_breakpoints, m->function_count, sizeof *m->behind_breakpoints);
  free_array(m->lines, m->line_count, sizeof *m->lines);
  free_array(m->files, m->file_count, sizeof *m->files);
  free_array(m->literals, m->literal_count, sizeof *m->literals);
  free_array(m->funs, m->fun_count, sizeof *m->funs);
  free_array(m->fun_ips, m->fun_count, sizeof *m->fun_ips);
  free_array(m->exports, m->export_count, sizeof *m->exports);
  free_array(m->export_ips, m->export_count, sizeof *m->export_ips);
  offheap_release(m->literal_offheap);
  if (m->literal_area) literal_free(m->literal_area, m->literal_area_size);
  free_constants(m);
  mem_free(m, sizeof *m, MEM_CODE);
}

void module_destroy(void) {
  while (range_count > 0) {
    struct module *m = ranges[range_count - 1];
    range_count--;
    module_free(m);
  }
  mem_free(ranges, range_cap * sizeof *ranges, MEM_CODE);
  ranges = NULL;
  range_cap = 0;
  for (u32 i = 0; i < SLOT_HEADS; i++) {
    while (slots[i]) {
      struct module_slot *s = slots[i];
      slots[i] = s->next;
      mem_free(s, sizeof *s, MEM_CODE);
    }
  }
}
