// SPDX-License-Identifier: Apache-2.0
// The native runner: spawnlink_native [-pa DIR]... [-slice N] [-gc-stress] [-gc-portion WORDS] [-virtual-clock] [-wait]
// [-bare] M F [ARG...]. Calls M:F() or M:F([Arg]) with strings, as erl's -run does, in a process of its own. It ends
// when that process has ended and nothing is runnable (-wait: when nothing at all is left to do), or at halt. OTP's
// modules come from OTP_ROOT; with -bare there is no I/O server. The exit code is that of halt, otherwise 1 when the
// process ended abnormally. -leaks: fails when memory is left after closing the VM. -failures N: runs M:F() N times; in
// the n-th run the n-th allocation fails, and each run must end.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "code/load.h"
#include "bif/bif_system.h"
#include "host/vm.h"
#include "memory/gc.h"
#include "native_host.h"
#include "process/event.h"
#include "term/binary.h"
#include "term/print.h"

static term main_pid = NV;
static bool main_ended;
static int main_code;
static int failures; // number of runs of -failures

static void print_line(FILE *file, const char *before, term t) {
  struct bytes text;
  bytes_init(&text);
  print_term(&text, t, 100000);
  fprintf(file, "%s%.*s\n", before, (int)text.len, (const char *)text.data);
  bytes_free(&text);
}

static void on_event(enum event_kind kind, struct process *p, term subject, term a, term b, u64 detail) {
  (void)p, (void)b, (void)detail;
  if (kind == EVENT_EXIT && subject == main_pid) {
    main_ended = true;
    if (a != ATOM_normal && failures) main_code++;
    else if (a != ATOM_normal) {
      main_code = 1;
      print_line(stderr, "main process exited: ", a);
    }
  }
}

static void die(const char *what) {
  fprintf(stderr, "spawnlink_native: %s%s%.*s\n", what, vm_result.len ? ": " : "", (int)vm_result.len,
          vm_result.data ? (const char *)vm_result.data : "");
  exit(2);
}

static void sleep_until(i64 wake_us) {
  i64 us = wake_us - (i64)host_monotonic_us();
  if (us <= 0 || (native_ports_poll((long)(us / 1000)) && !native_host_virtual_clock)) return;
  if (native_host_virtual_clock) {
    native_host_advance((unsigned long long)us);
    return;
  }
  struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
  nanosleep(&t, NULL);
}

static struct vm_options options;
static bool wait_for_all, bare, check_leaks, disasm;

static int parse(int argc, char **argv) {
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    const char *flag = argv[i];
    if (strcmp(flag, "-pa") == 0 && i + 1 < argc) native_host_path(argv[++i]);
    else if (strcmp(flag, "-slice") == 0 && i + 1 < argc) options.slice = (u32)atoi(argv[++i]);
    else if (strcmp(flag, "-memory") == 0 && i + 1 < argc) options.memory_limit = strtoull(argv[++i], NULL, 10);
    else if (strcmp(flag, "-processes") == 0 && i + 1 < argc) options.max_processes = (u32)atoi(argv[++i]);
    else if (strcmp(flag, "-gc-stress") == 0) options.gc_stress = 1;
    else if (strcmp(flag, "-gc-portion") == 0 && i + 1 < argc) options.gc_portion = (u32)atoi(argv[++i]);
    else if (strcmp(flag, "-virtual-clock") == 0) native_host_virtual_clock = true;
    else if (strcmp(flag, "-wait") == 0) wait_for_all = true;
    else if (strcmp(flag, "-bare") == 0) bare = true;
    else if (strcmp(flag, "-verify") == 0) scheduler_verifies = true;
    else if (strcmp(flag, "-leaks") == 0) check_leaks = true;
    else if (strcmp(flag, "-disasm") == 0) disasm = true;
    else if (strcmp(flag, "-failures") == 0 && i + 1 < argc) failures = atoi(argv[++i]);
    else die(flag);
  }
  if (argc - i < 2)
    die("usage: spawnlink_native [-pa DIR]... [-slice N] [-gc-stress] [-gc-portion WORDS] [-virtual-clock] [-wait] "
        "[-bare] [-leaks] M F [ARG...]");
  return i;
}

static term string_term(struct heap *h, const char *text) { // text is UTF-8; the term is a list of characters
  u32 characters[4096], n = 0;
  const u8 *at = (const u8 *)text, *end = at + strlen(text);
  for (int step; at < end && n < 4096 && (step = utf8_decode(at, end, &characters[n])) > 0; at += step) n++;
  term list = NIL;
  while (n-- > 0) list = cons(h, make_small(characters[n]), list);
  return list;
}

