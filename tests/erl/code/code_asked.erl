%% SPDX-License-Identifier: Apache-2.0
%% What the module code says about modules that are loaded and about others.
-module(code_asked).
-export([main/0]).

main() ->
    _ = [lists:module_info(md5), ordsets:new()],
    [io:format("~p ~p ~p~n", [M, name(code:is_loaded(M)), name(code:which(M))])
        || M <- [lists, ordsets, no_such_module, ?MODULE]],
    io:format("~p ~p~n", [code:where_is_file("no_such_file.x"), code:get_object_code(no_such_module)]),
    io:format("~p~n", [[class(fun() -> F(1) end) || F <- [fun code:is_loaded/1, fun code:which/1]]]).

%% The folders of files differ.
name({file, File}) when is_list(File) -> {file, filename:basename(File)};
name(File) when is_list(File) -> filename:basename(File);
name(Other) -> Other.

class(F) -> try F() catch C:R -> {C, R} end.
