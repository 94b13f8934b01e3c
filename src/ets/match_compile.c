// SPDX-License-Identifier: Apache-2.0
// Compiles match specifications. Patterns and expressions are walked with an explicit stack of work items, so only
// memory limits their depth. How much stack a program needs when it runs is counted while its code is emitted. Called
// by the bif room.
#include "base/alloc.h"
#include "ets/match.h"
#include "term/atom.h"
#include "term/map.h"
#include "term/print.h"
#include "term/ref.h"

enum item_kind { ITEM_TERM, ITEM_EMIT, ITEM_JUMP, ITEM_LABEL };
struct item {
  enum item_kind kind;
  u32 op, operand;
  term t;
};
struct variable {
  term name;
  i32 number;
};

struct compiler {
  struct match_program *m;
  struct bytes *errors;
  enum match_error error;
  struct item *items; // a stack of work still to be done
  u32 item_count, item_cap;
  struct variable *variables; // variables bound by the head of this clause; the index is the slot
  u32 variable_count, variable_cap;
  // For each label the code position of the last jump to it; the operands of these jumps form a chain; 0: none.
  u32 *labels;
  u32 label_count, label_cap;
  u32 depth, max_depth;
};

// --- Growing arrays -------------------------------------------------------------------------------

static bool grow(struct compiler *c, void **array, u32 *cap, u32 wanted, size_t size) {
  if (wanted <= *cap) return true;
  u32 bigger = *cap ? *cap * 2 : 16;
  while (bigger < wanted) bigger *= 2;
  void *fresh = mem_realloc(*array, *cap * size, bigger * size, MEM_BINARY);
  if (!fresh) {
    c->error = MATCH_NO_MEMORY;
    return false;
  }
  *array = fresh;
  *cap = bigger;
  return true;
}
#define GROW(c, array, cap, wanted) grow(c, (void **)&(array), &(cap), wanted, sizeof *(array))

static void push(struct compiler *c, struct item i) {
  if (!GROW(c, c->items, c->item_cap, c->item_count + 1)) return;
  c->items[c->item_count++] = i;
}
static void push_term(struct compiler *c, term t) { push(c, (struct item){ITEM_TERM, 0, 0, t}); }
static void push_emit(struct compiler *c, u32 op, u32 operand) { push(c, (struct item){ITEM_EMIT, op, operand, NIL}); }

static u32 constant(struct compiler *c, term t) {
  struct match_program *m = c->m;
  if (!GROW(c, m->pool, m->pool_cap, m->pool_count + 1)) return 0;
  m->pool[m->pool_count] = t;
  return m->pool_count++;
}

static i32 stack_effect(u32 op, u32 n) {
  switch (op) {
    case M_TUPLE: return (i32)n - 1;
    case M_CONS:
    case M_KEY:
    case M_CONST:
    case M_VAR:
    case M_SUBJECT: return 1;
    case M_SAME:
    case M_SKIP:
    case M_BIND:
    case M_EQUAL:
    case M_MAKE_CONS:
    case M_ANDALSO:
    case M_ORELSE:
    case M_TRUE:
    case M_DROP:
    case M_RETURN: return -1;
    case M_MAKE_TUPLE:
    case M_AND:
    case M_OR: return 1 - (i32)n;
    case M_MAKE_LIST: return -(i32)n;
    case M_MAKE_MAP: return 1 - 2 * (i32)n;
    case M_CALL: return 1 - (i32)match_functions[n].arity;
    default: return 0;
  }
}

static void emit(struct compiler *c, u32 op, u32 operand) {
  struct match_program *m = c->m;
  if (!GROW(c, m->code, m->code_cap, m->code_count + 2)) return;
  m->code[m->code_count++] = op;
  m->code[m->code_count++] = operand;
  c->depth = (u32)((i32)c->depth + stack_effect(op, operand));
  if (c->depth > c->max_depth) c->max_depth = c->depth;
}

// --- Errors ---------------------------------------------------------------------------------------

static void fail(struct compiler *c, const char *before, term t, const char *after) {
  if (c->error) return;
  c->error = MATCH_BAD;
  if (!c->errors) return;
  bytes_text(c->errors, before);
  if (t != NV) print_display(c->errors, t);
  bytes_text(c->errors, after);
}

