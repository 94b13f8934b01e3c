// SPDX-License-Identifier: Apache-2.0
//
// Checks that the files and suites of scripts/test.js exist that CONTRIBUTING.md, tests/README.md and docs/debugging.md
// name.

import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const read = (name) => readFileSync(new URL(name, root), 'utf8');

/** The source files that a guide names in backticks; names with capitals or stars are patterns. */
const named = (text) =>
  [...text.matchAll(/`((?:src|js|tests|scripts|libraries|docs|examples)\/[\w./-]+)/g)]
    .map(([, path]) => path.replace(/[./]+$/, ''))
    .filter((path) => !/[A-Z]{2}|_x\.|\/x\.|test_$|cold_$|term_append|bif_x/.test(path.replace('README', '')));

/** Whether a name in a table, such as `js/loop`, is a part of a suite. @param {string} path */
const isPart = (path) => existsSync(new URL(`tests/${path}.test.js`, root));

test.each(['CONTRIBUTING.md', 'tests/README.md', 'docs/debugging.md'])('%s names files that are there', (guide) => {
  const paths = named(read(guide));
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(new URL(path, root)) && !isPart(path))).toEqual([]);
});

test('tests/README.md has a row for each suite', () => {
  const run = spawnSync(process.execPath, ['scripts/test.js', 'nonsense'], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
  });
  expect(run.status).toBe(2);
  const [, suites] = /^suites: (.*)$/m.exec(run.stderr);
  const [table] = read('tests/README.md').split('| I changed');
  const rows = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`([a-z-]+)(?:`|\/)/g)].map(([, name]) => name),
  );
  expect(rows.sort()).toEqual(suites.split(' ').sort());
});
