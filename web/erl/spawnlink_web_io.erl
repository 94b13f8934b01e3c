%% SPDX-License-Identifier: Apache-2.0
%%
%% The terminal of the playground: the group leader of the program and of OTP's shell, which is started when it is first
%% needed. Output goes to the VM's output. When a process reads a line, the page (a JavaScript process) is asked for it;
%% the page is also told whose turn it is whenever that changes. Output never waits for a reader, and when a reader
%% dies, its request is dropped.
%%
%% To the page:    {ask, shell | program, Prompt :: binary()} | {ask, none | closed} | {evaluator, pid()}
%% From the page:  {page, {line, Text, shell | program} | eof | interrupt | shell | {turn, shell | program} | {files,
%% [{Name, Text}]}}
-module(spawnlink_web_io).
-export([start/1, shell/0]).

%% A request for input. `state`: the continuation of a get_until. `own`: whether the request is the shell's prompt.
-record(read, {from, as, monitor, own, encoding, prompt, kind, state = []}).

-record(io, {
    page,
    shell,                  % OTP's shell, while there is one
    quiet = false,          % whether output is dropped: before its first prompt, the shell prints its banner
    reads = [],             % requests in the order in which they came
    buffers = #{true => [], false => []}, % characters typed but not yet read: for the shell's prompt, for others
    turn = program,         % who gets the next line when the shell's prompt and others wait
    told = {ask, closed},   % the last message to the page
    evaluator,              % the shell's evaluator, as the page knows it
    binary = false,
    echo = true
}).

