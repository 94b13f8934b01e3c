// SPDX-License-Identifier: Apache-2.0
//
// Bundles js/ for publication, as ES modules and as CommonJS, minified, with source maps. What only some need (rare
// options, the network and fflate in pages) are files of their own, loaded when needed. Names of classes are kept:
// people see them in errors and consoles. Run by scripts/dist.js.

import terser from '@rollup/plugin-terser';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as seamConstants from './js/base/seam.js';

/**
 * In js/ the package's other files are in ../dist, in the bundles beside them: js/host/assets.js. The script of workers
 * has another name in the bundles: js/worker/start.js.
 */
const published = {
  name: 'published',
  transform(code, id) {
    if (/[\\/]js[\\/](host[\\/]assets|cli)\.js$/.test(id))
      return { code: code.replace(/(\.\.\/)+dist\//g, './'), map: null };
    if (/[\\/]js[\\/]worker[\\/]start\.js$/.test(id))
      return { code: code.replaceAll("'./thread.js'", "'./spawnlink-thread.js'"), map: null };
    return undefined;
  },
  // Not by `document`, which Jest's jsdom has in Node too.
  resolveImportMeta: (property, { format }) =>
    format === 'cjs' && property === 'url' ? "require('node:url').pathToFileURL(__filename).href" : null,
};

/**
 * The constants of js/base/seam.js stand in each module as its own, so that none is fetched from another file and the
 * minifier writes their values.
 */
const constants = new Map(Object.entries(seamConstants));
const seam = {
  name: 'seam',
  transform(code) {
    const imports = /import \{([^}]*)\} from '[^']*\/seam\.js';/;
    if (!imports.test(code)) return undefined;
    const constant = (name) => `${name} = ${JSON.stringify(constants.get(name))}`;
    const named = (list) => list.match(/\w+/g).map(constant);
    const lines = (list) => '\n'.repeat(list.split('\n').length - 1);
    return { code: code.replace(imports, (_, list) => `const ${named(list).join(', ')};${lines(list)}`), map: null };
  },
};

const minify = () =>
  terser({
    ecma: 2022,
    module: true,
    keep_classnames: true,
    compress: { passes: 3, unsafe_arrows: true, keep_fargs: false, pure_getters: true },
  });
const external = (id) => id.startsWith('node:');

const output = (format, extension) => ({
  dir: 'dist',
  format,
  entryFileNames: `spawnlink.${extension}`,
  chunkFileNames: `spawnlink-[name].${extension}`,
  generatedCode: 'es2015',
  sourcemap: true,
  exports: 'named',
  // What a page loads to inflate is one file.
  manualChunks: { zlib: ['js/host/zlib.js', 'fflate'] },
  minifyInternalExports: false,
  plugins: [minify()],
});

/**
 * What runs in a worker is one file, because many bundlers make no more of a worker's script. The script itself and
 * `spawnlink/worker`, which a program's own script imports, are small files that load it.
 */
const worker = (input, name, format = 'es', extension = 'js') => ({
  input,
  external: (id) => /[\\/](index|serve)\.js$/.test(id) || external(id),
  plugins: [nodeResolve(), published, seam],
  output: {
    file: `dist/spawnlink-${name}.${extension}`,
    format,
    paths: (id) => (id.endsWith('serve.js') ? './spawnlink-serve.js' : `./spawnlink.${extension}`),
    sourcemap: true,
    plugins: [minify()],
  },
});

/** What is a module of its own beside the package's: it has the package's names from there. */
const beside = (format, extension) => ({
  file: `dist/spawnlink-distribution.${extension}`,
  format,
  paths: () => `./spawnlink.${extension}`,
  sourcemap: true,
  plugins: [minify()],
});

export default [
  {
    input: 'js/index.js',
    external,
    plugins: [nodeResolve(), published, seam],
    // The entry may export to the other chunks what is not public: else it would be two files.
    preserveEntrySignatures: 'allow-extension',
    output: [output('es', 'js'), output('cjs', 'cjs')],
  },
  // In one file, for hosts that may not import later: Service Workers.
  {
    input: 'js/index.js',
    external,
    plugins: [nodeResolve(), published, seam],
    output: {
      file: 'dist/spawnlink-static.js',
      format: 'es',
      inlineDynamicImports: true,
      sourcemap: true,
      plugins: [minify()],
    },
  },
  { input: 'js/esbuild.js', external, output: { file: 'dist/spawnlink-esbuild.js', format: 'es' } },
  {
    input: 'js/distribution.js',
    external: (id) => id.endsWith('/index.js'),
    output: [beside('es', 'js'), beside('cjs', 'cjs')],
  },
  {
    input: 'js/worker/serve.js',
    external,
    plugins: [nodeResolve(), published, seam],
    output: {
      file: 'dist/spawnlink-serve.js',
      format: 'es',
      inlineDynamicImports: true,
      sourcemap: true,
      plugins: [minify()],
    },
  },
  worker('js/worker/thread.js', 'thread'),
  worker('js/worker.js', 'worker'),
  worker('js/worker.js', 'worker', 'cjs', 'cjs'),
  {
    input: 'js/cli.js',
    external,
    plugins: [nodeResolve(), published, seam],
    output: {
      file: 'dist/spawnlink-cli.js',
      format: 'es',
      inlineDynamicImports: true,
      sourcemap: true,
      plugins: [minify()],
    },
  },
];
