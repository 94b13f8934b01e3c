%% SPDX-License-Identifier: Apache-2.0
%% Every expression of the specification of links, monitors and exit signals, in a fresh process each.
-module(rules_test).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    [io:format("~s ~0p~n", [Rule, sx:eval(Text)]) || {Rule, Text} <- exprs:all()],
    %% A program that runs keeps a VM from being idle.
    [port_close(P) || P <- erlang:ports(), erlang:port_info(P, name) =:= {name, "cat"}].
