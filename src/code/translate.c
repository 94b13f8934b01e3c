// SPDX-License-Identifier: Apache-2.0
// Generic BEAM instructions to internal operations: operands resolved to addresses and offsets, common
// shapes specialised by operand kind, common pairs fused. Runs after check.c has proven every operand in
// range, so it fails only for want of memory, an opcode it lacks, or a guard BIF the VM lacks.
//
// ctx lies above this room; only the addresses of its registers are needed here.
#include "code/translate.h"

#include "code/loader.h"

#include "base/alloc.h"
#include "code/records.h"

static term *x_registers;
static double *float_registers;
void translate_set_registers(term *x, double *f) {
  x_registers = x;
  float_registers = f;
}
cword operand_x(i64 n) { return (cword)&x_registers[n]; }
static cword operand_float(i64 n) { return (cword)&float_registers[n]; }

static void source(struct emit *e, const struct beam_arg *a) { emit_word(e, operand_source(e, a)); }
static void dest(struct emit *e, const struct beam_arg *a) { emit_word(e, operand_dest(a)); }
static bool is_x(const struct beam_arg *a) { return a->kind == BEAM_X; }

static void translate_move(struct emit *e, const struct beam_arg *from, const struct beam_arg *to) {
  if (from->kind == BEAM_FR || to->kind == BEAM_FR) emit_fail(e, "move of a float register");
  bool y = arg_is_y(from), to_y = arg_is_y(to);
  emit_op(e, y ? (to_y ? OP_move_yy : OP_move_yx) : to_y ? OP_move_ay : OP_move_ax);
  emit_word(e, y ? operand_y(from->value) : operand_source(e, from));
  emit_word(e, to_y ? operand_y(to->value) : operand_x(to->value));
}

// --- calls
static void translate_call(struct emit *e, i64 label) {
  emit_op(e, OP_call);
  emit_label_ref(e, label);
}

static void translate_call_only(struct emit *e, i64 label) {
  emit_op(e, OP_call_only);
  emit_label_ref(e, label);
  emit_unreachable(e);
}

// A function that does nothing but call erlang:nif_error stands for one that OTP has in C. Ours is a BIF, or in a
// module of our own (code_native_module); of what we lack the stub stays and raises its error.
static bool translate_stub(struct emit *e, const struct export *called) {
  if (called->module != ATOM_erlang || called->function != ATOM_nif_error || e->function_count == 0) return false;
  const struct function_info *f = &e->functions[e->function_count - 1];
  u32 entry = f->offset + FUNC_INFO_WORDS;
  if (e->before_last != NO_OP || e->last != entry) return false;
  struct export *own = export_find(e->s->m->name, f->name, f->arity);
  if (!own || !own->bif) {
    size_t n;
    const u8 *name = atom_text(e->s->m->name, &n);
    term module = code_native_module(name, n);
    if (module == NV) return false;
    own = export_get(module, f->name, f->arity);
    if (!own) emit_fail(e, "out of memory");
    if (!own) return true;
  }
  emit_truncate(e, entry);
  emit_op(e, own->bif ? OP_call_bif_only : OP_call_ext_only);
  emit_word(e, (cword)own);
  emit_unreachable(e);
  return true;
}

// The one function that is no stub and leads to ours all the same: code_server:is_loaded/1 (OTP 26 on) reads a table
// that a bare VM does not have. What is translated after this is never reached.
static void lead_is_loaded(struct emit *e) {
  const struct function_info *f = e->function_count ? &e->functions[e->function_count - 1] : NULL;
  if (!f || f->name != ATOM_is_loaded || f->arity != 1 || e->len != f->offset + FUNC_INFO_WORDS) return;
  struct export *own = export_get(ATOM_spawnlink_code, ATOM_is_loaded, 1);
  if (!own) emit_fail(e, "out of memory");
  emit_op(e, OP_call_ext_only);
  emit_word(e, (cword)own);
  emit_unreachable(e);
}

static void translate_call_ext(struct emit *e, const struct beam_instr *i) {
  struct export *x = e->s->imports[ARG(1)->value];
  if (i->op == GENOP_call_ext_only && translate_stub(e, x)) return;
  bool bif = x->bif != NULL;
  switch (i->op) {
    case GENOP_call_ext: emit_op(e, bif ? OP_call_bif : OP_call_ext); break;
    case GENOP_call_ext_only: emit_op(e, bif ? OP_call_bif_only : OP_call_ext_only); break;
    default: emit_op(e, bif ? OP_call_bif_last : OP_call_ext_last); break;
  }
  emit_word(e, (cword)x);
  if (i->op == GENOP_call_ext_last) emit_word(e, (cword)(ARG(2)->value + 1) * sizeof(term));
  if (i->op != GENOP_call_ext) emit_unreachable(e);
}

