// SPDX-License-Identifier: Apache-2.0
// Translates generic BEAM instructions to internal operations: operands become addresses and offsets, common operand
// kinds get special operations, common pairs are fused. It runs when check.c has proved that every operand is in range,
// so it fails only when there is no memory, or for an opcode or guard BIF that the VM lacks.
//
// ctx lies above this room. Only the addresses of its registers are needed here: interp_init hands them in through
// translate_set_registers, before the first load.
#include "code/translate.h"

#include "code/loader.h"

#include "base/alloc.h"
#include "code/loader.h"
#include "code/records.h"

static term *x_registers;
static double *float_registers;
void translate_set_registers(term *x, double *f) {
  x_registers = x;
  float_registers = f;
}
term *operand_x(i64 n) { return &x_registers[n]; }
static double *operand_float(i64 n) { return &float_registers[n]; }

static bool is_x(const struct beam_arg *a) { return a->kind == BEAM_X; }

static void translate_move(struct emit *e, const struct beam_arg *from, const struct beam_arg *to) {
  if (from->kind == BEAM_FR || to->kind == BEAM_FR) emit_fail(e, "move of a float register");
  bool y = arg_is_y(from), to_y = arg_is_y(to);
  if (y && to_y) emit_move_yy(e, operand_y(from->value), operand_y(to->value));
  else if (y) emit_move_yx(e, operand_y(from->value), operand_x(to->value));
  else if (to_y) emit_move_ay(e, operand_address(e, from), operand_y(to->value));
  else emit_move_ax(e, operand_address(e, from), operand_x(to->value));
}

// --- calls
static cword frame_bytes(i64 n) { return (cword)(n + 1) * sizeof(term); }

static void translate_call_only(struct emit *e, i64 label) {
  emit_call_only(e, label);
  emit_unreachable(e);
}

// A function that only calls erlang:nif_error stands for one that OTP has in C. Ours is a BIF, or is in a module of our
// own (code_native_module); for functions that we lack, the stub stays and raises its error.
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
  emit_kinds_e(e, own->bif ? AS_call_bif_only : AS_call_ext_only, own);
  emit_unreachable(e);
  return true;
}

// There is one function that is no stub but leads to our code: code_server:is_loaded/1 (since OTP 26) reads a table
// that a bare VM does not have. Its own code, which follows, is never reached.
static void lead_is_loaded(struct emit *e) {
  const struct function_info *f = e->function_count ? &e->functions[e->function_count - 1] : NULL;
  if (!f || f->name != ATOM_is_loaded || f->arity != 1 || e->len != f->offset + FUNC_INFO_WORDS) return;
  struct export *own = export_get(ATOM_spawnlink_code, ATOM_is_loaded, 1);
  if (!own) emit_fail(e, "out of memory");
  emit_call_ext_only(e, own);
  emit_unreachable(e);
}

static void translate_call_ext(struct emit *e, const struct beam_instr *i) {
  struct export *x = e->s->imports[ARG(1)->value];
  if (i->op == GENOP_call_ext_only && translate_stub(e, x)) return;
  bool bif = x->bif != NULL;
  switch (i->op) {
    case GENOP_call_ext: emit_kinds_e(e, bif ? AS_call_bif : AS_call_ext, x); return;
    case GENOP_call_ext_only: emit_kinds_e(e, bif ? AS_call_bif_only : AS_call_ext_only, x); break;
    default: emit_kinds_eu(e, bif ? AS_call_bif_last : AS_call_ext_last, x, frame_bytes(ARG(2)->value)); break;
  }
  emit_unreachable(e);
}

// Only the arguments in X registers survive the call: a fun that was just loaded from Y is taken from there.
static void translate_call_fun2(struct emit *e, const struct beam_instr *i) {
  src_word fun = operand_source(e, ARG(2));
  const op_move_yx *load = LAST(e, move_yx);
  if (load && (cword)load->dst == fun.word && ARG(2)->kind == BEAM_X && ARG(2)->value >= ARG(1)->value) {
    fun = source_y(load->src);
    emit_truncate(e, e->last);
    e->last = e->before_last;
  }
  // A loop over a list that calls the fun which it has just stored in its frame.
  op_is_cons_allocate_move_get_list *list = LAST(e, is_cons_allocate_move_get_list);
  if (list && fun.word == source_y(list->dst).word) list->code = OP_is_cons_allocate_move_get_list_call_fun2;
  emit_call_fun2(e, fun, (cword)ARG(1)->value);
}

