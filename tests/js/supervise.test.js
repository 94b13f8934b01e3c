// SPDX-License-Identifier: Apache-2.0
//
// vm.supervise: JavaScript functions as workers under OTP's supervisor.
import { describe, expect, jest, test } from '@jest/globals';
import { Atom, ErlangError, text, tuple } from '../../js/index.js';
import { vm } from './helper.js';

jest.setTimeout(60_000);

const a = (name) => Atom.for(name);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const failure = (promise) =>
  promise.then(
    (value) => {
      throw new Error(`no failure, but ${value}`);
    },
    (error) => error,
  );

/** A VM that keeps what its handlers throw. */
async function quiet() {
  const machine = await vm();
  const errors = [];
  machine.on('error', (error) => errors.push(error));
  return { machine, errors };
}

/** A worker that answers until its messages end, and says what becomes of it. */
const serving = (name, said) => async (process) => {
  said.push(`${name} starts`);
  for await (const [, from, request] of process) {
    if (request === a('fail')) throw new RangeError(`${name} fails`);
    if (request === a('return')) return;
    process.reply(from, request);
  }
  said.push(`${name} is told to end: ${process.signal.reason.reason}`);
};

const children = async (machine, supervisor) =>
  (await machine.call('supervisor', 'which_children', [supervisor.pid])).map(([id, pid]) => [String(id), String(pid)]);

test('workers are started in order, answer, and are ended in the opposite order', async () => {
  const { machine, errors } = await quiet();
  const said = [];
  const supervisor = await machine.supervise({
    name: 'sup',
    children: ['a', 'b'].map((id) => ({ id, name: id, start: serving(id, said) })),
  });
  expect(await machine.call('erlang', 'whereis', [a('sup')])).toBe(supervisor.pid);
  expect(await machine.proc('a').call(1)).toBe(1);
  expect((await children(machine, supervisor)).map(([id]) => id)).toEqual(['b', 'a']);
  const begun = performance.now();
  await supervisor.stop();
  expect(performance.now() - begun).toBeLessThan(4000);
  expect(await supervisor.exited).toBe(a('shutdown'));
  expect(said).toEqual(['a starts', 'b starts', 'b is told to end: shutdown', 'a is told to end: shutdown']);
  await supervisor.stop();
  await machine.idle();
  expect(errors).toEqual([]);
  expect(machine.inspect().processes.filter(({ name }) => ['sup', 'a', 'b'].includes(name))).toEqual([]);
});

test('one that throws exits with the error, which is reported, and is started again', async () => {
  const { machine, errors } = await quiet();
  const said = [];
  const supervisor = await machine.supervise({ children: [{ id: 'a', name: 'a', start: serving('a', said) }] });
  const before = await children(machine, supervisor);
  const { reason } = await failure(machine.proc('a').call(a('fail')));
  const [[tag, details]] = reason;
  expect([String(tag), text(details.getAtom('name')), text(details.getAtom('message'))]).toEqual([
    'js_error',
    'RangeError',
    'a fails',
  ]);
  await machine.idle();
  expect(errors.map(({ message }) => message)).toEqual(['a fails']);
  expect(said).toEqual(['a starts', 'a starts']);
  expect(await children(machine, supervisor)).not.toEqual(before);
  expect(await machine.proc('a').call(1)).toBe(1);
  await supervisor.stop();
});

