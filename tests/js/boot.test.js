// SPDX-License-Identifier: Apache-2.0
//
// Booted VMs: OTP's own init, kernel and stdlib, from the pack and from an installed OTP; and programs behind ports.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Atom, Tuple, createVM } from '../../js/index.js';
import { compile, vm } from './helper.js';

const cli = fileURLToPath(new URL('../../js/cli.js', import.meta.url));
/** A pack made of the whole installed OTP, whose answers are compared with those of erl. */
let folder = '';
let otp = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  otp = join(folder, 'otp.pack');
  execFileSync('node', [
    fileURLToPath(new URL('../../scripts/otp-pack.js', import.meta.url)),
    '--no-br',
    '--set',
    'full',
    '-o',
    otp,
  ]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const boot = (options = {}) => vm({ boot: true, otp, args: ['-noinput'], ...options });
const list = (text) => Array.from(text, (c) => c.charCodeAt(0));

const DEMO = {
  demo_app: compile(`-module(demo_app). -behaviour(application). -export([start/2, stop/1]).
start(normal, [Arg]) -> demo_sup:start_link(Arg).
stop(_) -> ok.`),
  demo_sup: compile(`-module(demo_sup). -behaviour(supervisor). -export([start_link/1, init/1]).
start_link(Arg) -> supervisor:start_link({local, ?MODULE}, ?MODULE, Arg).
init(Arg) -> {ok, {#{}, [#{id => w, start => {demo_worker, start_link, [Arg]}}]}}.`),
  demo_worker: compile(`-module(demo_worker). -behaviour(gen_server). -export([start_link/1, init/1, handle_call/3,
    handle_cast/2]).
start_link(Arg) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Arg, []).
init(Arg) -> {ok, Arg}.
handle_call(what, _, Arg) -> {reply, {Arg, application:get_env(demo, color)}, Arg}.
handle_cast(_, Arg) -> {noreply, Arg}.`),
};
const files = {
  '/app/ebin/demo.app': `{application, demo, [{vsn, "1.0"}, {modules, [demo_app, demo_sup, demo_worker]},
  {registered, []},
    {applications, [kernel, stdlib]}, {env, [{color, blue}]}, {mod, {demo_app, [start_arg]}}]}.`,
  ...Object.fromEntries(Object.entries(DEMO).map(([name, beam]) => [`/app/ebin/${name}.beam`, beam])),
};

describe('booted from the pack', () => {
  test('kernel and stdlib run, as on erl', async () => {
    const v = await boot();
    const running = await v.call('application', 'which_applications');
    expect(running.map(([name]) => name.name)).toEqual(['stdlib', 'kernel']);
    expect(await v.call('init', 'get_status')).toMatchObject({});
    const names = (await v.call('erlang', 'registered')).map(String);
    // All processes that erl starts without distribution, except those of its emulator.
    const native = execFileSync('erl', ['-noinput', '-eval', 'io:format("~w", [registered()]), halt().'], {
      encoding: 'utf8',
    });
    const own = ['erts_code_purger', 'socket_registry', 'erl_prim_loader'];
    const wanted = native
      .replace(/[[\]]/g, '')
      .split(',')
      .filter((name) => !own.includes(name));
    expect(names.filter((name) => !own.includes(name)).sort()).toEqual(wanted.sort());
  });

  test('an application with its supervisor starts, restarts its worker, stops', async () => {
    const v = await boot({ files, args: ['-noinput', '-pa', '/app/ebin', '-demo', 'color', 'green'] });
    const [ok, started] = await v.call('application', 'ensure_all_started', [Atom.for('demo')]);
    expect([String(ok), started.map(String)]).toEqual(['ok', ['demo']]);
    const ask = async () => String(await v.call('gen_server', 'call', [Atom.for('demo_worker'), Atom.for('what')]));
    expect(await ask()).toBe('{start_arg,{ok,green}}');
    v.exit('demo_worker', Atom.for('kill'));
    // Until the supervisor has restarted the process, the call fails.
    const again = () => ask().catch(again);
    expect(await again()).toBe('{start_arg,{ok,green}}');
    expect(String(await v.call('application', 'stop', [Atom.for('demo')]))).toBe('ok');
    expect(String(await v.call('erlang', 'whereis', [Atom.for('demo_sup')]))).toBe('undefined');
  });

  test('init:stop halts with status 0', async () => {
    const v = await boot();
    v.spawn('init', 'stop');
    await new Promise((resolve) => v.on('halt', resolve));
    expect(v.haltStatus).toBe(0);
  });

  test('within 40 MB and some 300 ms', async () => {
    const spent = [];
    for (let i = 0; i < 3; i++) {
      const before = process.cpuUsage();
      const v = await createVM({ boot: true, otp, args: ['-noinput'], stdout: false });
      const { user, system } = process.cpuUsage(before);
      spent.push((user + system) / 1000);
      expect(v.stats().linearMemory).toBeLessThan(40e6);
      v.close();
      expect(v.leaked).toBe(0);
    }
    // CPU time, because other work on the machine does not count. It includes the threads that compile the wasm.
    expect(Math.min(...spent)).toBeLessThan(300);
  });
});

describe('spawnlink run --boot', () => {
  const run = (args, options = {}) =>
    spawnSync(process.execPath, [cli, 'run', '--boot', ...(args[0] === '--otp' ? [] : ['--otp', otp]), ...args], {
      encoding: 'utf8',
      timeout: 60_000,
      ...options,
    });
  test('prints and ends as erl does', () => {
    const program =
      'io:format("~p ~p ~p~n", [init:get_plain_arguments(), init:get_argument(who), ' +
      'application:get_application(lists)]), ' +
      '{ok, D} = io:read(""), io:format("~p~n", [D]), io:format("~ts", [io:get_line("")]), ' +
      'io:format(standard_error, "err~n", []), halt(7).';
    const args = ['-noshell', '-who', 'me', 'you', '-eval', program, '-extra', 'a', 'b'];
    const input = '{some, "term"}.\nlast line ü\n';
    const native = spawnSync('erl', args, { encoding: 'utf8', input });
    const ours = run(args, { input });
    expect([ours.status, ours.stdout, ours.stderr]).toEqual([native.status, native.stdout, native.stderr]);
    expect(ours.status).toBe(7);
  });
  test('a failure ends it as it ends erl', () => {
    const args = ['-noshell', '-eval', 'foo:bar().'];
    const clean = ({ status, stdout }) => [status, stdout.replace(/Crash dump.*\n?/, '')];
    const native = clean(
      spawnSync('erl', [...args], { encoding: 'utf8', env: { ...process.env, ERL_CRASH_DUMP_SECONDS: '0' } }),
    );
    expect(clean(run(args))).toEqual(native);
  });
  test('from an installed OTP', () => {
    const root = execFileSync('erl', ['-noinput', '-eval', 'io:put_chars(code:root_dir()), halt().'], {
      encoding: 'utf8',
    });
    const { stdout } = run([
      '--otp',
      root,
      '-noinput',
      '-eval',
      'io:format("~s ~p", [code:root_dir(), application:ensure_all_started(sasl)]), halt().',
    ]);
    expect(stdout).toBe(`${root} {ok,[sasl]}`);
  });
});

describe('later releases boot', () => {
  const program =
    'io:format("~p~n~p~n", [application:ensure_all_started([sasl, syntax_tools]), [N || {N, _, _} <- ' +
    'application:which_applications()]]), ' +
    'io:format("~p~n", [lists:sort(registered() -- [erl_prim_loader, socket_registry, erts_code_purger, ' +
    'spawnlink_prim_buffer])]), ' +
    'io:format("~p~n", [[code:which(lists) =/= non_existing, ' +
    'lists:sort(maps:to_list(logger:get_primary_config())), filelib:is_dir(code:lib_dir(kernel))]]), init:stop(5).';
  for (const [release, suite] of [
    ['27', 'trixie'],
    ['29', 'sid'],
  ]) {
    const place = fileURLToPath(new URL(`../../build/otp/${suite}`, import.meta.url));
    const there = existsSync(`${place}/erl`);
    if (!there) console.log(`boot.test.js: OTP ${release} is skipped, it was not fetched (scripts/fetch-otp ${suite})`);
    (there ? test : test.skip)(
      `OTP ${release}, with applications, as its erl`,
      () => {
        const args = ['-noinput', '-eval', program];
        const native = spawnSync(`${place}/erl`, args, { encoding: 'utf8', timeout: 60_000 });
        const ours = spawnSync(process.execPath, [cli, 'run', '--boot', '--otp', `${place}/usr/lib/erlang`, ...args], {
          encoding: 'utf8',
          timeout: 60_000,
        });
        // The emulator of erl may not find a library for sockets, and then prints a warning.
        const theirs = native.stdout.replace(/=ESOCK[^\n]*\n[^\n]*\n/, '');
        expect([ours.status, ours.stdout, ours.stderr]).toEqual([native.status, theirs, '']);
        expect(ours.status).toBe(5);
      },
      60_000,
    );
  }
});

describe('escripts and compile', () => {
  const spawnlink = (args, options = {}) =>
    spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: 60_000, cwd: folder, ...options });
  test('an escript runs as escript runs it', () => {
    writeFileSync(
      join(folder, 'hello.escript'),
      '#!/usr/bin/env escript\nmain(Args) -> io:format("~p ~p~n", [Args, escript:script_name()]), ' +
        'halt(length(Args)).\n',
    );
    const native = spawnSync('escript', ['hello.escript', 'a', '-b', 'c d'], { encoding: 'utf8', cwd: folder });
    const ours = spawnlink(['run', '--otp', otp, 'hello.escript', 'a', '-b', 'c d']);
    expect([ours.status, ours.stdout, ours.stderr]).toEqual([native.status, native.stdout, native.stderr]);
    expect(ours.status).toBe(3);
  });
  test('compile says and does what erlc does', () => {
    writeFileSync(join(folder, 'bad.erl'), '-module(bad).\n-export([f/1]).\nf(X) -> Y.\n');
    writeFileSync(join(folder, 'good.erl'), '-module(good).\n-export([f/0]).\n-ifdef(V).\nf() -> {?V, 1}.\n-endif.\n');
    writeFileSync(
      join(folder, 'uses.erl'),
      '-module(uses).\n-behaviour(own_behaviour).\n-include("own.hrl").\nf() -> ?OWN.\n',
    );
    writeFileSync(
      join(folder, 'p.yrl'),
      "Nonterminals list.\nTerminals atom.\nRootsymbol list.\nlist -> atom : '$1'.\nlist -> atom list : '$2'.\n",
    );
    for (const name of ['out', 'inc', 'beams']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'inc', 'own.hrl'), '-define(OWN, 1).\n');
    writeFileSync(join(folder, 'own_behaviour.erl'), '-module(own_behaviour).\n-callback f(term()) -> ok.\n');
    execFileSync('erlc', ['-o', 'beams', 'own_behaviour.erl'], { cwd: folder });
    const lines = [
      ['bad.erl'],
      ['-o', 'out', '-DV=x', '+deterministic', 'good.erl'],
      ['good.erl', 'none.erl'],
      ['-M', '-I', 'inc', '-pa', 'beams', 'uses.erl'],
      ['-Werror', '-Iinc', '-pabeams', '-W', 'uses.erl'],
      ['p.yrl'],
      ['nonsense.xyz'],
    ];
    const answers = (run) => lines.map(run).map(({ status, stdout, stderr }) => [status, stdout, stderr]);
    const native = answers((args) => spawnSync('erlc', args, { encoding: 'utf8', cwd: folder }));
    const beam = readFileSync(join(folder, 'out/good.beam'));
    rmSync(join(folder, 'out/good.beam'));
    expect(answers((args) => spawnlink(['compile', '--otp', otp, ...args]))).toEqual(native);
    expect(readFileSync(join(folder, 'out/good.beam')).equals(beam)).toBe(true);
  }, 60_000);
  test('grammars and lexers become modules that run, with the packs alone', () => {
    const place = join(folder, 'calc');
    mkdirSync(place);
    writeFileSync(
      join(place, 'calc.yrl'),
      "Nonterminals sum.\nTerminals '+' int.\nRootsymbol sum.\nsum -> sum '+' int : '$1' + value('$3').\n" +
        "sum -> int : value('$1').\nErlang code.\nvalue({int, _, V}) -> V.\n",
    );
    writeFileSync(
      join(place, 'calc_lex.xrl'),
      'Definitions.\nD = [0-9]\nRules.\n{D}+ : {token, {int, TokenLine, list_to_integer(TokenChars)}}.\n' +
        "\\+ : {token, {'+', TokenLine}}.\n[\\s] : skip_token.\nErlang code.\n",
    );
    for (const name of ['calc.yrl', 'calc_lex.xrl', 'calc.erl', 'calc_lex.erl'])
      expect(spawnlink(['compile', name], { cwd: place })).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const program = '{ok, Tokens, _} = calc_lex:string("1 + 2 + 39"), io:format("~p~n", [calc:parse(Tokens)]), halt().';
    expect(spawnlink(['run', '-noshell', '-pa', place, '-eval', program])).toMatchObject({
      status: 0,
      stdout: '{ok,42}\n',
    });
  }, 60_000);
});

describe('ports', () => {
  test('a program of the machine, when the VM is given ports', async () => {
    const v = await vm({ ports: 'host' });
    expect(await v.call('os', 'cmd', [list('echo hi')], { pretty: true })).toEqual('hi\n');
  });
  test('without, none is found', async () => {
    const v = await vm();
    const open = v.call('erlang', 'open_port', [Tuple.from([Atom.for('spawn'), list('cat')]), []]);
    await expect(open).rejects.toThrow(/enoent/);
  });
});