static void translate_make_fun(struct emit *e, const struct beam_instr *i) {
  emit_make_fun(e, e->s->m->funs[ARG(0)->value], operand_dest(ARG(1)), i->list_count);
  for (u32 k = 0; k < i->list_count; k++) emit_make_fun_item(e, operand_source(e, &i->list[k]));
}

// The form of compilers before OTP 24: the free variables are in x0 and up, the fun goes to x0.
static void translate_make_fun2(struct emit *e, const struct beam_instr *i) {
  const struct fun_entry *fun = e->s->m->funs[ARG(0)->value];
  emit_make_fun(e, fun, (dst_word){(cword)operand_x(0)}, fun->free_count);
  for (u32 k = 0; k < fun->free_count; k++) emit_make_fun_item(e, source_x(operand_x(k)));
}

// The compiler makes no tail calls of funs: call_fun, deallocate, return are fused into one. Otherwise a loop of funs
// would grow the stack.
static bool take_fun_tail_call(struct emit *e) {
  const op_deallocate *deallocate = LAST(e, deallocate);
  if (!deallocate || e->before_last == NO_OP) return false;
  cword *call = e->words + e->before_last, frame = deallocate->frame;
  const cword *behind = START(deallocate);
  if (*call == OP_call_fun && BEHIND((op_call_fun *)call) == behind) *call = OP_call_fun_last;
  else if (*call == OP_call_fun2 && BEHIND((op_call_fun2 *)call) == behind) *call = OP_call_fun2_last;
  else return false;
  emit_truncate(e, e->last);
  emit_word(e, frame);
  e->last = e->before_last;
  return true;
}

static void translate_return(struct emit *e) {
  if (!take_fun_tail_call(e)) emit_return(e);
  emit_unreachable(e);
}

// --- frames
static void translate_allocate(struct emit *e, i64 stack, i64 heap, i64 live) {
  if (heap) emit_allocate_heap(e, frame_bytes(stack), (cword)heap, (cword)live);
  else emit_allocate(e, frame_bytes(stack));
  emit_frame(e, FRAME_PUSHED);
}

// allocate_zero and allocate_heap_zero, from compilers before OTP 24.
static void translate_allocate_zero(struct emit *e, i64 stack, i64 heap, i64 live) {
  translate_allocate(e, stack, heap, live);
  if (stack == 0) return;
  emit_init_yregs(e, (cword)stack);
  for (i64 k = 0; k < stack; k++) emit_init_yregs_item(e, operand_y(k));
}

static void translate_init_yregs(struct emit *e, const struct beam_instr *i) {
  if (i->list_count == 1) {
    emit_init_y(e, operand_y(i->list[0].value));
    return;
  }
  emit_init_yregs(e, i->list_count);
  for (u32 k = 0; k < i->list_count; k++) emit_init_yregs_item(e, operand_y(i->list[k].value));
}

// --- tests
static void test(struct emit *e, const struct beam_instr *i, kinds_sf op) {
  emit_kinds_sf(e, op, operand_source(e, ARG(1)), ARG(0)->value);
}
static void test_ay(struct emit *e, const struct beam_instr *i, kinds_af op_a, kinds_yf op_y) {
  if (arg_is_y(ARG(1))) emit_kinds_yf(e, op_y, operand_y(ARG(1)->value), ARG(0)->value);
  else emit_kinds_af(e, op_a, operand_address(e, ARG(1)), ARG(0)->value);
}
static void test2(struct emit *e, const struct beam_instr *i, kinds_ssf op) {
  src_word left = operand_source(e, ARG(1));
  emit_kinds_ssf(e, op, left, operand_source(e, ARG(2)), ARG(0)->value);
}

