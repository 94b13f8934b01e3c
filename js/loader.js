// SPDX-License-Identifier: Apache-2.0
//
// Finds and compiles vm.wasm, and reads files and URLs for the rest of js/. The only module that touches the network or
// the file system, so that all others run anywhere.

import { ArgumentError } from './errors.js';

export const isNode = typeof process !== 'undefined' && Boolean(process.versions?.node);

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
  if (source === undefined || typeof source === 'string' || source instanceof URL) {
    const url = source === undefined ? await beside(new URL('./vm.wasm', import.meta.url), 'vm.wasm') : toUrl(source);
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
  const response = await source;
  if (typeof response?.arrayBuffer !== 'function') throw new ArgumentError('wasm is a URL, bytes, a Response or a WebAssembly.Module');
  return compileResponse(response);
}

/** @param {URL} url */
async function compileUrl(url) {
  // From a file at once: to hand so little work to other threads takes longer than to do it.
  if (url.protocol === 'file:') return new WebAssembly.Module(/** @type {BufferSource} */ (await readFile(url)));
  return compileResponse(await fetchOk(url));
}

/** @param {Response} response */
async function compileResponse(response) {
  // Streaming wants the right content type; servers often do not send it.
  if (WebAssembly.compileStreaming && response.headers?.get('content-type') === 'application/wasm') return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {URL} url */
async function fetchOk(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

/**
 * A file that is published beside the bundle, and lies in dist/ or build/ when run from the source tree.
 * @param {URL} published
 * @param {string} name
 */
async function beside(published, name) {
  if (!isNode || published.protocol !== 'file:') return published;
  const { existsSync } = await import('node:fs');
  const found = [published, new URL(`../dist/${name}`, published), new URL(`../build/${name}`, published)].find((url) => existsSync(url));
  return found ?? published;
}

/** Where the package's own OTP pack is. */
export function packUrl() {
  return beside(new URL('./otp.pack', import.meta.url), 'otp.pack');
}

/**
 * A path of Node or a URL.
 * @param {string | URL} source
 * @returns {URL}
 */
export function toUrl(source) {
  if (source instanceof URL) return source;
  if (/^[a-z][a-z+.-]+:/i.test(source)) return new URL(source);
  if (isNode) return new URL(`file://${encodeURI(resolvePath(source)).replaceAll('?', '%3F').replaceAll('#', '%23')}`);
  return new URL(source, /** @type {any} */ (globalThis).location?.href);
}

/** @param {string} path */
function resolvePath(path) {
  return path.startsWith('/') ? path : `${process.cwd()}/${path}`;
}

/** @param {URL} url */
async function readFile(url) {
  const { readFileSync } = await import('node:fs');
  return new Uint8Array(readFileSync(url));
}

/**
 * The bytes of a file or URL.
 * @param {string | URL} source
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(source) {
  const url = toUrl(source);
  if (url.protocol === 'file:') return readFile(url);
  return new Uint8Array(await (await fetchOk(url)).arrayBuffer());
}

/**
 * Node's modules that are used synchronously later on; none elsewhere.
 * @returns {Promise<{fs: typeof import('node:fs'), zlib: typeof import('node:zlib')} | undefined>}
 */
export async function nodeModules() {
  if (!isNode) return undefined;
  const [fs, zlib] = await Promise.all([import('node:fs'), import('node:zlib')]);
  return { fs, zlib };
}
