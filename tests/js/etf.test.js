// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { ForeignError, TermError } from '../../js/base/errors.js';
import { Decoder, decode, encode } from '../../js/term/etf.js';
import {
  Atom,
  BitString,
  ErlangMap,
  Float,
  Fun,
  ImproperList,
  Pid,
  Port,
  Ref,
  Tuple,
  equals,
  format,
  pretty,
  text,
  tuple,
} from '../../js/term/term.js';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { erl, vm } from './helper.js';
import { chance, randomTerm, spoil } from './terms.fuzz.js';

/** Terms as Erlang source. When our codec has decoded and encoded them, erl must find them =:= to the original. */
const TERMS = [
  '0',
  '255',
  '256',
  '-1',
  '2147483647',
  '-2147483648',
  '2147483648',
  '-2147483649',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  '1 bsl 64',
  '-(1 bsl 2040)',
  '1 bsl 2048',
  '(1 bsl 20000) + 7',
  '0.5',
  '2.0',
  '-0.0',
  '1.0e300',
  '5.0e-324',
  'ok',
  'true',
  'false',
  'undefined',
  "''",
  "'Hello World'",
  'list_to_atom([229,955])',
  'list_to_atom(lists:duplicate(255, 955))',
  '{}',
  '{1}',
  '{a,{b,c},[]}',
  'list_to_tuple(lists:seq(1,300))',
  '[]',
  '[[]]',
  '"string"',
  'lists:seq(1,300)',
  '[1|2]',
  '[a,b|{c}]',
  '[300|"abc"]',
  '<<>>',
  '<<1,2,3>>',
  'binary:copy(<<7>>, 70000)',
  '<<1:1>>',
  '<<255,3:2>>',
  '<<0:7>>',
  '#{}',
  '#{a => 1}',
  '#{1 => a, 1.0 => b}',
  '#{[1] => #{}, {2} => <<3>>}',
  'maps:from_list([{I,I} || I <- lists:seq(1,100)])',
  'fun lists:map/2',
  'self()',
  'make_ref()',
  'fun(X) -> X + 1 end',
  'erlang:list_to_pid("<0.1.0>")',
  'lists:foldl(fun(I,A) -> {I,A} end, [], lists:seq(1,20000))',
  'lists:foldl(fun(I,A) -> [A,I] end, [], lists:seq(1,20000))',
];

test('every kind of term crosses both ways', () => {
  const list = TERMS.map((text) => `begin ${text} end`).join();
  // One erl holds the terms (including pids and funs), and reads our encoding of its bytes.
  const program = `
    Terms = [${list}],
    io:put_chars([[base64:encode(term_to_binary(T)), $\\n] || T <- Terms])`;
  const lines = erl(program).trim().split('\n');
  expect(lines).toHaveLength(TERMS.length);
  const identity = { node: 'nonode@nohost', owner: {} };
  const again = lines.map((line) => {
    const term = decode(new Uint8Array(Buffer.from(line, 'base64')), identity);
    const bytes = encode(term, identity);
    expect(equals(decode(bytes, identity), term)).toBe(true);
    return Buffer.from(bytes).toString('base64');
  });
  const check = `
    Pairs = [${lines.map((line, i) => `{<<"${line}">>, <<"${again[i]}">>}`).join()}],
    io:put_chars([case binary_to_term(base64:decode(A)) =:= binary_to_term(base64:decode(B)) of true -> $y;
    false -> $n end || {A, B} <- Pairs])`;
  const answers = erl(check);
  expect(TERMS.filter((_, i) => answers[i] !== 'y')).toEqual([]);
});

test('decoded values have the documented types', () => {
  const bytes = (...b) => decode(new Uint8Array([131, ...b]));
  expect(bytes(97, 5)).toBe(5);
  expect(bytes(119, 2, 111, 107)).toBe(Atom.for('ok'));
  expect(bytes(119, 4, 116, 114, 117, 101)).toBe(true);
  expect(bytes(106)).toEqual([]);
  expect(bytes(107, 0, 2, 1, 2)).toEqual([1, 2]);
  expect(bytes(104, 0)).toBeInstanceOf(Tuple);
  expect(bytes(70, 64, 0, 0, 0, 0, 0, 0, 0)).toEqual(new Float(2));
  expect(bytes(110, 8, 0, 0, 0, 0, 0, 0, 0, 0, 128)).toBe(2n ** 63n);
});

