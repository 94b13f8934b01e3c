// SPDX-License-Identifier: Apache-2.0
// This is the only file in which a process ends. An exit signal dooms its receiver: that gets its turn as if it were
// to run, and then exits. exit_process marks a process and appends it to a queue; exit_work takes processes from the
// front of the queue and tears each down in the phases below, in the order that OTP documents (erts "Directly Visible
// Erlang Resources"). Each phase takes its list apart from the front, so the work can stop anywhere and go on later.
// No process runs until the queue is empty, so nobody sees a teardown that is half done. All exits of a chain share
// one copy of the reason (struct kept).
#include "process/event.h"
#include "process/kept.h"
#include "process/node.h"
#include "process/port.h"
#include "process/report.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "process/signal_queue.h"
#include "process/table.h"
#include "process/timer.h"

enum exit_phase {
  EXIT_BEGIN,   // the exit event
  EXIT_TIMERS,  // cancels the timers whose destination is this pid
  EXIT_TABLES,  // gives ETS tables to their heirs, or deletes them
  EXIT_NAMES,   // takes away the registered name, then the pid itself
  EXIT_LINKS,   // sends exit signals along links, in order of creation
  EXIT_OWN,     // removes the monitors this process has made
  EXIT_WATCHED, // sends DOWN for monitors of this process, in order of creation
  // Answers what came behind the signal that doomed it: links, monitors, processes that wait for its end.
  EXIT_BEHIND,
  EXIT_ALIASES,
  EXIT_SUSPENDS,
  EXIT_MAILBOX,
  EXIT_FREE
};

bool (*exit_ets_hook)(struct process *p, u32 units);

static struct process *queue_first, *queue_last;

void exit_init(void) {
  queue_first = queue_last = NULL;
  report_init();
}

bool exit_pending(void) { return queue_first != NULL; }

static void set_reason(struct process *p, term reason, struct kept *kept) {
  p->exit_kept = is_immediate(reason) ? NULL : kept ? kept_retain(kept) : kept_new(reason);
  p->exit_reason = p->exit_kept ? p->exit_kept->value : is_immediate(reason) ? reason : ATOM_system_limit;
  p->ends = true;
}

void exit_when_scheduled(struct process *p, term reason, struct kept *kept) {
  if (p->ends) return;
  set_reason(p, reason, kept);
  p->doomed = true;
  scheduler_doomed(p);
}

void exit_doomed(struct process *p) {
  if (p->doomed) exit_process(p, NV);
}

void exit_process_kept(struct process *p, term reason, struct kept *kept) {
  if (p->state == PROCESS_EXITING) return;
  if (p->queued) scheduler_remove(p);
  if (p->receive_timer) timer_receive_cancel(p);
  if (!p->doomed) set_reason(p, reason, kept);
  p->state = PROCESS_EXITING;
  p->exit_phase = EXIT_BEGIN;
  p->run_next = NULL;
  if (queue_last) queue_last->run_next = p;
  else queue_first = p;
  queue_last = p;
  if (p == ctx.p) ctx.fcalls = 0; // so that the interpreter leaves it at the next safe point
}

void exit_process(struct process *p, term reason) { exit_process_kept(p, reason, NULL); }

static bool cancel_timers(struct process *p, u32 *units) {
  for (; p->timers; --*units) {
    if (*units == 0) return false;
    timer_cancel(p->timers);
  }
  return true;
}

static bool break_links(struct process *p, u32 *units) {
  for (struct link *l; (l = p->links.first) && l != p->links.late; --*units) {
    if (*units == 0) return false;
    struct process *peer = link_peer(l, p);
    struct exit_signal e = {
        .from = p->pid, .reason = p->exit_reason, .kept = p->exit_kept, .priority = link_priority(l, peer)};
    link_remove(l);
    signal_exit_by_link(peer, &e);
  }
  return true;
}

static bool end_own_monitors(struct process *p, u32 *units) {
  for (; p->links.own; --*units) {
    if (*units == 0) return false;
    monitor_cancel(p->links.own);
  }
  return true;
}

