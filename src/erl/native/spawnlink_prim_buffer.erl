%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's prim_buffer, to which the loader redirects its stubs. Two processes share a buffer: the
%% one that opened a file, and the one that later writes the collected data. So the contents are in a table {Buffer,
%% Bytes, Locks}, which a keeper process owns. A buffer that is empty and not locked has no row, because every file that
%% is opened makes a buffer, and nobody says when it is no longer used. A buffer is {Ref, Pid}; its row is deleted when
%% the process Pid, which made it, ends.
-module(spawnlink_prim_buffer).
-export([new/0, size/1, peek_head/1, copying_read/2, write/2, skip/2, find_byte_index/2, try_lock/1, unlock/1]).

new() -> {make_ref(), self()}.

bytes(Buffer) ->
    case ets:whereis(?MODULE) =/= undefined andalso ets:lookup(?MODULE, Buffer) of
        [{_, Bytes, _}] -> Bytes;
        _ -> <<>>
    end.

keep(Buffer, Bytes) ->
    ets:update_element(?MODULE, Buffer, {2, Bytes}),
    Bytes =:= <<>> andalso ets:match_delete(?MODULE, {Buffer, <<>>, 0}),
    ok.

%% Makes the row of a buffer that has none.
row({_, Owner} = Buffer) ->
    spawnlink_keeper:ensure(?MODULE, [], fun() -> keeper_loop() end),
    ets:insert_new(?MODULE, {Owner, watched}) andalso (?MODULE ! {watch, Owner}),
    {Buffer, <<>>, 0}.

size(Buffer) -> byte_size(bytes(Buffer)).
peek_head(Buffer) -> bytes(Buffer).

write(Buffer, Data) ->
    case iolist_to_binary(Data) of
        <<>> -> ok;
        More ->
            ets:insert_new(?MODULE, row(Buffer)),
            keep(Buffer, <<(bytes(Buffer))/binary, More/binary>>)
    end.

copying_read(Buffer, Size) ->
    case bytes(Buffer) of
        <<Taken:Size/binary, Rest/binary>> when Size > 0 -> keep(Buffer, Rest), binary:copy(Taken);
        _ when Size =:= 0 -> <<>>;
        _ -> error(badarg)
    end.

skip(Buffer, Size) ->
    case bytes(Buffer) of
        <<_:Size/binary, Rest/binary>> when Size > 0 -> keep(Buffer, Rest);
        _ when Size =:= 0 -> ok;
        _ -> error(badarg)
    end.

find_byte_index(Buffer, Byte) ->
    case binary:match(bytes(Buffer), <<Byte>>) of
        {At, _} -> {ok, At};
        nomatch -> not_found
    end.

try_lock(Buffer) ->
    case ets:update_counter(?MODULE, Buffer, {3, 1}, row(Buffer)) of
        1 -> acquired;
        _ -> busy
    end.

unlock(Buffer) ->
    ets:update_element(?MODULE, Buffer, {3, 0}),
    keep(Buffer, bytes(Buffer)).

%% --- The keeper ------------------------------------------------------------------------------------

keeper_loop() ->
    receive
        {watch, Pid} -> monitor(process, Pid);
        {'DOWN', _, _, Pid, _} ->
            ets:delete(?MODULE, Pid),
            ets:match_delete(?MODULE, {{'_', Pid}, '_', '_'});
        _ -> ok
    end,
    keeper_loop().
