// SPDX-License-Identifier: Apache-2.0
//
// Values of JavaScript that Erlang code holds (handles), Erlang funs that JavaScript calls, and what the Erlang module
// js does with objects: globals, properties, methods, promises, events.

import { EventEmitter } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { Atom, ErlangMap, Fun, Ref, createVM, encodeTerm, format, text, tuple } from '../../js/index.js';

/** @type {import('../../js/index.js').VM[]} */
const open = [];
const start = async (options) => {
  const vm = await createVM({ stdout: false, stderr: false, ...options });
  open.push(vm);
  return vm;
};
afterEach(() => {
  for (const vm of open.splice(0)) {
    vm.close();
    expect(vm.leaked).toBe(0);
  }
});

const js = (vm, fun, ...args) => vm.call('js', fun, args);
const failure = (promise) =>
  promise.then(
    (value) => expect(value).toBe('an error'),
    (error) => error,
  );
const message = async (promise) => text((await failure(promise)).reason.at(1).getAtom('message'));
/** A gen_server-like keeper in JavaScript of nothing: Erlang code that holds a value. */
const hold = (vm, value) => vm.call('persistent_term', 'put', [Atom.for('held'), value]);
const held = (vm) => vm.call('persistent_term', 'get', [Atom.for('held')]);

test('a value that is no term crosses as a reference, and comes back as itself', async () => {
  const vm = await start();
  for (const value of [() => 1, new Date(0), new (class Own {})(), new Error('e'), Math]) {
    expect(await vm.call('erlang', 'is_reference', [value])).toBe(true);
    expect(await vm.call('lists', 'nth', [2, [1, value]])).toBe(value);
    const [tag, map] = await vm.call('erlang', 'hd', [[tuple(Atom.for('t'), { a: value })]]);
    expect(String(tag)).toBe('t');
    expect(map.getAtom('a')).toBe(value);
  }
});

test('a promise in a term stays one', async () => {
  const vm = await start();
  const promise = Promise.resolve(1);
  expect((await vm.call('lists', 'reverse', [[1, promise]]))[0]).toBe(promise);
});

test('one value is one reference: equal, a key, in ets, between processes', async () => {
  const vm = await start();
  const value = () => 1;
  expect(await vm.call('erlang', '=:=', [value, value])).toBe(true);
  expect(await vm.call('maps', 'get', [value, new Map([[value, 7]])])).toBe(7);
  const me = vm.process({ name: 'me' });
  await vm.call('erlang', 'send', [Atom.for('me'), value]);
  expect(await me.receive()).toBe(value);
});

test('handles are counted, and go with the last copy', async () => {
  const vm = await start();
  expect(vm.stats().handles).toBe(0);
  const value = () => 1;
  await hold(vm, [value, value]);
  expect(vm.stats().handles).toBe(1);
  expect((await held(vm))[0]).toBe(value);
  await vm.call('persistent_term', 'erase', [Atom.for('held')]);
  await vm.call('erlang', 'garbage_collect', []);
  await vm.idle();
  for (let i = 0; i < 1000; i++) vm.call('erlang', 'is_reference', [() => i]);
  await vm.call('timer', 'sleep', [1]);
  await vm.idle();
  vm.tick();
  expect(vm.stats().handles).toBeLessThanOrEqual(1);
});

test('a value given again while it is being let go stays', async () => {
  const vm = await start();
  const value = () => 1;
  for (let i = 0; i < 200; i++) expect(await vm.call('lists', 'last', [[value]])).toBe(value);
  await vm.idle();
  vm.tick();
  expect(vm.stats().handles).toBe(0);
});

test('a term that cannot be written holds nothing; without a VM there are no handles', async () => {
  const vm = await start();
  expect((await failure(vm.call('lists', 'sum', [[() => 1, NaN]]))).message).toContain('NaN');
  expect(vm.stats().handles).toBe(0);
  expect(() => encodeTerm(() => 1)).toThrow('a function has no Erlang term');
  expect((await failure(vm.call('lists', 'sum', [[Symbol('s')]]))).message).toContain('symbol');
});

