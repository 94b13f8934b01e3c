// SPDX-License-Identifier: Apache-2.0
//
// Tests of the playground in Chromium: `node tests/web/run.js [NAME...]`. Builds dist/playground first. Screenshots for a person to
// look at go to build/web/shots. Without a chromium nothing is tested, and that is said.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromiumPath, open } from './browser.js';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const only = process.argv.slice(2);

if (!chromiumPath()) {
  console.log('skipped: there is no chromium (apt-get install chromium)');
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

const { build } = await import('../../web/tools/build.js');
await build();
mkdirSync('build/web/shots', { recursive: true });

const suites = (await Promise.all(['load', 'examples', 'running', 'bombs', 'access'].map((name) => import(`./${name}.js`)))).flatMap((module) => module.default);
const browser = await open();
let [passed, failed] = [0, 0];
for (const { name, test } of suites) {
  if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
  const begun = Date.now();
  try {
    await test(browser);
    passed++;
    console.log(`ok   ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
  }
  for (const context of browser.browser.contexts()) await context.close();
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
