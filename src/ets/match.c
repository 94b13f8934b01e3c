// SPDX-License-Identifier: Apache-2.0
// Runs compiled match specifications. The subject is never copied: results point into it, and what is built goes to a
// scratch heap that the next run uses again, so a traversal that keeps nothing allocates nothing. Called by the bif
// room.
#include "ets/match.h"

#include "term/compare.h"
#include "term/map.h"

enum { SCRATCH_WORDS = 1024 };
static term scratch_words[SCRATCH_WORDS];
static struct heap scratch;

void match_done(void) { heap_discard(&scratch); }

static void scratch_start(void) {
  if (UNLIKELY(scratch.frags || scratch.offheap)) match_done();
  scratch.top = scratch_words;
  scratch.lim = scratch_words + SCRATCH_WORDS;
}

// Builds a list of n elements, which lie on the stack above its tail.
static term make_list(const term *elements, u32 n) {
  term list = elements[-1];
  while (n--) list = cons(&scratch, elements[n], list);
  return list;
}

static term make_tuple(const term *elements, u32 n) {
  term t, *e = heap_tuple(&scratch, n, &t);
  if (!e) return NV;
  memcpy(e, elements, n * sizeof(term));
  return t;
}

static bool is_bool(term t) { return t == ATOM_true || t == ATOM_false; }

// and, or of n values. NV: one of them is no boolean.
static term combine(const term *values, u32 n, bool and) {
  bool result = and;
  for (u32 i = 0; i < n; i++) {
    if (!is_bool(values[i])) return NV;
    if (and) result = result && values[i] == ATOM_true;
    else result = result || values[i] == ATOM_true;
  }
  return make_bool(result);
}

// Runs one clause. NV: it does not match.
static term run_clause(struct match_program *m, u32 start, term subject, struct match_result *result) {
  term *vars = m->stack, *sp = m->stack + m->slot_count; // sp: the next free word
  const term *pool = m->pool;
  const u32 *pc = m->code + start;
  bool body = false;
  *sp++ = subject;
  for (;; pc += 2) {
    u32 n = pc[1];
    term t;
    switch (pc[0]) {
      case M_TUPLE: {
        t = *--sp;
        if (!is_tuple_of(t, n)) return NV;
        const term *e = tuple_elements(t);
        for (u32 i = n; i-- > 0;) *sp++ = e[i];
        continue;
      }
      case M_CONS:
        t = *--sp;
        if (!is_cons(t)) return NV;
        *sp++ = tl(t);
        *sp++ = hd(t);
        continue;
      case M_MAP:
        if (!is_map(sp[-1])) return NV;
        continue;
      case M_KEY:
        t = map_get(sp[-1], pool[n]);
        if (t == NV) return NV;
        *sp++ = t;
        continue;
      case M_SAME:
        if (!term_same(*--sp, pool[n])) return NV;
        continue;
      case M_SKIP: sp--; continue;
      case M_BIND: vars[n] = *--sp; continue;
      case M_EQUAL:
        if (!term_same(*--sp, vars[n])) return NV;
        continue;
      case M_CONST: *sp++ = pool[n]; continue;
      case M_VAR: *sp++ = vars[n]; continue;
      case M_SUBJECT: *sp++ = subject; continue;
      case M_MAKE_TUPLE:
        sp -= n;
        t = make_tuple(sp, n);
        break;
      case M_MAKE_LIST:
        sp -= n;
        t = make_list(sp, n);
        sp--;
        break;
      case M_MAKE_MAP:
        sp -= 2 * (size_t)n;
        t = map_from_pairs(&scratch, sp, n);
        break;
      case M_CALL:
        sp -= match_functions[n].arity;
        t = match_call(&scratch, n, sp, result);
        break;
      case M_AND:
      case M_OR:
        sp -= n;
        t = combine(sp, n, pc[0] == M_AND);
        break;
      case M_ANDALSO:
      case M_ORELSE: {
        t = sp[-1];
        term decided = pc[0] == M_ANDALSO ? ATOM_false : ATOM_true;
        if (is_bool(t) && t != decided) {
          sp--;
          continue;
        }
        if (!is_bool(t)) {
          if (!body) return NV;
          sp[-1] = ATOM_EXIT;
        }
        pc = m->code + n - 2;
        continue;
      }
      case M_TRUE:
        if (*--sp != ATOM_true) return NV;
        continue;
      case M_BODY: body = true; continue;
      case M_DROP: sp--; continue;
      case M_RETURN: return *--sp;
      default: PANIC("no such instruction of a match program");
    }
    if (t == NV) {
      if (!body) return NV;
      t = ATOM_EXIT;
    }
    *sp++ = t;
  }
}

term match_run(struct match_program *m, term subject, struct match_result *result) {
  scratch_start();
  for (u32 i = 0; i < m->clause_count; i++) {
    if (i) scratch_start();
    term t = run_clause(m, m->clauses[i].start, subject, result);
    if (t != NV) return t;
  }
  return NV;
}
