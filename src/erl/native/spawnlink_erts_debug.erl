%% SPDX-License-Identifier: Apache-2.0
%%
%% Functions of OTP's module erts_debug that OTP's tests call; the loader redirects its stubs here. Functions that
%% examine the inside of OTP's own emulator do not exist.
-module(spawnlink_erts_debug).
-export([get_internal_state/1, set_internal_state/2, dirty/3, dirty_cpu/2, dirty_io/2, disassemble/1,
    dist_ext_to_term/2, instructions/0, lcnt_control/1, lcnt_control/2, lcnt_collect/0, lcnt_clear/0,
    interpreter_size/0,
         map_info/1, unaligned_bitstring/2, '$handle_undefined_function'/2]).

-include("instructions.hrl").

%% The instructions to which code is translated when it is loaded.
instructions() -> ?INSTRUCTIONS.

%% --- set_internal_state/2: as in OTP, undef unless internal state was made available -------------

set_internal_state(available_internal_state, Available) when is_boolean(Available) ->
    Before = persistent_term:get({?MODULE, available}, false),
    persistent_term:put({?MODULE, available}, Available),
    Before;
set_internal_state(Item, Value) ->
    persistent_term:get({?MODULE, available}, false) orelse spawnlink_native:lacking(erts_debug, set_internal_state,
        [Item, Value]),
    set(Item, Value).

%% There is nothing to wait for: memory is freed and timers are cancelled at once.
set(wait, What) when What =:= deallocations; What =:= timer_cancellations; What =:= thread_progress;
    What =:= aux_work -> ok;
set(reds_left, N) when is_integer(N), N >= 0 ->
    erlang:bump_reductions(max(0, spawnlink:internal(reductions) - N)),
    true;
set(force_gc, Pid) when is_pid(Pid) ->
    case erlang:is_process_alive(Pid) of
        true -> erlang:garbage_collect();
        false -> false
    end;
%% OTP cuts these operations into portions of a fixed size, which tests make smaller; here portions end by time.
set(ets_force_trap, On) when is_boolean(On) -> ok;
set(Limit, N) when (Limit =:= binary_loop_limit orelse Limit =:= re_loop_limit orelse Limit =:= unicode_loop_limit),
    (is_integer(N) orelse N =:= default) ->
    Before = persistent_term:get({?MODULE, Limit}, 4000000),
    case N of
        default -> persistent_term:erase({?MODULE, Limit});
        _ -> persistent_term:put({?MODULE, Limit}, N)
    end,
    Before;
%% A receive marker is a place in the mailbox: it has no number that could run out.
set(process_uniq_counter, N) when is_integer(N) -> ok;
%% There are no buffers of signals that could be switched on.
set(proc_sig_buffers, On) when is_boolean(On) -> On;
set(unique_monotonic_integer_state, N) when is_integer(N) -> spawnlink:internal(monotonic, N);
%% There is one thread: a process that sleeps keeps all others from running.
set(Sleep, Time) when (Sleep =:= sleep orelse Sleep =:= block orelse Sleep =:= block_scheduler), is_integer(Time) ->
    spin(erlang:monotonic_time(millisecond) + Time),
    true;
set(multizero_timeout_in_timeout, Time) when is_integer(Time) ->
    To = self(),
    spawn_opt(fun() ->
        receive after Time -> ok end,
        receive after 0 -> ok end,
        receive after 0 -> ok end,
        To ! multizero_timeout_in_timeout_done
    end, [{priority, max}]),
    ok;
set(Item, Value) -> badarg(set_internal_state, [Item, Value]).

spin(Until) ->
    case erlang:monotonic_time(millisecond) < Until of
        true -> spin(Until);
        false -> ok
    end.

%% --- get_internal_state/1 ------------------------------------------------------------------------------

get_internal_state(Item) ->
    persistent_term:get({?MODULE, available}, false) orelse spawnlink_native:lacking(erts_debug, get_internal_state,
        [Item]),
    try state(Item)
    catch error:_ -> badarg(get_internal_state, [Item])
    end.

state(available_internal_state) -> true;
state(processes) -> processes();
state(reds_left) -> spawnlink:internal(reductions);
state(force_heap_frags) -> false;
state(process_info_args) -> spawnlink:process_info_items();
%% processes/0 reads the whole table in one step: there are no chunks, and no process ends meanwhile. A reduction pays
%% for 4 processes.
state(processes_bif_info) -> {ptab_list_bif_info, 1, 1, erlang:system_info(process_limit), 4, 0, 0, 0, 4, 0};
state(memory) -> erlang:memory();
state(persistent_term) -> #{table => spawnlink:persistent_term_words()};
state(unique_monotonic_integer_state) -> spawnlink:internal(monotonic);
state(Least) when Least =:= min_unique_monotonic_integer; Least =:= min_unique_integer -> -(1 bsl 59);
state(lc_graph) -> notsup;
state(scheduler_dump) -> false;
state({internal_hash, Term}) -> spawnlink:internal(hash, Term);
state({binary_info, Binary}) -> spawnlink:internal(binary, Binary);
state({process_status, Pid}) when is_pid(Pid), node(Pid) =:= node() ->
    case process_info(Pid, status) of
        {status, Status} -> Status;
        undefined -> undefined
    end;
