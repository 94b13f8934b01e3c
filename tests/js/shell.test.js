// SPDX-License-Identifier: Apache-2.0
//
// `spawnlink shell` in a pseudo-terminal: the same keys are typed at erl and at ours, and the screens must be equal but for
// the banner. OTP 25, the installed one, and those of later releases that were fetched.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { screen } from './screen.js';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = file('../../js/cli.js');
const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
const cases = hasPython ? test : test.skip;
if (!hasPython) console.log('shell.test.js: skipped, needs python3 for a pseudo-terminal');

const root = execFileSync('erl', ['-noinput', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' });
const RELEASES = [{ release: '25', native: 'erl', ours: [process.execPath, CLI, 'shell', '--otp', root] }];
for (const [release, suite] of [['27', 'trixie'], ['29', 'sid']]) {
  const folder = file(`../../build/otp/${suite}`);
  if (existsSync(`${folder}/erl`)) RELEASES.push({ release, native: `${folder}/erl`, ours: [process.execPath, CLI, 'shell', '--otp', `${folder}/usr/lib/erlang`] });
  else console.log(`shell.test.js: OTP ${release} is skipped, it was not fetched (scripts/fetch-otp ${suite})`);
}

/** Types at a program. @param {string[]} command @param {[string, any][]} steps */
function type(command, steps) {
  const told = { command, env: { TERM: 'xterm', HOME: '/nonexistent', ERL_AFLAGS: '' }, steps, seconds: 30 };
  const { output, ...rest } = JSON.parse(execFileSync('python3', [file('terminal.py')], { input: JSON.stringify(told), encoding: 'utf8' }));
  return { ...rest, output: Buffer.from(output, 'base64').toString() };
}

/** The screen from the first prompt on. */
const shown = ({ output }) => {
  const rows = screen(output);
  return rows.slice(rows.findIndex((row) => row.startsWith('1>')));
};

const LEFT = '\x1b[D';
const UP = '\x1b[A';
const key = (letter) => String.fromCharCode(letter.charCodeAt(0) & 31);

const SCRIPTS = {
  'a line is edited': [['1> ', `lsts:sum([1,2]).${key('A')}\x1b[Ci${key('E')}\r`], ['2> ', `${UP}${LEFT}${LEFT}${LEFT},3\r`], ['3> ', `foo bar${key('W')}${key('A')}${key('K')}abc.\r`], ['4> ', `${key('Y')}${key('A')}{${key('E')}\x7f\x7f\x7f\x7fx}.\r`], ['5> ', 'halt(3).\r']],
  'bindings, records, several lines, errors': [['1> ', 'X = 40.\r'], ['2> ', 'F = fun(A) ->\r'], ['  ', 'A + 2\r'], ['  ', 'end.\r'], ['3> ', 'F(X).\r'], ['4> ', 'X = 41.\r'], ['5> ', 'rd(point, {x, y = 7}).\r'], ['6> ', '#point{x = X}.\r'], ['7> ', 'foo:bar(1).\r'], ['8> ', 'lists:seq(1, 40).\r'], ['9> ', 'f(X), X.\r'], ['10> ', 'v(3).\r'], ['11> ', 'io:get_line("name> ").\r'], ['name> ', 'me\r'], ['12> ', '"\u00e5\u4e2d".\r'], ['13> ', 'q().\r']],
  'names are completed': [['1> ', 'lists:rev\t'], ['erse', '("ab").\r'], ['2> ', 'application:set_e\t\t'], ['nv', key('U')], ['', 'halt().\r']],
  'a line longer than the screen is wide': [['1> ', `length("${'abcdefghij'.repeat(9)}").`], [').', `${key('A')}xx${key('E')}`], ['', `${'\x7f'.repeat(20)}`], ['', `${key('A')}${'\x1b[3~'.repeat(2)}${key('E')}jj").\r`], ['2> ', 'halt().\r']],
  'jobs': [['1> ', key('G')], [' --> ', 'j\r'], [' --> ', 's\r'], [' --> ', 'c\r'], ['1> ', 'self() =:= whereis(none).\r'], ['2> ', key('G')], [' --> ', 'q\r']],
  'the size is known': [['1> ', '{io:columns(), io:rows()}.\r'], ['2> ', { columns: 100, rows: 30 }], ['', '{io:columns(), io:rows()}.\r'], ['3> ', 'halt().\r']],
};

describe.each(RELEASES)('OTP $release', ({ native, ours }) => {
  cases.each(Object.keys(SCRIPTS))('%s', (name) => {
    const [theirs, mine] = [type([native], SCRIPTS[name]), type(ours, SCRIPTS[name])];
    expect(shown(mine)).toEqual(shown(theirs));
    expect([mine.status, mine.restored]).toEqual([theirs.status, true]);
    expect(theirs.status).not.toBe(null);
  }, 70_000);
});
