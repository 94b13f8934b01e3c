%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's zstd (since OTP 28), to which the loader redirects its stubs. The zstd library does the
%% work (libraries/zstd/zstd_contexts.c); it gets the same pieces that OTP's native code gives it. A context or a
%% dictionary is a reference that makes the library forget it when nobody refers to it any more (spawnlink:resource/2).
%% So the reference must stay alive, and not only the handle, until the library is done.
-module(spawnlink_zstd).
-export([init_compress_nif/0, load_compress_dictionary_nif/2, ref_compress_dictionary_nif/2,
    set_compress_parameter_nif/3, get_compress_parameter_nif/2]).
-export([set_pledged_src_size_nif/2, compress_stream_nif/3, compress_reset_nif/1, compress_close_nif/1]).
-export([init_decompress_nif/0, load_decompress_dictionary_nif/2, ref_decompress_dictionary_nif/2,
    set_decompress_parameter_nif/3, get_decompress_parameter_nif/2]).
-export([decompress_stream_nif/3, decompress_reset_nif/1, decompress_close_nif/1]).
-export([create_cdict_nif/2, create_ddict_nif/1, getDictId_fromCDict_nif/1, getDictId_fromDDict_nif/1,
    getDictId_fromDict_nif/1, getDictId_fromFrame_nif/1, get_frame_header_nif/1]).
-export(['$handle_undefined_function'/2]).

-include("seam.hrl").

-define(COMPRESS, 0).
-define(DECOMPRESS, 1).
-define(BLOCK, 131072).
-define(FIRST_PARAMETER, 100). % of both kinds of context

%% --- The library ------------------------------------------------------------------------------------

ask(Operation, Handle, Data, Number) ->
    case spawnlink:file(Operation, Handle, Data, Number) of
        {0, _} -> <<>>;
        {_, <<0, Answer/binary>>} -> Answer;
        {_, <<1, Name/binary>>} -> error({zstd_error, Name});
        {_, _} -> error(system_limit);
        ?LIBRARY_STREAM_ERROR -> error(badarg);
        ?LIBRARY_DATA_ERROR -> error;
        ?LIBRARY_NO_MEMORY -> error(system_limit);
        _ -> spawnlink_native:no_library('zstd.wasm', Operation)
    end.

%% Makes a reference; it also holds the kind of thing.
made(Kind, <<Handle:32>>) -> spawnlink:resource(?CONTEXT_FORGET, Handle * 4 + Kind).

%% Returns {Handle, Owner}.
known(Kind, Reference) ->
    case spawnlink:resource(Reference) of
        {?CONTEXT_FORGET, Number, Owner} when Number band 3 =:= Kind -> {Number bsr 2, Owner};
        _ -> error(badarg)
    end.

%% The handle of an open context, which only the process that made it may use.
context(Kind, Reference) ->
    {_, Owner} = known(Kind, Reference),
    ask(?CONTEXT_GET, Reference, [], ?FIRST_PARAMETER),
    Owner =:= self() orelse error(not_on_controlling_process),
    Reference.

dictionary(Kind, Reference) ->
    _ = known(Kind + 2, Reference),
    Reference.

%% --- Contexts ---------------------------------------------------------------------------------------

init_compress_nif() -> made(?COMPRESS, ask(?CONTEXT_OPEN, 0, [], ?COMPRESS)).
init_decompress_nif() -> made(?DECOMPRESS, ask(?CONTEXT_OPEN, 0, [], ?DECOMPRESS)).

load_compress_dictionary_nif(Context, Data) -> load(?COMPRESS, Context, Data).
load_decompress_dictionary_nif(Context, Data) -> load(?DECOMPRESS, Context, Data).

load(Kind, Context, Data) -> ok(ask(?CONTEXT_LOAD, context(Kind, Context), iolist_to_binary(Data), 0)).

ref_compress_dictionary_nif(Context, Dictionary) -> refer(?COMPRESS, Context, Dictionary).
ref_decompress_dictionary_nif(Context, Dictionary) -> refer(?DECOMPRESS, Context, Dictionary).

