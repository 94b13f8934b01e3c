// SPDX-License-Identifier: Apache-2.0
//
// Packs (format: js/pack.js) of modules that were read from other packs: stored as they are, to be compressed as a whole, or
// with each block deflated.

import { deflateRawSync } from 'node:zlib';

const BLOCK = 128 * 1024;

/** @param {...number} numbers */
function u32(...numbers) {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((n, i) => bytes.writeUInt32LE(n, 4 * i));
  return bytes;
}

/** Entries in blocks of about BLOCK bytes, in their order. @param {Map<string, Uint8Array>} entries */
function layOut(entries) {
  const blocks = [];
  const index = [];
  let parts = [];
  let size = 0;
  for (const [name, data] of entries) {
    if (size > 0 && size + data.length > BLOCK) {
      blocks.push(Buffer.concat(parts));
      parts = [];
      size = 0;
    }
    index.push({ name: Buffer.from(name), block: blocks.length, offset: size, length: data.length });
    parts.push(data);
    size += data.length;
  }
  if (size > 0) blocks.push(Buffer.concat(parts));
  index.sort((a, b) => Buffer.compare(a.name, b.name));
  return { blocks, index };
}

/**
 * @param {object} meta
 * @param {Map<string, Uint8Array>} entries
 * @param {{deflate: boolean}} how
 * @returns {Buffer}
 */
export function writePack(meta, entries, { deflate }) {
  const { blocks, index } = layOut(entries);
  const description = Buffer.from(JSON.stringify(meta));
  const table = Buffer.concat(index.map(({ name, block, offset, length }) => Buffer.concat([Buffer.from([name.length]), name, u32(block, offset, length)])));
  const stored = blocks.map((block) => (deflate ? deflateRawSync(block, { level: 9, memLevel: 9 }) : block));
  let offset = 24 + description.length + 12 * blocks.length + table.length;
  const places = stored.map((data, i) => {
    const place = u32(offset, data.length, blocks[i].length);
    offset += data.length;
    return place;
  });
  return Buffer.concat([Buffer.from('SLPK'), u32(1, description.length, blocks.length, index.length, table.length), description, ...places, table, ...stored]);
}
