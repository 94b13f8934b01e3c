%% SPDX-License-Identifier: Apache-2.0
%%
%% Calls functions of JavaScript that the host has given to this VM, by createVM's option `expose` or by vm.expose(). A
%% JavaScript process of the VM, registered as spawnlink_host (js/vm/exposed.js), calls them and answers with a message,
%% so only the calling process waits. A VM that was given no functions has no such process.
-module(js).
-export([call/2, call/3, cast/2, format_error/2]).
-export_type([name/0]).

-define(HOST, spawnlink_host).

%% The name of an exposed function; in a namespace it has dots: 'storage.get'.
-type name() :: atom() | binary().

%% Calls a function; if it returns a promise, waits for that. Raises error:{js_error, #{name, message, stack}} when the
%% function throws, the promise rejects, or the value has no term; error:{js_undef, Name, Exposed} when there is no such
%% function, where Exposed are the names that exist.
-spec call(name(), [term()]) -> term().
call(Name, Args) ->
    call(Name, Args, infinity).

%% The same with a timeout in milliseconds: after it, exits with {timeout, {js, call, [Name, Args, Timeout]}}, and the
%% `signal` in the function's context aborts.
-spec call(name(), [term()], timeout()) -> term().
call(Name, Args, Timeout) ->
    valid(Name, Args, [Name, Args, Timeout]),
    Ref = erlang:monitor(process, ?HOST, [{alias, reply_demonitor}]),
    send({call, Ref, self(), Name, Args}),
    receive
        {Ref, Value} -> Value;
        {Ref, error, Reason} -> erlang:error(Reason, none, [{error_info, #{}}]);
        {'DOWN', Ref, process, _, noproc} -> erlang:error({js_undef, Name, []}, none, [{error_info, #{}}]);
        {'DOWN', Ref, process, _, Reason} -> exit({Reason, {?MODULE, call, [Name, Args, Timeout]}})
    after Timeout ->
        erlang:demonitor(Ref, [flush]),
        receive
            {Ref, Value} -> Value;
            {Ref, error, Reason} -> erlang:error(Reason, none, [{error_info, #{}}])
        after 0 ->
            send({stop, Ref}),
            exit({timeout, {?MODULE, call, [Name, Args, Timeout]}})
        end
    end.

%% Calls a function and does not wait. Its value is dropped; an error that it throws is reported as the VM's 'error'
%% event.
-spec cast(name(), [term()]) -> ok.
cast(Name, Args) ->
    valid(Name, Args, [Name, Args]),
    send({cast, self(), Name, Args}).

valid(Name, Args, _) when (is_atom(Name) orelse is_binary(Name)), is_list(Args), length(Args) >= 0 -> ok;
valid(_, _, Given) -> erlang:error(badarg, Given, [{error_info, #{}}]).

%% The monitor tells when there is no such process.
send(Message) ->
    try ?HOST ! Message of
        _ -> ok
    catch
        error:badarg -> ok
    end.

%% OTP calls this for the text of an error of this module.
-spec format_error(term(), erlang:stacktrace()) -> #{atom() | pos_integer() => unicode:chardata()}.
format_error({js_undef, Name, Exposed}, _) ->
    #{general => [io_lib:format("the host has exposed no function ~tp, ", [Name]), there_is(Exposed)],
      reason => "undefined JavaScript function"};
format_error({js_error, #{name := Name, message := Message}}, _) ->
    #{general => [Name, ": ", Message], reason => "exception in JavaScript"};
format_error(badarg, [{_, _, [Name, Args | _], _} | _]) ->
    maps:from_list(
        [{1, "not an atom or a binary"} || not (is_atom(Name) orelse is_binary(Name))] ++
        [{2, "not a list"} || not is_list(Args)]);
format_error(_, _) ->
    #{}.

there_is([]) -> "nothing is exposed";
there_is(Exposed) -> ["there is: ", lists:join(", ", Exposed)].
