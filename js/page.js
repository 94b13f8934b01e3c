// SPDX-License-Identifier: Apache-2.0
//
// What pages use: the network, and fflate to inflate. Node loads it only when it is given a URL of the network or a Response.

import { ArgumentError } from './errors.js';

export { fflate } from './zlib.js';

/** @param {URL} url */
async function fetchOk(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

/** @param {URL} url */
export const fetchBytes = async (url) => new Uint8Array(await (await fetchOk(url)).arrayBuffer());

/** @param {URL | Response} source of vm.wasm @returns {Promise<WebAssembly.Module>} */
export async function fetchModule(source) {
  const response = source instanceof URL ? await fetchOk(source) : source;
  if (typeof response?.arrayBuffer !== 'function') throw new ArgumentError('wasm is a URL, bytes, a Response or a WebAssembly.Module');
  // Streaming wants the right content type; servers often do not send it.
  if (WebAssembly.compileStreaming && response.headers?.get('content-type') === 'application/wasm') return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
