%% SPDX-License-Identifier: Apache-2.0
%% Comparisons, hashes and encodings that take several portions: as operators, in guards and as functions, with live
%% values in registers around them, while another process collects this one, and in processes that are killed in the
%% middle.
-module(long_terms).
-export([main/0]).

main() ->
    A = big(1), B = big(1), C = big(2),
    Seq = lists:seq(1, 250000),
    Pairs = [{A, B}, {A, C}, {C, A}, {{A, 1}, {B, 1.0}}, {Seq, lists:seq(1, 250000) ++ [a]}],
    io:format("~p~n", [[compared(X, Y) || {X, Y} <- Pairs]]),
    io:format("~p~n", [in_guards(A, B, C)]),
    io:format("~p~n", [[apply(erlang, F, [A, B]) || F <- ['==', '=:=', '/=', '=/=', '<', '>', '=<', '>=']]]),
    io:format("~p~n", [{max(A, C) =:= C, min(A, C) =:= A, max(C, A) =:= C, apply(erlang, max, [C, A]) =:= C}]),
    Terms = [A, C, lists:seq(1, 100000), lists:duplicate(900001, $x), lists:duplicate(200002, 200) ++ [a, "b"],
             binary:copy(<<1, 2, 3, 4, 5, 6, 7>>, 300000), [binary:copy(<<"abc">>, 700000), <<1:3>>],
             <<(binary:copy(<<5>>, 1500000))/binary, 3:3>>,
             list_to_tuple(lists:seq(1, 200000)), maps:from_list([{I, {I}} || I <- lists:seq(1, 20000)])],
    io:format("~p~n", [[{erlang:phash2(T), erlang:phash2(T, 1000), erlang:phash2({x, T, y})} || T <- Terms]]),
    io:format("~p~n", [[{erlang:crc32(term_to_binary(T, [{minor_version, 2}])), erlang:external_size(T),
                         binary_to_term(term_to_binary(T)) =:= T}
                        || T <- lists:droplast(Terms)]]),
    Three = fun() -> [{A =:= B, erlang:phash2(A), byte_size(term_to_binary(A))} || _ <- lists:seq(1, 3)] end,
    io:format("~p~n", [meanwhile(Three)]),
    io:format("~p~n", [killed()]),
    io:format("~p~n", [shared()]).

big(Last) -> [{I, I * 1.5, [I, "ab"], <<"abcdefgh">>} || I <- lists:seq(1, 30000)] ++ [Last].

%% Other values are live in registers during each comparison.
compared(A, B) ->
    X = id(1), Y = id({y}), F = id(1.5) * 2,
    R = [A == B, A =:= B, A /= B, A =/= B, A < B, A >= B, A > B, A =< B],
    case A =:= B of true -> {R, X, Y, F, same}; false when A < B -> {R, X, Y, F, less}; false -> {R, X, Y, F, more} end.

in_guards(A, B, C) ->
    {guard(A, B, 1), guard(A, C, 2), guard(C, A, {3}), if A =:= B, B < C -> yes; true -> no end,
     A =:= B andalso {x, B} == {x, A}}.
guard(A, B, X) when A =:= B -> {same, X};
guard(A, B, X) when A < B, {X, A} < {X, B} -> {less, X};
guard(A, B, X) when A > B -> {more, X}.

%% Runs while another process collects this one and sends it messages.
meanwhile(Fun) ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> collect(Self) end),
    Result = Fun(),
    exit(Pid, kill),
    receive {'DOWN', Ref, _, _, Why} -> {Result, Why} end.

collect(Pid) -> erlang:garbage_collect(Pid), Pid ! collected, erlang:yield(), collect(Pid).

%% A hash that would not end on erl either unless its process is killed. (On erl, comparisons and sizes of such terms
%% block a scheduler.)
killed() ->
    [begin
         {Pid, Ref} = spawn_monitor(F),
         receive {'DOWN', Ref, _, _, Early} -> {done, Early}
         after 20 -> exit(Pid, kill), receive {'DOWN', Ref, _, _, Why} -> Why end
         end
     end || F <- [fun() -> erlang:phash2(deep(60)) end, fun() -> A = deep(60), same(A, A) end]].

same(A, A) -> true.

deep(N) -> lists:foldl(fun(_, A) -> {A, A} end, [], lists:seq(1, N)).

shared() ->
    D = deep(17),
    self() ! D,
    Got = receive X when is_tuple(X) -> X end,
    {Got =:= deep(17), erts_debug:size(D), erts_debug:flat_size(D), erlang:phash2(deep(12)),
     erlang:external_size(deep(14)), byte_size(term_to_binary(deep(14))),
     [erts_debug:flat_size(T) || T <- [{}, [{}], {{}}, [{}, {{}, a}]]]}.

id(X) -> X.
