// SPDX-License-Identifier: Apache-2.0
// struct process and the life of a process: table, creation, registered names, process dictionary. The parts that
// other files look after are structs of their own (heap and gc_area of memory/, mailbox, links). An idle process
// takes at most 1 KB of memory, everything included.
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include "gen/seam.h" // enum process_state, enum priority
#include "memory/gc.h"
#include "process/ctx.h"
#include "process/links.h"
#include "process/mailbox.h"

struct signal_queue {
  struct signal *first, *last; // last is only valid while first is not NULL
  struct signal *unsent;       // the DOWN of a monitor whose target did not exist, see signal_queue_unsent_down
};
struct process {
  term pid;
  u8 state;    // enum process_state
  u8 priority; // enum priority
  bool trap_exit : 1;
  bool hibernated : 1; // its stack and heap are as small as possible; it continues at the M:F(A) given to hibernate
  bool timed_out : 1;  // the timer of its receive has fired: it continues at timeout_ip
  // Its receive has no timeout (infinity), so the register that holds the timeout need not be kept.
  bool timeless : 1;
  bool is_js : 1; // a JavaScript process: it has no code, and the host takes the messages out of its mailbox
  bool async_dist : 1;
  bool sensitive : 1;
  bool began_in_fun : 1; // it was spawned as erlang:apply(Fun, [])
  bool message_on_heap : 1;
  bool gc_requested : 1;   // do a major collection at the next safe point
  bool ets_super_user : 1; // may do everything with every table (erts_internal:ets_super_user/1)
  bool ets_raw : 1;        // its ets:first and ets:next also see rows that were deleted while the table was fixed
  bool queued : 1;         // it is in a run queue: the one of priority p->queue
  bool yielding : 1;       // it is in erlang:yield/0, which is called a second time after the yield
  bool hosted : 1;         // the host started it and is told of its end, even if it has not subscribed to exit events
  // An exit signal has decided that it ends with exit_reason; it does so when it is scheduled next.
  bool doomed : 1;
  bool ends : 1;   // doomed or exiting: messages to it are dropped
  bool asking : 1; // it is in a BIF that waits until a doomed process is gone
  // When it ends, so do connections to other nodes: it is a distribution controller, or net_kernel.
  bool dist : 1;
  bool remote : 1; // not a process of this node: it stands for one of another node (struct remote of node.h)
  u8 queue;
  u8 exit_phase;                       // enum exit_phase of exit.c that its teardown has reached, once it is exiting
  u32 suspend_count;                   // how often it is suspended, all suspenders together
  struct process *run_next, *run_prev; // its run queue; run_next also links the queue of exiting processes
  struct process *all_next, *all_prev; // the list of all processes, in order of creation
  // execution: valid while it does not run
  term *e;                 // stack top
  const cword *ip;         // where to continue
  u32 live;                // number of X registers saved just below e: e[-live .. -1] are x0 and so on
  u32 catches;             // number of open catch and try expressions
  const cword *timeout_ip; // where wait_timeout continues when the timer fires
  // the stack: a block of its own that grows downwards
  term *stack_start;
  u32 stack_words;
  struct heap heap; // valid while it does not run; while it runs, ctx.heap is its heap
  struct gc_area area;
  struct mailbox mailbox;
  struct links links;   // links, monitors, aliases
  u64 receive_timer;    // place of its receive timer in the timer heap, plus 1; 0: it has none
  struct timer *timers; // message timers whose destination is this pid
  term name;            // registered name or NV
  term group_leader;
  term parent;                            // pid of the spawner or NV
  struct kept *leader_kept, *parent_kept; // own leader and parent when these are pids of other nodes
  term initial[2]; // initial call: module and function; if a fun began the process, those of the fun
  u32 initial_arity;
  u64 reductions;                          // reductions of all finished slices
  struct dictionary *dictionary;           // process dictionary, NULL while empty
  term exit_reason;                        // valid once it is doomed or exiting
  struct kept *exit_kept;                  // owns exit_reason, unless that is an immediate term
  void *ets_tables;                        // the tables it owns: a list of struct ets_table
  struct suspend *suspends, *suspended_by; // whom this process has suspended, who has suspended it
  struct held *held;                       // registers of an operation that stopped in the middle (held.h), or NULL
  struct work *work;                       // what that operation has done so far, or NULL
  // The collection that is under way, or NULL; meanwhile nobody may look into the heap (collection.h).
  struct collection *collection;
  struct signal_queue signals; // signals sent to it that it has not received yet (signal_queue.h)
  term error_handler;          // atom: the module that is called for undefined functions
  term label;                  // proc_lib:set_label of OTP 27 and later: an immediate term, or NV
  struct port *port;           // NULL, or, when this is a port, what makes it one (port.h)
  u64 max_heap_flags;          // bit 0 kill, bit 1 error_logger, bit 2 include_shared_binaries
};

