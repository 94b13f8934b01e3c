// SPDX-License-Identifier: Apache-2.0
//
// Measures what a page in Chromium downloads before it can do something first; for scripts/check-size. A server counts
// the requests, so that nothing is overlooked.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { BROWSERS, visit } from '../tests/matrix/browse.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };

/**
 * What is measured, with budgets in KiB: for all files together as they are, and as a host sends them with brotli.
 */
export const FIRST = [
  { name: 'vm.call', code: "await vm.call('lists', 'sum', [[1, 2, 3]]);", shipped: 604, brotli: 420 },
  {
    name: 'io:format of a term',
    code: "await vm.call('io', 'format', [text('~p~n'), [[Atom.for('ok'), 1]]]);",
    shipped: 1100,
    brotli: 710,
  },
  {
    name: 'report of a crash',
    code: "vm.spawn('erlang', 'atom_to_list', [1]); await reported;",
    shipped: 1100,
    brotli: 710,
  },
];

const page = (code) => `<!doctype html><script src="/report.js"></script><script type="module">
import { Atom, createVM } from './dist/spawnlink.js';
const text = (it) => Array.from(it, (c) => c.charCodeAt(0));
let done;
const reported = new Promise((resolve) => (done = resolve));
const out = (text) => /exit value/.test(text) && done();
const vm = await createVM({ stdout: out, stderr: out });
${code}
report({ fine: true });
</script>`;

export const measurable = () => BROWSERS.chromium !== undefined;

/** @param {string} code @returns {Promise<{files: string[], shipped: number, brotli: number}>} bytes */
export async function downloads(code) {
  const files = new Set();
  const answer = await visit('chromium', root, '', (path) => {
    if (path.startsWith('/dist/')) files.add(path);
    return path === '/' ? { body: page(code) } : undefined;
  });
  if (!answer.fine) throw new Error(`the page failed: ${answer.error}`);
  const contents = [...files].map((file) => readFileSync(join(root, file)));
  const sum = (/** @type {(bytes: Buffer) => number} */ size) =>
    contents.reduce((total, bytes) => total + size(bytes), 0);
  return {
    files: [...files].map((file) => file.replace('/dist/', '')),
    shipped: sum((bytes) => bytes.length),
    brotli: sum((bytes) => Math.min(bytes.length, brotliCompressSync(bytes, { params }).length)),
  };
}
