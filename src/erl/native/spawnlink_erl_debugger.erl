%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's erl_debugger (since OTP 28), to which the loader redirects its stubs. They behave as in
%% an emulator that was started without +D: a debugger is not supported, and most functions are undefined.
-module(spawnlink_erl_debugger).
-export([supported/0, instrumentations/0, toggle_instrumentations/1, register/1, unregister/2, whereis/0, breakpoint/3,
    breakpoints/1, breakpoints/3,
         stack_frames/2, peek_stack_frame_slot/4, xregs_count/1, peek_xreg/3]).

supported() -> false.
instrumentations() -> without(instrumentations, []).
toggle_instrumentations(Toggle) -> without(toggle_instrumentations, [Toggle]).
register(Pid) -> without(register, [Pid]).
unregister(Pid, Session) -> without(unregister, [Pid, Session]).
whereis() -> without(whereis, []).
breakpoint(Module, Line, Flag) -> without(breakpoint, [Module, Line, Flag]).
breakpoints(Module) -> without(breakpoints, [Module]).
breakpoints(Module, Function, Arity) -> without(breakpoints, [Module, Function, Arity]).
stack_frames(Pid, Size) -> without(stack_frames, [Pid, Size]).
peek_stack_frame_slot(Pid, Frame, Slot, Size) -> without(peek_stack_frame_slot, [Pid, Frame, Slot, Size]).
xregs_count(Pid) -> without(xregs_count, [Pid]).
peek_xreg(Pid, Register, Size) -> without(peek_xreg, [Pid, Register, Size]).

without(Function, Arguments) -> spawnlink_native:fail(undef, erl_debugger, Function, Arguments, []).
