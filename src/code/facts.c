// SPDX-License-Identifier: Apache-2.0
// What the proof of a module's code knows at a point of it, and how that joins where several ways meet: see facts.h.
#include "code/facts.h"

#include "base/alloc.h"

bool facts_fail(struct prove *p, const char *what) {
  if (!p->what) p->what = what;
  return false;
}

// --- Registers ----------------------------------------------------------------------------------

struct fact *facts_register(struct prove *p, const struct beam_arg *a) {
  return a->kind == BEAM_X ? &p->x[a->value] : &p->y[a->value];
}

struct fact facts_x(const struct prove *p, u32 n) {
  return n < p->nx ? p->x[n] : (struct fact){0, 0};
}

void facts_prune(struct prove *p, u32 live) {
  if (p->nx > live) p->nx = live;
}

static bool register_readable(struct prove *p, const struct beam_arg *a) {
  if (a->kind == BEAM_X ? a->value >= p->nx : a->value >= p->ny)
    return facts_fail(p, "a register is read that was not written");
  u32 kind = KIND_OF(facts_register(p, a)->is);
  if (kind == UNWRITTEN || kind == CAUGHT) return facts_fail(p, "a register is read that was not written");
  return kind != CATCH || facts_fail(p, "a catch is read as a term");
}

bool facts_readable(struct prove *p, const struct beam_arg *a) {
  return (a->kind != BEAM_X && a->kind != BEAM_Y) || register_readable(p, a);
}

bool facts_x_readable(struct prove *p, u32 from, u32 to) {
  for (u32 n = from; n < to; n++)
    if (!register_readable(p, &(struct beam_arg){.kind = BEAM_X, .value = n})) return false;
  return true;
}

static u32 join_types(u32 a, u32 b, bool back) {
  if (a == b) return a;
  u32 k = KIND_OF(a), l = KIND_OF(b);
  if (k == UNWRITTEN || l == UNWRITTEN) return UNWRITTEN;
  if (k == CAUGHT || l == CAUGHT) return FACT(CAUGHT, 0);
  if (k == TUPLE && l == TUPLE && !back) return NUMBER_OF(a) < NUMBER_OF(b) ? a : b;
  if ((k == CONS || k == LIST) && (l == CONS || l == LIST)) return FACT(LIST, 0);
  return FACT(ANY, 0);
}

// The handlers of open catches see this frame too, as it is from now on.
bool facts_tell_handlers(struct prove *p, u32 y) {
  for (u32 n = 0; n < p->ny; n++) {
    if (KIND_OF(p->y[n].is) != CATCH) continue;
    struct arrival *at = &p->labels[NUMBER_OF(p->y[n].is)];
    if (y >= at->ny) continue;
    struct fact *there = &at->facts[at->nx + y];
    u32 joined = join_types(there->is, p->y[y].is, at->defined);
    if (joined == there->is && there->same == 0) continue;
    if (at->defined && (joined != there->is || there->same)) p->again = true;
    *there = (struct fact){joined, 0};
  }
  return true;
}

bool facts_write_as(struct prove *p, const struct beam_arg *a, struct fact fact) {
  u32 n = (u32)a->value;
  if (a->kind == BEAM_Y) {
    if (n >= p->ny) return facts_fail(p, "a Y register beyond the frame");
    if (KIND_OF(p->y[n].is) == CATCH) return facts_fail(p, "a catch is written over");
    p->y[n] = fact;
    return facts_tell_handlers(p, n);
  }
  while (p->nx <= n) p->x[p->nx++] = (struct fact){0, 0};
  p->x[n] = fact;
  return true;
}

bool facts_write(struct prove *p, const struct beam_arg *a, u32 is) {
  return facts_write_as(p, a, (struct fact){is, ++p->counter});
}
bool facts_write_x(struct prove *p, u32 n, u32 is) {
  return facts_write(p, &(struct beam_arg){.kind = BEAM_X, .value = n}, is);
}

// A test has told more of a register, and of all that hold the same term.
void facts_refine(struct prove *p, const struct beam_arg *a, u32 is) {
  if (a->kind != BEAM_X && a->kind != BEAM_Y) return;
  struct fact *r = facts_register(p, a);
  u32 same = r->same, old = r->is;
  if (KIND_OF(old) == FRESH || KIND_OF(old) == CONTEXT) return;
  if (KIND_OF(old) == TUPLE && (KIND_OF(is) != TUPLE || NUMBER_OF(old) > NUMBER_OF(is))) return;
  r->is = is;
  for (u32 n = 0; same && n < p->nx; n++)
    if (p->x[n].same == same) p->x[n].is = is;
  for (u32 n = 0; same && n < p->ny; n++)
    if (p->y[n].same == same) p->y[n].is = is;
}

u32 facts_of_literal(const struct beam_file *f, i64 n) {
  struct beam_slice s = f->literals[n];
  if (s.len < 6) return FACT(ANY, 0);
  const u8 *b = s.data + 1;
  if (b[0] == 'h') return FACT(TUPLE, b[1]);
  if (b[0] == 'i' && b[1] == 0) return FACT(TUPLE, (u32)b[2] << 16 | (u32)b[3] << 8 | b[4]);
  if (b[0] == 'l' && (b[1] | b[2] | b[3] | b[4])) return FACT(CONS, 0);
  if (b[0] == 'k' && (b[1] | b[2])) return FACT(CONS, 0);
  return FACT(b[0] == 't' ? MAP : ANY, 0);
}

