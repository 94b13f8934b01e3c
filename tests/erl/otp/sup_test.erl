%% SPDX-License-Identifier: Apache-2.0
%% Supervision trees on OTP's supervisor: strategies, intensity, shutdown, brutal_kill, three levels.
-module(sup_test).
-export([main/0, init/1, start_worker/3, start_sup/1]).

main() ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    [begin io:format("~p: ~0p~n", [N, try F() catch C:E -> {C, norm(E)} end]), flush() end || {N, F} <- cases()].

flush() -> receive _ -> flush() after 0 -> ok end.
mb(T) -> receive X -> [norm(X) | mb(T)] after T -> [] end.
norm(P) when is_pid(P) -> pid;
norm(R) when is_reference(R) -> ref;
norm({M, F, A, L}) when is_atom(M), is_atom(F), is_list(L) -> {M, F, norm(A)};
norm(T) when is_tuple(T) -> list_to_tuple([norm(X) || X <- tuple_to_list(T)]);
norm([H | T]) -> [norm(H) | norm(T)];
norm(X) -> X.

init(Spec) -> {ok, Spec}.
start_sup(Spec) -> supervisor:start_link(?MODULE, Spec).

%% A worker that reports its start and end to To and dies as it is told.
start_worker(To, Id, Trap) ->
    proc_lib:start_link(erlang, apply, [fun() ->
        process_flag(trap_exit, Trap),
        To ! {up, Id},
        proc_lib:init_ack({ok, self()}),
        worker(To, Id)
    end, []]).
worker(To, Id) ->
    receive
        {die, R} -> exit(R);
        {'EXIT', _, R} -> To ! {down, Id, R}, exit(R);
        stubborn -> stubborn(To, Id);
        _ -> worker(To, Id)
    end.
stubborn(To, Id) -> receive never -> ok end, worker(To, Id).

w(Id) -> w(Id, permanent, 1000, false).
w(Id, Restart, Shutdown, Trap) ->
    #{id => Id, start => {?MODULE, start_worker, [self(), Id, Trap]}, restart => Restart, shutdown => Shutdown}.
sup(Flags, Children) -> {ok, S} = start_sup({Flags, Children}), S.
pid(S, Id) -> {_, P, _, _} = lists:keyfind(Id, 1, supervisor:which_children(S)), P.
die(S, Id, R) -> P = pid(S, Id), M = monitor(process, P), P ! {die, R}, receive {'DOWN', M, _, _, _} -> ok end.
children(S) -> [{Id, if is_pid(P) -> pid; true -> P end, T} || {Id, P, T, _} <- supervisor:which_children(S)].
stop(S) -> M = monitor(process, S), exit(S, shutdown), receive {'DOWN', M, _, _, R} -> R end.

