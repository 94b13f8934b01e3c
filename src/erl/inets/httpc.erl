%% SPDX-License-Identifier: Apache-2.0
%%
%% OTP's httpc, on the host's fetch instead of sockets: the same functions, answers, messages and errors
%% (tests/js/httpc.test.js compares them). What fetch cannot do is {error, {not_supported, What}}; a server that the
%% option `network` of createVM does not grant is {error, {not_granted, Text}}. A request is a process of
%% spawnlink_httpc_request; a profile is a process of spawnlink_httpc, which knows the requests under way.
-module(httpc).
-export([request/1, request/2, request/4, request/5, cancel_request/1, cancel_request/2, stream_next/1]).
-export([set_options/1, set_options/2, set_option/2, set_option/3]).
-export([get_options/1, get_options/2, get_option/1, get_option/2]).
-export([info/0, info/1, services/0, ssl_verify_host_options/1]).

-define(WITH_BODY, [post, put, patch, delete]).
-define(WITHOUT_BODY, [get, head, options, trace, put, delete]).

%% --- Requests -----------------------------------------------------------------------------------------------------

request(Url) -> request(Url, default).

request(Url, Profile) -> request(get, {Url, []}, [], [], Profile).

request(Method, Request, HttpOptions, Options) -> request(Method, Request, HttpOptions, Options, default).

request(Method, Request, HttpOptions, Options, Profile) when is_atom(Profile); is_pid(Profile) ->
    try
        check_request(lists:member(Method, ?WITH_BODY), lists:member(Method, ?WITHOUT_BODY), Request),
        prepare(Method, Request, HttpOptions, Options)
    of
        #{sync := true} = Made -> wait(spawnlink_httpc:request(Made, Profile), Made);
        Made -> {ok, element(2, spawnlink_httpc:request(Made, Profile))}
    catch
        throw:{error, _} = Error -> Error
    end.

check_request(false, false, _) -> throw({error, invalid_method});
check_request(_, true, {_, _}) -> ok;
check_request(true, _, {_, _, Type, Body}) when is_list(Type), (is_list(Body) orelse is_binary(Body)) -> ok;
check_request(true, _, {_, _, Type, {Fun, _}}) when is_list(Type), is_function(Fun, 1) -> ok;
check_request(true, _, {_, _, Type, {chunkify, Fun, _}}) when is_list(Type), is_function(Fun, 1) -> ok;
check_request(true, _, {_, _, Type, Body}) when is_list(Type), is_tuple(Body) ->
    throw({error, {bad_body_generator, Body}});
check_request(_, _, _) -> throw({error, invalid_request}).

%% What spawnlink_httpc_request is given.
prepare(Method, {Url, Headers}, HttpOptions, Options) ->
    prepare(Method, {Url, Headers, none, []}, HttpOptions, Options);
prepare(Method, {Url, Headers, Type, Body}, HttpOptions, Options) ->
    Uri = parse(Url),
    valid_headers(Headers),
    Http = http_options(HttpOptions),
    Request = request_options(Options),
    Scheme = scheme(maps:get(scheme, Uri, undefined)),
    Method =:= trace andalso throw({error, {not_supported, trace}}),
    maps:merge(Request, Http#{
        method => Method,
        uri => Uri#{scheme => atom_to_list(Scheme), port => port(Scheme, Uri)},
        headers => [{string:lowercase(Name), Value} || {Name, Value} <- Headers],
        type => Type,
        body => Body
    }).

parse(Url) ->
    case uri_string:normalize(unicode:characters_to_list(Url), [return_map]) of
        {error, Reason, _} -> throw({error, Reason});
        Uri -> Uri
    end.

scheme("http") -> http;
scheme("https") -> https;
scheme(undefined) -> throw({error, {no_scheme}});
scheme(Other) -> throw({error, {bad_scheme, Other}}).

