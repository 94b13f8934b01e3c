// SPDX-License-Identifier: Apache-2.0
//
// What happens when something goes wrong: in Erlang, in a handler written in JavaScript, or with the VM itself.
import { describe, expect, jest, test } from '@jest/globals';
import { Atom, ErlangError, HaltedError, format, text, tuple } from '../../js/index.js';
import { compile, vm } from './helper.js';

const atom = (name) => Atom.for(name);
const e = compile(`
-module(e).
-compile(export_all).
wait() -> receive after infinity -> ok end.
trapper(Js) -> process_flag(trap_exit, true), link(Js), Js ! linked, receive {'EXIT', Js, Why} -> Why end.
watch(Js) -> Ref = monitor(process, Js), Js ! watching, receive {'DOWN', Ref, process, Js, Why} -> Why end.
call(Js) -> gen_server:call(Js, question, 60000).
halt(N) -> erlang:halt(N).
`);

const setup = async (options) => {
  const v = await vm(options);
  v.load(e);
  return v;
};

describe('a handler of a JS process', () => {
  /** Ways to fail: a throw, a rejection at once, one later; all handlers that a message can reach. */
  const FAILURES = {
    throws() {
      throw new RangeError('out of reach');
    },
    async rejects() {
      throw new RangeError('out of reach');
    },
    async 'rejects later'() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new RangeError('out of reach');
    },
  };
  describe.each(Object.entries(FAILURES))('that %s', (_name, fail) => {
    const server = async () => {
      const v = await setup();
      const told = [];
      v.on('error', (error) => told.push(error));
      const js = v.process({ name: 'server' });
      js.on('message', fail);
      return { v, js, told };
    };

    test('ends the process with the error; a call under way fails at once', async () => {
      const { v, js, told } = await server();
      const begun = performance.now();
      const error = await v.call('e', 'call', [js.pid]).catch((error) => error);
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(error).toBeInstanceOf(ErlangError);
      const [reason, during] = error.reason;
      expect(format(during)).toBe(`{gen_server,call,[${js.pid},question,60000]}`);
      expect(reason.at(0)).toBe(atom('js_error'));
      expect(text(reason.at(1).getAtom('name'))).toBe('RangeError');
      expect(text(reason.at(1).getAtom('message'))).toBe('out of reach');
      expect(text(reason.at(1).getAtom('stack'))).toMatch(/RangeError: out of reach\n.*errors\.test\.js/);
      expect(await js.exited).toEqual(reason);
      expect(told.map((error) => error.message)).toEqual(['out of reach']);
      expect(js.alive).toBe(false);
    });

    test('is told to those linked and monitoring', async () => {
      const { v, js } = await server();
      js.on('message', () => {});
      const linked = v.process({ trapExit: true });
      linked.link(js);
      const ref = linked.monitor(js);
      v.send(js, 1);
      const messages = [await linked.receive(), await linked.receive()];
      expect(messages.map((m) => String(m.at(0))).sort()).toEqual(['DOWN', 'EXIT']);
      for (const message of messages) expect(message.at(-1).at(0)).toBe(atom('js_error'));
      expect(messages.find((m) => m.length === 5).at(1).equals(ref)).toBe(true);
    });
  });

  test('of down and of trapped counts too, and the DOM kind of a VM does not end Node', async () => {
    const v = await setup();
    const told = [];
    v.on('error', (error) => told.push(error.message));
    for (const name of ['down', 'trapped']) {
      const js = v.process({ trapExit: true });
      js.on(name, () => {
        throw new Error(name);
      });
      const other = v.spawn('e', 'wait');
      if (name === 'down') js.monitor(other);
      else js.link(other);
      v.exit(other, atom('boom'));
      expect((await js.exited).at(0)).toBe(atom('js_error'));
    }
    expect(told).toEqual(['down', 'trapped']);
  });

  test('whose exit is told as that exit; anything may be thrown', async () => {
    const v = await setup();
    v.on('error', () => {});
    const thrown = [
      [new ErlangError('exit', tuple(atom('shutdown'), 1)), /^\{shutdown,1\}$/],
      [new ErlangError('error', atom('badarg')), /^\{js_error,.*ErlangError/],
      [undefined, /undefined/],
      [null, /null/],
      [Symbol('odd'), /Symbol\(odd\)/],
      ['text', /text/],
      [{ message: 5, name: null }, /<<"5">>/],
      [new ErlangError('exit', (await vm()).process()), /js_error/],
    ];
    for (const [what, expected] of thrown) {
      const js = v.process();
      js.on('message', () => {
        throw what;
      });
      v.send(js, 1);
      expect(format(await js.exited)).toMatch(expected);
    }
  });

  test('gets no further message once it has failed or has ended its process', async () => {
    const v = await setup();
    v.on('error', () => {});
    const seen = [];
    const [one, two] = [v.process(), v.process()];
    one.on('message', (message) => {
      seen.push(message);
      throw new Error('once');
    });
    two.on('message', (message) => {
      seen.push(message);
      two.exit();
    });
    for (const i of [1, 2, 3]) v.send(one, i);
    for (const i of [4, 5, 6]) v.send(two, i);
    await v.idle();
    expect(seen).toEqual([1, 4]);
  });

  test('that waits when its process is killed is no further error', async () => {
    const v = await setup();
    const told = [];
    v.on('error', (error) => told.push(error));
    const js = v.process();
    js.on('message', async () => js.receive((m) => m === atom('never')));
    v.send(js, 1);
    await v.idle();
    v.exit(js, atom('boom'));
    expect(await js.exited).toBe(atom('boom'));
    await v.idle();
    expect(told).toEqual([]);
  });

  test('without a handler of errors: the console says which process and which error', async () => {
    const v = await setup();
    const console_ = jest.spyOn(console, 'error').mockImplementation(() => {});
    const js = v.process({ name: 'server' });
    js.on('message', async () => {
      throw new Error('nobody catches this');
    });
    v.on('exit', async () => {
      throw new Error('nor this');
    });
    v.send(js, 1);
    await v.idle();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const lines = console_.mock.calls.map(([line, error]) => `${line}: ${error.message}`);
    console_.mockRestore();
    expect(lines).toEqual([`spawnlink: a handler of message of ${js.pid} (server) threw: nobody catches this`, 'spawnlink: a handler of exit threw: nor this']);
  });
});

