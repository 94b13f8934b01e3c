// SPDX-License-Identifier: Apache-2.0
//
// Tests the package as its users get it: packed, installed from the tarball into an empty folder without a network, and
// used from an ES module, CommonJS, TypeScript, a bundle and the command line. Then publint and attw check the tarball,
// and the quick part of the matrix of hosts (tests/matrix) runs.
// `node tests/package/run.js [--keep]`. Last line: N passed, N failed.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSERS } from '../matrix/browse.js';
import { differences } from '../matrix/checks.js';
import { environments, runIn } from '../matrix/environments.js';
import { compileTypes, VARIANTS } from '../matrix/typescript.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (path) => join(root, 'node_modules', path);
const folder = mkdtempSync(join(tmpdir(), 'spawnlink-package-'));
const app = join(folder, 'app');
let passed = 0;
let failed = 0;

/** Runs a program; returns its output, or throws an error that contains it. */
function run(program, args, cwd = app) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
const node = (...args) => run(process.execPath, args);

async function test(name, fn) {
  try {
    await fn();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.message}`);
  }
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${JSON.stringify(expected)}\n  actual ${JSON.stringify(actual)}`);
}

/** Writes a file of the app and returns its name. */
function file(name, text) {
  writeFileSync(join(app, name), text);
  return name;
}

function pack(what) {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', what, '--json', '--ignore-scripts', '--pack-destination', folder], root),
  );
  return join(folder, filename.replace('@', '').replace('/', '-'));
}

if (!existsSync(join(root, 'dist/spawnlink.js'))) execFileSync(join(root, 'scripts/build'), { stdio: 'inherit' });
const tarball = pack('.');
mkdirSync(app);

await test('installs from its tarball, with nothing else', () => {
  file(
    'package.json',
    JSON.stringify({ name: 'app', private: true, type: 'module', dependencies: { spawnlink: `file:${tarball}` } }),
  );
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock']);
  equal(
    readdirSync(join(app, 'node_modules'))
      .filter((name) => !name.startsWith('.'))
      .join(),
    'spawnlink',
  );
});

await test('holds what is needed and nothing else', () => {
  const files = run('tar', ['-tzf', tarball])
    .split('\n')
    .filter(Boolean)
    .map((name) => name.replace('package/', ''));
  const wanted = [
    /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|docs\/\w+\.(md|png))$/,
    /^dist\/((vm|re|zlib|zstd)\.wasm|tables\.json|otp(-[a-z]+)?\.pack)$/,
    /^dist\/spawnlink(-[\w-]+)?\.(c?js(\.map)?|d\.ts|d\.cts)$/,
    /^dist\/types(-cjs)?\/([a-z]+\/)?[\w-]+\.d\.c?ts$/,
  ];
  equal(files.filter((name) => !wanted.some((pattern) => pattern.test(name))).join(), '');
  for (const name of [
    'dist/vm.wasm',
    'dist/re.wasm',
    'dist/zlib.wasm',
    'dist/otp.pack',
    'dist/otp-base.pack',
    'dist/otp-network.pack',
    'dist/otp-compiler.pack',
    'dist/otp-full.pack',
    'dist/spawnlink.js',
    'dist/spawnlink.cjs',
    'dist/spawnlink.d.ts',
    'dist/spawnlink.d.cts',
    'dist/spawnlink-cli.js',
    'dist/spawnlink.js.map',
  ]) {
    if (!files.includes(name)) throw new Error(`${name} is missing`);
  }
});

const PROGRAM = `
const vm = await createVM();
console.log(await vm.call('lists', 'sum', [[1, 2, 3]]), String(Atom.for('ok')), Atom.name, vm.constructor.name);
console.log(String(await vm.call('erlang', 'atom_to_list', [1]).catch((e) => [e.name, e.code,
  e instanceof ErlangError])));
console.log(Buffer.from(await vm.call('zlib', 'gunzip', [await vm.call('zlib', 'gzip',
  [[...Buffer.from('zipped')]])])).toString());
console.log(await vm.compile('-module(m). -export([f/0]). f() -> 1.'));
console.log(await vm.module('lists').sum([1, 2]), await vm.eval('A = X + 1. A * 2.', { X: 1 }));
vm.close();
`;
const PRINTED = "6 ok Atom VM\nErlangError,ERLANG,true\nzipped\n[ 'm' ]\n3 4\n";

await test('as an ES module', () => {
  equal(node(file('esm.mjs', `import { createVM, Atom, ErlangError } from 'spawnlink';${PROGRAM}`)), PRINTED);
});

