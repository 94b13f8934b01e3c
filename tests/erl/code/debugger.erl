%% SPDX-License-Identifier: Apache-2.0
%% The debugger of OTP 28 and later, in an emulator that was started without it (+D).
-module(debugger).
-export([main/0]).

main() ->
    P = spawn(fun() -> receive stop -> ok end end),
    {module, _} = code:ensure_loaded(erl_debugger),
    Functions = lists:sort([FA || {F, _} = FA <- erl_debugger:module_info(exports), F =/= module_info]),
    io:format("~w~n", [Functions]),
    [show(erl_debugger, F, A) || {F, As} <- [
        {supported, [[]]}, {instrumentations, [[]]},
            {toggle_instrumentations, [[#{line_breakpoint => true}], [#{}], [x]]}, {register, [[self()], [x]]},
            {whereis, [[]]},
        {unregister, [[self(), 1], [x, y]]}, {breakpoint, [[lists, 1, true], [no_mod, 1, true], [1, x, y]]},
            {breakpoints, [[lists], [no_mod], [1], [lists, map, 2], [lists, 1, x]]},
        {stack_frames, [[P, 10], [x, y]]}, {peek_stack_frame_slot, [[P, 0, 0, 10], [x, 0, 0, 10]]},
            {xregs_count, [[P], [x]]}, {peek_xreg, [[P, 0, 10], [x, y, z]]}], A <- As],
    [show(erts_internal, notify_breakpoint_hit, A) || A <- [[{lists, map, 2}, 1, fun() -> ok end], [x, y, z]]].

show(M, F, A) ->
    Result = try apply(M, F, A) catch C:R:St -> [{M2, F2, A2, I}, Caller | _] = St,
        {C, R, M2, F2, A2 =:= A, I, element(2, Caller)} end,
    io:format("~w:~w ~0p~n", [M, F, Result]).
