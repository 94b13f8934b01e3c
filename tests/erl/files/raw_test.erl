%% SPDX-License-Identifier: Apache-2.0
%% Raw and buffered files, compressed ones, links, times, folders; prim_file itself; filelib, erl_tar, zip,
%% erl_prim_loader.
-module(raw_test).
-export([main/0]).
-include_lib("kernel/include/file.hrl").
-define(T(E), io:format("~s => ~0p~n", [??E, hide(t(fun() -> E end))])).

t(F) -> try F() catch C:R -> {C, R} end.

%% The name of the folder and the contents of a handle are not printed.
hide(T) when is_tuple(T) -> list_to_tuple([hide(X) || X <- tuple_to_list(T)]);
hide([_ | _] = T) ->
    case io_lib:char_list(T) andalso string:find(T, get(dir)) of
        nomatch -> T;
        false -> try [hide(X) || X <- T] catch error:_ -> improper end;
        _ -> lists:flatten(string:replace(T, get(dir), "DIR", all))
    end;
hide(T) when is_binary(T), byte_size(T) < 200 -> iolist_to_binary(string:replace(T, get(dir), "DIR", all));
hide(T) when is_pid(T); is_reference(T); is_map(T) -> opaque;
hide(T) -> T.

p(Name) -> filename:join(get(dir), Name).

main() ->
    put(dir, "/tmp/spawnlink_raw_" ++ integer_to_list(os:system_time()) ++
        integer_to_list(erlang:unique_integer([positive]))),
    ok = file:make_dir(get(dir)),
    buffered(), positions(), links(), infos(), compressed(), native(), library(), archives(), loader(), paths(),
    ?T(file:del_dir_r(get(dir))), ?T(file:del_dir_r(get(dir))), ?T(file:read_file_info(get(dir))).

open(Name, Modes) -> {ok, F} = file:open(p(Name), Modes), F.

buffered() ->
    F = open("w", [write, raw, binary, {delayed_write, 100, 1000}]),
    ?T([file:write(F, lists:duplicate(N, $x)) || N <- [1, 50, 200, 3]]), ?T(file:position(F, cur)),
        ?T(file:write(F, "end")), ?T(file:datasync(F)), ?T(file:read(F, 1)), ?T(file:close(F)),
        ?T(filelib:file_size(p("w"))),
    file:write_file(p("lines"), ["line ", [[integer_to_list(N), $\n] || N <- lists:seq(1, 3000)], "no newline"]),
    [begin
         R = open("lines", [read, raw | Modes]),
         io:format("~w~n", [{Modes, file:read_line(R), file:read_line(R), file:read(R, 9), file:read_line(R),
             file:position(R, {cur, 100}), file:read_line(R), file:position(R, 13000), file:read_line(R), count(R, 0),
             file:read_line(R), file:read(R, 5), file:close(R)}])
     end || Modes <- [[], [binary], [read_ahead], [binary, {read_ahead, 17}], [{read_ahead, 100000}]]],
    [begin
         R = open("lines", Modes),
         io:format("~w~n", [{Modes, file:read_line(R), io:get_line(R, ''), file:read(R, 9), io:get_chars(R, '', 4),
             io:fread(R, '', "~d"), file:position(R, 13880), file:read_line(R), file:read_line(R), file:close(R)}])
     end || Modes <- [[read], [read, binary], [read, {encoding, latin1}]]],
    A = open("w", [read, append, raw, binary]), ?T([file:write(A, "more"), file:position(A, 0), file:read(A, 3),
        file:write(A, "!"), file:position(A, cur), file:close(A), filelib:file_size(p("w"))]),
    ?T([element(1, file:open(p("w"), M)) || M <- [[read, write, exclusive], [raw, read, {read_ahead, x}], [directory],
        [raw, directory], [read, sync]]]), ?T(file:open(p("new"), [write, exclusive, raw]) =/= x),
        ?T(file:open(p("new"), [write, exclusive])).

count(F, N) -> case file:read_line(F) of {ok, _} -> count(F, N + 1); R -> {N, R} end.

