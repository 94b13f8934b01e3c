%% SPDX-License-Identifier: Apache-2.0
%% Native records as terms: order, equality, hashes, the external format, texts, records:*.
-module(record_terms).
-export([main/0, hostile/0]).
-export_record([open]).

-record #empty{}.
-record #one{only}.
-record #two{first = 1, second = 2}.
-record #open{x = 1}.

%% Where OTP sorts keys, their order depends on what was loaded before; but false and true are always atoms 0 and 1.
-record #bools{false = 1, true = 2}.

main() ->
    T = terms(),
    io:format("order ~0p~n", [lists:sort(T)]),
    [io:format("~w~n", [[if X < Y -> 1; X > Y -> 2; X == Y -> 0; true -> x end || Y <- T]]) || X <- T],
    [io:format("~w~n", [[{X =:= Y, X == Y} || Y <- T]]) || X <- T],
    [io:format("~w ~w~n", [erlang:phash2(X, 1 bsl 32), erlang:phash(X, 1 bsl 32)]) || X <- hashed()],
    [external(X) || X <- T],
    io:format("~w~n", [[try {ok, binary_to_term(B)} catch error:E -> E end || B <- hostile()]]),
    io:format("~w~n", [[try {ok, binary_to_term(B, [safe])} catch error:E -> E end || B <- hostile()]]),
    [io:format("~p~n~0p~n~w~n~P~n~W~n~10p~n", [X, X, X, X, 4, X, 4, X]) || X <- T],
    [io:put_chars([io_lib:format("~tp ~tw", [X, X]), $\n]) || X <- T],
    [erlang:display(X) || X <- [#empty{}, #one{only = 'X y'}, #one{only = "text"}, [#one{only = 1.5}],
        #one{only = #bools{}}]],
    [io:format("~w: ~0p~n", [N, try F() catch C:R:S -> {C, R, hd(S)} end]) || {N, F} <- functions()],
    ok.

make(M, N, F) -> records:create(M, N, F, #{is_exported => false}).
open(M, N, F) -> records:create(M, N, F, #{is_exported => true}).

terms() ->
    [#empty{}, #one{only = 1}, #one{only = 1.0}, #one{only = a}, #one{only = #one{only = []}}, #two{},
        #two{first = 1.0}, #two{second = 3}, #open{},
     make(record_terms, empty, []), make(record_terms, one, [{only, 1}]), open(record_terms, one, [{only, 1}]),
         make(record_terms, one, [{other, 1}]),
     make(record_terms, two, [{second, 2}, {first, 1}]), make(record_terms, two, [{first, 1}]),
         make(aa, two, [{first, 1}, {second, 2}]),
     make(zz, a, []), make(aa, z, [{q, 1}, {r, 2}, {s, 3}]), make(aa, z, [{q, 1}, {r, 2}]), open(aa, z, [{q, 1}]),
     make('Odd Name', 'other name', [{'a b', "str"}, {'C', <<"bin">>}]),
         make(r, r, [{list, lists:seq(1, 40)}, {map, #{k => [v]}}]),
     {}, {one, 1}, #{}, [], [a], <<"x">>, 1, 1.5, 1 bsl 70, atom, fun lists:map/2].

hashed() ->
    [#empty{}, #one{only = 1}, #one{only = 1 bsl 30}, #one{only = "abc"}, #one{only = []},
        #one{only = {#empty{}, #one{only = a}}}, #bools{}, #bools{true = x},
     make(x, y, []), open(x, y, []), make(x, y, [{k, 1}]), make(x, y, [{false, 1}, {true, 2}]),
         open(x, y, [{false, 1}, {true, 2}]), [#empty{}, #one{only = 2}], #{#empty{} => #one{only = 1}}].

external(X) ->
    B = term_to_binary(X),
    io:format("~w ~w ~w ~w~n", [B, erlang:external_size(X) >= byte_size(B), binary_to_term(B) =:= X,
        [binary_to_term(term_to_binary(X, O)) =:= X || O <- [[compressed], [{minor_version, 1}], [deterministic]]]]).

hostile() ->
    A = fun(T) -> <<131, R/binary>> = term_to_binary(T), R end,
    R = fun(N, Flags, Parts) -> iolist_to_binary([131, $C, <<N:32>>, Flags | [A(P) || P <- Parts]]) end,
    [R(0, 0, [m, n]), R(0, 1, [m, n]), R(0, 2, [m, n]), R(0, 255, [m, n]), R(1, 0, [m, n, a, 1]), R(1, 0, [m, n, a]),
        R(1, 0, [m, n]), R(1, 0, [m, n, 1, 1]),
     R(1, 0, [1, n, a, 1]), R(1, 0, [m, "n", a, 1]), R(2, 0, [m, n, a, a, 1, 2]), R(2, 0, [m, n, a, b, 1, 2]),
         R(3, 1, [m, n, a, b, a, 1, 2, 3]),
     R(16#FFFFFFFF, 0, [m, n, a, 1]), R(16#1000000, 0, [m, n, a, 1]), <<131, $C>>, <<131, $C, 0:32>>,
         <<131, $C, 1:32, 0>>,
     R(1, 0, [record_terms, one, only, #one{only = x}]),
         R(40, 0, [m, n | [list_to_atom([$k, I]) || I <- lists:seq(50, 89)]] ++ lists:seq(1, 40)),
     R(40, 0, [m, n, k | [list_to_atom([$k, I]) || I <- lists:seq(50, 87)]] ++ [k | lists:seq(1, 40)]),
     iolist_to_binary([131, $C, <<1:32>>, 0, A(m), A(n), <<119, 20, "unknown_atom_of_test">>, A(1)])].

functions() ->
    O = #{is_exported => false},
    Two = #two{},
    [{get, fun() -> [records:get(first, Two), records:get(second, Two)] end},
        {get_none, fun() -> records:get(third, Two) end},
     {get_key, fun() -> records:get("first", Two) end}, {get_record, fun() -> records:get(first, {two, 1, 2}) end},
     {module, fun() -> [records:get_module(X) || X <- [Two, make(a, b, [])]] end},
         {module_bad, fun() -> records:get_module(x) end},
     {name, fun() -> [records:get_name(X) || X <- [Two, make(a, b, [])]] end},
         {name_bad, fun() -> records:get_name(#{}) end},
     {fields, fun() -> [records:get_field_names(X)
         || X <- [#empty{}, Two, make(record_terms, two, [{second, 2}, {first, 1}])]] end},
         {fields_bad, fun() -> records:get_field_names([]) end},
     {exported, fun() -> [records:is_exported(X) || X <- [Two, #open{}]] end},
         {exported_bad, fun() -> records:is_exported(1) end},
     {definition, fun() -> [records:get_definition(record_terms, X) || X <- [empty, one, two, open, bools]] end},
     {definition_none, fun() -> records:get_definition(record_terms, none) end},
         {definition_module, fun() -> records:get_definition(no_such_module, none) end},
     {definition_bad, fun() -> records:get_definition(1, none) end},
         {definition_bad2, fun() -> records:get_definition(record_terms, 1) end},
     {create, fun() -> [records:create(m, n, F, O) || F <- [[], [{a, 1}], [{b, 1}, {a, 2}]]] end},
         {create_same, fun() -> records:create(record_terms, two, [{first, 1}, {second, 2}], O) =:= Two end},
     {create_module, fun() -> records:create(1, n, [], O) end}, {create_name, fun() -> records:create(m, 1, [], O) end},
         {create_options, fun() -> records:create(m, n, [], []) end},
     {create_options2, fun() -> records:create(m, n, [], #{}) end},
         {create_options3, fun() -> records:create(m, n, [], O#{false => 1}) end},
     {create_options4, fun() -> records:create(m, n, [], #{is_exported => 1}) end},
         {create_list, fun() -> records:create(m, n, [{a, 1} | b], O) end},
         {create_list2, fun() -> records:create(m, n, a, O) end},
     {create_pair, fun() -> records:create(m, n, [{a, 1, 2}], O) end},
         {create_pair2, fun() -> records:create(m, n, [a], O) end},
         {create_key, fun() -> records:create(m, n, [{a, 1}, {"b", 2}], O) end},
     {create_twice, fun() -> records:create(m, n, [{a, 1}, {a, 2}], O) end},
         {create_big, fun() -> R = records:create(m, n,
         [{list_to_atom([$f | integer_to_list(I)]), I} || I <- lists:seq(1, 300)], O),
         {length(records:get_field_names(R)), records:get(f300, R)} end},
     {create_big_twice, fun() -> records:create(m, n,
         [{f1, 0} | [{list_to_atom([$f | integer_to_list(I)]), I} || I <- lists:seq(1, 100)]], O) end},
     {update, fun() -> [records:update(Two, record_terms, two, M)
         || M <- [#{}, #{first => x}, #{second => y, first => x}]] end},
         {update_any, fun() -> [records:update(Two, X, '_', #{first => 2}) || X <- [m, 1]] end},
     {update_record, fun() -> records:update(x, record_terms, two, #{}) end},
         {update_name, fun() -> records:update(Two, record_terms, one, #{}) end},
         {update_module, fun() -> records:update(Two, m, two, #{}) end},
     {update_bad, fun() -> records:update(Two, 1, two, #{}) end},
         {update_bad2, fun() -> records:update(Two, record_terms, "two", #{}) end},
         {update_map, fun() -> records:update(Two, record_terms, two, []) end},
     {update_key, fun() -> records:update(Two, record_terms, two, #{third => 1}) end},
         {update_key2, fun() -> records:update(Two, record_terms, two, #{{t, 1} => 1}) end},
         {update_empty, fun() -> records:update(#empty{}, record_terms, empty, #{a => 1}) end},
     {update_big, fun() -> R = records:create(m, n,
         [{list_to_atom([$f | integer_to_list(I)]), I} || I <- lists:seq(1, 100)], O),
         U = records:update(R, m, n, #{list_to_atom([$f | integer_to_list(I)]) => -I || I <- lists:seq(1, 100, 2)}),
         [records:get(list_to_atom([$f | integer_to_list(I)]), U) || I <- lists:seq(1, 100)] end},
     {in_map_key, fun() -> M = #{#one{only = 1} => a, #one{only = 1.0} => b, #empty{} => c},
         [maps:get(K, M) || K <- [#one{only = 1}, #one{only = 1.0}, make(record_terms, empty, [])]] end},
     {in_big_map, fun() -> M = #{#one{only = I} => I || I <- lists:seq(1, 100)},
         {maps:size(M), maps:get(#one{only = 50}, M), maps:is_key(open(record_terms, one, [{only, 50}]), M)} end},
     {usort, fun() -> length(lists:usort([#one{only = I rem 7} || I <- lists:seq(1, 100)])) end},
     {member, fun() -> {lists:member(#one{only = 3}, [#one{only = I} || I <- lists:seq(1, 5)]),
         lists:keyfind(#empty{}, 1, [{#one{only = 1}, a}, {#empty{}, b}])} end},
     {min_max, fun() -> {min(#empty{}, #{}), max(#empty{}, {}), max(#one{only = 1}, #empty{})} end}].
