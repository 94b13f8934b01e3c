%% SPDX-License-Identifier: Apache-2.0
%% Ports: messages from them, commands to them, and how they end. Each case runs in a process of its own.
-module(port_test).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    [show(Name, Fun) || {Name, Fun} <- cases()].

show(Name, Fun) ->
    {_, Ref} = spawn_monitor(fun() -> exit({result, Fun()}) end),
    receive
        {'DOWN', Ref, _, _, {result, Value}} -> io:format("~s ~0p~n", [Name, Value]);
        {'DOWN', Ref, _, _, {Reason, [_ | _]}} -> io:format("~s died ~0p~n", [Name, Reason]);
        {'DOWN', Ref, _, _, Reason} -> io:format("~s died ~0p~n", [Name, Reason])
    after 20000 -> io:format("~s never ended~n", [Name])
    end.

cat() -> cat([]).
cat(Options) -> open_port({spawn, "cat"}, Options).
trap() -> process_flag(trap_exit, true).

%% The messages until there have been none for a while, without the port and references.
all(P) -> all(P, 300).
all(P, Time) ->
    receive
        {'EXIT', P, Reason} -> [{exit, Reason} | all(P, Time)];
        {'DOWN', _, port, P, Reason} -> [{down, Reason} | all(P, Time)];
        {P, What} -> [What | all(P, Time)];
        Other -> [Other | all(P, Time)]
    after Time -> []
    end.
one(P) -> receive {P, What} -> What after 10000 -> nothing end.

fails(Fun) ->
    try Fun() of
        Value when is_port(Value) -> port;
        Value -> Value
    catch
        Class:Reason -> {Class, Reason}
    end.

