// SPDX-License-Identifier: Apache-2.0
//
// Writes packs (js/otp/pack.js describes the format): the entries are in blocks of about BLOCK bytes, which are either
// deflated, or stored when the pack will be compressed as a whole.

import { deflateRawSync } from 'node:zlib';

const BLOCK = 128 * 1024;

/** @param {...number} numbers */
function u32(...numbers) {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((n, i) => bytes.writeUInt32LE(n, 4 * i));
  return bytes;
}

/**
 * @param {Map<string, Uint8Array>} entries in the order in which they are stored
 * @param {number} plain see writePack
 */
function layOut(entries, plain) {
  const blocks = [];
  const index = [];
  let parts = [];
  let size = 0;
  let plainBlocks = 0;
  const close = () => {
    if (size > 0) blocks.push(Buffer.concat(parts));
    parts = [];
    size = 0;
  };
  for (const [name, data] of entries) {
    if (size + data.length > BLOCK || index.length === plain) close();
    if (index.length === plain) plainBlocks = blocks.length;
    index.push({ name: Buffer.from(name), block: blocks.length, offset: size, length: data.length });
    parts.push(data);
    size += data.length;
  }
  close();
  index.sort((a, b) => Buffer.compare(a.name, b.name));
  return { blocks, index, plainBlocks: index.length <= plain ? blocks.length : plainBlocks };
}

/** @param {Buffer} block */
function deflated(block) {
  const bytes = deflateRawSync(block, { level: 9, memLevel: 9 });
  return bytes.length < block.length ? bytes : block;
}

/**
 * @param {object} meta the description in the pack
 * @param {Map<string, Uint8Array>} entries in the order in which they are stored; entries that are used together
 *   should be next to each other
 * @param {{deflate: boolean, plain?: number}} how `plain`: how many of the first entries are stored uncompressed in
 *   any case, so that what every program needs first can be read before an inflate is loaded
 * @returns {Buffer}
 */
export function writePack(meta, entries, { deflate, plain = 0 }) {
  const { blocks, index, plainBlocks } = layOut(entries, plain);
  const description = Buffer.from(JSON.stringify(meta));
  const table = Buffer.concat(
    index.map(({ name, block, offset, length }) =>
      Buffer.concat([Buffer.from([name.length]), name, u32(block, offset, length)]),
    ),
  );
  const stored = blocks.map((block, i) => (deflate && i >= plainBlocks ? deflated(block) : block));
  let offset = 24 + description.length + 12 * blocks.length + table.length;
  const places = stored.map((data, i) => {
    const place = u32(offset, data.length, blocks[i].length);
    offset += data.length;
    return place;
  });
  return Buffer.concat([
    Buffer.from('SLPK'),
    u32(1, description.length, blocks.length, index.length, table.length),
    description,
    ...places,
    table,
    ...stored,
  ]);
}
