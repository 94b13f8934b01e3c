// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otpRoot } from './helper.js';

const cli = fileURLToPath(new URL('../../js/cli.js', import.meta.url));
const run = (args, options = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: 20_000, ...options });
  return { status, stdout, stderr };
};
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  writeFileSync(join(folder, 'prog.erl'), `-module(prog). -export([start/0, main/0, main/1, args/0]).
start() -> io:format("started~n").
main() -> io:format("main~n").
main(A) -> io:format("main ~p~n", [A]).
args() -> io:format("~p ~p ~p~n", [init:get_plain_arguments(), init:get_argument(who), init:get_argument(none)]).
`);
  execFileSync('erlc', ['-o', folder, join(folder, 'prog.erl')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('os:getpid is the process of the machine', () => {
  const { pid, stdout } = spawnSync(process.execPath, [cli, 'eval', 'list_to_integer(os:getpid()).'], { encoding: 'utf8', timeout: 20_000 });
  expect(stdout).toBe(`${pid}\n`);
});

describe('eval prints what the Erlang shell prints', () => {
  const EXPRESSIONS = [
    'lists:sum(lists:seq(1,1000000)).', 'lists:seq(1,100).', '"text" ++ [10].', '{a,"b",<<"c">>,1.5,-0.0,1.0e100}.', '#{a => [1,2], "k" => <<1,2,3:4>>}.',
    'F = fun(X) -> X * 2 end, [F(Y) || Y <- [1,2,3]].', '<<A:4, B:4>> = <<16#5A>>, {A, B}.', 'self() ! hi, receive X -> {got, X} after 0 -> none end.',
    'try error(oops) catch C:R -> {C, R} end.', 'case 1 of 2 -> ok end.', '1/0.', 'foo().', 'foo:bar().', 'lists:map(1, 2).', 'exit(bye).', 'throw(ball).',
    'X + 1.', '1 +', 'a b.', 'atom_to_list(1).', 'X = 1, X = 2.', 'list_to_atom("Hello World").', 'lists:duplicate(50, some_atom).', 'maps:from_list([{I, I} || I <- lists:seq(1, 40)]) =/= #{}.',
    'string:uppercase("abc").', 'io:format("~p ~s ~w ~.2f~n", [{a}, "s", "w", 3.14159]).', 'factorial.', '2 bsl 200.', 'if false -> 1 end.', '(fun(1) -> ok end)(2).', 'element(3, {a,b}).', '[X || {X, true} <- [{1,true},{2,false}]].',
    'length(a).', '<<X:8>> = <<1,2>>.', 'error({my,"reason"}).', 'spawn(fun() -> ok end), ok.', 'begin A = 1, B = 2, A + B end.', "'quoted atom'.", '$a.', '[$a,$b].', '16#ff.', '1.0.', 'not true.', 'tuple_to_list({1,2}).',
  ];
  test('', () => {
    // One shell for all; its prompt ends each answer.
    const shell = execFileSync('erl', ['+B'], { input: EXPRESSIONS.map((e) => `f(). ${/\.$/.test(e) ? e : `${e}\n.`}\n`).join(''), encoding: 'utf8' });
    const answers = shell.split(/^\d+> /m).slice(1).map((text) => text.replace(/^\d+> /, ''));
    const ours = EXPRESSIONS.map((e) => run(['eval', '--otp', otpRoot, e]).stdout);
    // Two prompts for each line: f() answers ok.
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
    const { stdout, status } = run(['run', '-noshell', '-pa', folder, '-s', 'prog', '-s', 'prog', 'main', '-s', 'prog', 'main', 'a', 'b', '-run', 'prog', 'main', 'a', 'b', '-eval', 'io:format("eval~n")']);
    expect(stdout).toBe('started\nmain\nmain [a,b]\nmain ["a","b"]\neval\n');
    expect(status).toBe(0);
  });

  test('arguments', () => {
    expect(run(['run', '-pa', folder, '-who', 'joe', 'robert', '-s', 'prog', 'args', '--', 'x', 'y']).stdout).toBe('["x","y"] {ok,[["joe","robert"]]} error\n');
    expect(run(['run', '-pa', folder, '-s', 'prog', 'args', '-extra', '-x']).stdout).toBe('["-x"] error error\n');
  });

  test('exit codes and errors', () => {
    expect(run(['run', '-eval', 'halt(3).']).status).toBe(3);
    expect(run(['run', '-eval', 'init:stop().']).status).toBe(0);
    const failed = run(['run', '-eval', 'foo:bar().']);
    expect(failed.status).toBe(1);
    expect(failed.stdout + failed.stderr).toContain('"init terminating in do_boot",{undef,[{foo,bar,[],[]}');
    expect(run(['run', '-pa', '/no/such/folder']).status).toBe(2);
    expect(run(['run', '--otp', '/no/such/pack'])).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^spawnlink: ENOENT: .*'\/no\/such\/pack'\n$/) });
    expect(run(['nonsense']).status).toBe(2);
    expect(run(['--help']).stdout).toContain('spawnlink eval');
    expect(run(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('reads standard input', () => {
    const { stdout } = run(['run', '-eval', 'L = fun L() -> case io:get_line("") of eof -> ok; T -> io:format("~p~n", [T]), L() end end, L().'], { input: 'one\ntwo å\nthree' });
    expect(stdout).toBe('"one\\n"\n[116,119,111,32,229,10]\n"three"\n'.replace('[116,119,111,32,229,10]', '"two å\\n"'));
  });

  test('ends when nothing is left to do, waits for timers', () => {
    const { stdout, status } = run(['run', '-eval', 'timer:sleep(50), io:format("slept~n"), spawn(fun() -> receive never -> ok end end).']);
    expect([stdout, status]).toEqual(['slept\n', 0]);
  });

  test('an OTP root as --otp', () => {
    const root = execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' });
    expect(run(['eval', '--otp', root, 'lists:reverse([1,2,3]).']).stdout).toBe('[3,2,1]\n');
  });
});