static bool start_main(char **argv, int argc) {
  struct vm_term t = {.value = NIL};
  term args = NIL;
  for (int i = argc; i-- > 2;) args = cons(&t.heap, string_term(&t.heap, argv[i]), args);
  if (argc > 2) args = cons(&t.heap, args, NIL);
  term pid;
  bool ok = vm_spawn_term(atom_from_c(argv[0]), atom_from_c(argv[1]), args, NIL, &pid) == VM_OK;
  if (ok) main_pid = pid;
  vm_term_free(&t);
  return ok;
}

static bool run_until_idle(void) { // false: the VM has halted
  for (;;) {
    i64 wake;
    enum tick_result result = vm_tick(10000, 0, &wake);
    if (result == TICK_HALTED) return false;
    if (result == TICK_RUNNABLE) {
      native_ports_poll(0);
      continue;
    }
    if (result == TICK_IDLE) {
      if (main_pid != NV && !main_ended && native_ports_poll(-1)) continue;
      return true;
    }
    if (main_pid == NV || (main_ended && !wait_for_all)) return true;
    sleep_until(wake);
  }
}

// In each run one allocation fails. The process that asked for it may die, but no process may wait for ever, and no
// memory may be left.
static int run_failures(char **argv, int argc) {
  if (!start_main(argv, argc) || !run_until_idle() || !main_ended || main_code) die("fails without failures");
  u64 blocks = mem_live_blocks();
  int refused = 0, stuck = 0, grown = 0;
  for (int n = 1; n <= failures; n++) {
    main_ended = false;
    mem_fail_at(n);
    bool started = start_main(argv, argc);
    bool running = run_until_idle();
    mem_fail_at(-1);
    if (!started) refused++;
    else if (!running || !main_ended) stuck++, fprintf(stderr, "failure %d: main never ended\n", n);
    // Tables keep the size to which they grew; a leak after failures would grow again and again.
    if (mem_live_blocks() > blocks) grown++, blocks = mem_live_blocks();
  }
  printf("%d runs: %d not spawned, %d ended by it, %d for ever, memory grew in %d\n", failures, refused, main_code,
         stuck, grown);
  return stuck || grown > 3 || main_code == 0 ? 1 : 0;
}

int main(int argc, char **argv) {
  int first = parse(argc, argv);
  const char *root = getenv("OTP_ROOT");
  const char *own = getenv("SPAWNLINK_ERL");
  // An absolute path, because a module may be loaded after the program has changed the working directory.
  char full[PATH_MAX];
  native_host_path(realpath(own ? own : "build/erl", full) ? full : "build/erl");
  u32 release = native_host_otp(root ? root : "/usr/lib/erlang");
  if (vm_open(&options) != VM_OK) die("cannot open");
  if (release) system_set_otp_release(release);
  event_hook = on_event;
  event_mask = 1u << EVENT_EXIT;
  bool running = true;
  if (!bare) {
    term pid;
    struct vm_term arguments = {.value = NIL}; // [[<<"-root">>, Root]]
    struct heap *h = &arguments.heap;
    term where = binary_from(h, (const u8 *)(root ? root : "/usr/lib/erlang"), strlen(root ? root : "/usr/lib/erlang"));
    arguments.value = cons(h, cons(h, binary_from(h, (const u8 *)"-root", 5), cons(h, where, NIL)), NIL);
    if (vm_spawn_term(atom_from_c("spawnlink_init"), atom_from_c("start"), arguments.value, NIL, &pid) != VM_OK)
      die("cannot start");
    vm_term_free(&arguments);
    running = run_until_idle();
  }
  if (disasm) {
    u8 *data;
    size_t n;
    struct load_error e;
    const char *name = argv[first];
    if (host_module((const u8 *)name, strlen(name), &data, &n) != 1) die("no such module");
    const struct module *m = code_load(atom_from_c(name), data, n, &e);
    if (!m) die("cannot load");
    native_disasm(m);
    return 0;
  }
  if (running && failures) {
    int code = run_failures(argv + first, argc - first);
    vm_close();
    native_host_free();
    return mem_live_blocks() ? 4 : code;
  }
  if (running) {
    if (!start_main(argv + first, argc - first)) die("cannot spawn");
    running = run_until_idle();
  }
  int code = running ? (main_ended ? main_code : 3) : vm_halt_code;
  if (running && !main_ended) fprintf(stderr, "spawnlink_native: main process waits for ever\n");
  vm_close();
  native_host_free();
  if (check_leaks && mem_live_blocks() != 0) {
    fprintf(stderr, "spawnlink_native: %llu blocks left\n", (unsigned long long)mem_live_blocks());
    code = code ? code : 4;
  }
  return code;
}
