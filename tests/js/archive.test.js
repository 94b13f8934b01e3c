// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Atom } from '../../js/index.js';
import { vm } from './helper.js';

const cli = fileURLToPath(new URL('../../js/cli.js', import.meta.url));
const run = (args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
};

let folder = '';
/** For each kind of archive or folder, the path from which hello is loaded. @type {Record<string, string>} */
const from = {};
const ebin = (...parts) => {
  const path = join(folder, ...parts);
  mkdirSync(path, { recursive: true });
  copyFileSync(join(folder, 'hello.beam'), join(path, 'hello.beam'));
  copyFileSync(join(folder, 'friend.beam'), join(path, 'friend.beam'));
  return join(folder, parts[0]);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  writeFileSync(
    join(folder, 'hello.erl'),
    '-module(hello). -export([main/1, start/0]).\nmain(_) -> start().\nstart() -> io:format("hello ~p~n", ' +
      '[friend:name()]).\n',
  );
  writeFileSync(join(folder, 'friend.erl'), '-module(friend). -export([name/0]).\nname() -> world.\n');
  writeFileSync(
    join(folder, 'needy.erl'),
    '-module(needy). -export([f/0, g/1]).\nf() -> crypto:strong_rand_bytes(3), erl_tracer:enabled(call, ' +
      'self(), x), erlang:trace(all, true, [call]), gen_tcp:listen(1, []).\n' +
      'g(X) -> nowhere:to_be(X), lists:no_such(X), lists:map(X, []), zlib:open(), erlang:decode_packet(raw, X, []).\n',
  );
  writeFileSync(
    join(folder, 'native.erl'),
    '-module(native). -export([f/0]). -on_load(load/0).\nload() -> erlang:load_nif("native", 0).\nf() -> ' +
      'erlang:nif_error(x).\n',
  );
  execFileSync('erlc', [
    '-W0',
    '-o',
    folder,
    ...['hello', 'friend', 'needy', 'native'].map((name) => join(folder, `${name}.erl`)),
  ]);
  from.folder = ebin('plain');
  from.rebar3 = ebin('rebar', '_build', 'default', 'lib', 'hello', 'ebin');
  from.mix = ebin('mix', '_build', 'dev', 'lib', 'hello', 'ebin');
  from.gleam = ebin('gleam', 'build', 'dev', 'erlang', 'hello', 'ebin');
  from.application = ebin('hello-1.0', 'ebin');
  from.tar = join(folder, 'a.tar');
  from['tar.gz'] = join(folder, 'a.tar.gz');
  execFileSync('tar', ['-C', from.rebar3, '-cf', from.tar, '.']);
  execFileSync('tar', ['-C', from.rebar3, '-czf', from['tar.gz'], '.']);
  from.ez = join(folder, 'hello-1.0.ez');
  from.escript = join(folder, 'script');
  execFileSync('erl', [
    '-noshell',
    '-eval',
    `
    {ok, _} = zip:create("${from.ez}", ["hello-1.0/ebin/hello.beam", "hello-1.0/ebin/friend.beam"], [{cwd,
    "${folder}"}]),
    {ok, A} = file:read_file("${from.ez}"), ok = escript:create("${from.escript}", [shebang, {comment, "by a test"},
    {emu_args, "-escript main hello"}, {archive, A}]), halt().`,
  ]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('-pa finds the modules of', () => {
  test.each(['folder', 'rebar3', 'mix', 'gleam', 'application', 'tar', 'tar.gz', 'ez', 'escript'])('%s', (kind) => {
    expect(run(['run', '-noshell', '-pa', from[kind], '-s', 'hello'])).toEqual({
      status: 0,
      stdout: 'hello world\n',
      stderr: '',
    });
  });
  test('a single beam', () => {
    expect(
      run(['run', '-noshell', '-pa', join(folder, 'hello.beam'), join(folder, 'friend.beam'), '-s', 'hello']).stdout,
    ).toBe('hello world\n');
  });
  test('a folder without beams, but other files, has none', () => {
    const place = join(folder, 'no_beams');
    mkdirSync(place);
    writeFileSync(join(place, 'grammar.yrl'), '');
    expect(run(['run', '-noshell', '-pa', place, '-eval', 'io:format("here~n"), halt().'])).toEqual({
      status: 0,
      stdout: 'here\n',
      stderr: '',
    });
  });
  test('nothing else', () => {
    expect(run(['run', '-pa', join(folder, 'hello.erl'), '-s', 'hello']).status).toBe(2);
  });
});

test('loadArchive makes the modules of an archive known', async () => {
  for (const kind of ['ez', 'tar.gz', 'escript']) {
    const machine = await vm();
    expect(await machine.loadArchive(readFileSync(from[kind]))).toEqual(['friend', 'hello']);
    expect(await machine.call('friend', 'name')).toBe(Atom.for('world'));
  }
  await expect((await vm()).loadArchive(new Uint8Array(10))).rejects.toThrow('neither a beam nor an archive');
});

describe('check', () => {
  test('says what lacks, by whom, and fails', () => {
    const { status, stdout } = run(['check', join(folder, 'needy.beam')]);
    expect(stdout).toBe(`lacks crypto (no such module): strong_rand_bytes/1  (needy)
lacks erl_tracer:enabled/3  (needy)
lacks erlang:trace/3: it raises notsup  (needy)
lacks lists:no_such/1  (needy)
lacks nowhere (no such module): to_be/1  (needy)
1 module, 5 lacking
`);
    expect(status).toBe(1);
  });
  test('sees native code', () => {
    expect(run(['check', join(folder, 'native.beam')])).toMatchObject({
      status: 1,
      stdout: 'lacks native code (erlang:load_nif/2) for f/0  (native)\n1 module, 1 lacking\n',
    });
  });
  test.each(['folder', 'rebar3', 'mix', 'gleam', 'tar', 'tar.gz', 'ez', 'escript'])('is content with %s', (kind) => {
    expect(run(['check', from[kind]])).toEqual({ status: 0, stdout: '2 modules, nothing lacks\n', stderr: '' });
  });
  test('wants something to check', () => {
    expect(run(['check']).status).toBe(2);
    expect(run(['check', join(folder, 'hello.erl')]).status).toBe(2);
  });
});
