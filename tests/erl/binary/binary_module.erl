%% SPDX-License-Identifier: Apache-2.0
%% The binary module's BIFs and those of erlang on binaries: results and errors.
-module(binary_module).
-export([main/0]).

t(M, F, A) -> try apply(M, F, A) catch C:R -> {C, R} end.

%% A bitstring equal to B that does not start at a byte boundary.
unaligned(B) when is_bitstring(B) -> <<_:3, R/bits>> = <<5:3, B/bits>>, R;
unaligned(X) -> X.

cases() ->
    [{erlang, binary_to_list, [[<<1, 2>>], [<<1:9>>], [a], [<<1, 2, 3>>, 1, 2], [<<1, 2, 3>>, 0, 2],
        [<<1, 2, 3>>, 2, 1], [<<1, 2, 3>>, 3, 3],
        [<<1, 2, 3>>, 1, 4], [<<1, 2, 3>>, 1, a], [<<>>, 1, 1], [<<1, 2:3>>, 1, 1]]},
     {erlang, bitstring_to_list, [[<<1:9>>], [<<1:8>>], [<<>>], [<<3:2>>], [a]]},
     {erlang, split_binary, [[<<1, 2, 3>>, 1], [<<1, 2, 3>>, 0], [<<1, 2, 3>>, 3], [<<1, 2, 3>>, 4], [<<1, 2, 3>>, -1],
         [<<1, 2, 3:3>>, 2],
        [<<1, 2, 3:3>>, 3], [a, 1], [<<1>>, a], [<<1>>, 1 bsl 70]]},
     {erlang, byte_size, [[<<1:9>>], [<<>>], [a], [{}]]}, {erlang, bit_size, [[<<1:9>>], [a]]},
         {erlang, size, [[<<1:9>>], [a], [{1, 2}], [[]]]},
     {erlang, binary_part, [[<<1, 2, 3>>, {1, 2}], [<<1, 2, 3>>, {3, -2}], [<<1, 2, 3>>, {0, 4}], [<<1, 2, 3>>, {4, 0}],
         [<<1, 2, 3>>, {3, 0}],
        [<<1, 2, 3>>, {1, -2}], [<<1, 2:9>>, {0, 1}], [a, {0, 0}], [<<1>>, a], [<<1>>, {0, 1, 2}], [<<1, 2, 3>>, 1, 2],
            [<<1, 2, 3>>, 1 bsl 64, 1],
        [<<1, 2, 3>>, -1, 1], [<<1, 2, 3>>, 0, a]]},
     {binary, part, [[<<1, 2, 3>>, {1, 2}], [<<1, 2, 3>>, {3, -2}], [<<1, 2:9>>, {0, 1}], [<<1, 2, 3>>, 1, 3]]},
     {binary, at, [[<<1, 2, 3>>, 0], [<<1, 2, 3>>, 3], [<<1, 2, 3>>, -1], [<<1, 2:9>>, 0], [a, 0], [<<1>>, a],
         [<<1>>, 1 bsl 70]]},
     {binary, first, [[<<1, 2, 3>>], [<<>>], [a], [<<1:9>>]]}, {binary, last, [[<<1, 2, 3>>], [<<>>], [a], [<<1:9>>]]},
     {binary, copy, [[<<1, 2, 3>>], [<<1, 2>>, 0], [<<1, 2>>, 3], [<<1, 2>>, -1], [<<1:9>>], [a], [<<1>>, a],
         [<<1:9>>, 2], [<<>>, 100],
        [<<1, 2>>, 1 bsl 70], [<<"abc">>, 100]]},
     {binary, list_to_bin, [[[1, 2, <<3>>]], [<<1>>], [[a]]]},
     {binary, bin_to_list, [[<<1, 2, 3>>], [<<1, 2, 3>>, {1, 2}], [<<1, 2, 3>>, 3, -1], [<<1, 2, 3>>, {0, 4}],
         [<<1:3>>]]},
     {binary, encode_unsigned, [[0], [1], [255], [256], [1 bsl 80], [(1 bsl 64) - 1], [-1], [a], [256, little],
         [256, big], [256, a], [1.0], [1 bsl 59],
        [16#123456789ABCDEF0123456789ABCDEF, little]]},
     {binary, decode_unsigned, [[<<>>], [<<1, 0>>], [<<1, 0>>, little], [<<1, 0>>, big], [<<1, 0>>, a], [<<1:9>>], [a],
         [<<0:88, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1>>],
        [<<0:88, 1>>], [<<1, 0:160>>, little], [<<255, 255, 255, 255, 255, 255, 255, 255>>], [<<1:100/unit:8>>]]},
     {binary, longest_common_prefix, [[[<<"abc">>, <<"abd">>]], [[<<"abc">>]], [[]], [[a]], [a], [[<<"abc">>, <<"">>]],
         [[<<"abc">> | a]], [[<<1:9>>, <<1>>]],
        [[<<"abcdef">>, <<"abcd">>, <<"abcxy">>]]]},
     {binary, longest_common_suffix, [[[<<"abc">>, <<"dbc">>]], [[<<"abc">>]], [[]], [[a]], [[<<"abc">>, <<"c">>]],
         [[<<"xxabc">>, <<"yabc">>, <<"bc">>]]]},
     {binary, referenced_byte_size, [[<<"abc">>], [a], [<<1:3>>],
         [binary:part(binary:copy(<<1, 2, 3, 4>>, 1000), 3, 100)]]},
     {binary, match, [[<<"abcde">>, <<"cd">>], [<<"abcde">>, <<"x">>], [<<"abcde">>, <<"">>], [<<"abcde">>, []],
         [<<"abcde">>, [<<"b">>, <<"bc">>, <<"cde">>]],
        [<<"abcde">>, [<<"bcd">>, <<"b">>]], [<<"abcde">>, a], [a, <<"b">>], [<<"abcde">>, [a]], [<<1:9>>, <<"a">>],
            [<<"abc">>, <<1:9>>], [<<>>, <<"a">>],
        [<<"abcde">>, <<"c">>, [{scope, {0, 2}}]], [<<"abcde">>, <<"c">>, [{scope, {3, -1}}]],
            [<<"abcde">>, <<"c">>, [{scope, {0, 6}}]],
        [<<"abcde">>, <<"c">>, [{scope, {6, 0}}]], [<<"abcde">>, <<"c">>, [foo]], [<<"abcde">>, <<"c">>, foo],
            [<<"abcde">>, <<"c">>, [{scope, {0, 3}}, {scope, {0, 1}}]],
        [<<"abcde">>, <<"c">>, [{scope, a}]], [<<"abcde">>, <<"c">>, [{scope, {0, 1}} | a]], [<<"abcde">>, {bm, a}],
            [<<"abcde">>, [<<"a">> | b]],
        [<<"abcde">>, [<<"a">>, <<>>]], [<<"abcde">>, <<"c">>, [global]], [<<"abcde">>, <<"abcdef">>],
            [<<"abcde">>, {foo, 1}]]},
     {binary, matches, [[<<"abcabc">>, <<"b">>], [<<"aaaa">>, <<"aa">>], [<<"abcabc">>, [<<"ab">>, <<"abc">>, <<"c">>]],
         [<<"">>, <<"a">>],
        [<<"abcabc">>, <<"b">>, [{scope, {2, 4}}]], [<<"abcabc">>, <<"x">>],
            [<<"abcde">>, [<<"bcde">>, <<"bc">>, <<"cd">>, <<"d">>]],
        [<<"aaaaa">>, [<<"aaa">>, <<"aa">>]], [<<"abcabc">>, <<"b">>, [{scope, {7, 4}}]],
            [<<"xabcdy abce">>, [<<"abce">>, <<"bcd">>, <<"c">>]]]},
     {binary, split, [[<<"a,b,c">>, <<",">>], [<<"a,b,c">>, <<",">>, [global]], [<<"a,b,,">>, <<",">>, [global, trim]],
         [<<",,a,b,,c,">>, <<",">>, [global, trim_all]],
        [<<",,a">>, <<",">>, [trim_all]], [<<",">>, <<",">>, [trim_all]], [<<",">>, <<",">>, [trim]], [<<>>, <<",">>],
            [<<>>, <<",">>, [trim]],
        [<<>>, <<",">>, [global, trim_all]], [<<"abc">>, <<",">>, [global, trim_all]],
            [<<",,a,,">>, <<",">>, [global, trim]], [<<",,,">>, <<",">>, [global, trim]],
        [<<"a,b;c">>, [<<",">>, <<";">>], [global]], [<<"a,b,c,d">>, <<",">>, [{scope, {2, 3}}]],
            [<<"a,b,c,d">>, <<",">>, [{scope, {2, 3}}, global]],
        [<<"a,b">>, <<",">>, [foo]], [a, <<",">>], [<<"a">>, a], [<<",a,">>, <<",">>, [trim]],
            [<<"a,">>, <<",">>, [trim]], [<<"a,">>, <<",">>, [trim_all]],
        [<<",a">>, <<",">>, [trim_all]], [<<",a">>, <<",">>, [trim]], [<<",a,b">>, <<",">>, [trim_all]],
            [<<",a,b">>, <<",">>, [trim_all, trim]],
        [<<"a,b">>, <<",">>, [global | trim]], [<<"a--b--">>, <<"--">>, [global]]]},
     {binary, replace, [[<<"a,b,c">>, <<",">>, <<"--">>], [<<"a,b,c">>, <<",">>, <<"--">>, [global]],
         [<<"abc">>, [<<"a">>, <<"c">>], <<"[]">>, [global, {insert_replaced, 1}]]]},
     {binary, compile_pattern, [[<<>>], [[]], [a], [[<<"a">>, a]], [<<1:9>>], [[<<"a">>, <<>>]], [{bm, foo}]]}].

%% Random texts over a small alphabet, in which patterns occur often.
random(S, N, K) -> random(S, N, K, []).
random(S, 0, _, A) -> {S, list_to_binary(A)};
random(S, N, K, A) -> S2 = (S * 1103515245 + 12345) band 16#7FFFFFFF,
    random(S2, N - 1, K, [$a + (S2 bsr 12) rem K | A]).

searches(0, _) -> ok;
searches(N, S0) ->
    {S1, Text} = random(S0, 20 + N * 7, 2 + N rem 3),
    {S2, P1} = random(S1, 1 + N rem 5, 2 + N rem 3),
    {S3, P2} = random(S2, 1 + N rem 3, 2 + N rem 3),
    {S4, P3} = random(S3, 2 + N rem 6, 2 + N rem 3),
    [Bm, Ac] = [binary:compile_pattern(P1), binary:compile_pattern([P1, P2, P3])],
    io:format("search ~s ~s ~s ~w~n", [P1, P2, P3, [binary:matches(Text, P1), binary:matches(Text, [P1, P2, P3]),
        binary:match(Text, [P3, P2]),
        binary:matches(Text, Bm) =:= binary:matches(Text, P1),
            binary:matches(unaligned(Text), Ac) =:= binary:matches(Text, [P2, P3, P1]),
        binary:split(Text, Ac, [global, trim_all]), binary:split(unaligned(Text), P2)]]),
    searches(N - 1, S4).

main() ->
    [io:format("~w:~w(~w) ~w~n", [M, F, A, t(M, F, A)]) || {M, F, As} <- cases(), A <- As],
    [io:format("unaligned ~w ~n", [{F, A, t(M, F, [unaligned(X) || X <- A]) =:= t(M, F, A)}]) || {M, F, As} <- cases(),
        A <- As],
    searches(60, 42),
    Long = binary:copy(<<"0123456789">>, 500),
    io:format("long ~w~n", [[binary:match(<<Long/binary, "needle">>, <<"needle">>),
        binary:match(Long, <<"90123456788">>), length(binary:matches(Long, <<"345678">>)),
        binary:match(<<Long/binary, "x">>, <<"x">>), length(binary:matches(Long, [<<"34">>, <<"901">>]))]]).
