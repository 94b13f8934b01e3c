// SPDX-License-Identifier: Apache-2.0
//
// Finds and compiles vm.wasm, and reads files and URLs for the rest of js/. It and page.js alone touch the network and the
// file system, so that all others run anywhere.

import { ArgumentError } from './errors.js';

export const isNode = typeof process !== 'undefined' && Boolean(process.versions?.node);

/**
 * A module of Node, without an import that bundlers for pages would stumble over.
 * @param {string} name
 * @returns {any}
 */
const nodeModule = (name) => process.getBuiltinModule(`node:${name}`);

/** Node's fs. @returns {any} */
export const nodeFs = () => isNode && nodeModule('fs');

/**
 * @typedef {string | URL | Uint8Array | ArrayBuffer | Response | Promise<Response> | WebAssembly.Module} WasmSource
 */

/** Compiled modules by URL: many VMs, one compilation. @type {Map<string, Promise<WebAssembly.Module>>} */
const compiled = new Map();

/**
 * @param {WasmSource} [source] where vm.wasm is; by default beside this package's code
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(source) {
  source ??= wasmUrl;
  if (typeof source === 'string' || source instanceof URL) {
    const url = toUrl(source);
    let module = compiled.get(url.href);
    if (module === undefined) {
      module = compileUrl(url);
      compiled.set(url.href, module);
      module.catch(() => compiled.delete(url.href));
    }
    return module;
  }
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(/** @type {BufferSource} */ (source));
  return (await page()).fetchModule(await source);
}

/** What pages use and Node rarely. */
const page = () => import('./page.js');

/** @param {URL} url */
async function compileUrl(url) {
  // From a file at once: to hand so little work to other threads takes longer than to do it.
  if (isNode && url.protocol === 'file:') return new WebAssembly.Module(/** @type {BufferSource} */ (await readBytes(url)));
  return (await page()).fetchModule(url);
}

/** Whether this file runs as it is, not in the bundle, which lies beside vm.wasm and otp.pack. */
const unbundled = import.meta.url.endsWith('/js/loader.js');
const wasmUrl = unbundled ? new URL('../dist/vm.wasm', import.meta.url) : new URL('./vm.wasm', import.meta.url);
/** Where the package's own OTP pack is. */
export const packUrl = unbundled ? new URL('../dist/otp.pack', import.meta.url) : new URL('./otp.pack', import.meta.url);

/**
 * A path of Node or a URL.
 * @param {string | URL} source
 * @returns {URL}
 */
export function toUrl(source) {
  if (source instanceof URL) return source;
  if (/^[a-z][a-z+.-]+:/i.test(source)) return new URL(source);
  return isNode ? nodeModule('url').pathToFileURL(source) : new URL(source, /** @type {any} */ (globalThis).location?.href);
}

/**
 * The bytes of a file in Node, at once; undefined if there is none.
 * @param {URL} url
 * @returns {Uint8Array | undefined}
 */
export const fileBytes = (url) => (nodeFs().existsSync(url) ? nodeFs().readFileSync(url) : undefined);

/**
 * The bytes of a file or URL.
 * @param {string | URL} source
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(source) {
  const url = toUrl(source);
  if (url.protocol === 'file:' && isNode) return nodeFs().readFileSync(url);
  return (await page()).fetchBytes(url);
}

/** Node's zlib, when something is inflated: to load it takes milliseconds. */
const zlib = () => nodeModule('zlib');
/** @type {import('./imports.js').Compression} */
const nodeZlib = {
  inflateRaw: (data) => zlib().inflateRawSync(data),
  inflate(data, size) {
    const { buffer, engine } = zlib().inflateSync(data, { info: true, maxOutputLength: size || 1 });
    return { out: buffer, used: engine.bytesWritten };
  },
  gunzip: (data) => zlib().gunzipSync(data),
};

/** The zlib of the host, if it has one, else fflate's. */
export const compression = () => (isNode ? nodeZlib : page().then(({ fflate }) => fflate));