// Of a Y register; the tuple test before it, if it is of the same, becomes one with it.
static void test_arity_y(struct emit *e, y_word from, i64 fail, cword header) {
  const op_is_tuple_y *tuple = LAST(e, is_tuple_y);
  if (e->any_type) emit_is_tuple_of_arity_y(e, from, fail, header);
  else if (tuple && tuple->src.offset == from.offset && (i64)(cword)tuple->fail == fail)
    EXTEND(e, is_tuple_y, is_tuple_of_arity_y, header);
  else emit_test_arity_y(e, from, fail, header);
}

static void test_arity_a(struct emit *e, term *from, i64 fail, cword header) {
  const op_is_tuple_a *tuple = LAST(e, is_tuple_a);
  if (e->any_type) emit_is_tuple_of_arity_a(e, from, fail, header);
  else if (tuple && tuple->src == from && (i64)(cword)tuple->fail == fail)
    EXTEND(e, is_tuple_a, is_tuple_of_arity_a, header);
  else emit_test_arity_a(e, from, fail, header);
}

static cword tuple_header(i64 arity) { return (cword)(u32)MAKE_HEADER(0, arity); } // KIND_TUPLE is 0

static void translate_test_arity(struct emit *e, const struct beam_instr *i) {
  cword header = tuple_header(ARG(2)->value);
  if (arg_is_y(ARG(1))) test_arity_y(e, operand_y(ARG(1)->value), ARG(0)->value, header);
  else test_arity_a(e, operand_address(e, ARG(1)), ARG(0)->value, header);
}

static void translate_tagged_tuple(struct emit *e, const struct beam_instr *i) {
  imm_word atom = {0};
  if (!operand_immediate(e, ARG(3), &atom)) emit_fail(e, "is_tagged_tuple without an atom");
  emit_is_tagged_tuple(e, operand_source(e, ARG(1)), ARG(0)->value, tuple_header(ARG(2)->value), atom);
}

static void translate_eq_exact(struct emit *e, const struct beam_instr *i, bool equal) {
  imm_word imm;
  const struct beam_arg *a = ARG(1), *b = ARG(2);
  if (operand_immediate(e, a, &imm) && arg_is_register(b)) {
    const struct beam_arg *t = a;
    a = b;
    b = t;
  }
  if (arg_is_register(a) && operand_immediate(e, b, &imm)) {
    i64 fail = ARG(0)->value;
    if (arg_is_y(a)) emit_kinds_yfi(e, equal ? AS_is_eq_exact_yi : AS_is_ne_exact_yi, operand_y(a->value), fail, imm);
    else emit_kinds_afi(e, equal ? AS_is_eq_exact_ai : AS_is_ne_exact_ai, operand_x(a->value), fail, imm);
    return;
  }
  test2(e, i, equal ? AS_is_eq_exact : AS_is_ne_exact);
}

static bool small_immediate(struct emit *e, const struct beam_arg *a, imm_word *out) {
  return (a->kind == BEAM_I || a->kind == BEAM_H) && operand_immediate(e, a, out);
}

static void translate_order(struct emit *e, const struct beam_instr *i, kinds_afi ai, kinds_afi ia, kinds_aaf aa,
                            kinds_ssf ss) {
  imm_word imm;
  bool left = is_x(ARG(1)) && small_immediate(e, ARG(2), &imm);
  if (left || (is_x(ARG(2)) && small_immediate(e, ARG(1), &imm))) {
    emit_kinds_afi(e, left ? ai : ia, operand_x((left ? ARG(1) : ARG(2))->value), ARG(0)->value, imm);
  } else if (arg_is_y(ARG(1)) || arg_is_y(ARG(2))) {
    test2(e, i, ss);
  } else {
    term *first = operand_address(e, ARG(1));
    emit_kinds_aaf(e, aa, first, operand_address(e, ARG(2)), ARG(0)->value);
  }
}

