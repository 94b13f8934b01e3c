%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's zlib, to which the loader redirects its stubs. zlib itself does the work
%% (stream_operation of base/seam.tab); it gets the same pieces that OTP's native code gives it, so that the output is
%% the same. The rest of a stream's state is a row in a table that a keeper process owns; the keeper ends the streams of
%% processes that have died. Only the process that controls a stream may use it, so two processes never write the same
%% row.
-module(spawnlink_zlib).
-export([open_nif/0, close_nif/1, set_controller_nif/2, enqueue_nif/2, crc32_nif/1, getStash_nif/1, clearStash_nif/1,
    setStash_nif/2, getBufSize_nif/1, setBufSize_nif/2]).
-export([deflateInit_nif/6, deflateSetDictionary_nif/2, deflateReset_nif/1, deflateEnd_nif/1, deflateParams_nif/3,
    deflate_nif/4]).
-export([inflateInit_nif/3, inflateSetDictionary_nif/2, inflateGetDictionary_nif/1, inflateReset_nif/1,
    inflateEnd_nif/1, inflate_nif/4]).
-export([compressed/2, '$handle_undefined_function'/2]).

-include("seam.hrl").

-define(DEFLATED, 8).
-define(FINISH, 4).

-record(stream, {
    key,
    controller,
    state = none,       % none, deflate, inflate or closed
    handle = 0,         % the host's handle
    queue = [],         % input as binaries
    ended = false,      % the end of the stream was seen
    at_end = 2,         % what happens to input after it: 0 an error, 1 a new stream begins, 2 it is dropped
    raw = false,
    crc = 0,            % of the uncompressed data
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

%% A stream without its input and stash.
emptied(S) -> S#stream{queue = [], stash = empty}.

%% --- The keeper ------------------------------------------------------------------------------------

keeper_loop(Watched) ->
    receive
        {watch, Pid} when not is_map_key(Pid, Watched) -> keeper_loop(Watched#{Pid => monitor(process, Pid)});
        {'DOWN', _, process, Pid, _} ->
            [begin host_end(S), ets:delete(?MODULE, S#stream.key) end
                || S <- ets:match_object(?MODULE, #stream{controller = Pid, _ = '_'})],
            keeper_loop(maps:remove(Pid, Watched));
        _ -> keeper_loop(Watched)
    end.

%% --- The host --------------------------------------------------------------------------------------

host(Operation, Handle, Data, Number) ->
    case spawnlink:file(Operation, Handle, Data, Number) of
        {0, _} -> <<>>;
        {_, Answer} when is_binary(Answer) -> Answer;
        Error -> failed(Error)
    end.

failed(?LIBRARY_STREAM_ERROR) -> error(stream_error);
failed(?LIBRARY_DATA_ERROR) -> error(data_error);
failed({_, _}) -> error(system_limit);
failed(?LIBRARY_NO_MEMORY) -> error(system_limit);
failed(?LIBRARY_BUFFER_ERROR) -> buf_error;
failed(_) -> spawnlink_native:no_library('zlib.wasm', ?STREAM_DEFLATE).

host_end(#stream{state = State, handle = Handle}) when State =:= deflate; State =:= inflate ->
    spawnlink:file(?STREAM_END, Handle, [], 0);
host_end(_) -> ok.

%% Returns {BytesUsed, Status, Checksum, Output}.
run(Handle, Input, Room, Flush) ->
    <<Used:32, Status:32, Checksum:32, Output/binary>> = host(?STREAM_RUN, Handle, Input, Room * 8 + Flush),
    {Used, Status, Checksum, Output}.

%% --- Deflate ---------------------------------------------------------------------------------------

deflateInit_nif(Z, Level, Method, WindowBits, MemLevel, Strategy) ->
    S = uninitialised(Z),
    Method =:= ?DEFLATED andalso abs(WindowBits) < 48 orelse error(stream_error),
    <<Handle:32>> = host(?STREAM_DEFLATE, 0, <<Level, WindowBits, MemLevel, Strategy>>, 0),
    keep(S#stream{state = deflate, handle = Handle, ended = false, raw = WindowBits < 0, crc = 0}).

uninitialised(Z) ->
    case stream(Z) of
        #stream{state = none} = S -> S;
        _ -> error(already_initialized)
    end.

deflateSetDictionary_nif(Z, Data) ->
    #stream{handle = Handle, raw = Raw} = stream(Z, deflate),
    Dictionary = iolist_to_binary(Data),
    <<Sum:32>> = host(?STREAM_SET_DICTIONARY, Handle, Dictionary, 0),
    case Raw of
        true -> sum(erlang:adler32(0, Dictionary)); % zlib does not compute the sum in this case
        false -> sum(Sum)
    end.

%% OTP 25 reads checksums as signed integers.
sum(Sum) when Sum < 16#80000000 -> Sum;
sum(Sum) ->
    case erlang:system_info(otp_release) of
        "25" -> Sum - 16#100000000;
        _ -> Sum
    end.

deflateReset_nif(Z) ->
    S = stream(Z, deflate),
    host(?STREAM_RESET, S#stream.handle, [], 0),
    keep(emptied(S#stream{crc = 0, ended = false})).

deflateEnd_nif(Z) ->
    S = stream(Z, deflate),
    Result = spawnlink:file(?STREAM_END, S#stream.handle, [], 0),
    keep((emptied(S))#stream{state = none}),
    is_tuple(Result) andalso S#stream.queue =:= [] orelse error(data_error),
    ok.

deflateParams_nif(Z, Level, Strategy) ->
    #stream{handle = Handle} = stream(Z, deflate),
    case host(?STREAM_PARAMS, Handle, <<Level, 0, 0, Strategy>>, 0) of
        <<>> -> ok;
        Error -> Error
    end.

deflate_nif(Z, Most, Room, Flush) -> codec(stream(Z, deflate), Most, Room, Flush).

%% --- Inflate ---------------------------------------------------------------------------------------

inflateInit_nif(Z, WindowBits, AtEnd) ->
    S = uninitialised(Z),
    abs(WindowBits) < 48 orelse error(stream_error),
    <<Handle:32>> = host(?STREAM_INFLATE, 0, <<0, WindowBits, 0, 0>>, 0),
    keep(S#stream{state = inflate, handle = Handle, at_end = AtEnd, ended = false, raw = WindowBits < 0, crc = 0}).

inflateSetDictionary_nif(Z, Data) ->
    #stream{handle = Handle} = stream(Z, inflate),
    host(?STREAM_SET_DICTIONARY, Handle, Data, 0),
    ok.

inflateGetDictionary_nif(Z) ->
    #stream{handle = Handle} = stream(Z, inflate),
    host(?STREAM_GET_DICTIONARY, Handle, [], 0).

inflateReset_nif(Z) ->
    S = stream(Z, inflate),
    host(?STREAM_RESET, S#stream.handle, [], 0),
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
            host(?STREAM_RESET, S#stream.handle, [], 0),
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

%% Processes some of the input, part by part; when there is no more, flushes the stream as Flush says. As in
%% zlib_flush_queue of OTP's native code, a part is cut to Most bytes, even if the parts together then have more than
%% Most.
codec(#stream{queue = Queue, crc = Crc} = S, Most, Room, Flush) ->
    {Used, Status1, Sum1, Out1, Crc1} = parts(S, Queue, Most, Room, 0, 0, <<>>, Crc),
    Left = drop(Queue, Used),
    {Status, Sum, Out, Crc2} = if
        Status1 =:= ?STATUS_OK, Left =:= [], byte_size(Out1) < Room ->
            {_, Status2, Sum2, Out2} = run(S#stream.handle, [], Room - byte_size(Out1), Flush),
            {Status2, Sum2, <<Out1/binary, Out2/binary>>, crc(S, Crc1, <<>>, Out2)};
        true -> {Status1, Sum1, Out1, Crc1}
    end,
    Used =:= 0 andalso Out =:= <<>> andalso Left =/= [] andalso error(data_error),
    keep(S#stream{queue = Left, ended = S#stream.ended orelse Status =:= ?STATUS_AT_END, crc = Crc2}),
    Output = [Out || Out =/= <<>>],
    if
        Left =:= [], byte_size(Out) < Room -> {finished, Output};
        Status =:= ?STATUS_WANTS_DICTIONARY -> {need_dictionary, sum(Sum), Output};
        true -> {continue, Output}
    end.

%% Percent is the share of the time slice that OTP's code counts as used.
parts(S, [Part | Parts], Most, Room, Percent, Used, Out, Crc) when Used < Most, Percent < 100 ->
    Given = binary:part(Part, 0, min(byte_size(Part), Most)),
    {Took, Status, Sum, Made} = run(S#stream.handle, Given, Room - byte_size(Out), 0),
    Out1 = <<Out/binary, Made/binary>>,
    Crc1 = crc(S, Crc, binary:part(Given, 0, Took), Made),
    case Status of
        ?STATUS_OK -> parts(S, Parts, Most, Room, Percent + max(1, 100 * Took div Most), Used + Took, Out1, Crc1);
        _ -> {Used + Took, Status, Sum, Out1, Crc1}
    end;
parts(_, _, _, _, _, Used, Out, Crc) -> {Used, ?STATUS_OK, 0, Out, Crc}.

drop([Part | Parts], Used) when byte_size(Part) =< Used -> drop(Parts, Used - byte_size(Part));
drop([Part | Parts], Used) when Used > 0 -> [binary:part(Part, Used, byte_size(Part) - Used) | Parts];
drop(Parts, _) -> Parts.

crc(#stream{raw = false}, Crc, _, _) -> Crc;
crc(#stream{state = deflate}, Crc, In, _) -> erlang:crc32(Crc, In);
crc(#stream{state = inflate}, Crc, _, Out) -> erlang:crc32(Crc, Out).

crc32_nif(Z) ->
    case stream(Z) of
        #stream{state = State, crc = Crc} when State =:= deflate; State =:= inflate -> Crc;
        _ -> error(not_initialized)
    end.

%% --- Compressed terms --------------------------------------------------------------------------------

-define(PIECE, 16384).

%% Binary is what term_to_binary has made. Returns it compressed, unless that would make it longer.
compressed(<<131, Plain/binary>> = Binary, Level) ->
    <<Handle:32>> = host(?STREAM_DEFLATE, 0, <<Level, 15, 8, 0>>, 0),
    Packed = try pack(Handle, Plain, byte_size(Plain) - 5, []) after spawnlink:file(?STREAM_END, Handle, [], 0) end,
    case Packed of
        too_long -> Binary;
        _ -> iolist_to_binary([131, $P, <<(byte_size(Plain)):32>> | Packed])
    end.

%% Compresses a piece at a time, so that no call takes long.
pack(_, _, Room, _) when Room < 0 -> too_long;
pack(Handle, Data, Room, Packed) ->
    {Piece, Flush} = case Data of
        <<First:?PIECE/binary, More/binary>> when More =/= <<>> -> {First, 0};
        _ -> {Data, ?FINISH}
    end,
    {Used, Status, _, Out} = run(Handle, Piece, ?PIECE, Flush),
    Left = Room - byte_size(Out),
    case Data of
        _ when Status =:= ?STATUS_AT_END, Left >= 0 -> [Packed | Out];
        <<_:Used/binary, Rest/binary>> -> pack(Handle, Rest, Left, [Packed | Out])
    end.

%% --- The stash: a term kept with the stream, in which inflateChunk keeps a number ----------------------

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
