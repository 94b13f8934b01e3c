// SPDX-License-Identifier: Apache-2.0
// Runs the tests that Erlang libraries come with, on erl and on ours, and counts how many pass on erl, and how many of
// those on ours. Fetches Debian's source packages (libraries.js) and compiles them with the installed erlc. Not part of
// `npm test`.
//   npm run ecosystem [-- PACKAGE ...]      (or elixir, elixir:eex ...: see elixir.js)
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetched } from '../fetched.js';
import { elixirTests } from './elixir.js';
import { LIBRARIES } from './libraries.js';

/** @import { Library } from './libraries.js' */

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const here = join(root, 'tests/ecosystem');
const work = join(root, 'build/ecosystem-work');
const TIMEOUT_MS = 900_000;
const otpRoot = spawnSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], {
  encoding: 'utf8',
}).stdout;
const suite = readFileSync('/etc/os-release', 'utf8').match(/VERSION_CODENAME=(\w+)/)?.[1] ?? 'stable';

/** The name of the application, which -include_lib needs. */
const folderOf = (name) => join(work, 'lib', name.replace(/^erlang-/, ''));
const ebinOf = (name) => join(folderOf(name), 'ebin');
const sourcesIn = (folder, pattern = /\.erl$/) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((f) => pattern.test(f))
        .map((f) => join(folder, f))
    : [];

/** Compiles files one by one, so that a file that does not compile affects no other. */
function compile(library, source, files) {
  const ebin = ebinOf(library.package);
  const before = [library, ...(library.needs ?? []).map((name) => ({ package: name }))];
  const includes = before.flatMap(({ package: name }) => {
    const tree = join(source, name);
    return ['-I', tree, '-I', join(tree, 'include'), '-I', join(tree, 'src'), '-I', join(tree, 'test')];
  });
  const flags = ['+debug_info', '+nowarn_deprecated_function', '-W0', '-DTEST', '-DEUNIT', ...(library.flags ?? [])];
  const failed = [];
  for (const file of files) {
    const paths = before.flatMap(({ package: name }) => ['-pa', ebinOf(name)]);
    const made = spawnSync('erlc', [...paths, ...flags, ...includes, '-o', ebin, file], {
      encoding: 'utf8',
      cwd: join(source, library.package),
      env: { ...process.env, ERL_LIBS: join(work, 'lib') },
    });
    if (made.status !== 0) failed.push(`${basename(file)}: ${(made.stdout + made.stderr).trim().split('\n')[0]}`);
  }
  return failed;
}