static bool fire_monitors(struct process *p, u32 *units) {
  for (struct monitor *m; (m = p->links.watched_first) && !m->late; --*units) {
    if (*units == 0) return false;
    monitor_fire(m, p->exit_reason, p->exit_kept);
  }
  return true;
}

static bool answer_behind(struct process *p, u32 *units) {
  for (; p->signals.first; --*units) {
    if (*units == 0) return false;
    signal_queue_answer(p);
  }
  ASSERT(!p->links.first && !p->links.watched_first);
  return true;
}

static bool end_aliases(struct process *p, u32 *units) {
  for (; p->links.aliases; --*units) {
    if (*units == 0) return false;
    alias_remove(p->links.aliases);
  }
  return true;
}

static bool end_suspends(struct process *p, u32 *units) {
  for (; p->suspends || p->suspended_by; --*units) {
    if (*units == 0) return false;
    suspend_release(p);
  }
  return true;
}

static bool give_tables(struct process *p, u32 *units) {
  if (!p->ets_tables || !exit_ets_hook) return true;
  bool done = exit_ets_hook(p, *units);
  *units = done ? *units - (*units > 16 ? 16 : *units) : 0;
  return done;
}

// Works on the phase that p is in. True: the phase is done. False: the units are used up.
static bool phase(struct process *p, u32 *units) {
  switch ((enum exit_phase)p->exit_phase) {
    case EXIT_BEGIN:
      if (UNLIKELY((event_mask >> EVENT_EXIT & 1 && !p->remote) || (p->hosted && event_hook)))
        event_hook(EVENT_EXIT, p, p->pid, p->exit_reason, NV, 0);
      return true;
    case EXIT_TIMERS: return cancel_timers(p, units);
    case EXIT_TABLES: return give_tables(p, units);
    case EXIT_NAMES:
      if (UNLIKELY(p->dist)) node_process_ended(p);
      if (UNLIKELY(p->name == ATOM_init)) report_system_exit(p, p->exit_reason);
      if (p->name != NV) registered_remove(p->name);
      table_remove(p);
      if (UNLIKELY(p->port != NULL)) port_remove(p);
      signal_queue_drop(p);
      return true;
    case EXIT_LINKS: return break_links(p, units);
    case EXIT_OWN: return end_own_monitors(p, units);
    case EXIT_WATCHED: return fire_monitors(p, units);
    case EXIT_BEHIND: return answer_behind(p, units);
    case EXIT_ALIASES: return end_aliases(p, units);
    case EXIT_SUSPENDS: return end_suspends(p, units);
    case EXIT_MAILBOX:
      if (UNLIKELY(p->port != NULL)) port_closed(p);
      return mailbox_clear(p, units);
    case EXIT_FREE: return true;
  }
  return true;
}

bool exit_work(u32 *units) {
  while (queue_first) {
    struct process *p = queue_first;
    if (p == ctx.p || *units == 0) return false;
    while (p->exit_phase < EXIT_FREE) {
      if (!phase(p, units)) return false;
      p->exit_phase++;
    }
    queue_first = p->run_next;
    if (!queue_first) queue_last = NULL;
    if (UNLIKELY(p->remote)) remote_ended(p);
    else process_free(p);
    *units -= *units > 4 ? 4 : *units;
  }
  return true;
}

// --- Uncaught exceptions ------------------------------------------------------------------------------

void exit_uncaught(struct process *p, term fault_class, term reason, term stacktrace) {
  if (fault_class == ATOM_exit) {
    exit_process(p, reason);
    return;
  }
  if (stacktrace == NV) stacktrace = NIL;
  if (fault_class == ATOM_throw) reason = tuple2(HEAP, ATOM_nocatch, reason);
  term value = tuple2(HEAP, reason, stacktrace);
  EVENT(EVENT_CRASH, p, p->pid, value, NV, 0);
  report_crash(p, value);
  exit_process(p, value);
}

bool exit_max_heap(struct process *p) {
  if (p->max_heap_flags & 2) report_max_heap(p);
  return p->max_heap_flags & 1;
}
