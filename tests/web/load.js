// SPDX-License-Identifier: Apache-2.0
//
// Loading: sizes, time, no requests to other servers, links to programs, offline use.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { example, onceIn, output, program, run, says, state } from './browser.js';

export default [
  {
    name: 'sizes are within their budgets',
    async test() {
      const { js, first } = JSON.parse(readFileSync('build/web/sizes.json', 'utf8'));
      assert.ok(js <= 250 * 1024, `JavaScript ${js}`);
      assert.ok(first <= 1_500_000, `first load ${first}`);
    },
  },
  {
    alone: true,
    name: 'first load: ready, editor filled, no errors, no third party',
    async test({ page, url }) {
      const p = await onceIn(3, async () => {
        const fresh = await page();
        const marks = await fresh.evaluate(() =>
          performance
            .getEntriesByName('interactive')
            .concat(performance.getEntriesByName('runnable'))
            .map((mark) => Math.round(mark.startTime)),
        );
        console.log(`  interactive after ${marks[0]} ms, a program can be run after ${marks[1]} ms`);
        assert.ok(marks[0] < 1500, `interactive after ${marks[0]} ms`);
        return fresh;
      });
      const entries = await p.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
      assert.deepEqual(
        entries.filter((name) => !name.startsWith(url)),
        [],
      );
      assert.match(await p.textContent('.cm-content'), /-module\(family\)/);
      const notices = await p.evaluate(() => globalThis.notices);
      assert.ok(
        notices.some((text) => /^Loading Erlang and its compiler: \d+% of \d\.\d MiB$/.test(text)),
        notices.join('|'),
      );
      assert.deepEqual(p.errors, []);
    },
  },
  {
    name: 'Run before Erlang is there: the program starts when it is',
    async test({ page, url }) {
      const late = await (await page()).context().newPage();
      let arrive;
      const arrived = new Promise((done) => {
        arrive = done;
      });
      let held = false;
      await late.route('**/vm-*.wasm', async (route) => {
        held = true;
        await arrived;
        await route.continue();
      });
      await late.goto(url);
      await late.waitForSelector('.cm-content');
      await late.keyboard.press('Control+Enter');
      assert.equal(await late.evaluate(() => document.body.dataset.state), 'loading');
      assert.ok(held, 'no wasm was asked for');
      arrive();
      await says(late, ['w2 is <', 'it gets killed now']);
    },
  },
  {
    alone: true,
    name: 'from click to first output in less than 2 s',
    async test({ page }) {
      const p = await page();
      await onceIn(3, async () => {
        await program(p, '-module(quick).\n-export([start/0]).\nstart() -> io:format("there~n").\n');
        const begun = Date.now();
        await p.click('#run');
        await says(p, ['there']);
        const took = Date.now() - begun;
        console.log(`  ${took} ms`);
        assert.ok(took < 2000, `${took} ms`);
      });
    },
  },
  {
    name: 'share link: round trip, and a damaged one',
    async test({ page, url }) {
      const p = await page();
      await program(p, '-module(shared).\n-export([start/0]).\nstart() -> io:format("héllo ✓~n").\n');
      await p.click('#share');
      const link = p.url();
      assert.match(link, /#1\./);
      const other = await page({}, link.slice(url.length));
      assert.match(await other.textContent('.cm-content'), /héllo ✓/);
      await run(other);
      await says(other, ['héllo ✓']);
      const damaged = await page({}, `${link.slice(url.length, -30)}xx`);
      assert.match(await damaged.textContent('#notice'), /damaged/);
      assert.match(await damaged.textContent('.cm-content'), /-module/);
      const newer = await page({}, '#9.abc');
      assert.match(await newer.textContent('#notice'), /version 9/);
    },
  },
  {
    name: 'offline after the first load',
    async test({ page }) {
      const p = await page({ serviceWorkers: 'allow' });
      await p.evaluate(() => navigator.serviceWorker.ready);
      await p.waitForFunction(() => caches.keys().then((names) => names.length > 0));
      await p.waitForTimeout(3000); // meanwhile fetched files are put into the cache
      await p.context().setOffline(true);
      await p.reload();
      await state(p, 'ready', 'running'); // the first example runs by itself
      await example(p, 'pingpong');
      await run(p);
      await says(p, ['pong 5']);
      assert.doesNotMatch(await output(p), /could not/);
    },
  },
];
