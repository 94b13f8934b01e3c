// SPDX-License-Identifier: Apache-2.0
//
// Errors in Erlang code, in handlers written in JavaScript, and in the VM itself.
import { describe, expect, jest, test } from '@jest/globals';
import {
  ArgumentError,
  Atom,
  ErlangError,
  HaltedError,
  LoadError,
  charlist,
  createVM,
  format,
  text,
  tuple,
} from '../../js/index.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, erl, vm } from './helper.js';

jest.setTimeout(60_000); // erlc and erl are slow on a busy machine

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

/** Expressions that fail, each in its own way. X is a term about which the compiler knows nothing. */
const FAILING = [
  'lists:summ(X)',
  "no_such_module:'odd name'(X, 1)",
  'atom_to_list(1 + X)',
  'X + a',
  'X bsl a',
  '-(hd([a || _ <- [X]]))',
  'X = X + 1',
  '{ok, Y} = {error, [X, "text", <<"b">>, #{a => 1.0}]}, Y',
  'case X of a -> 1; b -> 2 end',
  'if X > 2 -> a; X < 0 -> b end',
  'try X of a -> 1 catch _:_ -> 2 end',
  'clauses(X)',
  'clauses("some text")',
  '(fun(a) -> b end)(X)',
  '(hd([fun lists:sum/1 || _ <- [X]]))(1, 2, 3)',
  '(hd([X]))(1)',
  'maps:get(X, #{})',
  'maps:size(X)',
  '(hd([X]))#{a => 1}',
  '(hd([#{} || _ <- [X]]))#{a := 1}',
  '[Y || Y <- X]',
  '<< <<Y>> || <<Y>> <= X>>',
  '[Y || Y <- [1, 2], hd([X])]',
  'receive after X * a -> 1 end',
  'receive after hd([z || _ <- [X]]) -> 1 end',
  'list_to_atom(lists:duplicate(300, 64 + X))',
  'erlang:error(badarg)',
  'erlang:error({badarg, X})',
  'erlang:error(noproc)',
  'erlang:error(notalive)',
  'erlang:error(system_limit)',
  'erlang:error(timeout_value)',
  'erlang:error({badfun, X})',
  'erlang:error({badkey, X})',
  'erlang:error({badkey, X, #{}})',
  'erlang:error({unbound, x})',
  'erlang:error({bad_filter, X})',
  'erlang:error({bad_generator, X})',
  'erlang:error({argument_limit, X})',
  'erlang:error({my, "reason"})',
  'erlang:error(mine)',
  'erlang:error("mine")',
  'erlang:error(undef)',
  'erlang:error(function_clause)',
  'erlang:error({badrecord, X})',
  'erlang:error({nocatch, X})',
  'erlang:error(undef, [X, a])',
  'erlang:error(function_clause, [X, {a, "b"}])',
  'exit(X)',
  'exit(noproc)',
  'exit(normal)',
  'exit(badarg)',
  'exit({badmatch, X})',
  'exit(calling_self)',
  'throw(X)',
  'throw(badarg)',
  'throw({badmatch, X})',
  'gen_server:call(nobody, X)',
  'gen_server:call(self(), X)',
  'erlang:raise(exit, {shutdown, X}, [])',
  'erlang:raise(error, badarg, [])',
  'erlang:raise(error, undef, [{a, b, 3, []}])',
  'apply(lists, nothing, [X])',
  'apply(hd([X]), b, [])',
  'spawn(X)',
  'link(X)',
  'binary_to_term(<<X>>)',
  'tuple_to_list(X)',
  'element(5, {X})',
  'register(undefined, self())',
  'ets:lookup(no_table, X)',
  'list_to_integer("x")',
  'exit({{badmatch, X}, [{a, b, 1, []}]})',
];

const setup = async (options) => {
  const v = await vm(options);
  v.load(e);
  return v;
};