test('through term_to_binary it is a reference, and no handle', async () => {
  const vm = await start({ globals: true });
  const bytes = await vm.call('erlang', 'term_to_binary', [new Date(0)]);
  expect(await vm.call('erlang', 'binary_to_term', [bytes])).toBeInstanceOf(Ref);
  expect(await message(js(vm, 'get', await vm.call('erlang', 'make_ref', []), 'a'))).toContain('not a handle');
});

test('release: who still has the reference gets errors', async () => {
  const vm = await start({ globals: true });
  const date = new Date(5);
  await hold(vm, date);
  expect(await js(vm, 'invoke', date, Atom.for('getTime'), [])).toBe(5);
  await js(vm, 'release', date);
  const old = await held(vm);
  expect(old).not.toBe(date);
  expect(await message(js(vm, 'invoke', old, 'getTime', []))).toBe('this handle was released');
  await js(vm, 'release', old);
  expect(await js(vm, 'invoke', date, 'getTime', [])).toBe(5);
});

test('a fun is a function: async, in a process of its own', async () => {
  const vm = await start({ expose: { twice: async (fun, x) => fun(await fun(x)) } });
  const fun = await vm.call('erlang', 'make_fun', [Atom.for('erlang'), Atom.for('abs'), 1]);
  expect(fun).toBeInstanceOf(Fun);
  expect(typeof fun).toBe('function');
  expect([fun.module, fun.name, fun.arity, format(fun)]).toEqual(['erlang', 'abs', 1, 'fun erlang:abs/1']);
  expect(await fun(-1)).toBe(1);
  expect((await failure(fun(Atom.for('a')))).reason).toBe(Atom.for('badarg'));
  expect((await failure(fun())).reason.at(0)).toBe(Atom.for('badarity'));
  expect(await vm.call('lists', 'map', [fun, [-1, -2]])).toEqual([1, 2]);
  expect(await vm.call('js', 'call', [Atom.for('twice'), [fun, -3]])).toBe(3);
});

test('a function is called by its handle', async () => {
  const vm = await start({ expose: { make: (n) => (m) => n + m } });
  const add = await vm.call('js', 'call', [Atom.for('make'), [1]]);
  expect(await vm.call('js', 'call', [add, [2]])).toBe(3);
});

test('globals: only those that are given', async () => {
  const none = await start({ expose: {} });
  expect(await message(js(none, 'global', 'Math'))).toBe(
    'Math is not given to this VM: its option globals gives no globals',
  );
  expect(await message(js(none, 'global'))).toContain('globalThis is not given');
  const some = await start({ globals: ['Math', 'URL'] });
  expect(await message(js(some, 'global', Atom.for('Date')))).toContain('gives only Math, URL');
  expect(await js(some, 'invoke', await js(some, 'global', Atom.for('Math')), Atom.for('max'), [1, 2])).toBe(2);
  const url = await js(some, 'new', await js(some, 'global', 'URL'), ['http://a.b/c?d=1']);
  expect(text(await js(some, 'get', url, 'pathname'))).toBe('/c');
  await js(some, 'set', url, Atom.for('pathname'), 'e');
  expect(url.href).toBe('http://a.b/e?d=1');
  const all = await start({ globals: true });
  expect(await js(all, 'global')).toBe(globalThis);
});

test('texts are never evaluated as code', async () => {
  const vm = await start({ globals: true });
  const root = await js(vm, 'global');
  for (const name of ['eval', 'Function'])
    expect(await message(js(vm, 'get', root, name))).toContain('evaluates strings as code');
  expect(await message(js(vm, 'invoke', root, 'setTimeout', ['globalThis.bad = 1']))).toContain('is not a function');
  const fn = async () => 1;
  for (const [target, method] of [
    [fn, 'constructor'],
    [Math.max, 'constructor'],
    [globalThis, 'eval'],
    [globalThis, 'Function'],
  ])
    expect(await message(js(vm, 'invoke', target, method, ['globalThis.bad = 1']))).toContain(
      'evaluates strings as code',
    );
  expect(await message(js(vm, 'invoke', Reflect, 'get', [fn, 'constructor']))).toContain('evaluates strings as code');
  for (const value of [() => 1, fn, class {}, Math.max])
    expect(await message(js(vm, 'get', value, 'constructor'))).toContain('evaluates strings as code');
  expect(globalThis.bad).toBe(undefined);
});

