// SPDX-License-Identifier: Apache-2.0
// The check pass. It decodes every instruction once and proves what translate.c relies on: operands are of the kinds
// that their places allow and in range, labels are defined once, calls lead to function entries, and at each point of
// the code there is a stack frame of one size that holds every Y register that is used. It does not look at the
// contents of registers: prove.c, which it calls at the end, does. Called by load.c.
#include "code/check.h"

#include "base/alloc.h"
#include "code/load.h"
#include "code/prove.h"
#include "gen/genop.h"

// One letter for each operand:
//   l label defined here      f label or none          j label             g label or atom
//   s source: register, integer, atom or literal       r register          d destination register
//   y Y register              q float register         b source or float   D destination or float
//   u number                  v live X registers       k size of a frame   w heap words
//   a atom                    i import                 n lambda            o line
//   z number or source        c function entry         C import called (the arity stands before it)
// Capitals from here on are lists: E sources, Y Y registers, P source pairs, G source and destination,
//   U number and source, S source and label, A number and label, B segments to build, M match commands
static const char *const signatures[GENOP_COUNT] = {
    [GENOP_label] = "l",
    [GENOP_func_info] = "aau",
    [GENOP_line] = "o",
    [GENOP_on_load] = "",
    [GENOP_nif_start] = "",
    [GENOP_executable_line] = "ou",
    [GENOP_debug_line] = "aouu",
    // calls
    [GENOP_call] = "vc",
    [GENOP_call_last] = "vck",
    [GENOP_call_only] = "vc",
    [GENOP_call_ext] = "vC",
    [GENOP_call_ext_last] = "vCk",
    [GENOP_call_ext_only] = "vC",
    [GENOP_call_fun] = "v",
    [GENOP_call_fun2] = "zvr",
    [GENOP_apply] = "v",
    [GENOP_apply_last] = "vk",
    [GENOP_bif0] = "id",
    [GENOP_bif1] = "fisd",
    [GENOP_bif2] = "fissd",
    [GENOP_bif3] = "fisssd",
    [GENOP_gc_bif1] = "fvisd",
    [GENOP_gc_bif2] = "fvissd",
    [GENOP_gc_bif3] = "fvisssd",
    [GENOP_return] = "",
    [GENOP_jump] = "j",
    [GENOP_make_fun2] = "n",
    [GENOP_make_fun3] = "ndE",
    // frames and heap
    [GENOP_allocate] = "kv",
    [GENOP_allocate_heap] = "kwv",
    [GENOP_allocate_zero] = "kv",
    [GENOP_allocate_heap_zero] = "kwv",
    [GENOP_test_heap] = "wv",
    [GENOP_init] = "y",
    [GENOP_init_yregs] = "Y",
    [GENOP_deallocate] = "k",
    [GENOP_trim] = "kk",
    // tests
    [GENOP_is_lt] = "jss",
    [GENOP_is_ge] = "jss",
    [GENOP_is_eq] = "jss",
    [GENOP_is_ne] = "jss",
    [GENOP_is_eq_exact] = "jss",
    [GENOP_is_ne_exact] = "jss",
    [GENOP_is_integer] = "js",
    [GENOP_is_float] = "js",
    [GENOP_is_number] = "js",
    [GENOP_is_atom] = "js",
    [GENOP_is_pid] = "js",
    [GENOP_is_reference] = "js",
    [GENOP_is_port] = "js",
    [GENOP_is_nil] = "js",
    [GENOP_is_binary] = "js",
    [GENOP_is_bitstr] = "js",
    [GENOP_is_list] = "js",
    [GENOP_is_nonempty_list] = "js",
    [GENOP_is_tuple] = "js",
    [GENOP_is_boolean] = "js",
    [GENOP_is_map] = "js",
    [GENOP_is_function] = "js",
    [GENOP_is_function2] = "jss",
    [GENOP_test_arity] = "jsu",
    [GENOP_is_tagged_tuple] = "jsua",
    [GENOP_select_val] = "sjS",
    [GENOP_select_tuple_arity] = "sjA",
    // data
    [GENOP_move] = "sd",
    [GENOP_swap] = "rr",
    [GENOP_get_list] = "sdd",
    [GENOP_get_hd] = "sd",
    [GENOP_get_tl] = "sd",
    [GENOP_get_tuple_element] = "sud",
    [GENOP_set_tuple_element] = "ssu",
    [GENOP_put_list] = "ssd",
    [GENOP_put_tuple2] = "dE",
    [GENOP_put_tuple] = "ud",
    [GENOP_put] = "s",
    [GENOP_update_record] = "ausdU",
    [GENOP_put_map_assoc] = "fsdvP",
    [GENOP_put_map_exact] = "fsdvP",
    [GENOP_has_map_fields] = "jsE",
    [GENOP_get_map_elements] = "jsG",
    // native records (OTP 29)
    [GENOP_is_any_native_record] = "js",
    [GENOP_is_native_record] = "jsss",
    [GENOP_get_record_elements] = "jsG",
    [GENOP_put_record] = "fssdvP",
    [GENOP_is_record_accessible] = "jss",
    [GENOP_get_record_field] = "fsssd",
    // exceptions
    [GENOP_catch] = "yj",
    [GENOP_catch_end] = "y",
    [GENOP_try] = "yj",
    [GENOP_try_end] = "y",
    [GENOP_try_case] = "y",
    [GENOP_try_case_end] = "s",
    [GENOP_raise] = "ss",
    [GENOP_raw_raise] = "",
    [GENOP_build_stacktrace] = "",
    [GENOP_badmatch] = "s",
    [GENOP_if_end] = "",
    [GENOP_case_end] = "s",
    [GENOP_badrecord] = "s",
    // processes
    [GENOP_send] = "",
    [GENOP_remove_message] = "",
    [GENOP_timeout] = "",
    [GENOP_loop_rec] = "jd",
    [GENOP_loop_rec_end] = "j",
    [GENOP_wait] = "j",
    [GENOP_wait_timeout] = "js",
    [GENOP_recv_marker_bind] = "ss",
    [GENOP_recv_marker_clear] = "s",
    [GENOP_recv_marker_reserve] = "d",
    [GENOP_recv_marker_use] = "s",
    // floats
    [GENOP_fmove] = "bD",
    [GENOP_fconv] = "sq",
    [GENOP_fadd] = "fqqq",
    [GENOP_fsub] = "fqqq",
    [GENOP_fmul] = "fqqq",
    [GENOP_fdiv] = "fqqq",
    [GENOP_fnegate] = "fqq",
    [GENOP_fclearerror] = "",
    [GENOP_fcheckerror] = "f",
    // matching binaries
    [GENOP_bs_start_match3] = "jsvd",
    [GENOP_bs_start_match4] = "gvsd",
    [GENOP_bs_get_integer2] = "jrvsuud",
    [GENOP_bs_get_float2] = "jrvsuud",
    [GENOP_bs_get_binary2] = "jrvsuud",
    [GENOP_bs_skip_bits2] = "jrsuu",
    [GENOP_bs_test_tail2] = "jrh",
    [GENOP_bs_test_unit] = "jru",
    [GENOP_bs_match_string] = "jruu",
    [GENOP_bs_get_utf8] = "jrvud",
    [GENOP_bs_get_utf16] = "jrvud",
    [GENOP_bs_get_utf32] = "jrvud",
    [GENOP_bs_skip_utf8] = "jrvu",
    [GENOP_bs_skip_utf16] = "jrvu",
    [GENOP_bs_skip_utf32] = "jrvu",
    [GENOP_bs_get_tail] = "rdv",
    [GENOP_bs_get_position] = "rdv",
    [GENOP_bs_set_position] = "rs",
    [GENOP_bs_match] = "jrM",
    // building binaries
    [GENOP_bs_create_bin] = "fwvudB",
    [GENOP_bs_init_writable] = "",
    [GENOP_bs_init2] = "fzwvud",
    [GENOP_bs_init_bits] = "fzwvud",
    [GENOP_bs_add] = "fssud",
    [GENOP_bs_append] = "fswvusud",
    [GENOP_bs_private_append] = "fsusud",
    [GENOP_bs_put_integer] = "fsuus",
    [GENOP_bs_put_binary] = "fsuus",
    [GENOP_bs_put_float] = "fsuus",
    [GENOP_bs_put_string] = "uu",
    [GENOP_bs_utf8_size] = "fsd",
    [GENOP_bs_utf16_size] = "fsd",
    [GENOP_bs_put_utf8] = "fus",
    [GENOP_bs_put_utf16] = "fus",
    [GENOP_bs_put_utf32] = "fus",
};