// --- data
static void translate_get_list(struct emit *e, const struct beam_instr *i) {
  const struct beam_arg *from = ARG(0), *head = ARG(1), *tail = ARG(2);
  bool to_x = is_x(head) && is_x(tail);
  const op_is_cons_a *test_before = LAST(e, is_cons_a);
  const op_is_cons_allocate_move *frame_before = LAST(e, is_cons_allocate_move);
  if (test_before && !arg_is_y(from) && test_before->src == operand_address(e, from) && to_x)
    EXTEND(e, is_cons_a, is_cons_get_list, (cword)operand_x(head->value), (cword)operand_x(tail->value));
  else if (frame_before && is_x(from) && frame_before->list == operand_x(from->value) && is_x(head) && arg_is_y(tail))
    EXTEND(e, is_cons_allocate_move, is_cons_allocate_move_get_list, (cword)operand_x(head->value),
           operand_y(tail->value).offset);
  else if (!to_x) emit_get_list(e, operand_source(e, from), operand_dest(head), operand_dest(tail));
  else if (arg_is_y(from)) emit_get_list_yxx(e, operand_y(from->value), operand_x(head->value), operand_x(tail->value));
  else emit_get_list_axx(e, operand_address(e, from), operand_x(head->value), operand_x(tail->value));
}

// From the tuple's header, in bytes.
static cword element_offset(i64 n) { return (cword)(n + 1) * sizeof(term); }

static void translate_get_element(struct emit *e, const struct beam_instr *i) {
  cword offset = element_offset(ARG(1)->value);
  if (!is_x(ARG(2))) {
    emit_get_element(e, operand_source(e, ARG(0)), offset, operand_dest(ARG(2)));
    return;
  }
  term *to = operand_x(ARG(2)->value);
  if (arg_is_y(ARG(0))) {
    emit_get_element_yx(e, operand_y(ARG(0)->value), offset, to);
    return;
  }
  term *from = operand_address(e, ARG(0));
  const op_get_element_ax *before = LAST(e, get_element_ax);
  if (before && before->tuple == from && before->offset + sizeof(term) == offset && before->dst != from)
    EXTEND(e, get_element_ax, get_element2_ax, (cword)to);
  else emit_get_element_ax(e, from, offset, to);
}

static void translate_put_list(struct emit *e, const struct beam_instr *i) {
  const struct beam_arg *head = ARG(0), *tail = ARG(1);
  bool yh = arg_is_y(head), yt = arg_is_y(tail);
  if (!is_x(ARG(2)) || (yh && yt)) {
    src_word first = operand_source(e, head);
    emit_put_list(e, first, operand_source(e, tail), operand_dest(ARG(2)));
    return;
  }
  term *to = operand_x(ARG(2)->value);
  if (yh) emit_put_list_yax(e, operand_y(head->value), operand_address(e, tail), to);
  else if (yt) emit_put_list_ayx(e, operand_address(e, head), operand_y(tail->value), to);
  else {
    term *first = operand_address(e, head);
    emit_put_list_aax(e, first, operand_address(e, tail), to);
  }
}

static void translate_put_tuple(struct emit *e, const struct beam_instr *i) {
  emit_put_tuple(e, operand_dest(ARG(0)), i->list_count);
  for (u32 k = 0; k < i->list_count; k++) emit_put_tuple_item(e, operand_source(e, &i->list[k]));
}

// hint, size, source, destination, updates
static void translate_update_record(struct emit *e, const struct beam_instr *i) {
  src_word from = operand_source(e, ARG(2));
  emit_update_record(e, operand_dest(ARG(3)), from, (cword)ARG(1)->value, i->list_count / 2);
  for (u32 k = 0; k + 1 < i->list_count; k += 2)
    emit_update_record_item(e, (cword)i->list[k].value, operand_source(e, &i->list[k + 1]));
}

// --- maps
static void put_pairs(struct emit *e, const struct beam_instr *i) {
  for (u32 k = 0; k + 1 < i->list_count; k += 2) {
    src_word key = operand_source(e, &i->list[k]);
    emit_put_map_exact_item(e, key, operand_source(e, &i->list[k + 1]));
  }
}

// Fail at 0, and from one on: source, destination, live; pairs.
static void translate_put(struct emit *e, const struct beam_instr *i, kinds_fsdln op, u32 from) {
  src_word source = operand_source(e, ARG(from));
  cword live = (cword)ARG(from + 2)->value;
  emit_kinds_fsdln(e, op, ARG(0)->value, source, operand_dest(ARG(from + 1)), live, i->list_count);
  put_pairs(e, i);
}

