// SPDX-License-Identifier: Apache-2.0
// Which operations become one when one follows the other: for the interpreter, a dispatch costs about as much as a
// move. They were chosen by how often they occur in OTP's code and in the benchmarks.
#include "code/emit.h"

#define PAIR(first, second) ((u32)OP_##first << 16 | OP_##second)
#define FUSE(first, second, both) \
  case PAIR(first, second): return OP_##both;

// The operands of the second operation follow those of the first.
cword fuse_operands(cword first, cword second) {
  switch ((u32)first << 16 | (u32)second) {
    FUSE(move_ax, move_ax, move2_ax)
    FUSE(move_ax, move_yx, move_ax_yx)
    FUSE(move_ax_yx, move_yx, move_ax_2yx)
    FUSE(move_ax_yx, call_last, move_ax_yx_call_last)
    FUSE(move_ax_2yx, call_last, move_ax_2yx_call_last)
    FUSE(move_ax, call, move_call)
    FUSE(move_ax, call_only, move_call_only)
    FUSE(move_ax, return, move_return)
    FUSE(move2_ax, call, move2_ax_call)
    FUSE(move2_ax, call_only, move2_ax_call_only)
    FUSE(move_yx, move_yx, move2_yx)
    FUSE(move_yx, move_ay, move_yx_ay)
    FUSE(move_yx, move_ax, move_yx_ax)
    FUSE(move_yx, call, move_y_call)
    FUSE(move_yx, call_last, move_y_call_last)
    FUSE(move2_yx, call_last, move2_yx_call_last)
    FUSE(move_ay, move_ay, move2_ay)
    FUSE(move2_ay, move_ay, move3_ay)
    FUSE(move_ay, move_ax, move_ay_ax)
    FUSE(move_ay_ax, call, move_ay_ax_call)
    FUSE(allocate, move_ay, allocate_move)
    FUSE(allocate, init_y, allocate_init)
    FUSE(is_cons_a, allocate, is_cons_allocate)
    FUSE(is_cons_allocate, move_ay, is_cons_allocate_move)
    FUSE(trim, call, trim_call)
    FUSE(deallocate, return, deallocate_return)
    default: return 0;
  }
}

// The second operation stays in place as a whole, because the cold twin of the first continues with it.
cword fuse_whole(cword first, cword second) {
  switch ((u32)first << 16 | (u32)second) {
    FUSE(test_heap, put_list_aax, heap_list_aax)
    FUSE(test_heap, put_list_yax, heap_list_yax)
    FUSE(test_heap, put_tuple, heap_tuple)
    FUSE(add_aa, return, add_aa_return)
    FUSE(heap_list_yax, deallocate_return, heap_list_yax_end)
    default: return 0;
  }
}
