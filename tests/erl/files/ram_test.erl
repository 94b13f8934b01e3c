%% SPDX-License-Identifier: Apache-2.0
%% Files in memory: file:open(Bytes, [ram]) in every mode, and what OTP builds on them, such as erl_tar without a disk.
-module(ram_test).
-export([main/0]).

main() -> [io:format("~s: ~0p~n", [Name, catch F()]) || {Name, F} <- cases()].

with(Bytes, Modes, F) ->
    case file:open(Bytes, [ram | Modes]) of
        {ok, File} -> {F(File), file:close(File)};
        Error -> Error
    end.

cases() -> [
    {read_list, fun() -> with("abcdef", [read], fun(F) -> [file:read(F, N) || N <- [2, 0, 3, 9, 1, 0]] end) end},
    {read_binary, fun() -> with(<<"abcdef">>, [read, binary],
        fun(F) -> [file:read(F, N) || N <- [2, 0, 3, 9, 1, 0]] end) end},
    {write, fun() -> with("abc", [write, read, binary],
        fun(F) -> [file:write(F, "12"), file:position(F, cur), file:write(F, [<<"34">>, $5]), file:position(F, bof),
        file:read(F, 99), ram_file:get_file(F), ram_file:get_size(F)] end) end},
    {append, fun() -> with("", [write, read], fun(F) -> [[file:write(F, integer_to_list(I)) || I <- lists:seq(1, 20)],
        ram_file:get_file(F)] end) end},
    {gap, fun() -> with("ab", [write, read, binary],
        fun(F) -> [file:position(F, 6), file:write(F, "z"), ram_file:get_file(F), file:position(F, {eof, 2}),
        file:read(F, 1), file:truncate(F), ram_file:get_file(F)] end) end},
    {position, fun() -> with("0123456789", [read, binary],
        fun(F) -> [file:position(F, P) || P <- [3, {cur, 2}, {cur, -9}, {eof, -1}, {bof, -1}, eof, cur, bof, {bad, 1},
        1 bsl 40]] end) end},
    {pread, fun() -> with("0123456789", [read, binary],
        fun(F) -> [file:pread(F, 2, 3), file:pread(F, [{0, 1}, {9, 5}, {20, 1}]), file:pread(F, -1, 2),
        file:pread(F, 10, 1), file:pread(F, 3, 0), file:position(F, cur)] end) end},
    {pwrite, fun() -> with("0123456789", [read, write, binary],
        fun(F) -> [file:pwrite(F, 2, "xy"), file:pwrite(F, [{0, "A"}, {12, "B"}]), file:pwrite(F, -1, "q"),
        file:position(F, cur), ram_file:get_file(F)] end) end},
    {truncate, fun() -> with("0123456789", [read, write, binary],
        fun(F) -> [file:position(F, 4), file:truncate(F), ram_file:get_file(F), ram_file:get_size(F),
        file:write(F, "!"), ram_file:get_file(F)] end) end},
    {not_allowed,
        fun() -> {with("ab", [read], fun(F) -> [file:write(F, "x"), file:pwrite(F, 0, "x"), file:truncate(F)] end),
        with("ab", [write], fun(F) -> [file:read(F, 1), file:pread(F, 0, 1)] end)} end},
    {others, fun() -> with("ab", [read, write], fun(F) -> [file:sync(F), file:datasync(F), file:advise(F, 0, 1, normal),
        file:advise(F, 0, 1, bad), file:allocate(F, 0, 10), ram_file:get_file(F)] end) end},
    {bad, fun() -> [element(1, file:open("ab", [ram, nonsense])), element(1, file:open(x, [ram, read])),
        catch file:open([a], [ram, read])] end},
    {copy, fun() -> with("abcdef", [read, binary],
        fun(From) -> with("", [read, write, binary],
        fun(To) -> [file:copy(From, To, 4), ram_file:get_file(To)] end) end) end},
    {link, fun() -> {ok, {file_descriptor, _, Port}} = file:open("ab", [ram, read]),
        {erlang:port_info(Port, name), lists:member(Port, element(2, process_info(self(), links))),
        port_close(Port)} end},
    {tar, fun() -> Tar = tar(), {byte_size(Tar) rem 512, erl_tar:table({binary, Tar}),
        erl_tar:extract({binary, Tar}, [memory])} end},
    {tar_gz, fun() -> erl_tar:extract({binary, zlib:gzip(tar())}, [memory, compressed]) end},
    {tar_bad, fun() -> {erl_tar:extract({binary, <<"nonsense">>}, [memory]),
        erl_tar:extract({binary, <<>>}, [memory])} end}].

tar() ->
    {ok, File} = file:open(<<>>, [ram, write, read, binary]),
    {ok, Tar} = erl_tar:init(File, write, fun(write, {F, D}) -> file:write(F, D);
        (position, {F, P}) -> file:position(F, P); (close, _) -> ok end),
    [ok = erl_tar:add(Tar, Bytes, Name, [{mtime, 1000}])
        || {Name, Bytes} <- [{"one", <<"1">>}, {"dir/two", binary:copy(<<"2">>, 1000)}]],
    ok = erl_tar:close(Tar),
    {ok, Bytes} = ram_file:get_file(File),
    ok = file:close(File),
    Bytes.
