#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// Makes the constants of each language from src/base/seam.tab, which describes its own grammar:
//
//   scripts/seam.js                 writes js/base/seam.js and build/erl/seam.hrl; each scripts/build runs it
//   scripts/seam.js c FOLDER        writes FOLDER/seam.h; CMake runs it
//
// A file is written only if its text changes. None of these files is in git.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const TABLE = join(home, 'src/base/seam.tab');
export const JS_FILE = join(home, 'js/base/seam.js');
export const ERLANG_FILE = join(home, 'build/erl/seam.hrl');

const GROUP = /^group ([a-z]\w*) ([A-Z]\w*) (from|down|bits|values)(?: (-?\d+))?( names)?$/;
const MEMBER = /^([A-Z]\w*)(?: =(-?(?:0x)?[\da-f]+))?((?: [a-z]+(?:=[a-z]+)?)*)$/;

/**
 * @typedef {{name: string, value: number, marks: string[], text: string}} Member
 * @typedef {{kind: string, prefix: string, names: boolean, members: Member[], text: string}} Group
 * @typedef {{groups: Group[], revision: number, abi: string}} Seam
 */

/**
 * The value of a member without one of its own.
 * @param {string} how
 * @param {number} from
 * @param {Member | undefined} last
 */
function nextValue(how, from, last) {
  if (how === 'bits') return last ? last.value * 2 : 1;
  if (how === 'values') return NaN;
  if (!last) return from;
  return how === 'down' ? last.value - 1 : last.value + 1;
}

/**
 * Reads the table. Throws an Error that names the faulty line and says what is wrong.
 * @param {string} table
 * @returns {Seam}
 */
export function parse(table) {
  /** @type {(Group & {how: string, from: number})[]} */
  const groups = [];
  const taken = new Set();
  let revision = NaN;
  /** @type {Group | Member | undefined} the member or group that a continued text belongs to */
  let last;
  for (const [index, line] of table.split('\n').entries()) {
    const fail = (/** @type {string} */ why) => new Error(`seam.tab:${index + 1}: ${why}: ${line}`);
    if (line === '' || line.startsWith('#')) continue;
    const [, words, text = ''] = /^([^|]*?)\s*(?:\|\s*(.*))?$/.exec(line) ?? [];
    const group = GROUP.exec(words);
    const member = MEMBER.exec(words.trim().replace(/\s+/g, ' '));
    if (/^revision \d+$/.test(words)) revision = Number(words.slice(9));
    else if (group) {
      const [, kind, prefix, how, from, names] = group;
      groups.push({ kind, prefix, how, from: Number(from), names: Boolean(names), members: [], text });
      last = groups.at(-1);
    } else if (words.trim() === '' && last) last.text += ` ${text}`;
    else if (member && line.startsWith('  ') && groups.length > 0) {
      const [, bare, given, marks] = member;
      const { how, from, prefix, members } = /** @type {typeof groups[0]} */ (groups.at(-1));
      const value = given === undefined ? nextValue(how, from, members.at(-1)) : Number(given);
      const name = `${prefix}_${bare}`;
      if (!Number.isInteger(value)) throw fail('no value');
      if (taken.has(name)) throw fail(`${name} is there already`);
      taken.add(name);
      last = { name: bare, value, marks: marks.split(' ').filter(Boolean), text };
      members.push(last);
    } else throw fail('neither a group nor a member');
  }
  if (!Number.isInteger(revision)) throw new Error('seam.tab: no revision');
  return { groups, revision, abi: hash(groups, revision) };
}

/** Eight hex digits over everything that both sides must agree on. @param {Group[]} groups @param {number} revision */
function hash(groups, revision) {
  const said = groups.map(({ prefix, members }) =>
    members.map(({ name, value, marks }) => [`${prefix}_${name}`, value, marks]),
  );
  return createHash('sha256')
    .update(JSON.stringify([revision, said]))
    .digest('hex')
    .slice(0, 8);
}

/**
 * The members with each mark, for example 'process' or 'end=peer'.
 * @param {Group} group
 * @returns {Map<string, Member[]>}
 */
function byMark({ members }) {
  const found = new Map();
  for (const member of members) {
    for (const mark of member.marks) found.set(mark.split('=')[0], [...(found.get(mark.split('=')[0]) ?? []), member]);
  }
  return found;
}

