%% SPDX-License-Identifier: Apache-2.0
%% erlang:display/1: which binaries and lists are shown as text. Only ASCII, because we write UTF-8.
-module(term_display).
-export([main/0]).

main() ->
    timer:sleep(200), % earlier output is written by then; display does not wait for it
    _ = [erlang:display(T) || T <- terms()],
    io:format("~p~n", [[catch_(fun() -> erlang:display_string(T) end) || T <- ["text\n", [], [a], x, 1]]]).

catch_(F) -> try F() catch error:Reason -> Reason end.

terms() ->
    [<<"a\nb">>, <<"a\tb">>, <<"abc">>, <<"a\"b\\">>, <<>>, <<1:3>>, <<"abc", 1:3>>, <<255>>, <<0>>, <<27>>, <<"a\rb">>,
        <<"a\d">>,
     "a\nb", "a\tb\r\v\f\e\b", "\d", "\\\"'", [1, 2], [1000], 'a\nb', 1.5, -0.0, 1.0e100, {a, "b", <<"c">>}, [$a | b],
         "abc" ++ [x],
     list_to_binary(lists:seq(32, 126)), lists:duplicate(3, "ab"), [[], "", [[]]], fun erlang:display/1].
