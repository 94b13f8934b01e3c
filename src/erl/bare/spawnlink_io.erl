%% SPDX-License-Identifier: Apache-2.0
%%
%% The I/O server of a bare VM: Erlang's I/O protocol in front of the host's output and input. The one for standard
%% output is the group leader of every process spawned from outside. A request that it cannot serve does not make it
%% fail; it answers with an error, as the protocol demands.
-module(spawnlink_io).
-export([start/1]).

-record(io, {
    fd,                 % 1 or 2
    buffer = [],        % characters that were read but not yet requested
    eof = false,
    binary = false,
    encoding = unicode
}).

start(Fd) -> loop(#io{fd = Fd}).

loop(Io) ->
    receive
        {io_request, From, ReplyAs, Request} when is_pid(From) -> loop(served(From, ReplyAs, Request, Io));
        _ -> loop(Io)
    end.

served(From, ReplyAs, Request, Io) ->
    {Reply, Io1} =
        try request(Request, Io)
        catch
            _:_ -> {{error, request}, Io}
        end,
    From ! {io_reply, ReplyAs, Reply},
    Io1.

request({put_chars, Encoding, Chars}, Io) ->
    {put(Encoding, Chars, Io), Io};
request({put_chars, Encoding, M, F, A}, Io) ->
    Reply =
        try apply(M, F, A) of
            Chars -> put(Encoding, Chars, Io)
        catch
            _:_ -> {error, case tells_little(Io#io.fd) of true -> put_chars; false -> F end}
        end,
    {Reply, Io};
request({put_chars, Chars}, Io) -> request({put_chars, latin1, Chars}, Io);
request({put_chars, M, F, A}, Io) -> request({put_chars, latin1, M, F, A}, Io);
request({get_line, Encoding, Prompt}, Io) -> prompted(Prompt, Io, fun(Io1) -> line([], Io1) end, Encoding);
request({get_line, Prompt}, Io) -> request({get_line, latin1, Prompt}, Io);
request({get_chars, Encoding, Prompt, N}, Io) -> prompted(Prompt, Io, fun(Io1) -> chars(N, Io1) end, Encoding);
request({get_chars, Prompt, N}, Io) -> request({get_chars, latin1, Prompt, N}, Io);
request({get_until, Encoding, Prompt, M, F, A}, Io) ->
    try
        prompt(Prompt, Io),
        until([], Encoding, M, F, A, Io)
    catch
        _:_ -> {{error, F}, Io}
    end;
request({get_until, Prompt, M, F, A}, Io) -> request({get_until, latin1, Prompt, M, F, A}, Io);
request({get_password, _}, Io) -> {{error, enotsup}, Io};
request({get_geometry, _}, Io) -> {{error, enotsup}, Io};
request(getopts, Io) -> {[{binary, Io#io.binary}, {encoding, Io#io.encoding}], Io};
request({setopts, Options}, Io) when is_list(Options) -> setopts(Options, Io);
request({requests, Requests}, Io) when is_list(Requests) -> requests(Requests, {ok, Io});
request(_, Io) -> {{error, request}, Io}.

requests([Request | Rest], {Reply, Io}) when not is_tuple(Reply); element(1, Reply) =/= error ->
    requests(Rest, request(Request, Io));
requests(_, Result) ->
    Result.

setopts([], Io) -> {ok, Io};
setopts([binary | Rest], Io) -> setopts(Rest, Io#io{binary = true});
setopts([list | Rest], Io) -> setopts(Rest, Io#io{binary = false});
setopts([{binary, Binary} | Rest], Io) when is_boolean(Binary) -> setopts(Rest, Io#io{binary = Binary});
setopts([{encoding, Encoding} | Rest], Io) when Encoding =:= unicode; Encoding =:= utf8 ->
    setopts(Rest, Io#io{encoding = unicode});
setopts([{encoding, latin1} | Rest], Io) -> setopts(Rest, Io#io{encoding = latin1});
setopts([{echo, _} | Rest], Io) -> setopts(Rest, Io);
setopts(_, Io) -> {{error, enotsup}, Io}.

%% --- Output -------------------------------------------------------------------------------------

put(Encoding, Chars, #io{fd = Fd}) ->
    try unicode:characters_to_binary(Chars, Encoding, utf8) of
        Binary when is_binary(Binary) -> spawnlink:write(Fd, Binary);
        _ -> refuse(Fd, Encoding, Chars)
    catch
        _:_ -> refuse(Fd, Encoding, Chars)
    end.

refuse(Fd, Encoding, Chars) ->
    {error, case tells_little(Fd) of true -> put_chars; false -> {put_chars, Encoding, Chars} end}.

%% Whether errors of output are reported without details, as OTP's standard_error does, and OTP 25's user.
tells_little(Fd) -> Fd =:= 2 orelse erlang:system_info(otp_release) =:= "25".

prompt('', _) -> ok;
prompt(Prompt, Io) ->
    Text =
        case Prompt of
            {format, Format, Args} -> io_lib:format(Format, Args);
            _ when is_atom(Prompt) -> atom_to_list(Prompt);
            _ when is_list(Prompt); is_binary(Prompt) -> Prompt;
            _ -> io_lib:format("~tp", [Prompt])
        end,
    put(unicode, Text, Io).

%% --- Input --------------------------------------------------------------------------------------

prompted(Prompt, Io, Read, Encoding) ->
    try
        prompt(Prompt, Io),
        {Reply, Io1} = Read(Io),
        {as_asked(Reply, Encoding, Io1), Io1}
    catch
        _:_ -> {{error, request}, Io}
    end.

as_asked(Chars, Encoding, #io{binary = true}) when is_list(Chars) ->
    unicode:characters_to_binary(Chars, unicode, Encoding);
as_asked(Reply, _, _) ->
    Reply.

line(Read, #io{buffer = [$\n | Rest]} = Io) -> {lists:reverse(Read, [$\n]), Io#io{buffer = Rest}};
line(Read, #io{buffer = [C | Rest]} = Io) -> line([C | Read], Io#io{buffer = Rest});
line([], #io{eof = true} = Io) -> {eof, Io};
line(Read, #io{eof = true} = Io) -> {lists:reverse(Read), Io};
line(Read, Io) -> line(Read, more(Io)).

chars(N, #io{buffer = Buffer} = Io) ->
    case length(Buffer) of
        Have when Have >= N ->
            {Chars, Rest} = lists:split(N, Buffer),
            {Chars, Io#io{buffer = Rest}};
        0 when Io#io.eof -> {eof, Io};
        _ when Io#io.eof -> {Buffer, Io#io{buffer = []}};
        _ -> chars(N, more(Io))
    end.

until(Continuation, Encoding, M, F, A, Io) ->
    {Data, Io1} =
        case Io#io.buffer of
            [] when Io#io.eof -> {eof, Io};
            [] ->
                #io{buffer = Buffer} = Io0 = more(Io),
                {if Buffer =:= [] -> eof; true -> Buffer end, Io0#io{buffer = []}};
            Buffer -> {Buffer, Io#io{buffer = []}}
        end,
    case apply(M, F, [Continuation, Data | A]) of
        {done, Result, eof} -> {Result, Io1};
        {done, Result, Rest} -> {Result, Io1#io{buffer = Rest}};
        {more, More} -> until(More, Encoding, M, F, A, Io1)
    end.

%% Waits for input of the host. The bytes of an incomplete character are kept for the next piece.
more(Io) ->
    spawnlink:want_input(),
    input(Io).

%% While one process waits for input, requests that need no input are served.
input(#io{buffer = Buffer} = Io) ->
    Part = case get(part) of undefined -> <<>>; P -> P end,
    receive
        {spawnlink_input, eof} -> Io#io{eof = true};
        {io_request, From, ReplyAs, Request}
          when is_pid(From), element(1, Request) =:= put_chars; is_pid(From), Request =:= getopts ->
            input(served(From, ReplyAs, Request, Io));
        {spawnlink_input, Bytes} ->
            spawnlink:internal(input, byte_size(Bytes)),
            Text =
                case unicode:characters_to_list(<<Part/binary, Bytes/binary>>, utf8) of
                    {incomplete, List, Rest} -> put(part, Rest), List;
                    {error, List, Rest} -> put(part, <<>>), List ++ binary_to_list(Rest);
                    List -> put(part, <<>>), List
                end,
            Io#io{buffer = Buffer ++ Text}
    end.