// X registers other than the arguments die in the call: a fun just loaded from Y is taken from there.
static void translate_call_fun2(struct emit *e, const struct beam_instr *i) {
  cword fun = operand_source(e, ARG(2));
  const cword *last = e->last == NO_OP ? NULL : e->words + e->last;
  if (last && last[0] == OP_move_yx && last[2] == fun && ARG(2)->kind == BEAM_X && ARG(2)->value >= ARG(1)->value) {
    fun = last[1] | 1;
    emit_truncate(e, e->last);
    e->last = e->before_last;
  }
  // A loop over a list that calls the fun it has just kept in its frame.
  cword *list = e->last == NO_OP ? NULL : e->words + e->last;
  if (list && list[0] == OP_is_cons_allocate_move_get_list && fun == (list[5] | 1))
    list[0] = OP_is_cons_allocate_move_get_list_call_fun2;
  emit_op(e, OP_call_fun2);
  emit_word(e, fun);
  emit_word(e, (cword)ARG(1)->value);
}

static void translate_make_fun(struct emit *e, const struct beam_instr *i) {
  emit_op(e, OP_make_fun);
  emit_word(e, (cword)e->s->m->funs[ARG(0)->value]);
  dest(e, ARG(1));
  emit_word(e, i->list_count);
  for (u32 k = 0; k < i->list_count; k++) source(e, &i->list[k]);
}

// As compilers before OTP 24 say it: the free variables are in x0 on, the fun goes to x0.
static void translate_make_fun2(struct emit *e, const struct beam_instr *i) {
  const struct fun_entry *fun = e->s->m->funs[ARG(0)->value];
  emit_op(e, OP_make_fun);
  emit_word(e, (cword)fun);
  emit_word(e, operand_x(0));
  emit_word(e, fun->free_count);
  for (u32 k = 0; k < fun->free_count; k++) emit_word(e, operand_x(k));
}

// The compiler has no tail calls of funs: call_fun, deallocate, return are one. Without it a loop of funs
// would grow the stack.
static bool take_fun_tail_call(struct emit *e) {
  if (e->last == NO_OP || e->before_last == NO_OP || e->words[e->last] != OP_deallocate) return false;
  cword *call = e->words + e->before_last, *deallocate = e->words + e->last;
  if (call[0] == OP_call_fun && call + 2 == deallocate) call[0] = OP_call_fun_last;
  else if (call[0] == OP_call_fun2 && call + 3 == deallocate) call[0] = OP_call_fun2_last;
  else return false;
  deallocate[0] = deallocate[1];
  emit_truncate(e, e->last + 1);
  e->last = e->before_last;
  return true;
}

static void translate_return(struct emit *e) {
  if (!take_fun_tail_call(e)) emit_op(e, OP_return);
  emit_unreachable(e);
}

// --- frames
static cword frame_bytes(i64 n) { return (cword)(n + 1) * sizeof(term); }

static void translate_allocate(struct emit *e, i64 stack, i64 heap, i64 live) {
  emit_op(e, heap ? OP_allocate_heap : OP_allocate);
  emit_word(e, frame_bytes(stack));
  if (heap) {
    emit_word(e, (cword)heap);
    emit_word(e, (cword)live);
  }
  emit_frame(e, FRAME_PUSHED);
}

// allocate_zero and allocate_heap_zero of compilers before OTP 24.
static void translate_allocate_zero(struct emit *e, i64 stack, i64 heap, i64 live) {
  translate_allocate(e, stack, heap, live);
  if (stack == 0) return;
  emit_op(e, OP_init_yregs);
  emit_word(e, (cword)stack);
  for (i64 k = 0; k < stack; k++) emit_word(e, operand_y(k));
}

static void translate_init_yregs(struct emit *e, const struct beam_instr *i) {
  if (i->list_count == 1) {
    emit_op(e, OP_init_y);
    emit_word(e, operand_y(i->list[0].value));
    return;
  }
  emit_op(e, OP_init_yregs);
  emit_word(e, i->list_count);
  for (u32 k = 0; k < i->list_count; k++) emit_word(e, operand_y(i->list[k].value));
}

