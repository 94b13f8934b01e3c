%% SPDX-License-Identifier: Apache-2.0
%% erlang:decode_packet/3 with every type: chosen cases, every prefix of them, and random input.
-module(packet_test).
-export([main/0]).

main() ->
    [io:format("~w ~w ~w -> ~w~n", [Type, Bin, Options, try_(Type, Bin, Options)]) || {Type, Bin, Options} <- cases()],
    [io:format("~w ~w~n", [Type, [try_(Type, binary:part(Bin, 0, N), []) || N <- lists:seq(0, byte_size(Bin))]])
        || {Type, Bin} <- wholes()],
    [io:format("~w ~w: ~w~n", [Type, Seed, made_up(Type, Seed)]) || Type <- types(), Seed <- lists:seq(1, 20)],
    errors().

types() -> [raw, 0, 1, 2, 4, asn1, sunrm, cdr, fcgi, tpkt, line, http, http_bin, httph, httph_bin, ssl_tls].

try_(Type, Bin, Options) ->
    try erlang:decode_packet(Type, Bin, Options)
    catch Class:Reason:Stack -> {Class, Reason, [{M, F, A} || {M, F, A, _} <- lists:sublist(Stack, 1)]}
    end.

cases() ->
    [{http, list_to_binary([Line]), []} || Line <- requests()] ++
    [{httph_bin, list_to_binary([Line, "\r\n\r\n"]), []} || Line <- headers()] ++
    [{httph, <<(list_to_binary(Name))/binary, ":v\r\nx">>, []} || Name <- names()] ++
    [{Type, Bin, [{packet_size, N}]} || {Type, Bin} <- wholes(), N <- [0, 1, 3, 8, 1000]] ++
    [{line, <<"abc\ndef">>, Options} || Options <- [[{line_length, 2}], [{line_length, 4}], [{line_delimiter, $e}],
        [{line_delimiter, $z}, {line_length, 3}],
        [{line_delimiter, $z}, {packet_size, 3}], [{packet_size, 3}], [{packet_size, 4}], [{line_delimiter, 0}],
            [{line_length, 0}]]] ++
    [{4, <<255, 255, 255, 255>>, []}, {4, <<127, 255, 255, 255, 1>>, []}, {4, <<255, 255, 255, 250>>, []},
        {4, <<255, 255, 255, 253, 1, 2>>, []}, {1, <<0, 1>>, []}, {sunrm, <<255, 255, 255, 255>>, []},
        {sunrm, <<128, 0, 0, 1, 7, 8>>, []},
     {raw, <<"abc", 1:1>>, []}, {1, <<1, 5:3>>, []}, {1, <<1, 7, 5:3>>, []}, {2, <<0, 1, 7, 5:3>>, [{packet_size, 1}]}].

requests() ->
    ["GET", "GET\r\n", "GET / HTTP/1.1\n", "GET /\r\n", "GET / \r\n", "GET  x:y  HTTP/1.2\r\n",
        "GET http://a:80/b HTTP/1.1\r\n", "GET http://a HTTP/1.1\r\n",
     "GET HTTPS://a:/b HTTP/1.1\r\n", "GET http://a:x/b HTTP/1.1\r\n", "GET http://a:0/b HTTP/1.1\r\n",
         "GET http://a:99999/b HTTP/1.1\r\n", "GET http://:1 HTTP/1.1\r\n",
     "GET http:// HTTP/1.1\r\n", "GET http:/ HTTP/1.1\r\n", "GET * HTTP/1.1\r\n", "GET x HTTP/1.1\r\n",
         "GET xy HTTP/1.1\r\n", "GET x HTTP/1\r\n", "GET x HTTP/1.\r\n", "GET x HTP/1.1\r\n",
     "GET x HTTP/11.12x\r\n", "GET x HTTP/99999999999.1\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1\t200\tNot  found \r\n",
         "HTTP/1.1  200\r\n", "HTTP/1.1\r\n", "HTTP/1.1 \r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 200x\r\n",
     "HTTP/1.1 99999999999 x\r\n", "HTTP/1.1x200\r\n", "HTTP/1 abc\r\n", "HTTP/x\r\n", "HTTP/\r\n", "\r\n", "\n",
         "\r\n\r\n", " \r\n", "(GET) x\r\n", "", "A(B c HTTP/1.0\n", "\x{e5} / HTTP/1.0\n", "a\x{e5} / HTTP/1.0\n",
         "A \x{e5} HTTP/1.0\n", "GET\t/\tHTTP/1.0\r\n", "get / http/1.0\r\n", "GET / HTTP/1.0 \r\n", "GET \r\n",
         "GET  \n", "G\r\n", "PUT a:b:c HTTP/1.1\r\n", "PUT :b HTTP/1.1\r\n", "HEAD / HTTP/0.9\r\r\n"]
    ++ [M ++ " / HTTP/1.1\r\n" || M <- ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "PATCH",
        "CONNECT"]].

headers() ->
    ["Host: x", "host:x", "HOST  :  x  ", "X-aBc-DEF: 1", "x--y: 1", "-x: 1", ":x", "x", "x y: z", "x(: z", "x:\r\n y",
        "x: a\r\n\tb\r\n c", "", "content-type:text/plain", "a:", "\x{e5}: 1", "etag:\"1\""]
    ++ [lists:duplicate(N, $a) ++ ": 1" || N <- [19, 20, 21, 49, 50, 51, 60]].

