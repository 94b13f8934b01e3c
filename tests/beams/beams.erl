%% SPDX-License-Identifier: Apache-2.0
%% Compiles every module of an application and prints a line for each: its name, and the size and digest of its whole
%% beam, or why there is none. Compiles the source in Folder if that is complete; otherwise (modules that OTP's build
%% generates, an OTP unpacked without sources) the forms in the application's own beam. run.js runs it on erl and on
%% ours.
-module(beams).
-export([main/1]).

main([Folder | Applications]) -> [application(Folder, Name) || Name <- Applications], io:format("end~n").

application(Folder, Name) ->
    Ebin = filename:join(code:lib_dir(list_to_atom(Name)), "ebin"),
    Source = filename:join([Folder, "lib", Name]),
    Options = [binary, debug_info | [{i, filename:join([Folder, "lib" | Path])}
        || Path <- [[Name, "src"], [Name, "include"], ["stdlib", "include"], ["kernel", "include"],
        ["kernel", "src"]]]],
    [io:format("~s ~p~n", [filename:basename(Beam), one(Source, Beam, Options)])
        || Beam <- lists:sort(filelib:wildcard(filename:join(Ebin, "*.beam")))].

one(Source, Beam, Options) ->
    Base = filename:basename(Beam, ".beam"),
    case [compile:file(File, Options) || File <- filelib:wildcard(filename:join([Source, "src", "**",
        Base ++ ".erl"]))] of
        [{ok, _, _} = Compiled] -> told(source, Compiled);
        _ ->
            {ok, {_, [{abstract_code, {raw_abstract_v1, Forms}}]}} = beam_lib:chunks(Beam, [abstract_code]),
            told(forms, compile:noenv_forms(Forms, Options))
    end.

told(From, {ok, _, Beam}) -> {From, byte_size(Beam), binary_to_list(binary:encode_hex(erlang:md5(Beam)))};
told(From, Other) -> {From, Other}.
