// SPDX-License-Identifier: Apache-2.0
//
// The URLs of the package's other files. Each is written out as `new URL(file, import.meta.url)`, by which bundlers
// recognize the file and emit it. In the published bundles Rollup turns ../../dist/ into ./ (rollup.config.js). Each
// URL is made only when it is needed, because some hosts (workerd) have no import.meta.url; there the options of
// createVM give the files.

/** @type {Record<string, () => URL>} */
export const assets = {
  'vm.wasm': () => new URL('../../dist/vm.wasm', import.meta.url),
  're.wasm': () => new URL('../../dist/re.wasm', import.meta.url),
  'zlib.wasm': () => new URL('../../dist/zlib.wasm', import.meta.url),
  'zstd.wasm': () => new URL('../../dist/zstd.wasm', import.meta.url),
  'otp.pack': () => new URL('../../dist/otp.pack', import.meta.url),
  'otp-base.pack': () => new URL('../../dist/otp-base.pack', import.meta.url),
  'otp-network.pack': () => new URL('../../dist/otp-network.pack', import.meta.url),
  'otp-compiler.pack': () => new URL('../../dist/otp-compiler.pack', import.meta.url),
  'otp-full.pack': () => new URL('../../dist/otp-full.pack', import.meta.url),
};
