%% SPDX-License-Identifier: Apache-2.0
%% Terms for the tests of this folder: a fixed set, and random ones from our own generator (a linear congruence in the
%% process dictionary), so that erl and ours use the same terms.
-module(term_gen).
-export([seed/1, below/1, pick/1, fixed/0, leaves/0, term/1, list/2, show/1]).

seed(S) -> put(term_gen, S).
below(N) ->
    S = (get(term_gen) * 6364136223846793005 + 1442695040888963407) band 16#ffffffffffffffff,
    put(term_gen, S),
    (S bsr 33) rem N.
pick(T) when is_tuple(T) -> element(below(tuple_size(T)) + 1, T);
pick(L) -> pick(list_to_tuple(L)).

leaves() ->
    {0, 1, -1, 255, 256, -256, 1 bsl 27, -(1 bsl 27) - 1, 1 bsl 31, -(1 bsl 31), 1 bsl 59, (1 bsl 59) - 1, -(1 bsl 59),
        -(1 bsl 59) - 1,
     1 bsl 64, -(1 bsl 64), 1 bsl 100, -(1 bsl 200), 0.0, 1.0, -1.0, 1.5, 1.0e100, -2.5e-7, 4294967296.0, 1.0e20,
     '', a, b, ab, 'A b', true, nil, [], {}, #{}, "text", [1, 2 | 3], <<>>, <<"bin">>, <<1:1>>, <<5:3>>, <<1, 2, 3:5>>,
     binary:copy(<<"0123456789">>, 10), fun lists:map/2, fun lists:map/3, fun erlang:self/0}.

fixed() ->
    tuple_to_list(leaves()) ++
    [{a}, {a, b}, {b}, {1, 2, 3}, {1.0}, {1}, [a], [a, b], [b], [a | b], [[]], [[[]]], [1.0], [1], [1, a], [1 | a],
        "ab", "abc", "abcd", "abcde",
     #{a => 1}, #{a => 1.0}, #{a => 2}, #{b => 1}, #{1 => 1}, #{1.0 => 1}, #{1 => 1, 1.0 => 2}, #{a => 1, b => 2},
         #{[] => #{}}, #{#{} => []},
     #{{1, 2} => "x", "x" => {1, 2}}, maps:from_list([{I, a} || I <- lists:seq(1, 32)]),
         maps:from_list([{I, a} || I <- lists:seq(1, 33)]),
     maps:from_list([{I, a} || I <- lists:seq(2, 34)]), maps:from_list([{I, b} || I <- lists:seq(1, 33)]),
         maps:from_list([{float(I), a} || I <- lists:seq(1, 33)]),
     lists:seq(1, 40), lists:seq(250, 260), list_to_tuple(lists:seq(1, 40))].

term(0) -> pick(leaves());
term(D) ->
    case below(7) of
        0 -> term(0);
        1 -> list_to_tuple(list(D - 1, below(4)));
        2 -> list(D - 1, below(5));
        3 -> [term(D - 1) | term(D - 1)];
        4 -> maps:from_list(lists:zip(list(D - 1, 3), list(D - 1, 3)));
        5 -> [below(256) || _ <- lists:seq(0, below(9))];
        6 -> << <<(below(256))>> || _ <- lists:seq(0, below(30)) >>
    end.
list(D, N) -> [term(D) || _ <- lists:seq(1, N)].

%% Text that does not show the order of large maps.
show(T) when is_map(T), map_size(T) > 32 -> {map, show(lists:sort(maps:to_list(T)))};
show(T) when is_map(T) -> maps:from_list([{show(K), show(V)} || {K, V} <- maps:to_list(T)]);
show([H | T]) -> [show(H) | show(T)];
show(T) when is_tuple(T) -> list_to_tuple(show(tuple_to_list(T)));
show(T) -> T.
