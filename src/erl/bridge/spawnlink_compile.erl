%% SPDX-License-Identifier: Apache-2.0
%%
%% The far end of vm.compile(): compiles modules from text by OTP's compiler. Files are included from text too, whether
%% the VM has files of its own or not.
-module(spawnlink_compile).
-export([compile/3]).

%% What serves the files that are included, while a compilation runs.
-record(server, {client, monitor, headers, others, original, epp}).

%% Files: [{Name, Text}] of binaries; those whose names end in .erl are compiled, all can be included. Others: whether
%% other files are looked for among those of the VM.
%%
%% Answers [{{ok, Module, Beam} | error, [{error | warning, File, Line, Column, Text}]}].
compile(Files, Options, Others) ->
    Headers = maps:from_list([{plain(unicode:characters_to_list(Name)), Text} || {Name, Text} <- Files]),
    Client = self(),
    Server = spawn(fun() -> start(#server{client = Client, headers = Headers, others = Others}) end),
    Monitor = monitor(process, Server),
    receive
        {Server, ready} -> ok;
        {'DOWN', Monitor, process, _, Reason} -> exit(Reason)
    end,
    Results = [one(Name, Text, Options, Server) || {Name, Text} <- Files, filename:extension(Name) =:= <<".erl">>],
    Server ! {self(), stop},
    receive {'DOWN', Monitor, process, _, _} -> Results end.

one(Name, Text, Options0, Server) ->
    File = unicode:characters_to_list(Name),
    {Macros, Options} = lists:partition(fun is_macro/1, Options0),
    Device = spawn_link(fun() -> device(unicode:characters_to_list(Text)) end),
    {ok, Epp} = epp:open([
        {name, File}, {fd, Device}, {location, {1, 1}}, {includes, [".", "include"]},
        {macros, [macro(Macro) || Macro <- Macros]}
    ]),
    Server ! {self(), epp, Epp},
    Forms = epp:parse_file(Epp),
    epp:close(Epp),
    unlink(Device),
    exit(Device, kill),
    case compile:noenv_forms(Forms, [binary, return, {error_location, column}, {source, File} | Options]) of
        {ok, Module, Beam, Warnings} when is_binary(Beam) -> {{ok, Module, Beam}, told(warning, Warnings)};
        {error, Errors, Warnings} -> {error, told(error, Errors) ++ told(warning, Warnings)};
        _ -> {error, [{error, Name, 1, 1, <<"with these options the compiler makes no module">>}]}
    end.

is_macro({d, _}) -> true;
is_macro({d, _, _}) -> true;
is_macro(_) -> false.

macro({d, Name}) -> Name;
macro({d, Name, Value}) -> {Name, Value}.

told(Severity, PerFile) ->
    [told(Severity, unicode:characters_to_binary(File), Info) || {File, Infos} <- PerFile, Info <- Infos].

told(Severity, File, {{Line, Column}, Module, What}) ->
    {Severity, File, Line, Column, unicode:characters_to_binary(Module:format_error(What))};
told(Severity, File, {Line, Module, What}) when is_integer(Line) ->
    told(Severity, File, {{max(Line, 1), 1}, Module, What});
told(Severity, File, {_, Module, What}) -> told(Severity, File, {{1, 1}, Module, What});
told(Severity, File, {Module, What}) -> told(Severity, File, {{1, 1}, Module, What}).

%% --- Files to include --------------------------------------------------------------------------------
%%
%% OTP's preprocessor opens them through the process that is registered as file_server_2. During a compilation that is
%% a process of ours: it answers the preprocessor, and hands on what others ask to the one whose name it has taken. One
%% compilation has the name at a time.

start(#server{client = Client} = State) ->
    put(?MODULE, server),
    take(State#server{monitor = monitor(process, Client)}).

take(#server{client = Client, monitor = Monitor} = State) ->
    case exchange(fun take/0) of
        {taken, Original} ->
            Client ! {self(), ready},
            serve(State#server{original = Original});
        {busy, Server} ->
            Before = monitor(process, Server),
            receive
                {'DOWN', Before, process, _, _} -> take(State);
                {'DOWN', Monitor, process, _, _} -> ok
            end
    end.

take() ->
    Original = whereis(file_server_2),
    case is_pid(Original) andalso process_info(Original, dictionary) of
        {dictionary, Dictionary} ->
            case lists:keymember(?MODULE, 1, Dictionary) of
                true -> {busy, Original};
                false ->
                    unregister(file_server_2),
                    register(file_server_2, self()),
                    {taken, Original}
            end;
        _ ->
            register(file_server_2, self()),
            {taken, undefined}
    end.

%% Nobody else runs meanwhile, who would find the name without a process.
exchange(Do) ->
    Priority = process_flag(priority, max),
    Result = Do(),
    process_flag(priority, Priority),
    Result.

serve(#server{client = Client, monitor = Monitor, epp = Epp} = State) ->
    receive
        {'$gen_call', {Epp, _} = From, {open, Name, _}} = Call ->
            case find(Name, State#server.headers) of
                {ok, Text} -> gen_server:reply(From, {ok, open(Text)});
                error when State#server.others -> hand_on(Call, State);
                error -> gen_server:reply(From, {error, enoent})
            end,
            serve(State);
        %% The compiler wants to know the current folder, which only a VM with files has.
        {'$gen_call', {Client, _} = From, _} when not State#server.others ->
            gen_server:reply(From, {error, enoent}),
            serve(State);
        {Client, epp, Epp1} -> serve(State#server{epp = Epp1});
        {Client, stop} -> give_back(State);
        {'DOWN', Monitor, process, _, _} -> give_back(State);
        Message ->
            hand_on(Message, State),
            serve(State)
    end.

hand_on(Message, #server{original = Original}) when is_pid(Original) -> Original ! Message;
hand_on({'$gen_call', From, _}, _) -> gen_server:reply(From, {error, enoent});
hand_on(_, _) -> ok.

give_back(#server{original = Original} = State) ->
    exchange(fun() ->
        unregister(file_server_2),
        is_pid(Original) andalso is_process_alive(Original) andalso register(file_server_2, Original)
    end),
    flush(State).

flush(State) ->
    receive
        {'$gen_call', _, _} = Message -> hand_on(Message, State), flush(State)
    after 0 -> ok
    end.

find(Name, Headers) when is_list(Name) -> maps:find(plain(Name), Headers);
find(_, _) -> error.

%% A name without '.' and '..'.
plain(Name) -> filename:join(["." | plain(filename:split(Name), [])]).

plain(["." | Rest], Before) -> plain(Rest, Before);
plain([".." | Rest], [Part | Before]) when Part =/= ".." -> plain(Rest, Before);
plain([Part | Rest], Before) -> plain(Rest, [Part | Before]);
plain([], Before) -> lists:reverse(Before).

open(Text) ->
    Chars = unicode:characters_to_list(Text),
    spawn(fun() -> device(Chars) end).

%% --- An I/O device to read text from --------------------------------------------------------------------

device(Chars) ->
    receive
        {io_request, From, As, Request} ->
            {Reply, Chars1} = read(Request, Chars),
            From ! {io_reply, As, Reply},
            device(Chars1);
        {file_request, From, As, close} ->
            From ! {file_reply, As, ok};
        {file_request, From, As, {position, _}} ->
            From ! {file_reply, As, {ok, 0}},
            device(Chars);
        {file_request, From, As, _} ->
            From ! {file_reply, As, {error, enotsup}},
            device(Chars);
        _ -> device(Chars)
    end.

read({get_until, _, _, M, F, A}, Chars) -> until([], Chars, M, F, A);
read({get_line, _, _}, []) -> {eof, []};
read({get_line, _, _}, Chars) ->
    {Line, Rest} = lists:splitwith(fun(C) -> C =/= $\n end, Chars),
    case Rest of
        [$\n | Rest1] -> {Line ++ "\n", Rest1};
        [] -> {Line, []}
    end;
read(getopts, Chars) -> {[{binary, false}, {encoding, unicode}], Chars};
read({setopts, _}, Chars) -> {ok, Chars};
read(_, Chars) -> {{error, request}, Chars}.

until(Continuation, Chars, M, F, A) ->
    Data = case Chars of [] -> eof; _ -> Chars end,
    case apply(M, F, [Continuation, Data | A]) of
        {done, Result, eof} -> {Result, []};
        {done, Result, Rest} -> {Result, Rest};
        {more, More} -> until(More, [], M, F, A)
    end.
