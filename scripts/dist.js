// SPDX-License-Identifier: Apache-2.0
//
// Makes dist/, which the npm package publishes: the bundles (by rollup), the declarations (by tsc, from JSDoc) for both
// module systems, vm.wasm and the packs. Does nothing when dist/ is newer than its sources. `--types` only checks
// types.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { functions, nativeModules, opcodes, refused } from './tables.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
const mtime = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const STAMP = 'build/dist.stamp';

function run(program, args) {
  return spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status === 0;
}

function copy(from, to) {
  if (mtime(from) > mtime(to)) copyFileSync(from, to);
}

/** Adds a declaration file and all that it imports. @param {string} name @param {Set<string>} found */
function reach(name, found) {
  if (found.has(name)) return;
  found.add(name);
  for (const [, next] of readFileSync(join('build/types', name), 'utf8').matchAll(
    /(?:from|import\()\s*["'](\.{1,2}\/[^"']*)\.js["']/g,
  ))
    reach(join(dirname(name), `${next}.d.ts`), found);
}

/** The types that js/globals.d.ts declares. */
const GLOBALS = ['URL', 'Response', 'AbortSignal', 'EventTarget', 'WebAssembly'];

/**
 * Makes a declaration file readable for TypeScript 5.4, whose typed arrays have no type arguments, and for projects
 * without the types of the DOM and of Node.
 * @param {string} text @param {string} name its path from js/
 */
function portable(text, name) {
  const older = text.replace(/\b(Uint8Array|DataView)<ArrayBuffer(Like)?>/g, '$1');
  const code = older.replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const used = GLOBALS.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  if (used.length === 0 && !/Symbol\.(d|asyncD)ispose/.test(code)) return older;
  const imported = used.map((global) => (global === 'EventTarget' ? global : `type ${global}`)).join(', ');
  return `import { ${imported} } from '${'../'.repeat(name.split('/').length - 1) || './'}globals.js';\n${older}`;
}

/** Makes tsc's declarations: as they are, and a copy for CommonJS, in which a relative import names a .cjs file. */
function declarations() {
  rmSync('build/types', { recursive: true, force: true });
  const fine = run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']);
  if (!existsSync('build/types/index.d.ts')) return false;
  for (const folder of ['dist/types', 'dist/types-cjs']) rmSync(folder, { recursive: true, force: true });
  const wanted = new Set();
  ['index.d.ts', 'distribution.d.ts', 'worker.d.ts', 'esbuild.d.ts'].forEach((name) => reach(name, wanted));
  wanted.add('globals.d.ts');
  for (const file of [...files('build/types'), 'js/globals.d.ts']) {
    const name = relative(dirname(file) === 'js' ? 'js' : 'build/types', file);
    if (!wanted.has(name)) continue; // not a part of the public types
    const read = readFileSync(file, 'utf8');
    const text = name === 'globals.d.ts' ? read : portable(read, name);
    put(join('dist/types', name), text);
    const cjs = text.replace(/((?:from|import\()\s*["']\.{1,2}\/[^"']*)\.js(["'])/g, '$1.cjs$2');
    put(join('dist/types-cjs', name.replace(/\.d\.ts$/, '.d.cts')), cjs);
  }
  put('dist/spawnlink.d.ts', "export * from './types/index.js';\n");
  put('dist/spawnlink.d.cts', "export * from './types-cjs/index.cjs';\n");
  return fine;
}

function put(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (process.argv.includes('--types'))
  process.exit(run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']) ? 0 : 1);

if (!existsSync('js/index.js')) {
  console.error('dist: there is no js/index.js yet');
  process.exit(1);
}
mkdirSync('dist', { recursive: true });
for (const from of [
  'build/wasm/vm.wasm',
  'build/libraries/re.wasm',
  'build/libraries/zlib.wasm',
  'build/libraries/zstd.wasm',
  'build/otp.pack',
  'build/otp-base.pack',
  'build/otp-network.pack',
  'build/otp-compiler.pack',
  'build/otp-full.pack',
]) {
  if (existsSync(from)) copy(from, join('dist', basename(from)));
}
// The tables that `spawnlink check` reads.
put(
  'dist/tables.json',
  JSON.stringify({ functions: functions(), refused: refused(), native: nativeModules(), opcodes: opcodes() }),
);
const inputs = [...files('js'), 'rollup.config.js', 'tsconfig.json', 'package-lock.json', 'scripts/dist.js'];
if (inputs.some((file) => mtime(file) > mtime(STAMP)) || !existsSync('dist/spawnlink.js')) {
  rmSync(STAMP, { force: true });
  for (const name of readdirSync('dist')) if (/^spawnlink.*js(\.map)?$/.test(name)) rmSync(join('dist', name));
  const bundled = run('node_modules/rollup/dist/bin/rollup', ['--config', 'rollup.config.js', '--silent']);
  const typed = declarations();
  if (!bundled || !typed) process.exit(1);
  put(STAMP, '');
}
