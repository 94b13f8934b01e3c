// SPDX-License-Identifier: Apache-2.0
//
// `spawnlink shell` in a pseudo-terminal: the same keys are typed into erl and into ours, and the screens must be equal
// except for the banner. Uses OTP 25, the installed one, and those later releases that were fetched.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { screen } from './screen.js';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = file('../../js/cli.js');
const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
if (!hasPython) console.log('shell.test.js: skipped, needs python3 for a pseudo-terminal');

const root = execFileSync('erl', ['-noinput', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' });
const RELEASES = [{ release: '25', native: 'erl', ours: [process.execPath, CLI, 'shell', '--otp', root] }];
for (const [release, suite] of [
  ['27', 'trixie'],
  ['29', 'sid'],
]) {
  const folder = file(`../../build/otp/${suite}`);
  if (existsSync(`${folder}/erl`))
    RELEASES.push({
      release,
      native: `${folder}/erl`,
      ours: [process.execPath, CLI, 'shell', '--otp', `${folder}/usr/lib/erlang`],
    });
  else console.log(`shell.test.js: OTP ${release} is skipped, it was not fetched (scripts/fetch-otp ${suite})`);
}

/** Types into a program. @param {string[]} command @param {[string, any][]} steps */
function type(command, steps) {
  const told = { command, env: { TERM: 'xterm', HOME: '/nonexistent' }, steps, seconds: 40 };
  return new Promise((resolve, reject) => {
    const child = execFile('python3', [file('terminal.py')], (error, stdout) => {
      if (error) return reject(error);
      const { output, ...rest } = JSON.parse(stdout);
      resolve({ ...rest, output: Buffer.from(output, 'base64').toString() });
    });
    child.stdin.end(JSON.stringify(told));
  });
}

/** The rows of the screen from the first prompt on. */
const shown = ({ output }) => {
  const rows = screen(output);
  return rows
    .slice(rows.findIndex((row) => row.startsWith('1>')))
    .map((row) => row.replace(/^Eshell V[\d.]+/, 'Eshell'));
};

const control = (letter) => String.fromCharCode(letter.charCodeAt(0) & 31);
const [UP, LEFT, RIGHT, DELETE, BACKSPACE] = ['\x1b[A', '\x1b[D', '\x1b[C', '\x1b[3~', '\x7f'];
const [START, END] = [control('A'), control('E')];

/** What is typed: pairs of a text to wait for, such as a prompt, and the keys to type then. */
const SESSION = [
  // A line is edited; earlier lines are recalled.
  ['1> ', `lsts:sum([1,2]).${START}${RIGHT}i${END}\r`],
  ['2> ', UP],
  ['', LEFT + LEFT + LEFT],
  ['', ',3\r'],
  ['3> ', `foo bar${control('W')}${START}${control('K')}abc.\r`],
  ['4> ', `${control('Y')}${START}{${END}${BACKSPACE.repeat(4)}x}.\r`],
  // Bindings, records, several lines, errors, input.
  ['5> ', 'X = 40.\r'],
  ['6> ', 'F = fun(A) ->\r'],
  ['', 'A + 2\r'],
  ['', 'end.\r'],
  ['7> ', 'F(X).\r'],
  ['8> ', 'X = 41.\r'],
  ['9> ', 'rd(point, {x, y = 7}).\r'],
  ['10> ', '#point{x = X}.\r'],
  ['11> ', 'foo:bar(1).\r'],
  ['12> ', 'lists:seq(1, 40).\r'],
  ['13> ', 'f(X), X.\r'],
  ['14> ', 'v(7).\r'],
  ['15> ', 'io:get_line("name> ").\r'],
  ['name> ', 'me\r'],
  ['16> ', '"\u00e5\u4e2d".\r'],
  // Names are completed.
  ['17> ', 'lists:rev\t'],
  ['erse', '"ab").\r'],
  ['18> ', 'application:set_e\t'],
  ['', '\t'],
  ['', control('U')],
  ['', 'ok.\r'],
  // A line longer than the width of the screen.
  ['19> ', `length("${'abcdefghij'.repeat(9)}").`],
  [').', `${START}xx${END}`],
  ['', BACKSPACE.repeat(20)],
  ['', `${START}${DELETE.repeat(2)}${END}jj").\r`],
  // Jobs.
  ['20> ', control('G')],
  ['--> ', 'j\r'],
  ['--> ', 's\r'],
  ['--> ', 'c\r'],
  ['1> ', 'process_info(self(), registered_name).\r'],
  // The size of the screen, and a change of it.
  ['2> ', '{io:columns(), io:rows()}.\r'],
  ['3> ', { columns: 100, rows: 30 }],
  ['', '{io:columns(), io:rows()}.\r'],
  // A command that does not end is interrupted through the job control menu.
  ['4> ', 'timer:sleep(infinity).\r'],
  ['', control('G')],
  ['--> ', 'i\r'],
  ['--> ', 'c\r'],
  ['killed', 'timer:sleep(200), halt(3).\r'],
];

const run = hasPython ? test.concurrent : test.skip;
describe('in a terminal, as erl', () => {
  run.each(RELEASES)(
    'of OTP $release',
    async ({ native, ours }) => {
      const [theirs, mine] = await Promise.all([type([native], SESSION), type(ours, SESSION)]);
      expect(shown(mine)).toEqual(shown(theirs));
      expect([theirs.status, mine.status, mine.restored]).toEqual([3, 3, true]);
    },
    60_000,
  );

  run(
    'ends by q(), by way of the jobs, and by the break menu while a command runs',
    async () => {
      const ways = [
        [['1> ', 'q().\r']],
        [
          ['1> ', control('G')],
          ['--> ', 'q\r'],
        ],
        [
          ['1> ', 'lists:seq(1, 100000000), ok.\r'],
          ['', control('C')],
          ['BREAK', 'c'],
          ['', control('C')],
          ['BREAK', 'a'],
        ],
      ];
      const ends = await Promise.all(ways.map((steps) => type(/** @type {any} */ (RELEASES.at(-1)).ours, steps)));
      expect(ends.map(({ status, restored }) => [status, restored])).toEqual(ways.map(() => [0, true]));
    },
    60_000,
  );
});

test('with a pipe: as erl reads one', () => {
  const lines = 'X = lists:sum([1,2]).\nfoo:bar().\nio:get_line("").\nsome line\nlists:map(fun(Y) ->\n Y end, [X]).\n';
  const { ours, native } = RELEASES[0];
  const [program, ...args] = ours;
  const [theirs, mine] = [
    spawnSync(native, { input: lines, encoding: 'utf8' }),
    spawnSync(program, args, { input: lines, encoding: 'utf8' }),
  ];
  expect([mine.status, mine.stdout]).toEqual([theirs.status, theirs.stdout]);
}, 30_000);
