// SPDX-License-Identifier: Apache-2.0
//
// Reads an OTP pack: a file with many beams, in which one is found by its name without inflating the rest. Packs are
// written by scripts/otp-pack and are also read by the native runner of the tests (tests/c). An open pack keeps a view
// of the bytes it was given, and the last few blocks that it inflated.
//
// The format follows; all numbers are little-endian, and u32 unless the line says otherwise:
//
//   0   'SLPK'            magic
//   4   version           1
//   8   meta length       M
//   12  blocks            B
//   16  entries           N
//   20  index length      I, in bytes
//   24  meta              M bytes of JSON: { otp, set, licence, applications: [{ name, version, modules }] }
//   ..  block table       B times: offset from the start of the file, stored length, raw length
//   ..  index             I bytes, N times: u8 name length, name (UTF-8), block, offset in the block, length;
//                         sorted by name (bytes)
//   ..  blocks            raw deflate; or as they are, where stored length = raw length
//
// An entry is either a module, by the module's name ('lists'), or another file, by the file's name ('kernel.app',
// 'start_clean.boot'). No entry crosses from one block into another. Blocks are small, so that the first call of a
// program inflates little.

import { SpawnlinkError } from '../base/errors.js';
import { TextDecoder } from '../base/host.js';

const HEADER = 24;
const CACHED_BLOCKS = 8;

/** Bytes are not a pack, or only a part of one. */
export class PackError extends SpawnlinkError {
  /** @param {string} message */
  constructor(message) {
    super('PACK', message);
  }
}

/**
 * @typedef {object} PackMeta
 * @property {string} otp release number of the OTP the modules come from, such as '25'
 * @property {string} set 'first', 'base', 'compiler' or 'full'
 * @property {Record<string, string[]>} [more] in a first pack: by the name of a companion pack, which lies beside it,
 *   the modules that the companion has
 * @property {string} licence the notice of the modules' licence
 * @property {{name: string, version: string, modules: string[]}[]} applications
 */

/**
 * The entries of a pack. An entry is inflated when it is asked for.
 * @typedef {object} PackModules
 * @property {(name: string) => Uint8Array | undefined} get the bytes of an entry; they are a view, to be copied before
 *   they are changed
 * @property {() => IterableIterator<string>} keys the names of all entries
 */

/**
 * Opens a pack: reads its tables, and inflates nothing yet. Throws a PackError if the bytes are not a whole pack.
 *
 * @example
 * import { readFileSync } from 'node:fs';
 * import { inflateRawSync } from 'node:zlib';
 * import { readPack } from './pack.js';
 *
 * const { meta, modules } = readPack(readFileSync('build/otp.pack'), { inflate: inflateRawSync });
 * console.log(meta.otp, [...modules.keys()].length, modules.get('lists').length);
 *
 * @param {Uint8Array} bytes
 * @param {{inflate?: (data: Uint8Array, size: number) => Uint8Array}} [options] `inflate`: raw inflate, given the
 *   compressed bytes and the size of the result; without it only blocks that are not compressed can be read
 * @returns {{meta: PackMeta, modules: PackModules}}
 */
export function readPack(bytes, { inflate } = {}) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER || view.getUint32(0) !== 0x534c504b) throw new PackError('not an OTP pack');
  const u32 = (/** @type {number} */ at) => view.getUint32(at, true);
  if (u32(4) !== 1) throw new PackError(`OTP pack of version ${u32(4)}, not 1`);
  try {
    return readTables(bytes, u32, inflate);
  } catch {
    // A read went beyond the end of the bytes, or what was read makes no sense.
    throw new PackError('corrupt or truncated OTP pack');
  }
}

/**
 * Reads the tables of a pack. Throws an error of any class if they are malformed.
 * @param {Uint8Array} bytes
 * @param {(at: number) => number} u32 reads a number
 * @param {((data: Uint8Array, size: number) => Uint8Array) | undefined} inflate
 */
function readTables(bytes, u32, inflate) {
  const text = new TextDecoder();
  let at = HEADER + u32(8);
  /** @type {PackMeta} */
  const meta = JSON.parse(text.decode(bytes.subarray(HEADER, at)));
  /** @type {{data: Uint8Array, raw: number, inflated: boolean}[]} */
  const blocks = [];
  for (let left = u32(12); left > 0; left--, at += 12) {
    const [offset, stored, raw] = [u32(at), u32(at + 4), u32(at + 8)];
    if (offset + stored > bytes.length) throw RangeError();
    const data = bytes.subarray(offset, offset + stored);
    blocks.push({ raw, data, inflated: stored === raw });
  }
  /** @type {Map<string, [number, number, number]>} block, offset in it, length */
  const entries = new Map();
  for (let left = u32(16); left > 0; left--) {
    const name = at + 1;
    at = name + bytes[at];
    const [block, offset, length] = [u32(at), u32(at + 4), u32(at + 8)];
    if (offset + length > blocks[block].raw) throw RangeError();
    entries.set(text.decode(bytes.subarray(name, at)), [block, offset, length]);
    at += 12;
  }
  const block = cached((index) => {
    const { data, raw, inflated } = blocks[index];
    const block = inflated ? data : inflate?.(data, raw);
    if (block?.length !== raw) throw RangeError();
    return block;
  });
  /** @param {string} name */
  const get = (name) => {
    const entry = entries.get(name);
    return entry && block(entry[0]).subarray(entry[1], entry[1] + entry[2]);
  };
  return { meta, modules: { get, keys: () => entries.keys() } };
}

/**
 * A function that gives a block by its index and keeps the last few blocks that it gave.
 * @param {(index: number) => Uint8Array} inflated makes a block
 */
function cached(inflated) {
  /** @type {Map<number, Uint8Array>} the first is the least recently used */
  const cache = new Map();
  return (/** @type {number} */ index) => {
    let block = cache.get(index);
    if (block === undefined) {
      try {
        block = inflated(index);
      } catch {
        throw new PackError(`corrupt OTP pack: block ${index}`);
      }
    }
    cache.delete(index);
    cache.set(index, block);
    if (cache.size > CACHED_BLOCKS) cache.delete(/** @type {number} */ (cache.keys().next().value));
    return block;
  };
}
