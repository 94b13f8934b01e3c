%% SPDX-License-Identifier: Apache-2.0
%% An epmd that only knows the nodes of the test: DIST_PORTS is "a=PORT,b=PORT".
-module(dist_epmd).
-export([start_link/0, register_node/2, register_node/3, address_please/3, port_please/2, port_please/3,
    listen_port_please/2, names/1]).

start_link() -> ignore.
register_node(Name, Port) -> register_node(Name, Port, inet).
register_node(_, _, _) -> {ok, 4 + rand:uniform(1000000)}.
address_please(_, _, _) -> {ok, {127, 0, 0, 1}}.
port_please(Name, Host) -> port_please(Name, Host, infinity).
port_please(Name, _, _) -> case port(Name) of 0 -> noport; Port -> {port, Port, 6} end.
listen_port_please(Name, _) -> {ok, port(Name)}.
names(_) -> {error, address}.

port(Name) when is_atom(Name) -> port(atom_to_list(Name));
port(Name) ->
    Ports = [list_to_tuple(string:split(Pair, "=")) || Pair <- string:lexemes(os:getenv("DIST_PORTS", ""), ",")],
    list_to_integer(proplists:get_value(Name, Ports, "0")).