positions() ->
    F = open("p", [read, write, raw, binary]),
    ?T(file:pwrite(F, [{0, "abc"}, {10, <<"xyz">>}, {5, ["q"]}])),
        ?T(file:pread(F, [{0, 20}, {12, 5}, {13, 1}, {0, 0}])), ?T(file:pread(F, 0, 0)), ?T(file:pread(F, 100, 1)),
        ?T(file:position(F, cur)), ?T(file:pread(F, -1, 2)), ?T(file:pwrite(F, {bof, 1}, "B")),
        ?T(file:pread(F, {bof, 0}, 3)), ?T(file:pread(F, {eof, -2}, 3)),
    ?T(file:position(F, {bof, -1})), ?T(file:position(F, {cur, -1000})), ?T(file:position(F, {eof, 5})),
        ?T(file:write(F, "far")), ?T(file:position(F, 6)), ?T(file:truncate(F)), ?T(file:pread(F, 0, 99)),
        ?T(file:advise(F, 0, 0, sequential)), ?T(file:advise(F, 0, 0, nonsense)), ?T(file:sync(F)),
    ?T(file:position(F, 0)), ?T(file:write(F, <<3:32, 100:32>>)), ?T(file:pwrite(F, 100, "ipread")),
        ?T(file:ipread_s32bu_p32bu(F, 0, 10)), ?T(file:ipread_s32bu_p32bu(F, 0, 2)),
        ?T(file:ipread_s32bu_p32bu(F, 4, 1000)), ?T(file:ipread_s32bu_p32bu(F, 1000, 10)),
    ?T(file:close(F)), ?T(file:close(F)), ?T(file:read(F, 1)), ?T(file:position(F, 0)).