static void fail_name(struct compiler *c, const char *before, term name, const char *after) {
  if (c->error) return;
  fail(c, before, NV, "");
  if (!c->errors) return;
  size_t len;
  const u8 *text = atom_text(name, &len);
  bytes_append(c->errors, text, len);
  bytes_text(c->errors, after);
}

static void fail_function(struct compiler *c, term name, u32 arity, const char *after) {
  if (c->error) return;
  fail_name(c, "Function ", name, "/");
  if (!c->errors) return;
  bytes_unsigned(c->errors, arity);
  bytes_text(c->errors, after);
}

// --- Variables ------------------------------------------------------------------------------------

int match_variable(term t) {
  if (!is_atom(t)) return -1;
  size_t len;
  const u8 *text = atom_text(t, &len);
  if (len < 2 || len > 10 || text[0] != '$' || (text[1] == '0' && len > 2)) return -1;
  int n = 0;
  for (size_t i = 1; i < len; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    n = n * 10 + (text[i] - '0');
  }
  return n;
}

static i32 slot_of(const struct compiler *c, term name) {
  for (u32 i = 0; i < c->variable_count; i++)
    if (c->variables[i].name == name) return (i32)i;
  return -1;
}

static void bind(struct compiler *c, term name, int number) {
  i32 slot = slot_of(c, name);
  if (slot >= 0) {
    emit(c, M_EQUAL, (u32)slot);
    return;
  }
  if (!GROW(c, c->variables, c->variable_cap, c->variable_count + 1)) return;
  emit(c, M_BIND, c->variable_count);
  c->variables[c->variable_count++] = (struct variable){name, number};
  if (c->variable_count > c->m->slot_count) c->m->slot_count = c->variable_count;
}

// --- Head -----------------------------------------------------------------------------------------

// Keys of map patterns are taken literally, so they may hold no variable.
static bool key_is_plain(struct compiler *c, term key) {
  u32 base = c->item_count;
  push_term(c, key);
  bool plain = true;
  while (c->item_count > base && !c->error) {
    term t = c->items[--c->item_count].t;
    if (t == ATOM_underscore) {
      fail(c, "Underscore found in map key.", NV, "");
      plain = false;
    } else if (match_variable(t) >= 0) {
      fail(c, "Variable found in map key.", NV, "");
      plain = false;
    } else if (is_cons(t)) {
      push_term(c, hd(t));
      push_term(c, tl(t));
    } else if (is_tuple(t)) {
      for (u32 i = 0; i < tuple_arity(t); i++) push_term(c, tuple_elements(t)[i]);
    } else if (is_map(t)) {
      struct map_iter it;
      term k, v;
      map_iter_init(&it, t);
      while (map_iter_next(&it, &k, &v)) {
        push_term(c, k);
        push_term(c, v);
      }
    }
  }
  c->item_count = base;
  return plain && !c->error;
}

static void head_map(struct compiler *c, term map) {
  emit(c, M_MAP, 0);
  push_emit(c, M_SKIP, 0);
  struct map_iter it;
  term key, value;
  map_iter_init(&it, map);
  while (map_iter_next(&it, &key, &value)) {
    if (!key_is_plain(c, key)) return;
    push_term(c, value);
    push_emit(c, M_KEY, constant(c, key));
  }
}

static void head_term(struct compiler *c, term t) {
  int number;
  if (t == ATOM_underscore) {
    emit(c, M_SKIP, 0);
  } else if ((number = match_variable(t)) >= 0) {
    bind(c, t, number);
  } else if (is_cons(t)) {
    emit(c, M_CONS, 0);
    push_term(c, tl(t));
    push_term(c, hd(t));
  } else if (is_tuple(t)) {
    u32 n = tuple_arity(t);
    emit(c, M_TUPLE, n);
    while (n--) push_term(c, tuple_elements(t)[n]);
  } else if (is_map(t)) {
    head_map(c, t);
  } else {
    emit(c, M_SAME, constant(c, t));
  }
}

static void compile_head(struct compiler *c, term head) {
  c->variable_count = 0;
  c->depth = 1;
  if (c->max_depth < 1) c->max_depth = 1;
  push_term(c, head);
  while (c->item_count && !c->error) {
    struct item i = c->items[--c->item_count];
    if (i.kind == ITEM_TERM) head_term(c, i.t);
    else emit(c, i.op, i.operand);
  }
}

