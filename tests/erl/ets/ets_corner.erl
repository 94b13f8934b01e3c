%% SPDX-License-Identifier: Apache-2.0
%%
%% Cases that OTP's own ets_SUITE showed: continuations and names, special atoms as keys, heirs that have died, rows
%% kept by a fixation, and what info says about binaries and times.
-module(ets_corner).
-export([main/0]).
-define(T(E), p(??E, fun() -> E end)).

p(Name, Fun) -> io:format("~s = ~tp~n", [Name, try Fun() catch C:R -> {C, R} end]).

main() -> continuations(), ends(), heirs(), kept(), binaries(), times(), replace(), files().

continuations() ->
    [begin
        T = ets:new(ec_named, [named_table, Type]),
        ets:insert(T, [{I, I} || I <- lists:seq(1, 9)]),
        {_, K} = ets:select(T, [{'_', [], ['$_']}], 2),
        ets:rename(T, ec_other),
        ?T({Type, try element(1, ets:select(K)) of L -> length(L) catch error:R -> R end}),
        ets:delete(ec_other),
        ets:new(ec_named, [named_table, Type]),
        ?T({Type, try ets:select(K) catch error:R -> R end}),
        ets:delete(ec_named)
     end || Type <- [set, bag, ordered_set]].

ends() ->
    [begin
        T = ets:new(t, [Type]),
        ets:insert(T, [{a}, {'$end_of_table'}, {1}]),
        ?T({Type, try ets:next(T, '$end_of_table'), known catch error:R -> R end}),
        ?T({Type, try ets:prev(T, '$end_of_table'), known catch error:R -> R end}),
        ?T({Type, ets:lookup(T, '$end_of_table')})
     end || Type <- [set, ordered_set]].

heirs() ->
    {Heir, Ref} = spawn_monitor(fun() -> receive stop -> ok end end),
    T = ets:new(t, [{heir, Heir, data}]),
    ?T(ets:info(T, heir) =:= Heir),
    Heir ! stop,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    ?T(ets:info(T, heir) =:= Heir),
    ?T(proplists:get_value(heir, ets:info(T)) =:= Heir),
    ?T(ets:info(ets:new(t, [{heir, Heir, data}]), heir)),
    ets:setopts(T, {heir, self(), data}),
    ?T(ets:info(T, heir) =:= self()),
    ets:setopts(T, {heir, Heir, data}),
    ?T(ets:info(T, heir)).

kept() ->
    T = ets:new(t, []),
    ets:insert(T, [{I} || I <- lists:seq(1, 20000)]),
    ets:safe_fixtable(T, true),
    [ets:delete(T, I) || I <- lists:seq(1, 20000, 2)],
    ?T(element(7, ets:info(T, stats))),
    ets:delete_all_objects(T),
    ?T(element(7, ets:info(T, stats))),
    ets:safe_fixtable(T, false),
    ?T(element(7, ets:info(T, stats))),
    ?T(ets:info(T, size)).

binaries() ->
    [begin
        T = ets:new(t, [Type]),
        B = list_to_binary(lists:seq(1, 100)),
        <<_:3/binary, Part:20/binary, _/binary>> = B,
        Memory = fun(X) -> ets:insert(T, {k, X}), M = ets:info(T, memory), ets:delete(T, k), M end,
        ?T({Type, ets:info(T, binary)}),
        ets:insert(T, {1, B}),
        ?T({Type, [{Size, Refs} || {_, Size, Refs} <- ets:info(T, binary)]}),
        ets:insert(T, {2, B}),
        ?T({Type, [{Size, Refs} || {_, Size, Refs} <- ets:info(T, binary)]}),
        ets:delete_all_objects(T),
        ?T({Type, ets:info(T, binary), byte_size(B)}),
        ?T({Type, Memory(Part) =:= Memory(binary:copy(Part))})
     end || Type <- [set, ordered_set]].

times() ->
    T = ets:new(t, []),
    {S1, M1} = {erlang:timestamp(), erlang:monotonic_time()},
    ets:safe_fixtable(T, true),
    {M2, S2} = {erlang:monotonic_time(), erlang:timestamp()},
    {M, _} = ets:info(T, safe_fixed_monotonic_time),
    {S, _} = ets:info(T, safe_fixed),
    ?T({M1 =< M, M =< M2, timer:now_diff(S, S1) >= 0, timer:now_diff(S2, S) >= 0}).

%% '$_' and '$$' are plain atoms in a head, and special in a body.
replace() ->
    T = ets:new(t, []),
    [?T({K, ets:select_replace(T, [{{K, '$2'}, [], [{{K, '$2'}}]}])}) || K <- [a, '$1', '_', '$_', '$$']].

%% Every open file has a buffer, which must be freed.
files() ->
    Name = "ets_corner.tmp",
    ok = file:write_file(Name, <<>>),
    Rows = fun() -> lists:sum([ets:info(T, size) || T <- ets:all(), ets:info(T, protection) =:= public]) end,
    Before = Rows(),
    [begin ok = file:write_file(Name, <<"one\ntwo\n">>), {ok, _} = file:read_file(Name) end || _ <- lists:seq(1, 20)],
    {ok, F} = file:open(Name, [raw, binary, read, {read_ahead, 100}]),
    ?T(file:read_line(F)),
    ?T(file:read(F, 2)),
    ?T(file:position(F, cur)),
    ?T(file:read_line(F)),
    ?T(file:read_line(F)),
    file:close(F),
    {ok, D} = file:open(Name, [raw, binary, write, {delayed_write, 1000, 1000}]),
    [ok = file:write(D, [<<I>>]) || I <- lists:seq($a, $z)],
    ?T(file:close(D)),
    ?T(file:read_file(Name)),
    file:delete(Name),
    ?T(Rows() - Before =< 2).
