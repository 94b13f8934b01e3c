// SPDX-License-Identifier: Apache-2.0
#include "code/breakpoint.h"

#include "base/alloc.h"
#include "code/operands.h"

static cword *entry_of(const struct module *m, u32 i) { return m->code + m->functions[i].offset + FUNC_INFO_WORDS; }

size_t breakpoint_set(struct module *m, term name, i64 arity, bool on) {
  if (m->function_count == 0) return 0;
  if (on && !m->behind_breakpoints &&
      !(m->behind_breakpoints = mem_calloc(m->function_count * sizeof(cword), MEM_CODE)))
    return SIZE_MAX;
  size_t n = 0;
  for (u32 i = 0; i < m->function_count; i++) {
    const struct function_info *f = &m->functions[i];
    if ((name != NV && f->name != name) || (arity >= 0 && f->arity != (u32)arity)) continue;
    cword *entry = entry_of(m, i);
    n++;
    if (on == (*entry == OP_breakpoint)) continue;
    if (on) m->behind_breakpoints[i] = *entry;
    *entry = on ? OP_breakpoint : m->behind_breakpoints[i];
  }
  return n;
}

const struct function_info *breakpoint_function(const struct module *m, const cword *entry) {
  for (u32 i = 0; i < m->function_count; i++)
    if (entry_of(m, i) == entry) return &m->functions[i];
  return NULL;
}