enum { LABEL_DEFINED = 1, LABEL_USED = 2, LABEL_CALLED = 4, LABEL_ENTRY = 8, LABEL_LOOP = 16 };
// The number of words in the frame; or a negative value: the place cannot be reached; there is no frame; any frame (at
// the label of a func_info). A value from FRAME_MIXED on stands for frames of several sizes, and the rest of it is the
// size of the smallest. Such code only raises exceptions: the compiler shares it between frames, and does not adjust
// the size of the frame that a last call there drops.
enum { FRAME_ANY = -3, FRAME_UNREACHED = -2, FRAME_NONE = -1, FRAME_MIXED = 4096 };

struct check {
  const struct beam_file *f;
  struct beam_instr i;
  const char *what; // the first failure
  u8 *labels;       // LABEL_ flags
  i32 *frames;      // the frame at each label; FRAME_UNREACHED while none is known
  i32 frame;        // the frame at the instruction, FRAME_ if negative
  u32 functions;
  u32 entry;      // label of the present function
  u32 on_load;    // label of the on_load function
  u32 arity;      // arity of the present function
  u16 *arities;   // for beam_prove
  bool loops;     // whether some label has LABEL_LOOP
  u32 last_label; // the last label, when only a line came after it; else 0
  bool after_func_info;
};

