// SPDX-License-Identifier: Apache-2.0
//
// Where modules come from that are not loaded yet: OTP packs, folders of beams in Node, tables and functions. The VM
// asks when code first calls a module; sources are asked in order, and the first that has it answers.

import { assets } from '../host/assets.js';
import { ArgumentError, AssetError } from '../base/errors.js';
import { fileBytes, isLocal, nodeFs, readBytes, toUrl } from '../host/loader.js';
import { readPack } from './pack.js';

/**
 * Something that may have a module: its bytes at once, or a promise of them, or undefined.
 * @callback ModuleFinder
 * @param {string} name
 * @returns {Uint8Array | undefined | null | Promise<Uint8Array | undefined | null>}
 */

/**
 * @typedef {Uint8Array | ArrayBuffer | string | URL} OtpSource a pack (bytes or where it is), or in Node a folder: an
 *   OTP root or one of beams
 */

/** @typedef {(data: Uint8Array, size: number) => Uint8Array} Inflate raw inflate */
/** @typedef {Compression | Promise<Compression>} Zlib in a page it is fetched */

/**
 * A source that was opened. `release`: of the OTP it holds, if it says so. `home`: what to boot from, a root's path or
 * a pack, or what opens it.
 * @typedef {{find: ModuleFinder, release?: number, home?: any}} Opened
 */

/** @import { Compression } from '../host/imports.js' */

/** Where a pack's companions are. @typedef {(file: string) => URL | undefined} Beside */

/** This package's own pack once it was read: many VMs, one reading. @type {Promise<Opened> | undefined} */
let ownPack;

/** Of this package: its files are found one by one, so that bundlers may put them where they like. @type {Beside} */
const ownFile = (file) => assets[file]?.();

/** @param {Zlib} zlib */
function openOwnPack(zlib) {
  ownPack ??= readPackAt(assets['otp.pack'](), zlib, ownFile, 'createVM');
  ownPack.catch(() => (ownPack = undefined));
  return ownPack;
}

/**
 * @param {OtpSource | OtpSource[] | false | undefined} sources undefined: the pack of this package; false: none
 * @param {Zlib} zlib
 * @returns {Promise<{finders: ModuleFinder[], release?: number, home?: any}>} `release`, `home`: of the first source
 *   that tells
 */
export async function openOtp(sources, zlib) {
  const own = () => openOwnPack(zlib);
  if (sources !== undefined) {
    const { inflateRaw } = await zlib;
    const pack = (/** @type {Uint8Array} */ bytes, /** @type {URL | undefined} */ url) => {
      return openPack(bytes, inflateRaw, (file) => (url ? new URL(file, url) : undefined));
    };
    const read = (/** @type {URL} */ url) => readBytes(url, 'createVM');
    return (await import('./sources.js')).openSources(sources, { pack, own, read, url: toUrl, fs: nodeFs() });
  }
  const { find, release, home } = await own();
  return { finders: [find], release, home };
}

/**
 * @param {URL} url
 * @param {Zlib} zlib
 * @param {Beside} beside
 * @param {string} wanted by what
 */
async function readPackAt(url, zlib, beside, wanted) {
  const bytes = await readBytes(url, wanted);
  return openPack(bytes, (await zlib).inflateRaw, beside);
}

/**
 * @param {Uint8Array} bytes
 * @param {Inflate} inflate
 * @param {Beside} beside
 * @returns {Opened}
 */
function openPack(bytes, inflate, beside) {
  const { modules, meta } = readPack(bytes, { inflate });
  const { more = {} } = meta;
  /** Companions that were opened, or are being. @type {Record<string, Opened | Promise<Opened>>} */
  const opened = {};
  /** @param {string} file @param {string} wanted */
  const open = (file, wanted) => (opened[file] ??= openBeside(file, wanted));
  /** In Node at once. @param {string} file @param {string} wanted @returns {Opened | Promise<Opened>} */
  const openBeside = (file, wanted) => {
    const url = beside(file);
    if (!url)
      throw new AssetError(
        file,
        'it lies beside a pack that was given by its bytes: give it too, as in otp: [pack, ...]',
        wanted,
      );
    if (isLocal(url)) return openPack(fileBytes(url, wanted), inflate, beside);
    const pack = readBytes(url, wanted).then((bytes) => openPack(bytes, inflate, beside));
    pack.catch(() => delete opened[file]); // and is asked for again next time
    return pack;
  };
  const companion = (/** @type {(file: string) => boolean} */ test) => Object.keys(more).find(test);
  /** @type {ModuleFinder} */
  const find = (name) => {
    const own = modules.get(name);
    const file = own ? undefined : companion((key) => more[key].includes(name));
    if (!file) return own;
    const pack = open(file, `module ${name}`);
    return pack instanceof Promise ? pack.then((found) => found.find(name)) : pack.find(name);
  };
  // To boot takes all of OTP: the companion that has it.
  const full = companion((key) => key.endsWith('-full.pack'));
  const home = full ? async () => (await open(full, 'boot')).home : { modules, meta };
  return { find, release: Number.parseInt(meta.otp, 10) || undefined, home };
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
