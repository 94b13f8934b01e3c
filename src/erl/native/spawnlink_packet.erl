%% SPDX-License-Identifier: Apache-2.0
%%
%% erlang:decode_packet/3: first where the packet ends (size/3), then its content. Sizes are those of the whole packet;
%% `more` means that the size is not known yet, `invalid` that there is no packet. Errors: badopt for an unknown type,
%% badarg otherwise.
-module(spawnlink_packet).
-export([decode/3]).

-record(limits, {packet = 0, line = 0, delimiter = $\n}). % 0: none

decode(Type, Data, Options) ->
    Known = known(Type),
    is_binary(Data) orelse (is_bitstring(Data) andalso erlang:system_info(otp_release) < "27") orelse error(badarg),
    Limits = limits(Options, Known, #limits{}),
    Bytes = bit_size(Data) div 8,
    Tail = bit_size(Data) rem 8,
    <<Bin:Bytes/binary, _:Tail/bitstring>> = Data,
    case size(Type, Bin, Limits) of
        invalid -> {error, invalid};
        more -> {more, undefined};
        Size when Size > Bytes -> {more, Size};
        Size ->
            <<Packet:Size/binary, Rest/bitstring>> = Data,
            case content(Type, Packet) of
                invalid -> {error, invalid};
                Content -> {ok, Content, Rest}
            end
    end.

known(raw) -> raw;
known(0) -> raw;
known(Type) ->
    lists:member(Type, [1, 2, 4, asn1, sunrm, cdr, fcgi, tpkt, line, http, http_bin, httph, httph_bin, ssl_tls])
        orelse error(badopt),
    Type.

limits([{packet_size, N} | Options], Type, L) when is_integer(N), N >= 0, N < 1 bsl 32 ->
    limits(Options, Type, L#limits{packet = N});
limits([{line_length, N} | Options], Type, L) when is_integer(N), N >= 0, N < 1 bsl 32 ->
    limits(Options, Type, L#limits{line = N});
limits([{line_delimiter, C} | Options], line, L) when is_integer(C), C >= 0, C =< 255 ->
    limits(Options, line, L#limits{delimiter = C});
limits([], _, L) -> L;
limits(_, _, _) -> error(badarg).

%% --- Where the packet ends -------------------------------------------------------------------------

size(Type, <<>>, _) when Type =:= raw; Type =:= 0 -> more;
size(Type, Bin, _) when Type =:= raw; Type =:= 0 -> byte_size(Bin);
size(1, <<N, _/binary>>, L) -> whole(1, N, L);
size(2, <<N:16, _/binary>>, L) -> whole(2, N, L);
size(4, <<N:32, _/binary>>, L) -> whole(4, N, L);
size(sunrm, <<_:1, N:31, _/binary>>, L) -> whole(4, N, L);
size(cdr, <<"GIOP", _:16, Flags, _, Length:4/binary, _/binary>>, L) ->
    whole(12, binary:decode_unsigned(Length, case Flags band 1 of 1 -> little; 0 -> big end), L);
size(cdr, Bin, _) when byte_size(Bin) >= 12 -> invalid;
size(fcgi, <<1, _:24, Content:16, Padding, _, _/binary>>, L) -> whole(8, Content + Padding, L);
size(fcgi, Bin, _) when byte_size(Bin) >= 8 -> invalid;
size(tpkt, <<3, _, N:16, _/binary>>, L) when N >= 4 -> whole(4, N - 4, L);
size(tpkt, Bin, _) when byte_size(Bin) >= 4 -> invalid;
size(ssl_tls, <<1:1, N:15, 1, _:16, _/binary>>, L) -> whole(5, N - 3, L);
size(ssl_tls, <<_:24, N:16, _/binary>>, L) -> whole(5, N, L);
size(asn1, Bin, L) -> asn1(Bin, L);
size(line, Bin, L) -> line(Bin, L);
size(Type, Bin, L) when Type =:= http; Type =:= http_bin -> first_line(Bin, most(L));
size(Type, Bin, L) when Type =:= httph; Type =:= httph_bin -> header(Bin, most(L));
size(_, _, _) -> more.

%% The emulator computes with signed 32-bit integers.
whole(Header, Length, #limits{packet = Most}) ->
    Signed = signed(Length),
    Total = signed(Header + Length),
    if
        Most =/= 0, Length band 16#FFFFFFFF > Most -> invalid;
        Total < Header; Signed < 0, Total < Header -> invalid;
        true -> Total
    end.

signed(N) ->
    <<Signed:32/signed>> = <<N:32>>,
    Signed.

asn1(<<_:3, 31:5, Rest/binary>> = Bin, L) when Rest =/= <<>> -> asn1_tag(Rest, Bin, L);
asn1(<<_, Rest/binary>> = Bin, L) when Rest =/= <<>> -> asn1_length(Rest, Bin, L);
asn1(_, _) -> more.

%% A long tag: bytes with the highest bit set, then one without; at least one more byte must follow.
asn1_tag(<<1:1, _:7, Rest/binary>>, Bin, L) -> asn1_tag(Rest, Bin, L);
asn1_tag(<<_, Rest/binary>>, Bin, L) when Rest =/= <<>> -> asn1_length(Rest, Bin, L);
asn1_tag(_, _, _) -> more.

asn1_length(<<1:1, Octets:7, Rest/binary>>, _, _) when byte_size(Rest) < Octets -> more;
asn1_length(<<1:1, Octets:7, _/binary>>, _, _) when Octets > 4 -> invalid;
asn1_length(<<1:1, Octets:7, Rest/binary>>, Bin, L) ->
    <<Length:Octets/unit:8, Rest1/binary>> = Rest,
    whole(byte_size(Bin) - byte_size(Rest1), Length, L);
asn1_length(<<Length, Rest/binary>>, Bin, L) -> whole(byte_size(Bin) - byte_size(Rest), Length, L).

line(Bin, #limits{packet = Most, line = Longest, delimiter = Delimiter}) ->
    case binary:match(Bin, <<Delimiter>>) of
        nomatch when Most =/= 0, byte_size(Bin) > Most -> invalid;
        nomatch when Longest =/= 0, byte_size(Bin) >= Longest -> Longest;
        nomatch -> more;
        {At, _} when Most =/= 0, At + 1 > Most -> invalid;
        {At, _} when Longest =/= 0, At + 1 > Longest -> Longest;
        {At, _} -> At + 1
    end.

%% When only a limit for lines is given, it is the limit for the packets of HTTP.
most(#limits{packet = 0, line = Longest} = L) -> L#limits{packet = Longest};
most(L) -> L.

first_line(Bin, #limits{packet = Most}) ->
    case newline(Bin, 0) of
        nomatch when Most =/= 0, byte_size(Bin) >= Most -> invalid;
        nomatch -> more;
        At when Most =/= 0, At + 1 > Most -> invalid;
        At -> At + 1
    end.

%% A header continues in the next line if that begins with a blank, so one more byte must be there to decide.
header(<<"\n">>, _) -> 1;
header(<<"\r\n">>, _) -> 2;
header(Bin, L) -> header(Bin, 0, L).

header(Bin, From, #limits{packet = Most} = L) ->
    case newline(Bin, From) of
        nomatch when Most =/= 0, byte_size(Bin) >= Most -> invalid;
        nomatch -> more;
        At ->
            Size = At + 1,
            case Bin of
                <<_:Size/binary, C, _/binary>> when (C =:= $\s orelse C =:= $\t), Size > 2 -> header(Bin, Size, L);
                _ when Most =/= 0, Size > Most -> invalid;
                <<_:Size/binary>> -> more;
                _ -> Size
            end
    end.

newline(Bin, From) ->
    case binary:match(Bin, <<"\n">>, [{scope, {From, byte_size(Bin) - From}}]) of
        {At, _} -> At;
        nomatch -> nomatch
    end.

%% --- The content of a packet -------------------------------------------------------------------------

content(1, <<_, Content/binary>>) -> Content;
content(2, <<_:16, Content/binary>>) -> Content;
content(4, <<_:32, Content/binary>>) -> Content;
content(fcgi, <<_:48, Padding, _/binary>> = Packet) -> binary:part(Packet, 0, byte_size(Packet) - Padding);
content(ssl_tls, <<1:1, _:15, 1, Major, Minor, Data/binary>>) -> % a client's hello in the format of SSL 2
    {ssl_tls, [], 22, {Major, Minor}, <<1, (byte_size(Data) + 2):24, Major, Minor, Data/binary>>};
content(ssl_tls, <<Type, Major, Minor, _:16, Data/binary>>) -> {ssl_tls, [], Type, {Major, Minor}, Data};
content(http, Packet) -> spawnlink_packet_http:start_line(Packet, list);
content(http_bin, Packet) -> spawnlink_packet_http:start_line(Packet, binary);
content(httph, Packet) -> spawnlink_packet_http:header(Packet, list);
content(httph_bin, Packet) -> spawnlink_packet_http:header(Packet, binary);
content(_, Packet) -> Packet.
