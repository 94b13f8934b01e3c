// SPDX-License-Identifier: Apache-2.0
//
// The browser of the web tests: Debian's chromium through playwright-core, the playground served from dist/playground,
// and functions that tests use on a page.

import { existsSync } from 'node:fs';
import { serve } from '../../web/tools/serve.js';

/** The path of a chromium, or undefined. */
export const chromiumPath = () =>
  [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path));

export async function open() {
  const { chromium } = await import('playwright-core');
  const { folder } = await import('../../web/tools/build.js');
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  /** For one test: makes its pages and closes them. `plays`: the first example is left running. */
  const pages = () => {
    const contexts = [];
    const page = async ({ plays = false, ...options } = {}, path = '') => {
      const context = await browser.newContext({
        viewport: { width: 1360, height: 860 },
        serviceWorkers: 'block', // it would fetch the whole site again
        ...options,
      });
      contexts.push(context);
      const made = await context.newPage();
      const errors = [];
      made.on('pageerror', (error) => errors.push(error.message));
      await made.addInitScript(() => {
        globalThis.longTasks = [];
        new PerformanceObserver((list) =>
          globalThis.longTasks.push(...list.getEntries().map((task) => task.duration)),
        ).observe({ type: 'longtask' });
        globalThis.notices = [];
        new MutationObserver(() =>
          globalThis.notices.push(document.querySelector('#notice')?.textContent ?? ''),
        ).observe(document, { subtree: true, childList: true });
      });
      await made.goto(server.url + path, { waitUntil: plays ? 'load' : 'commit' });
      if (!plays) await keepStill(made);
      await state(made, 'ready', 'running', 'ended');
      if (!plays && (await made.evaluate(() => document.body.dataset.state)) !== 'ready') {
        // Not with the mouse, which would move the focus.
        await made.evaluate(() => document.querySelector('#reset').click());
        await state(made, 'ready');
      }
      return Object.assign(made, { errors });
    };
    return { page, url: server.url, end: () => Promise.all(contexts.map((context) => context.close())) };
  };
  return { pages, close: async () => (await browser.close(), server.close()) };
}

/**
 * The first example runs by itself unless the user types before Erlang is ready. Most tests want to begin with nothing
 * running, so this types a character and deletes it.
 */
async function keepStill(page) {
  const editor = page.locator('.cm-content').first();
  await editor.waitFor();
  if ((await page.evaluate(() => document.body.dataset.state)) !== 'loading') return;
  await editor.press('x');
  await editor.press('Backspace');
  await page.evaluate(() => document.activeElement?.blur());
}

export const state = (page, ...states) =>
  page.waitForFunction((wanted) => wanted.includes(document.body.dataset.state), states, {
    timeout: 60_000,
    polling: 50,
  });

export const output = (page) => page.textContent('#output');

/** Waits until the output contains all texts in this order. */
export function says(page, texts, timeout = 60_000) {
  const has = ({ selector, wanted }) => {
    const text = document.querySelector(selector).textContent;
    let at = 0;
    return wanted.every((part) => (at = text.indexOf(part, at)) >= 0 && (at += part.length));
  };
  return page
    .waitForFunction(has, { selector: '#output', wanted: texts }, { timeout, polling: 100 })
    .catch(async () => {
      throw new Error(`expected ${JSON.stringify(texts)}\n  in ${JSON.stringify((await output(page)).slice(-1500))}`);
    });
}

/** Replaces the text in the editor with a program. */
export async function program(page, text) {
  await page.click('.cm-content');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

export async function run(page, text) {
  if (text !== undefined) await program(page, text);
  await state(page, 'ready', 'running', 'ended', 'stopped');
  await page.click('#run');
}

export const example = async (page, id) => {
  await page.selectOption('#example', id);
  await page.waitForFunction((name) => document.querySelector('#files').textContent.includes(name), `${id}.erl`);
  await state(page, 'ready');
};

/**
 * A check of time, on a machine that may be busy: it must pass once in a few tries, which it never does when the code
 * is slow.
 * @param {() => Promise<void>} check throws if it does not hold
 */
export async function onceIn(tries, check) {
  for (let left = tries - 1; ; left--) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** Checks that the page answers within `limit` milliseconds, which means that its main thread is free. */
export const responsive = (page, limit = 100) =>
  onceIn(4, async () => {
    const times = [];
    for (let i = 0; i < 8; i++) {
      times.push(
        await page.evaluate(
          () =>
            new Promise((done) => {
              const begun = performance.now();
              setTimeout(() => done(performance.now() - begun));
            }),
        ),
      );
      await page.waitForTimeout(60);
    }
    if (Math.max(...times) > limit) throw new Error(`the page answered after ${times.map(Math.round)} ms`);
  });

/**
 * How many milliseconds of CPU time the main thread has used, and how many frames were drawn, since the last call.
 */
export async function meter(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(() => {
    globalThis.frames = 0;
    const count = () => requestAnimationFrame(() => (globalThis.frames++, count()));
    count();
  });
  const read = async () => ({
    ms: 1000 * (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value,
    frames: await page.evaluate(() => globalThis.frames),
  });
  let last = await read();
  return async () => {
    const before = last;
    last = await read();
    return { ms: last.ms - before.ms, frames: last.frames - before.frames };
  };
}
