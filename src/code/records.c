// SPDX-License-Identifier: Apache-2.0
// Chunk Recs: a version, the number of records, the number of all fields, and then the records. Each record is written
// like an instruction call_last with its name, whether it is exported, and a list of keys, each with its default (the
// number 0: none).
#include "code/records.h"

#include "code/emit.h"
#include "code/module.h"
#include "gen/genop.h"
#include "term/etf.h"
#include "term/record.h"

enum { HEADER = 12 };

static bool good_atom(const struct beam_file *f, const struct beam_arg *a) {
  return a->kind == BEAM_ATOM && a->value >= 1 && a->value <= f->atom_count;
}

static bool good_default(const struct beam_file *f, const struct beam_arg *a) {
  switch (a->kind) {
    case BEAM_U: return a->value == 0;
    case BEAM_ATOM: return a->value <= f->atom_count;
    case BEAM_LITERAL: return a->value < f->literal_count;
    case BEAM_I:
    case BEAM_BIG: return true;
    default: return false;
  }
}

// Returns what is wrong, or NULL. e makes constants, from those of the chunk like from those of code.
static const char *add(struct emit *e, struct heap *scratch, const struct beam_instr *i, term *out) {
  const struct beam_file *f = e->s->file;
  const struct beam_arg *list = i->list;
  u32 n = i->list_count / 2;
  if (i->op != GENOP_call_last || !good_atom(f, &i->args[0]) || !good_atom(f, &i->args[1]) || !i->list ||
      i->list_count % 2)
    return "not a record";
  term *keys = record_new(scratch, e->s->m->name, e->s->atoms[i->args[0].value], e->s->atoms[i->args[1].value], n, out);
  if (!keys) return "out of memory";
  for (u32 k = 0; k < n; k++, list += 2) {
    if (!good_atom(f, &list[0]) || !good_default(f, &list[1])) return "bad field of a record";
    keys[k] = e->s->atoms[list[0].value];
    record_values(*out)[k] = list[1].kind == BEAM_U ? NV : operand_constant(e, &list[1]);
  }
  return record_keys_distinct(scratch, keys, n) ? e->failed : "the same field twice";
}

bool records_read(struct load_state *s, struct heap *scratch, struct beam_error *error) {
  struct beam_file view = *s->file;
  struct load_state state = *s;
  struct emit e = {.s = &state};
  struct beam_cursor cursor;
  struct beam_instr i;
  view.code_header = HEADER;
  view.code = view.records;
  state.file = &view;
  beam_start(&cursor, &view);
  for (u32 k = 0; k < view.record_count && !error->what; k++) {
    error->offset = HEADER + cursor.at;
    if (beam_next(&cursor, &i, error) == 1) error->what = add(&e, scratch, &i, &s->m->literals[view.literal_count + k]);
    else if (!error->what) error->what = "not a record";
  }
  beam_stop(&cursor);
  memcpy(error->chunk, "Recs", 5);
  return !error->what;
}

const term *records_find(const struct module *m, term name) {
  const term *end = m->literals + m->literal_count;
  for (const term *t = end - m->record_count; t < end; t++)
    if (record_definition(*t)[RECORD_NAME] == name) return t;
  return NULL;
}

static void known_record(term record) {
  const term *d = record_definition(record);
  const struct module *m = module_find(d[RECORD_MODULE]);
  const term *own = m ? records_find(m, d[RECORD_NAME]) : NULL;
  if (own && boxed_header(*own) == boxed_header(record) &&
      memcmp(record_definition(*own), d, (RECORD_KEYS + record_size(record)) * sizeof *d) == 0)
    boxed_ptr(record)[1] = boxed_ptr(*own)[1];
}

void records_init(void) { etf_known_record = known_record; }
