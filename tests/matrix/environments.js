// SPDX-License-Identifier: Apache-2.0
//
// The environments in which the package must run, each with the code that a user writes there. Each environment gets a
// folder with the package installed from its tarball in node_modules, and returns the results of the checks
// (checks.js).

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { visit } from './browse.js';
import { EXPECTED } from './checks.js';
import { refusals } from './refusals.js';
import { servers } from './servers.js';
import { compileTypes, VARIANTS } from './typescript.js';
import { workers } from './workers.js';

/** The packs that are passed as files where they cannot be fetched. */
const PACKS = ['otp.pack', 'otp-base.pack', 'otp-network.pack', 'otp-compiler.pack', 'otp-full.pack'];
const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * @typedef {object} Place the folder of an environment
 * @property {string} folder
 * @property {(name: string, text: string) => string} file writes a file and returns its path
 * @property {(tool: string) => string} tool the path of an npm package that the tests use
 */

/**
 * @typedef {object} Environment
 * @property {string} name
 * @property {string} [note] the line of configuration that its users need
 * @property {boolean} [quick] whether `npm test` runs it too
 * @property {boolean} [refusal] whether it checks an error (refusals.js) and is no host
 * @property {boolean} [beside] whether its folder is beside the npm packages that were installed for the matrix
 * @property {string[]} [needs] npm packages that are installed for it
 * @property {'chromium' | 'firefox'} [browser]
 * @property {(place: Place) => any} run returns the results of the checks
 */

/** The program of a page: runs the checks on the package as a user imports it. */
const PROGRAM = `import * as spawnlink from 'spawnlink';
import { checks } from './checks.js';
checks(spawnlink).then(report);
`;
const page = (script, head = '') =>
  `<!doctype html><meta charset="utf-8"><script src="/report.js"></script>${head}${script}`;
const MODULE = '<script type="module" src="./main.js"></script>';
const IMPORT_MAP =
  '<script type="importmap">{ "imports": { "spawnlink": "./node_modules/spawnlink/dist/spawnlink.js" } }</script>';

/** Runs a program to its end; returns its output. */
function run(folder, command, args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 240_000,
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal}\n${stdout}${stderr}`);
  return stdout;
}

/** The value that a program printed on its last line, as JSON. */
const printed = (text) => JSON.parse(text.trim().split('\n').at(-1));

/** Runs a bundler's output in a browser. @param {string} folder */
const built = (folder) => visit('chromium', join(folder, 'out'));

/** A program for Node and similar hosts, which prints the results of the checks. */
const PRINTING = `import * as spawnlink from 'spawnlink';
import { checks } from './checks.js';
console.log(JSON.stringify(await checks(spawnlink)));
`;

/** The checks as a test for vitest and Jest. @param {string} imports */
const testing = (imports) => `${imports}
import { checks, EXPECTED } from './checks.js';
test('all', async () => expect(await checks(spawnlink)).toEqual(EXPECTED), 60_000);
`;
const PASSED = (text) => (/\b1 passed\b/.test(text) ? undefined : { error: text });

/** @type {Environment[]} */
const pages = [
  ...['chromium', 'firefox']
    .flatMap((browser) => [
      {
        name: `a plain page, ${browser}`,
        note: 'an import map, or the URL of `spawnlink.js` in its place',
        quick: browser === 'chromium',
        run({ folder, file }) {
          file('main.js', PROGRAM);
          file('index.html', page(MODULE, IMPORT_MAP));
          return visit(browser, folder);
        },
      },
      {
        name: `a module Worker, ${browser}`,
        note: "`new Worker('worker.js', { type: 'module' })`; a Worker has no import map: import by URL",
        run({ folder, file }) {
          file(
            'worker.js',
            `import * as spawnlink from './node_modules/spawnlink/dist/spawnlink.js';\n` +
              `import { checks } from './checks.js';\n` +
              `checks(spawnlink).then((it) => postMessage(it), (e) => postMessage({ error: e.message }));`,
          );
          file(
            'main.js',
            `const worker = new Worker('./worker.js', { type: 'module' }); worker.onerror = (e) => report({ ` +
              `error: e.message ?? 'worker' }); worker.onmessage = ({ data }) => report(data);`,
          );
          file('index.html', page(MODULE));
          return visit(browser, folder);
        },
      },
      {
        name: `a Service Worker, ${browser}`,
        note: "`import ... from 'spawnlink/static'`: a Service Worker may not import later",
        run({ folder, file }) {
          file(
            'sw.js',
            `import * as spawnlink from './node_modules/spawnlink/dist/spawnlink-static.js';
