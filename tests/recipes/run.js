// SPDX-License-Identifier: Apache-2.0
//
// Follows docs/recipes.md with the packed npm package: writes a recipe's files into an empty folder, runs its commands,
// opens its page in Chromium if it has one, and compares what this prints with what the recipe says it prints.
//   node tests/recipes/run.js [WORD of a title ...]
// Last line: N passed, N failed, N skipped.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSERS, serve } from '../matrix/browse.js';
import { openPage } from './page.js';
import { recipes } from './markdown.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'spawnlink-recipes-'));
const bins = [join(base, 'node_modules/.bin'), join(root, 'node_modules/.bin')];
const env = { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter), NO_COLOR: '1', FORCE_COLOR: '0' };
const TIMEOUT_MS = 120_000;

/** Replaces the numbers of processes, which differ from run to run. @param {string} text */
const steady = (text) => text.replace(/<0\.\d+\.\d+>/g, '<0.N.0>').trim();

/** Packs this project and installs the tarball, together with tools of this project that recipes use. */
function install() {
  const pack = ['pack', root, '--json', '--ignore-scripts', '--pack-destination', base];
  const [{ filename }] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8', cwd: root }));
  writeFileSync(join(base, 'package.json'), JSON.stringify({ name: 'recipes', private: true, type: 'module' }));
  const quiet = ['--offline', '--no-audit', '--no-fund', '--no-package-lock'];
  execFileSync('npm', ['install', ...quiet, join(base, filename)], {
    cwd: base,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const tool of ['react', 'react-dom', 'scheduler', '@types/node']) {
    const from = join(root, 'node_modules', tool);
    mkdirSync(join(base, 'node_modules', dirname(tool)), { recursive: true });
    if (existsSync(from)) symlinkSync(from, join(base, 'node_modules', tool));
  }
}

/** @param {import('./markdown.js').Recipe} recipe @param {string} folder Returns what its commands print. */
function runCommands({ files, commands }, folder) {
  mkdirSync(folder, { recursive: true });
  symlinkSync('../node_modules', join(folder, 'node_modules'));
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  let printed = '';
  for (const command of commands) {
    const shell = ['-c', command.replace(/^npx /, '')];
    const { status, stdout, stderr, error } = spawnSync('sh', shell, {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${command} ended with ${status}\n${stdout}${stderr}`);
    printed += stdout;
  }
  return printed;
}

/** @param {import('./markdown.js').Recipe} recipe @param {string} folder */
async function follow(recipe, folder) {
  const printed = runCommands(recipe, folder);
  if (!recipe.files.has('index.html')) return printed;
  const built = existsSync(join(folder, 'dist/index.html')) ? join(folder, 'dist') : folder;
  const server = await serve(built);
  try {
    return await openPage(server.url, steady(recipe.prints).split('\n').length);
  } finally {
    server.close();
  }
}

const words = process.argv.slice(2);
const all = recipes(readFileSync(join(root, 'docs/recipes.md'), 'utf8'));
const wanted = all.filter(({ title }) => words.length === 0 || words.some((word) => title.includes(word)));
const tally = { passed: 0, failed: 0, skipped: 0 };
install();
for (const [number, recipe] of wanted.entries()) {
  if (recipe.files.has('index.html') && !BROWSERS.chromium) {
    tally.skipped++;
    console.log(`skip ${recipe.title}: there is no Chromium here`);
    continue;
  }
  try {
    const printed = steady(await follow(recipe, join(base, `recipe-${number}`)));
    if (printed !== steady(recipe.prints)) throw new Error(`printed\n${printed}\ninstead of\n${recipe.prints}`);
    tally.passed++;
    console.log(`ok   ${recipe.title}`);
  } catch (error) {
    tally.failed++;
    console.log(`FAIL ${recipe.title}\n${error.message}`);
  }
}
if (process.argv.includes('--keep')) console.log(base);
else rmSync(base, { recursive: true, force: true });
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