describe('a handler of a JS process', () => {
  /**
   * Ways in which a handler may fail: it throws, rejects at once, or rejects later; in each handler that a message can
   * reach.
   */
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
      expect(
        messages
          .find((m) => m.length === 5)
          .at(1)
          .equals(ref),
      ).toBe(true);
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
    while (console_.mock.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    const lines = console_.mock.calls.map(([line, error]) => `${line}: ${error.message}`);
    console_.mockRestore();
    expect(lines).toEqual([
      `spawnlink: a handler of message of ${js.pid} (server) threw: nobody catches this`,
      'spawnlink: a handler of exit threw: nor this',
    ]);
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
      () => v.spawn('e', 'wait'),
      () => v.send('init', 1),
      () => v.exit(js, atom('r')),
      () => v.process(),
      () => v.load(e),
      () => js.send(js, 1),
      () => js.link(js),
      () => js.monitor(js),
      () => js.kill(js),
      () => js.trapExit(true),
      () => js.register('me'),
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
    v.on('spawn', () => {}); // makes records that must be delivered
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

const native = compile(`
-module(native).
-export([f/1, g/0]).
-on_load(start/0).
start() -> erlang:load_nif("priv/native", 0).
f(_) -> erlang:nif_error(not_loaded).
g() -> ok.
`);
const stub = compile(`
-module(stub).
-export([f/1]).
f(_) -> erlang:nif_error({not_loaded, [{module, ?MODULE}, {line, ?LINE}]}).
`);
const late = compile('-module(nobody_has). -export([g/0]). g() -> 1.');

describe('what a call rejects with', () => {
  const source =
    `-module(w).\n-compile([export_all, nowarn_export_all, {nowarn_unused_vars}]).\nclauses(a) ` +
    `-> a.\n${FAILING.map((expression, i) => `f(${i}, X) -> ${expression}`).join(';\n')}.\n`;
  const failing = compile(source);

  test('are the words of the shell', async () => {
    const [beam] = [Buffer.from(failing).toString('base64')];
    const shown = erl(`code:load_binary(w, "w", base64:decode("${beam}")), code:add_patha("."),
      F = fun(I) -> try w:f(I, 3), "no exception" catch C:R:S ->
        string:replace(erl_error:format_exception(1, C, R, S, fun(_, _, _) -> false end, fun(T,
        _) -> io_lib:format("~tp", [T]) end, unicode), "exception ", "") end end,
      io:put_chars([[F(I), "\\n----\\n"] || I <- lists:seq(0, ${FAILING.length - 1})])`);
    const expected = shown
      .split('\n----\n')
      .slice(0, -1)
      .map((text) =>
        text
          .replace(/( \([^()\n]*, line \d+\))? *(\n {2,}(in|called|\*\*\*)[^]*)?$/, '')
          .replace(/\s+/g, ' ')
          .trim(),
      );
    expect(expected.length).toBe(FAILING.length);
    const v = await setup();
    v.load(failing);
    const seen = [];
    for (let i = 0; i < FAILING.length; i++)
      seen.push(
        await v.call('w', 'f', [i, 3]).then(
          () => 'no exception',
          (error) => error.message,
        ),
      );
    const tidy = (text) =>
      text
        .replace(/\s+/g, '')
        .replace(/^error:(?!\S+$)/, '')
        .replace(/<0\.\d+\.0>/g, 'PID');
    // Our texts say why a function does not exist, and have no "error: " in front.
    const told = (texts) =>
      FAILING.map(
        (expression, i) =>
          `${expression}: ` +
          tidy(texts[i].replace(/ \((there is no|argument|module a is not loaded).*\)$/, '')).replace(/^error:/, ''),
      );
    expect(told(seen)).toEqual(told(expected));
  });

  test('have both stacks, and no part of ours between', async () => {
    const v = await setup();
    v.load(failing);
    async function myOwnFunction() {
      await null;
      return v.call('lists', 'map', [
        await v
          .call('erl_eval_none', 'x')
          .catch(() => v.call('erlang', 'make_fun', [Atom.for('w'), Atom.for('clauses'), 1])),
        [1],
      ]);
    }
    const error = await myOwnFunction().catch((error) => error);
    const lines = error.stack.split('\n');
    expect(lines[0]).toBe('ErlangError: no function clause matching w:clauses(1)');
    expect(lines[1]).toBe('    at w:clauses(1)' + (lines[1].match(/ \(.*w\.erl:\d+\)$/)?.[0] ?? ''));
    expect(lines[2]).toMatch(/^ {4}at lists:map\/2 \(lists.erl:\d+\)$/);
    expect(lines[3]).toMatch(/^ {4}at myOwnFunction .*errors\.test\.js/);
    expect(error.message).toBe('no function clause matching w:clauses(1)');
  });

  test('and a killed process, in so many words', async () => {
    const v = await setup();
    const call = v.call('e', 'wait', [], { name: 'waits' });
    v.exit('waits', atom('kill'));
    const error = await call.catch((error) => error);
    expect(error.message).toBe('exit: killed');
    expect(error.stack).toMatch(/^ErlangError: exit: killed\n.*errors\.test\.js/);
  });

  test('that were not found: no module, one that cannot be had or loaded, one that needs a library', async () => {
    const unreachable = new Error('https://example.org/x.pack: 404 Not Found');
    const v = await vm({
      modules: (name) => {
        if (name === 'native') return native;
        if (name === 'stub') return stub;
        if (name === 'broken') return new Uint8Array(50);
        if (name === 'remote') return Promise.reject(unreachable);
        return undefined;
      },
    });
    v.on('error', () => {});
    const failure = (m, f, args = [1]) => v.call(m, f, args).catch((error) => error);
    const nobody = await failure('nobody_has', 'f');
    expect(nobody.message).toBe('undefined function nobody_has:f/1 (there is no module nobody_has)');
    expect(nobody.cause).toBeUndefined();
    const remote = await failure('remote', 'f');
    expect(remote.message).toBe(
      'undefined function remote:f/1 (module remote: https://example.org/x.pack: 404 Not Found)',
    );
    expect(remote.cause).toBe(unreachable);
    const broken = await failure('broken', 'f');
    expect(broken.message).toMatch(/^undefined function broken:f\/1 \(.*cannot load/);
    expect(broken.cause).toBeInstanceOf(LoadError);
    expect((await failure('native', 'f')).message).toMatch(
      /^undefined function native:f\/1 \(the on_load function of module native failed: .*NIF/,
    );
    expect((await failure('stub', 'f')).message).toMatch(
      /^error: \{not_loaded,\[\{module,stub\},\{line,\d+\}\]\} \(a native function, NIF/,
    );
    expect((await failure('lists', 'summ')).message).toBe('undefined function lists:summ/1');
    // A module that was loaded later no longer counts as missing.
    v.load(late);
    expect((await failure('nobody_has', 'f')).message).toBe('undefined function nobody_has:f/1');
  });

  test('what OTP knows about arguments is told where its module is loaded', async () => {
    const v = await setup();
    expect((await v.call('erlang', 'atom_to_list', [1]).catch((error) => error)).message).toBe('bad argument');
    await v.call('code', 'ensure_loaded', [atom('erl_erts_errors')]);
    expect((await v.call('erlang', 'atom_to_list', [1]).catch((error) => error)).message).toBe(
      'bad argument (argument 1: not an atom)',
    );
  });

  test('big reasons and deep stacks are told in short', async () => {
    const v = await setup();
    v.load(failing);
    const big = Array.from({ length: 20_000 }, (_, i) => [i + 1000]);
    const error = await v.call('erlang', 'error', [tuple(atom('badmatch'), big)]).catch((error) => error);
    expect(error.message.length).toBeLessThan(600);
    expect(error.stack.length).toBeLessThan(3000);
    expect(error.reason.at(1).length).toBe(20_000);
    const args = await v.call('w', 'clauses', [charlist('x'.repeat(10_000))]).catch((error) => error);
    expect(args.stack.split('\n')[1].length).toBeLessThan(200);
  });
});

test('options that there are not are refused by name', async () => {
  const v = await setup();
  const js = v.process();
  const uses = {
    load: (options) => v.load(e, options),
    spawn: (options) => v.spawn('e', 'wait', [], options),
    process: (options) => v.process(options),
    call: (options) => v.call('e', 'wait', [], options),
    tick: (options) => v.tick(options),
    on: (options) => v.on('exit', () => {}, options),
    once: (options) => v.once('exit', options),
    events: (options) => v.events('exit', options),
    receive: (options) => js.receive(() => true, options),
    demonitor: (options) => js.demonitor(js.monitor(js), options),
    format: (options) => format(1, options),
    createVM: (options) => createVM(options),
  };
  for (const [what, use] of Object.entries(uses)) {
    const refused = async (options) =>
      (async () => use(options))().then(
        () => undefined,
        (error) => error,
      );
    const error = await refused({ mistyped: 1 });
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toMatch(`${what} has no option 'mistyped', only: `);
    for (const options of [null, 5, 'text']) expect(await refused(options)).toBeInstanceOf(ArgumentError);
  }
  await expect(createVM({ boot: true, node: { name: 'a@b', cookies: 'c' } })).rejects.toThrow(
    "createVM's node has no option 'cookies'",
  );
  for (const timeout of ['1', NaN, -1, {}])
    await expect(v.call('e', 'wait', [], { timeout })).rejects.toThrow('timeout is a number of milliseconds');
  for (const signal of ['1', null, {}])
    await expect(v.call('e', 'wait', [], { signal })).rejects.toThrow('signal is an AbortSignal');
  for (const budget of ['x', NaN, -1, 0]) expect(() => v.tick({ budget })).toThrow(ArgumentError);
  await expect(js.receive({ timeout: 5 })).rejects.toThrow('what receive is given first is a function');
  expect(() => js.on('exlt', () => {})).toThrow("a process has no event 'exlt'");
});

test('in a page reports of errors go to the console as errors, with the name of the process', () => {
  // Node without its own output streams.
  const program = `
    const { stdout } = process;
    Object.defineProperty(process, 'stdout', { value: undefined });
    for (const kind of ['log', 'error']) console[kind] = (text) => stdout.write(kind + ': ' + text + '\\n');
    const { createVM } = await import('./js/index.js');
    const vm = await createVM();
    await vm.call('io', 'format', [[104, 105, 10]]);
    vm.spawn('erlang', 'atom_to_list', [1], { name: 'worker' });
    vm.spawn('erlang', 'atom_to_list', [2]);
    await vm.idle();
    vm.close();`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(out).toMatch(/^log: hi\n/);
  expect(out).toMatch(/^error: =ERROR REPORT====.*\nError in process worker <0\.\d+\.0> with exit value:\n.*badarg/m);
  expect(out.match(/^error: =ERROR REPORT====.*\nError in process <0\.\d+\.0> with exit value:/gm)).toHaveLength(1);
});

const servant = compile(`
-module(servant).
-compile([export_all, nowarn_export_all]).
init(_) -> {ok, 0}.
handle_cast(boom, S) -> {noreply, 1 div S}.
start() -> gen_server:start({local, the_server}, servant, [], []).
spawn() -> proc_lib:spawn(fun() -> register(the_process, self()), exit(boom) end).
`);

test('in a page reports of proc_lib and gen_server are errors of the console too, by registered name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, 'servant.beam'), servant);
    const program = `
      const { stdout } = process;
      Object.defineProperty(process, 'stdout', { value: undefined });
      for (const kind of ['log', 'error']) console[kind] = (text) => stdout.write(kind + ': ' + text + '\\n');
      const { readFileSync } = await import('node:fs');
      const { createVM, Atom } = await import('./js/index.js');
      const vm = await createVM();
      vm.load(readFileSync(${JSON.stringify(join(folder, 'servant.beam'))}));
      await vm.call('servant', 'spawn');
      await vm.idle();
      await vm.call('servant', 'start');
      await vm.call('gen_server', 'cast', [Atom.for('the_server'), Atom.for('boom')]);
      await vm.idle();
      vm.close();`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(out).not.toMatch(/^log:/m);
    expect(out.match(/^error: =CRASH REPORT====/gm)).toHaveLength(2);
    expect(out).toMatch(/^ {4}registered_name: the_process$/m);
    expect(out).toMatch(/^error: =ERROR REPORT====.*\n\*\* Generic server the_server terminating/m);
    expect(out).toMatch(/^ {4}registered_name: the_server$/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
