%% SPDX-License-Identifier: Apache-2.0
%%
%% Requests by httpc, the same on OTP's httpc and on ours: tests/js/httpc.test.js compares what they give. The server
%% of the test answers with the request that it has received.
-module(httpc_cases).
-export([run/2, told/2]).

%% The cases, or one of them, against the server at a URL; prints what each gives.
run(Base, Wanted) ->
    _ = application:ensure_all_started(inets),
    [
        io:format("~s: ~tp~n", [Name, plain(try Case(Base) catch C:R -> {C, short(R)} end)])
     || {Name, Case} <- cases(), Wanted =:= all orelse Wanted =:= Name
    ],
    ok.

short({noproc, {gen_server, call, [Name | _]}}) -> {noproc, Name};
short(Reason) -> Reason.

%% Without what differs from one moment, process or transport to the next.
plain({{_, _, _} = Status, Headers, Body}) -> {Status, headers(Headers), Body};
plain([{[_ | _], [_ | _]} | _] = Headers) -> headers(Headers);
plain(Ref) when is_reference(Ref) -> ref;
plain(Pid) when is_pid(Pid) -> pid;
plain({shutdown, {{exit, Why}, _}}) -> {shutdown, Why};
plain(Tuple) when is_tuple(Tuple) -> list_to_tuple(plain(tuple_to_list(Tuple)));
plain([Head | Tail]) -> [plain(Head) | plain(Tail)];
plain(Other) -> Other.

%% fetch joins headers of the same name, and sorts those that OTP does not know.
headers(Headers) ->
    Kept = [Header || {Name, _} = Header <- Headers, not lists:member(Name, ["date", "connection", "keep-alive"])],
    {Own, Known} = lists:partition(fun({Name, _}) -> hd(Name) =:= $x end, Kept),
    Names = lists:usort([Name || {Name, _} <- Own]),
    Known ++ [{Name, lists:flatten(lists:join(", ", [V || {N, V} <- Own, N =:= Name]))} || Name <- Names].

cases() ->
    requests() ++ bodies() ++ redirects() ++ failures() ++ wrong() ++ asynchronous() ++ profiles().

ask(Url) -> ask(Url, [], []).
ask(Url, Http, Options) -> httpc:request(get, {Url, []}, Http, Options).

requests() ->
    [
        {"a list", fun(B) -> httpc:request(B ++ "/a?b=c#d") end},
        {"a binary", fun(B) -> httpc:request(list_to_binary(B ++ "/a")) end},
        {"no path", fun(B) -> httpc:request(B) end},
        {"a path to be normalized", fun(B) -> httpc:request(B ++ "/a%20b/../c?x=%41") end},
        {"headers", fun(B) -> httpc:request(get, {B, [{"X-One", "1"}, {"x-two", <<"zwei">>}]}, [], []) end},
        {"a user", fun("http://" ++ B) -> ask("http://us%20er:pass@" ++ B) end},
        {"a user without password", fun("http://" ++ B) -> ask("http://user@" ++ B) end},
        {"binary, short", fun(B) -> ask(B, [], [{body_format, binary}, {full_result, false}]) end},
        {"string, short", fun(B) -> ask(B, [], [{full_result, false}]) end},
        {"head", fun(B) -> httpc:request(head, {B, []}, [], []) end},
        {"options", fun(B) -> httpc:request(options, {B, []}, [], []) end},
        {"chunked", fun(B) -> ask(B ++ "/chunks/3") end},
        {"known and other headers", fun(B) -> ask(B ++ "/headers") end},
        {"bytes", fun(B) -> ask(B ++ "/bytes", [], [{body_format, binary}]) end},
        {"bytes as a string", fun(B) -> ask(B ++ "/bytes") end}
    ] ++
        [
            {"status " ++ integer_to_list(Code), fun(B) -> ask(B ++ "/status/" ++ integer_to_list(Code)) end}
         || Code <- [201, 204, 206, 304, 400, 401, 404, 416, 500, 501, 503]
        ].

