// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { ForeignError, TermError } from '../../js/errors.js';
import { Decoder, decode, encode } from '../../js/etf.js';
import { Atom, BitString, ErlangMap, Float, Fun, ImproperList, Pid, Ref, Tuple, equals, tuple } from '../../js/term.js';
import { erl } from './helper.js';

/** Terms as Erlang writes them; both ways through our codec they must come back =:= . */
const TERMS = [
  '0', '255', '256', '-1', '2147483647', '-2147483648', '2147483648', '-2147483649', '9007199254740991', '9007199254740992',
  '-9007199254740993', '1 bsl 64', '-(1 bsl 2040)', '1 bsl 2048', '(1 bsl 20000) + 7', '0.5', '2.0', '-0.0', '1.0e300', '5.0e-324',
  'ok', 'true', 'false', 'undefined', "''", "'Hello World'", 'list_to_atom([229,955])', 'list_to_atom(lists:duplicate(255, 955))',
  '{}', '{1}', '{a,{b,c},[]}', 'list_to_tuple(lists:seq(1,300))', '[]', '[[]]', '"string"', 'lists:seq(1,300)', '[1|2]', '[a,b|{c}]',
  '[300|"abc"]', '<<>>', '<<1,2,3>>', 'binary:copy(<<7>>, 70000)', '<<1:1>>', '<<255,3:2>>', '<<0:7>>', '#{}', '#{a => 1}', '#{1 => a, 1.0 => b}',
  '#{[1] => #{}, {2} => <<3>>}', 'maps:from_list([{I,I} || I <- lists:seq(1,100)])', 'fun lists:map/2', 'self()', 'make_ref()',
  'fun(X) -> X + 1 end', 'erlang:list_to_pid("<0.1.0>")', 'lists:foldl(fun(I,A) -> {I,A} end, [], lists:seq(1,20000))', 'lists:foldl(fun(I,A) -> [A,I] end, [], lists:seq(1,20000))',
];

test('every kind of term crosses both ways', () => {
  const list = TERMS.map((text) => `begin ${text} end`).join();
  // One erl holds the terms (pids and funs included), we answer its bytes re-encoded.
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
    io:put_chars([case binary_to_term(base64:decode(A)) =:= binary_to_term(base64:decode(B)) of true -> $y; false -> $n end || {A, B} <- Pairs])`;
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

test.each([[Symbol('x')], [() => 1], [NaN], [Infinity], [1e300], [2 ** 53], [new Date()], [Promise.resolve()], [/x/], [new (class Foo {})()]])('%# cannot cross', (value) => {
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
  // Those of other nodes belong to no VM.
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
