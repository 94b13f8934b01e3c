%% SPDX-License-Identifier: Apache-2.0
%%
%% Functions of OTP's module erlang that are too seldom called to be in C: the loader leads its stubs here.
%% decode_packet/3 is in spawnlink_packet.
-module(spawnlink_erlang).
-export([decode_packet/3, garbage_collect_message_area/0, exit_signal/2, exit_signal/3, '$handle_undefined_function'/2]).

decode_packet(Type, Bin, Options) ->
    try spawnlink_packet:decode(Type, Bin, Options)
    catch error:badarg:Stack -> spawnlink_native:badarg(erlang, decode_packet, [Type, Bin, Options], Stack)
    end.

%% Messages are in the heap of who gets them: there is no area of their own.
garbage_collect_message_area() -> false.

%% Unlike exit/2, a process that says normal to itself is not ended.
exit_signal(Pid, normal) when Pid =:= self() ->
    {trap_exit, Traps} = process_info(Pid, trap_exit),
    Traps andalso exit(Pid, normal),
    true;
exit_signal(Pid, Reason) ->
    try exit(Pid, Reason)
    catch error:badarg:Stack -> spawnlink_native:badarg(erlang, exit_signal, [Pid, Reason], Stack)
    end.

exit_signal(Pid, Reason, Options) ->
    try erlang:exit(Pid, Reason, Options)
    catch error:badarg:Stack -> spawnlink_native:badarg(erlang, exit_signal, [Pid, Reason, Options], Stack)
    end.

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(erlang, Function, Arguments).
