// SPDX-License-Identifier: Apache-2.0
//
// Inflate and deflate by Node's zlib. Loaded only there.

/** @import { Compression } from './imports.js' */

/** @param {typeof import('node:zlib')} zlib @returns {Compression} */
export const nodeZlib = (zlib) => ({
  inflateRaw: (data) => zlib.inflateRawSync(data),
  inflate(data, size) {
    const { buffer, engine } = /** @type {any} */ (zlib.inflateSync(data, /** @type {any} */ ({ info: true, maxOutputLength: Math.max(size, 1) })));
    return { out: buffer, used: engine.bytesWritten };
  },
  deflate: (data, level) => zlib.deflateSync(data, { level }),
  gunzip: (data) => zlib.gunzipSync(data),
});
