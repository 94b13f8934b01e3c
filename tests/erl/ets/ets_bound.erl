%% SPDX-License-Identifier: Apache-2.0
%% Match specifications with many clauses whose keys are given, completely or in their first elements: what they find in
%% each type of table, and that the time depends on the number of keys and not on that of rows.
-module(ets_bound).
-export([main/0]).

main() ->
    [types(Type) || Type <- [set, ordered_set, bag, duplicate_bag]],
    spans(),
    [quick(Type) || Type <- [set, bag, duplicate_bag]]. % erl searches a whole ordered set

types(Type) ->
    Keys = lists:seq(1, 900, 3),
    Spec = [{{K, '$1'}, [], [{{K, '$1'}}]} || K <- Keys ++ [5, 4, 1.0, none]],
    New = fun() -> T = ets:new(t, [Type, public]), ets:insert(T, [{I, I rem 7} || I <- lists:seq(1, 1000)]), T end,
    T = New(),
    io:format("~p ~p~n", [Type, erlang:phash2(lists:sort(ets:select(T, Spec)))]),
    io:format("~p~n", [lists:sort(ets:select(T, Spec)) =:= lists:sort([R || {K, _} = R <- ets:tab2list(T),
        lists:member(K, [4, 5 | Keys])])]),
    io:format("~p ~p~n", [ets:select_count(T, [{{K, '_'}, [], [true]} || K <- Keys]),
        length(pages(ets:select(T, Spec, 7)))]),
    io:format("~p~n", [lists:sort(pages(ets:select(T, Spec, 7))) =:= lists:sort(ets:select(T, Spec))]),
    io:format("~p~n", [ets:select_delete(T, [{{K, '_'}, [], [true]} || K <- Keys]) ]),
    io:format("~p~n", [ets:info(T, size)]),
    Type =:= bag orelse io:format("~p ~p~n", [ets:select_replace(T,
        [{{K, '$1'}, [], [{{K, x}}]} || K <- lists:seq(2, 300)]), ets:lookup(T, 3)]),
    io:format("~p~n", [lists:sort(ets:match(T, {2, '$1'}))]).

pages('$end_of_table') -> [];
pages({L, C}) -> L ++ pages(ets:select(C)).

%% Only for an ordered set: searches from the first key that may match to the last.
spans() ->
    T = ets:new(t, [ordered_set]),
    Rows = [{{A, B}, B} || A <- [a, b, c, d, e], B <- lists:seq(1, 50)],
    ets:insert(T, Rows),
    ets:insert(T, [{I, I} || I <- lists:seq(1, 50)] ++ [{[x, I], I} || I <- lists:seq(1, 50)] ++ [{#{I => 1}, I}
        || I <- lists:seq(1, 5)]),
    Specs = [[{{{b, '_'}, '$1'}, [], ['$1']}, {{{d, '_'}, '$1'}, [], ['$1']}],
             [{{{d, '_'}, '$1'}, [], ['$1']}, {{{b, 7}, '$1'}, [], ['$1']},
                 {{{'$2', 50}, '$1'}, [{'=:=', '$2', c}], ['$1']}],
             [{{{b, 3}, '$1'}, [], ['$1']}, {{{b, '_'}, '$1'}, [{'>', '$1', 48}], ['$1']}, {{7, '$1'}, [], ['$1']}],
             [{{[x | '_'], '$1'}, [{'<', '$1', 4}], ['$1']}, {{[x, 10], '$1'}, [], ['$1']}],
             [{{#{1 => '_'}, '$1'}, [], ['$1']}, {{[x, 10], '$1'}, [], ['$1']}],
             [{{{b, #{}}, '$1'}, [], ['$1']}, {{3.0, '$1'}, [], ['$1']}, {{{b, 1, 2}, '_'}, [], [1]}],
             [{{7, '$1'}, [], ['$1']}, {'$1', [{'=:=', {element, 2, '$1'}, 3}], ['$1']}]],
    [io:format("~p ~p ~p ~p~n", [ets:select(T, S), ets:select_reverse(T, S),
        ets:select_count(T, [{H, G, [true]} || {H, G, _} <- S]), pages(ets:select(T, S, 3))]) || S <- Specs].

%% 20 times 200 keys in 50,000 rows: searching all rows would take 200 million comparisons.
quick(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{I, I} || I <- lists:seq(1, 50000)]),
    Spec = [{{K, '$1'}, [], ['$1']} || K <- lists:seq(1, 50000, 250)],
    {Us, Found} = timer:tc(fun() -> [length(ets:select(T, Spec)) || _ <- lists:seq(1, 20)] end),
    io:format("~p ~p ~p~n", [Type, [{found, N} || N <- lists:usort(Found)], Us < 5000000]).