// --- Guards and bodies ----------------------------------------------------------------------------

static bool is_special_atom(term t) {
  return t == ATOM_dollar_underscore || t == ATOM_dollar_dollar || match_variable(t) >= 0;
}

static bool is_plain(term t) { return !is_cons(t) && !is_tuple(t) && !is_map(t) && !is_special_atom(t); }

static void all_variables(struct compiler *c) {
  emit(c, M_CONST, constant(c, NIL));
  // MAKE_LIST takes the tail first, then the elements in order.
  i32 last = -1;
  for (u32 n = 0; n < c->variable_count; n++) {
    i32 best = -1;
    for (u32 i = 0; i < c->variable_count; i++) {
      i32 number = c->variables[i].number;
      if (number > last && (best < 0 || number < c->variables[best].number)) best = (i32)i;
    }
    emit(c, M_VAR, (u32)best);
    last = c->variables[best].number;
  }
  emit(c, M_MAKE_LIST, c->variable_count);
}

static void expression_atom(struct compiler *c, term t) {
  if (t == ATOM_dollar_underscore) {
    emit(c, M_SUBJECT, 0);
  } else if (t == ATOM_dollar_dollar) {
    all_variables(c);
  } else if (match_variable(t) >= 0) {
    i32 slot = slot_of(c, t);
    if (slot < 0) fail_name(c, "Variable ", t, " is unbound.");
    else emit(c, M_VAR, (u32)slot);
  } else {
    emit(c, M_CONST, constant(c, t));
  }
}

// Pushes work items that evaluate the n terms at e in order.
static void push_terms(struct compiler *c, const term *e, u32 n) {
  while (n--) push_term(c, e[n]);
}

static void expression_list(struct compiler *c, term list) {
  u32 n = 0;
  bool plain = true;
  term l = list;
  for (; is_cons(l); l = tl(l), n++) plain = plain && is_plain(hd(l));
  if (plain && is_plain(l)) {
    emit(c, M_CONST, constant(c, list));
    return;
  }
  push_emit(c, M_MAKE_LIST, n);
  // The tail is evaluated first; the elements follow in order.
  u32 base = c->item_count;
  for (l = list; is_cons(l); l = tl(l)) push_term(c, hd(l));
  if (c->error) return;
  for (u32 i = base, j = c->item_count - 1; i < j; i++, j--) {
    struct item swap = c->items[i];
    c->items[i] = c->items[j];
    c->items[j] = swap;
  }
  push_term(c, l);
}

static void expression_map(struct compiler *c, term map) {
  u32 n = (u32)map_size(map);
  push_emit(c, M_MAKE_MAP, n);
  struct map_iter it;
  term key, value;
  map_iter_init(&it, map);
  u32 base = c->item_count;
  while (map_iter_next(&it, &key, &value)) {
    push_term(c, key);
    push_term(c, value);
  }
  if (c->error || c->item_count == base) return;
  for (u32 i = base, j = c->item_count - 1; i < j; i++, j--) {
    struct item swap = c->items[i];
    c->items[i] = c->items[j];
    c->items[j] = swap;
  }
}

static void short_circuit(struct compiler *c, u32 op, const term *args, u32 n) {
  if (!GROW(c, c->labels, c->label_cap, c->label_count + 1)) return;
  u32 label = c->label_count++;
  c->labels[label] = 0;
  push(c, (struct item){ITEM_LABEL, 0, label, NIL});
  while (n--) {
    push_term(c, args[n]);
    if (n) push(c, (struct item){ITEM_JUMP, op, label, NIL});
  }
}

