// SPDX-License-Identifier: Apache-2.0
// struct process and the life of a process: table, creation, registration of names. One sub-struct per
// room (heap and area of memory/, mailbox, links). An idle process costs at most 1 KB all told.
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include "memory/gc.h"
#include "process/ctx.h"
#include "process/links.h"
#include "process/mailbox.h"

enum process_state { PROCESS_RUNNABLE, PROCESS_RUNNING, PROCESS_WAITING, PROCESS_EXITING, PROCESS_FREE };
enum priority { PRIORITY_MAX, PRIORITY_HIGH, PRIORITY_NORMAL, PRIORITY_LOW };

struct signal_queue {
  struct signal *first, *last; // last counts while there is a first
  struct signal *unsent;       // DOWN of a monitor of who is not there
};
struct process {
  term pid;
  u8 state;               // enum process_state
  u8 priority;            // enum priority
  u8 skip;                // low priority: rounds left to be passed over
  bool trap_exit : 1;
  bool hibernated : 1;    // stack and heap shrunk, continues at hibernate's M:F(A)
  bool timed_out : 1;     // receive timer fired: continue at timeout_ip
  bool timeless : 1;      // in a receive whose timeout is infinity: its register need not be kept
  bool is_js : 1;         // a JavaScript process: no code, its mailbox is drained by the host
  bool async_dist : 1;
  bool sensitive : 1;
  bool began_in_fun : 1;  // spawned as erlang:apply(Fun, [])
  bool message_on_heap : 1;
  bool gc_requested : 1;  // a major collection is wanted at the next safe point
  bool save_calls : 1;
  bool ets_super_user : 1; // may do all with all tables (erts_internal:ets_super_user/1)
  bool ets_raw : 1;        // ets:first and ets:next see what was deleted while the table was fixed
  bool queued : 1;        // in a run queue, that of priority "queue"
  bool yielding : 1;      // in erlang:yield/0, which is called again after the yield
  bool hosted : 1;        // the host started it and is told of its end, subscribed or not
  bool doomed : 1;        // an exit signal has decided that it ends with exit_reason: when it is scheduled
  bool ends : 1;          // doomed or exiting: no message reaches it any more
  bool asking : 1;        // in a BIF that waits until a doomed process is gone
  bool dist : 1;          // its end ends connections to other nodes: a distribution controller, or net_kernel
  bool remote : 1;        // the near end of a process of another node (node.h)
  u8 queue;
  u8 exit_phase;          // enum exit_phase of exit.c, once exiting
  u32 suspend_count;      // sum over suspenders
  struct process *run_next, *run_prev; // run queue; run_next also the queue of exits
  struct process *all_next, *all_prev; // all processes in order of creation
  // execution, valid while not running
  term *e;                // stack top
  const cword *ip;        // where to continue
  u32 live;               // X registers saved just below e: e[-live .. -1] are x0..
  u32 catches;            // number of open catch/try
  const cword *timeout_ip;// where wait_timeout continues when it fires
  // stack: its own block, grows down
  term *stack_start;
  u32 stack_words;
  struct heap heap;       // valid while not running (else ctx.heap)
  struct gc_area area;
  u32 stack_shrink;
  struct mailbox mailbox;
  struct links links;     // links, monitors, aliases
  u64 receive_timer;      // 0: none
  struct timer *timers;    // those whose destination is this pid
  term name;              // registered name or NV
  term group_leader;
  term parent;            // pid of the spawner or NV
  struct kept *leader_kept, *parent_kept; // own these when they are pids of other nodes
  term initial[2];        // initial call: module and function, of the fun if one began it
  u32 initial_arity;
  u32 reductions_base;
  u64 reductions;         // of finished slices
  struct dictionary *dictionary; // process dictionary, NULL while empty
  term exit_reason;       // once doomed or exiting
  struct kept *exit_kept; // owns exit_reason when it is not immediate
  void *ets_tables;       // tables owned (struct ets_table *, linked)
  struct suspend *suspends, *suspended_by; // whom this process has suspended, who has suspended it
  struct held *held;      // registers of an operation that stopped in the middle, NULL
  struct work *work;      // what it has done so far, NULL
  struct collection *collection; // a collection that is under way: nobody may look into the heap (collection.h). NULL
  struct signal_queue signals; // sent and not yet received, see signal_queue.h
  term error_handler;     // module atom
  term label;             // proc_lib:set_label (kept off heap: immediate or NV), OTP 27+
  struct port *port;      // NULL, or what makes it a port
  u64 max_heap_flags;     // bit 0 kill, bit 1 error_logger, bit 2 include_shared_binaries
};

