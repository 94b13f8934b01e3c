%% SPDX-License-Identifier: Apache-2.0
%% Runs main/0 of test modules on erl or on ours. What a module prints is its result; a crash of main/0 is printed as
%% well, so that both sides can be compared.
-module(difftest).
-export([main/1, all/1]).

%% -s difftest all M1 M2 ...: prints a line "@@ M" in front of each module's output.
all(Modules) ->
    [begin io:format("@@ ~s~n", [M]), one(M) end || M <- Modules],
    io:format("@@ end~n"),
    halt(0).

main([M]) -> one(if is_list(M) -> list_to_atom(M); true -> M end), halt(0);
main(M) when is_atom(M) -> one(M), halt(0).

one(M) ->
    {Pid, Ref} = spawn_monitor(fun() ->
        try M:main() catch C:E:S -> io:format("CRASH ~p:~p~n~p~n", [C, E, S]) end end),
    receive {'DOWN', Ref, process, Pid, normal} -> ok;
            {'DOWN', Ref, process, Pid, R} -> io:format("EXIT ~p~n", [R]) end.