import { checks } from './checks.js';
addEventListener('install', () => skipWaiting());
addEventListener('message', (event) => event.waitUntil(checks(spawnlink).then((it) => event.source.postMessage(it),
  (e) => event.source.postMessage({ error: e.stack }))));`,
          );
          file(
            'main.js',
            `navigator.serviceWorker.onmessage = ({ data }) => report(data);
const { installing, active } = await navigator.serviceWorker.register('./sw.js', { type: 'module' });
(installing ?? active).postMessage('go');`,
          );
          file('index.html', page(MODULE));
          return visit(browser, folder);
        },
      },
      {
        name: `an iframe with sandbox="allow-scripts", ${browser}`,
        note: 'its origin is `null`: the host sends `Access-Control-Allow-Origin: *` with the files',
        run({ folder, file }) {
          file('main.js', PROGRAM);
          file('inner.html', page(MODULE, IMPORT_MAP));
          file('index.html', '<!doctype html><iframe sandbox="allow-scripts" src="inner.html"></iframe>');
          return visit(browser, folder, '', () => ({ headers: { 'access-control-allow-origin': '*' } }));
        },
      },
      {
        name: `a page with a Content-Security-Policy, ${browser}`,
        note: "`script-src 'self' 'wasm-unsafe-eval'`",
        run({ folder, file }) {
          file('main.js', PROGRAM.replace("'spawnlink'", "'./node_modules/spawnlink/dist/spawnlink.js'"));
          file('index.html', page(MODULE));
          return visit(browser, folder, '', () => ({
            headers: { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" },
          }));
        },
      },
    ])
    .map((one) => ({ ...one, browser: one.name.split(', ').pop() })),
];

/** @type {Environment[]} */
const bundlers = [
  {
    name: 'Vite, built',
    quick: true,
    browser: 'chromium',
    needs: ['vite'],
    run({ folder, file, tool }) {
      file('main.js', PROGRAM);
      file('index.html', page(MODULE.replace('./main.js', '/main.js')));
      run(folder, process.execPath, [tool('vite/bin/vite.js'), 'build', '--outDir', 'out', '--logLevel', 'warn']);
      return built(folder);
    },
  },
  {
    name: 'webpack 5',
    quick: true,
    browser: 'chromium',
    needs: ['webpack'],
    run({ folder, file, tool }) {
      file('src/index.js', PROGRAM.replace('./checks', '../checks'));
      const config = {
        mode: 'production',
        context: folder,
        entry: './src/index.js',
        output: { path: join(folder, 'out') },
      };
      file(
        'build.cjs',
        `require(${JSON.stringify(tool('webpack'))})(${JSON.stringify(config)}, (error, stats) => {
  if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1; }
});`,
      );
      run(folder, process.execPath, ['build.cjs']);
      file('out/index.html', page('<script src="./main.js"></script>'));
      return built(folder);
    },
  },
  ...['esm', 'iife'].map((format) => ({
    name: `esbuild, ${format}`,
    note: "`import spawnlink from 'spawnlink/esbuild'`, `plugins: [spawnlink()]`",
    quick: format === 'esm',
    browser: 'chromium',
    needs: ['esbuild'],
    run({ folder, file, tool }) {
      file('main.js', PROGRAM);
      file(
        'build.mjs',
        `import { createRequire } from 'node:module';
import spawnlink from 'spawnlink/esbuild';
const esbuild = createRequire(import.meta.url)(${JSON.stringify(tool('esbuild'))});
await esbuild.build({ entryPoints: ['main.js'], bundle: true, minify: true, format: '${format}', outdir: 'out',
  logLevel: 'warning', plugins: [spawnlink()] });`,
      );
      run(folder, process.execPath, ['build.mjs']);
      file('out/index.html', page(format === 'esm' ? MODULE : '<script src="./main.js"></script>'));
      return built(folder);
    },
  })),
  {
    name: 'Rollup with @web/rollup-plugin-import-meta-assets',
    browser: 'chromium',
    needs: ['@web/rollup-plugin-import-meta-assets'],
    run({ folder, file, tool }) {
      file('main.js', PROGRAM);
      file(
        'rollup.config.mjs',
        `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { nodeResolve } = require(${JSON.stringify(tool('@rollup/plugin-node-resolve'))});
