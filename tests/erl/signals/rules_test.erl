%% SPDX-License-Identifier: Apache-2.0
%% Every expression of the specification of links, monitors and exit signals, in a fresh process each.
-module(rules_test).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    [io:format("~s ~0p~n", [Rule, sx:eval(Text)]) || {Rule, Text} <- exprs:all(), not port(Rule)].

%% The rules of ports are run where ports exist (tests of the host), not here.
port("Q" ++ _) -> true;
port(_) -> false.
