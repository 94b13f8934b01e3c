%% SPDX-License-Identifier: Apache-2.0
%% Monitors with every option on every kind of target, and what is done with them afterwards; spawns with every option
%% and every way to end. Generated: each line is one combination.
-module(monitor_matrix).
-export([main/0]).
-import(pcase, [idle/0, idle/1, do/2, tell/2, dead/0, mb/0, gone/1, trap/0]).

main() ->
    pcase:quiet(),
    [pcase:run([T, O, S], fun() -> monitored(T, O, S) end) || T <- targets(), O <- options(), S <- scripts()],
    [pcase:run([alias, O, S], fun() -> aliased(O, S) end) || O <- alias_options(), S <- alias_scripts()],
    [pcase:run([spawn, W, Trap, O, E], fun() -> spawned(W, Trap, O, E) end) || W <- [spawn_opt, request],
        Trap <- [false, true], O <- spawn_options(), E <- ends()],
    at_once([{[request, O, A], fun() -> requested(O, A) end} || O <- request_options(),
        A <- [wait, abandon_late, demonitor, die]]).

%% These cases wait for a while, so they all run at the same time.
at_once(Cases) ->
    Running = [{Name, spawn_monitor(fun() -> exit({value, F()}) end)} || {Name, F} <- Cases],
    [receive {'DOWN', M, process, _, R} -> pcase:run(Name, fun() -> R end) end || {Name, {_, M}} <- Running],
    ok.

targets() -> [pid, name, name_node, dead, free_name, self].
options() -> [[], [{tag, {t, "g"}}], [{alias, explicit_unalias}], [{alias, demonitor}], [{alias, reply_demonitor}],
    [{alias, reply_demonitor}, {tag, t}]].
scripts() -> [dies, killed, demonitor, demonitor_info, late_flush, late_flush_info, unalias_dies, replies, replies_dies,
    unregistered_dies].

%% The watcher's mailbox and monitors when everything is over.
monitored(Target, Options, Script) ->
    P = case Target of dead -> dead(); self -> self(); _ -> idle() end,
    Item = case Target of
        name -> register(mm_name, P), mm_name;
        name_node -> register(mm_name, P), {mm_name, node()};
        free_name -> mm_free;
        _ -> P
    end,
    M = erlang:monitor(process, Item, Options),
    Q = idle(),
    R = script(Script, Target, P, Q, M),
    receive after 0 -> ok end,
    _ = erlang:is_process_alive(Q),
    Got = [case X of {T, M, process, O, W} -> {T, down, O, W}; _ -> X end || X <- settle(Target, Script)],
    exit(Q, kill), case Target of self -> ok; _ -> exit(P, kill), gone(P) end,
    M ! afterwards,
    {R, Got, monitors(), erlang:demonitor(M, [info]), mb(), erlang:unalias(M)}.

monitors() ->
    [length(L) || L <- [element(2, process_info(self(), monitors)), element(2, process_info(self(), monitored_by))]].
%% The DOWN of a dead process may come at any time, so the test waits for it unless the monitor was removed.
settle(dead, S) when S =/= demonitor, S =/= late_flush, S =/= late_flush_info ->
    receive X -> [X | mb()] after 100 -> [] end;
settle(_, _) -> mb().

stop(self, _, _) -> ok;
stop(free_name, P, R) -> stop(pid, P, R);
stop(_, P, R) -> exit(P, R), gone(P).

script(dies, T, P, _, _) -> stop(T, P, bye);
script(killed, T, P, _, _) -> stop(T, P, kill);
script(demonitor, T, P, _, M) -> R = erlang:demonitor(M), stop(T, P, bye), R;
script(demonitor_info, T, P, _, M) when T =/= dead -> R = erlang:demonitor(M, [info]), stop(T, P, bye),
    {R, erlang:demonitor(M, [info])};
script(demonitor_info, _, _, _, _) -> ok;
script(late_flush, T, P, _, M) -> stop(T, P, bye), settle_dead(T), erlang:demonitor(M, [flush]);
script(late_flush_info, T, P, _, M) -> stop(T, P, bye), settle_dead(T),
    {erlang:demonitor(M, [flush, info]), erlang:demonitor(M, [flush, info])};
script(unalias_dies, T, P, _, M) -> R = erlang:unalias(M), stop(T, P, bye), R;
script(replies, _, _, Q, M) -> do(Q, fun() -> M ! first, M ! second end);
script(replies_dies, T, P, Q, M) -> do(Q, fun() -> M ! first end), stop(T, P, bye), do(Q, fun() -> M ! second end);
script(unregistered_dies, T, P, _, _) -> catch unregister(mm_name), stop(T, P, {a, [b]}).

settle_dead(dead) -> receive after 20 -> ok end;
settle_dead(_) -> ok.

%% --- alias/1
alias_options() -> [[], [explicit_unalias], [reply], [reply, explicit_unalias]].
alias_scripts() ->
    [sent, sent_twice, by_other, by_other_twice, unalias, unalias_twice, foreign_unalias, unalias_between,
    owner_sees_nothing, from_dead, in_order, monitor_it, demonitor_it, send_opts, link_it].

aliased(Options, Script) ->
    A = erlang:alias(Options),
    P = idle(),
    R = alias_script(Script, A, P),
    {R, mb(), erlang:unalias(A)}.

