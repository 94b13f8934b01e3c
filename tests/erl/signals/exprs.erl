%% SPDX-License-Identifier: Apache-2.0
%% The expressions of the signal specification (see rules_test): {Rule, Text}.
-module(exprs).
-export([all/0]).
all() -> [
{"A1", "P = sx:idle(), {link(P), sx:links(P) =:= [self()], sx:links(self()) =:= [P]}"},
{"A2", "sx:trap(), P = sx:idle(), [link(P) || _ <- [1,2,3]], sx:tell(P, fun() -> exit(bye) end), sx:gone(P), "
    "{length(sx:mb())}"},
{"A3", "sx:trap(), P = sx:idle(), link(P), link(P), unlink(P), exit(P, kill), sx:gone(P), sx:mb()"},
{"A4", "{link(self()), sx:links(self())}"},
{"A5", "D = sx:dead(), try link(D) catch C:E -> {C, E} end"},
{"A6", "sx:trap(), D = sx:dead(), {link(D), sx:take(1) =:= [{'EXIT', D, noproc}]}"},
{"A7", "sx:trap(), D = sx:dead(), link(D), link(D), L = sx:links(self()), {length(sx:mb()), L}"},
{"A8", "D = sx:dead(), {R, [{M, F, A, _} | _]} = sx:why(fun() -> link(D) end), {R, M, F, A =:= [D]}"},
{"A9", "[try link(X) catch C:E -> {C, E} end || X <- [init, {init, node()}, 17, make_ref(), erlang:alias()]]"},
{"A10", "sx:trap(), {catch element(1, element(2, catch link(foo))), sx:mb()}"},
{"A11", "sx:trap(), P = sx:idle(), exit(P, foo), {link(P), [R || {'EXIT', _, R} <- sx:take(1)]}"},
{"A12", "sx:trap(), P = sx:idle(), link(P), exit(P, foo), [R || {'EXIT', _, R} <- sx:take(1)]"},
{"A13", "Me = self(), P = spawn_link(fun() -> Me ! {l, sx:links(self())} end), _ = P, "
        "receive {l, L} -> L =:= [Me] end"},
{"A14", "P = sx:idle(), erlang:monitor(process, P), link(self()), link(P), unlink(P), sx:links(self())"},
{"B1", "P = sx:idle(), {unlink(P), unlink(sx:dead()), unlink(self())}"},
{"B2", "[catch element(1, element(2, catch unlink(X))) || X <- [foo, 1, make_ref()]]"},
{"B3", "sx:why(fun() -> P = sx:idle(), link(P), unlink(P), sx:tell(P, fun() -> exit(crash) end), sx:gone(P), "
    "exit(survived) end)"},
{"B4", "sx:trap(), P = spawn_link(fun() -> ok end), sx:gone(P), unlink(P), A = length(sx:mb()), Q = spawn_link(fun() "
    "-> ok end), unlink(Q), receive {'EXIT', Q, _} -> ok after 0 -> ok end, sx:gone(Q), {A, sx:mb()}"},
{"B5", "P = sx:idle(), link(P), unlink(P), sx:links(P)"},
{"B6", "P = sx:idle(), Me = self(), link(P), sx:run(P, fun() -> unlink(Me) end), sx:links(self())"},
{"B7", "sx:trap(), Me = self(), P = sx:idle(), link(P), unlink(P), sx:run(P, fun() -> exit(Me, e2) end), [R || "
    "{'EXIT', _, R} <- sx:mb()]"},
{"B8", "P = sx:idle(), link(P), unlink(P), link(P), A = {sx:links(self()) =:= [P], sx:links(P) =:= [self()]}, "
    "unlink(P), {A, sx:links(self()), sx:links(P)}"},
{"B9", "P = sx:idle(), link(P), A = length(sx:links(self())), unlink(P), {A, length(sx:links(self()))}"},
{"B10", "P = sx:idle(), Me = self(), link(P), unlink(P), sx:run(P, fun() -> unlink(Me) end), link(P), "
    "{sx:links(self()) =:= [P], sx:links(P) =:= [self()]}"},
{"B11", "Me = self(), lists:usort([begin P = spawn(fun() -> [begin link(Me), unlink(Me) end || _ <- lists:seq(1, "
    "50)], Me ! d, receive x -> ok end end), [begin link(P), unlink(P) end || _ <- lists:seq(1, 50)], receive d -> ok "
    "end, erlang:is_process_alive(P), erlang:yield(), X = lists:member(P, sx:links(self())) =:= lists:member(Me, "
    "sx:links(P)), exit(P, kill), X end || _ <- [1,2,3]])"},
{"B12", "sx:trap(), P = sx:idle(), link(P), M = erlang:monitor(process, P), unlink(P), exit(P, x), {sx:down(M), "
    "sx:mb()}"},
{"B13", "sx:trap(), P = spawn_link(fun() -> ok end), sx:take(1), A = sx:links(self()), link(P), {A, [R || {'EXIT', _, "
    "R} <- sx:take(1)]}"},
{"C1", "A = sx:idle(), B = sx:idle(), sx:run(A, fun() -> link(B) end), M = erlang:monitor(process, B), sx:tell(A, "
    "fun() -> exit({why, 1}) end), sx:down(M)"},
{"C2", "[A, B, C] = Ps = [sx:idle() || _ <- \"abc\"], sx:run(A, fun() -> link(B) end), sx:run(B, fun() -> link(C) "
    "end), Ms = [erlang:monitor(process, P) || P <- Ps], sx:tell(A, fun() -> exit(foo) end), [sx:down(M) || M <- Ms]"},
{"C3", "P = spawn_link(fun() -> ok end), sx:gone(P), {sx:links(self()), sx:mb()}"},
{"C4", "sx:trap(), [begin spawn_link(fun() -> exit(R) end), [{'EXIT', _, X}] = sx:take(1), X end || R <- [normal, "
    "kill, killed, shutdown, {shutdown, a}]]"},
{"C5", "A = sx:idle(), B = sx:idle(), sx:run(A, fun() -> link(B) end), M = erlang:monitor(process, B), sx:tell(A, "
    "fun() -> exit(kill) end), sx:down(M)"},
{"C6", "P = sx:idle(trap), M = erlang:monitor(process, P), exit(P, kill), sx:down(M)"},
{"C7", "sx:trap(), P = sx:idle(), link(P), exit(P, kill), [R || {'EXIT', _, R} <- sx:take(1)]"},
{"C8", "sx:trap(), A = sx:idle(), B = sx:idle(), link(B), sx:run(B, fun() -> link(A) end), exit(A, kill), [{'EXIT', "
    "F, R}] = sx:take(1), {F =:= B, R}"},
{"C9", "P = sx:idle(), {exit(P, normal), erlang:is_process_alive(P)}"},
{"C10", "P = sx:idle(trap), exit(P, normal), [{'EXIT', F, R}] = sx:mbox(P), {F =:= self(), R}"},
{"C11", "sx:why(fun() -> exit(self(), normal), exit(not_reached) end)"},
{"C12", "Me = self(), {sx:why(fun() -> try exit(self(), foo) catch _:_ -> exit(caught) after Me ! ran end end), "
    "sx:mb()}"},
{"C13", "sx:trap(), T = exit(self(), r), [{'EXIT', F, X}] = sx:take(1), {T, F =:= self(), X}"},
{"C14", "sx:why(fun() -> sx:trap(), exit(self(), kill) end)"},
{"C15", "sx:trap(), Me = self(), P = sx:idle(), link(P), sx:run(P, fun() -> exit(Me, x) end), [{'EXIT', F, x}] = "
    "sx:take(1), {F =:= P, sx:links(self()) =:= [P]}"},
{"C16", "{exit(sx:dead(), x), [catch element(1, element(2, catch exit(X, y))) || X <- [init, 1, \"a\"]]}"},
{"C17", "Me = self(), {P, M} = spawn_monitor(fun() -> try Me ! up, receive x -> x end catch _:_ -> Me ! c after Me ! "
    "a end end), receive up -> ok end, exit(P, foo), {sx:down(M), sx:mb()}"},
{"C18", "P = sx:idle(), M = erlang:monitor(process, P), exit(P, a), exit(P, b), exit(P, kill), sx:down(M)"},
{"C19", "P = spawn(fun F() -> F() end), M = erlang:monitor(process, P), exit(P, foo), sx:down(M)"},
{"C20", "P = spawn(fun() -> receive never -> ok end end), [P ! j || _ <- lists:seq(1, 1000)], M = "
    "erlang:monitor(process, P), exit(P, sig), sx:down(M)"},
{"C21", "lists:usort([sx:why(fun() -> P = spawn(fun() -> receive d -> exit(c) end end), link(P), unlink(P), P ! d, "
    "sx:gone(P), exit(ok) end) || _ <- lists:seq(1, 20)])"},
{"C22", "sx:trap(), B = sx:idle(), C = sx:idle(), link(B), sx:run(B, fun() -> link(C) end), sx:tell(C, fun() -> "
    "exit(o) end), [{'EXIT', F, o}] = sx:take(1), F =:= B"},
{"C23", "P = sx:idle(), link(P), self() ! {'EXIT', P, kill}, {length(sx:mb()), sx:links(self()) =:= [P]}"},
{"C24", "T = {self(), #{a => [1 | 2]}, <<1, 2>>, 1 bsl 80}, P = sx:idle(), M = erlang:monitor(process, P), sx:tell(P, "
    "fun() -> exit(T) end), sx:down(M) =:= T"},
{"D1", "A = process_flag(trap_exit, true), Me = self(), spawn(fun() -> Me ! process_info(self(), trap_exit) end), {A, "
    "process_flag(trap_exit, true), sx:take(1), catch element(1, element(2, catch process_flag(trap_exit, 1)))}"},
{"D2", "T = sx:idle(trap), exit(T, one), erlang:is_process_alive(T), sx:run(T, fun() -> process_flag(trap_exit, "
    "false) end), A = length(sx:mbox(T)), M = erlang:monitor(process, T), exit(T, two), {A, sx:down(M)}"},
{"D3", "sx:trap(), P = spawn_link(fun() -> exit(a) end), sx:gone(P), receive after 5 -> ok end, process_info(self(), "
    "message_queue_len), process_flag(trap_exit, false), [R || {'EXIT', _, R} <- sx:mb()]"},
{"D4", "P = spawn_link(fun() -> ok end), sx:gone(P), process_info(self(), message_queue_len), sx:trap(), sx:mb()"},
{"D5", "sx:why(fun() -> sx:trap(), exit(self(), foo), process_flag(trap_exit, false), receive X -> exit({got, X}) "
    "after 5 -> exit(nothing) end end)"},
{"D6", "P = sx:idle(), catch element(1, element(2, catch process_flag(P, trap_exit, true)))"},
{"E1", "P = sx:idle(), M = erlang:monitor(process, P), exit(P, r), [{'DOWN', M2, process, P2, r}] = sx:take(1), {M2 "
    "=:= M, P2 =:= P, process_info(self(), monitors)}"},
{"E2", "D = sx:dead(), erlang:monitor(process, D), [{'DOWN', _, process, X, R}] = sx:take(1), {X =:= D, R}"},
{"E3", "D = sx:dead(), erlang:monitor(process, D), A = length(sx:mb()), erlang:monitor(process, no_such_name), {A, "
    "length(sx:mb())}"},
{"E4", "P = sx:idle(), [erlang:monitor(process, P) || _ <- [1,2,3]], exit(P, x), length(lists:usort([M || {'DOWN', M, "
    "_, _, x} <- sx:take(3)]))"},
{"E5", "P = sx:idle(), Ms = [erlang:monitor(process, P) || _ <- lists:seq(1, 5)], exit(P, x), [M || {'DOWN', M, _, _, "
    "_} <- sx:take(5)] =:= Ms"},
{"E6", "P = sx:idle(), W = sx:idle(), sx:run(W, fun() -> erlang:monitor(process, P), erlang:is_process_alive(P) end), "
    "A = length(sx:by(P)), exit(W, kill), sx:gone(W), {A, sx:by(P), erlang:is_process_alive(P)}"},
{"E7", "M = erlang:monitor(process, self()), {is_reference(M), process_info(self(), monitors), erlang:demonitor(M, "
    "[info]), sx:mb()}"},
{"E8", "P = sx:idle(), register(rx, P), erlang:monitor(process, rx), exit(P, x), [{'DOWN', _, process, O, x}] = "
    "sx:take(1), O =:= {rx, node()}"},
{"E9", "erlang:monitor(process, {nosuch, node()}), [{'DOWN', _, process, O, R}] = sx:take(1), {O =:= {nosuch, "
    "node()}, R}"},
{"E10", "P = sx:idle(), Q = sx:idle(), register(ry, P), erlang:monitor(process, ry), unregister(ry), register(ry, Q), "
    "exit(Q, kill), sx:gone(Q), A = sx:mb(), exit(P, z), [{_, _, _, O, R}] = sx:take(1), {A, O =:= {ry, node()}, R}"},
{"E11", "[catch element(1, element(2, catch erlang:monitor(T, I))) || {T, I} <- [{process, {a, 'x@y'}}, {foo, "
    "self()}, {process, 1}, {process, \"s\"}, {process, {a, b, c}}, {port, self()}]]"},
{"E12", "R = make_ref(), {erlang:demonitor(R), erlang:demonitor(R), catch element(1, element(2, catch "
    "erlang:demonitor(foo)))}"},
{"E13", "P = sx:idle(), M = erlang:monitor(process, P), exit(P, x), sx:gone(P), erlang:demonitor(M), A = "
    "length(sx:mb()), Q = sx:idle(), N = erlang:monitor(process, Q), exit(Q, x), sx:gone(Q), erlang:demonitor(N, "
    "[flush]), {A, sx:mb()}"},
{"E14", "P = sx:idle(), M = erlang:monitor(process, P), {erlang:demonitor(M, [info]), erlang:demonitor(M, [info])}"},
{"E15", "P = sx:idle(), M = erlang:monitor(process, P), N = erlang:monitor(process, P), A = erlang:demonitor(M, "
    "[flush, info]), exit(P, x), sx:gone(P), {A, erlang:demonitor(N, [flush, info]), sx:mb()}"},
{"E16", "R = make_ref(), self() ! {a, R, 1, 2, 3}, self() ! {b, R, 1, 2, 3}, erlang:demonitor(R, [flush]), [T || {T, "
    "_, _, _, _} <- sx:mb()]"},
{"E17", "[catch element(1, element(2, catch erlang:demonitor(make_ref(), O))) || O <- [[foo], flush, [flush | info]]]"},
{"E18", "P = sx:idle(), M = erlang:monitor(process, P), A = sx:run(P, fun() -> erlang:demonitor(M, [info]) end), "
    "exit(P, x), {A, sx:down(M)}"},
{"E19", "P = sx:idle(), exit(P, a), M = erlang:monitor(process, P), Q = sx:idle(), N = erlang:monitor(process, Q), "
    "exit(Q, b), {sx:down(M), sx:down(N)}"},
{"E20", "D = sx:dead(), erlang:monitor(process, D, [{tag, {my, 1}}]), [{T, _, process, _, R}] = sx:take(1), {T, R}"},
{"E21", "[catch element(1, element(2, catch erlang:monitor(process, self(), O))) || O <- [[foo], [{alias, x}], foo, "
    "[{tag, a} | b]]]"},
{"E22", "P = sx:idle(), erlang:monitor(process, P), erlang:monitor(process, P), {process_info(self(), monitors) =:= "
    "{monitors, [{process, P}, {process, P}]}, sx:by(P) =:= [self(), self()]}"},
{"E23", "M = erlang:monitor(time_offset, clock_service), "
        "{process_info(self(), monitors), erlang:demonitor(M, [info])}"},
{"E24", "P = sx:idle(), M = erlang:monitor(process, P), exit(P, boom), sx:down(M)"},
{"F1", "A = erlang:alias(), A ! 1, self() ! 2, A ! 3, {is_reference(A), sx:take(3)}"},
{"F2", "A = erlang:alias(), {erlang:unalias(A), erlang:unalias(A), erlang:unalias(make_ref()), catch element(1, "
    "element(2, catch erlang:unalias(x)))}"},
{"F3", "A = erlang:alias(), erlang:unalias(A), {A ! x, make_ref() ! y, sx:mb()}"},
{"F4", "A = erlang:alias(), A ! x, process_info(self(), message_queue_len), erlang:unalias(A), sx:mb()"},
{"F5", "A = erlang:alias(), A ! x, erlang:unalias(A), sx:mb()"},
{"F6", "A = erlang:alias([reply]), self() ! 0, A ! 1, A ! 2, {sx:mb(), erlang:unalias(A)}"},
{"F7", "P = sx:idle(), M = erlang:monitor(process, P, [{alias, explicit_unalias}]), erlang:demonitor(M), M ! a, "
    "{sx:take(1), erlang:unalias(M)}"},
{"F8", "P = sx:idle(), M = erlang:monitor(process, P, [{alias, demonitor}]), exit(P, x), [{'DOWN', _, _, _, _}] = "
    "sx:take(1), M ! late, {sx:mb(), erlang:unalias(M)}"},
{"F9", "P = sx:idle(), M = erlang:monitor(process, P, [{alias, reply_demonitor}]), sx:run(P, fun() -> M ! r1, M ! r2 "
    "end), exit(P, x), sx:gone(P), {sx:mb(), erlang:demonitor(M, [info])}"},
{"F10", "P = sx:idle(), M = erlang:monitor(process, P, [{alias, reply_demonitor}]), U = erlang:unalias(M), exit(P, "
    "x), {U, sx:down(M)}"},
{"F11", "A = erlang:alias(), {process_info(self(), monitors), [catch element(1, element(2, catch F())) || F <- [fun() "
    "-> link(A) end, fun() -> erlang:monitor(process, A) end, fun() -> register(al, A) end, fun() -> "
    "erlang:send_after(1, A, x) end]]}"},
{"F12", "M = erlang:monitor(process, self(), [{alias, explicit_unalias}]), M ! x, {sx:mb(), erlang:unalias(M)}"},
{"G1", "[begin {_, M} = spawn_monitor(fun() -> exit(I) end), sx:down(M) end || I <- [1,2,3]]"},
{"G2", "sx:trap(), {P, M} = spawn_opt(fun() -> exit(z) end, [link, monitor]), [{'EXIT', P, A}, {'DOWN', M, process, "
    "P, B}] = sx:take(2), {A, B}"},
{"G3", "sx:trap(), P = sx:idle(), erlang:monitor(process, P), link(P), exit(P, x), [element(1, X) || X <- sx:take(2)]"},
{"G4", "P = spawn_opt(fun() -> receive x -> x end end, [link, link]), A = length(sx:links(self())), unlink(P), "
    "exit(P, kill), {A, [catch element(1, element(2, catch spawn_opt(fun() -> ok end, O))) || O <- [[foo], [{foo, "
    "1}], link, [link | x], [{priority, p}]]]}"},
{"G5", "{R, [{M, F, A, []} | _]} = sx:why(fun() -> apply(no_mod, f, [1]) end), {_, Mo} = spawn_monitor(no_mod, f, "
    "[1]), {U, [T | _]} = sx:down(Mo), {R, M, F, A, U, T, catch element(1, element(2, catch spawn(m, f, x)))}"},
{"G6", "sx:trap(), F = list_to_tuple([fun(X) -> X end]), spawn_link(element(1, F)), [{'EXIT', _, {{E, {_, A}}, _}}] = "
    "sx:take(1), {E, A, catch element(1, element(2, catch spawn_monitor(element(1, F))))}"},
{"G7", "sx:trap(), put(a, 1), link(sx:idle()), Me = self(), spawn(fun() -> Me ! {[process_info(self(), K) || K <- "
    "[trap_exit, links, dictionary, message_queue_len, priority]], group_leader()} end), [{L, G}] = sx:take(1), "
    "unlink(hd(sx:links(self()))), {L, G =:= group_leader()}"},
{"G8", "Me = self(), R = spawn_request(fun() -> Me ! child, exit(x) end, [monitor]), [{spawn_reply, R1, ok, P}, "
    "child, {'DOWN', R2, process, P, x}] = sx:take(3), {R1 =:= R, R2 =:= R}"},
{"G9", "R = spawn_request(fun() -> ok end, [bogus]), [{T, R1, E, W}] = sx:take(1), {T, R1 =:= R, E, W, catch "
    "element(1, element(2, catch spawn_request(fun() -> ok end, [link | x])))}"},
{"G10", "R = spawn_request(fun() -> ok end, [{reply_tag, t}]), [{T, R1, ok, _}] = sx:take(1), Me = self(), "
    "spawn_request(fun() -> Me ! ran end, [{reply, no}]), {T, R1 =:= R, sx:take(1), sx:mb()}"},
{"G11", "R = spawn_request(fun() -> ok end), {spawn_request_abandon(R), spawn_request_abandon(make_ref()), catch "
    "element(1, element(2, catch spawn_request_abandon(x)))}"},
{"G12", "{_, M} = spawn_opt(fun F() -> put(l, [lists:seq(1, 100) | case get(l) of undefined -> []; L -> L end]), F() "
    "end, [monitor, {max_heap_size, #{size => 20000, kill => true, error_logger => false}}]), sx:down(M)"},
{"G13", "P = sx:idle(), process_info(P, parent) =:= {parent, self()}"},
{"H1", "Me = self(), sx:trap(), P = sx:idle(link), register(hx, P), T = sx:run(P, fun() -> ets:new(h_tab, "
    "[named_table, {heir, Me, d}]) end), M = erlang:monitor(process, P), exit(P, x), _ = {T, M}, [case X of "
    "{'ETS-TRANSFER', _, _, _} -> transfer; {'EXIT', _, _} -> {exit, whereis(hx), erlang:is_process_alive(P)}; "
    "{'DOWN', _, _, _, _} -> down end || X <- sx:take(3)]"},
{"H2", "lists:usort([begin P = sx:idle(), register(hy, P), M = erlang:monitor(process, P), exit(P, kill), sx:down(M), "
    "Q = sx:idle(), X = register(hy, Q), exit(Q, kill), sx:gone(Q), X end || _ <- lists:seq(1, 20)])"},
{"H3", "P = sx:idle(), M = erlang:monitor(process, P), exit(P, x), sx:down(M), {erlang:is_process_alive(P), "
    "process_info(P, status), lists:member(P, processes())}"},
{"H4", "register(hz, self()), X = [catch element(1, element(2, catch register(N, P))) || {N, P} <- [{hz, self()}, "
    "{hw, self()}, {undefined, sx:idle()}, {\"a\", sx:idle()}, {hv, sx:dead()}]], {X, unregister(hz), catch "
    "element(1, element(2, catch unregister(hz)))}"},
{"H5", "{catch element(1, element(2, catch (no_name ! x))), {no_name, node()} ! y, sx:dead() ! z}"},
{"H6", "P = sx:idle(), register(hu, P), {unregister(hu), whereis(hu), erlang:is_process_alive(P)}"},
{"H7", "{process_info(self(), registered_name), process_info(self(), [registered_name])}"},
{"H8", "D = sx:dead(), lists:member(D, [spawn(fun() -> ok end) || _ <- lists:seq(1, 1000)])"},
{"H9", "P = sx:idle(), M = erlang:monitor(process, P), exit(P, real), sx:down(M)"},
{"I1", "P = sx:idle(), sx:run(P, fun() -> ets:new(i_t, [named_table]) end), M = erlang:monitor(process, P), exit(P, "
    "x), sx:down(M), {ets:whereis(i_t), ets:info(i_t)}"},
{"I2", "Me = self(), P = sx:idle(), T = sx:run(P, fun() -> X = ets:new(t, [{heir, Me, dat}]), ets:insert(X, {k, v}), "
    "X end), M = erlang:monitor(process, P), exit(P, x), [{'ETS-TRANSFER', T, P, D}, {'DOWN', M, _, _, _}] = "
    "sx:take(2), {D, ets:lookup(T, k), ets:info(T, owner) =:= Me}"},
{"I3", "P = sx:idle(), T = sx:run(P, fun() -> ets:new(t, [{heir, self(), d}]) end), "
        "exit(P, x), sx:gone(P), ets:info(T)"},
{"I4", "P = sx:idle(), T = ets:new(t, []), D = sx:dead(), {catch element(1, element(2, catch ets:give_away(T, D, "
    "g))), ets:give_away(T, P, g), ets:info(T, owner) =:= P}"},
{"J1", "P = sx:idle(), T = erlang:send_after(60000, P, x), exit(P, kill), sx:gone(P), {erlang:read_timer(T), "
    "erlang:cancel_timer(T)}"},
{"J2", "Me = self(), P = spawn(fun() -> erlang:send_after(10, Me, late) end), sx:gone(P), sx:take(1)"},
{"J3", "P = sx:idle(), register(jn, P), erlang:send_after(10, jn, hit), exit(P, kill), sx:gone(P), register(jn, "
    "self()), X = sx:take(1), unregister(jn), X"},
{"J4", "T = erlang:send_after(1, sx:dead(), x), receive after 5 -> ok end, {is_reference(T), erlang:read_timer(T)}"},
{"J5", "T = erlang:send_after(60000, self(), x), P = sx:idle(), {is_integer(sx:run(P, fun() -> erlang:cancel_timer(T) "
    "end)), erlang:cancel_timer(make_ref())}"},
{"J6", "P = spawn(fun() -> receive after 60000 -> ok end end), M = erlang:monitor(process, P), exit(P, normal), "
    "exit(P, now), sx:down(M)"},
{"K1", "lists:usort([begin P = spawn(fun F() -> F() end), exit(P, kill), erlang:is_process_alive(P) end || _ <- "
    "lists:seq(1, 50)])"},
{"K2", "lists:usort([begin P = sx:idle(), register(k2, P), exit(P, x), A = erlang:is_process_alive(P), {A, "
    "whereis(k2)} end || _ <- lists:seq(1, 50)])"},
{"K3", "{erlang:is_process_alive(self()), catch element(1, element(2, catch erlang:is_process_alive(init)))}"},
{"K4", "P = sx:idle(), link(P), P ! m, A = {sx:links(P) =:= [self()], process_info(P, messages)}, unlink(P), exit(P, "
    "kill), {A, process_info(P, links)}"},
{"K5", "A = sx:idle(), B = sx:idle(), Me = self(), sx:tell(A, fun() -> [process_info(B, links) || _ <- lists:seq(1, "
    "30)], Me ! a end), sx:tell(B, fun() -> [process_info(A, links) || _ <- lists:seq(1, 30)], Me ! b end), "
    "lists:sort(sx:take(2))"},
{"K6", "P = sx:idle(), link(P), unlink(P), erlang:monitor(process, P), exit(P, normal), P ! one, process_info(P, "
    "message_queue_len)"},
{"K7", "D = sx:dead(), {process_info(D, links), process_info(D, [links]), process_info(D), catch element(1, "
    "element(2, catch process_info(D, foo)))}"},
{"K8", "process_info(self(), [trap_exit, links, trap_exit])"},
{"K9", "[K || {K, _} <- process_info(self())]"},
{"L1", "G = sx:idle(), P = sx:idle(), X = group_leader(G, P), Y = process_info(P, group_leader) =:= {group_leader, "
    "G}, exit(G, kill), sx:gone(G), {X, Y, process_info(P, group_leader) =:= {group_leader, G}, sx:links(P)}"},
{"L2", "{catch element(1, element(2, catch group_leader(self(), sx:dead()))), catch element(1, element(2, catch "
    "group_leader(foo, self()))), group_leader(sx:dead(), self())}"},
{"M1", "P = sx:idle(), erlang:suspend_process(P), link(P), A = {process_info(P, status), sx:links(P) =:= [self()]}, "
    "unlink(P), M = erlang:monitor(process, P), exit(P, x), {A, sx:down(M)}"},
{"M2", "P = sx:idle(), S = sx:idle(), sx:run(S, fun() -> erlang:suspend_process(P), erlang:suspend_process(P) end), A "
    "= catch element(1, element(2, catch erlang:resume_process(P))), exit(S, kill), sx:gone(S), {A, sx:run(P, fun() "
    "-> runs end)}"},
{"M3", "[catch element(1, element(2, catch erlang:suspend_process(X))) || X <- [self(), sx:dead(), foo]]"},
{"M4", "Me = self(), {P, M} = spawn_monitor(fun() -> try erlang:hibernate(erlang, send, [Me, woke]) catch _:_ -> Me ! "
    "c after Me ! a end end), P ! go, {sx:take(1), sx:down(M), sx:mb()}"},
{"M5", "Me = self(), P = spawn(fun() -> erlang:hibernate(erlang, send, [Me, woke]) end), receive after 5 -> ok end, "
    "exit(P, normal), link(P), unlink(P), receive after 5 -> ok end, A = sx:mb(), P ! x, {A, sx:take(1)}"},
{"N1", "{R, [_ | _]} = sx:why(fun() -> error(my) end), R"},
{"N2", "{R, [_ | _]} = sx:why(fun() -> try throw(t) after ok end end), R"},
{"N3", "sx:why(fun() -> exit({a, b}) end)"},
{"N4", "sx:why(fun() -> {error, ignored} end)"},
{"N5", "[element(1, sx:why(F)) || F <- [fun() -> 1 + list_to_atom(\"a\") end, fun() -> {a} = {b} end, fun() -> hd([]) "
    "end, fun() -> no_m:f() end, fun() -> receive after foo -> x end end, fun() -> throw(x) end]]"},
{"N6", "{badarg, [{M, F, A, L} | _]} = sx:why(fun() -> atom_to_list(1) end), {M, F, A, [K || {K, _} <- L]}"},
{"N7", "erlang:system_flag(backtrace_depth, 8)"},
{"N8", "[sx:why(fun() -> erlang:raise(C, r, [{m, f, 1, []}]) end) || C <- [error, exit, throw]]"},
{"N9", "sx:trap(), {P, M} = spawn_opt(fun() -> error(e) end, [link, monitor]), [{'EXIT', P, A}, {'DOWN', M, _, _, B}] "
    "= sx:take(2), A =:= B"},
{"O1", "Me = self(), sx:trap(), P = sx:idle(), sx:run(P, fun() -> Me ! 1, exit(Me, 2), Me ! 3, exit(Me, 4), Me ! 5 "
    "end), [case X of {'EXIT', _, R} -> R; _ -> X end || X <- sx:mb()]"},
{"O2", "sx:trap(), Me = self(), {_, _} = spawn_opt(fun() -> Me ! a, Me ! b, exit(c) end, [link, monitor]), [case X of "
    "{T, _, _} -> T; {T, _, _, _, _} -> T; _ -> X end || X <- sx:take(4)]"},
{"O3", "Me = self(), lists:usort([begin P = spawn(fun() -> receive ping -> Me ! pong end end), M = "
    "erlang:monitor(process, P), exit(P, d), P ! ping, {sx:down(M), sx:mb()} end || _ <- lists:seq(1, 50)])"},
{"O4", "register(o4, self()), A = erlang:alias(), self() ! 1, o4 ! 2, {o4, node()} ! 3, A ! 4, self() ! 5, "
    "unregister(o4), sx:take(5)"},
{"O5", "sx:trap(), Me = self(), P = sx:idle(), sx:run(P, fun() -> link(Me), unlink(Me), exit(Me, e1), link(Me) end), "
    "sx:tell(P, fun() -> exit(e2) end), sx:gone(P), [R || {'EXIT', _, R} <- sx:mb()]"},
{"O6", "B = sx:idle(), C = sx:idle(), C ! first, sx:run(B, fun() -> C ! second end), sx:mbox(C)"},
{"O7", "W = sx:idle(), P = sx:idle(), M = sx:run(W, fun() -> X = erlang:monitor(process, P), "
    "erlang:is_process_alive(P), X end), exit(P, r), sx:gone(P), [R || {'DOWN', M1, _, _, R} <- sx:mbox(W), M1 =:= M]"},
{"P1", "E = binary_to_term(<<131, 88, 119, 13, \"nosuch@nohost\", 57:32, 0:32, 1:32>>), sx:trap(), {link(E), [R || "
    "{'EXIT', F, R} <- sx:take(1), F =:= E], sx:why(fun() -> link(E), receive x -> x end end)}"},
{"P2", "E = binary_to_term(<<131, 88, 119, 13, \"nosuch@nohost\", 57:32, 0:32, 1:32>>), M = erlang:monitor(process, "
    "E), R = spawn_request('nosuch@nohost', erlang, self, [], [monitor]), [{spawn_reply, R1, error, W}] = [X || X <- "
    "sx:take(2), element(1, X) =:= spawn_reply], {R1 =:= R, W, process_info(self(), monitors)}"},
{"P3", "E = binary_to_term(<<131, 88, 119, 13, \"nosuch@nohost\", 57:32, 0:32, 1:32>>), {exit(E, x), E ! y, "
    "unlink(E), [catch element(1, element(2, catch F())) || F <- [fun() -> erlang:is_process_alive(E) end, fun() -> "
    "process_info(E, links) end, fun() -> register(pp, E) end]]}"},
{"P4", "N = atom_to_binary(node(), utf8), O = binary_to_term(<<131, 88, 119, (byte_size(N)), N/binary, 57:32, 0:32, "
    "12345:32>>), M = erlang:monitor(process, O), {catch element(1, element(2, catch link(O))), sx:down(M), "
    "erlang:is_process_alive(O), process_info(O, links)}"},
{"Q1", "sx:trap(), P = open_port({spawn, \"cat\"}, []), A = sx:links(self()) =:= [P], port_close(P), {A, [R || "
    "{'EXIT', Q, R} <- sx:take(1), Q =:= P], sx:links(self())}"},
{"Q2", "P = open_port({spawn, \"cat\"}, []), port_close(P), try link(P) catch C:E -> {C, E} end"},
{"Q3", "P = open_port({spawn, \"cat\"}, []), M = erlang:monitor(port, P), port_close(P), [{'DOWN', M1, T, Q, R}] = "
    "sx:take(1), {M1 =:= M, T, Q =:= P, R, catch element(1, element(2, catch erlang:monitor(process, P)))}"},
{"Q4", "P = sx:idle(), Q = sx:run(P, fun() -> open_port({spawn, \"cat\"}, []) end), sx:tell(P, fun() -> exit(normal) "
    "end), sx:gone(P), receive after 20 -> ok end, erlang:port_info(Q)"},
{"Q5", "sx:why(fun() -> P = open_port({spawn, \"cat\"}, []), exit(P, kill), receive after 500 -> exit(survived) end "
    "end)"},
{"Q6", "O = sx:idle(), P = open_port({spawn, \"cat\"}, []), port_connect(P, O), A = {sx:links(self()) =:= [P], "
    "sx:links(O) =:= [P]}, unlink(P), {A, sx:links(self())}"}].