static bool fail(struct check *c, const char *what) {
  if (!c->what) c->what = what;
  return false;
}

// --- Operands -----------------------------------------------------------------------------------

// The number of Y registers that exist in any case.
static i32 readable(i32 frame) {
  if (frame == FRAME_UNREACHED) return MAX_FRAME;
  if (frame >= FRAME_MIXED) return frame - FRAME_MIXED;
  return frame > 0 ? frame : 0;
}

static bool is_source(const struct check *c, const struct beam_arg *a) {
  switch (a->kind) {
    case BEAM_X: return a->value < MAX_X_REGISTERS;
    case BEAM_Y: return a->value < readable(c->frame);
    case BEAM_ATOM: return a->value <= c->f->atom_count;
    case BEAM_LITERAL: return a->value < c->f->literal_count;
    case BEAM_I:
    case BEAM_BIG: return true;
    default: return false;
  }
}

static bool is_register(const struct check *c, const struct beam_arg *a) {
  return (a->kind == BEAM_X || a->kind == BEAM_Y) && is_source(c, a);
}

static bool number_up_to(const struct beam_arg *a, u32 max) {
  return a->kind == BEAM_U && a->value >= 0 && a->value <= max;
}

// Notes that the code at a label is reached with this frame.
static bool arrive(struct check *c, u32 label, i32 frame) {
  i32 *at = &c->frames[label];
  if (frame == FRAME_UNREACHED || *at == frame || *at == FRAME_ANY) return true;
  if (c->labels[label] & LABEL_DEFINED) return fail(c, "a jump back with another stack frame");
  i32 less = readable(*at) < readable(frame) ? readable(*at) : readable(frame);
  *at = *at == FRAME_UNREACHED ? frame : FRAME_MIXED + less;
  return true;
}

// Compilers only jump back to wait for messages and to fail in func_info. Any other jump back makes a loop without
// calls, which must cost reductions (OP_loop).
static void mark_loop(struct check *c, u32 label) {
  if (!(c->labels[label] & LABEL_DEFINED) || c->frames[label] == FRAME_ANY) return;
  if (c->i.op == GENOP_loop_rec_end || c->i.op == GENOP_wait || c->i.op == GENOP_wait_timeout) return;
  c->labels[label] |= LABEL_LOOP;
  c->loops = true;
}

