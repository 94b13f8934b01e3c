// SPDX-License-Identifier: Apache-2.0
// Creates processes, moves their registers in and out of ctx, and resizes their stacks. Invariant: the heap of a
// process is in p->heap, or, while it runs, in ctx.heap (process_heap tells which). Only exit.c frees processes, with
// process_free.
#include "process/process.h"

#include "base/alloc.h"
#include "code/code.h"
#include "process/collection.h"
#include "process/dictionary.h"
#include "process/event.h"
#include "process/held.h"
#include "process/kept.h"
#include "process/mailbox.h"
#include "process/node.h"
#include "process/port.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "process/signal_queue.h"
#include "process/table.h"
#include "process/timer.h"
#include "term/ref.h"

enum { FIRST_HEAP_WORDS = 24, FIRST_STACK_WORDS = 16, SPAWN_ARGS_MAX = MAX_ARITY };

struct ctx ctx;
struct memory_defaults process_memory_defaults;
u32 event_mask;
void (*event_hook)(enum event_kind kind, struct process *p, term subject, term a, term b, u64 detail);

void process_init(void) {
  if (!table_init()) PANIC("no memory for the process table");
  timer_init();
  exit_init();
  process_memory_defaults = (struct memory_defaults){.fullsweep_after = 65535, .max_heap_flags = 3};
  memset(&ctx.heap, 0, sizeof ctx.heap);
  ctx.p = NULL;
  ctx.fault_class = ctx.fault_reason = ctx.fault_args = ctx.fault_info = ctx.fault_trace = NV;
}

static void finish_exits(void) {
  u32 units;
  do units = UINT32_MAX;
  while (!exit_work(&units));
}

void process_destroy_all(void) {
  ctx.p = NULL;
  for (struct process *p = process_first, *next; p; p = next) {
    next = p->all_next;
    exit_process(p, ATOM_killed);
  }
  finish_exits();
  for (struct node *n = node_first; n; n = n->next) node_down(n, ATOM_killed);
  finish_exits();
  node_destroy_all();
  timer_destroy();
  table_destroy();
  scheduler_init();
}

// --- Spawning -------------------------------------------------------------------------------------

void spawn_options_default(struct spawn_options *o) {
  memset(o, 0, sizeof *o);
  o->monitor_tag = o->group_leader = NV;
  o->priority = PRIORITY_NORMAL;
  o->memory = process_memory_defaults;
}

// Where a new process starts, and its X registers (terms of the parent's heap).
struct entry {
  const cword *ip;
  u32 live;
  size_t words; // heap words that copies of the registers need
  term x[SPAWN_ARGS_MAX];
};

static bool entry_list(struct entry *n, term args) {
  for (; is_cons(args); args = tl(args)) {
    if (n->live == SPAWN_ARGS_MAX) return false;
    n->x[n->live++] = hd(args);
  }
  return args == NIL;
}

static bool entry_of(struct entry *n, term m, term f, term args) {
  n->live = 0;
  n->words = 0;
  if (!entry_list(n, args)) return false;
  // erlang:apply/2,3 are not code of a module: the interpreter has its own code for them.
  if (m == ATOM_erlang && f == ATOM_apply && n->live == 2) n->ip = code_apply_fun;
  else if (m == ATOM_erlang && f == ATOM_apply && n->live == 3) n->ip = code_apply_mfa;
  else {
    struct export *e = export_get(m, f, n->live);
    if (!e) return false;
    n->ip = e->ip;
  }
  for (u32 i = 0; i < n->live; i++) n->words += copy_size(n->x[i]);
  return true;
}

static void stack_free(struct process *p) {
  mem_free(p->stack_start, p->stack_words * sizeof(term), MEM_HEAP);
  p->stack_start = NULL;
  p->stack_words = 0;
}

static bool stack_new(struct process *p, u32 live) {
  p->stack_words = live + 4 > FIRST_STACK_WORDS ? live + 4 : FIRST_STACK_WORDS;
  p->stack_start = mem_alloc(p->stack_words * sizeof(term), MEM_HEAP);
  if (!p->stack_start) return false;
  p->e = p->stack_start + p->stack_words - 1;
  *p->e = (term)(uintptr_t)code_normal_exit << 4 | TAG_RETURN;
  return true;
}