test('JavaScript values are accepted as terms', () => {
  const round = (value) => decode(encode(value));
  expect(round('é')).toEqual(new Uint8Array([195, 169]));
  expect(round(null)).toBe(Atom.for('null'));
  expect(round(undefined)).toBe(Atom.for('undefined'));
  expect(round({ a: 1 })).toEqual(new ErlangMap([[Atom.for('a'), 1]]));
  expect(round(new Map([['k', [1]]])).get('k')).toEqual([1]);
  expect(round(new ArrayBuffer(2))).toEqual(new Uint8Array(2));
  expect(round(new Uint16Array([1]))).toEqual(new Uint8Array([1, 0]));
  expect(round(new BitString(new Uint8Array([8]), 8))).toEqual(new Uint8Array([8]));
});

test.each([
  [Symbol('x')],
  [() => 1],
  [NaN],
  [Infinity],
  [1e300],
  [2 ** 53],
  [new Date()],
  [Promise.resolve()],
  [/x/],
  [new (class Foo {})()],
])('%# cannot cross', (value) => {
  expect(() => encode([value])).toThrow(TermError);
});

test('atoms have at most 255 characters', () => {
  expect(() => encode(Atom.for('x'.repeat(256)))).toThrow(TermError);
  expect(decode(encode(Atom.for('λ'.repeat(255))))).toBe(Atom.for('λ'.repeat(255)));
});

test("another VM's pids, references and funs are refused", () => {
  const ours = { node: 'nonode@nohost', owner: {} };
  const theirs = new Pid('nonode@nohost', [1, 0], 0, {});
  expect(() => encode(tuple(theirs), ours)).toThrow(ForeignError);
  expect(() => encode(new Ref('nonode@nohost', [1, 2, 3], 0, {}), ours)).toThrow(ForeignError);
  expect(() => encode(theirs)).toThrow(ForeignError);
  // Identifiers of other nodes belong to no VM.
  expect(encode(new Pid('a@b', [1, 0], 0, null), ours)).toBeInstanceOf(Uint8Array);
  expect(encode(Fun.external('a', 'b', 1))).toBeInstanceOf(Uint8Array);
});

