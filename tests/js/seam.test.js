// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as seamConstants from '../../js/base/seam.js';
import { AssetError, createVM } from '../../js/index.js';
import { parse, seam, toC, toErlang, toJs } from '../../scripts/seam.js';
import { vm } from './helper.js';

const constants = { ...seamConstants };
const wasm = (name) => new Uint8Array(readFileSync(new URL(`../../dist/${name}`, import.meta.url)));
/** A copy of a wasm that claims to be made from another table. */
const doctored = (name) =>
  new Uint8Array(
    Buffer.from(Buffer.from(wasm(name)).toString('latin1').replace(constants.SEAM_ABI, 'abi_0badcafe'), 'latin1'),
  );

describe('the ABI number', () => {
  test('a vm.wasm of another table is refused, with both numbers', async () => {
    const error = await createVM({ wasm: doctored('vm.wasm') }).catch((error) => error);
    expect(error).toBeInstanceOf(AssetError);
    expect(error.wanted).toBe('createVM');
    expect(error.message).toBe(
      'cannot get the given wasm for createVM: it is of another version: its ABI is abi_0badcafe, ' +
        `${constants.SEAM_ABI} is needed`,
    );
  });

  test('so is a wasm that has none, before it is asked for anything', async () => {
    const none = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    await expect(createVM({ wasm: none })).rejects.toThrow(/its ABI is none, abi_[\da-f]{8} is needed/);
    // A wasm that was made before there was an ABI number, but has all other exports.
    const older = Buffer.from(
      Buffer.from(wasm('vm.wasm'))
        .toString('latin1')
        .replace(/abi_(?=[\da-f]{8})/, 'old_'),
      'latin1',
    );
    await expect(createVM({ wasm: new Uint8Array(older) })).rejects.toThrow('its ABI is none');
    await expect(createVM({ wasm: new WebAssembly.Module(older) })).rejects.toThrow('its ABI is none');
  });

  test('a library of another table is lacking, and says why', async () => {
    const errors = [];
    const erlang = await vm({ re: doctored('re.wasm') });
    erlang.on('error', (error) => errors.push(error.message));
    await expect(erlang.call('re', 'run', ['a', 'a'])).rejects.toThrow(/abi_0badcafe/);
    expect(errors.join()).toMatch(/for module re: it is of another version: its ABI is abi_0badcafe/);
    await expect(erlang.call('lists', 'sum', [[1, 2]])).resolves.toBe(3);
  });
});

describe('the table', () => {
  const table = (rows) => parse(`revision 1\n${rows}`);

  test('gives each language the same', () => {
    const { groups } = seam();
    const c = toC(seam()).join('\n');
    const erlang = toErlang(seam()).join('\n');
    for (const { prefix, members } of groups) {
      for (const { name, value } of members) {
        expect(constants[`${prefix}_${name}`]).toBe(value);
        expect(c).toContain(` ${prefix}_${name} = ${value},`);
        expect(erlang).toMatch(new RegExp(`^-define\\(${prefix}_${name}, \\(?${value}\\)?\\)\\.$`, 'm'));
      }
    }
  });

  test('one more line is one more constant in each, and another ABI', () => {
    const before = table('group kind EVENT from 0 names | what happens\n  EXIT process\n');
    const after = table(
      'group kind EVENT from 0 names | what happens\n  EXIT process\n  WAKE process end=by | it woke\n',
    );
    expect(toC(after)).toContain('  EVENT_WAKE = 1, // it woke');
    expect(toC(after)).toContain('#define EVENT_WITH_PROCESS 3u');
    expect(toJs(after)).toContain('export const EVENT_WAKE = 1; // it woke');
    expect(toJs(after)).toContain('export const EVENT_END = [0,"by"];');
    expect(toJs(after)).toContain('export const EVENT_NAMES = /** @type {const} */ (["exit","wake"]);');
    expect(toErlang(after)).toContain('-define(EVENT_NAMES, {exit, wake}).');
    expect(after.abi).not.toBe(before.abi);
  });

  test('a comment or a text changes no ABI, a value or the revision does', () => {
    const { abi } = table('group a A from 0\n  X\n');
    expect(table('# why\ngroup a A from 0 | first\n  X | one\n    | more\n').abi).toBe(abi);
    expect(table('group a A from 1\n  X\n').abi).not.toBe(abi);
    expect(parse('revision 2\ngroup a A from 0\n  X\n').abi).not.toBe(abi);
  });

  test('values count up, down, double or are given', () => {
    const values = (rows) => table(rows).groups[0].members.map(({ value }) => value);
    expect(values('group a A from 5\n  X\n  Y\n  Z =9\n  U\n')).toEqual([5, 6, 9, 10]);
    expect(values('group a A down -1\n  X\n  Y\n')).toEqual([-1, -2]);
    expect(values('group a A bits\n  X\n  Y\n  Z\n')).toEqual([1, 2, 4]);
    expect(values('group a A values\n  X =0x2f\n  Y =-3\n')).toEqual([47, -3]);
  });

  test('what is wrong in it is told by its line', () => {
    expect(() => table('  X\n')).toThrow('seam.tab:2: neither a group nor a member:   X');
    expect(() => table('group a A values\n  X\n')).toThrow('seam.tab:3: no value');
    expect(() => table('group a A from 0\n  X\n  X\n')).toThrow('seam.tab:4: A_X is there already');
    expect(() => table('group a A from 40\n  X data\n') && toC(table('group a A from 40\n  X data\n'))).toThrow(
      'no bit',
    );
    expect(() => parse('group a A from 0\n  X\n')).toThrow('no revision');
  });
});
