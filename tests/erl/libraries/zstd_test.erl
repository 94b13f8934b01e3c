%% SPDX-License-Identifier: Apache-2.0
%% zstd (since OTP 28): compressed data is the same, byte for byte, at all levels, with all parameters, in pieces, and
%% with dictionaries; frames and their headers, errors, and the process that may use a context.
-module(zstd_test).
-export([main/0]).
-define(T(E), io:format("~s => ~0p~n", [??E, t(fun() -> E end)])).

t(F) -> try F() catch C:R -> {C, R} end.

main() ->
    case code:ensure_loaded(zstd) of
        {module, zstd} -> all();
        _ -> io:format("no zstd here~n")
    end.

all() -> levels(), parameters(), pieces(), dictionaries(), headers(), errors(), owners(), life().

datas() ->
    [{empty, <<>>}, {one, <<"a">>}, {same, binary:copy(<<"z">>, 400000)},
     {text, list_to_binary(io_lib:format("~p", [[{X * X rem 977, X * 7919 rem 65521} || X <- lists:seq(1, 5000)]]))},
     {long, list_to_binary([<<(X * X rem 9973):16, (X rem 7):8, "some words ", (X * 31 rem 251):8>>
         || X <- lists:seq(1, 30000)])},
     {noise, << <<(X * X * 7919 rem 65521):16, (X * 31):8>> || X <- lists:seq(1, 50000) >>}].

digest(Out) -> B = iolist_to_binary(Out), {byte_size(B), binary:encode_hex(erlang:md5(B))}.
back(Out) -> iolist_to_binary(zstd:decompress(Out)).

