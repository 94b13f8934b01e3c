%% SPDX-License-Identifier: Apache-2.0
%%
%% A request of httpc under way: a process that has the host fetch (js/vm/http.js), follows redirects by OTP's rules,
%% and sends the answer, or the parts of a streamed one. It ends with the process that waits for it.
-module(spawnlink_httpc_request).
-export([run/2]).

-define(MAX_REDIRECTS, 4).
%% What fetch sets by itself, or does not let anybody set.
-define(FETCHS, [
    "connection", "keep-alive", "te", "transfer-encoding", "upgrade", "expect", "trailer", "content-length"
]).
%% The headers that OTP puts first in an answer, in this order.
-define(KNOWN, [
    "cache-control", "connection", "date", "pragma", "trailer", "transfer-encoding", "upgrade", "via", "warning",
    "accept-ranges", "age", "etag", "location", "proxy-authenticate", "retry-after", "server", "vary",
    "www-authenticate", "allow", "content-encoding", "content-language", "content-length", "content-location",
    "content-md5", "content-range", "content-type", "expires", "last-modified"
]).

%% Request is that of httpc:prepare/4, with the process that made it as `caller`.
run(Id, #{timeout := Timeout} = Request) ->
    State = Request#{id => Id, owner => owner(Request), deadline => deadline(Timeout), redirects => 0},
    Result =
        try
            fetch(State, body(State))
        catch
            throw:Answer -> Answer
        end,
    tell(State, Result).

%% The process without which nobody wants the answer. When a function is called with it, there is none.
owner(#{receiver := Pid}) when is_pid(Pid) -> Pid;
owner(#{receiver := Alias, caller := Caller}) when is_reference(Alias) -> Caller;
owner(_) -> undefined.

deadline(infinity) -> infinity;
deadline(Timeout) -> erlang:monotonic_time(millisecond) + Timeout.

left(#{deadline := infinity}) -> infinity;
left(#{deadline := Deadline}) -> max(0, Deadline - erlang:monotonic_time(millisecond)).

%% --- Asking -------------------------------------------------------------------------------------------------------

%% The whole body: most hosts send no other.
body(#{body := {chunkify, Fun, Acc}}) -> generated(Fun, Fun(Acc), []);
body(#{body := {Fun, Acc}}) -> generated(Fun, Fun(Acc), []);
body(#{body := Body}) -> iolist_to_binary(Body).

generated(_, eof, Parts) -> iolist_to_binary(lists:reverse(Parts));
generated(Fun, {ok, Part, Acc}, Parts) -> generated(Fun, Fun(Acc), [Part | Parts]).

fetch(#{id := Id, owner := Owner, method := Method, uri := Uri} = State, Body) ->
    HasBody = lists:member(Method, [post, put, patch, delete]) andalso Body =/= <<>>,
    Args = [
        Id,
        Owner,
        list_to_binary(string:uppercase(atom_to_list(Method))),
        unicode:characters_to_binary(uri_string:recompose(maps:without([userinfo, fragment], Uri))),
        headers(State),
        case HasBody of
            true -> Body;
            false -> undefined
        end,
        maps:get(autoredirect, State)
    ],
    case ask(State, request, Args) of
        {error, What} -> {error, reason(What, State)};
        {Code, Phrase, Headers, IsDecoded} ->
            answered({"HTTP/1.1", Code, binary_to_list(Phrase)}, ordered(Headers), IsDecoded, State, Body)
    end.

%% Asks the host, as long as there is time.
ask(State, Operation, Args) ->
    case js:ask({http, Operation}, Args, left(State), none) of
        {value, Value} -> Value;
        {exit, {timeout, _}} -> throw({error, timeout});
        {exit, {Reason, _}} -> throw({error, Reason});
        {error, {js_undef, _, _}} ->
            throw({error, {not_granted, "no network is granted to this VM: see createVM's option network"}});
        {error, {js_error, #{name := <<"GrantError">>, message := Text}}} ->
            throw({error, {not_granted, unicode:characters_to_list(Text)}});
        {error, Reason} -> throw({error, Reason})
    end.

headers(#{headers := Given, uri := Uri, type := Type, method := Method}) ->
    Own = [Header || {Name, _} = Header <- Given, not lists:member(Name, ?FETCHS)],
    Typed =
        case is_list(Type) andalso Type =/= "" andalso lists:member(Method, [post, put, patch, delete]) of
            true -> lists:keystore("content-type", 1, Own, {"content-type", Type});
            false -> Own
        end,
    [{iolist_to_binary(Name), iolist_to_binary(Value)} || {Name, Value} <- authorized(Uri, Typed)].

authorized(#{userinfo := User}, Headers) when User =/= "" ->
    Parts = [uri_string:percent_decode(Part) || Part <- string:tokens(User, ":")],
    case Parts of
        [Name, Password] -> basic([Name, ":", Password], Headers);
        [Name] -> basic([Name, ":"], Headers);
        _ -> Headers
    end;
authorized(_, Headers) -> Headers.

basic(Words, Headers) ->
    lists:keystore("authorization", 1, Headers, {"authorization", ["Basic ", base64:encode(iolist_to_binary(Words))]}).

%% --- Answers ------------------------------------------------------------------------------------------------------

%% The headers of an answer in OTP's order.
ordered(Given) ->
    Headers = [{binary_to_list(Name), binary_to_list(Value)} || {Name, Value} <- Given],
    [Header || Name <- ?KNOWN, {Its, _} = Header <- Headers, Its =:= Name] ++
        [Header || {Name, _} = Header <- Headers, not lists:member(Name, ?KNOWN)].

answered({_, Code, _} = Status, Headers, IsDecoded, Asked, Body) ->
    State = Asked#{cut => cut(Headers)},
    case redirect(Code, Headers, State) of
        {true, Method, Location} ->
            _ = whole(State),
            redirected(Method, Location, State, Body);
        false when Code =:= 503 -> unavailable(Status, Headers, IsDecoded, State, Body);
        false -> result(Status, Headers, IsDecoded, State)
    end.

%% What OTP says when the connection ends before the body does.
cut(Headers) ->
    case lists:keymember("content-length", 1, Headers) of
        true -> {shutdown, server_closed};
        false -> socket_closed_remotely
    end.

%% Which answers OTP follows, and by which method.
redirect(Code, Headers, #{autoredirect := true, redirects := Redirects, method := Method}) when
    Redirects =< ?MAX_REDIRECTS
->
    case lists:keyfind("location", 1, Headers) of
        {_, Location} when Code =:= 300 -> {true, Method, Location};
        {_, Location} when Method =:= post, (Code =:= 301 orelse Code =:= 302 orelse Code =:= 303) ->
            {true, get, Location};
        {_, Location} when Method =:= post, (Code =:= 307 orelse Code =:= 308) -> {true, Method, Location};
        {_, Location} when Code =:= 301; Code =:= 302; Code =:= 303; Code =:= 307; Code =:= 308 ->
            lists:member(Method, [get, head, options]) andalso {true, Method, Location};
        _ -> false
    end;
redirect(_, _, _) -> false.

redirected(Method, Location, #{uri := Uri, redirects := Redirects} = State, Body) ->
    case uri_string:parse(Location) of
        {error, Reason, _} -> {error, Reason};
        _ ->
            Base = uri_string:recompose(maps:without([fragment], Uri)),
            case uri_string:normalize(uri_string:resolve(Location, Base), [return_map]) of
                #{scheme := Scheme} = To when Scheme =:= "http"; Scheme =:= "https" ->
                    Target = To#{port => port(To)},
                    Next = (kept(Target, State))#{method => Method, uri => Target, redirects => Redirects + 1},
                    fetch(Next, Body);
                #{scheme := Scheme} -> {error, {bad_scheme, Scheme}};
                {error, Reason, _} -> {error, Reason}
            end
    end.

port(#{port := Port}) when is_integer(Port) -> Port;
port(#{scheme := "http"}) -> 80;
port(#{scheme := "https"}) -> 443.

%% What says who the user is, is not told to another server.
kept(Target, #{uri := Uri, headers := Headers} = State) ->
    Origin = [scheme, host, port],
    case maps:with(Origin, Target) =:= maps:with(Origin, Uri) of
        true -> State;
        false ->
            Secret = ["authorization", "cookie", "host"],
            State#{headers => [Header || {Name, _} = Header <- Headers, not lists:member(Name, Secret)]}
    end.

%% OTP asks once more when a server that is too busy says when, within 99 seconds.
unavailable(Status, Headers, IsDecoded, State, Body) ->
    case lists:keyfind("retry-after", 1, Headers) of
        {_, [_ | _] = Time} when length(Time) < 3 ->
            _ = whole(State),
            Wait = list_to_integer(Time) * 1000,
            case left(State) of
                Left when Left =:= infinity; Left > Wait ->
                    alive(State, Wait),
                    fetch(State, Body);
                Left ->
                    alive(State, Left),
                    {error, timeout}
            end;
        _ -> result(Status, Headers, IsDecoded, State)
    end.

%% Waits, and ends with the process that waits for the answer.
alive(#{owner := Owner}, Time) ->
    Monitor = is_pid(Owner) andalso monitor(process, Owner),
    receive
        {'DOWN', Monitor, process, _, _} -> exit(normal)
    after Time -> ok
    end,
    is_reference(Monitor) andalso demonitor(Monitor, [flush]).

result({_, Code, _} = Status, Headers, IsDecoded, #{stream := Stream} = State) when
    Stream =/= none, (Code =:= 200 orelse Code =:= 206)
->
    stream(Stream, Status, Headers, IsDecoded, State);
result(Status, Headers, IsDecoded, #{full_result := Full} = State) ->
    Body = whole(State),
    case Full of
        true -> {Status, sized(Headers, IsDecoded, byte_size(Body)), Body};
        false -> {element(2, Status), Body}
    end.

%% As OTP, once the size of a body is known that was sent in chunks or compressed, the headers tell it.
sized(Headers, IsDecoded, Size) ->
    case IsDecoded orelse lists:keymember("transfer-encoding", 1, Headers) of
        true ->
            Gone = ["transfer-encoding", "content-encoding", "content-length"],
            Kept = [Header || {Name, _} = Header <- Headers, not (lists:member(Name, Gone))],
            {Before, After} = lists:splitwith(fun before_length/1, Kept),
            Before ++ [{"content-length", integer_to_list(Size)} | After];
        false -> Headers
    end.

before_length({Name, _}) ->
    lists:member(Name, lists:takewhile(fun(Known) -> Known =/= "content-length" end, ?KNOWN)).

%% --- Bodies -------------------------------------------------------------------------------------------------------

whole(State) -> whole(State, []).

whole(State, Parts) ->
    case read(State) of
        {data, Part} -> whole(State, [Part | Parts]);
        eof -> iolist_to_binary(lists:reverse(Parts))
    end.

read(#{id := Id} = State) ->
    case ask(State, read, [Id]) of
        {error, _} -> throw({error, maps:get(cut, State)});
        Part -> Part
    end.

%% Sends the parts as they come, or writes them to a file; gives the last message.
stream(self, _, Headers, IsDecoded, #{id := Id} = State) ->
    send(State, {Id, stream_start, coded(Headers, IsDecoded)}),
    parts(State, fun() -> ok end, fun(Part) -> send(State, {Id, stream, Part}) end, Headers, IsDecoded, 0);
stream({self, once}, _, Headers, IsDecoded, #{id := Id} = State) ->
    send(State, {Id, stream_start, coded(Headers, IsDecoded), self()}),
    parts(State, fun() -> asked(State) end, fun(Part) -> send(State, {Id, stream, Part}) end, Headers, IsDecoded, 0);
stream(File, _, Headers, IsDecoded, State) ->
    Failed = fun(Reason) -> throw({error, {shutdown, {{exit, {stream_to_file_failed, Reason}}, []}}}) end,
    case file:open(File, [write, raw, append]) of
        {ok, Fd} ->
            Write = fun(Part) ->
                case file:write(Fd, Part) of
                    ok -> ok;
                    {error, Reason} -> Failed(Reason)
                end
            end,
            try
                _ = parts(State, fun() -> ok end, Write, Headers, IsDecoded, 0),
                saved_to_file
            after
                file:close(Fd)
            end;
        {error, Reason} -> Failed(Reason)
    end.

%% What the headers say before the size is known.
coded(Headers, true) ->
    [Header || {Name, _} = Header <- Headers, Name =/= "content-encoding", Name =/= "content-length"];
coded(Headers, false) -> Headers.

parts(State, Wait, Take, Headers, IsDecoded, Size) ->
    Wait(),
    case read(State) of
        {data, Part} ->
            Take(Part),
            parts(State, Wait, Take, Headers, IsDecoded, Size + byte_size(Part));
        eof -> {stream_end, sized(Headers, IsDecoded, Size)}
    end.

%% Waits until the process asks for the next part, by httpc:stream_next/1.
asked(#{owner := Owner} = State) ->
    Monitor = is_pid(Owner) andalso monitor(process, Owner),
    receive
        stream_next -> is_reference(Monitor) andalso demonitor(Monitor, [flush]);
        {'DOWN', Monitor, process, _, _} -> exit(normal)
    after left(State) -> throw({error, timeout})
    end.

%% --- Telling ------------------------------------------------------------------------------------------------------

tell(#{id := Id} = State, {stream_end, Headers}) -> send(State, {Id, stream_end, Headers});
tell(#{id := Id} = State, {error, _} = Error) -> send(State, {Id, Error});
tell(#{id := Id, sync := true} = State, Answer) -> send(State, {Id, {ok, Answer}});
tell(#{id := Id} = State, Answer) -> send(State, {Id, Answer}).

send(#{receiver := To}, Message) when is_pid(To); is_reference(To) -> To ! {http, Message};
send(#{receiver := {M, F, Args}}, Message) -> catch apply(M, F, [Message | Args]);
send(#{receiver := Fun}, Message) -> catch Fun(Message).

%% Why there is no answer, as OTP says it.
reason({connect, Why}, State) -> no_connection(Why, State);
reason({closed, _}, _) -> socket_closed_remotely;
reason({failed, Text}, State) -> no_connection({fetch, unicode:characters_to_list(Text)}, State);
reason({Kind, Text}, _) -> {Kind, unicode:characters_to_list(Text)}.

no_connection(Why, #{uri := #{host := Host, port := Port}}) ->
    {failed_connect, [{to_address, {Host, Port}}, {inet, [inet], Why}]}.
