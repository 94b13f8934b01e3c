// SPDX-License-Identifier: Apache-2.0
//
// The course of lessons, the name of a program that is no lesson, marks at lines, and what the page says about itself.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { example, program, run, says, state } from './browser.js';

const title = (page) => page.textContent('#title');

/** Colours of the palette as the page computes them. */
const palette = (page, ...names) =>
  page.evaluate(
    (wanted) =>
      wanted.map((name) => {
        const probe = document.body.appendChild(
          Object.assign(document.createElement('i'), { style: `color: var(--${name})` }),
        );
        const { color } = getComputedStyle(probe);
        probe.remove();
        return color;
      }),
    names,
  );

const styleOf = (page, selector, property) =>
  page.$eval(selector, (element, name) => getComputedStyle(element)[name], property);

export default [
  {
    name: 'lessons have an order: next, back, and a link to each',
    async test({ page }) {
      const p = await page();
      assert.equal(await title(p), 'Kill a worker');
      const [, count] = /^1 of (\d+)$/.exec(await p.textContent('#lesson-number'));
      assert.ok(Number(count) >= 19);
      assert.ok(await p.isDisabled('#back'));
      await p.click('#next');
      assert.equal(await p.textContent('#lesson-number'), `2 of ${count}`);
      assert.equal(await p.evaluate(() => location.hash), '#pingpong');
      assert.equal(await p.inputValue('#example'), 'pingpong');
      assert.match(await p.textContent('.cm-content'), /-module\(pingpong\)/);
      await p.click('#back');
      assert.equal(await title(p), 'Kill a worker');
      // Goes through all lessons: as many as the page says, in the order of the list.
      const order = await p.$$eval('#example option', (options) => options.map((option) => option.textContent));
      const seen = [await title(p)];
      while (await p.isEnabled('#next')) {
        await p.click('#next');
        seen.push(await title(p));
      }
      assert.deepEqual(seen, order);
      assert.equal(seen.length, Number(count));
      await p.reload();
      await state(p, 'running'); // the example runs by itself
      assert.equal(await title(p), seen.at(-1));
    },
  },
  {
    name: 'edited and shared programs are titled as such',
    async test({ page, url }) {
      const p = await page();
      assert.ok(await p.isHidden('#edited'));
      await program(p, '-module(other).\n-export([start/0]).\nstart() -> ok.\n');
      assert.match(await p.textContent('#edited'), /^edited/);
      await p.click('#share');
      const other = await page({}, p.url().slice(url.length));
      assert.equal(await title(other), 'A shared program');
      assert.equal(await other.$eval('#example', (list) => list.selectedOptions[0].textContent), 'A shared program');
      assert.equal(await other.textContent('#lesson-number'), '');
      await other.click('.cm-content');
      await other.keyboard.type('%');
      assert.ok(await other.isVisible('#edited'));
      await other.keyboard.press('Backspace');
      assert.ok(await other.isHidden('#edited'));
      await other.click('#next');
      assert.equal(await title(other), 'Kill a worker');
      await p.click('#restore');
      assert.match(await p.textContent('.cm-content'), /-module\(family\)/);
      assert.ok(await p.isHidden('#edited'));
    },
  },
  {
    name: 'the release of OTP, and links to the documentation, the package and its source',
    async test({ page }) {
      const p = await page();
      const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
      const text = await p.textContent('.about');
      assert.match(text, /^Erlang\/OTP \d+/);
      assert.ok(text.includes(`${name} ${version}`));
      const links = await p.$$eval('.about a', (list) => list.map((a) => [a.textContent, a.href, a.rel]));
      assert.deepEqual(
        links.map(([what]) => what),
        ['Docs', 'Package', 'Source'],
      );
      for (const [what, href, rel] of links)
        assert.ok(/^https:\/\/\S+$/.test(href) && rel === 'noopener', `${what}: ${href}`);
      await p.fill('#line', 'erlang:system_info(otp_release).');
      await p.press('#line', 'Enter');
      await says(p, [`"${/OTP (\d+)/.exec(text)[1]}"`]);
    },
  },
  ...['light', 'dark'].map((colorScheme) => ({
    name: `errors at run time are marked at their line, in the palette's colours: ${colorScheme}`,
    async test({ page }) {
      const p = await page({ colorScheme });
      await run(
        p,
        '-module(oops).\n-export([start/0, divide/2]).\nstart() ->\n    Unused = 1,\n    spawn(fun() -> ' +
          'throw(ball) end),\n    spawn(?MODULE, divide, [1, 0]).\ndivide(A, B) ->\n    A / B.\n',
      );
      await p.waitForSelector('#problems .fault:nth-of-type(2)');
      const rows = await p.$$eval('#problems button', (list) =>
        list.map((row) => `${row.className} ${row.textContent}`),
      );
      assert.match(
        rows.join('\n'),
        /^fault oops\.erl:8At run time: an error occurred when evaluating an arithmetic expression \(<0\.\d+\.0>\)$/m,
      );
      assert.match(rows.join('\n'), /^fault oops\.erl:5At run time: throw: ball \(<0\.\d+\.0>\)$/m);
      assert.equal(await p.locator('.cm-lintRange-info').count(), 2);
      assert.equal(await p.textContent('.cm-lintRange-info >> nth=1'), 'A / B.');
      const [accent, number] = await palette(p, 'accent', 'number');
      assert.equal(await styleOf(p, '.cm-lint-marker-info', 'backgroundColor'), accent);
      assert.equal(await styleOf(p, '.cm-lint-marker-warning', 'backgroundColor'), number);
      await p.screenshot({ path: `build/web/shots/faults-${colorScheme}.png` });
      await p.click('#problems .fault');
      assert.equal(await p.evaluate(() => document.activeElement.className.includes('cm-content')), true);
      // Marks belong to that text and that run.
      await p.keyboard.type(' ');
      assert.equal(await p.locator('#problems .fault, .cm-lintRange-info').count(), 0);
      await program(p, '-module(oops).\n-export([start/0]).\nstart() -> X = , Y.\n');
      await p.waitForSelector('.cm-lint-marker-error');
      assert.equal(await styleOf(p, '.cm-lint-marker-error', 'backgroundColor'), accent);
      assert.equal(await styleOf(p, '.cm-lintRange-error', 'textDecorationColor'), accent);
      await p.screenshot({ path: `build/web/shots/errors-${colorScheme}.png` });
    },
  })),
  {
    name: 'an error of another file is marked there, and by its tab',
    async test({ page }) {
      const p = await page();
      await example(p, 'crash');
      await run(p);
      await says(p, ['9 / 3 = 3.0']);
      await p.waitForSelector('#files .wrong');
      assert.equal(await p.textContent('#files .wrong'), 'calc.erl');
      assert.match(
        await p.textContent('#problems .fault'),
        /^calc\.erl:\d+At run time: an error occurred when evaluating an arithmetic expression \(calc/,
      );
      await p.click('#files .wrong');
      await p.waitForSelector('.cm-lintRange-info');
      assert.match(await p.textContent('.cm-lintRange-info'), /A \/ B/);
      await p.click('#run');
      await p.waitForFunction(() => document.querySelector('#problems').hidden);
    },
  },
];
