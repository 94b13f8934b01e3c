%% Heaps that are too large to be collected at once are collected in portions, and other processes run in between. Terms
%% on them must not change, whatever is done to the process meanwhile.
-module(large_heaps).
-export([main/0]).

main() ->
    p("grows", grows(fun(L) -> [{X, integer_to_list(X)} || X <- L] end)),
    p("binaries", grows(fun(L) -> [binary:copy(<<X:32>>, 20) || X <- L] end)),
    p("maps", grows(fun(L) -> maps:from_list([{X, [X]} || X <- L]) end)),
    p("funs", grows(fun(L) -> [fun() -> X + 1 end || X <- L] end)),
    p("deep stack", erlang:phash2(deep(300000))),
    p("fun applied", lists:sum([F() || F <- held(fun(L) -> [fun() -> X + 1 end || X <- L] end)])),
    p("dictionary", dictionary()),
    p("asked of another", asked()),
    p("collected by another", by_another()),
    p("messages meanwhile", messages()),
    p("killed meanwhile", killed()),
    p("exit signals meanwhile", trapped()),
    p("hibernates", hibernates()),
    p("hibernates and is woken", woken()),
    p("suspended", suspended()),
    p("timeout meanwhile", timeouts()),
    p("max_heap_size", max_heap()),
    p("collects itself", itself()).

p(What, Value) -> io:format("~s ~p~n", [What, Value]).

n() -> 120000.

held(Make) -> V = Make(lists:seq(1, n())), erlang:garbage_collect(), V.

%% The same terms before and after many collections, minor and major.
grows(Make) ->
    in_process(fun() ->
        V = Make(lists:seq(1, n())),
        Before = sum(V),
        W = [Make(lists:seq(K, K + 20000)) || K <- lists:seq(1, 5)],
        erlang:garbage_collect(),
        [self() ! {K, lists:seq(1, 100)} || K <- lists:seq(1, 200)],
        X = Make(lists:seq(1, n())),
        {Before =:= sum(V), sum(W), Before =:= sum(X), [length(L) || {_, L} <- take(200)] =:= lists:duplicate(200, 100)}
    end).

take(0) -> [];
take(N) -> receive {K, L} -> [{K, L} | take(N - 1)] end.

sum(V) -> erlang:phash2(plain(V)).
plain(F) when is_function(F) -> {f, F()};
plain([H | T]) -> [plain(H) | plain(T)];
plain(T) -> T.

deep(0) -> {0, []};
deep(N) ->
    {M, L} = deep(N - 1),
    {M + 1, case N rem 1000 of 0 -> [integer_to_list(N) | L]; _ -> L end}.

dictionary() ->
    in_process(fun() ->
        [put(K, {K, lists:seq(1, 10)}) || K <- lists:seq(1, 20000)],
        erlang:garbage_collect(),
        {_, L} = deep(50000),
        {length(L), lists:sum([element(1, V) || {K, V} <- get(), is_integer(K)])}
    end).

%% A process that makes and drops large terms until it is told to stop.
worker() -> worker(lists:seq(1, n()), 0).
worker(L, K) ->
    put(last, {K, length(L)}),
    receive
        {ask, From} -> From ! {self(), K > -1, lists:sum(L)}, worker(L, K);
        stop -> ok;
        {'EXIT', _, Why} -> put(why, Why), worker(L, K)
    after 0 -> worker([X || X <- L], K + 1)
    end.

asked() ->
    P = spawn(fun worker/0),
    R = [begin
             erlang:yield(),
             {messages, []} = process_info(P, messages),
             {dictionary, D} = process_info(P, dictionary),
             {last, {_, N}} = lists:keyfind(last, 1, D ++ [{last, {0, n()}}]),
             {current_stacktrace, S} = process_info(P, current_stacktrace),
             {total_heap_size, H} = process_info(P, total_heap_size),
             {binary, []} = process_info(P, binary),
             {N, is_list(S), H > 0}
         end || _ <- lists:seq(1, 30)],
    P ! {ask, self()},
    A = receive {P, _, Sum} -> Sum end,
    exit(P, kill),
    {lists:usort(R), A}.