static void call(struct compiler *c, term whole, term name, const term *args, u32 n) {
  if (name == ATOM_const) {
    if (n == 1) emit(c, M_CONST, constant(c, args[0]));
    else fail(c, "Special form 'const' called with more than one argument in ", whole, ".");
    return;
  }
  bool and = name == ATOM_and, or = name == ATOM_or, andalso = name == ATOM_andalso, orelse = name == ATOM_orelse;
  if (and || or || andalso || orelse) {
    if (n == 0) {
      fail(c,
           and       ? "Special form 'and' called without arguments in "
           : or      ? "Special form 'or' called without arguments in "
           : andalso ? "Special form 'andalso' called without arguments in "
                     : "Special form 'orelse' called without arguments in ",
           whole, ".");
    } else if (and || or) {
      push_emit(c, and? M_AND : M_OR, n);
      push_terms(c, args, n);
    } else {
      short_circuit(c, andalso ? M_ANDALSO : M_ORELSE, args, n);
    }
    return;
  }
  int index = match_function_find(name, n);
  if (index < 0) {
    fail_function(c, name, n, " does_not_exist.");
  } else if (match_functions[index].trace && !c->m->trace) {
    fail_function(c, name, n, " cannot be called in this context.");
  } else {
    push_emit(c, M_CALL, (u32)index);
    push_terms(c, args, n);
  }
}

static void expression_tuple(struct compiler *c, term t) {
  u32 n = tuple_arity(t);
  const term *e = tuple_elements(t);
  if (n == 1 && is_tuple(e[0])) {
    push_emit(c, M_MAKE_TUPLE, tuple_arity(e[0]));
    push_terms(c, tuple_elements(e[0]), tuple_arity(e[0]));
  } else if (n > 0 && is_atom(e[0]) && !is_special_atom(e[0])) {
    call(c, t, e[0], e + 1, n - 1);
  } else {
    fail(c, "", t, " is neither a function call, nor a tuple (tuples are written {{ ... }}).");
  }
}

static void expression(struct compiler *c, term t) {
  if (is_atom(t)) expression_atom(c, t);
  else if (is_cons(t)) expression_list(c, t);
  else if (is_tuple(t)) expression_tuple(c, t);
  else if (is_map(t)) expression_map(c, t);
  else emit(c, M_CONST, constant(c, t));
}

static void jump(struct compiler *c, u32 op, u32 label) {
  emit(c, op, c->labels[label]);
  c->labels[label] = c->m->code_count - 1;
}

static void land(struct compiler *c, u32 label) {
  u32 at = c->labels[label];
  while (at) {
    u32 next = c->m->code[at];
    c->m->code[at] = c->m->code_count;
    at = next;
  }
}

static void compile_expression(struct compiler *c, term t) {
  push_term(c, t);
  while (c->item_count && !c->error) {
    struct item i = c->items[--c->item_count];
    switch (i.kind) {
      case ITEM_TERM: expression(c, i.t); break;
      case ITEM_EMIT: emit(c, i.op, i.operand); break;
      case ITEM_JUMP: jump(c, i.op, i.operand); break;
      case ITEM_LABEL: land(c, i.operand); break;
    }
  }
}

// --- Programs -------------------------------------------------------------------------------------

static void compile_clause(struct compiler *c, struct match_clause *clause, term head, term guards, term body) {
  clause->head = head;
  clause->start = c->m->code_count;
  compile_head(c, head);
  if (!is_list(guards)) fail(c, "Match expression is not a list.", NV, "");
  for (; is_cons(guards) && !c->error; guards = tl(guards)) {
    compile_expression(c, hd(guards));
    emit(c, M_TRUE, 0);
  }
  if (guards != NIL) fail(c, "Match expression is not a proper list.", NV, "");
  if (!is_cons(body)) fail(c, "Body clause does not return anything.", NV, "");
  emit(c, M_BODY, 0);
  for (; is_cons(body) && !c->error; body = tl(body)) {
    compile_expression(c, hd(body));
    emit(c, is_cons(tl(body)) ? M_DROP : M_RETURN, 0);
  }
  if (body != NIL) fail(c, "Match expression is not a proper list.", NV, "");
}

static void compiler_finish(struct compiler *c) {
  mem_free(c->items, c->item_cap * sizeof *c->items, MEM_BINARY);
  mem_free(c->variables, c->variable_cap * sizeof *c->variables, MEM_BINARY);
  mem_free(c->labels, c->label_cap * sizeof *c->labels, MEM_BINARY);
  struct match_program *m = c->m;
  if (c->error) return;
  m->stack_words = m->slot_count + c->max_depth + 1;
  m->stack = mem_alloc(m->stack_words * sizeof(term), MEM_BINARY);
  if (!m->stack) c->error = MATCH_NO_MEMORY;
}