static void translate_put_assoc(struct emit *e, const struct beam_instr *i) { // it never fails
  src_word source = operand_source(e, ARG(1));
  emit_put_map_assoc(e, source, operand_dest(ARG(2)), (cword)ARG(3)->value, i->list_count);
  put_pairs(e, i);
}

static void translate_get_elements(struct emit *e, const struct beam_instr *i, kinds_fsn op) {
  emit_kinds_fsn(e, op, ARG(0)->value, operand_source(e, ARG(1)), i->list_count);
  for (u32 k = 0; k + 1 < i->list_count; k += 2)
    emit_get_map_elements_item(e, operand_source(e, &i->list[k]), operand_dest(&i->list[k + 1]));
}

static void translate_get_map_elements(struct emit *e, const struct beam_instr *i) {
  if (i->list_count != 2) {
    translate_get_elements(e, i, AS_get_map_elements);
    return;
  }
  src_word map = operand_source(e, ARG(1));
  emit_get_map_element(e, ARG(0)->value, map, operand_source(e, &i->list[0]), operand_dest(&i->list[1]));
}

static void translate_has_map_fields(struct emit *e, const struct beam_instr *i) {
  emit_has_map_fields(e, ARG(0)->value, operand_source(e, ARG(1)), i->list_count);
  for (u32 k = 0; k < i->list_count; k++) emit_has_map_fields_item(e, operand_source(e, &i->list[k]));
}

// --- floats
// fail, left, right, destination
static void translate_float(struct emit *e, const struct beam_instr *i, kinds_rrr op) {
  emit_kinds_rrr(e, op, operand_float(ARG(1)->value), operand_float(ARG(2)->value), operand_float(ARG(3)->value));
}

static void translate_fmove(struct emit *e, const struct beam_instr *i) {
  bool load = ARG(1)->kind == BEAM_FR, store = ARG(0)->kind == BEAM_FR;
  if (load && store) emit_fmove(e, operand_float(ARG(0)->value), operand_float(ARG(1)->value));
  else if (load) emit_fload(e, operand_source(e, ARG(0)), operand_float(ARG(1)->value));
  else emit_fstore(e, operand_float(ARG(0)->value), operand_dest(ARG(1)));
}

static void translate_func_info(struct emit *e, const struct beam_instr *i) {
  term name = operand_constant(e, ARG(1));
  emit_function(e, name, (u32)ARG(2)->value);
  imm_word module = {(cword)(u32)operand_constant(e, ARG(0))}, function = {(cword)(u32)name};
  emit_func_info(e, module, function, (cword)ARG(2)->value);
  e->last = NO_OP;
}

static void one_source(struct emit *e, const struct beam_instr *i, kinds_s op) {
  emit_kinds_s(e, op, operand_source(e, ARG(0)));
}
static void two_sources(struct emit *e, const struct beam_instr *i, kinds_ss op) {
  src_word first = operand_source(e, ARG(0));
  emit_kinds_ss(e, op, first, operand_source(e, ARG(1)));
}
// An exception of that value.
static void ends(struct emit *e, const struct beam_instr *i, kinds_s op) {
  one_source(e, i, op);
  emit_unreachable(e);
}

