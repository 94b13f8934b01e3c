%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's prim_buffer: the loader leads its stubs here. A buffer's bytes stay in the
%% dictionary of its process, which is the only one that may use it, for as long as there are any.
-module(spawnlink_prim_buffer).
-export([new/0, size/1, peek_head/1, copying_read/2, write/2, skip/2, find_byte_index/2, try_lock/1, unlock/1]).

new() -> make_ref().

bytes(Buffer) ->
    case get({?MODULE, Buffer}) of
        undefined -> <<>>;
        Bytes -> Bytes
    end.

keep(Buffer, <<>>) -> erase({?MODULE, Buffer}), ok;
keep(Buffer, Bytes) -> put({?MODULE, Buffer}, Bytes), ok.

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

try_lock(_) -> acquired.
unlock(_) -> ok.
