%% SPDX-License-Identifier: Apache-2.0
%% What Erlang computes for a few hundred terms, for test_oracle.c: their external forms, hashes, text and order.
%% main(File) writes the number of terms; for each term four encodings (minor version 1, 0, 2, deterministic), phash2,
%% phash, and its text; then a byte for each pair of terms.
-module(term_oracle).
-export([main/1]).
-compile([nowarn_deprecated_function]).

main([File]) -> main(File);
main(File) ->
    rand:seed(exsss, {4, 5, 6}),
    put(leaves, list_to_tuple(integers() ++ floats() ++ atoms() ++ bits() ++ identifiers() ++ [[], {}, #{}])),
    Ts = fixed() ++ [random_term(5) || _ <- lists:seq(1, 260)],
    N = length(Ts),
    Bytes = [<<N:32>>, [record(T) || T <- Ts], [pair(A, B) || A <- Ts, B <- Ts]],
    ok = file:write_file(File, Bytes),
    halt().

record(T) ->
    Large = large_map(T),
    Text = case Large of true -> <<>>; false -> unicode:characters_to_binary(io_lib:format("~tw", [T])) end,
    Encodings = case Large of
                    true -> [term_to_binary(T), <<>>, <<>>];
                    false -> [term_to_binary(T, [{minor_version, V}]) || V <- [1, 0, 2]]
                end,
    [[blob(E) || E <- Encodings], blob(term_to_binary(T, [deterministic])),
     <<(erlang:phash2(T, 1 bsl 32)):32, (erlang:phash(T, 1 bsl 32) - 1):32>>, blob(Text)].

blob(B) -> [<<(byte_size(B)):32>>, B].

pair(A, B) ->
    Order = if A < B -> 0; A == B -> 1; true -> 2 end,
    Exact = erts_internal:cmp_term(A, B) + 1,
    Order * 3 + (if Exact < 0 -> 0; Exact > 2 -> 2; true -> Exact end).

large_map(T) when is_map(T) ->
    map_size(T) > 32 orelse large_map(maps:keys(T)) orelse large_map(maps:values(T));
large_map([H | T]) -> large_map(H) orelse large_map(T);
large_map(T) when is_tuple(T) -> large_map(tuple_to_list(T));
large_map(F) when is_function(F) ->
    case erlang:fun_info(F, env) of {env, Env} -> large_map(Env); _ -> false end;
large_map(_) -> false.

integers() ->
    [0, 1, -1, 2, 255, 256, -255, -256, 65535, 65536] ++
    lists:append([[P, P - 1, P + 1, -P, 1 - P, -1 - P] || S <- [27, 28, 31, 32, 59, 60, 63, 64, 96, 127, 128, 2040,
        2048], P <- [1 bsl S]]).

floats() -> [0.0, -0.0, 1.0, -1.0, 2.0, 0.1, 1.5, 1.0e22, 1.0e23, 123456789.125, 1.7976931348623157e308, 5.0e-324,
    2.2250738585072014e-308,
             9007199254740992.0, 4294967296.0, 134217728.0, -1.0e-10, 3.141592653589793, 1.0e15, 123456.7,
                 18446744073709551616.0].

atoms() -> ['', a, b, ab, abc, 'A', 'hello world', 'a@b', 'é', 'ÿx', '日本', 'a\nb', 'a\'b', '\\', 'if', 'case', 'maybe',
    true, '\e\d', 'z\x{80}',
            list_to_atom(lists:duplicate(255, $x)), list_to_atom(lists:duplicate(255, 16#10000)),
                list_to_atom(lists:duplicate(200, 233)),
            nonode@nohost, 'β', '_x', '1a', aB_1].

bits() -> [<<>>, <<0>>, <<1, 2, 3>>, <<"hello world, this is text">>, <<1:1>>, <<0:1>>, <<5:3>>, <<255, 1:7>>,
    <<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13:5>>,
           binary:copy(<<"abcdefg">>, 30), sub(<<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15>>, 3, 100),
               sub(<<255:800>>, 5, 700), <<0:12>>, <<0:16>>].
sub(B, Skip, Size) -> <<_:Skip, X:Size/bitstring, _/bitstring>> = B, X.

identifiers() -> % OTP 25 itself crashes on some references of four numbers
    Pid = fun(Node, N, S, C) -> ext(88, Node, <<N:32, S:32, C:32>>) end,
    Port = fun(Node, N, C) -> ext(120, Node, <<N:64, C:32>>) end,
    [Pid(a@b, 1, 0, 1), Pid(a@b, 2, 0, 1), Pid(a@b, 1, 1, 1), Pid(z@b, 1, 0, 1), Pid(a@b, 1, 0, 2), Pid(z@b, 0, 1, 1),
        Pid(a@b, 16#fffffff, 16#fffffff, 7),
     Pid(nonode@nohost, 5, 0, 0), Pid(nonode@nohost, 4, 1, 0), Pid(nonode@nohost, 1, 0, 0),
     Port(a@b, 1, 1), Port(a@b, 2, 1), Port(z@b, 1, 1), Port(a@b, 1, 2), Port(a@b, 1 bsl 40, 1),
         Port(nonode@nohost, 1, 0), Port(nonode@nohost, 0, 0)] ++
    [begin W = << <<I:32>> || I <- Ids >>, A = atom_to_binary(Node),
           binary_to_term(<<131, 90, (length(Ids)):16, 119, (byte_size(A)), A/binary, C:32, W/binary>>) end
     || {Node, C, Ids} <- [{a@b, 1, [1, 2, 3]}, {a@b, 1, [1, 2]}, {a@b, 1, [9]}, {a@b, 2, [1, 2, 3]},
         {z@b, 1, [0, 0, 0]}, {nonode@nohost, 0, [1, 2, 3]},
                           {nonode@nohost, 0, [2, 1, 3]}, {nonode@nohost, 0, [0, 0, 4]}]].

ext(Tag, Node, Rest) ->
    A = atom_to_binary(Node),
    binary_to_term(<<131, Tag, 119, (byte_size(A)), A/binary, Rest/binary>>).

funs() ->
    X = rand:uniform(5), Y = {X, [a, "str"]}, Z = <<X:3>>,
    [fun lists:map/2, fun lists:map/3, fun lists:'Odd'/0, fun a:b/1, fun zz:a/255, fun(A) -> A end,
        fun(A, B) -> {A, B} end,
     fun(A) -> {A, X} end, fun(A) -> {A, X, Y} end, fun(A) -> {A, X, Y, Z} end, fun() -> {Y, Z} end].

maps() ->
    Large = maps:from_list([{I, I * I} || I <- lists:seq(1, 100)]),
    [#{}, #{a => 1}, #{a => 1.0}, #{a => 2}, #{b => 1}, #{1 => a}, #{1.0 => a}, #{1 => a, 1.0 => b},
        #{2 => a, 1.0 => b}, #{[] => {}, {} => []},
     maps:from_list([{I, a} || I <- lists:seq(1, 32)]), maps:from_list([{I, a} || I <- lists:seq(1, 33)]), Large,
         Large#{50 => x}, Large#{50 => 2500.0},
     maps:remove(1, Large), maps:put(1.0, 1, maps:remove(1, Large)), maps:put(zz, 1, maps:remove(100, Large)),
     maps:from_list([{{I, [I]}, integer_to_binary(I)} || I <- lists:seq(1, 2000)]), #{Large => 1},
         #{Large#{50 => x} => 1},
     maps:from_list([{#{I => Large}, I} || I <- lists:seq(1, 40)]),
         maps:from_list([{#{I => Large}, float(I)} || I <- lists:seq(1, 40)])].

lists_and_tuples() ->
    [[], [[]], [a], [1, 2, 3], "string", "str", "stringx", [1, 2 | 3], [1, 2 | a], [a | b], [$a, b, $c], [[[[[]]]]],
        [256], [1, 256, 2], "abcd", "abcde", "abcdefgh", [1.0, 2], [1, 2.0],
     lists:duplicate(70000, 7), lists:duplicate(65535, 8), lists:duplicate(300, a), [$a, $b, $c, $d | {tail}],
         [$a | <<"x">>],
     {}, {a}, {{}}, {1, 2}, {1.0, 2}, {2, 1}, {a, {b, {c, [d]}}}, list_to_tuple(lists:seq(1, 300)),
         {<<1:1>>, "abc", 1.5, #{x => [y]}}, [{a, 1}, {b, 2}],
     deep(3000), deep_list(3000)].
deep(0) -> x;
deep(N) -> {deep(N - 1), N}.
deep_list(0) -> [];
deep_list(N) -> [deep_list(N - 1), N].

fixed() -> integers() ++ floats() ++ atoms() ++ bits() ++ identifiers() ++ funs() ++ maps() ++ lists_and_tuples().

random_term(0) -> element(rand:uniform(tuple_size(get(leaves))), get(leaves));
random_term(D) ->
    case rand:uniform(8) of
        1 -> random_term(0);
        2 -> list_to_tuple(several(D));
        3 -> several(D);
        4 -> [random_term(D - 1) | random_term(D - 1)];
        5 -> maps:from_list(lists:zip(several(D, 4), several(D, 4)));
        6 -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(9))] ++ pick([[], x, [random_term(D - 1)]]);
        7 -> <<<<(rand:uniform(256) - 1)>> || _ <- lists:seq(1, rand:uniform(40))>>;
        8 -> maps:from_list([{random_term(0), random_term(0)} || _ <- lists:seq(1, rand:uniform(60))])
    end.
several(D) -> several(D, rand:uniform(5) - 1).
several(D, N) -> [random_term(D - 1) || _ <- lists:seq(1, N)].
pick(L) -> lists:nth(rand:uniform(length(L)), L).