static bool translate_control(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_label:
      emit_label(e, (u32)ARG(0)->value);
      if (UNLIKELY(e->s->file->loops != NULL) && e->s->file->loops[ARG(0)->value]) emit_loop(e);
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
    case GENOP_call: emit_call(e, ARG(1)->value); return true;
    case GENOP_call_only: translate_call_only(e, ARG(1)->value); return true;
    case GENOP_call_last:
      emit_call_last(e, ARG(1)->value, frame_bytes(ARG(2)->value));
      emit_unreachable(e);
      return true;
    case GENOP_call_ext:
    case GENOP_call_ext_only:
    case GENOP_call_ext_last: translate_call_ext(e, i); return true;
    case GENOP_call_fun: emit_call_fun(e, (cword)ARG(0)->value); return true;
    case GENOP_call_fun2: translate_call_fun2(e, i); return true;
    case GENOP_make_fun3: translate_make_fun(e, i); return true;
    case GENOP_make_fun2: translate_make_fun2(e, i); return true;
    case GENOP_apply: emit_apply(e, (cword)ARG(0)->value); return true;
    case GENOP_apply_last:
      emit_apply_last(e, (cword)ARG(0)->value, frame_bytes(ARG(1)->value));
      emit_unreachable(e);
      return true;
    case GENOP_return: translate_return(e); return true;
    case GENOP_jump:
      emit_jump(e, ARG(0)->value);
      emit_unreachable(e);
      return true;
    case GENOP_allocate: translate_allocate(e, ARG(0)->value, 0, ARG(1)->value); return true;
    case GENOP_allocate_heap: translate_allocate(e, ARG(0)->value, ARG(1)->value, ARG(2)->value); return true;
    case GENOP_allocate_zero: translate_allocate_zero(e, ARG(0)->value, 0, ARG(1)->value); return true;
    case GENOP_allocate_heap_zero: translate_allocate_zero(e, ARG(0)->value, ARG(1)->value, ARG(2)->value); return true;
    case GENOP_test_heap: emit_test_heap(e, (cword)ARG(0)->value, (cword)ARG(1)->value); return true;
    case GENOP_deallocate:
      emit_deallocate(e, frame_bytes(ARG(0)->value));
      emit_frame(e, FRAME_NONE);
      return true;
    case GENOP_trim: emit_trim(e, (cword)ARG(0)->value * sizeof(term)); return true;
    case GENOP_init: emit_init_y(e, operand_y(ARG(0)->value)); return true;
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
    case GENOP_is_nil: test_ay(e, i, AS_is_nil_a, AS_is_nil_y); return true;
    case GENOP_is_nonempty_list: test_ay(e, i, AS_is_cons_a, AS_is_cons_y); return true;
    case GENOP_is_list: test_ay(e, i, AS_is_list_a, AS_is_list_y); return true;
    case GENOP_is_atom: test_ay(e, i, AS_is_atom_a, AS_is_atom_y); return true;
    case GENOP_is_tuple: test_ay(e, i, AS_is_tuple_a, AS_is_tuple_y); return true;
    case GENOP_is_integer: test(e, i, AS_is_integer); return true;
    case GENOP_is_float: test(e, i, AS_is_float); return true;
    case GENOP_is_number: test(e, i, AS_is_number); return true;
    case GENOP_is_pid: test(e, i, AS_is_pid); return true;
    case GENOP_is_reference: test(e, i, AS_is_reference); return true;
    case GENOP_is_port: test(e, i, AS_is_port); return true;
    case GENOP_is_binary: test(e, i, AS_is_binary); return true;
    case GENOP_is_bitstr: test(e, i, AS_is_bitstr); return true;
    case GENOP_is_boolean: test(e, i, AS_is_boolean); return true;
    case GENOP_is_function: test(e, i, AS_is_function); return true;
    case GENOP_is_function2: test2(e, i, AS_is_function2); return true;
    case GENOP_is_map: test(e, i, AS_is_map); return true;
    case GENOP_test_arity: translate_test_arity(e, i); return true;
    case GENOP_is_tagged_tuple: translate_tagged_tuple(e, i); return true;
    case GENOP_is_lt: translate_order(e, i, AS_is_lt_ai, AS_is_lt_ia, AS_is_lt_aa, AS_is_lt); return true;
    case GENOP_is_ge: translate_order(e, i, AS_is_ge_ai, AS_is_ge_ia, AS_is_ge_aa, AS_is_ge); return true;
    case GENOP_is_eq: test2(e, i, AS_is_eq); return true;
    case GENOP_is_ne: test2(e, i, AS_is_ne); return true;
    case GENOP_is_eq_exact: translate_eq_exact(e, i, true); return true;
    case GENOP_is_ne_exact: translate_eq_exact(e, i, false); return true;
    default: return false;
  }
}