levels() ->
    [io:format("~w ~w~n", [{Name, Level}, t(fun() -> Z = zstd:compress(D, #{compressionLevel => Level}),
        {digest(Z), back(Z) =:= D, [byte_size(P) || P <- Z]} end)])
     || {Name, D} <- datas(), Level <- [-22, -5, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 15, 16, 18]],
    [io:format("~w ~w~n", [{text, Level}, digest(zstd:compress(proplists:get_value(text, datas()),
        #{compressionLevel => Level}))]) || Level <- [19, 20, 21, 22]].

parameters() ->
    Text = proplists:get_value(text, datas()),
    Given = [{windowLog, [0, 10, 12, 20]}, {hashLog, [6, 15]}, {chainLog, [6, 14]}, {searchLog, [1, 5]},
        {minMatch, [3, 5, 7]}, {targetLength, [0, 50]}, {targetCBlockSize, [0, 2000]},
             {strategy, [default, fast, dfast, greedy, lazy, lazy2, btlazy2, btopt, btultra, btultra2]},
                 {enableLongDistanceMatching, [true, false]},
             {contentSizeFlag, [true, false]}, {checksumFlag, [true, false]}, {dictIDFlag, [true, false]},
                 {pledgedSrcSize, [byte_size(Text), 5]}],
    [io:format("~w ~w~n", [{Key, Value}, t(fun() -> Z = zstd:compress(Text, #{Key => Value}),
        {digest(Z), back(Z) =:= Text} end)]) || {Key, Values} <- Given, Value <- Values],
    [io:format("~w ~w~n", [{Key, Value}, t(fun() -> {ok, C} = zstd:context(compress), zstd:set_parameter(C, Key, Value),
        zstd:get_parameter(C, Key) end)]) || {Key, Values} <- Given, Value <- Values],
    ?T(zstd:compress(Text, #{ldmHashLog => 10, ldmMinMatch => 20, ldmBucketSizeLog => 2, ldmHashRateLog => 1,
        enableLongDistanceMatching => true}) =:= []),
    [?T({Key, begin {ok, C} = zstd:context(compress), zstd:get_parameter(C, Key) end}) || {Key, _} <- Given],
    [?T({Key, Value, begin {ok, C} = zstd:context(compress), zstd:set_parameter(C, Key, Value) end})
     || {Key, Value} <- [{windowLog, 99}, {windowLog, a}, {strategy, slow}, {strategy, 3}, {checksumFlag, 1},
         {nothing, 1}, {compressionLevel, 1 bsl 40}, {compressionLevel, 100}, {pledgedSrcSize, -1},
         {pledgedSrcSize, a}]],
    ?T(begin {ok, D} = zstd:context(decompress), [zstd:get_parameter(D, windowLogMax),
        zstd:set_parameter(D, windowLogMax, 12), zstd:get_parameter(D, windowLogMax)] end),
    ?T(begin {ok, D} = zstd:context(decompress), zstd:set_parameter(D, windowLogMax, 99) end),
        ?T(begin {ok, D} = zstd:context(decompress), zstd:set_parameter(D, nothing, 9) end),
    ?T(zstd:decompress(zstd:compress(proplists:get_value(noise, datas())), #{windowLogMax => 10})).

parts(Bin, N) when byte_size(Bin) > N -> <<A:N/binary, B/binary>> = Bin, [A | parts(B, N)];
parts(Bin, _) -> [Bin].

%% Processes all of one part: input that was not taken is given again.
stream(C, Data) ->
    case zstd:stream(C, Data) of
        {continue, Rest, Out} -> [Out | stream(C, Rest)];
        {continue, Out} -> [Out]
    end.

pieces() ->
    [io:format("~w ~w~n", [{Name, Size, Flush}, t(fun() ->
        {ok, C} = zstd:context(compress, #{compressionLevel => 3}),
        Outs = [[stream(C, P), case Flush of true -> element(2, zstd:flush(C)); false -> [] end]
            || P <- parts(D, Size)],
        {done, End} = zstd:finish(C, <<"end">>),
        zstd:close(C),
        Z = iolist_to_binary([Outs, End]),
        {digest(Z), back(Z) =:= <<D/binary, "end">>, unpacked(parts(Z, 1 + Size div 3))}
     end)]) || {Name, D} <- datas(), Size <- [997, 100000, 200000], Flush <- [false, true],
         byte_size(D) div Size < 500],
    ?T(digest(zstd:compress([[P, "x"] || P <- parts(proplists:get_value(long, datas()), 5000)]))),
    ?T([digest(P) || P <- zstd:compress([D || {_, D} <- datas()])]),
    ?T(begin {ok, C} = zstd:context(compress), {done, Out} = zstd:finish(C, [D || {_, D} <- datas()]), digest(Out) end),
    ?T(begin {ok, C} = zstd:context(compress), A = zstd:compress("abc", C), B = zstd:compress("abc", C),
        {A, B, zstd:close(C)} end),
    ?T(zstd:decompress([zstd:compress("abc"), zstd:compress("def")])),
        ?T(zstd:decompress(iolist_to_binary([zstd:compress("abc"), zstd:compress("def")]))).

unpacked(Parts) ->
    {ok, D} = zstd:context(decompress),
    Outs = [stream(D, P) || P <- Parts],
    {done, End} = zstd:finish(D, <<>>),
    digest([Outs, End]).

dictionaries() ->
    Dictionary = list_to_binary([<<"some words ", (X rem 7):8, "and others ">> || X <- lists:seq(1, 300)]),
    Data = list_to_binary([<<"some words ", (X rem 5):8>> || X <- lists:seq(1, 40)]),
    [?T(begin {ok, D} = zstd:dict(compress, Dictionary, #{compressionLevel => L}),
        Z = zstd:compress(Data, #{dictionary => D}), {zstd:get_dict_id(D), digest(Z)} end) || L <- [1, 3, 9, 19]],
    ?T(begin {ok, C} = zstd:dict(compress, Dictionary), {ok, D} = zstd:dict(decompress, Dictionary),
        Z = zstd:compress(Data, #{dictionary => C}),
        iolist_to_binary(zstd:decompress(Z, #{dictionary => D})) =:= Data end),
    ?T(begin Z = zstd:compress(Data, #{dictionary => Dictionary}),
        {digest(Z), iolist_to_binary(zstd:decompress(Z, #{dictionary => Dictionary})) =:= Data,
        zstd:get_dict_id(Z)} end),
    ?T(begin Z = zstd:compress(Data, #{dictionary => Dictionary}), zstd:decompress(Z) end),
    ?T(zstd:dict(compress, foo)), ?T(zstd:dict(decompress, foo)), ?T(element(1, element(2, zstd:dict(compress, <<>>)))),
        ?T(zstd:get_dict_id(<<"nonsense">>)), ?T(zstd:get_dict_id(foo)), ?T(zstd:get_dict_id({cdict, make_ref()})),
    ?T(zstd:dict(compress, <<16#37, 16#A4, 16#30, 16#EC, 1, 2, 3, 4, 5, 6, 7, 8>>)),
        ?T(zstd:dict(decompress, <<16#37, 16#A4, 16#30, 16#EC, 1, 2, 3, 4, 5, 6, 7, 8>>)),
    ?T(zstd:get_dict_id(<<16#37, 16#A4, 16#30, 16#EC, 1, 2, 3, 4, 5, 6, 7, 8>>)),
    ?T(begin {ok, D} = zstd:dict(decompress, Dictionary), zstd:compress(Data, #{dictionary => D}) end),
    ?T(begin {ok, {_, R}} = zstd:dict(decompress, Dictionary), zstd:compress(Data, #{dictionary => {cdict, R}}) end).

headers() ->
    [?T({Name, zstd:get_frame_header(zstd:compress(D, O))}) || {Name, D} <- datas(),
        O <- [#{}, #{checksumFlag => true}, #{contentSizeFlag => false, compressionLevel => 19}]],
    Z = iolist_to_binary(zstd:compress(<<"abc">>)),
    %% For fewer than five bytes OTP's result depends on uninitialised memory.
    [?T({N, zstd:get_frame_header(binary:part(Z, 0, N))}) || N <- lists:seq(5, byte_size(Z))],
    ?T(zstd:get_frame_header(<<16#50, 16#2A, 16#4D, 16#18, 5, 0, 0, 0, "hello">>)),
        ?T(zstd:get_frame_header("nonsense")), ?T(zstd:get_frame_header(foo)),
    ?T(zstd:decompress([<<16#50, 16#2A, 16#4D, 16#18, 5, 0, 0, 0, "hello">>, Z])).

errors() ->
    Z = iolist_to_binary(zstd:compress(<<"abcabcabcabcabcabcabcabcabcabcabcabc">>, #{checksumFlag => true})),
    [?T({N, zstd:decompress(binary:part(Z, 0, N))}) || N <- lists:seq(0, byte_size(Z))],
    ?T(zstd:decompress(<<Z/binary, "tail">>)), ?T(zstd:decompress("nonsense")), ?T(zstd:decompress(foo)),
        ?T(zstd:compress(foo)), ?T(zstd:compress([a])), ?T(zstd:decompress(<<>>)),
    [?T({N, begin <<A:N/binary, B, C/binary>> = Z, zstd:decompress(<<A/binary, (B bxor 16#55), C/binary>>) end})
        || N <- lists:seq(0, byte_size(Z) - 1)],
    ?T(zstd:context(other)), ?T(zstd:context(compress, #{x => 1})),
        ?T(begin {ok, C} = zstd:context(compress), zstd:decompress(Z, C) end),
        ?T(begin {ok, C} = zstd:context(decompress),
        try zstd:flush(C) catch error:{badarg, {invalid_context, C}} -> invalid end end),
    ?T(zstd:stream({compress, make_ref()}, <<>>)), ?T(zstd:stream({compress, x}, <<>>)),
        ?T(begin {ok, {_, R}} = zstd:context(compress), zstd:stream({decompress, R}, Z) end),
    ?T(begin {ok, C} = zstd:context(compress), {zstd:close(C), t(fun() -> zstd:close(C) end),
        t(fun() -> zstd:reset(C) end), t(fun() -> zstd:stream(C, <<"a">>) end)} end),
    ?T(begin {ok, C} = zstd:context(compress, #{pledgedSrcSize => 3}),
        {t(fun() -> zstd:finish(C, <<"abcd">>) end), zstd:finish(C, <<"abcd">>)} end),
    ?T(begin {ok, C} = zstd:context(compress), zstd:stream(C, <<"abc">>),
        [t(fun() -> zstd:set_parameter(C, K, V) end) || {K, V} <- [{windowLog, 12}, {compressionLevel, 5},
        {pledgedSrcSize, 4}, {dictionary, <<"abc">>}]] end),
    ?T(begin {ok, C} = zstd:context(compress), zstd:stream(C, <<"abc">>), zstd:reset(C),
        zstd:set_parameter(C, windowLog, 12), zstd:finish(C, <<"x">>) end),
    ?T(begin {ok, D} = zstd:context(decompress), {zstd:finish(D, <<>>), zstd:stream(D, binary:part(Z, 0, 9)),
        zstd:finish(D, <<>>), zstd:decompress(Z, D)} end).

owners() ->
    Self = self(),
    {ok, C} = zstd:context(compress),
    spawn(fun() -> Self ! {r, [t(fun() -> zstd:stream(C, <<"a">>) end), t(fun() -> zstd:close(C) end),
        t(fun() -> zstd:get_parameter(C, windowLog) end)]} end),
    ?T(receive {r, R} -> R end),
    %% Any process may use a dictionary, even when the one that made it has died.
    spawn(fun() -> Self ! {d, zstd:dict(compress, binary:copy(<<"words ">>, 100))} end),
    ?T(receive {d, {ok, D}} -> erlang:garbage_collect(),
        digest(zstd:compress(binary:copy(<<"words ">>, 9), #{dictionary => D})) end).

%% Contexts that are not closed, with dictionaries that are not kept.
life() ->
    [begin {ok, C} = zstd:context(compress), zstd:stream(C, <<"abc">>) end || _ <- lists:seq(1, 200)],
    erlang:garbage_collect(),
    {ok, C} = begin {ok, D} = zstd:dict(compress, binary:copy(<<"words ">>, 100)),
        zstd:context(compress, #{dictionary => D}) end,
    erlang:garbage_collect(),
    ?T(zstd:finish(C, binary:copy(<<"words ">>, 9))).
