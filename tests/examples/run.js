// SPDX-License-Identifier: Apache-2.0
// Runs the examples: a program must end by itself with exit code 0 and print the text of tests/examples/NAME.expected;
// a page is opened in Chromium, where tests/examples/NAME.page.js uses it and reports {fine: true}.
//   node tests/examples/run.js [--write] [name ...]     --write: takes the output as the expected one
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSERS, visit } from '../matrix/browse.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const LINES = 60,
  TIMEOUT_MS = 30_000;
const args = process.argv.slice(2);
const wanted = args.filter((a) => a !== '--write');
execFileSync(join(root, 'scripts/examples'), { stdio: 'inherit' });

let passed = 0,
  failed = 0;
for (const name of readdirSync(join(root, 'examples')).filter((n) =>
  existsSync(join(root, 'examples', n, 'main.js')),
)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const main = join(root, 'examples', name, 'main.js');
  const r = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: TIMEOUT_MS });
  const file = join(root, 'tests/examples', `${name}.expected`);
  // Since OTP 27 a supervisor hibernates where older ones wait.
  const output = r.stdout.replace(/<\d+\.\d+\.\d+>/g, '<pid>').replace(/\bhibernated$/gm, 'waiting');
  const lines = readFileSync(main, 'utf8').split('\n').length - 1;
  const wrong = [];
  if (r.status !== 0) wrong.push(`exit code ${r.status ?? r.signal}\n${r.stderr.slice(-2000)}`);
  if (lines > LINES) wrong.push(`${lines} lines`);
  if (args.includes('--write')) writeFileSync(file, output);
  else if (existsSync(file) && readFileSync(file, 'utf8') !== output)
    wrong.push(`printed\n${output}instead of\n${readFileSync(file, 'utf8')}`);
  if (wrong.length) failed++;
  else passed++;
  console.log(`${name}: ${wrong.length ? wrong.join('\n') : 'ok'}`);
}
/** The page with what reports errors before all else, and its checks at the end. @param {string} name */
function checked(name) {
  const html = readFileSync(join(root, 'examples', name, 'index.html'), 'utf8');
  const [before, after] = ['<script src="/report.js"></script>', `/tests/examples/${name}.page.js`];
  return `${html.replace('<title>', `${before}<title>`)}<script type="module" src="${after}"></script>`;
}

const pages = readdirSync(join(root, 'examples')).filter((n) => existsSync(join(root, 'examples', n, 'index.html')));
for (const name of pages.filter((page) => wanted.length === 0 || wanted.includes(page))) {
  const path = `/examples/${name}/`;
  const { fine, error } = BROWSERS.chromium
    ? await visit('chromium', root, path.slice(1), (asked) => (asked === path ? { body: checked(name) } : undefined))
    : { error: 'there is no chromium (apt-get install chromium)' };
  if (fine) passed++;
  else failed++;
  console.log(`${name}: ${fine ? 'ok' : error}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