bodies() ->
    Count = fun(Max, Made) ->
        fun
            (N) when N =:= Max -> eof;
            (N) -> {ok, Made(N), N + 1}
        end
    end,
    Send = fun(Method, Type, Body) -> fun(B) -> httpc:request(Method, {B, [], Type, Body}, [], []) end end,
    [
        {"post", Send(post, "text/plain", "abc")},
        {"post binary", Send(post, "application/octet-stream", <<0, 255, 128>>)},
        {"post iolist", Send(post, "a/b", ["x", [<<"y">>], $z])},
        {"post nothing", Send(post, "a/b", "")},
        {"post nothing, no type", Send(post, "", <<>>)},
        {"put", Send(put, "a/b", "x")},
        {"put without body", fun(B) -> httpc:request(put, {B, []}, [], []) end},
        {"patch", Send(patch, "a/b", <<"x">>)},
        {"delete", fun(B) -> httpc:request(delete, {B, []}, [], []) end},
        {"delete with body", Send(delete, "a/b", "x")},
        {"chunkify", Send(post, "a/b", {chunkify, Count(3, fun(N) -> ["part", integer_to_list(N)] end), 0})},
        {"a generator", fun(B) ->
            Body = {Count(3, fun(N) -> integer_to_binary(N) end), 0},
            httpc:request(post, {B, [{"content-length", "3"}], "a/b", Body}, [], [])
        end}
    ].

redirects() ->
    Codes = [300, 301, 302, 303, 307, 308],
    [
        {lists:flatten(io_lib:format("~s ~b", [Method, Code])), fun(B) ->
            Url = lists:flatten(io_lib:format("~s/redirect/~b/1", [B, Code])),
            Request =
                case Method of
                    post -> {Url, [{"x-kept", "1"}], "a/b", "body"};
                    put -> {Url, [], "a/b", "body"};
                    _ -> {Url, [{"x-kept", "1"}]}
                end,
            httpc:request(Method, Request, [], [])
        end}
     || Code <- Codes, Method <- [get, post, put, head]
    ] ++
        [
            {"not followed", fun(B) -> ask(B ++ "/redirect/302/1", [{autoredirect, false}], []) end},
            {"five redirects", fun(B) -> ask(B ++ "/redirect/302/5") end},
            {"six redirects", fun(B) -> ask(B ++ "/redirect/302/6") end},
            {"no location", fun(B) -> ask(B ++ "/status/302") end},
            {"to a relative place", fun(B) -> ask(B ++ "/to/?place=../x/y%3Fz=1") end},
            {"to a query", fun(B) -> ask(B ++ "/to/?place=%3Fz=1") end},
            {"to another scheme", fun(B) -> ask(B ++ "/to/?place=ftp:%2F%2Fa%2F") end}
        ].

failures() ->
    [
        {"a timeout", fun(B) -> ask(B ++ "/hang", [{timeout, 100}], []) end},
        {"a timeout in the body", fun(B) -> ask(B ++ "/half", [{timeout, 300}], []) end},
        {"closed at once", fun(B) -> ask(B ++ "/close") end},
        {"closed in the body", fun(B) -> ask(B ++ "/die/length") end},
        {"closed between chunks", fun(B) -> ask(B ++ "/die/chunked") end},
        {"refused", fun(B) -> replaced(ask(closed(B))) end},
        {"no such host", fun(_) -> ask("http://no.such.host.invalid/") end}
    ].

