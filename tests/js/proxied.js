// SPDX-License-Identifier: Apache-2.0
//
// Makes of a file of tests of the API one that tests the same of VMs in workers: what answers with promises there is
// awaited, and what is expected to throw may as well reject. Nothing else is changed; the tests that differ by more
// than that are named, with the reason, where the file is used (worker-api.test.js).

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** The methods that answer with promises only where the VM is in a worker. */
const AWAITED = new Set(['spawn', 'process', 'load', 'monitor', 'inspect', 'stats', 'session', 'tick']);
const folder = mkdtempSync(join(tmpdir(), 'spawnlink-proxied-'));
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');

/** Whether a node is in an asynchronous function. */
function isAsync(node) {
  for (let at = node.parent; at; at = at.parent)
    if (ts.isFunctionLike(at)) return Boolean(at.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword));
  return false;
}

/** What is inserted into the text for a call: pairs of a place and a text. */
function insertions(node, text) {
  if (!ts.isCallExpression(node) || !isAsync(node)) return [];
  const from = node.getStart();
  const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : '';
  if (AWAITED.has(name) && !ts.isAwaitExpression(node.parent))
    return [
      [from, '(await '],
      [node.end, ')'],
    ];
  // expect(() => f()).toThrow(...)
  const [thrower] = node.arguments;
  const thrown = /\.toThrow(Error)?$/.exec(text.slice(node.end).match(/^(\.not)?\.toThrow\b/)?.[0] ?? '');
  if (
    node.expression.getText() !== 'expect' ||
    !thrown ||
    !ts.isArrowFunction(thrower) ||
    thrower.parameters.length > 0
  )
    return [];
  const statement = node.parent.parent;
  if (text.slice(node.end).startsWith('.not')) return [];
  return [
    [statement.getStart(), '(await '],
    [thrower.getStart(), '(async '],
    [thrower.end, ')()'],
    [node.end, '.rejects'],
    [statement.end, ')'],
  ];
}

/**
 * Writes the changed file of tests, and gives its URL.
 * @param {string} name
 * @param {Record<string, string>} different why some tests are skipped, by their names
 */
export function proxied(name, different) {
  const file = new URL(`${name}.test.js`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const all = [];
  const visit = (node) => {
    all.push(...insertions(node, text));
    ts.forEachChild(node, visit);
  };
  visit(source);
  // What the file does before and after each of its tests is not for the tests of other files.
  const imported = source.statements.findLast(ts.isImportDeclaration).end;
  all.push([imported, `\nglobalThis.describe(${JSON.stringify(name)}, () => {`], [text.length, '});\n']);
  let changed = text;
  // What is inserted at the same place stands in the order of its nodes: outer ones first, and last at their ends.
  const order = all.map(([at, added], index) => ({ at, added, index: added.startsWith('(') ? index : -index }));
  for (const { at, added } of order.sort((a, b) => b.at - a.at || b.index - a.index))
    changed = changed.slice(0, at) + added + changed.slice(at);
  changed = changed.replace(/from '(\.{1,2}\/[^']*)'/g, (_, path) => `from '${new URL(path, file)}'`);
  changed = changed.replace(
    /new URL\('([^']*)', import\.meta\.url\)/g,
    (_, path) => `new URL('${new URL(path, file)}')`,
  );
  for (const [test, why] of Object.entries(different)) {
    if (!changed.includes(`test('${test}'`)) throw new Error(`${name} has no test '${test}' that could differ`);
    changed = changed.replace(`test('${test}'`, `test.skip('${test} (${why})'`);
  }
  // Stacks name the file.
  const made = join(folder, `${name}.test.js`);
  writeFileSync(made, changed);
  return pathToFileURL(made).href;
}
