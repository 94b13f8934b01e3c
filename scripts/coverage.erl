%% SPDX-License-Identifier: Apache-2.0
%%
%% scripts/coverage runs this on a release's own erl. It prints one line for each function that OTP's emulator
%% implements (BIFs, and stubs of native functions in its modules) and that its preloaded modules, kernel, stdlib or
%% compiler import or define: `M:F/A stub|erlang|none`. stub: the module's own function only raises nif_error; erlang:
%% the module has it in Erlang; none: the module does not define it.
-module(coverage).
-export([main/1]).

main([Root]) ->
    Files = lists:append([filelib:wildcard(filename:join([Root, "lib", App ++ "-*", "ebin", "*.beam"]))
        || App <- ["erts", "kernel", "stdlib", "compiler"]]),
    Modules = [module(File) || File <- Files],
    Defined = maps:from_list([{{M, F, A}, Kind} || {M, Functions, _} <- Modules, {F, A, Kind} <- Functions]),
    Imported = sets:from_list(lists:append([Imports || {_, _, Imports} <- Modules])),
    Builtin = [MFA || MFA <- erlang:system_info(snifs),
        sets:is_element(MFA, Imported) orelse maps:is_key(MFA, Defined)],
    Stubs = [MFA || {MFA, stub} <- maps:to_list(Defined)],
    [io:format("~w:~w/~w ~w~n", [M, F, A, maps:get(MFA, Defined, none)])
        || {M, F, A} = MFA <- lists:usort(Builtin ++ Stubs)],
    halt(0).

module(File) ->
    {ok, {M, [{imports, Imports}]}} = beam_lib:chunks(File, [imports]),
    {beam_file, M, _, _, _, Code} = beam_disasm:file(File),
    {M, [{F, A, kind(Is)} || {function, F, A, _, Is} <- Code], Imports}.

%% A stub only calls erlang:nif_error.
kind(Instructions) ->
    Calls = [MFA || {_, _, {extfunc, _, _, _} = MFA} <- Instructions] ++ [MFA
        || {_, _, {extfunc, _, _, _} = MFA, _} <- Instructions],
    case Calls of
        [{extfunc, erlang, nif_error, _}] -> stub;
        _ -> erlang
    end.
