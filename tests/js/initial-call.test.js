// SPDX-License-Identifier: Apache-2.0
//
// The function by which a process is known must be the same in spawn events, which come before the process has run, and
// in snapshots. It is compared with what proc_lib says about its processes.

import { expect, test } from '@jest/globals';
import { compile, vm } from './helper.js';

const m = compile(`
-module(named_calls).
-compile(export_all).

init(supervisor) -> {ok, {#{}, [#{id => w, start => {?MODULE, child, []}}]}};
init(machine) -> {ok, state, data};
init(_) -> {ok, state}.
callback_mode() -> handle_event_function.
child() -> {ok, proc_lib:spawn_link(?MODULE, wait, [1, 2])}.
wait(_, _) -> wait().
wait() -> receive stop -> ok end.

start() ->
    {ok, Sup} = supervisor:start_link(?MODULE, supervisor),
    [{w, Child, _, _}] = supervisor:which_children(Sup),
    {ok, Server} = gen_server:start_link(?MODULE, server, []),
    {ok, Named} = gen_server:start({local, a_name}, ?MODULE, server, []),
    {ok, Machine} = gen_statem:start_link(?MODULE, machine, []),
    {ok, Manager} = gen_event:start_link(),
    InFun = proc_lib:spawn(fun() -> wait() end),
    Fun = spawn(fun() -> wait() end),
    External = spawn(fun ?MODULE:wait/0),
    Plain = spawn(?MODULE, wait, [1, 2]),
    {initial_call, {erlang, apply, 2}} = process_info(Fun, initial_call),
    {current_function, {erlang, apply, 2}} = process_info(External, current_function),
    timer:sleep(1),
    [unlink(P) || P <- [Sup, Server, Machine, Manager]],
    [{P, case lists:member(P, [Fun, External, Plain]) of
             true -> none;
             false -> proc_lib:translate_initial_call(P)
         end} || P <- [Sup, Child, Server, Named, Machine, Manager, InFun, Fun, External, Plain]].

watched() -> spawn_monitor(fun wait/0), spawn_opt(?MODULE, wait, [], [link, monitor]).
`);

const text = (call) => `${call.module}:${call.function}/${call.arity}`;

test('spawn events and snapshots tell the callback, the function of proc_lib, the fun', async () => {
  const v = await vm();
  v.load(m);
  const events = new Map();
  v.on('spawn', ({ pid, initialCall }) => events.set(pid, text(initialCall)));
  const answer = await v.call('named_calls', 'start');
  const snapshot = new Map(v.inspect().processes.map(({ pid, initialCall }) => [pid, text(initialCall)]));
  const own = ['named_calls:-start/0-fun-1-/0', 'named_calls:wait/0', 'named_calls:wait/2'];
  for (const [pid, [module, fun, arity] = []] of answer.map(([one, call]) => [
    one,
    call.name === 'none' ? undefined : [...call],
  ])) {
    const expected = module === undefined ? own.shift() : text({ module, function: fun, arity });
    expect([events.get(pid), snapshot.get(pid)]).toEqual([expected, expected]);
  }
  expect(own).toEqual([]);
  const [[supervisor], , [server]] = answer;
  expect([events.get(supervisor), events.get(server)]).toEqual(['supervisor:named_calls/1', 'named_calls:init/1']);
  v.close();
});

test('a monitor or link that comes with a process is told of after the process', async () => {
  const v = await vm();
  v.load(m);
  const log = [];
  for (const kind of ['spawn', 'link', 'monitor'])
    v.on(/** @type {any} */ (kind), (event) => log.push([kind, event.pid, event.target ?? event.peer ?? event.parent]));
  const pid = v.spawn('named_calls', 'watched');
  await v.idle();
  const told = log.filter(([, one, other]) => one === pid || other === pid).map(([kind]) => kind);
  expect(told).toEqual(['spawn', 'spawn', 'monitor', 'spawn', 'link', 'monitor']);
  v.close();
});
