// SPDX-License-Identifier: Apache-2.0
//
// The packed tarball in every host it is meant for: `npm run matrix [-- NAME...]`. What an environment needs of npm is installed into
// build/matrix. Writes docs/runtimes.md when all were run. Last line: N passed, N failed.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSERS } from './browse.js';
import { differences } from './checks.js';
import { environments, runIn } from './environments.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const tools = join(root, 'build/matrix');
/** Where an npm package is: the project's own, or one installed for the matrix. @param {string} path */
const tool = (path) => [join(root, 'node_modules', path), join(tools, 'node_modules', path)].find(existsSync) ?? join(tools, 'node_modules', path);

/** Installs what is missing; answers why it cannot be had. @param {string[]} names */
function install(names) {
  const missing = names.filter((name) => !existsSync(tool(name.replace(/(.)@.*$/, '$1'))));
  if (missing.length === 0) return undefined;
  mkdirSync(tools, { recursive: true });
  if (!existsSync(join(tools, 'package.json'))) writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...missing], { cwd: tools, encoding: 'utf8' });
  return status === 0 ? undefined : `npm cannot install ${missing.join(' ')}: ${stderr.trim().split('\n')[0]}`;
}

if (!existsSync('dist/spawnlink.js')) execFileSync('scripts/build', { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'spawnlink-matrix-'));
const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '.', '--json', '--ignore-scripts', '--pack-destination', folder], { encoding: 'utf8' }));
execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);

const only = process.argv.slice(2);
const chosen = environments.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
const rows = [];
let passed = 0;
let failed = 0;
for (const environment of chosen) {
  const { name, needs = [], browser, note = 'nothing' } = environment;
  let wrong = browser && !BROWSERS[browser] ? `there is no ${browser} here` : install(needs);
  if (!wrong) {
    try {
      const answers = await runIn(environment, { folder: mkdtempSync(join(folder, 'host-')), package: join(folder, 'package'), tool });
      wrong = answers.error ?? differences(answers).join('; ');
    } catch (error) {
      wrong = error.message;
    }
  }
  if (wrong) failed++;
  else passed++;
  console.log(wrong ? `FAIL ${name}\n${wrong}` : `ok   ${name}`);
  rows.push(`| ${name} | ${note.replaceAll('|', '\\|')} | ${wrong ? `no: ${wrong.split('\n')[0].slice(0, 120).replaceAll('|', '\\|')}` : 'yes'} |`);
}
rmSync(folder, { recursive: true, force: true });

if (only.length === 0) {
  const text = `# Where spawnlink runs

Written by \`npm run matrix\` (\`tests/matrix/\`), which installs the packed tarball in each of these and runs the same checks there:
a call, \`re\`, \`json\`, \`zlib\`, a link from JavaScript, an undefined function, \`boot: true\`, compiling a module.

| host | what a user writes besides the import | runs |
|---|---|---|
${rows.join('\n')}

Vite's dev server: \`optimizeDeps: { exclude: ['spawnlink'] }\`, for it moves what it optimises away from the files beside it. A page
whose Content-Security-Policy lacks \`'wasm-unsafe-eval'\` gets an \`UnsupportedError\` that says so.
`;
  writeFileSync('docs/runtimes.md', text);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
