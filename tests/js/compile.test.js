// SPDX-License-Identifier: Apache-2.0
//
// vm.compile: modules from their text, by OTP's compiler inside the VM.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { Atom, CompileError, text, tuple } from '../../js/index.js';
import { otpRoot, vm } from './helper.js';

jest.setTimeout(90_000);

const failure = (promise) =>
  promise.then(
    (value) => {
      throw new Error(`no failure, but ${value}`);
    },
    (error) => error,
  );

/** What erlc of this machine says about a module, in the form of diagnostics. */
function erlc(name, source) {
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, name), source);
    const brief = { cwd: folder, encoding: 'utf8', env: { ...process.env, ERL_COMPILER_OPTIONS: '[brief]' } };
    let out = '';
    try {
      out = execFileSync('erlc', [name], brief);
    } catch (error) {
      out = error.stdout;
    }
    return [...out.matchAll(/^([\w.]+):(\d+):(\d+): (Warning: )?(.*)$/gm)].map(
      ([, file, line, column, warning, message]) => ({
        severity: warning ? 'warning' : 'error',
        file,
        line: Number(line),
        column: Number(column),
        message,
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const sorted = (found) => found.map((it) => JSON.stringify(it)).sort();

test('a module is compiled and loaded', async () => {
  const machine = await vm();
  const source = `-module(greeter).
-export([hello/1, where/0]).
%% Text is UTF-8: höflich.
hello(Name) -> <<"Grüß dich, "/utf8, Name/binary>>.
where() -> {?FILE, ?LINE, ?MODULE}.
`;
  expect(await machine.compile(source)).toEqual(['greeter']);
  expect(text(await machine.module('greeter').hello('Jürgen'))).toBe('Grüß dich, Jürgen');
  expect(text((await machine.module('greeter').where()).at(0))).toBe('greeter.erl');
  expect(await machine.compile("-module('odd name'). -export([f/0]). f() -> 1.", { file: 'src/odd.erl' })).toEqual([
    'odd name',
  ]);
});

test('a new version takes the place of the old one', async () => {
  const machine = await vm();
  for (const n of [1, 2, 3]) {
    await machine.compile(`-module(m). -export([f/0]). f() -> ${n}.`);
    expect(await machine.module('m').f()).toBe(n);
  }
});

describe('diagnostics', () => {
  test.each([
    ['a syntax error', '-module(m).\nf() ->\n  1 +.\n'],
    ['several errors', '-module(m).\n-export([g/0]).\nf(X) -> Y,\n  Z.\n'],
    ['an error and warnings', '-module(m).\n-export([g/0]).\ng() -> A = 1, B.\nf() -> 2.\n'],
    ['a macro that is not there', '-module(m).\nf() -> ?NOT_HERE.\n'],
    ['an include that is not there', '-module(m).\n-include("nowhere.hrl").\nf() -> ok.\n'],
    ['a library that is not there', '-module(m).\n-include_lib("nolib/include/nowhere.hrl").\n'],
    ['no module', 'f() -> ok.\n'],
    ['text that ends too soon', '-module(m).\nf() -> 1'],
    ['#error', '-module(m).\n-error("not today").\n'],
  ])('of %s are what erlc says', async (_what, source) => {
    const machine = await vm();
    const error = await failure(machine.compile(source, { file: 'm.erl' }));
    expect(error).toBeInstanceOf(CompileError);
    expect(error.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    expect(sorted(error.diagnostics)).toEqual(sorted(erlc('m.erl', source)));
    for (const { severity, message } of error.diagnostics)
      expect(error.message.includes(message)).toBe(severity === 'error');
  });

  test('warnings of what can be compiled are told to onWarning', async () => {
    const machine = await vm();
    const source = '-module(m).\n-export([f/0]).\nf() -> A = 1, 2.\ng() -> 3.\n';
    const warnings = [];
    expect(await machine.compile(source, { onWarning: (warning) => warnings.push(warning) })).toEqual(['m']);
    expect(warnings).toHaveLength(2);
    expect(sorted(warnings)).toEqual(sorted(erlc('m.erl', source)));
    const strict = await failure(machine.compile(source, { compilerOptions: [Atom.for('warnings_as_errors')] }));
    expect(strict.diagnostics.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(strict.message).toContain('m.erl:3:8: variable');
  });
});

describe('several files', () => {
  const files = {
    'a.erl': '-module(a).\n-include("common.hrl").\n-export([f/0]).\nf() -> {?VALUE, b:g()}.\n',
    'src/b.erl': '-module(b).\n-include("../common.hrl").\n-include("own.hrl").\n-export([g/0]).\ng() -> ?OWN.\n',
    'src/own.hrl': '-include_lib("app/include/deep.hrl").\n-define(OWN, {own, ?DEEP}).\n',
    'app/include/deep.hrl': '-define(DEEP, 3).\n',
    'common.hrl': '-ifdef(TEST).\n-define(VALUE, test).\n-else.\n-define(VALUE, real).\n-endif.\n',
  };

  test.each([
    ['bare', {}],
    ['with files of its own', { files: { '/x.txt': 'x' } }],
    ['booted', { boot: true }],
    ['of an installed OTP', { otp: otpRoot }],
  ])('are compiled together, and include each other: a VM %s', async (_what, options) => {
    const machine = await vm(options);
    expect(await machine.compile({ files })).toEqual(['a', 'b']);
    expect(String(await machine.module('a').f())).toBe('{real,{own,3}}');
    const macro = { compilerOptions: [tuple(Atom.for('d'), Atom.for('TEST'))] };
    expect(await machine.compile(files['a.erl'], { ...macro, files: { 'common.hrl': files['common.hrl'] } })).toEqual([
      'a',
    ]);
    expect(String(await machine.module('a').f())).toBe('{test,{own,3}}');
    const broken = { ...files, 'src/own.hrl': '-define(OWN, 1).\n-broken(.\n' };
    const { diagnostics } = await failure(machine.compile({ files: broken }));
    expect(diagnostics[0]).toMatchObject({ file: expect.stringMatching(/^(\.\/)?src\/own\.hrl$/), line: 2, column: 9 });
  });

  test('none is loaded unless all can be compiled', async () => {
    const machine = await vm();
    await machine.compile('-module(a). -export([f/0]). f() -> old.');
    await failure(machine.compile('-module(a). -export([f/0]). f() -> new.', { files: { 'b.erl': '-module(b' } }));
    expect(await machine.module('a').f()).toBe(Atom.for('old'));
  });

  test("the VM's own files are found too, and are there for others meanwhile", async () => {
    const machine = await vm({ files: { '/inc.hrl': '-define(N, 7).\n', '/data': 'data' } });
    const read = machine.module('file').read_file('/data');
    const compiled = machine.compile('-module(m). -include("/inc.hrl"). -export([f/0]). f() -> ?N.');
    expect(text((await read).at(1))).toBe('data');
    expect(await compiled).toEqual(['m']);
    expect(await machine.module('m').f()).toBe(7);
    expect(text((await machine.module('file').read_file('/data')).at(1))).toBe('data');
  });
});

test('several at a time, one of which is aborted: the file server is there again afterwards', async () => {
  const machine = await vm({ files: { '/data': 'data' } });
  const server = await machine.call('erlang', 'whereis', [Atom.for('file_server_2')]);
  const source = (n) => `-module(m${n}). -include("h.hrl"). -export([f/0]). f() -> ?N.`;
  const each = (n, options) => machine.compile(source(n), { files: { 'h.hrl': `-define(N, ${n}).` }, ...options });
  const slow = Array.from({ length: 3000 }, (_, i) => `f${i}() -> ${i}.`).join('\n');
  const signal = AbortSignal.timeout(300);
  const told = await Promise.allSettled([
    each(1),
    machine.compile(`-module(slow). -compile(export_all).\n${slow}`, { signal }),
    each(2),
    machine.compile(`-module(slow). -compile(export_all).\n${slow}`, { timeout: 300 }),
    each(3),
  ]);
  expect(told.map(({ value, reason }) => value?.[0] ?? reason.name)).toEqual([
    'm1',
    'TimeoutError',
    'm2',
    'TimeoutError',
    'm3',
  ]);
  expect(told[3].reason.message).toBe('the compilation took longer than 300 ms');
  for (const n of [1, 2, 3]) expect(await machine.module(`m${n}`).f()).toBe(n);
  await machine.idle();
  expect(await machine.call('erlang', 'whereis', [Atom.for('file_server_2')])).toBe(server);
});

test('what is given wrongly is refused by name', async () => {
  const machine = await vm();
  const refused = async (words, ...given) => {
    const { code, message } = await failure(machine.compile(...given));
    expect([code, message]).toEqual(['ARGUMENT', expect.stringContaining(words)]);
  };
  await refused('the options of compile are an object', 1);
  await refused("compile has no option 'fils'", '', { fils: {} });
  await refused('the file a.hrl is a string, not 1', '', { files: { 'a.hrl': 1 } });
  await refused('files is an object of texts', '', { files: ['a'] });
  await refused('compile takes the text of a module', { files: { 'a.hrl': '' } });
  await refused('compilerOptions is an array of terms', '', { compilerOptions: 'export_all' });
  await refused('onWarning is a function', '', { onWarning: true });
  await refused("file ends in .erl, unlike 'm.hrl'", '', { file: 'm.hrl' });
  machine.close();
  expect((await failure(machine.compile('-module(m).'))).code).toBe('CLOSED');
});
