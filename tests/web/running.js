// SPDX-License-Identifier: Apache-2.0
//
// Running, stopping, stepping, killing, compile errors.

import assert from 'node:assert/strict';
import { example, onceIn, output, program, run, says, state } from './browser.js';

const named = (page, name) =>
  page.$$eval(
    '.node:not(.dead)',
    (nodes, wanted) => nodes.filter((node) => node.dataset.name === wanted).map((node) => node.dataset.id),
    name,
  );

/**
 * Records in the page, frame by frame, how far trapped signals are from the process that traps them, and which
 * processes are shown as dead.
 */
function watchSignals() {
  const watched = { trapped: [], deaths: [], gone: 0 };
  globalThis.watched = watched;
  const frame = () => {
    const place = [...document.querySelectorAll('.node:not(.dead)')]
      .find((node) => node.dataset.name === 'family_sup')
      ?.getAttribute('transform');
    const [x, y] = place?.match(/-?[\d.]+/g).map(Number) ?? [];
    for (const dot of document.querySelectorAll('.pulse.signal.trapped .dot'))
      watched.trapped.push(Math.hypot(dot.getAttribute('cx') - x, dot.getAttribute('cy') - y));
    for (const label of document.querySelectorAll('.node.dead .pid'))
      if (!watched.deaths.includes(label.textContent)) watched.deaths.push(label.textContent);
    watched.gone += document.querySelectorAll('.edge.link.gone').length;
    requestAnimationFrame(frame);
  };
  frame();
}