static bool branch(struct check *c, const struct beam_arg *a, bool optional) {
  if (a->kind != BEAM_F || a->value >= c->f->label_count || (a->value == 0 && !optional))
    return fail(c, "no such label");
  if (a->value == 0) return true;
  c->labels[a->value] |= LABEL_USED;
  mark_loop(c, (u32)a->value);
  return arrive(c, (u32)a->value, c->frame);
}

static bool call_target(struct check *c, const struct beam_arg *a) {
  if (a->kind != BEAM_F || a->value < 1 || a->value >= c->f->label_count) return fail(c, "no such label");
  c->labels[a->value] |= LABEL_CALLED;
  return true;
}

static bool import_operand(struct check *c, const struct beam_arg *a, i64 arity) {
  if (a->kind != BEAM_U || a->value >= c->f->import_count) return fail(c, "no such import");
  return c->f->imports[a->value].arity == arity || fail(c, "an import of another arity");
}

static i64 bif_arity(u32 op) {
  switch (op) {
    case GENOP_bif0: return 0;
    case GENOP_bif1:
    case GENOP_gc_bif1: return 1;
    case GENOP_bif2:
    case GENOP_gc_bif2: return 2;
    default: return 3;
  }
}

static bool lambda_operand(struct check *c, const struct beam_arg *a) {
  if (a->kind != BEAM_U || a->value >= c->f->lambda_count) return fail(c, "no such lambda");
  if (c->i.op == GENOP_make_fun3 && c->f->lambdas[a->value].free_count != c->i.list_count)
    return fail(c, "another number of free variables");
  return true;
}

static bool check_list(struct check *c, char form);

static bool check_operand(struct check *c, char letter, const struct beam_arg *a) {
  static const char bad[] = "an operand of the wrong kind or out of range";
  bool good;
  switch (letter) {
    case 'f': return branch(c, a, true);
    case 'j': return branch(c, a, false);
    case 'g': return a->kind == BEAM_ATOM ? a->value <= c->f->atom_count || fail(c, bad) : branch(c, a, true);
    case 'c': return call_target(c, a);
    case 'i': return import_operand(c, a, bif_arity(c->i.op));
    case 'C': return import_operand(c, a, c->i.args[0].value);
    case 'n': return lambda_operand(c, a);
    case 'l': good = a->kind == BEAM_U && a->value >= 1 && a->value < c->f->label_count; break;
    case 's': good = is_source(c, a); break;
    case 'r':
    case 'd': good = is_register(c, a); break;
    case 'y': good = a->kind == BEAM_Y && is_source(c, a); break;
    case 'q': good = a->kind == BEAM_FR && a->value < MAX_FLOAT_REGISTERS; break;
    case 'b': good = a->kind == BEAM_FR ? a->value < MAX_FLOAT_REGISTERS : is_source(c, a); break;
    case 'D': good = a->kind == BEAM_FR ? a->value < MAX_FLOAT_REGISTERS : is_register(c, a); break;
    case 'a': good = a->kind == BEAM_ATOM && a->value >= 1 && a->value <= c->f->atom_count; break;
    case 'u': good = number_up_to(a, INT32_MAX); break;
    case 'h': good = a->kind == BEAM_BIG || (a->kind == BEAM_U && a->value >= 0); break;
    case 'v': good = number_up_to(a, MAX_X_REGISTERS); break;
    case 'k': good = number_up_to(a, MAX_FRAME); break;
    case 'w': good = number_up_to(a, 1 << 24); break;
    case 'o': good = number_up_to(a, c->f->line_count ? c->f->line_count - 1 : INT32_MAX); break;
    case 'z': good = a->kind == BEAM_U ? number_up_to(a, INT32_MAX) : is_source(c, a); break;
    default: return (a->kind == BEAM_LIST || fail(c, "a list was expected")) && check_list(c, letter);
  }
  return good || fail(c, bad);
}