%% Called in the VM before any program runs. All processes started afterwards have this process as their group leader.
start(Page) ->
    Io = spawn(fun() -> loop(#io{page = Page}) end),
    ok = file:set_cwd("/home"),
    true = unregister(user),
    true = register(user, Io),
    Io.

loop(Io0) ->
    Io = tell(serve(Io0)),
    receive
        {io_request, From, As, Request} when is_pid(From) -> loop(request(Request, From, As, Io));
        {page, Told} -> loop(page(Told, Io));
        {'DOWN', _, process, Shell, _} when Shell =:= Io#io.shell -> loop(Io#io{shell = undefined, quiet = false});
        {'DOWN', Monitor, process, _, _} -> loop(Io#io{reads = lists:keydelete(Monitor, #read.monitor, Io#io.reads)});
        _ -> loop(Io)
    end.

%% --- Messages from the page ---------------------------------------------------------------------------

page(shell, #io{shell = undefined} = Io) -> start_shell(Io);
page({line, Text, Whose}, Io) -> typed(Whose =:= shell, unicode:characters_to_list(Text) ++ "\n", Io);
page({turn, Turn}, Io) -> Io#io{turn = Turn};
page({files, Files}, Io) -> _ = [file:write_file(filename:join("/home", Name), Text) || {Name, Text} <- Files], Io;
page(interrupt, Io) -> interrupt(Io);
page(eof, Io) -> at_end(current(Io), Io);
page(_, Io) -> Io.

%% Starts the shell as OTP does, but by a function of this module, by which the page recognises it.
start_shell(Io) ->
    {Shell, _} = spawn_monitor(?MODULE, shell, []),
    group_leader(self(), Shell),
    Shell ! go,
    Io#io{shell = Shell, quiet = true}.

shell() ->
    receive go -> ok end,
    put('$ancestors', []),
    shell:server(true, false).

%% A line for the shell's prompt, or for other readers; if those have gone, it is for whoever reads next. The page sends
%% no more lines until it is asked again. It need not be told at once that nobody reads now, so that message comes
%% behind the output that is under way.
typed(Own, Line, #io{buffers = Buffers} = Io) ->
    Io#io{buffers = Buffers#{Own := maps:get(Own, Buffers) ++ Line}, told = {ask, none}}.

at_end(none, Io) -> Io;
at_end(#read{own = true}, Io) -> Io; % the end of input would end the VM
at_end(#read{own = false} = Read, #io{buffers = Buffers} = Io) ->
    Reply = case finish(Read, maps:get(false, Buffers)) of [] -> eof; Data -> Data end,
    answered(Read, Reply, Io#io{buffers = Buffers#{false := []}}).

finish(#read{kind = {until, M, F, A}, state = State}, Data) ->
    Chars = case Data of [] -> eof; _ -> Data end,
    try apply(M, F, [State, Chars | A]) of
        {done, Result, _} -> Result;
        {more, More} when Data =/= [] -> element(2, apply(M, F, [More, eof | A]));
        _ -> eof
    catch
        _:_ -> {error, F}
    end;
finish(_, Data) -> Data.

%% Interrupts what the shell does. If the shell itself waits for a line, drops the requests of other readers, or else
%% what was typed so far.
interrupt(#io{shell = Shell, reads = Reads, buffers = Buffers} = Io) ->
    Prompt = lists:keyfind(true, #read.own, Reads),
    Other = lists:keyfind(false, #read.own, Reads),
    if
        Shell =/= undefined, Prompt =:= false ->
            exit(Shell, interrupt),
            Io#io{buffers = Buffers#{true := []}};
        Other =/= false, Io#io.turn =:= program ->
            answered(Other, {error, interrupted}, Io);
        Prompt =/= false ->
            Again = lists:keyreplace(true, #read.own, Reads, Prompt#read{state = []}),
            Io#io{reads = Again, buffers = Buffers#{true := []}, told = {ask, none}};
        true ->
            Io
    end.

%% --- Whose turn it is ---------------------------------------------------------------------------------

current(#io{reads = Reads, turn = Turn}) ->
    Prompt = lists:keyfind(true, #read.own, Reads),
    Other = lists:keyfind(false, #read.own, Reads),
    if
        Other =/= false, Turn =:= program; Other =/= false, Prompt =:= false -> Other;
        Prompt =/= false -> Prompt;
        true -> none
    end.

tell(#io{page = Page, told = Told} = Io) ->
    Now =
        case current(Io) of
            none when Io#io.shell =:= undefined -> {ask, closed};
            none -> {ask, none};
            #read{own = true, state = State} = Read when State =/= [] -> {ask, shell, indent(Read)};
            #read{own = true, prompt = Prompt} -> {ask, shell, Prompt};
            #read{prompt = Prompt} -> {ask, program, Prompt}
        end,
    Now =:= Told orelse (Page ! Now),
    Io#io{told = Now}.

%% For a form that continues over several lines, the prompt has dots in place of the number.
indent(#read{prompt = Prompt}) ->
    unicode:characters_to_binary([lists:duplicate(max(0, string:length(string:trim(Prompt)) - 2), $\s), ".. "]).

%% --- Reading ------------------------------------------------------------------------------------------

%% Gives what was typed to the readers, as long as it is enough for one of them.
serve(#io{reads = Reads} = Io) -> serve(Reads, Io).

serve([], Io) -> Io;
serve([#read{own = Own} = Read | Rest], #io{buffers = Buffers} = Io) ->
    First = lists:keyfind(Own, #read.own, Io#io.reads) =:= Read,
    case First andalso take(Read, maps:get(Own, Buffers), Io) of
        {done, Reply, Left} -> serve(answered(Read, Reply, Io#io{buffers = Buffers#{Own := Left}}));
        {more, Read1, Left} ->
            Reads = lists:keyreplace(Read#read.monitor, #read.monitor, Io#io.reads, Read1),
            serve(Rest, Io#io{reads = Reads, buffers = Buffers#{Own := Left}});
        false -> serve(Rest, Io)
    end.

answered(#read{from = From, as = As, monitor = Monitor} = Read, Reply, #io{reads = Reads} = Io) ->
    demonitor(Monitor, [flush]),
    From ! {io_reply, As, as_asked(Reply, Read, Io)},
    Io#io{reads = lists:keydelete(Monitor, #read.monitor, Reads)}.

take(#read{kind = line, own = Own}, [], #io{echo = false, shell = Shell}) when Own; is_pid(Shell) -> {done, "\n", []};
take(Read, [], _) -> {more, Read, []};
take(#read{kind = line} = Read, Buffer, _) ->
    case lists:splitwith(fun(C) -> C =/= $\n end, Buffer) of
        {Line, [$\n | Rest]} -> {done, Line ++ "\n", Rest};
        _ -> {more, Read, Buffer}
    end;
take(#read{kind = {chars, N}} = Read, Buffer, _) ->
    case length(Buffer) >= N of
        true -> {Chars, Rest} = lists:split(N, Buffer), {done, Chars, Rest};
        false -> {more, Read, Buffer}
    end;
take(#read{kind = {until, M, F, A}, state = State} = Read, Buffer, _) ->
    try apply(M, F, [State, Buffer | A]) of
        {done, Result, Rest} when is_list(Rest) -> {done, Result, blank(Read, Rest)};
        {done, Result, _} -> {done, Result, []};
        {more, More} -> {more, nothing_yet(Read, Buffer, More), []}
    catch
        _:_ -> {done, {error, F}, []}
    end.

%% An empty line before a form is not a part of it: the prompt comes again, without dots.
nothing_yet(#read{state = []} = Read, Buffer, More) ->
    case string:trim(Buffer) of
        [] -> Read;
        _ -> Read#read{state = More}
    end;
nothing_yet(Read, _, More) -> Read#read{state = More}.

%% The rest of a line behind a form; nothing if it is blank.
blank(#read{own = true}, Rest) ->
    case string:trim(Rest) of [] -> []; _ -> Rest end;
blank(_, Rest) -> Rest.

as_asked(Chars, #read{encoding = Encoding, kind = Kind}, Io) when is_list(Chars),
    (Kind =:= line orelse element(1, Kind) =:= chars) ->
    case Io#io.binary of
        true -> unicode:characters_to_binary(Chars, unicode, Encoding);
        false when Encoding =:= latin1 ->
            case lists:all(fun(C) -> C < 256 end, Chars) of
                true -> Chars;
                false -> {error, {no_translation, unicode, latin1}}
            end;
        false -> Chars
    end;
as_asked(Reply, _, _) -> Reply.

%% --- Requests -----------------------------------------------------------------------------------------

request({requests, [Request]}, From, As, Io) -> request(Request, From, As, Io);
request({requests, [Request | Rest]}, From, As, Io) ->
    case output(Request, From, Io) of
        {{error, _} = Error, Io1} -> From ! {io_reply, As, Error}, Io1;
        {_, Io1} -> request({requests, Rest}, From, As, Io1);
        false -> From ! {io_reply, As, {error, request}}, Io
    end;
request(Request, From, As, Io) ->
    case output(Request, From, Io) of
        {Reply, Io1} ->
            From ! {io_reply, As, Reply},
            Io1;
        false ->
            case input(Request) of
                {Encoding, Prompt, Kind} -> asks(From, As, Encoding, Prompt, Kind, Io);
                false -> From ! {io_reply, As, {error, request}}, Io
            end
    end.

asks(From, As, Encoding, Prompt, Kind, #io{shell = Shell, reads = Reads} = Io) ->
    Parent = case process_info(From, parent) of {_, P} -> P; _ -> undefined end,
    Own = Shell =/= undefined andalso Parent =:= Shell andalso is_form(Kind),
    Read = #read{from = From, as = As, monitor = monitor(process, From), own = Own, encoding = Encoding,
                 prompt = prompt(Prompt), kind = Kind},
    evaluator(Own, Io#io{reads = Reads ++ [Read], quiet = Io#io.quiet andalso not Own}).

%% The shell's evaluator stands for the user, so the page shows it. When it has ended, its successor takes its place.
evaluator(false, Io) -> Io;
evaluator(true, #io{shell = Shell, page = Page, evaluator = Known} = Io) ->
    {dictionary, Dictionary} = process_info(Shell, dictionary),
    case lists:keyfind(evaluator, 1, Dictionary) of
        {_, Pid} when Pid =/= Known ->
            Page ! {evaluator, Pid},
            Io#io{evaluator = Pid};
        _ ->
            Io
    end.

is_form({until, erl_scan, _, _}) -> true;
is_form(line) -> true;
is_form(_) -> false.

input({get_line, Encoding, Prompt}) -> {Encoding, Prompt, line};
input({get_line, Prompt}) -> {latin1, Prompt, line};
input({get_password, Encoding}) -> {Encoding, "", line};
input({get_chars, Encoding, Prompt, N}) when is_integer(N), N >= 0 -> {Encoding, Prompt, {chars, N}};
input({get_chars, Prompt, N}) when is_integer(N), N >= 0 -> {latin1, Prompt, {chars, N}};
input({get_until, Encoding, Prompt, M, F, A}) when is_list(A) -> {Encoding, Prompt, {until, M, F, A}};
input({get_until, Prompt, M, F, A}) when is_list(A) -> {latin1, Prompt, {until, M, F, A}};
input(_) -> false.

prompt(Prompt) ->
    Text =
        try
            case Prompt of
                {format, Format, Args} -> io_lib:format(Format, Args);
                _ when is_atom(Prompt) -> atom_to_list(Prompt);
                _ when is_list(Prompt); is_binary(Prompt) -> Prompt;
                _ -> io_lib:format("~tp", [Prompt])
            end
        catch
            _:_ -> "???"
        end,
    case unicode:characters_to_binary(Text) of
        Binary when is_binary(Binary) -> Binary;
        _ -> <<"???">>
    end.

output({put_chars, Encoding, Chars}, From, Io) -> {put_chars(Encoding, Chars, From, Io), Io};
output({put_chars, Encoding, M, F, A}, From, Io) ->
    Reply = try put_chars(Encoding, apply(M, F, A), From, Io) catch _:_ -> {error, F} end,
    {Reply, Io};
output({put_chars, Chars}, From, Io) -> output({put_chars, latin1, Chars}, From, Io);
output({put_chars, M, F, A}, From, Io) -> output({put_chars, latin1, M, F, A}, From, Io);
output(nl, From, Io) -> output({put_chars, unicode, "\n"}, From, Io);
output(getopts, _, Io) -> {[{echo, Io#io.echo}, {binary, Io#io.binary}, {encoding, unicode}], Io};
output({setopts, Options}, _, Io) when is_list(Options) -> setopts(Options, Io);
output({get_geometry, _}, _, Io) -> {{error, enotsup}, Io};
output(_, _, _) -> false.

put_chars(_, _, Shell, #io{quiet = true, shell = Shell}) -> ok;
put_chars(Encoding, Chars, _, _) ->
    case unicode:characters_to_binary(Chars, Encoding, utf8) of
        Binary when is_binary(Binary) -> spawnlink:write(1, Binary);
        _ -> {error, {put_chars, Encoding, Chars}}
    end.

setopts([], Io) -> {ok, Io};
setopts([binary | Rest], Io) -> setopts([{binary, true} | Rest], Io);
setopts([list | Rest], Io) -> setopts([{binary, false} | Rest], Io);
setopts([{binary, Binary} | Rest], Io) when is_boolean(Binary) -> setopts(Rest, Io#io{binary = Binary});
setopts([{echo, Echo} | Rest], Io) when is_boolean(Echo) -> setopts(Rest, Io#io{echo = Echo});
setopts([{encoding, Encoding} | Rest], Io) when Encoding =:= unicode; Encoding =:= utf8 -> setopts(Rest, Io);
setopts([{Other, _} | Rest], Io) when Other =:= expand_fun; Other =:= line_history; Other =:= log -> setopts(Rest, Io);
setopts(_, Io) -> {{error, enotsup}, Io}.
