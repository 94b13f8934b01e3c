%% SPDX-License-Identifier: Apache-2.0
%%
%% A profile of httpc: a process, registered as OTP's is (httpc_manager, httpc_PROFILE), that starts the processes of
%% requests, cancels them, and keeps the profile's options.
-module(spawnlink_httpc).
-behaviour(gen_server).
-export([start_link/1, request/2, cancel/2, set_options/2, get_options/2, info/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(DEFAULTS, [
    {proxy, {undefined, []}},
    {https_proxy, {undefined, []}},
    {pipeline_timeout, 0},
    {max_pipeline_length, 2},
    {max_keep_alive_length, 5},
    {keep_alive_timeout, 120000},
    {max_sessions, 2},
    {cookies, disabled},
    {verbose, false},
    {ipfamily, inet},
    {ip, default},
    {port, default},
    {socket_opts, []},
    {unix_socket, undefined}
]).

start_link(Profile) -> gen_server:start_link({local, name(Profile)}, ?MODULE, [], []).

name(default) -> httpc_manager;
name(Profile) -> list_to_atom("httpc_" ++ atom_to_list(Profile)).

%% Starts a request: {ok, Id, Pid}.
request(Request, Profile) ->
    Id = make_ref(),
    {ok, Pid} = gen_server:call(server(Profile), {request, Id, Request#{caller => self()}}, infinity),
    {ok, Id, Pid}.

cancel(Id, Profile) ->
    case whereis_profile(Profile) of
        undefined -> ok;
        Server -> gen_server:call(Server, {cancel, Id}, infinity)
    end.

set_options(Options, Profile) ->
    case whereis_profile(Profile) of
        undefined -> {error, inets_not_started};
        Server ->
            case check(Options) of
                ok -> gen_server:call(Server, {set_options, Options}, infinity);
                Error -> Error
            end
    end.

get_options(all, Profile) -> get_options([Key || {Key, _} <- ?DEFAULTS], Profile);
get_options(Keys, Profile) when is_list(Keys) ->
    case {Keys -- [Key || {Key, _} <- ?DEFAULTS], whereis_profile(Profile)} of
        {[], undefined} -> {error, inets_not_started};
        {[], Server} ->
            Options = gen_server:call(Server, options, infinity),
            {ok, [{Key, proplists:get_value(Key, Options)} || Key <- Keys]};
        {Unknown, _} -> {error, {invalid_options, Unknown}}
    end.

info(Profile) ->
    case whereis_profile(Profile) of
        undefined -> {error, {not_started, Profile}};
        Server ->
            {Handlers, Options} = gen_server:call(Server, info, infinity),
            [{handlers, Handlers}, {sessions, {[], [], []}}, {options, Options}, {cookies, [{session_cookies, []}]}]
    end.

%% The default profile of a bare VM is started when first used: inets needs no start there.
server(Profile) ->
    case whereis_profile(Profile) of
        undefined when is_pid(Profile) -> Profile;
        undefined -> name(Profile);
        Server -> Server
    end.

whereis_profile(Server) when is_pid(Server) -> Server;
whereis_profile(Profile) ->
    case {whereis(name(Profile)), spawnlink_inets:bare()} of
        {undefined, true} when Profile =:= default ->
            _ = spawnlink_inets:start_bare(),
            whereis(name(Profile));
        {Server, _} -> Server
    end.

%% --- Options: those that fetch cannot follow are refused by name --------------------------------------------------

check([]) -> ok;
check([{Key, Value} = Option | Rest]) ->
    case is_valid(Key, Value) of
        true -> check(Rest);
        false -> {error, {bad_option, Key, Value}};
        unsupported -> {error, {not_supported, Option}};
        unknown -> {error, {not_an_option, Option}}
    end.

%% How many connections there are and how long they stay is up to the host: these only tune.
is_valid(Key, Value) when Key =:= max_sessions; Key =:= max_keep_alive_length -> is_count(Value);
is_valid(keep_alive_timeout, Value) -> Value =:= infinity orelse is_count(Value);
is_valid(pipeline_timeout, Value) -> Value =:= infinity orelse is_integer(Value);
is_valid(max_pipeline_length, Value) -> is_integer(Value);
is_valid(cookies, disabled) -> true;
is_valid(cookies, Value) -> (Value =:= enabled orelse Value =:= verify) andalso unsupported;
is_valid(ipfamily, Value) when Value =:= inet; Value =:= inet6; Value =:= inet6fb4 -> true;
is_valid(ipfamily, Value) -> Value =:= local andalso unsupported;
is_valid(ipv6, Value) -> Value =:= enabled orelse Value =:= disabled;
is_valid(verbose, Value) -> Value =:= false orelse lists:member(Value, [verbose, debug, trace]) andalso unsupported;
is_valid(socket_opts, Value) -> Value =:= [] orelse is_list(Value) andalso unsupported;
is_valid(Key, {undefined, _}) when Key =:= proxy; Key =:= https_proxy -> true;
is_valid(unix_socket, undefined) -> true;
is_valid(Key, _) ->
    case lists:keymember(Key, 1, ?DEFAULTS) of
        true -> unsupported;
        false -> unknown
    end.

is_count(Value) -> is_integer(Value) andalso Value >= 0.

%% --- The process --------------------------------------------------------------------------------------------------

init([]) -> {ok, {#{}, ?DEFAULTS}}.

handle_call({request, Id, Request}, _, {Running, Options}) ->
    {Pid, Monitor} = spawn_monitor(spawnlink_httpc_request, run, [Id, Request]),
    {reply, {ok, Pid}, {Running#{Monitor => {Id, Pid}}, Options}};
handle_call({cancel, Id}, _, {Running, _} = State) ->
    _ = [exit(Pid, kill) || {Its, Pid} <- maps:values(Running), Its =:= Id],
    {reply, ok, State};
handle_call({set_options, Given}, _, {Running, Options}) ->
    {reply, ok, {Running, lists:foldl(fun set/2, Options, Given)}};
handle_call(options, _, {_, Options} = State) -> {reply, Options, State};
handle_call(info, _, {Running, Options} = State) -> {reply, {maps:values(Running), Options}, State}.

set({ipv6, enabled}, Options) -> set({ipfamily, inet6fb4}, Options);
set({ipv6, disabled}, Options) -> set({ipfamily, inet}, Options);
set({Key, _} = Option, Options) -> lists:keyreplace(Key, 1, Options, Option).

handle_cast(_, State) -> {noreply, State}.

handle_info({'DOWN', Monitor, process, _, _}, {Running, Options}) ->
    {noreply, {maps:remove(Monitor, Running), Options}};
handle_info(_, State) -> {noreply, State}.