// --- tests
static void test(struct emit *e, const struct beam_instr *i, cword op) {
  emit_op(e, op);
  source(e, ARG(1));
  emit_label_ref(e, ARG(0)->value);
}
static void test_ay(struct emit *e, const struct beam_instr *i, cword op_a, cword op_y) {
  bool y = arg_is_y(ARG(1));
  emit_op(e, y ? op_y : op_a);
  emit_word(e, y ? operand_y(ARG(1)->value) : operand_source(e, ARG(1)));
  emit_label_ref(e, ARG(0)->value);
}
static void test2(struct emit *e, const struct beam_instr *i, cword op) {
  emit_op(e, op);
  source(e, ARG(1));
  source(e, ARG(2));
  emit_label_ref(e, ARG(0)->value);
}

static void translate_test_arity(struct emit *e, const struct beam_instr *i) {
  bool y = arg_is_y(ARG(1));
  cword from = y ? operand_y(ARG(1)->value) : operand_source(e, ARG(1));
  cword header = (cword)(u32)MAKE_HEADER(0, ARG(2)->value); // KIND_TUPLE is 0
  if (e->any_type) {
    emit_op(e, y ? OP_is_tuple_of_arity_y : OP_is_tuple_of_arity_a);
    emit_word(e, from);
    emit_label_ref(e, ARG(0)->value);
    emit_word(e, header);
    return;
  }
  if (e->last != NO_OP && e->words[e->last] == (cword)(y ? OP_is_tuple_y : OP_is_tuple_a) &&
      e->words[e->last + 1] == from && e->words[e->last + 2] == (cword)ARG(0)->value) {
    e->words[e->last] = y ? OP_is_tuple_of_arity_y : OP_is_tuple_of_arity_a;
    emit_word(e, header);
    return;
  }
  emit_op(e, y ? OP_test_arity_y : OP_test_arity_a);
  emit_word(e, from);
  emit_label_ref(e, ARG(0)->value);
  emit_word(e, header);
}

static void translate_tagged_tuple(struct emit *e, const struct beam_instr *i) {
  cword atom;
  if (!operand_immediate(e, ARG(3), &atom)) emit_fail(e, "is_tagged_tuple without an atom");
  emit_op(e, OP_is_tagged_tuple);
  source(e, ARG(1));
  emit_label_ref(e, ARG(0)->value);
  emit_word(e, (cword)(u32)MAKE_HEADER(0, ARG(2)->value));
  emit_word(e, atom);
}

static void translate_eq_exact(struct emit *e, const struct beam_instr *i, bool equal) {
  cword imm;
  const struct beam_arg *a = ARG(1), *b = ARG(2);
  if (operand_immediate(e, a, &imm) && arg_is_register(b)) {
    const struct beam_arg *t = a;
    a = b;
    b = t;
  }
  if (arg_is_register(a) && operand_immediate(e, b, &imm)) {
    bool y = arg_is_y(a);
    emit_op(e, equal ? (y ? OP_is_eq_exact_yi : OP_is_eq_exact_ai) : (y ? OP_is_ne_exact_yi : OP_is_ne_exact_ai));
    emit_word(e, y ? operand_y(a->value) : operand_x(a->value));
    emit_label_ref(e, ARG(0)->value);
    emit_word(e, imm);
    return;
  }
  test2(e, i, equal ? OP_is_eq_exact : OP_is_ne_exact);
}

static bool small_immediate(struct emit *e, const struct beam_arg *a, cword *out) {
  return (a->kind == BEAM_I || a->kind == BEAM_H) && operand_immediate(e, a, out);
}

static void translate_order(struct emit *e, const struct beam_instr *i, cword ai, cword ia, cword aa, cword ss) {
  cword imm;
  bool left = is_x(ARG(1)) && small_immediate(e, ARG(2), &imm);
  if (left || (is_x(ARG(2)) && small_immediate(e, ARG(1), &imm))) {
    emit_op(e, left ? ai : ia);
    emit_word(e, operand_x((left ? ARG(1) : ARG(2))->value));
    emit_label_ref(e, ARG(0)->value);
    emit_word(e, imm);
  } else {
    test2(e, i, arg_is_y(ARG(1)) || arg_is_y(ARG(2)) ? ss : aa);
  }
}

