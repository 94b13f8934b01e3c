// SPDX-License-Identifier: Apache-2.0
// Reports to the system logger, in the words of OTP's emulator: {log, error, Format, Args, Metadata}. They are built
// outside the process's heap, which may be in the middle of a collection.
#include "process/report.h"

#include "base/hostcalls.h"
#include "memory/copy.h"
#include "process/scheduler.h"
#include "process/signal.h"
#include "term/map.h"
#include "term/print.h"

term system_logger;

void report_init(void) { system_logger = ATOM_logger; }

static struct process *logger_for(const struct process *p) {
  // If the process that was set as the logger has ended, the one registered as logger takes over.
  if (!is_atom(system_logger) && !process_find(system_logger)) system_logger = ATOM_logger;
  struct process *logger = is_atom(system_logger) ? registered_find(system_logger) : process_find(system_logger);
  return logger == p ? NULL : logger;
}

static term text_list(struct heap *h, const char *text) {
  size_t n = strlen(text);
  term list = NIL;
  while (n) list = cons(h, make_small((u8)text[--n]), list);
  return list;
}

static term list_of(struct heap *h, const term *items, u32 n) {
  term list = NIL;
  while (n--) list = cons(h, items[n], list);
  return list;
}

static void send_report(struct process *logger, struct process *p, struct heap *h, const char *format, term args) {
  term inner[] = {ATOM_emulator, ATOM_true, ATOM_tag, ATOM_error};
  term outer[] = {ATOM_error_logger, map_from_pairs(h, inner, 2),      ATOM_gl, p->group_leader, ATOM_pid, p->pid,
                  ATOM_time,         make_small((i64)host_system_us())};
  term meta = map_from_pairs(h, outer, 4);
  signal_send(NULL, logger, tuple5(h, ATOM_log, ATOM_error, text_list(h, format), args, meta));
  heap_discard(h);
}

void report_crash(struct process *p, term value) {
  struct process *logger = logger_for(p);
  if (!logger) return;
  struct heap h = {0};
  term args[] = {p->pid, value};
  send_report(logger, p, &h, "Error in process ~p with exit value:~n~p~n", list_of(&h, args, 2));
}

static term collection_info(struct heap *h, const struct process *p) {
  const struct gc_area *a = &p->area;
  const struct heap *heap = p == ctx.p ? &ctx.heap : &p->heap;
  i64 used = heap->top - a->start, recent = a->high ? heap->top - a->high : used;
  term pairs[] = {ATOM_old_heap_block_size, make_small(a->old_words),
                  ATOM_heap_block_size,     make_small(a->words),
                  ATOM_mbuf_size,           make_small(heap->frag_words),
                  ATOM_recent_size,         make_small(recent),
                  ATOM_stack_size,          make_small(process_stack_used(p)),
                  ATOM_old_heap_size,       make_small(a->old_start ? a->old_top - a->old_start : 0),
                  ATOM_heap_size,           make_small(used)};
  term list = NIL;
  for (u32 i = COUNT_OF(pairs); i; i -= 2) list = cons(h, tuple2(h, pairs[i - 2], pairs[i - 1]), list);
  return list;
}

void report_max_heap(struct process *p) {
  static const char format[] =
      "     Process:            ~p ~n     Context:            maximum heap size reached~n"
      "     Max Heap Size:      ~p~n     Total Heap Size:    ~p~n     Kill:               ~p~n"
      "     Error Logger:       ~p~n     Message Queue Len:  ~p~n     GC Info:            ~p~n";
  struct process *logger = logger_for(p);
  if (!logger) return;
  struct heap h = {0};
  i64 total = (i64)p->area.words + p->area.old_words + process_heap(p)->frag_words;
  term args[] = {p->pid,    make_small((i64)p->area.max_words), make_small(total),     make_bool(p->max_heap_flags & 1),
                 ATOM_true, make_small(p->mailbox.length),      collection_info(&h, p)};
  send_report(logger, p, &h, format, list_of(&h, args, COUNT_OF(args)));
}

void report_system_exit(const struct process *p, term reason) {
  enum { LONGEST = 1024 };
  struct bytes text;
  bytes_init(&text);
  bytes_text(&text, "System process ");
  print_pid(&text, p->pid);
  bytes_text(&text, " terminated: ");
  print_term(&text, reason, LONGEST);
  bytes_put(&text, '\n');
  if (!text.failed) host_write(2, text.data, text.len);
  bytes_free(&text);
  vm_halt_code = 1;
  vm_halt_requested = 1;
  ctx.fcalls = 0;
}
