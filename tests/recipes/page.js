// SPDX-License-Identifier: Apache-2.0
//
// Reads what a page writes to the console of Chromium.

import { BROWSERS } from '../matrix/browse.js';

const TIMEOUT_MS = 60_000;

/**
 * The first lines that a page writes to its console. Rejects with an error of the page.
 * @param {string} url
 * @param {number} lines
 * @returns {Promise<string>}
 */
export async function openPage(url, lines) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: BROWSERS.chromium, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    return await new Promise((resolve, reject) => {
      const printed = [];
      const late = () => reject(new Error(`only this was printed within a minute:\n${printed.join('\n')}`));
      const limit = setTimeout(late, TIMEOUT_MS);
      page.on('pageerror', (error) => reject(error));
      page.on('console', (message) => {
        if (message.location().url.endsWith('/favicon.ico')) return; // every browser requests one
        printed.push(message.text());
        if (printed.join('\n').split('\n').length < lines) return;
        clearTimeout(limit);
        resolve(printed.join('\n'));
      });
      page.goto(url).catch(reject);
    });
  } finally {
    await browser.close();
  }
}