// --- data
static void translate_get_list(struct emit *e, const struct beam_instr *i) {
  const cword *last = e->last == NO_OP ? NULL : e->words + e->last;
  if (last && last[0] == OP_is_cons_a && !arg_is_y(ARG(0)) && last[1] == operand_source(e, ARG(0)) && is_x(ARG(1)) &&
      is_x(ARG(2))) {
    emit_fuse(e, e->last, OP_is_cons_get_list);
    dest(e, ARG(1));
    dest(e, ARG(2));
    return;
  }
  if (last && last[0] == OP_is_cons_allocate_move && is_x(ARG(0)) && last[1] == operand_source(e, ARG(0)) &&
      is_x(ARG(1)) && arg_is_y(ARG(2))) {
    emit_fuse(e, e->last, OP_is_cons_allocate_move_get_list);
    dest(e, ARG(1));
    emit_word(e, operand_y(ARG(2)->value));
    return;
  }
  if (is_x(ARG(1)) && is_x(ARG(2))) {
    bool y = arg_is_y(ARG(0));
    emit_op(e, y ? OP_get_list_yxx : OP_get_list_axx);
    emit_word(e, y ? operand_y(ARG(0)->value) : operand_source(e, ARG(0)));
  } else {
    emit_op(e, OP_get_list);
    source(e, ARG(0));
  }
  dest(e, ARG(1));
  dest(e, ARG(2));
}

static void translate_get_element(struct emit *e, const struct beam_instr *i) {
  cword offset = (cword)(ARG(1)->value + 1) * sizeof(term);
  if (is_x(ARG(2))) {
    bool y = arg_is_y(ARG(0));
    cword from = y ? operand_y(ARG(0)->value) : operand_source(e, ARG(0));
    const cword *last = e->last == NO_OP ? NULL : e->words + e->last;
    if (!y && last && last[0] == OP_get_element_ax && last[1] == from && last[2] + sizeof(term) == offset &&
        last[3] != from) {
      e->words[e->last] = OP_get_element2_ax;
      emit_word(e, operand_x(ARG(2)->value));
      return;
    }
    emit_op(e, y ? OP_get_element_yx : OP_get_element_ax);
    emit_word(e, from);
  } else {
    emit_op(e, OP_get_element);
    source(e, ARG(0));
  }
  emit_word(e, offset);
  dest(e, ARG(2));
}

static void translate_put_list(struct emit *e, const struct beam_instr *i) {
  bool yh = arg_is_y(ARG(0)), yt = arg_is_y(ARG(1));
  if (is_x(ARG(2)) && !(yh && yt)) {
    emit_op(e, yh ? OP_put_list_yax : yt ? OP_put_list_ayx : OP_put_list_aax);
    emit_word(e, yh ? operand_y(ARG(0)->value) : operand_source(e, ARG(0)));
    emit_word(e, yt ? operand_y(ARG(1)->value) : operand_source(e, ARG(1)));
  } else {
    emit_op(e, OP_put_list);
    source(e, ARG(0));
    source(e, ARG(1));
  }
  dest(e, ARG(2));
}

static void translate_put_tuple(struct emit *e, const struct beam_instr *i) {
  emit_op(e, OP_put_tuple);
  dest(e, ARG(0));
  emit_word(e, i->list_count);
  for (u32 k = 0; k < i->list_count; k++) source(e, &i->list[k]);
}

// Hint, size, source, destination, updates.
static void translate_update_record(struct emit *e, const struct beam_instr *i) {
  emit_op(e, OP_update_record);
  dest(e, ARG(3));
  source(e, ARG(2));
  emit_word(e, (cword)ARG(1)->value);
  emit_word(e, i->list_count / 2);
  for (u32 k = 0; k + 1 < i->list_count; k += 2) {
    emit_word(e, (cword)i->list[k].value);
    source(e, &i->list[k + 1]);
  }
}

// --- maps
// Fail (at 0, if any), and from one on: source, destination, live; pairs.
static void translate_put(struct emit *e, const struct beam_instr *i, cword op, u32 from) {
  emit_op(e, op);
  if (op != OP_put_map_assoc) emit_label_ref(e, ARG(0)->value);
  source(e, ARG(from));
  dest(e, ARG(from + 1));
  emit_word(e, (cword)ARG(from + 2)->value);
  emit_word(e, i->list_count);
  for (u32 k = 0; k < i->list_count; k++) source(e, &i->list[k]);
}

static void translate_get_elements(struct emit *e, const struct beam_instr *i, cword op) {
  bool one = i->list_count == 2 && op == OP_get_map_elements;
  emit_op(e, one ? OP_get_map_element : op);
  emit_label_ref(e, ARG(0)->value);
  source(e, ARG(1));
  if (!one) emit_word(e, i->list_count);
  for (u32 k = 0; k + 1 < i->list_count; k += 2) {
    source(e, &i->list[k]);
    dest(e, &i->list[k + 1]);
  }
}

