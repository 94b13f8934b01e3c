// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import * as zlib from 'node:zlib';
import { realClock } from '../../js/host/imports.js';
import { compression } from '../../js/host/loader.js';
import { virtualClock } from '../../js/vm/repeatable.js';
import { fflate } from '../../js/host/zlib.js';

const data = new Uint8Array(Buffer.from('hello hello hello '.repeat(1000)));

const node = await compression();

test.each([
  ['node', node],
  ['fflate', fflate],
])('zlib by %s', (_, c) => {
  const packed = zlib.deflateSync(data);
  expect(Buffer.from(c.inflate(packed, data.length).out)).toEqual(Buffer.from(data));
  expect(Buffer.from(c.gunzip(zlib.gzipSync(data)))).toEqual(Buffer.from(data));
  expect(Buffer.from(c.inflateRaw(zlib.deflateRawSync(data), data.length))).toEqual(Buffer.from(data));
  for (const level of [0, 1, 9])
    expect(Buffer.from(c.inflate(zlib.deflateSync(data, { level }), data.length).out)).toEqual(Buffer.from(data));
  expect(() => c.inflate(new Uint8Array([1, 2, 3]), 10)).toThrow();
  expect(() => c.gunzip(new Uint8Array([1, 2, 3]))).toThrow();
  expect(c.inflate(zlib.deflateSync(new Uint8Array()), 0).out.length).toBe(0);
});

test('node also tells where a stream ended', () => {
  const packed = zlib.deflateSync(data);
  expect(node.inflate(Buffer.concat([packed, Buffer.from('tail')]), data.length).used).toBe(packed.length);
});

test('clocks never go back; the virtual one moves by hand', () => {
  const real = realClock();
  const a = real.monotonic();
  expect(real.monotonic()).toBeGreaterThanOrEqual(a);
  expect(Math.abs(real.system() / 1000 - Date.now())).toBeLessThan(5000);
  const clock = virtualClock(1000);
  const b = clock.monotonic();
  expect(clock.monotonic()).toBeGreaterThan(b);
  clock.advanceTo(b + 1e6);
  expect(clock.monotonic()).toBeGreaterThanOrEqual(b + 1e6);
  clock.advanceTo(0);
  expect(clock.monotonic()).toBeGreaterThanOrEqual(b + 1e6);
  expect(clock.system()).toBeGreaterThan(1e6);
});