state({link_list, Pid}) when is_pid(Pid), node(Pid) =:= node() -> links(process_info(Pid, links));
state({link_list, Port}) when is_port(Port) -> links(erlang:port_info(Port, links));
state({link_list, Node}) when is_atom(Node) -> links_of_node(Node);
state({monitor_list, Pid}) when is_pid(Pid), node(Pid) =:= node() ->
    case spawnlink:internal(monitors, Pid) of
        undefined -> undefined;
        List -> [{erl_monitor, Type, Direction, Ref, Other, Name} || {Type, Direction, Ref, Other, Name} <- List]
    end;
state({monitor_list, Node}) when is_atom(Node) -> links_of_node(Node);
state({atom, Index}) when is_integer(Index) -> atom(Index);
%% The clock can neither be adjusted nor set.
state({check_time_config, Correction, no_time_warp}) when is_boolean(Correction) -> Correction.

%% Links as OTP's records {erl_link, process | port, Pid, linked, Id}. Here a link is one record, which both ends share;
%% it has no id.
links(undefined) -> undefined;
links({links, Others}) ->
    [{erl_link, case is_pid(Other) of true -> process; false -> port end, Other, linked, []} || Other <- Others].

%% Links to processes of other nodes are not listed.
links_of_node(Node) when Node =:= node() -> [];
links_of_node(_) -> undefined.

%% The atom with this index in the atom table; atoms are made until there is one.
atom(Index) ->
    case spawnlink:internal(atom, Index) of
        undefined when Index > 2 ->
            _ = binary_to_atom(<<"am", (integer_to_binary(erlang:system_info(atom_count), 16))/binary>>),
            atom(Index);
        Atom -> Atom
    end.

%% --- Dirty schedulers ------------------------------------------------------------------------------------

%% There are none, but the effect is the same as on them: the process does nothing else meanwhile.
dirty_cpu(What, Argument) -> dirty_answer(dirty_work(dirty_cpu, What, Argument), dirty_cpu, [What, Argument]).
dirty_io(What, Argument) -> dirty_answer(dirty_work(dirty_io, What, Argument), dirty_io, [What, Argument]).

%% The same on a scheduler of any type; reschedule is not possible on a normal one.
dirty(Type, What, Argument) when (Type =:= normal orelse Type =:= dirty_cpu orelse Type =:= dirty_io),
    What =/= reschedule ->
    dirty_answer(dirty_work(Type, What, Argument), dirty, [Type, What, Argument]);
dirty(Type, What, Argument) -> badarg(dirty, [Type, What, Argument]).

dirty_answer({ok, Value}, _, _) -> Value;
dirty_answer(error, Function, Arguments) -> badarg(Function, Arguments).

dirty_work(_, wait, Milliseconds) when is_integer(Milliseconds) -> timer:sleep(max(0, Milliseconds)), {ok, ok};
dirty_work(_, reschedule, Times) when is_integer(Times), Times >= 0 ->
    [erlang:yield() || _ <- lists:seq(1, Times)],
    {ok, ok};
dirty_work(_, alive_waitexiting, Pid) when is_pid(Pid) ->
    Pid ! {alive, self()},
    receive after infinity -> ok end;
dirty_work(_, ready_wait6_done, Pid) when is_pid(Pid) ->
    Pid ! {ready, self()},
    timer:sleep(6000),
    Pid ! {done, self()},
    {ok, ok};
dirty_work(Type, scheduler, type) -> {ok, Type};
dirty_work(_, copy, Term) -> {ok, lists:duplicate(1000, Term)};
dirty_work(_, send, To) when is_pid(To); is_atom(To) ->
    catch To ! {ok, self()},
    {ok, ok};
dirty_work(_, _, _) -> error.

%% --- Others --------------------------------------------------------------------------------------------------

%% As in an emulator that was built without lock counting.
lcnt_control(Item) -> badarg(lcnt_control, [Item]).
lcnt_control(Item, Value) -> badarg(lcnt_control, [Item, Value]).
lcnt_collect() -> error.
lcnt_clear() -> error.