const { importMetaAssets } = require(${JSON.stringify(tool('@web/rollup-plugin-import-meta-assets'))});
export default { input: 'main.js', output: { dir: 'out', format: 'es' }, plugins: [nodeResolve(),
  importMetaAssets()] };`,
      );
      run(folder, process.execPath, [tool('rollup/dist/bin/rollup'), '--config', 'rollup.config.mjs', '--silent']);
      file('out/index.html', page(MODULE));
      return built(folder);
    },
  },
  {
    name: 'Parcel',
    browser: 'chromium',
    needs: ['parcel'],
    run({ folder, file, tool }) {
      file('main.js', PROGRAM);
      file('index.html', page(MODULE).replace('<script src="/report.js"></script>', ''));
      run(folder, process.execPath, [
        tool('parcel/lib/bin.js'),
        'build',
        'index.html',
        '--dist-dir',
        'out',
        '--public-url',
        './',
        '--no-cache',
        '--no-source-maps',
      ]);
      const html = readFileSync(join(folder, 'out/index.html'), 'utf8');
      writeFileSync(join(folder, 'out/index.html'), `<script src="/report.js"></script>${html}`);
      return built(folder);
    },
  },
];

/** @type {Environment[]} */
const programs = [
  {
    name: `Node ${process.versions.node.split('.')[0]}`,
    run({ folder, file }) {
      file('main.mjs', PRINTING);
      return printed(run(folder, process.execPath, ['main.mjs']));
    },
  },
  ...['20', '22', '24'].map((version) => ({
    name: `Node ${version} (npm package node)`,
    needs: [`node-${version}@npm:node@${version}`],
    run({ folder, file, tool }) {
      file('main.mjs', PRINTING);
      return printed(run(folder, tool(`node-${version}/bin/node`), ['main.mjs']));
    },
  })),
  {
    name: 'Bun',
    needs: ['bun'],
    run({ folder, file, tool }) {
      file('main.mjs', PRINTING);
      return printed(run(folder, tool('bun/bin/bun.exe'), ['main.mjs']));
    },
  },
  {
    name: 'Deno',
    note: 'reads its own files: `deno run --allow-read --allow-env`',
    needs: ['deno'],
    run({ folder, file, tool }) {
      file('main.mjs', PRINTING);
      return printed(
        run(folder, process.execPath, [
          tool('deno/bin.cjs'),
          'run',
          '--allow-read',
          '--allow-env',
          '--no-prompt',
          'main.mjs',
        ]),
      );
    },
  },
  {
    name: 'workerd (Cloudflare Workers)',
    note:
      '`createVM({ wasm, re, zlib, otp: [otp, base, compiler, full] })` with what the Worker imports: ' +
      'wasm as modules, packs as data',
    quick: true,
    needs: ['miniflare'],
    async run({ folder, file, tool }) {
      const names = ['vm.wasm', 're.wasm', 'zlib.wasm', ...PACKS];
      const variable = (name) => name.replace(/[^a-z]/g, '_');
      file(
        'worker.mjs',
        `import * as spawnlink from 'spawnlink';