// --- Lists --------------------------------------------------------------------------------------

// Checks the items against the letters, which are repeated; the number of items must be a multiple of theirs.
static bool check_items(struct check *c, const char *letters) {
  u32 n = (u32)strlen(letters);
  if (c->i.list_count % n) return fail(c, "a list of the wrong length");
  for (u32 k = 0; k < c->i.list_count; k++)
    if (!check_operand(c, letters[k % n], &c->i.list[k])) return false;
  return true;
}

static bool text_is(const struct beam_file *f, i64 atom, const char *text) {
  if (atom < 1 || atom > f->atom_count) return false;
  struct beam_slice s = f->atoms[atom];
  return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}
static bool atom_is(const struct check *c, const struct beam_arg *a, const char *text) {
  return a->kind == BEAM_ATOM && text_is(c->f, a->value, text);
}

static bool in_strings(struct check *c, i64 offset, i64 bytes) {
  return (offset >= 0 && bytes >= 0 && offset + bytes <= c->f->strings.len) || fail(c, "beyond the string table");
}

// Segments of six operands: type, number, unit, flags, source, size. The source of a string is an offset.
static bool check_segments(struct check *c) {
  if (c->i.list_count % 6) return fail(c, "a list of the wrong length");
  for (u32 k = 0; k < c->i.list_count; k += 6) {
    struct beam_arg *s = &c->i.list[k];
    if (!check_operand(c, 'a', &s[0]) || !check_operand(c, 'u', &s[1]) || !check_operand(c, 'u', &s[2])) return false;
    if (!check_operand(c, 's', &s[3]) || !check_operand(c, 'z', &s[5])) return false;
    if (!atom_is(c, &s[0], "string")) {
      if (!check_operand(c, 's', &s[4])) return false;
    } else if (!check_operand(c, 'u', &s[4]) || s[5].kind != BEAM_I || s[5].value < 0 || s[5].value > UINT32_MAX) {
      return fail(c, "bad string segment");
    } else if (!in_strings(c, s[4].value, s[5].value)) {
      return false;
    }
  }
  return true;
}

static bool check_match_commands(struct check *c) {
  static const struct {
    const char *name, *letters;
  } commands[] = {
      {"ensure_at_least", "hu"}, {"ensure_exactly", "h"}, {"skip", "h"},  {"integer", "vshud"},
      {"binary", "vshud"},       {"get_tail", "vud"},     {"=:=", "?u?"},
  };
  for (u32 k = 0; k < c->i.list_count;) {
    u32 n = 0;
    while (n < COUNT_OF(commands) && !atom_is(c, &c->i.list[k], commands[n].name)) n++;
    if (n == COUNT_OF(commands)) return fail(c, "unknown match command (made by a newer compiler?)");
    k++;
    for (const char *letter = commands[n].letters; *letter; letter++, k++) {
      if (k == c->i.list_count) return fail(c, "truncated match command");
      const struct beam_arg *a = &c->i.list[k];
      // Live may be nil; the value has as many bits as its size says, at most 64.
      if (*letter == '?' ? a->kind != BEAM_U && a->kind != BEAM_ATOM && a->kind != BEAM_I
                         : !check_operand(c, *letter, a))
        return fail(c, "bad match command");
    }
  }
  return true;
}

static bool check_list(struct check *c, char form) {
  switch (form) {
    case 'E': return check_items(c, "s");
    case 'Y': return check_items(c, "y");
    case 'P': return check_items(c, "ss");
    case 'G': return check_items(c, "sd");
    case 'U': return check_items(c, "us");
    case 'S': return check_items(c, "sj");
    case 'A': return check_items(c, "uj");
    case 'B': return check_segments(c);
    case 'M': return check_match_commands(c);
    default: return fail(c, "internal: bad signature");
  }
}

// --- Frames and control flow --------------------------------------------------------------------

