// SPDX-License-Identifier: Apache-2.0
// The functions of the module math give the results of erl, to the last bit except for a few inputs in a thousand: the
// C library of erl rounds some results to the second nearest double, and so do JavaScript's functions, which the VM
// uses for the rarer functions.
import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Atom, decodeTerm } from '../../js/index.js';
import { compile, vm } from './helper.js';

jest.setTimeout(120_000);

/** For each function, how many of 2,119 inputs may differ, and by how many units in the last place at most. */
const ALLOWED = {
  sin: [10, 1],
  cos: [10, 1],
  tan: [10, 1],
  exp: [5, 1],
  log: [5, 1],
  log2: [5, 1],
  log10: [5, 2],
  sqrt: [0, 0],
  pow: [5, 1],
  asin: [60, 1],
  acos: [90, 1],
  atan: [100, 1],
  atan2: [400, 1],
  sinh: [50, 1],
  cosh: [10, 1],
  tanh: [50, 1],
  asinh: [60, 1],
  acosh: [60, 1],
  atanh: [60, 1],
  erf: [120, 1],
  erfc: [120, 2],
  fmod: [0, 0],
};

const source = readFileSync(new URL('math_table.erl', import.meta.url), 'utf8');

/** The results of erl. @param {string[]} names */
function erlTables(names) {
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, 'math_table.beam'), compile(source));
    const program = `file:write_file("tables", term_to_binary([math_table:table(F) || F <- [${names}]])), halt().`;
    execFileSync('erl', ['-noshell', '-eval', program], { cwd: folder });
    return decodeTerm(readFileSync(join(folder, 'tables')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Maps a result to a number that grows by one from each double to the next.
 * @param {any} result eight bytes, or an atom
 */
const place = (result) =>
  result instanceof Uint8Array ? new DataView(result.buffer, result.byteOffset).getBigInt64(0) : String(result);

/** The difference in units in the last place. @param {any} ours @param {any} theirs */
function distance(ours, theirs) {
  const [a, b] = [place(ours), place(theirs)];
  if (typeof a === 'bigint' && typeof b === 'bigint') return Math.abs(Number(a - b));
  return a === b ? 0 : Infinity;
}

test('math answers as on erl', async () => {
  const names = Object.keys(ALLOWED);
  const theirs = erlTables(names);
  const machine = await vm();
  machine.load(compile(source));
  for (const [index, name] of names.entries()) {
    const ours = await machine.call('math_table', 'table', [Atom.for(name)]);
    const distances = ours.map((/** @type {any} */ one, /** @type {number} */ k) => distance(one, theirs[index][k]));
    const [most, furthest] = ALLOWED[name];
    expect(distances.length).toBe(2119);
    expect([name, Math.max(...distances)]).toEqual([name, Math.min(furthest, Math.max(...distances))]);
    expect(distances.filter((/** @type {number} */ d) => d > 0).length).toBeLessThanOrEqual(most);
  }
});
