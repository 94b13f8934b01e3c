// SPDX-License-Identifier: Apache-2.0
//
// The reports of uncaught errors by the VM itself, proc_lib, gen_server and supervisor are those that erl prints,
// except for pids and times.

import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otpRoot } from './helper.js';

const cli = fileURLToPath(new URL('../../js/cli.js', import.meta.url));

const SOURCE = `
-module(crashes).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, id/1]).
id(X) -> X.
%% Not on the stack of whoever started it.
main() -> {P, M} = spawn_monitor(fun all/0), receive {'DOWN', M, _, P, normal} -> ok end.
all() ->
    process_flag(trap_exit, true),
    [one(F) || F <- [
        fun() -> error(oops) end,
        fun() -> error({a, [b, "c", <<"d">>]}) end,
        fun() -> 1 + id(a) end,
        fun() -> {ok, _} = id(error) end,
        fun() -> throw({ball, self()}) end,
        fun() -> no_such:function(1, "two") end,
        fun() -> list_to_atom(id(1)) end,
        fun() -> ets:lookup(no_table, key) end,
        fun() -> maps:get(k, id(#{})) end,
        fun() -> exit(quiet) end]],
    [begin {P, M} = proc_lib:spawn_opt(F, [monitor]), receive {'DOWN', M, _, P, _} -> ok end, pause() end
     || F <- [fun() -> error(oops) end, fun() -> exit(loud) end, fun() -> register(a_name, self()), put(k, v),
     throw(ball) end]],
    {ok, S} = gen_server:start_link(?MODULE, state, []),
    gen_server:cast(S, {fail, "text"}),
    receive {'EXIT', S, _} -> ok end, pause(),
    {ok, T} = gen_server:start_link({local, named}, ?MODULE, #{a => 1}, []),
    catch gen_server:call(T, {fail, 1}),
    receive {'EXIT', T, _} -> ok end, pause().
one(F) -> {P, M} = spawn_monitor(F), receive {'DOWN', M, _, P, _} -> ok end, pause().
pause() -> receive after 50 -> ok end.
init(S) -> {ok, S}.
handle_call({fail, X}, _, S) -> {reply, X + id(b), S}.
handle_cast({fail, R}, S) -> error({R, S}).
`;

/** The text without pids, references, ports and times. */
const tidy = (text) =>
  text
    .replace(/<0\.\d+\.\d+>/g, '<pid>')
    .replace(/#Ref<[\d.]+>/g, '#Ref')
    .replace(/\d\d?-\w{3}-\d{4}::\d\d:\d\d:\d\d\.\d+/g, 'TIME')
    .replace(/(heap_size|stack_size|reductions): \d+/g, '$1: N');

test('an uncaught error is told in the words of erl', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, 'crashes.erl'), SOURCE);
    execFileSync('erlc', ['crashes.erl'], { cwd: folder });
    const flags = ['-noshell', '-pa', folder, '-s', 'crashes', 'main', '-s', 'init', 'stop'];
    const run = (command, args) =>
      tidy(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    const expected = run('erl', flags);
    expect(expected.match(/REPORT/g).length).toBeGreaterThan(12);
    expect(run(process.execPath, [cli, 'run', '--otp', otpRoot, ...flags])).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
