// SPDX-License-Identifier: Apache-2.0
//
// The shell below the output, which is OTP's own; lines that programs read; eunit.

import assert from 'node:assert/strict';
import { example, output, program, run, says, state } from './browser.js';

/** Types a line, whether the shell or a program reads it. */
async function type(page, line) {
  await page.fill('#line', line);
  await page.press('#line', 'Enter');
}

/** Waits for a prompt. */
const prompts = (page, text) =>
  page.waitForFunction((wanted) => document.querySelector('#prompt').textContent === wanted, text, {
    timeout: 60_000,
    polling: 50,
  });

/** Types a line and waits for texts in the output behind what was there before. */
async function answers(page, line, texts) {
  const before = (await output(page)).length;
  await type(page, line);
  await page
    .waitForFunction(
      ({ from, wanted }) => {
        const text = document.querySelector('#output').textContent.slice(from);
        let at = 0;
        return wanted.every((part) => (at = text.indexOf(part, at)) >= 0 && (at += part.length));
      },
      { from: before, wanted: texts },
      { timeout: 60_000, polling: 50 },
    )
    .catch(async () => {
      throw new Error(
        `expected ${JSON.stringify(texts)} of ${line}\n  in ${JSON.stringify((await output(page)).slice(before))}`,
      );
    });
}

const lines = (...list) => list.join('\n');