void match_free(struct match_program *m) {
  mem_free(m->clauses, m->clause_count * sizeof *m->clauses, MEM_BINARY);
  mem_free(m->code, m->code_cap * sizeof *m->code, MEM_BINARY);
  mem_free(m->pool, m->pool_cap * sizeof *m->pool, MEM_BINARY);
  mem_free(m->stack, m->stack_words * sizeof(term), MEM_BINARY);
  ets_box_clear(&m->spec);
  mem_free(m, sizeof *m, MEM_BINARY);
}

static struct match_program *program_new(term spec, u32 clauses) {
  struct match_program *m = mem_calloc(sizeof *m, MEM_BINARY);
  if (!m) return NULL;
  m->spec.value = NIL;
  m->clauses = mem_calloc((clauses ? clauses : 1) * sizeof *m->clauses, MEM_BINARY);
  m->clause_count = clauses ? clauses : 1; // so that the right size is freed
  if (m->clauses && ets_box_set(&m->spec, spec)) return m;
  if (!m->clauses) m->clause_count = 0;
  match_free(m);
  return NULL;
}

static void compile_clauses(struct compiler *c, term spec) {
  for (u32 i = 0; is_cons(spec) && !c->error; spec = tl(spec), i++) {
    term clause = hd(spec);
    if (!is_tuple_of(clause, 3)) {
      fail(c, "Match program part is not a tuple of arity 3.", NV, "");
      return;
    }
    const term *e = tuple_elements(clause);
    compile_clause(c, &c->m->clauses[i], e[0], e[1], e[2]);
  }
}

static enum match_error finish(struct compiler *c, struct match_program **out) {
  compiler_finish(c);
  if (c->error) match_free(c->m);
  else *out = c->m;
  return c->error;
}

enum match_error match_compile(term spec, enum match_mode mode, struct bytes *errors, struct match_program **out) {
  struct compiler c = {.errors = errors};
  u32 n = 0;
  term l = spec;
  for (; is_cons(l); l = tl(l)) n++;
  if (l != NIL || (n == 0 && mode != MATCH_TABLE_OR_EMPTY)) {
    fail(&c, "Match programs are not in a list.", NV, "");
    return c.error;
  }
  c.m = program_new(spec, n);
  if (!c.m) return MATCH_NO_MEMORY;
  c.m->trace = mode == MATCH_TRACE;
  if (n == 0) c.m->clauses[0].head = NIL; // it matches no row
  compile_clauses(&c, c.m->spec.value);
  if (n == 0) {
    compile_head(&c, NIL);
    emit(&c, M_BODY, 0);
    emit(&c, M_SUBJECT, 0);
    emit(&c, M_RETURN, 0);
  }
  return finish(&c, out);
}

enum match_error match_compile_pattern(term pattern, bool object, struct match_program **out) {
  struct compiler c = {.errors = NULL};
  c.m = program_new(pattern, 1);
  if (!c.m) return MATCH_NO_MEMORY;
  term body[2] = {object ? ATOM_dollar_underscore : ATOM_dollar_dollar, NIL};
  compile_clause(&c, &c.m->clauses[0], c.m->spec.value, NIL, make_cons(body));
  return finish(&c, out);
}

// --- References -----------------------------------------------------------------------------------

static size_t resource_bytes(void) { return sizeof(struct refc) + sizeof(struct match_program *); }

struct match_program *match_of_resource(struct refc *r) {
  struct match_program *m;
  memcpy(&m, r->data, sizeof m);
  return m;
}

static void resource_destroy(struct refc *r) {
  match_free(match_of_resource(r));
  mem_free(r, resource_bytes(), MEM_BINARY);
}

struct refc *match_resource_new(struct match_program *m) {
  struct refc *r = mem_alloc(resource_bytes(), MEM_BINARY);
  if (!r) {
    match_free(m);
    return NULL;
  }
  r->refs = 1;
  r->type = RESOURCE_MATCH_SPEC;
  r->size = 0;
  r->cap = sizeof m;
  r->destroy = resource_destroy;
  memcpy(r->data, &m, sizeof m);
  return r;
}

struct match_program *match_of(term ref) {
  struct refc *r = ref_resource(ref);
  return r && r->type == RESOURCE_MATCH_SPEC ? match_of_resource(r) : NULL;
}
