// SPDX-License-Identifier: Apache-2.0
//
// vm.proc: gen_servers called from JavaScript; and what waits, with timeouts and signals.
import { describe, expect, jest, test } from '@jest/globals';
import { Atom, ErlangError, tuple } from '../../js/index.js';
import { compile, vm } from './helper.js';

jest.setTimeout(60_000);

const a = (name) => Atom.for(name);
const failure = (promise) =>
  promise.then(
    (value) => {
      throw new Error(`no failure, but ${value}`);
    },
    (error) => error,
  );

const server = compile(`
-module(server).
-compile(export_all).
start(Name) -> {ok, Pid} = gen_server:start(Name, ?MODULE, [], []), Pid.
init(_) -> {ok, []}.
handle_call(all, _, All) -> {reply, lists:reverse(All), All};
handle_call(slow, _, All) -> timer:sleep(60000), {reply, slow, All};
handle_call(map, _, All) -> {reply, #{a => 1}, All};
handle_call({stop, Why}, _, All) -> {stop, Why, All};
handle_call(self, _, All) -> {reply, gen_server:call(self(), x), All}.
handle_cast(What, All) -> {noreply, [{cast, What} | All]}.
handle_info(What, All) -> {noreply, [{info, What} | All]}.
`);

async function started(name = tuple(a('local'), a('me'))) {
  const machine = await vm();
  machine.load(server);
  return { machine, pid: await machine.call('server', 'start', [name]) };
}

describe('a gen_server', () => {
  test('by its name, its pid, global and via: calls, casts and messages come in their order', async () => {
    const { machine, pid } = await started();
    await machine.call('global', 'register_name', [a('everywhere'), pid]);
    const names = [
      'me',
      a('me'),
      pid,
      tuple(a('global'), a('everywhere')),
      tuple(a('via'), a('global'), a('everywhere')),
      tuple(a('me'), a('nonode@nohost')),
    ];
    let expected = 0;
    for (const name of names) {
      const proc = machine.proc(name);
      proc.cast(1);
      proc.info(2);
      await machine.idle(); // a cast or message to a global name is a process of its own
      expected += 2;
      const all = (await proc.call(a('all'))).map(String);
      expect(all).toHaveLength(expected);
      expect(all.slice(-2).sort()).toEqual(['{cast,1}', '{info,2}']);
    }
    expect(await machine.proc(pid).call(a('map'), { pretty: true })).toEqual({ a: 1 });
    // To a name of this VM or a pid they are in order.
    const proc = machine.proc('me');
    for (let i = 0; i < 20; i++) i % 2 ? proc.cast(i) : proc.info(i);
    const ordered = (await proc.call(a('all'))).slice(expected).map((it) => it.at(1));
    expect(ordered).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test.each([
    ['nobody', a('all'), {}, '{noproc,{gen_server,call,[nobody,all,5000]}}'],
    ['me', a('slow'), { timeout: 20 }, '{timeout,{gen_server,call,[me,slow,20]}}'],
    ['me', a('slow'), { timeout: 19.5 }, '{timeout,{gen_server,call,[me,slow,20]}}'],
    ['me', tuple(a('stop'), a('normal')), {}, '{normal,{gen_server,call,[me,{stop,normal},5000]}}'],
    ['me', tuple(a('stop'), a('bad')), { timeout: Infinity }, '{bad,{gen_server,call,[me,{stop,bad},infinity]}}'],
    [tuple(a('global'), a('no')), 1, {}, '{noproc,{gen_server,call,[{global,no},1,5000]}}'],
  ])('%s, asked %s with %j: exit %s, as in OTP', async (name, request, options, reason) => {
    const { machine } = await started();
    const error = await failure(machine.proc(name).call(request, options));
    expect(error).toBeInstanceOf(ErlangError);
    expect(error.class).toBe('exit');
    expect(String(error.reason)).toBe(reason);
  });

  test('that is killed while it works: the reason, at once', async () => {
    const { machine, pid } = await started();
    const waiting = failure(machine.proc(pid).call(a('slow')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    machine.exit(pid, a('kill'));
    expect(String((await waiting).reason.at(0))).toBe('killed');
    expect(String((await failure(machine.proc(pid).call(1))).reason.at(0))).toBe('noproc');
  });

  test('a signal ends the call', async () => {
    const { machine, pid } = await started();
    await machine.idle();
    const before = machine.stats().processes;
    const controller = new AbortController();
    const waiting = failure(machine.proc(pid).call(a('slow'), { signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(machine.stats().processes).toBe(before);
  });

  test('casts to nobody are nothing; a message to a name that nobody has is refused', async () => {
    const { machine, pid } = await started();
    machine.proc('nobody').cast(1);
    machine.proc(tuple(a('global'), a('nobody'))).cast(1);
    expect(() => machine.proc('nobody').info(1)).toThrow('nobody');
    machine.exit(pid, a('kill'));
    await machine.idle();
    machine.proc(pid).cast(1);
    machine.proc(pid).info(1);
    expect(() => machine.proc(1)).toThrow('expected, not 1');
    machine.close();
    expect((await failure(machine.proc('me').call(1))).code).toBe('CLOSED');
    expect(() => machine.proc('me').cast(1)).toThrow('the VM is closed');
  });
});

describe('what waits', () => {
  test('idle ends by a timeout and a signal', async () => {
    const machine = await vm();
    machine.spawn('timer', 'sleep', [60_000]);
    expect(await failure(machine.idle({ timeout: 10 }))).toMatchObject({
      code: 'TIMEOUT',
      message: 'not idle within 10 ms',
    });
    const controller = new AbortController();
    const waiting = failure(machine.idle({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    machine.call('erlang', 'halt', [0]).catch(() => {});
    await machine.once('halt');
    await machine.idle();
    machine.close();
    expect((await failure(machine.idle())).code).toBe('CLOSED');
  });

  test('once ends by a timeout', async () => {
    const machine = await vm();
    const process = machine.process();
    expect(await failure(machine.once('halt', { timeout: 10 }))).toMatchObject({
      code: 'TIMEOUT',
      message: "no 'halt' within 10 ms",
    });
    expect((await failure(process.once('down', { timeout: 10 }))).code).toBe('TIMEOUT');
    const message = process.once('message', { timeout: 10_000 });
    machine.send(process, 1);
    expect(await message).toBe(1);
  });
});
