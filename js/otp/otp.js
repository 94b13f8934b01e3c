// SPDX-License-Identifier: Apache-2.0
//
// The sources of the modules that a VM has not loaded yet: OTP packs, folders of beams in Node, tables and functions of
// the user. When code first calls a module, the VM asks its sources one after the other; the first that has the module
// gives it.

import { assets } from '../host/assets.js';
import { ArgumentError, AssetError } from '../base/errors.js';
import { fileBytes, isLocal, nodeFs, readBytes, toUrl } from '../host/loader.js';
import { readPack } from './pack.js';

/**
 * Looks for a module. Gives the bytes of its beam, a promise of them, or undefined (or null) if it does not have it.
 * @callback ModuleFinder
 * @param {string} name
 * @returns {Uint8Array | undefined | null | Promise<Uint8Array | undefined | null>}
 */

/**
 * @typedef {Uint8Array | ArrayBuffer | string | URL} OtpSource a pack, given by its bytes, path or URL; or in Node a
 *   folder, which is an OTP root or has beams in it
 */

/** @typedef {(data: Uint8Array, size: number) => Uint8Array} Inflate raw inflate; `size`: bytes of the result */
/** @typedef {Compression | Promise<Compression>} Zlib a promise in a page, where it is fetched */

/**
 * A source that was opened. `release`: the release of the OTP that it has, where that is known. `home`: what a VM can
 * boot from, which is the path of an OTP root, a pack, or a function that opens a pack.
 * @typedef {{find: ModuleFinder, release?: number, home?: any}} Opened
 */

/** @import { Compression } from '../host/imports.js' */

/** Where the file of a companion pack is, by its name. @typedef {(file: string) => URL | undefined} Beside */

/** This package's own pack, which is read once for all VMs. @type {Promise<Opened> | undefined} */
let ownPack;

/** This package's files have a URL each (assets.js), so that bundlers may put them anywhere. @type {Beside} */
const ownFile = (file) => assets[file]?.();

/** @param {Zlib} zlib */
function openOwnPack(zlib) {
  ownPack ??= readPackAt(assets['otp.pack'](), zlib, ownFile, 'createVM');
  ownPack.catch(() => (ownPack = undefined));
  return ownPack;
}

/**
 * Opens the sources that the option `otp` names.
 * @param {OtpSource | OtpSource[] | false | undefined} sources undefined: the pack of this package; false: none
 * @param {Zlib} zlib
 * @returns {Promise<{finders: ModuleFinder[], release?: number, home?: any}>} `release` and `home` are those of the
 *   first source that has one
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
 * Reads and opens a pack.
 * @param {URL} url
 * @param {Zlib} zlib
 * @param {Beside} beside
 * @param {string} wanted what needs it, for errors
 */
async function readPackAt(url, zlib, beside, wanted) {
  const bytes = await readBytes(url, wanted);
  return openPack(bytes, (await zlib).inflateRaw, beside);
}

/**
 * Opens a pack. A first pack names companions, packs beside it that have the modules it lacks; each is read when one of
 * its modules is first wanted.
 * @param {Uint8Array} bytes
 * @param {Inflate} inflate
 * @param {Beside} beside
 * @returns {Opened}
 */
function openPack(bytes, inflate, beside) {
  const { modules, meta } = readPack(bytes, { inflate });
  const { more = {} } = meta;
  /** The companions that were opened, or are being fetched. @type {Record<string, Opened | Promise<Opened>>} */
  const opened = {};
  /** @param {string} file @param {string} wanted */
  const open = (file, wanted) => (opened[file] ??= openBeside(file, wanted));
  /**
   * Opens a companion; synchronously if it is a file of this machine.
   * @param {string} file
   * @param {string} wanted what needs it, for errors
   * @returns {Opened | Promise<Opened>}
   */
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
    pack.catch(() => delete opened[file]); // after a failure it is fetched again when it is next wanted
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
  // A VM boots from the companion that has all of OTP.
  const full = companion((key) => key.endsWith('-full.pack'));
  const home = full ? async () => (await open(full, 'boot')).home : { modules, meta };
  return { find, release: Number.parseInt(meta.otp, 10) || undefined, home };
}

/**
 * A finder for modules that the user gave as a table or a function; undefined where none were given.
 * @param {Record<string, Uint8Array> | Map<string, Uint8Array> | ModuleFinder | undefined} modules
 * @returns {ModuleFinder | undefined}
 */
export function tableFinder(modules) {
  if (modules === undefined || typeof modules === 'function') return modules;
  if (modules instanceof Map) return (name) => modules.get(name);
  if (typeof modules === 'object') return (name) => (Object.hasOwn(modules, name) ? modules[name] : undefined);
  throw new ArgumentError('modules is an object or Map of bytes by name, or a function');
}
