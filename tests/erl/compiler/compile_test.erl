%% SPDX-License-Identifier: Apache-2.0
%% OTP's compiler on the VM: modules of stdlib compiled from their source give the same beams as on erl, byte for byte.
-module(compile_test).
-export([main/0]).

main() ->
    Options = [binary, return, deterministic],
    [one(Name, Options) || Name <- ["queue", "orddict", "proplists", "lists"]],
    one("string", Options),
    one("gb_sets", [debug_info | Options]),
    forms().

one(Name, Options) ->
    case filelib:wildcard("/usr/lib/erlang/lib/stdlib-*/src/" ++ Name ++ ".erl") of
        [File] ->
            Result = case compile:file(File, Options) of
                {ok, Module, Beam, Warnings} -> {Module, byte_size(Beam), binary:encode_hex(erlang:md5(Beam)), Warnings};
                Other -> Other
            end,
            io:format("~s: ~p~n", [Name, Result]);
        [] ->
            io:format("~s: no source here~n", [Name])
    end.

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
