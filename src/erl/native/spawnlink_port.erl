%% SPDX-License-Identifier: Apache-2.0
%%
%% Ports, as erts describes them (erlang:open_port/2 and "Ports and Port Drivers"). The functions with the names of
%% erts_internal's run in their caller. The port itself runs init/3: it is a process whose identifier is a port, so
%% self() is the port there, and the core handles links, monitors and exit signals of it. Its dictionary holds what
%% port_info shows.
-module(spawnlink_port).
-export([open_port/2, port_command/3, port_call/3, port_control/3, port_close/1, port_connect/2, port_info/1,
    port_info/2,
         port_get_data/1, port_set_data/2, init/3]).

%% Operations of the host and its error numbers.
-include("seam.hrl").

-record(options, {
    packet = stream,            % stream | 1 | 2 | 4 | {line, MaxLength}
    binary = false,
    in, out,                    % undefined | true
    eof = false,
    exit_status = false,
    flags = 0,                  % of ?PORT_OPEN
    cd = <<>>,
    env = [],
    args, arg0
}).

-record(port, {
    outside,                    % {handle, Handle} | {fd, In, Out} | terminal | ram_file
    name,
    options,
    buffer = <<>>,              % of input
    status,                     % status of the program when it has ended
    at_eof = false              % whether its output has ended
}).

%% --- In the caller: an atom as the result means an error -------------------------------------------------------------

