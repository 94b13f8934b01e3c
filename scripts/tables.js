// SPDX-License-Identifier: Apache-2.0
//
// Reads from the VM's tables what the VM has: BIFs (src/code/bifs.d), native functions of OTP's modules for which we
// have modules (src/erl/native/spawnlink_M.erl), instructions (src/code/genop.tab). Used by scripts/coverage, and by
// scripts/dist.js, which writes dist/tables.json for `spawnlink check`.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const rows = (file) =>
  readFileSync(join(home, file), 'utf8')
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line));

/** Removes the quotes of quoted atoms. */
export const unquote = (name) => name.replace(/'/g, '');

/** The source of our module with the native functions of an OTP module, or of the code server of a bare VM. */
const sourceOf = (module) =>
  ['native', 'bare'].map((room) => join(home, `src/erl/${room}/spawnlink_${module}.erl`)).find(existsSync) ?? '';

/** All functions as module:function/arity. */
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

/** The number of arguments written in a parenthesis. @param {string} list */
const arityOf = (list) => (list.trim() === '' ? 0 : list.split(',').length);

/**
 * The functions that always refuse: BIFs that raise {notsup, Name}, and native functions whose only clause fails with
 * notsup or returns {error, enotsup}. Includes the names by which programs call them in OTP's module erlang.
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
  // Unix does not have these either.
  for (const name of ['prim_file:altname_nif/1', 'prim_file:get_device_cwd_nif/1']) names.delete(name);
  return [...names].sort();
}

/** The modules of OTP whose native functions we have: those for which spawnlink_M is an atom of the core. */
export function nativeModules() {
  return [
    ...rows('src/code/atoms.d/file.tab')
      .map((row) => /^spawnlink_(\w+)$/.exec(row)?.[1])
      .filter((name) => name && existsSync(sourceOf(name))),
    'code',
  ];
}

/** The names of the VM's own instructions, to which OTP's are translated. */
export const instructions = () => rows('src/code/ops.tab').map((row) => row.split(/\s+/)[0]);

/** The name and number of operands of each opcode. */
export function opcodes() {
  const list = [];
  for (const row of rows('src/code/genop.tab')) {
    const [number, name, arity] = row.split(/\s+/);
    list[Number(number)] = [name, Number(arity)];
  }
  return Array.from(list, (entry) => entry ?? null);
}
