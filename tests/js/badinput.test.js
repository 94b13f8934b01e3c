// SPDX-License-Identifier: Apache-2.0
//
// Bad input that must not do harm: values of the wrong type, values that have no term, handlers that throw or call the
// VM again, programs that never end.
import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  Atom,
  ForeignError,
  SpawnlinkError,
  TermError,
  createVM,
  encodeTerm,
  equals,
  tuple,
} from '../../js/index.js';
import { compile, vm } from './helper.js';

const bad = compile(`
-module(bad).
-compile(export_all).
id(X) -> X.
wait() -> receive after infinity -> ok end.
loop() -> loop().
flood(P) -> P ! lists:seq(1, 100), flood(P).
spawner() -> spawn(fun spawner/0), spawner().
`);
const JUNK = [
  undefined,
  null,
  1,
  -1,
  1.5,
  NaN,
  '',
  'x',
  true,
  {},
  [],
  () => {},
  Symbol('s'),
  new Date(),
  new Map(),
  new Uint8Array(3),
  10n,
];

/** The error that a call throws or rejects with; undefined if it succeeds. */
async function failure(fn) {
  try {
    await fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('arguments of any type: a typed error or none, and the VM goes on', async () => {
  const v = await vm();
  v.load(bad);
  const me = v.process();
  const calls = [
    (x) => v.load(x),
    (x) => v.spawn(x, 'id', [1]),
    (x) => v.spawn('bad', x, [1]),
    (x) => v.spawn('bad', 'id', x),
    (x) => v.spawn('bad', 'wait', [], { name: x }),
    (x) => v.spawn('bad', 'wait', [], { parent: x }),
    (x) => v.spawn('bad', 'wait', [], { priority: x }),
    (x) => v.spawn('bad', 'wait', [], { maxHeapSize: x }),
    (x) => v.spawn('bad', 'wait', [], { link: x }),
    (x) => v.spawn('bad', 'wait', [], { groupLeader: x }),
    (x) => v.send(x, 1),
    (x) => v.exit(x, 'r'),
    (x) => v.exit(me, x),
    (x) => v.call(x, 'id', [1]),
    (x) => v.call('bad', x, [1]),
    (x) => v.call('bad', 'id', x),
    (x) => v.call('bad', 'id', [x]),
    (x) => v.on(x, () => {}),
    (x) => v.on('exit', x),
    (x) => me.link(x),
    (x) => me.unlink(x),
    (x) => me.monitor(x),
    (x) => me.demonitor(x),
    (x) => me.send(x, 1),
    (x) => me.register(x),
    (x) => me.kill(x),
    (x) => me.reply(x, 1),
    (x) => v.process({ name: x }).exit(),
  ];
  for (const call of calls) {
    for (const junk of JUNK) {
      const error = await failure(() => call(junk));
      if (error !== undefined && !(error instanceof SpawnlinkError))
        throw new Error(`${call} with ${String(junk)}: ${error.stack}`);
    }
  }
  expect(await v.call('bad', 'id', [1])).toBe(1);
});

test.each([
  ['memoryLimit', 'much'],
  ['memoryLimit', -1],
  ['maxProcesses', 1.5],
  ['seed', {}],
  ['slice', NaN],
  ['budget', 0],
  ['budget', 'x'],
  ['clock', 'fast'],
  ['modules', 3],
  ['otp', 5],
  ['wasm', 7],
  ['files', 4],
])('createVM refuses %s: %s', async (key, value) => {
  await expect(createVM({ [key]: value })).rejects.toThrow(ArgumentError);
});

describe('values that cannot cross', () => {
  const cyclicArray = [1];
  cyclicArray.push([cyclicArray]);
  const cyclicObject = { a: {} };
  cyclicObject.a.b = cyclicObject;
  const cyclicMap = new Map();
  cyclicMap.set('self', [cyclicMap]);
  test.each([
    ['a symbol', Symbol('x')],
    ['NaN', NaN],
    ['infinity', -Infinity],
    ['an unsafe integer', 2 ** 60],
    ['a long atom', Atom.for('x'.repeat(256))],
    ['a cyclic array', cyclicArray],
    ['a cyclic object', cyclicObject],
    ['a cyclic map', cyclicMap],
  ])('%s', async (_, value) => {
    const v = await vm();
    const before = v.stats();
    expect(() => v.send('init', value)).toThrow(TermError);
    expect(() => v.spawn('lists', 'sum', [[value]])).toThrow(TermError);
    await expect(v.call('lists', 'sum', [tuple(value)])).rejects.toThrow(TermError);
    expect(() => encodeTerm({ deep: [{ er: value }] })).toThrow(TermError);
    expect(v.stats().processes - before.processes).toBeLessThanOrEqual(1); // the process that gets the results of calls
  });

  test('what is shared or deep is no cycle', () => {
    const shared = [1, 2];
    expect(encodeTerm(Array.from({ length: 150_000 }, () => shared)).length).toBeGreaterThan(150_000);
    let deep = [];
    for (let i = 0; i < 150_000; i++) deep = [deep];
    expect(equals(deep, [deep])).toBe(false);
  });

  test('pids, references and funs of another VM', async () => {
    const [a, b] = [await vm(), await vm()];
    const values = [a.spawn('timer', 'sleep', [1]), await a.call('erlang', 'make_ref'), a.process()];
    for (const value of values) expect(() => b.send('init', [value])).toThrow(ForeignError);
    await expect(b.call('erlang', 'node', [values[0]])).rejects.toThrow(ForeignError);
  });
});

describe('handlers', () => {
  test('that throw in every place leave the program alone', async () => {
    const v = await vm({
      stdout() {
        throw new Error('stdout');
      },
    });
    v.load(bad);
    const errors = [];
    v.on('error', (error) => errors.push(error.message));
    for (const name of ['spawn', 'exit', 'signal', 'stdout']) {
      v.on(name, () => {
        throw new Error(name);
      });
    }
    await v.call('io', 'format', [[104, 105]]);
    const pid = v.spawn('bad', 'wait');
    v.exit(pid, Atom.for('boom'));
    expect(await v.call('bad', 'id', [7])).toBe(7);
    await v.idle();
    for (const name of ['spawn', 'exit', 'signal', 'stdout']) expect(errors).toContain(name);
  });

  test('that call the VM from inside an event, also to tick and to close it', async () => {
    const v = await vm();
    v.load(bad);
    const seen = [];
    v.on('spawn', () => {
      seen.push(v.tick().state);
      v.stop();
      v.start();
      v.inspect();
    });
    expect(await v.call('bad', 'id', [1])).toBe(1);
    expect(seen.length).toBeGreaterThan(0);
    v.on('exit', () => v.close());
    const call = v.call('bad', 'wait');
    v.exit(v.spawn('bad', 'wait'), Atom.for('boom'));
    await expect(call).rejects.toMatchObject({ code: 'CLOSED' });
    expect(v.closed).toBe(true);
  });
});

describe('programs that never end', () => {
  test('the host is not blocked longer than the budget, and others go on', async () => {
    const v = await vm({ maxProcesses: 3000, memoryLimit: 100e6, budget: 8 });
    v.load(bad);
    const sink = v.spawn('bad', 'wait');
    const evil = [
      v.spawn('bad', 'loop'),
      v.spawn('bad', 'loop'),
      v.spawn('bad', 'flood', [sink]),
      v.spawn('bad', 'spawner'),
    ];
    let longest = 0;
    for (let i = 0; i < 20; i++) {
      const begun = performance.now();
      await v.call('bad', 'id', [i]).catch((error) => {
        // The spawner may have used the last place.
        if (!/LIMIT|ERLANG/.test(error.code)) throw error;
      });
      const turn = performance.now();
      v.tick();
      longest = Math.max(longest, performance.now() - turn);
      expect(performance.now() - begun).toBeLessThan(10_000);
    }
    expect(longest).toBeLessThan(500); // 8 ms, and what a busy machine adds
    for (const pid of [sink, ...evil]) v.exit(pid, Atom.for('kill'));
    v.close();
    expect(v.leaked).toBe(0);
  }, 60_000);
});