cases() ->
    [
        {"closed at once", fun() -> trap(), P = cat(), port_close(P),
            receive {'EXIT', P, R} -> R after 0 -> none end end},
        {"close, unlink", fun() -> trap(), P = cat(), port_close(P), unlink(P), all(P, 50) end},
        {"asked to close", fun() -> trap(), P = cat(), monitor(port, P), P ! {self(), close}, all(P) end},
        {"asked to close, not trapping", fun() -> P = cat(), P ! {self(), close}, all(P) end},
        {"nonsense", fun() -> trap(), P = cat(), P ! nonsense, {all(P), is_list(erlang:port_info(P))} end},
        {"nonsense, not trapping", fun() -> P = cat(), P ! nonsense, receive after 5000 -> survived end end},
        {"bad data", fun() -> trap(), P = cat(), P ! {self(), {command, foo}}, all(P) end},
        {"from another", fun() ->
            trap(), P = cat(), Me = self(),
            spawn(fun() -> trap(), P ! {self(), {command, "x"}}, Me ! {other, all(P)} end),
            lists:sort(all(P, 800))
        end},
        {"from another, for the owner", fun() ->
            P = cat(), Me = self(),
            spawn(fun() -> P ! {Me, {command, "x"}} end),
            one(P)
        end},
        {"to the closed", fun() -> P = cat(), port_close(P), P ! {self(), {command, "x"}}, all(P, 50) end},
        {"of the closed", fun() ->
            P = cat(), port_close(P),
            [fails(F) || F <- [fun() -> port_command(P, "x") end, fun() -> port_close(P) end,
                fun() -> port_connect(P, self()) end,
                               fun() -> erlang:port_info(P) end, fun() -> erlang:port_info(P, links) end,
                                   fun() -> register(closed_port, P) end]]
        end},
        {"bad arguments", fun() ->
            P = cat(),
            [fails(F) || F <- [fun() -> port_command(P, foo) end, fun() -> port_command(foo, "x") end,
                fun() -> port_command(P, "x", [what]) end,
                               fun() -> port_command(P, "x", [nosuspend, force]) end,
                                   fun() -> port_command(P, "x", [nosuspend]) end,
                               fun() -> port_close(foo) end, fun() -> port_connect(P, foo) end,
                                   fun() -> port_control(P, 1, []) end,
                               fun() -> erlang:port_call(P, 1, foo) end, fun() -> erlang:port_info(P, foo) end,
                                   fun() -> erlang:port_info(foo) end,
                               fun() -> is_process_alive(P) end, fun() -> process_info(P) end,
                                   fun() -> process_info(P, links) end,
                               fun() -> group_leader(self(), P) end, fun() -> erlang:suspend_process(P) end,
                                   fun() -> erlang:send_after(1, P, x) end]]
        end},
        {"lists", fun() -> P = cat(), true = port_command(P, ["a", <<"bc">>, $d]), one(P) end},
        {"binaries", fun() -> P = cat([binary]), P ! {self(), {command, ["a", <<"bc">>, $d]}}, one(P) end},
        {"packets", fun() ->
            [begin
                P = cat([binary, {packet, N}]),
                [true = port_command(P, D) || D <- ["abc", "", "xyz"]],
                [one(P) || _ <- [1, 2, 3]]
            end || N <- [1, 2, 4]]
        end},
        {"too long a packet", fun() -> P = cat([{packet, 1}]), catch port_command(P, lists:duplicate(300, $a)),
            receive after 5000 -> survived end end},
        {"lines", fun() ->
            P = open_port({spawn, "printf 'abc\\ndefghijkl\\nxy'"}, [{line, 5}, exit_status]),
            [one(P) || _ <- [1, 2, 3, 4, 5]]
        end},
        {"lines with returns", fun() ->
            P = open_port({spawn, "printf 'abc\\r\\ndefghijkl\\nxy'"}, [{line, 5}, exit_status, binary, eof]),
            lists:sort([one(P) || _ <- [1, 2, 3, 4, 5, 6]])
        end},
        {"status", fun() -> trap(), P = open_port({spawn_executable, "/bin/sh"},
            [exit_status, {args, ["-c", "exit 3"]}]), all(P) end},
        {"killed", fun() -> trap(), P = open_port({spawn_executable, "/bin/sh"},
            [exit_status, {args, ["-c", "kill -9 $$"]}]), all(P) end},
        {"end without status", fun() -> trap(), P = open_port({spawn, "echo hi"}, []), all(P) end},
        {"eof", fun() -> trap(), P = open_port({spawn, "echo hi"}, [eof]), {all(P), is_list(erlang:port_info(P))} end},
        {"not to be opened", fun() ->
            [fails(fun() -> open_port(Name, Options) end) || {Name, Options} <- [
                {{spawn_executable, "/nonexistent/foo"}, []}, {{spawn_executable, "/etc/passwd"}, []},
                    {{spawn, foo}, [what]}, {{spawn, "cat"}, foo},
                {{spawn, "cat"}, [{packet, 3}]}, {{spawn, "cat"}, [{line, -1}]}, {{spawn_executable, foo}, [{args, x}]},
                    {{spawn, "cat"}, [{args, ["x"]}]},
                {{spawn, ""}, []}, {{spawn_driver, "foo"}, []}, {{fd, a, b}, []}, {{spawn, "cat"}, [{cd, foo, bar}]},
                    {{spawn, [1, 2 | 3]}, []},
                {{spawn, "a\0b"}, []}, {{spawn, "cat"},
                    [{packet, 1}, {packet, 2}, {line, 3}, stream, hide, use_stdio]}]]
        end},
        {"arguments",
            fun() -> one(open_port({spawn_executable, "/bin/echo"}, [{args, ["a b", <<"c">>]}, {arg0, "zz"}])) end},
        {"environment",
            fun() -> one(open_port({spawn, "echo $FOO-$HOME-"}, [{env, [{"FOO", "bar"}, {"HOME", false}]}])) end},
        {"folder", fun() -> one(open_port({spawn, <<"pwd">>}, [{cd, "/usr"}, binary, in])) end},
        {"errors too",
            fun() -> one(open_port({spawn_executable, "/bin/sh"},
            [stderr_to_stdout, {args, ["-c", "echo oops 1>&2"]}])) end},
        {"connect", fun() ->
            P = cat(), Me = self(),
            Other = spawn(fun() -> receive Message -> Me ! {got, Message} end end),
            true = port_connect(P, Other),
            {connected, Owner} = erlang:port_info(P, connected),
            port_command(P, "hi"),
            receive {got, {P, Data}} -> {Owner =:= Other, Data} end
        end},
        {"asked to connect", fun() ->
            P = cat(), Other = spawn(fun() -> receive after infinity -> ok end end),
            P ! {self(), {connect, Other}},
            {one(P), erlang:port_info(P, connected) =:= {connected, Other},
                process_info(self(), links) =:= {links, [P]}}
        end},
        {"connect the dead", fun() ->
            P = cat(), {Dead, M} = spawn_monitor(fun() -> ok end),
            receive {'DOWN', M, _, _, _} -> ok end,
            {fails(fun() -> port_connect(P, Dead) end), all(P, 50), is_list(erlang:port_info(P))}
        end},
        {"information", fun() ->
            P = open_port({spawn, "cat -u"}, []),
            port_command(P, "abc"), one(P),
            {[Key || {Key, _} <- erlang:port_info(P)],
             [case erlang:port_info(P, Key) of
                  {_, Id} when Key =:= id; Key =:= os_pid; Key =:= memory -> is_integer(Id);
                  {links, L} -> L =:= [self()];
                  {connected, C} -> C =:= self();
                  Value -> Value
              end || Key <- [registered_name, id, connected, links, name, input, output, os_pid, parallelism,
                  queue_size, memory, locking, monitors, monitored_by]]}
        end},
        {"name", fun() ->
            P = cat(), true = register(a_port, P),
            a_port ! {self(), {command, "x"}}, X = one(P),
            port_command(a_port, "y"), Y = one(P),
            Known = {whereis(a_port) =:= P, erlang:port_info(a_port, registered_name),
                lists:member(a_port, registered())},
            port_close(a_port),
            {X, Y, Known, whereis(a_port)}
        end},
        {"all ports", fun() -> P = cat(), Open = lists:member(P, erlang:ports()), port_close(P),
            {Open, lists:member(P, erlang:ports()), lists:member(P, processes())} end},
        {"as text", fun() ->
            P = cat(), L = port_to_list(P),
            {string:prefix(L, "#Port<0.") =/= nomatch, list_to_port(L) =:= P, is_port(P), is_pid(P), is_port(self()),
                fails(fun() -> list_to_port("foo") end),
             binary_to_term(term_to_binary(P)) =:= P, node(P), P > self(), P < {}}
        end},
        {"an owner without link dies", fun() ->
            Me = self(),
            {Owner, M} = spawn_monitor(fun() -> P = cat(), unlink(P), Me ! {port, P} end),
            P = receive {port, P0} -> P0 end,
            receive {'DOWN', M, _, _, _} -> ok end,
            {erlang:port_info(P, connected) =:= {connected, Owner}, erlang:port_info(P, links), port_command(P, "x"),
                port_close(P)}
        end},
        {"another linked one ends", fun() ->
            P = cat(), {_, M} = spawn_monitor(fun() -> link(P) end),
            receive {'DOWN', M, _, _, _} -> ok end, receive after 50 -> ok end,
            is_list(erlang:port_info(P))
        end},
        {"another linked one fails", fun() ->
            trap(), P = cat(), {_, M} = spawn_monitor(fun() -> link(P), exit(foo) end),
            receive {'DOWN', M, _, _, _} -> ok end,
            {all(P, 100), erlang:port_info(P)}
        end},
        {"exit/2", fun() -> [begin trap(), P = cat(), exit(P, R), all(P, 100) end
            || R <- [normal, kill, foo, {foo, "x"}]] end},
        {"exit/2 of another", fun() -> trap(), P = cat(), spawn(fun() -> exit(P, normal) end), all(P, 100) end},
        {"exit/2, looked at once", fun() -> trap(), P = cat(), exit(P, foo),
            receive {'EXIT', P, R} -> R after 0 -> none end end},
        {"exit/2, unlink", fun() -> P = cat(), exit(P, foo), unlink(P), receive after 50 -> survived end end},
        {"exit/2, trapping afterwards", fun() -> P = cat(), exit(P, foo), trap(), all(P, 50) end},
        {"exit/2 kills its owner", fun() -> P = cat(), exit(P, foo), receive after 5000 -> survived end end},
        {"unlinked", fun() -> trap(), P = cat(), unlink(P), port_close(P), all(P, 50) end},
        {"monitors", fun() ->
            P = cat(), register(a_port, P), R = monitor(port, a_port),
            Seen = {erlang:port_info(P, monitored_by) =:= {monitored_by, [self()]}, process_info(self(), monitors)},
            port_close(P),
            receive {'DOWN', R, port, O, W} -> {Seen, O =:= {a_port, node()}, W} end
        end},
        {"monitor of the closed", fun() -> P = cat(), port_close(P), monitor(port, P), all(P, 50) end},
        {"a port is no process", fun() -> P = cat(), register(a_port, P), R = monitor(process, a_port),
            receive {'DOWN', R, T, O, W} -> {T, O, W} end end},
        {"demonitor", fun() -> P = cat(), R = monitor(port, P), demonitor(R), port_close(P), all(P, 50) end},
        {"link to the closed", fun() -> P = cat(), port_close(P), trap(), {link(P), all(P, 50)} end},
        {"os:cmd", fun() -> {os:cmd("echo hi"), os:cmd("exit 1"), os:cmd("echo err 1>&2")} end},
        {"cannot be written to", fun() -> trap(), P = open_port({spawn, "sleep 1"}, [in]),
            {port_command(P, "x"), all(P, 50)} end},
        {"data", fun() -> P = cat(), {erlang:port_get_data(P), erlang:port_set_data(P, {a, 1}),
            erlang:port_get_data(P)} end},
        {"commands, then close", fun() ->
            File = "/tmp/spawnlink-port-" ++ os:getpid(),
            P = open_port({spawn, "cat > " ++ File}, [out]),
            [P ! {self(), {command, integer_to_list(N)}} || N <- lists:seq(1, 20)],
            P ! {self(), close}, closed = one(P),
            receive after 300 -> ok end,
            {ok, Bytes} = file:read_file(File), file:delete(File), Bytes
        end},
        {"much", fun() ->
            P = cat([binary, {packet, 4}]), Data = binary:copy(<<"0123456789">>, 20000),
            [port_command(P, Data) || _ <- lists:seq(1, 5)],
            [one(P) =:= {data, Data} || _ <- lists:seq(1, 5)]
        end}
    ].