void process_init(void);
void process_destroy_all(void);
struct process *process_find(term pid); // NULL: no living process of this node has that pid
struct process *endpoint_find(term t);  // a living process or open port of this node, or NULL
u32 process_count(void);
void process_set_limit(u32 max);
u32 process_limit(void);
extern struct process *process_first; // the first of all processes in order of creation; all_next leads on
// Calls fn for each living process, in order of creation.
void process_each(void (*fn)(struct process *, void *), void *arg);

// Memory settings of a new process for which its spawn gives none; erlang:system_flag/2 changes them.
extern struct memory_defaults {
  u32 min_heap_words, min_vheap_words; // 0: the smallest size
  u32 fullsweep_after;
  u64 max_heap_words, max_heap_flags;
} process_memory_defaults;

struct spawn_options {
  bool link, monitor, js;
  bool port;
  u32 port_handle;                      // make a port (port.h) with this handle of the host
  term monitor_tag;                     // NV: 'DOWN'
  bool link_priority, monitor_priority; // the parent receives EXIT or DOWN of the child as a priority message
  u8 alias;                             // enum alias_mode of links.h
  u8 priority;
  struct memory_defaults memory;
  bool message_off_heap, async_dist;
  term group_leader;        // NV: the parent's
  struct process *relative; // the remote (node.h) that links to the child and monitors it; NULL: the parent does
  struct kept *monitor_ref; // when relative is set: the reference that its node uses for the monitor
};
void spawn_options_default(struct spawn_options *o);
// Creates a process that will run M:F(Args). Args is a list on any heap; it is copied. parent is NULL when JavaScript
// spawns. With o->monitor, *monitor is the id of the monitor to make (0: a new one), and is set to the id that was
// used. NULL: no memory, or the process limit is reached (the caller raises system_limit).
struct process *process_spawn(struct process *parent, term m, term f, term args, const struct spawn_options *o,
                              u64 *monitor);
// The same for a process that calls fun without arguments.
struct process *process_spawn_fun(struct process *parent, term fun, const struct spawn_options *o, u64 *monitor);

// Pieces of code that interp/ defines: end the process with reason normal; call the fun in x0 with the argument list
// in x1; call module x0, function x1 with the argument list in x2.
extern const cword code_normal_exit[], code_apply_fun[], code_apply_mfa[];
// Makes the running process forget its stack and continue at m:f(args) when a message comes: sets ctx.x, ctx.live,
// ctx.ip, ctx.e and ctx.status = RUN_HIBERNATE. args must be a proper list. False: no memory.
bool process_hibernate(struct process *p, term m, term f, term args);
void process_free(struct process *p); // frees a process that nothing refers to any more; only exit.c calls it
INLINE struct heap *process_heap(struct process *p) { return p == ctx.p ? &ctx.heap : &p->heap; }
bool process_set_leader(struct process *p, term leader); // false: no memory
u64 process_memory(const struct process *p);             // in bytes, without the mailbox
u32 process_stack_used(const struct process *p);         // in words

// Copy registers between p and ctx. Called by run_slice of interp/, and by whoever must build terms on the heap of p.
void process_enter(struct process *p);
void process_leave(struct process *p);
i32 process_entered_fcalls(void); // the value of ctx.fcalls when the running process was entered
// Makes sure that the stack of the running process has room for words below ctx.e. False: the process exits, because
// there is no memory or because it is over its max_heap_size.
bool process_grow_stack(struct process *p, u32 words);
void process_shrink_stack(struct process *p);     // to what it holds; only for a process that does not run
void process_forget_registers(term *x, u32 live); // debug builds: overwrites the X registers from live on

// Registered names.
struct process *registered_find(term name); // NULL: nobody has the name
term registered_whereis(term name);         // a pid or port, or NV
// False: the name is taken, the process has a name already, or there is no memory.
bool registered_add(term name, struct process *p);
bool registered_remove(term name);
void registered_each(void (*fn)(term name, term pid, void *), void *arg);

// Process dictionary. Its keys and values live on the process's heap; the collector treats them as roots.
term dictionary_get(struct process *p, term key);             // NV: no such key
term dictionary_put(struct process *p, term key, term value); // the old value, or NV
term dictionary_erase(struct process *p, term key);
void dictionary_each(struct process *p, void (*fn)(term key, term value, void *), void *arg);

#endif
