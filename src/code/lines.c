// SPDX-License-Identifier: Apache-2.0
// From a code address to module, function, arity, file and line, for stack traces and process_info. Both tables of a
// module are sorted by offset, so this takes two binary searches.
#include "code/code.h"

enum { NO_FRAME_BIT = 1u << 31, LINE_MASK = 0xFFFFFF, FILE_SHIFT = 24, FILE_MASK = 0x7F };

static const struct function_info *function_at(const struct module *m, u32 offset) {
  u32 low = 0, high = m->function_count;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if (m->functions[middle].offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? &m->functions[low - 1] : NULL;
}

static const struct line_entry *line_at(const struct module *m, u32 offset) {
  u32 low = 0, high = m->line_count;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if (m->lines[middle].offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? &m->lines[low - 1] : NULL;
}

bool code_place(const cword *ip, bool is_return_address, struct code_place *out) {
  if (is_return_address) ip--;
  const struct module *m = module_of(ip);
  if (!m) return false;
  u32 offset = (u32)(ip - m->code);
  const struct function_info *f = function_at(m, offset);
  if (!f) return false;
  *out = (struct code_place){
      .module = m->name, .function = f->name, .arity = f->arity, .entry = m->code + f->offset, .file = NV};
  const struct line_entry *l = line_at(m, offset);
  if (!l) return true;
  // The entry says whether there is a frame, even if the entry began in the function before.
  out->has_frame = !(l->line & NO_FRAME_BIT);
  u32 file = l->line >> FILE_SHIFT & FILE_MASK;
  out->line = l->line & LINE_MASK;
  if (file < m->file_count) out->file = m->files[file];
  return true;
}
