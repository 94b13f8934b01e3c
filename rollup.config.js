// SPDX-License-Identifier: Apache-2.0
//
// Bundles js/index.js for publication, as an ES module and as CommonJS, minified. fflate stays an import: it is a
// dependency of the package. What only some need (rare options, the network and fflate in pages) are files of their own.
// Run by scripts/dist.js.

import terser from '@rollup/plugin-terser';

/** Names that programs and people see: of errors, and of terms in node's console. */
const CLASS_NAMES = /Error$|^(VM|JsProcess)$/;

/** Methods and fields that no user of the package sees. */
const INTERNAL = /^(u8|u16|u32|u64|need|room|atomText|simple|rare|reference|optionalWord|shortText|moduleArrived|otpRelease|eventMask|takeEvents|report|littleEndian|endEvents|checkEvent|subscribed|findModule|deliver|ended|settle|wakeUs|canonical|stored|subject|lost|records|identity|sized|wants|fetchModule)$/;

const output = (format, extension) => ({
  dir: 'dist',
  format,
  entryFileNames: `spawnlink.${extension}`,
  chunkFileNames: `spawnlink-[name].${extension}`,
  generatedCode: 'es2015',
  sourcemap: false,
  plugins: [terser({ ecma: 2022, module: true, keep_classnames: CLASS_NAMES, mangle: { properties: { regex: INTERNAL } }, compress: { passes: 3, unsafe_arrows: true, keep_fargs: false, pure_getters: true } })],
});

/** What is a module of its own beside the package's: it has the package's names from there. */
const beside = (format, extension) => ({
  file: `dist/spawnlink-distribution.${extension}`,
  format,
  paths: () => `./spawnlink.${extension}`,
  plugins: [terser({ ecma: 2022, module: true })],
});

export default [
  {
    input: 'js/index.js',
    external: (id) => id === 'fflate' || id.startsWith('node:'),
    output: [output('es', 'js'), { ...output('cjs', 'cjs'), exports: 'named' }],
  },
  { input: 'js/distribution.js', external: (id) => id.endsWith('/index.js'), output: [beside('es', 'js'), beside('cjs', 'cjs')] },
];
