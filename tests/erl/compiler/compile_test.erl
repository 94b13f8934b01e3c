%% SPDX-License-Identifier: Apache-2.0
%% OTP's compiler on the VM makes the same beams as on erl, byte for byte, from modules of stdlib and from this file.
%% tests/beams does this for all modules.
-module(compile_test).
-export([main/0]).

main() ->
    [one(Module, [deterministic]) || Module <- [queue, orddict, proplists, base64]],
    [one(gb_sets, Options) || Options <- [[debug_info], [compressed, deterministic]]],
    file(),
    forms().

%% Compiles the forms in stdlib's own beam, because not every OTP comes with its source.
one(Module, Options) ->
    Beam = filename:join([code:lib_dir(stdlib), "ebin", atom_to_list(Module) ++ ".beam"]),
    {ok, {Module, [{abstract_code, {raw_abstract_v1, Forms}}]}} = beam_lib:chunks(Beam, [abstract_code]),
    told({Module, Options}, compile:noenv_forms(Forms, [binary, return | Options])).

file() ->
    Source = proplists:get_value(source, ?MODULE:module_info(compile)),
    told(file, compile:file(Source, [binary, return, debug_info])).

told(What, {ok, Module, Beam, Warnings}) ->
    io:format("~p ~p ~w ~s ~p~n", [What, Module, byte_size(Beam), binary:encode_hex(erlang:md5(Beam)), Warnings]);
told(What, Other) -> io:format("~p ~p~n", [What, Other]).

forms() ->
    Text = "-module(m).\n-export([f/1]).\n-record(r, {a, b = 2}).\nf(X) -> Y = 1, #r{a = X}.\n",
    {ok, Tokens, _} = erl_scan:string(Text),
    Forms = split(Tokens, [], []),
    io:format("~p~n", [compile:forms(Forms, [return])]),
    io:format("~p~n", [compile:forms(Forms ++ [{function, 9, g, 0, [{clause, 9, [], [], [{var, 9, 'Z'}]}]}],
        [return])]).

split([{dot, _} = Dot | Rest], Form, Forms) ->
    {ok, Parsed} = erl_parse:parse_form(lists:reverse(Form, [Dot])),
    split(Rest, [], [Parsed | Forms]);
split([Token | Rest], Form, Forms) -> split(Rest, [Token | Form], Forms);
split([], [], Forms) -> lists:reverse(Forms).