struct fact facts_of_source(struct prove *p, const struct beam_arg *a) {
  if (a->kind == BEAM_X || a->kind == BEAM_Y) return *facts_register(p, a);
  return (struct fact){a->kind == BEAM_LITERAL ? facts_of_literal(p->f, a->value) : FACT(ANY, 0), 0};
}

// Checks that the frame is fully written, because the collector and exceptions read all of it.
bool facts_whole_frame(struct prove *p) {
  for (u32 n = 0; n < p->ny; n++)
    if (KIND_OF(p->y[n].is) == UNWRITTEN) return facts_fail(p, "a Y register is not written where the stack is read");
  return true;
}

// --- Labels -------------------------------------------------------------------------------------

static bool arrival_start(struct prove *p, struct arrival *at) {
  u32 n = p->nx + p->ny;
  at->cap = (u16)(n ? n : 1);
  at->facts = mem_alloc(at->cap * sizeof *at->facts, MEM_CODE);
  if (!at->facts) return facts_fail(p, "out of memory");
  at->nx = (u16)p->nx, at->ny = (u16)p->ny;
  for (u32 k = 0; k < p->nx; k++) at->facts[k] = p->x[k];
  for (u32 k = 0; k < p->ny; k++) at->facts[p->nx + k] = p->y[k];
  at->heap = p->heap, at->floats = p->floats, at->building = p->building;
  at->known = true;
  return true;
}

void facts_arrival_free(struct arrival *at) {
  if (at->facts) mem_free(at->facts, at->cap * sizeof *at->facts, MEM_CODE);
  at->facts = NULL;
  at->known = false;
}

// Joins the facts about one register. True: less is known than before.
static bool join_fact(struct fact *there, struct fact here, bool back) {
  u32 is = join_types(there->is, here.is, back), same = there->same == here.same ? there->same : 0;
  bool less = is != there->is || same != there->same;
  *there = (struct fact){is, same};
  return less;
}

static bool same_catch(u32 a, u32 b) { return a == b || (KIND_OF(a) != CATCH && KIND_OF(b) != CATCH); }

static bool arrival_join(struct prove *p, struct arrival *at) {
  bool less = false, back = at->defined;
  for (u32 k = 0; k < at->nx; k++) less |= join_fact(&at->facts[k], facts_x(p, k), back);
  if (p->ny < at->ny) at->ny = (u16)p->ny; // the frames have several sizes: such code only raises
  for (u32 k = 0; k < at->ny; k++) {
    if (!same_catch(at->facts[at->nx + k].is, p->y[k].is)) return facts_fail(p, "a catch is open on one way only");
    less |= join_fact(&at->facts[at->nx + k], p->y[k], back);
  }
  u32 heap = p->heap < at->heap ? (back ? 0 : p->heap) : at->heap;
  u64 floats = at->floats & p->floats;
  bool building = at->building && p->building && !back;
  less |= heap != at->heap || floats != at->floats || building != at->building;
  at->heap = heap, at->floats = floats, at->building = building;
  if (less && back) p->again = true;
  return true;
}

bool facts_arrive(struct prove *p, i64 label) {
  struct arrival *at = &p->labels[label];
  if ((u32)label == p->info) return facts_x_readable(p, 0, p->arity) && facts_whole_frame(p);
  if (!at->wanted && !at->seen) p->pending++;
  at->wanted = true;
  if (at->function == 0) at->function = p->function;
  if (at->function != p->function) return facts_fail(p, "a jump into another function");
  if (!at->known) {
    if (at->defined) p->again = true;
    return arrival_start(p, at);
  }
  return arrival_join(p, at);
}

bool facts_branch(struct prove *p, const struct beam_arg *a) {
  return a->kind != BEAM_F || a->value == 0 || facts_arrive(p, a->value);
}

// A jump where something is known of a register that is not known on the way on.
bool facts_branch_as(struct prove *p, const struct beam_arg *to, const struct beam_arg *a, u32 is) {
  if (a->kind != BEAM_X && a->kind != BEAM_Y) return facts_branch(p, to);
  struct fact before = *facts_register(p, a);
  facts_register(p, a)->is = is;
  bool good = facts_branch(p, to);
  *facts_register(p, a) = before;
  return good;
}

// At a label: continues with what all paths to it have in common.
bool facts_at_label(struct prove *p) {
  u32 label = (u32)p->i.args[0].value;
  struct arrival *at = &p->labels[label];
  if (p->arities[label]) { // the entry of the function
    if (!at->seen) facts_arrival_free(at);
    p->nx = p->ny = p->heap = 0;
    p->floats = 0;
    p->building = false;
    for (u32 k = 0; k < p->arity; k++)
      if (!facts_write_x(p, k, FACT(ANY, 0))) return false;
    p->reached = true;
  }
  if (at->function == 0) at->function = p->function;
  if (at->function != p->function) return facts_fail(p, "a jump into another function");
  if (p->reached && !facts_arrive(p, label)) return false;
  if (at->wanted && !at->seen) p->pending--;
  if (!at->seen) p->order[p->order_count++] = label;
  at->defined = at->seen = true;
  p->last_label = label;
  p->reached = at->known;
  if (!at->known) return true;
  p->nx = at->nx, p->ny = at->ny;
  for (u32 k = 0; k < p->nx; k++) p->x[k] = at->facts[k];
  for (u32 k = 0; k < p->ny; k++) p->y[k] = at->facts[at->nx + k];
  p->heap = at->heap, p->floats = at->floats, p->building = at->building;
  return true;
}
