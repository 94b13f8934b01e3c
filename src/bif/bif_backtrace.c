// SPDX-License-Identifier: Apache-2.0
// The stack of a process as text, for process_info(Pid, backtrace) and erlang:process_display/2, worded as OTP's
// emulator does. Addresses are those of the code and of the stack; the function, and the offset into it in code words,
// follow them.
#include "base/hostcalls.h"
#include "bif/bif_process.h"
#include "gen/bifs.h"
#include "process/signal.h"
#include "process/stack.h"
#include "term/print.h"

enum { ADDRESS_DIGITS = 16, VALUE_COLUMN = 9 };

static void put_address(struct bytes *b, const void *address) {
  bytes_text(b, "0x");
  for (u32 shift = 4 * ADDRESS_DIGITS; shift > 0; shift -= 4)
    bytes_put(b, (u8) "0123456789abcdef"[(u64)(uintptr_t)address >> (shift - 4) & 15]);
}

// Writes 0x... (Module:Function/Arity + Offset).
static void put_place(struct bytes *b, const cword *ip, bool is_return_address) {
  struct code_place place;
  put_address(b, ip);
  bytes_text(b, " (");
  if (code_place(ip, is_return_address, &place)) {
    print_mfa(b, place.module, place.function, place.arity);
    bytes_text(b, " + ");
    bytes_unsigned(b, (u64)(ip - place.entry));
  } else {
    bytes_text(b, is_return_address ? "<terminate process normally>" : "unknown function");
  }
  bytes_text(b, ")\n");
}

static void put_slot(struct bytes *b, u32 slot, term w) {
  size_t start = b->len;
  bytes_text(b, "y(");
  bytes_unsigned(b, slot);
  bytes_put(b, ')');
  while (!b->failed && b->len < start + VALUE_COLUMN) bytes_put(b, ' ');
  if (is_catch_word(w)) {
    bytes_text(b, "Catch ");
    put_place(b, word_address(w), false);
    return;
  }
  print_display(b, w);
  bytes_put(b, '\n');
}

static void put_backtrace(struct bytes *b, const struct process *p) {
  const cword *ip = stack_ip(p);
  struct stack_walk w = stack_walk(p);
  if (p->is_js || !ip || p->sensitive) return;
  bytes_text(b, "Program counter: ");
  put_place(b, ip, false);
  u32 slot = 0;
  for (const term *e; !b->failed && (e = stack_next(&w)) != NULL;) {
    if (!is_return_word(*e)) {
      put_slot(b, slot++, *e);
      continue;
    }
    bytes_put(b, '\n');
    put_address(b, e);
    bytes_text(b, " Return addr ");
    put_place(b, word_address(*e), true);
    slot = 0;
  }
}

term bif_backtrace(const struct process *p) {
  struct bytes b;
  bytes_init(&b);
  put_backtrace(&b, p);
  bif_bump((u32)(b.len / 64));
  term t = b.failed ? NV : binary_from(HEAP, b.data, b.len);
  bytes_free(&b);
  return t;
}

// erts_internal:process_display(Pid, backtrace): prints on standard error.
term bif_process_display_2(struct process *p UNUSED, term *a) {
  const struct process *of = is_local_pid(a[0]) ? process_find(a[0]) : NULL;
  if (!of || a[1] != ATOM_backtrace) return ATOM_badarg;
  struct bytes b;
  bytes_init(&b);
  put_backtrace(&b, of);
  if (!b.failed) host_write(2, b.data, b.len);
  bytes_free(&b);
  return ATOM_true;
}