export default [
  {
    name: 'a compile error is shown at its line',
    async test({ page }) {
      const p = await page();
      await program(p, '-module(bad).\n-export([start/0]).\nstart() ->\n    X = 1,\n    Y.\n');
      await p.waitForSelector('#problems button.error');
      assert.match(await p.textContent('#problems button.error'), /bad\.erl:5.*variable 'Y' is unbound/);
      assert.match(await p.textContent('#problems button.warning'), /bad\.erl:4.*variable 'X' is unused/);
      assert.equal(await p.$$eval('.cm-lintRange-error', (marks) => marks.map((mark) => mark.textContent).join()), 'Y');
      await run(p);
      await says(p, ['1 error: the program was not started']);
      await p.click('#problems button.error');
      assert.equal(await p.evaluate(() => document.activeElement.className.includes('cm-content')), true);
    },
  },
  {
    name: 'what the compiler said of an older text is not shown, and a program is started as it is now',
    async test({ page }) {
      const p = await page();
      // Delays the answers of the workers, as on a slow machine.
      await p.addInitScript(() => {
        globalThis.late = 0;
        const Plain = globalThis.Worker;
        globalThis.Worker = class extends Plain {
          set onmessage(take) {
            super.onmessage = (event) => setTimeout(take, Array.isArray(event.data.value) ? globalThis.late : 0, event);
          }
        };
      });
      await p.reload();
      await state(p, 'running'); // the first example runs by itself
      await p.click('#reset');
      await state(p, 'ready');
      await p.evaluate(() => (globalThis.late = 5000));
      const bad = '-module(bad).\n-export([start/0]).\nstart() -> Y, Z, U.\n';
      const good = '-module(good).\n-export([start/0]).\nstart() -> io:format("it runs~n").\n';
      await program(p, bad);
      await p.waitForTimeout(1500); // the check is under way
      assert.equal(await p.locator('#problems button').count(), 0);
      await program(p, good);
      for (let i = 0; i < 12; i++) {
        assert.equal(await p.locator('#problems button').count(), 0, 'marks of the older text');
        await p.waitForTimeout(500);
      }
      await program(p, bad);
      await p.click('#run');
      await state(p, 'compiling');
      await program(p, good);
      await says(p, ['it runs']);
      assert.doesNotMatch(await output(p), /error/);
      await program(p, bad);
      await p.click('#run');
      await state(p, 'compiling');
      await p.selectOption('#example', 'pingpong');
      await state(p, 'ready');
      await p.waitForTimeout(6000);
      assert.equal(await p.locator('#problems button').count(), 0, 'marks of another program');
      assert.equal(await output(p), '');
      await p.evaluate(() => (globalThis.late = 0));
      await run(p, bad);
      await says(p, ['3 errors: the program was not started.']);
      assert.equal(await p.locator('#problems button.error').count(), 3);
    },
  },
  {
    alone: true,
    name: 'Stop on an endless loop; no long tasks while it runs; Continue, Step, Reset',
    async test({ page }) {
      const p = await page();
      await run(p, '-module(endless).\n-export([start/0]).\nstart() -> start().\n');
      await state(p, 'running');
      await onceIn(4, async () => {
        await p.evaluate(() => (globalThis.longTasks.length = 0));
        await p.waitForTimeout(1500);
        assert.deepEqual(await p.evaluate(() => globalThis.longTasks), []);
      });
      await p.click('#stop');
      await state(p, 'stopped');
      await p.waitForTimeout(300);
      const time = await p.textContent('#summary');
      await p.waitForTimeout(400);
      assert.equal(await p.textContent('#summary'), time);
      await p.click('#step');
      await p.click('#stop');
      await state(p, 'running');
      await p.click('#reset');
      await state(p, 'ready');
      assert.equal(await p.locator('.node').count(), 0);
    },
  },
  {
    name: 'what no example uses is there all the same: modules of stdlib, regular expressions, headers of the release',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        [
          '-module(more).',
          '-export([start/0]).',
          '-include_lib("stdlib/include/assert.hrl").',
          'start() ->',
          '    ?assert(rand:uniform(6) < 7),',
          '    io:format("~p~n", [re:run("kill a worker", "w(.)r", [{capture, all, list}])]),',
          '    io:format("~p~n", [uri_string:parse("http://a/b")]),',
          '    io:format("~s~n", [zlib:gunzip(zlib:gzip(<<"zipped">>))]).',
        ].join('\n'),
      );
      await says(p, ['{match,["wor","o"]}', 'scheme => "http"', 'zipped']);
    },
  },
  {
    name: 'kill a worker and see it come back: same name, new pid',
    async test({ page }) {
      const p = await page();
      await run(p);
      await says(p, ['another process, the same name']);
      await p.waitForTimeout(2500);
      const [before] = await named(p, 'w1');
      await p.locator(`.node[data-id="${before}"]`).click();
      await p.waitForSelector('#details:not([hidden])');
      await p.waitForFunction(() => document.querySelector('#details').textContent.includes('Stack'));
      await p.fill('#reason', '{broken, "by hand"}');
      await p.click('#send-exit');
      await p.waitForFunction(
        (old) =>
          [...document.querySelectorAll('.node:not(.dead)')].some(
            (node) => node.dataset.name === 'w1' && node.dataset.id !== old,
          ),
        before,
      );
      await says(p, ['reason: {broken,"by hand"}']);
      await p.waitForFunction(() => document.querySelector('#details').textContent.includes('has ended'));
      await p.click('#tab-timeline');
      assert.match(await p.textContent('#timeline'), /\{broken,"by hand"\} · trapped/);
      await p.screenshot({ path: 'build/web/shots/killed.png' });
      await p.press('body', 'Escape');
      assert.ok(await p.isHidden('#details'));
    },
  },
  {
    name: 'an exit signal travels along its link and stops at its trapper; who was killed fades and its link goes',
    async test({ page }) {
      const p = await page();
      await p.evaluate(watchSignals);
      await run(p);
      await says(p, ['another process, the same name']);
      await p.waitForFunction(
        () =>
          document.querySelector('.node .again') &&
          !document.querySelector('.node.dead') &&
          globalThis.watched.gone > 0,
        undefined,
        { polling: 100 },
      );
      const { trapped, deaths } = await p.evaluate(() => globalThis.watched);
      assert.ok(trapped.length > 2, `seen ${trapped.length} times`);
      assert.ok(trapped[0] > trapped.at(-1) + 20, `from ${trapped[0]} to ${trapped.at(-1)}`);
      // The ring around a process that traps exits has a radius of 18.5.
      assert.ok(trapped.every((far) => far > 18) && trapped.at(-1) < 26, trapped.map(Math.round).join(' '));
      assert.deepEqual(deaths, ['ended: killed']);
      assert.equal(await p.locator('.edge.link').count(), 4);
    },
  },
  {
    name: 'state, mailbox and memory of a process that is pointed at or focused',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        '-module(one).\n-export([start/0]).\nstart() -> register(reader, self()), self() ! a, self() ! b, receive ' +
          'never -> ok end.\n',
      );
      await p.waitForSelector('.node[data-name=reader]');
      await p.hover('.node .core');
      assert.match(await p.textContent('.tip'), /^readerstatewaitingmailbox2 messagesmemory\d+\.\d KiB$/);
      await p.hover('#output');
      assert.ok(await p.isHidden('.tip'));
      await p.focus('.node');
      assert.ok(await p.isVisible('.tip'));
    },
  },
  {
    name: 'the clock of the VM goes slower with the speed',
    async test({ page }) {
      const p = await page();
      await p.fill('#speed', '0');
      await run(
        p,
        '-module(slow).\n-export([start/0]).\nstart() -> receive after 1000 -> io:format("a second~n") end.\n',
      );
      await state(p, 'running');
      await p.waitForTimeout(2500);
      assert.doesNotMatch(await output(p), /a second/);
      await p.fill('#speed', '4');
      await says(p, ['a second']);
    },
  },
  {
    name: 'step by step from the start',
    async test({ page }) {
      const p = await page();
      await example(p, 'pingpong');
      await p.click('#step');
      await state(p, 'stopped');
      await p.waitForTimeout(300);
      assert.doesNotMatch(await output(p), /pong 5/);
      for (let i = 0; i < 60 && !(await output(p)).includes('pong 4'); i++) {
        await p.click('#step');
        await p.waitForTimeout(60);
      }
      assert.match(await output(p), /pong 5\npong 4\n$/);
      assert.equal(await p.locator('.node').count(), 2);
    },
  },
  {
    name: 'slow speed lets a program go on, slowly',
    async test({ page }) {
      const p = await page();
      await example(p, 'pingpong');
      await p.fill('#speed', '0');
      await run(p);
      await p.waitForTimeout(1500);
      assert.doesNotMatch(await output(p), /pong 5/);
      await p.fill('#speed', '4');
      await says(p, ['pong 5', 'pong 4']);
    },
  },
  {
    name: 'several modules, records, headers of the program and of OTP',
    async test({ page }) {
      const p = await page();
      await program(
        p,
        '-module(main).\n-export([start/0]).\n-include_lib("stdlib/include/assert.hrl").\n-record(r, {a = ' +
          'other1:hello()}).\nstart() -> ?assertEqual(world, (#r{})#r.a), io:format("~p~n", [#r{}]).\n',
      );
      await p.click('#files [aria-label="Add a module"]');
      await run(p);
      await p.click('#files button:first-child');
      await run(p);
      await says(p, ['{r,world}']);
    },
  },
  {
    name: 'a module of the second pack is fetched when it is called',
    async test({ page }) {
      const p = await page();
      await run(
        p,
        '-module(lazy).\n-export([start/0]).\nstart() -> io:format("~p~n", [xmerl_none:x()]).\n'.replace(
          'xmerl_none:x()',
          'base64:encode(<<"a">>), sofs:to_external(sofs:set([b, a]))]), io:format("~p~n", [ordsets:union([a], [b])',
        ),
      );
      await says(p, ['[a,b]']);
    },
  },
  {
    name: 'a crash report names the reason and the line',
    async test({ page }) {
      const p = await page();
      await run(p, '-module(oops).\n-export([start/0]).\nstart() ->\n    X = id(1),\n    2 = X.\nid(X) -> X.\n');
      await says(p, ['Error in process', '{badmatch,1}', '{line,5}']);
    },
  },
  {
    name: 'the timeline filters and exports',
    async test({ page }) {
      const p = await page();
      await example(p, 'link');
      await run(p);
      await says(p, ['is the head alive? false']);
      await p.click('#tab-timeline');
      await p.fill('#timeline-tools input[type=search]', 'boom');
      const rows = await p.$$eval('#timeline button', (list) => list.map((row) => row.textContent));
      assert.ok(rows.length >= 11 && rows.every((row) => row.includes('boom')), rows.join('\n'));
      const download = p.waitForEvent('download');
      await p.click('#timeline-tools > button');
      assert.equal((await download).suggestedFilename(), 'spawnlink-events.json');
      await p.click('#timeline li:first-child button');
      assert.ok(await p.isVisible('#details'));
    },
  },
];