static bool frame_is(struct check *c, i32 frame) {
  return c->frame == frame || c->frame == FRAME_UNREACHED || fail(c, "another stack frame was expected here");
}
static bool has_frame(struct check *c) {
  return (c->frame >= 0 && c->frame < FRAME_MIXED) || c->frame == FRAME_UNREACHED ||
         fail(c, "a stack frame was expected here");
}

// erlang:error and similar functions never return, and the compiler relies on that.
bool check_never_returns(const struct beam_file *f, const struct beam_instr *i) {
  static const char *const names[] = {"error", "exit", "throw", "nif_error"};
  const struct beam_import *m = &f->imports[i->args[1].value];
  if (!text_is(f, m->module, "erlang") || (m->arity != 1 && !text_is(f, m->function, "error"))) return false;
  for (u32 k = 0; k < COUNT_OF(names); k++)
    if (text_is(f, m->function, names[k])) return true;
  return false;
}
static bool never_returns(const struct check *c) { return check_never_returns(c->f, &c->i); }

static bool at_label(struct check *c) {
  u32 label = (u32)c->i.args[0].value;
  if (c->labels[label] & LABEL_DEFINED) return fail(c, "the same label twice");
  c->labels[label] |= LABEL_DEFINED | (c->after_func_info ? LABEL_ENTRY : 0);
  if (c->after_func_info) {
    c->frame = FRAME_NONE;
    c->entry = label;
    c->arities[label] = (u16)(c->arity + 1);
    if (c->frames[label] == FRAME_UNREACHED) c->frames[label] = FRAME_NONE;
    return frame_is(c, c->frames[label]);
  }
  c->labels[label] &= (u8)~LABEL_DEFINED; // still open for the path from above
  arrive(c, label, c->frame);
  c->labels[label] |= LABEL_DEFINED;
  c->frame = c->frames[label];
  return true;
}

// Computes the frame behind the instruction from the frame before it: FRAME_UNREACHED when control never gets there.
static bool step(struct check *c) {
  const struct beam_arg *a = c->i.args;
  switch (c->i.op) {
    case GENOP_label: return at_label(c);
    case GENOP_allocate:
    case GENOP_allocate_heap:
    case GENOP_allocate_zero:
    case GENOP_allocate_heap_zero:
      if (!frame_is(c, FRAME_NONE)) return false;
      c->frame = (i32)a[0].value;
      return true;
    case GENOP_deallocate:
      if (!frame_is(c, (i32)a[0].value)) return false;
      c->frame = FRAME_NONE;
      return true;
    case GENOP_trim:
      if (!frame_is(c, (i32)(a[0].value + a[1].value))) return false;
      c->frame = (i32)a[1].value;
      return true;
    case GENOP_call:
    case GENOP_call_fun:
    case GENOP_call_fun2:
    case GENOP_apply: return has_frame(c);
    case GENOP_call_ext:
      if (!never_returns(c)) return has_frame(c);
      break;
    case GENOP_return:
    case GENOP_call_only:
      if (!frame_is(c, FRAME_NONE)) return false;
      break;
    case GENOP_call_ext_only:
      if (!never_returns(c) && !frame_is(c, FRAME_NONE)) return false;
      break;
    case GENOP_call_ext_last:
      if (!never_returns(c) && !frame_is(c, (i32)a[2].value)) return false;
      break;
    case GENOP_call_last:
      if (!frame_is(c, (i32)a[2].value)) return false;
      break;
    case GENOP_apply_last:
      if (!frame_is(c, (i32)a[1].value)) return false;
      break;
    case GENOP_func_info:
      if (++c->functions > c->f->function_count) return fail(c, "more functions than the header says");
      if (a[2].value > MAX_ARITY) return fail(c, "arity too large");
      if (!c->last_label) return fail(c, "a function without a label");
      c->arity = (u32)a[2].value;
      c->frames[c->last_label] = FRAME_ANY;
      break;
    case GENOP_jump:
    case GENOP_badmatch:
    case GENOP_case_end:
    case GENOP_if_end:
    case GENOP_badrecord:
    case GENOP_try_case_end:
    case GENOP_raise:
    case GENOP_select_val:
    case GENOP_select_tuple_arity:
    case GENOP_wait:
    case GENOP_loop_rec_end: break;
    case GENOP_on_load:
      c->on_load = c->entry;
      if (!c->entry) return fail(c, "on_load outside a function");
      return c->arity == 0 || fail(c, "an on_load function that takes arguments");
    case GENOP_bs_match_string: return in_strings(c, a[3].value, (a[2].value + 7) / 8);
    case GENOP_bs_put_string: return in_strings(c, a[1].value, a[0].value);
    default: return true;
  }
  c->frame = FRAME_UNREACHED;
  return true;
}