static void translate_has_map_fields(struct emit *e, const struct beam_instr *i) {
  emit_op(e, OP_has_map_fields);
  emit_label_ref(e, ARG(0)->value);
  source(e, ARG(1));
  emit_word(e, i->list_count);
  for (u32 k = 0; k < i->list_count; k++) source(e, &i->list[k]);
}

// --- floats
static void translate_float(struct emit *e, const struct beam_instr *i, cword op, u32 first, u32 n) {
  emit_op(e, op);
  for (u32 k = 0; k < n; k++) emit_word(e, operand_float(ARG(first + k)->value));
}

static void translate_fmove(struct emit *e, const struct beam_instr *i) {
  bool load = ARG(1)->kind == BEAM_FR, store = ARG(0)->kind == BEAM_FR;
  emit_op(e, load && store ? OP_fmove : load ? OP_fload : OP_fstore);
  emit_word(e, store ? operand_float(ARG(0)->value) : operand_source(e, ARG(0)));
  emit_word(e, load ? operand_float(ARG(1)->value) : operand_dest(ARG(1)));
}

static void translate_func_info(struct emit *e, const struct beam_instr *i) {
  term name = operand_constant(e, ARG(1));
  emit_function(e, name, (u32)ARG(2)->value);
  emit_op(e, OP_func_info);
  emit_word(e, (cword)(u32)operand_constant(e, ARG(0)));
  emit_word(e, (cword)(u32)name);
  emit_word(e, (cword)ARG(2)->value);
  e->last = NO_OP;
}

// Operations whose operands are sources only.
static void sources(struct emit *e, const struct beam_instr *i, cword op) {
  emit_op(e, op);
  for (u32 k = 0; k < i->arg_count; k++) source(e, ARG(k));
}
static void ends(struct emit *e, const struct beam_instr *i, cword op) {
  sources(e, i, op);
  emit_unreachable(e);
}

static bool translate_control(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_label:
      emit_label(e, (u32)ARG(0)->value);
      if (UNLIKELY(e->s->file->loops != NULL) && e->s->file->loops[ARG(0)->value]) emit_op(e, OP_loop);
      if (e->s->m->name == ATOM_code_server) lead_is_loaded(e);
      return true;
    case GENOP_func_info: translate_func_info(e, i); return true;
    case GENOP_line:
      if (!e->without_lines)
        emit_line(e, e->s->file->line_count > ARG(0)->value ? e->s->file->lines[ARG(0)->value] : 0);
      return true;
    case GENOP_executable_line:
    case GENOP_debug_line:
    case GENOP_nif_start: return true;
    case GENOP_call: translate_call(e, ARG(1)->value); return true;
    case GENOP_call_only: translate_call_only(e, ARG(1)->value); return true;
    case GENOP_call_last:
      emit_op(e, OP_call_last);
      emit_label_ref(e, ARG(1)->value);
      emit_word(e, frame_bytes(ARG(2)->value));
      emit_unreachable(e);
      return true;
    case GENOP_call_ext:
    case GENOP_call_ext_only:
    case GENOP_call_ext_last: translate_call_ext(e, i); return true;
    case GENOP_call_fun:
      emit_op(e, OP_call_fun);
      emit_word(e, (cword)ARG(0)->value);
      return true;
    case GENOP_call_fun2: translate_call_fun2(e, i); return true;
    case GENOP_make_fun3: translate_make_fun(e, i); return true;
    case GENOP_make_fun2: translate_make_fun2(e, i); return true;
    case GENOP_apply:
      emit_op(e, OP_apply);
      emit_word(e, (cword)ARG(0)->value);
      return true;
    case GENOP_apply_last:
      emit_op(e, OP_apply_last);
      emit_word(e, (cword)ARG(0)->value);
      emit_word(e, frame_bytes(ARG(1)->value));
      emit_unreachable(e);
      return true;
    case GENOP_return: translate_return(e); return true;
    case GENOP_jump:
      emit_op(e, OP_jump);
      emit_label_ref(e, ARG(0)->value);
      emit_unreachable(e);
      return true;
    case GENOP_allocate: translate_allocate(e, ARG(0)->value, 0, ARG(1)->value); return true;
    case GENOP_allocate_heap: translate_allocate(e, ARG(0)->value, ARG(1)->value, ARG(2)->value); return true;
    case GENOP_allocate_zero: translate_allocate_zero(e, ARG(0)->value, 0, ARG(1)->value); return true;
    case GENOP_allocate_heap_zero: translate_allocate_zero(e, ARG(0)->value, ARG(1)->value, ARG(2)->value); return true;
    case GENOP_test_heap:
      emit_op(e, OP_test_heap);
      emit_word(e, (cword)ARG(0)->value);
      emit_word(e, (cword)ARG(1)->value);
      return true;
    case GENOP_deallocate:
      emit_op(e, OP_deallocate);
      emit_word(e, frame_bytes(ARG(0)->value));
      emit_frame(e, FRAME_NONE);
      return true;
    case GENOP_trim:
      emit_op(e, OP_trim);
      emit_word(e, (cword)ARG(0)->value * sizeof(term));
      return true;
    case GENOP_init:
      emit_op(e, OP_init_y);
      emit_word(e, operand_y(ARG(0)->value));
      return true;
    case GENOP_init_yregs: translate_init_yregs(e, i); return true;
    case GENOP_on_load: return true; // load.c finds the function by itself
    case GENOP_select_val:
    case GENOP_select_tuple_arity: translate_select(e, i); return true;
    case GENOP_bif0:
    case GENOP_bif1:
    case GENOP_bif2:
    case GENOP_bif3:
    case GENOP_gc_bif1:
    case GENOP_gc_bif2:
    case GENOP_gc_bif3: translate_bif(e, i); return true;
    default: return false;
  }
}

