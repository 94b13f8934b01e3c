// SPDX-License-Identifier: Apache-2.0
//
// What a person sees who has never heard of Erlang: the first example runs by itself and leaves something to look at;
// the graph shows events in an order that makes sense; nothing covers or moves anything else.

import assert from 'node:assert/strict';
import { example, onceIn, run, says, state } from './browser.js';

const TABLET = { viewport: { width: 820, height: 1180 }, hasTouch: true };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const restarted = (p) => p.waitForSelector('.node .again', { timeout: 60_000 });

/** Waits until the graph does not move. */
async function still(p) {
  const places = () => p.$$eval('#graph > g, .node', (all) => all.map((one) => one.getAttribute('transform')).join());
  for (let before = '', now = await places(); before !== now || now === ''; ) {
    before = now;
    await p.waitForTimeout(400);
    now = await places();
  }
  return places();
}

/** Records, frame by frame, which texts of the graph overlap, and what was there when a second w2 appeared. */
function watch() {
  const seen = { overlaps: [], texts: 0, arrival: undefined };
  globalThis.seen = seen;
  const boxes = () => {
    const texts = [...document.querySelectorAll('.node .text text, .pulse text')].filter(
      (text) => text.textContent && text.getAttribute('visibility') !== 'hidden',
    );
    return texts.map((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      const middle = (top + bottom) / 2;
      // Letters are lower than the height of their line.
      return {
        of: text.closest('.node, .pulse'),
        text: text.textContent,
        left: left + 1,
        right: right - 1,
        top: middle - (bottom - top) * 0.3,
        bottom: middle + (bottom - top) * 0.3,
      };
    });
  };
  const frame = () => {
    const all = boxes();
    seen.texts = Math.max(seen.texts, all.length);
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1))
        if (a.of !== b.of && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          seen.overlaps.push(`${a.text} on ${b.text}`);
    const again = document.querySelectorAll('.node[data-name=w2]:not(.dead)');
    const dot = document.querySelector('.pulse.trapped .dot');
    if (document.querySelector('.node.dead') || dot) seen.killed = true;
    if (seen.killed && again.length > 0 && !seen.arrival) {
      const place = document
        .querySelector('.node[data-name=family_sup]')
        ?.getAttribute('transform')
        .match(/-?[\d.]+/g)
        .map(Number);
      if (place && document.querySelector('.node.dead'))
        seen.arrival = dot ? Math.hypot(dot.getAttribute('cx') - place[0], dot.getAttribute('cy') - place[1]) : 0;
    }
    requestAnimationFrame(frame);
  };
  frame();
}

/** The parts of the page that the tip covers: other processes and their labels. */
const coveredByTip = (p) =>
  p.evaluate(() => {
    const tip = document.querySelector('.tip').getBoundingClientRect();
    const others = [...document.querySelectorAll('.node')].filter(
      (node) => node.dataset.id !== document.querySelector('.tip').dataset.id,
    );
    const parts = others.flatMap((node) =>
      [...node.querySelectorAll('.core, .text text')].map((part) => [node.dataset.name, part.getBoundingClientRect()]),
    );
    return parts
      .filter(([, box]) => box.left < tip.right && tip.left < box.right && box.top < tip.bottom && tip.top < box.bottom)
      .map(([name]) => name);
  });