links() ->
    ok = file:write_file(p("target"), "text"),
    ?T(file:make_symlink("target", p("link"))), ?T(file:make_symlink("target", p("link"))),
        ?T(file:read_link(p("link"))), ?T(file:read_link(p("target"))), ?T(file:read_link(p("none"))),
        ?T(file:read_link_all(p("link"))), ?T(file:read_file(p("link"))),
    ?T(element(3, element(2, file:read_link_info(p("link"))))),
        ?T(element(3, element(2, file:read_file_info(p("link"))))), ?T(file:make_symlink(p("nowhere"), p("dangling"))),
        ?T(file:read_file(p("dangling"))), ?T(file:read_file_info(p("dangling"))),
        ?T(element(1, file:read_link_info(p("dangling")))), ?T(filelib:is_file(p("dangling"))),
    ?T(file:make_link(p("target"), p("hard"))), ?T(element(1, file:make_link(p("none"), p("x")))),
        ?T((element(2, file:read_file_info(p("hard"))))#file_info.links), ?T(file:delete(p("link"))),
        ?T(file:delete(p("dangling"))), ?T(file:read_file(p("hard"))).

infos() ->
    Time = {{2020, 2, 29}, {12, 30, 58}},
    ?T(file:change_time(p("target"), Time)), ?T((element(2, file:read_file_info(p("target"))))#file_info.mtime =:=
        Time), ?T((element(2, file:read_file_info(p("target"), [{time, posix}])))#file_info.mtime),
        ?T((element(2, file:read_file_info(p("target"), [{time, universal}])))#file_info.mtime),
    ?T(file:change_mode(p("target"), 8#640)),
        ?T((element(2, file:read_file_info(p("target"))))#file_info.mode band 8#777),
        ?T(file:write_file_info(p("target"), #file_info{mode = 8#600, mtime = Time})),
        ?T((element(2, file:read_file_info(p("target"))))#file_info.mode band 8#777),
        ?T(file:write_file_info(p("none"), #file_info{mode = 8#600})),
    ?T(file:read_file_info("")), ?T(file:read_file_info(p("target/x"))), ?T(file:read_file_info(<<"a", 0>>)),
        ?T(file:make_dir(p("target"))), ?T(file:list_dir(p("target"))), ?T(file:list_dir_all(p("none"))),
        ?T(file:del_dir(p("target"))), ?T(file:delete(p("none"))), ?T(file:rename(p("none"), p("x"))),
    F = open("target", [read, raw]), ?T(element(2, element(2, file:read_file_info(F)))), file:close(F),
        ?T(file:format_error(enoent)), ?T(file:format_error(nonsense)), ?T(file:get_cwd("C:")).

compressed() ->
    Text = binary:copy(<<"compressed line\n">>, 2000),
    F = open("z", [write, raw, compressed]), ?T(file:write(F, Text)), ?T(file:close(F)),
        ?T(filelib:file_size(p("z")) < 2000), ?T(zlib:gunzip(element(2, file:read_file(p("z")))) =:= Text),
    R = open("z", [read, raw, compressed, binary]), ?T(file:read(R, 10)), ?T(file:read_line(R)),
        ?T(file:position(R, 16)), ?T(file:read(R, 15)), ?T(file:position(R, {eof, 0})), ?T(file:close(R)),
    G = open("z", [read, compressed, binary]), ?T(file:read_line(G)), ?T(io:get_line(G, '')), ?T(file:close(G)),
    ok = file:write_file(p("plain"), "plain\ntext"), P = open("plain", [read, raw, compressed]), ?T(file:read_line(P)),
        ?T(file:read(P, 9)), ?T(file:close(P)),
    ?T(file:write_file(p("z2"), Text, [compressed])), ?T(filelib:file_size(p("z2")) < 2000).

native() ->
    {ok, F} = prim_file:open(p("prim"), [read, write, binary]),
    ?T(prim_file:write(F, ["a", <<"bc">>])), ?T(prim_file:pread(F, 1, 5)), ?T(prim_file:position(F, bof)),
        ?T(prim_file:read(F, 2)), ?T(prim_file:truncate(F)), ?T(prim_file:read_handle_info(F) =/= x),
        ?T(prim_file:close(F)), ?T(prim_file:close(F)),
    ?T(prim_file:read_file(p("prim"))), ?T(prim_file:write_file(p("prim"), "new")), ?T(prim_file:list_dir(p("none"))),
        ?T(prim_file:rename(p("prim"), p("prim2"))), ?T(prim_file:delete(p("prim2"))), ?T(prim_file:make_dir(p("pd"))),
        ?T(prim_file:del_dir(p("pd"))), ?T(prim_file:open(p("none"), [read])), ?T(prim_file:open(p(""), [read])).

library() ->
    ok = filelib:ensure_dir(p("tree/a/b/x")), [ok = file:write_file(p(N), N)
        || N <- ["tree/1.txt", "tree/a/2.txt", "tree/a/b/3.erl", "tree/.hidden"]],
    ?T(lists:sort(filelib:wildcard("tree/**", get(dir)))), ?T(filelib:wildcard("tree/*/*.txt", get(dir))),
        ?T(filelib:wildcard("tree/{1,a/2}.txt", get(dir))), ?T(filelib:wildcard(p("tree/?.txt"))),
        ?T(filelib:wildcard("nothing*", get(dir))),
    ?T(filelib:is_dir(p("tree"))), ?T(filelib:is_regular(p("tree"))), ?T(filelib:last_modified(p("none"))),
        ?T(filelib:file_size(p("none"))), ?T(filelib:find_file("2.txt", p("tree/a"))),
        ?T(filelib:find_source(p("tree/a/b/3.beam"))), ?T(filelib:safe_relative_path("a/../b", get(dir))),
        ?T(filelib:safe_relative_path("../b", get(dir))), ?T(filelib:ensure_path(p("x/y/z"))),
        ?T(filelib:is_dir(p("x/y/z"))),
    ?T(file:path_open([p("none"), p("tree")], "1.txt", [read, raw]) =/= x), ?T(file:path_consult([get(dir)], "none")),
        ok = file:write_file(p("e.erl"), "X = 3, X + 4."), ?T(file:script(p("e.erl"))), ?T(file:eval(p("e.erl"))),
        ?T(file:copy(p("tree/1.txt"), {p("copy"), [write]}, 4)), ?T(file:read_file(p("copy"))),
        ?T(file:del_dir_r(p("tree/a"))), ?T(filelib:wildcard("tree/*", get(dir))).

archives() ->
    ok = file:set_cwd(get(dir)), [ok = file:write_file(N, binary:copy(list_to_binary(N), 500)) || N <- ["t1", "t2"]],
    ?T(erl_tar:create("t.tar.gz", ["t1", "t2"], [compressed])), ?T(erl_tar:table("t.tar.gz", [compressed])),
        file:delete("t1"), ?T(erl_tar:extract("t.tar.gz", [compressed])), ?T(filelib:file_size("t1")),
        ?T(element(1, erl_tar:extract("t.tar.gz", [compressed, memory]))), ?T(erl_tar:table("none.tar")),
    ?T(zip:create("z.zip", ["t1", "t2"])), ?T([N || {zip_file, N, _, _, _, _} <- element(2, zip:list_dir("z.zip"))]),
        ?T(length(element(2, zip:unzip("z.zip", [memory])))), file:delete("t2"),
        ?T(zip:extract("z.zip", [{file_list, ["t2"]}])), ?T(filelib:file_size("t2")),
    {ok, H} = zip:zip_open("z.zip", [memory]), ?T(byte_size(element(2, element(2, zip:zip_get("t1", H))))),
        ?T(zip:zip_close(H)), ?T(element(1, zip:unzip(<<"no zip">>, [memory]))),
    file:set_cwd("/").

loader() ->
    ?T(erl_prim_loader:get_file(p("none"))), ?T(element(2, erl_prim_loader:get_file(p("t1"))) =:= element(2,
        file:read_file(p("t1")))), ?T(element(1, erl_prim_loader:list_dir(get(dir)))),
        ?T(erl_prim_loader:list_dir(p("none"))), ?T(element(1, erl_prim_loader:read_file_info(p("t1")))),
        ?T(erl_prim_loader:read_file_info(p("none"))), ?T(element(1, erl_prim_loader:get_cwd())).

paths() ->
    ?T(filename:basename(code:which(lists))), ?T(code:which(no_such_module)), ?T(code:is_loaded(no_such_module)),
        ?T(code:lib_dir(no_such_application)), ?T(is_list(code:get_path())), ?T(code:ensure_loaded(no_such_module)).
