// SPDX-License-Identifier: Apache-2.0
//
// Accessibility: axe-core, the keyboard alone, a phone, reduced motion, light and dark colours.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { example, run, says, state } from './browser.js';

async function axe(page) {
  await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(
    violations.map((v) => `${v.id}: ${v.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`),
    [],
  );
}

async function fullPage(p) {
  await run(p);
  await says(p, ['it gets killed now']);
  await p.waitForTimeout(500);
}

export default [
  ...['light', 'dark'].map((colorScheme) => ({
    name: `${colorScheme}: no axe violations, screenshot`,
    async test({ page }) {
      const p = await page({ colorScheme });
      await fullPage(p);
      await p.screenshot({ path: `build/web/shots/${colorScheme}.png` });
      await axe(p);
      await p.waitForTimeout(2500);
      await p.locator('.node:not(.dead)').nth(1).click();
      await p.waitForTimeout(300);
      await p.click('#tab-timeline');
      await p.screenshot({ path: `build/web/shots/${colorScheme}-details.png` });
      await axe(p);
      await p.click('#view-table');
      await axe(p);
      await p.screenshot({ path: `build/web/shots/${colorScheme}-table.png` });
      await example(p, 'reasons');
      await axe(p);
    },
  })),
  {
    name: 'the theme button, kept over a reload',
    async test({ page }) {
      const p = await page({ colorScheme: 'light' });
      await p.click('#theme');
      assert.equal(await p.getAttribute('html', 'data-theme'), 'dark');
      await p.reload();
      assert.equal(await p.getAttribute('html', 'data-theme'), 'dark');
    },
  },
  {
    name: 'keyboard only: run, go through the graph, send an exit signal, read the table',
    async test({ page }) {
      // Nothing has had the focus yet: the example that plays is taken back without a key.
      const p = await page({ plays: true });
      await p.evaluate(() => document.querySelector('#reset').click());
      await state(p, 'ready');
      await p.keyboard.press('Tab');
      assert.match(await p.evaluate(() => document.activeElement.className), /skip/);
      await p.keyboard.press('Tab');
      assert.equal(await p.evaluate(() => document.activeElement.id), 'example');
      await p.keyboard.press('Tab');
      assert.equal(await p.evaluate(() => document.activeElement.id), 'run');
      await p.keyboard.press('Enter');
      await says(p, ['another process, the same name']);
      await p.waitForTimeout(2500);
      for (let i = 0; i < 40 && !(await p.evaluate(() => document.activeElement.matches('.node'))); i++)
        await p.keyboard.press('Tab');
      const first = await p.evaluate(() => document.activeElement.getAttribute('aria-label'));
      await p.keyboard.press('ArrowDown');
      await p.keyboard.press('ArrowDown');
      const label = await p.evaluate(() => document.activeElement.getAttribute('aria-label'));
      assert.notEqual(label, first);
      assert.match(label, /^w\d (<0\.\d+\.0> )?<0\.\d+\.0>( restarted \d+×)?, waiting/);
      await p.keyboard.press('Enter');
      await p.waitForSelector('#details:not([hidden])');
      for (let i = 0; i < 20 && !(await p.evaluate(() => document.activeElement.id === 'reason')); i++)
        await p.keyboard.press('Tab');
      await p.keyboard.press('Enter');
      await p.waitForFunction(() => document.querySelector('#details').textContent.includes('has ended'));
      await p.keyboard.press('Escape');
      assert.ok(await p.isHidden('#details'));
    },
  },
  {
    name: 'phone: one part at a time, nothing beyond the edge',
    async test({ page }) {
      const p = await page({
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
        deviceScaleFactor: 2,
      });
      await p.screenshot({ path: 'build/web/shots/phone-code.png' });
      await p.tap('#run');
      await state(p, 'running');
      await p.waitForSelector('.node');
      await p.waitForTimeout(2300);
      await p.screenshot({ path: 'build/web/shots/phone.png' });
      assert.ok(await p.isVisible('#graph'));
      assert.ok(await p.isHidden('#editor'));
      await p.tap('.dock [data-tab=log]');
      await says(p, ['another process, the same name']);
      await p.screenshot({ path: 'build/web/shots/phone-log.png' });
      assert.ok(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await axe(p);
    },
  },
  {
    name: 'reduced motion: nothing travels, the layout stands at once',
    async test({ page }) {
      const p = await page({ reducedMotion: 'reduce' });
      await run(
        p,
        '-module(still).\n-export([start/0]).\nstart() ->\n    [spawn_link(fun() -> receive stop -> ok end end) ' +
          '|| _ <- [1, 2, 3]],\n    receive stop -> ok end.\n',
      );
      await p.waitForFunction(() => document.querySelectorAll('.node').length === 4);
      await p.waitForTimeout(100); // one frame; then nothing moves
      const places = () => p.$$eval('.node', (nodes) => nodes.map((node) => node.getAttribute('transform')).join());
      const before = await places();
      await p.waitForTimeout(300);
      assert.equal(await places(), before);
    },
  },
];