void process_init(void);
void process_destroy_all(void);
struct process *process_find(term pid);        // NULL when dead or not local
u32 process_count(void);
void process_set_limit(u32 max);
u32 process_limit(void);
extern struct process *process_first; // of all, in order of creation (all_next)
void process_each(void (*fn)(struct process *, void *), void *arg); // in pid order of creation

// What is not said of a new process's memory: system_flag/2.
extern struct memory_defaults {
  u32 min_heap_words, min_vheap_words; // 0: the least there is
  u32 fullsweep_after;
  u64 max_heap_words, max_heap_flags;
} process_memory_defaults;

struct spawn_options {
  bool link, monitor, js;
  bool port; u32 port_handle; // a port, with the host's handle (port.h)
  term monitor_tag;        // NV: 'DOWN'
  bool link_priority, monitor_priority; // the parent's messages of them are priority messages
  u8 alias;                // enum alias_mode of links.h
  u8 priority;
  struct memory_defaults memory;
  bool message_off_heap, async_dist;
  term group_leader;       // NV: parent's
  struct process *relative; // who is linked and monitors instead of the parent: a remote. NULL: the parent
  struct kept *monitor_ref; // of the remote: its reference
};
void spawn_options_default(struct spawn_options *o);
// Creates a process that will run M:F(Args) (Args a list of any heap; copied). parent may be NULL (JS).
// Returns NULL: no memory or process limit (system_limit). *monitor: id of the monitor when wanted.
struct process *process_spawn(struct process *parent, term m, term f, term args, const struct spawn_options *o, u64 *monitor);
// The same for a fun.
struct process *process_spawn_fun(struct process *parent, term fun, const struct spawn_options *o, u64 *monitor);

// Static code of interp/: ends the process normally; calls the fun x0 with the list x1; calls x0:x1 with the list x2.
extern const cword code_normal_exit[], code_apply_fun[], code_apply_mfa[];
// Makes the running process forget its stack and continue at m:f(args) when a message comes. Sets
// ctx.x, ctx.live, ctx.ip, ctx.e and ctx.status = RUN_HIBERNATE; args is a proper list. False: no memory.
bool process_hibernate(struct process *p, term m, term f, term args);
void process_free(struct process *p);          // exit.c only: memory of a process that nothing refers to any more
INLINE struct heap *process_heap(struct process *p) { return p == ctx.p ? &ctx.heap : &p->heap; }
bool process_set_leader(struct process *p, term leader); // false: no memory
u64 process_memory(const struct process *p);   // bytes, mailbox not included
u32 process_stack_used(const struct process *p); // words

// Registers in and out of ctx (called by interp's run_slice and by whoever must build on a process's heap).
void process_enter(struct process *p);
void process_leave(struct process *p);
i32 process_entered_fcalls(void);   // ctx.fcalls when the running process was entered
// Stack room for at least words below e. Only for the running process (uses ctx.e). False: it exits for want
// of memory, or because it is over its max_heap_size.
bool process_grow_stack(struct process *p, u32 words);
void process_shrink_stack(struct process *p);    // of a process that does not run, to what it holds
void process_forget_registers(term *x, u32 live); // debug builds: those that nobody promised to keep

// Names.
struct process *registered_find(term name);   // NULL
term registered_whereis(term name);           // pid, port or NV
bool registered_add(term name, struct process *p); // false: name taken or process has a name
bool registered_remove(term name);
void registered_each(void (*fn)(term name, term pid, void *), void *arg);

// Process dictionary (values live on the process's heap; the collector has them as roots).
term dictionary_get(struct process *p, term key);  // NV
term dictionary_put(struct process *p, term key, term value); // old value or NV
term dictionary_erase(struct process *p, term key);
void dictionary_each(struct process *p, void (*fn)(term key, term value, void *), void *arg);

#endif
