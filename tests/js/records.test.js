// SPDX-License-Identifier: Apache-2.0
//
// Native records of OTP 29 as JavaScript sees them, and beams with malformed record definitions.
import { describe, expect, test } from '@jest/globals';
import { Atom, ErlangMap, LoadError, equals, format, pretty, tuple } from '../../js/index.js';
import { compile, vm } from './helper.js';

const atom = Atom.for;
// #m:n{a = 1, b = <<"two">>}, not exported
const RECORD = new Uint8Array([
  131, 67, 0, 0, 0, 2, 0, 119, 1, 109, 119, 1, 110, 119, 1, 97, 119, 1, 98, 97, 1, 109, 0, 0, 0, 3, 116, 119, 111,
]);
const SHAPE = tuple(
  atom('#'),
  atom('m'),
  atom('n'),
  new ErlangMap([
    [atom('a'), 1],
    [atom('b'), new TextEncoder().encode('two')],
  ]),
);

describe('a native record is {#, Module, Name, Fields} in JavaScript', () => {
  test('as a value', async () => {
    const v = await vm();
    const value = await v.call('erlang', 'binary_to_term', [RECORD]);
    expect(equals(value, SHAPE)).toBe(true);
    expect(pretty(value)).toEqual(['#', 'm', 'n', { a: 1, b: 'two' }]);
    expect(
      format(
        await v.call('erlang', 'binary_to_term', [new Uint8Array([131, 67, 0, 0, 0, 0, 1, 119, 1, 109, 119, 1, 110])]),
      ),
    ).toBe("{'#',m,n,#{}}");
  });

  test('in messages and exit reasons', async () => {
    const v = await vm();
    v.load(
      compile(
        '-module(sender).\n-export([main/2]).\nmain(To, B) -> R = binary_to_term(B), To ! [R], exit({why, R}).\n',
      ),
    );
    const me = v.process();
    const reason = new Promise((resolve) => v.on('exit', (event) => resolve(event.reason)));
    v.spawn('sender', 'main', [me.pid, RECORD]);
    expect(equals(await me.receive(), [SHAPE])).toBe(true);
    expect(equals(await reason, tuple(atom('why'), SHAPE))).toBe(true);
  });

  test('and stays a record inside', async () => {
    const v = await vm();
    v.load(
      compile(
        '-module(inside).\n-export([main/1]).\nmain(B) -> R = binary_to_term(B), {records:get_field_names(R), ' +
          'records:get(b, R), is_tuple(R), term_to_binary(R) =:= B}.\n',
      ),
    );
    expect(format(await v.call('inside', 'main', [RECORD]))).toBe('{[a,b],<<"two">>,false,true}');
  });
});

/** A copy of a beam with one more chunk. */
function withChunk(beam, name, data) {
  const size = (data.length + 3) & ~3;
  const out = new Uint8Array(beam.length + 8 + size);
  out.set(beam);
  const view = new DataView(out.buffer);
  out.set(new TextEncoder().encode(name), beam.length);
  view.setUint32(beam.length + 4, data.length);
  out.set(data, beam.length + 8);
  view.setUint32(4, out.length - 8);
  return out;
}

describe('chunk Recs', () => {
  const beam = compile('-module(recs).\n-export([main/0]).\nmain() -> {main, [a, b], "literal"}.\n');
  const header = (records, fields) => [0, 0, 0, 0, 0, 0, 0, records, 0, 0, 0, fields];
  const LIST = 0x17;
  // A record of atoms 1 and 2, which are recs and main. The operand for an atom is its number << 4 | 2, for an integer
  // | 1, for a count | 0.
  const RECORD_OF_ONE = [5, 0x12, 0x22, LIST, 0x20, 0x12, 0x71];

  test('defines records', async () => {
    const v = await vm();
    v.load(
      withChunk(beam, 'Recs', [...header(2, 1), 5, 0x12, 0x22, LIST, 0x00, 5, 0x22, 0x12, LIST, 0x20, 0x12, 0x71]),
    );
    expect(format(await v.call('records', 'get_definition', [atom('recs'), atom('main')]))).toBe(
      '{#{is_exported => recs},[{recs,7}]}',
    );
    expect(format(await v.call('records', 'get_definition', [atom('recs'), atom('recs')]))).toBe(
      '{#{is_exported => main},[]}',
    );
  });

  test.each([
    ['empty', []],
    ['cut in its header', header(1, 0).slice(0, 9)],
    ['of another version', [0, 0, 0, 1, ...header(1, 1).slice(4), ...RECORD_OF_ONE]],
    ['more records than there are', [...header(2, 1), ...RECORD_OF_ONE]],
    ['far more', [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 1, ...RECORD_OF_ONE]],
    ['another instruction', [...header(1, 1), 4, ...RECORD_OF_ONE.slice(1)]],
    ['no instruction', [...header(1, 1), 255, ...RECORD_OF_ONE.slice(1)]],
    ['the end of code', [...header(1, 1), 3]],
    ['a number for a name', [...header(1, 1), 5, 0x11, 0x22, LIST, 0x00]],
    ['no atom', [...header(1, 1), 5, 0x02, 0x22, LIST, 0x00]],
    ['an atom beyond the table', [...header(1, 1), 5, 0xf2, 0x22, LIST, 0x00]],
    ['no list', [...header(1, 1), 5, 0x12, 0x22, 0x12]],
    ['half a field', [...header(1, 1), 5, 0x12, 0x22, LIST, 0x10, 0x12]],
    ['a register as a default', [...header(1, 1), 5, 0x12, 0x22, LIST, 0x20, 0x12, 0x03]],
    ['a number for a key', [...header(1, 1), 5, 0x12, 0x22, LIST, 0x20, 0x11, 0x11]],
    ['a literal beyond the table', [...header(1, 1), 5, 0x12, 0x22, LIST, 0x20, 0x12, 0x47, 0xf0]],
    ['the same key twice', [...header(1, 2), 5, 0x12, 0x22, LIST, 0x40, 0x12, 0x11, 0x12, 0x21]],
    ['a count that is none', [...header(1, 1), 5, 0x12, 0x22, LIST, 0x20, 0x12, 0x10]],
    ...RECORD_OF_ONE.map((_, n) => [`cut after ${n} bytes`, [...header(1, 1), ...RECORD_OF_ONE.slice(0, n)]]),
  ])('that is %s is refused', async (_, data) => {
    const v = await vm();
    let error;
    try {
      v.load(withChunk(beam, 'Recs', data));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(LoadError);
    expect(error.message).toContain('Recs');
    expect(await v.call('erlang', 'module_loaded', [atom('recs')])).toBe(false);
  });
});
