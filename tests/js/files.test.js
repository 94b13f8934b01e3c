// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Atom, text, tuple } from '../../js/index.js';
import { vm } from './helper.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  mkdirSync(join(folder, 'given/inner'), { recursive: true });
  writeFileSync(join(folder, 'given/a.txt'), 'real');
  writeFileSync(join(folder, 'secret'), 'not for them');
  symlinkSync(join(folder, 'secret'), join(folder, 'given/out'));
  symlinkSync('/nowhere/at/all', join(folder, 'given/dangling'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const error = (/** @type {string} */ name) => tuple(Atom.for('error'), Atom.for(name));
const ok = (/** @type {any} */ value) => tuple(Atom.for('ok'), value);
const bytes = (/** @type {string} */ s) => new TextEncoder().encode(s);

describe('files in memory', () => {
  test('links lead where they say, and not in circles', async () => {
    const v = await vm({ files: { '/d/a': 'one' } });
    const call = (/** @type {string} */ f, /** @type {any[]} */ ...args) =>
      v.call(
        'file',
        f,
        args.map((a) => (typeof a === 'string' ? text(a) : a)),
      );
    expect(await call('make_symlink', 'a', '/d/b')).toBe(Atom.for('ok'));
    expect(await call('read_file', '/d/b')).toEqual(ok(bytes('one')));
    expect(await call('make_symlink', '/d', '/e')).toBe(Atom.for('ok'));
    expect(await call('write_file', '/e/c', bytes('two'))).toBe(Atom.for('ok'));
    expect(await call('read_file', '/d/c')).toEqual(ok(bytes('two')));
    expect(await call('read_file', '/e/../d/c')).toEqual(ok(bytes('two')));
    expect(await call('make_symlink', '/x', '/y')).toBe(Atom.for('ok'));
    expect(await call('make_symlink', '/y', '/x')).toBe(Atom.for('ok'));
    expect(await call('read_file', '/x')).toEqual(error('eloop'));
    expect(await call('make_link', '/d/a', '/d/hard')).toBe(Atom.for('ok'));
    expect(await call('write_file', '/d/hard', bytes('three'))).toBe(Atom.for('ok'));
    expect(await call('read_file', '/d/b')).toEqual(ok(bytes('three')));
    expect(await call('delete', '/e')).toBe(Atom.for('ok'));
    expect(await call('read_file', '/d/c')).toEqual(ok(bytes('two')));
    expect(await call('del_dir_r', '/d')).toBe(Atom.for('ok'));
    expect(await call('list_dir', '/d')).toEqual(error('enoent'));
  });
});

describe('a folder of the machine', () => {
  const open = async () => {
    const v = await vm({ files: { '/given': pathToFileURL(join(folder, 'given')), '/own': 'x' } });
    return (/** @type {string} */ f, /** @type {any[]} */ ...args) =>
      v.call(
        'file',
        f,
        args.map((a) => (typeof a === 'string' ? text(a) : a)),
      );
  };
  test('is read and written', async () => {
    const call = await open();
    expect(await call('read_file', '/given/a.txt')).toEqual(ok(bytes('real')));
    expect(await call('write_file', '/given/inner/new', bytes('made'))).toBe(Atom.for('ok'));
    expect(readFileSync(join(folder, 'given/inner/new'), 'utf8')).toBe('made');
    expect(await call('rename', '/given/inner/new', '/given/moved')).toBe(Atom.for('ok'));
    expect(await call('set_cwd', '/given/inner')).toBe(Atom.for('ok'));
    expect(await call('read_file', '../moved')).toEqual(ok(bytes('made')));
    expect(await call('delete', '../moved')).toBe(Atom.for('ok'));
    expect(existsSync(join(folder, 'given/moved'))).toBe(false);
    expect(await call('read_file', '../../own')).toEqual(ok(bytes('x')));
  });
  test('is all of the machine there is', async () => {
    const call = await open();
    for (const path of ['/given/../secret', '/given/inner/../../secret', join(folder, 'secret'), '/etc/hostname'])
      expect(await call('read_file', path)).toEqual(error('enoent'));
    expect(await call('read_file', '/given/out')).toEqual(error('eacces'));
    expect(await call('write_file', '/given/dangling', bytes('x'))).toEqual(error('eacces'));
    expect(await call('make_symlink', '/etc', '/given/etc')).toEqual(error('eacces'));
    expect(await call('del_dir', '/given')).toEqual(error('eacces'));
    expect(await call('rename', '/own', '/given/own')).toEqual(error('exdev'));
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('not for them');
  });
});

test('the command sees none of the machine in a sandbox', () => {
  const cli = fileURLToPath(new URL('../../js/cli.js', import.meta.url));
  const { stdout } = spawnSync(
    process.execPath,
    [
      cli,
      'run',
      '--sandbox',
      '-noshell',
      '-eval',
      `ok = file:write_file("a", "own"), io:format("~p~n", [[file:read_file("a"), ` +
        `file:read_file("${join(folder, 'secret')}"), file:list_dir("/")]]).`,
    ],
    { encoding: 'utf8', timeout: 20_000 },
  );
  expect(stdout).toBe('[{ok,<<"own">>},{error,enoent},{ok,["a"]}]\n');
});