export default [
  {
    name: 'shell: bindings, several lines, errors, the running processes',
    async test({ page }) {
      const p = await page();
      await run(p);
      // What the program writes at its start would else stand between what is typed and its answer.
      await says(p, ['another process, the same name']);
      await answers(p, 'X = lists:seq(1, 5).', ['1> X = lists:seq(1, 5).\n[1,2,3,4,5]\n']);
      await type(p, 'lists:sum(');
      await prompts(p, '..');
      await answers(p, 'X).', ['X).\n15\n']);
      await answers(p, '1/0.', ['** exception error', '1 / 0']);
      await answers(p, 'whereis(w3) ! hello.', ['w3 says hello, for the 1th time']);
      await answers(p, 'link(whereis(w3)), exit(whereis(w3), kill).', ['** exception exit: killed']);
      await answers(p, 'X.', ['[1,2,3,4,5]']);
      await answers(p, 'nonsense here.', ['syntax error before']);
      await answers(p, 'Z.', ["variable 'Z' is unbound"]);
      await answers(p, 'io:format("first~n"), then.', ['first\nthen\n']);
      assert.doesNotMatch(await output(p), /Eshell/);
    },
  },
  {
    name: 'shell: the commands of OTP',
    async test({ page }) {
      const p = await page();
      await type(p, 'rd(point, {x, y = 2}).');
      await says(p, ['1> rd(point, {x, y = 2}).\npoint\n']);
      const all = [
        ['#point{x = 1}.', '#point{x = 1,y = 2}'],
        ['rl().', '-record(point,{x, y = 2}).'],
        ['v(2).', '#point{x = 1,y = 2}'],
        ['e(2).', '#point{x = 1,y = 2}'],
        ['A = 1.', '1'],
        ['b().', 'A = 1'],
        ['f(A).', 'ok'],
        ['A.', "'A' is unbound"],
        ['f().', 'ok'],
        ['h().', '-> point', '2: #point{x = 1}'],
        ['rf(point).', 'ok'],
        ['rl().', 'ok'],
        ['self() ! hello.', 'hello'],
        ['flush().', 'Shell got hello', 'ok'],
        ['i().', 'Initial Call', 'spawnlink_init:start/1', 'ok'],
        ['regs().', 'code_server'],
        ['help().', '** shell internal commands **', 'rr(File)', 'q()'],
        ['pwd().', '/home'],
        ['ls().', 'family.erl'],
        ['spawn(fun() -> exit(late) end).', '<0.'],
        ['exit(boo).', '** exception exit: boo'],
        ['throw(x).', '** exception throw: x'],
      ];
      for (const [line, ...texts] of all) await answers(p, line, texts);
      // The module is compiled from the present text of the editor.
      await program(
        p,
        lines(
          '-module(mine).',
          '-export([start/0]).',
          '-include_lib("stdlib/include/assert.hrl").',
          '-record(pair, {left, right = none}).',
          'start() -> ?assert(true), #pair{left = 1}.',
        ),
      );
      await answers(p, 'c(mine).', ['{ok,mine}']);
      await answers(p, 'rr(mine).', ['pair']);
      await answers(p, 'mine:start().', ['#pair{left = 1,right = none}']);
      await answers(p, 'q().', ['halted the VM with status 0']);
      await state(p, 'ended');
      // Another VM is started when it is needed, and the earlier output stays.
      await answers(p, '6 * 7.', ['1> 6 * 7.\n42\n']);
      assert.match(await output(p), /halted the VM/);
    },
  },
  {
    name: 'shell: rr/1 of a program that runs, without compiling it again',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        lines(
          '-module(recs).',
          '-export([start/0]).',
          '-record(pair, {left, right = none}).',
          'start() -> #pair{left = 1}.',
        ),
      );
      await state(p, 'running');
      await answers(p, 'rr(recs).', ['[pair]']);
      await answers(p, 'recs:start().', ['#pair{left = 1,right = none}']);
    },
  },
  {
    name: 'shell: what waits, or goes on for ever, is left by Ctrl+C, and lines typed meanwhile are read in order',
    async test({ page }) {
      const p = await page();
      await type(p, 'X = 1.');
      await says(p, ['1> X = 1.\n1\n']);
      await prompts(p, '2>');
      await type(p, 'receive Anything -> Anything end.');
      await prompts(p, '…');
      await p.waitForTimeout(500);
      assert.ok(await p.isVisible('#interrupt'));
      await p.press('#line', 'Control+c');
      await says(p, ['^C', '** exception exit: killed']);
      assert.doesNotMatch(await output(p), /io_reply|shell_cmd|spawnlink/);
      await answers(p, 'X.', ['1\n']);
      await type(p, '(fun Loop() -> Loop() end)().');
      await p.waitForTimeout(300);
      await p.click('#interrupt');
      await says(p, ['Loop()', '** exception exit: killed', '5> '].slice(0, 2));
      await prompts(p, '5>');
      // Types three lines before the first of them has ended.
      await type(p, 'timer:sleep(700), a.');
      await type(p, 'timer:sleep(300), b.');
      await type(p, 'c.');
      await says(p, ['5> timer:sleep(700), a.\na\n6> timer:sleep(300), b.\nb\n7> c.\nc\n']);
      // Abandons a form that is not complete.
      await type(p, 'lists:sum([');
      await prompts(p, '..');
      await p.press('#line', 'Control+c');
      await prompts(p, '8>');
      await answers(p, 'd.', ['8> d.\nd\n']);
    },
  },
  {
    name: 'shell: nothing that is typed early is lost',
    async test({ page, url }) {
      const late = await (await page({ serviceWorkers: 'block' })).context().newPage();
      let typed = () => {};
      const isTyped = new Promise((resolve) => (typed = resolve));
      await late.route('**/vm*.wasm', (route) => isTyped.then(() => route.continue()));
      await late.goto(url);
      await late.waitForSelector('.cm-content');
      await type(late, '20 + 1.');
      await type(late, '20 + 2.');
      await late.fill('#line', 'not yet');
      assert.equal(await late.evaluate(() => document.body.dataset.state), 'loading');
      typed();
      // The example, which runs by itself, prints as well.
      await says(late, ['1> 20 + 1.', '21', '2> 20 + 2.', '22']);
      assert.equal(await late.inputValue('#line'), 'not yet');
    },
  },
  {
    name: 'a program reads lines; the shell and output go on meanwhile',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        lines(
          '-module(asks).',
          '-export([start/0]).',
          'start() ->',
          '    spawn(fun() -> tick(3) end),',
          '    Name = string:trim(io:get_line("What is your name? ")),',
          '    {ok, [N]} = io:fread("A number? ", "~d"),',
          '    io:format("~ts ~p~n", [Name, N * 2]),',
          '    {ok, Term} = io:read("A term> "),',
          '    io:format("~p~n", [{read, Term}]),',
          '    io:format("~p~n", [io:get_line("The end? ")]).',
          'tick(0) -> ok;',
          'tick(N) -> timer:sleep(100), io:format("tick ~p~n", [N]), tick(N - 1).',
        ),
      );
      await says(p, ['tick 1']);
      await prompts(p, 'What is your name?');
      await p.click('#turn');
      await answers(p, '1 + 1.', ['1> 1 + 1.\n2\n']);
      await p.click('#turn');
      await prompts(p, 'What is your name?');
      await type(p, 'Zoë');
      await prompts(p, 'A number?');
      await answers(p, '21', ['A number? 21\nZoë 42\n']);
      await type(p, '{a,');
      await answers(p, '"b"}.', ['{read,{a,"b"}}']);
      await prompts(p, 'The end?');
      await p.press('#line', 'Control+d');
      await says(p, ['eof']);
      await answers(p, 'io:get_line("from the shell: ").', ['from the shell: '].slice(1));
      await prompts(p, 'from the shell:');
      await answers(p, 'line', ['from the shell: line\n"line\\n"\n']);
    },
  },
  {
    name: 'shell: answers at once while the program goes slowly, and after an error of compilation',
    async test({ page }) {
      const p = await page();
      await example(p, 'pingpong');
      await p.fill('#speed', '0');
      await run(p);
      await state(p, 'running');
      await answers(p, '3 * 3.', ['9\n']);
      await p.fill('#speed', '4');
      await run(p, '-module(bad).\n-export([start/0]).\nstart() -> Y.\n');
      await says(p, ['1 error: the program was not started.']);
      await answers(p, '4 * 4.', ['16\n']);
    },
  },
  {
    name: 'eunit: tests of a module, by eunit:test/1 and M:test/0',
    async test({ page }) {
      const p = await page();
      await program(
        p,
        lines(
          '-module(sums).',
          '-export([start/0, add/2]).',
          '-include_lib("eunit/include/eunit.hrl").',
          '',
          'start() -> eunit:test(sums, [verbose]).',
          'add(A, B) -> A + B.',
          '',
          'add_test() -> ?assertEqual(3, add(1, 2)).',
          'add_more_test_() -> [?_assertEqual(0, add(0, 0)), ?_assertEqual(5, add(2, 2))].',
        ),
      );
      await run(p);
      // In the order of module_info(exports), which follows the numbers of the atoms.
      await says(p, ["module 'sums'", 'sums: add_test...ok', 'Failed: 1.', 'Passed: 2.']);
      await says(p, ["module 'sums'", '*failed*', '{line,9}', '{expected,5}', '{value,4}', 'Failed: 1.']);
      await answers(p, 'sums:test().', ['Failed: 1.', 'error']);
      await answers(p, 'eunit:test({sums, add_test}).', ['Test passed.', 'ok']);
    },
  },
];