static bool translate_test(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_is_nil: test_ay(e, i, OP_is_nil_a, OP_is_nil_y); return true;
    case GENOP_is_nonempty_list: test_ay(e, i, OP_is_cons_a, OP_is_cons_y); return true;
    case GENOP_is_list: test_ay(e, i, OP_is_list_a, OP_is_list_y); return true;
    case GENOP_is_atom: test_ay(e, i, OP_is_atom_a, OP_is_atom_y); return true;
    case GENOP_is_tuple: test_ay(e, i, OP_is_tuple_a, OP_is_tuple_y); return true;
    case GENOP_is_integer: test(e, i, OP_is_integer); return true;
    case GENOP_is_float: test(e, i, OP_is_float); return true;
    case GENOP_is_number: test(e, i, OP_is_number); return true;
    case GENOP_is_pid: test(e, i, OP_is_pid); return true;
    case GENOP_is_reference: test(e, i, OP_is_reference); return true;
    case GENOP_is_port: test(e, i, OP_is_port); return true;
    case GENOP_is_binary: test(e, i, OP_is_binary); return true;
    case GENOP_is_bitstr: test(e, i, OP_is_bitstr); return true;
    case GENOP_is_boolean: test(e, i, OP_is_boolean); return true;
    case GENOP_is_function: test(e, i, OP_is_function); return true;
    case GENOP_is_function2: test2(e, i, OP_is_function2); return true;
    case GENOP_is_map: test(e, i, OP_is_map); return true;
    case GENOP_test_arity: translate_test_arity(e, i); return true;
    case GENOP_is_tagged_tuple: translate_tagged_tuple(e, i); return true;
    case GENOP_is_lt: translate_order(e, i, OP_is_lt_ai, OP_is_lt_ia, OP_is_lt_aa, OP_is_lt); return true;
    case GENOP_is_ge: translate_order(e, i, OP_is_ge_ai, OP_is_ge_ia, OP_is_ge_aa, OP_is_ge); return true;
    case GENOP_is_eq: test2(e, i, OP_is_eq); return true;
    case GENOP_is_ne: test2(e, i, OP_is_ne); return true;
    case GENOP_is_eq_exact: translate_eq_exact(e, i, true); return true;
    case GENOP_is_ne_exact: translate_eq_exact(e, i, false); return true;
    default: return false;
  }
}