describe('restart', () => {
  test.each([
    ['permanent', 'return', 2],
    ['permanent', 'fail', 2],
    ['transient', 'return', 1],
    ['transient', 'fail', 2],
    ['temporary', 'return', 1],
    ['temporary', 'fail', 1],
  ])('%s, after %s: started %i times', async (restart, what, times) => {
    const { machine } = await quiet();
    const said = [];
    await machine.supervise({ children: [{ id: 'a', name: 'a', start: serving('a', said), restart }] });
    await failure(machine.proc('a').call(a(what)));
    await machine.idle();
    expect(said.filter((it) => it === 'a starts')).toHaveLength(times);
  });

  test.each([
    ['one_for_one', [1, 2, 1]],
    ['one_for_all', [2, 2, 2]],
    ['rest_for_one', [1, 2, 2]],
  ])('by strategy %s', async (strategy, times) => {
    const { machine } = await quiet();
    const said = [];
    await machine.supervise({
      strategy,
      children: ['a', 'b', 'c'].map((id) => ({ id, name: id, start: serving(id, said) })),
    });
    await failure(machine.proc('b').call(a('fail')));
    // Not once it is idle: it is while it waits for functions of JavaScript to return.
    const starts = () => ['a', 'b', 'c'].map((id) => said.filter((it) => it === `${id} starts`).length);
    for (let i = 0; i < 100 && String(starts()) !== String(times); i++) await wait(10);
    await wait(20);
    expect(starts()).toEqual(times);
  });

  test('more often than intensity allows: the supervisor gives up, and its other children end', async () => {
    const { machine, errors } = await quiet();
    const said = [];
    const supervisor = await machine.supervise({
      intensity: 2,
      period: 60,
      children: [
        { id: 'good', name: 'good', start: serving('good', said) },
        {
          id: 'bad',
          start: () => {
            throw new Error('at once');
          },
        },
      ],
    });
    expect(await supervisor.exited).toBe(a('shutdown'));
    expect(errors).toHaveLength(3);
    expect(said).toEqual(['good starts', 'good is told to end: shutdown']);
    await machine.idle();
    expect(machine.inspect().processes.some(({ name }) => name === 'good')).toBe(false);
    await supervisor.stop();
  });
});

describe('told to end', () => {
  /** Starts one worker, stops the supervisor, and answers how long that took and how the worker ended. */
  async function stopped(start, shutdown = 300) {
    const { machine, errors } = await quiet();
    let worker;
    const supervisor = await machine.supervise({
      children: [{ id: 'w', shutdown, start: (process) => start((worker = process)) }],
    });
    const begun = performance.now();
    await supervisor.stop();
    const reason = String(await worker.exited);
    return { reason, ms: performance.now() - begun, errors };
  }

  test.each([
    ['waits for a message', (process) => process.receive()],
    ['waits for one of a kind', (process) => process.receive((it) => it === 1, { timeout: 60_000 })],
    ['waits for its signal', (process) => new Promise((resolve) => process.signal.addEventListener('abort', resolve))],
    [
      'waits for something that the signal aborts',
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))),
    ],
  ])('one that %s ends at once, with reason shutdown', async (_what, start) => {
    const { reason, ms, errors } = await stopped(start, 10_000);
    expect(reason).toBe('shutdown');
    expect(ms).toBeLessThan(5000);
    expect(errors).toEqual([]);
  });

  test('one has its time to finish', async () => {
    let finished = false;
    const { reason } = await stopped(async (process) => {
      await process.receive().catch(() => wait(50));
      finished = true;
    }, 10_000);
    expect([reason, finished]).toEqual(['shutdown', true]);
  });

  test('one that does not end is killed after its time, or at once', async () => {
    const late = await stopped(() => new Promise(() => {}), 100);
    expect(late.reason).toBe('killed');
    expect(late.ms).toBeGreaterThan(95);
    expect((await stopped(() => new Promise(() => {}), 'brutal_kill')).reason).toBe('killed');
  });

  test('one that fails meanwhile exits with its error', async () => {
    const { reason, errors } = await stopped(async (process) => {
      await process.receive().catch(() => {});
      throw new Error('while ending');
    });
    expect(reason).toContain('js_error');
    expect(errors.map(({ message }) => message)).toEqual(['while ending']);
  });
});