open_port(Name, Settings) ->
    try
        Options = options(Settings, #options{}),
        {outside(Name, Options), Options}
    of
        {{Outside, Shown}, Opened} -> start(Outside, Shown, Opened);
        {Error, _} -> Error
    catch
        throw:badarg -> badarg;
        error:_ -> badarg
    end.

start(Outside, Shown, Options) ->
    Handle = case Outside of {handle, H} -> H; _ -> 0 end,
    Ref = make_ref(),
    Port = spawnlink:port(Handle, [{self(), Ref}, #port{outside = Outside, name = Shown, options = Options}, Handle]),
    receive {Ref, ready} -> Port end.

port_command(Port, Data, Options) ->
    case [O || O <- Options, O =/= nosuspend] of
        [] ->
            try iolist_to_binary(Data) of
                Binary -> call(Port, {command, Binary})
            catch
                error:_ ->
                    case open(Port) of
                        undefined -> ok;
                        Open -> {name, Name} = info(Open, name), bad_value(Name)
                    end,
                    badarg
            end;
        Others ->
            case lists:all(fun(O) -> O =:= force end, Others) of
                true -> notsup;
                false -> badarg
            end
    end.

port_close(Port) ->
    case open(Port) of
        undefined -> badarg;
        Open ->
            Ref = monitor(port, Open),
            exit(Open, normal),
            receive {'DOWN', Ref, _, _, _} -> true end
    end.

port_connect(Port, Pid) ->
    Open = open(Port),
    case is_pid(Pid) andalso Open =/= undefined andalso spawnlink:port_connect(Open, Pid) of
        true -> true;
        false -> badarg
    end.

port_call(_, _, _) -> badarg.

port_control(Port, Operation, Data) ->
    try call(Port, {control, Operation, iolist_to_binary(Data)})
    catch error:badarg -> badarg
    end.

port_info(Port) when is_port(Port); is_atom(Port) ->
    case open(Port) of
        undefined -> undefined;
        Open ->
            Items = [Item || Item <- [name, links, id, connected, input, output, os_pid]],
            case [info(Open, Item) || Item <- Items] of
                [{_, _} | _] = List -> [Named || {_, N} = Named <- [info(Open, registered_name)], N =/= []] ++ List;
                _ -> undefined
            end
    end;
port_info(_) -> badarg.

port_info(Port, Item) when is_port(Port); is_atom(Port) ->
    Known = [registered_name, id, connected, links, name, input, output, os_pid, parallelism, queue_size, memory,
        locking, monitors, monitored_by],
    case lists:member(Item, Known) of
        true -> case open(Port) of undefined -> undefined; Open -> info(Open, Item) end;
        false -> badarg
    end;
port_info(_, _) -> badarg.

port_get_data(Port) ->
    case open(Port) of
        undefined -> error(badarg);
        Open -> {_, Data} = spawnlink:port_info(Open, {dictionary, data}), Data
    end.

port_set_data(Port, Data) ->
    case open(Port) =/= undefined andalso call(Port, {data, Data}) of
        true -> true;
        _ -> error(badarg)
    end.

%% The open port with that name or identifier.
open(Name) when is_atom(Name) ->
    case whereis(Name) of
        Port when is_port(Port) -> Port;
        _ -> undefined
    end;
open(Port) when is_port(Port) ->
    case spawnlink:port_info(Port, links) of
        undefined -> undefined;
        _ -> Port
    end;
open(_) -> undefined.

%% Lets the port do something, in order with all that was sent to it before.
call(Port, Request) ->
    case open(Port) of
        undefined -> badarg;
        Open ->
            Ref = monitor(port, Open),
            Open ! {spawnlink_call, Ref, self(), Request},
            receive
                {Ref, Answer} -> demonitor(Ref, [flush]), Answer;
                {'DOWN', Ref, _, _, _} -> badarg
            end
    end.

info(Port, connected) -> item(Port, parent, connected);
info(Port, Item) when Item =:= links; Item =:= memory; Item =:= monitors; Item =:= monitored_by ->
    item(Port, Item, Item);
info(Port, registered_name) ->
    case spawnlink:port_info(Port, registered_name) of
        {_, _} = Named -> Named;
        Nothing -> Nothing
    end;
info(Port, id) -> {id, 8 * number(Port)};
info(_, parallelism) -> {parallelism, false};
info(_, queue_size) -> {queue_size, 0};
info(_, locking) -> {locking, port_level};
info(Port, Item) -> item(Port, {dictionary, Item}, Item).

item(Port, Asked, Item) ->
    case spawnlink:port_info(Port, Asked) of
        {_, Value} -> {Item, Value};
        Other -> Other
    end.

number(Port) ->
    "#Port<0." ++ Rest = port_to_list(Port),
    list_to_integer(lists:droplast(Rest)).

%% --- The arguments of open_port --------------------------------------------------------------------------------------

options([binary | Rest], O) -> options(Rest, O#options{binary = true});
options([stream | Rest], O) -> options(Rest, O#options{packet = stream});
options([{packet, N} | Rest], O) when N =:= 1; N =:= 2; N =:= 4 -> options(Rest, O#options{packet = N});
options([{line, N} | Rest], O) when is_integer(N), N > 0 -> options(Rest, O#options{packet = {line, N}});
options([in | Rest], O) -> options(Rest, O#options{in = true});
options([out | Rest], O) -> options(Rest, O#options{out = true});
options([eof | Rest], O) -> options(Rest, O#options{eof = true});
options([exit_status | Rest], O) -> options(Rest, O#options{exit_status = true});
options([stderr_to_stdout | Rest], O) -> options(Rest, O#options{flags = O#options.flags bor ?PORT_FLAG_ERRORS_TOO});
options([use_stdio | Rest], O) ->
    options(Rest, O#options{flags = O#options.flags band bnot ?PORT_FLAG_OWN_DESCRIPTORS});
options([nouse_stdio | Rest], O) -> options(Rest, O#options{flags = O#options.flags bor ?PORT_FLAG_OWN_DESCRIPTORS});
options([Accepted | Rest], O) when Accepted =:= hide; Accepted =:= overlapped_io -> options(Rest, O);
options([{parallelism, B} | Rest], O) when is_boolean(B) -> options(Rest, O);
options([{busy_limits_port, _} | Rest], O) -> options(Rest, O);
options([{busy_limits_msgq, _} | Rest], O) -> options(Rest, O);
options([{cd, Dir} | Rest], O) -> options(Rest, O#options{cd = text(Dir)});
options([{env, Env} | Rest], O) when is_list(Env) ->
    options(Rest, O#options{env = O#options.env ++ [variable(V) || V <- Env]});
options([{args, Args} | Rest], O) -> options(Rest, O#options{args = [text(A) || A <- Args]});
options([{arg0, Arg} | Rest], O) -> options(Rest, O#options{arg0 = text(Arg)});
options([], #options{in = undefined, out = undefined} = O) -> O#options{in = true, out = true};
options([], O) -> O;
options(_, _) -> throw(badarg).

variable({Name, false}) -> {text(Name), false};
variable({Name, Value}) -> {text(Name), text(Value)};
variable(_) -> throw(badarg).

%% Text for the host, in UTF-8. It must not contain zeros, which separate texts.
text(Text) when is_atom(Text), Text =/= [] -> text(atom_to_list(Text));
text(Text) ->
    Binary = if is_binary(Text) -> Text; true -> unicode:characters_to_binary(Text) end,
    is_binary(Binary) andalso binary:match(Binary, <<0>>) =:= nomatch orelse throw(badarg),
    Binary.

outside({spawn, Command}, #options{args = undefined, arg0 = undefined} = O) ->
    case text(Command) of
        <<>> -> badarg;
        %% Drivers of OTP's emulator that are written in Erlang here.
        <<"ram_file_drv">> -> {ram_file, "ram_file_drv"};
        <<"tty_sl", _/binary>> = Text -> case spawnlink_prim_tty:size() of undefined -> badarg;
            _ -> {terminal, binary_to_list(Text)} end;
        Text -> program(<<"/bin/sh">>, <<"sh">>, [<<"-c">>, <<"exec ", Text/binary>>], Text, O)
    end;
outside({spawn_executable, File}, #options{args = Args, arg0 = Arg0} = O) ->
    case text(File) of
        <<>> -> badarg;
        Text -> program(Text, if Arg0 =:= undefined -> Text; true -> Arg0 end, if Args =:= undefined -> [];
            true -> Args end, Text, O)
    end;
outside({fd, In, Out}, #options{args = undefined} = O) when is_integer(In), is_integer(Out), In >= 0, Out >= 0 ->
    if
        (In =:= 0 orelse O#options.in =/= true), (Out =:= 1 orelse Out =:= 2 orelse O#options.out =/= true) ->
            {{fd, In, Out}, integer_to_list(In) ++ "/" ++ integer_to_list(Out)};
        true -> einval
    end;
outside(_, _) -> badarg.

program(File, Arg0, Args, Shown, #options{in = In, out = Out, flags = Flags, cd = Dir, env = Changes}) ->
    Set = lists:foldl(fun variable/2, os:env(), Changes),
    Env = [[unicode:characters_to_binary(Name), $=, unicode:characters_to_binary(Value)] || {Name, Value} <- Set],
    Told = [Dir, Arg0, integer_to_binary(length(Env))] ++ Env ++ [File | Args],
    Ways = (if In =:= true -> ?PORT_FLAG_READ; true -> 0 end) bor (if Out =:= true -> ?PORT_FLAG_WRITE; true -> 0 end),
    case spawnlink:file(?PORT_OPEN, 0, lists:join(0, Told), Flags bor Ways) of
        {Handle, _} -> {{handle, Handle}, unicode:characters_to_list(Shown)};
        ?HOST_ENOTSUP -> enoent; % this host has no programs, so none is found
        Error -> element(-Error, ?HOST_NAMES)
    end.

variable({Name, Value}, Env) ->
    Key = unicode:characters_to_list(Name),
    Others = lists:keydelete(Key, 1, Env),
    if Value =:= false -> Others; true -> [{Key, unicode:characters_to_list(Value)} | Others] end.

%% --- The port -----------------------------------------------------------------------------------------------------

init({Opener, Ref}, #port{name = Name, outside = Outside} = P, Handle) ->
    put(name, Name),
    put(input, 0),
    put(output, 0),
    put(os_pid, undefined),
    case Outside of
        {handle, _} ->
            {OsPid, _} = spawnlink:file(?PORT_OS_PID, Handle, [], 0),
            put(os_pid, OsPid),
            spawnlink:file(?PORT_ATTACH, Handle, [], number(self()));
        terminal ->
            put(line, spawnlink_tty_sl:open()),
            want(P);
        ram_file ->
            put(file, spawnlink_ram_file:new());
        {fd, _, _} ->
            want(P)
    end,
    Opener ! {Ref, ready},
    loop(P).

want(#port{outside = Outside, options = #options{in = true}}) when Outside =:= terminal; element(1, Outside) =:= fd ->
    spawnlink:want_input();
want(_) -> ok.

loop(P) ->
    receive
        {spawnlink_port, data, Data} -> loop(input(Data, P));
        {spawnlink_port, status, Status} -> loop(ended(P#port{status = Status}));
        {spawnlink_port, eof, _} -> loop(ended(P#port{at_eof = true}));
        {spawnlink_port, error, Reason} -> exit(Reason);
        {spawnlink_input, eof} -> loop(ended(P#port{at_eof = true, status = none}));
        {spawnlink_input, Data} -> P1 = input(Data, P), want(P), loop(P1);
        {spawnlink_call, Ref, From, Request} ->
            From ! {Ref, served(Request, P)},
            loop(P);
        %% An exit signal that arrived behind a message not handled yet.
        {'EXIT', _, Reason} -> exit(Reason);
        Message ->
            told(Message, connected(), P),
            loop(P)
    end.

connected() -> {_, Owner} = spawnlink:port_info(self(), parent), Owner.

served({command, Data}, P) -> write(Data, P), true;
served({control, Operation, Data}, #port{outside = terminal}) ->
    case spawnlink_tty_sl:control(Operation, Data, get(line)) of
        {Answer, Line} -> put(line, Line), Answer;
        badarg -> badarg
    end;
served({control, _, _}, _) -> badarg;
served({data, Data}, _) -> put(data, Data), true.

told({Owner, {command, Data}}, Owner, P) ->
    try iolist_to_binary(Data) of
        Binary -> write(Binary, P)
    catch
        error:badarg ->
            bad_value(P#port.name),
            exit(Owner, badsig)
    end;
told({Owner, close}, Owner, _) ->
    spawnlink:port_tell(Owner),
    exit(normal);
told({Owner, {connect, New}}, Owner, _) when is_pid(New) ->
    case spawnlink:port_connect(self(), New) of
        true -> Owner ! {self(), connected};
        false -> exit(Owner, badsig)
    end;
told(_, Owner, _) -> exit(Owner, badsig).

bad_value(Name) -> error_logger:error_msg("Bad value on output port '~ts'~n~n", [Name]).

%% A failure to write ends the port.
write(Data, #port{outside = Outside, options = #options{packet = Packet, out = Out}} = P) ->
    Size = byte_size(Data),
    put(output, get(output) + Size),
    if
        Out =/= true -> self() ! {spawnlink_port, error, ebadf}, ok;
        Outside =:= ram_file -> ram_file(Data, P);
        is_integer(Packet), Size bsr (8 * Packet) =/= 0 -> self() ! {spawnlink_port, error, einval}, ok;
        is_integer(Packet) -> send([<<Size:Packet/unit:8>>, Data], Outside);
        true -> send(Data, Outside)
    end.

ram_file(Data, P) ->
    {{Head, Bytes}, File} = spawnlink_ram_file:command(Data, get(file)),
    put(file, File),
    deliver(Head ++ if Bytes =:= none -> []; true -> shape(Bytes, P) end).

send(Data, {fd, _, Out}) -> spawnlink:write(Out, Data);
send(Data, terminal) ->
    {Out, Line, Acknowledged} = spawnlink_tty_sl:command(iolist_to_binary(Data), get(line)),
    put(line, Line),
    spawnlink:write(1, Out),
    Acknowledged andalso (connected() ! {self(), ok}),
    ok;
send(Data, {handle, Handle}) ->
    case spawnlink:file(?PORT_WRITE, Handle, Data, 0) of
        {_, _} -> spawnlink:internal(output, iolist_size(Data));
        _ -> self() ! {spawnlink_port, error, epipe}, ok
    end.

%% --- Input -----------------------------------------------------------------------------------------------------------

input(Data, #port{buffer = Buffer, options = #options{packet = Packet}} = P) ->
    put(input, get(input) + byte_size(Data)),
    spawnlink:internal(input, byte_size(Data)),
    P#port{buffer = pieces(Packet, if Buffer =:= <<>> -> Data; true -> <<Buffer/binary, Data/binary>> end, P)}.

%% Delivers complete packets; returns the rest.
pieces(stream, Data, #port{outside = terminal} = P) ->
    {Whole, Rest} = spawnlink_tty_sl:whole(Data),
    deliver(shape(Whole, P)),
    Rest;
pieces(stream, Data, P) -> deliver(shape(Data, P)), <<>>;
pieces({line, Max}, Data, P) -> lines(Data, Max, P);
pieces(Bytes, Data, P) ->
    case Data of
        <<Size:Bytes/unit:8, Piece:Size/binary, Rest/binary>> -> deliver(shape(Piece, P)), pieces(Bytes, Rest, P);
        _ -> Data
    end.

%% A line longer than Max is delivered in pieces; a carriage return before the newline does not count.
lines(Data, Max, P) ->
    case binary:match(Data, <<$\n>>, [{scope, {0, min(byte_size(Data), Max + 1)}}]) of
        {At, 1} ->
            <<Line:At/binary, _, Rest/binary>> = Data,
            deliver({eol, shape(without_return(Line), P)}),
            lines(Rest, Max, P);
        nomatch when byte_size(Data) > Max ->
            <<Part:Max/binary, Rest/binary>> = Data,
            deliver({noeol, shape(Part, P)}),
            lines(Rest, Max, P);
        nomatch -> Data
    end.

without_return(Line) ->
    Size = byte_size(Line) - 1,
    case Line of
        <<Text:Size/binary, $\r>> when Size >= 0 -> Text;
        _ -> Line
    end.

shape(Data, #port{options = #options{binary = true}}) -> Data;
shape(Data, _) -> binary_to_list(Data).

deliver(Data) -> connected() ! {self(), {data, Data}}.

%% The program has ended its output, or has exited, or both.
ended(#port{at_eof = false} = P) -> P;
ended(#port{status = undefined, options = #options{exit_status = true}} = P) -> P;
ended(#port{buffer = Buffer, status = Status, options = #options{packet = Packet, eof = Eof,
    exit_status = WithStatus}} = P) ->
    [connected() ! {self(), {exit_status, Status}} || WithStatus, is_integer(Status)],
    [deliver({noeol, shape(Buffer, P)}) || is_tuple(Packet), Buffer =/= <<>>],
    case Eof of
        true -> connected() ! {self(), eof}, P#port{buffer = <<>>, at_eof = false};
        false -> exit(normal)
    end.
