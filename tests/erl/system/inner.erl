%% SPDX-License-Identifier: Apache-2.0
%% Functions of erts_debug, erts_internal and erts_literal_area_collector that examine the inside of the emulator.
-module(inner).
-export([main/0, keeper/1]).

main() ->
    Public = ets:new(t, [public, ordered_set]),
    ets:insert(Public, [{a, 1}, {b, 2}, {bin, binary:copy(<<"x">>, 100), [binary:copy(<<"y">>, 200), <<"short">>]}]),
    P = spawn(fun() -> receive stop -> ok end end),
    Tag = make_ref(),
    [show(M, F, A) || {M, F, As} <- [
        {erts_debug, disassemble, [[{lists, map, 2}], [{no, no, 0}], [x], [0], [-1], [1 bsl 70], [{lists, map, x}]]},
        {erts_debug, dist_ext_to_term, [[x, y], [{}, <<>>], [<<>>, <<>>], [{a}, <<131, 97, 1>>], [{}, <<131, 97, 1>>],
            [{}, <<97, 1>>], [[], <<131, 97, 1>>], [{}, x], [{}, <<7:3>>], [{a, b}, <<131>>],
            [{a, b}, <<131, 82, 0>>], [{a, b}, <<131, 82, 1>>], [{a, b}, <<131, 82, 2>>], [{a, 1}, <<131, 82, 1>>],
                [{a, b}, <<131, 82>>], [{a, b}, <<131, 82, 1, 0>>],
            [{a, b}, <<131, 104, 3, 82, 0, 82, 1, 97, 7>>], [{a, b}, <<131, 105, 2:32, 82, 0, 82, 1>>],
                [{a, b}, <<131, 108, 2:32, 82, 0, 82, 1, 106>>], [{a, b}, <<131, 108, 1:32, 82, 0, 82, 1>>],
            [{a, b}, <<131, 116, 1:32, 82, 0, 108, 1:32, 82, 1, 106>>], [{a, b}, <<131, 113, 82, 0, 82, 1, 97, 2>>],
                [{a, b}, <<131, 107, 3:16, "abc">>], [{a, b}, <<131, 109, 3:32, "abc">>],
            [{a, b}, <<131, 104, 2, 82, 0>>], [{a, b}, <<131, 104, 2, 119, 1, "z", 110, 1, 0, 7>>],
                [{a}, term_to_binary({a, [1.5, <<"x">>, #{k => v}], 1 bsl 100, <<1:3>>})],
            [{a}, term_to_binary(lists:duplicate(1000, x), [compressed])]]},
        {erts_debug, dirty, [[cpu, scheduler, id], [normal, scheduler, x], [dirty_cpu, scheduler, type],
            [dirty_io, scheduler, type], [normal, scheduler, type], [dirty_cpu, x, y], [dirty, x, y], [1, 2, 3],
            [dirty_cpu, wait, 1], [dirty_io, wait, 0], [normal, wait, x], [normal, wait, -1], [normal, reschedule, 3],
                [dirty_cpu, reschedule, 3], [dirty_cpu, send, nobody_there]]},
        {erts_internal, dirty_process_handle_signals, [[self()], [P], [x], [1]]},
        {erts_internal, ets_lookup_binary_info, [[Public, a], [Public, none], [x, a], [1, a], [Tag, a]]},
        {erts_internal, ets_raw_first, [[Public], [x], [1]]},
        {erts_internal, ets_raw_next, [[Public, a], [Public, bin], [Public, zz], [x, y]]},
        {erts_internal, ets_super_user, [[true], [false], [x]]},
        {erts_literal_area_collector, send_copy_request, [[P, Tag, init], [x, x, x], [P, Tag, check_gc]]}], A <- As],
    io:format("copy ~w~n", [[erts_debug:dirty(T, copy, {x}) =:= lists:duplicate(1000, {x})
        || T <- [normal, dirty_cpu, dirty_io]]]),
    io:format("sent ~w ~w~n", [erts_debug:dirty(dirty_cpu, send, self()),
        receive {ok, S} -> S =:= self() after 1000 -> none end]),
    io:format("binaries ~w~n",
        [[Size || {_, Size, _} <- lists:keysort(2, erts_internal:ets_lookup_binary_info(Public, bin))]]),
    super_user(),
    [io:format("~w ~w~n", [Type, deleted(Type)]) || Type <- [set, bag, duplicate_bag, ordered_set]],
    ok.

show(M, F, A) ->
    Result = try apply(M, F, A) catch C:R:St -> {M2, F2, A2, I} = hd(St), {C, R, M2, F2, A2 =:= A, I} end,
    io:format("~w:~w ~0p~n", [M, F, Result]).

keeper(To) ->
    ets:new(keeper_private, [named_table, private]),
    ets:new(keeper_protected, [named_table]),
    [ets:insert(T, {1, x}) || T <- [keeper_private, keeper_protected]],
    To ! ready,
    receive stop -> ok end.

super_user() ->
    P = spawn(?MODULE, keeper, [self()]),
    receive ready -> ok end,
    Try = fun() -> [try F() catch error:badarg:St -> proplists:get_value(error_info, element(4, hd(St))) end ||
        F <- [fun() -> ets:lookup(keeper_private, 1) end, fun() -> ets:insert(keeper_private, {2, y}) end,
            fun() -> ets:insert(keeper_protected, {2, y}) end, fun() -> ets:info(keeper_private, size) end,
              fun() -> is_integer(erts_internal:ets_raw_first(keeper_private)) end,
                  fun() -> ets:delete(keeper_private, 2) end]] end,
    io:format("not ~0p~n", [Try()]),
    ok = erts_internal:ets_super_user(true),
    io:format("super ~0p~n", [Try()]),
    ok = erts_internal:ets_super_user(false),
    io:format("not ~0p~n", [Try()]),
    P ! stop.

%% Rows that are deleted while the table is fixed are still visible with raw access.
deleted(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{I, I} || I <- lists:seq(1, 10)]),
    ets:safe_fixtable(T, true),
    [ets:delete(T, I) || I <- lists:seq(1, 9)],
    Fixed = {lists:sort(raw(T, erts_internal:ets_raw_first(T))), ets:first(T), ets:next(T, 10), ets:info(T, size)},
    ets:safe_fixtable(T, false),
    {Fixed, raw(T, erts_internal:ets_raw_first(T))}.

raw(_, '$end_of_table') -> [];
raw(T, Key) -> [Key | raw(T, erts_internal:ets_raw_next(T, Key))].