test('promises, types, null and undefined', async () => {
  const vm = await start({ globals: true });
  expect(text(await js(vm, 'await', Promise.resolve('a')))).toBe('a');
  expect(await message(js(vm, 'await', Promise.reject(new Error('no'))))).toBe('no');
  const late = await failure(js(vm, 'await', new Promise(() => {}), 5));
  expect(late.class).toBe('exit');
  expect(late.reason.at(0)).toBe(Atom.for('timeout'));
  const types = [() => 1, new Date(), 'a', 1, null];
  expect((await Promise.all(types.map((it) => js(vm, 'typeof', it)))).map(String)).toEqual([
    'function',
    'object',
    'string',
    'number',
    'null',
  ]);
});

test('js:listen: events as messages, with the fields that were asked for, until the process ends', async () => {
  const vm = await start({ expose: {} });
  const target = new EventTarget();
  const me = vm.process({ name: 'me' });
  const ref = await listenAs(vm, me, target, 'tick', { fields: [Atom.for('type'), 'detail.n'] });
  target.dispatchEvent(new CustomEvent('tick', { detail: { n: 7 } }));
  const [tag, which, data] = await me.receive((m) => m.at(0) === Atom.for('js_event'));
  expect(String(tag)).toBe('js_event');
  expect(which.equals(ref)).toBe(true);
  expect(format(data)).toBe('#{type => <<"tick">>,<<"detail.n">> => 7}');
  me.exit();
  await me.exited;
  await vm.idle();
  target.dispatchEvent(new CustomEvent('tick'));
});

/** Listens as a JavaScript process, by the message that js:listen sends. */
async function listenAs(vm, process, target, type, options) {
  const [ref, call] = [await vm.call('erlang', 'make_ref', []), await vm.call('erlang', 'make_ref', [])];
  const given = ErlangMap.of(Object.entries(options).map(([key, value]) => [Atom.for(key), value]));
  process.send(
    'spawnlink_host',
    tuple(Atom.for('call'), call, process.pid, tuple(Atom.for('listen')), [target, type, given, ref]),
  );
  await vm.call('js', 'typeof', [1]);
  return ref;
}

test('once, prevent_default, emitters of Node, unlisten', async () => {
  const vm = await start({ expose: {} });
  const me = vm.process();
  const target = new EventTarget();
  await listenAs(vm, me, target, 'e', { once: true, prevent_default: true });
  const event = new Event('e', { cancelable: true });
  target.dispatchEvent(event);
  target.dispatchEvent(new Event('e'));
  expect(event.defaultPrevented).toBe(true);
  const emitter = new EventEmitter();
  const ref = await listenAs(vm, me, emitter, 'data', {});
  emitter.emit('data', 1, 'b');
  await vm.call('js', 'unlisten', [ref]);
  expect(emitter.listenerCount('data')).toBe(0);
  const got = [await me.receive(), await me.receive()].map((m) => format(m.at(2)));
  expect(got).toEqual(['#{type => <<"e">>}', '[1,<<"b">>]']);
  expect((await failure(vm.call('js', 'listen', [new Date(), 'e', new ErlangMap()]))).reason.at(0)).toBe(
    Atom.for('js_error'),
  );
  expect(await message(vm.call('js', 'listen', [target, 'e', { what: true }]))).toContain('no option');
});

test('closing the VM ends what listens', async () => {
  const vm = await createVM({ expose: {} });
  const emitter = new EventEmitter();
  const me = vm.process();
  await listenAs(vm, me, emitter, 'data', {});
  expect(emitter.listenerCount('data')).toBe(1);
  vm.close();
  expect(emitter.listenerCount('data')).toBe(0);
});

test('an option that the target has not is told to the VM, and harms no emitter', async () => {
  const vm = await start({ expose: {} });
  const errors = [];
  vm.on('error', (error) => errors.push(error.message));
  const emitter = new EventEmitter();
  await listenAs(vm, vm.process(), emitter, 'data', { prevent_default: true });
  expect(emitter.emit('data', 1)).toBe(true);
  expect(errors[0]).toContain('preventDefault');
});
