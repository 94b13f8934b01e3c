%% SPDX-License-Identifier: Apache-2.0
%% Boots OTP in the native runner as a node whose sessions are ports: main([Name, Peer, Port, Relay, Module, Path]) runs
%% Module:main(Peer).
-module(dist_native).
-export([main/1, channels/2, session/1]).

main([Name, Peer, Port, Relay, What, Path]) ->
    [Module | Only] = string:split(What, ":"),
    [os:putenv("ONLY", O) || O <- Only],
    spawn(?MODULE, channels, [Port, Relay]),
    spawn_link(fun() ->
        until_registered(init),
        spawnlink_boot:started(),
        Status = try (list_to_atom(Module)):main(list_to_atom(Peer)), 0 catch C:R:S -> erlang:display({C, R, S}), 1 end,
        erlang:halt(Status)
    end),
    Root = os:getenv("OTP_ROOT", "/usr/lib/erlang"),
    Arguments = ["-root", Root, "-bindir", Root ++ "/bin", "-progname", "erl", "--", "-home", "/tmp", "--", "-noshell",
        "-proto_dist", "spawnlink",
                 "-no_epmd", "-sname", Name, "-setcookie", "c", "-pa", Path],
    spawnlink_boot:start([list_to_binary(A) || A <- Arguments]).

until_registered(Name) -> whereis(Name) =/= undefined orelse begin erlang:yield(), until_registered(Name) end.

channels(Port, Relay) ->
    register(spawnlink_channels, self()),
    serve(Port, Relay).

serve(Port, Relay) ->
    receive
        {open, _Node, From} -> From ! {opened, spawn(?MODULE, session, [{Port, Relay}])}
    end,
    serve(Port, Relay).

session({Port, Relay}) ->
    receive {own, Controller} -> ok end,
    Node = os:getenv("NODE", "/usr/bin/node"),
    P = open_port({spawn_executable, Node}, [{args, [Relay, Port]}, binary, stream, exit_status]),
    carry(P, Controller).

carry(P, Controller) ->
    receive
        {P, {data, Bytes}} -> Controller ! {self(), Bytes};
        {P, {exit_status, _}} -> exit(connection_closed);
        Bytes when is_binary(Bytes) -> port_command(P, Bytes)
    end,
    carry(P, Controller).
