// SPDX-License-Identifier: Apache-2.0
// Comparison operators, type tests and boolean operators as functions: for apply, match specifications, and guards that
// the interpreter has no operation for.

#include "bif/bif.h"
#include "bif/bif_system.h"
#include "gen/bifs.h"
#include "process/held.h"
#include "term/record.h"

#define QUESTION1(name, condition) \
  term name(struct process *p UNUSED, term *a) { return make_bool(condition(a[0])); }

// Compares; long comparisons pause and go on in portions.
static term compared(enum term_mode mode, term *a, bool (*answer)(int)) {
  int order;
  return held_compare(mode, a[0], a[1], &order) ? make_bool(answer(order)) : bif_yield();
}
#define QUESTION_OF_ORDER(name, mode, condition) \
  static bool name##_is(int order) { return order condition; } \
  term name(struct process *p UNUSED, term *a) { return compared(mode, a, name##_is); }
QUESTION_OF_ORDER(bif_less, TERM_ORDER, < 0)
QUESTION_OF_ORDER(bif_less_equal, TERM_ORDER, <= 0)
QUESTION_OF_ORDER(bif_greater, TERM_ORDER, > 0)
QUESTION_OF_ORDER(bif_greater_equal, TERM_ORDER, >= 0)
QUESTION_OF_ORDER(bif_equal, TERM_EQUAL, == 0)
QUESTION_OF_ORDER(bif_not_equal, TERM_EQUAL, != 0)
QUESTION_OF_ORDER(bif_same, TERM_SAME, == 0)
QUESTION_OF_ORDER(bif_not_same, TERM_SAME, != 0)

QUESTION1(bif_is_atom, is_atom)
QUESTION1(bif_is_binary, is_binary)
QUESTION1(bif_is_bitstring, is_bitstring)
QUESTION1(bif_is_boolean, atom_is_bool)
QUESTION1(bif_is_float, is_float)
QUESTION1(bif_is_function, is_fun)
QUESTION1(bif_is_integer, is_integer)
QUESTION1(bif_is_list, is_list)
QUESTION1(bif_is_map, is_map)
QUESTION1(bif_is_number, is_number)
QUESTION1(bif_is_pid, is_pid)
QUESTION1(bif_is_port, is_port)
QUESTION1(bif_is_reference, is_ref)
QUESTION1(bif_is_tuple, is_tuple)

// is_integer(Term, Low, High) of OTP 29.
term bif_is_integer_3(struct process *p UNUSED, term *a) {
  if (!is_integer(a[1]) || !is_integer(a[2])) return bif_badarg();
  return make_bool(is_integer(a[0]) && int_compare(a[0], a[1]) >= 0 && int_compare(a[0], a[2]) <= 0);
}

// An arity that is no small is larger than any fun's.
term bif_is_function_2(struct process *p UNUSED, term *a) {
  if (!is_integer(a[1]) || int_is_negative(a[1])) return bif_badarg();
  return make_bool(is_fun(a[0]) && a[1] == make_small((i64)header_aux(boxed_header(a[0]))));
}

static bool is_record(term t, term tag) { return is_tuple(t) && tuple_arity(t) > 0 && tuple_elements(t)[0] == tag; }

term bif_is_record_1(struct process *p UNUSED, term *a) { return make_bool(is_native_record(a[0])); } // OTP 29

term bif_is_record(struct process *p UNUSED, term *a) {
  if (!is_atom(a[1])) return bif_badarg();
  return make_bool(is_native_record(a[0]) ? record_definition(a[0])[RECORD_NAME] == a[1] : is_record(a[0], a[1]));
}

// The size and tag of a tuple; from OTP 29 on also the module and name of a native record.
term bif_is_record_3(struct process *p UNUSED, term *a) {
  if (is_atom(a[1]) && is_atom(a[2]) && system_otp_release() >= 29) return make_bool(record_is(a[0], a[1], a[2]));
  if (!is_atom(a[1]) || !is_small(a[2])) return bif_badarg();
  return make_bool(is_record(a[0], a[1]) && (i64)tuple_arity(a[0]) == small_val(a[2]));
}

term bif_not(struct process *p UNUSED, term *a) {
  return atom_is_bool(a[0]) ? make_bool(a[0] == ATOM_false) : bif_badarg();
}

#define BOOLEAN_OPERATOR(name, operator) \
  term name(struct process *p UNUSED, term *a) { \
    if (!atom_is_bool(a[0]) || !atom_is_bool(a[1])) return bif_badarg(); \
    return make_bool((a[0] == ATOM_true) operator(a[1] == ATOM_true)); \
  }
BOOLEAN_OPERATOR(bif_and, &&)
BOOLEAN_OPERATOR(bif_or, ||)
BOOLEAN_OPERATOR(bif_xor, !=)
