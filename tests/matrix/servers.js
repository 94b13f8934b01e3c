// SPDX-License-Identifier: Apache-2.0
//
// Hosts with a server of their own: Vite's dev server, and Next, whose route handlers also run the package on the
// server.

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { visitOther } from './browse.js';
import { differences } from './checks.js';

const PAGE =
  '<!doctype html><meta charset="utf-8"><script src="/report.js"></script><script type="module" ' +
  'src="/main.js"></script>';
const PROGRAM = `import * as spawnlink from 'spawnlink';
import { checks } from './checks.js';
checks(spawnlink).then(report);
`;

const LAYOUT = `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;
const CLIENT = `'use client';
import { useEffect } from 'react';
import * as spawnlink from 'spawnlink';
import { checks } from '../checks.js';
export default function Page() {
  useEffect(() => {
    import('../report.js').then(() => checks(spawnlink)).then((answers) => report(answers));
  }, []);
  return <p>checks</p>;
}
`;
const ROUTE = `import * as spawnlink from 'spawnlink';
import { checks } from '../../checks.js';
export const dynamic = 'force-dynamic';
export const GET = async () => Response.json(await checks(spawnlink));
`;
const LIMIT_MS = 240_000;

/**
 * Reads a server's output until it prints its URL; resolves with the URL.
 * @param {import('node:child_process').ChildProcess} child
 */
function announced(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (part) => {
      text += part;
      const [url] = /http:\/\/localhost:\d+/.exec(text) ?? [];
      if (url) resolve(url);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('exit', (status) => reject(new Error(`the server ended with ${status}\n${text}`)));
  });
}

/** Starts the result of `next build`. @param {string} next @param {string} folder @param {any} env */
async function startNext(next, folder, env) {
  // It has a process group of its own, so that all processes it has started end with it.
  const args = [next, 'start', '--port', '0', '--hostname', 'localhost'];
  const child = spawn(process.execPath, args, { cwd: folder, env, detached: true });
  const close = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {} // it has ended
  };
  try {
    return { url: await announced(child), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Builds and starts the app; requests the route handler, then opens the page. */
async function runNext({ folder, file, tool }, browser) {
  const next = tool('next/dist/bin/next');
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
  file('app/layout.js', LAYOUT);
  file('app/page.js', CLIENT);
  file('app/api/route.js', ROUTE);
  // `root` is the folder, above the app, in which the matrix has installed the packages.
  const root = join(folder, '..');
  file('next.config.mjs', `export default ${JSON.stringify({ turbopack: { root }, outputFileTracingRoot: root })};\n`);
  let route;
  const answers = await visitOther(browser, async (script) => {
    file('report.js', script);
    const options = { cwd: folder, env, encoding: 'utf8', timeout: LIMIT_MS };
    const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build'], options);
    if (status !== 0) throw new Error(`next build ended with ${status}\n${stdout}${stderr}`);
    const server = await startNext(next, folder, env);
    const answer = await fetch(`${server.url}/api`);
    route = answer.ok ? await answer.json() : { error: await answer.text() };
    return server;
  });
  const wrong = route.error ?? differences(route).join('; ');
  return wrong ? { error: `the route handler: ${wrong}` } : answers;
}

/**
 * Vite's dev server. Before Vite 8, it moved a package that it optimised away from the files beside it.
 * @param {string} name the npm package
 * @param {string} [title]
 * @param {string} [note]
 * @param {any} [optimizeDeps]
 * @returns {import('./environments.js').Environment}
 */
const viteServer = (name, title = '', note = undefined, optimizeDeps = {}) => ({
  name: `Vite's dev server${title}`,
  note,
  browser: 'chromium',
  needs: [name],
  run({ folder, file, tool }) {
    file('main.js', PROGRAM);
    file('index.html', PAGE);
    return visitOther('chromium', async (script) => {
      file('report.js', script);
      const { createServer } = await import(pathToFileURL(tool(`${name.split('@')[0]}/dist/node/index.js`)).href);
      const listen = { port: 0, host: '127.0.0.1' };
      const server = await createServer({ root: folder, logLevel: 'warn', optimizeDeps, server: listen });
      await server.listen();
      return { url: `http://localhost:${server.httpServer.address().port}/`, close: () => server.close() };
    });
  },
});

/** @type {import('./environments.js').Environment[]} */
export const servers = [
  viteServer('vite'),
  viteServer('vite-6@npm:vite@6', ' (Vite 6)', "in vite.config.js: `optimizeDeps: { exclude: ['spawnlink'] }`", {
    exclude: ['spawnlink'],
  }),
  {
    name: 'Next, a client component and a route handler',
    browser: 'chromium',
    needs: ['next', 'react', 'react-dom'],
    beside: true,
    run: (place) => runNext(place, 'chromium'),
  },
];