static bool translate_data(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_move: translate_move(e, ARG(0), ARG(1)); return true;
    case GENOP_swap: emit_swap(e, operand_dest(ARG(0)), operand_dest(ARG(1))); return true;
    case GENOP_get_list: translate_get_list(e, i); return true;
    case GENOP_get_hd:
    case GENOP_get_tl:
      emit_kinds_sd(e, i->op == GENOP_get_hd ? AS_get_hd : AS_get_tl, operand_source(e, ARG(0)), operand_dest(ARG(1)));
      return true;
    case GENOP_get_tuple_element: translate_get_element(e, i); return true;
    case GENOP_set_tuple_element:
      emit_set_tuple_element(e, operand_source(e, ARG(0)), operand_dest(ARG(1)), element_offset(ARG(2)->value));
      return true;
    case GENOP_put_list: translate_put_list(e, i); return true;
    case GENOP_put_tuple2: translate_put_tuple(e, i); return true;
    case GENOP_update_record: translate_update_record(e, i); return true;
    case GENOP_put_map_assoc: translate_put_assoc(e, i); return true;
    case GENOP_put_map_exact: translate_put(e, i, AS_put_map_exact, 1); return true;
    case GENOP_get_map_elements: translate_get_map_elements(e, i); return true;
    case GENOP_has_map_fields: translate_has_map_fields(e, i); return true;
    case GENOP_fmove: translate_fmove(e, i); return true;
    case GENOP_fconv: emit_fconv(e, operand_source(e, ARG(0)), operand_float(ARG(1)->value)); return true;
    case GENOP_fadd: translate_float(e, i, AS_fadd); return true;
    case GENOP_fsub: translate_float(e, i, AS_fsub); return true;
    case GENOP_fmul: translate_float(e, i, AS_fmul); return true;
    case GENOP_fdiv: translate_float(e, i, AS_fdiv); return true;
    case GENOP_fnegate: emit_fneg(e, operand_float(ARG(1)->value), operand_float(ARG(2)->value)); return true;
    case GENOP_fclearerror:
    case GENOP_fcheckerror: return true;
    default: return false;
  }
}

static bool translate_process(struct emit *e, const struct beam_instr *i) {
  switch (i->op) {
    case GENOP_catch:
    case GENOP_try: emit_try(e, operand_y(ARG(0)->value), ARG(1)->value); return true;
    case GENOP_try_end: emit_try_end(e, operand_y(ARG(0)->value)); return true;
    case GENOP_catch_end: emit_catch_end(e, operand_y(ARG(0)->value)); return true;
    case GENOP_try_case: emit_try_case(e, operand_y(ARG(0)->value)); return true;
    case GENOP_try_case_end: ends(e, i, AS_try_case_end); return true;
    case GENOP_raise:
      two_sources(e, i, AS_raise);
      emit_unreachable(e);
      return true;
    case GENOP_raw_raise: emit_raw_raise(e); return true;
    case GENOP_build_stacktrace: emit_build_stacktrace(e); return true;
    case GENOP_badmatch: ends(e, i, AS_badmatch); return true;
    case GENOP_case_end: ends(e, i, AS_case_end); return true;
    case GENOP_badrecord: ends(e, i, AS_badrecord); return true;
    case GENOP_if_end:
      emit_if_end(e);
      emit_unreachable(e);
      return true;
    case GENOP_send: emit_send(e); return true;
    case GENOP_loop_rec: emit_loop_rec(e, ARG(0)->value, operand_dest(ARG(1))); return true;
    case GENOP_loop_rec_end:
    case GENOP_wait:
      emit_kinds_f(e, i->op == GENOP_wait ? AS_wait : AS_loop_rec_end, ARG(0)->value);
      emit_unreachable(e);
      return true;
    case GENOP_wait_timeout: emit_wait_timeout(e, ARG(0)->value, operand_source(e, ARG(1))); return true;
    case GENOP_remove_message: emit_remove_message(e); return true;
    case GENOP_timeout: emit_timeout(e); return true;
    case GENOP_recv_marker_reserve: emit_recv_marker_reserve(e, operand_dest(ARG(0))); return true;
    case GENOP_recv_marker_bind: two_sources(e, i, AS_recv_marker_bind); return true;
    case GENOP_recv_marker_clear: one_source(e, i, AS_recv_marker_clear); return true;
    case GENOP_recv_marker_use: one_source(e, i, AS_recv_marker_use); return true;
    default: return false;
  }
}

