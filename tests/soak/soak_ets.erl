%% SPDX-License-Identifier: Apache-2.0
%%
%% ETS with many rows: main([N]) fills tables of N rows (1,000,000), reads them, empties them and deletes them. Prints a
%% line for each table, and ends with `failed` lines when something is wrong, or slower than a table of that type may
%% be: the time of one operation at N rows is compared with that at N div 100 rows (set, bag: constant; ordered_set:
%% logarithmic), and all memory must be free at the end.
-module(soak_ets).
-export([main/1]).

%% How many times slower one operation may be with 100 times as many rows. The caches of the machine cost a factor of
%% ten, on erl too, and a tree is half as deep again; a scan of all rows would be 100 times slower.
-define(SLOWER, 25).
-define(SAMPLE, 20000).

main([Text]) ->
    N = list_to_integer(Text),
    Failed = lists:append([table(Type, N) || Type <- [set, ordered_set, bag, duplicate_bag]]),
    [io:format("failed: ~p~n", [What]) || What <- Failed],
    io:format("soak_ets ended: ~p failed~n", [length(Failed)]).

table(Type, N) ->
    Before = erlang:memory(ets),
    Small = measured(Type, N div 100),
    Large = measured(Type, N),
    After = erlang:memory(ets),
    io:format("~p, ~p rows: ~s; memory ~p MB~n", [Type, N,
        [io_lib:format("~p ~p ns, ", [What, Time]) || {What, Time} <- maps:to_list(maps:remove(memory, Large))],
        map_get(memory, Large) div 1000000]),
    [{Type, What, slower, map_get(What, Small), Time} || {What, Time} <- maps:to_list(Large), What =/= memory,
        Time > ?SLOWER * max(100, map_get(What, Small))]
    ++ [{Type, memory_kept, After - Before} || After - Before > 1000].


%% Nanoseconds for one operation, and bytes when the table is full.
measured(Type, N) ->
    T = ets:new(t, [Type]),
    Insert = per(1, N, 1, fun(From, To) -> fill(T, From, To) end),
    N = ets:info(T, size),
    Memory = erlang:memory(ets),
    Step = max(1, N div ?SAMPLE),
    Lookup = per(1, N, Step, fun(From, To) -> hits(T, From, To, Step) end),
    Miss = per(1, N, Step, fun(From, To) -> misses(T, From, To, Step) end),
    Counted = ets:select_count(T, [{{'$1', '_'}, [{'=<', '$1', N div 2}], [true]}]),
    Counted = N div 2,
    N = walk(T, ets:first(T), 0),
    Update = case Type of
        bag -> 0;
        duplicate_bag -> 0;
        _ -> per(1, N, Step, fun(From, To) -> updates(T, From, To, Step) end)
    end,
    Half = N div 2,
    Delete = per(1, Half, 1, fun(From, To) -> deletes(T, From, To) end),
    N = ets:info(T, size) + Half,
    [] = ets:lookup(T, Half),
    [{_, _}] = ets:lookup(T, Half + 1),
    ets:delete(T),
    #{insert => Insert, lookup => Lookup, miss => Miss, update => Update, delete => Delete, memory => Memory}.

%% Nanoseconds for one operation: the median of forty parts, because other programs run too.
per(From, To, Step, Fun) ->
    Part = max(Step, (To - From + 1) div 40 div Step * Step),
    Times = [begin
        Begin = erlang:monotonic_time(nanosecond),
        Fun(I, min(To, I + Part - 1)),
        (erlang:monotonic_time(nanosecond) - Begin) * Step div Part
     end || I <- lists:seq(From, To, Part)],
    lists:nth((length(Times) + 1) div 2, lists:sort(Times)).

fill(_, I, N) when I > N -> ok;
fill(T, I, N) -> ets:insert(T, {I, I}), fill(T, I + 1, N).

hits(_, I, N, _) when I > N -> ok;
hits(T, I, N, Step) -> [{I, I}] = ets:lookup(T, I), hits(T, I + Step, N, Step).

misses(_, I, N, _) when I > N -> ok;
misses(T, I, N, Step) -> [] = ets:lookup(T, -I), misses(T, I + Step, N, Step).

updates(_, I, N, _) when I > N -> ok;
updates(T, I, N, Step) -> ets:update_counter(T, I, 1), updates(T, I + Step, N, Step).

deletes(_, I, N) when I > N -> ok;
deletes(T, I, N) -> ets:delete(T, I), deletes(T, I + 1, N).

walk(_, '$end_of_table', N) -> N;
walk(T, Key, N) -> walk(T, ets:next(T, Key), N + 1).