static bool check_instruction(struct check *c) {
  const char *letters = signatures[c->i.op];
  if (!letters) return fail(c, "an instruction of before OTP 23");
  if (!translate_knows(c->i.op)) return fail(c, "an instruction this VM does not have");
  for (u32 k = 0; k < c->i.arg_count; k++)
    if (!check_operand(c, letters[k], &c->i.args[k])) return false;
  if (!step(c)) return false;
  if (c->i.op == GENOP_label) c->last_label = (u32)c->i.args[0].value;
  else if (c->i.op != GENOP_line) c->last_label = 0;
  c->after_func_info =
      c->i.op == GENOP_func_info || (c->after_func_info && (c->i.op == GENOP_label || c->i.op == GENOP_line));
  return true;
}

// --- The whole ----------------------------------------------------------------------------------

static bool check_labels(struct check *c) {
  for (u32 k = 1; k < c->f->label_count; k++) {
    u8 flags = c->labels[k];
    if ((flags & (LABEL_USED | LABEL_CALLED)) && !(flags & LABEL_DEFINED))
      return fail(c, "a label is used but not defined");
    if ((flags & LABEL_CALLED) && !(flags & LABEL_ENTRY)) return fail(c, "a call of a label inside a function");
  }
  for (u32 k = 0; k < c->f->export_count; k++)
    if (!(c->labels[c->f->exports[k].label] & LABEL_ENTRY)) return fail(c, "an export is no function");
  for (u32 k = 0; k < c->f->lambda_count; k++)
    if (!(c->labels[c->f->lambdas[k].label] & LABEL_ENTRY)) return fail(c, "a lambda is no function");
  return true;
}

static bool check_code(struct check *c, struct beam_error *e) {
  struct beam_cursor cursor;
  int more;
  beam_start(&cursor, c->f);
  while ((more = beam_next(&cursor, &c->i, e)) > 0)
    if (!check_instruction(c)) break;
  beam_stop(&cursor);
  if (more < 0) return false;
  if (more == 0) c->i.offset = c->f->code.len;
  return more == 0 && check_labels(c);
}

bool beam_check(struct beam_file *f, struct beam_error *e) {
  struct check c = {.f = f, .frame = FRAME_UNREACHED};
  size_t n = f->label_count;
  memset(e, 0, sizeof *e);
  c.labels = mem_calloc(n, MEM_CODE);
  c.frames = mem_alloc(n * sizeof *c.frames, MEM_CODE);
  c.arities = mem_calloc(n * sizeof *c.arities, MEM_CODE);
  bool good = c.labels && c.frames && c.arities;
  if (!good) fail(&c, "out of memory");
  for (size_t k = 0; good && k < n; k++) c.frames[k] = FRAME_UNREACHED;
  good = good && check_code(&c, e) && beam_prove(f, c.arities, e);
  f->on_load = c.on_load;
  if (good && c.loops) {
    for (size_t k = 0; k < n; k++) c.labels[k] = (c.labels[k] & LABEL_LOOP) != 0;
    f->loops = c.labels;
  } else if (c.labels) mem_free(c.labels, n, MEM_CODE);
  if (c.arities) mem_free(c.arities, n * sizeof *c.arities, MEM_CODE);
  if (c.frames) mem_free(c.frames, n * sizeof *c.frames, MEM_CODE);
  if (!good && !e->what) *e = (struct beam_error){"Code", f->code_header + c.i.offset, c.what, {0}};
  return good;
}