static bool prepare_memory(struct process *p, const struct entry *n, const struct spawn_options *o) {
  u64 words = n->words > FIRST_HEAP_WORDS ? n->words : FIRST_HEAP_WORDS;
  if (o->memory.min_heap_words > words) words = o->memory.min_heap_words;
  if (!gc_area_init(&p->heap, &p->area, (u32)words)) return false;
  if (o->memory.min_heap_words > GC_MIN_WORDS) p->area.min_words = gc_next_size(o->memory.min_heap_words);
  if (o->memory.min_vheap_words > GC_MIN_VHEAP) p->area.min_vheap = gc_next_size(o->memory.min_vheap_words);
  if (!stack_new(p, n->live)) {
    gc_area_destroy(&p->heap, &p->area);
    return false;
  }
  for (u32 i = 0; i < n->live; i++) p->e[(i32)i - (i32)n->live] = copy_term(&p->heap, n->x[i]);
  p->live = n->live;
  p->ip = n->ip;
  return true;
}

static void set_fields(struct process *p, struct process *parent, const struct spawn_options *o) {
  p->priority = o->priority;
  p->is_js = o->js;
  p->async_dist = o->async_dist;
  p->message_on_heap = !o->message_off_heap;
  p->name = p->exit_reason = p->label = NV;
  p->parent = parent ? parent->pid : NV;
  p->error_handler = ATOM_error_handler;
  p->area.fullsweep_after = o->memory.fullsweep_after;
  p->area.max_words = o->memory.max_heap_words;
  p->max_heap_flags = o->memory.max_heap_flags;
  mailbox_init(&p->mailbox);
}

// Links and monitors of a process that a process of another node has spawned. The monitor's tag is the reference that
// the other node uses for it.
static bool set_remote_relations(struct process *p, const struct spawn_options *o) {
  if (o->link && link_add(o->relative, p) == LINK_NO_MEMORY) return false;
  return !o->monitor || monitor_add(ref_next_id(), o->relative, p, MONITOR_PROCESS, p->pid, NV, o->monitor_ref->value);
}

static bool set_relations(struct process *p, struct process *parent, const struct spawn_options *o, u64 *monitor) {
  if (UNLIKELY(o->relative != NULL)) return set_remote_relations(p, o);
  if (o->link && link_add(parent, p) == LINK_NO_MEMORY) return false;
  if (o->link_priority) link_set_priority(p->links.first, parent, true);
  if (!o->monitor) return true;
  u64 id = monitor && *monitor ? *monitor : ref_next_id();
  if (monitor) *monitor = id;
  struct monitor *m = monitor_add(id, parent, p, MONITOR_PROCESS, p->pid, NV, o->monitor_tag);
  if (m && (!o->alias || alias_add(id, parent, o->alias))) {
    m->priority = o->monitor_priority;
    return true;
  }
  if (m) monitor_remove(m);
  return false;
}

static void free_memory(struct process *p) {
  if (!p->is_js) {
    gc_area_destroy(&p->heap, &p->area);
    stack_free(p);
  }
  if (p->port) mem_free(p->port, sizeof *p->port, MEM_PROCESS);
  kept_release(p->leader_kept);
  kept_release(p->parent_kept);
  mem_free(p, sizeof *p, MEM_PROCESS);
}

// If the module of the fun is not loaded, the fun has no name: then the initial call is erlang:apply/2.
static void set_initial(struct process *p, const struct entry *n, term m, term f) {
  p->initial[0] = m;
  p->initial[1] = f;
  p->initial_arity = n->live;
  if (n->ip != code_apply_fun || n->x[1] != NIL || !is_fun(n->x[0])) return;
  struct function_name name;
  if (!fun_name(n->x[0], &name)) return;
  p->initial[0] = name.module;
  p->initial[1] = name.function;
  p->initial_arity = name.arity;
  p->began_in_fun = true;
}

