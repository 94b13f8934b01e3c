// SPDX-License-Identifier: Apache-2.0
//
// VMs in workers, where they differ from those of this thread: start and end of the worker, the order of answers and
// events, what is not awaited, the options that cross. The API itself is tested by worker-api.test.js.

import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Atom, JsProcess, VM, WorkerError, connectWorker, createVM, text, tuple } from '../../js/index.js';
import { connect } from '../../js/distribution.js';
import { compile, kept, vm as thisVM } from './helper.js';

const script = new URL('../../js/worker.js', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'spawnlink-worker-'));
const workers = [];
/** Starts a worker whose script imports spawnlink/worker, and has these lines. */
const start = (lines = '') => {
  const file = join(folder, `script${workers.length}.mjs`);
  writeFileSync(file, `import '${script}';\nimport { parentPort } from 'node:worker_threads';\n${lines}`);
  return startAny(pathToFileURL(file));
};
const startAny = (source, options) => {
  const worker = new Worker(source, options);
  workers.push(worker);
  worker.unref();
  return worker;
};
const vm = (options = {}) => thisVM({ worker: true, ...options });

afterAll(async () => {
  for (const worker of workers) await worker.terminate();
  rmSync(folder, { recursive: true });
});

test('it is a VM, its processes are JsProcesses, and pids are the same objects', async () => {
  const v = await vm();
  expect(v).toBeInstanceOf(VM);
  const js = await v.process({ name: 'me' });
  expect(js).toBeInstanceOf(JsProcess);
  expect(await v.call('erlang', 'whereis', [Atom.for('me')])).toBe(js.pid);
  expect((await v.inspect()).processes.find(({ name }) => name === 'me').pid).toBe(js.pid);
});

describe('the worker', () => {
  test('that ends: calls, processes and iterators end with a WorkerError, and close and error are told', async () => {
    const worker = start();
    const v = await connectWorker(worker, { stdout: false });
    const told = [];
    v.on('close', () => told.push('close'));
    v.on('error', (error) => told.push(error.message));
    const js = await v.process();
    const next = v.events('exit').next();
    const gone = [v.call('timer', 'sleep', [60_000]), js.receive(), v.spawn('timer', 'sleep', [1]), js.send(js, 1)].map(
      (promise) => promise.then(Object, (error) => error),
    );
    worker.terminate();
    for (const error of await Promise.all(gone)) {
      expect(error).toBeInstanceOf(WorkerError);
      expect(error).toMatchObject({ code: 'WORKER', message: 'the worker is gone: it was terminated' });
    }
    expect(await next).toEqual({ value: undefined, done: true });
    expect(told).toEqual(['the worker is gone: it was terminated', 'close']);
    expect(v.closed).toBe(true);
    await expect(v.call('lists', 'sum', [[1]])).rejects.toMatchObject({ code: 'WORKER' });
    expect(() => v.send(js, 1)).toThrow('the worker is gone');
    await v.close();
  });

  test('that fails with an error, or exits, says so', async () => {
    const failing = start("setTimeout(() => { throw new RangeError('boom') }, 2000)");
    const v = await connectWorker(failing, { stdout: false });
    await expect(v.call('timer', 'sleep', [60_000])).rejects.toMatchObject({
      code: 'WORKER',
      message: 'the worker is gone: boom',
      cause: { message: 'boom' },
    });
    const exiting = start('setTimeout(() => process.exit(3), 2000)');
    const other = await connectWorker(exiting, { stdout: false });
    await expect(other.call('timer', 'sleep', [60_000])).rejects.toThrow(
      /the worker is gone: (it has ended with|its end)/,
    );
  });

  test('that cannot start is a WorkerError', async () => {
    const lacking = startAny(new URL('no-such-file.js', import.meta.url));
    await expect(connectWorker(lacking)).rejects.toThrow(/the worker does not start: .*no-such-file\.js/);
    const broken = startAny('this is no JavaScript', { eval: true });
    await expect(connectWorker(broken)).rejects.toMatchObject({ code: 'WORKER', name: 'WorkerError' });
    const other = startAny(
      `require('node:worker_threads').parentPort.on('message', ({ port }) => port.postMessage(['hello', 0]))`,
      { eval: true },
    );
    await expect(connectWorker(other)).rejects.toThrow('another version of spawnlink (protocol 0, not 1)');
    await expect(connectWorker({})).rejects.toThrow('connectWorker takes a Worker');
    for (const options of [null, 1, new Map(), { nonsense: 1 }, { clock: 1 }])
      await expect(connectWorker(start(), options)).rejects.toMatchObject({ code: 'ARGUMENT' });
  });

  test('serves many VMs, and its own messages pass by', async () => {
    const worker = start("parentPort.on('message', (m) => typeof m === 'string' && parentPort.postMessage(`${m}!`));");
    const vms = await Promise.all([1, 2, 3].map(() => connectWorker(worker, { stdout: false })));
    vms.map(kept);
    expect(await Promise.all(vms.map((v, n) => v.call('lists', 'sum', [[n, 1]])))).toEqual([1, 2, 3]);
    await vms[0].close();
    expect(await vms[1].call('lists', 'sum', [[1]])).toBe(1);
    const answer = new Promise((resolve) => worker.once('message', resolve));
    worker.postMessage('hello');
    expect(await answer).toBe('hello!');
    await expect(vms[1].call('lists', 'sum', [[await vms[2].spawn('timer', 'sleep', [1])]])).rejects.toThrow(
      'another VM',
    );
  });

  test('does not keep a program of Node running when the VM is idle; a timer does', () => {
    const program = `
      import { createVM } from '${new URL('../../js/index.js', import.meta.url)}';
      const vm = await createVM({ worker: true });
      const js = await vm.process();
      js.on('message', (m) => console.log(String(m)));
      await vm.eval('erlang:send_after(300, Pid, late).', { Pid: js.pid });
    `;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([stdout, stderr, status]).toEqual(['late\n', '', 0]);
  });
});

