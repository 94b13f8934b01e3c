%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's zlib: the loader leads its stubs here. The work is the host's (operations from 64 on in
%% base/hostcalls.h); what else there is to a stream is a row of a table that a process keeps for all: it ends the streams of
%% processes that have died. Only the process that controls a stream may use it, so a row is never written by two.
-module(spawnlink_zlib).
-export([open_nif/0, close_nif/1, set_controller_nif/2, enqueue_nif/2, crc32_nif/1, getStash_nif/1, clearStash_nif/1, setStash_nif/2, getBufSize_nif/1, setBufSize_nif/2]).
-export([deflateInit_nif/6, deflateSetDictionary_nif/2, deflateReset_nif/1, deflateEnd_nif/1, deflateParams_nif/3, deflate_nif/4]).
-export([inflateInit_nif/3, inflateSetDictionary_nif/2, inflateGetDictionary_nif/1, inflateReset_nif/1, inflateEnd_nif/1, inflate_nif/4]).
-export(['$handle_undefined_function'/2]).

-define(DEFLATE, 64).
-define(INFLATE, 65).
-define(RUN, 66).
-define(SET_DICTIONARY, 67).
-define(GET_DICTIONARY, 68).
-define(RESET, 69).
-define(PARAMS, 70).
-define(END, 71).

-define(DEFLATED, 8).
-define(OK, 0).
-define(AT_END, 1).
-define(WANTS_DICTIONARY, 2).

-record(stream, {
    key,
    controller,
    state = none,       % none, deflate, inflate or closed
    handle = 0,         % the host's
    queue = [],         % input, binaries
    ended = false,      % the end of the stream was seen
    at_end = 2,         % what then becomes of further input: 0 an error, 1 a new stream begins, 2 it is dropped
    raw = false,
    crc = 0,            % of raw data: what went in (deflate) or came out (inflate)
    stash = empty,
    buffer = 4000
}).

%% --- Streams ---------------------------------------------------------------------------------------

