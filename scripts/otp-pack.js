// SPDX-License-Identifier: Apache-2.0
//
// Makes an OTP pack (js/otp/pack.js describes the format) from an OTP root: it has only those chunks of beams that the
// VM loads, with uncompressed literals, in blocks that are deflated. Beside FILE it writes FILE.br, the same pack with
// stored blocks and brotli over the whole, for a server that sends it with Content-Encoding: br.
//
//   scripts/otp-pack [ROOT] [-o FILE] [--set first|base|network|compiler|full] [--no-br] [--if-changed]
//
// By default ROOT is that of the `erl` on PATH. scripts/otp-sets.js says which modules are in which set; our own
// modules are in src/erl. The first pack lists the modules of its companions (FILE-base.pack, FILE-network.pack,
// FILE-compiler.pack, FILE-full.pack), so that a VM opens a companion when one of its modules is first called.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gunzipSync, inflateSync } from 'node:zlib';
import { BOOT, FULL, PLAIN, inSet } from './otp-sets.js';
import { ERLANG_FILE, writeSeam } from './seam.js';
import { instructions } from './tables.js';
import { writePack } from './write-pack.js';

const SETS = ['first', 'base', 'network', 'compiler', 'full'];
/** The chunks that the loader reads; the others (Dbgi, Docs, Abst, ...) are for tools. */
const CHUNKS = new Set([
  'Atom',
  'AtU8',
  'Code',
  'StrT',
  'ImpT',
  'ExpT',
  'FunT',
  'LitT',
  'LitU',
  'Line',
  'Meta',
  'Attr',
  'CInf',
  'Recs',
]);
/** The application of OTP whose place one of ours takes: OTP's needs sockets. Its modules are in src/erl/inets. */
const INETS = 'inets';
/** The largest size allowed for one of our own modules. */
const OWN_BYTES = 64 * 1024;
const LICENCE =
  'The modules in this pack are part of Erlang/OTP, unmodified but for debug information left out. ' +
  'Copyright Ericsson AB and the Erlang/OTP contributors 1996-2025. ' +
  'Licensed under the Apache License, Version 2.0 (the "License"); you may not use these files except in compliance ' +
  'with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0. ' +
  'Unless required by applicable law or agreed to in writing, software distributed under the License is distributed ' +
  'on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.';

const home = fileURLToPath(new URL('..', import.meta.url));

function arguments_(argv) {
  const options = { root: undefined, out: undefined, set: 'first', brotli: true, ifChanged: false };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '-o') options.out = argv[++i];
    else if (argv[i] === '--set') options.set = argv[++i];
    else if (argv[i] === '--no-br') options.brotli = false;
    else if (argv[i] === '--if-changed') options.ifChanged = true;
    else if (argv[i].startsWith('-') || options.root)
      die('usage: otp-pack [ROOT] [-o FILE] [--set first|base|network|compiler|full] [--no-br] [--if-changed]');
    else options.root = argv[i];
  }
  if (!SETS.includes(options.set)) die(`no set ${options.set}: ${SETS.join(', ')}`);
  options.out ??= join(home, 'build', options.set === 'first' ? 'otp.pack' : `otp-${options.set}.pack`);
  options.root ??= rootOfErl();
  if (!existsSync(join(options.root, 'lib'))) die(`${options.root} is not an OTP root: it has no lib folder`);
  return options;
}

function die(message) {
  console.error(`otp-pack: ${message}`);
  process.exit(1);
}

function rootOfErl() {
  try {
    return execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], { encoding: 'utf8' });
  } catch (error) {
    return die(`no ROOT given and \`erl\` did not say its own (${error.code ?? error.message})`);
  }
}

/**
 * The applications of ROOT, those of FULL first, because an old application may still contain a module that has moved
 * to another one. OTP names the folder of an application 'stdlib-4.2', or 'stdlib' in a source tree.
 */
function applications(root) {
  const found = [];
  for (const folder of readdirSync(join(root, 'lib')).sort()) {
    const name = folder.replace(/-[\d.]+$/, '');
    const ebin = join(root, 'lib', folder, 'ebin');
    if (existsSync(ebin)) found.push({ name, version: folder.slice(name.length + 1), ebin });
  }
  if (!found.some((application) => application.name === 'erts')) found.unshift(...preloaded(root));
  for (const name of FULL) {
    if (!found.some((application) => application.name === name))
      console.error(`otp-pack: ${root} has no ${name}; going on without`);
  }
  if (found.length === 0) die(`nothing to pack in ${root}`);
  const rank = ({ name }) => (FULL.includes(name) ? FULL.indexOf(name) : FULL.length);
  return found.sort((a, b) => rank(a) - rank(b));
}

