%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's prim_file, to which the loader redirects its stubs. Files are the host's
%% (spawnlink:file/4): on the command line those of the machine, elsewhere files in memory. A handle is a number that
%% the host gives; the host also keeps the position in the file.
-module(spawnlink_prim_file).
-export([open_nif/2, file_desc_to_ref_nif/1, close_nif/1, delayed_close_nif/1, read_nif/2, write_nif/2, pread_nif/3,
    pwrite_nif/3, seek_nif/3,
         sync_nif/2, advise_nif/4, allocate_nif/3, truncate_nif/1, get_handle_nif/1, read_handle_info_nif/1,
             ipread_s32bu_p32bu_nif/3]).
-export([read_file_nif/1, read_info_nif/2, set_permissions_nif/2, set_owner_nif/3, set_time_nif/4, read_link_nif/1,
    list_dir_nif/1,
         make_dir_nif/1, del_file_nif/1, del_dir_nif/1, rename_nif/2, make_hard_link_nif/2, make_soft_link_nif/2,
         get_device_cwd_nif/1, set_cwd_nif/1, get_cwd_nif/0, altname_nif/1]).

%% Operations of the host and its error numbers.
-include("seam.hrl").

%% --- Open files -----------------------------------------------------------------------------------

open_nif(Path, Modes) ->
    case file(?FILE_OPEN, 0, name(Path), flags(Modes, 0)) of
        {Handle, _} -> {ok, {spawnlink_file, Handle}};
        eagain -> later(fun() -> open_nif(Path, Modes) end);
        Error -> {error, Error}
    end.

%% When a pipe or terminal has no data yet, no room, or no process at its other end, only the calling process waits, not
%% the VM.
-define(PATIENCE_MS, 5).
later(Fun) -> receive after ?PATIENCE_MS -> Fun() end.

flags([read | Modes], Flags) -> flags(Modes, Flags bor ?OPEN_READ);
flags([write | Modes], Flags) -> flags(Modes, Flags bor ?OPEN_WRITE);
flags([append | Modes], Flags) -> flags(Modes, Flags bor ?OPEN_WRITE bor ?OPEN_APPEND);
flags([exclusive | Modes], Flags) -> flags(Modes, Flags bor ?OPEN_WRITE bor ?OPEN_EXCLUSIVE);
flags([directory | Modes], Flags) -> flags(Modes, Flags bor ?OPEN_READ bor ?OPEN_DIRECTORY);
flags([_ | Modes], Flags) -> flags(Modes, Flags);
flags([], Flags) when Flags band (?OPEN_READ bor ?OPEN_WRITE) =:= 0 -> Flags bor ?OPEN_READ;
flags([], Flags) -> Flags.

file_desc_to_ref_nif(_) -> {error, enotsup}.
close_nif(File) -> done(handle(?FILE_CLOSE, File, [], 0)).
delayed_close_nif(File) -> close_nif(File).

read_nif(File, Size) ->
    case handle(?FILE_READ, File, [], Size) of
        {0, _} -> eof;
        {_, Data} -> {ok, Data};
        eagain -> later(fun() -> read_nif(File, Size) end);
        Error -> {error, Error}
    end.

%% For a pipe, the host returns how many bytes it did not take.
write_nif(File, Data) ->
    case handle(?FILE_WRITE, File, Data, 0) of
        {0, _} -> ok;
        {Left, _} ->
            Binary = iolist_to_binary(Data),
            Rest = binary:part(Binary, byte_size(Binary), -Left),
            later(fun() -> write_nif(File, Rest) end);
        Error -> {error, Error}
    end.

pread_nif(File, Offset, Size) -> at(File, Offset, fun() -> read_nif(File, Size) end).
pwrite_nif(File, Offset, Data) -> at(File, Offset, fun() -> write_nif(File, Data) end).

%% Does something at another position and then restores the position.
at(File, Offset, Fun) ->
    case handle(?FILE_SEEK_HERE, File, [], 0) of
        {Here, _} ->
            case handle(?FILE_SEEK_START, File, [], Offset) of
                {_, _} ->
                    Result = Fun(),
                    handle(?FILE_SEEK_START, File, [], Here),
                    Result;
                Error -> {error, Error}
            end;
        Error -> {error, Error}
    end.

