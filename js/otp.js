// SPDX-License-Identifier: Apache-2.0
//
// Where modules come from that are not loaded yet: OTP packs, folders of beams in Node, tables and functions. The VM asks
// when code first calls a module; sources are asked in order, and the first that has it answers.

import { ArgumentError } from './errors.js';
import { fileBytes, isNode, nodeFs, packUrl, readBytes, toUrl } from './loader.js';
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

/** @typedef {(data: Uint8Array, size: number) => Uint8Array} Inflate raw inflate */

/**
 * A source that was opened. `release`: of the OTP it holds, if it says so. `home`: what to boot from, a root's path or a pack, or what opens it.
 * @typedef {{find: ModuleFinder, release?: number, home?: any}} Opened
 */

/** This package's own pack once it was read: many VMs, one reading. @type {Promise<Opened> | undefined} */
let ownPack;

/** @param {Inflate} inflateRaw */
function openOwnPack(inflateRaw) {
  ownPack ??= readPackAt(packUrl, inflateRaw);
  ownPack.catch(() => (ownPack = undefined));
  return ownPack;
}

/**
 * @param {OtpSource | OtpSource[] | false | undefined} sources undefined: the pack of this package; false: none
 * @param {Inflate} inflateRaw
 * @returns {Promise<{finders: ModuleFinder[], release?: number, home?: any}>} `release`, `home`: of the first source that tells
 */
export async function openOtp(sources, inflateRaw) {
  const own = () => openOwnPack(inflateRaw);
  if (sources !== undefined) {
    const pack = (/** @type {Uint8Array} */ bytes, /** @type {URL | undefined} */ url) => openPack(bytes, inflateRaw, url);
    return (await import('./sources.js')).openSources(sources, { pack, own, read: readBytes, url: toUrl, fs: nodeFs() });
  }
  const { find, release, home } = await own();
  return { finders: [find], release, home };
}

/**
 * @param {URL} url
 * @param {Inflate} inflate
 */
const readPackAt = async (url, inflate) => openPack(await readBytes(url), inflate, url);

/**
 * @param {Uint8Array} bytes
 * @param {Inflate} inflate
 * @param {URL} [url] where it was: its companions are beside it
 * @returns {Opened}
 */
function openPack(bytes, inflate, url) {
  const { modules, meta } = readPack(bytes, { inflate });
  const more = (url && meta.more) || {};
  /** @type {Record<string, Opened | undefined | Promise<Opened | undefined>>} */
  const opened = {};
  // A companion, opened once, when it is first asked for. One that is not there has nothing.
  const open = (/** @type {string} */ file) => (opened[file] ??= openBeside(new URL(file, url), inflate));
  const companion = (/** @type {(file: string) => boolean} */ test) => Object.keys(more).find(test);
  /** @type {ModuleFinder} */
  const find = (name) => {
    const own = modules.get(name);
    const file = own ? undefined : companion((key) => more[key].includes(name));
    if (!file) return own;
    const pack = open(file);
    return pack instanceof Promise ? pack.then((found) => found?.find(name)) : pack?.find(name);
  };
  // To boot takes all of OTP: the companion that has it.
  const full = companion((key) => key.endsWith('-full.pack'));
  const home = full ? async () => (await open(full))?.home : { modules, meta };
  return { find, release: Number.parseInt(meta.otp, 10) || undefined, home };
}

/**
 * In Node at once.
 * @param {URL} place
 * @param {Inflate} inflate
 * @returns {Opened | undefined | Promise<Opened | undefined>} undefined: there is none
 */
function openBeside(place, inflate) {
  if (place.protocol !== 'file:' || !isNode) return readPackAt(place, inflate).catch(() => undefined);
  const bytes = fileBytes(place);
  return bytes && openPack(bytes, inflate);
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
