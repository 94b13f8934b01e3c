// SPDX-License-Identifier: Apache-2.0
//
// Makes docs/playground.png, the picture in README.md: `node web/tools/picture.js`. With reduced motion the picture is
// always the same: the first example just after its worker was killed, with the signal drawn as an arrow. Needs
// Debian's chromium.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, folder } from './build.js';
import { serve } from './serve.js';

const FILE = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs/playground.png');
const LIMIT = 150 * 1024;
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
);
if (!executablePath) throw new Error('there is no chromium (apt-get install chromium)');

await build();
const server = await serve(folder);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 640 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(server.url);
  await page.waitForSelector('.node .again', { timeout: 60_000 });
  await page.waitForFunction(() => document.querySelector('#output').textContent.includes('another process'));
  await page.screenshot({ path: FILE });
} finally {
  await browser.close();
  server.close();
}
const { size } = statSync(FILE);
console.log(`docs/playground.png: ${Math.round(size / 1024)} KiB`);
if (size > LIMIT) throw new Error(`docs/playground.png has ${size} bytes, more than ${LIMIT}`);