await test('as CommonJS', () => {
  equal(
    node(
      file('cjs.cjs', `const { createVM, Atom, ErlangError } = require('spawnlink'); (async () => {${PROGRAM}})();`),
    ),
    PRINTED,
  );
});

await test('whatever its API is given: a clear error or a value, and the VM goes on', () => {
  cpSync(join(root, 'tests/js/misuse.js'), join(app, 'misuse.mjs'));
  const dist = join(app, 'node_modules/spawnlink/dist');
  for (const kind of ['js', 'cjs']) {
    const out = node(
      join(app, 'misuse.mjs'),
      join(dist, `spawnlink.${kind}`),
      join(dist, `spawnlink-distribution.${kind}`),
    );
    if (!/^\d{4} passed, 0 failed\n$/.test(out)) throw new Error(out);
  }
});

await test('with the wasm and the pack by their names', () => {
  const program = `
import { createVM } from 'spawnlink';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const { resolve } = createRequire(import.meta.url);
const vm = await createVM({ wasm: readFileSync(resolve('spawnlink/vm.wasm')),
  otp: readFileSync(resolve('spawnlink/otp.pack')) });
console.log(await vm.call('lists', 'reverse', [[1, 2]]), resolve('spawnlink/package.json').length > 0);
vm.close();`;
  equal(node(file('names.mjs', program)), '[ 2, 1 ] true\n');
});

await test("the README's example, as it is pasted", () => {
  const [, example] = /```js\n([^]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'));
  const lines = node(file('readme.mjs', example)).trim().split('\n');
  equal(lines[0], '6');
  if (!lines.some((line) => /^\{'EXIT',<0\.\d+\.\d+>,boom\}$/.test(line))) throw new Error(lines.join('\n'));
  if (!lines.some((line) => / -> .*: boom$/.test(line))) throw new Error(lines.join('\n'));
});

await test("the README's two nodes, from ESM and CommonJS", () => {
  const examples = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)];
  const [, example] = examples.find(([text]) => text.includes('spawnlink/distribution'));
  equal(node(file('nodes.mjs', example)), 'pong\n');
  equal(
    node(
      '-e',
      "const { connect, accept } = require('spawnlink/distribution'); console.log(typeof connect, typeof accept)",
    ),
    'function function\n',
  );
});

await test('in a bundle by Rollup, with the files beside it', () => {
  file(
    'rollup.config.js',
    `
import { nodeResolve } from '${tool('@rollup/plugin-node-resolve/dist/es/index.js')}';
export default { input: 'esm.mjs', output: { dir: 'bundle', format: 'es', entryFileNames: 'main.mjs',
  chunkFileNames: '[name].mjs' }, external: /^node:/, plugins: [nodeResolve()] };`,
  );
  run(process.execPath, [
    tool('rollup/dist/bin/rollup'),
    '--config',
    'rollup.config.js',
    '--silent',
    '--failAfterWarnings',
  ]);
  for (const name of [
    'vm.wasm',
    'zlib.wasm',
    'otp.pack',
    'otp-base.pack',
    'otp-network.pack',
    'otp-compiler.pack',
    'otp-full.pack',
  ])
    cpSync(join(app, 'node_modules/spawnlink/dist', name), join(app, 'bundle', name));
  const bundle = join(folder, 'elsewhere');
  cpSync(join(app, 'bundle'), bundle, { recursive: true });
  equal(run(process.execPath, [join(bundle, 'main.mjs')], bundle), PRINTED);
});

const TYPES = `
import { createVM, Atom, CompileError, ErlangError, tuple } from 'spawnlink';
async function main(): Promise<void> {
  const vm = await createVM({ memoryLimit: 64e6, stdout: (text: string) => console.log(text.length) });
  const pid = vm.spawn('timer', 'sleep', [100], { name: 'sleeper', priority: 'high' });
  const off: () => void = vm.on('exit', ({ pid, reason, normal }) => console.log(String(pid), reason, normal === true));
  vm.send(pid, tuple(Atom.for('hello'), [1, 2n, 'text']));
  const value: unknown = await vm.call('lists', 'reverse', [[1]], { timeout: 100, signal: AbortSignal.timeout(100) });
  const sum: number = await vm.call<number>('lists', 'sum', [[1, 2]]);
  // @ts-expect-error the value is said to be a number
  const wrong: string = await vm.call<number>('lists', 'sum', [[sum]]);
  const lists = await vm.module<{ sum(list: number[]): number }>('lists', { timeout: 1000 });
  const total: number = await lists.sum([1, 2]);
  // @ts-expect-error a list of numbers is summed
  await lists.sum('text');
  // @ts-expect-error no function of that name was told
  await lists.max([total]);
  console.log(await (await vm.module('lists')).reverse([1]));
  const evaluated: number = await vm.eval<number>('X + 1.', { X: total }, { timeout: 1000 });
  const session = vm.session();
  const names: string[] = await vm.compile('-module(m).', { files: {}, onWarning: ({ line }) => line + 1 });
  await vm.compile({ files: { 'a.erl': '-module(a).' }, signal: AbortSignal.timeout(names.length) });
  const answer: number = await vm.proc(pid).call<number>(Atom.for('get'), { timeout: 100 });
  vm.proc(tuple(Atom.for('global'), Atom.for('counter'))).cast(answer);
  await vm.idle({ timeout: 100 });
  const supervisor = await vm.supervise({
    strategy: 'one_for_one', intensity: 3, period: 5,
    children: [{ id: 'counter', restart: 'permanent', shutdown: 5000, start: async (process) => {
      for await (const message of process) console.log(message, process.signal.aborted);
    } }],
  });
  // @ts-expect-error no such strategy
  await vm.supervise({ strategy: 'all', children: [] });
  vm.proc(supervisor.pid).info(1);
  await supervisor.stop();
  const failed: unknown = await session.eval('1 +').catch((error) => error);
  if (failed instanceof CompileError) console.log(failed.diagnostics[0].line + evaluated);
  session.close();
  const me = vm.process({ trapExit: true });
  me.link(pid);
  me.on('trapped', ({ from, reason }) => console.log(from.node, reason));
  try { await vm.idle(); } catch (error) { if (error instanceof ErlangError) console.log(error.class,
  error.erlangStack[0].module); }
  // @ts-expect-error there is no such event
  vm.on('exlt', () => {});
  // @ts-expect-error a module is a string or an Atom
  vm.spawn(1, 'f');
  // @ts-expect-error no such option
  await createVM({ memory: 1 });
  for await (const { reason } of vm.events('exit')) console.log(reason, value, wrong);
  off();
  vm[Symbol.dispose]();
}
void main();
`;
for (const [name, module] of [
  ['typed.mts', 'nodenext'],
  ['typed.cts', 'nodenext'],
  ['bundled.ts', 'esnext'],
]) {
  await test(`from TypeScript: ${name}, ${module}`, () => {
    file(name, TYPES);
    const options = {
      noEmit: true,
      strict: true,
      target: 'es2022',
      lib: ['es2023', 'dom', 'esnext.disposable'],
      types: [],
      module,
      moduleResolution: module === 'esnext' ? 'bundler' : 'nodenext',
    };
    node(
      tool('typescript/bin/tsc'),
      '-p',
      file('tsconfig.json', JSON.stringify({ compilerOptions: options, files: [name] })),
    );
  });
}
for (const variant of VARIANTS) {
  await test(`from TypeScript with ECMAScript's types only: ${variant.join(', ')}`, () =>
    equal(compileTypes(tool('typescript/bin/tsc'), app, variant), ''));
}

