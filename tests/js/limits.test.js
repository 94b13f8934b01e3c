// SPDX-License-Identifier: Apache-2.0
//
// Programs that allocate for ever, in a VM of 64 MiB: the process that asked for too much dies with a reason that says
// so, the others continue, and closing the VM frees everything (helper.js checks this).

import { expect, test } from '@jest/globals';
import { Atom } from '../../js/index.js';
import { compile, vm } from './helper.js';

const MEMORY = 64 * 2 ** 20;
const beam = compile(`
-module(greedy).
-compile(export_all).

list(L) -> list([1, 2, 3 | L]).
deep(-1) -> [];
deep(N) -> [N | deep(N + 1)].
tuple(T) -> tuple({T, T, T, T}).
append(B) -> append(<<B/binary, B/binary>>).
grow(B) -> grow(<<B/binary, 0:8000>>).
binaries(L) -> binaries([binary:copy(<<1>>, 100000) | L]).
map(M, N) -> map(M#{N => N}, N + 1).
shift(N) -> shift(N bsl 1000000).
iolist() -> L = lists:duplicate(1000, lists:duplicate(1000, $a)), list_to_binary(lists:duplicate(1000, L)).
duplicate() -> length(lists:duplicate(100000000, x)).
copy() -> binary:copy(<<"abcdefgh">>, 100000000).
encode() -> L = binary:copy(<<1>>, 10000000), term_to_binary(lists:duplicate(100, L)).
atom(N) -> list_to_atom(integer_to_list(N) ++ lists:duplicate(240, $x)), atom(N + 1).
ets(N) -> ets(ets:new(t, []), N).
ets(T, N) -> ets:insert(T, {N, lists:seq(1, 100)}), ets(T, N + 1).
dictionary(N) -> put(N, lists:seq(1, 100)), dictionary(N + 1).
term(N) -> persistent_term:put(N, lists:seq(1, 100)), term(N + 1).
self_mail() -> self() ! lists:seq(1, 100), self_mail().
mailbox() -> mailbox(spawn(fun() -> receive never -> ok end end)).
mailbox(P) -> P ! lists:seq(1, 100), mailbox(P).
timers() -> erlang:send_after(1000000, self(), lists:seq(1, 100)), timers().
links() -> spawn_link(fun() -> receive never -> ok end end), links().
bomb() -> spawn(fun() -> bomb() end), spawn(fun() -> bomb() end).
flood() -> spawn(fun() -> receive never -> ok end end), flood().
sleepers(0, _) -> ok;
sleepers(N, F) -> spawn(F), sleepers(N - 1, F).
refs(L) -> refs([make_ref() | L]).
monitors() -> monitor(process, whereis(counter)), monitors().
funs(F) -> funs(fun() -> F end).
caught() -> try list([]) catch _:_ -> caught end.

%% Takes all memory there is, in pieces smaller and smaller, and keeps it.
hoarder() -> register(hoarder, self()), ets:new(hoard, [named_table, public]), receive never -> ok end.
hoard(0) -> full;
hoard(N) ->
    {_, M} = spawn_monitor(fun() -> ets:insert(hoard, {make_ref(), binary:copy(<<1>>, N)}) end),
    receive {'DOWN', M, _, _, normal} -> hoard(N); {'DOWN', M, _, _, _} -> hoard(N div 2) end.

%% Another process: answers whoever asks, all the time.
counter(N) -> receive {From, how_many} -> From ! N, counter(N + 1) end.
start() -> P = spawn(fun() -> counter(0) end), register(counter, P), lists:sum([1]), ok.
ask() -> counter ! {self(), how_many}, receive N -> N end.
`);

const CASES = [
  ['list', [[]]],
  ['deep', [1]],
  ['tuple', [1]],
  ['append', [new Uint8Array(1)]],
  ['grow', [new Uint8Array(1)]],
  ['binaries', [[]]],
  ['map', [new Map(), 1]],
  ['shift', [1]],
  ['iolist', []],
  ['duplicate', []],
  ['copy', []],
  ['encode', []],
  ['atom', [1]],
  ['ets', [1]],
  ['dictionary', [1]],
  ['term', [1]],
  ['self_mail', []],
  ['mailbox', []],
  ['timers', []],
  ['links', []],
  ['flood', []],
  ['refs', [[]]],
  ['monitors', []],
  ['funs', [1]],
  ['caught', []],
];

/** A short form of the reason: its atom, or the atom of an error. */
const brief = (error) => {
  const reason = error.reason;
  return String(reason?.name ?? reason?.[0]?.name ?? reason);
};

for (const [name, args] of CASES) {
  test(`${name}: who asks for ever more memory dies of it, and no one else`, async () => {
    const v = await vm({ memoryLimit: MEMORY });
    v.load(beam);
    await v.call('greedy', 'start');
    await v.call('greedy', 'ask');
    const error = await v.call('greedy', name, args, { timeout: 60_000 }).then(
      (value) => ({ reason: `returned ${String(value).slice(0, 50)}` }),
      (e) => e,
    );
    expect(`${name}: ${brief(error)}`).toMatch(/killed|system_limit|no_memory|nomem/);
    await new Promise((done) => setTimeout(done, 50)); // the process has answered and is about to exit
    // The other processes have kept their state, and memory is available again.
    expect(await v.call('greedy', 'ask')).toBe(1);
    expect(await v.call('lists', 'sum', [[1, 2, 3]])).toBe(6);
  }, 60_000);
}

test('a bomb of processes ends at their limit', async () => {
  const v = await vm({ memoryLimit: MEMORY, maxProcesses: 2000 });
  v.load(beam);
  await v.call('greedy', 'start');
  v.spawn('greedy', 'bomb');
  await new Promise((done) => setTimeout(done, 500));
  expect(v.stats().processes).toBeLessThanOrEqual(2000);
  expect(v.stats().processes).toBeGreaterThan(10);
  v.stop();
});

test('with no memory left at all calls are rejected, who took it can be ended, and there is room again', async () => {
  const v = await vm({ memoryLimit: MEMORY });
  const errors = [];
  v.on('error', (error) => errors.push(error));
  v.load(beam);
  await v.call('lists', 'seq', [1, 2]);
  const hoarder = v.spawn('greedy', 'hoarder');
  const outcomes = [await v.call('greedy', 'hoard', [8_000_000]).catch((error) => error)];
  for (let i = 0; i < 20; i++)
    outcomes.push(await v.call('lists', 'seq', [1, 20_000], { timeout: 10_000 }).catch((error) => error));
  const reasons = new Set(
    outcomes.map((outcome) => (outcome instanceof Error ? brief(outcome) : String(outcome).slice(0, 20))),
  );
  // undefined stands for a LimitError.
  for (const reason of reasons) expect(reason).toMatch(/^(full|killed|system_limit|undefined)$/);
  expect(outcomes.at(-1)).toBeInstanceOf(Error);
  v.exit(hoarder, Atom.for('kill'));
  await v.idle();
  expect(await v.call('lists', 'sum', [[1, 2, 3]])).toBe(6);
  expect(errors.filter((error) => !/memory/.test(error.message))).toEqual([]);
}, 60_000);

test('a host that sends for ever is told', async () => {
  const v = await vm({ memoryLimit: MEMORY, autostart: false });
  v.load(beam);
  const pid = v.spawn('greedy', 'counter', [0]);
  const message = new Array(1_000_000).fill(300);
  expect(() => {
    for (let i = 0; i < 100; i++) v.send(pid, message);
  }).toThrow(/memory/);
  v.exit(pid, Atom.for('kill'));
  while (v.tick().state === 'runnable');
});
