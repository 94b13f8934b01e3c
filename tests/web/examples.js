// SPDX-License-Identifier: Apache-2.0
//
// Every example compiles without a warning, runs, and prints what it is meant to show.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { example, run, says } from './browser.js';

const EXPECTED = {
  family: ['it gets killed now', 'reason: killed', 'another process, the same name'],
  one_for_one: ['b fails', 'a: the same process', 'b: a new process', 'c: the same process'],
  one_for_all: ['b fails', 'a: a new process', 'b: a new process', 'd: a new process'],
  rest_for_one: ['b fails', 'a: the same process', 'b: a new process', 'd: a new process'],
  intensity: [
    'hopeless fails',
    'hopeless fails',
    'hopeless fails',
    'hopeless fails',
    'the supervisor gave up: shutdown',
  ],
  crash: ['10 / 2 = 5.0', '1 / 0 got no answer', '9 / 3 = 3.0'],
  javascript: ['JavaScript counts: 1', 'JavaScript counts: 3', 'JavaScript crashes', 'JavaScript counts: 1'],
  link: ['told to exit', 'is the head alive? false'],
  unlink: ['links of the starter', 'freed fails: nobody notices', 'tied fails'],
  monitors: ['worker is down, tired', 'after demonitor/2 nothing comes'],
  trap: ['life 1 ended: {life,1}', 'life 2 ended: {{nocatch,ball}', 'life 3 ended: normal', 'five lives'],
  reasons: [
    'link     normal     lives',
    '{traps,normal}',
    'link     boom       {dies,boom}',
    'exit     kill       {dies,killed}          {dies,killed}',
  ],
  ring: ['the token made 36 steps'],
  pingpong: ['pong 5', 'pong 1', 'game over'],
  selective: ['[{low,1},{low,2},{low,3},{high,urgent}]', 'first: urgent', 'then: 1', 'then: 3', 'the mailbox is empty'],
  timers: ['tick 5', 'tick 1', 'cancelled, 59 s before its time', 'nothing came'],
  tables: ['[{apples,3},{pears,5}]', 'kept came from', 'a_gift', 'lost is undefined'],
  bank: ['balance: 90'],
  light: ['red', 'green', 'button', 'yellow', 'red'],
};

const ids = [...readFileSync('web/examples/index.js', 'utf8').matchAll(/^ {2}example\(\s*\w+,\s*'(\w+)'/gm)].map(
  (match) => match[1],
);

export default [
  {
    name: 'examples: all have an expectation',
    test: async () => assert.deepEqual(ids.toSorted(), Object.keys(EXPECTED).toSorted()),
  },
  ...ids.map((id) => ({
    name: `example ${id}`,
    async test({ page }) {
      const p = await page();
      if (id !== 'family') await example(p, id);
      await run(p);
      await says(p, EXPECTED[id]);
      assert.equal(
        await p.locator('#problems .error, #problems .warning').count(),
        0,
        await p.textContent('#problems'),
      );
      assert.deepEqual(p.errors, []);
      if (id === 'reasons') {
        await p.click('#matrix tbody tr:nth-child(3) td:nth-of-type(3) button');
        await p.waitForFunction(() => document.querySelector('#matrix .dies')?.textContent === 'dies: killed');
      }
      await p.screenshot({ path: `build/web/shots/example-${id}.png` });
    },
  })),
];
