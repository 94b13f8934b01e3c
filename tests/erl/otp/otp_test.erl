%% SPDX-License-Identifier: Apache-2.0
%% OTP's own behaviours, unmodified, from start to end: gen_server, gen_statem, gen_event, supervisor, sys, proc_lib,
%% timer.
-module(otp_test).
-export([main/0]).
-export([callback_mode/0, init/1, locked/3, open/3, terminate/3, handle_event/2, handle_call/2, handle_info/2]).

main() ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    [begin io:format("~p: ~0p~n", [N, try F() catch C:E:S -> {C, norm(E), norm(S)} end]), flush() end
        || {N, F} <- cases()].

flush() -> receive _ -> flush() after 0 -> ok end.
mb(T) -> receive X -> [norm(X) | mb(T)] after T -> [] end.

norm(P) when is_pid(P) -> pid;
norm(R) when is_reference(R) -> ref;
norm({M, F, A, L}) when is_atom(M), is_atom(F), is_list(L) -> {M, F, norm(A)};
norm(T) when is_tuple(T) -> list_to_tuple([norm(X) || X <- tuple_to_list(T)]);
norm([H | T]) -> [norm(H) | norm(T)];
norm(F) when is_function(F) -> function;
norm(X) -> X.

cases() ->
    [{gs_call, fun() -> {ok, P} = gs_server:start_link(x), A = gen_server:call(P, state), gen_server:stop(P),
        {A, mb(10)} end},
     {gs_reply, fun() -> {ok, P} = gs_server:start_link(x),
         {gen_server:call(P, {reply, [1, 2]}), gen_server:call(P, {later, z})} end},
     {gs_named, fun() -> {ok, P} = gs_server:start_link(gsn, x),
         R = {whereis(gsn) =:= P, gs_server:start_link(gsn, y) =:= {error, {already_started, P}},
         gen_server:call(gsn, state)}, gen_server:stop(gsn), {R, whereis(gsn)} end},
     {gs_stop, fun() -> {ok, P} = gs_server:start_link({trap, self()}), A = gen_server:call(P, {stop, normal}),
         {A, mb(10)} end},
     {gs_stop_reason, fun() -> {ok, P} = gs_server:start_link(self()), A = gen_server:call(P, {stop, why}),
         {A, mb(10)} end},
     {gs_crash, fun() -> {ok, P} = gs_server:start_link(self()), R = (catch gen_server:call(P, {crash, boom})),
         {norm(R), mb(10)} end},
     {gs_exit, fun() -> {ok, P} = gs_server:start_link(self()), R = (catch gen_server:call(P, {exit, boom})),
         {norm(R), mb(10)} end},
     {gs_throw, fun() -> {ok, P} = gs_server:start_link(self()),
         R = (catch gen_server:call(P, {throw, {reply, thrown, s}})), {norm(R), mb(10)} end},
     {gs_bad_return, fun() -> {ok, P} = gs_server:start_link(x), R = (catch gen_server:call(P, bad)),
         {norm(R), mb(10)} end},
     {gs_call_timeout, fun() -> {ok, P} = gs_server:start_link(x), R = (catch gen_server:call(P, never, 20)),
         {norm(R), is_process_alive(P), mb(0)} end},
     {gs_call_dead, fun() -> {ok, P} = gs_server:start_link(x), gen_server:stop(P),
         norm(catch gen_server:call(P, state)) end},
     {gs_call_noname, fun() -> norm(catch gen_server:call(no_such_name, state)) end},
     {gs_call_self, fun() -> norm(catch gen_server:call(self(), state)) end},
     {gs_cast, fun() -> {ok, P} = gs_server:start_link(self()), gen_server:cast(P, {tell, a}),
         gen_server:cast(P, {tell, b}), mb(20) end},
     {gs_cast_crash, fun() -> {ok, P} = gs_server:start_link(self()), gen_server:cast(P, {crash, r}), mb(20) end},
     {gs_cast_dead, fun() -> gen_server:cast(no_such_name, x) end},
     {gs_info, fun() -> {ok, P} = gs_server:start_link(self()), P ! hello, mb(20) end},
     {gs_timeout, fun() -> {ok, P} = gs_server:start_link(self()), gen_server:call(P, {timeout, 5}), mb(50) end},
     {gs_hibernate, fun() -> {ok, P} = gs_server:start_link(self()), ok = gen_server:call(P, hibernate),
         {asleep(P, 100), gen_server:call(P, state) =:= self()} end},
     {gs_continue, fun() -> {ok, _} = gs_server:start_link({continue, self()}), mb(20) end},
     {gs_init_stop, fun() -> {gs_server:start_link({stop, nope}), mb(20)} end},
     {gs_init_crash, fun() -> {norm(gs_server:start_link({crash, nope})), mb(20)} end},
     {gs_init_ignore, fun() -> {gs_server:start_link(ignore), mb(20)} end},
     {gs_parent_exit, fun() -> Me = self(), P = spawn(fun() -> {ok, C} = gs_server:start_link({trap, Me}),
         Me ! {child, C}, receive x -> exit(parent_reason) end end),
         receive {child, C} -> M = monitor(process, C), P ! x, {mb(30), is_reference(M)} end end},
     {gs_parent_exit_notrap, fun() -> Me = self(),
         P = spawn(fun() -> {ok, C} = gs_server:start_link(Me), Me ! {child, C},
         receive x -> exit(parent_reason) end end), receive {child, C} -> monitor(process, C), P ! x, mb(30) end end},
     {gs_exit_signal_trapped, fun() -> {ok, P} = gs_server:start_link({trap, self()}), exit(P, from_parent),
         mb(20) end},
     {gs_kill, fun() -> {ok, P} = gs_server:start_link({trap, self()}), exit(P, kill), mb(20) end},
     {gs_huge_mailbox, fun() -> {ok, P} = gs_server:start_link(x), [self() ! {junk, I} || I <- lists:seq(1, 20000)],
         T0 = erlang:monotonic_time(millisecond), [x = gen_server:call(P, state) || _ <- lists:seq(1, 500)],
         T = erlang:monotonic_time(millisecond) - T0, T < 2000 end},
     {gs_multicall, fun() -> {ok, _} = gs_server:start_link(mcx, x), R = gen_server:multi_call([node()], mcx, state),
         gen_server:stop(mcx), norm(R) end},
     {gs_send_request, fun() -> {ok, P} = gs_server:start_link(x), R = gen_server:send_request(P, state),
         {gen_server:receive_response(R, 100), gen_server:wait_response(gen_server:send_request(P, never), 10)} end},
     {gs_enter_loop,
         fun() -> Me = self(), P = proc_lib:spawn_link(fun() -> gen_server:enter_loop(gs_server, [], Me) end),
         R = gen_server:call(P, state) =:= Me, gen_server:stop(P), {R, mb(10)} end},
     {sys_state, fun() -> {ok, P} = gs_server:start_link(abc), A = sys:get_state(P),
         B = sys:replace_state(P, fun(_) -> def end), {A, B, gen_server:call(P, state)} end},
     {sys_suspend, fun() -> {ok, P} = gs_server:start_link(self()), ok = sys:suspend(P), gen_server:cast(P, {tell, x}),
         A = mb(10), ok = sys:resume(P), {A, mb(10)} end},
     {sys_status, fun() -> {ok, P} = gs_server:start_link(abc),
         {status, P, {module, gen_server}, [_, running, _, _, [{header, H} | _]]} = sys:get_status(P),
         lists:takewhile(fun(C) -> C =/= $< end, H) end},
     {sys_log, fun() -> {ok, P} = gs_server:start_link(abc), ok = sys:log(P, true), gen_server:call(P, state),
         {ok, L} = sys:log(P, get), sys:no_debug(P), length(L) end},
     {sys_statistics, fun() -> {ok, P} = gs_server:start_link(abc), ok = sys:statistics(P, true),
         gen_server:call(P, state), {ok, L} = sys:statistics(P, get),
         [{K, V} || {K, V} <- L, K =:= messages_in orelse K =:= messages_out] end},
     {sys_change_code, fun() -> {ok, P} = gs_server:start_link(abc), sys:suspend(P),
         R = sys:change_code(P, gs_server, old, extra), sys:resume(P), {R, gen_server:call(P, state)} end},
     {sm_door, fun() -> {ok, P} = gen_statem:start_link(?MODULE, {self(), [1, 2]}, []), gen_statem:cast(P, {button, 1}),
         gen_statem:cast(P, {button, 2}), A = gen_statem:call(P, state), B = mb(60), C = gen_statem:call(P, state),
         gen_statem:stop(P), {A, B, C, mb(10)} end},
     {sm_wrong_code, fun() -> {ok, P} = gen_statem:start_link(?MODULE, {self(), [1, 2]}, []),
         gen_statem:cast(P, {button, 2}), gen_statem:cast(P, {button, 2}), A = gen_statem:call(P, state),
         gen_statem:stop(P), {A, mb(10)} end},
     {sm_crash, fun() -> {ok, P} = gen_statem:start_link(?MODULE, {self(), [1]}, []),
         R = (catch gen_statem:call(P, crash)), {norm(R), mb(10)} end},
     {sm_postpone, fun() -> {ok, P} = gen_statem:start_link(?MODULE, {self(), [1]}, []), gen_statem:cast(P, only_open),
         gen_statem:cast(P, {button, 1}), R = mb(60), gen_statem:stop(P), R end},
     {ge_basic, fun() -> {ok, P} = gen_event:start_link(), ok = gen_event:add_handler(P, ?MODULE, self()),
         gen_event:notify(P, {say, a}), gen_event:sync_notify(P, {say, b}), A = gen_event:call(P, ?MODULE, ping),
         W = gen_event:which_handlers(P), R = gen_event:delete_handler(P, ?MODULE, bye), gen_event:stop(P),
         {A, W, R, mb(10)} end},
     {ge_crash, fun() -> {ok, P} = gen_event:start_link(), ok = gen_event:add_sup_handler(P, ?MODULE, self()),
         gen_event:notify(P, crash), gen_event:sync_notify(P, x), {gen_event:which_handlers(P), mb(20)} end},
     {timer_send_after, fun() -> {ok, _} = timer:send_after(5, tick), mb(50) end},
     {timer_tc, fun() -> {T, V} = timer:tc(fun() -> 42 end), {T >= 0, V} end},
     {timer_cancel, fun() -> {ok, R} = timer:send_after(50, tick), {timer:cancel(R), mb(80)} end},
     {timer_interval, fun() -> {ok, R} = timer:send_interval(5, tick), receive tick -> ok end, receive tick -> ok end,
         element(1, timer:cancel(R)) end},
     {timer_apply, fun() -> {ok, _} = timer:apply_after(5, erlang, send, [self(), applied]), mb(50) end},
     {proc_lib_start, fun() -> R = proc_lib:start_link(erlang, apply,
         [fun(P) -> proc_lib:init_ack(P, {ok, self(), extra}), receive x -> ok end end, [self()]]), norm(R) end},
     {proc_lib_start_fail, fun() -> {norm(proc_lib:start_link(erlang, apply, [fun() -> exit(bad) end, []])),
         mb(10)} end},
     {proc_lib_start_timeout,
         fun() -> {norm(proc_lib:start_link(erlang, apply, [fun() -> receive never -> ok end end, []], 10)),
         mb(10)} end},
     {proc_lib_ancestors,
         fun() -> P = self(), proc_lib:spawn(fun() -> P ! {d, get('$ancestors'), get('$initial_call')} end),
         mb(20) end},
     {proc_lib_initial_call, fun() -> {ok, P} = gs_server:start_link(x),
         {proc_lib:initial_call(P), proc_lib:translate_initial_call(P)} end},
     {proc_lib_stop, fun() -> {ok, P} = gs_server:start_link(x),
         {proc_lib:stop(P), catch proc_lib:stop(P), mb(10)} end}].

