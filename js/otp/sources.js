// SPDX-License-Identifier: Apache-2.0
//
// Opens what the option `otp` of createVM names: packs by their bytes, path or URL, and in Node folders. Loaded only
// when the option is given; the pack of this package does without.

import { asBytes, isUrl } from '../base/bytes.js';
import { ArgumentError, AssetError } from '../base/errors.js';
import { openFolder } from './folders.js';

/** @import { ModuleFinder, Opened, OtpSource } from './otp.js' */

/** The names of the Erlang modules of spawnlink itself. */
const OURS = /^(spawnlink_\w+|js|js_\w+|httpc|inets)$/;

/**
 * Functions that otp.js lends to this module, so that the bundles have them only once.
 * @typedef {object} Tools
 * @property {(bytes: Uint8Array, url?: URL) => Opened} pack opens a pack; `url`: where the pack was read
 * @property {() => Promise<Opened>} own opens the pack of this package
 * @property {(url: URL) => Promise<Uint8Array>} read reads a pack's bytes
 * @property {(source: string | URL) => URL} url makes a URL of a path
 * @property {typeof import('node:fs') | false} fs Node's module fs; false in other hosts
 */

/**
 * Opens all sources. Rejects with an AssetError for one that cannot be read.
 * @param {OtpSource | OtpSource[] | false} sources false: none
 * @param {Tools} tools
 * @returns {Promise<{finders: ModuleFinder[], release?: number, home?: any}>} `release`: that of the first source that
 *   has one; `home`: what to boot from, which is the first source that has all of OTP
 */
export async function openSources(sources, tools) {
  const list = !sources ? [] : Array.isArray(sources) ? sources : [sources];
  const opened = await Promise.all(list.map((source) => openOne(source, tools)));
  const finders = opened.map((one) => one.find);
  // The Erlang modules of spawnlink itself are in its packs, but not in an OTP root.
  if (!finders.some((find) => find('spawnlink_init'))) {
    const { find } = await tools.own();
    finders.push((name) => (OURS.test(name) ? find(name) : undefined));
  }
  const telling = opened.filter((one) => one.release);
  const whole = telling.find(({ home }) => typeof home === 'string' || home.meta?.set === 'full');
  return { finders, release: telling[0]?.release, home: (whole ?? telling[0])?.home };
}

/**
 * @param {OtpSource} source
 * @param {Tools} tools
 * @returns {Promise<Opened>}
 */
async function openOne(source, { pack, read, url, fs }) {
  const bytes = asBytes(source);
  if (bytes) return pack(bytes);
  if (typeof source !== 'string' && !isUrl(source))
    throw new ArgumentError('otp is a pack (bytes, path or URL) or a folder');
  const place = url(source);
  try {
    return (fs && openFolder(fs, place)) || pack(await read(place), place);
  } catch (cause) {
    const { syscall, code, message } = /** @type {any} */ (cause);
    throw syscall || code === 'PACK' ? new AssetError(place, message, 'createVM', { cause }) : cause;
  }
}
