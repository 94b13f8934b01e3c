%% SPDX-License-Identifier: Apache-2.0
%% What the errors of some functions of the emulator say beyond badarg, and which arguments they accept: names,
%% monitors, packets, timers with an absolute time, signals of the operating system, and which functions are built in.
-module(bad_arguments).
-export([main/0]).

main() ->
    Dead = spawn(fun() -> ok end),
    timer:sleep(10),
    register(me, self()),
    _ = [io:format("~p ~0p~n", [Name, told(F)]) || {Name, F} <- cases(Dead)],
    unregister(me).

told(F) ->
    try F()
    catch
        error:Reason:Stack -> {Reason, lists:keyfind(error_info, 1, element(4, hd(Stack)))}
    end.

cases(D) ->
    [
        {reg_dead, fun() -> register(a,D) end},
        {reg_twice, fun() -> register(me2,self()) end},
        {reg_name, fun() -> register(me, spawn(fun() -> timer:sleep(100) end)) end},
        {reg_undef, fun() -> register(undefined, self()) end},
        {reg_int, fun() -> register(1, self()) end},
        {reg_b, fun() -> register(a, b) end},
        {unreg, fun() -> unregister(nope) end},
        {unreg1, fun() -> unregister(1) end},
        {unreg2, fun() -> unregister(undefined) end},
        {whereis1, fun() -> whereis(1) end},
        {dem, fun() -> demonitor(make_ref(),[bad]) end},
        {dem2, fun() -> demonitor(x,[bad]) end},
        {dem3, fun() -> demonitor(make_ref(),[flush|x]) end},
        {dem4, fun() -> demonitor(x,[]) end},
        {mon1, fun() -> monitor(bad,self()) end},
        {mon2, fun() -> monitor(process,1) end},
        {mon3, fun() -> monitor(1,self()) end},
        {mon4, fun() -> monitor(bad,self(),[]) end},
        {mon5, fun() -> monitor(bad,self(),[bad]) end},
        {mon6, fun() -> monitor(time_offset,x) end},
        {mon7, fun() -> monitor(port,self()) end},
        {mon8, fun() -> monitor(process,self(),x) end},
        {mon9, fun() -> monitor(process,{a,1},[]) end},
        {dp1, fun() -> erlang:decode_packet(bad,<<>>,[]) end},
        {dp2, fun() -> erlang:decode_packet(1,<<>>,[]) end},
        {dp3, fun() -> erlang:decode_packet(bad,x,[]) end},
        {dp4, fun() -> erlang:decode_packet(raw,<<>>,[{packet_size,x}]) end},
        {dp5, fun() -> erlang:decode_packet(raw,<<>>,x) end},
        {dp6, fun() -> erlang:decode_packet(bad,<<>>,[x]) end},
        {rt, fun() -> seq_trace:reset_trace() end},
        {sf, fun() -> erlang:system_flag(reset_seq_trace,false) end},
        {abs1, fun() -> erlang:send_after(erlang:system_info(start_time) div 1000000 - 5000,self(),x,[{abs,true}]) end},
        {abs2, fun() -> erlang:start_timer(-1 bsl 70,self(),x,[{abs,true}]) end},
        {abs3, fun() -> is_reference(erlang:start_timer(erlang:system_info(start_time) div 1000000,self(),x,
            [{abs,true}])) end},
        {abs4, fun() -> is_reference(erlang:start_timer(erlang:system_info(start_time) div 1000000+1,self(),x,
            [{abs,true}])) end},
        {abs5, fun() -> is_reference(erlang:start_timer(erlang:system_info(start_time) div 1000000-1,self(),x,
            [{abs,true}])) end},
        {bi, fun() -> {erlang:is_builtin(erlang,max,2),erlang:is_builtin(erlang,min,2),
            erlang:is_builtin(lists,append,2),erlang:is_builtin(erlang,apply,2),erlang:is_builtin(erlang,apply,3),
            erlang:is_builtin(erlang,spawn,1), lists:sort([FA || {F,A} = FA <- erlang:module_info(exports),
            erlang:is_builtin(erlang,F,A)])} end},
        {os_signal, fun() -> {catch os:set_signal(sigterm, handle), element(1,catch os:set_signal(sigfoo, handle)),
            element(1, catch os:set_signal(sigterm, foo)), element(1,catch os:set_signal(1, foo)),
            os:set_signal(sigusr1,ignore)} end},
        {sig, fun() -> os:set_signal(sigkill,handle) end},
        {sig2, fun() -> [ {S, try os:set_signal(S, default) catch _:R -> R end}
            || S <- [sighup,sigquit,sigabrt,sigalrm,sigterm,sigusr1,sigusr2,sigchld,sigstop,sigtstp,sigcont,sigwinch,
            siginfo,sigint,sigpipe,sigsegv]] end}
    ].
