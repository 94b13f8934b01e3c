// SPDX-License-Identifier: Apache-2.0
//
// Runs the packed tarball in every host it is meant for: `npm run matrix [-- NAME...]`. npm packages that an
// environment needs are installed into build/matrix. Writes the results into docs/runtimes.md. The last line is: N
// passed, N failed.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSERS } from './browse.js';
import { differences } from './checks.js';
import { environments, runIn } from './environments.js';
import { installFirefox } from './firefox.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const tools = join(root, 'build/matrix');
/** The path of an npm package: the project's own, or one installed for the matrix. @param {string} path */
const tool = (path) =>
  [join(root, 'node_modules', path), join(tools, 'node_modules', path)].find(existsSync) ??
  join(tools, 'node_modules', path);

/** Installs missing npm packages; returns why they are not available. @param {string[]} names */
function install(names) {
  const missing = names.filter((name) => !existsSync(tool(name.replace(/(.)@.*$/, '$1'))));
  if (missing.length === 0) return undefined;
  mkdirSync(tools, { recursive: true });
  if (!existsSync(join(tools, 'package.json'))) writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...missing], {
    cwd: tools,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `npm cannot install ${missing.join(' ')}: ${stderr.trim().split('\n')[0]}`;
}

if (!existsSync('dist/spawnlink.js')) execFileSync('scripts/build', { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'spawnlink-matrix-'));
const [{ filename }] = JSON.parse(
  execFileSync('npm', ['pack', '.', '--json', '--ignore-scripts', '--pack-destination', folder], { encoding: 'utf8' }),
);
execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);

const only = process.argv.slice(2);
const chosen = environments.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
/** The results by host; those of hosts that are not run now are kept from earlier runs. @type {Map<string, string>} */
const rows = new Map();
const document = 'docs/runtimes.md';
const known = new Set(environments.map(({ name }) => name));
const earlier = only.length > 0 && existsSync(document) ? readFileSync(document, 'utf8') : '';
for (const [row, name] of earlier.matchAll(/^\| (.*?) \|.*$/gm)) if (known.has(name)) rows.set(name, row);
let passed = 0;
let failed = 0;
for (const environment of chosen) {
  const { name, needs = [], browser, beside, note = 'nothing' } = environment;
  let wrong = browser === 'firefox' ? installFirefox() : undefined;
  if (!wrong) wrong = browser && !BROWSERS[browser] ? `there is no ${browser} here` : install(needs);
  if (!wrong) {
    try {
      const place = mkdtempSync(join(beside ? tools : folder, 'host-'));
      const answers = await runIn(environment, { folder: place, package: join(folder, 'package'), tool });
      wrong = answers.error ?? differences(answers).join('; ');
      if (beside) rmSync(place, { recursive: true, force: true });
    } catch (error) {
      wrong = error.message;
    }
  }
  if (wrong) failed++;
  else passed++;
  console.log(wrong ? `FAIL ${name}\n${wrong}` : `ok   ${name}`);
  rows.set(
    name,
    `| ${name} | ${note.replaceAll('|', '\\|')} | ` +
      `${wrong ? `no: ${wrong.split('\n')[0].slice(0, 120).replaceAll('|', '\\|')}` : 'yes'} |`,
  );
}
rmSync(folder, { recursive: true, force: true });

if (only.length === 0 || earlier) {
  const row = ({ name, note = 'nothing' }) =>
    rows.get(name) ?? `| ${name} | ${note.replaceAll('|', '\\|')} | not run yet |`;
  const inOrder = environments.filter(({ refusal }) => !refusal).map(row);
  const text = `# Where spawnlink runs

Written by \`npm run matrix\` (\`tests/matrix/\`), which installs the packed tarball in each of these and runs the
same checks there:
a call, \`re\`, \`json\`, \`zlib\`, a link from JavaScript, an undefined function, \`boot: true\`, compiling a module.

| host | what a user writes besides the import | runs |
|---|---|---|
${inOrder.join('\n')}

A page whose Content-Security-Policy lacks \`'wasm-unsafe-eval'\`,
and a Service Worker that imports \`'spawnlink'\` instead of
\`'spawnlink/static'\`, get an \`UnsupportedError\` that says so. A file that cannot be fetched,
or is answered with an HTML page, is an
\`AssetError\` with \`url\`, \`status\` and \`wanted\`, what asked for it. \`npm run matrix\` sees all of these
errors in Chromium and
Firefox.
`;
  writeFileSync(document, text);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