refer(Kind, Context, Dictionary) ->
    {Handle, _} = known(Kind + 2, Dictionary),
    ok(ask(?CONTEXT_REFER, context(Kind, Context), [], Handle)),
    _ = known(Kind + 2, Dictionary), % keeps the reference alive until here
    ok.

ok(<<>>) -> ok.

compress_reset_nif(Context) -> ok(ask(?CONTEXT_RESET, context(?COMPRESS, Context), [], 0)).
decompress_reset_nif(Context) -> ok(ask(?CONTEXT_RESET, context(?DECOMPRESS, Context), [], 0)).
compress_close_nif(Context) -> ok(ask(?CONTEXT_CLOSE, context(?COMPRESS, Context), [], 0)).
decompress_close_nif(Context) -> ok(ask(?CONTEXT_CLOSE, context(?DECOMPRESS, Context), [], 0)).

set_pledged_src_size_nif(Context, Size) ->
    Handle = context(?COMPRESS, Context),
    is_integer(Size) andalso Size >= 0 andalso Size < 1 bsl 64 orelse error(badarg),
    ok(ask(?CONTEXT_PLEDGE, Handle, <<Size:64>>, 0)).

%% --- Parameters -------------------------------------------------------------------------------------

set_compress_parameter_nif(Context, Key, Value) ->
    Handle = context(?COMPRESS, Context),
    set(Handle, compress_key(Key), number(Key, Value)).

get_compress_parameter_nif(Context, Key) ->
    <<Value:32/signed>> = ask(?CONTEXT_GET, context(?COMPRESS, Context), [], compress_key(Key)),
    case kind(Key) of
        number -> Value;
        boolean -> false; % no value is accepted, because OTP checks the wrong term
        strategy -> lists:nth(Value + 1, strategies())
    end.

set_decompress_parameter_nif(Context, Key, Value) ->
    Handle = context(?DECOMPRESS, Context),
    is_int(Value) orelse error(badarg),
    set(Handle, decompress_key(Key), Value).

get_decompress_parameter_nif(Context, Key) ->
    <<Value:32/signed>> = ask(?CONTEXT_GET, context(?DECOMPRESS, Context), [], decompress_key(Key)),
    Value.

set(Handle, Parameter, Value) -> ok(ask(?CONTEXT_SET, Handle, <<Parameter:32, Value:32>>, 0)).

%% The numbers of zstd.h.
compress_key(compressionLevel) -> 100;
compress_key(windowLog) -> 101;
compress_key(hashLog) -> 102;
compress_key(chainLog) -> 103;
compress_key(searchLog) -> 104;
compress_key(minMatch) -> 105;
compress_key(targetLength) -> 106;
compress_key(strategy) -> 107;
compress_key(targetCBlockSize) -> 130;
compress_key(enableLongDistanceMatching) -> 160;
compress_key(ldmHashLog) -> 161;
compress_key(ldmMinMatch) -> 162;
compress_key(ldmBucketSizeLog) -> 163;
compress_key(ldmHashRateLog) -> 164;
compress_key(contentSizeFlag) -> 200;
compress_key(checksumFlag) -> 201;
compress_key(dictIDFlag) -> 202;
compress_key(Key) -> error({badarg, {invalid_key, Key}}).

decompress_key(windowLogMax) -> 100;
decompress_key(Key) -> error({badarg, {invalid_key, Key}}).

kind(strategy) -> strategy;
kind(Key) when Key =:= enableLongDistanceMatching; Key =:= contentSizeFlag; Key =:= checksumFlag; Key =:= dictIDFlag ->
    boolean;
kind(_) -> number.

strategies() -> [default, fast, dfast, greedy, lazy, lazy2, btlazy2, btopt, btultra, btultra2].

number(Key, Value) ->
    case kind(Key) of
        boolean when Value =:= true -> 1;
        boolean when Value =:= false -> 0;
        number -> is_int(Value) orelse error({badarg, {invalid_value, Value}}), Value;
        strategy when is_atom(Value) -> place(Value, strategies(), 0);
        _ -> error({badarg, {invalid_value, Value}})
    end.