port(_, #{port := Port}) when is_integer(Port) -> Port;
port(http, _) -> 80;
port(https, _) -> 443.

valid_headers([]) -> ok;
valid_headers([{Name, Value} | Rest]) when is_list(Name), (is_list(Value) orelse is_binary(Value)) ->
    valid_headers(Rest);
valid_headers([{Name, _} | _]) when not is_list(Name) -> throw({error, {headers_error, invalid_field}});
valid_headers([{_, _} | _]) -> throw({error, {headers_error, invalid_value}}).

%% The answer of a synchronous request; its process tells it, at the latest when its time is over.
wait({ok, Id, Pid}, #{body_format := Format}) ->
    Monitor = monitor(process, Pid),
    Answer =
        receive
            {http, {Id, It}} -> It;
            {'DOWN', Monitor, process, Pid, Reason} ->
                receive
                    {http, {Id, It}} -> It
                after 0 -> {error, Reason}
                end
        end,
    demonitor(Monitor, [flush]),
    case Answer of
        {ok, {Status, Headers, Body}} -> {ok, {Status, Headers, formatted(Format, Body)}};
        {ok, {Status, Body}} -> {ok, {Status, formatted(Format, Body)}};
        Other -> Other
    end.

formatted(string, Body) -> binary_to_list(Body);
formatted(binary, Body) -> Body.

cancel_request(Id) -> cancel_request(Id, default).

cancel_request(Id, Profile) when is_atom(Profile); is_pid(Profile) -> spawnlink_httpc:cancel(Id, Profile).

stream_next(Pid) ->
    Pid ! stream_next,
    ok.

%% --- Options of a request -----------------------------------------------------------------------------------------

http_options(Given) ->
    Known = [
        {version, "HTTP/1.1", fun version/1},
        {timeout, infinity, fun is_timeout/1},
        {autoredirect, true, fun is_boolean/1},
        {ssl, [], fun tls/1},
        {proxy_auth, undefined, fun(_) -> unsupported end},
        {relaxed, false, fun(Value) -> Value =:= false orelse Value =:= true andalso unsupported end},
        {url_encode, false, fun is_boolean/1},
        %% fetch does not say when it has connected: what limits a request is `timeout`.
        {connect_timeout, infinity, fun is_timeout/1}
    ],
    options(Known, Given, #{}).

version(Value) when is_atom(Value) -> version(atom_to_list(Value));
version(Value) when is_list(Value) -> string:uppercase(Value) =:= "HTTP/1.1" orelse unsupported;
version(_) -> false.

is_timeout(Value) -> Value =:= infinity orelse (is_integer(Value) andalso Value >= 0).

%% The host verifies certificates, by the authorities that it trusts: what asks for more or for less is refused.
tls({Kind, Options}) when Kind =:= ssl; Kind =:= essl -> tls(Options);
tls(Options) when is_list(Options) -> lists:all(fun by_host/1, Options) orelse unsupported;
tls(_) -> false.

by_host({verify, verify_peer}) -> true;
by_host({Key, _}) -> lists:member(Key, [cacerts, cacertfile, depth, customize_hostname_check]);
by_host(_) -> false.

request_options(Given) ->
    Known = [
        {sync, true, fun is_boolean/1},
        {stream, none, fun is_stream/1},
        {body_format, string, fun(Value) -> Value =:= string orelse Value =:= binary end},
        {full_result, true, fun is_boolean/1},
        {headers_as_is, false, fun(Value) -> Value =:= false orelse Value =:= true andalso unsupported end},
        {receiver, self(), fun is_receiver/1},
        {socket_opts, [], fun(Value) -> Value =:= [] orelse is_list(Value) andalso unsupported end},
        {ipv6_host_with_brackets, false, fun is_boolean/1}
    ],
    Options = options(Known, Given, #{}),
    sane(Options),
    Options.

is_stream(Value) -> lists:member(Value, [none, self, {self, once}]) orelse is_list(Value).

is_receiver({M, F, A}) -> is_atom(M) andalso is_atom(F) andalso is_list(A);
is_receiver(Value) -> is_pid(Value) orelse is_function(Value, 1) orelse is_reference(Value).

sane(#{sync := true, receiver := Receiver}) when Receiver =/= self() ->
    throw({error, {bad_options_combo, [{sync, true}, {receiver, Receiver}]}});
sane(#{sync := true, stream := Stream}) when Stream =:= self; Stream =:= {self, once} ->
    throw({error, streaming_error});
sane(_) ->
    ok.

%% As OTP does, an option that is unknown or has a wrong value is logged and ignored.
options([], Rest, Found) ->
    lists:foreach(fun(Option) -> ignored("Invalid option ~p ignored ~n", [Option]) end, Rest),
    Found;
options([{Key, Default, Check} | Known], Given, Found) ->
    Value =
        case lists:keyfind(Key, 1, Given) of
            false -> Default;
            {Key, It} -> checked(Check(It), Key, It, Default)
        end,
    options(Known, lists:keydelete(Key, 1, Given), Found#{Key => Value}).

checked(true, _, Value, _) -> Value;
checked(unsupported, Key, Value, _) -> throw({error, {not_supported, {Key, Value}}});
checked(false, Key, Value, Default) ->
    ignored("Invalid option ~p:~p ignored ~n", [Key, Value]),
    Default.

ignored(Format, Args) -> error_logger:info_report(io_lib:format(Format, Args)).

%% OTP's default verifies the server; here the host does.
ssl_verify_host_options(_) -> [{verify, verify_peer}].

%% --- Options of a profile -----------------------------------------------------------------------------------------

set_options(Options) -> set_options(Options, default).

set_options(Options, Profile) when is_atom(Profile); is_pid(Profile) -> spawnlink_httpc:set_options(Options, Profile).

set_option(Key, Value) -> set_option(Key, Value, default).

set_option(Key, Value, Profile) -> set_options([{Key, Value}], Profile).

get_options(Keys) -> get_options(Keys, default).

get_options(Keys, Profile) when is_atom(Profile); is_pid(Profile) -> spawnlink_httpc:get_options(Keys, Profile).

get_option(Key) -> get_option(Key, default).

get_option(Key, Profile) ->
    case get_options([Key], Profile) of
        {ok, [{Key, Value}]} -> {ok, Value};
        Error -> Error
    end.

info() -> info(default).

info(Profile) -> spawnlink_httpc:info(Profile).

services() -> spawnlink_inets:services().