open_nif() ->
    spawnlink_keeper:ensure(?MODULE, [{keypos, #stream.key}], fun() -> keeper_loop(#{}) end),
    Z = make_ref(),
    true = ets:insert(?MODULE, #stream{key = Z, controller = self()}),
    ?MODULE ! {watch, self()},
    Z.

close_nif(Z) ->
    case stream(Z) of
        #stream{state = closed} -> error(not_initialized);
        S ->
            host_end(S),
            keep(#stream{key = Z, controller = self(), state = closed})
    end.

set_controller_nif(Z, Pid) when is_pid(Pid), node(Pid) =:= node() ->
    keep((stream(Z))#stream{controller = Pid}),
    ?MODULE ! {watch, Pid},
    ok;
set_controller_nif(_, _) -> error(badarg).

stream(Z) ->
    Self = self(),
    case ets:whereis(?MODULE) =/= undefined andalso ets:lookup(?MODULE, Z) of
        [#stream{controller = Self} = S] -> S;
        [_] -> error(not_on_controlling_process);
        _ -> error(badarg)
    end.

stream(Z, State) ->
    case stream(Z) of
        #stream{state = State} = S -> S;
        _ -> error(not_initialized)
    end.

keep(S) -> ets:insert(?MODULE, S), ok.

%% Input and stash are forgotten.
emptied(S) -> S#stream{queue = [], stash = empty}.

%% --- The keeper ------------------------------------------------------------------------------------

keeper_loop(Watched) ->
    receive
        {watch, Pid} when not is_map_key(Pid, Watched) -> keeper_loop(Watched#{Pid => monitor(process, Pid)});
        {'DOWN', _, process, Pid, _} ->
            [begin host_end(S), ets:delete(?MODULE, S#stream.key) end || S <- ets:match_object(?MODULE, #stream{controller = Pid, _ = '_'})],
            keeper_loop(maps:remove(Pid, Watched));
        _ -> keeper_loop(Watched)
    end.

%% --- The host --------------------------------------------------------------------------------------

host(Operation, Handle, Data, Number) ->
    case spawnlink:file(Operation, Handle, Data, Number) of
        {_, []} -> <<>>;
        {_, Answer} -> Answer;
        -1 -> error(stream_error);
        -2 -> error(data_error);
        _ -> error(notsup)
    end.

host_end(#stream{state = State, handle = Handle}) when State =:= deflate; State =:= inflate -> spawnlink:file(?END, Handle, [], 0);
host_end(_) -> ok.

%% {BytesUsed, Status, Checksum, Output}
run(Handle, Input, Room, Flush) ->
    <<Used:32, Status:32, Checksum:32, Output/binary>> = host(?RUN, Handle, Input, Room * 8 + Flush),
    {Used, Status, Checksum, Output}.

%% --- Deflate ---------------------------------------------------------------------------------------

deflateInit_nif(Z, Level, Method, WindowBits, MemLevel, Strategy) ->
    S = uninitialised(Z),
    Method =:= ?DEFLATED andalso MemLevel >= 1 andalso MemLevel =< 9 andalso abs(WindowBits) < 48 orelse error(stream_error),
    <<Handle:32>> = host(?DEFLATE, 0, <<Level, WindowBits, Strategy>>, 0),
    keep(S#stream{state = deflate, handle = Handle, ended = false, raw = WindowBits < 0, crc = 0}).

uninitialised(Z) ->
    case stream(Z) of
        #stream{state = none} = S -> S;
        _ -> error(already_initialized)
    end.

deflateSetDictionary_nif(Z, Data) ->
    #stream{handle = Handle} = stream(Z, deflate),
    <<Sum:32>> = host(?SET_DICTIONARY, Handle, Data, 0),
    Sum.

deflateReset_nif(Z) ->
    S = stream(Z, deflate),
    host(?RESET, S#stream.handle, [], 0),
    keep(emptied(S#stream{crc = 0, ended = false})).

deflateEnd_nif(Z) ->
    S = stream(Z, deflate),
    Result = spawnlink:file(?END, S#stream.handle, [], 0),
    keep((emptied(S))#stream{state = none}),
    is_tuple(Result) andalso S#stream.queue =:= [] orelse error(data_error),
    ok.

deflateParams_nif(Z, Level, Strategy) ->
    #stream{handle = Handle} = stream(Z, deflate),
    host(?PARAMS, Handle, <<Level, 0, Strategy>>, 0),
    ok.

deflate_nif(Z, Most, Room, Flush) -> codec(stream(Z, deflate), Most, Room, Flush).

%% --- Inflate ---------------------------------------------------------------------------------------

inflateInit_nif(Z, WindowBits, AtEnd) ->
    S = uninitialised(Z),
    abs(WindowBits) < 48 orelse error(stream_error),
    <<Handle:32>> = host(?INFLATE, 0, <<0, WindowBits, 0>>, 0),
    keep(S#stream{state = inflate, handle = Handle, at_end = AtEnd, ended = false, raw = WindowBits < 0, crc = 0}).

inflateSetDictionary_nif(Z, Data) ->
    #stream{handle = Handle} = stream(Z, inflate),
    host(?SET_DICTIONARY, Handle, Data, 0),
    ok.

inflateGetDictionary_nif(Z) ->
    #stream{handle = Handle} = stream(Z, inflate),
    host(?GET_DICTIONARY, Handle, [], 0).

inflateReset_nif(Z) ->
    S = stream(Z, inflate),
    host(?RESET, S#stream.handle, [], 0),
    keep(emptied(S#stream{crc = 0, ended = false})).

inflateEnd_nif(Z) ->
    S = stream(Z, inflate),
    host_end(S),
    keep((emptied(S))#stream{state = none}),
    S#stream.ended andalso S#stream.queue =:= [] orelse error(data_error),
    ok.

inflate_nif(Z, Most, Room, Flush) ->
    case stream(Z, inflate) of
        #stream{ended = true, queue = [_ | _], at_end = 2} = S -> codec(emptied(S), Most, Room, Flush);
        #stream{ended = true, queue = [_ | _], at_end = 1} = S ->
            host(?RESET, S#stream.handle, [], 0),
            codec(S#stream{ended = false}, Most, Room, Flush);
        #stream{ended = true, queue = [_ | _]} -> error(data_error);
        S -> codec(S, Most, Room, Flush)
    end.

%% --- Both ------------------------------------------------------------------------------------------

enqueue_nif(Z, Data) ->
    S = stream(Z),
    S#stream.state =:= deflate orelse S#stream.state =:= inflate orelse error(not_initialized),
    lists:all(fun is_binary/1, Data) orelse error(badarg),
    keep(S#stream{queue = S#stream.queue ++ [Part || Part <- Data, Part =/= <<>>]}).

%% Some of the input; once there is no more the stream is flushed as asked.
codec(#stream{handle = Handle, queue = Queue} = S, Most, Room, Flush) ->
    {Input, Later} = take(Queue, Most, []),
    {Used, Status1, Sum1, Out1} = case Input of
        <<>> -> {0, ?OK, 0, <<>>};
        _ -> run(Handle, Input, Room, 0)
    end,
    Left = case Input of
        <<_:Used/binary>> -> Later;
        <<_:Used/binary, Rest/binary>> -> [Rest | Later]
    end,
    {Status, Sum, Out} = if
        Status1 =:= ?OK, Left =:= [], byte_size(Out1) < Room ->
            {_, Status2, Sum2, Out2} = run(Handle, [], Room - byte_size(Out1), Flush),
            {Status2, Sum2, <<Out1/binary, Out2/binary>>};
        true -> {Status1, Sum1, Out1}
    end,
    Used =:= 0 andalso Out =:= <<>> andalso Left =/= [] andalso error(data_error),
    keep(S#stream{queue = Left, ended = S#stream.ended orelse Status =:= ?AT_END, crc = crc(S, Input, Used, Out)}),
    Output = [Out || Out =/= <<>>],
    if
        Left =:= [], byte_size(Out) < Room -> {finished, Output};
        Status =:= ?WANTS_DICTIONARY -> {need_dictionary, Sum, Output};
        true -> {continue, Output}
    end.

take([Part | Parts], Most, Taken) when byte_size(Part) =< Most -> take(Parts, Most - byte_size(Part), [Taken | Part]);
take([Part | Parts], Most, Taken) when Most > 0 ->
    <<Begin:Most/binary, Rest/binary>> = Part,
    {iolist_to_binary([Taken | Begin]), [Rest | Parts]};
take(Parts, _, Taken) -> {iolist_to_binary(Taken), Parts}.

crc(#stream{raw = false}, _, _, _) -> 0;
crc(#stream{state = deflate, crc = Crc}, Input, Used, _) -> erlang:crc32(Crc, binary:part(Input, 0, Used));
crc(#stream{state = inflate, crc = Crc}, _, _, Out) -> erlang:crc32(Crc, Out).

crc32_nif(Z) ->
    case stream(Z) of
        #stream{state = State, crc = Crc} when State =:= deflate; State =:= inflate -> Crc;
        _ -> error(not_initialized)
    end.

%% --- A term kept with the stream, a number for inflateChunk ------------------------------------------

getStash_nif(Z) -> (stream(Z))#stream.stash.

clearStash_nif(Z) ->
    case stream(Z) of
        #stream{stash = empty} -> error(error);
        S -> keep(S#stream{stash = empty})
    end.

setStash_nif(Z, Term) ->
    case stream(Z) of
        #stream{stash = empty} = S -> keep(S#stream{stash = {ok, Term}});
        _ -> error(error)
    end.

getBufSize_nif(Z) -> (stream(Z))#stream.buffer.
setBufSize_nif(Z, Size) when is_integer(Size) -> keep((stream(Z))#stream{buffer = Size});
setBufSize_nif(_, _) -> error(badarg).

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(zlib, Function, Arguments).