// --- native records (OTP 29)
// Operands: fail, id, source or nil, destination, live, fields.
static void translate_put_record(struct emit *e, const struct beam_instr *i) {
  struct beam_instr put = *i;
  kinds_fsdln op = AS_put_record;
  if (ARG(2)->kind == BEAM_ATOM && ARG(2)->value == 0) { // a new record, not a changed one
    put.args[2] = *ARG(1);
    if (ARG(1)->kind == BEAM_ATOM) { // the module's own record: its prototype is changed
      const term *own = records_find(e->s->m, operand_constant(e, ARG(1)));
      if (!own) return emit_fail(e, "a record that the module does not define");
      put.args[2].kind = BEAM_LITERAL;
      put.args[2].value = own - e->s->m->literals;
    } else {
      op = AS_put_record_of;
    }
  }
  translate_put(e, &put, op, 2);
}

static void three_sources(struct emit *e, const struct beam_instr *i, src_word *out) { // behind the label
  for (u32 k = 0; k < 3; k++) out[k] = operand_source(e, ARG(k + 1));
}

static bool translate_record(struct emit *e, const struct beam_instr *i) {
  i64 fail = ARG(0)->value;
  src_word from[3];
  switch (i->op) {
    case GENOP_put_record: translate_put_record(e, i); return true;
    case GENOP_get_record_elements: translate_get_elements(e, i, AS_get_record_elements); return true;
    case GENOP_is_any_native_record: emit_is_any_native_record(e, fail, operand_source(e, ARG(1))); return true;
    case GENOP_is_native_record:
      three_sources(e, i, from);
      emit_is_native_record(e, fail, from[0], from[1], from[2]);
      return true;
    case GENOP_is_record_accessible:
      from[0] = operand_source(e, ARG(1));
      emit_is_record_accessible(e, fail, from[0], operand_source(e, ARG(2)));
      return true;
    case GENOP_get_record_field:
      three_sources(e, i, from);
      emit_get_record_field(e, fail, from[0], from[1], from[2], operand_dest(ARG(4)));
      return true;
    default: return false;
  }
}

// Among the sources of bit syntax instructions, the context is the first, except in three instructions.
static const struct beam_arg *context_of(const struct beam_instr *i) {
  bool first = i->op == GENOP_bs_get_tail || i->op == GENOP_bs_get_position || i->op == GENOP_bs_set_position;
  return ARG(first ? 0 : 1);
}

static void translate_expected(struct emit *e, const struct beam_instr *i, u64 expected) {
  switch (EXPECTED_TYPE(expected)) {
    case EXPECTED_CONS: emit_expect_cons(e, operand_source(e, ARG(0))); break;
    case EXPECTED_TUPLE: emit_expect_tuple(e, operand_source(e, ARG(0)), (cword)ARG(1)->value + 1); break;
    case EXPECTED_CONTEXT: emit_expect_context(e, operand_source(e, context_of(i))); break;
    case EXPECTED_WRITTEN: emit_init_y(e, operand_y(EXPECTED_Y(expected))); break;
    default: e->any_type = true; break;
  }
}

static void one(struct emit *e, const struct beam_instr *i) {
  if (translate_control(e, i) || translate_test(e, i) || translate_data(e, i) || translate_process(e, i)) return;
  if (translate_bits(e, i) || translate_bits_old(e, i)) return;
  if (!translate_record(e, i)) emit_fail(e, "instruction that the VM lacks");
}

// check.c refuses other opcodes.
bool translate_knows(u32 opcode) { return opcode > 0 && opcode < GENOP_COUNT; }

// The strings of the module are stored with its code, so that they live as long.
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
  // As in OTP they show no lines in stack traces.
  e.without_lines = loader_is_preloaded(s->m->name);
  emit_word(&e, 0);   // no function at offset 0, because return addresses are looked up at ip - 1
  append_strings(&e); // at word 1, see translate_bits.c
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
