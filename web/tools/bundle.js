// SPDX-License-Identifier: Apache-2.0
//
// Bundles the page's code with Rollup: main.js and the two workers, named by their content.

import { readFileSync } from 'node:fs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';

/** Imports Erlang source as a module that exports its text. */
const erlang = {
  name: 'erlang',
  load: (id) => (id.endsWith('.erl') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : undefined),
};

/** @param {Record<string, unknown>} values replace the strings '__NAME__' */
const constants = (values) => ({
  name: 'constants',
  transform: (code) => ({
    code: code.replace(/'__([A-Z]+)__'/g, (all, name) => (name in values ? JSON.stringify(values[name]) : all)),
    map: null,
  }),
});

const output = (dir) => ({
  dir,
  format: 'es',
  entryFileNames: '[name]-[hash].js',
  chunkFileNames: '[name]-[hash].js',
  generatedCode: 'es2015',
  plugins: [terser({ ecma: 2022, module: true, compress: { passes: 2 } })],
});

/**
 * @param {Record<string, string>} input files by name
 * @param {string} folder where the bundles go
 * @param {Record<string, unknown>} values
 * @returns {Promise<{entries: Record<string, string>, files: string[]}>} the file names of the inputs, and of all
 */
export async function bundle(input, folder, values) {
  const onwarn = (warning) => {
    if (warning.code === 'CIRCULAR_DEPENDENCY') return; // the cycle only concerns functions, and is intended
    throw new Error(warning.message);
  };
  const built = await rollup({ input, onwarn, plugins: [resolve({ browser: true }), erlang, constants(values)] });
  const { output: chunks } = await built.write(output(folder));
  await built.close();
  const entries = Object.fromEntries(
    chunks.filter((chunk) => chunk.isEntry).map((chunk) => [chunk.name, chunk.fileName]),
  );
  return { entries, files: chunks.map((chunk) => chunk.fileName) };
}
