// SPDX-License-Identifier: Apache-2.0
//
// Where the package's other files are. Each is a literal `new URL(file, import.meta.url)`, by which bundlers find and
// emit it; Rollup makes each ../dist/ a ./ in the bundles (rollup.config.js). Asked for only when needed: a host may
// have no import.meta.url (workerd), and is then given what it needs by the options of createVM.

/** @type {Record<string, () => URL>} */
export const assets = {
  'vm.wasm': () => new URL('../../dist/vm.wasm', import.meta.url),
  're.wasm': () => new URL('../../dist/re.wasm', import.meta.url),
  'zlib.wasm': () => new URL('../../dist/zlib.wasm', import.meta.url),
  'zstd.wasm': () => new URL('../../dist/zstd.wasm', import.meta.url),
  'otp.pack': () => new URL('../../dist/otp.pack', import.meta.url),
  'otp-base.pack': () => new URL('../../dist/otp-base.pack', import.meta.url),
  'otp-compiler.pack': () => new URL('../../dist/otp-compiler.pack', import.meta.url),
  'otp-full.pack': () => new URL('../../dist/otp-full.pack', import.meta.url),
};
