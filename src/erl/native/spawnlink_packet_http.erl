%% SPDX-License-Identifier: Apache-2.0
%%
%% The lines of HTTP as erlang:decode_packet/3 returns them. Strings are lists or binaries, as the caller wants; known
%% methods and header names are atoms.
-module(spawnlink_packet_http).
-export([start_line/2, header/2]).

-define(LONGEST_NAME, 50). % of a header, to be written With-Capitals
-define(IS_BLANK(C), (C =:= $\s orelse C =:= $\t)).
-define(IS_DIGIT(C), (C >= $0 andalso C =< $9)).

text(Bin, binary) -> binary:copy(Bin);
text(Bin, list) -> binary_to_list(Bin).

wrong(Packet, As) -> {http_error, text(Packet, As)}.

%% A packet without its \r\n or \n. The byte before \n is dropped only if it is \r.
stripped(Packet) ->
    Size = byte_size(Packet),
    if
        Size >= 2 ->
            case binary:at(Packet, Size - 2) of
                $\r -> binary:part(Packet, 0, Size - 2);
                _ -> without_newline(Packet, Size)
            end;
        true -> without_newline(Packet, Size)
    end.

without_newline(Packet, Size) ->
    case binary:at(Packet, Size - 1) of
        $\n -> binary:part(Packet, 0, Size - 1);
        _ -> Packet
    end.

blanks(<<C, Rest/binary>>) when ?IS_BLANK(C) -> blanks(Rest);
blanks(Bin) -> Bin.

digits(<<C, Rest/binary>>, N) when ?IS_DIGIT(C) -> digits(Rest, 10 * N + C - $0);
digits(Rest, N) -> {int(N), Rest}.

%% The emulator computes with 32-bit integers.
int(N) ->
    <<Int:32/signed>> = <<N:32>>,
    Int.

%% Major.Minor
version(<<C, _/binary>> = Bin) when ?IS_DIGIT(C) ->
    case digits(Bin, 0) of
        {Major, <<".", D, _/binary>> = Rest} when ?IS_DIGIT(D) ->
            {Minor, Rest1} = digits(binary:part(Rest, 1, byte_size(Rest) - 1), 0),
            {{Major, Minor}, Rest1};
        _ -> invalid
    end;
version(_) -> invalid.

%% --- Requests and answers ------------------------------------------------------------------------------

start_line(Packet, As) ->
    Result = case stripped(Packet) of
        <<"HTTP/", Rest/binary>> -> response(version(Rest), As);
        Line -> request(token(Line, 0), As)
    end,
    if
        Result =:= invalid -> wrong(Packet, As);
        true -> Result
    end.

response({Version, <<C, _/binary>> = Rest}, As) when ?IS_BLANK(C) ->
    case digits(blanks(Rest), 0) of
        {Status, <<>>} -> {http_response, Version, Status, text(<<>>, As)};
        {Status, <<D, _/binary>> = Reason} when ?IS_BLANK(D) ->
            {http_response, Version, Status, text(blanks(Reason), As)};
        _ -> invalid
    end;
response(_, _) -> invalid.

%% The name of a method or header, and the rest.
token(Bin, Size) ->
    case Bin of
        <<Token:Size/binary>> -> {Token, <<>>};
        <<Token:Size/binary, C, _/binary>> ->
            case is_special(C) of
                true -> {Token, binary:part(Bin, Size, byte_size(Bin) - Size)};
                false -> token(Bin, Size + 1)
            end
    end.

is_special(C) when C =< 32; C >= 128 -> true;
is_special(C) -> lists:member(C, "()<>@,;:\\\"/[]?={}").

request({Method, <<C, _/binary>> = Rest}, As) when Method =/= <<>>, ?IS_BLANK(C) ->
    {Uri, Rest1} = word(blanks(Rest), 0),
    case {Uri, blanks(Rest1)} of
        {<<>>, _} -> invalid;
        {_, <<>>} -> {http_request, method(Method, As), uri(Uri, As), {0, 9}};
        {_, <<"HTTP/", Version/binary>>} ->
            case version(Version) of
                {Number, _} -> {http_request, method(Method, As), uri(Uri, As), Number};
                invalid -> invalid
            end;
        _ -> invalid
    end;
request(_, _) -> invalid.

word(Bin, Size) ->
    case Bin of
        <<Word:Size/binary, C, _/binary>> when ?IS_BLANK(C) -> {Word, binary:part(Bin, Size, byte_size(Bin) - Size)};
        <<Word:Size/binary>> -> {Word, <<>>};
        _ -> word(Bin, Size + 1)
    end.

method(<<"OPTIONS">>, _) -> 'OPTIONS';
method(<<"GET">>, _) -> 'GET';
method(<<"HEAD">>, _) -> 'HEAD';
method(<<"POST">>, _) -> 'POST';
method(<<"PUT">>, _) -> 'PUT';
method(<<"DELETE">>, _) -> 'DELETE';
method(<<"TRACE">>, _) -> 'TRACE';
method(Method, As) -> text(Method, As).

