%% SPDX-License-Identifier: Apache-2.0
-module(sx).
%% Helper of the one-line expressions in exprs.erl.
-export([idle/0, idle/1, run/2, tell/2, dead/0, why/1, mb/0, take/1, down/1, gone/1, links/1, by/1, mbox/1, trap/0,
    eval/1]).
%% idle(): a process that runs funs when it is told; idle(trap): the same, trapping exits; idle(link): linked to the
%% caller
idle() -> spawn(fun loop/0).
idle(trap) -> P = idle(), run(P, fun() -> process_flag(trap_exit, true) end), P;
idle(link) -> spawn_link(fun loop/0).
loop() ->
    receive {'$r', F, R, G} -> F ! {R, try G() catch C:E -> {C, E} end}, loop();
            {'$t', G} -> G(), loop();
            '$stop' -> ok end.
run(P, G) -> R = make_ref(), P ! {'$r', self(), R, G}, receive {R, X} -> X after 1000 -> no_reply end.
tell(P, G) -> P ! {'$t', G}, ok.                    % run G in P unprotected
dead() -> {P, M} = spawn_monitor(fun() -> ok end), receive {'DOWN', M, _, _, _} -> P end.
why(G) -> {_, M} = spawn_monitor(G), down(M).       % exit reason of a process running G
down(M) -> receive {'DOWN', M, _, _, R} -> R after 1000 -> no_down end.
gone(P) -> M = erlang:monitor(process, P), receive {'DOWN', M, _, _, _} -> ok after 1000 -> alive end.
mb() -> receive X -> [X | mb()] after 0 -> [] end.  % everything queued now
take(0) -> [];
take(N) -> receive X -> [X | take(N - 1)] after 300 -> [none] end.
links(P) -> case process_info(P, links) of {links, L} -> L; U -> U end.
by(P) -> {monitored_by, L} = process_info(P, monitored_by), L.
mbox(P) -> {messages, L} = process_info(P, messages), L.
trap() -> process_flag(trap_exit, true).

%% Evaluates "E1, E2, ..." in a new process; returns the result in a printable form that is the same on all systems.
eval(S) ->
    Me = self(), Ref = make_ref(),
    {P, M} = spawn_monitor(fun() ->
        {ok, T, _} = erl_scan:string(S ++ "."), {ok, Es} = erl_parse:parse_exprs(T),
        R = try {value, V, _} = erl_eval:exprs(Es, []), {ok, V} catch C:E -> {C, E} end,
        Me ! {Ref, R} end),
    receive {Ref, {ok, V}} -> receive {'DOWN', M, _, _, _} -> ok after 200 -> ok end, {ok, n(V)};
            {Ref, {C, E}} -> receive {'DOWN', M, _, _, _} -> ok after 200 -> ok end, {raised, n({C, E})};
            {'DOWN', M, process, P, R} -> {died, n(R)}
    after 20000 -> exit(P, kill), timeout end.
n(T) when is_pid(T) -> '<pid>';
n(T) when is_reference(T) -> '<ref>';
n(T) when is_port(T) -> '<port>';
n(T) when is_function(T) -> '<fun>';
n(T) when is_tuple(T) -> list_to_tuple([n(X) || X <- tuple_to_list(T)]);
n([H | T]) -> [n(H) | n(T)];
n(T) when is_map(T) -> maps:from_list([{K, n(V)} || {K, V} <- maps:to_list(T)]);
n(T) -> T.
