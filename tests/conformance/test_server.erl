%% SPDX-License-Identifier: Apache-2.0
%%
%% The functions of common_test's module test_server that OTP's suites call, implemented with conform. Nodes are not
%% started: cases that need one are not single-node cases, and fail with a reason that names this.
-module(test_server).
-export([lookup_config/2, timetrap/1, timetrap_cancel/1, timetrap_scale_factor/0, hours/1, minutes/1, seconds/1,
         milliseconds/1, do_times/2, do_times/4, sleep/1, adjusted_sleep/1, is_native/1, is_cover/0, is_debug/0,
         is_valgrind/0, is_asan/0, is_commercial/0, timecall/3, format/1, format/2, format/3, fail/0, fail/1, break/1,
         temp_name/1, capture_start/0, capture_stop/0, capture_get/0, start_node/3, stop_node/1, start_peer/3,
         start_peer/5, peer_name/2, m_out_of_n/3, call_crash/3, call_crash/4, messages_get/0, os_type/0]).

lookup_config(Key, Config) ->
    case lists:keyfind(Key, 1, Config) of
        {Key, Value} -> Value;
        false -> undefined
    end.

timetrap(Time) -> conform:timetrap(milliseconds(Time)), self().
timetrap_cancel(_) -> ok.
timetrap_scale_factor() -> 1.

hours(N) -> trunc(N * 3600000).
minutes(N) -> trunc(N * 60000).
seconds(N) -> trunc(N * 1000).
milliseconds({hours, N}) -> hours(N);
milliseconds({minutes, N}) -> minutes(N);
milliseconds({seconds, N}) -> seconds(N);
milliseconds(infinity) -> infinity;
milliseconds(N) -> N.

do_times(N, M, F, A) -> do_times(N, fun() -> apply(M, F, A) end).
do_times(0, _) -> ok;
do_times(N, Fun) -> Fun(), do_times(N - 1, Fun).

sleep(Time) -> timer:sleep(milliseconds(Time)).
adjusted_sleep(Time) -> sleep(Time).

is_native(_) -> false.
is_cover() -> false.
is_debug() -> false.
is_valgrind() -> false.
is_asan() -> false.
is_commercial() -> false.
os_type() -> os:type().

timecall(M, F, A) ->
    {Time, Value} = timer:tc(M, F, A),
    {Time / 1000000, Value}.

format(Format) -> ct:pal(Format).
format(Format, Args) -> ct:pal(Format, Args).
format(_, Format, Args) -> ct:pal(Format, Args).
fail() -> exit(suite_failed).
fail(Reason) -> exit({suite_failed, Reason}).
break(_) -> ok.

temp_name(Stem) ->
    Name = Stem ++ integer_to_list(erlang:unique_integer([positive])),
    case filelib:is_file(Name) of
        true -> temp_name(Stem);
        false -> Name
    end.

capture_start() -> ct:capture_start().
capture_stop() -> ct:capture_stop().
capture_get() -> ct:capture_get().

start_node(_, _, _) -> exit(not_single_node).
stop_node(_) -> exit(not_single_node).
start_peer(_, _, _) -> exit(not_single_node).
start_peer(_, _, _, _, _) -> exit(not_single_node).
peer_name(_, _) -> exit(not_single_node).

m_out_of_n(0, _, _) -> ok;
m_out_of_n(M, 0, _) -> exit({m_out_of_n_failed, {M, left_to_do}});
m_out_of_n(M, N, Fun) ->
    case catch Fun() of
        {'EXIT', _} -> m_out_of_n(M, N - 1, Fun);
        _ -> m_out_of_n(M - 1, N - 1, Fun)
    end.

call_crash(M, F, A) -> call_crash(any, M, F, A).
call_crash(Reason, M, F, A) ->
    case {catch apply(M, F, A), Reason} of
        {{'EXIT', _}, any} -> ok;
        {{'EXIT', Reason}, Reason} -> ok;
        {{'EXIT', {Reason, _}}, Reason} -> ok;
        {Other, _} -> exit({call_crash, Other})
    end.

messages_get() -> receive Message -> [Message | messages_get()] after 0 -> [] end.