%% The port behind that of the server, which nobody listens on; it differs from run to run.
closed(B) ->
    #{port := Port} = Uri = uri_string:parse(B),
    uri_string:recompose(Uri#{port => Port + 1}).

replaced({error, {failed_connect, [{to_address, {Host, _}} | Rest]}}) -> {error, {failed_connect, [Host | Rest]}};
replaced(Other) -> Other.

wrong() ->
    [
        {"no scheme", fun(_) -> httpc:request("foo") end},
        {"another scheme", fun(_) -> httpc:request("ftp://a/") end},
        {"no URL", fun(_) -> httpc:request("http://a b/") end},
        {"not encoded", fun(B) -> httpc:request(B ++ "/\x{20ac}") end},
        {"a method", fun(B) -> httpc:request(what, {B, []}, [], []) end},
        {"get with a body", fun(B) -> httpc:request(get, {B, [], "a/b", "x"}, [], []) end},
        {"post without a body", fun(B) -> httpc:request(post, {B, []}, [], []) end},
        {"a bad body", fun(B) -> httpc:request(post, {B, [], "a/b", what}, [], []) end},
        {"a bad generator", fun(B) -> httpc:request(post, {B, [], "a/b", {what, 1}}, [], []) end},
        {"the name of a header", fun(B) -> httpc:request(get, {B, [{a, "b"}]}, [], []) end},
        {"the value of a header", fun(B) -> httpc:request(get, {B, [{"a", 1}]}, [], []) end},
        {"a receiver, and waits", fun(B) ->
            {error, {bad_options_combo, [Sync, {receiver, Fun}]}} = ask(B, [], [{receiver, fun(X) -> X end}]),
            {Sync, is_function(Fun)}
        end},
        {"streams, and waits", fun(B) -> ask(B, [], [{stream, self}]) end},
        {"options that there are not", fun(B) -> ask(B ++ "/status/404", [{what, 1}], [{what, 2}]) end},
        {"options", fun(_) -> {httpc:set_options([{what, 1}]), httpc:set_options([{max_sessions, a}])} end},
        {"options of a profile", fun(_) ->
            ok = httpc:set_options([{max_sessions, 7}, {keep_alive_timeout, 5}]),
            {httpc:get_options([max_sessions, keep_alive_timeout]), httpc:get_options([what]), httpc:get_options(all)}
        end}
    ].

asynchronous() ->
    Ask = fun(Path, Http, Options) ->
        fun(B) ->
            {ok, Id} = ask(B ++ Path, Http, [{sync, false} | Options]),
            collect(Id, [])
        end
    end,
    [
        {"async", Ask("/a", [], [])},
        {"async string", Ask("/a", [], [{body_format, string}])},
        {"async short", Ask("/a", [], [{full_result, false}])},
        {"async timeout", Ask("/hang", [{timeout, 100}], [])},
        {"async closed", Ask("/close", [], [])},
        {"stream", Ask("/chunks/3", [], [{stream, self}])},
        {"stream once", Ask("/chunks/3", [], [{stream, {self, once}}])},
        {"stream of an error", Ask("/status/404", [], [{stream, self}])},
        {"stream with a length", Ask("/bytes", [], [{stream, self}])},
        {"stream timeout", Ask("/half", [{timeout, 300}], [{stream, self}])},
        {"to a function", fun(B) ->
            Self = self(),
            {ok, _} = ask(B, [], [{sync, false}, {receiver, fun(Message) -> Self ! {told, Message} end}]),
            receive
                {told, Message} -> Message
            after 5000 -> nothing
            end
        end},
        {"to another process", fun(B) ->
            Self = self(),
            Other = spawn(fun() -> receive Message -> Self ! {other, Message} end end),
            {ok, _} = ask(B, [], [{sync, false}, {receiver, Other}]),
            receive
                {other, Message} -> Message
            after 5000 -> nothing
            end
        end},
        {"to Module:Function", fun(B) ->
            {ok, _} = ask(B, [], [{sync, false}, {receiver, {?MODULE, told, [self()]}}]),
            receive
                {told, Message} -> Message
            after 5000 -> nothing
            end
        end},
        {"cancelled", fun(B) ->
            {ok, Id} = ask(B ++ "/hang", [], [{sync, false}]),
            {httpc:cancel_request(Id), receive {http, What} -> What after 300 -> nothing end}
        end},
        {"to a file", fun(B) ->
            File = "/tmp/httpc_cases." ++ os:getpid(),
            Answer = ask(B ++ "/chunks/3", [], [{stream, File}]),
            {ok, Text} = file:read_file(File),
            ok = file:delete(File),
            {Answer, Text}
        end},
        {"to a file that cannot be", fun(B) -> ask(B, [], [{stream, "/no/such/folder/file"}]) end}
    ].

told(Message, To) -> To ! {told, Message}.

collect(Id, Got) ->
    receive
        {http, {Id, stream_start, Headers, Pid}} ->
            ok = httpc:stream_next(Pid),
            collect(Id, [{start, Headers}, {next, Pid} | Got]);
        {http, {Id, stream_start, Headers}} -> collect(Id, [{start, Headers} | Got]);
        {http, {Id, stream, Part}} ->
            [ok = httpc:stream_next(Pid) || {next, Pid} <- Got],
            collect(Id, [Part | Got]);
        {http, {Id, stream_end, Headers}} -> ended([{stream_end, Headers} | Got]);
        {http, {Id, Last}} -> ended([Last | Got])
    after 5000 -> {nothing, Got}
    end.

%% How the parts are cut is up to the transport.
ended([Last | Got]) ->
    Parts = iolist_to_binary([Part || Part <- lists:reverse(Got), is_binary(Part)]),
    {[Start || {start, _} = Start <- Got], Parts, Last}.

profiles() ->
    [
        {"a profile that there is not", fun(B) -> httpc:request(get, {B, []}, [], [], other) end},
        {"a profile", fun(B) ->
            {ok, Pid} = inets:start(httpc, [{profile, own}]),
            Twice = inets:start(httpc, [{profile, own}]),
            {ok, {Status, _, _}} = httpc:request(get, {B, []}, [], [], own),
            {ok, {Status, _, _}} = httpc:request(get, {B, []}, [], [], Pid),
            Known = lists:member({httpc, Pid}, inets:services()),
            {Twice, Status, Known, inets:stop(httpc, own)}
        end}
    ].
