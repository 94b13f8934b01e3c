%% SPDX-License-Identifier: Apache-2.0
%% The external term format: bytes of every encoding, sizes, reading back, and what is refused.
-module(term_external).
-export([main/0]).

main() ->
    term_gen:seed(33),
    [encodings(T) || T <- term_gen:fixed(), not large(T)],
    [encodings(T) || T <- term_gen:list(3, 200)],
    [encodings(T) || T <- [list_to_pid("<0.5.1>"), list_to_ref("#Ref<0.1.1.3>"), list_to_port("#Port<0.9>"),
        list_to_atom([233]), list_to_atom([26085]),
                           list_to_atom(lists:duplicate(255, $a)), list_to_atom(lists:duplicate(100, 26085)),
                               lists:duplicate(65535, 1), lists:duplicate(65536, 1),
                           list_to_tuple(lists:seq(1, 255)), list_to_tuple(lists:seq(1, 256)), (1 bsl 2040) - 1,
                               1 bsl 2040, -(1 bsl 2040)]],
    io:format("~w~n", [erlang:phash2(term_to_binary(maps:from_list([{I, I} || I <- lists:seq(1, 300)]),
        [deterministic]))]),
    [back(T) || T <- term_gen:fixed()],
    [read(B) || B <- samples()],
    [prefixes(T) || T <- [{a, [1, 2.5, <<"x">>], #{k => v}}, fun lists:map/2, 1 bsl 100]],
    Packed = term_to_binary(lists:duplicate(1000, abc), [compressed]),
    io:format("~w~n", [{byte_size(Packed) < 200, binary_to_term(Packed) =:= lists:duplicate(1000, abc)}]),
    io:format("~w~n", [term_to_binary(a, [{compressed, 9}])]),
    funs().

large(T) -> is_map(T) andalso map_size(T) > 32.

encodings(T) ->
    Es = [term_to_binary(T, [{minor_version, V}]) || V <- [0, 1, 2]] ++ [term_to_binary(T, [deterministic]),
        iolist_to_binary(term_to_iovec(T))],
    io:format("~w ~w ~w ~w~n", [brief(T), [brief(E) || E <- Es], erlang:external_size(T),
        erlang:external_size(T, [{minor_version, 0}])]).
%% Latin-1 atoms are printed as numbers, because standard output may have any encoding.
brief(T) when is_atom(T) -> case [C || C <- atom_to_list(T), C > 127] of [] -> T; _ -> atom_to_list(T) end;
brief(T) -> case erlang:external_size(T) > 600 of true -> {erlang:phash2(T), erlang:external_size(T)}; false -> T end.

back(T) ->
    B = term_to_binary(T),
    io:format("~w~n", [{binary_to_term(B) =:= T, binary_to_term(<<B/binary, "more">>, [used]) =:= {T, byte_size(B)}}]).

read(B) ->
    io:format("~w -> ~w~n", [B, try {T, N} = binary_to_term(B, [used]), {brief(term_gen:show(T)), N} catch _:R ->
        R end]).

prefixes(T) ->
    B = term_to_binary(T),
    [read(binary:part(B, 0, N)) || N <- lists:seq(0, byte_size(B) - 1)].

samples() ->
    [<<131, 70, 16#7ff0:16, 0:48>>, <<131, 70, 16#7ff8:16, 0:48>>, <<131, 70, 128, 0:56>>,
        <<131, 99, "1.5", 0:(28 * 8)>>, <<131, 99, "x", 0:(30 * 8)>>,
     <<131, 100, 0, 0>>, <<131, 100, 0, 1, 233>>, <<131, 115, 1, 233>>, <<131, 119, 1, 233>>, <<131, 119, 2, 195, 169>>,
         <<131, 118, 0, 1, "a">>,
     <<131, 100, 1, 0, (binary:copy(<<"a">>, 256))/binary>>, <<131, 104, 0>>, <<131, 104, 2, 97, 1>>,
         <<131, 105, 0, 0, 0, 2, 97, 1, 97, 2>>,
     <<131, 105, 255, 255, 255, 255, 97, 1>>, <<131, 107, 0, 0>>, <<131, 107, 0, 3, 1, 2>>,
         <<131, 108, 0, 0, 0, 1, 97, 1, 106>>,
     <<131, 108, 0, 0, 0, 0, 97, 1>>, <<131, 108, 255, 255, 255, 255, 106>>, <<131, 109, 0, 0, 0, 5, "abc">>,
         <<131, 77, 0, 0, 0, 1, 3, 255>>,
     <<131, 77, 0, 0, 0, 1, 0, 255>>, <<131, 77, 0, 0, 0, 1, 8, 255>>, <<131, 77, 0, 0, 0, 1, 9, 255>>,
         <<131, 110, 0, 0>>, <<131, 110, 1, 0, 5>>,
     <<131, 110, 1, 1, 5>>, <<131, 110, 9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0>>, <<131, 111, 0, 0, 0, 1, 1, 7>>,
         <<131, 116, 0, 0, 0, 0>>,
     <<131, 116, 0, 0, 0, 2, 97, 2, 97, 3, 97, 1, 106>>, <<131, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 1, 97, 3>>,
         <<131, 116, 0, 0, 0, 2, 97, 1, 97, 2>>,
     <<131, 113, 100, 0, 1, $m, 100, 0, 1, $f, 97, 3>>, <<131, 113, 100, 0, 1, $m, 97, 1, 97, 3>>, <<131, 1>>,
         <<130, 106>>, <<131, 106, 1, 2>>,
     <<131, 80, 0, 0, 0, 2, 1, 2, 3>>, <<131, 88, 119, 13, "nonode@nohost", 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0>>]
    %% A creation of one byte is at most 3.
    ++ [<<131, Rest/binary>> || C <- [4, 255], Rest <- [<<103, 100, 0, 3, "n@h", 0, 0, 0, 7, 0, 0, 0, 1, C>>,
        <<102, 100, 0, 3, "n@h", 0, 0, 0, 7, C>>,
        <<101, 100, 0, 3, "n@h", 0, 0, 0, 7, C>>, <<114, 0, 1, 100, 0, 3, "n@h", C, 0, 0, 0, 7>>]].

funs() ->
    X = length(atom_to_list(node())),
    F = fun(A) -> {A, X} end,
    B = term_to_binary(F),
    G = binary_to_term(B),
    io:format("~w~n", [{F =:= G, G(1), F == G, is_function(G, 1), is_function(G, 2)}]),
    E = binary_to_term(term_to_binary(fun lists:reverse/1)),
    io:format("~w ~w~n", [E, E([1, 2])]),
    io:format("~w~n", [binary:part(B, 0, 6) =:= <<131, 112, (byte_size(B) - 2):32>>]).
