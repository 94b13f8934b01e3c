// SPDX-License-Identifier: Apache-2.0
//
// Links, monitors and exit signals as JavaScript sees them: a JavaScript process as the child of a supervisor, the
// order of events, very many of them, equal logs for equal seeds, and fast snapshots.

import { describe, expect, test } from '@jest/globals';
import { Atom, ClosedError, ErlangError, ForeignError, format, tuple } from '../../js/index.js';
import { compile, vm } from './helper.js';

const atom = (name) => Atom.for(name);
const KINDS = [
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

const s = compile(`
-module(s).
-behaviour(supervisor).
-compile(export_all).

init([]) -> {ok, {#{intensity => 2, period => 10}, [#{id => js, start => {?MODULE, child, []}, shutdown => 1000}]}}.
child() -> {ok, gen_server:call(factory, {start, self()})}.
sup() -> {ok, P} = supervisor:start_link(?MODULE, []), unlink(P), P.
children(P) -> [{Id, C} || {Id, C, _, _} <- supervisor:which_children(P)].
stop(P) -> gen_server:stop(P, shutdown, 5000).

wait() -> receive stop -> ok end.
trapper() -> process_flag(trap_exit, true), wait().
trapper(To) -> process_flag(trap_exit, true), To ! ready, wait().
story() ->
    A = spawn(?MODULE, trapper, [self()]), receive ready -> register(a, A) end,
    B = spawn(?MODULE, wait, []),
    link(A), link(B), unlink(B), link(A),
    R = monitor(process, B), demonitor(R), monitor(process, B),
    A ! hello, exit(A, foo), exit(B, normal), exit(B, bar),
    receive {'DOWN', _, process, B, _} -> ok end,
    exit(A, kill), receive after infinity -> ok end.

many(0) -> ok;
many(N) -> P = self(), X = spawn(?MODULE, link_me, [P]), _ = X, many(N - 1).
pairs(_, 0) -> ok;
pairs(P, N) -> link(P), unlink(P), demonitor(monitor(process, P)), pairs(P, N - 1).
noise(Seed) -> rand:seed(exsss, Seed), [noisy(I) || I <- lists:seq(1, 60)], receive after 50 -> ok end.
noisy(I) ->
    P = spawn(fun() -> receive {go, Others} -> [link(O) || O <- Others, O =/= self()] end,
    receive after rand:uniform(40) -> exit({reason, I}) end end),
    put(ps, [P | case get(ps) of undefined -> []; L -> L end]),
    P ! {go, [X || X <- get(ps), rand:uniform(8) =:= 1, is_process_alive(X)]},
    monitor(process, P), erlang:send_after(rand:uniform(30), P, tick).
`);

const setup = async (options) => {
  const v = await vm(options);
  v.load(s);
  return v;
};

describe('a JS process under supervision', () => {
  /** Answers {'$gen_call', From, {start, Supervisor}} with new workers, which link themselves to the supervisor. */
  function factory(v) {
    const workers = [];
    const process = v.process({ name: 'factory' });
    process.on('message', ([, from, [, supervisor]]) => {
      const worker = v.process({ trapExit: workers.length > 0 });
      worker.link(supervisor);
      workers.push(worker);
      process.reply(from, worker.pid);
    });
    return workers;
  }

  test('is restarted when it fails and ended in order', async () => {
    const v = await setup();
    const workers = factory(v);
    const supervisor = await v.call('s', 'sup');
    expect((await v.call('s', 'children', [supervisor]))[0].at(1)).toBe(workers[0].pid);
    workers[0].exit(atom('failed'));
    await v.idle();
    expect(workers).toHaveLength(2);
    expect((await v.call('s', 'children', [supervisor]))[0].at(1)).toBe(workers[1].pid);
    const stopped = v.call('s', 'stop', [supervisor]);
    const [tag, from, reason] = await workers[1].receive();
    expect([tag, from, reason]).toEqual([atom('EXIT'), supervisor, atom('shutdown')]);
    workers[1].exit(reason);
    await stopped;
    expect(await workers[0].exited).toBe(atom('failed'));
  });

  test('that fails too often takes its supervisor down', async () => {
    const v = await setup();
    const workers = factory(v);
    const supervisor = await v.call('s', 'sup');
    const ends = [];
    v.on('exit', (e) => e.pid === supervisor && ends.push(e.reason));
    for (let i = 0; i < 3; i++) {
      workers[i].exit(atom('again'));
      await v.idle();
    }
    expect(ends).toEqual([atom('shutdown')]);
    expect(workers).toHaveLength(3);
  });

  test('that does not trap dies of the signal and says so', async () => {
    const v = await setup();
    const js = v.process();
    const ends = [];
    v.on('exit', (e) => ends.push(e));
    js.on('exit', (e) => ends.push(e));
    const other = v.spawn('s', 'wait');
    js.link(other);
    for (const reason of ['normal', 'boom']) {
      v.exit(other, atom(reason));
      await v.idle();
    }
    expect(ends).toEqual([
      {
        pid: other,
        name: undefined,
        initialCall: { module: 's', function: 'wait', arity: 0 },
        reason: atom('boom'),
        normal: false,
      },
      expect.objectContaining({ pid: js.pid, reason: atom('boom'), normal: false }),
      { reason: atom('boom') },
    ]);
    for (const use of [
      () => js.link(other),
      () => js.unlink(other),
      () => js.monitor(other),
      () => js.send(other, 1),
      () => js.kill(other),
      () => js.trapExit(true),
    ])
      expect(use).toThrow(ErlangError);
  });
});

test('a pid of another VM or of a closed one is refused by everything a JS process does', async () => {
  const [a, b] = [await setup(), await setup()];
  const js = a.process();
  const foreign = b.spawn('s', 'wait');
  for (const use of [
    () => js.link(foreign),
    () => js.unlink(foreign),
    () => js.monitor(foreign),
    () => js.send(foreign, 1),
    () => js.kill(foreign),
    () => js.send(js, [foreign]),
  ])
    expect(use).toThrow(ForeignError);
  a.close();
  for (const use of [() => js.link(js), () => js.send(js, 1), () => a.send(js.pid, 1), () => a.exit(js.pid, 1)])
    expect(use).toThrow(ClosedError);
  await expect(js.receive()).rejects.toThrow(ClosedError);
});

test('events come in the order in which things happened inside', async () => {
  const v = await setup();
  const log = [];
  const known = new Map();
  const label = (x) => format(x).replace(/<[\d.]+>/g, (pid) => known.get(pid) ?? '?');
  for (const kind of KINDS)
    v.on(/** @type {any} */ (kind), ({ initialCall, normal, stack, ...fields }) => log.push([kind, fields]));
  const story = v.spawn('s', 'story');
  await v.idle();
  known.set(String(story), 'S');
  for (const [kind, { pid, parent }] of log)
    if (kind === 'spawn' && parent === story) known.set(String(pid), 'AB'[known.size - 1]);
  const lines = log.map(([kind, fields]) =>
    [
      kind,
      ...Object.values(fields)
        .filter((x) => x !== undefined)
        .map((x) => (typeof x === 'string' ? x : label(x))),
    ].join(' '),
  );
  expect(lines).toEqual([
    'spawn S',
    'spawn A S',
    'message A S ready',
    'register A a',
    'spawn B S',
    'link S A',
    'link S B',
    'unlink S B',
    'monitor S B',
    'demonitor S B',
    'monitor S B',
    'message S A hello',
    'signal S A foo exit trapped',
    'signal S B normal exit ignored',
    'signal S B bar exit killed',
    'exit B bar',
    'down S B bar',
    'signal S A kill exit killed',
    'exit A a killed',
    'unregister A a',
    'signal A S killed link killed',
    'exit S killed',
  ]);
});

test('of a million events none is lost, in bounded memory, however slow the handlers', async () => {
  const v = await setup();
  const PAIRS = 250_000;
  const target = v.spawn('s', 'wait');
  let memory = 0,
    count = 0,
    wrong = 0;
  ['link', 'unlink', 'monitor', 'demonitor'].forEach((kind, turn) =>
    v.on(/** @type {any} */ (kind), () => {
      if (count++ % 4 !== turn) wrong++;
      if (count % 1000 === 0) memory = Math.max(memory, v.stats().memory);
    }),
  );
  await v.idle();
  const before = v.stats().memory;
  v.spawn('s', 'pairs', [target, PAIRS]);
  await v.idle();
  expect([count, wrong]).toEqual([4 * PAIRS, 0]);
  expect(memory - before).toBeLessThan(8 * 2 ** 20);
}, 120_000);

test('the same program gives the same event log, byte for byte, under a virtual clock and a seed', async () => {
  const run = async (seed, tick) => {
    const v = await setup({ clock: 'virtual', seed, autostart: false });
    const log = [];
    for (const kind of KINDS)
      v.on(/** @type {any} */ (kind), (e) => log.push(`${kind} ${JSON.stringify(e)} ${v.inspect().processes.length}`));
    v.spawn('s', 'noise', [tuple(seed, 2, 3)]);
    while (v.tick(tick).state !== 'idle');
    return log.join('\n');
  };
  const first = await run(7, { reductions: 500 });
  expect(first.length).toBeGreaterThan(10_000);
  expect(await run(7, { reductions: 500 })).toBe(first);
  expect(await run(8, { reductions: 500 })).not.toBe(first);
});

test('a snapshot has everything, and one of 1,000 linked processes takes some milliseconds', async () => {
  const v = await setup();
  const js = v.process({ name: 'js', trapExit: true });
  const others = Array.from({ length: 1000 }, () => v.spawn('s', 'trapper', [], { parent: js, link: true }));
  js.monitor(others[5]);
  v.send(others[5], 1);
  await v.idle();
  const { processes } = v.inspect();
  expect(processes.find((info) => info.pid === others[5])).toEqual({
    pid: others[5],
    name: undefined,
    initialCall: { module: 's', function: 'trapper', arity: 0 },
    current: { module: 's', function: 'wait', arity: 0 },
    state: 'waiting',
    trapExit: true,
    js: false,
    priority: 'normal',
    messages: 1,
    memory: expect.any(Number),
    reductions: expect.any(Number),
    parent: js.pid,
    links: [js.pid],
    monitors: [],
  });
  expect(processes.find((info) => info.pid === js.pid)).toMatchObject({
    name: 'js',
    js: true,
    trapExit: true,
    monitors: [others[5]],
  });
  const { links } = processes.find((info) => info.pid === js.pid);
  expect([links.length, new Set(links).size, others.every((pid) => links.includes(pid))]).toEqual([1000, 1000, true]);
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    const begun = process.cpuUsage(); // the CPU time of this process only, because the machine may be busy
    v.inspect();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1000);
  }
  expect(least).toBeLessThan(20); // with ten snapshots a second this is a fifth of the time
});

test('when the process that results of calls go to is killed, they are rejected, and the next calls work', async () => {
  const v = await setup();
  const before = new Set(v.inspect().processes.map((info) => info.pid));
  const waiting = v.call('s', 'wait');
  const bridge = v.inspect().processes.find((info) => info.js && !before.has(info.pid));
  v.exit(bridge.pid, atom('kill'));
  await expect(waiting).rejects.toMatchObject({ class: 'exit', reason: atom('killed') });
  expect(await v.call('lists', 'sum', [[1, 2]])).toBe(3);
});
