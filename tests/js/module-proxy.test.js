// SPDX-License-Identifier: Apache-2.0
//
// vm.module: an Erlang module as an object.
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { Atom, ErlangError, text } from '../../js/index.js';
import { vm } from './helper.js';

test('its properties are the functions of the module, by the number of arguments', async () => {
  const lists = (await vm()).module('lists');
  expect(await lists.sum([1, 2, 3])).toBe(6);
  expect(await lists.seq(1, 3)).toEqual([1, 2, 3]);
  expect(await lists.seq(1, 5, 2)).toEqual([1, 3, 5]);
  const { reverse } = lists;
  expect(await reverse([1, 2])).toEqual([2, 1]);
  expect(lists.reverse).toBe(reverse);
});

test('a name may be an atom, or one that only quotes could write', async () => {
  const machine = await vm();
  expect(await machine.module(Atom.for('erlang'))['+'](1, 2)).toBe(3);
});

test('a function that is not there, or that fails, is the error that vm.call rejects with', async () => {
  const machine = await vm();
  const lists = machine.module('lists');
  for (const [used, args] of [
    ['summ', [[1]]],
    ['nth', [3, [1]]],
  ]) {
    const [one, other] = await Promise.all([
      lists[used](...args).catch((error) => error),
      machine.call('lists', used, args).catch((error) => error),
    ]);
    expect(one).toBeInstanceOf(ErlangError);
    expect(one.message).toBe(other.message);
    expect(String(one.reason)).toBe(String(other.reason));
  }
});

test('it can be awaited, logged, thrown, compared and made JSON of', async () => {
  const machine = await vm();
  const before = machine.stats().processes;
  const lists = machine.module('lists');
  expect((await lists) === lists).toBe(true);
  expect(await Promise.race([lists, 1])).toBe(lists);
  expect(lists.then).toBeUndefined();
  expect(lists[Symbol.iterator]).toBeUndefined();
  expect(`${lists}`).toBe('lists');
  expect(`${machine.module('Elixir.Enum')}`).toBe("'Elixir.Enum'");
  expect(inspect(lists)).toContain('Erlang module lists');
  expect(JSON.stringify({ lists })).toBe('{"lists":{}}');
  expect(() => {
    lists.sum = 1;
  }).toThrow(TypeError);
  expect(machine.stats().processes).toBe(before); // none of this has called anything
});

test('options hold for each call', async () => {
  const machine = await vm();
  const timer = machine.module('timer', { timeout: 5 });
  await expect(timer.sleep(60_000)).rejects.toMatchObject({ code: 'TIMEOUT' });
  const controller = new AbortController();
  const waiting = machine.module('timer', { signal: controller.signal }).sleep(60_000);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  const pretty = await machine.module('maps', { pretty: true }).from_list([]);
  expect(pretty).toEqual({});
  expect(text(await machine.module('erlang').atom_to_binary(Atom.for('a')))).toBe('a');
});

test('wrong options are refused at once, by name', async () => {
  const machine = await vm();
  expect(() => machine.module('lists', { timout: 1 })).toThrow("module has no option 'timout'");
  expect(() => machine.module('lists', { priority: 'urgent' })).toThrow('priority is max, high, normal or low');
  expect(() => machine.module(1)).toThrow('the name of a module is a string or an Atom, not 1');
  await expect(machine.module('timer', { timeout: 'soon' }).sleep(1)).rejects.toThrow('timeout is a number');
});

test('a closed VM says so', async () => {
  const machine = await vm();
  const lists = machine.module('lists');
  machine.close();
  await expect(lists.sum([])).rejects.toMatchObject({ code: 'CLOSED' });
});
