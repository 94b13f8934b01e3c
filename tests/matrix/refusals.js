// SPDX-License-Identifier: Apache-2.0
//
// Hosts that do not give a page what it needs. Each case is an environment of the matrix, and passes when createVM
// rejects with an error of that name whose message says what to do, or what is wrong and where.

import { visit } from './browse.js';
import { EXPECTED } from './checks.js';

const TELL = '(error) => ({ refused: `${error.name}: ${error.message}` })';
const PAGE =
  '<!doctype html><meta charset="utf-8"><script src="/report.js"></script><script type="module" ' +
  'src="./main.js"></script>';
const CREATE = `import { createVM } from './node_modules/spawnlink/dist/spawnlink.js';
createVM().then(() => ({ error: 'a VM was made' }), ${TELL}).then(report);`;
const IN_WORKER = CREATE.replace('createVM()', 'createVM({ worker: true })');
const WORKER = `import { createVM } from './node_modules/spawnlink/dist/spawnlink.js';
addEventListener('install', () => skipWaiting());
addEventListener('message', (event) => event.waitUntil(
  createVM().then(() => ({ error: 'a VM was made' }), ${TELL}).then((it) => event.source.postMessage(it))));`;
const REGISTER = `navigator.serviceWorker.onmessage = ({ data }) => report(data);
const { installing, active } = await navigator.serviceWorker.register('./sw.js', { type: 'module' });
(installing ?? active).postMessage('go');`;

/** How a host answers requests for one file of the package. */
const answering = (name, answer) => (path) => (path.endsWith(`/dist/${name}`) ? answer : undefined);

/** The beginning of the message when a file is missing. @param {string} name */
const lacking = (name) => `^AssetError: cannot get http://localhost:\\d+/\\S+/${name} for createVM: .*`;

const CASES = [
  {
    name: "a Service Worker that imports 'spawnlink' is told to import 'spawnlink/static'",
    files: { 'main.js': REGISTER, 'sw.js': WORKER },
    refused: /^UnsupportedError: .*Service Worker.*spawnlink\/static/,
  },
  {
    name: "a page without 'wasm-unsafe-eval' is told to add it",
    special: () => ({ headers: { 'content-security-policy': "script-src 'self'" } }),
    refused: /^UnsupportedError: .*Content-Security-Policy.*'wasm-unsafe-eval'/,
  },
  {
    name: 'a page whose policy allows no workers is told that the worker does not start',
    files: { 'main.js': IN_WORKER },
    special: () => ({ headers: { 'content-security-policy': "worker-src 'none'" } }),
    refused: /^WorkerError: the worker does not start: /,
  },
  {
    name: 'a worker whose script is not there is told of',
    files: { 'main.js': IN_WORKER },
    special: answering('spawnlink-thread.js', { status: 404, body: 'Not Found' }),
    refused: /^WorkerError: the worker does not start: its script cannot be loaded/,
  },
  ...['otp.pack', 'vm.wasm']
    .map((file) => [file, lacking(file)])
    .flatMap(([file, start]) => [
      {
        name: `an HTML page for ${file} is told of with its URL`,
        special: answering(file, { body: '<!doctype html><title>app</title>' }),
        refused: new RegExp(`${start}200 with an HTML page`),
      },
      {
        name: `no ${file} is told of with its URL and status`,
        special: answering(file, { status: 404, body: 'Not Found' }),
        refused: new RegExp(`${start}404 Not Found`),
      },
    ]),
];

/** @type {import('./environments.js').Environment[]} */
export const refusals = ['chromium', 'firefox'].flatMap((browser) =>
  CASES.map(({ name, files = { 'main.js': CREATE }, special, refused }) => ({
    name: `${name}, ${browser}`,
    browser,
    refusal: true,
    quick: browser === 'chromium',
    async run({ folder, file }) {
      file('index.html', PAGE);
      for (const [path, text] of Object.entries(files)) file(path, text);
      const answer = await visit(browser, folder, '', special);
      return refused.test(answer.refused) ? EXPECTED : { error: answer.error ?? answer.refused };
    },
  })),
);
