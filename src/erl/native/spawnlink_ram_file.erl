%% SPDX-License-Identifier: Apache-2.0
%%
%% A file in memory, as OTP's driver ram_file_drv keeps it for the module ram_file, which file:open(Bytes, [ram]) and
%% erl_tar use. The port (spawnlink_port) keeps the result of new/0 and passes each command to command/2.
-module(spawnlink_ram_file).
-export([new/0, command/2]).

-record(file, {bytes = <<>>, at = 0, mode = 0}).

%% Bits of the open mode.
-define(READ, 1).
-define(WRITE, 2).

new() -> #file{}.

%% Returns {Reply, File}. A reply is {Head, Bytes | none}: Head is a list of small integers, Bytes a binary or list that
%% follows it.
command(<<1, Mode:32, Bytes/binary>>, File) -> {number(0), File#file{bytes = Bytes, at = 0, mode = Mode}};
command(<<2, Size:32>>, #file{at = At} = File) ->
    case may(?READ, File) of
        true -> {Read, Bytes} = read(At, Size, File), {Read, File#file{at = At + byte_size(Bytes)}};
        false -> {failed("ebadf"), File}
    end;
command(<<3, Offset:32/signed, Whence:32>>, #file{at = At, bytes = Bytes} = File) ->
    case case Whence of 0 -> Offset; 1 -> At + Offset; 2 -> byte_size(Bytes) + Offset; _ -> -1 end of
        To when To < 0 -> {failed("einval"), File};
        To -> {number(To), File#file{at = To}}
    end;
command(<<4, Bytes/binary>>, #file{at = At} = File) -> write(At, Bytes, File, At + byte_size(Bytes));
command(<<9>>, File) -> {ok(), File};
command(<<14>>, #file{at = At, bytes = Bytes} = File) ->
    case may(?WRITE, File) of
        true -> {ok(), File#file{bytes = sized(At, Bytes)}};
        false -> {failed("eacces"), File}
    end;
command(<<17, At:32/signed, Size:32>>, File) ->
    case may(?READ, File) of
        true when At < 0 -> {failed("einval"), File};
        true -> {Read, _} = read(At, Size, File), {Read, File};
        false -> {failed("ebadf"), File}
    end;
command(<<18, At:32/signed, Bytes/binary>>, File) -> write(At, Bytes, File, File#file.at);
command(<<19>>, File) -> {ok(), File};
command(<<30>>, #file{bytes = Bytes} = File) -> {bytes(Bytes), File};
command(<<37>>, #file{bytes = Bytes} = File) -> {number(byte_size(Bytes)), File};
command(<<38, _:64, _:64, Advice:32/signed>>, File) when Advice >= 0, Advice =< 5 -> {ok(), File};
command(<<39, _:128>>, File) -> {ok(), File}; % reserves room, but does not change the size
command(_, File) -> {failed("einval"), File}.

may(Mode, #file{mode = Modes}) -> Modes band Mode =/= 0.

read(At, Size, #file{bytes = All}) ->
    Bytes = binary:part(All, min(At, byte_size(All)), max(0, min(Size, byte_size(All) - At))),
    {bytes(Bytes), Bytes}.

write(At, Bytes, File, Then) ->
    case may(?WRITE, File) of
        true when At < 0 -> {failed("einval"), File};
        true -> {number(byte_size(Bytes)), File#file{bytes = written(At, Bytes, File#file.bytes), at = Then}};
        false -> {failed("ebadf"), File}
    end.

%% Most writes are at the end: then the binary grows in place.
written(At, Bytes, All) when At =:= byte_size(All) -> <<All/binary, Bytes/binary>>;
written(At, Bytes, All) when At > byte_size(All) -> <<(sized(At, All))/binary, Bytes/binary>>;
written(At, Bytes, All) ->
    Size = byte_size(Bytes),
    case All of
        <<Before:At/binary, _:Size/binary, After/binary>> -> <<Before/binary, Bytes/binary, After/binary>>;
        <<Before:At/binary, _/binary>> -> <<Before/binary, Bytes/binary>>
    end.

sized(Size, Bytes) when Size =< byte_size(Bytes) -> binary:part(Bytes, 0, Size);
sized(Size, Bytes) -> <<Bytes/binary, 0:(Size - byte_size(Bytes))/unit:8>>.

ok() -> {[0], none}.
failed(Name) -> {[1 | Name], none}.
number(N) -> {[3 | binary_to_list(<<N:32>>)], none}.
bytes(Bytes) -> {[2 | binary_to_list(<<(byte_size(Bytes)):32>>)], Bytes}.
