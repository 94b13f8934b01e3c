%% SPDX-License-Identifier: Apache-2.0
%% OTP's compiler on the VM: modules of stdlib compiled from their source give the same beams as on erl.
-module(compile_test).
-export([main/0]).

main() ->
    Options = [binary, return, deterministic],
    [one(Name, Options) || Name <- ["queue", "orddict", "proplists", "lists"]],
    one("string", Options),
    forms().

one(Name, Options) ->
    case filelib:wildcard("/usr/lib/erlang/lib/stdlib-*/src/" ++ Name ++ ".erl") of
        [File] ->
            Result = case compile:file(File, Options) of
                {ok, Module, Beam, Warnings} -> {Module, digest(Beam), Warnings};
                Other -> Other
            end,
            io:format("~s: ~p~n", [Name, Result]);
        [] ->
            io:format("~s: no source here~n", [Name])
    end.

%% Literals are compared unpacked: no two builds of zlib need to compress to the same bytes (Node has its own).
%% The MD5 of a module, in Attr and FunT, is of the packed ones.
digest(Beam) ->
    {ok, _, Chunks} = beam_lib:all_chunks(Beam),
    Plain = [case Chunk of {"LitT", <<Size:32, Packed/binary>>} -> {Size, zlib:uncompress(Packed)}; _ -> Chunk end || {Id, _} = Chunk <- Chunks, Id =/= "Attr", Id =/= "FunT"],
    binary:encode_hex(erlang:md5(term_to_binary(Plain))).

forms() ->
    Text = "-module(m).\n-export([f/1]).\n-record(r, {a, b = 2}).\nf(X) -> Y = 1, #r{a = X}.\n",
    {ok, Tokens, _} = erl_scan:string(Text),
    Forms = split(Tokens, [], []),
    io:format("~p~n", [compile:forms(Forms, [return])]),
    io:format("~p~n", [compile:forms(Forms ++ [{function, 9, g, 0, [{clause, 9, [], [], [{var, 9, 'Z'}]}]}], [return])]).

split([{dot, _} = Dot | Rest], Form, Forms) ->
    {ok, Parsed} = erl_parse:parse_form(lists:reverse(Form, [Dot])),
    split(Rest, [], [Parsed | Forms]);
split([Token | Rest], Form, Forms) -> split(Rest, [Token | Form], Forms);
split([], [], Forms) -> lists:reverse(Forms).
