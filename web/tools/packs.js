// SPDX-License-Identifier: Apache-2.0
//
// OTP for the page: a first pack, compressed with LZMA, with everything that is needed to compile and run a first
// program; a second pack with the other modules, which is fetched when one of them is called; and the header files for
// -include_lib.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { readPack } from '../../js/otp/pack.js';
import { writePack } from '../../scripts/write-pack.js';
import { neededModules } from './trace.js';

/** Applications whose header files are served. */
const HEADERS_OF = ['kernel', 'stdlib', 'eunit'];
/** Applications whose modules are in the second pack unless the first has them; `spawnlink` stands for our own. */
const APPLICATIONS = ['erts', 'kernel', 'stdlib', 'compiler', 'eunit', 'spawnlink'];
const PACKS = [
  'build/otp.pack',
  'build/otp-base.pack',
  'build/otp-network.pack',
  'build/otp-compiler.pack',
  'build/otp-full.pack',
];

/** The playground's own modules. */
const OWN = ['spawnlink_web', 'spawnlink_web_io'];
const sourceOf = (name) => `web/erl/${name}.erl`;

/** The files that packs are made from. */
export const packInputs = () => [
  ...PACKS.filter((file) => existsSync(file)),
  'scripts/write-pack.js',
  ...OWN.map(sourceOf),
  'dist/vm.wasm',
  ...exampleFiles(),
];

const exampleFiles = () =>
  readdirSync('web/examples')
    .filter((name) => name.endsWith('.erl'))
    .map((name) => join('web/examples', name));

/**
 * @returns {Promise<{first: Buffer, rest: Buffer, headers: Buffer, described: Buffer}>} the contents of the three
 *   files, and a description of them
 */
export async function makePacks() {
  const packs = PACKS.filter((file) => existsSync(file)).map((file) =>
    readPack(readFileSync(file), { inflate: (data) => inflateRawSync(data) }),
  );
  const { meta } = packs[0];
  const own = compileOwn();
  const find = (name) =>
    own.get(name) ?? packs.map(({ modules }) => modules.get(name)).find((bytes) => bytes !== undefined);
  const described = { otp: meta.otp, set: 'playground', licence: meta.licence, applications: [] };
  const headers = readHeaders(readFileSync('build/otp.pack.root', 'utf8'));
  const examples = exampleFiles().map((file) => ({ name: basename(file), text: readFileSync(file, 'utf8') }));
  const needed = await neededModules({
    wasm: readFileSync('dist/vm.wasm'),
    otp: writePack(described, new Map(), { deflate: false }),
    find,
    headers,
    examples,
  });
  const first = new Map(needed.toSorted(alike).map((name) => [name, find(name)]));
  const rest = new Map(
    allModules(packs)
      .filter((name) => !first.has(name))
      .map((name) => [name, find(name)]),
  );
  return {
    first: lzma(writePack(described, first, { deflate: false })),
    rest: writePack(described, rest, { deflate: true }),
    headers: Buffer.from(JSON.stringify(headers)),
    described: Buffer.from(JSON.stringify(described)),
  };
}

/** Sorts modules with similar names next to each other, because they have most in common. */
const alike = (a, b) => (a < b ? -1 : 1);

/** All modules of APPLICATIONS. */
function allModules(packs) {
  const described = packs.flatMap(({ meta }) => meta.applications).filter(({ name }) => APPLICATIONS.includes(name));
  return [...new Set(described.flatMap(({ modules }) => modules))];
}

/** @returns {Map<string, Buffer>} our own modules, compiled, without the chunks for tools */
function compileOwn() {
  const at = 'build/web';
  execFileSync('erlc', ['+deterministic', '+no_docs', '-o', at, ...OWN.map(sourceOf)], { stdio: 'inherit' });
  return new Map(OWN.map((name) => [name, readFileSync(join(at, `${name}.beam`))]));
}

/**
 * Public header files under the names for -include_lib: 'stdlib/include/assert.hrl'. Comments are removed.
 * @param {string} root of the OTP that the packs were made from (scripts/otp-pack.js)
 * @returns {Record<string, string>}
 */
function readHeaders(root) {
  const lib = join(root, 'lib');
  const headers = {};
  for (const folder of readdirSync(lib).sort()) {
    const application = folder.replace(/-[\d.]+$/, '');
    const include = join(lib, folder, 'include');
    if (!HEADERS_OF.includes(application) || !existsSync(include)) continue;
    for (const name of readdirSync(include).filter((file) => file.endsWith('.hrl')))
      headers[`${application}/include/${name}`] = readFileSync(join(include, name), 'utf8').replace(
        /^\s*%.*\n/gm,
        '\n',
      );
  }
  return headers;
}

/**
 * Makes an .lzma file. xz does not write the size into the header, and our reader needs it.
 * @param {Buffer} bytes
 */
function lzma(bytes) {
  const packed = execFileSync('xz', ['--format=lzma', '--lzma1=preset=9e,lc=4,lp=0,pb=0', '--stdout'], {
    input: bytes,
    maxBuffer: 2 ** 28,
  });
  packed.writeBigUInt64LE(BigInt(bytes.length), 5);
  return packed;
}
