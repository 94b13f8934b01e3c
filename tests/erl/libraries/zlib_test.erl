%% SPDX-License-Identifier: Apache-2.0
%% zlib on whole data: round trips, data made by zlib itself, malformed data.
-module(zlib_test).
-export([main/0]).
-define(T(E), io:format("~s => ~0p~n", [??E, t(fun() -> E end)])).

t(F) -> try F() catch C:R -> {C, R} end.

main() ->
    Datas = [<<>>, <<"a">>, <<"abcabcabcabc">>, binary:copy(<<"x">>, 100000),
        list_to_binary([X rem 251 || X <- lists:seq(1, 5000)]),
             term_to_binary(lists:seq(1, 3000)), << <<(X * X * 7919 rem 65521):16>> || X <- lists:seq(1, 20000) >>,
                 list_to_binary(io_lib:format("~p", [lists:seq(1, 2000)]))],
    [?T({byte_size(D), zlib:uncompress(zlib:compress(D)) =:= D, zlib:gunzip(zlib:gzip(D)) =:= D,
        zlib:unzip(zlib:zip(D)) =:= D}) || D <- Datas],
    [?T({byte_size(D), erlang:md5(D)}) || D <- Datas],
    %% Data made by zlib at several levels: fixed, dynamic and stored blocks.
    ?T(zlib:uncompress(<<120,156,75,76,74,6,0,2,77,1,39>>)),
        ?T(zlib:uncompress(<<120,1,1,3,0,252,255,97,98,99,2,77,1,39>>)),
        ?T(zlib:gunzip(<<31,139,8,0,0,0,0,0,0,3,75,76,74,6,0,194,65,36,53,3,0,0,0>>)), ?T(zlib:unzip(<<75,76,74,6,0>>)),
    ?T(zlib:gunzip(<<31,139,8,8,0,0,0,0,0,3,"name",0,75,76,74,6,0,194,65,36,53,3,0,0,0>>)),
    ?T(zlib:uncompress([zlib:compress("abc"), 1, 2])), ?T(zlib:gunzip([zlib:gzip("abc"), zlib:gzip("def")])),
        ?T(zlib:gunzip([zlib:gzip("abc"), "xx"])),
    ?T(zlib:uncompress(<<1, 2, 3>>)), ?T(zlib:uncompress(<<>>)), ?T(zlib:uncompress(foo)), ?T(zlib:gunzip(<<1, 2>>)),
        ?T(zlib:gunzip(<<>>)), ?T(zlib:unzip(<<>>)), ?T(zlib:unzip(<<255, 255>>)), ?T(zlib:compress(foo)),
        ?T(zlib:zip([a])), ?T(zlib:gzip("abc" ++ [256])),
    ?T(zlib:gunzip(zlib:compress("abc"))), B = zlib:compress("abcabcabc"),
    [?T({N, zlib:uncompress(binary_part(B, 0, N))}) || N <- lists:seq(0, byte_size(B) - 1)],
    ?T(zlib:uncompress([binary_part(B, 0, byte_size(B) - 1), 1])),
    ?T(binary_to_term(term_to_binary(lists:seq(1, 1000), [compressed])) =:= lists:seq(1, 1000)).