seek_nif(File, Mark, Offset) when is_integer(Offset) ->
    Operation = case Mark of
        bof -> ?FILE_SEEK_START;
        cur -> ?FILE_SEEK_HERE;
        eof -> ?FILE_SEEK_END;
        _ -> error(badarg)
    end,
    case handle(Operation, File, [], Offset) of
        {Position, _} -> {ok, Position};
        Error -> {error, Error}
    end;
seek_nif(_, _, _) -> error(badarg).

sync_nif(File, _) -> done(handle(?FILE_SYNC, File, [], 0)).
advise_nif(File, Offset, Length, Advice) when is_integer(Offset), is_integer(Length) ->
    case lists:member(Advice, [normal, random, sequential, will_need, dont_need, no_reuse]) of
        true -> done(handle(?FILE_SEEK_HERE, File, [], 0));
        false -> {error, einval}
    end;
advise_nif(_, _, _, _) -> error(badarg).

%% A shorter file grows to this size. The host is not asked to reserve disk space.
allocate_nif(File, Offset, Length) when is_integer(Offset), is_integer(Length) ->
    case read_handle_info_nif(File) of
        {error, _} = Error -> Error;
        _ when Offset < 0; Length =< 0 -> {error, einval};
        {file_info, Size, regular, _, _, _, _, _, _, _, _, _, _, _} when Size < Offset + Length ->
            at(File, Offset + Length, fun() -> truncate_nif(File) end);
        {file_info, _, regular, _, _, _, _, _, _, _, _, _, _, _} -> ok;
        _ -> {error, enodev}
    end;
allocate_nif(_, _, _) -> error(badarg).
truncate_nif(File) -> done(handle(?FILE_TRUNCATE, File, [], 0)).
get_handle_nif(_) -> {error, enotsup}.
read_handle_info_nif(File) -> info(handle(?FILE_HANDLE_INFO, File, [], 0)).

ipread_s32bu_p32bu_nif(File, Offset, MaxSize) ->
    case pread_nif(File, Offset, 8) of
        {ok, <<Size:32, Pointer:32>>} when Size =< MaxSize ->
            case pread_nif(File, Pointer, Size) of
                {ok, Data} -> {ok, {Size, Pointer, Data}};
                eof -> {ok, {Size, Pointer, eof}};
                Error -> Error
            end;
        {ok, _} -> eof;
        Other -> Other
    end.

handle(Operation, {spawnlink_file, Handle}, Data, Number) -> file(Operation, Handle, Data, Number);
handle(_, _, _, _) -> error(badarg).

%% --- By name --------------------------------------------------------------------------------------

read_file_nif(Path) ->
    case path(?FILE_READ_FILE, Path, 0) of
        espipe -> % a pipe, or a device
            case open_nif(Path, [read]) of
                {ok, File} -> read_all(File, []);
                Error -> Error
            end;
        Answer -> data(Answer)
    end.

read_all(File, Read) ->
    case read_nif(File, 65536) of
        {ok, Data} -> read_all(File, [Read, Data]);
        Other ->
            close_nif(File),
            if Other =:= eof -> {ok, iolist_to_binary(Read)}; true -> Other end
    end.
read_link_nif(Path) -> data(path(?FILE_READ_LINK, Path, 0)).
get_cwd_nif() -> data(file(?FILE_GET_CWD, 0, [], 0)).
get_device_cwd_nif(_) -> {error, enotsup}.
set_cwd_nif(Path) -> done(path(?FILE_SET_CWD, Path, 0)).
altname_nif(_) -> {error, enotsup}.
make_dir_nif(Path) -> done(path(?FILE_MAKE_DIR, Path, 0)).
del_dir_nif(Path) ->
    case done(path(?FILE_DEL_DIR, Path, 0)) of
        {error, eexist} = Error -> % the current folder has an error of its own
            case same(read_info_nif(Path, 1), read_info_nif(<<".">>, 1)) of
                true -> {error, einval};
                false -> Error
            end;
        Result -> Result
    end.