by_another() ->
    P = spawn(fun() -> L = lists:seq(1, n() * 4), receive {sum, From} -> From ! {sum, lists:sum(L)} end end),
    erlang:yield(),
    R = [erlang:garbage_collect(P) || _ <- [1, 2, 3]],
    Q = [spawn(fun() -> true = erlang:garbage_collect(P) end) || _ <- [1, 2, 3]],
    [begin M = monitor(process, X), receive {'DOWN', M, _, _, _} -> ok end end || X <- Q],
    Dead = spawn(fun() -> ok end),
    timer:sleep(5),
    P ! {sum, self()},
    {R, receive {sum, S} -> S end, erlang:garbage_collect(Dead)}.

messages() ->
    P = spawn(fun worker/0),
    A = [begin P ! {ask, self()}, P ! {noise, K, lists:seq(1, K)}, receive {P, true, S} -> S end end
        || K <- lists:seq(1, 20)],
    {message_queue_len, N} = process_info(P, message_queue_len),
    {messages, Ms} = process_info(P, messages),
    exit(P, kill),
    {lists:usort(A), N, lists:sum([lists:sum(L) || {noise, _, L} <- Ms])}.

killed() ->
    Ps = [spawn(fun worker/0) || _ <- lists:seq(1, 8)],
    Ms = [monitor(process, P) || P <- Ps],
    [begin spin(K * 1000), exit(P, kill) end || {K, P} <- lists:zip(lists:seq(1, 8), Ps)],
    lists:usort([receive {'DOWN', M, process, _, Why} -> Why end || M <- Ms]).

trapped() ->
    Me = self(),
    P = spawn(fun() -> process_flag(trap_exit, true), Me ! traps, worker() end),
    receive traps -> ok end,
    [begin spin(1000), exit(P, {signal, K}) end || K <- lists:seq(1, 20)],
    P ! {ask, self()},
    S = receive {P, true, Sum} -> Sum end,
    {dictionary, D} = process_info(P, dictionary),
    exit(P, kill),
    {S, lists:keyfind(why, 1, D)}.

spin(0) -> ok;
spin(N) -> spin(N - 1).

hibernates() ->
    Me = self(),
    P = spawn(fun() -> L = lists:seq(1, n() * 2), Me ! ready,
        erlang:hibernate(erlang, apply, [fun woken/2, [Me, L]]) end),
    receive ready -> ok end,
    timer:sleep(20),
    Before = process_info(P, [status, current_function, message_queue_len]),
    P ! go,
    {Before, receive {woken, S} -> S end}.

woken(Me, L) -> receive go -> Me ! {woken, lists:sum(L)} end.

woken() ->
    Me = self(),
    Ps = [spawn(fun() -> L = lists:seq(1, n()), Me ! ready,
        erlang:hibernate(erlang, apply, [fun woken/2, [Me, L]]) end) || _ <- lists:seq(1, 5)],
    [receive ready -> ok end || _ <- Ps],
    [P ! go || P <- Ps],
    lists:usort([receive {woken, S} -> S end || _ <- Ps]).

suspended() ->
    P = spawn(fun worker/0),
    R = [begin
             spin(K * 100),
             erlang:suspend_process(P),
             {status, S} = process_info(P, status),
             erlang:garbage_collect(P),
             erlang:resume_process(P),
             S
         end || K <- lists:seq(1, 20)],
    P ! {ask, self()},
    Sum = receive {P, true, X} -> X end,
    exit(P, kill),
    {lists:usort(R), Sum}.

timeouts() ->
    in_process(fun() -> lists:sum([receive never -> 0 after 1 -> length([{X} || X <- lists:seq(1, n())]) end
        || _ <- lists:seq(1, 5)]) end).

max_heap() ->
    process_flag(trap_exit, true),
    {P, M} = spawn_opt(fun() -> worker(lists:seq(1, n() * 20), 0) end,
                       [monitor, {max_heap_size, #{size => n() * 8, kill => true, error_logger => false}}]),
    receive {'DOWN', M, process, P, Why} -> Why end.

itself() ->
    in_process(fun() ->
        L = lists:seq(1, n() * 3),
        {catch erlang:garbage_collect(), erlang:garbage_collect(self(), [{type, minor}]),
         begin garbage(L), erlang:garbage_collect(self()) end, lists:sum(L)}
    end).

garbage(L) -> _ = [{X} || X <- L], ok.

in_process(F) ->
    {P, M} = spawn_monitor(fun() -> exit({answer, F()}) end),
    receive {'DOWN', M, process, P, {answer, A}} -> A; {'DOWN', M, process, P, Why} -> {died, Why} end.
