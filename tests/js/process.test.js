// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, Atom, ErlangError, TimeoutError, tuple } from '../../js/index.js';
import { compile, vm } from './helper.js';

const atom = (name) => Atom.for(name);
const p = compile(`
-module(p).
-compile(export_all).
echo() -> receive {From, X} -> From ! {self(), X}, echo(); stop -> ok end.
wait() -> receive after infinity -> ok end.
linked(Js) -> link(Js), wait().
trapper(Js) -> process_flag(trap_exit, true), link(Js), Js ! linked, receive {'EXIT', Js, Why} -> Why end.
watch(Js) -> Ref = monitor(process, Js), Js ! watching, receive {'DOWN', Ref, process, Js, Why} -> Why end.
call(Js) -> gen_server:call(Js, question, 5000).
kill(Pid, Why) -> exit(Pid, Why).
`);

const setup = async (options) => {
  const v = await vm(options);
  v.load(p);
  return v;
};

describe('messages', () => {
  test('go both ways', async () => {
    const v = await setup();
    const js = v.process();
    const echo = v.spawn('p', 'echo');
    js.send(echo, tuple(js.pid, 'hello'));
    const [from, text] = await js.receive();
    expect(from).toBe(echo);
    expect(new TextDecoder().decode(text)).toBe('hello');
    v.send(js, 1);
    v.send(js.pid, 2);
    expect(await js.receive((m) => m === 2)).toBe(2);
    expect(await js.receive()).toBe(1);
  });

  test('receive times out, is aborted, and keeps what does not match', async () => {
    const v = await setup();
    const js = v.process();
    await expect(js.receive(() => true, { timeout: 10 })).rejects.toThrow(TimeoutError);
    const controller = new AbortController();
    const waiting = js.receive(() => true, { signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    v.send(js, 5);
    await expect(js.receive((m) => m === 6, { timeout: 20 })).rejects.toThrow(TimeoutError);
    expect(await js.receive()).toBe(5);
  });

  test('are iterated, or given to a handler', async () => {
    const v = await setup();
    const js = v.process({ name: 'js' });
    for (const i of [1, 2, 3]) v.send('js', i);
    const seen = [];
    for await (const message of js) if (seen.push(message) === 3) break;
    expect(seen).toEqual([1, 2, 3]);
    js.on('message', (message) => seen.push(message));
    v.send('js', 4);
    await v.idle();
    expect(seen).toEqual([1, 2, 3, 4]);
    const iterating = (async () => {
      for await (const message of v.process({ name: 'other' })) seen.push(message);
    })();
    v.exit('other', atom('done'));
    await iterating;
  });

  test('a thousand of them arrive in order', async () => {
    const v = await setup();
    const js = v.process();
    const seen = [];
    js.on('message', (m) => seen.push(m));
    for (let i = 0; i < 1000; i++) v.send(js, i);
    await v.idle();
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test('it answers gen_server:call', async () => {
    const v = await setup();
    const js = v.process();
    const answer = v.call('p', 'call', [js.pid]);
    const [tag, from, question] = await js.receive();
    expect([tag, question]).toEqual([atom('$gen_call'), atom('question')]);
    js.reply(from, tuple(atom('answer'), 42));
    expect((await answer).at(1)).toBe(42);
  });
});

describe('links', () => {
  test('kill a process that does not trap, and tell', async () => {
    const v = await setup();
    const js = v.process();
    const other = v.spawn('p', 'linked', [js.pid]);
    await v.idle();
    const ended = [];
    js.on('exit', (e) => ended.push(e.reason));
    const waiting = js.receive();
    v.exit(other, atom('boom'));
    await expect(waiting).rejects.toMatchObject({ class: 'exit', reason: atom('boom') });
    expect(await js.exited).toBe(atom('boom'));
    expect(ended).toEqual([atom('boom')]);
    expect(js.alive).toBe(false);
    expect(() => js.send(other, 1)).toThrow(ErlangError);
    await expect(js.receive()).rejects.toThrow(ErlangError);
    js.exit();
  });

  test('become messages of one that traps', async () => {
    const v = await setup();
    const js = v.process({ trapExit: true });
    const trapped = [];
    js.on('trapped', (e) => trapped.push(e));
    const other = v.spawn('p', 'wait');
    js.link(other);
    js.link(other);
    expect(v.inspect().processes.find((i) => i.pid === js.pid)).toMatchObject({
      js: true,
      trapExit: true,
      links: [other],
    });
    v.exit(other, atom('boom'));
    const message = await js.receive();
    expect(String(message)).toBe(`{'EXIT',${other},boom}`);
    expect(trapped).toEqual([{ from: other, reason: atom('boom') }]);
    expect(v.inspect().processes.find((i) => i.pid === js.pid).links).toEqual([]);
  });

  test('unlink ends one; the exit of the JS process kills the other end', async () => {
    const v = await setup();
    const js = v.process();
    const [a, b] = [v.spawn('p', 'wait'), v.spawn('p', 'wait')];
    js.link(a);
    js.link(b);
    js.unlink(a);
    const exits = [];
    v.on('exit', (e) => exits.push([e.pid, e.reason]));
    js.exit(atom('over'));
    await v.idle();
    expect(exits).toEqual([
      [js.pid, atom('over')],
      [b, atom('over')],
    ]);
  });

  test('Erlang traps the exit of a JS process', async () => {
    const v = await setup();
    const js = v.process();
    const why = v.call('p', 'trapper', [js.pid]);
    await js.receive();
    js.exit(tuple(atom('reason'), 1));
    expect(String(await why)).toBe('{reason,1}');
  });

  test('to the dead and to nonsense', async () => {
    const v = await setup();
    const js = v.process();
    const dead = v.spawn('erlang', 'self');
    await v.idle();
    expect(() => js.link(dead)).toThrow(expect.objectContaining({ class: 'error', reason: atom('noproc') }));
    expect(() => js.link(/** @type {any} */ (1))).toThrow(ArgumentError);
    expect(() => v.spawn('p', 'wait', [], { link: true })).toThrow(ArgumentError);
    const child = v.spawn('p', 'wait', [], { parent: js, link: true });
    expect(v.inspect().processes.find((i) => i.pid === child)).toMatchObject({ parent: js.pid, links: [js.pid] });
  });
});

describe('monitors', () => {
  test('a JS process watches', async () => {
    const v = await setup();
    const js = v.process();
    const other = v.spawn('p', 'wait', [], { name: 'watched' });
    const downs = [];
    js.on('down', (e) => downs.push(e));
    const ref = js.monitor(other);
    const second = js.monitor('watched');
    const third = js.monitor(other);
    js.demonitor(third);
    v.exit(other, atom('bye'));
    await v.idle();
    expect(downs.map((e) => [e.ref.equals(ref), e.ref.equals(second), String(e.target), e.reason])).toEqual([
      [true, false, String(other), atom('bye')],
      [false, true, '{watched,nonode@nohost}', atom('bye')],
    ]);
    js.demonitor(ref, { flush: true });
    expect((await js.receive()).at(1).equals(second)).toBe(true);
    await expect(js.receive(() => true, { timeout: 1 })).rejects.toThrow(TimeoutError);
  });

  test('a JS process is watched', async () => {
    const v = await setup();
    const js = v.process();
    const why = v.call('p', 'watch', [js.pid]);
    await js.receive();
    js.exit();
    expect(await why).toBe(atom('normal'));
  });
});

test('exit signals between processes, flags and names', async () => {
  const v = await setup();
  const [a, b] = [v.process({ name: 'a' }), v.process()];
  a.kill(b, atom('why'));
  await v.idle();
  expect(await b.exited).toBe(atom('why'));
  a.trapExit(true);
  await v.call('p', 'kill', [a.pid, atom('tickle')]);
  expect(String(await a.receive())).toMatch(/^\{'EXIT',<.*>,tickle\}$/);
  await v.call('p', 'kill', [a.pid, atom('kill')]);
  expect(await a.exited).toBe(atom('killed'));
  expect(() => v.process({ name: 'a' })).not.toThrow();
  expect(() => v.process({ name: 'a' })).toThrow(ArgumentError);
  const c = v.process();
  c.register('see');
  v.send('see', 1);
  expect(await c.receive()).toBe(1);
  expect(() => c.register('a')).toThrow(expect.objectContaining({ reason: atom('badarg') }));
});

test('events of every kind, only while somebody listens', async () => {
  const v = await setup();
  const log = [];
  const names = [
    'exit',
    'signal',
    'spawn',
    'link',
    'unlink',
    'monitor',
    'demonitor',
    'down',
    'register',
    'unregister',
    'message',
    'crash',
  ];
  const offs = names.map((name) => v.on(/** @type {any} */ (name), (e) => log.push([name, e])));
  const js = v.process({ trapExit: true, name: 'js' });
  const other = v.spawn('p', 'wait');
  js.link(other);
  js.unlink(other);
  js.link(other);
  js.demonitor(js.monitor(other));
  js.monitor(other);
  v.send(other, atom('hi'));
  js.kill(other, atom('boom'));
  await v.idle();
  v.spawn('erlang', 'atom_to_list', [1]);
  await v.idle();
  const of = (name) => log.filter(([n]) => n === name).map(([, e]) => e);
  expect(of('spawn').map((e) => e.pid)).toEqual(expect.arrayContaining([js.pid, other]));
  expect(of('link')).toEqual([
    { pid: js.pid, peer: other },
    { pid: js.pid, peer: other },
  ]);
  expect(of('unlink')[0]).toEqual({ pid: js.pid, peer: other });
  expect(of('monitor')).toHaveLength(2);
  expect(of('demonitor')).toHaveLength(1);
  expect(of('register')).toEqual([{ pid: js.pid, name: 'js' }]);
  expect(of('message').find((e) => e.to === other).message).toBe(atom('hi'));
  expect(of('signal')).toEqual([
    { from: js.pid, to: other, reason: atom('boom'), cause: 'exit', outcome: 'killed' },
    { from: other, to: js.pid, reason: atom('boom'), cause: 'link', outcome: 'trapped' },
  ]);
  expect(of('down')).toEqual([{ pid: js.pid, target: other, reason: atom('boom') }]);
  expect(of('exit').map((e) => [e.pid, String(e.reason)])[0]).toEqual([other, 'boom']);
  expect(of('crash')[0].reason).toBe(atom('badarg'));
  for (const off of offs) off();
  const n = log.length;
  v.spawn('p', 'echo');
  await v.idle();
  expect(log).toHaveLength(n);
});

test('events as an iterator, with a signal, and as the DOM has them', async () => {
  const v = await setup();
  const seen = [];
  v.addEventListener('exit', (e) => seen.push(['dom', /** @type {CustomEvent} */ (e).detail.reason]));
  const controller = new AbortController();
  const all = (async () => {
    for await (const e of v.events('exit', { signal: controller.signal })) seen.push(['iterator', e.reason]);
  })();
  const once = v.once('exit');
  const aborted = v.once('halt', { signal: controller.signal });
  v.spawn('erlang', 'exit', [atom('a')]);
  await v.idle();
  expect((await once).reason).toBe(atom('a'));
  controller.abort(new Error('enough'));
  await all;
  await expect(aborted).rejects.toThrow('enough');
  v.spawn('erlang', 'exit', [atom('b')]);
  await v.idle();
  expect(seen.map(([k, r]) => `${k} ${r}`).sort()).toEqual(['dom a', 'dom b', 'iterator a']);
});

test('a hundred thousand events arrive in order, none lost', async () => {
  const v = await setup();
  v.load(
    compile(
      '-module(many). -export([run/1, child/1]). run(0) -> ok; run(N) -> spawn(?MODULE, child, [N]), run(N - 1). ' +
        'child(N) -> exit(N).',
    ),
  );
  let next = 100_000;
  let wrong = 0;
  v.on('exit', (e) => {
    if (typeof e.reason === 'number' && e.reason !== next--) wrong++;
  });
  v.spawn('many', 'run', [100_000]);
  await v.idle();
  expect([next, wrong]).toEqual([0, 0]);
});
