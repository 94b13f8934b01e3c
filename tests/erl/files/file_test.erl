%% SPDX-License-Identifier: Apache-2.0
%% Files through OTP's own file, filelib and file_server: contents, positions, folders, errors.
-module(file_test).
-export([main/0]).

main() ->
    Dir = filename:join("/tmp", "spawnlink_files_" ++ integer_to_list(erlang:phash2(make_ref())) ++ os:getpid() ++
        integer_to_list(erlang:unique_integer([positive]))),
    [io:format("~s: ~p~n", [Name, catch hide(Dir, F(fun(N) -> filename:join(Dir, N) end))]) || {Name, F} <- cases()].

%% The name of the folder is not printed.
hide(Dir, T) when is_list(T) -> case string:prefix(catch_list(T), Dir) of nomatch -> [hide(Dir, X) || X <- T];
    Rest -> "DIR" ++ Rest end;
hide(Dir, T) when is_tuple(T) -> list_to_tuple([hide(Dir, X) || X <- tuple_to_list(T)]);
hide(_, T) when is_pid(T) -> pid;
hide(_, T) -> T.
catch_list(T) -> case io_lib:char_list(T) of true -> T; false -> "" end.

cases() -> [
    {missing, fun(P) -> {file:read_file(P("x")), file:open(P("x"), [read]), file:list_dir(P("")), file:delete(P("x")),
        file:read_file_info(P("x"))} end},
    {make_dir, fun(P) -> {file:make_dir(P("")), file:make_dir(P("")), file:make_dir(P("no/where")),
        filelib:is_dir(P(""))} end},
    {write_file, fun(P) -> {file:write_file(P("a"), [<<"one\n">>, "two\n", $x]), file:read_file(P("a")),
        filelib:file_size(P("a"))} end},
    {append, fun(P) -> {file:write_file(P("a"), "more", [append]), file:read_file(P("a"))} end},
    {exclusive, fun(P) -> {file:open(P("a"), [write, exclusive]), element(1, file:open(P("a"), [read]))} end},
    {lines, fun(P) -> {ok, F} = file:open(P("a"), [read]), R = [io:get_line(F, '') || _ <- [1, 2, 3, 4]],
        {R, file:close(F), element(1, file:close(F))} end},
    {raw_lines, fun(P) -> {ok, F} = file:open(P("a"), [read, raw, binary, read_ahead]),
        R = [file:read_line(F) || _ <- [1, 2, 3, 4]], {R, file:close(F)} end},
    {raw_read, fun(P) -> {ok, F} = file:open(P("a"), [read, raw]), R = [file:read(F, N) || N <- [2, 5, 100, 1]],
        {R, file:close(F)} end},
    {position, fun(P) -> {ok, F} = file:open(P("b"), [read, write, raw, binary]),
        R = [file:write(F, "0123456789"), file:position(F, 3), file:read(F, 2), file:position(F, {cur, -1}),
            file:write(F, "AB"), file:position(F, {eof, -2}),
             file:read(F, 9), file:position(F, bof), file:read(F, 99), file:position(F, {bof, -1}), file:pread(F, 2, 3),
                 file:pwrite(F, 0, "zz"), file:pread(F, [{0, 3}, {50, 1}]),
             file:position(F, 5), file:truncate(F), file:position(F, {eof, 0}), file:sync(F)],
        {R, file:close(F), file:read_file(P("b"))} end},
    {io_device, fun(P) -> {ok, F} = file:open(P("c"), [write, {encoding, utf8}]),
        R = [io:format(F, "~ts ~w~n", ["\x{e5}\x{20ac}", {a, b}]), io:put_chars(F, "end.\n")],
        {R, file:close(F), file:read_file(P("c"))} end},
    {unicode, fun(P) -> {ok, F} = file:open(P("c"), [read, {encoding, utf8}]),
        {io:get_line(F, ''), io:get_line(F, ''), io:get_line(F, ''), file:close(F)} end},
    {consult, fun(P) -> ok = file:write_file(P("t"), "{a, 1}.\n[b, \"c\"].\n"),
        {file:consult(P("t")), file:write_file(P("t"), "{a."), file:consult(P("t"))} end},
    {list, fun(P) -> {ok, L} = file:list_dir(P("")), {lists:sort(L), lists:sort(filelib:wildcard("?", P("")))} end},
    {rename, fun(P) -> {file:rename(P("t"), P("u")), file:rename(P("t"), P("u")), filelib:is_regular(P("u")),
        file:rename(P("u"), P(""))} end},
    {folders, fun(P) -> {filelib:ensure_dir(P("d/e/f")), filelib:is_dir(P("d/e")), file:del_dir(P("d")),
        file:del_dir(P("u")), file:delete(P("d/e")), file:del_dir(P("d/e")), file:del_dir(P("d"))} end},
    {copy, fun(P) -> {file:copy(P("a"), P("a2")), file:read_file(P("a2"))} end},
    {info, fun(P) -> {ok, I} = file:read_file_info(P("a")), {element(2, I), element(3, I), element(4, I)} end},
    {open_dir, fun(P) -> {file:open(P(""), [read]), file:read_file(P(""))} end},
    {bad, fun(_) -> {file:read_file(a), file:read_file({x}), file:open("x\0y", [read]),
        file:open("x", [nonsense])} end},
    {mode, fun(P) -> {ok, F} = file:open(P("a"), [read, raw]), R = file:write(F, "x"), {R, file:close(F)} end},
    {cwd, fun(P) -> {ok, Old} = file:get_cwd(), R = {file:set_cwd(P("")), file:read_file("b"),
        file:set_cwd(P("nowhere")), file:del_dir("."), file:del_dir(P(""))}, {R, file:set_cwd(Old)} end},
    {allocate, fun(P) -> {ok, F} = file:open(P("a"), [read, write, raw]), {ok, I} = file:read_file_info(F),
        R = [file:allocate(F, O, L) || {O, L} <- [{0, 1}, {element(2, I), 100}, {0, 0}, {-1, 5}, {5, -1}]],
        {R, file:position(F, {cur, 0}), file:close(F), file:allocate(F, 0, 5),
            filelib:file_size(P("a")) - element(2, I)} end},
    {times, fun(P) -> T = fun(H) -> {{2001, 2, 3}, {H, 5, 6}} end,
        R = file:change_time(P("a"), T(4), T(5)), {ok, I} = file:read_file_info(P("a")),
            {R, element(5, I), element(6, I)} end},
    {owner, fun(P) -> {ok, I} = file:read_file_info(P("a")),
        {file:change_owner(P("a"), element(13, I)), file:change_owner(P("a"), element(13, I), element(14, I)),
            file:change_group(P("a"), element(14, I)),
         file:change_owner(P("nope"), 1), file:change_owner(P("a"), 1 bsl 31),
             element(1, catch file:change_owner(P("a"), x))} end},
    {raw_names, fun(P) -> D = list_to_binary(P("raw")), N = <<D/binary, "/", 255, $a, 200>>,
        R = [file:make_dir(D), file:write_file(N, "x"), file:read_file(N),
            file:make_symlink(<<$l, 254>>, <<D/binary, "/l">>)],
        logger:set_primary_config(level, error), % it warns of names that are not text
        R ++ [file:list_dir(D), logger:set_primary_config(level, notice),
            lists:sort([[bytes | binary_to_list(iolist_to_binary(Name))] || Name <- element(2, file:list_dir_all(D))]),
             [bytes | binary_to_list(element(2, file:read_link_all(<<D/binary, "/l">>)))],
                 file:rename(N, <<D/binary, "/", 254>>),
         file:delete(<<D/binary, "/", 254>>), file:delete(<<D/binary, "/l">>), file:del_dir(D)] end},
    {devices, fun(P) -> [file:open("/dev/null", [write, exclusive]), file:open("/dev/null", [write, raw, exclusive]),
        file:read_file("/proc/self/mem"),
         file:write_file("/dev/full", "x"), file:make_dir("/proc/x"), file:rename(P("a"), "/dev/null/x"),
             file:del_dir("/proc"), file:del_dir("/"),
         file:rename("/tmp", "/"), file:rename("/", "arne"), file:rename("/", "/tmp"), file:make_symlink("x", P("a")),
             file:read_link(P("a"))] end},
    {tidy, fun(P) -> {ok, L} = file:list_dir(P("")), {[file:delete(P(N)) || N <- lists:sort(L)], file:del_dir(P("")),
        filelib:is_dir(P(""))} end}].
