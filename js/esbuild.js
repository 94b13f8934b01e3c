// SPDX-License-Identifier: Apache-2.0
//
// `spawnlink/esbuild`: a plugin for esbuild, which does not recognise URLs of assets in code. The plugin makes esbuild
// emit the package's files as its loader `file` does, and puts their URLs into the code.

import { dirname, join } from 'node:path';

/** A file of the package as its bundles name it: new URL("./vm.wasm", import.meta.url). */
const ASSET = /new URL\(\s*(["'])\.\/([\w.-]+\.(?:wasm|pack)|spawnlink-thread\.js)\1\s*,\s*import\.meta\.url\s*\)/g;

/** The namespace of scripts of workers. */
const WORKER = 'spawnlink-worker';
const kind = (/** @type {string} */ name) => (name.endsWith('.js') ? '?worker' : '');

/**
 * @example
 * import plugin from 'spawnlink/esbuild';
 *
 * // In build.mjs: await esbuild.build({ entryPoints: ['app.js'], bundle: true, outdir: 'out', plugins: [plugin()] });
 * plugin().name; // 'spawnlink'
 *
 * @returns {{name: string, setup: (build: any) => void}} a plugin of esbuild
 */
export default function spawnlink() {
  return {
    name: 'spawnlink',
    setup(build) {
      const esm = build.initialOptions.format === 'esm';
      // A script that is no module only knows the URL of its page.
      const base = esm ? 'import.meta.url' : '(globalThis.document?.baseURI ?? globalThis.location.href)';
      build.onLoad({ filter: /[\\/]spawnlink[\w-]*\.c?js$/ }, async (/** @type {{path: string}} */ { path }) => {
        const { readFile } = await import('node:fs/promises');
        const text = await readFile(path, 'utf8');
        if (!ASSET.test(text)) return undefined;
        /** @type {string[]} */
        const names = [];
        const contents = text.replace(ASSET, (_all, _quote, name) => {
          if (!names.includes(name)) names.push(name);
          return `new URL(spawnlinkAsset${names.indexOf(name)}, ${base})`;
        });
        const imports = names.map(
          (name, i) => `import spawnlinkAsset${i} from ${JSON.stringify(join(dirname(path), name) + kind(name))};`,
        );
        return { contents: `${imports.join('')}${contents}`, loader: 'js', resolveDir: dirname(path) };
      });
      // The script of a worker is a bundle of its own, whose assets are those of the program.
      build.onResolve({ filter: /\.js\?worker$/ }, (/** @type {{path: string}} */ { path }) => ({
        path: path.replace(/\?worker$/, ''),
        namespace: WORKER,
      }));
      build.onLoad({ filter: /.*/, namespace: WORKER }, async (/** @type {{path: string}} */ { path }) => {
        const { minify, outdir, outfile, assetNames, publicPath } = build.initialOptions;
        const { outputFiles } = await build.esbuild.build({
          ...{ entryPoints: [path], bundle: true, write: false, format: 'esm', minify, assetNames, publicPath },
          ...{ outdir: outdir ?? dirname(outfile ?? '.'), plugins: [spawnlink()] },
        });
        const script = outputFiles.find((/** @type {{path: string}} */ file) =>
          /spawnlink-thread\.js$/.test(file.path),
        );
        return { contents: script.contents, loader: 'file' };
      });
      build.onLoad({ filter: /\.(wasm|pack)$/ }, async (/** @type {{path: string}} */ { path }) => {
        const { readFile } = await import('node:fs/promises');
        return { contents: await readFile(path), loader: 'file' };
      });
    },
  };
}
