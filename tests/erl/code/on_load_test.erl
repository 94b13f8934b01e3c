%% SPDX-License-Identifier: Apache-2.0
%% on_load functions: run once before the first call, while other callers wait; after a refusal there is no module.
-module(on_load_test).
-export([main/0]).

main() ->
    Self = self(),
    [spawn(fun() -> Self ! on_load_good:through() end) || _ <- [1, 2, 3]],
    [receive Value -> io:format("~p~n", [Value]) end || _ <- [1, 2, 3]],
    io:format("~p~n", [{on_load_good:value(), erlang:module_loaded(on_load_good), code:ensure_loaded(on_load_good)}]),
    io:format("~p~n", [try on_load_bad:value() catch error:undef:S -> [{M, F, A, _}, {M1, _, _, _} | _] = S,
        {M, F, A, M1} end]),
    io:format("~p~n", [{code:ensure_loaded(on_load_bad), erlang:module_loaded(on_load_bad)}]).
