// SPDX-License-Identifier: Apache-2.0
//
// What inflate.js and deflate.js share: checksums, and how a stream stands.

export const OK = 0;
export const END = 1;
export const DICTIONARY = 2;

/** The data are no stream. */
export class DataError extends Error {}

/** It makes no sense to ask that of the stream now. */
export class StreamError extends Error {}

/** @param {number} sum so far, 1 at first @param {Uint8Array} bytes @param {number} n */
export function adler32(sum, bytes, n) {
  let a = sum & 0xffff;
  let b = sum >>> 16;
  for (let at = 0; at < n; ) {
    for (const end = Math.min(n, at + 3800); at < end; at++) {
      a += bytes[at];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** @type {Uint32Array | undefined} */
let table;

/** @param {number} sum so far, 0 at first @param {Uint8Array} bytes */
export function crc32(sum, bytes) {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let i = 0; i < 8; i++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  let c = ~sum;
  for (const byte of bytes) c = (c >>> 8) ^ table[(c ^ byte) & 255];
  return ~c >>> 0;
}