place(Value, [Value | _], N) -> N;
place(Value, [_ | Rest], N) -> place(Value, Rest, N + 1);
place(Value, [], _) -> error({badarg, {invalid_value, Value}}).

is_int(Value) -> is_integer(Value) andalso Value >= -16#80000000 andalso Value =< 16#7FFFFFFF.

%% --- Streams ----------------------------------------------------------------------------------------

%% Directive is 0 to continue, 1 to flush, 2 to end.
compress_stream_nif(Context, Data, Directive) -> codec(?COMPRESS, context(?COMPRESS, Context), Data, Directive).
decompress_stream_nif(Context, Data, Directive) -> codec(?DECOMPRESS, context(?DECOMPRESS, Context), Data, Directive).

codec(Kind, Handle, Data, Directive) ->
    is_binary(Data) orelse error(badarg),
    run(Kind, Handle, Data, Directive, 0, []).

%% Runs until the room for output is full or there is no more input.
run(Kind, Handle, Data, Directive, Room, Made) ->
    <<Used:32, Left:32, More, Out/binary>> = ask(?CONTEXT_RUN, Handle, [<<(byte_size(Data)):64>>, piece(Kind, Data)],
        Room * 4 + Directive),
    <<_:Used/binary, Rest/binary>> = Data,
    All = [Made | Out],
    if
        Rest =/= <<>>, Left > 0 -> run(Kind, Handle, Rest, Directive, Left, All);
        Rest =/= <<>> -> {continue, Rest, iolist_to_binary(All)};
        Directive =:= 0 -> {continue, iolist_to_binary(All)};
        Left =:= 0, More =/= 0 -> {flush, iolist_to_binary(All)};
        true -> {done, iolist_to_binary(All)}
    end.

%% Passes no more than a block or two at a time. The last piece is larger than the room for output: then the library
%% compresses it in one go only if it would also do so with the whole data.
piece(?COMPRESS, Data) when byte_size(Data) > 2 * ?BLOCK -> binary:part(Data, 0, ?BLOCK);
piece(?DECOMPRESS, Data) when byte_size(Data) > 2 * ?BLOCK -> binary:part(Data, 0, 2 * ?BLOCK);
piece(_, Data) -> Data.

%% --- Dictionaries, frames -----------------------------------------------------------------------------

create_cdict_nif(Data, Level) ->
    is_binary(Data) andalso is_int(Level) orelse error(badarg),
    create(?COMPRESS, Data, Level, invalid_compress_dict).

create_ddict_nif(Data) ->
    is_binary(Data) orelse error(badarg),
    create(?DECOMPRESS, Data, 0, invalid_decompress_dict).

create(Kind, Data, Level, Invalid) ->
    case ask(?CONTEXT_DICTIONARY, 0, [<<Level:32>>, Data], Kind) of
        error -> {error, Invalid};
        Handle -> made(Kind + 2, Handle)
    end.

getDictId_fromCDict_nif(Dictionary) -> id(dictionary(?COMPRESS, Dictionary), [], 0).
getDictId_fromDDict_nif(Dictionary) -> id(dictionary(?DECOMPRESS, Dictionary), [], 0).
getDictId_fromDict_nif(Data) -> id(0, iolist_to_binary(Data), 1).
getDictId_fromFrame_nif(Data) -> id(0, iolist_to_binary(Data), 2).

id(Handle, Data, What) ->
    <<Id:32>> = ask(?CONTEXT_ID, Handle, Data, What),
    Id.

get_frame_header_nif(Data) ->
    <<Content:64, Window:64, Block:32, Type:32, Header:32, Dictionary:32, Checksum:32>> = ask(?CONTEXT_HEADER, 0,
        iolist_to_binary(Data), 0),
    {ok, #{
        frameContentSize => case Content of 16#FFFFFFFFFFFFFFFF -> undefined; _ -> Content end,
        windowSize => Window,
        blockSizeMax => Block,
        frameType => case Type of 0 -> 'ZSTD_frame'; _ -> 'ZSTD_skippableFrame' end,
        headerSize => Header,
        dictID => Dictionary,
        checksumFlag => Checksum =/= 0
    }}.

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(zstd, Function, Arguments).
