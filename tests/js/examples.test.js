// SPDX-License-Identifier: Apache-2.0
//
// Every @example in the documentation of js/ is run. The comment behind a statement is the value that it must have, as
// Node shows it; other comments are on lines of their own. All names of the package are defined, whether the example
// imports them or not. The examples run in another Node, because Jest does not transform code in comments.

import { beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as api from '../../js/index.js';
import { compile } from './helper.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'build/tests/jsdoc');
const MINIMUM = 40;

/** The examples in a file: for each its place and its lines. */
function examples(file) {
  const lines = readFileSync(join(root, 'js', file), 'utf8').split('\n');
  const found = [];
  lines.forEach((line, at) => {
    if (!/^\s*\* @example\s*$/.test(line)) return;
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((l) => /^\s*\*\/|^\s*\* @/.test(l));
    found.push({ name: `${file}:${at + 1}`, code: rest.slice(0, end).map((l) => l.replace(/^\s*\* ?/, '')) });
  });
  return found;
}

/** Makes of a line of an example a line of a program that checks the value. */
function checked(line) {
  const [, indent, statement, shown] = /^(\s*)(.*); \/\/ (.*)$/.exec(line) ?? [];
  if (shown === undefined) return line;
  const logged = /^console\.log\((.*)\)$/.exec(statement);
  return logged
    ? `${indent}check(${JSON.stringify(shown)}, format_(${logged[1]}));`
    : `${indent}check(${JSON.stringify(shown)}, inspect_(${statement}));`;
}

/** Makes the program that runs all examples and prints, as JSON, what was wrong with each. */
function program(all) {
  const imports = new Set();
  const functions = all.map(({ name, code }) => {
    const body = code.filter((line) => {
      if (!line.startsWith('import ')) return true;
      if (!line.includes("'spawnlink'"))
        imports.add(
          line
            .replace(/'(\.{1,2}\/[^']*)'/, (_, path) => `'${pathToFileURL(join(root, 'js', dirname(name), path))}'`)
            .replace(/'spawnlink\/(\w+)'/, `'${pathToFileURL(join(root, 'js'))}/$1.js'`),
        );
      return false;
    });
    return (
      `  [${JSON.stringify(name)}, async ({ ${['createVM', 'readBeam', 'check'].join(', ')} }) => {\n` +
      `${body.map(checked).join('\n')}\n  }],`
    );
  });
  return `import { format as format_, inspect as inspect_ } from 'node:util';
import { readFileSync as read_ } from 'node:fs';
import * as spawnlink from ${JSON.stringify(String(pathToFileURL(join(root, 'js/index.js'))))};
${[...imports].join('\n')}
const { ${names().join(', ')} } = spawnlink;
console.log = () => {};
const wrong = {};
for (const [name, example] of [
${functions.join('\n')}
]) {
  const vms = [], differences = [];
  const quiet = { stdout: false, stderr: false };
  const createVM = async (options) => (vms.push(await spawnlink.createVM({ ...quiet, ...options })), vms.at(-1));
  const readBeam = async (module) => read_(new URL(module + '.beam', import.meta.url));
  const check = (shown, got) => shown !== got && differences.push(\`\${got} instead of \${shown}\`);
  try { await example({ createVM, readBeam, check }); } catch (error) { differences.push(String(error.stack)); }
  for (const vm of vms) { vm.close(); if (vm.leaked) differences.push(vm.leaked + ' blocks leaked'); }
  wrong[name] = differences;
}
process.stdout.write(JSON.stringify(wrong));
`;
}

/** The public names without createVM: the program defines a createVM whose VMs it closes. */
const names = () => Object.keys(api).filter((name) => name !== 'createVM');

const all = readdirSync(join(root, 'js'), { recursive: true })
  .filter((file) => file.endsWith('.js'))
  .flatMap(examples);
let wrong;

beforeAll(() => {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'hello.beam'), compile('-module(hello). -export([world/0]). world() -> hello.'));
  writeFileSync(join(out, 'examples.mjs'), program(all));
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(out, 'examples.mjs')], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`the examples ended with ${status}: ${stderr}`);
  wrong = JSON.parse(stdout);
}, 150_000);

test('there are examples of everything', () => {
  expect(all.length).toBeGreaterThan(MINIMUM);
});

for (const { name } of all)
  test(`the example at ${name} does what it says`, () => {
    expect(wrong[name]).toEqual([]);
  });
