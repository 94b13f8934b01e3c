// SPDX-License-Identifier: Apache-2.0
//
// Where the package is to run, and what a user writes there. Each environment gets a folder of its own with the package installed from
// its tarball in node_modules, and answers what the checks (checks.js) said.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSERS, visit } from './browse.js';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * @typedef {object} Place one environment's folder
 * @property {string} folder
 * @property {(name: string, text: string) => string} file writes a file, answers its path
 * @property {(tool: string) => string} tool where an npm package of the tests is
 */

/**
 * @typedef {object} Environment
 * @property {string} name
 * @property {string} [note] the line that its users need
 * @property {boolean} [quick] part of `npm test`
 * @property {string[]} [needs] npm packages that are installed for it
 * @property {'chromium' | 'firefox'} [browser]
 * @property {(place: Place) => any} run answers the checks' answers
 */

/** The program of a page: the checks on the package as a user imports it. */
const PROGRAM = `import * as spawnlink from 'spawnlink';
import { checks } from './checks.js';
checks(spawnlink).then(report);
`;
const page = (script, head = '') => `<!doctype html><meta charset="utf-8"><script src="/report.js"></script>${head}${script}`;
const MODULE = '<script type="module" src="./main.js"></script>';
const IMPORT_MAP = '<script type="importmap">{ "imports": { "spawnlink": "./node_modules/spawnlink/dist/spawnlink.js" } }</script>';

/** Runs a program to its end; answers its output. */
function run(folder, command, args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 240_000, ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal}\n${stdout}${stderr}`);
  return stdout;
}

/** What a program printed as its last line. */
const printed = (text) => JSON.parse(text.trim().split('\n').at(-1));

/** @type {Environment[]} */
export const environments = [
  ...['chromium', 'firefox'].map((browser) => ({
    name: `a plain page, ${browser}`,
    note: 'an import map, or the URL of `spawnlink.js` in its place',
    quick: browser === 'chromium',
    browser,
    run({ folder, file }) {
      file('main.js', PROGRAM);
      file('index.html', page(MODULE, IMPORT_MAP));
      return visit(browser, folder);
    },
  })),
];

/** Prepares an environment's folder and runs it. @param {Environment} environment @param {{folder: string, package: string, tool: (name: string) => string}} where */
export async function runIn(environment, { folder, package: installed, tool }) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  cpSync(installed, join(folder, 'node_modules/spawnlink'), { recursive: true });
  cpSync(join(here, 'checks.js'), join(folder, 'checks.js'));
  const file = (name, text) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  file('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
  return environment.run({ folder, file, tool });
}
