// SPDX-License-Identifier: Apache-2.0
//
// The checks on VMs in workers: in the worker that createVM starts, and in one whose script the user has written. The
// pages have a Content-Security-Policy that allows neither eval nor scripts of elsewhere.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { visit } from './browse.js';

const CHECKS = "import { checks } from './checks.js';";
const OWN = `import * as spawnlink from './node_modules/spawnlink/dist/spawnlink.js';\n${CHECKS}`;
const AS_USUAL = `import * as spawnlink from 'spawnlink';\n${CHECKS}`;
const CREATED = 'checks(spawnlink, { worker: true })';
const CONNECTED = `const worker = new Worker(new URL('./erlang.js', import.meta.url), { type: 'module' });
checks({ ...spawnlink, createVM: (options) => spawnlink.connectWorker(worker, options) })`;
const SENT = '.then(report, (error) => report({ error: `${error?.stack}` }));\n';
const HTML =
  '<!doctype html><meta charset="utf-8"><script src="/report.js"></script><script type="module" ' +
  'src="./main.js"></script>';
const POLICY = {
  'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
};

function run(folder, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

const pages = ['chromium', 'firefox'].flatMap((browser) => [
  {
    name: `createVM({ worker: true }) in a page, ${browser}`,
    browser,
    quick: true,
    run({ folder, file }) {
      file('main.js', `${OWN}\n${CREATED}${SENT}`);
      file('index.html', HTML);
      return visit(browser, folder, '', () => ({ headers: POLICY }));
    },
  },
  {
    name: `connectWorker to a worker of the page's own, ${browser}`,
    browser,
    run({ folder, file }) {
      file('erlang.js', "import './node_modules/spawnlink/dist/spawnlink-worker.js';\n");
      file('main.js', `${OWN}\n${CONNECTED}${SENT}`);
      file('index.html', HTML);
      return visit(browser, folder, '', () => ({ headers: POLICY }));
    },
  },
]);

/** What a bundler is given, by how the worker comes to be. */
const BUNDLED = { 'createVM({ worker: true })': CREATED, 'connectWorker to a script of its own': CONNECTED };

const bundlers = Object.entries(BUNDLED).flatMap(([how, program]) => [
  {
    name: `${how}, by Vite`,
    note: how.startsWith('connect') ? "`worker: { format: 'es' }` in `vite.config.js`" : undefined,
    browser: 'chromium',
    quick: how.startsWith('create'),
    needs: ['vite'],
    run({ folder, file, tool }) {
      file('erlang.js', "import 'spawnlink/worker';\n");
      file('main.js', `${AS_USUAL}\n${program}${SENT}`);
      file('index.html', HTML.replace('./main.js', '/main.js'));
      if (how.startsWith('connect')) file('vite.config.js', "export default { worker: { format: 'es' } };\n");
      run(folder, [tool('vite/bin/vite.js'), 'build', '--outDir', 'out', '--logLevel', 'warn']);
      return visit('chromium', join(folder, 'out'));
    },
  },
  {
    name: `${how}, by webpack 5`,
    browser: 'chromium',
    quick: how.startsWith('create'),
    needs: ['webpack'],
    run({ folder, file, tool }) {
      file('src/erlang.js', "import 'spawnlink/worker';\n");
      file('src/index.js', `${AS_USUAL.replace('./checks', '../checks')}\n${program}${SENT}`);
      const config = {
        mode: 'production',
        context: folder,
        entry: './src/index.js',
        output: { path: join(folder, 'out') },
      };
      const report =
        'if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1; }';
      const webpack = `require(${JSON.stringify(tool('webpack'))})`;
      file('build.cjs', `${webpack}(${JSON.stringify(config)}, (error, stats) => { ${report} });`);
      run(folder, ['build.cjs']);
      file('out/index.html', HTML.replace('type="module" ', ''));
      return visit('chromium', join(folder, 'out'));
    },
  },
]);

const esbuild = {
  name: 'createVM({ worker: true }), by esbuild',
  note: "`import spawnlink from 'spawnlink/esbuild'`, `plugins: [spawnlink()]`",
  browser: 'chromium',
  needs: ['esbuild'],
  run({ folder, file, tool }) {
    file('main.js', `${AS_USUAL}\n${CREATED}${SENT}`);
    file(
      'build.mjs',
      `import { createRequire } from 'node:module';
import spawnlink from 'spawnlink/esbuild';
const esbuild = createRequire(import.meta.url)(${JSON.stringify(tool('esbuild'))});
await esbuild.build({ entryPoints: ['main.js'], bundle: true, minify: true, format: 'esm', outdir: 'out',
  logLevel: 'warning', plugins: [spawnlink()] });`,
    );
    run(folder, ['build.mjs']);
    file('out/index.html', HTML);
    return visit('chromium', join(folder, 'out'));
  },
};

const programs = [
  {
    name: 'createVM({ worker: true }) in Node',
    quick: true,
    run({ folder, file }) {
      file('main.mjs', `${AS_USUAL}\nconsole.log(JSON.stringify(await ${CREATED}));`);
      return JSON.parse(run(folder, ['main.mjs']).trim().split('\n').at(-1));
    },
  },
  {
    name: 'createVM({ worker: true }) in Node, CommonJS',
    quick: true,
    run({ folder, file }) {
      const program = "import('./checks.js').then(async ({ checks }) =>";
      file(
        'main.cjs',
        `const spawnlink = require('spawnlink');\n${program} console.log(JSON.stringify(await ${CREATED})));`,
      );
      return JSON.parse(run(folder, ['main.cjs']).trim().split('\n').at(-1));
    },
  },
];

/** @type {import('./environments.js').Environment[]} */
export const workers = [...pages, ...bundlers, esbuild, ...programs];