export default [
  {
    alone: true,
    name: 'ten seconds: the first example plays by itself, says what to look at, and a restart stays to be seen',
    async test({ page }) {
      await onceIn(3, async () => {
        const p = await page({ plays: true });
        assert.match(await p.textContent('#watch'), /^Watch w2: .*new w2\.$/);
        assert.ok(await p.isVisible('#watch'));
        await restarted(p);
        const took = await p.evaluate(() => performance.now());
        console.log(`  restarted after ${Math.round(took)} ms`);
        assert.equal(await p.textContent('.node .again'), 'restarted 1×');
        const past = p.locator('.node .past');
        assert.match(await past.textContent(), /^<0\.\d+\.0>$/);
        assert.match(await past.evaluate((text) => getComputedStyle(text).textDecorationLine), /line-through/);
        await p.click('#view-table');
        const row = await p.textContent('#table tr:has(s)');
        assert.match(row, /^(<0\.\d+\.0>)(?!\1)<0\.\d+\.0>w2waitingrestarted 1×/);
        assert.ok(took < 10_000, `restarted after ${Math.round(took)} ms`);
      });
    },
  },
  {
    name: 'reduced motion: the first example plays, and its picture stands still',
    async test({ page }) {
      const p = await page({ plays: true, reducedMotion: 'reduce' });
      await restarted(p);
      const places = () =>
        p.$$eval('.node, .pulse .dot, .pulse text', (all) =>
          all
            .map((one) => `${one.getAttribute('transform')} ${one.getAttribute('cx')} ${one.getAttribute('x')}`)
            .join(),
        );
      const before = await places();
      await p.waitForTimeout(300);
      assert.equal(await places(), before);
      assert.ok((await p.$$eval('.pulse .tail', (tails) => tails.length)) > 0, 'the signal stands as an arrow');
    },
  },
  {
    name: 'who begins to write before Erlang is there is not interrupted by the example',
    async test({ page, url }) {
      const late = await (await page()).context().newPage();
      await late.route('**/vm-*.wasm', async (route) => {
        await new Promise((done) => setTimeout(done, 1500));
        await route.continue();
      });
      await late.goto(url);
      await late.click('.cm-content');
      await late.keyboard.type('%');
      await state(late, 'ready');
      await late.waitForTimeout(500);
      assert.equal(await late.evaluate(() => document.body.dataset.state), 'ready');
    },
  },
  {
    name: 'a new process is drawn once the signal that caused it has arrived; labels do not overlap',
    async test({ page }) {
      const p = await page();
      await p.evaluate(watch);
      await run(p);
      await restarted(p);
      await p.waitForTimeout(2500);
      const { overlaps, texts, arrival } = await p.evaluate(() => globalThis.seen);
      assert.ok(texts > 8, `${texts} texts`);
      assert.deepEqual([...new Set(overlaps)], []);
      assert.ok(arrival < 26, `the signal was ${arrival} away when the new process appeared`);
    },
  },
  {
    name: 'labels do not overlap where many fail at once, nor in a ring',
    async test({ page }) {
      const p = await page();
      await p.evaluate(watch);
      for (const [id, text, more] of [
        ['one_for_all', 'd: a new process', 1500],
        ['link', 'is the head alive', 4000],
        ['ring', 'the token made', 500],
      ]) {
        await example(p, id);
        await run(p);
        await says(p, [text]);
        await p.waitForTimeout(more);
        assert.deepEqual([id, [...new Set(await p.evaluate(() => globalThis.seen.overlaps))]], [id, []]);
      }
    },
  },
  {
    name: 'the tip lies on no other process and on no label',
    async test({ page }) {
      const p = await page();
      for (const id of ['one_for_one', 'ring']) {
        await example(p, id);
        await run(p);
        await p.waitForSelector('.node');
        await still(p);
        for (const node of await p.$$('.node:not(.dead)')) {
          await node.hover({ force: true });
          await p.waitForTimeout(50);
          assert.ok(await p.isVisible('.tip'));
          assert.deepEqual(await coveredByTip(p), []);
        }
      }
    },
  },
  {
    name: 'opening the panel of a process does not move the graph, and covers none of it',
    async test({ page }) {
      const p = await page();
      await run(p);
      await restarted(p);
      const before = await still(p);
      await p.locator('.node[data-name=w1]').click();
      await p.waitForSelector('#details:not([hidden])');
      await p.mouse.move(5, 5);
      assert.equal(await still(p), before);
      const [panel, canvas] = [await p.locator('#details').boundingBox(), await p.locator('#canvas').boundingBox()];
      assert.ok(panel.y >= canvas.y + canvas.height - 1, 'the panel is below the graph');
      await p.click('#send-exit');
      await p.waitForFunction(() => document.querySelector('#details').textContent.includes('in its place'));
    },
  },
  {
    name: 'processes that ended leave a trace, in the graph and in the table',
    async test({ page }) {
      const p = await page();
      await example(p, 'link');
      await run(p);
      await says(p, ['is the head alive? false']);
      await p.waitForFunction(() => document.querySelectorAll('.node.ghost').length === 7);
      assert.ok(await p.isHidden('#empty'));
      assert.match(
        await p.getAttribute('.node.ghost[data-name=head]', 'aria-label'),
        /^head ended: boom, <0\.\d+\.0>$/,
      );
      await p.click('#view-table');
      assert.equal(await p.locator('#table tr.ended').count(), 7);
      // A program that starts very many processes does not fill the stage with them.
      await run(
        p,
        '-module(short).\n-export([start/0]).\nstart() -> [spawn(fun() -> ok end) || _ <- lists:seq(1, 50)], ' +
          'timer:sleep(500), start().\n',
      );
      await p.waitForTimeout(6000);
      assert.ok((await p.locator('#table tr.ended').count()) <= 12);
    },
  },
  {
    name: 'groups of processes have edges',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        '-module(crowd).\n-export([start/0, wait/0]).\nstart() -> register(hub, self()), [spawn_link(?MODULE, ' +
          'wait, []) || _ <- lists:seq(1, 400)], wait().\nwait() -> receive stop -> ok end.\n',
      );
      await p.waitForSelector('.node.group');
      await still(p);
      const [x, y] = (await p.getAttribute('.node.group', 'transform')).match(/-?[\d.]+/g);
      assert.match(await p.getAttribute('.edge.link', 'd'), new RegExp(`[ML]${x} ${y}`.replaceAll('.', '\\.')));
    },
  },
  {
    name: 'the timeline has the order of the VM, and names are the functions of the program',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        [
          '-module(mine).',
          '-behaviour(gen_server).',
          '-export([start/0, init/1, handle_call/3, handle_cast/2]).',
          'start() ->',
          '    {ok, _} = gen_server:start_link(?MODULE, [], []),',
          '    {Pid, _} = spawn_monitor(fun() -> receive stop -> ok end end),',
          '    io:format("watched: ~p~n", [Pid]),',
          '    receive stop -> ok end.',
          'init([]) -> {ok, state}.',
          'handle_call(_, _, S) -> {reply, ok, S}.',
          'handle_cast(_, S) -> {noreply, S}.',
        ].join('\n'),
      );
      await says(p, ['watched: <']);
      const pid = /watched: (<[\d.]+>)/.exec(await p.textContent('#output'))[1];
      await p.click('#tab-timeline');
      await p.waitForFunction((one) => document.querySelector('#timeline').textContent.includes(`watches ${one}`), pid);
      const rows = (await p.$$eval('#timeline button', (list) => list.map((row) => row.textContent))).filter((row) =>
        row.includes(pid),
      );
      assert.match(rows[0], /spawn.*fun in mine:start\/0$/);
      assert.match(rows[1], /monitor/);
      assert.doesNotMatch(await p.textContent('#timeline'), /init_p/);
      await p.waitForFunction(() => document.querySelectorAll('.node').length === 3);
      assert.deepEqual((await p.$$eval('.node', (nodes) => nodes.map((node) => node.dataset.name))).sort(), [
        'fun in start/0',
        'mine:init/1',
        'start/0',
      ]);
    },
  },
  {
    name: 'phone: the panel of a process goes when its exit signal is sent; the graph is there',
    async test({ page }) {
      const p = await page({ ...PHONE, plays: true });
      await restarted(p);
      await p.screenshot({ path: 'build/web/shots/phone-plays.png' });
      await p.tap('.node[data-name=w1] .hit');
      await p.waitForSelector('#details:not([hidden])');
      await p.screenshot({ path: 'build/web/shots/phone-details.png' });
      await p.tap('#send-exit');
      await p.waitForSelector('#details', { state: 'hidden' });
      assert.ok(await p.isVisible('#graph'));
      await p.waitForFunction(() => document.querySelectorAll('.node .again').length === 2);
    },
  },
  {
    name: 'tablet: the status is not cut',
    async test({ page }) {
      const p = await page({ ...TABLET, plays: true });
      await restarted(p);
      await p.screenshot({ path: 'build/web/shots/tablet.png' });
      const [summary, stage] = [await p.locator('#summary').boundingBox(), await p.locator('.stage').boundingBox()];
      assert.ok(summary.x >= stage.x && summary.x + summary.width <= stage.x + stage.width);
      assert.ok(
        await p.evaluate(
          () => document.querySelector('#summary').scrollWidth <= document.querySelector('#summary').clientWidth,
        ),
      );
    },
  },
  {
    name: 'Kill a worker: reports are one line each, the whole report is one click away',
    async test({ page }) {
      const p = await page();
      await run(p);
      await says(p, ['another process, the same name']);
      const lines = (await p.innerText('#output')).split('\n').filter((line) => line.trim() !== '');
      assert.match(lines[1], /^w2 is <0\.\d+\.0>: it gets killed now$/);
      assert.match(
        lines[2],
        /^family_sup learns that its child w2 <0\.\d+\.0> has ended \(killed\), and is to start another\./,
      );
      assert.ok(!lines.some((line) => line.includes('REPORT')), lines.join('\n'));
      await p.click('#output summary');
      assert.match(await p.innerText('#output'), /=SUPERVISOR REPORT====[^]*errorContext: child_terminated/);
    },
  },
];