// The spawn event comes first, so that no listener hears of a link or monitor of a process it does not know yet.
static void tell_spawn(struct process *p, struct process *parent, const struct spawn_options *o) {
  EVENT(EVENT_SPAWN, p, p->pid, p->parent, NV, 0);
  if (!parent || o->relative) return;
  if (o->link) EVENT(EVENT_LINK, parent, parent->pid, p->pid, NV, 0);
  if (o->monitor) EVENT(EVENT_MONITOR, parent, parent->pid, p->pid, NV, p->links.watched_first->node.key);
}

static struct process *spawn_entry(struct process *parent, const struct entry *n, term m, term f,
                                   const struct spawn_options *o, u64 *monitor) {
  struct process *p = mem_calloc(sizeof *p, MEM_PROCESS);
  if (!p) return NULL;
  if (!o->js && !prepare_memory(p, n, o)) {
    mem_free(p, sizeof *p, MEM_PROCESS);
    return NULL;
  }
  set_fields(p, parent, o);
  set_initial(p, n, m, f);
  if (!(o->port ? port_add(p, o->port_handle) : table_add(p))) {
    free_memory(p);
    return NULL;
  }
  p->group_leader = p->pid;
  if (o->group_leader == NV && parent) {
    p->group_leader = parent->group_leader;
    p->leader_kept = kept_retain(parent->leader_kept);
  }
  if ((o->group_leader != NV && !process_set_leader(p, o->group_leader)) || !set_relations(p, parent, o, monitor)) {
    if (p->links.first) link_remove(p->links.first);
    table_remove(p);
    if (p->port) port_remove(p);
    table_list_remove(p);
    free_memory(p);
    return NULL;
  }
  p->state = PROCESS_WAITING;
  tell_spawn(p, parent, o);
  if (!p->is_js) scheduler_ready(p);
  return p;
}

struct process *process_spawn(struct process *parent, term m, term f, term args, const struct spawn_options *o,
                              u64 *monitor) {
  struct entry n;
  if (!entry_of(&n, m, f, args)) return NULL;
  return spawn_entry(parent, &n, m, f, o, monitor);
}

struct process *process_spawn_fun(struct process *parent, term fun, const struct spawn_options *o, u64 *monitor) {
  struct entry n = {.ip = code_apply_fun, .live = 2, .words = copy_size(fun)};
  n.x[0] = fun;
  n.x[1] = NIL;
  return spawn_entry(parent, &n, ATOM_erlang, ATOM_apply, o, monitor);
}

bool process_set_leader(struct process *p, term leader) {
  struct kept *kept = is_immediate(leader) ? NULL : kept_new(leader);
  if (!kept && !is_immediate(leader)) return false;
  kept_release(p->leader_kept);
  p->leader_kept = kept;
  p->group_leader = kept ? kept->value : leader;
  return true;
}

void process_free(struct process *p) {
  collection_drop(p);
  held_free(p);
  table_list_remove(p);
  dictionary_free(p);
  kept_release(p->exit_kept);
  free_memory(p);
}

// --- Registers in and out ----------------------------------------------------------------------------

static i32 entered_fcalls;

// Debug builds: registers from live on hold no value that anybody promised to keep. They get a pointer to nowhere, so
// that code that reads one nevertheless crashes at once.
void process_forget_registers(term *x, u32 live) {
  enum { NOWHERE = 0x0DEAD000 };
  for (u32 i = live; i < MAX_X_REGISTERS; i++) x[i] = make_boxed((term *)NOWHERE);
}

void process_enter(struct process *p) {
  ctx.p = p;
  ctx.heap = p->heap;
  // These are roots of collections, and what the previous process left there lies in its own heap.
  ctx.fault_class = ctx.fault_reason = ctx.fault_args = ctx.fault_info = ctx.fault_trace = NV;
  ctx.e = p->e;
  ctx.slim = p->stack_start;
  ctx.ip = p->ip;
  ctx.live = p->live;
  for (u32 i = 0; i < p->live; i++) ctx.x[i] = p->e[(i32)i - (i32)p->live];
  if (VM_DEBUG) process_forget_registers(ctx.x, p->live);
  ctx.fcalls = entered_fcalls = (i32)scheduler_slice;
  // A receive whose time is up still looks first at the messages that have come meanwhile.
  if (UNLIKELY(p->timed_out) && !mailbox_peek(p)) {
    p->timed_out = false;
    ctx.ip = p->timeout_ip;
    ctx.live = 0;
  }
}

