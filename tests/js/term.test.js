// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { compile } from './helper.js';
import { ArgumentError } from '../../js/base/errors.js';
import {
  Atom,
  BitString,
  ErlangMap,
  Float,
  Fun,
  ImproperList,
  Pid,
  Tuple,
  charlist,
  equals,
  format,
  pretty,
  text,
  tuple,
} from '../../js/term/term.js';

test('there is one atom of each name', () => {
  expect(Atom.for('ok')).toBe(Atom.for('ok'));
  expect(Atom.for('ok')).not.toBe(Atom.for('error'));
  expect(String(Atom.for('ok'))).toBe('ok');
  expect(() => Atom.for(/** @type {any} */ (1))).toThrow(ArgumentError);
});

test('tuples are iterable and count from 0', () => {
  const [tag, value] = tuple(Atom.for('ok'), 1);
  expect(tag).toBe(Atom.for('ok'));
  expect(value).toBe(1);
  expect(tuple(1, 2).at(-1)).toBe(2);
  expect(tuple().length).toBe(0);
});

test.each([
  [1, '1'],
  [123456789012345678901234567890n, '123456789012345678901234567890'],
  [1.5, '1.5'],
  [new Float(2), '2.0'],
  [new Float(1e300), '1.0e300'],
  [new Float(-0), '-0.0'],
  [Atom.for('ok'), 'ok'],
  [Atom.for('Hello world'), "'Hello world'"],
  [Atom.for("it's"), "'it\\'s'"],
  [Atom.for('receive'), "'receive'"],
  [true, 'true'],
  [tuple(1, tuple()), '{1,{}}'],
  [[], '[]'],
  [[1, [2]], '[1,[2]]'],
  [charlist('hi'), '"hi"'],
  [new ImproperList([1, 2], 3), '[1,2|3]'],
  ['text', '<<"text">>'],
  [new Uint8Array([1, 2, 255]), '<<1,2,255>>'],
  [new Uint8Array(), '<<>>'],
  [new BitString(new Uint8Array([1, 0x60]), 11), '<<1,3:3>>'],
  [
    new ErlangMap([
      [Atom.for('a'), 1],
      [2, []],
    ]),
    '#{a => 1,2 => []}',
  ],
  [Fun.external('lists', 'map', 2), 'fun lists:map/2'],
  [new Pid('a@b', [3, 4], 1, null), '<a@b.3.4>'],
])('format %#: %s', (term, expected) => {
  expect(format(term)).toBe(expected);
});

test('format stops at its limit and does not overflow on deep terms', () => {
  let deep = /** @type {any} */ ([]);
  for (let i = 0; i < 100_000; i++) deep = [deep, i];
  expect(format(deep, { limit: 100 })).toHaveLength(103);
  expect(format(Array(1_000_000).fill(0), { limit: 10 })).toHaveLength(13);
});

describe('maps', () => {
  test('keys are equal by value', () => {
    const map = new ErlangMap([[tuple(1, 'a'), 'x']]);
    expect(map.get(tuple(1, new Uint8Array([97])))).toBe('x');
    expect(map.get(tuple(1, 'b'))).toBeUndefined();
    expect(map.has([1])).toBe(false);
    map.set(1, 'integer').set(new Float(1), 'float');
    expect(map.get(1)).toBe('integer');
    expect(map.get(new Float(1))).toBe('float');
    expect(map.size).toBe(3);
    expect(map.delete(1)).toBe(true);
    expect([...map.keys()]).toHaveLength(2);
  });

  test('atoms, strings and charlists are different keys', () => {
    const map = new ErlangMap([
      [Atom.for('a'), 1],
      ['a', 2],
      [charlist('a'), 3],
    ]);
    expect(map.size).toBe(3);
    expect(map.getAtom('a')).toBe(1);
  });
});

test('equals is =:=', () => {
  expect(equals(tuple(1, [2]), tuple(1, [2]))).toBe(true);
  expect(equals(1, new Float(1))).toBe(false);
  expect(equals('a', new Uint8Array([97]))).toBe(true);
  expect(equals(10n, 10)).toBe(true);
  expect(
    equals(
      new ErlangMap([
        [1, 2],
        [3, 4],
      ]),
      new ErlangMap([
        [3, 4],
        [1, 2],
      ]),
    ),
  ).toBe(true);
  expect(equals(tuple('a', 'b'), tuple('ab', ''))).toBe(false);
});

test('pretty is the usual JavaScript', () => {
  const term = new ErlangMap([
    [Atom.for('name'), 'Joe'],
    [Atom.for('tags'), [Atom.for('a'), charlist('chars')]],
    ['at', tuple(new Float(1), Atom.for('undefined'), true)],
  ]);
  expect(pretty(term)).toEqual({ name: 'Joe', tags: ['a', 'chars'], at: [1, null, true] });
  expect(JSON.stringify({ a: term.getAtom('tags')[0] })).toBe('{"a":"a"}');
  expect(pretty(new Uint8Array([255]))).toEqual(new Uint8Array([255]));
  expect(pretty(new ErlangMap([[tuple(1), 2]]))).toEqual(new Map([[[1], 2]]));
});

test('text flattens chardata', () => {
  expect(text([104, [105, '!'], new Uint8Array([195, 169])])).toBe('hi!é');
  expect(() => text(tuple(1))).toThrow(ArgumentError);
});

test('floats are finite, bitstrings fit their bytes', () => {
  expect(() => new Float(NaN)).toThrow(ArgumentError);
  expect(() => new BitString(new Uint8Array(1), 9)).toThrow(ArgumentError);
  expect(() => new ImproperList([], 1)).toThrow(ArgumentError);
  expect(() => Fun.external('m', 'f', 256)).toThrow(ArgumentError);
  expect(Tuple.from(new Set([1])).elements).toEqual([1]);
});

// In a process of its own, because a worker of Jest has other data on its heap.
test('atoms that nobody holds are given back; those held stay the same', () => {
  const beam = compile(
    '-module(given_back). -export([make/2]). make(From, N) -> [list_to_atom("given_back_" ++ integer_to_list(From ' +
      '+ I)) || I <- lists:seq(1, N)].',
  );
  const program = `
    import { Atom, createVM } from ${JSON.stringify(new URL('../../js/index.js', import.meta.url).href)};
    const beam = new Uint8Array(Buffer.from('${Buffer.from(beam).toString('base64')}', 'base64'));
    const held = Atom.for('held_by_a_test');
    const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
    const collected = async (wanted) => {
      for (let i = 0; i < 50; i++) {
        globalThis.gc();
        await turn();
        if (i >= 5 && process.memoryUsage().heapUsed <= wanted) break;
      }
      return process.memoryUsage().heapUsed;
    };
    const run = async (from) => {
      const v = await createVM();
      v.load(beam);
      const made = (await v.call('given_back', 'make', [from, 50_000])).length;
      v.close();
      return made;
    };
    const made = await run(0);
    const before = await collected(Infinity);
    for (let i = 1; i <= 3; i++) await run(i * 100_000);
    console.log(JSON.stringify({ made, grown: (await collected(before + 20e6)) - before,
    same: Atom.for('held_by_a_test') === held }));`;
  const told = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const { made, grown, same } = JSON.parse(told);
  expect([made, same]).toEqual([50_000, true]);
  expect(grown).toBeLessThan(20e6); // 150,000 atoms that stay are 90 MB
}, 60_000);
