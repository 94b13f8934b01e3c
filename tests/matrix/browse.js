// SPDX-License-Identifier: Apache-2.0
//
// Browsers for the matrix: serves a folder, opens a page of it in a browser without a window, and waits until the page
// sends the results of its checks. Every page first loads /report.js, which sends errors that were not caught.

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

/** The first script of a page. @param {string} to a JavaScript expression for the URL that results are sent to */
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
/** The path of a browser, or undefined. @param {'chromium' | 'firefox'} browser */
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
 * Serves a folder; pages send their results to `/answers`.
 * @param {string} folder
 * @param {(path: string) => {status?: number, headers?: Record<string, string>, file?: string, body?: string} |
 * undefined} [special] answers for paths that differ from the folder
 */
export async function serve(folder, special = () => undefined) {
  /** @type {(answers: any) => void} */
  let arrived = () => {};
  /** Paths that were requested and do not exist. @type {string[]} */
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
 * Opens a page and resolves with what it sends.
 * @param {'chromium' | 'firefox'} browser
 * @param {string} url
 * @param {() => Promise<any>} answers
 */
export async function browse(browser, url, answers) {
  const profile = mkdtempSync(join(tmpdir(), 'spawnlink-browser-'));
  // It has a process group of its own, so that all processes it has started end with it.
  const child = spawn(BROWSERS[browser], command[browser](profile, url), { stdio: 'ignore', detached: true });
  const gone = new Promise((resolve) => child.on('exit', resolve)); // also when the browser ends by itself
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
 * Opens a page of another server, such as that of a bundler, in a browser. `open` gets the URL of the script that must
 * be the page's first.
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
 * Opens a page of a folder in a browser; resolves with the results of its checks.
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
