// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Atom, createVM, tuple } from '../../js/index.js';
import { otpRoot } from './helper.js';

const cli = fileURLToPath(new URL('../../js/cli.js', import.meta.url));
const run = (args, options = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    ...options,
  });
  return { status, stdout, stderr };
};
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  writeFileSync(
    join(folder, 'prog.erl'),
    `-module(prog). -export([start/0, main/0, main/1, args/0]).
start() -> io:format("started~n").
main() -> io:format("main~n").
main(A) -> io:format("main ~p~n", [A]).
args() -> io:format("~p ~p ~p~n", [init:get_plain_arguments(), init:get_argument(who), init:get_argument(none)]).
`,
  );
  execFileSync('erlc', ['-o', folder, join(folder, 'prog.erl')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('os:getpid is the process of the machine', () => {
  const { pid, stdout } = spawnSync(process.execPath, [cli, 'eval', 'list_to_integer(os:getpid()).'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(stdout).toBe(`${pid}\n`);
});

describe('eval prints what the Erlang shell prints', () => {
  const EXPRESSIONS = [
    'lists:sum(lists:seq(1,1000000)).',
    'lists:seq(1,100).',
    '"text" ++ [10].',
    '{a,"b",<<"c">>,1.5,-0.0,1.0e100}.',
    '#{a => [1,2], "k" => <<1,2,3:4>>}.',
    'F = fun(X) -> X * 2 end, [F(Y) || Y <- [1,2,3]].',
    '<<A:4, B:4>> = <<16#5A>>, {A, B}.',
    'self() ! hi, receive X -> {got, X} after 0 -> none end.',
    'try error(oops) catch C:R -> {C, R} end.',
    'case 1 of 2 -> ok end.',
    '1/0.',
    'foo().',
    'foo:bar().',
    'lists:map(1, 2).',
    'exit(bye).',
    'throw(ball).',
    'X + 1.',
    '1 +',
    'a b.',
    'atom_to_list(1).',
    'X = 1, X = 2.',
    'list_to_atom("Hello World").',
    'lists:duplicate(50, some_atom).',
    'maps:from_list([{I, I} || I <- lists:seq(1, 40)]) =/= #{}.',
    'string:uppercase("abc").',
    'io:format("~p ~s ~w ~.2f~n", [{a}, "s", "w", 3.14159]).',
    'factorial.',
    '2 bsl 200.',
    'if false -> 1 end.',
    '(fun(1) -> ok end)(2).',
    'element(3, {a,b}).',
    '[X || {X, true} <- [{1,true},{2,false}]].',
    'length(a).',
    '<<X:8>> = <<1,2>>.',
    'error({my,"reason"}).',
    'spawn(fun() -> ok end), ok.',
    'begin A = 1, B = 2, A + B end.',
    "'quoted atom'.",
    '$a.',
    '[$a,$b].',
    '16#ff.',
    '1.0.',
    'not true.',
    'tuple_to_list({1,2}).',
  ];
  test('', () => {
    // One shell evaluates all expressions; its prompt ends each answer.
    const shell = execFileSync('erl', ['+B'], {
      input: EXPRESSIONS.map((e) => `f(). ${/\.$/.test(e) ? e : `${e}\n.`}\n`).join(''),
      encoding: 'utf8',
    });
    const answers = shell
      .split(/^\d+> /m)
      .slice(1)
      .map((text) => text.replace(/^\d+> /, ''));
    const ours = EXPRESSIONS.map((e) => run(['eval', '--otp', otpRoot, e]).stdout);
    // There are two prompts for each expression, because f() answers ok.
    const theirs = EXPRESSIONS.map((_, i) => answers[2 * i + 1]);
    const plain = (text) => text?.replace(/\* \d+:\d+: /, '* ').replace(/#Fun<erl_eval[^>]*>/, '#Fun<erl_eval>');
    EXPRESSIONS.forEach((e, i) => expect(`${e} ${plain(ours[i])}`).toBe(`${e} ${plain(theirs[i])}`));
  }, 120_000);

  test('exit codes', () => {
    expect(run(['eval', '1.']).status).toBe(0);
    expect(run(['eval', '1/0.']).status).toBe(1);
    expect(run(['eval', 'halt(7).']).status).toBe(7);
    expect(run(['eval']).status).toBe(2);
    expect(run(['eval', '1.', '2.']).status).toBe(2);
  });
});

describe('run', () => {
  test('-s, -run and -eval in order, with -pa', () => {
    const { stdout, status } = run([
      'run',
      '-noshell',
      '-pa',
      folder,
      '-s',
      'prog',
      '-s',
      'prog',
      'main',
      '-s',
      'prog',
      'main',
      'a',
      'b',
      '-run',
      'prog',
      'main',
      'a',
      'b',
      '-eval',
      'io:format("eval~n")',
    ]);
    expect(stdout).toBe('started\nmain\nmain [a,b]\nmain ["a","b"]\neval\n');
    expect(status).toBe(0);
  });

  test('arguments', () => {
    expect(run(['run', '-pa', folder, '-who', 'joe', 'robert', '-s', 'prog', 'args', '--', 'x', 'y']).stdout).toBe(
      '["x","y"] {ok,[["joe","robert"]]} error\n',
    );
    expect(run(['run', '-pa', folder, '-s', 'prog', 'args', '-extra', '-x']).stdout).toBe('["-x"] error error\n');
  });

  test('exit codes and errors', () => {
    expect(run(['run', '-eval', 'halt(3).']).status).toBe(3);
    expect(run(['run', '-eval', 'init:stop().']).status).toBe(0);
    const failed = run(['run', '-eval', 'foo:bar().']);
    expect(failed.status).toBe(1);
    expect(failed.stdout + failed.stderr).toContain('"init terminating in do_boot",{undef,[{foo,bar,[],[]}');
    expect(run(['run', '-pa', '/no/such/folder']).status).toBe(2);
    const lacking = run(['run', '--otp', '/no/such/pack']);
    expect([lacking.status, lacking.stdout]).toEqual([2, '']);
    expect(lacking.stderr).toMatch(/^spawnlink: cannot get file:\/\/\/no\/such\/pack for createVM: ENOENT: .*\n$/);
    expect(run(['nonsense']).status).toBe(2);
    expect(run(['--help']).stdout).toContain('spawnlink eval');
    expect(run(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('a main program that is killed, out of memory or without init ends with status 1 and says why', () => {
    const killed = run([
      'run',
      '-noshell',
      '-eval',
      'P = self(), spawn(fun() -> exit(P, kill) end), timer:sleep(5000).',
    ]);
    expect(killed).toEqual({
      status: 1,
      stdout: '{"init terminating in do_boot",killed}\r\n',
      stderr: 'init terminating in do_boot (killed)\n',
    });
    const gone = run(['run', '-noshell', '-eval', 'exit(whereis(init), kill), timer:sleep(5000).']);
    expect([gone.status, gone.stderr]).toEqual([1, 'System process <0.1.0> terminated: killed\n']);
  }, 60_000);

  test('so does one that is out of memory', async () => {
    const said = [];
    const vm = await createVM({
      memoryLimit: 64 * 2 ** 20,
      stdout: (text) => said.push(text),
      stderr: (text) => said.push(text),
    });
    vm.spawn('spawnlink_cli', 'run', [[tuple(Atom.for('eval'), 'length(lists:seq(1, 200000000)).')]]);
    expect((await vm.once('halt')).status).toBe(1);
    expect(said.join('')).toBe(
      '{"init terminating in do_boot",system_limit}\r\ninit terminating in do_boot (system_limit)\n',
    );
    vm.close();
  });

  test('a service that is killed comes back, and processes keep their output', () => {
    const kill = ['user', 'standard_error', 'code_server', 'logger', 'file_server_2']
      .map((name) => `exit(whereis(${name}), kill)`)
      .join(', ');
    const { status, stdout } = run([
      'run',
      '-noshell',
      '-eval',
      `${kill}, timer:sleep(100), io:format("~p ~p~n", [queue:new(), element(1, file:get_cwd())]), halt(3).`,
    ]);
    expect([status, stdout]).toEqual([3, '{[],[]} ok\n']);
  });

  test('-kernel Key Value', () => {
    const { stdout } = run([
      'run',
      '-noshell',
      '-kernel',
      'a',
      '{b,"c"}',
      'd',
      '1',
      '-eval',
      'io:format("~0p~n", [[application:get_env(kernel, K) || K <- [a, d, e]]]), halt().',
    ]);
    expect(stdout).toBe('[{ok,{b,"c"}},{ok,1},undefined]\n');
    const bad = run(['run', '-noshell', '-kernel', 'a', '{b', '-eval', 'halt().']);
    expect([bad.status, bad.stderr]).toEqual([1, 'spawnlink: -kernel takes keys and Erlang terms, not {b\n']);
  });

  test('flags of the environment and of files, as erl takes them', () => {
    writeFileSync(join(folder, 'args'), '-file a "b c" # rest\n# all\n+S 1\n-second \'x y\'\n');
    const env = {
      ...process.env,
      ERL_AFLAGS: '-first 1 +P 5000',
      ERL_FLAGS: "-flag 'two words'",
      ERL_ZFLAGS: '-last z -extra zz',
      HOME: '/',
    };
    const args = [
      '-noshell',
      '-args_file',
      join(folder, 'args'),
      '-env',
      'GIVEN',
      'x y',
      '-own',
      'v',
      '-eval',
      'io:format("~0p~n", [{init:get_arguments(), init:get_plain_arguments() -- ["--"], os:getenv("GIVEN"), ' +
        'erlang:system_info(process_limit) >= 5000}]), halt().',
      '-extra',
      'e',
    ];
    const theirs = execFileSync('erl', args, { encoding: 'utf8', env });
    // The paths of the installation differ.
    const plain = (text) => text.replace(/\{(root|bindir|kernel),\[.*?\]\},/g, '');
    for (const boot of [[], ['--boot']])
      expect(plain(run(['run', ...boot, ...args], { env }).stdout)).toBe(plain(theirs));
  }, 60_000);

  /** Sends a signal to a program when it says that it is ready; resolves with what the program prints. */
  const signalled = (command, args, signal) =>
    new Promise((resolve) => {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      let sent = false;
      const hear = (chunk) => {
        said += chunk;
        if (!sent && said.includes('ready')) sent = child.kill(signal);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('close', (status, by) => resolve({ said: said.replace(/\d+-\w+-\d+::[\d:.]+/, 'TIME'), status, by }));
    });
  const forever = 'fun Ever() -> receive _ -> Ever() after 100 -> Ever() end end()';

  test('SIGTERM stops what runs in order, as in erl', async () => {
    const args = ['-noshell', '-eval', `io:format("ready~n"), ${forever}.`];
    expect(await signalled(process.execPath, [cli, 'run', '--boot', ...args], 'SIGTERM')).toEqual(
      await signalled('erl', args, 'SIGTERM'),
    );
  }, 60_000);

  test('os:set_signal: ignored, handled by a handler of the program, and back', async () => {
    const program = (action) =>
      `os:set_signal(sigusr2, ${action}), io:format("ready~n"), timer:sleep(1500), io:format("still here~n"), halt(4).`;
    for (const action of ['ignore', 'handle', 'default']) {
      const args = ['-noshell', '-eval', program(action)];
      expect(await signalled(process.execPath, [cli, 'run', '--boot', ...args], 'SIGUSR2')).toEqual(
        await signalled('erl', args, 'SIGUSR2'),
      );
    }
  }, 120_000);

  test('a pipe without a writer makes its reader wait, and nobody else', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const program = `P = "${fifo}", S = self(), spawn(fun() -> {ok, F} = file:open(P, [read, raw, binary]),
    S ! {read, [file:read(F, 5), file:read(F, 5), file:read(F, 5)]} end),
      receive M0 -> io:format("early ~p~n", [M0]) after 200 -> io:format("others run~n") end,
      os:cmd("printf 1234567 > " ++ P),
      receive M -> io:format("~p~n", [M]) after 5000 -> io:format("nothing~n") end, halt().`;
    const args = ['-noshell', '-eval', program];
    expect(run(['run', ...args]).stdout).toBe(execFileSync('erl', args, { encoding: 'utf8' }));
  }, 60_000);

  test('the %%! line of an escript', () => {
    writeFileSync(
      join(folder, 'flags'),
      `#!/usr/bin/env escript\n%% -*- erlang -*-\n%%! -who me +S 2 -pa ${folder}\nmain(A) -> io:format("~p~n", ` +
        `[{A, init:get_argument(who)}]), prog:start().\n`,
    );
    expect(run(['run', join(folder, 'flags'), 'a', 'b']).stdout).toBe(
      execFileSync('escript', [join(folder, 'flags'), 'a', 'b'], { encoding: 'utf8' }),
    );
  });

  test('reads standard input', () => {
    const { stdout } = run(
      [
        'run',
        '-eval',
        'L = fun L() -> case io:get_line("") of eof -> ok; T -> io:format("~p~n", [T]), L() end end, L().',
      ],
      { input: 'one\ntwo å\nthree' },
    );
    expect(stdout).toBe(
      '"one\\n"\n[116,119,111,32,229,10]\n"three"\n'.replace('[116,119,111,32,229,10]', '"two å\\n"'),
    );
  });

  test('ends when nothing is left to do, waits for timers', () => {
    const { stdout, status } = run([
      'run',
      '-eval',
      'timer:sleep(50), io:format("slept~n"), spawn(fun() -> receive never -> ok end end).',
    ]);
    expect([stdout, status]).toEqual(['slept\n', 0]);
  });

  test('what a program ends of shows its own calls, none of ours', () => {
    const { stdout, stderr, status } = run([
      'run',
      '-pa',
      folder,
      '-s',
      'prog',
      'main',
      'x',
      '-eval',
      'prog:args() + 1.',
    ]);
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(/badarith,\[\{erlang,'\+',/);
    expect(stdout + stderr).not.toMatch(/spawnlink/);
  });

  test('the process of the main program traps exits, as in erl', () => {
    const program = 'spawn_link(fun() -> exit(bye) end), receive X -> io:format("~p~n", [element(3, X)]) end, halt().';
    const answer = run(['run', '-noshell', '-eval', program]);
    expect(answer).toEqual({ stdout: 'bye\n', stderr: '', status: 0 });
    expect(execFileSync('erl', ['-noshell', '-eval', program], { encoding: 'utf8' })).toBe(answer.stdout);
  });

  test('an OTP root as --otp', () => {
    const root = execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], {
      encoding: 'utf8',
    });
    expect(run(['eval', '--otp', root, 'lists:reverse([1,2,3]).']).stdout).toBe('[3,2,1]\n');
  });

  describe('a release that systools has made, as --otp', () => {
    let out = '';
    beforeAll(() => {
      const base = join(folder, 'release');
      out = join(base, 'out');
      mkdirSync(join(base, 'ebin'), { recursive: true });
      mkdirSync(out);
      writeFileSync(
        join(base, 'ebin/hello.app'),
        '{application,hello,[{vsn,"1.0"},{description,"d"},{modules,[hello]},{registered,[]},' +
          '{applications,[kernel,stdlib]},{mod,{hello,[]}}]}.',
      );
      writeFileSync(
        join(base, 'hello.erl'),
        `-module(hello). -export([start/2, stop/1, init/1]).
start(_, _) -> io:format("~p ~p~n", [application:get_env(hello, greeting), init:get_argument(who)]),
  supervisor:start_link(?MODULE, []).
stop(_) -> ok.
init([]) -> spawn(fun() -> receive after 100 -> io:format("stopping~n"), init:stop(3) end end), {ok, {{one_for_one,
  1, 1}, []}}.
`,
      );
      execFileSync('erlc', ['-o', join(base, 'ebin'), join(base, 'hello.erl')]);
      const program = `V = fun(A) -> application:load(A), {ok, X} = application:get_key(A, vsn), {A, X} end,
        ok = file:write_file("hello.rel", io_lib:format("~p.", [{release, {"hello", "1"}, {erts,
        erlang:system_info(version)}, [V(kernel), V(stdlib), {hello, "1.0"}]}])),
        ok = systools:make_script("hello", [no_warn_sasl, {path, ["ebin"]}]),
        ok = systools:make_tar("hello", [no_warn_sasl, {erts, code:root_dir()}, {path, ["ebin"]}]), halt().`;
      execFileSync('erl', ['-noshell', '-eval', program], { cwd: base });
      execFileSync('tar', ['xzf', join(base, 'hello.tar.gz'), '-C', out]);
      writeFileSync(join(out, 'releases/1/sys.config'), '[{hello,[{greeting,hi}]}].');
      writeFileSync(join(out, 'releases/1/vm.args'), '-who me\n');
    });

    test('boots: with its configuration, arguments, and the modules that only its emulator has', () => {
      expect(run(['run', '--boot', '--otp', out, '-noshell'])).toEqual({
        stdout: '{ok,hi} {ok,[["me"]]}\nstopping\n',
        stderr: '',
        status: 3,
      });
    });

    test('what it lacks is told', () => {
      const stderr = (...words) => {
        const answer = run(['run', '--boot', '--otp', out, '-noshell', ...words]);
        expect(answer.status).toBeGreaterThan(0);
        return answer.stderr;
      };
      renameSync(join(out, 'releases/1/sys.config'), join(out, 'releases/1/sys.config.src'));
      expect(stderr()).toMatch(/sys\.config\.src, which its own program fills in/);
      renameSync(join(out, 'releases/1/start.boot'), join(out, 'releases/1/start.bak'));
      expect(stderr()).toMatch(/releases has no boot script/);
      renameSync(join(out, 'releases/1/start.bak'), join(out, 'releases/1/start.boot'));
      rmSync(
        join(
          out,
          readdirSync(out).find((name) => name.startsWith('erts-')),
        ),
        { recursive: true },
      );
      expect(stderr('-config', 'x')).toMatch(/no erts: its release was made without/);
      expect(stderr('-boot', join(out, 'releases/1/start'))).toMatch(/no OTP to boot/);
    });
  });
});

test.each([
  [['frob'], "there is no command 'frob'; spawnlink --help tells all"],
  [['eval'], "eval takes one expression, such as 'lists:sum([1,2]).'"],
  [['eval', '--frob', '1.'], 'not 2: --frob  1.'],
  [['run', '--otp', 'package.json', '-eval', 'ok.'], 'package.json for createVM: not an OTP pack'],
  [['run', '--otp', '/nonexistent', '-eval', 'ok.'], 'cannot get file:///nonexistent for createVM: ENOENT'],
  [['run', '-pa', '/nonexistent'], '/nonexistent has no beams'],
  [['run', 'missing.escript'], "ENOENT: no such file or directory, open 'missing.escript'"],
  [['check'], 'check takes folders, beams or archives'],
])('a command line that makes no sense is refused in one line: %j', (words, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^spawnlink: .*\n$/);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