describe('what is not awaited', () => {
  test('is done in its order, and what fails is an error event, no unhandled rejection', async () => {
    const v = await vm();
    const errors = [];
    v.on('error', ({ message }) => errors.push(message));
    const js = await v.process();
    v.send('nobody', 1);
    js.register('registered');
    js.register('again');
    v.send('registered', 2);
    expect(await js.receive()).toBe(2);
    await v.idle();
    expect(errors).toEqual([
      'cannot send to nobody: no process has that name',
      'cannot register: bad argument (argument 2: this process or port already has a name, registered)',
    ]);
    const failed = await v.send('nobody', 1).catch((error) => error);
    expect(failed).toMatchObject({ code: 'NOPROC', name: 'NoProcessError' });
    expect(failed.stack).toMatch(/worker\.test\.js[^]*-- in the worker --[^]*machine\.js/);
    expect(errors.length).toBe(2);
  });

  test('is thrown at once where it can be seen without the VM', async () => {
    const v = await vm();
    const js = await v.process();
    expect(() => v.send(js, Symbol('s'))).toThrow('has no Erlang term');
    expect(() => v.send(5, 1)).toThrow('was expected, not 5');
    expect(() => js.link(5)).toThrow('was expected, not 5');
    await expect(v.spawn('lists', 'sum', 5)).rejects.toThrow('an array');
    await expect(v.process({ nme: 'x' })).rejects.toThrow("no option 'nme'");
  });
});

test('code that awaits an answer runs before the events that came after it', async () => {
  const v = await vm();
  const js = await v.process();
  const order = [];
  js.on('down', () => order.push('down'));
  const dead = await v.spawn('erlang', 'now', []);
  await v.idle();
  for (let i = 0; i < 20; i++) {
    const ref = await js.monitor(dead); // its DOWN message comes in the same batch
    await Promise.resolve().then(() => {});
    order.push(String(ref).slice(0, 4));
    await v.idle();
  }
  expect(order.join()).toBe(Array(20).fill('#Ref,down').join());
});

test('a flood of events does not outrun this thread', async () => {
  const v = await vm();
  await v.load(
    compile('-module(flood). -export([go/1]). go(0) -> ok; go(N) -> register(x, self()), unregister(x), go(N - 1).'),
  );
  let events = 0;
  v.on('register', () => events++);
  await v.call('flood', 'go', [200_000]);
  await v.idle();
  expect(events).toBe(200_000);
});