alias_script(sent, A, _) -> A ! m;
alias_script(sent_twice, A, _) -> {A ! m, A ! n};
alias_script(by_other, A, P) -> do(P, fun() -> A ! m end);
alias_script(by_other_twice, A, P) -> do(P, fun() -> A ! m, A ! n end);
alias_script(unalias, A, P) -> R = erlang:unalias(A), do(P, fun() -> A ! m end), R;
alias_script(unalias_twice, A, _) -> {erlang:unalias(A), erlang:unalias(A)};
alias_script(foreign_unalias, A, P) -> R = do(P, fun() -> erlang:unalias(A) end), do(P, fun() -> A ! m end), R;
alias_script(unalias_between, A, P) -> do(P, fun() -> A ! m end), R = erlang:unalias(A), do(P, fun() -> A ! n end), R;
alias_script(owner_sees_nothing, A, P) ->
    {process_info(self(), monitors), do(P, fun() -> process_info(self(), links) end), is_reference(A)};
alias_script(from_dead, A, P) -> tell(P, fun() -> A ! m, exit(x) end), gone(P);
alias_script(in_order, A, P) -> Me = self(), do(P, fun() -> Me ! 1, A ! 2, Me ! 3, A ! 4, Me ! 5 end);
alias_script(monitor_it, A, _) -> pcase:err(fun() -> erlang:monitor(process, A) end);
alias_script(demonitor_it, A, P) -> R = erlang:demonitor(A, [info]), do(P, fun() -> A ! m end), R;
alias_script(send_opts, A, P) -> do(P, fun() -> {erlang:send(A, m, [nosuspend]), erlang:send_nosuspend(A, n)} end);
alias_script(link_it, A, _) -> pcase:err(fun() -> link(A) end).

%% --- spawning
spawn_options() ->
    [[], [link], [monitor], [link, monitor], [monitor, link, monitor], [{monitor, [{tag, t}]}],
        [{monitor, [{alias, demonitor}]}],
     [link, {monitor, [{alias, reply_demonitor}, {tag, {t, 1}}]}], [{priority, high}, link],
         [{min_heap_size, 500}, {message_queue_data, off_heap}, monitor]].
ends() -> [normal, returns, exit, kill_reason, error, throw, killed, signal].

%% What the parent, which is a process of its own, receives, or the reason it dies of.
spawned(Way, Trap, Options, End) ->
    {Parent, Watch} = spawn_monitor(fun() -> process_flag(trap_exit, Trap), exit({got, parent(Way, Options, End)}) end),
    receive {'DOWN', Watch, process, Parent, R} -> why(R) end.

parent(Way, Options, End) ->
    Body = fun() -> receive go -> ok end, finish(End) end,
    {P, M} = case Way of
        request -> R = spawn_request(Body, Options), receive {spawn_reply, R, ok, P0} -> {P0, R} end;
        spawn_opt -> case spawn_opt(Body, Options) of {P0, M0} -> {P0, M0}; P0 -> {P0, none} end
    end,
    Lists = [length(element(2, process_info(self(), K))) || K <- [links, monitors]],
    Child = [length(element(2, process_info(P, K))) || K <- [links, monitored_by]],
    W = idle(), do(W, fun() -> erlang:monitor(process, P) end),
    case End of killed -> exit(P, kill); signal -> exit(P, sig); _ -> P ! go end,
    pcase:await(fun() -> process_info(W, message_queue_len) =:= {message_queue_len, 1} end),
    exit(W, kill),
    {Lists, Child, [case X of {'EXIT', P, Y} -> {'EXIT', why(Y)}; {T, M, process, P, Y} -> {T, why(Y)};
        Y -> {other, Y} end || X <- mb()],
     [length(element(2, process_info(self(), K))) || K <- [links, monitors]]}.

finish(normal) -> exit(normal);
finish(returns) -> ok;
finish(exit) -> exit({a, reason});
finish(kill_reason) -> exit(kill);
finish(error) -> error(oops);
finish(throw) -> throw(ball);
finish(_) -> receive never -> ok end.
why({R, [{_, _, _, _} | _]}) -> {R, stack};
why(R) -> R.

request_options() ->
    [[], [monitor], [link], [{reply, yes}], [{reply, no}], [{reply, error_only}], [{reply, success_only}],
        [{reply, no}, monitor], [{reply, no}, link],
     [{reply_tag, tag}], [{reply_tag, {a, "b"}}, monitor], [{reply_tag, x}, {reply, success_only}, link], [bad],
         [bad, {reply, no}], [bad, {reply, error_only}],
     [bad, {reply, success_only}], [bad, {reply_tag, tag}], [{reply, 'maybe'}],
         [{monitor, [{tag, z}]}, {reply, success_only}], [{reply_tag, a}, {reply_tag, b}]].

requested(Options, Then) ->
    trap(),
    Me = self(),
    R = spawn_request(fun() -> Me ! {child, self()}, receive stop -> exit(done) end end, Options),
    Child = case lists:member(bad, Options) orelse lists:member({reply, 'maybe'}, Options) of true -> none;
        false -> receive {child, P} -> P end end,
    A = case Then of
        abandon_late -> spawn_request_abandon(R);
        demonitor -> erlang:demonitor(R, [info]);
        die when Child =/= none -> Child ! stop, gone(Child);
        _ -> ok
    end,
    Got = replies(R, Child),
    Lists = monitors(),
    Child =:= none orelse begin exit(Child, kill), gone(Child) end,
    {A, Got, Lists, replies(R, Child)}.

replies(R, Child) ->
    [case X of {T, R, ok, Child} -> {T, ok}; {T, R, error, W} -> {T, error, W};
    {T, R, process, Child, W} -> {T, down, W}; {'EXIT', Child, W} -> {'EXIT', W}; _ -> X end || X <- mb()].
