// SPDX-License-Identifier: Apache-2.0
//
// Serves the playground on localhost: `npm run playground [-- PORT]`. Builds what is missing first. The server is as
// simple as a file host may be: no special headers, no rewriting.

import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const PORT = 4000;

/**
 * @param {string} folder the folder with the files
 * @param {number} [port] 0: any free one
 * @returns {Promise<{url: string, close: () => void}>}
 */
export function serve(folder, port = 0) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = join(folder, path.endsWith(sep) ? `${path}index.html` : path);
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile())
      return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
    });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `http://localhost:${server.address().port}/`,
        close: () => (server.closeAllConnections(), server.close()),
      }),
    );
  });
}

async function main() {
  process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
  for (const command of [['scripts/setup'], ['scripts/build', 'wasm', 'pack']]) {
    const { status } = spawnSync(command[0], command.slice(1), { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  // Imported here, because before the build its packages may be missing.
  const { build, folder } = await import('./build.js');
  await build();
  const wanted = Number(process.argv[2] ?? process.env.PORT ?? PORT);
  const { url } = await serve(folder, wanted).catch((error) => {
    if (error.code !== 'EADDRINUSE' || process.argv[2]) throw error;
    return serve(folder);
  });
  console.log(`The playground is at ${url}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
