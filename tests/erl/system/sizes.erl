%% SPDX-License-Identifier: Apache-2.0
%%
%% Sizes of heaps as OTP counts them, limits on them, and sharing: cases that OTP's own suites showed.
-module(sizes).
-export([main/0, applier/2]).

main() ->
    Sizes = erlang:system_info(heap_sizes),
    line(heap_sizes, {length(Sizes), lists:sublist(Sizes, 45), lists:last(Sizes)}),
    line(spawned, [spawned(N) || N <- [0, 12, 233, 234, 1000, 2586, 2587, 46422, 46423]]),
    line(flags, [flag(F, N) || F <- [min_heap_size, min_bin_vheap_size], N <- [10, 234, 2586, 318187, 318188]]),
    line(restored, [process_flag(min_heap_size, 233), process_flag(min_bin_vheap_size, 0),
        process_info(self(), [min_heap_size, min_bin_vheap_size])]),
    line(max_below_min, [catch_error(fun() -> process_flag(max_heap_size, 232) end),
                         catch_error(fun() -> spawn_opt(fun() -> ok end,
                             [{max_heap_size, 500}, {min_heap_size, 1000}]) end)]),
    line(queue_counts, [queue(Data, Kill) || Data <- [on_heap, off_heap], Kill <- [true, false]]),
    line(hibernated, hibernated()),
    line(badkey, [badkey(M) || M <- [#{}, maps:from_list([{X, X} || X <- lists:seq(1000, 1100)])]]),
    line(append_nothing, [same(<<"123">>, <<>>), same(<<(id(<<>>))/binary, 0, 1, 2, 3, 4, 5, 6, 7>>, <<>>),
        same(binary:copy(<<7>>, 300), <<>>)]),
    line(copying_costs, [costs(1000, 1900, fun(B) -> <<0:8, B/binary>> end),
        costs(3000, 7900, fun(B) -> <<0:8, B/binary, B/binary>> end)]),
    line(shared, shared()),
    line(collected, collected()),
    line(erased_binaries, erased_binaries(50)),
    line(defaults, [defaults(Flag, Value, Item) || {Flag, Value, Item} <- [
        {fullsweep_after, 7, fullsweep_after}, {fullsweep_after, 1 bsl 27, fullsweep_after},
            {min_heap_size, 1000, min_heap_size}, {min_heap_size, 1598, min_heap_size},
        {min_bin_vheap_size, 100000, min_bin_vheap_size},
            {max_heap_size, #{size => 1000000, kill => false}, max_heap_size}, {max_heap_size, 70000, max_heap_size},
        {max_heap_size, #{size => 70000, error_logger => false}, max_heap_size}, {max_heap_size, 100, max_heap_size},
            {max_heap_size, #{kill => false}, max_heap_size},
        {min_heap_size, x, min_heap_size}, {min_heap_size, -1, min_heap_size},
            {fullsweep_after, -1, fullsweep_after}]]),
    line(default_limit, default_limit()),
    line(depths, [depth(N) || N <- [0, 1, 3, 8, 20]]),
    line(messages, [messages(Data) || Data <- [on_heap, off_heap]]),
    line(applied, [applied(A) || A <- [[oops], [oops, [arguments]]]]),
    ok.

line(What, Value) -> io:format("~p: ~p~n", [What, Value]).
id(X) -> X.

spawned(N) ->
    Pid = spawn_opt(fun() -> receive stop -> ok end end, [{min_heap_size, N}, {min_bin_vheap_size, N}]),
    Sizes = process_info(Pid, [min_heap_size, min_bin_vheap_size]),
    Pid ! stop,
    [Size || {_, Size} <- Sizes].

flag(Flag, N) ->
    process_flag(Flag, N),
    element(2, process_info(self(), Flag)).

catch_error(F) -> try F(), none catch Class:Reason -> {Class, Reason} end.

%% Messages that a process keeps on its heap count when it collects.
queue(Data, Kill) ->
    {Pid, Ref} = spawn_opt(fun() -> receive after 300 -> ok end end,
                           [monitor, {message_queue_data, Data},
                               {max_heap_size, #{size => 1024, kill => Kill, error_logger => false}}]),
    [Pid ! lists:duplicate(I, I) || I <- lists:seq(1, 100)],
    process_info(Pid, messages),
    erlang:garbage_collect(Pid),
    receive {'DOWN', Ref, process, Pid, Reason} -> {Data, Kill, Reason} end.

hibernated() ->
    Pid = spawn(fun() -> erlang:hibernate(?MODULE, main, []) end),
    wait(fun() -> process_info(Pid, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
    [{heap_size, Size}, {total_heap_size, Total}] = process_info(Pid, [heap_size, total_heap_size]),
    exit(Pid, kill),
    {Size =:= Total, Size < 10}.

wait(F) -> F() orelse (receive after 1 -> wait(F) end).

%% Keys are evaluated in term order, not in the order of the source.
badkey(M) ->
    [catch_error(F) || F <- [fun() -> M#{42.0 := v, 42 := v2} end, fun() -> M#{z := 1, a := 2, 5 := 3} end,
        fun() -> M#{{x} := 1, "y" := 2, z := 3} end]].

same(A, B) -> erts_debug:same(A, append(A, B)).
append(A, B) -> <<A/binary, B/binary>>.

costs(Least, Most, F) ->
    B = binary:copy(<<1>>, 2000 * 1024),
    receive after 1 -> ok end,
    {reductions, Before} = process_info(self(), reductions),
    _ = F(B),
    {reductions, After} = process_info(self(), reductions),
    {After - Before > Least, After - Before < Most}.

%% A stored term keeps its sharing; an erased term lives on in the processes that have it.
shared() ->
    Term = lists:foldl(fun(_, A) -> [A | A] end, [], lists:seq(1, 12)),
    persistent_term:put(?MODULE, Term),
    Stored = persistent_term:get(?MODULE),
    Sizes = [erts_debug:size(Term), erts_debug:size(Stored), erts_debug:size_shared(Term),
        erts_debug:size_shared(Stored), erts_debug:size(erts_debug:copy_shared(Term))],
    persistent_term:erase(?MODULE),
    wait(fun() -> erts_debug:size_shared(Stored) > 0 end),
    {Sizes, Stored =:= Term}.

%% What garbage_collect/0 frees is free for everybody when it returns.
collected() ->
    B = binary:copy(<<1>>, 200),
    Pid = spawn(fun() -> receive {go, From} -> From ! element(2, process_info(self(), binary)), byte_size(B) end end),
    collected(Pid).
collected(Pid) ->
    erlang:garbage_collect(),
    Pid ! {go, self()},
    receive [{_, Size, Refs}] -> {Size, Refs} end.

%% Binaries of erased terms are freed and do not accumulate.
erased_binaries(N) ->
    erlang:garbage_collect(),
    Before = erlang:memory(binary),
    [begin persistent_term:put(?MODULE, binary:copy(<<1>>, 100000)), persistent_term:erase(?MODULE) end
        || _ <- lists:seq(1, N)],
    freed(Before + 1000000, 100).

%% erl collects erased terms in another process, at a time that is not defined.
freed(Limit, Tries) ->
    erlang:garbage_collect(),
    case erlang:memory(binary) < Limit of
        true -> true;
        false when Tries =:= 0 -> false;
        false -> receive after 100 -> freed(Limit, Tries - 1) end
    end.

applied(Args) ->
    try id(applier(apply, [erlang, error, Args]))
    catch error:Reason:Stack -> {Reason, lists:sublist([{M, F, A} || {M, F, A, _} <- Stack], 2)}
    end.
applier(F, A) -> apply(id(erlang), id(F), id(A)).

%% Messages that were not received count as heap, unless they are kept off the heap.
messages(Data) ->
    Answer = fun F() -> receive Pid when is_pid(Pid) -> Pid ! ok, F() end end,
    Pid = spawn_opt(Answer, [{message_queue_data, Data}, link]),
    Size = fun() -> element(2, process_info(Pid, total_heap_size)) end,
    Before = Size(),
    [Pid ! lists:duplicate(N, N) || N <- lists:seq(1, 100)],
    Pid ! self(), receive ok -> ok end,
    After = Size(),
    unlink(Pid), exit(Pid, kill),
    {Before < After, Before =:= After}.

%% The effect of system_flag on processes that are spawned later.
defaults(Flag, Value, Item) ->
    Before = erlang:system_info(Flag),
    Was = catch_error(fun() -> Old = erlang:system_flag(Flag, Value), throw({was, Old}) end),
    {_, Ref} = spawn_monitor(fun() -> exit(process_info(self(), Item)) end),
    New = receive {'DOWN', Ref, _, _, Info} -> Info end,
    Now = {erlang:system_info(Flag), proplists:get_value(Flag, erlang:system_info(garbage_collection))},
    erlang:system_flag(Flag, case Before of {Flag, Number} -> Number; _ -> Before end),
    {Was, New, Now, erlang:system_info(Flag) =:= Before}.

%% A process that sets no limit has the system's limit; one that sets only a number has the system's flags.
default_limit() ->
    erlang:system_flag(max_heap_size, #{size => 50000, kill => true, error_logger => false}),
    Grow = fun Grow(List) -> Grow([List, lists:seq(1, 1000) | List]) end,
    Ends = [begin {_, Ref} = spawn_opt(fun() -> Grow([]) end, [monitor | Options]),
        receive {'DOWN', Ref, _, _, Why} -> Why end end || Options <- [[], [{max_heap_size, 100000}]]],
    {_, Ref} = spawn_opt(fun() -> exit(process_info(self(), max_heap_size)) end, [monitor, {max_heap_size, 0}]),
    None = receive {'DOWN', Ref, _, _, Info} -> Info end,
    erlang:system_flag(max_heap_size, #{size => 0, kill => true, error_logger => true}),
    {Ends, None}.

depth(N) ->
    Old = erlang:system_flag(backtrace_depth, N),
    Deep = fun Deep(0) -> element(2, process_info(self(), current_stacktrace));
        Deep(I) when I > 5 -> try Deep(I - 1) after ok end; Deep(I) -> [Stack] = [Deep(I - 1)], Stack end,
    Stack = Deep(9),
    erlang:system_flag(backtrace_depth, Old),
    {Old, length(Stack)}.

