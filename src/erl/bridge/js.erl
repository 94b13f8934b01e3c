%% SPDX-License-Identifier: Apache-2.0
%%
%% Calls functions of JavaScript that the host has given to this VM, by createVM's option `expose` or by vm.expose(). A
%% JavaScript process of the VM, registered as spawnlink_host (js/vm/exposed.js), calls them and answers with a message,
%% so only the calling process waits. A VM that was given no functions has no such process.
-module(js).
-export([call/2, call/3, cast/2, format_error/2]).
-export([global/0, global/1, get/2, set/3, invoke/3, new/2, typeof/1, await/1, await/2]).
-export([listen/3, unlisten/1, release/1]).
-export([stream/1, stream/2, next/1, next/2, recv/1, recv/2, cancel/1]).
-export([ask/4]).
-export_type([name/0, handle/0, listen_options/0, stream_options/0]).

-define(HOST, spawnlink_host).

%% What the caller of a function of this module gets: raised here, so that no other function is in its stack.
-define(DONE(Outcome),
    case Outcome of
        {value, Its} -> Its;
        {error, Why} -> erlang:error(Why, none, [{error_info, #{}}]);
        {exit, Why} -> exit(Why)
    end).
-define(DO(Operation, Args), ?DONE(ask({Operation}, Args, infinity, {?MODULE, Operation, Args}))).

%% The name of an exposed function; one in a namespace has dots: 'storage.get'.
-type name() :: atom() | binary().

%% A value of JavaScript that is no term: a function, a promise, an object. It can be sent to other processes of this
%% VM; it goes when the last copy of it is collected, or is released.
-type handle() :: reference().

%% Calls a function; if it returns a promise, waits for that. Raises error:{js_error, #{name, message, stack}} when the
%% function throws, the promise rejects, or the value has no term; error:{js_undef, Name, Exposed} when there is no such
%% function, where Exposed are the names that exist.
-spec call(name() | handle(), [term()]) -> term().
call(Name, Args) ->
    call(Name, Args, infinity).

%% The same with a timeout in milliseconds: after it, exits with {timeout, {js, call, [Name, Args, Timeout]}}, and the
%% `signal` in the function's context aborts.
-spec call(name() | handle(), [term()], timeout()) -> term().
call(Name, Args, Timeout) ->
    valid(Name, Args, [Name, Args, Timeout]),
    ?DONE(ask(Name, Args, Timeout, {?MODULE, call, [Name, Args, Timeout]})).

%% Calls a function and does not wait. Its value is dropped; an error that it throws is reported as the VM's 'error'
%% event.
-spec cast(name() | handle(), [term()]) -> ok.
cast(Name, Args) ->
    valid(Name, Args, [Name, Args]),
    send({cast, self(), Name, Args}).

valid(Name, Args, _) when
    (is_atom(Name) orelse is_binary(Name) orelse is_reference(Name)), is_list(Args), length(Args) >= 0
->
    ok;
valid(_, _, Given) -> erlang:error(badarg, Given, [{error_info, #{}}]).

%% --- Objects: only what createVM's option `globals` gives, and what that leads to -----------------------------------

%% globalThis, where all globals are given.
-spec global() -> handle().
global() -> ?DO(global, []).

%% The value of a global: a handle, or a term where there is one for it.
-spec global(name()) -> term().
global(Name) -> ?DO(global, [Name]).

%% The value of a property. Handles stay the same: js:get(js:global(document), body) twice gives equal references.
-spec get(handle(), name()) -> term().
get(Object, Key) -> ?DO(get, [Object, Key]).

%% Sets a property. Binaries become strings, atoms too; maps become objects, lists arrays, funs functions.
-spec set(handle(), name(), term()) -> ok.
set(Object, Key, Value) ->
    ?DO(set, [Object, Key, Value]),
    ok.

%% Calls a method and awaits its promise, if it gives one.
-spec invoke(handle(), name(), [term()]) -> term().
invoke(Object, Method, Args) -> ?DO(invoke, [Object, Method, Args]).

%% Makes an object of a class.
-spec new(handle(), [term()]) -> handle().
new(Class, Args) -> ?DO(new, [Class, Args]).

%% What JavaScript's typeof says of a handle, and 'null'.
-spec typeof(term()) -> atom().
typeof(Value) -> ?DO(typeof, [Value]).

%% Waits for a promise.
-spec await(handle()) -> term().
await(Promise) -> await(Promise, infinity).

-spec await(handle(), timeout()) -> term().
await(Promise, Timeout) -> ?DONE(ask({await}, [Promise], Timeout, {?MODULE, await, [Promise, Timeout]})).

%% Lets a value go at once; whoever still has the reference gets errors.
-spec release(handle()) -> ok.
release(Handle) ->
    ?DO(release, [Handle]),
    ok.

%% --- Events ----------------------------------------------------------------------------------------------------

%% fields: which properties of the event are sent, such as [clientX, 'target.value']; by default its type, and of an
%% emitter of Node all arguments. The others are those of addEventListener, and what the listener calls at once.
-type listen_options() :: #{
    fields => [name()],
    once => boolean(),
    capture => boolean(),
    passive => boolean(),
    prevent_default => boolean(),
    stop_propagation => boolean()
}.

%% Has the events of a type sent to the calling process, as {js_event, Ref, Data}, until unlisten(Ref) or until the
%% process ends. The target is a handle of an EventTarget, or of an EventEmitter of Node.
-spec listen(handle(), name(), listen_options()) -> reference().
listen(Target, Type, Opts) ->
    Ref = make_ref(),
    ?DO(listen, [Target, Type, Opts, Ref]),
    Ref.

%% Events that were sent before are still received.
-spec unlisten(reference()) -> ok.
unlisten(Ref) ->
    ?DO(unlisten, [Ref]),
    ok.

%% --- Streams ---------------------------------------------------------------------------------------------------

%% active: how many chunks are sent before the process asks for more: once (the default), a number, true for all, or
%% false for none.
-type stream_options() :: #{active => once | pos_integer() | boolean()}.

%% Has the chunks of a ReadableStream, or of an iterable or iterator of JavaScript, sent to the calling process, as
%% {js_stream, Ref, {data, Chunk}}, the first at once and each further one when next/1 asks for it. Then comes
%% {js_stream, Ref, eof} or {js_stream, Ref, {error, {js_error, Map}}}, which is the last message. Nothing is asked from
%% the source before the process has asked for it. When the process ends, the source is cancelled.
-spec stream(handle()) -> reference().
stream(Source) -> stream(Source, #{}).

-spec stream(handle(), stream_options()) -> reference().
stream(Source, Opts) ->
    Active =
        case is_map(Opts) andalso maps:to_list(Opts) of
            [] -> once;
            [{active, N}] when is_boolean(N); N =:= once; is_integer(N), N > 0 -> N;
            _ -> erlang:error(badarg, [Source, Opts], [{error_info, #{}}])
        end,
    Ref = make_ref(),
    ?DONE(ask({stream, open}, [Source, Active, Ref], infinity, {?MODULE, stream, [Source, Opts]})),
    Ref.

%% Asks for one chunk more, as a message. Does nothing when the stream has ended.
-spec next(reference()) -> ok.
next(Ref) -> next(Ref, 1).

%% Asks for so many chunks more.
-spec next(reference(), pos_integer()) -> ok.
next(Ref, N) when is_reference(Ref), is_integer(N), N > 0 -> send({cast, self(), {stream, next}, [Ref, N]});
next(Ref, N) -> erlang:error(badarg, [Ref, N], [{error_info, #{}}]).

%% Waits for the next chunk, of a stream of which no chunks are under way as messages: one opened with active => false.
-spec recv(reference()) -> {ok, term()} | eof | {error, {js_error, map()}}.
recv(Ref) -> recv(Ref, infinity).

%% After the timeout, in milliseconds, exits with {timeout, _}; the chunk is lost then.
-spec recv(reference(), timeout()) -> {ok, term()} | eof | {error, {js_error, map()}}.
recv(Ref, Timeout) ->
    case ?DONE(ask({stream, read}, [Ref], Timeout, {?MODULE, recv, [Ref, Timeout]})) of
        {data, Chunk} -> {ok, Chunk};
        Other -> Other
    end.

%% Cancels the source. Chunks that were sent before are still received.
-spec cancel(reference()) -> ok.
cancel(Ref) ->
    ?DONE(ask({stream, cancel}, [Ref], infinity, {?MODULE, cancel, [Ref]})),
    ok.

%% --- Between this module and the host -------------------------------------------------------------------------------

%% Asks for a function, by name or handle, or for an operation: {get}, or that of another service of the host, such as
%% {http, request} (SERVICES in js/vm/exposed.js). Waits for the outcome. For the modules of this package. Called is
%% the call, {Module, Function, Args}, that an exit of the host, or the timeout, is told to have happened in.
-spec ask(name() | handle() | tuple(), [term()], timeout(), tuple()) ->
    {value, term()} | {error, term()} | {exit, term()}.
ask(Name, Args, Timeout, Called) ->
    Ref = erlang:monitor(process, ?HOST, [{alias, reply_demonitor}]),
    send({call, Ref, self(), Name, Args}),
    receive
        {Ref, Value} -> {value, Value};
        {Ref, error, Reason} -> {error, Reason};
        {'DOWN', Ref, process, _, noproc} -> {error, {js_undef, nameof(Name), []}};
        {'DOWN', Ref, process, _, Reason} -> {exit, {Reason, Called}}
    after Timeout ->
        erlang:demonitor(Ref, [flush]),
        receive
            {Ref, Value} -> {value, Value};
            {Ref, error, Reason} -> {error, Reason}
        after 0 ->
            send({stop, Ref}),
            {exit, {timeout, Called}}
        end
    end.

nameof({Operation}) -> Operation;
nameof({_, _} = Operation) -> Operation;
nameof(Name) -> Name.

%% A host that is not there is told by the monitor.
send(Message) ->
    try ?HOST ! Message of
        _ -> ok
    catch
        error:badarg -> ok
    end.

%% What OTP asks for the words of an error of this module.
-spec format_error(term(), erlang:stacktrace()) -> #{atom() | pos_integer() => unicode:chardata()}.
format_error({js_undef, Name, Exposed}, _) ->
    #{general => [io_lib:format("the host has exposed no function ~tp, ", [Name]), there_is(Exposed)],
      reason => "undefined JavaScript function"};
format_error({js_error, #{name := Name, message := Message}}, _) ->
    #{general => [Name, ": ", Message], reason => "exception in JavaScript"};
format_error(badarg, [{_, stream, _, _} | _]) ->
    #{2 => "not a map with the key active, of once, a positive integer or a boolean"};
format_error(badarg, [{_, next, [Ref, _], _} | _]) when is_reference(Ref) ->
    #{2 => "not a positive integer"};
format_error(badarg, [{_, next, _, _} | _]) ->
    #{1 => "not a reference"};
format_error(badarg, [{_, _, [Name, Args | _], _} | _]) ->
    maps:from_list(
        [{1, "not an atom or a binary"} || not (is_atom(Name) orelse is_binary(Name))] ++
        [{2, "not a list"} || not is_list(Args)]);
format_error(_, _) ->
    #{}.

there_is([]) -> "nothing is exposed";
there_is(Exposed) -> ["there is: ", lists:join(", ", Exposed)].
