// SPDX-License-Identifier: Apache-2.0
//
// Functions of JavaScript that Erlang code calls: createVM's option `expose`, vm.expose, withContext, and the Erlang
// module js.

import { afterEach, expect, test } from '@jest/globals';
import { Atom, ErlangMap, createVM, format, pretty, text, tuple, withContext } from '../../js/index.js';

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

const call = (vm, name, ...args) => vm.call('js', 'call', [Atom.for(name), args]);
const failure = (promise) =>
  promise.then(
    (value) => expect(value).toBe('an error'),
    (error) => error,
  );
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

test('a function is given the arguments and nothing else, and what it gives is the value', async () => {
  const seen = [];
  const vm = await start({ expose: { max: Math.max, seen: (...args) => void seen.push(args) } });
  expect(await call(vm, 'max', 3, 1, 2)).toBe(3);
  expect(await call(vm, 'seen', tuple(1, 'a'), [Atom.for('b')])).toBe(Atom.for('undefined'));
  expect(format(seen[0])).toBe('[{1,<<"a">>},[b]]');
});

test('names are atoms or binaries, with dots for what is in objects', async () => {
  const twice = (n) => 2 * n;
  const vm = await start({ expose: { Math, a: { b: { twice } }, twice } });
  expect(await call(vm, 'Math.max', 1, 2)).toBe(2);
  expect(await call(vm, 'a.b.twice', 2)).toBe(4);
  expect(await vm.call('js', 'call', ['twice', [4]])).toBe(8);
});

test('promises are awaited, and other processes run meanwhile', async () => {
  let resolve;
  const vm = await start({ expose: { wait: () => new Promise((done) => (resolve = done)) } });
  const waiting = call(vm, 'wait');
  expect(await vm.call('lists', 'sum', [[1, 2]])).toBe(3);
  let idle = false;
  vm.idle().then(() => (idle = true));
  await sleep(20);
  expect(idle).toBe(false);
  resolve('there');
  expect(text(await waiting)).toBe('there');
  await vm.idle();
});

test('what throws or rejects is error:{js_error, Map}, and so is what has no term', async () => {
  const bad = () => {
    throw new RangeError('too far');
  };
  const vm = await start({
    expose: { bad, later: async () => bad(), text: () => Promise.reject('a text'), fn: () => Symbol('s') },
  });
  for (const name of ['bad', 'later']) {
    const error = await failure(call(vm, name));
    expect(error.class).toBe('error');
    const [tag, details] = error.reason;
    expect(tag).toBe(Atom.for('js_error'));
    expect(pretty(details)).toMatchObject({ name: 'RangeError', message: 'too far' });
    expect(text(details.getAtom('stack'))).toContain('exposed.test.js');
    expect(error.stack).toContain('at js:call/3');
    expect(error.stack).toContain('exposed.test.js');
  }
  expect(pretty((await failure(call(vm, 'text'))).reason.at(1)).message).toBe('a text');
  expect(pretty((await failure(call(vm, 'fn'))).reason.at(1)).message).toBe('a symbol has no Erlang term: message[1]');
});

test('a name that there is not: the error lists those that there are', async () => {
  const none = await start();
  expect(format((await failure(call(none, 'x'))).reason)).toBe('{js_undef,x,[]}');
  const vm = await start({ expose: { b: Math.abs, a: { c: Math.abs } } });
  const error = await failure(vm.call('js', 'call', ['x', []]));
  expect(format(error.reason)).toBe('{js_undef,<<"x">>,[<<"a.c">>,<<"b">>]}');
  expect(error.message).toContain('the host has exposed no function <<"x">>, there is: a.c, b');
  for (const name of ['toString', 'constructor', '__proto__', 'a', 'a.constructor', 'b.call', 'a.c.call', ''])
    expect((await failure(call(vm, name))).reason.at(0)).toBe(Atom.for('js_undef'));
});

test('wrong arguments are badarg', async () => {
  const vm = await start({ expose: { abs: Math.abs } });
  for (const args of [
    [1, []],
    [Atom.for('abs'), 1],
  ])
    expect((await failure(vm.call('js', 'call', args))).reason).toBe(Atom.for('badarg'));
  expect((await failure(vm.call('js', 'cast', ['abs', new ErlangMap()]))).reason).toBe(Atom.for('badarg'));
});

