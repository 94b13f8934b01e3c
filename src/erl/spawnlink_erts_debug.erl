%% SPDX-License-Identifier: Apache-2.0
%%
%% Functions of OTP's module erts_debug that tests of OTP call: the loader leads its stubs here. What looks into OTP's own
%% emulator is not there.
-module(spawnlink_erts_debug).
-export([copy_shared/2, get_internal_state/1, set_internal_state/2, dirty_cpu/2, dirty_io/2, lcnt_control/1, lcnt_control/2, lcnt_collect/0, lcnt_clear/0, interpreter_size/0,
         '$handle_undefined_function'/2]).

%% A copy; sharing within it makes no difference to anybody.
copy_shared(Term, _) -> binary_to_term(term_to_binary(Term)).

%% As OTP: undef unless internal state was made available.
set_internal_state(available_internal_state, Available) when is_boolean(Available) ->
    Before = persistent_term:get({?MODULE, available}, false),
    persistent_term:put({?MODULE, available}, Available),
    Before;
set_internal_state(Item, Value) ->
    persistent_term:get({?MODULE, available}, false) orelse spawnlink_native:lacking(erts_debug, set_internal_state, [Item, Value]),
    set(Item, Value).

%% Nothing is put off: memory is freed, timers are cancelled when they are.
set(wait, What) when What =:= deallocations; What =:= timer_cancellations; What =:= thread_progress -> ok;
set(reds_left, N) when is_integer(N), N >= 0 ->
    erlang:bump_reductions(max(0, 4000 - N)),
    true;
set(force_gc, Pid) when is_pid(Pid) -> erlang:garbage_collect(Pid);
%% What OTP cuts into pieces here, in tests into smaller ones, is cut by time.
set(ets_force_trap, On) when is_boolean(On) -> ok;
set(Item, _) when Item =:= binary_loop_limit; Item =:= re_loop_limit; Item =:= unicode_loop_limit -> ok;
set(Item, Value) -> badarg(set_internal_state, [Item, Value]).

%% There are no dirty schedulers, but as on them: nothing else of the process happens meanwhile.
dirty_cpu(What, Argument) -> dirty(dirty_cpu, What, Argument).
dirty_io(What, Argument) -> dirty(dirty_io, What, Argument).

dirty(_, wait, Milliseconds) when is_integer(Milliseconds), Milliseconds >= 0 -> timer:sleep(Milliseconds), ok;
dirty(_, reschedule, Times) when is_integer(Times), Times >= 0 ->
    [erlang:yield() || _ <- lists:seq(1, Times)],
    ok;
dirty(Function, What, Argument) -> badarg(Function, [What, Argument]).

get_internal_state(Item) ->
    persistent_term:get({?MODULE, available}, false) orelse spawnlink_native:lacking(erts_debug, get_internal_state, [Item]),
    case Item of
        available_internal_state -> true;
        processes -> processes();
        reds_left -> erlang:yield(), 4000; % of a slice that has just begun
        force_heap_frags -> false;
        _ -> badarg(get_internal_state, [Item])
    end.

%% As an emulator that was built without counting locks.
lcnt_control(Item) -> badarg(lcnt_control, [Item]).
lcnt_control(Item, Value) -> badarg(lcnt_control, [Item, Value]).
lcnt_collect() -> error.
lcnt_clear() -> error.

%% As with OTP's JIT.
interpreter_size() -> 0.

badarg(Function, Arguments) -> erlang:raise(error, badarg, [{erts_debug, Function, Arguments, []}]).

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(erts_debug, Function, Arguments).
