// SPDX-License-Identifier: Apache-2.0
//
// Programs that go wrong in every way that a page must survive: it stays responsive, says what happened, and Reset
// gives a new VM.

import assert from 'node:assert/strict';
import { meter, onceIn, output, responsive, run, says, state } from './browser.js';

const module = (body) =>
  `-module(bomb).\n-export([start/0, loop/0, loop/1]).\n${body}\nloop() -> loop().\nloop(X) -> loop(X).\n`;

/**
 * Limits for the main thread in milliseconds: for one frame of the graph while it moves; and for the snapshots of one
 * second, which are ten.
 */
const FRAME = 20;
const SNAPSHOTS = 200;

const BOMBS = {
  'processes without end': ['start() -> spawn(fun() -> start() end), start().', /as many processes as it may have/],
  'idle processes without end': [
    'start() -> spawn(fun() -> receive x -> ok end end), start().',
    /as many processes as it may have[^]*system_limit/,
  ],
  'memory without end': [
    'start() -> grow([]).\ngrow(L) -> grow([binary:copy(<<1>>, 100000) | L]).',
    /memory|system_limit|enomem|killed/,
  ],
  'a list without end': ['start() -> grow([1]).\ngrow(L) -> grow([L | L] ++ L).', /memory|system_limit|enomem|killed/],
  '10 MB of output': [
    'start() -> io:put_chars(binary:copy(<<"0123456789abcde\\n">>, 655360)), io:format("~nprinted~n").',
    /not shown[^]*printed/,
  ],
  'lines of output without end': ['start() -> io:format("line~n"), start().', /line/],
  'a flood of messages': [
    'start() -> P = spawn(fun() -> loop() end), flood(P).\nflood(P) -> P ! <<"message">>, flood(P).',
    /uses all of the \d+ MiB/,
  ],
  'messages to and fro': [
    'start() -> P = spawn(fun echo/0), [spawn(fun() -> play(P) end) || _ <- lists:seq(1, 50)], play(P).\necho() ' +
      '-> receive {F, M} -> F ! M end, echo().\nplay(P) -> P ! {self(), hi}, receive hi -> play(P) end.',
    undefined,
  ],
  'a crash at load': ['-on_load(no/0).\nno() -> exit(not_today).\nstart() -> ok.', /not_today|on_load|undef/],
  'a halt': ['start() -> halt(3).', /halted the VM with status 3/],
  'restarts without end': [
    'start() -> P = spawn(fun() -> exit(again) end), monitor(process, P), receive _ -> start() end.',
    undefined,
  ],
};

export default [
  ...Object.entries(BOMBS).map(([name, [body, expected]]) => ({
    alone: true,
    name: `bomb: ${name}`,
    async test({ page }) {
      const p = await page();
      await run(p, module(body));
      await state(p, 'running', 'ended', 'stopped');
      await responsive(p);
      if (expected) {
        const begun = Date.now();
        while (!expected.test(await output(p)) && Date.now() - begun < 15_000) await p.waitForTimeout(200);
        assert.ok(expected.test(await output(p)), (await output(p)).slice(-400));
      }
      await responsive(p);
      await p.click('#reset');
      await state(p, 'ready');
      await p.fill('#line', '6 * 7.');
      await p.press('#line', 'Enter');
      await says(p, ['42']);
      assert.deepEqual(p.errors, []);
    },
  })),
  {
    alone: true,
    name: '300 processes stay smooth, 5,000 are grouped',
    async test({ page }) {
      const p = await page();
      const many = (n) =>
        module(
          `start() -> [spawn_link(fun() -> receive x -> ok end end) || _ <- lists:seq(1, ${n})], receive x -> ok end.`,
        );
      await run(p, many(280));
      await p.waitForFunction(() => document.querySelectorAll('.node').length === 281);
      // The number of frames per second depends on other work on the machine; the CPU time for a frame depends on it
      // less.
      const measure = await meter(p);
      await onceIn(5, async () => {
        const begun = Date.now();
        await p.waitForTimeout(1000);
        const { ms, frames } = await measure();
        const each = (ms - (SNAPSHOTS * (Date.now() - begun)) / 1000) / frames;
        console.log(`  ${frames} frames with 281 processes, ${each.toFixed(1)} ms of the main thread each`);
        assert.ok(frames > 0 && each < FRAME, `${each} ms`);
      });
      await p.screenshot({ path: 'build/web/shots/many.png' });
      await run(p, many(5000));
      await p.waitForFunction(() => document.querySelector('.node.group .label')?.textContent.startsWith('×'));
      await p.waitForFunction(() => document.querySelector('#summary').textContent.includes('5,001 processes'));
      await responsive(p);
      await p.screenshot({ path: 'build/web/shots/group.png' });
    },
  },
];