describe('a worker is a process', () => {
  test('an exit signal of another ends it, unless it traps exits', async () => {
    const { machine } = await quiet();
    const processes = [];
    let seen;
    await machine.supervise({
      children: [false, true].map((trapExit, id) => ({
        id: `c${id}`,
        trapExit,
        restart: 'temporary',
        start: async (process) => {
          processes.push(process);
          const message = await process.receive();
          seen = String(message.at(2));
          process.trapExit(false);
          await process.receive();
        },
      })),
    });
    const [plain, trapping] = processes;
    machine.exit(plain, a('normal'));
    machine.exit(trapping, a('hello'));
    await machine.idle();
    await wait(1); // its function goes on after what idle waits for
    expect([plain.alive, trapping.alive, seen]).toEqual([true, true, 'hello']);
    machine.exit(plain, a('boom'));
    machine.exit(trapping, a('boom'));
    expect([String(await plain.exited), String(await trapping.exited)]).toEqual(['boom', 'boom']);
    expect(plain.signal.aborted).toBe(true);
    expect(String(plain.signal.reason.reason)).toBe('boom');
  });

  test('of Erlang too', async () => {
    const { machine } = await quiet();
    const supervisor = await machine.supervise({
      children: [
        { id: 'erl', start: ['supervisor', 'start_link', [a('spawnlink_js_sup'), tuple({}, [])]], type: 'supervisor' },
      ],
    });
    expect(await children(machine, supervisor)).toEqual([['erl', expect.stringMatching(/^<0\.\d+\.0>$/)]]);
    await supervisor.stop();
  });

  test('closing the VM, or a halt, ends all', async () => {
    for (const end of [(machine) => machine.close(), (machine) => machine.spawn('erlang', 'halt', [0])]) {
      const { machine } = await quiet();
      const said = [];
      let aborted;
      const supervisor = await machine.supervise({
        children: [
          {
            id: 'a',
            start: async (process) => {
              process.signal.addEventListener('abort', () => (aborted = process.signal.reason.code));
              for await (const _ of process);
              said.push('ended');
            },
          },
        ],
      });
      end(machine);
      expect(['CLOSED', 'HALTED']).toContain((await supervisor.exited).code);
      await supervisor.stop();
      await wait(1);
      expect(aborted).toMatch(/CLOSED|HALTED/);
      expect(said).toEqual(['ended']);
    }
  });
});

test("a start that fails is an ErlangError in OTP's words, and leaves nothing", async () => {
  const { machine } = await quiet();
  machine.process({ name: 'taken' });
  await machine.call('supervisor', 'module_info', [a('md5')]);
  await machine.idle();
  const before = machine.stats().processes;
  const start = () => new Promise(() => {});
  const taken = await failure(
    machine.supervise({
      children: [
        { id: 'a', start },
        { id: 'b', name: 'taken', start },
      ].map((c) => ({ shutdown: 50, ...c })),
    }),
  );
  expect(taken).toBeInstanceOf(ErlangError);
  expect(String(taken.reason)).toMatch(/^\{shutdown,\{failed_to_start_child,b,\{js_error,/);
  const twice = await failure(
    machine.supervise({
      children: [
        { id: 'a', start },
        { id: 'a', start },
      ],
    }),
  );
  expect(String(twice.reason)).toContain('{duplicate_child_name,a}');
  await machine.idle();
  expect(machine.stats().processes).toBe(before);
});

test('what is given wrongly is refused by name, and leaves nothing', async () => {
  const { machine } = await quiet();
  const before = machine.stats().processes;
  const start = () => {};
  for (const [options, words] of [
    [undefined, 'the options of supervise are an object'],
    [{}, 'children is an array'],
    [{ children: [], stratgy: 1 }, "supervise has no option 'stratgy'"],
    [{ children: [], strategy: 'all' }, 'strategy is one of one_for_one, one_for_all, rest_for_one'],
    [{ children: [], intensity: -1 }, 'intensity is a positive integer'],
    [{ children: [], period: 'x' }, 'period is a positive integer'],
    [{ children: [{ id: 'a' }] }, 'start is a function'],
    [{ children: [{ start }] }, 'id is a string or an Atom'],
    [{ children: [{ id: 'a', start, restart: 'always' }] }, 'restart is one of permanent'],
    [{ children: [{ id: 'a', start, shutdown: 'soon' }] }, 'shutdown is one of brutal_kill, infinity'],
    [{ children: [{ id: 'a', start, shutdown: -1 }] }, 'shutdown is a positive integer'],
    [{ children: [{ id: 'a', start: ['m', 'f'] }] }, 'start is a function, or [module'],
    [{ children: [{ id: 'a', start: ['m', 'f', []], name: 'x' }] }, 'name and trapExit are for a child'],
  ]) {
    const { code, message } = await failure(machine.supervise(options));
    expect([code, message]).toEqual(['ARGUMENT', expect.stringContaining(words)]);
  }
  await machine.idle();
  expect(machine.stats().processes).toBe(before);
  machine.close();
  expect((await failure(machine.supervise({ children: [] }))).code).toBe('CLOSED');
});
