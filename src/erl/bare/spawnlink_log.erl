%% SPDX-License-Identifier: Apache-2.0
%%
%% Logging in a bare VM: what kernel's logger has set up when a program runs, without its processes. OTP's own logger
%% module is told of one handler, this module, which formats with OTP's logger_formatter and writes at once. It also
%% receives the VM's own reports about uncaught errors.
-module(spawnlink_log).
-export([start/0, log/2]).

start() ->
    erlang:system_flag(system_logger, self()), % as OTP's logger_proxy
    Table = logger_config:new(logger),
    logger_config:create(Table, primary, primary()),
    logger_config:create(Table, default, handler()),
    %% The state that logger_server's own init returns: {state, Table, AsyncRequest, Queue, RemoteLogger}.
    Queue = {[], []},
    loop({state, Table, undefined, Queue, undefined}).

primary() ->
    #{level => notice, filters => [], filter_default => log, handlers => [default], metadata => #{}}.

handler() ->
    Domain = fun(Name, Compare, Action) -> {Name, {fun logger_filters:domain/2, {Action, Compare, [otp, sasl]}}} end,
    #{
        id => default,
        module => ?MODULE,
        level => all,
        filter_default => stop,
        filters => [
            {remote_gl, {fun logger_filters:remote_gl/2, stop}},
            Domain(domain, super, log),
            {no_domain, {fun logger_filters:domain/2, {log, undefined, []}}}
        ],
        formatter => {logger_formatter, #{legacy_header => true, single_line => false}}
    }.

%% The VM's reports come as messages (erts, "Error logging"). Changes of the configuration are calls, and OTP's
%% logger_server, whose name this process has, contains the code that serves them.
loop(State) ->
    receive
        {log, Level, Format, Args, Meta} ->
            report(fun() -> logger:log(Level, Format, Args, Meta) end, {Level, Format, Args}), loop(State);
        {log, Level, Report, Meta} -> report(fun() -> logger:log(Level, Report, Meta) end, {Level, Report}),
            loop(State);
        {'$gen_call', From, Request} ->
            loop(serve(fun() -> logger_server:handle_call(Request, From, State) end, From, State));
        {'$gen_cast', Request} -> loop(serve(fun() -> logger_server:handle_cast(Request, State) end, none, State));
        Message -> loop(serve(fun() -> logger_server:handle_info(Message, State) end, none, State))
    end.

%% A request that cannot be served changes nothing and does not end the server.
serve(Fun, From, State) ->
    try
        case Fun() of
            {reply, Reply, State1} -> gen_server:reply(From, Reply), State1;
            {noreply, State1} -> State1
        end
    catch
        _:_ -> catch gen_server:reply(From, {error, bare}), State
    end.

report(Log, Report) ->
    try Log()
    catch
        _:_ -> erlang:display(Report)
    end.

%% The callback of a logger handler.
log(Event, #{formatter := {Formatter, Config}}) ->
    Text = Formatter:format(Event, Config),
    case unicode:characters_to_binary(Text) of
        Binary when is_binary(Binary) -> spawnlink:write(1, Binary);
        _ -> erlang:display(Event)
    end.