/** Constants that combine several members: name and value. @param {Group} group @returns {[string, number][]} */
function masks(group) {
  const plain = [...byMark(group)].filter(([, members]) => !members[0].marks.some((mark) => mark.includes('=')));
  return plain.map(([mark, members]) => {
    if (members.some(({ value }) => value < 0 || value > 31))
      throw new Error(`seam.tab: ${group.prefix}: no bit for a member with the mark ${mark}`);
    return [
      `${group.prefix}_WITH_${mark.toUpperCase()}`,
      members.reduce((bits, { value }) => (bits | (1 << value)) >>> 0, 0),
    ];
  });
}

/** The name of a member as people see it. @param {Member} member */
const shown = (member) => member.name.toLowerCase();

const comment = (/** @type {string} */ text) => (text ? ` // ${text}` : '');

/** @param {Seam} seam */
export function toC({ groups, abi }) {
  const lines = ['#pragma once', `#define SEAM_ABI 0x${abi}u`, `#define SEAM_ABI_EXPORT "abi_${abi}"`];
  for (const group of groups) {
    lines.push('', `enum ${group.kind} {${comment(group.text)}`);
    for (const { name, value, text } of group.members)
      lines.push(`  ${group.prefix}_${name} = ${value},${comment(text)}`);
    lines.push('};');
    for (const [name, bits] of masks(group)) lines.push(`#define ${name} ${bits}u`);
    if (group.names)
      lines.push(`#define ${group.prefix}_NAMES(X) ${group.members.map(({ name }) => `X(${name})`).join(' ')}`);
  }
  return lines;
}

/** @param {Seam} seam */
export function toJs({ groups, abi }) {
  const lines = [
    `/** What the name of an export of each wasm says, of this table. */`,
    `export const SEAM_ABI = 'abi_${abi}';`,
  ];
  for (const group of groups) {
    lines.push('', `// ${group.kind}: ${group.text}`);
    for (const { name, value, text } of group.members)
      lines.push(`export const ${group.prefix}_${name} = ${value};${comment(text)}`);
    for (const [name, bits] of masks(group)) lines.push(`export const ${name} = ${bits};`);
    if (group.names)
      lines.push(
        `export const ${group.prefix}_NAMES = /** @type {const} */ (${JSON.stringify(group.members.map(shown))});`,
      );
    for (const [mark, members] of byMark(group)) {
      const words = members.map(({ value, marks }) => [
        value,
        marks.find((word) => word.startsWith(`${mark}=`))?.slice(mark.length + 1),
      ]);
      if (words.every(([, word]) => word === undefined)) continue;
      const list = Array.from(
        { length: Math.max(...words.map(([value]) => Number(value))) + 1 },
        (_, value) => words.find(([of]) => of === value)?.[1] ?? 0,
      );
      lines.push(`export const ${group.prefix}_${mark.toUpperCase()} = ${JSON.stringify(list)};`);
    }
  }
  return lines;
}

/** @param {Seam} seam */
export function toErlang({ groups }) {
  const lines = [];
  for (const group of groups) {
    lines.push('', `%% ${group.kind}: ${group.text}`);
    for (const { name, value } of group.members)
      lines.push(`-define(${group.prefix}_${name}, ${value < 0 ? `(${value})` : value}).`);
    for (const [name, bits] of masks(group)) lines.push(`-define(${name}, ${bits}).`);
    if (group.names) lines.push(`-define(${group.prefix}_NAMES, {${group.members.map(shown).join(', ')}}).`);
  }
  return lines;
}

/** @param {string} file @param {string} comment how a comment begins @param {string[]} lines */
function put(file, comment, lines) {
  const text = [
    `${comment} SPDX-License-Identifier: Apache-2.0`,
    `${comment} Made by scripts/seam.js of src/base/seam.tab.`,
    ...lines,
    '',
  ].join('\n');
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The parsed table of this source tree. */
export const seam = () => parse(readFileSync(TABLE, 'utf8'));

/** Writes what js/ imports and src/erl/ includes. */
export function writeSeam() {
  put(JS_FILE, '//', toJs(seam()));
  put(ERLANG_FILE, '%%', toErlang(seam()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [language, folder] = process.argv.slice(2);
  try {
    if (language === undefined) writeSeam();
    else if (language === 'c' && folder) put(join(folder, 'seam.h'), '//', toC(seam()));
    else throw new Error('usage: scripts/seam.js [c FOLDER]');
  } catch (error) {
    console.error(
      `${relative(process.cwd(), fileURLToPath(import.meta.url))}: ${/** @type {Error} */ (error).message}`,
    );
    process.exit(1);
  }
}
