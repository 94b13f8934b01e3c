%% SPDX-License-Identifier: Apache-2.0
%% Tables to and from files and dets, query handles, long traversals with changes meanwhile, and options that do not
%% affect results.
-module(ets_files).
-export([main/0]).
-include_lib("stdlib/include/ms_transform.hrl").
-define(T(E), io:format("~s => ~0p~n", [??E, t(fun() -> E end)])).

t(F) -> try F() catch C:R -> {C, R} end.

sorted(T) -> lists:sort(ets:tab2list(T)).
filled(Type, N) -> T = ets:new(t, [Type]), ets:insert(T, [{K, K * K, <<K:32>>} || K <- lists:seq(1, N)]), T.

main() ->
    Dir = "/tmp/spawnlink_ets_" ++ integer_to_list(os:system_time()) ++
        integer_to_list(erlang:unique_integer([positive])),
    ok = file:make_dir(Dir),
    files(Dir), old_dets(Dir), handles(), traversals(), replaced(), newer(), options(),
    {ok, Names} = file:list_dir(Dir),
    [file:delete(filename:join(Dir, N)) || N <- Names],
    file:del_dir(Dir).

files(Dir) ->
    Name = filename:join(Dir, "tab"),
    [begin
         T = filled(Type, 500),
         ets:insert(T, {deep, [a, {b, #{c => "d"}}], 1.5}),
         io:format("~w~n", [{Type, Options, t(fun() -> ets:tab2file(T, Name, Options) end)}]),
         {ok, Info} = ets:tabfile_info(Name),
         io:format("~w~n", [lists:keydelete(version, 1, Info)]),
         [begin {ok, U} = ets:file2tab(Name, [{verify, V}]),
             io:format("~w~n", [{V, sorted(U) =:= sorted(T), ets:info(U, type), ets:info(U, size)}]) end
             || V <- [true, false]]
     end || Type <- [set, ordered_set, bag, duplicate_bag],
         Options <- [[], [{extended_info, [md5sum]}], [{extended_info, [object_count]}, {sync, true}]]],
    N = ets:new(named, [named_table, public, {keypos, 2}, compressed]),
    ets:insert(N, {a, b}),
    ?T(ets:tab2file(named, Name)), ?T(ets:file2tab(Name)), ets:delete(named), ?T(ets:file2tab(Name)),
        ?T([ets:info(named, I) || I <- [keypos, protection, compressed, named_table, size]]),
    ?T(element(1, ets:file2tab(filename:join(Dir, "none")))), ?T(ets:tab2file(no_table, Name)),
        ?T(element(1, ets:tabfile_info(filename:join(Dir, "none")))),
    %% A damaged file.
    ok = ets:tab2file(named, Name),
    {ok, Bytes} = file:read_file(Name),
    file:write_file(Name, binary:part(Bytes, 0, byte_size(Bytes) - 9)), ets:delete(named),
    ?T(element(1, ets:file2tab(Name))), ?T(element(1, ets:file2tab(Name, [{verify, true}]))),
    file:write_file(Name, "nonsense"), ?T(element(1, ets:file2tab(Name))).

old_dets(Dir) ->
    {ok, D} = dets:open_file(d, [{file, filename:join(Dir, "dets")}]),
    T = filled(set, 40),
    ?T(ets:to_dets(T, D)), U = ets:new(u, []), ?T(ets:from_dets(U, D)), ?T(sorted(U) =:= sorted(T)),
        ?T(dets:info(D, size)), ?T(dets:lookup(D, 7)), dets:close(D),
    ?T(ets:from_dets(U, no_dets)), ?T(ets:to_dets(no_table, d)).

handles() ->
    T = filled(ordered_set, 30),
    ?T(qlc:eval(ets:table(T))), ?T(length(qlc:eval(ets:table(T, [{n_objects, 3}])))),
        ?T(qlc:eval(ets:table(T, [{traverse, first_next}])) =:= ets:tab2list(T)),
        ?T(qlc:eval(ets:table(T, [{traverse, last_prev}])) =:= lists:reverse(ets:tab2list(T))),
    ?T(qlc:eval(ets:table(T, [{traverse, {select, ets:fun2ms(fun({K, V, _}) when K > 27 -> {V, K} end)}}]))).

traversals() ->
    [begin
         T = filled(Type, 300),
         MS = ets:fun2ms(fun({K, _, _}) when K rem 3 =:= 0 -> K end),
         io:format("~w~n", [{Type, lists:sort(pages(ets:select(T, MS, 7))),
             lists:sort(pages(ets:select_reverse(T, MS, 1000))), length(pages(ets:match(T, {'$1', '_', '_'}, 11))),
             length(pages(ets:match_object(T, {'_', '_', '_'}, 300)))}]),
         %% Rows deleted while the table is fixed are not seen; rows that were there are seen once.
         ets:safe_fixtable(T, true),
         Seen = walk(T, ets:first(T), []),
         ets:safe_fixtable(T, false),
         io:format("~w~n", [{Type, length(Seen), length(lists:usort(Seen)), ets:info(T, size), ets:info(T, fixed)}])
     end || Type <- [set, ordered_set, bag, duplicate_bag]],
    T = filled(ordered_set, 50),
    {_, C} = ets:select(T, [{{'$1', '_', '_'}, [], ['$1']}], 5),
    ?T(element(1, ets:select(C))),
        ?T(element(1, ets:select(ets:repair_continuation(C, [{{'$1', '_', '_'}, [], ['$1']}])))),
        ?T(element(1, ets:select(ets:repair_continuation(binary_to_term(term_to_binary(setelement(4, C, x))),
        [{{'$1', '_', '_'}, [], ['$1']}])))),
    ets:delete(T), ?T(ets:select(C)).

pages('$end_of_table') -> [];
pages({L, C}) -> L ++ pages(case C of '$end_of_table' -> C; _ -> ets:select(C) end).

walk(_, '$end_of_table', Seen) -> Seen;
walk(T, K, Seen) -> ets:delete(T, K), ets:delete(T, K + 1000), walk(T, ets:next(T, K), [K | Seen]).

replaced() ->
    [begin
         T = filled(Type, 60),
         io:format("~w~n",
             [{Type, t(fun() -> ets:select_replace(T, ets:fun2ms(fun({K, V, B}) when K > 50 -> {K, {V}, B} end)) end),
             erlang:phash2(sorted(T)),
             t(fun() -> ets:select_replace(T, ets:fun2ms(fun({K, V, B}) -> {V, K, B} end)) end),
                 ets:select_count(T, ets:fun2ms(fun({_, {_}, _}) -> true end)),
                 ets:select_delete(T, ets:fun2ms(fun({K, _, _}) -> K rem 2 =:= 0 end)), ets:info(T, size)}])
     end || Type <- [set, ordered_set, duplicate_bag, bag]],
    MS = ets:match_spec_compile([{{'$1', '$2'}, [{'<', '$1', '$2'}], [{{'$2', '$1'}}]}]),
    ?T(ets:match_spec_run([{1, 2}, {3, 1}, {4, 5}, x, {1.0, 1}], MS)), ?T(ets:is_compiled_ms(MS)),
        ?T(ets:is_compiled_ms(x)), ?T(ets:test_ms({1, 2}, [{{'$1', '$2'}, [], ['$_']}])),
        ?T(ets:test_ms({1}, [{{'$1', '$2'}, [], ['$_']}])), ?T(ets:match_spec_run([1], x)),
        ?T(ets:match_spec_compile(x)).

%% Functions of OTP 26 and 27.
newer() -> list_to_integer(erlang:system_info(otp_release)) < 27 orelse newer(ets:new(t, [ordered_set])).

newer(T) ->
    [io:format("~w ~w~n", [F, t(fun() -> apply(ets, F, A) end)])
        || {F, A} <- [{lookup_element, [T, 1, 2, default]}, {insert, [T, {1, one}]},
        {lookup_element, [T, 1, 2, default]}, {lookup_element, [T, 1, 9, default]},
        {update_element, [T, 2, {2, two}, {2, none}]}, {lookup, [T, 2]},
        {update_element, [T, 2, [{2, x}], {9, y}]}, {lookup, [T, 2]}, {first_lookup, [T]}, {last_lookup, [T]},
            {next_lookup, [T, 1]}, {prev_lookup, [T, 2]}, {next_lookup, [T, 2]}, {first_lookup, [x]}]].

options() ->
    [?T(begin T = ets:new(t, [public | O]), [ets:insert(T, {K, K}) || K <- lists:seq(1, 100)],
        {ets:info(T, size), ets:info(T, type), ets:info(T, read_concurrency), ets:info(T, write_concurrency),
        ets:info(T, compressed), ets:info(T, decentralized_counters)} end)
     || O <- [[], [compressed], [{read_concurrency, true}], [{write_concurrency, true}], [{write_concurrency, auto}],
         [{decentralized_counters, true}, {write_concurrency, true}], [ordered_set, {write_concurrency, true}],
         [bag, {heir, none}], [{heir, self(), x}]]],
    ?T(ets:new(t, [nonsense])), ?T(ets:new(t, [{keypos, 0}])), ?T(ets:new(t, [{write_concurrency, x}])),
        ?T(ets:new("t", [])), ?T(ets:i(no_such_table)).
