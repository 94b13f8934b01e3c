%% SPDX-License-Identifier: Apache-2.0
%% Every expression of the specification of links, monitors and exit signals (exprs.erl), each in a new process.
-module(rules_test).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    [io:format("~s ~0p~n", [Rule, sx:eval(Text)]) || {Rule, Text} <- exprs:all()],
    %% A running program would keep the VM from being idle.
    [port_close(P) || P <- erlang:ports(), erlang:port_info(P, name) =:= {name, "cat"}].
