// SPDX-License-Identifier: Apache-2.0
//
// Tests of the playground in Chromium: `node tests/web/run.js [NAME...]`. First builds dist/playground. Screenshots for
// people are in build/web/shots. Without a chromium the tests are skipped, and this is reported.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromiumPath, open } from './browser.js';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
// How many tests run at the same time; set LANES=1 on a busy machine.
const LANES = Number(process.env.LANES ?? 3);
// The longest time for one test; on an idle machine the slowest takes a quarter of it.
const LIMIT_MS = 120_000;
const only = process.argv.slice(2);

if (!chromiumPath()) {
  console.log('skipped: there is no chromium (apt-get install chromium)');
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

const { build } = await import('../../web/tools/build.js');
await build();
mkdirSync('build/web/shots', { recursive: true });

const rooms = ['load', 'examples', 'running', 'shell', 'lessons', 'seen', 'bombs', 'access'];
const tests = (await Promise.all(rooms.map((name) => import(`./${name}.js`)))).flatMap((module) => module.default);
const wanted = tests.filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)));
const browser = await open();
let [passed, failed] = [0, 0];

/** Rejects when the test has not ended in time, so that a test that waits for ever is reported by its name. */
function withLimit(ended) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

async function run({ name, test }) {
  const begun = Date.now();
  const pages = browser.pages();
  try {
    await withLimit(test(pages));
    passed++;
    console.log(`ok   ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
  }
  await pages.end();
}

/** Runs the tests, at most so many at a time. */
async function runAll(list, lanes) {
  const queue = [...list];
  const lane = async () => {
    while (queue.length > 0) await run(queue.shift());
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

// Tests that measure time run alone; the others mostly wait.
await runAll(
  wanted.filter((test) => test.alone),
  1,
);
await runAll(
  wanted.filter((test) => !test.alone),
  LANES,
);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
