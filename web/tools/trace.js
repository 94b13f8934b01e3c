// SPDX-License-Identifier: Apache-2.0
//
// Finds the modules that the page needs for its first program: does here what the page does (compiles and runs every
// example, uses the shell, looks at a process, gets a compile error) and records the modules that are asked for.

import { createVM } from '../../js/vm/create.js';
import { Atom, Tuple } from '../../js/term/term.js';

/** Common modules that no example calls: a first program should not have to wait for the second pack. */
const COMMON = [
  'array',
  'base64',
  'binary',
  'calendar',
  'dict',
  'digraph',
  'erl_error',
  'gb_sets',
  'gb_trees',
  'gen_event',
  'gen_server',
  'gen_statem',
  'maps',
  'math',
  'ordsets',
  'orddict',
  'pg',
  'proplists',
  'queue',
  'rand',
  'random',
  'sets',
  'string',
  'supervisor_bridge',
  'timer',
  'unicode',
  'uri_string',
];

/** Programs that use many passes and messages of the compiler. */
const SAMPLES = {
  'sample.erl': `-module(sample).
-export([start/0, f/1, g/2, h/1, m/1, t/1, e/1]).
-include_lib("stdlib/include/assert.hrl").
-record(r, {a = 1 :: integer(), b}).
-type t() :: #r{} | {atom(), [binary()]}.
-spec f(t()) -> term().
start() -> ?assertEqual(2, g(1, 1)), {f(#r{b = 2}), h(<<1, 2, 3:16, "abc">>),
    [t(X) || X <- [a, 1.5, "s"], X =/= b], e(3)}.
f(#r{a = A} = R) when is_integer(A), A > 0; A =:= none -> R#r{b = A + 1};
f({_, L}) -> << <<B/binary, 0>> || B <- L >>.
g(A, B) -> F = fun Loop(0) -> B; Loop(N) -> Loop(N - 1) end, F(A) + 1.
h(<<N, M:8/little-signed, F:16/float, R/binary>>) -> {N, M, F, R};
h(<<N:8, R/bits>>) -> [N | h(R)];
h(<<>>) -> [].
m(#{a := A} = M) -> maps:fold(fun(K, V, S) -> S + K * V end, 0, M#{b => A, c => 1.0e3}).
t(X) -> try list_to_integer(X) of N -> N catch error:badarg:St -> St;
    throw:_ -> receive X -> x after 10 -> y end after ok end.
e(X) -> case X of 1 -> a; 2 -> b; 3 -> c; N when N band 3 =:= 1 -> catch throw(x);
    _ -> if X > 5 -> 1; true -> begin 2 end end end.
`,
  'wrong.erl':
    '-module(wrong).\n-export([start/0, gone/1]).\n-include("nowhere.hrl").\nstart() -> X = 1, Y, lists:foo(, ' +
    '"a.\nf(A) -> A.\n',
  'wrong2.erl':
    '-module(wrong2).\n-export([start/0, gone/1]).\nstart() -> X = 1, Y, 1 + a, io:format("~p", []), f(1).\n',
};

const SHELL = [
  '1 + 1.',
  'X = lists:seq(1, 3).',
  'lists:sum(',
  'X).',
  '1/0.',
  'f().',
  'i().',
  'regs().',
  'flush().',
  'help().',
  'no such thing.',
  '#{a => 1.5, b => <<"x">>, c => fun() -> ok end}.',
  'exit(x).',
  'rd(p, {x, y = 2}).',
  '#p{}.',
  'rl().',
  'v(1).',
  'b().',
  'f(X).',
  'e(1).',
  'h().',
  '[{A, B} || {A, B} <- [{1, "a"}]].',
  'try error(x) catch _:_:S -> S end.',
  'self() ! 1, receive Y -> Y after 0 -> no end.',
];

/** How many ms of real time an example runs here; its own timers take none. */
const RUN_MS = 300;

/**
 * @param {{wasm: Uint8Array, otp: Uint8Array, find: (name: string) => Uint8Array | undefined, headers: Record<string,
 *   string>, examples: {name: string, text: string}[]}} from `otp`: a pack that names the release and may be empty;
 *   modules come from `find`
 * @returns {Promise<string[]>} the names of modules, in the order in which they were asked for
 */
export async function neededModules({ wasm, otp, find, headers, examples }) {
  /** @type {Set<string>} */
  const seen = new Set();
  const module = await WebAssembly.compile(wasm);
  const noted = (name) => {
    const bytes = find(name);
    if (bytes) seen.add(name);
    return bytes;
  };
  const open = () =>
    createVM({
      wasm: module,
      otp,
      modules: noted,
      clock: 'virtual',
      files: { '/home/x': '' },
      stdout: false,
      stderr: false,
    });
  const compiler = await open();
  const terms = (files) => files.map(({ name, text }) => Tuple.from([name, text]));
  const samples = Object.entries(SAMPLES).map(([name, text]) => ({ name, text }));
  const results = await compiler.call('spawnlink_web', 'compile', [
    terms([...samples, ...examples]),
    Object.entries(headers).map((file) => Tuple.from(file)),
  ]);
  compiler.close();
  await runEach(open, results.slice(samples.length));
  await useShell(await open());
  for (const name of COMMON) if (find(name)) seen.add(name);
  return [...seen];
}

/** Runs each of the compiled programs; all of them are loaded. */
async function runEach(open, results) {
  const wrong = results.filter(([, outcome]) => !(outcome instanceof Tuple)).map(([name]) => Buffer.from(name));
  if (wrong.length > 0) throw new Error(`does not compile: ${wrong.join(', ')}`);
  const beams = results.map(([, outcome]) => ({ name: outcome.at(1).name, bytes: outcome.at(2) }));
  for (const [, outcome, , starts] of results) {
    if (!starts.some((name) => String(name) === 'start')) continue;
    const vm = await open();
    vm.on('error', () => {});
    for (const { name, bytes } of beams) vm.load(bytes, { name });
    vm.spawn(outcome.at(1).name, 'start');
    await new Promise((resolve) => setTimeout(resolve, RUN_MS));
    vm.close();
  }
}

/** Types each line when the shell asks for one. @param {import('../../js/vm/vm.js').VM} vm */
async function useShell(vm) {
  const page = vm.process();
  const terminal = await vm.call('spawnlink_web_io', 'start', [page.pid]);
  const tell = (what) => page.send(terminal, Tuple.from([Atom.for('page'), what]));
  tell(Atom.for('shell'));
  const asks = (message) => message.at(0) === Atom.for('ask') && message.at(1) === Atom.for('shell');
  for (const line of SHELL) {
    await page.receive(asks, { timeout: 20_000 });
    tell(Tuple.from([Atom.for('line'), line, Atom.for('shell')]));
  }
  await page.receive(asks, { timeout: 20_000 });
  for (const { pid } of vm.inspect().processes) await vm.call('spawnlink_web', 'details', [pid], { timeout: 20_000 });
  await vm.call('spawnlink_web', 'term', ['{broken, "by hand"}']);
  await vm.call('spawnlink_web', 'value', ['lists:sum([1, 2]).']);
  vm.close();
}
