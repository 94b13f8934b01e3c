// SPDX-License-Identifier: Apache-2.0
//
// Reads files and URLs, and compiles wasm, for the rest of js/. It alone touches the network, the file system and
// Node's modules, so that all others run anywhere. What cannot be had is an AssetError that says what, where and for
// whom.

import { asBytes, isUrl, tagOf } from '../base/bytes.js';
import { ArgumentError, AssetError, UnsupportedError } from '../base/errors.js';

/** Whether this is Node, or Bun or Deno, which have Node's modules. */
export const isNode = Boolean(globalThis.process?.versions?.node && globalThis.process.getBuiltinModule);

/**
 * A module of Node, without an import that bundlers for pages would stumble over. `globalThis.process`: for a mere
 * `process` Parcel installs a package that stands in for it.
 * @param {string} name
 * @returns {any}
 */
const nodeModule = (name) => globalThis.process.getBuiltinModule(`node:${name}`);

/** Node's fs. @returns {any} */
export const nodeFs = () => isNode && nodeModule('fs');

/**
 * @typedef {string | URL | Uint8Array | ArrayBuffer | Response | Promise<Response> | WebAssembly.Module} WasmSource
 */

/** Compiled modules by URL: many VMs, one compilation. @type {Map<string, Promise<WebAssembly.Module>>} */
const compiled = new Map();

/**
 * @param {WasmSource} source where a wasm is
 * @param {string} wanted by what
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(source, wanted) {
  if (typeof source === 'string' || isUrl(source)) {
    const url = toUrl(source);
    let module = compiled.get(url.href);
    if (module === undefined) {
      module = compileUrl(url, wanted);
      compiled.set(url.href, module);
      module.catch(() => compiled.delete(url.href));
    }
    return module;
  }
  if (tagOf(source) === 'WebAssembly.Module') return /** @type {WebAssembly.Module} */ (source);
  const bytes = asBytes(source);
  if (bytes) return allowed(() => WebAssembly.compile(/** @type {BufferSource} */ (bytes)));
  const response = /** @type {Response} */ (await source);
  if (typeof response?.arrayBuffer !== 'function')
    throw new ArgumentError('wasm is a URL, bytes, a Response or a WebAssembly.Module');
  return compileResponse(response, wanted);
}

/** @param {URL} url @param {string} wanted */
async function compileUrl(url, wanted) {
  if (!isLocal(url)) return compileResponse(await fetchOk(url, wanted), wanted);
  // From a file at once: to hand so little work to other threads takes longer than to do it.
  return new WebAssembly.Module(/** @type {BufferSource} */ (fileBytes(url, wanted)));
}

/** @param {Response} response @param {string} wanted */
async function compileResponse(response, wanted) {
  // Streaming wants the right content type; servers often do not send it.
  if (
    response.ok &&
    typeof WebAssembly.compileStreaming === 'function' &&
    response.headers?.get('content-type') === 'application/wasm'
  ) {
    return allowed(() => WebAssembly.compileStreaming(response));
  }
  const bytes = await bytesOf(response, '\0asm', wanted);
  return allowed(() => WebAssembly.compile(/** @type {BufferSource} */ (bytes)));
}

/**
 * Compiles, or says what to do where that is forbidden.
 * @param {() => Promise<WebAssembly.Module>} compile
 */
async function allowed(compile) {
  try {
    return await compile();
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    if (/content.security.policy|csp/i.test(message)) {
      throw new UnsupportedError(
        "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src",
        { cause },
      );
    }
    if (/disallowed by embedder/i.test(message)) {
      throw new UnsupportedError(
        'this host compiles no WebAssembly at run time: import vm.wasm as a module, and give it to createVM as `wasm`',
        { cause },
      );
    }
    if (/** @type {Error} */ (cause).name === 'CompileError')
      throw new ArgumentError(`wasm: these bytes are no WebAssembly module: ${message}`);
    throw cause;
  }
}

/**
 * A path of Node or a URL.
 * @param {string | URL} source
 * @returns {URL}
 */
export function toUrl(source) {
  if (typeof source !== 'string') return source;
  if (/^[a-z][a-z+.-]+:/i.test(source)) return new URL(source);
  return isNode
    ? nodeModule('url').pathToFileURL(source)
    : new URL(source, /** @type {any} */ (globalThis).location?.href);
}

/** Whether it is a file that is read at once. @param {URL} url */
export const isLocal = (url) => isNode && url.protocol === 'file:';

/**
 * The bytes of a file, at once.
 * @param {URL} url
 * @param {string} wanted
 * @returns {Uint8Array}
 */
export function fileBytes(url, wanted) {
  try {
    return asBytes(nodeFs().readFileSync(url)) ?? new Uint8Array();
  } catch (cause) {
    throw new AssetError(url, /** @type {Error} */ (cause).message, wanted, { cause });
  }
}

/**
 * The bytes of a pack, or of another file that begins so, at a path or URL.
 * @param {string | URL} source
 * @param {string} wanted by what
 * @param {string} [magic]
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(source, wanted, magic = 'SLPK') {
  const url = toUrl(source);
  return isLocal(url) ? fileBytes(url, wanted) : bytesOf(await fetchOk(url, wanted), magic, wanted);
}

/**
 * @param {URL} url
 * @param {string} wanted
 * @returns {Promise<Response>}
 */
async function fetchOk(url, wanted) {
  try {
    return await fetch(url);
  } catch (cause) {
    throw new AssetError(url, /** @type {Error} */ (cause).message, wanted, { cause });
  }
}

/**
 * The bytes of an answer that begin as they should. A host may send a page for whatever it does not have.
 * @param {Response} response
 * @param {string} magic
 * @param {string} wanted
 */
async function bytesOf(response, magic, wanted) {
  const { ok, status, statusText, url, headers } = response;
  const fail = (/** @type {string} */ why) => new AssetError(url || 'its Response', why, wanted, { status });
  if (!ok) throw fail(`the answer was ${status} ${statusText}`.trimEnd());
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (String.fromCharCode(...bytes.subarray(0, magic.length)) === magic) return bytes;
  const html = /html/.test(headers?.get('content-type') ?? '') || bytes[0] === 60;
  const what = html ? 'an HTML page' : `${bytes.length} bytes of something else`;
  throw fail(`the answer was ${status} with ${what}: is the file there?`);
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
export const compression = () => (isNode ? nodeZlib : import('./zlib.js').then(({ fflate }) => fflate));
