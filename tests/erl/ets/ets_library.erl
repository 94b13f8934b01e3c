%% SPDX-License-Identifier: Apache-2.0
%% What stdlib builds on the built-in functions: folds, tab2list, fun2ms, repair_continuation, tables from lists.
-module(ets_library).
-export([main/0]).
-include_lib("stdlib/include/ms_transform.hrl").

main() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{I, I * I, lists:seq(1, I rem 4)} || I <- lists:seq(1, 20)]),
    p("foldl", fun() -> ets:foldl(fun({K, _, _}, A) -> [K | A] end, [], T) end),
    p("foldr", fun() -> ets:foldr(fun({K, _, _}, A) -> [K | A] end, [], T) end),
    p("tab2list", fun() -> ets:tab2list(T) end),
    p("fun2ms", fun() -> ets:select(T, ets:fun2ms(fun({K, V, _}) when K > 3, V < 100 -> {K, V + 1} end)) end),
    p("fun2ms object", fun() -> ets:select(T, ets:fun2ms(fun({K, _, [1 | R]} = O) when K < 8 -> {O, R} end)) end),
    p("fun2ms bool",
        fun() -> ets:select_count(T, ets:fun2ms(fun({K, V, L}) when K > 3 andalso V < 100 orelse L =:= [] ->
        true end)) end),
    p("match_delete", fun() -> {ets:match_delete(T, {'_', '_', []}), ets:info(T, size)} end),
    p("delete_all_objects", fun() -> U = ets:new(u, []), ets:insert(U, [{1}, {2}]),
        {ets:delete_all_objects(U), ets:tab2list(U)} end),
    p("match_spec_run", fun() -> ets:match_spec_run([{I, I + 1} || I <- lists:seq(1, 9)],
        ets:match_spec_compile([{{'$1', '$2'}, [{'=:=', {'rem', '$1', 2}, 0}], [{{'$2', '$1'}}]}])) end),
    p("match_spec_run long", fun() -> length(ets:match_spec_run([{I, I + 1} || I <- lists:seq(1, 9000)],
        ets:match_spec_compile([{{'$1', '$2'}, [{'=:=', {'rem', '$1', 2}, 0}], [{{'$2', '$1'}}]}]))) end),
    p("test_ms", fun() -> {ets:test_ms({1, 2}, [{{'$1', '$2'}, [], [{{'$2', '$1'}}]}]),
        ets:test_ms({1, 2}, [{{'$1'}, [], ['$1']}])} end),
    p("test_ms bad", fun() -> ets:test_ms({1, 2}, [{{'$1'}, [], ['$2']}]) end),
    p("repair", fun() ->
        MS = [{{'$1', '_', '_'}, [], ['$1']}],
        {L, C} = ets:select(T, MS, 3),
        C2 = binary_to_term(term_to_binary(C)),
        {M, _} = ets:select(ets:repair_continuation(C2, MS)),
        {L, M} end),
    p("compiled", fun() -> C = ets:match_spec_compile([{'_', [], [true]}]),
        {ets:is_compiled_ms(C), ets:is_compiled_ms(x), ets:is_compiled_ms(make_ref()), is_reference(C)} end),
    p("to and from list", fun() -> U = ets:new(u, [ordered_set]), ets:init_table(U, list([{3}, {1}, {2}])),
        ets:tab2list(U) end),
    p("from_dets style table", fun() -> qlc_free(ets:table(T)) end),
    p("next in a loop", fun() -> loop(T, ets:first(T)) end),
    p("prev in a loop", fun() -> back(T, ets:last(T)) end),
    p("slots", fun() -> slots(T, 0) end),
    p("slots of a set", fun() -> U = ets:new(u, []), ets:insert(U, [{I} || I <- lists:seq(1, 1000)]),
        length(slots(U, 0)) end),
    ok.

list(L) -> fun(read) -> {L, fun(read) -> end_of_input; (close) -> ok end}; (close) -> ok end.

qlc_free(H) -> is_tuple(H).

loop(_, '$end_of_table') -> [];
loop(T, K) -> [K | loop(T, ets:next(T, K))].

back(_, '$end_of_table') -> [];
back(T, K) -> [K | back(T, ets:prev(T, K))].

slots(T, N) ->
    case ets:slot(T, N) of '$end_of_table' -> []; L -> [K || {K} <- L] ++ [K || {K, _, _} <- L] ++ slots(T, N + 1) end.

%% Prints the value; or class, reason and error_info of the first stack entry. References and pids are replaced, because
%% they differ between systems.
p(Name, F) ->
    R = try F() catch C:E:S ->
        {M, Fn, A, L} = hd(S),
        {C, E, M, Fn, if is_list(A) -> length(A); true -> A end, proplists:get_value(error_info, L)}
    end,
    io:format("~s: ~0p~n", [Name, norm(R)]).

norm(R) when is_reference(R) -> 'Ref';
norm(P) when is_pid(P) -> 'Pid';
norm(F) when is_function(F) -> 'Fun';
norm([H | T]) -> [norm(H) | norm(T)];
norm(T) when is_tuple(T) -> list_to_tuple(norm(tuple_to_list(T)));
norm(M) when is_map(M) -> maps:from_list(norm(maps:to_list(M)));
norm(X) -> X.
