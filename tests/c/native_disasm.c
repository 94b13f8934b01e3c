// SPDX-License-Identifier: Apache-2.0
// Prints the internal code of a loaded module (native_main -disasm M), for people who examine what translate.c makes of
// a function. Operands are printed with their names and as their kinds in ops.tab say.
#include <stdio.h>

#include "code/op_table.h"
#include "native_host.h"
#include "process/ctx.h"
#include "term/print.h"

static void print(term t) {
  struct bytes b;
  bytes_init(&b);
  print_term(&b, t, 60);
  printf("%.*s", (int)b.len, (const char *)b.data);
  bytes_free(&b);
}

static void absolute(cword w) {
  const term *p = (const term *)w;
  if (p >= ctx.x && p < ctx.x + MAX_X_REGISTERS) printf(" x%d", (int)(p - ctx.x));
  else {
    printf(" ");
    print(*p);
  }
}

// Prints an operand as its kind says (see the head of ops.tab).
static void operand(const struct module *m, char kind, cword w) {
  switch (kind) {
    case 's':
    case 'd':
      if (w & 1) printf(" y%d", (int)(w / 8) - 1);
      else absolute(w);
      break;
    case 'a':
    case 'x': absolute(w); break;
    case 'y': printf(" y%d", (int)(w / 8) - 1); break;
    case 'i':
      printf(" ");
      print((term)(i64)(i32)w);
      break;
    case 'f': w ? printf(" ->%d", (int)((const cword *)w - m->code)) : printf(" -"); break;
    case 'e': {
      const struct export *e = (const struct export *)w;
      printf(" ");
      print(e->module);
      printf(":");
      print(e->function);
      printf("/%d", (int)e->arity);
      break;
    }
    case 'r': printf(" f%d", (int)((double *)w - ctx.f)); break;
    default: printf(" #%ld", (long)w);
  }
}

// Prints the first of the comma-separated names and returns the others.
static const char *name(const char *names) {
  int n = (int)strcspn(names, ",");
  printf(" %.*s", n, names);
  return names[n] ? names + n + 1 : names + n;
}

static void operation(const struct module *m, const cword *ip) {
  const struct op_row *row = op_row(*ip);
  const char *names = row->names;
  const cword *w = ip + 1;
  printf("  %5d %s", (int)(ip - m->code), row->name);
  for (const char *kind = row->kinds; *kind; kind++, w++) {
    names = name(names);
    operand(m, *kind, *w);
  }
  for (u32 i = 0; i < op_items(ip); i++) {
    const char *item_names = names;
    printf(i == 0 ? ":" : ";");
    for (const char *kind = row->item_kinds; *kind; kind++, w++) {
      item_names = name(item_names);
      operand(m, *kind, *w);
    }
  }
  printf("\n");
}

void native_disasm(const struct module *m) {
  for (u32 f = 0; f < m->function_count; f++) {
    const cword *ip = m->code + m->functions[f].offset;
    const cword *end = m->code + (f + 1 < m->function_count ? m->functions[f + 1].offset : m->code_words);
    print(m->functions[f].name);
    printf("/%d\n", (int)m->functions[f].arity);
    for (; ip < end && *ip < OP_COUNT; ip = op_behind(ip)) operation(m, ip);
  }
}