test('malformed bytes give a TermError', () => {
  const good = encode(tuple(Atom.for('a'), [1, 2n ** 70n, 'bin', new ImproperList([1], 2)], { k: 1.5 }));
  for (let n = 0; n < good.length; n++) expect(() => decode(good.slice(0, n))).toThrow(TermError);
  expect(() => decode(new Uint8Array([...good, 0]))).toThrow(TermError);
  expect(() => decode(new Uint8Array([130, 106]))).toThrow(TermError);
  expect(() => decode(new Uint8Array([131, 200]))).toThrow(TermError);
  expect(() => decode(new Uint8Array([131, 108, 255, 255, 255, 255, 106]))).toThrow(TermError);
  let seed = 1;
  for (let i = 0; i < 3000; i++) {
    const bytes = good.slice();
    for (let k = 0; k < 3; k++) bytes[(seed = (seed * 48271) % 2147483647) % bytes.length] = (seed >> 3) & 255;
    try {
      decode(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(TermError);
    }
  }
});

test('a decoder reads one term after the other', () => {
  const decoder = new Decoder(new Uint8Array([...encode(1), ...encode([2])]));
  expect(decoder.term()).toBe(1);
  expect(decoder.ended).toBe(false);
  expect(decoder.term()).toEqual([2]);
  expect(decoder.ended).toBe(true);
});

test('whatever bytes: what binary_to_term refuses is refused, with a TermError; what it takes is the same term', () => {
  const rnd = chance(20_251);
  const cases = [];
  let taken = 0;
  while (cases.length < 4 * 4000) {
    const bytes = [131, ...randomTerm(rnd, 4)];
    if (rnd(2)) for (let i = rnd(3); i >= 0; i--) spoil(rnd, bytes);
    // Left out: references with no words, which crash OTP 25; atoms by number, which only the emulator knows; and pids
    // of nonode@nohost, because erl is that node and knows which pids it has.
    if (/5a0000|49|(58|67)(76000d|770d)6e6f/.test(Buffer.from(bytes).toString('hex'))) continue;
    let again = new Uint8Array();
    try {
      again = encode(decode(Uint8Array.from(bytes)));
      taken++;
    } catch (error) {
      if (!(error instanceof TermError)) throw error;
    }
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32BE(bytes.length, 0);
    sizes.writeUInt32BE(again.length, 4);
    cases.push(sizes, Buffer.from(bytes), again, new Uint8Array());
  }
  expect(taken).toBeGreaterThan(1000);
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, 'cases'), Buffer.concat(cases));
    const differ = erl(`
      {ok, All} = file:read_file("${folder}/cases"),
      Theirs = fun(B) -> try binary_to_term(B, [used]) of {T, Used} when Used =:= byte_size(B) -> {ok, T};
      _ -> refused catch _:_ -> refused end end,
      Go = fun Go(<<>>) -> ok; Go(<<N:32, M:32, In:N/binary, Out:M/binary, Rest/binary>>) ->
        Ours = case M of 0 -> refused; _ -> try {ok, binary_to_term(Out)} catch _:_ -> unreadable end end,
        Theirs(In) =:= Ours orelse io:format("~s~n", [binary:encode_hex(In)]),
        Go(Rest) end,
      Go(All)`);
    expect(differ).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

describe('reading takes time by the size of a term, whatever it is', () => {
  const LEVELS = 40_000;
  const nested = (level, innermost, after = []) =>
    Uint8Array.from([131, ...Array(LEVELS).fill(level).flat(), ...innermost, ...after]);
  test.each([
    ['maps in keys', nested([116, 0, 0, 0, 1], [106], Array(LEVELS).fill(106))],
    ['maps of two in keys', nested([116, 0, 0, 0, 2, 97, 1, 97, 2], [106], Array(LEVELS).fill(106))],
    ['maps in values', nested([116, 0, 0, 0, 1, 97, 1], [106])],
    ['lists in tails', nested([108, 0, 0, 0, 1, 97, 1], [106])],
    ['lists in tails, improper', nested([108, 0, 0, 0, 1, 97, 1], [97, 3])],
    ['lists in tails, a string at the end', nested([108, 0, 0, 0, 1, 97, 1], [107, 0, 1, 5])],
    ['lists in heads', nested([108, 0, 0, 0, 1], [106], Array(LEVELS).fill(106))],
    ['tuples', nested([104, 1], [106])],
  ])('%s', (_name, bytes) => {
    const begun = process.cpuUsage().user;
    const term = decode(bytes);
    const again = decode(encode(term));
    expect(equals(term, again)).toBe(true);
    expect(format(term).length).toBeGreaterThan(1000);
    pretty(term);
    if (term instanceof ErlangMap) expect(term.has(7)).toBe(false);
    // All this takes linear time; a quadratic algorithm took half a minute.
    expect((process.cpuUsage().user - begun) / 1000).toBeLessThan(15_000);
  });

  test('what is shared is looked at once', () => {
    let shared = [1];
    for (let i = 0; i < 60; i++) shared = [shared, shared];
    let other = [1];
    for (let i = 0; i < 60; i++) other = [other, other];
    expect(equals(shared, other)).toBe(true);
    expect(new ErlangMap([[shared, 'found']]).get(other)).toBe('found');
  });
});

/** Each tag of the format, in bytes that erl accepts (or, where a comment says so, refuses). */
const TAGS = {
  NEW_FLOAT_EXT: [70, 64, 4, 0, 0, 0, 0, 0, 0],
  BIT_BINARY_EXT: [77, 0, 0, 0, 1, 3, 160],
  SMALL_INTEGER_EXT: [97, 200],
  INTEGER_EXT: [98, 255, 255, 255, 0],
  FLOAT_EXT: [99, ...Buffer.alloc(31).fill('2.50000000000000000000e+00', 0, 26)],
  ATOM_EXT: [100, 0, 2, 111, 233],
  REFERENCE_EXT: [101, 119, 3, 97, 64, 98, 0, 0, 0, 7, 2],
  PORT_EXT: [102, 119, 3, 97, 64, 98, 0, 0, 0, 7, 3],
  PID_EXT: [103, 119, 3, 97, 64, 98, 0, 0, 0, 7, 0, 0, 0, 1, 1],
  SMALL_TUPLE_EXT: [104, 1, 97, 1],
  LARGE_TUPLE_EXT: [105, 0, 0, 0, 1, 97, 1],
  NIL_EXT: [106],
  STRING_EXT: [107, 0, 2, 1, 255],
  LIST_EXT: [108, 0, 0, 0, 1, 97, 1, 97, 2],
  BINARY_EXT: [109, 0, 0, 0, 1, 255],
  SMALL_BIG_EXT: [110, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  LARGE_BIG_EXT: [111, 0, 0, 0, 3, 0, 1, 2, 3],
  EXPORT_EXT: [113, 119, 5, 108, 105, 115, 116, 115, 119, 3, 109, 97, 112, 97, 2],
  NEW_REFERENCE_EXT: [114, 0, 2, 119, 3, 97, 64, 98, 1, 0, 0, 0, 7, 0, 0, 0, 8],
  SMALL_ATOM_EXT: [115, 2, 111, 233],
  MAP_EXT: [116, 0, 0, 0, 1, 97, 1, 97, 2],
  ATOM_UTF8_EXT: [118, 0, 2, 206, 187],
  SMALL_ATOM_UTF8_EXT: [119, 2, 206, 187],
  NEW_PID_EXT: [88, 119, 3, 97, 64, 98, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 1, 1],
  NEW_PORT_EXT: [89, 119, 3, 97, 64, 98, 0, 0, 0, 7, 0, 0, 1, 1],
  NEWER_REFERENCE_EXT: [90, 0, 1, 119, 3, 97, 64, 98, 0, 0, 1, 1, 0, 0, 0, 7],
  V4_PORT_EXT: [120, 119, 3, 97, 64, 98, 0, 0, 1, 0, 0, 0, 0, 7, 0, 0, 1, 1],
  NEW_FUN_EXT: [
    112,
    0,
    0,
    0,
    54,
    1,
    ...Array(16).fill(7),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    119,
    1,
    109,
    97,
    0,
    97,
    0,
    88,
    119,
    3,
    97,
    64,
    98,
    0,
    0,
    0,
    7,
    0,
    0,
    0,
    1,
    0,
    0,
    1,
    1,
  ],
};

test('every tag that binary_to_term reads is the same term here', () => {
  const identity = { node: 'nonode@nohost', owner: {} };
  const pairs = Object.values(TAGS).map((bytes) => {
    const again = encode(decode(Uint8Array.from([131, ...bytes]), identity), identity);
    return `{<<131,${bytes.join()}>>,<<${again.join()}>>}`;
  });
  const answers = erl(
    `io:put_chars([try binary_to_term(A) =:= binary_to_term(B) of true -> $y; false -> $n catch _:_ -> $x end || ` +
      `{A, B} <- [${pairs.join()}]])`,
  );
  expect(Object.keys(TAGS).filter((_, i) => answers[i] !== 'y')).toEqual([]);
});

test.each([
  [80, "a compressed term (tag 80): have a VM read it, as vm.call('erlang', 'binary_to_term', [bytes])"],
  [73, 'which only the node that wrote it knows'],
  [82, 'which only that connection knows'],
  [117, 'which no OTP reads since 23'],
  [121, 'which only the node that wrote it reads'],
  [200, 'unknown tag 200 at 1'],
])('tag %d is refused, and said why', (tag, words) => {
  expect(() => decode(Uint8Array.from([131, tag, ...Array(40).fill(1)]))).toThrow(words);
});

test('what term_to_binary has compressed is read as the error says', async () => {
  const bytes = new Uint8Array(
    Buffer.from(erl('io:put_chars(base64:encode(term_to_binary(lists:duplicate(1000, abc), [compressed])))'), 'base64'),
  );
  expect(() => decode(bytes)).toThrow('a compressed term');
  const v = await vm();
  expect((await v.call('erlang', 'binary_to_term', [bytes])).length).toBe(1000);
});

test('a list that goes on in its tail is one list', () => {
  expect(decode(Uint8Array.from([131, 108, 0, 0, 0, 1, 97, 1, 108, 0, 0, 0, 2, 97, 2, 97, 3, 106]))).toEqual([1, 2, 3]);
  expect(decode(Uint8Array.from([131, 108, 0, 0, 0, 1, 97, 1, 107, 0, 2, 2, 3]))).toEqual([1, 2, 3]);
  expect(decode(Uint8Array.from([131, 108, 0, 0, 0, 1, 97, 1, 108, 0, 0, 0, 1, 97, 2, 97, 3]))).toEqual(
    new ImproperList([1, 2], 3),
  );
  expect(decode(Uint8Array.from([131, 108, 0, 0, 0, 0, 97, 7]))).toBe(7); // as binary_to_term does
});

test.each([
  ['two equal keys', [116, 0, 0, 0, 2, 97, 1, 106, 97, 1, 106]],
  ['two equal keys, one written long', [116, 0, 0, 0, 2, 97, 1, 106, 98, 0, 0, 0, 1, 106]],
  [
    'two equal keys that are maps in another order',
    [116, 0, 0, 0, 2, 116, 0, 0, 0, 2, 97, 1, 106, 97, 2, 106, 106, 116, 0, 0, 0, 2, 97, 2, 106, 97, 1, 106, 106],
  ],
  ['a reference of no words', [90, 0, 0, 119, 1, 97, 0, 0, 0, 0]],
  ['a reference of six', [90, 0, 6, 119, 1, 97, ...Array(28).fill(0)]],
  ['an atom of 256 characters', [118, 1, 0, ...Array(256).fill(97)]],
  ['the same in Latin-1', [100, 1, 0, ...Array(256).fill(97)]],
  ['no bits of a last byte that is not there', [77, 0, 0, 0, 0, 3]],
  [
    'a pid in its old form with a creation of more than two bits',
    [103, 119, 3, 97, 64, 98, 0, 0, 0, 7, 0, 0, 0, 1, 255],
  ],
  ['a fun of 300 arguments', [113, 119, 1, 97, 119, 1, 98, 98, 0, 0, 1, 44]],
])('%s: refused', (_name, bytes) => {
  expect(() => decode(Uint8Array.from([131, ...bytes]))).toThrow(TermError);
});

test('numbers of ports are exact', () => {
  const bytes = Uint8Array.from([131, 120, 119, 3, 97, 64, 98, 255, 254, 253, 252, 251, 250, 249, 248, 0, 0, 0, 1]);
  const port = decode(bytes);
  expect(port).toBeInstanceOf(Port);
  expect(String(port)).toBe('#Port<a@b.18446460386757245432>');
  expect(Array.from(encode(port))).toEqual(Array.from(bytes));
});

test('what has no term is refused with the way to it', () => {
  const cycle = { list: [] };
  cycle.list.push(1, cycle);
  const cases = [
    [NaN, 'NaN is not an Erlang number: term'],
    [{ a: [1, { b: Infinity }] }, 'Infinity is not an Erlang number: term.a[1].b'],
    [tuple(1, new Map([['k', [() => 1]]])), 'a function has no Erlang term: term[1].<<"k">>[0]'],
    [new Map([[[Symbol('s')], 1]]), 'a symbol has no Erlang term: term'],
    [new ImproperList([1, 2], new Date()), 'a Date has no Erlang term: term[2]'],
    [['a', 'b\ud800'], 'half a surrogate pair has no UTF-8: term[1]'],
    [[Atom.for('x\udc00y')], 'half a surrogate pair has no UTF-8: term[0]'],
    [{ 'x\udc00y': 1 }, 'half a surrogate pair has no UTF-8'],
    [[2 ** 60], '1152921504606847000 is no safe integer: use a BigInt or new Float(1152921504606847000): term[0]'],
    [cycle, 'a value that contains itself has no Erlang term: term.list[1]'],
    [new Pid('a@b', [1, 2], 3, {}), '<0.1.2> belongs to another VM: term'],
  ];
  for (const [value, message] of cases) expect(() => encode(value)).toThrow(message);
  expect(new TextDecoder().decode(encode('\ud83d\ude00').subarray(6))).toBe('\ud83d\ude00');
  // The term is too deep for the message to say where, but the fault is reported.
  let deep = [NaN];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(() => encode(deep)).toThrow('NaN is not an Erlang number');
});

test('deep values and values in themselves do not overflow the stack', () => {
  let deep = [104, 105];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(text(deep)).toBe('hi');
  expect(() => pretty(deep)).not.toThrow();
  const cycle = [1];
  cycle.push(cycle);
  for (const use of [text, pretty, encode, (value) => equals(value, [1]), (value) => new ErlangMap([[value, 1]])])
    expect(() => use(cycle)).toThrow(TermError);
});
