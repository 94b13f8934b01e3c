// SPDX-License-Identifier: Apache-2.0
//
// Reads files and URLs, and compiles wasm, for the rest of js/. Of the modules that a page loads it is the only one
// that uses the network or a module of Node, so that all of them load in every host. A file that cannot be had is an
// AssetError, which says where it was looked for, why that failed and what needs it.

import { asBytes, isUrl, tagOf } from '../base/bytes.js';
import { ArgumentError, AssetError, UnsupportedError } from '../base/errors.js';
import { SEAM_ABI } from '../base/seam.js';

/** Whether the host is Node, or one that has Node's modules: Bun or Deno. */
export const isNode = Boolean(globalThis.process?.versions?.node && globalThis.process.getBuiltinModule);

/**
 * A built-in module of Node, without an import that bundlers for pages would stumble over. It says
 * `globalThis.process`, because Parcel installs a substitute package when it sees a mere `process`.
 * @param {string} name without the prefix 'node:'
 * @returns {any}
 */
const nodeModule = (name) => globalThis.process.getBuiltinModule(`node:${name}`);

/** Node's module fs; false in other hosts. @returns {any} */
export const nodeFs = () => isNode && nodeModule('fs');

/**
 * @typedef {string | URL | Uint8Array | ArrayBuffer | Response | Promise<Response> | WebAssembly.Module} WasmSource
 */

/** Compiled modules by URL: many VMs share one compilation. @type {Map<string, Promise<WebAssembly.Module>>} */
const compiled = new Map();

/**
 * Compiles a wasm. Rejects with an AssetError if its file cannot be had, or was built of another table of numbers
 * (src/base/seam.tab) than this JavaScript, which would take what it is told for something else; with an ArgumentError
 * if the bytes are no wasm, and with an UnsupportedError if the host does not allow to compile.
 * @param {WasmSource} source a path of Node, a URL, bytes, a Response or a compiled module
 * @param {string} wanted what needs it, for errors
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(source, wanted) {
  const module = await compileAny(source, wanted);
  const found = WebAssembly.Module.exports(module).find(({ name }) => name.startsWith('abi_'))?.name ?? 'none';
  if (found === SEAM_ABI) return module;
  const url = typeof source === 'string' || isUrl(source) ? toUrl(source) : 'the given wasm';
  throw new AssetError(url, `it is of another version: its ABI is ${found}, ${SEAM_ABI} is needed`, wanted);
}

/**
 * @param {WasmSource} source
 * @param {string} wanted
 * @returns {Promise<WebAssembly.Module>}
 */
async function compileAny(source, wanted) {
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
  // A file is compiled synchronously: V8 takes longer to hand so little work to other threads than to do it.
  return new WebAssembly.Module(/** @type {BufferSource} */ (fileBytes(url, wanted)));
}

/** @param {Response} response @param {string} wanted */
async function compileResponse(response, wanted) {
  // Compilation while the bytes arrive wants the right content type, which servers often do not send.
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
 * Compiles. Where the host or a policy of the page forbids it, the error says what to do instead.
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
 * The URL of a source.
 * @param {string | URL} source a URL, or a path: of the file system in Node, relative to the page elsewhere
 * @returns {URL}
 */
export function toUrl(source) {
  if (typeof source !== 'string') return source;
  if (/^[a-z][a-z+.-]+:/i.test(source)) return new URL(source);
  return isNode
    ? nodeModule('url').pathToFileURL(source)
    : new URL(source, /** @type {any} */ (globalThis).location?.href);
}

/** Whether a URL names a file of this machine, which is read synchronously. @param {URL} url */
export const isLocal = (url) => isNode && url.protocol === 'file:';

/**
 * The bytes of a file of this machine, read synchronously. Throws an AssetError if it cannot be read.
 * @param {URL} url
 * @param {string} wanted what needs it, for errors
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
 * The bytes of a pack, or of another file, at a path or URL. Rejects with an AssetError if they cannot be had.
 * @param {string | URL} source
 * @param {string} wanted what needs them, for errors
 * @param {string} [magic] the first four bytes that a fetched file has to have
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
 * The bytes of an HTTP answer, which have to begin with `magic`: many servers answer with an HTML page and the status
 * 200 for a file that they do not have.
 * @param {Response} response
 * @param {string} magic the first four bytes
 * @param {string} wanted what needs them, for errors
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

/** Node's module zlib. It is loaded only when something is inflated, because that takes milliseconds. */
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

/** The inflate functions: Node's, or in a page those of fflate, which are then fetched. */
export const compression = () => (isNode ? nodeZlib : import('./zlib.js').then(({ fflate }) => fflate));
