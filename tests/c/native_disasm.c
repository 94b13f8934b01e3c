// SPDX-License-Identifier: Apache-2.0
// Prints the internal code of a loaded module (native_main -disasm M): for people who look at what
// translate.c makes of a function. Operands print as their letters in ops.tab say.
#include <stdio.h>

#include "gen/ops.h"
#include "native_host.h"
#include "process/ctx.h"
#include "term/print.h"

static const struct { const char *name, *operands; } ops[] = {
#define OP(name, operands, cold) {#name, operands},
#include "gen/ops.inc"
#undef OP
};

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

static const cword *list(const struct module *m, const cword *ip) {
  (void)m;
  printf(" n=%d...", (int)*ip);
  return ip + 1;
}

static const cword *operand(const struct module *m, char letter, const cword *ip) {
  cword w = *ip;
  switch (letter) {
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
  case 'n': return list(m, ip);
  default: printf(" #%ld", (long)w);
  }
  return ip + 1;
}

// Operations with lists end where the next known place begins: the list is skipped by its length where
// the items are one word each, else the rest of the function is left out.
void native_disasm(const struct module *m) {
  for (u32 f = 0; f < m->function_count; f++) {
    const cword *ip = m->code + m->functions[f].offset;
    const cword *end = m->code + (f + 1 < m->function_count ? m->functions[f + 1].offset : m->code_words);
    print(m->functions[f].name);
    printf("/%d\n", (int)m->functions[f].arity);
    while (ip < end && *ip < OP_COUNT) {
      const char *letters = ops[*ip].operands;
      printf("  %5d %s", (int)(ip - m->code), ops[*ip].name);
      const cword *at = ip + 1;
      for (; *letters; letters++) {
        if (*letters == ',') continue;
        u32 items = *letters == 'n' ? (u32)*at : 0;
        at = operand(m, *letters, at);
        at += items * (*ip == OP_select_val || *ip == OP_select_arity || *ip == OP_select_any || *ip == OP_update_record ? 2 : *ip == OP_bs_create_bin ? 3 : 1);
      }
      printf("\n");
      ip = at;
    }
  }
}
