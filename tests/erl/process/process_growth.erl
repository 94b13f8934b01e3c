%% SPDX-License-Identifier: Apache-2.0
%%
%% A process whose results become garbage at once stays small: the size of fragments before a collection says nothing
%% about what lives after it. Also, functions of maps keep their own names in stack traces when they are called through
%% apply.
-module(process_growth).
-export([main/0]).

main() ->
    List = lists:duplicate(1 bsl 17, x),
    io:format("subtract: ~p~n", [subtract(List, [])]),
    {memory, Bytes} = process_info(self(), memory),
    io:format("small: ~p~n", [Bytes < 50000000]),
    [io:format("~p: ~p~n", [Call, where(Call)]) || Call <- [{get, [k, x]}, {get, [k, #{}]}, {is_key, [k, x]},
        {find, [k, x]}]].

subtract([], _) -> done;
subtract(L, R) -> subtract(L -- R, [x | R]).

where({F, A}) ->
    try apply(maps, F, A)
    catch _:Reason:Stack -> {Reason, hd(Stack)}
    end.