/**
 * The beams that are linked into the emulator: they are in erts-V/ebin, or in the preloaded folder of a source tree.
 */
function preloaded(root) {
  for (const folder of readdirSync(root).filter((name) => /^erts(-[\d.]+)?$/.test(name))) {
    for (const ebin of [join(root, folder, 'ebin'), join(root, folder, 'preloaded', 'ebin')]) {
      if (existsSync(ebin)) return [{ name: 'erts', version: folder.slice(5), ebin }];
    }
  }
  return [];
}

/** The sources of our own modules, from the rooms of src/erl, sorted by module name. */
function ownSources() {
  const found = readdirSync(join(home, 'src', 'erl'), { recursive: true }).filter((name) => name.endsWith('.erl'));
  return found.map((name) => join(home, 'src', 'erl', name)).sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

/** Our own modules (src/erl), compiled with this machine's erlc. */
function ownModules() {
  const files = ownSources();
  const ebin = join(home, 'build', 'erl');
  mkdirSync(ebin, { recursive: true });
  const header = join(ebin, 'instructions.hrl');
  const text = `-define(INSTRUCTIONS, ${JSON.stringify(instructions())}).\n`;
  if (!existsSync(header) || readFileSync(header, 'utf8') !== text) writeFileSync(header, text);
  writeSeam();
  const headers = Math.max(mtime(header), mtime(ERLANG_FILE));
  const beamOf = (file) => join(ebin, `${basename(file, '.erl')}.beam`);
  const stale = files.filter((file) => mtime(beamOf(file)) < Math.max(mtime(file), headers));
  if (stale.length > 0)
    execFileSync('erlc', ['+deterministic', '-I', ebin, '-o', ebin, ...stale], { stdio: 'inherit' });
  const modules = files.map((file) => basename(file, '.erl'));
  // An expression that the compiler evaluates may become a large literal: one beam once contained a number of four
  // megabytes, which every VM that booted had to load.
  const large = modules.filter((name) => strip(join(ebin, `${name}.beam`)).length > OWN_BYTES);
  if (large.length > 0) die(`over ${OWN_BYTES} bytes with its literals unpacked: ${large.join(' ')}`);
  const resource = readFileSync(join(home, 'src', 'erl', INETS, `${INETS}.app`), 'utf8');
  writeFileSync(join(ebin, `${INETS}.app`), resource);
  const isInets = (_, index) => basename(dirname(files[index])) === INETS;
  return [
    { name: 'spawnlink', version: '', ebin, modules: modules.filter((...it) => !isInets(...it)) },
    { name: INETS, version: /vsn, "(.*?)"/.exec(resource)[1], ebin, modules: modules.filter(isInets) },
  ];
}

const mtime = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

/** A beam with only the chunks that the VM reads, and with literals that are stored instead of deflated. */
function strip(file) {
  let bytes = readFileSync(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  if (bytes.toString('latin1', 0, 4) !== 'FOR1' || bytes.toString('latin1', 8, 12) !== 'BEAM')
    die(`${file} is not a beam`);
  const chunks = [];
  const end = 8 + bytes.readUInt32BE(4);
  for (let at = 12; at + 8 <= end; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32BE(at + 4);
    const data = bytes.subarray(at + 8, at + 8 + size);
    at += 8 + Math.ceil(size / 4) * 4;
    if (!CHUNKS.has(id)) continue;
    chunks.push(chunk(id, id === 'LitT' ? storedLiterals(data) : data));
  }
  const body = Buffer.concat([Buffer.from('BEAM'), ...chunks]);
  return Buffer.concat([Buffer.from('FOR1'), u32be(body.length), body]);
}

function chunk(id, data) {
  return Buffer.concat([Buffer.from(id), u32be(data.length), data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}

function u32be(n) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

/**
 * The uncompressed literal table. OTP 28 and later mark it by the size 0, and our loader accepts that mark in any beam;
 * the compression of the pack then works better than compressing twice.
 */
function storedLiterals(data) {
  if (data.readUInt32BE(0) === 0) return data;
  return Buffer.concat([u32be(0), inflateSync(data.subarray(4))]);
}

/** The names of an application's modules. */
const modulesOf = ({ ebin, modules }) =>
  modules ??
  readdirSync(ebin)
    .filter((name) => name.endsWith('.beam'))
    .map((name) => name.slice(0, -'.beam'.length))
    .sort();

/** The beam of each module by its name, and the description of the applications for the pack. */
function collect(root, set) {
  const apps = [...applications(root).filter(({ name }) => name !== INETS), ...ownModules()];
  const entries = new Map();
  const described = [];
  const has = inSet(set);
  for (const app of apps) {
    const modules = modulesOf(app).filter((module) => has(app.name, module) && !entries.has(module));
    for (const module of modules) entries.set(module, strip(join(app.ebin, `${module}.beam`)));
    if (modules.length > 0) described.push({ name: app.name, version: app.version, modules });
  }
  if (set === 'full') otherFiles(root, apps, entries);
  return { entries, described };
}

/**
 * The files besides beams that OTP's own boot and compiler read: applications' resource files, the boot script, public
 * header files.
 */
function otherFiles(root, apps, entries) {
  for (const { name: application, ebin } of apps) {
    for (const name of readdirSync(ebin).filter((file) => file.endsWith('.app')))
      entries.set(name, readFileSync(join(ebin, name)));
    const include = join(ebin, '..', 'include');
    const headers =
      existsSync(include) && ebin.endsWith('ebin') ? readdirSync(include).filter((file) => file.endsWith('.hrl')) : [];
    for (const name of headers) entries.set(`${application}/include/${name}`, readFileSync(join(include, name)));
  }
  const boot = join(root, 'bin', 'start_clean.boot');
  if (existsSync(boot)) entries.set('start_clean.boot', readFileSync(boot));
}

/** The modules that a first pack lacks and its companions have: by file; each module is listed for the smallest one. */
function companions(root, out) {
  const more = {};
  const taken = new Set();
  const apps = [...applications(root).filter(({ name }) => name !== INETS), ...ownModules()];
  for (const set of SETS) {
    const has = inSet(set);
    const names = apps.flatMap((app) => modulesOf(app).filter((module) => has(app.name, module) && !taken.has(module)));
    for (const name of names) taken.add(name);
    if (set !== 'first') more[basename(out).replace(/(\.pack)?$/, `-${set}.pack`)] = names;
  }
  return more;
}

/** Orders entries: those that are usually needed first, then those of each application. */
const inOrder = (entries, first) =>
  new Map([...first.filter((name) => entries.has(name)).map((name) => [name, entries.get(name)]), ...entries]);

/** The file in which a build notes the OTP root of a pack; the pack itself names no folder of this machine. */
const origin = ({ out }) => `${out}.root`;

/** Whether FILE is newer than everything it is made from: the beams, our modules and these scripts. */
function upToDate({ root, out }) {
  const made = mtime(out);
  if (made === 0 || !existsSync(origin({ out })) || readFileSync(origin({ out }), 'utf8') !== root) return false;
  const inputs = [
    fileURLToPath(import.meta.url),
    ERLANG_FILE,
    join(home, 'scripts', 'otp-sets.js'),
    join(home, 'scripts', 'write-pack.js'),
  ];
  inputs.push(...ownSources().flatMap((file) => [dirname(file), file]));
  for (const { ebin } of applications(root)) inputs.push(ebin, join(ebin, '..', 'include'));
  return !inputs.some((file) => mtime(file) > made);
}

function otpRelease(root) {
  const releases = existsSync(join(root, 'releases'))
    ? readdirSync(join(root, 'releases')).filter((name) => /^\d+$/.test(name))
    : [];
  if (releases.length > 0) return releases.sort((a, b) => Number(b) - Number(a))[0];
  const file = join(root, 'OTP_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('.')[0] : '';
}

const options = arguments_(process.argv.slice(2));
if (!(options.ifChanged && upToDate(options))) {
  const { entries, described } = collect(options.root, options.set);
  const ordered = inOrder(entries, options.set === 'full' ? BOOT : PLAIN);
  const more = options.set === 'first' ? { more: companions(options.root, options.out) } : {};
  const meta = { otp: otpRelease(options.root), set: options.set, licence: LICENCE, applications: described, ...more };
  const pack = writePack(meta, ordered, {
    deflate: true,
    plain: options.set === 'first' ? PLAIN.filter((name) => entries.has(name)).length : 0,
  });
  mkdirSync(dirname(options.out), { recursive: true });
  const raw = [...entries.values()].reduce((sum, data) => sum + data.length, 0);
  const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
  let sizes = `${kib(raw)} stripped, ${kib(pack.length)} packed`;
  if (options.brotli) {
    const plain = writePack(meta, ordered, { deflate: false });
    const params = {
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    };
    const brotli = brotliCompressSync(plain, { params });
    writeFileSync(`${options.out}.br`, brotli);
    sizes += `, ${kib(brotli.length)} brotli`;
  }
  writeFileSync(options.out, pack);
  if (options.ifChanged) writeFileSync(origin(options), options.root);
  console.log(`${basename(options.out)}: ${entries.size} files of OTP ${meta.otp}, ${sizes}`);
}