/** Compiles a library; returns the names of its modules with tests. @param {Library} library */
function prepare(library, source) {
  const tree = join(source, library.package);
  const ebin = ebinOf(library.package);
  rmSync(ebin, { recursive: true, force: true });
  mkdirSync(ebin, { recursive: true });
  const headers = join(folderOf(library.package), 'include');
  rmSync(headers, { force: true });
  symlinkSync(join(tree, 'include'), headers);
  const grammars = sourcesIn(join(tree, 'src'), /\.[xy]rl$/);
  if (grammars.length > 0) spawnSync('erlc', ['-o', join(tree, 'src'), ...grammars]);
  const src = sourcesIn(join(tree, 'src'));
  const first = (library.first ?? []).map((name) => join(tree, 'src', `${name}.erl`));
  // Behaviours and transforms are found when everything was compiled once, so what failed is compiled again.
  let failed = compile(library, source, [...first, ...src.filter((file) => !first.includes(file))]);
  const again = () => src.filter((file) => !existsSync(join(ebin, basename(file, '.erl') + '.beam')));
  if (again().length > 0) failed = compile(library, source, again());
  failed.push(
    ...compile(
      library,
      source,
      ['test', 'tests'].flatMap((name) => sourcesIn(join(tree, name))),
    ),
  );
  for (const file of sourcesIn(join(tree, 'src'), /\.app\.src$/)) {
    const text = readFileSync(file, 'utf8').replace(/\{\s*vsn\s*,\s*[^"{}]*?\}/, '{vsn, "1"}');
    writeFileSync(join(ebin, basename(file, '.src')), text);
  }
  const modules = readdirSync(ebin)
    .filter((f) => f.endsWith('.beam'))
    .map((f) => basename(f, '.beam'));
  const tests = modules.filter((name) => /\btest\/0|_test_?\/0/.test(exportsOf(join(ebin, name))));
  // EUnit runs the tests in m_tests together with those of m.
  const chosen = tests.filter((name) => !(name.endsWith('_tests') && tests.includes(name.slice(0, -6))));
  return { failed, modules: chosen.filter((name) => !library.without?.test(name)) };
}

function exportsOf(beam) {
  const ask =
    `{ok,{_,[{exports,E}]}}=beam_lib:chunks(${JSON.stringify(beam)},[exports]),` +
    '[io:format("~s/~w ",[F,A])||{F,A}<-E],halt().';
  return spawnSync('erl', ['-noshell', '-eval', ask], { encoding: 'utf8' }).stdout;
}

/** @returns {Promise<Map<string, string>>} the result of each test */
function run(command, args, cwd) {
  const results = new Map();
  let module = 'none',
    rest = '',
    log = '';
  const take = (line) => {
    const [, how, name, why] = line.match(/^@@(\w+) ?(\S*) ?(.*)/) ?? [];
    if (how === 'module') module = name;
    else if (how && how !== 'end') results.set(`${module} ${name}`, how === 'ok' ? how : `${how} ${why}`);
    else if (!how) log += `${line}\n`;
  };
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, timeout: TIMEOUT_MS, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
    child.on('close', (status, signal) => done(Object.assign(results, { log, ended: signal ?? status })));
  });
}

async function both(library, modules) {
  const cwd = folderOf(library.package);
  const paths = [work, ...[...(library.needs ?? []), library.package].map(ebinOf)].flatMap((path) => ['-pa', path]);
  const args = ['-noshell', ...paths, '-run', 'ecosystem_run', 'main', ...modules];
  const ours = [join(root, 'js/cli.js'), 'run', '--otp', otpRoot, '--boot', ...args];
  const start = [() => run('erl', args, cwd), () => run(process.execPath, ours, cwd)];
  if (availableParallelism() > 2) return Promise.all(start.map((one) => one()));
  return [await start[0](), await start[1]()];
}

/** Prints a comparison of the two; returns the counts. */
function report(name, erl, ours) {
  const passed = [...erl].filter(([, how]) => how === 'ok').map(([test]) => test);
  const differ = passed.filter((test) => ours.get(test) !== 'ok');
  const row = { name, tests: erl.size, erl: passed.length, ours: passed.length - differ.length };
  console.log(
    `${name.padEnd(28)} ${String(row.tests).padStart(6)} ${String(row.erl).padStart(6)}` +
      ` ${String(row.ours).padStart(6)}`,
  );
  for (const test of differ.slice(0, 20)) console.log(`    ${test}: ${ours.get(test) ?? `not run (${ours.ended})`}`);
  if (differ.length > 0) writeFileSync(join(work, `${name}.log`), ours.log);
  return row;
}

const names = process.argv.slice(2);
const wanted = (name) => names.length === 0 || names.includes(name);
const needed = new Set(
  LIBRARIES.filter((one) => wanted(one.package)).flatMap((one) => [one.package, ...(one.needs ?? [])]),
);
mkdirSync(work, { recursive: true });
let source = join(root, 'build/ecosystem');
for (const from of new Set(LIBRARIES.map((one) => one.suite ?? suite))) {
  const packages = LIBRARIES.filter((one) => (one.suite ?? suite) === from && needed.has(one.package));
  if (packages.length > 0) source = fetched('fetch-ecosystem', from, ...packages.map((one) => one.package));
}
spawnSync('erlc', ['-o', work, join(here, 'ecosystem_run.erl')], { stdio: 'inherit' });
console.log(`${'library'.padEnd(28)} ${'tests'.padStart(6)} ${'erl'.padStart(6)} ${'ours'.padStart(6)}`);
const rows = [];
for (const library of LIBRARIES.filter((one) => needed.has(one.package))) {
  if (!existsSync(join(source, library.package))) {
    console.log(`${library.package.padEnd(28)} not fetched`);
    continue;
  }
  const { failed, modules } = prepare(library, source);
  for (const why of failed) console.log(`    does not compile: ${why}`);
  if (modules.length === 0 || !wanted(library.package)) continue;
  rows.push(report(library.package, ...(await both(library, modules))));
}
const libraries = names.filter((name) => name.startsWith('elixir:')).map((name) => name.slice(7));
if (wanted('elixir') || libraries.length > 0)
  for await (const [name, erl, ours] of elixirTests({ root, suite, otpRoot, run }, libraries))
    rows.push(report(name, erl, ours));
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(
  `${'all'.padEnd(28)} ${String(sum('tests')).padStart(6)} ${String(sum('erl')).padStart(6)}` +
    ` ${String(sum('ours')).padStart(6)}   ${((100 * sum('ours')) / sum('erl')).toFixed(2)} %`,
);
process.exitCode = sum('ours') === sum('erl') ? 0 : 1;