test('a long computation keeps neither this thread nor other calls', async () => {
  const v = await vm();
  await v.load(compile('-module(f). -export([fib/1]). fib(N) when N < 2 -> N; fib(N) -> fib(N - 1) + fib(N - 2).'));
  const fib = v.call('f', 'fib', [27]);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  expect(await v.call('lists', 'sum', [[1, 2]])).toBe(3);
  expect(await fib).toBe(196418);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

describe('options', () => {
  test('finders of modules are asked here; what they throw is told here', async () => {
    const beam = compile('-module(m). -export([f/0]). f() -> 7.');
    const v = await vm({
      modules: { m: beam },
      fallback: async (name) => {
        if (name === 'bad') throw new RangeError('no such shelf');
        return undefined;
      },
    });
    const errors = [];
    v.on('error', (error) => errors.push(error));
    expect(await v.call('m', 'f')).toBe(7);
    const failed = await v.call('bad', 'f').catch((error) => error);
    expect(failed.message).toContain('no such shelf');
    expect(errors[0]).toBeInstanceOf(RangeError);
  });

  test('files, in memory and folders by their URL; env and args', async () => {
    writeFileSync(join(folder, 'b.txt'), 'from the folder');
    const v = await vm({ files: { '/a.txt': 'from memory', '/data': pathToFileURL(`${folder}/`) }, env: { A: 'b' } });
    const read = async (path) => text((await v.call('file', 'read_file', [path])).at(1));
    expect(await read('/a.txt')).toBe('from memory');
    expect(await read('/data/b.txt')).toBe('from the folder');
    expect(text(await v.eval('os:getenv("A").'))).toBe('b');
  });

  test('input and output are those of this thread', async () => {
    const written = [];
    const input = ['one\n', null];
    const v = await vm({ stdout: (line) => written.push(line), stdin: async () => input.shift() });
    expect(text(await v.eval('io:get_line("").'))).toBe('one\n');
    await v.eval('io:format("~p~n", [{a, 1}]).');
    expect(written.join('')).toBe('{a,1}\n');
  });

  test('wasm may be a Response; what would have to answer at once is refused by name', async () => {
    const { readFileSync } = await import('node:fs');
    const wasm = readFileSync(fileURLToPath(new URL('../../dist/vm.wasm', import.meta.url)));
    const v = await vm({ wasm: Promise.resolve(new Response(wasm)) });
    expect(await v.call('lists', 'sum', [[1]])).toBe(1);
    const clock = { monotonic: () => 1, system: () => 1, advanceTo() {}, virtual: false };
    await expect(createVM({ worker: true, clock })).rejects.toThrow('a clock of your own');
    await expect(createVM({ worker: true, shell: { size: () => ({ columns: 1, rows: 1 }) } })).rejects.toThrow(
      'terminal',
    );
    await expect(createVM({ worker: 'yes' })).rejects.toThrow('connectWorker');
    await expect(createVM({ worker: true, nonsense: 1 })).rejects.toThrow("no option 'nonsense'");
    await expect(createVM({ worker: true, wasm: new Uint8Array(4) })).rejects.toMatchObject({ code: 'ARGUMENT' });
    const lost = createVM({ worker: true, wasm: pathToFileURL('/no/such.wasm') });
    await expect(lost).rejects.toMatchObject({ code: 'ASSET', wanted: 'createVM', url: 'file:///no/such.wasm' });
  });

  test('ticks: it runs when it is told to', async () => {
    const v = await vm({ autostart: false });
    const js = await v.process();
    v.send(js, 1);
    const late = js.receive(undefined, { timeout: 50 });
    await expect(late).rejects.toThrow('no message within');
    while ((await v.tick()).state === 'runnable');
    expect(await js.receive()).toBe(1);
    v.start();
    expect(await v.call('lists', 'sum', [[1, 2]])).toBe(3);
    v.stop();
    expect(await v.call('lists', 'sum', [[1, 2]], { timeout: 50 }).catch(({ code }) => code)).toBe('TIMEOUT');
  });
});

test('it is no node of spawnlink/distribution, which says so', async () => {
  const v = await vm();
  expect(() => connect(v, 'b@localhost', new MessageChannel().port1)).toThrow('a VM in a worker cannot be connected');
});

test('halt and crash end it as they end any VM', async () => {
  const v = await vm();
  const halted = v.once('halt');
  await expect(v.eval('halt(3).')).rejects.toMatchObject({ code: 'HALTED', status: 3 });
  expect(await halted).toEqual({ status: 3 });
  expect(v.haltStatus).toBe(3);
  expect(() => v.send('x', tuple())).toThrow('halted with status 3');
});
