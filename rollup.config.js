// SPDX-License-Identifier: Apache-2.0
//
// Bundles js/index.js for publication, as an ES module and as CommonJS. fflate stays an import: it is a
// dependency of the package. Run by scripts/dist.js.

const output = {
  generatedCode: 'es2015',
  sourcemap: false,
};

export default {
  input: 'js/index.js',
  external: (id) => id === 'fflate' || id.startsWith('node:'),
  // What is imported on demand (node: modules) stays so; our own files all go in the one.
  output: [
    { ...output, file: 'dist/spawnlink.js', format: 'es', inlineDynamicImports: true },
    { ...output, file: 'dist/spawnlink.cjs', format: 'cjs', inlineDynamicImports: true, exports: 'named' },
  ],
};