test('with a context: caller, vm, and a signal that aborts when the caller ends', async () => {
  let aborted;
  const contexts = [];
  const hang = withContext(({ signal }, n) => {
    expect(n).toBe(7);
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        aborted = signal.reason;
        reject(signal.reason);
      }),
    );
  });
  const who = withContext((context) => (contexts.push(context), context.caller));
  const vm = await start({ expose: { hang, who } });
  const caller = await call(vm, 'who');
  expect(contexts[0].vm).toBe(vm);
  expect(contexts[0].caller).toBe(caller);
  const pid = vm.spawn('js', 'call', [Atom.for('hang'), [7]]);
  await sleep(20);
  vm.exit(pid, Atom.for('enough'));
  await sleep(20);
  expect(aborted.reason).toBe(Atom.for('enough'));
  await vm.idle();
  // Nothing watches any more.
  const host = vm.inspect().processes.find(({ name }) => name === 'spawnlink_host');
  expect(host.monitors).toEqual([]);
});

test('a timeout exits the caller, tells the function, and a late answer reaches nobody', async () => {
  let told;
  let answer;
  const slow = withContext(({ signal }) => {
    signal.addEventListener('abort', () => (told = signal.reason));
    return new Promise((done) => (answer = done));
  });
  const vm = await start({ expose: { slow } });
  const error = await failure(vm.call('js', 'call', [Atom.for('slow'), [], 10]));
  expect(error.class).toBe('exit');
  expect(format(error.reason)).toBe('{timeout,{js,call,[slow,[],10]}}');
  await sleep(5);
  expect(told.name).toBe('TimeoutError');
  answer(1);
  await sleep(5);
  await vm.idle();
});

test('cast does not wait; what it throws is told to the VM', async () => {
  const seen = [];
  const vm = await start({
    expose: {
      see: (x) => void seen.push(x),
      bad: async () => {
        throw new Error('of a cast');
      },
    },
  });
  const errors = [];
  vm.on('error', (error) => errors.push(error.message));
  expect(await vm.call('js', 'cast', ['see', [1]])).toBe(Atom.for('ok'));
  await vm.call('js', 'cast', ['bad', []]);
  await vm.call('js', 'cast', ['none', []]);
  await vm.idle();
  await sleep(0);
  expect(seen).toEqual([1]);
  expect(errors[0]).toContain('of a cast');
  expect(errors[1]).toContain('js_undef');
});

test('who is killed is replaced, and calls under way exit', async () => {
  const vm = await start({ expose: { wait: () => new Promise(() => {}), abs: Math.abs } });
  const waiting = failure(call(vm, 'wait'));
  await sleep(10);
  vm.exit('spawnlink_host', Atom.for('kill'));
  expect(format((await waiting).reason)).toBe('{killed,{js,call,[wait,[],infinity]}}');
  expect(await call(vm, 'abs', -1)).toBe(1);
});

test('messages that no js:call has sent change nothing', async () => {
  const vm = await start({ expose: { abs: Math.abs } });
  for (const junk of [1, tuple(), tuple(Atom.for('call')), tuple(Atom.for('call'), 1, 2, 3, 4), Atom.for('stop')])
    vm.send('spawnlink_host', junk);
  vm.send('spawnlink_host', tuple(Atom.for('stop'), 1));
  expect(await call(vm, 'abs', -1)).toBe(1);
});

test('vm.expose adds and replaces; a wrong thing is refused by name', async () => {
  const vm = await start({ expose: { f: () => 1 } });
  await vm.expose({ f: () => 2, g: () => 3 });
  expect([await call(vm, 'f'), await call(vm, 'g')]).toEqual([2, 3]);
  for (const [given, message] of [
    [{ a: { b: 1 } }, 'expose takes functions, and objects of functions: a.b is 1'],
    [{ a: null }, 'expose takes functions, and objects of functions: a is of type Null'],
    [1, 'expose takes an object of functions, not 1'],
  ])
    expect((await failure(vm.expose(given))).message).toBe(message);
  await expect(createVM({ expose: { a: 1 } })).rejects.toThrow('a is 1');
  await expect(createVM({ expose: Math.abs })).rejects.toThrow('expose is an object of functions');
});

test('a program that boots can call from its start', async () => {
  const vm = await start({ boot: true, expose: { abs: Math.abs } });
  expect(await call(vm, 'abs', -1)).toBe(1);
});