describe('after halt', () => {
  test('whatever would run a program is refused, and what was under way ends', async () => {
    const v = await setup();
    const js = v.process();
    const waiting = [v.call('e', 'wait'), v.call('e', 'wait', [], { timeout: 60_000 }), js.receive()];
    const ends = Promise.allSettled(waiting);
    await expect(v.call('e', 'halt', [3])).rejects.toThrow('the program halted with status 3');
    for (const { reason } of await ends) expect(reason).toMatchObject({ code: 'HALTED', status: 3 });
    expect(await js.exited).toBeInstanceOf(HaltedError);
    const uses = [
      () => v.spawn('e', 'wait'), () => v.send('init', 1), () => v.exit(js, atom('r')), () => v.process(), () => v.load(e),
      () => js.send(js, 1), () => js.link(js), () => js.monitor(js), () => js.kill(js), () => js.trapExit(true), () => js.register('me'),
    ];
    for (const use of uses) expect(use).toThrow(HaltedError);
    await expect(v.call('lists', 'sum', [[1]])).rejects.toThrow(HaltedError);
    await expect(v.call('lists', 'sum', [[1]], { timeout: 60_000 })).rejects.toMatchObject({ status: 3 });
    await expect(js.receive()).rejects.toThrow(HaltedError);
    js.exit();
    await v.idle();
    expect(v.tick()).toEqual({ state: 'halted' });
    expect(v.inspect()).toBeDefined();
    v.close();
    await expect(v.call('lists', 'sum', [[1]])).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('calls made before anybody has heard of it are refused, replies from before it are given', async () => {
    const v = await setup({ autostart: false });
    const first = v.call('lists', 'sum', [[1, 2]]);
    v.tick();
    v.spawn('e', 'halt', [1]);
    v.on('spawn', () => {}); // records to deliver
    while (v.haltStatus === undefined) v.tick();
    expect(await first).toBe(3);
    await expect(v.call('lists', 'sum', [[1]])).rejects.toThrow(HaltedError);
  });

  test('input that comes later, or an abort, harms nobody', async () => {
    let give = () => {};
    const v = await setup({ stdin: () => new Promise((resolve) => (give = resolve)) });
    const controller = new AbortController();
    const aborted = v.call('io', 'get_line', [[]], { signal: controller.signal }).catch((error) => error);
    while (give.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    v.spawn('e', 'halt', [0]);
    while (v.haltStatus === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    give('late\n');
    controller.abort(new Error('too late'));
    expect(await aborted).toBeInstanceOf(Error);
  });
});
