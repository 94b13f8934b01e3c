// SPDX-License-Identifier: Apache-2.0
//
// `spawnlink check PATH...`: says what beams need and the VM or its OTP does not have, before anything runs. Calls that
// code computes at run time (apply with computed names) are not found.

import { readBeam } from '../otp/beams.js';

/** @import { Beam } from '../otp/beams.js' */
/** @import { ModuleFinder } from '../otp/otp.js' */

/**
 * Made by scripts/dist.js from the tables in src/code and the modules in src/erl.
 * @typedef {object} Tables
 * @property {string[]} functions functions that the VM has itself: module:function/arity
 * @property {string[]} refused those of them that always fail with notsup
 * @property {string[]} native modules whose native functions the VM has, so that load_nif works for them
 * @property {([string, number] | null)[]} opcodes the name and number of operands of each opcode
 */

/**
 * @param {Map<string, Uint8Array>} beams what to check
 * @param {ModuleFinder} otp finds all other modules
 * @param {Tables} tables
 * @returns {Promise<Map<string, Set<string>>>} what is missing, each with the modules that need it
 */
export async function lacking(beams, otp, tables) {
  const has = new Set(tables.functions);
  const native = new Set(tables.native);
  const refused = new Set(tables.refused);
  const arities = tables.opcodes.map((row) => row?.[1]);
  /** @type {Map<string, Beam | undefined>} */
  const known = new Map();
  /** @type {Map<string, Set<string>>} */
  const result = new Map();
  const tell = (/** @type {string} */ what, /** @type {string} */ by) =>
    result.set(what, (result.get(what) ?? new Set()).add(by));
  const find = async (/** @type {string} */ name) => {
    if (!known.has(name)) {
      const bytes = beams.get(name) ?? (await otp(name));
      known.set(name, bytes ? readBeam(bytes, arities) : undefined);
    }
    return known.get(name);
  };
  for (const [name, bytes] of beams) {
    let beam;
    try {
      beam = readBeam(bytes, arities);
    } catch (error) {
      tell(`a readable beam: ${/** @type {Error} */ (error).message}`, name);
      continue;
    }
    known.set(name, beam);
    for (const opcode of beam.opcodes) {
      const [instruction] = tables.opcodes[opcode] ?? [];
      if (instruction === undefined) tell(`instruction ${opcode}`, name);
    }
    if (beam.imports.includes('erlang:load_nif/2') && !native.has(name)) tell(nativeCode(beam), name);
    for (const wanted of beam.imports) {
      if (refused.has(wanted)) tell(`${wanted}: it raises notsup`, name);
      if (has.has(wanted)) continue;
      const colon = wanted.indexOf(':', 1);
      const [module, fun] = [wanted.slice(0, colon), wanted.slice(colon + 1)];
      const there = await find(module);
      if (!there) tell(`${module} (no such module): ${fun}`, name);
      else if (!there.exports.has(fun) || there.stubs.has(fun)) tell(`${wanted}`, name);
    }
  }
  return result;
}

/**
 * The functions that a module needs from a native library: by themselves they only raise nif_error.
 * @param {Beam} beam
 */
function nativeCode({ stubs }) {
  const names = [...stubs].sort();
  return `native code (erlang:load_nif/2)${names.length > 0 ? ` for ${names.join(' ')}` : ''}`;
}

/** @param {Map<string, Set<string>>} result @param {number} modules the number of modules checked */
export function report(result, modules) {
  const lines = [...result]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, by]) => {
      const names = [...by];
      return (
        `lacks ${what}  (${names.slice(0, 3).join(', ')}` +
        `${names.length > 3 ? ` and ${names.length - 3} more` : ''})`
      );
    });
  return [
    ...lines,
    `${modules} ${modules === 1 ? 'module' : 'modules'}, ` +
      `${result.size === 0 ? 'nothing lacks' : `${result.size} lacking`}`,
  ].join('\n');
}
