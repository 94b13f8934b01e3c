%% SPDX-License-Identifier: Apache-2.0
%% zlib's streams: pieces, flushes, formats, dictionaries, the end of a stream, errors, and the process that controls
%% one.
-module(zlib_stream).
-export([main/0]).
-define(T(E), io:format("~s => ~0p~n", [??E, t(fun() -> E end)])).

t(F) -> try F() catch C:R -> {C, R} end.

with(F) -> Z = zlib:open(), try F(Z) after catch zlib:close(Z) end.

datas() -> [<<>>, <<"a">>, binary:copy(<<"hello ">>, 700), list_to_binary([X rem 251 || X <- lists:seq(1, 5000)]),
    << <<(X * X * 7919 rem 65521):16>> || X <- lists:seq(1, 20000) >>,
            list_to_binary(io_lib:format("~p", [lists:seq(1, 4000)]))].

pieces(Bin, N) when byte_size(Bin) > N -> <<A:N/binary, B/binary>> = Bin, [A | pieces(B, N)];
pieces(Bin, _) -> [Bin].

deflated(Data, Level, Bits, Mem, Strategy, Size, Flush) ->
    with(fun(Z) ->
        ok = zlib:deflateInit(Z, Level, deflated, Bits, Mem, Strategy),
        Out = [zlib:deflate(Z, Piece, Flush) || Piece <- pieces(Data, Size)],
        End = zlib:deflate(Z, [], finish),
        ok = zlib:deflateEnd(Z),
        iolist_to_binary([Out, End])
    end).

inflated(Data, Bits, Size) ->
    with(fun(Z) ->
        ok = zlib:inflateInit(Z, Bits),
        Out = [zlib:inflate(Z, Piece) || Piece <- pieces(Data, Size)],
        ok = zlib:inflateEnd(Z),
        iolist_to_binary(Out)
    end).

main() ->
    [io:format("~w~n", [{byte_size(D), Level, Bits, Strategy, Size, Flush,
        t(fun() -> inflated(deflated(D, Level, Bits, 8, Strategy, Size, Flush), Bits, 1 + Size div 3) =:= D end)}])
     || D <- datas(), {Level, Bits, Strategy} <- [{default, 15, default}, {0, 15, default}, {1, -15, filtered},
         {9, 31, default}, {best_speed, 9, rle}, {best_compression, -9, huffman_only}, {5, 12, default}],
        {Size, Flush} <- [{100000, none}, {1000, none}, {777, sync}, {3000, full}]],
    [io:format("~w~n", [{Bits, t(fun() -> inflated(Data, Bits, N) end)}]) || {Bits, Data} <- made(), N <- [1, 7, 1000]],
    simple(), dictionaries(), ends(), errors(), control(), safe(), old().

%% Data made by zlib, in each format: stored, fixed, dynamic.
made() ->
    [{15, <<120,156,203,72,205,201,201,87,200,64,39,0,86,244,8,55>>}, {15, <<120,1,1,3,0,252,255,97,98,99,2,77,1,39>>},
        {47, <<31,139,8,8,0,0,0,0,0,3,"name",0,75,76,74,6,0,194,65,36,53,3,0,0,0>>},
        {47, <<120,156,75,76,74,6,0,2,77,1,39>>},
     {31, <<31,139,8,28,0,0,0,0,0,3,2,0,"xyname",0,"comment",0,75,76,74,6,0,194,65,36,53,3,0,0,0>>},
         {-15, <<75,76,74,6,0>>}, {15, <<120,156,75,76,74,6,0,2,77,1,40>>}, {31, <<120,156,75,76,74,6,0,2,77,1,39>>},
         {15, <<31,139,8,0,0,0,0,0,0,3,75,76,74,6,0,194,65,36,53,3,0,0,0>>},
     {15, <<120,157,75>>}, {9, <<120,156,75,76,74,6,0,2,77,1,39>>}, {-15, <<7>>}, {-15, <<5,0,0,0>>}, {-15, <<3,0>>},
         {31, <<31,139,8,0,0,0,0,0,0,3,75,76,74,6,0,194,65,36,53,4,0,0,0>>}].

