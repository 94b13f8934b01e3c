// SPDX-License-Identifier: Apache-2.0
//
// Browsers for the matrix: serves a folder, opens a page of it in a browser without a window, and waits until the page
// sends what its checks answered. Whatever a page does, it loads /report.js first, which sends errors that nobody
// caught.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const LIMIT_MS = 60_000;

/** What a page loads first. @param {string} to where answers go, an expression of JavaScript */
export const reporting = (
  to = "new URL('/answers', location.origin === 'null' ? document.baseURI : location.href)",
) => `
globalThis.report = (answers) => fetch(${to}, { method: 'POST', mode: 'no-cors', body: JSON.stringify(answers) });
const failed = (what) => report({ error: String(what?.message ?? what) });
addEventListener('error', (event) => failed(event.error ?? event.message ?? ('cannot load ' + event.target?.src)),
  true);
addEventListener('unhandledrejection', (event) => failed(event.reason));
`;

const PLACES = {
  chromium: [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'],
  firefox: [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'],
};
/** Where a browser is, or undefined. @param {'chromium' | 'firefox'} browser */
export const find = (browser) => PLACES[browser].find((name) => name && existsSync(name));
export const BROWSERS = { chromium: find('chromium'), firefox: find('firefox') };

const command = {
  chromium: (profile, url) => [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    `--user-data-dir=${profile}`,
    url,
  ],
  firefox: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
};

/**
 * Serves a folder; `/answers` takes what a page sends.
 * @param {string} folder
 * @param {(path: string) => {status?: number, headers?: Record<string, string>, file?: string, body?: string} |
 *   undefined} [special] what is not as the folder has it
 */
export async function serve(folder, special = () => undefined) {
  /** @type {(answers: any) => void} */
  let arrived = () => {};
  /** What was asked for and not there. @type {string[]} */
  const missing = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    if (path === '/answers') {
      let text = '';
      request
        .setEncoding('utf8')
        .on('data', (part) => (text += part))
        .on('end', () => (response.writeHead(204).end(), arrived(JSON.parse(text))));
      return;
    }
    const {
      status = 200,
      headers = {},
      file = join(folder, path.endsWith(sep) ? `${path}index.html` : path),
      body,
    } = special(path) ?? {};
    const send = (content, type) => response.writeHead(status, { 'content-type': type, ...headers }).end(content);
    if (path === '/report.js') return void send(reporting(), TYPES['.js']);
    if (body !== undefined) return void send(body, TYPES['.html']);
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      if (path !== '/favicon.ico') missing.push(path);
      return void response.writeHead(404, headers).end();
    }
    send(readFileSync(file), TYPES[extname(file)] ?? 'application/octet-stream');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const url = `http://localhost:${server.address().port}/`;
  return {
    url,
    missing,
    answers: () => new Promise((resolve) => (arrived = resolve)),
    close: () => (server.closeAllConnections(), server.close()),
  };
}

/**
 * Opens a page and answers what it sends.
 * @param {'chromium' | 'firefox'} browser
 * @param {string} url
 * @param {() => Promise<any>} answers
 */
export async function browse(browser, url, answers) {
  const profile = mkdtempSync(join(tmpdir(), 'spawnlink-browser-'));
  // In a process group of its own, so that what it starts ends with it.
  const child = spawn(BROWSERS[browser], command[browser](profile, url), { stdio: 'ignore', detached: true });
  const gone = new Promise((resolve) => child.on('exit', resolve)); // also of a browser that ends by itself
  let timer;
  const late = new Promise(
    (resolve) => (timer = setTimeout(() => resolve({ error: `no answer after ${LIMIT_MS / 1000} s` }), LIMIT_MS)),
  );
  const ended = new Promise((resolve) => child.on('error', (error) => resolve({ error: error.message })));
  try {
    return await Promise.race([answers(), late, ended]);
  } finally {
    clearTimeout(timer);
    try {
      process.kill(-child.pid, 'SIGKILL');
      await gone;
    } catch {} // it has ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/**
 * A page of another server, such as a bundler's own, in a browser. What makes the page is told what its first script is
 * to be.
 * @param {'chromium' | 'firefox'} browser
 * @param {(script: string) => Promise<{url: string, close: () => any}>} open
 */
export async function visitOther(browser, open) {
  const server = await serve(tmpdir());
  try {
    const page = await open(reporting(JSON.stringify(`${server.url}answers`)));
    try {
      return await browse(browser, page.url, server.answers);
    } finally {
      await page.close();
    }
  } finally {
    server.close();
  }
}

/**
 * A folder's page in a browser: what its checks answered.
 * @param {'chromium' | 'firefox'} browser
 * @param {string} folder
 * @param {string} [page]
 * @param {Parameters<typeof serve>[1]} [special]
 */
export async function visit(browser, folder, page = '', special) {
  const server = await serve(folder, special);
  try {
    const answers = await browse(browser, server.url + page, server.answers);
    return answers.error && server.missing.length > 0
      ? { error: `${answers.error} (not there: ${server.missing.join(' ')})` }
      : answers;
  } finally {
    server.close();
  }
}