import { checks } from './checks.js';
${names.map((name) => `import ${variable(name)} from '${name}';`).join('\n')}
export default { async fetch() {
  const options = { wasm: vm_wasm, re: re_wasm, zlib: zlib_wasm, otp: [${PACKS.map(variable).join()}] };
  return Response.json(await checks(spawnlink, options));
} };`,
      );
      const esbuild = createRequire(import.meta.url)(tool('esbuild'));
      await esbuild.build({
        entryPoints: [join(folder, 'worker.mjs')],
        absWorkingDir: folder,
        bundle: true,
        format: 'esm',
        outfile: join(folder, 'out/worker.mjs'),
        external: names,
        conditions: ['workerd', 'worker', 'browser'],
        logLevel: 'silent',
      });
      const { Miniflare } = createRequire(import.meta.url)(tool('miniflare'));
      const dist = join(folder, 'node_modules/spawnlink/dist');
      const modules = names.map((name) => ({
        type: name.endsWith('.wasm') ? 'CompiledWasm' : 'Data',
        path: name,
        contents: readFileSync(join(dist, name)),
      }));
      const worker = {
        type: 'ESModule',
        path: 'worker.mjs',
        contents: readFileSync(join(folder, 'out/worker.mjs'), 'utf8'),
      };
      const flare = new Miniflare({ modules: [worker, ...modules], modulesRoot: '.', compatibilityDate: '2025-01-01' });
      try {
        const answer = await flare.dispatchFetch('http://localhost/');
        const text = await answer.text();
        return answer.ok ? JSON.parse(text) : { error: text };
      } finally {
        await flare.dispose();
      }
    },
  },
  ...['jsdom', 'happy-dom'].flatMap((dom) => [
    {
      name: `vitest with ${dom}`,
      needs: ['vitest', dom],
      run({ folder, file, tool }) {
        file('all.test.js', testing("import { expect, test } from 'vitest';\nimport * as spawnlink from 'spawnlink';"));
        file('vitest.config.js', `export default { test: { environment: '${dom}' } };`);
        linkTools(folder, tool, ['vitest', dom]);
        return (
          PASSED(
            run(folder, process.execPath, [tool('vitest/vitest.mjs'), 'run'], {
              env: { ...process.env, NO_COLOR: '1' },
            }),
          ) ?? EXPECTED
        );
      },
    },
    {
      name: `Jest with ${dom}`,
      quick: dom === 'jsdom',
      needs: [dom === 'jsdom' ? 'jest-environment-jsdom' : '@happy-dom/jest-environment'],
      run({ folder, file, tool }) {
        const text = readFileSync(join(here, 'checks.js'), 'utf8').replace(/^export /gm, '');
        file(
          'all.test.cjs',
          `const spawnlink = require('spawnlink');\n${text}
test('all', async () => expect(await checks(spawnlink)).toEqual(EXPECTED), 60_000);`,
        );
        const environment = tool(dom === 'jsdom' ? 'jest-environment-jsdom' : '@happy-dom/jest-environment');
        file(
          'jest.config.json',
          JSON.stringify({
            testEnvironment: environment,
            testMatch: ['**/*.test.cjs'],
            transform: {},
            rootDir: folder,
          }),
        );
        const { stdout, stderr } = spawnSync(
          process.execPath,
          [tool('jest/bin/jest.js'), '--config', 'jest.config.json', '--forceExit'],
          { cwd: folder, encoding: 'utf8', timeout: 200_000 },
        );
        return PASSED(stderr + stdout) ?? EXPECTED;
      },
    },
  ]),
];

/** @type {Environment[]} */
const compilers = ['5.4', 'latest'].map((version) => ({
  name: `TypeScript ${version}`,
  note: "moduleResolution bundler, node16 or node10; neither `skipLibCheck` nor the DOM's or Node's types are needed",
  needs: [`typescript-${version}@npm:typescript@${version}`],
  run({ folder, tool }) {
    const tsc = tool(`typescript-${version}/bin/tsc`);
    // TypeScript 7 no longer has node10.
    const known = VARIANTS.filter(([resolution]) => version === '5.4' || resolution !== 'node10');
    const wrong = known.map((variant) => compileTypes(tsc, folder, variant)).filter(Boolean);
    return wrong.length > 0 ? { error: wrong.join('\n') } : EXPECTED;
  },
}));

/** @type {Environment[]} */
export const environments = [...pages, ...bundlers, ...servers, ...programs, ...workers, ...compilers, ...refusals];

/**
 * Links packages that an environment's configuration searches by name.
 * @param {string} folder
 * @param {(name: string) => string} tool
 * @param {string[]} names
 */
function linkTools(folder, tool, names) {
  for (const name of names) symlinkSync(tool(name), join(folder, 'node_modules', name), 'dir');
}

/**
 * Prepares an environment's folder and runs it.
 * @param {Environment} environment
 * @param {{folder: string, package: string, tool: (name: string) => string}} where
 */
export async function runIn(environment, { folder, package: installed, tool }) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  cpSync(installed, join(folder, 'node_modules/spawnlink'), { recursive: true });
  cpSync(join(here, 'checks.js'), join(folder, 'checks.js'));
  const file = (name, text) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  file('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
  return environment.run({ folder, file, tool });
}