simple() ->
    ?T(with(fun(Z) -> zlib:deflateInit(Z), A = zlib:deflate(Z, <<"hello hello hello hello">>),
        B = zlib:deflate(Z, <<>>, finish), {is_list(A), zlib:deflateEnd(Z), zlib:uncompress([A, B])} end)),
    ?T(with(fun(Z) -> [zlib:deflateInit(Z, L) || L <- [none]] end)), ?T(with(fun(Z) -> zlib:deflateInit(Z, 10) end)),
        ?T(with(fun(Z) -> zlib:deflateInit(Z, -2) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z, default), A = zlib:deflate(Z, "abcabc", finish), zlib:deflateReset(Z),
        B = zlib:deflate(Z, "xyzxyz", finish), {zlib:uncompress(A), zlib:uncompress(B)} end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z, none), A = zlib:deflate(Z, binary:copy(<<"a">>, 3000)),
        P = zlib:deflateParams(Z, best_compression, huffman_only), B = zlib:deflate(Z, "bbb", finish),
        {P, byte_size(zlib:uncompress([A, B]))} end)),
    %% After a full flush the rest can be decompressed alone.
    ?T(with(fun(Z) -> zlib:deflateInit(Z, default, deflated, -15, 8, default), zlib:deflate(Z, "hello hello", full),
        B = zlib:deflate(Z, "hello hello", finish), zlib:unzip(B) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), A = iolist_to_binary(zlib:deflate(Z, "hello", sync)),
        B = iolist_to_binary(zlib:deflate(Z, "", sync)),
        {binary:part(A, byte_size(A), -4), B, with(fun(Y) -> zlib:inflateInit(Y), zlib:inflate(Y, A) end)} end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), [iolist_to_binary(zlib:inflate(Z, <<B>>))
        || <<B>> <= <<120,156,75,76,74,6,0,2,77,1,39>>] end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), zlib:deflate(Z, "abc", finish),
        {t(fun() -> zlib:deflate(Z, "d") end), t(fun() -> zlib:deflate(Z, [], finish) end)} end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z, default, deflated, -15, 8, default), zlib:deflate(Z, "abc", finish),
        [zlib:crc32(Z), zlib:crc32(Z, "abc"), zlib:adler32(Z, "abc")] end)).

dictionaries() ->
    Dictionary = <<"hello world, this is a dictionary">>,
    Packed = with(fun(Z) -> zlib:deflateInit(Z), Sum = zlib:deflateSetDictionary(Z, Dictionary),
        io:format("~w~n", [Sum band 16#FFFFFFFF]),
        iolist_to_binary(zlib:deflate(Z, "this is a dictionary, hello world", finish)) end),
    io:format("~w~n", [byte_size(Packed) < 30]),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), try zlib:inflate(Z, Packed) catch error:{need_dictionary, A} ->
        {need, A band 16#FFFFFFFF} end end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), {need_dictionary, A, Out} = zlib:inflate(Z, Packed,
        [{exception_on_need_dict, false}]), zlib:inflateSetDictionary(Z, Dictionary),
        R = iolist_to_binary(zlib:inflate(Z, [])), {A band 16#FFFFFFFF, Out, R, zlib:inflateEnd(Z)} end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), {'EXIT', {{need_dictionary, A}, _}} = (catch zlib:inflate(Z, Packed)),
        zlib:inflateSetDictionary(Z, Dictionary), {A band 16#FFFFFFFF, iolist_to_binary(zlib:inflate(Z, []))} end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), catch zlib:inflate(Z, Packed), zlib:inflateSetDictionary(Z, "wrong") end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), zlib:inflateSetDictionary(Z, "early") end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), zlib:inflate(Z, zlib:compress("hello hello hello")),
        zlib:inflateGetDictionary(Z) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), D = zlib:deflate(Z, "hello hello hello", sync),
        with(fun(Y) -> zlib:inflateInit(Y), zlib:inflate(Y, D), zlib:inflateGetDictionary(Y) end) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), zlib:deflate(Z, "x", sync), zlib:deflateSetDictionary(Z, "late") end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z, default, deflated, -15, 8, default),
        S = zlib:deflateSetDictionary(Z, Dictionary), D = zlib:deflate(Z, "hello world", finish),
        {S band 16#FFFFFFFF, with(fun(Y) -> zlib:inflateInit(Y, -15), zlib:inflateSetDictionary(Y, Dictionary),
            iolist_to_binary(zlib:inflate(Y, D)) end)} end)).

