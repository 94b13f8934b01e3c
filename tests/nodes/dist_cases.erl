%% SPDX-License-Identifier: Apache-2.0
%% What two connected nodes see of each other: main(Peer) runs each case on this node against Peer, where this module is
%% loaded too, and prints a line for each case. The lines are the same whichever of the two is erl.
-module(dist_cases).
-export([main/1, echo/0, wait/0, trapper/1, linker/2, collector/2, watcher/2, spray/2, counter/2, hold/1, named/2,
    die/1, sleeper/0, server/0, chain/2, seq/3]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

main(Peer) ->
    net_kernel:connect_node(Peer),
    [rpc:call(N, logger, set_primary_config, [level, none]) || N <- [node(), Peer]],
    timer:sleep(500), % by then global has connected
    Only = [list_to_atom(N) || N <- string:lexemes(os:getenv("ONLY", ""), ",")],
    [run(Name, Case, Peer) || {Name, Case} <- cases(), Only =:= [] orelse lists:member(Name, Only)],
    ok.

run(Name, Case, Peer) ->
    Me = self(),
    net_kernel:connect_node(Peer),
    {Pid, Ref} = spawn_monitor(fun() -> Me ! {self(), Name, try Case(Peer) catch C:R -> {C, clean(R)} end} end),
    Result = receive {Pid, Name, X} -> X; {'DOWN', Ref, process, Pid, R} -> {died, R} after 20000 -> exit(Pid, kill),
        timeout end,
    demonitor(Ref, [flush]),
    io:format("~s: ~tp~n", [Name, clean(Result)]).

%% Replaces pids, references and ports by their node.
clean(P) when is_pid(P) -> {pid, node(P)};
clean(P) when is_reference(P) -> {ref, node(P)};
clean(P) when is_port(P) -> {port, node(P)};
clean(F) when is_function(F) -> function;
clean(L) when is_list(L), length(L) > 200 -> {list, length(L)};
clean([{M, F, _, I} | _]) when is_atom(M), is_atom(F), is_list(I) -> {called, M, F};
clean([H | T]) -> [clean(H) | clean(T)];
clean(T) when is_tuple(T) -> list_to_tuple([clean(X) || X <- tuple_to_list(T)]);
clean(M) when is_map(M) -> maps:from_list(clean(maps:to_list(M)));
clean(X) -> X.

%% The messages until none has come for a while.
all() -> all(300).
all(T) -> receive M -> [M | all(T)] after T -> [] end.
next() -> receive M -> M after 5000 -> nothing end.

on(Peer, F, A) -> spawn(Peer, ?MODULE, F, A).

%% --- Run on the other side ---------------------------------------------------------------------------------------

echo() -> receive {From, M} -> From ! {self(), M}, echo(); stop -> ok end.
wait() -> receive {exit, R} -> exit(R); {throw, R} -> throw(R); {error, R} -> erlang:error(R);
    {link, P} -> link(P), wait(); {unlink, P, From} -> unlink(P), From ! unlinked, wait(); {info, From, Item} ->
    From ! process_info(self(), Item), wait() end.
trapper(To) -> process_flag(trap_exit, true), To ! {self(), ready}, forward(To).
forward(To) -> receive {do, F} -> To ! {done, catch F()}; M -> To ! {got, M} end, forward(To).
linker(To, P) -> process_flag(trap_exit, true), link(P), To ! {self(), linked}, forward(To).
collector(To, P) -> process_flag(trap_exit, true), link(P), To ! {self(), linked},
    receive {report, From} -> From ! {collected, all(0), process_info(self(), links)} end.
watcher(To, What) -> R = monitor(process, What), To ! {self(), watching},
    receive {'DOWN', R, T, O, Why} -> To ! {down, T, O, Why}; demonitor -> demonitor(R), To ! demonitored,
    forward(To) end.
spray(To, N) -> [To ! {n, I} || I <- lists:seq(1, N)], To ! last.
counter(To, N) -> counter(To, N, 1).
counter(To, N, I) when I > N -> To ! {counted, N};
counter(To, N, I) -> receive {n, I} -> counter(To, N, I + 1); M -> To ! {out_of_order, I, M} end.
hold(To) -> To ! {self(), ready}, receive {F, done} -> F ! ok end.
named(To, Name) -> register(Name, self()), To ! {self(), registered}, forward(To).
die(R) -> exit(R).
%% The nodedown of an earlier connection may come late.
node_message(What, Node) -> receive {What, Node} -> What after 5000 -> none end.
sleeper() -> receive never -> ok end.
chain(To, 0) -> To ! {self(), end_of_chain}, receive never -> ok end;
chain(To, N) -> Next = case N rem 2 of 0 -> node(To); _ -> node() end, spawn_link(Next, ?MODULE, chain, [To, N - 1]),
    receive never -> ok end.
seq(_, To, 0) -> To ! done;
seq(P, To, N) -> link(P), unlink(P), To ! N, seq(P, To, N - 1).

server() -> {ok, Pid} = gen_server:start({local, dist_server}, ?MODULE, [], []), Pid.
init([]) -> {ok, 0};
init(X) -> {stop, X}.
handle_call({add, N}, _From, S) -> {reply, S + N, S + N};
handle_call(who, {Pid, _}, S) -> {reply, node(Pid), S};
handle_call(never, _, S) -> {noreply, S};
handle_call(crash, _, _) -> exit(crashed).
handle_cast({set, N}, _) -> {noreply, N}.
handle_info(_, S) -> {noreply, S}.

pids(Pid) -> receive {Pid, X} -> X after 5000 -> nothing end.
%% Whether P is connected within N times 50 ms.
connected(P, N) -> lists:member(P, nodes()) orelse N > 0 andalso begin timer:sleep(50), connected(P, N - 1) end.
up(P) -> net_kernel:connect_node(P) orelse begin timer:sleep(20), up(P) end.
trap() -> process_flag(trap_exit, true).

%% --- The cases ---------------------------------------------------------------------------------------------------

cases() ->
    [{nodes, fun(P) -> {nodes() =:= [P], nodes(hidden), lists:member(P, nodes(known)), is_alive(),
        nodes(this) =:= [node()], node(self()) =:= node()} end},
     {ping, fun(P) -> {net_adm:ping(P), net_adm:ping('nobody@localhost')} end}]
    ++ sends() ++ identifiers() ++ links() ++ exits() ++ monitors() ++ aliases() ++ spawns() ++ requests() ++ otp() ++
        orders() ++ infos() ++ leaks() ++ connections().

sends() ->
    [{send, fun(P) -> E = on(P, echo, []), E ! {self(), hello}, pids(E) end},
     {send_bif, fun(P) -> E = on(P, echo, []), {erlang:send(E, {self(), hello}) =:= {self(), hello}, pids(E)} end},
     {send_options, fun(P) -> E = on(P, echo, []), {erlang:send(E, {self(), x}, [nosuspend, noconnect]), pids(E),
         catch erlang:send(E, x, [bad])} end},
     {send_name, fun(P) -> N = on(P, named, [self(), dist_name]), registered = pids(N), {dist_name, P} ! hello,
         {dist_name, P} ! {a, 1}, {next(), next()} end},
     {send_no_name, fun(P) -> {nobody_here, P} ! hello, all(100) end},
     {send_dead, fun(P) -> D = on(P, die, [normal]), timer:sleep(50), D ! hello, all(100) end},
     {send_noconnect, fun(_) -> erlang:send({x, 'nobody@localhost'}, hello, [noconnect]) end},
     {send_unreachable, fun(_) -> {x, 'nobody@localhost'} ! hello, all(100) end},
     {terms, fun(P) ->
        E = on(P, echo, []),
        Terms = [1, -1, 1 bsl 59, -(1 bsl 60), 1 bsl 200, 1.5, atom, 'ünicode', "string", [1 | 2], {}, {1, {2}}, #{},
            #{a => 1, "k" => [x]}, <<>>, <<1, 2, 3>>, <<5:3>>,
                 binary:copy(<<"x">>, 100000), lists:seq(1, 1000), maps:from_list([{I, I} || I <- lists:seq(1, 100)]),
                     fun lists:map/2],
        [begin E ! {self(), T}, pids(E) =:= T end || T <- Terms] end},
     {identity, fun(P) -> E = on(P, echo, []), R = make_ref(), Port = hd(erlang:ports()),
         [begin E ! {self(), T}, pids(E) =:= T end || T <- [self(), R, E, Port, {self(), [E]}]] end},
     {funs, fun(P) -> E = on(P, echo, []), X = 42, F = fun(Y) -> X + Y end, E ! {self(), F}, (pids(E))(1) end},
     {big, fun(P) -> E = on(P, echo, []), B = binary:copy(<<"0123456789">>, 300000), E ! {self(), B},
         pids(E) =:= B end},
     {deep, fun(P) -> E = on(P, echo, []), L = lists:foldl(fun(I, A) -> [I, A] end, [], lists:seq(1, 20000)),
         E ! {self(), {l, L}}, pids(E) =:= {l, L} end},
     {group_leader, fun(P) -> S = on(P, sleeper, []), group_leader(self(), S),
         {_, L} = rpc:call(P, erlang, process_info, [S, group_leader]), L =:= self() end},
     {inherited_leader, fun(P) -> group_leader(rpc:call(P, erlang, whereis, [user]), self()),
         node(group_leader()) =:= P end},
     {spawned_leader, fun(P) -> S = on(P, trapper, [self()]), ready = pids(S), S ! {do, fun() -> group_leader() end},
         {done, L} = next(), L =:= group_leader() end}].

identifiers() ->
    [{pid_text, fun(P) -> E = on(P, echo, []), S = pid_to_list(E), [$<, C | _] = S,
        {C =/= $0, list_to_pid(S) =:= E} end},
     {order, fun(P) -> E = on(P, echo, []), R = rpc:call(P, erlang, make_ref, []),
         {(E < self()) =:= (P < node()), is_reference(R), node(R) =:= P, E =:= binary_to_term(term_to_binary(E)),
         erlang:phash2(E) =:= rpc:call(P, erlang, phash2, [E])} end},
     {own_pid, fun(_) -> {binary_to_term(term_to_binary(self())) =:= self(), node(self()) =:= node(),
         pid_to_list(self()) =:= "<0" ++ string:find(pid_to_list(self()), ".")} end},
     {old_creation, fun(P) ->
        E = on(P, echo, []), B = term_to_binary(E), N = byte_size(B) - 4, <<H:N/binary, C:32>> = B,
            Old = binary_to_term(<<H/binary, (C - 1):32>>),
        trap(), Old ! {self(), hello}, R = monitor(process, Old), link(Old),
        {Old =:= E, lists:sort([case M of {'DOWN', R, process, Old, W} -> {down, W}; {'EXIT', Old, W} -> {exit, W};
            _ -> M end || M <- all()])} end}].

links() ->
    [{link_exit, fun(P) -> trap(), W = on(P, wait, []), link(W), W ! {exit, boom}, next() end},
     {link_normal, fun(P) -> trap(), W = on(P, wait, []), link(W), W ! {exit, normal}, next() end},
     {link_kill, fun(P) -> trap(), W = on(P, wait, []), link(W), exit(W, kill), next() end},
     {link_error, fun(P) -> trap(), W = on(P, wait, []), link(W), W ! {error, oops}, {'EXIT', _, {R, S}} = next(),
         {R, is_list(S)} end},
     {link_throw, fun(P) -> trap(), W = on(P, wait, []), link(W), W ! {throw, ball}, {'EXIT', _, {R, S}} = next(),
         {R, is_list(S)} end},
     {link_dead, fun(P) -> trap(), D = on(P, die, [normal]), timer:sleep(50), link(D), next() end},
     {link_dead_untrapped, fun(P) -> D = on(P, die, [normal]), timer:sleep(50),
         {_, R} = spawn_monitor(fun() -> link(D), receive x -> ok end end), {'DOWN', R, _, _, W} = next(), W end},
     {link_untrapped, fun(P) -> W = on(P, wait, []),
         {_, R} = spawn_monitor(fun() -> link(W), W ! {exit, boom}, receive x -> ok end end),
         {'DOWN', R, _, _, Why} = next(), Why end},
     {link_twice, fun(P) -> trap(), W = on(P, wait, []), link(W), link(W), {links, L} = process_info(self(), links),
         W ! {exit, boom}, {lists:member(W, L), length(L), next(), all(100), process_info(self(), links)} end},
     {unlink, fun(P) -> trap(), W = on(P, wait, []), link(W), unlink(W), W ! {exit, boom}, all() end},
     {unlink_link, fun(P) -> trap(), W = on(P, wait, []), link(W), unlink(W), link(W), W ! {exit, boom},
         {next(), all(100)} end},
     {unlink_link_unlink, fun(P) -> trap(), W = on(P, wait, []), link(W), unlink(W), link(W), unlink(W),
         W ! {exit, boom}, all() end},
     {linked_from_there, fun(P) -> trap(), L = on(P, linker, [self(), self()]), linked = pids(L),
         {links, Ls} = process_info(self(), links), exit(L, kill),
         {Ls =:= [L], next(), process_info(self(), links)} end},
     {die_here, fun(P) -> S = spawn(fun sleeper/0), L = on(P, linker, [self(), S]), linked = pids(L), exit(S, bye),
         next() end},
     {die_here_normally, fun(P) -> S = spawn(fun() -> receive go -> ok end end), L = on(P, linker, [self(), S]),
         linked = pids(L), S ! go, next() end},
     {die_here_killed, fun(P) -> S = spawn(fun sleeper/0), L = on(P, linker, [self(), S]), linked = pids(L),
         exit(S, kill), next() end},
     {unlink_there, fun(P) -> trap(), W = on(P, wait, []), W ! {link, self()}, W ! {unlink, self(), self()},
         unlinked = next(), W ! {exit, boom}, {all(), process_info(self(), links)} end},
     {both_link, fun(P) -> trap(), W = on(P, wait, []), W ! {link, self()}, link(W), W ! {exit, boom},
         {next(), all(100)} end},
     {both_unlink, fun(P) -> trap(), W = on(P, wait, []), link(W), W ! {unlink, self(), self()}, unlink(W),
         unlinked = next(), link(W), W ! {exit, boom}, {next(), all(100)} end},
     {cross_links, fun(P) ->
        trap(), W = on(P, wait, []),
        [begin link(W), W ! {link, self()}, unlink(W) end || _ <- lists:seq(1, 50)],
        W ! {unlink, self(), self()}, unlinked = next(), unlink(W), timer:sleep(50), W ! {info, self(), links},
            {next(), process_info(self(), links)} end},
     {chain, fun(P) -> trap(), C = spawn_link(P, ?MODULE, chain, [self(), 8]), {_, end_of_chain} = E = next(),
         {Last, _} = E, exit(Last, snap), {'EXIT', C, W} = next(), W end},
     {link_bad, fun(_) -> {catch link(x), catch unlink(1)} end}].

exits() ->
    [{exit2_trapped, fun(P) -> T = on(P, trapper, [self()]), ready = pids(T), exit(T, please), next() end},
     {exit2_normal, fun(P) -> T = on(P, trapper, [self()]), ready = pids(T), exit(T, normal), next() end},
     {exit2_kill, fun(P) -> T = on(P, trapper, [self()]), ready = pids(T), R = monitor(process, T), exit(T, kill),
         {'DOWN', R, _, _, W} = next(), W end},
     {exit2_untrapped, fun(P) -> T = on(P, sleeper, []), R = monitor(process, T), exit(T, {some, reason}),
         {'DOWN', R, _, _, W} = next(), W end},
     {exit2_untrapped_normal, fun(P) -> T = on(P, sleeper, []), R = monitor(process, T), exit(T, normal),
         {all(200), demonitor(R, [info])} end},
     {exit2_dead, fun(P) -> D = on(P, die, [normal]), timer:sleep(50), {exit(D, x), all(50)} end},
     {exit2_from_there, fun(P) -> trap(), Me = self(), on(P, trapper, [self()]), {T, ready} = next(),
         T ! {do, fun() -> exit(Me, hi) end}, lists:sort([clean(M) || M <- all()]) end},
     {exit2_kill_from_there, fun(P) -> {S, R} = spawn_monitor(fun sleeper/0), T = on(P, trapper, [self()]),
         ready = pids(T), T ! {do, fun() -> exit(S, kill) end}, receive {'DOWN', R, _, _, W} -> W end end},
     {big_reason, fun(P) -> trap(), W = on(P, wait, []), link(W), W ! {exit, lists:seq(1, 100)},
         {'EXIT', W, R} = next(), R =:= lists:seq(1, 100) end}].

monitors() ->
    [{down, fun(P) -> W = on(P, wait, []), R = monitor(process, W), W ! {exit, boom},
        {'DOWN', R, process, W, X} = next(), X end},
     {down_normal, fun(P) -> W = on(P, wait, []), R = monitor(process, W), W ! {exit, normal},
         {'DOWN', R, process, W, X} = next(), X end},
     {down_killed, fun(P) -> W = on(P, wait, []), R = monitor(process, W), exit(W, kill),
         {'DOWN', R, process, W, X} = next(), X end},
     {down_noproc, fun(P) -> D = on(P, die, [normal]), timer:sleep(50), R = monitor(process, D),
         {'DOWN', R, process, D, X} = next(), X end},
     {down_noconnection, fun(_) -> R = monitor(process, {x, 'nobody@localhost'}), {'DOWN', R, process, O, X} = next(),
         {O, X} end},
     {several, fun(P) -> W = on(P, wait, []), Rs = [monitor(process, W) || _ <- lists:seq(1, 5)], W ! {exit, boom},
         Ds = all(), {length(Ds), lists:sort([R || {'DOWN', R, process, _, boom} <- Ds]) =:= lists:sort(Rs)} end},
     {demonitor, fun(P) -> W = on(P, wait, []), R = monitor(process, W), D = demonitor(R), W ! {exit, boom},
         {D, all()} end},
     {demonitor_info, fun(P) -> W = on(P, wait, []), R = monitor(process, W),
         {demonitor(R, [info]), demonitor(R, [info])} end},
     {demonitor_flush, fun(P) -> W = on(P, wait, []), R = monitor(process, W), W ! {exit, boom}, timer:sleep(100),
         {demonitor(R, [flush, info]), all(50)} end},
     {by_name, fun(P) -> N = on(P, named, [self(), dist_mon]), registered = pids(N),
         R = monitor(process, {dist_mon, P}), exit(N, gone), {'DOWN', R, process, O, X} = next(),
         {O =:= {dist_mon, P}, X} end},
     {by_no_name, fun(P) -> R = monitor(process, {nobody_here, P}), {'DOWN', R, process, O, X} = next(),
         {O =:= {nobody_here, P}, X} end},
     {demonitor_name, fun(P) -> N = on(P, named, [self(), dist_mon2]), registered = pids(N),
         R = monitor(process, {dist_mon2, P}), demonitor(R), exit(N, gone), all() end},
     {watched_from_there, fun(P) -> S = spawn(fun sleeper/0), W = on(P, watcher, [self(), S]), watching = pids(W),
         {monitored_by, By} = process_info(S, monitored_by), exit(S, oh), {By =:= [W], next()} end},
     {watched_by_name, fun(P) -> S = spawn(fun sleeper/0), register(dist_here, S),
         W = on(P, watcher, [self(), {dist_here, node()}]), watching = pids(W), timer:sleep(50), exit(S, oh),
         next() end},
     {watched_no_name, fun(P) -> W = on(P, watcher, [self(), {dist_not_here, node()}]), watching = pids(W), next() end},
     {watched_dead, fun(P) -> {S, R} = spawn_monitor(fun() -> ok end), receive {'DOWN', R, _, _, _} -> ok end,
         on(P, watcher, [self(), S]), lists:sort([clean(M) || M <- all()]) end},
     {demonitored_there, fun(P) -> S = spawn(fun sleeper/0), W = on(P, watcher, [self(), S]), watching = pids(W),
         W ! demonitor, demonitored = next(), {process_info(S, monitored_by), exit(S, x), all()} end},
     {watcher_dies, fun(P) -> S = spawn(fun sleeper/0), W = on(P, watcher, [self(), S]), watching = pids(W),
         exit(W, kill), timer:sleep(100), process_info(S, monitored_by) end},
     {monitor_tag, fun(P) -> W = on(P, wait, []), R = monitor(process, W, [{tag, {my, tag}}]), W ! {exit, boom},
         {{my, tag}, R, process, W, X} = next(), X end},
     {monitor_info, fun(P) -> W = on(P, wait, []), monitor(process, W), monitor(process, {some_name, node()}),
         {monitors, M} = process_info(self(), monitors), [X || {process, X} <- M, X =:= W] =:= [W] end},
     {monitor_name_info, fun(P) -> N = on(P, named, [self(), dist_mon3]), registered = pids(N),
         monitor(process, {dist_mon3, P}), {monitors, M} = process_info(self(), monitors),
         M =:= [{process, {dist_mon3, P}}] end},
     {monitor_port, fun(P) -> {catch monitor(port, {x, P}), catch monitor(process, {1, P})} end}].

aliases() ->
    [{alias, fun(P) -> A = alias(), E = on(P, echo, []), E ! {A, hello},
        {is_reference(A), next(), unalias(A), begin E ! {A, again}, all(100) end} end},
     {alias_reply, fun(P) -> A = alias([reply]), E = on(P, echo, []), E ! {A, one}, E ! {A, two}, all() end},
     {alias_monitor, fun(P) -> E = on(P, echo, []), R = monitor(process, E, [{alias, reply_demonitor}]), E ! {R, hello},
         E ! {R, again}, M = all(), exit(E, kill), {M, all(100)} end},
     {alias_down, fun(P) -> E = on(P, echo, []), R = monitor(process, E, [{alias, demonitor}]), exit(E, kill),
         {'DOWN', R, _, _, W} = next(), {W, unalias(R)} end},
     {alias_there, fun(P) -> T = on(P, trapper, [self()]), ready = pids(T), T ! {do, fun() -> alias() end},
         {done, A} = next(), A ! hello, M = next(), T ! {do, fun() -> unalias(A) end}, U = next(), A ! again,
         {node(A) =:= P, M, U, all(100)} end}].

spawns() ->
    [{spawn, fun(P) -> Me = self(), node(spawn(P, fun() -> Me ! {self(), node()} end)) =:= P
        andalso element(2, next()) =:= P end},
     {spawn_mfa, fun(P) -> S = spawn(P, erlang, send, [self(), hi]), {node(S) =:= P, next()} end},
     {spawn_link, fun(P) -> trap(), S = spawn_link(P, ?MODULE, die, [boom]), {'EXIT', S, W} = next(), W end},
     {spawn_link_normal, fun(P) -> trap(), S = spawn_link(P, fun() -> ok end), {'EXIT', S, W} = next(), W end},
     {spawn_monitor, fun(P) -> {S, R} = spawn_monitor(P, ?MODULE, die, [boom]), {'DOWN', R, process, S, W} = next(),
         W end},
     {spawn_opt, fun(P) -> {S, R} = spawn_opt(P, ?MODULE, die, [boom], [monitor, {priority, high}]),
         {'DOWN', R, process, S, W} = next(), W end},
     {spawn_opt_tag, fun(P) -> {S, R} = spawn_opt(P, ?MODULE, die, [boom], [{monitor, [{tag, mine}]}]),
         {mine, R, process, S, W} = next(), W end},
     {spawn_opt_both, fun(P) -> trap(), {S, R} = spawn_opt(P, ?MODULE, die, [boom], [monitor, link]),
         lists:sort([case M of {'DOWN', R, process, S, W} -> {down, W}; {'EXIT', S, W} -> {exit, W} end
         || M <- all()]) end},
     {spawn_opt_bad, fun(P) -> catch spawn_opt(P, ?MODULE, die, [boom], [bad_option]) end},
     {spawn_undef, fun(P) -> {S, R} = spawn_monitor(P, no_such_module, f, []),
         {'DOWN', R, process, S, {W, St}} = next(), {W, hd(St)} end},
     {spawn_nowhere, fun(_) -> trap(), S = spawn_link('nobody@localhost', ?MODULE, die, [x]),
         {node(S) =:= node(), next()} end},
     {spawn_monitor_nowhere, fun(_) -> {S, R} = spawn_monitor('nobody@localhost', ?MODULE, die, [x]),
         {'DOWN', R, process, S, W} = next(), W end},
     {spawn_info, fun(P) -> S = on(P, sleeper, []),
         L = rpc:call(P, erlang, process_info, [S, [initial_call, current_function, parent, links]]),
         [{K, case V =:= self() of true -> me; false -> V end} || {K, V} <- L] end}].

requests() ->
    [{request, fun(P) -> R = spawn_request(P, ?MODULE, sleeper, [], []), {spawn_reply, R, ok, S} = next(),
        node(S) =:= P end},
     {request_monitor, fun(P) -> R = spawn_request(P, ?MODULE, die, [boom], [monitor]),
         {spawn_reply, R, ok, S} = next(), {'DOWN', R, process, S, W} = next(), W end},
     {request_link, fun(P) -> trap(), R = spawn_request(P, ?MODULE, die, [boom], [link, {reply_tag, mine}]),
         {mine, R, ok, S} = next(), {'EXIT', S, W} = next(), W end},
     {request_no_reply, fun(P) -> R = spawn_request(P, ?MODULE, die, [boom], [monitor, {reply, no}]),
         {'DOWN', R, process, _, W} = next(), {W, all(50)} end},
     {request_error_only, fun(P) -> R = spawn_request(P, ?MODULE, die, [boom], [monitor, {reply, error_only}]),
         {'DOWN', R, process, _, W} = next(), W end},
     {request_bad, fun(P) -> R = spawn_request(P, ?MODULE, die, [boom], [bad]), {spawn_reply, R, error, W} = next(),
         W end},
     {request_nowhere, fun(_) -> R = spawn_request('nobody@localhost', ?MODULE, die, [boom], [monitor]),
         {spawn_reply, R, error, W} = next(), {W, all(50)} end},
     {abandon, fun(P) -> R = spawn_request(P, ?MODULE, sleeper, [], [link]), A = spawn_request_abandon(R),
         case A of true -> {true, all(200)}; X -> X end end},
     {abandon_done, fun(P) -> R = spawn_request(P, ?MODULE, sleeper, [], []), {spawn_reply, R, ok, _} = next(),
         spawn_request_abandon(R) end}].

otp() ->
    [{rpc, fun(P) -> {rpc:call(P, erlang, node, []) =:= P, rpc:call(P, lists, sum, [[1, 2, 3]]),
        rpc:call(P, erlang, error, [oops]) =/= ok, rpc:call(P, erlang, exit, [bye]),
        rpc:call(P, erlang, throw, [ball])} end},
     {rpc_badrpc, fun(P) -> {badrpc, {'EXIT', {R, _}}} = rpc:call(P, erlang, error, [oops]),
         {R, rpc:call('nobody@localhost', erlang, node, [])} end},
     {rpc_timeout, fun(P) -> rpc:call(P, timer, sleep, [5000], 50) end},
     {rpc_cast, fun(P) -> rpc:cast(P, erlang, send, [self(), cast]), next() end},
     {rpc_async, fun(P) -> K = rpc:async_call(P, erlang, node, []), rpc:yield(K) =:= P end},
     {rpc_multicall, fun(P) -> {R, B} = rpc:multicall([node(), P, 'nobody@localhost'], erlang, node, []),
         {R =:= [node(), P], B} end},
     {rpc_pmap, fun(_) -> rpc:pmap({erlang, abs}, [], [-1, 2, -3]) end},
     {erpc, fun(P) -> X = 7, erpc:call(P, fun() -> X * 6 end) end},
     {erpc_errors, fun(P) -> [try erpc:call(P, F) catch C:R -> {C, clean(R)} end
         || F <- [fun() -> throw(ball) end, fun() -> exit(bye) end,
         fun() -> exit(self(), kill), receive after infinity -> ok end end]] end},
     {erpc_error, fun(P) -> try erpc:call(P, erlang, error, [oops]) catch C:{exception, R, S} ->
         {C, R, is_list(S)} end end},
     {erpc_timeout, fun(P) -> try erpc:call(P, timer, sleep, [5000], 50) catch C:R -> {C, R} end end},
     {erpc_nowhere, fun(_) -> try erpc:call('nobody@localhost', erlang, node, []) catch C:R -> {C, R} end end},
     {erpc_many, fun(P) -> Rs = [erpc:send_request(P, erlang, abs, [-I]) || I <- lists:seq(1, 200)],
         lists:sum([erpc:receive_response(R) || R <- Rs]) end},
     {erpc_multicall, fun(P) -> erpc:multicall([P, P, node()], erlang, abs, [-3]) end},
     {gen_server, fun(P) -> rpc:call(P, ?MODULE, server, []), S = {dist_server, P},
         A = [gen_server:call(S, {add, N}) || N <- [1, 2, 3]], gen_server:cast(S, {set, 100}),
         B = gen_server:call(S, {add, 1}), W = gen_server:call(S, who), {A, B, W =:= node()} end},
     {gen_server_timeout, fun(P) -> catch gen_server:call({dist_server, P}, never, 50) end},
     {gen_server_crash, fun(P) -> {'EXIT', {R, {gen_server, call, _}}} = (
         catch gen_server:call({dist_server, P}, crash)), R end},
     {gen_server_gone, fun(P) -> {'EXIT', {R, _}} = (catch gen_server:call({dist_server, P}, who)), R end},
     {gen_server_nowhere, fun(_) -> {'EXIT', {R, _}} = (catch gen_server:call({dist_server, 'nobody@localhost'}, who)),
         R end},
     {multi_call, fun(P) -> rpc:call(P, ?MODULE, server, []), server(),
         {R, B} = gen_server:multi_call([node(), P], dist_server, {add, 5}), gen_server:stop(dist_server),
         gen_server:stop({dist_server, P}), {length(R), [X || {_, X} <- R], B} end},
     {proc_lib, fun(P) -> trap(), S = proc_lib:spawn_link(P, ?MODULE, die, [shutdown]), {'EXIT', S, W} = next(), W end},
     {global, fun(P) ->
        yes = global:register_name(dist_global, self()), T = on(P, trapper, [self()]), ready = pids(T),
        T ! {do, fun() -> global:whereis_name(dist_global) end}, {done, W} = next(),
            T ! {do, fun() -> global:send(dist_global, hi), sent end}, M = lists:sort([next(), next()]),
        global:unregister_name(dist_global), {W =:= self(), clean(M), global:whereis_name(dist_global)} end},
     {global_there, fun(P) -> N = on(P, trapper, [self()]), ready = pids(N),
         N ! {do, fun() -> global:register_name(dist_g2, self()) end}, {done, yes} = next(),
         A = global:whereis_name(dist_g2) =:= N, exit(N, kill), timer:sleep(300),
         {A, global:whereis_name(dist_g2)} end},
     {global_trans, fun(P) -> global:trans({lock, self()}, fun() -> held end, [node(), P]) end},
     {pg, fun(P) -> {ok, _} = pg:start(dist_pg), {ok, R} = erpc:call(P,
         fun() -> {ok, X} = pg:start(dist_pg), unlink(X), {ok, X} end),
         node(R) =:= P andalso begin timer:sleep(200), pg:join(dist_pg, g, self()), timer:sleep(200),
         erpc:call(P, pg, get_members, [dist_pg, g]) =:= [self()] end end},
     {io, fun(P) -> erpc:call(P, io, put_chars, ["printed here\n"]) end}].

orders() ->
    [{order_out, fun(P) -> C = on(P, counter, [self(), 2000]), [C ! {n, I} || I <- lists:seq(1, 2000)], next() end},
     {order_in, fun(P) -> on(P, spray, [self(), 2000]), M = [receive X -> X end || _ <- lists:seq(1, 2001)],
         M =:= [{n, I} || I <- lists:seq(1, 2000)] ++ [last] end},
     {message_before_exit, fun(P) -> trap(), Me = self(),
         S = spawn_link(P, fun() -> Me ! one, Me ! two, exit(three) end), A = [next(), next(), next()],
         [case M of {'EXIT', S, W} -> {exit, W}; _ -> M end || M <- A] end},
     {message_before_down, fun(P) -> Me = self(), {S, R} = spawn_monitor(P, fun() -> Me ! one, exit(two) end),
         A = [next(), next()], [case M of {'DOWN', R, _, S, W} -> {down, W}; _ -> M end || M <- A] end},
     {exit_after_messages, fun(P) -> T = on(P, trapper, [self()]), ready = pids(T), T ! 1, T ! 2, exit(T, 3), T ! 4,
         [next() || _ <- lists:seq(1, 4)] end},
     {monitor_after_kill, fun(P) -> S = on(P, sleeper, []), exit(S, kill), R = monitor(process, S),
         {'DOWN', R, _, _, W} = next(), W end},
     {link_after_kill, fun(P) ->
         trap(), S = on(P, sleeper, []), R1 = monitor(process, S), exit(S, kill), link(S), R2 = monitor(process, S),
         [case next() of {'DOWN', R1, _, _, W} -> {first, W}; {'DOWN', R2, _, _, W} -> {second, W};
             {'EXIT', S, W} -> {link, W} end || _ <- [1, 2, 3]] end},
     {link_sequence, fun(P) -> trap(), S = on(P, sleeper, []), on(P, seq, [self(), self(), 200]), seq(S, self(), 200),
         M = all(), {length(M), length([x || {'EXIT', _, _} <- M]), process_info(self(), links)} end}].

infos() ->
    [{process_info_remote, fun(P) -> E = on(P, echo, []),
        {catch process_info(E), catch is_process_alive(E), catch register(x, E)} end},
     {monitor_node_unknown, fun(_) -> {monitor_node('nobody@localhost', true), next()} end},
     {monitor_node_off, fun(P) -> {monitor_node(P, true), monitor_node(P, false), process_info(self(), monitors),
         monitor_node(node(), true), all(100)} end},
     {nodes_info, fun(P) -> [{N, I}] = nodes(visible, #{node_type => true}), {N =:= P, I} end},
     {cookie, fun(_) -> erlang:get_cookie() end}].

%% The effects of the end of a connection, and that nodes connect again.
connections() ->
    [{disconnect, fun(P) -> {erlang:disconnect_node(P), nodes(), net_kernel:connect_node(P), nodes() =:= [P],
        erlang:disconnect_node('nobody@localhost')} end},
     {disconnect_link, fun(P) -> trap(), S = on(P, sleeper, []), link(S), erlang:disconnect_node(P),
         {next(), all(100), process_info(self(), links)} end},
     {disconnect_linked_from_there, fun(P) -> trap(), C = on(P, collector, [self(), self()]), linked = pids(C),
         erlang:disconnect_node(P), {next(), all(100), process_info(self(), links)} end},
     {disconnect_untrapped, fun(P) -> S = on(P, sleeper, []),
         {_, R} = spawn_monitor(fun() -> link(S), receive x -> ok end end), timer:sleep(100), erlang:disconnect_node(P),
         {'DOWN', R, _, _, W} = next(), W end},
     {disconnect_monitor, fun(P) -> S = on(P, sleeper, []), R = monitor(process, S), erlang:disconnect_node(P),
         {'DOWN', R, process, S, W} = next(), {W, process_info(self(), monitors)} end},
     {disconnect_monitor_name, fun(P) -> N = on(P, named, [self(), dist_dm]), registered = pids(N),
         R = monitor(process, {dist_dm, P}), erlang:disconnect_node(P), {'DOWN', R, process, O, W} = next(),
         {O =:= {dist_dm, P}, W, exit(N, kill)} end},
     {disconnect_monitored, fun(P) -> S = spawn(fun sleeper/0), W = on(P, watcher, [self(), S]), watching = pids(W),
         erlang:disconnect_node(P), timer:sleep(100), process_info(S, monitored_by) end},
     {disconnect_there, fun(P) -> S = spawn(fun sleeper/0), C = on(P, collector, [self(), S]), linked = pids(C),
         erlang:disconnect_node(P), timer:sleep(300), net_kernel:connect_node(P), C ! {report, self()},
         {clean(next()), process_info(S, links)} end},
     {monitor_node, fun(P) -> monitor_node(P, true), monitor_node(P, true), erlang:disconnect_node(P), all() end},
     {monitor_node_once, fun(P) -> monitor_node(P, true), monitor_node(P, true), monitor_node(P, false),
         erlang:disconnect_node(P), all() end},
     {monitor_node_reconnects, fun(P) -> erlang:disconnect_node(P), monitor_node(P, true),
         {connected(P, 100), all(50)} end},
     {monitor_nodes, fun(P) -> erlang:disconnect_node(P), timer:sleep(100), ok = net_kernel:monitor_nodes(true), up(P),
         A = node_message(nodeup, P), erlang:disconnect_node(P),
                               B = node_message(nodedown, P), ok = net_kernel:monitor_nodes(false),
                                   net_kernel:connect_node(P), {A, B, all(200)} end},
     {monitor_nodes_info, fun(P) -> ok = net_kernel:monitor_nodes(true, [{node_type, all}, nodedown_reason]),
         erlang:disconnect_node(P), up(P), all() end},
     {monitor_nodes_map, fun(P) -> ok = net_kernel:monitor_nodes(true, #{node_type => all}), erlang:disconnect_node(P),
         up(P), all() end},
     {monitor_nodes_twice, fun(P) -> net_kernel:monitor_nodes(true), net_kernel:monitor_nodes(true),
         erlang:disconnect_node(P), A = all(), net_kernel:connect_node(P), A end},
     {monitor_nodes_hidden, fun(P) -> net_kernel:monitor_nodes(true, [{node_type, hidden}]), erlang:disconnect_node(P),
         up(P), {all(), catch net_kernel:monitor_nodes(true, [bad]), net_kernel:monitor_nodes(x)} end},
     {reconnect_send, fun(P) -> E = on(P, echo, []), erlang:disconnect_node(P), E ! {self(), hello}, pids(E) end},
     {reconnect_monitor, fun(P) -> S = on(P, wait, []), erlang:disconnect_node(P), R = monitor(process, S),
         S ! {exit, boom}, {'DOWN', R, _, _, W} = next(), W end},
     {reconnect_link, fun(P) -> trap(), S = on(P, wait, []), erlang:disconnect_node(P), link(S), S ! {exit, boom},
         next() end},
     {reconnect_spawn, fun(P) -> erlang:disconnect_node(P), S = spawn(P, erlang, send, [self(), hi]),
         {node(S) =:= P, next()} end},
     {reconnect_exit, fun(P) -> S = on(P, trapper, [self()]), ready = pids(S), erlang:disconnect_node(P), exit(S, hi),
         next() end},
     {reconnect_rpc, fun(P) -> erlang:disconnect_node(P), rpc:call(P, erlang, node, []) =:= P end},
     {in_flight, fun(P) -> K = rpc:async_call(P, timer, sleep, [3000]), timer:sleep(100), erlang:disconnect_node(P),
         rpc:yield(K) end},
     {in_flight_erpc, fun(P) -> R = erpc:send_request(P, timer, sleep, [3000]), timer:sleep(100),
         erlang:disconnect_node(P), try erpc:receive_response(R) catch C:E -> {C, E} end end},
     {in_flight_call, fun(P) -> rpc:call(P, ?MODULE, server, []), Me = self(),
         spawn(fun() -> Me ! {r, catch gen_server:call({dist_server, P}, never, 5000)} end), timer:sleep(100),
         erlang:disconnect_node(P), A = next(), gen_server:stop({dist_server, P}), A end},
     {reconnect_call, fun(P) -> rpc:call(P, ?MODULE, server, []), erlang:disconnect_node(P),
         A = gen_server:call({dist_server, P}, {add, 1}), gen_server:stop({dist_server, P}), A end},
     {unlink_and_disconnect, fun(P) -> trap(), S = on(P, sleeper, []), link(S), unlink(S), erlang:disconnect_node(P),
         A = all(100), link(S), exit(S, kill), {A, next()} end},
     {request_and_disconnect, fun(P) -> R = spawn_request(P, ?MODULE, sleeper, [], [monitor]),
         {spawn_reply, R, ok, S} = next(), erlang:disconnect_node(P), {'DOWN', R, process, S, W} = next(), W end},
     {again_and_again, fun(P) -> [begin up(P), E = on(P, echo, []), E ! {self(), I}, I = pids(E),
         erlang:disconnect_node(P) end || I <- lists:seq(1, 20)] =:= lists:duplicate(20, true) end},
     {at_the_end, fun(P) -> {net_kernel:connect_node(P), process_info(self(), [links, monitors, monitored_by])} end}].

leaks() ->
    [{links_10000, fun(P) -> S = on(P, sleeper, []), [begin link(S), unlink(S) end || _ <- lists:seq(1, 10000)],
        {process_info(self(), links), rpc:call(P, erlang, process_info, [S, links])} end},
     {spawns_3000, fun(P) -> trap(), [begin S = spawn_link(P, erlang, is_atom, [x]),
         receive {'EXIT', S, normal} -> ok end end || _ <- lists:seq(1, 3000)], process_info(self(), links) end},
     {monitors_3000, fun(P) -> S = on(P, sleeper, []), [demonitor(monitor(process, S)) || _ <- lists:seq(1, 3000)],
         {process_info(self(), monitors), rpc:call(P, erlang, process_info, [S, monitored_by])} end},
     {fan, fun(P) -> trap(), Ss = [spawn_link(P, ?MODULE, sleeper, []) || _ <- lists:seq(1, 500)],
         [exit(S, out) || S <- Ss], length([x || _ <- Ss, {'EXIT', _, out} <- [next()]]) end}].
