%% SPDX-License-Identifier: Apache-2.0
%% All combinations of reason, trapping or not, way of sending, and linked or not: what happens to the receiver, its
%% mailbox and the link.
-module(exit_matrix).
-export([main/0]).

main() ->
    pcase:quiet(),
    Reasons = [normal, kill, killed, shutdown, {shutdown, why}, noproc, noconnection, foo, {foo, "bar"}, 42,
        <<1, 2, 3>>, #{a => 1}],
    [pcase:run([Way, Trap, R], fun() -> one(Way, Trap, R) end)
     || Way <- [exit2, exit2_linked, dies_linked, dies_error, dies_throw, self, own_exit, exit2_twice, unlinked, chain,
         down,
               exit2_dying, exit2_linked_dying, dies_of_signal, own_error, own_throw, self_linked, self_then_other,
                   toggled_on, toggled_off, toggled_between, tracked], Trap <- [false, true], R <- Reasons],
    ok.

%% T is the target; returns how it ended, or its messages and links if it lives.
one(Way, Trap, R) ->
    process_flag(trap_exit, true),
    T = case Trap of true -> pcase:idle(trap); false -> pcase:idle() end,
    P = pcase:idle(trap),
    M = erlang:monitor(process, T),
    act(Way, T, P, R),
    Ref = make_ref(),
    T ! {'$r', self(), Ref, fun() -> ok end},
    receive
        {Ref, ok} -> look(T);
        {'DOWN', M, _, _, Why} -> {dead, Why, pcase:links(P)}
    end.

look(T) ->
    {messages, Ms} = process_info(T, messages),
    {alive, Ms, pcase:links(T)}.

act(exit2, T, P, R) -> pcase:do(P, fun() -> exit(T, R) end);
act(exit2_linked, T, P, R) -> pcase:do(P, fun() -> link(T), exit(T, R) end);
act(dies_linked, T, P, R) -> die(P, fun() -> link(T), exit(R) end);
act(dies_error, T, P, R) -> die(P, fun() -> link(T), erlang:raise(error, R, []) end);
act(dies_throw, T, P, R) -> die(P, fun() -> link(T), erlang:raise(throw, R, []) end);
act(self, T, _, R) -> pcase:tell(T, fun() -> exit(self(), R) end);
act(own_exit, T, _, R) -> pcase:tell(T, fun() -> exit(R) end);
act(exit2_twice, T, P, R) -> pcase:do(P, fun() -> exit(T, R), exit(T, second) end);
act(unlinked, T, P, R) -> die(P, fun() -> link(T), unlink(T), exit(R) end);
act(chain, T, P, R) ->
    Q = pcase:idle(),
    pcase:do(Q, fun() -> link(T) end),
    die(P, fun() -> link(Q), exit(R) end),
    case erlang:is_process_alive(Q) of true -> exit(Q, stop); false -> ok end,
    pcase:gone(Q);
act(exit2_dying, T, P, R) -> die(P, fun() -> exit(T, R), exit(over) end);
act(exit2_linked_dying, T, P, R) -> die(P, fun() -> link(T), exit(T, R), exit(over) end);
%% P is linked to T, does not trap exits and is sent R: what T gets comes through the link.
act(dies_of_signal, T, P, R) ->
    pcase:do(P, fun() -> process_flag(trap_exit, false), link(T) end),
    exit(P, R),
    case R of normal -> ok; _ -> pcase:gone(P) end;
act(own_error, T, _, R) -> pcase:tell(T, fun() -> erlang:raise(error, R, []) end);
act(own_throw, T, _, R) -> pcase:tell(T, fun() -> erlang:raise(throw, R, []) end);
act(self_linked, T, P, R) -> pcase:do(P, fun() -> link(T) end), pcase:tell(T, fun() -> exit(self(), R) end);
act(self_then_other, T, P, R) ->
    pcase:do(P, fun() -> link(T) end),
    pcase:tell(T, fun() -> exit(self(), R), erlang:yield() end),
    pcase:do(P, fun() -> exit(T, R) end);
%% The flag counts at the moment when the signal arrives.
act(toggled_on, T, P, R) -> flag(T, true), pcase:do(P, fun() -> link(T), exit(T, R) end);
act(toggled_off, T, P, R) -> flag(T, true), flag(T, false), die(P, fun() -> link(T), exit(R) end);
act(toggled_between, T, P, R) ->
    flag(T, true), pcase:do(P, fun() -> link(T), exit(T, R) end),
    flag(T, false), die(P, fun() -> exit(T, normal), exit(R) end);
act(tracked, T, P, R) -> % linked, and monitored in both directions
    pcase:do(T, fun() -> erlang:monitor(process, P) end),
    die(P, fun() -> erlang:monitor(process, T), link(T), exit(R) end);
act(down, T, P, R) ->
    pcase:do(T, fun() -> erlang:monitor(process, P) end),
    die(P, fun() -> exit(R) end).

%% T may have died of what happened before.
flag(T, B) ->
    M = erlang:monitor(process, T), Ref = make_ref(),
    T ! {'$r', self(), Ref, fun() -> process_flag(trap_exit, B) end},
    receive {Ref, _} -> erlang:demonitor(M, [flush]); {'DOWN', M, _, _, _} -> dead end.

die(P, F) ->
    M = erlang:monitor(process, P),
    pcase:tell(P, F),
    pcase:down(M).