asleep(_, 0) -> awake;
asleep(P, N) ->
    case process_info(P, current_function) of
        {_, {erlang, hibernate, 3}} -> hibernating;
        _ -> erlang:yield(), asleep(P, N - 1)
    end.

%% gen_statem: a door with a code lock.
callback_mode() -> [state_functions, state_enter].
init({To, Code}) when is_pid(To), is_list(Code) -> {ok, locked, #{to => To, code => Code, left => Code}};
init(To) -> {ok, To}.

locked(enter, _, #{code := C} = D) -> {keep_state, D#{left := C}};
locked(cast, {button, B}, #{left := [B]} = D) -> {next_state, open, D, [{state_timeout, 15, lock}]};
locked(cast, {button, B}, #{left := [B | T]} = D) -> {keep_state, D#{left := T}};
locked(cast, {button, _}, #{code := C} = D) -> {keep_state, D#{left := C}};
locked(cast, only_open, _) -> {keep_state_and_data, postpone};
locked({call, From}, crash, _) -> _ = From, error(statem_boom);
locked({call, From}, state, #{left := L}) -> {keep_state_and_data, [{reply, From, {locked, L}}]}.

open(enter, Old, #{to := To}) -> To ! {entered, open, Old}, keep_state_and_data;
open(state_timeout, lock, #{to := To} = D) -> To ! locking, {next_state, locked, D};
open(cast, only_open, #{to := To}) -> To ! got_only_open, keep_state_and_data;
open(cast, _, _) -> keep_state_and_data;
open({call, From}, state, _) -> {keep_state_and_data, [{reply, From, open}]}.

terminate(R, S, #{to := To}) -> To ! {terminate, R, S};
terminate(_, _, _) -> ok.

%% A handler of gen_event; its state is the process to notify.
handle_event({say, X}, To) -> To ! {said, X}, {ok, To};
handle_event(crash, _) -> error(handler_boom);
handle_event(_, To) -> {ok, To}.
handle_call(ping, To) -> {ok, pong, To}.
handle_info(_, To) -> {ok, To}.