i32 process_entered_fcalls(void) { return entered_fcalls; }

void process_leave(struct process *p) {
  p->reductions += (u64)(entered_fcalls - ctx.fcalls);
  entered_fcalls = ctx.fcalls;
  if (LIKELY(p->state != PROCESS_EXITING)) {
    if (ctx.e - p->stack_start >= (ptrdiff_t)ctx.live || process_grow_stack(p, ctx.live))
      for (u32 i = 0; i < ctx.live; i++) ctx.e[(i32)i - (i32)ctx.live] = ctx.x[i];
  }
  p->live = ctx.live;
  p->e = ctx.e;
  p->ip = ctx.ip;
  p->heap = ctx.heap;
  ctx.p = NULL;
  if (UNLIKELY(p->is_js)) signal_queue_leave(p); // for all other processes the scheduler calls this
}

// --- Stack ---------------------------------------------------------------------------------------------

static bool stack_resize(struct process *p, term **e, u32 below, u32 words) {
  term *old_end = p->stack_start + p->stack_words;
  u32 used = (u32)(old_end - *e) + below;
  term *block = mem_alloc(words * sizeof(term), MEM_HEAP);
  if (!block) return false;
  memcpy(block + words - used, *e - below, used * sizeof(term));
  stack_free(p);
  p->stack_start = block;
  p->stack_words = words;
  *e = block + words - (used - below);
  return true;
}

bool process_grow_stack(struct process *p, u32 words) {
  u64 used = (u64)(p->stack_start + p->stack_words - ctx.e);
  u64 size = p->stack_words;
  while (size < used + words) size *= 2;
  if (size == p->stack_words) return true;
  // OTP keeps heap and stack in one block, so max_heap_size limits both together.
  if (p->area.max_words && used + words + p->area.words + p->area.old_words > p->area.max_words && exit_max_heap(p)) {
    exit_process(p, ATOM_killed);
    return false;
  }
  if (size > UINT32_MAX / sizeof(term) || !stack_resize(p, &ctx.e, 0, (u32)size)) {
    size = used + words + used / 8; // there is no memory for twice as much, so a little more must do
    if (size > UINT32_MAX / sizeof(term) || !stack_resize(p, &ctx.e, 0, (u32)size)) {
      exit_process(p, ATOM_system_limit);
      return false;
    }
  }
  ctx.slim = p->stack_start;
  return true;
}

u32 process_stack_used(const struct process *p) {
  const term *e = p == ctx.p ? ctx.e : p->e;
  return p->is_js ? 0 : (u32)(p->stack_start + p->stack_words - e);
}

void process_shrink_stack(struct process *p) {
  u32 used = process_stack_used(p) + p->live;
  u32 words = used < FIRST_STACK_WORDS ? FIRST_STACK_WORDS : used + used / 4;
  if (words < p->stack_words) (void)stack_resize(p, &p->e, p->live, words);
}

u64 process_memory(const struct process *p) {
  u64 bytes = sizeof *p + p->stack_words * sizeof(term) + dictionary_memory(p);
  if (!p->is_js) bytes += gc_area_memory(p == ctx.p ? &ctx.heap : &p->heap, &p->area) + collection_memory(p);
  return bytes + p->links.link_count * sizeof(struct link) + p->links.own_count * sizeof(struct monitor);
}

// --- Hibernation -------------------------------------------------------------------------------------------

bool process_hibernate(struct process *p, term m, term f, term args) {
  struct entry n;
  if (!entry_of(&n, m, f, args)) return false;
  memcpy(ctx.x, n.x, n.live * sizeof(term));
  ctx.live = n.live;
  ctx.ip = n.ip;
  ctx.e = p->stack_start + p->stack_words - 1;
  *ctx.e = (term)(uintptr_t)code_normal_exit << 4 | TAG_RETURN;
  ctx.status = RUN_HIBERNATE;
  p->catches = 0;
  return true;
}
