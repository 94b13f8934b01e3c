%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's prim_buffer: the loader leads its stubs here. Two processes share a buffer (the one that
%% opened a file, and the one that writes later what it was given), so that buffers are rows of a table, which a process
%% keeps for all: {Buffer, Bytes, Locks}. A row goes with the process that made the buffer.
-module(spawnlink_prim_buffer).
-export([new/0, size/1, peek_head/1, copying_read/2, write/2, skip/2, find_byte_index/2, try_lock/1, unlock/1]).

new() ->
    spawnlink_keeper:ensure(?MODULE, [], fun() -> keeper_loop(#{}) end),
    Buffer = make_ref(),
    ets:insert(?MODULE, {Buffer, <<>>, 0}),
    ?MODULE ! {watch, self(), Buffer},
    Buffer.

bytes(Buffer) -> ets:lookup_element(?MODULE, Buffer, 2).
keep(Buffer, Bytes) -> ets:update_element(?MODULE, Buffer, {2, Bytes}), ok.

size(Buffer) -> byte_size(bytes(Buffer)).
peek_head(Buffer) -> bytes(Buffer).
write(Buffer, Data) -> keep(Buffer, iolist_to_binary([bytes(Buffer) | Data])).

copying_read(Buffer, Size) ->
    case bytes(Buffer) of
        <<Taken:Size/binary, Rest/binary>> -> keep(Buffer, Rest), binary:copy(Taken);
        _ -> error(badarg)
    end.

skip(Buffer, Size) ->
    case bytes(Buffer) of
        <<_:Size/binary, Rest/binary>> -> keep(Buffer, Rest);
        _ -> error(badarg)
    end.

find_byte_index(Buffer, Byte) ->
    case binary:match(bytes(Buffer), <<Byte>>) of
        {At, _} -> {ok, At};
        nomatch -> not_found
    end.

try_lock(Buffer) ->
    case ets:update_counter(?MODULE, Buffer, {3, 1}) of
        1 -> acquired;
        _ -> busy
    end.

unlock(Buffer) -> ets:update_element(?MODULE, Buffer, {3, 0}), ok.

%% --- The keeper ------------------------------------------------------------------------------------

keeper_loop(Buffers) ->
    receive
        {watch, Pid, Buffer} -> keeper_loop(Buffers#{monitor(process, Pid) => Buffer});
        {'DOWN', Ref, _, _, _} when is_map_key(Ref, Buffers) ->
            ets:delete(?MODULE, map_get(Ref, Buffers)),
            keeper_loop(maps:remove(Ref, Buffers));
        _ -> keeper_loop(Buffers)
    end.
