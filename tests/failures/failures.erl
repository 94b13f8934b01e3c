%% SPDX-License-Identifier: Apache-2.0
%% The program in which allocations are made to fail (tests/failures/run.js): it does a little of everything that needs
%% memory. A process that gets no memory dies; the processes that wait for it learn this through monitors.
-module(failures).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    work(fun() -> lists:foldl(fun(X, A) -> [{X, A} | A] end, [], lists:seq(1, 12)), lists:seq(1, 3000) end),
    work(fun() -> binary_to_term(term_to_binary([{X, <<X:200>>, #{X => "text", y => 1.5}}
        || X <- lists:seq(1, 50)])) end),
    work(fun() -> messages(50) end),
    work(fun() -> [link(spawn(fun() -> ok end)) || _ <- lists:seq(1, 10)] end),
    work(fun() -> T = ets:new(t, [ordered_set]), [ets:insert(T, {X, <<0:800>>}) || X <- lists:seq(1, 50)],
        ets:match_object(T, {'_', '_'}) end),
    work(fun() -> B = list_to_binary(lists:duplicate(5000, 7)), <<B/binary, B/binary, (binary:copy(B, 3))/binary>> end),
    work(fun() -> maps:from_list([{X, self()} || X <- lists:seq(1, 200)]) end),
    work(fun() -> register(failing, self()), put(key, lists:seq(1, 100)), erlang:send_after(0, self(), tick),
        receive tick -> ok end end),
    work(fun() -> _ = integer_to_list(1 bsl 5000), <<(1 bsl 3000):4000>> end),
    work(fun() -> erlang:raise(error, {reason, lists:seq(1, 20)}, []) end),
    garbage_collect().

%% Runs F in a process that is linked and monitored.
work(F) ->
    {P, M} = spawn_opt(F, [link, monitor]),
    receive {'DOWN', M, process, P, _} -> ok end,
    receive {'EXIT', P, _} -> ok end.

messages(N) ->
    Me = self(),
    {P, M} = spawn_opt(fun() -> echo(Me) end, [link, monitor]),
    [P ! {Me, X, "a message", <<X:1000>>} || X <- lists:seq(1, N)],
    echoes(N, P, M).

echo(To) -> receive {To, X, _, B} -> To ! {X, B}, echo(To); stop -> ok end.

echoes(0, P, M) -> P ! stop, receive {'DOWN', M, _, _, _} -> ok end;
echoes(N, P, M) -> receive {_, _} -> echoes(N - 1, P, M); {'DOWN', M, _, _, _} -> ok end.