await test('the command spawnlink', () => {
  const command = join(app, 'node_modules/.bin/spawnlink');
  equal(run(command, ['eval', 'lists:sum(lists:seq(1, 1000)).']), '500500\n');
  equal(run(command, ['run', '-noshell', '-eval', 'io:format("~p~n", [{a, "b"}]).']), '{a,"b"}\n');
  equal(run(command, ['--version']).trim(), JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
});

await test('publint', () => {
  const out = run(process.execPath, [tool('publint/src/cli.js'), '--strict', join(app, 'node_modules/spawnlink')]);
  if (!out.includes('All good')) throw new Error(out);
});

await test('attw', () => {
  run(process.execPath, [
    tool('@arethetypeswrong/cli/dist/index.js'),
    tarball,
    '--no-emoji',
    '--no-color',
    '--exclude-entrypoints',
    'vm.wasm',
    're.wasm',
    'zlib.wasm',
    'zstd.wasm',
    'otp.pack',
    'otp-base.pack',
    'otp-network.pack',
    'otp-compiler.pack',
    'otp-full.pack',
    'esbuild',
    'static',
  ]);
});

// The bundles in browsers and through bundlers.
for (const environment of environments.filter((one) => one.quick)) {
  if (environment.browser && !BROWSERS[environment.browser]) {
    console.log(`left out, there is no ${environment.browser}: ${environment.name}`);
    continue;
  }
  await test(environment.name, async () => {
    const place = mkdtempSync(join(folder, 'host-'));
    const answers = await runIn(environment, { folder: place, package: join(app, 'node_modules/spawnlink'), tool });
    equal(answers.error ?? differences(answers).join('\n'), '');
  });
}

if (process.argv.includes('--keep')) console.log(`kept: ${resolve(folder)}`);
else rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
