// SPDX-License-Identifier: Apache-2.0
//
// Reads what a beam needs, for `spawnlink check`: the functions that it imports, the instructions that it uses, and
// which of its own functions are mere stubs of native functions (NIFs). The VM does not use this: it decodes beams
// itself.

import { atoms, chunks } from './archives.js';

/**
 * @typedef {object} Beam
 * @property {string} name
 * @property {string[]} imports the functions it calls in other modules, as module:function/arity
 * @property {Set<string>} exports as function/arity
 * @property {Set<string>} stubs the functions that only call erlang:nif_error, as function/arity
 * @property {Set<number>} opcodes the instructions it uses
 */

/**
 * Reads a beam. Throws a RangeError if it is malformed.
 * @param {Uint8Array} beam
 * @param {(number | undefined)[]} arities the numbers of operands of instructions, by opcode
 * @returns {Beam}
 */
export function readBeam(beam, arities) {
  const parts = chunks(beam);
  const names = atoms(parts);
  const imports = triples(parts.get('ImpT')).map(([m, f, a]) => `${names[m]}:${names[f]}/${a}`);
  const exports = new Set(triples(parts.get('ExpT')).map(([f, a]) => `${names[f]}/${a}`));
  const { stubs, opcodes } = readCode(parts.get('Code'), names, imports, arities);
  return { name: names[1], imports, exports, stubs, opcodes };
}

/** The rows of a table (ImpT, ExpT) whose rows have three numbers each. @param {Uint8Array | undefined} bytes */
function triples(bytes) {
  if (!bytes) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: view.getUint32(0) }, (_, i) =>
    [0, 4, 8].map((offset) => view.getUint32(4 + i * 12 + offset)),
  );
}

const [LABEL, FUNC_INFO, LINE, MOVE, CALL_EXT_ONLY, INT_CODE_END, NIF_START] = [1, 2, 153, 64, 78, 3, 179];

/**
 * Reads the code of a beam, instruction by instruction.
 * @param {Uint8Array | undefined} bytes the chunk Code
 * @param {string[]} names the atoms by their numbers
 * @param {string[]} imports
 * @param {(number | undefined)[]} arities
 */
function readCode(bytes, names, imports, arities) {
  /** @type {Set<string>} */ const stubs = new Set();
  /** @type {Set<number>} */ const opcodes = new Set();
  if (!bytes) return { stubs, opcodes };
  const reader = new Operands(bytes, 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  let current = '';
  let onlyMoves = false;
  while (reader.at < bytes.length) {
    const opcode = bytes[reader.at++];
    opcodes.add(opcode);
    if (opcode === INT_CODE_END) break;
    const arity = arities[opcode];
    if (arity === undefined) break; // an unknown instruction: where the next one begins is not known
    const operands = Array.from({ length: arity }, () => reader.operand());
    if (opcode === FUNC_INFO) {
      current = `${names[operands[1]]}/${operands[2]}`;
      onlyMoves = true;
    } else if (opcode === CALL_EXT_ONLY) {
      if (onlyMoves && /^erlang:nif_error\/[12]$/.test(imports[operands[1]])) stubs.add(current);
      onlyMoves = false;
    } else if (opcode !== LABEL && opcode !== LINE && opcode !== MOVE && opcode !== NIF_START) onlyMoves = false;
  }
  return { stubs, opcodes };
}

/** Reads operands in their compact form: a tag in the low three bits, then a number. */
class Operands {
  /** @param {Uint8Array} bytes @param {number} at */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Reads an operand. Answers its number, or 0 for an operand that is not a single number. @returns {number} */
  operand() {
    const first = this.bytes[this.at++];
    if ((first & 7) !== 7) return this.#number(first);
    switch (first >> 4) {
      case 1: {
        // a list
        for (let left = this.operand(); left > 0; left--) this.operand();
        return 0;
      }
      case 2:
        return this.operand(); // a float register
      case 3: {
        // an allocation list
        for (let left = this.operand(); left > 0; left--) this.operand(), this.operand();
        return 0;
      }
      case 4:
        return this.operand(); // a literal
      case 5:
        this.operand();
        return this.operand() * 0; // a register with a type
      default:
        throw new RangeError('an operand of no known kind');
    }
  }

  /** Reads the number of an operand whose first byte is given. @param {number} first */
  #number(first) {
    if ((first & 8) === 0) return first >> 4;
    if ((first & 16) === 0) return ((first & 0xe0) << 3) | this.bytes[this.at++];
    let length = (first >> 5) + 2;
    if (length === 9) length = this.operand() + 9;
    let value = 0;
    while (length-- > 0) value = value * 256 + this.bytes[this.at++];
    return value;
  }
}
