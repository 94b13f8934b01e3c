%% SPDX-License-Identifier: Apache-2.0
%% Single long operations for tests/budget/run.js: run(Name, Scale, Parent) prepares the data of the operation, reports
%% that, waits for the start, performs the operation and ends normally. Scale 1 is the full size, 100 a hundredth of it.
-module(budget).
-export([run/2, warm/1, names/0]).

-compile([nowarn_unused_vars, nowarn_deprecated_function]).

names() -> [Name || {Name, _, _} <- operations(1)].

run(Name, Scale) ->
    {Name, Prepare, Do} = lists:keyfind(Name, 1, operations(Scale)),
    Data = Prepare(),
    register(ready, self()),
    receive go -> ok end,
    unregister(ready),
    Result = Do(Data),
    %% The result is used here, so that the operation cannot be optimised away.
    persistent(Result).

persistent(_) -> ok.

%% Uses memory once, so that the VM has it before the measurement.
warm(Scale) -> persistent(binary:copy(<<1>>, 600000000 div Scale)).

operations(S) ->
    Million = 1000000 div S,
    Long = fun() -> lists:seq(1, 5 * Million) end,
    Lists = fun() -> {lists:seq(1, 5 * Million), lists:seq(1, 5 * Million)} end,
    Pairs = fun() -> [{I, I} || I <- lists:seq(1, Million)] end,
    Map = fun() -> maps:from_list([{I, I} || I <- lists:seq(1, Million)]) end,
    Big = fun() -> big(Million) end,
    Bytes = fun() -> binary:copy(<<"abcdefghij">>, 5 * Million) end,
    Chars = fun() -> lists:duplicate(10 * Million, $a) end,
    Table = fun() -> T = ets:new(t, [set, public]), ets:insert(T, [{I, I} || I <- lists:seq(1, Million)]), T end,
    Number = fun() -> 1 bsl (4 * Million) - 1 end,
    Text = fun() -> binary:copy(<<"7">>, 1200000 div S) end,
    [{length, Long, fun(L) -> length(L) end},
     {reverse, Long, fun(L) -> lists:reverse(L) end},
     {append, Lists, fun({A, B}) -> A ++ B end},
     {subtract, Lists, fun({A, B}) -> A -- B end},
     {member, Long, fun(L) -> lists:member(none, L) end},
     {keyfind, Pairs, fun(L) -> lists:keyfind(none, 1, L) end},
     {list_to_tuple, Long, fun(L) -> list_to_tuple(L) end},
     {tuple_to_list, fun() -> list_to_tuple(lists:seq(1, 5 * Million)) end, fun(T) -> tuple_to_list(T) end},
     {setelement, fun() -> erlang:make_tuple(5 * Million, x) end, fun(T) -> setelement(1, T, y) end},
     {make_tuple, fun() -> ok end, fun(_) -> erlang:make_tuple(5 * Million, x) end},
     {lists_sort, Long, fun(L) -> lists:sort(L) end},
     {maps_from_list, Pairs, fun(L) -> maps:from_list(L) end},
     {maps_keys, Map, fun(M) -> maps:keys(M) end},
     {maps_values, Map, fun(M) -> maps:values(M) end},
     {maps_to_list, Map, fun(M) -> maps:to_list(M) end},
     {maps_merge, fun() -> {maps:from_list([{I, I} || I <- lists:seq(1, Million)]),
         maps:from_list([{-I, I} || I <- lists:seq(1, Million)])} end,
      fun({A, B}) -> maps:merge(A, B) end},
     {maps_map, Map, fun(M) -> maps:map(fun(_, V) -> V + 1 end, M) end},
     {map_equal, fun() -> {maps:from_list([{I, I} || I <- lists:seq(1, Million)]),
         maps:from_list([{I, I} || I <- lists:seq(1, Million)])} end,
      fun({A, B}) -> A =:= B end},
     {map_less, fun() -> {maps:from_list([{I, I} || I <- lists:seq(1, Million)]),
         maps:from_list([{I, I} || I <- lists:seq(1, Million)])} end,
      fun({A, B}) -> A < B end},
     {equal, Lists, fun({A, B}) -> A == B end},
     {exactly_equal, fun() -> {big(Million), big(Million)} end, fun({A, B}) -> A =:= B end},
     {less, fun() -> {big(Million), big(Million)} end, fun({A, B}) -> A < B end},
     {phash2, Big, fun(T) -> erlang:phash2(T) end},
     {phash2_binary, Bytes, fun(B) -> erlang:phash2(B) end},
     {term_to_binary, Big, fun(T) -> term_to_binary(T) end},
     {term_to_binary_zipped, fun() -> big(Million div 4) end, fun(T) -> term_to_binary(T, [compressed]) end},
     {binary_to_term, fun() -> term_to_binary(big(Million)) end, fun(B) -> binary_to_term(B) end},
     {external_size, Big, fun(T) -> erlang:external_size(T) end},
     {flat_size, Big, fun(T) -> erts_debug:flat_size(T) end},
     {send, fun() -> {spawn_link(fun sink/0), big(Million)} end, fun({P, T}) -> P ! T, receive after 1 -> ok end end},
     {send_back, fun() -> spawn_link(fun() -> T = big(Million), receive From -> From ! T end end) end,
      fun(P) -> P ! self(), receive T when is_list(T) -> ok end end},
     {spawn_with, Big, fun(T) -> spawn(erlang, length, [T]), receive after 1 -> ok end end},
     {exit_with, Big, fun(T) -> {P, R} = spawn_monitor(fun() -> exit(T) end),
         receive {'DOWN', R, _, _, _} -> ok end end},
     {put, Big, fun(T) -> put(a, T) end},
     {ets_insert, fun() -> {ets:new(t, [set]), big(Million)} end, fun({Tab, T}) -> ets:insert(Tab, {a, T}) end},
     {ets_lookup, fun() -> Tab = ets:new(t, [set]), ets:insert(Tab, {a, big(Million)}), Tab end,
         fun(Tab) -> ets:lookup(Tab, a) end},
     {persistent_term, Big, fun(T) -> persistent_term:put(a, T), persistent_term:get(a) end},
     {ets_insert_list, fun() -> {ets:new(t, [set]), [{I, I} || I <- lists:seq(1, Million)]} end,
         fun({Tab, L}) -> ets:insert(Tab, L) end},
     {ets_tab2list, Table, fun(T) -> ets:tab2list(T) end},
     {ets_match, Table, fun(T) -> ets:match(T, {'$1', 500}) end},
     {ets_select_count, Table, fun(T) -> ets:select_count(T, [{{'$1', '_'}, [{'>', '$1', 5}], [true]}]) end},
     {ets_match_delete, Table, fun(T) -> ets:match_delete(T, {'_', '_'}) end},
     {ets_delete_all, Table, fun(T) -> ets:delete_all_objects(T) end},
     {ets_delete, Table, fun(T) -> ets:delete(T) end},
     {binary_matches, Bytes, fun(B) -> binary:matches(B, <<"j">>) end},
     {binary_match, Bytes, fun(B) -> binary:match(B, <<"jj">>) end},
     {binary_match_many, Bytes, fun(B) -> binary:match(B, [<<"jj">>, <<"aa">>, <<"abd">>]) end},
     {binary_split, Bytes, fun(B) -> binary:split(B, <<"j">>, [global]) end},
     {binary_replace, Bytes, fun(B) -> binary:replace(B, <<"j">>, <<"k">>, [global]) end},
     {binary_copy, Bytes, fun(B) -> binary:copy(B, 4) end},
     {binary_to_list, fun() -> binary:copy(<<"a">>, 10 * Million) end, fun(B) -> binary_to_list(B) end},
     {binary_append, Bytes, fun(B) -> <<B/binary, B/binary>> end},
     {binary_equal, fun() -> {binary:copy(<<"a">>, 50 * Million), binary:copy(<<"a">>, 50 * Million)} end,
         fun({A, B}) -> A =:= B end},
     {list_to_binary, Chars, fun(L) -> list_to_binary(L) end},
     {iolist_to_binary, Chars, fun(L) -> iolist_to_binary([L, L]) end},
     {iolist_size, Chars, fun(L) -> iolist_size([L, L]) end},
     {characters_to_binary, Chars, fun(L) -> unicode:characters_to_binary(L) end},
     {characters_to_list, Bytes, fun(B) -> unicode:characters_to_list(B) end},
     {md5, Bytes, fun(B) -> erlang:md5(B) end},
     {crc32, Bytes, fun(B) -> erlang:crc32(B) end},
     {compress, Bytes, fun(B) -> zlib:compress(B) end},
     {decode_unsigned, fun() -> binary:copy(<<255>>, 500000 div S) end, fun(B) -> binary:decode_unsigned(B) end},
     {integer_to_list, Number, fun(N) -> integer_to_list(N) end},
     {integer_to_binary, Number, fun(N) -> integer_to_binary(N) end},
     {integer_to_list_16, Number, fun(N) -> integer_to_list(N, 16) end},
     {binary_to_integer, Text, fun(B) -> binary_to_integer(B) end},
     {list_to_integer, fun() -> binary_to_list(binary:copy(<<"7">>, 1200000 div S)) end,
         fun(L) -> list_to_integer(L) end},
     {big_multiply, Number, fun(N) -> N * N end},
     {big_divide, fun() -> {1 bsl (4 * Million) - 1, 1 bsl (2 * Million) - 3} end, fun({A, B}) -> A div B end},
     {big_factorial, fun() -> 40000 div S end, fun factorial/1},
     {big_add, Number, fun(N) -> N + N end},
     {big_shift, Number, fun(N) -> N bsl 1000 end},
     {gc_500mb, fun() -> pairs(15 * Million, []) end, fun(T) -> garbage_collect(), length(T) end},
     {gc_50mb, fun() -> pairs(1500000 div S, []) end, fun(T) -> garbage_collect(), length(T) end},
     {deep_iodata, fun() -> lists:foldl(fun(I, Acc) -> [Acc, I band 127, <<"ab">>] end, [], lists:seq(1, Million)) end,
      fun(L) ->
              {iolist_size(L), iolist_to_binary(L), erlang:crc32(L), erlang:iolist_to_iovec(L),
                  unicode:characters_to_binary(L)}
      end},
     {shared_equal, fun() -> ok end, fun(_) -> a_while(fun() -> deep() =:= deep() end) end},
     {shared_less, fun() -> ok end, fun(_) -> a_while(fun() -> {deep(), 1} < {deep(), 2} end) end},
     {shared_guard, fun() -> ok end, fun(_) -> a_while(fun in_guard/0) end},
     {shared_phash2, fun() -> ok end, fun(_) -> a_while(fun() -> erlang:phash2(deep()) end) end},
     {shared_encode, fun() -> ok end, fun(_) -> a_while(fun() -> term_to_binary(deep()) end) end},
     {shared_size, fun() -> ok end, fun(_) -> a_while(fun() -> erlang:external_size(deep()) end) end},
     {shared_flat_size, fun deep/0, fun(T) -> erts_debug:flat_size(T) end},
     {shared_send, fun deep/0, fun(T) -> P = spawn(fun sink/0), catch P ! T end},
     {loop_without_calls, fun loop_module/0, fun(M) -> a_while(fun M:run/0) end},
     {re_catastrophic, fun() -> lists:duplicate(case S of 1 -> 30; _ -> 21 end, $a) ++ "b" end,
      fun(L) -> re:run(L, "(a+)+$") end},
     {re_long_subject, Bytes,
      fun(B) -> {re:run(B, "[x-z]"), re:run(B, "(?i)q"), re:run(B, "[d-f]x", [unicode]), re:run(B, ".*X")} end},
     {re_possessive, Bytes, fun(B) -> re:run(B, "(?:[a-j]*+x|[a-j]*+y|[a-j]*+z)", [anchored]) end},
     {re_global_long, fun() -> binary:copy(<<"abcdefghij">>, Million) end, fun(B) -> re:run(B, "[d-f]", [global]) end},
     {re_replace, fun() -> binary:copy(<<"abcdefghij">>, Million div 10) end,
      fun(B) -> re:replace(B, "(d)|x", "<&>", [global]) end},
     {re_many, fun() -> lists:duplicate(14, $a) ++ "b" end,
      fun(L) -> [re:run(L, "(a+)+$") || _ <- lists:seq(1, 2000 div S)] end},
     {re_killed, fun() -> lists:duplicate(40, $a) ++ "b" end,
      fun(L) -> a_while(fun() -> re:run(L, "(a+)+(a+)+(a+)+$", [{match_limit, 16#7FFFFFFF}]) end) end},
     {re_deep, fun() -> binary:copy(<<"ab">>, Million div 8) end,
      fun(B) -> re:run(B, "(a|b)*c?$", [report_errors]) end},
     {ets_many_keys, Table, fun(T) -> ets:select(T, [{{K, '$1'}, [], ['$1']} || K <- lists:seq(1, 3000)]) end},
     {heap_exit, fun() -> pairs(15 * Million, []) end, fun(_) -> ok end}].

factorial(0) -> 1;
factorial(N) -> N * factorial(N - 1).

in_guard() ->
    D = deep(), E = deep(),
    if E == D, E >= D -> yes; true -> no end.

%% A term of 2^60 elements, made of 60 tuples.
deep() -> lists:foldl(fun(_, A) -> {A, A} end, [], lists:seq(1, 60)).

%% Runs what would never end, or would run out of memory, in a process of its own, which is killed after a while.
a_while(Fun) ->
    {Pid, Ref} = spawn_monitor(fun() -> Fun() end),
    receive {'DOWN', Ref, _, _, _} -> ok after 60 -> exit(Pid, kill), receive {'DOWN', Ref, _, _, _} -> ok end end.

%% run() -> L: goto L. No compiler makes such code.
loop_module() ->
    Code = [{label, 1}, {func_info, {atom, budget_loop}, {atom, run}, 0}, {label, 2}, {label, 3}, {jump, {f, 3}}],
    {ok, Beam} = beam_asm:module({budget_loop, [{run, 0}], [], [{function, run, 0, 2, Code}], 4}, [], [], []),
    {module, M} = code:load_binary(budget_loop, "budget_loop", Beam),
    M.

sink() -> receive _ -> sink() end.

pairs(0, L) -> L;
pairs(N, L) -> pairs(N - 1, [N | L]).

%% A term of about 50 * N bytes.
big(N) -> [{I, I * 1.5, "ab", <<"abcdefgh">>} || I <- lists:seq(1, N div 3)].
