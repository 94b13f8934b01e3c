// SPDX-License-Identifier: Apache-2.0
//
// Where modules come from that are not loaded yet: OTP packs, folders of beams in Node, tables and functions. The VM asks
// when code first calls a module; sources are asked in order, and the first that has it answers.

import { ArgumentError } from './errors.js';
import { nodeModules, packUrl, readBytes, toUrl } from './loader.js';
import { readPack } from './pack.js';

/**
 * Something that may have a module: its bytes at once, or a promise of them, or undefined.
 * @callback ModuleFinder
 * @param {string} name
 * @returns {Uint8Array | undefined | null | Promise<Uint8Array | undefined | null>}
 */

/**
 * @typedef {Uint8Array | ArrayBuffer | string | URL} OtpSource a pack (bytes or where it is), or in Node a folder: an OTP root or one of beams
 */

/** The applications of an OTP root that a bare VM looks in first; the others after them. */
const FIRST = ['erts', 'kernel', 'stdlib', 'compiler'];

/**
 * @param {OtpSource | OtpSource[] | false | undefined} sources undefined: the pack of this package; false: none
 * @param {(data: Uint8Array, size: number) => Uint8Array} inflateRaw
 * @returns {Promise<{finders: ModuleFinder[], release: number | undefined}>} `release`: of the first source that tells
 */
export async function openOtp(sources, inflateRaw) {
  if (sources === undefined) sources = await packUrl();
  const list = sources === false ? [] : Array.isArray(sources) ? sources : [sources];
  const opened = await Promise.all(list.map((source) => openOne(source, inflateRaw)));
  const finders = opened.map((one) => one.find);
  const release = opened.find((one) => one.release)?.release;
  // A pack of ours has our own modules; an OTP root does not.
  if (!finders.some((find) => find('spawnlink_init'))) finders.push(await ownModules(inflateRaw));
  return { finders, release };
}

/**
 * A source that was opened. `release`: of the OTP it holds, if it says so.
 * @typedef {{find: ModuleFinder, release?: number}} Opened
 */

/**
 * @param {(data: Uint8Array, size: number) => Uint8Array} inflateRaw
 * @returns {Promise<ModuleFinder>}
 */
async function ownModules(inflateRaw) {
  const { find } = await openOne(await packUrl(), inflateRaw);
  return (name) => (name.startsWith('spawnlink_') ? find(name) : undefined);
}

/**
 * @param {OtpSource} source
 * @param {(data: Uint8Array, size: number) => Uint8Array} inflateRaw
 * @returns {Promise<Opened>}
 */
async function openOne(source, inflateRaw) {
  if (source instanceof ArrayBuffer) return openPack(new Uint8Array(source), inflateRaw);
  if (source instanceof Uint8Array) return openPack(source, inflateRaw);
  if (typeof source !== 'string' && !(source instanceof URL)) throw new ArgumentError('otp is a pack (bytes, path or URL) or a folder');
  const find = await folderFinder(source);
  return find ? { find, release: await rootRelease(source) } : openPack(await readBytes(source), inflateRaw);
}

/**
 * @param {Uint8Array} bytes
 * @param {(data: Uint8Array, size: number) => Uint8Array} inflate
 * @returns {Opened}
 */
function openPack(bytes, inflate) {
  const { modules, meta } = readPack(bytes, { inflate });
  return { find: (name) => modules.get(name), release: Number.parseInt(meta.otp, 10) || undefined };
}

/** The release of an OTP root, by its folder releases/N. @param {string | URL} source */
async function rootRelease(source) {
  const node = await nodeModules();
  const folder = new URL(`${toUrl(source).href.replace(/\/$/, '')}/releases/`);
  if (!node?.fs.existsSync(folder)) return undefined;
  return Math.max(0, ...node.fs.readdirSync(folder).map(Number).filter(Number.isInteger)) || undefined;
}

/**
 * @param {string | URL} source
 * @returns {Promise<ModuleFinder | undefined>} undefined: not a folder
 */
export async function folderFinder(source) {
  const node = await nodeModules();
  const url = toUrl(source);
  if (!node || url.protocol !== 'file:' || !node.fs.statSync(url, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const { fs } = node;
  const root = url.href.endsWith('/') ? url : new URL(`${url.href}/`);
  const lib = new URL('lib/', root);
  const folders = fs.existsSync(lib) ? ebinFolders(fs, lib) : [root];
  return (name) => {
    for (const folder of folders) {
      const file = new URL(`${encodeURIComponent(name)}.beam`, folder);
      if (fs.existsSync(file)) return new Uint8Array(fs.readFileSync(file));
    }
    return undefined;
  };
}

/**
 * @param {typeof import('node:fs')} fs
 * @param {URL} lib
 */
function ebinFolders(fs, lib) {
  const rank = (/** @type {string} */ name) => {
    const i = FIRST.indexOf(name.replace(/-[\d.]+$/, ''));
    return i < 0 ? FIRST.length : i;
  };
  const names = fs.readdirSync(lib).sort((a, b) => rank(a) - rank(b));
  return names.map((name) => new URL(`${encodeURIComponent(name)}/ebin/`, lib)).filter((folder) => fs.existsSync(folder));
}

/**
 * @param {Record<string, Uint8Array> | Map<string, Uint8Array> | ModuleFinder | undefined} modules
 * @returns {ModuleFinder | undefined}
 */
export function tableFinder(modules) {
  if (modules === undefined || typeof modules === 'function') return modules;
  if (modules instanceof Map) return (name) => modules.get(name);
  if (typeof modules === 'object') return (name) => (Object.hasOwn(modules, name) ? modules[name] : undefined);
  throw new ArgumentError('modules is an object or Map of bytes by name, or a function');
}
