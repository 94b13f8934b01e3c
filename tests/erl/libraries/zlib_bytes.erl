%% SPDX-License-Identifier: Apache-2.0
%% Compressed data is the same, byte for byte: every level, strategy, window and memory, all kinds of flush, pieces of
%% all sizes, dictionaries, parameters that change meanwhile, and terms in the external format.
-module(zlib_bytes).
-export([main/0]).

t(F) -> try F() catch C:R -> {C, R} end.

main() ->
    Datas = datas(),
    Two = [Data || {Name, _} = Data <- Datas, Name =:= text orelse Name =:= same],
    levels(Datas), windows(Two), flushes(Datas), pieces(Two), params(Two), dictionaries(Datas), whole(Datas), terms().

datas() ->
    Text = list_to_binary(io_lib:format("~p", [[{X * X rem 977, X * 7919 rem 65521} || X <- lists:seq(1, 3000)]])),
    [{empty, <<>>}, {one, <<"a">>}, {same, binary:copy(<<"z">>, 30000)}, {text, Text},
        {beam, term_to_binary([{atom_to_binary(A), A} || A <- [lists, maps, ets, io], _ <- lists:seq(1, 50)])},
     {noise, << <<(X * X * 7919 rem 65521):16, (X * 31):8>> || X <- lists:seq(1, 11000) >>}].

bigger() -> [{mixed, iolist_to_binary([[D, D] || {_, D} <- datas()])}].

with(F) -> Z = zlib:open(), try F(Z) after catch zlib:close(Z) end.

digest(Out) -> Binary = iolist_to_binary(Out), {byte_size(Binary), binary:encode_hex(erlang:md5(Binary))}.

%% Prints a line for each case: its name, and size and digest of the output.
told(What, F) -> io:format("~w ~w~n", [What, t(fun() -> digest(F()) end)]).

deflated(Parts, Level, Bits, Mem, Strategy, Flush) ->
    with(fun(Z) ->
        ok = zlib:deflateInit(Z, Level, deflated, Bits, Mem, Strategy),
        Out = [zlib:deflate(Z, Part, Flush) || Part <- Parts],
        End = zlib:deflate(Z, [], finish),
        ok = zlib:deflateEnd(Z),
        [Out, End]
    end).

parts(Bin, N) when byte_size(Bin) > N -> <<A:N/binary, B/binary>> = Bin, [A | parts(B, N)];
parts(Bin, _) -> [Bin].

levels(Datas) ->
    [told({Name, Level, Strategy}, fun() -> deflated([D], Level, 15, 8, Strategy, none) end)
     || {Name, D} <- Datas, Level <- [default, none, best_speed, best_compression | lists:seq(0, 9)],
         Strategy <- [default, filtered, huffman_only, rle]].

windows(Datas) ->
    [told({Name, Bits, Mem}, fun() -> deflated([D], default, Bits, Mem, default, none) end)
     || {Name, D} <- Datas, Bits <- [8, 9, 12, 14, 15, -9, -12, -15, 25, 31, 16, 24, 40, -8], Mem <- [1, 4, 8, 9]].

flushes(Datas) ->
    [told({Name, Level, Size, Flush}, fun() -> deflated(parts(D, Size), Level, 15, 8, default, Flush) end)
     || {Name, D} <- Datas ++ bigger(), Level <- [0, 6], Size <- [777, 5000, 8192, 20000], Flush <- [none, sync, full]].

%% The data as one list of many binaries: small, medium and large ones.
pieces(Datas) ->
    [told({Name, Level, Size}, fun() -> deflated([parts(D, Size)], Level, 15, 8, default, none) end)
     || {Name, D} <- Datas, Level <- [0, 3, 6], Size <- [10, 300, 5000, 8191, 8193]],
    [told({Name, Level, bytes}, fun() -> deflated([binary_to_list(D)], Level, 15, 8, default, none) end)
        || {Name, D} <- Datas, Level <- [0, 6]].

params(Datas) ->
    [told({Name, From, To, Strategy}, fun() ->
        with(fun(Z) ->
            ok = zlib:deflateInit(Z, From),
            {A, B} = split_binary(D, byte_size(D) div 2),
            One = zlib:deflate(Z, A),
            ok = zlib:deflateParams(Z, To, Strategy),
            Two = zlib:deflate(Z, B, finish),
            ok = zlib:deflateReset(Z),
            [One, Two, zlib:deflate(Z, D, finish)]
        end)
    end) || {Name, D} <- Datas, From <- [0, 1, 6], To <- [none, best_speed, 4, best_compression],
        Strategy <- [default, filtered, huffman_only, rle]].

dictionaries(Datas) ->
    [io:format("~w ~w~n", [{Name, Bits, byte_size(Dictionary)}, t(fun() ->
        with(fun(Z) ->
            ok = zlib:deflateInit(Z, default, deflated, Bits, 8, default),
            Sum = zlib:deflateSetDictionary(Z, Dictionary),
            Out = iolist_to_binary(zlib:deflate(Z, D, finish)),
            {Sum, digest(Out), back(Bits, Dictionary, Out) =:= D}
        end)
    end)]) || {Name, D} <- Datas, Bits <- [15, 10, -15, 31],
        Dictionary <- [<<"aaa">>, <<"{{1,7919},{16,">>,
        binary:part(element(2, lists:keyfind(text, 1, Datas)), 100, 36000)]].

back(Bits, Dictionary, Out) ->
    with(fun(Z) ->
        zlib:inflateInit(Z, Bits),
        case Bits < 0 of
            true -> zlib:inflateSetDictionary(Z, Dictionary), iolist_to_binary(zlib:inflate(Z, Out));
            false ->
                {need_dictionary, Sum, []} = zlib:inflate(Z, Out, [{exception_on_need_dict, false}]),
                io:format("~w ", [Sum]),
                zlib:inflateSetDictionary(Z, Dictionary),
                iolist_to_binary(zlib:inflate(Z, []))
        end
    end).

whole(Datas) ->
    [told({Name, F}, fun() -> zlib:F(D) end) || {Name, D} <- Datas ++ bigger(), F <- [compress, zip, gzip]].

terms() ->
    Terms = [a, [], lists:seq(1, 20), lists:seq(1, 5000), lists:duplicate(1000, abc),
        #{a => binary:copy(<<"ab">>, 300)}, [X * X * 7919 rem 65521 || X <- lists:seq(1, 30000)], {datas(), datas()},
        binary:copy(<<0>>, 100000)]
        ++ [binary:copy(<<"x">>, N) || N <- lists:seq(0, 18)] ++
            [list_to_binary(lists:seq(1, N) ++ lists:duplicate(9, $x)) || N <- lists:seq(1, 20)],
    [told({term, N, Options}, fun() -> term_to_binary(T, Options) end)
     || {N, T} <- lists:zip(lists:seq(1, length(Terms)), Terms),
         Options <- [[compressed] | [[{compressed, L}] || L <- [0, 1, 4, 9]]]],
    io:format("~w~n", [[digest(term_to_iovec(T, [compressed])) || T <- Terms]]),
    io:format("~w~n", [[binary_to_term(term_to_binary(T, [compressed])) =:= T || T <- Terms]]),
    io:format("~w~n",
        [t(fun() -> term_to_binary(lists:seq(1, 100), [{compressed, 6}, {minor_version, 1}, deterministic]) end)]),
    io:format("~w~n", [[term_to_iovec(T, [{compressed, L}]) || T <- [a, lists:duplicate(50, abc)], L <- [0, 1]]]).
