%% SPDX-License-Identifier: Apache-2.0
%% What system_info(snifs) lists and what is_builtin/3 says to be built in are the same functions.
-module(builtins).
-export([main/0]).

main() ->
    Snifs = erlang:system_info(snifs),
    io:format("~w ~w~n", [length(Snifs) > 300, length(Snifs) =:= length(lists:usort(Snifs))]),
    io:format("~w~n", [[MFA || {M, F, A} = MFA <- Snifs, not erlang:is_builtin(M, F, A)]]),
    io:format("~w~n", [[MFA || M <- [erlang, lists, maps, binary, ets, math, re, os, unicode],
                               {F, A} <- M:module_info(exports), MFA <- [{M, F, A}],
                               erlang:is_builtin(M, F, A), not lists:member(MFA, Snifs),
                               not lists:member({F, A}, [{apply, 2}, {apply, 3}, {yield, 0}])]]),
    io:format("~w~n", [[lists:member(MFA, Snifs) || MFA <- [{erlang, alias, 0}, {erlang, alias, 1}, {erlang, self, 0},
        {erlang, decode_packet, 3}, {lists, map, 2}, {lists, member, 2}, {ets, insert, 2}]]]).
