// SPDX-License-Identifier: Apache-2.0
//
// Reads an OTP pack: many beams in one file, found by name without unpacking the rest.
// Written by scripts/otp-pack, read by the loader in js/ and by the native runner in tests/c. Holds only a view of
// the bytes it was given and the last few blocks it inflated.
//
// The format, all numbers little endian, u32 unless said:
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
// An entry is a module by its name ('lists'), or another file by its file name ('kernel.app', 'start_clean.boot').
// Entries never cross blocks. Blocks are small, so that the first call of a program inflates little.

import { inflateSync } from 'fflate';

const HEADER = 24;
const CACHED_BLOCKS = 8;

/** What `readPack` throws when the bytes are not a pack, or not a whole one. */
export class PackError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PackError';
  }
}

/**
 * @typedef {object} PackMeta
 * @property {string} otp release number of the OTP the modules come from, such as '25'
 * @property {string} set 'base', 'compiler' or 'full'
 * @property {string} licence notice of the modules' licence
 * @property {{name: string, version: string, modules: string[]}[]} applications
 */

/**
 * The modules of a pack: a read-only map from name to bytes that inflates what is asked for.
 */
export class PackModules {
  #bytes;
  #blocks;
  #entries;
  #inflate;
  /** @type {Map<number, Uint8Array>} */
  #cache = new Map();

  /**
   * @param {Uint8Array} bytes
   * @param {{offset: number, stored: number, raw: number}[]} blocks
   * @param {Map<string, {block: number, offset: number, length: number}>} entries
   * @param {(data: Uint8Array, size: number) => Uint8Array} inflate
   */
  constructor(bytes, blocks, entries, inflate) {
    this.#bytes = bytes;
    this.#blocks = blocks;
    this.#entries = entries;
    this.#inflate = inflate;
  }

  get size() {
    return this.#entries.size;
  }

  /** @param {string} name */
  has(name) {
    return this.#entries.has(name);
  }

  keys() {
    return this.#entries.keys();
  }

  /**
   * The bytes of an entry, or undefined. They are a view: copy them before changing them.
   * @param {string} name
   * @returns {Uint8Array | undefined}
   */
  get(name) {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    return this.#block(entry.block).subarray(entry.offset, entry.offset + entry.length);
  }

  /** @returns {IterableIterator<[string, Uint8Array]>} */
  *[Symbol.iterator]() {
    for (const name of this.#entries.keys()) yield [name, /** @type {Uint8Array} */ (this.get(name))];
  }

  /** @param {number} index */
  #block(index) {
    const { offset, stored, raw } = this.#blocks[index];
    const data = this.#bytes.subarray(offset, offset + stored);
    if (stored === raw) return data;
    let block = this.#cache.get(index);
    if (block === undefined) {
      try {
        block = this.#inflate(data, raw);
      } catch (cause) {
        throw new PackError(`corrupt OTP pack: block ${index} does not inflate: ${/** @type {Error} */ (cause).message}`);
      }
      if (block.length !== raw) throw new PackError(`corrupt OTP pack: block ${index} has ${block.length} bytes, not ${raw}`);
    } else {
      this.#cache.delete(index); // put back last: the first of the map is the least recently used
    }
    this.#cache.set(index, block);
    if (this.#cache.size > CACHED_BLOCKS) this.#cache.delete(/** @type {number} */ (this.#cache.keys().next().value));
    return block;
  }
}

/**
 * Opens a pack. Reads its tables, inflates nothing yet.
 *
 * @example
 * import { readFileSync } from 'node:fs';
 * import { readPack } from '../js/pack.js';
 *
 * const { meta, modules } = readPack(readFileSync('build/otp.pack'));
 * console.log(meta.otp, modules.size, modules.get('lists').length);
 *
 * @param {Uint8Array} bytes
 * @param {{inflate?: (data: Uint8Array, size: number) => Uint8Array}} [options] `inflate`: raw inflate, where the host
 *   has a faster one than fflate
 * @returns {{meta: PackMeta, modules: PackModules}}
 */
export function readPack(bytes, { inflate = fflateInflate } = {}) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER || view.getUint32(0) !== 0x534c504b) throw new PackError('not an OTP pack: it does not start with SLPK');
  const version = view.getUint32(4, true);
  if (version !== 1) throw new PackError(`OTP pack of version ${version}; this spawnlink reads version 1`);
  const metaLength = view.getUint32(8, true);
  const blockCount = view.getUint32(12, true);
  const entryCount = view.getUint32(16, true);
  const indexLength = view.getUint32(20, true);
  const blockTable = HEADER + metaLength;
  const index = blockTable + 12 * blockCount;
  const end = index + indexLength;
  if (end > bytes.length) throw new PackError(`truncated OTP pack: ${bytes.length} bytes, its tables end at ${end}`);

  const text = new TextDecoder();
  /** @type {PackMeta} */
  let meta;
  try {
    meta = JSON.parse(text.decode(bytes.subarray(HEADER, blockTable)));
  } catch {
    throw new PackError('corrupt OTP pack: its description is not JSON');
  }

  const blocks = [];
  for (let i = 0, at = blockTable; i < blockCount; i++, at += 12) {
    const block = { offset: view.getUint32(at, true), stored: view.getUint32(at + 4, true), raw: view.getUint32(at + 8, true) };
    if (block.offset + block.stored > bytes.length) throw new PackError(`truncated OTP pack: ${bytes.length} bytes, block ${i} ends at ${block.offset + block.stored}`);
    blocks.push(block);
  }

  const entries = new Map();
  let at = index;
  for (let i = 0; i < entryCount; i++) {
    const name = at + 1;
    const fields = name + (at < end ? bytes[at] : 0);
    if (fields + 12 > end) throw new PackError(`corrupt OTP pack: entry ${i} lies outside the index`);
    const entry = { block: view.getUint32(fields, true), offset: view.getUint32(fields + 4, true), length: view.getUint32(fields + 8, true) };
    if (entry.block >= blockCount || entry.offset + entry.length > blocks[entry.block].raw) {
      throw new PackError(`corrupt OTP pack: entry ${i} lies outside its block`);
    }
    entries.set(text.decode(bytes.subarray(name, fields)), entry);
    at = fields + 12;
  }
  return { meta, modules: new PackModules(bytes, blocks, entries, inflate) };
}

/** @param {Uint8Array} data @param {number} size */
function fflateInflate(data, size) {
  return inflateSync(data, { out: new Uint8Array(size) });
}