%% Describes a map with more than 32 keys. All its nodes are of one kind and have a bitmap.
map_info(Map) ->
    try
        {Pairs, Nodes} = spawnlink:internal(map, Map),
        [{leafs, Pairs}, {bitmaps, Nodes}, {arrays, 0}]
    catch error:_ -> badarg(map_info, [Map])
    end.

%% As with OTP's JIT.
interpreter_size() -> 0.
disassemble(_) -> false.

%% --- dist_ext_to_term/2: a term as it comes from another node, with references into a tuple of atoms -------------

dist_ext_to_term(Atoms, <<131, Tag, _/binary>> = Ext) when is_tuple(Atoms), Tag =/= $P ->
    try
        <<131, Term/binary>> = Ext,
        {Plain, _} = without_references(Term, Atoms),
        binary_to_term(iolist_to_binary([131, Plain]))
    catch error:_ -> spawnlink_native:fail(badarg, erts_debug, dist_ext_to_term, [Atoms, Ext], [])
    end;
dist_ext_to_term(Atoms, Ext) -> spawnlink_native:fail(badarg, erts_debug, dist_ext_to_term, [Atoms, Ext], []).

%% Returns {Term, Rest}: the first term in Bin, with its references replaced by the atoms.
without_references(<<82, Index, Rest/binary>>, Atoms) ->
    true = is_atom(Atom = element(Index + 1, Atoms)),
    <<131, Ext/binary>> = term_to_binary(Atom),
    {Ext, Rest};
without_references(<<Tag, Bin/binary>>, Atoms) ->
    case Tag of
        $h -> <<N, _/binary>> = Bin, parts(Tag, 1, N, 0, Bin, Atoms);
        $i -> <<N:32, _/binary>> = Bin, parts(Tag, 4, N, 0, Bin, Atoms);
        $l -> <<N:32, _/binary>> = Bin, parts(Tag, 4, N + 1, 0, Bin, Atoms);
        $t -> <<N:32, _/binary>> = Bin, parts(Tag, 4, 2 * N, 0, Bin, Atoms);
        $C -> <<N:32, _, _/binary>> = Bin, parts(Tag, 5, 2 + 2 * N, 0, Bin, Atoms);
        $q -> parts(Tag, 0, 3, 0, Bin, Atoms);
        $X -> parts(Tag, 0, 1, 12, Bin, Atoms);
        $g -> parts(Tag, 0, 1, 9, Bin, Atoms);
        $Y -> parts(Tag, 0, 1, 8, Bin, Atoms);
        $x -> parts(Tag, 0, 1, 12, Bin, Atoms);
        $f -> parts(Tag, 0, 1, 5, Bin, Atoms);
        $e -> parts(Tag, 0, 1, 5, Bin, Atoms);
        $Z -> <<N:16, _/binary>> = Bin, parts(Tag, 2, 1, 4 + 4 * N, Bin, Atoms);
        $r -> <<N:16, _/binary>> = Bin, parts(Tag, 2, 1, 1 + 4 * N, Bin, Atoms);
        $p -> <<_:25/binary, Free:32, _/binary>> = Bin, parts(Tag, 29, 4 + Free, 0, Bin, Atoms);
        _ ->
            {_, Used} = binary_to_term(<<131, Tag, Bin/binary>>, [used]),
            <<Ext:(Used - 1)/binary, Rest/binary>> = <<Tag, Bin/binary>>,
            {Ext, Rest}
    end.

%% A term that consists of Before bytes, N terms and After bytes.
parts(Tag, Before, N, After, Bin, Atoms) ->
    <<Head:Before/binary, Rest/binary>> = Bin,
    {Terms, Rest2} = lists:mapfoldl(fun(_, B) -> without_references(B, Atoms) end, Rest, lists:seq(1, N)),
    <<Tail:After/binary, Rest3/binary>> = Rest2,
    {[Tag, Head, Terms, Tail], Rest3}.

badarg(Function, Arguments) -> erlang:raise(error, badarg, [{erts_debug, Function, Arguments, []}]).

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(erts_debug, Function, Arguments).

%% --- unaligned_bitstring/2 (since OTP 28): the same bits, beginning at a bit offset within a byte -------

unaligned_bitstring(Bits, Offset) when is_bitstring(Bits), is_integer(Offset), Offset > 0, Offset < 8 ->
    <<_:Offset, Unaligned/bits>> = <<0:Offset, Bits/bits>>,
    Unaligned;
unaligned_bitstring(Bits, Offset) ->
    try error(badarg)
    catch error:badarg:Stack -> spawnlink_native:badarg(erts_debug, unaligned_bitstring, [Bits, Offset], Stack)
    end.