%% Whether both are the same folder, by device and inode. A host that has neither gives zeros.
same(A, B) when element(1, A) =:= file_info, element(1, B) =:= file_info ->
    {element(10, A), element(12, A)} =:= {element(10, B), element(12, B)} andalso element(12, A) =/= 0;
same(_, _) -> false.

del_file_nif(Path) ->
    case path(?FILE_DEL_FILE, Path, 0) of
        eisdir -> {error, eperm};
        Result -> done(Result)
    end.
rename_nif(From, To) ->
    case done(two(?FILE_RENAME, From, To)) of
        {error, Reason} when Reason =/= eexist, From =:= <<"/", 0>> -> {error, einval};
        Result -> Result
    end.
make_hard_link_nif(Existing, New) -> done(two(?FILE_LINK, Existing, New)).
make_soft_link_nif(Existing, New) -> done(two(?FILE_SYMLINK, Existing, New)).
set_permissions_nif(Path, Permissions) -> done(path(?FILE_CHMOD, Path, Permissions)).
%% An id of -1 leaves the owner or group as it is.
set_owner_nif(Path, Uid, Gid) ->
    is_id(Uid) andalso is_id(Gid) orelse error(badarg),
    case set_id(?FILE_SET_OWNER, Path, Uid) of
        ok -> set_id(?FILE_SET_GROUP, Path, Gid);
        Error -> Error
    end.

is_id(Id) -> is_integer(Id) andalso Id >= -16#80000000 andalso Id < 16#80000000.
set_id(_, _, -1) -> ok;
set_id(Operation, Path, Id) -> done(path(Operation, Path, Id)).

set_time_nif(Path, ATime, MTime, _) ->
    case done(path(?FILE_SET_TIME, Path, MTime)) of
        ok when ATime =/= MTime -> done(path(?FILE_SET_ACCESS_TIME, Path, ATime));
        Result -> Result
    end.

read_info_nif(Path, 1) -> info(path(?FILE_INFO, Path, 0));
read_info_nif(Path, 0) -> info(path(?FILE_LINK_INFO, Path, 0)).

list_dir_nif(Path) ->
    case path(?FILE_LIST, Path, 0) of
        {0, _} -> {ok, []};
        {_, Names} -> {ok, binary:split(Names, <<0>>, [global])};
        Error -> {error, Error}
    end.

path(Operation, Path, Number) -> file(Operation, 0, name(Path), Number).
two(Operation, A, B) -> file(Operation, 0, [name(A), 0, name(B)], 0).

%% The names that prim_file passes end with a zero.
name(Path) ->
    Size = byte_size(Path) - 1,
    case Path of
        <<Name:Size/binary, 0>> -> binary:match(Name, <<0>>) =:= nomatch orelse error(badarg), Name;
        _ -> Path
    end.

file(Operation, Handle, Data, Number) ->
    case spawnlink:file(Operation, Handle, Data, Number) of
        Error when is_integer(Error) ->
            element(-Error, ?HOST_NAMES);
        Answer ->
            Answer
    end.

done({_, _}) -> ok;
done(enotempty) -> {error, eexist};
done(Error) -> {error, Error}.

data({_, Data}) -> {ok, Data};
data(Error) -> {error, Error}.

%% Makes a #file_info{}, with times in seconds.
info({_, <<Size:64/little, Type:64/little, Access:64/little, ATime:64/little-signed, MTime:64/little-signed,
    CTime:64/little-signed, Mode:64/little,
           Links:64/little, Major:64/little, Minor:64/little, Inode:64/little, Uid:64/little, Gid:64/little>>}) ->
    {file_info, Size, element(Type + 1, ?FILE_TYPE_NAMES), element(Access + 1, ?FILE_ACCESS_NAMES),
     ATime, MTime, CTime, Mode, Links, Major, Minor, Inode, Uid, Gid};
info(Error) -> {error, Error}.
