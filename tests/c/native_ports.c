// SPDX-License-Identifier: Apache-2.0
// The outside of ports in the native build: programs connected by pipes. A handle is an index into the table below,
// plus one. native_ports_poll, which the runner calls between ticks, sends input to the port.
#include "native_host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hostcalls.h"
#include "memory/copy.h"
#include "code/code.h"
#include "process/port.h"
#include "process/signal.h"
#include "term/atom.h"
#include "term/binary.h"
#include "term/heap.h"

enum { MAX_PORTS = 1024, MAX_WORDS = 1024 };
static struct outside {
  pid_t child;  // 0: its status was read
  int from, to; // our ends of the pipes; -1: none
  term port;
  bool used, attached;
  u8 *unwritten; // bytes that the program has not read yet
  size_t size;
} table[MAX_PORTS];

static void child_runs(char **words, u32 count, int in, int out, i64 flags) {
  if (words[0][0] && chdir(words[0]) != 0) _exit(2);
  u32 variables = (u32)atoi(words[2]);
  char *env[MAX_WORDS], *argv[MAX_WORDS];
  for (u32 i = 0; i < variables; i++) env[i] = words[3 + i];
  env[variables] = NULL;
  char *program = words[3 + variables];
  u32 n = 0;
  argv[n++] = words[1];
  for (u32 i = 4 + variables; i < count; i++) argv[n++] = words[i];
  argv[n] = NULL;
  int base = flags & PORT_FLAG_OWN_DESCRIPTORS ? 3 : 0;
  if (in >= 0) dup2(in, base);
  if (out >= 0) dup2(out, base + 1);
  if (flags & PORT_FLAG_ERRORS_TOO && out >= 0) dup2(out, 2);
  for (int fd = base + 2 > 3 ? base + 2 : 3; fd < 256; fd++) close(fd);
  execve(program, argv, env);
  _exit(127);
}

static i64 open_program(const u8 *in, size_t n, i64 flags) {
  char *text = malloc(n + 1), *words[MAX_WORDS];
  u32 count = 0, slot = 0;
  if (!text) return HOST_EMFILE;
  memcpy(text, in, n);
  text[n] = 0;
  for (char *at = text; at <= text + n && count < MAX_WORDS - 1; at += strlen(at) + 1) words[count++] = at;
  const char *program = words[3 + atoi(words[2])];
  while (slot < MAX_PORTS && table[slot].used) slot++;
  int down[2] = {-1, -1}, up[2] = {-1, -1};
  i64 error = access(program, F_OK) ? HOST_ENOENT : access(program, X_OK) ? HOST_EACCES : 0;
  if (!error && slot == MAX_PORTS) error = HOST_EMFILE;
  if (!error && flags & PORT_FLAG_WRITE && pipe(down)) error = HOST_EMFILE;
  if (!error && flags & PORT_FLAG_READ && pipe(up)) error = HOST_EMFILE;
  pid_t child = error ? -1 : fork();
  if (child == 0) child_runs(words, count, down[0], up[1], flags);
  if (down[0] >= 0) close(down[0]);
  if (up[1] >= 0) close(up[1]);
  free(text);
  if (child < 0) return error ? error : HOST_EMFILE;
  table[slot] = (struct outside){.child = child, .from = up[0], .to = down[1], .port = NV, .used = true};
  if (up[0] >= 0) fcntl(up[0], F_SETFL, O_NONBLOCK);
  if (down[1] >= 0) fcntl(down[1], F_SETFL, O_NONBLOCK);
  return (i64)slot + 1;
}

static void close_end(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static bool write_some(struct outside *o) {
  ssize_t n = write(o->to, o->unwritten, o->size);
  if (n < 0) return errno == EAGAIN;
  o->size -= (size_t)n;
  memmove(o->unwritten, o->unwritten + n, o->size);
  return true;
}

long long native_port(unsigned operation, unsigned handle, const unsigned char *in, size_t n, long long number) {
  signal(SIGPIPE, SIG_IGN);
  if (operation == PORT_OPEN) return open_program(in, n, number);
  if (operation == PORT_OS_PID && handle == 0) return getpid();
  if (handle == 0 || handle > MAX_PORTS) return HOST_EIO; // other operations need the machine itself
  struct outside *o = &table[handle - 1];
  switch (operation) {
    case PORT_ATTACH:
      o->port = make_port((u64)number);
      o->attached = true;
      return 0;
    case PORT_WRITE:
      o->unwritten = realloc(o->unwritten, o->size + n + 1);
      memcpy(o->unwritten + o->size, in, n);
      o->size += n;
      return write_some(o) ? 0 : HOST_EIO;
    case PORT_CLOSE:
      if (o->size) fcntl(o->to, F_SETFL, 0), write_some(o);
      free(o->unwritten);
      o->unwritten = NULL;
      o->size = 0;
      close_end(&o->from);
      close_end(&o->to);
      o->used = o->attached = false;
      return 0;
    default: return (i64)o->child;
  }
}

static void tell(const struct outside *o, const char *kind, const u8 *data, i64 n) {
  struct process *p = endpoint_find(o->port);
  struct heap heap = {0};
  term value = data ? binary_from(&heap, data, (size_t)n) : n < 0 ? NIL : make_small(n);
  if (p) (void)signal_send(NULL, p, tuple3(&heap, ATOM_spawnlink_port, atom_from_c(kind), value));
  heap_discard(&heap);
}

static void read_some(struct outside *o) {
  u8 data[65536];
  ssize_t n = read(o->from, data, sizeof data);
  if (n > 0) tell(o, "data", data, n);
  else if (n == 0 || errno != EAGAIN) {
    close_end(&o->from);
    tell(o, "eof", NULL, -1);
  }
}

static void look_at_child(struct outside *o) {
  int status;
  if (!o->child || waitpid(o->child, &status, WNOHANG) != o->child) return;
  o->child = 0;
  tell(o, "status", NULL, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

bool native_ports_poll(long milliseconds) {
  struct pollfd fds[MAX_PORTS];
  struct outside *of[MAX_PORTS];
  nfds_t n = 0;
  bool any = false;
  for (u32 i = 0; i < MAX_PORTS; i++) {
    if (!table[i].used || !table[i].attached) continue;
    any = true;
    look_at_child(&table[i]);
    if (table[i].size) write_some(&table[i]);
    if (table[i].from < 0) continue;
    of[n] = &table[i];
    fds[n++] = (struct pollfd){.fd = table[i].from, .events = POLLIN};
  }
  if (!any) return false;
  // Wakes regularly to check whether a program has ended.
  poll(fds, n, (int)(milliseconds < 0 || milliseconds > 5 ? 5 : milliseconds));
  for (nfds_t i = 0; i < n; i++)
    if (fds[i].revents) read_some(of[i]);
  return true;
}
