// SPDX-License-Identifier: Apache-2.0
//
// Folders of beams and OTP roots as sources of modules, in Node. Loaded only when such a folder is given, and never by
// pages.

/** @import { ModuleFinder } from './otp.js' */

/** The applications of an OTP root in which a module is looked for first, in this order. */
const FIRST = ['erts', 'kernel', 'stdlib', 'compiler'];

/**
 * A source of modules. `names`: the names of all its modules; `release`: the OTP release they are of; `home`: the path
 * of a folder that a VM can boot from.
 * @typedef {{find: ModuleFinder, names: () => string[], release?: number, home?: string}} Source
 */

/**
 * Opens a folder of beams, an OTP root, or the folder of a project that rebar3, mix or gleam has built.
 * @param {typeof import('node:fs')} fs
 * @param {URL} url
 * @returns {Source | undefined} undefined if it is not a folder
 */
export function openFolder(fs, url) {
  if (url.protocol !== 'file:' || !fs.statSync(url, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const root = url.href.endsWith('/') ? url : new URL(`${url.href}/`);
  const lib = new URL('lib/', root);
  const folders = fs.existsSync(lib) ? ebinFolders(fs, lib) : [root];
  if (!folders.some((folder) => hasBeams(fs, folder))) folders.push(...builtFolders(fs, root));
  /** @param {string} name */
  const find = (name) => {
    for (const folder of folders) {
      const file = new URL(`${encodeURIComponent(name)}.beam`, folder);
      if (fs.existsSync(file)) return new Uint8Array(fs.readFileSync(file));
    }
    return builtInModules()?.get(name);
  };
  /** @type {Map<string, Uint8Array> | undefined} */
  let emulators;
  const lacksErlang = !folders.some((folder) => fs.existsSync(new URL('erlang.beam', folder)));
  const bootable = !lacksErlang || emulatorsOf(fs, root).length > 0;
  const builtInModules = () => (lacksErlang ? (emulators ??= builtIn(fs, root)) : undefined);
  const names = () => {
    const inFolders = folders.flatMap((folder) => beamsOf(fs, folder));
    return [...new Set([...inFolders, ...(builtInModules()?.keys() ?? [])])].sort();
  };
  const home = bootable ? decodeURIComponent(root.pathname).replace(/\/$/, '') : undefined;
  return { find, names, release: releaseOf(fs, root), home };
}

/**
 * Opens a folder, as openFolder does, or a file with beams in it (archives.js).
 * @param {typeof import('node:fs')} fs
 * @param {URL} url
 * @returns {Promise<Source | undefined>} undefined if it is neither
 */
export async function openPath(fs, url) {
  const folder = openFolder(fs, url);
  if (folder || !fs.existsSync(url)) return folder;
  const modules = (await import('./archives.js')).openArchive(new Uint8Array(fs.readFileSync(url)));
  return modules && { find: (name) => modules.get(name), names: () => [...modules.keys()].sort() };
}

/** The names of the modules in a folder. @param {typeof import('node:fs')} fs @param {URL} folder */
function beamsOf(fs, folder) {
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return files.filter((file) => file.endsWith('.beam')).map((file) => file.slice(0, -'.beam'.length));
}

/** @param {typeof import('node:fs')} fs @param {URL} folder */
const hasBeams = (fs, folder) => beamsOf(fs, folder).length > 0;

/** Where builds put beams, below the folder of a project or an application. A star stands for any name. */
const BUILT = [
  'ebin',
  '*/ebin',
  '_build/default/lib/*/ebin',
  '_build/dev/lib/*/ebin',
  '_build/prod/lib/*/ebin',
  '_build/*/lib/*/ebin',
  'build/dev/erlang/*/ebin',
  'build/prod/erlang/*/ebin',
];

/** The folders with beams that a build has made below a root. @param {typeof import('node:fs')} fs @param {URL} root */
function builtFolders(fs, root) {
  /** @param {URL[]} folders @param {string} part @returns {URL[]} */
  const below = (folders, part) =>
    folders.flatMap((folder) => {
      const names = part === '*' ? fs.readdirSync(folder).sort() : [part];
      // The slash at the end of the URL makes existsSync true for folders only.
      return names.map((name) => new URL(`${encodeURIComponent(name)}/`, folder)).filter((next) => fs.existsSync(next));
    });
  const found = BUILT.flatMap((pattern) => pattern.split('/').reduce(below, [root]));
  return [...new Map(found.map((folder) => [folder.href, folder])).values()];
}

/**
 * The OTP release of a root. An installed OTP has a folder releases/N for it; in a release that mix, rebar3 or systools
 * has made, the version of its erts tells it (erts 13.1 is of OTP 25).
 * @param {typeof import('node:fs')} fs
 * @param {URL} root
 */
function releaseOf(fs, root) {
  const folder = new URL('releases/', root);
  if (!fs.existsSync(folder)) return undefined;
  const isOtp = (/** @type {string} */ name) =>
    fs.existsSync(new URL(`${encodeURIComponent(name)}/OTP_VERSION`, folder));
  const number = Math.max(0, ...fs.readdirSync(folder).filter(isOtp).map(Number).filter(Number.isInteger));
  const started = new URL('start_erl.data', folder);
  const erts = fs.existsSync(started) ? fs.readFileSync(started, 'utf8') : emulatorsOf(fs, root)[0];
  return number || (erts ? Number.parseInt(erts, 10) + 12 : 0) || undefined;
}

/**
 * The versions of the emulators (erts) that a root has, newest first, by the names of its folders erts-VERSION.
 * @param {typeof import('node:fs')} fs
 * @param {URL} root
 */
function emulatorsOf(fs, root) {
  const versions = fs
    .readdirSync(root)
    .filter((name) => /^erts-\d/.test(name))
    .map((name) => name.slice('erts-'.length));
  return versions.sort((x, y) => y.localeCompare(x, 'en', { numeric: true }));
}

/**
 * The modules that are built into OTP's emulator (erlang, init, prim_file ...), read out of the emulator's program,
 * which contains their beams unchanged. A release has them nowhere else.
 * @param {typeof import('node:fs')} fs
 * @param {URL} root
 * @returns {Map<string, Uint8Array>} by name
 */
function builtIn(fs, root) {
  /** @type {Map<string, Uint8Array>} */
  const modules = new Map();
  const files = emulatorsOf(fs, root).map((version) => new URL(`erts-${version}/bin/beam.smp`, root));
  const file = files.find((url) => fs.existsSync(url));
  if (!file) return modules;
  const program = fs.readFileSync(file);
  for (let at = program.indexOf('FOR1'); at >= 0; at = program.indexOf('FOR1', at + 4)) {
    if (program.toString('latin1', at + 8, at + 12) !== 'BEAM') continue;
    const beam = new Uint8Array(program.subarray(at, at + 8 + program.readUInt32BE(at + 4)));
    const name = moduleName(beam);
    if (name) modules.set(name, beam);
  }
  return modules;
}

/**
 * The first atom of a beam's table. A length byte of OTP 28 on has four more bits before it.
 * @param {Uint8Array} beam
 */
function moduleName(beam) {
  const text = String.fromCharCode(...beam.subarray(0, 400));
  const table = text.indexOf('AtU8');
  if (table < 0) return undefined;
  const count = new DataView(beam.buffer, beam.byteOffset).getInt32(table + 8);
  const at = table + 12;
  const length = count < 0 ? beam[at] >> 4 : beam[at]; // a negative count means that lengths are compact numbers
  const isLong = count < 0 && (beam[at] & 8) !== 0;
  const from = isLong ? at + 2 : at + 1;
  return text.slice(from, from + (isLong ? (beam[at] >> 5) * 256 + beam[at + 1] : length));
}

/**
 * The ebin folders of all applications in a folder lib, those of `FIRST` first.
 * @param {typeof import('node:fs')} fs
 * @param {URL} lib
 */
function ebinFolders(fs, lib) {
  const rank = (/** @type {string} */ name) => {
    const i = FIRST.indexOf(name.replace(/-[\d.]+$/, ''));
    return i < 0 ? FIRST.length : i;
  };
  const names = fs.readdirSync(lib).sort((a, b) => rank(a) - rank(b));
  return names
    .map((name) => new URL(`${encodeURIComponent(name)}/ebin/`, lib))
    .filter((folder) => fs.existsSync(folder));
}
