%% SPDX-License-Identifier: Apache-2.0
%%
%% Functions of OTP's erts_internal that examine its emulator, as far as they make sense here; the loader redirects its
%% stubs here.
-module(spawnlink_erts_internal).
-export([dirty_process_handle_signals/1, ets_lookup_binary_info/2, ets_raw_first/1, ets_raw_next/2, ets_super_user/1,
         gather_alloc_histograms/1, gather_carrier_info/1, map_hashmap_children/1,
         notify_breakpoint_hit/3, scheduler_wall_time/1, '$handle_undefined_function'/2]).

-include("seam.hrl").

%% Only the process that handles signals for processes on dirty schedulers may call this; there is no such process.
dirty_process_handle_signals(Pid) -> fail(notsup, dirty_process_handle_signals, [Pid]).

%% In an emulator without +D there are no breakpoints on lines.
notify_breakpoint_hit(Function, Line, Resume) -> fail(undef, notify_breakpoint_hit, [Function, Line, Resume]).

%% OTP's kernel_refc, which counts who wants the flag on, calls this.
scheduler_wall_time(On) -> spawnlink_erlang:scheduler_wall_time(On).

%% --- Memory ------------------------------------------------------------------------------------------

%% These take the name of an allocator out of system_info(alloc_util_allocators), which is empty; any other name is
%% badarg.
gather_alloc_histograms(Request) -> fail(badarg, gather_alloc_histograms, [Request]).
gather_carrier_info(Request) -> fail(badarg, gather_carrier_info, [Request]).

%% --- Maps --------------------------------------------------------------------------------------------

%% What is below the root of a large map: pairs [Key | Value], and a map for each group of pairs whose hashes have the
%% same highest bits. Keys with equal hashes cannot be told apart.
map_hashmap_children(Map) when map_size(Map) > 32 ->
    Pairs = [{spawnlink:internal(hash, Key), Key, Value} || {Key, Value} <- maps:to_list(Map)],
    children(Pairs, first_different(28, Pairs));
map_hashmap_children(Map) when is_map(Map) -> fail(badarg, map_hashmap_children, [Map]);
map_hashmap_children(Term) -> fail({badmap, Term}, map_hashmap_children, [Term]).

%% The position of the highest group of four bits, from Bit down, in which the hashes differ.
first_different(Bit, [{Hash, _, _} | _] = Pairs) when Bit >= 0 ->
    case [other || {H, _, _} <- Pairs, H bsr Bit =/= Hash bsr Bit] of
        [] -> first_different(Bit - 4, Pairs);
        _ -> Bit
    end;
first_different(_, _) -> none.

children(Pairs, none) -> [[Key | Value] || {_, Key, Value} <- Pairs];
children(Pairs, Bit) ->
    Groups = lists:foldr(fun({Hash, Key, Value}, Found) ->
        maps:update_with(Hash bsr Bit, fun(Rest) -> [{Key, Value} | Rest] end, [{Key, Value}], Found) end, #{}, Pairs),
    [child(Group) || {_, Group} <- lists:sort(maps:to_list(Groups))].

child([{Key, Value}]) -> [Key | Value];
child(Pairs) -> maps:from_list(Pairs).

%% --- Tables ------------------------------------------------------------------------------------------

ets_super_user(On) when is_boolean(On) ->
    Before = spawnlink:internal(ets, 0),
    spawnlink:internal(ets, (Before band ?ETS_RAW) bor case On of true -> ?ETS_SUPER_USER; false -> 0 end),
    ok;
ets_super_user(On) -> fail(badarg, ets_super_user, [On]).

%% The same as ets:first and ets:next, but rows that were deleted while the table is fixed are visible.
ets_raw_first(Table) -> raw(ets_raw_first, [Table], fun() -> ets:first(Table) end).
ets_raw_next(Table, Key) -> raw(ets_raw_next, [Table, Key], fun() -> ets:next(Table, Key) end).

raw(Function, Arguments, Walk) ->
    Before = spawnlink:internal(ets, 0),
    spawnlink:internal(ets, Before bor ?ETS_RAW),
    table(Function, Arguments, fun() -> try Walk() after spawnlink:internal(ets, Before) end end).

%% {Address, Size, References} of each binary of more than 64 bytes that the rows refer to. Addresses cannot be known
%% here; in their place stands a number that is the same for equal binaries.
ets_lookup_binary_info(Table, Key) ->
    table(ets_lookup_binary_info, [Table, Key], fun() -> binaries(ets:lookup(Table, Key), []) end).

binaries(Bits, Found) when is_binary(Bits) ->
    case spawnlink:internal(binary, Bits) of
        {refc_binary, Size, _, _} -> [{erlang:phash2(Bits, 1 bsl 32), Size, 1} | Found];
        _ -> Found
    end;
binaries([Head | Tail], Found) -> binaries(Tail, binaries(Head, Found));
binaries(Tuple, Found) when is_tuple(Tuple) -> binaries(tuple_to_list(Tuple), Found);
binaries(Map, Found) when is_map(Map) -> binaries(maps:to_list(Map), Found);
binaries(_, Found) -> Found.

%% A bad table raises an error with its cause.
table(Function, Arguments, Do) ->
    try Do()
    catch error:badarg:Stack ->
        Error = proplists:get_value(error_info, element(4, hd(Stack)), #{}),
        spawnlink_native:fail(badarg, erts_internal, Function, Arguments,
            [{error_info, Error#{module => erl_erts_errors}}])
    end.

%% --- Errors ------------------------------------------------------------------------------------------------

fail(Reason, Function, Arguments) ->
    spawnlink_native:fail(Reason, erts_internal, Function, Arguments, [{error_info, #{module => erl_erts_errors}}]).

%% The other functions examine what only OTP's emulator has.
'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(erts_internal, Function, Arguments).
