// SPDX-License-Identifier: Apache-2.0
import { describe, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  ArgumentError,
  Atom,
  ClosedError,
  ErlangError,
  ErlangMap,
  Float,
  ForeignError,
  HaltedError,
  ImproperList,
  LimitError,
  LoadError,
  NoProcessError,
  TermError,
  TimeoutError,
  charlist,
  createVM,
  equals,
  tuple,
} from '../../js/index.js';
import { compile, vm } from './helper.js';

const ok = Atom.for('ok');
const m = compile(`
-module(m).
-compile(export_all).
id(X) -> X.
echo() -> receive {From, X} -> From ! {self(), X}, echo(); stop -> ok end.
wait() -> receive after infinity -> ok end.
sleep(N) -> receive after N -> slept end.
loop() -> loop().
spawner() -> spawn(fun spawner/0), spawner().
grow(L) -> grow([L, L | lists:seq(1, 1000)]).
fill(P) -> P ! lists:seq(1, 1000), fill(P).
chain(0) -> receive stop -> exit(boom) end;
chain(N) -> spawn_link(?MODULE, chain, [N - 1]), wait().
add(N) -> fun(X) -> X + N end.
raise(C, R) -> erlang:raise(C, R, []).
print() -> io:format("out ~p~n", [1]), io:format(standard_error, "err~n", []).
halt(N) -> erlang:halt(N).
`);