names() ->
    ["Cache-Control", "Connection", "Date", "Pragma", "Transfer-Encoding", "Upgrade", "Via", "Accept", "Accept-Charset",
        "Accept-Encoding", "Accept-Language", "Authorization", "From", "Host",
     "If-Modified-Since", "If-Match", "If-None-Match", "If-Range", "If-Unmodified-Since", "Max-Forwards",
         "Proxy-Authorization", "Range", "Referer", "User-Agent", "Age", "Location",
     "Proxy-Authenticate", "Public", "Retry-After", "Server", "Vary", "Warning", "Www-Authenticate", "Allow",
         "Content-Base", "Content-Encoding", "Content-Language", "Content-Length",
     "Content-Location", "Content-Md5", "Content-Range", "Content-Type", "Etag", "Expires", "Last-Modified",
         "Accept-Ranges", "Set-Cookie", "Set-Cookie2", "X-Forwarded-For", "Cookie",
     "Keep-Alive", "Proxy-Connection", "Te", "Expect", "Origin"].

wholes() ->
    [{raw, <<"abc">>}, {0, <<"abc">>}, {1, <<3, "abcd">>}, {2, <<0, 3, "abcd">>}, {4, <<0, 0, 0, 3, "abcd">>},
     {asn1, <<48, 3, "abcd">>}, {asn1, <<63, 129, 130, 5, 3, "abcd">>}, {asn1, <<48, 129, 3, "abcd">>},
         {asn1, <<48, 130, 0, 3, "abcd">>}, {asn1, <<48, 131, 0, 0, 3, "abcd">>},
     {asn1, <<48, 132, 0, 0, 0, 3, "abcd">>}, {asn1, <<48, 133, 0, 0, 0, 0, 3, "abcd">>}, {asn1, <<48, 128, "abcd">>},
         {asn1, <<63, 1, 1, "abcd">>}, {asn1, <<48, 132, 255, 255, 255, 255, 1>>},
     {sunrm, <<0, 0, 0, 3, "abcd">>}, {cdr, <<"GIOP", 1, 2, 0, 0, 0, 0, 0, 3, "abcd">>},
         {cdr, <<"GIOP", 1, 2, 1, 0, 3, 0, 0, 0, "abcd">>}, {cdr, <<"GIOX", 1, 2, 1, 0, 3, 0, 0, 0, "abcd">>},
     {fcgi, <<1, 2, 0, 5, 0, 3, 2, 0, "abcppx">>}, {fcgi, <<2, 2, 0, 5, 0, 3, 2, 0, "abcppx">>},
         {tpkt, <<3, 0, 0, 7, "abcd">>}, {tpkt, <<3, 0, 0, 3, "abcd">>}, {tpkt, <<4, 0, 0, 7, "abcd">>},
     {line, <<"ab\ncd">>}, {line, <<"ab\r\ncd">>}, {http, <<"GET / HTTP/1.1\r\nx">>},
         {http_bin, <<"HTTP/1.0 404 No\r\nx">>}, {httph, <<"Host: y\r\nx">>}, {httph_bin, <<"a: b\r\n c\r\nd">>},
         {httph, <<"\r\nx">>}, {httph, <<"\nx">>},
     {ssl_tls, <<22, 3, 1, 0, 3, "abcd">>}, {ssl_tls, <<128, 10, 1, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9>>},
         {ssl_tls, <<128, 2, 1, 3, 1, 1, 2>>}, {ssl_tls, <<128, 3, 1, 3, 1, 1, 2>>}].

%% A hash of the results for 80 random inputs.
made_up(Type, Seed) ->
    State = rand:seed_s(exsss, {Seed, Seed, 7}),
    {Results, _} = lists:mapfoldl(fun(_, S0) ->
        {Bin, S1} = bytes(Type, S0),
        {N, S2} = rand:uniform_s(40, S1),
        Options = case N of 1 -> [{packet_size, 20}]; 2 -> [{line_length, 9}];
            3 -> [{line_length, 5}, {packet_size, 10}]; _ -> [] end,
        {{Bin, Options, try_(Type, Bin, Options)}, S2}
    end, State, lists:seq(1, 80)),
    erlang:phash2(Results).

bytes(Type, S0) ->
    {N, S1} = rand:uniform_s(30, S0),
    {Parts, S2} = lists:mapfoldl(fun(_, S) ->
        Pieces = pieces(Type),
        {K, Next} = rand:uniform_s(length(Pieces), S),
        {lists:nth(K, Pieces), Next}
    end, S1, lists:seq(1, N)),
    {list_to_binary(Parts), S2}.

pieces(Type) when Type =:= http; Type =:= http_bin; Type =:= httph; Type =:= httph_bin ->
    ["GET", "HTTP/1.1", "http://", "https://", " ", " ", "\t", "\r\n", "\n", "\r", ":", "/", "*", "Host", "x-y", "a",
        "Z", "-", "1", "90", ".", "(", 0, 127, 200, "foo", " HTTP/1.0\r\n", ": "];
pieces(cdr) -> ["GIOP", 0, 0, 0, 1, 2, 3, "x", 255];
pieces(line) -> ["a", "b", "cc", "\r\n", "\n"];
pieces(_) -> [0, 0, 0, 1, 1, 2, 3, 5, 22, 31, 48, 127, 128, 129, 130, 131, 132, 255, "x"].

errors() ->
    [io:format("~w~n", [try_(T, B, O)]) || {T, B, O} <- [{x, <<>>, []}, {3, <<1>>, []}, {raw, "a", []}, {raw, <<>>, x},
        {raw, <<1>>, [x]}, {raw, <<1>>, [{packet_size, -1}]}, {raw, <<1>>, [{packet_size, a}]},
        {raw, <<1>>, [{packet_size, 1 bsl 32}]}, {raw, <<1>>, [{line_delimiter, $a}]},
            {line, <<1>>, [{line_delimiter, 256}]}, {line, <<1>>, [{line_delimiter, -1}]},
            {raw, <<1>>, [{packet_size, 1, 2}]}, {raw, <<1>>, [{nonsense, 1}]}, {raw, a, []}]].