one(Strategy) ->
    S = sup(#{strategy => Strategy, intensity => 5, period => 10}, [w(a), w(b), w(c)]),
    Before = [pid(S, I) || I <- [a, b, c]],
    A = mb(10),
    die(S, b, crash),
    B = mb(20),
    After = [pid(S, I) || I <- [a, b, c]],
    Same = [X =:= Y || {X, Y} <- lists:zip(Before, After)],
    {A, B, Same, supervisor:count_children(S), stop(S), mb(10)}.

restart(Restart, Reason) ->
    S = sup(#{strategy => one_for_one, intensity => 5, period => 10}, [w(a, Restart, 1000, false)]),
    mb(5),
    die(S, a, Reason),
    R = {mb(20), children(S)},
    stop(S),
    {R, mb(10)}.

cases() ->
    [{one_for_one, fun() -> one(one_for_one) end},
     {one_for_all, fun() -> one(one_for_all) end},
     {rest_for_one, fun() -> one(rest_for_one) end}]
    ++ [{{restart, R, E}, fun() -> restart(R, E) end} || R <- [permanent, transient, temporary],
        E <- [normal, shutdown, {shutdown, x}, crash, kill]]
    ++ [
     {intensity, fun() -> S = sup(#{strategy => one_for_one, intensity => 2, period => 10}, [w(a), w(b)]), mb(5),
        M = monitor(process, S), [begin catch die(S, a, crash), timer:sleep(5) end || _ <- [1, 2, 3]],
        receive {'DOWN', M, _, _, R} -> {R, mb(10)} after 500 -> still_up end end},
     {intensity_zero, fun() -> S = sup(#{strategy => one_for_one, intensity => 0, period => 10}, [w(a)]), mb(5),
        M = monitor(process, S), pid(S, a) ! {die, x}, receive {'DOWN', M, _, _, R} -> {R, mb(10)} end end},
     {shutdown_order, fun() -> S = sup(#{}, [w(I, permanent, 1000, true) || I <- [a, b, c, d]]), mb(5),
         {stop(S), mb(20)} end},
     {shutdown_timeout, fun() -> S = sup(#{}, [w(a, permanent, 30, true)]), mb(5), P = pid(S, a),
         M = monitor(process, P), P ! stubborn, stop(S), receive {'DOWN', M, _, _, R} -> {R, mb(10)} end end},
     {brutal_kill, fun() -> S = sup(#{}, [w(a, permanent, brutal_kill, true)]), mb(5), M = monitor(process, pid(S, a)),
         stop(S), receive {'DOWN', M, _, _, R} -> {R, mb(10)} end end},
     {terminate_child, fun() -> S = sup(#{}, [w(a), w(b)]), mb(5), A = supervisor:terminate_child(S, a),
         B = children(S), C = supervisor:restart_child(S, a), D = supervisor:delete_child(S, b),
         E = supervisor:terminate_child(S, b), F = supervisor:delete_child(S, b),
         R = {A, B, norm(C), D, E, F, children(S)}, stop(S), {R, mb(10)} end},
     {start_child, fun() -> S = sup(#{}, []), A = norm(supervisor:start_child(S, w(x))),
         B = norm(supervisor:start_child(S, w(x))), C = norm(supervisor:start_child(S, bad_spec)),
         R = {A, B, C, children(S)}, stop(S), {R, mb(10)} end},
     {get_childspec, fun() -> S = sup(#{}, [w(a)]), {ok, Spec} = supervisor:get_childspec(S, a),
         R = lists:sort(maps:keys(Spec)), stop(S), {R, supervisor:get_childspec(sup(#{}, []), zz)} end},
     {simple, fun() -> S = sup(#{strategy => simple_one_for_one},
         [#{id => w, start => {?MODULE, start_worker, [self()]}, restart => temporary}]),
        {ok, _} = supervisor:start_child(S, [one, false]), {ok, P2} = supervisor:start_child(S, [two, true]), A = mb(5),
            B = supervisor:count_children(S), ok = supervisor:terminate_child(S, P2), C = mb(10),
            {A, B, C, stop(S), mb(10)} end},
     {child_fails_init,
         fun() -> R = start_sup({#{}, [w(a), #{id => bad,
         start => {erlang, apply, [fun() -> {error, nope} end, []]}}]}), {norm(R), mb(20)} end},
     {child_ignore, fun() -> S = sup(#{}, [#{id => i, start => {erlang, apply, [fun() -> ignore end, []]}}]),
         R = children(S), stop(S), {R, mb(5)} end},
     {bad_flags, fun() -> {norm(start_sup({#{strategy => nonsense}, []})), mb(10)} end},
     {duplicate_ids, fun() -> {norm(start_sup({#{}, [w(a), w(a)]})), mb(10)} end},
     {check_childspecs, fun() -> {supervisor:check_childspecs([w(a)]), norm(supervisor:check_childspecs([foo]))} end},
     {three_levels, fun() -> three_levels() end},
     {kill_supervisor, fun() -> S = sup(#{}, [w(a, permanent, 1000, true), w(b)]), mb(5),
         B = monitor(process, pid(S, b)), exit(S, kill), R = receive {'DOWN', B, _, _, X} -> X end,
         {R, lists:sort(mb(20))} end},
     {auto_shutdown, fun() -> S = sup(#{auto_shutdown => any_significant},
         [(w(a, temporary, 1000, false))#{significant => true}, w(b)]), mb(5), M = monitor(process, S),
         pid(S, a) ! {die, normal}, receive {'DOWN', M, _, _, R} -> {R, mb(10)} after 200 -> up end end}].

%% root (one_for_all), two middle supervisors, and workers; a crash loop escalates.
three_levels() ->
    Middle = fun(Id, Workers) ->
        #{id => Id, type => supervisor, start => {?MODULE, start_sup,
            [{#{strategy => one_for_one, intensity => 1, period => 10}, Workers}]}}
    end,
    Root = sup(#{strategy => one_for_all, intensity => 1, period => 10},
        [Middle(m1, [w(a), w(b)]), Middle(m2, [w(c)])]),
    Up = mb(5),
    M1 = pid(Root, m1),
    die(M1, a, crash),
    One = mb(20),
    die(M1, a, crash),                                   % m1 gives up, so the root restarts both
    Two = mb(50),
    Restarted = pid(Root, m1) =/= M1,
    {Up, One, Two, Restarted, [children(pid(Root, M)) || M <- [m1, m2]], stop(Root), mb(20)}.
