// SPDX-License-Identifier: Apache-2.0
//
// What the VM has, read from its tables: BIFs (src/code/bifs.d), native functions of OTP's modules that modules of ours
// serve (src/erl/native/spawnlink_M.erl), instructions (src/code/genop.tab). For scripts/coverage, and for `spawnlink
// check` (dist/tables.json, written by scripts/dist.js).

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const rows = (file) =>
  readFileSync(join(home, file), 'utf8')
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line));

/** Without the quotes of quoted atoms. */
export const unquote = (name) => name.replace(/'/g, '');

/** Where our module of the native functions of one of OTP's is, or that of the code server of a bare VM. */
const sourceOf = (module) =>
  ['native', 'bare'].map((room) => join(home, `src/erl/${room}/spawnlink_${module}.erl`)).find(existsSync) ?? '';

/** Names as module:function/arity. */
export function functions() {
  const names = [];
  for (const file of readdirSync(join(home, 'src/code/bifs.d')))
    for (const row of rows(`src/code/bifs.d/${file}`)) names.push(unquote(row.split(/\s+/)[0]));
  for (const module of nativeModules()) {
    const exports = readFileSync(sourceOf(module), 'utf8').matchAll(/^-export\(\[([^\]]*)\]\)/gm);
    for (const [, list] of exports) for (const name of list.split(',')) names.push(`${module}:${unquote(name.trim())}`);
  }
  return [...new Set(names)].sort();
}

/** How many arguments are written between two parentheses. @param {string} list */
const arityOf = (list) => (list.trim() === '' ? 0 : list.split(',').length);

/**
 * Of those, which only refuse: BIFs that raise {notsup, Name} for all that would do something, and native functions
 * whose one clause fails with notsup or answers {error, enotsup}. Also by the names that programs call them by, in
 * OTP's erlang.
 */
export function refused() {
  /** @type {Map<string, string[]>} names of a BIF by its function in C */
  const named = new Map();
  for (const file of readdirSync(join(home, 'src/code/bifs.d'))) {
    for (const row of rows(`src/code/bifs.d/${file}`)) {
      const [name, c] = row.split(/\s+/);
      named.set(c, [...(named.get(c) ?? []), unquote(name)]);
    }
  }
  const names = new Set();
  for (const file of readdirSync(join(home, 'src/bif')).filter((name) => name.endsWith('.c'))) {
    const [, ...bodies] = readFileSync(join(home, 'src/bif', file), 'utf8').split(/^term (?=bif_)/m);
    for (const body of bodies) {
      const told = /bif_notsup\("(\w+:\w+\/\d+)"\)/.exec(body)?.[1];
      if (told) for (const name of [told, ...(named.get(/^\w+/.exec(body)?.[0] ?? '') ?? [])]) names.add(name);
    }
  }
  if (names.has('erlang:trace_pattern/3')) names.add('erlang:trace_pattern/2');
  for (const module of nativeModules()) {
    const text = readFileSync(sourceOf(module), 'utf8');
    for (const [, name, list] of text.matchAll(/^(\w+)\(([^()]*)\) ->\s+(?:spawnlink_native:)?fail\(notsup,/gm))
      names.add(`${module}:${name}/${arityOf(list)}`);
    for (const [, name, list] of text.matchAll(/^(\w+)\(([_, ]*)\) -> \{error, enotsup\}\.$/gm))
      names.add(`${module}:${name}/${arityOf(list)}`);
  }
  // Nor does Unix have these.
  for (const name of ['prim_file:altname_nif/1', 'prim_file:get_device_cwd_nif/1']) names.delete(name);
  return [...names].sort();
}

/** Modules of OTP with native functions that ours have: those whose spawnlink_M is an atom of the core. */
export function nativeModules() {
  return [
    ...rows('src/code/atoms.d/file.tab')
      .map((row) => /^spawnlink_(\w+)$/.exec(row)?.[1])
      .filter((name) => name && existsSync(sourceOf(name))),
    'code',
  ];
}

/** Names of the VM's own instructions, those that OTP's were translated to. */
export const instructions = () => rows('src/code/ops.tab').map((row) => row.split(/\s+/)[0]);

/** [name, number of operands] by number. */
export function opcodes() {
  const list = [];
  for (const row of rows('src/code/genop.tab')) {
    const [number, name, arity] = row.split(/\s+/);
    list[Number(number)] = [name, Number(arity)];
  }
  return Array.from(list, (entry) => entry ?? null);
}
