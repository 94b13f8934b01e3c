// SPDX-License-Identifier: Apache-2.0
// The process table and the list of all processes in order of creation. Invariant: a process is in slot pid_number &
// mask. At most three quarters of the slots are taken, so a free number is found soon. A number is used again only
// after 2^28 others, and then with another serial.
#include "process/table.h"

#include "base/alloc.h"
#include "process/port.h"

enum { FIRST_SLOTS = 64, NUMBER_BITS = 28, DEFAULT_LIMIT = 1 << 20, HIGHEST_LIMIT = 1 << 27 };

static struct process **slots;
static u32 mask, count, limit = DEFAULT_LIMIT;
static u64 next_id; // serial << 28 | number
struct process *process_first;
static struct process *process_last;

bool table_init(void) {
  mask = FIRST_SLOTS - 1;
  count = 0;
  limit = DEFAULT_LIMIT;
  next_id = 1;
  process_first = process_last = NULL;
  slots = mem_calloc(FIRST_SLOTS * sizeof *slots, MEM_PROCESS);
  return slots != NULL;
}

void table_destroy(void) {
  mem_free(slots, ((size_t)mask + 1) * sizeof *slots, MEM_PROCESS);
  slots = NULL;
  mask = 0;
}

static bool grow(void) {
  size_t size = (size_t)mask + 1;
  struct process **bigger = mem_calloc(size * 2 * sizeof *bigger, MEM_PROCESS);
  if (!bigger) return false;
  for (size_t i = 0; i < size; i++)
    if (slots[i]) bigger[pid_number(slots[i]->pid) & (size * 2 - 1)] = slots[i];
  mem_free(slots, size * sizeof *slots, MEM_PROCESS);
  slots = bigger;
  mask = (u32)(size * 2 - 1);
  return true;
}

bool table_add(struct process *p) {
  if (count >= limit) return false;
  if (count >= mask / 4 * 3 && !grow() && count >= mask) return false;
  u32 number;
  do number = (u32)next_id++ & ((1u << NUMBER_BITS) - 1);
  while (slots[number & mask]);
  p->pid = make_pid(number, (u32)((next_id - 1) >> NUMBER_BITS) & 0x0FFFFFFF);
  slots[number & mask] = p;
  count++;
  table_list_add(p);
  return true;
}

void table_list_add(struct process *p) {
  p->all_next = NULL;
  p->all_prev = process_last;
  if (process_last) process_last->all_next = p;
  else process_first = p;
  process_last = p;
}

void table_remove(struct process *p) {
  u32 at = pid_number(p->pid) & mask;
  if (slots[at] != p) return;
  slots[at] = NULL;
  count--;
}

void table_list_remove(struct process *p) {
  if (p->all_prev) p->all_prev->all_next = p->all_next;
  else process_first = p->all_next;
  if (p->all_next) p->all_next->all_prev = p->all_prev;
  else process_last = p->all_prev;
}

struct process *process_find(term pid) {
  if (!is_local_pid(pid)) return NULL;
  struct process *p = slots[pid_number(pid) & mask];
  return p && p->pid == pid && p->state != PROCESS_EXITING ? p : NULL;
}

struct process *endpoint_find(term t) {
  return is_local_port(t) ? port_find(t) : process_find(t);
}

u32 process_count(void) { return count; }
u32 process_limit(void) { return limit; }
void process_set_limit(u32 max) { limit = max > HIGHEST_LIMIT ? HIGHEST_LIMIT : max; }

void process_each(void (*fn)(struct process *, void *), void *arg) {
  for (struct process *p = process_first, *next; p; p = next) {
    next = p->all_next;
    if (p->state != PROCESS_EXITING) fn(p, arg);
  }
}