ends() ->
    Two = [zlib:gzip("one "), zlib:gzip("two")],
    [?T({How, with(fun(Z) -> zlib:inflateInit(Z, 31, How), R = t(fun() -> iolist_to_binary(zlib:inflate(Z, Two)) end),
        {R, t(fun() -> zlib:inflateEnd(Z) end)} end)}) || How <- [cut, reset, error]],
    ?T(with(fun(Z) -> zlib:inflateInit(Z), R = zlib:inflate(Z, [zlib:compress("abc"), "rest"]),
        {iolist_to_binary(R), t(fun() -> zlib:inflateEnd(Z) end)} end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), R = zlib:inflate(Z, binary:part(zlib:compress("abc"), 0, 5)),
        {R, t(fun() -> zlib:inflateEnd(Z) end)} end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), zlib:inflate(Z, zlib:compress("abc")), zlib:inflateReset(Z),
        iolist_to_binary(zlib:inflate(Z, zlib:compress("def"))) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), zlib:deflate(Z, "abc"), t(fun() -> zlib:deflateEnd(Z) end) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), {t(fun() -> zlib:deflateEnd(Z) end),
        t(fun() -> zlib:inflateInit(Z) end)} end)).

errors() ->
    ?T(with(fun(Z) -> zlib:deflate(Z, "x") end)), ?T(with(fun(Z) -> zlib:inflate(Z, "x") end)),
        ?T(with(fun(Z) -> zlib:inflateInit(Z), zlib:deflate(Z, "x") end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z), zlib:deflateInit(Z) end)),
        ?T(with(fun(Z) -> zlib:close(Z), zlib:close(Z) end)),
        ?T(with(fun(Z) -> zlib:close(Z), zlib:deflateInit(Z) end)),
    ?T(zlib:deflateInit(make_ref())), ?T(zlib:close(x)), ?T(zlib:inflateInit(x)),
        ?T(with(fun(Z) -> zlib:inflateInit(Z, 99) end)), ?T(with(fun(Z) -> zlib:inflateInit(Z, 5) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z, default, deflated, 16, 8, default) end)),
        ?T(with(fun(Z) -> zlib:deflateInit(Z, default, deflated, 15, 10, default) end)),
        ?T(with(fun(Z) -> zlib:deflateInit(Z, default, x, 15, 8, default) end)),
    ?T(with(fun(Z) -> zlib:deflateInit(Z, default, deflated, 15, 8, x) end)),
        ?T(with(fun(Z) -> zlib:deflateInit(Z), zlib:deflate(Z, [a]) end)),
        ?T(with(fun(Z) -> zlib:deflateInit(Z), zlib:deflate(Z, "a", never) end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), zlib:inflate(Z, "nonsense") end)), ?T(with(fun(Z) -> zlib:crc32(Z) end)),
        ?T(with(fun(Z) -> zlib:inflateGetDictionary(Z) end)).

control() ->
    Self = self(),
    ?T(with(fun(Z) -> spawn(fun() -> Self ! {r, t(fun() -> zlib:deflateInit(Z) end)} end),
        receive {r, R} -> R end end)),
    ?T(begin Z = zlib:open(), P = spawn(fun() -> receive go -> Self ! {r, t(fun() -> zlib:deflateInit(Z) end)} end,
        receive after infinity -> ok end end), A = zlib:set_controlling_process(Z, P), P ! go,
        receive {r, R} -> {A, R, t(fun() -> zlib:close(Z) end)} end end),
    ?T(with(fun(Z) -> zlib:set_controlling_process(Z, x) end)).

safe() ->
    Packed = zlib:compress(binary:copy(<<"x">>, 200000)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), sizes(Z, zlib:safeInflate(Z, Packed), []) end)),
    ?T(with(fun(Z) -> zlib:inflateInit(Z), {continue, _} = zlib:safeInflate(Z, Packed),
        iolist_size(zlib:inflate(Z, [])) end)).

sizes(Z, {continue, Out}, Sizes) -> sizes(Z, zlib:safeInflate(Z, []), [iolist_size(Out) | Sizes]);
sizes(_, {finished, Out}, Sizes) -> {lists:sum([iolist_size(Out) | Sizes]), length(Sizes) > 3}.

%% Functions that only older releases have.
old() ->
    case erlang:function_exported(zlib, inflateChunk, 2) of
        true ->
            Packed = zlib:compress(binary:copy(<<"y">>, 9000)),
            ?T(with(fun(Z) -> zlib:inflateInit(Z), zlib:setBufSize(Z, 4000), {more, A} = zlib:inflateChunk(Z, Packed),
                {more, B} = zlib:inflateChunk(Z), C = zlib:inflateChunk(Z),
                {[iolist_size(X) || X <- [A, B, C]], zlib:getBufSize(Z)} end));
        false -> ok
    end.