static bool translate_data(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_move: translate_move(e, ARG(0), ARG(1)); return true;
    case GENOP_swap:
      emit_op(e, OP_swap);
      dest(e, ARG(0));
      dest(e, ARG(1));
      return true;
    case GENOP_get_list: translate_get_list(e, i); return true;
    case GENOP_get_hd:
    case GENOP_get_tl:
      emit_op(e, i->op == GENOP_get_hd ? OP_get_hd : OP_get_tl);
      source(e, ARG(0));
      dest(e, ARG(1));
      return true;
    case GENOP_get_tuple_element: translate_get_element(e, i); return true;
    case GENOP_set_tuple_element:
      emit_op(e, OP_set_tuple_element);
      source(e, ARG(0));
      source(e, ARG(1));
      emit_word(e, (cword)(ARG(2)->value + 1) * sizeof(term));
      return true;
    case GENOP_put_list: translate_put_list(e, i); return true;
    case GENOP_put_tuple2: translate_put_tuple(e, i); return true;
    case GENOP_update_record: translate_update_record(e, i); return true;
    case GENOP_put_map_assoc: translate_put(e, i, OP_put_map_assoc, 1); return true;
    case GENOP_put_map_exact: translate_put(e, i, OP_put_map_exact, 1); return true;
    case GENOP_get_map_elements: translate_get_elements(e, i, OP_get_map_elements); return true;
    case GENOP_has_map_fields: translate_has_map_fields(e, i); return true;
    case GENOP_fmove: translate_fmove(e, i); return true;
    case GENOP_fconv:
      emit_op(e, OP_fconv);
      source(e, ARG(0));
      emit_word(e, operand_float(ARG(1)->value));
      return true;
    case GENOP_fadd: translate_float(e, i, OP_fadd, 1, 3); return true;
    case GENOP_fsub: translate_float(e, i, OP_fsub, 1, 3); return true;
    case GENOP_fmul: translate_float(e, i, OP_fmul, 1, 3); return true;
    case GENOP_fdiv: translate_float(e, i, OP_fdiv, 1, 3); return true;
    case GENOP_fnegate: translate_float(e, i, OP_fneg, 1, 2); return true;
    case GENOP_fclearerror:
    case GENOP_fcheckerror: return true;
    default: return false;
  }
}

static void catch_op(struct emit *e, const struct beam_instr *i, cword op, bool label) {
  emit_op(e, op);
  emit_word(e, operand_y(ARG(0)->value));
  if (label) emit_label_ref(e, ARG(1)->value);
}

static bool translate_process(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_catch:
    case GENOP_try: catch_op(e, i, OP_try, true); return true;
    case GENOP_try_end: catch_op(e, i, OP_try_end, false); return true;
    case GENOP_catch_end: catch_op(e, i, OP_catch_end, false); return true;
    case GENOP_try_case: catch_op(e, i, OP_try_case, false); return true;
    case GENOP_try_case_end: ends(e, i, OP_try_case_end); return true;
    case GENOP_raise: ends(e, i, OP_raise); return true;
    case GENOP_raw_raise: emit_op(e, OP_raw_raise); return true;
    case GENOP_build_stacktrace: emit_op(e, OP_build_stacktrace); return true;
    case GENOP_badmatch: ends(e, i, OP_badmatch); return true;
    case GENOP_case_end: ends(e, i, OP_case_end); return true;
    case GENOP_badrecord: ends(e, i, OP_badrecord); return true;
    case GENOP_if_end: ends(e, i, OP_if_end); return true;
    case GENOP_send: emit_op(e, OP_send); return true;
    case GENOP_loop_rec:
      emit_op(e, OP_loop_rec);
      emit_label_ref(e, ARG(0)->value);
      dest(e, ARG(1));
      return true;
    case GENOP_loop_rec_end:
    case GENOP_wait:
      emit_op(e, i->op == GENOP_wait ? OP_wait : OP_loop_rec_end);
      emit_label_ref(e, ARG(0)->value);
      emit_unreachable(e);
      return true;
    case GENOP_wait_timeout:
      emit_op(e, OP_wait_timeout);
      emit_label_ref(e, ARG(0)->value);
      source(e, ARG(1));
      return true;
    case GENOP_remove_message: emit_op(e, OP_remove_message); return true;
    case GENOP_timeout: emit_op(e, OP_timeout); return true;
    case GENOP_recv_marker_reserve:
      emit_op(e, OP_recv_marker_reserve);
      dest(e, ARG(0));
      return true;
    case GENOP_recv_marker_bind: sources(e, i, OP_recv_marker_bind); return true;
    case GENOP_recv_marker_clear: sources(e, i, OP_recv_marker_clear); return true;
    case GENOP_recv_marker_use: sources(e, i, OP_recv_marker_use); return true;
    default: return false;
  }
}

// --- native records (OTP 29)
// Fail, id, source or nil, destination, live, fields.
static void translate_put_record(struct emit *e, const struct beam_instr *i) {
  struct beam_instr put = *i;
  cword op = OP_put_record;
  if (ARG(2)->kind == BEAM_ATOM && ARG(2)->value == 0) { // made, not changed
    put.args[2] = *ARG(1);
    if (ARG(1)->kind == BEAM_ATOM) { // the module's own: its prototype is changed
      const term *own = records_find(e->s->m, operand_constant(e, ARG(1)));
      if (!own) return emit_fail(e, "a record that the module does not define");
      put.args[2].kind = BEAM_LITERAL;
      put.args[2].value = own - e->s->m->literals;
    } else {
      op = OP_put_record_of;
    }
  }
  translate_put(e, &put, op, 2);
}