uri(<<"*">>, _) -> '*';
uri(<<"/", _/binary>> = Uri, As) -> {abs_path, text(Uri, As)};
uri(Uri, As) when byte_size(Uri) =< 1 -> {abs_path, text(Uri, As)};
uri(Uri, As) ->
    case {scheme(Uri, 7), scheme(Uri, 8)} of
        {<<"http://">>, _} -> absolute(http, binary:part(Uri, 7, byte_size(Uri) - 7), As);
        {_, <<"https://">>} -> absolute(https, binary:part(Uri, 8, byte_size(Uri) - 8), As);
        _ ->
            case binary:split(Uri, <<":">>) of
                [Scheme, Rest] -> {scheme, text(Scheme, As), text(Rest, As)};
                [_] -> text(Uri, As)
            end
    end.

scheme(Uri, Size) when byte_size(Uri) >= Size -> << <<(lower(C))>> || <<C>> <= binary:part(Uri, 0, Size) >>;
scheme(_, _) -> <<>>.

absolute(Scheme, Rest, As) ->
    {Authority, Path} = case binary:match(Rest, <<"/">>) of
        {At, _} -> {binary:part(Rest, 0, At), binary:part(Rest, At, byte_size(Rest) - At)};
        nomatch -> {Rest, <<"/">>}
    end,
    {Host, Port} = case binary:split(Authority, <<":">>) of
        [Name, Text] ->
            case digits(Text, 0) of
                {N, <<>>} when N =/= 0 -> {Name, N};
                _ -> {Name, undefined}
            end;
        [Name] -> {Name, undefined}
    end,
    {absoluteURI, Scheme, text(Host, As), Port, text(Path, As)}.

%% --- Headers -------------------------------------------------------------------------------------------

header(Packet, As) ->
    case stripped(Packet) of
        <<>> -> http_eoh;
        Line ->
            case token(Line, 0) of
                {Name, <<":", Value/binary>>} ->
                    {Index, Field} = field(Name, As),
                    {http_header, Index, Field, text(Name, As), text(blanks(Value), As)};
                _ -> wrong(Packet, As)
            end
    end.

field(Name, As) when byte_size(Name) > ?LONGEST_NAME -> {0, text(Name, As)};
field(Name, As) ->
    Proper = capitals(Name, true, <<>>),
    case index(Proper, fields(), 1) of
        0 -> {0, text(Proper, As)};
        Index -> {Index, binary_to_atom(Proper, latin1)}
    end.

capitals(<<C, Rest/binary>>, true, Done) -> capitals(Rest, false, <<Done/binary, (upper(C))>>);
capitals(<<$-, Rest/binary>>, false, Done) -> capitals(Rest, true, <<Done/binary, $->>);
capitals(<<C, Rest/binary>>, false, Done) -> capitals(Rest, false, <<Done/binary, (lower(C))>>);
capitals(<<>>, _, Done) -> Done.

upper(C) when C >= $a, C =< $z -> C - 32;
upper(C) -> C.
lower(C) when C >= $A, C =< $Z -> C + 32;
lower(C) -> C.

index(Name, [Name | _], N) -> N;
index(Name, [_ | Names], N) -> index(Name, Names, N + 1);
index(_, [], _) -> 0.

fields() ->
    [<<"Cache-Control">>, <<"Connection">>, <<"Date">>, <<"Pragma">>, <<"Transfer-Encoding">>, <<"Upgrade">>, <<"Via">>,
        <<"Accept">>,
     <<"Accept-Charset">>, <<"Accept-Encoding">>, <<"Accept-Language">>, <<"Authorization">>, <<"From">>, <<"Host">>,
         <<"If-Modified-Since">>,
     <<"If-Match">>, <<"If-None-Match">>, <<"If-Range">>, <<"If-Unmodified-Since">>, <<"Max-Forwards">>,
         <<"Proxy-Authorization">>, <<"Range">>,
     <<"Referer">>, <<"User-Agent">>, <<"Age">>, <<"Location">>, <<"Proxy-Authenticate">>, <<"Public">>,
         <<"Retry-After">>, <<"Server">>,
     <<"Vary">>, <<"Warning">>, <<"Www-Authenticate">>, <<"Allow">>, <<"Content-Base">>, <<"Content-Encoding">>,
         <<"Content-Language">>,
     <<"Content-Length">>, <<"Content-Location">>, <<"Content-Md5">>, <<"Content-Range">>, <<"Content-Type">>,
         <<"Etag">>, <<"Expires">>,
     <<"Last-Modified">>, <<"Accept-Ranges">>, <<"Set-Cookie">>, <<"Set-Cookie2">>, <<"X-Forwarded-For">>, <<"Cookie">>,
         <<"Keep-Alive">>,
     <<"Proxy-Connection">>].
