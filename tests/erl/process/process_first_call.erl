%% SPDX-License-Identifier: Apache-2.0
%%
%% A process whose slice ends exactly when it calls a function of a module that is not loaded yet keeps its arguments,
%% whatever runs in between; so does a process that calls a BIF by apply.
-module(process_first_call).
-export([main/0, busy/3]).

main() ->
    Busy = spawn_link(fun() -> busy(wrong, wrong, wrong) end),
    [io:format("~p~n", [F()]) || F <- [fun sums/0, fun trees/0, fun day/0, fun lines/0, fun applied/0]],
    unlink(Busy),
    exit(Busy, kill).

busy(A, B, C) -> busy(B, C, A).

sums() -> erlang:bump_reductions(1000000), dict:to_list(dict:from_list([{a, 1}, {b, 2}])).
trees() -> erlang:bump_reductions(1000000), R = gb_trees:from_orddict([{a, 1}, {b, 2}]),
    erlang:bump_reductions(1000000), [gb_trees:get(b, R)].
day() -> erlang:bump_reductions(1000000), {calendar:day_of_the_week(2024, 2, 29), ok}.
lines() -> erlang:bump_reductions(1000000), [sofs:to_external(sofs:relation([{1, a}, {2, b}]))].

applied() ->
    [begin
        erlang:bump_reductions(1000000),
        apply(M, F, A)
     end || {M, F, A} <- [{erlang, '+', [1, 2]}, {erlang, element, [2, {a, b}]},
         {lists, keyfind, [b, 1, [{a, 1}, {b, 2}]]}, {erlang, setelement, [1, {a, b}, c]}]].