describe('calls', () => {
  test('resolve with the value', async () => {
    const v = await vm();
    expect(await v.call('lists', 'sum', [[1, 2, 3]])).toBe(6);
    expect(await v.call('erlang', '+', [2n ** 70n, 1])).toBe(2n ** 70n + 1n);
    expect(await v.call('maps', 'keys', [new ErlangMap([['k', 1]])], { pretty: true })).toEqual(['k']);
    expect(await Promise.all([1, 2, 3].map((i) => v.call('erlang', '*', [i, i])))).toEqual([1, 4, 9]);
  });

  test('values of every kind come back the same', async () => {
    const v = await vm();
    v.load(m);
    const self = v.spawn('m', 'wait');
    const fun = await v.call('m', 'add', [5]);
    const ref = await v.call('erlang', 'make_ref');
    const terms = [
      1,
      -1,
      2n ** 100n,
      -(2n ** 100n),
      1.5,
      new Float(3),
      true,
      ok,
      tuple(),
      tuple(1, [2]),
      [],
      [1, 300, ok],
      charlist('hé'),
      new ImproperList([1], 2),
      new Uint8Array(100),
      new ErlangMap([[tuple(1), [new Float(1)]]]),
      self,
      ref,
      fun,
    ];
    for (const term of terms) expect(equals(await v.call('m', 'id', [term]), term)).toBe(true);
    expect(await v.call('m', 'id', [self])).toBe(self);
    expect(await v.call('erlang', 'apply', [fun, [2]])).toBe(7);
    expect(await v.call('m', 'id', ['text'], { pretty: true })).toBe('text');
  });

  test('reject with class, reason and stack', async () => {
    const v = await vm();
    v.load(m);
    const error = await v.call('lists', 'map', [1, 2]).catch((e) => e);
    expect(error).toBeInstanceOf(ErlangError);
    expect(error).toMatchObject({ class: 'error', reason: Atom.for('function_clause') });
    expect(error.erlangStack[0]).toMatchObject({ module: 'lists', function: 'map', arity: 2, file: 'lists.erl' });
    expect(await v.call('m', 'raise', [Atom.for('throw'), 1]).catch((e) => e)).toMatchObject({
      class: 'throw',
      reason: 1,
    });
    expect(await v.call('erlang', 'exit', [ok]).catch((e) => e)).toMatchObject({ class: 'exit', reason: ok });
    expect(await v.call('no_such', 'fun').catch((e) => e)).toMatchObject({ class: 'error', reason: Atom.for('undef') });
  });

  test('are killed after a timeout or by a signal', async () => {
    const v = await vm();
    v.load(m);
    const before = v.stats().processes;
    await v.call('m', 'id', [1]);
    await expect(v.call('m', 'wait', [], { timeout: 20 })).rejects.toThrow(TimeoutError);
    const controller = new AbortController();
    const call = v.call('m', 'wait', [], { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(v.call('m', 'wait', [], { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never');
    await v.idle();
    expect(v.stats().processes).toBe(before + 1); // the process that gets the results of calls
  });

  test('reject when their process is killed', async () => {
    const v = await vm();
    v.load(m);
    v.on('spawn', ({ pid, initialCall }) => initialCall?.module === 'spawnlink_js' && v.exit(pid, Atom.for('why')));
    await expect(v.call('m', 'wait')).rejects.toMatchObject({ class: 'exit', reason: Atom.for('why') });
  });

  test('check what they are given', async () => {
    const v = await vm();
    await expect(v.call(/** @type {any} */ (1), 'f')).rejects.toThrow(ArgumentError);
    await expect(v.call('lists', 'sum', /** @type {any} */ (1))).rejects.toThrow(ArgumentError);
    await expect(v.call('lists', 'sum', [Symbol('x')])).rejects.toThrow(TermError);
    await expect(v.call('lists', 'sum', [], /** @type {any} */ ({ tiemout: 1 }))).rejects.toThrow(ArgumentError);
    expect(() => v.spawn('m', 'f', Array(300).fill(1))).toThrow(ArgumentError);
    expect(() => v.on(/** @type {any} */ ('exlt'), () => {})).toThrow(ArgumentError);
    expect(() => v.on('exit', /** @type {any} */ (1))).toThrow(ArgumentError);
  });
});

describe('processes', () => {
  test('spawn, send, exit', async () => {
    const v = await vm();
    v.load(m);
    const exits = [];
    v.on('exit', (e) => exits.push(e));
    const echo = v.spawn('m', 'echo', [], { name: 'echo' });
    v.send('echo', Atom.for('stop'));
    await v.idle();
    expect(exits).toEqual([
      {
        pid: echo,
        name: 'echo',
        initialCall: { module: 'm', function: 'echo', arity: 0 },
        reason: Atom.for('normal'),
        normal: true,
      },
    ]);
    expect(() => v.send('echo', 1)).toThrow(NoProcessError);
    v.send(echo, 1); // the process is dead: nothing happens
    v.exit(echo, ok);
    const other = v.spawn('m', 'wait');
    v.exit(other, tuple(Atom.for('because'), 1));
    await v.idle();
    expect(exits[1].pid).toBe(other);
    expect(String(exits[1].reason)).toBe('{because,1}');
    expect(exits[1].normal).toBe(false);
    v.spawn('m', 'wait', [], { name: 'twice' });
    expect(() => v.spawn('m', 'wait', [], { name: 'twice' })).toThrow(ArgumentError);
  });

  test('of another VM or a closed one are refused', async () => {
    const [a, b] = [await vm(), await vm()];
    const pid = a.spawn('erlang', 'self');
    expect(() => b.send(pid, 1)).toThrow(ForeignError);
    expect(() => b.exit(pid, 1)).toThrow(ForeignError);
    await expect(b.call('erlang', 'is_process_alive', [pid])).rejects.toThrow(ForeignError);
    a.close();
    expect(() => a.send(pid, 1)).toThrow(ClosedError);
    expect(() => a.spawn('m', 'f')).toThrow(ClosedError);
    expect(() => a.inspect()).toThrow(ClosedError);
    expect(() => a.tick()).toThrow(ClosedError);
    await expect(a.call('m', 'f')).rejects.toThrow(ClosedError);
    await expect(a.idle()).rejects.toThrow(ClosedError);
    a.close();
  });

  test('inspect shows them and how they are linked', async () => {
    const v = await vm();
    v.load(m);
    const top = v.spawn('m', 'chain', [2], { name: 'top' });
    await v.idle();
    const { processes } = v.inspect();
    const info = processes.find((p) => p.pid === top);
    expect(info).toMatchObject({
      name: 'top',
      state: 'waiting',
      trapExit: false,
      js: false,
      messages: 0,
      initialCall: { module: 'm', function: 'chain', arity: 1 },
      current: { module: 'm', function: 'wait', arity: 0 },
    });
    expect(info.memory).toBeGreaterThan(100);
    expect(info.links).toHaveLength(1);
    const child = processes.find((p) => p.pid === info.links[0]);
    expect(child.parent).toBe(top);
    expect(child.links).toContain(top);
  });
});

describe('code', () => {
  test('a malformed beam gives a LoadError and leaves nothing', async () => {
    const v = await vm();
    for (const bytes of [new Uint8Array(), new Uint8Array(100), m.slice(0, 200), m.slice(0, -10)]) {
      expect(() => v.load(bytes)).toThrow(LoadError);
    }
    expect(() => v.load(/** @type {any} */ ('m.beam'))).toThrow(ArgumentError);
    expect(() => v.load(m, { name: 'other' })).toThrow(LoadError);
    expect(v.load(m)).toBe(Atom.for('m'));
    const spoilt = m.slice(),
      code = Buffer.from(spoilt).indexOf('Code');
    spoilt[code + 60] ^= 255; // an opcode or operand
    let error;
    try {
      v.load(spoilt);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(LoadError);
    expect(error).toMatchObject({ module: 'm', chunk: 'Code', offset: expect.any(Number) });
    await expect(v.call('m', 'id', [1])).resolves.toBe(1);
  });

  test('a module is loaded again and again; who runs the version before the last is killed', async () => {
    const v = await vm();
    const version = (n) =>
      compile(`-module(again). -export([n/0, wait/0]). n() -> ${n}. wait() -> receive stop -> ok end.`);
    const exits = [];
    v.on('exit', (e) => e.initialCall?.module === 'again' && exits.push(e.reason));
    v.load(version(1));
    v.spawn('again', 'wait');
    await v.idle();
    v.load(version(2));
    expect(await v.call('again', 'n')).toBe(2);
    expect(exits).toEqual([]);
    v.load(version(3));
    expect(await v.call('again', 'n')).toBe(3);
    expect(exits).toEqual([Atom.for('killed')]);
    const third = version(3);
    for (let i = 0; i < 100; i++) v.load(third);
    expect(await v.call('again', 'n')).toBe(3);
  });

  test('modules come from tables, functions and promises when first called', async () => {
    const asked = [];
    const v = await vm({ modules: (name) => (asked.push(name), name === 'm' ? Promise.resolve(m) : undefined) });
    expect(await Promise.all([v.call('m', 'id', [1]), v.call('m', 'id', [2])])).toEqual([1, 2]);
    expect(asked.filter((name) => name === 'm')).toHaveLength(1);
    await expect(v.call('nowhere', 'f')).rejects.toMatchObject({ reason: Atom.for('undef') });
    const w = await vm({ modules: { m } });
    expect(await w.call('m', 'id', [3])).toBe(3);
    const errors = [];
    const x = await vm({ modules: (name) => (name === 'm' ? Promise.reject(new Error('offline')) : undefined) });
    x.on('error', (e) => errors.push(e));
    await expect(x.call('m', 'id', [1])).rejects.toMatchObject({ reason: Atom.for('undef') });
    expect(errors).toHaveLength(1);
  });

  test('vm.wasm may be bytes, a module, a URL or a Response', async () => {
    const url = new URL('../../dist/vm.wasm', import.meta.url);
    const bytes = readFileSync(url);
    for (const wasm of [
      bytes,
      new Uint8Array(bytes).buffer,
      await WebAssembly.compile(bytes),
      url,
      url.pathname,
      new Response(bytes),
    ]) {
      const v = await vm({ wasm });
      expect(await v.call('erlang', '+', [1, 1])).toBe(2);
    }
    await expect(createVM({ wasm: new Uint8Array(8) })).rejects.toThrow();
    await expect(createVM({ wasm: /** @type {any} */ (1) })).rejects.toThrow(ArgumentError);
    await expect(createVM({ clock: /** @type {any} */ ('fast') })).rejects.toThrow(ArgumentError);
    await expect(createVM({ memoryLimit: -1 })).rejects.toThrow(ArgumentError);
  });
});

describe('output and halt', () => {
  test('output goes to handlers', async () => {
    const out = [];
    const v = await vm({ stdout: (text) => out.push(['out', text]), stderr: (text) => out.push(['err', text]) });
    v.load(m);
    v.on('stdout', (e) => out.push(['event', e.text]));
    await v.call('m', 'print');
    expect(out).toEqual([
      ['out', 'out 1\n'],
      ['event', 'out 1\n'],
      ['err', 'err\n'],
    ]);
  });

  test('halt does not wait for input that was asked for', async () => {
    let asked = () => {};
    const asks = new Promise((resolve) => (asked = () => resolve(undefined)));
    const v = await vm({ stdin: () => (asked(), new Promise(() => {})) });
    v.load(m);
    v.spawn('io', 'get_line', [charlist('')]);
    await asks;
    const idle = v.idle();
    await expect(v.call('m', 'halt', [7])).rejects.toThrow(HaltedError);
    await idle;
    expect(v.haltStatus).toBe(7);
  });

  test('halt ends the program, not the VM', async () => {
    const v = await vm();
    v.load(m);
    const halts = [];
    v.on('halt', (e) => halts.push(e));
    await expect(v.call('m', 'halt', [7])).rejects.toMatchObject({ code: 'HALTED', status: 7 });
    expect(halts).toEqual([{ status: 7 }]);
    expect(v.haltStatus).toBe(7);
    expect(v.tick().state).toBe('halted');
    await v.idle();
    expect(HaltedError).toBeDefined();
  });

  test('close rejects calls under way and ends iterators', async () => {
    const v = await vm();
    v.load(m);
    const call = v.call('m', 'wait');
    const events = v.events('exit');
    const next = events.next();
    v.close();
    await expect(call).rejects.toThrow(ClosedError);
    expect(await next).toEqual({ value: undefined, done: true });
    expect(v.leaked).toBe(0);
  });
});

describe('limits', () => {
  test('a process that loops for ever leaves time to others and to the host', async () => {
    const v = await vm();
    v.load(m);
    const pid = v.spawn('m', 'loop');
    const begun = performance.now();
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    expect(await v.call('m', 'sleep', [100])).toBe(Atom.for('slept'));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    expect(performance.now() - begun).toBeLessThan(5000);
    v.exit(pid, Atom.for('kill'));
    await v.idle();
  });

  test('spawning for ever ends in system_limit', async () => {
    const v = await vm({ maxProcesses: 500 });
    v.load(m);
    const crashes = [];
    v.on('exit', (e) => !e.normal && crashes.push(String(e.reason)));
    v.spawn('m', 'spawner');
    v.spawn('m', 'wait');
    await v.once('exit');
    for (let i = 0; i < 200 && crashes.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(crashes[0]).toMatch(/system_limit/);
    expect(() => {
      for (let i = 0; i < 1000; i++) v.spawn('m', 'wait');
    }).toThrow(LimitError);
  });

  test('growing for ever ends the process that asked', async () => {
    const v = await vm({ memoryLimit: 60_000_000 });
    v.load(m);
    const other = v.spawn('m', 'wait');
    const events = [];
    v.on('exit', (e) => events.push(e));
    v.spawn('m', 'grow', [[]], { name: 'grower' });
    await v.idle();
    expect(events.filter((e) => e.name === 'grower')).toHaveLength(1);
    expect(String(events[0].reason)).toMatch(/system_limit|killed/);
    expect(v.inspect().processes.some((p) => p.pid === other)).toBe(true);
    const limited = v.spawn('m', 'grow', [[]], { maxHeapSize: 100_000 });
    await v.idle();
    expect(events.find((e) => e.pid === limited).reason).toBe(Atom.for('killed'));
  });

  test('a huge chain of links falls without long ticks', async () => {
    const v = await vm({ autostart: false });
    v.load(m);
    const exits = [];
    v.on('exit', (e) => exits.push(e.reason));
    v.spawn('m', 'chain', [2000]);
    while (v.tick().state === 'runnable');
    const last = v.inspect().processes.at(-1);
    v.send(last.pid, Atom.for('stop'));
    while (v.tick().state === 'runnable');
    expect(exits.filter((r) => r === Atom.for('boom'))).toHaveLength(2001);
  });
});

describe('time', () => {
  test('a virtual clock makes hours pass at once, the same each time', async () => {
    const log = async () => {
      const v = await vm({ clock: 'virtual', seed: 5 });
      v.load(m);
      const lines = [];
      v.on('exit', (e) => lines.push(`${e.pid} ${e.reason}`));
      const begun = performance.now();
      lines.push(String(await v.call('m', 'sleep', [3_600_000])));
      lines.push(
        String(await v.call('rand', 'uniform', [1000])),
        String(await v.call('erlang', 'monotonic_time')),
        String(await v.call('erlang', 'make_ref')),
      );
      expect(performance.now() - begun).toBeLessThan(5000);
      return lines;
    };
    expect(await log()).toEqual(await log());
  });

  test('ticks by reductions', async () => {
    const v = await vm({ autostart: false });
    v.load(m);
    const pid = v.spawn('m', 'loop');
    expect(v.tick({ reductions: 1000 }).state).toBe('runnable');
    const before = v.inspect().processes.find((p) => p.pid === pid).reductions;
    v.tick({ reductions: 20000 });
    const spent = v.inspect().processes.find((p) => p.pid === pid).reductions - before;
    expect(spent).toBeGreaterThan(15000);
    expect(spent).toBeLessThan(30000);
  });

  test('a timer tells when to come back', async () => {
    const v = await vm({ autostart: false });
    v.load(m);
    v.spawn('m', 'sleep', [1000]);
    const { state, wake } = v.tick();
    expect(state).toBe('timer');
    expect(wake).toBeGreaterThan(500);
    expect(wake).toBeLessThanOrEqual(1000);
  });
});

describe('handlers', () => {
  test('that throw harm nothing and are reported', async () => {
    const v = await vm();
    v.load(m);
    const seen = [];
    v.on('exit', () => {
      throw new Error('mine');
    });
    v.on('exit', () => seen.push('second'));
    v.on('error', (e) => seen.push(e.message));
    await v.call('m', 'id', [1]);
    await v.idle();
    expect(seen).toEqual(['mine', 'second']);
  });

  test('without an error handler a line goes to the console', async () => {
    const v = await vm();
    const error = jest.spyOn(console, 'error').mockImplementation(() => {});
    v.on('exit', () => {
      throw new Error('mine');
    });
    await v.call('erlang', 'self');
    await v.idle();
    expect(error).toHaveBeenCalledTimes(1);
    error.mockRestore();
  });

  test('may use the VM, tick it and close it', async () => {
    const v = await vm();
    v.load(m);
    const order = [];
    v.on('exit', (e) => {
      order.push(e.initialCall?.function);
      if (order.length === 1) {
        v.spawn('m', 'id', [1]);
        v.tick();
        order.push('back');
      } else v.close();
    });
    v.spawn('m', 'sleep', [1]);
    await v.once('close');
    expect(order).toEqual(['sleep', 'back', 'id']);
  });

  test('a module source that calls the VM is refused', async () => {
    let v;
    const errors = [];
    v = await vm({ modules: (name) => (name === 'm' ? v.load(m) && undefined : undefined) });
    v.on('error', (e) => errors.push(e.code));
    await expect(v.call('m', 'id', [1])).rejects.toMatchObject({ reason: Atom.for('undef') });
    await v.idle();
    expect(errors).toContain('BUSY');
  });
});
