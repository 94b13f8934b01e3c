// SPDX-License-Identifier: Apache-2.0
//
// The other modules of OTP: a pack that is fetched when code first calls a module that the first pack does not have.

import { readPack } from '../../../js/otp/pack.js';
import { fflate } from '../../../js/host/zlib.js';

/** @type {Promise<{modules: {get: (name: string) => Uint8Array | undefined}}> | undefined} */
let rest;

async function fetchPack(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return readPack(new Uint8Array(await response.arrayBuffer()), { inflate: fflate.inflateRaw });
}

/** @param {string} url of the pack @returns {(name: string) => Promise<Uint8Array | undefined>} */
export const restFinder = (url) => async (name) => {
  rest ??= fetchPack(url).catch((error) => {
    rest = undefined;
    throw error;
  });
  return (await rest).modules.get(name);
};
