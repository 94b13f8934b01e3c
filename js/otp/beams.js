// SPDX-License-Identifier: Apache-2.0
//
// What a beam needs: the functions it imports, the instructions it uses; and which of its own functions are stubs of
// native ones. Reads only; the VM itself decodes beams anew. For `spawnlink check`.

import { atoms, chunks } from './archives.js';

/**
 * @typedef {object} Beam
 * @property {string} name
 * @property {string[]} imports module:function/arity
 * @property {Set<string>} exports function/arity
 * @property {Set<string>} stubs function/arity of those that only call erlang:nif_error
 * @property {Set<number>} opcodes
 */

/**
 * @param {Uint8Array} beam
 * @param {(number | undefined)[]} arities of the instructions, by opcode
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

/** A table of rows of three numbers. @param {Uint8Array | undefined} bytes */
function triples(bytes) {
  if (!bytes) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: view.getUint32(0) }, (_, i) =>
    [0, 4, 8].map((offset) => view.getUint32(4 + i * 12 + offset)),
  );
}

const [LABEL, FUNC_INFO, LINE, MOVE, CALL_EXT_ONLY, INT_CODE_END, NIF_START] = [1, 2, 153, 64, 78, 3, 179];

/**
 * @param {Uint8Array | undefined} bytes the chunk Code
 * @param {string[]} names
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
    if (arity === undefined) break; // what follows cannot be read: the VM does not know it either
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

/** Operands in the compact form of beams: a tag in three bits, and a number. */
class Operands {
  /** @param {Uint8Array} bytes @param {number} at */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** The number of an operand; of what is more than a number, 0. @returns {number} */
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

  /** @param {number} first */
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
