%% SPDX-License-Identifier: Apache-2.0
%%
%% The functions of common_test's module ct that OTP's suites call, implemented with conform. Log messages are printed.
-module(ct).
-export([pal/1, pal/2, pal/3, log/1, log/2, log/3, log/4, print/1, print/2, comment/1, comment/2, fail/1, fail/2,
    sleep/1,
         timetrap/1, get_timetrap_info/0, get_config/1, get_config/2, get_status/0, capture_start/0, capture_stop/0,
         capture_get/0, capture_get/1, get_progname/0, require/1, notify/2, make_priv_dir/0]).

pal(Format) -> pal(Format, []).
pal(Format, Args) -> io:format(unicode:characters_to_list([Format, "\n"]), Args).
pal(_, Format, Args) -> pal(Format, Args).
log(Format) -> pal(Format, []).
log(Format, Args) -> pal(Format, Args).
log(_, Format, Args) -> pal(Format, Args).
log(_, _, Format, Args) -> pal(Format, Args).
print(Format) -> pal(Format, []).
print(Format, Args) -> pal(Format, Args).
comment(_) -> ok.
comment(_, _) -> ok.

fail(Reason) -> exit({test_case_failed, Reason}).
fail(Format, Args) ->
    Text = try io_lib:format(Format, Args) catch _:_ -> {Format, Args} end,
    exit({test_case_failed, case Text of {_, _} -> Text; _ -> lists:flatten(Text) end}).

sleep(Time) -> timer:sleep(test_server:milliseconds(Time)).
timetrap(Time) -> conform:timetrap(test_server:milliseconds(Time)).
get_timetrap_info() -> {conform:timetrap_left(), {true, test_server:timetrap_scale_factor()}}.

get_config(_) -> undefined.
get_config(_, Default) -> Default.
get_status() -> no_tests_running.
require(_) -> {error, not_available}.
notify(_, _) -> ok.
make_priv_dir() -> ok.

capture_start() -> conform:capture(start), ok.
capture_stop() -> put('$captured', conform:capture(stop)), ok.
capture_get() ->
    case erase('$captured') of
        undefined -> conform:capture(get);
        Texts -> Texts
    end.
capture_get(_) -> capture_get().

get_progname() -> "erl".
