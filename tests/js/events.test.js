// SPDX-License-Identifier: Apache-2.0
import { expect, jest, test } from '@jest/globals';
import { Events } from '../../js/vm/events.js';

class Source extends Events {
  changes = 0;
  fire(name, event) {
    this.emit(name, event);
  }
  end() {
    this.endEvents();
  }
  subscribed() {
    this.changes++;
  }
}

test('handlers are called in order until they are taken off', () => {
  const source = new Source();
  const seen = [];
  const handler = (e) => seen.push(e);
  const off = source.on('a', handler);
  source.on('a', handler);
  source.fire('a', 1);
  off();
  off();
  source.fire('a', 2);
  source.fire('b', 3);
  expect(seen).toEqual([1, 1, 2]);
  expect(source.wants('a')).toBe(true);
  expect(source.wants('b')).toBe(false);
  expect(source.changes).toBe(3);
});

test('a handler taken off during delivery is not called', () => {
  const source = new Source();
  const seen = [];
  source.on('a', () => second());
  const second = source.on('a', () => seen.push('second'));
  source.fire('a', 1);
  expect(seen).toEqual([]);
});

test('a signal takes handlers off', () => {
  const source = new Source();
  const controller = new AbortController();
  const handler = jest.fn();
  source.on('a', handler, { signal: controller.signal });
  controller.abort();
  source.on('a', handler, { signal: controller.signal });
  source.fire('a', 1);
  expect(handler).not.toHaveBeenCalled();
});

test('an iterator keeps what its reader has not seen yet', async () => {
  const source = new Source();
  const iterator = source.events('a');
  source.fire('a', 1);
  source.fire('a', 2);
  expect(await iterator.next()).toEqual({ value: 1, done: false });
  const [second, third] = [iterator.next(), iterator.next()];
  source.fire('a', 3);
  expect([(await second).value, (await third).value]).toEqual([2, 3]);
  const waiting = iterator.next();
  source.end();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(await source.events('a').next()).toEqual({ value: undefined, done: true });
});

test('break ends an iterator', async () => {
  const source = new Source();
  queueMicrotask(() => source.fire('a', 1));
  for await (const e of source.events('a')) {
    expect(e).toBe(1);
    break;
  }
  expect(source.wants('a')).toBe(false);
});

test('once resolves once', async () => {
  const source = new Source();
  const promise = source.once('a');
  source.fire('a', 1);
  source.fire('a', 2);
  expect(await promise).toBe(1);
  await expect(source.once('a', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
});

test('what a handler throws goes to error handlers, else to the console', () => {
  const source = new Source();
  const seen = [];
  source.on('a', () => {
    throw new Error('x');
  });
  const error = jest.spyOn(console, 'error').mockImplementation(() => {});
  source.fire('a', 1);
  expect(error).toHaveBeenCalledTimes(1);
  source.on('error', (e) => seen.push(e.message));
  source.on('error', () => {
    throw new Error('y');
  });
  source.fire('a', 1);
  expect(seen).toEqual(['x']);
  expect(error).toHaveBeenCalledTimes(2);
  error.mockRestore();
});
