// SPDX-License-Identifier: Apache-2.0
//
// The option `otp`: packs by their bytes or where they are, and in Node folders. Loaded only when it is given; the pack
// of this package needs none of it.

import { asBytes, isUrl } from '../base/bytes.js';
import { ArgumentError, AssetError } from '../base/errors.js';
import { openFolder } from './folders.js';

/** @import { ModuleFinder, Opened, OtpSource } from './otp.js' */

/**
 * What the main chunk lends this one.
 * @typedef {object} Tools
 * @property {(bytes: Uint8Array, url?: URL) => Opened} pack opens a pack; `url`: where it was
 * @property {() => Promise<Opened>} own the pack of this package
 * @property {(url: URL) => Promise<Uint8Array>} read
 * @property {(source: string | URL) => URL} url
 * @property {typeof import('node:fs') | false} fs
 */

/**
 * @param {OtpSource | OtpSource[] | false} sources false: none
 * @param {Tools} tools
 * @returns {Promise<{finders: ModuleFinder[], release?: number, home?: any}>} `release`: of the first source that
 *   tells; `home`: what to boot from, the first that has all of OTP
 */
export async function openSources(sources, tools) {
  const list = !sources ? [] : Array.isArray(sources) ? sources : [sources];
  const opened = await Promise.all(list.map((source) => openOne(source, tools)));
  const finders = opened.map((one) => one.find);
  // A pack of ours has our own modules; an OTP root does not.
  if (!finders.some((find) => find('spawnlink_init'))) {
    const { find } = await tools.own();
    finders.push((name) => (name.startsWith('spawnlink_') ? find(name) : undefined));
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