static bool translate_record(struct emit *e, const struct beam_instr *i) {
  cword op;
  switch (i->op) {
    case GENOP_put_record: translate_put_record(e, i); return true;
    case GENOP_get_record_elements: translate_get_elements(e, i, OP_get_record_elements); return true;
    case GENOP_is_any_native_record: op = OP_is_any_native_record; break;
    case GENOP_is_native_record: op = OP_is_native_record; break;
    case GENOP_is_record_accessible: op = OP_is_record_accessible; break;
    case GENOP_get_record_field: op = OP_get_record_field; break;
    default: return false;
  }
  emit_op(e, op);
  emit_label_ref(e, ARG(0)->value);
  for (u32 k = 1; k < i->arg_count; k++) k == 4 ? dest(e, ARG(k)) : source(e, ARG(k));
  return true;
}

// Of the sources of bit syntax the context is the first but in three instructions.
static const struct beam_arg *context_of(const struct beam_instr *i) {
  bool first = i->op == GENOP_bs_get_tail || i->op == GENOP_bs_get_position || i->op == GENOP_bs_set_position;
  return ARG(first ? 0 : 1);
}

static void translate_expected(struct emit *e, const struct beam_instr *i, u64 expected) {
  switch (EXPECTED_TYPE(expected)) {
    case EXPECTED_CONS:
      emit_op(e, OP_expect_cons);
      source(e, ARG(0));
      break;
    case EXPECTED_TUPLE:
      emit_op(e, OP_expect_tuple);
      source(e, ARG(0));
      emit_word(e, (cword)ARG(1)->value + 1);
      break;
    case EXPECTED_CONTEXT:
      emit_op(e, OP_expect_context);
      source(e, context_of(i));
      break;
    case EXPECTED_WRITTEN:
      emit_op(e, OP_init_y);
      emit_word(e, operand_y(EXPECTED_Y(expected)));
      break;
    default: e->any_type = true; break;
  }
}

static void one(struct emit *e, const struct beam_instr *i) {
  if (translate_control(e, i) || translate_test(e, i) || translate_data(e, i) || translate_process(e, i) ||
      translate_bits(e, i) || translate_bits_old(e, i))
    return;
  if (!translate_record(e, i)) emit_fail(e, "instruction that the VM lacks");
}

// What check.c lets through; it refuses the others.
bool translate_knows(u32 opcode) { return opcode > 0 && opcode < GENOP_COUNT; }

// The strings of the module stand behind its code, so that they live as long.
static u32 append_strings(struct emit *e) {
  u32 words = (e->s->file->strings.len + sizeof(cword) - 1) / sizeof(cword), at = e->len;
  for (u32 k = 0; k < words; k++) emit_word(e, 0);
  if (!e->failed && words) memcpy(e->words + at, e->s->file->strings.data, e->s->file->strings.len);
  return at;
}

bool translate(struct load_state *s, struct beam_error *error) {
  struct emit e;
  struct beam_cursor cursor;
  struct beam_instr i;
  int more = -1;
  const u64 *expected = s->file->expected;
  u32 open = 0, expected_count = s->file->expected_count;
  if (!emit_init(&e, s)) emit_fail(&e, "out of memory");
  e.without_lines = loader_is_preloaded(s->m->name);
  emit_word(&e, 0);   // no code at offset 0: a return address is never looked up before the first function
  append_strings(&e); // at word 1: see translate_bits.c
  beam_start(&cursor, s->file);
  while (!e.failed && (more = beam_next(&cursor, &i, error)) == 1) {
    e.any_type = false;
    for (; open < expected_count && EXPECTED_OFFSET(expected[open]) == i.offset; open++)
      translate_expected(&e, &i, expected[open]);
    one(&e, &i);
    if (e.failed) e.failed_offset = i.offset;
  }
  beam_stop(&cursor);
  bool ok = !e.failed && more == 0 && emit_finish(&e);
  if (!ok && e.failed) {
    memcpy(error->chunk, "Code", 5);
    error->offset = e.failed_offset + s->file->code_header;
    error->what = e.failed;
  }
  emit_free(&e);
  return ok;
}
