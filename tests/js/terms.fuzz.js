// SPDX-License-Identifier: Apache-2.0
//
// Random terms in the external format, some of them damaged: for tests that compare with erl's binary_to_term.

/** Pseudo-random numbers, which are the same in each run (xorshift). @param {number} seed */
export function chance(seed) {
  let x = seed | 1;
  return (/** @type {number} */ below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const u16 = (n) => [n >> 8, n & 255];
const u32 = (n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
const EDGES = [0, 1, 2, 3, 5, 6, 127, 128, 254, 255];

/**
 * The bytes of a random term, in any of the forms that the format has for it.
 * @param {(below: number) => number} rnd
 * @param {number} depth
 * @returns {number[]}
 */
export function randomTerm(rnd, depth) {
  const bytes = (n) => Array.from({ length: n }, () => rnd(256));
  const some = (n) => Array.from({ length: n }, () => randomTerm(rnd, depth - 1)).flat();
  const atom = () => {
    const names = [
      'a',
      'ok',
      'true',
      'a@b',
      'nonode@nohost',
      '',
      '\u00e9',
      '\u03bb',
      'x'.repeat(254 + rnd(4)),
      '\u03bb'.repeat(100 + rnd(160)),
    ];
    const name = Buffer.from(names[rnd(names.length)]);
    const latin = bytes(rnd(4));
    switch (rnd(5)) {
      case 0:
        return [115, latin.length, ...latin];
      case 1:
        return [100, ...u16(latin.length), ...latin];
      case 2:
        return [118, ...u16(name.length), ...name];
      default:
        return name.length < 256 ? [119, name.length, ...name] : [118, ...u16(name.length), ...name];
    }
  };
  const node = () => (rnd(4) ? [119, 3, 97, 64, 98] : atom());
  /**
   * Forms that older releases wrote and that are still read: floats as text, identifiers with a creation of one byte.
   */
  const old = () => {
    switch (rnd(5)) {
      case 0: {
        const text = [
          rnd(2) ? (rnd(1000) / 7).toExponential(20) : (-rnd(1e9)).toFixed(1),
          '1.5',
          '0.0',
          '-0.0',
          '1.0e400',
          '+2.5e+3',
          'x',
        ][rnd(7)];
        return [99, ...Buffer.alloc(31).fill(text, 0, text.length)];
      }
      case 1:
        return [103, ...node(), ...bytes(4), ...u32(EDGES[rnd(EDGES.length)]), rnd(5)];
      case 2:
        return [102, ...node(), 0, ...bytes(3), rnd(5)];
      case 3:
        return [101, ...node(), 0, rnd(5), ...bytes(2), rnd(5)];
      default: {
        const n = 1 + rnd(3);
        return [114, ...u16(n), ...node(), rnd(5), 0, rnd(5), ...bytes(4 * n - 2)];
      }
    }
  };
  if (rnd(12) === 0) return old();
  switch (depth > 0 ? rnd(24) : rnd(15)) {
    case 0:
      return [97, rnd(256)];
    case 1:
      return [98, ...bytes(4)];
    case 2: {
      const float = Buffer.alloc(8);
      float.writeDoubleBE([0, -0, 1, 2.5, 1e300, NaN, Infinity, rnd(1000) / 7][rnd(8)]);
      return [70, ...float];
    }
    case 3:
    case 4:
      return atom();
    case 5: {
      const n = rnd(12);
      return [110, n, rnd(3), ...bytes(n)];
    }
    case 6: {
      const n = rnd(12);
      return [111, ...u32(n), rnd(2), ...bytes(n)];
    }
    case 7:
      return [106];
    case 8: {
      const n = rnd(5);
      return [107, ...u16(n), ...bytes(n)];
    }
    case 9: {
      const n = rnd(6);
      return [109, ...u32(n), ...bytes(n)];
    }
    case 10: {
      const n = rnd(4);
      return [77, ...u32(n), rnd(10), ...bytes(n)];
    }
    case 11:
      return [88, ...node(), ...bytes(4), ...u32(EDGES[rnd(EDGES.length)]), ...bytes(4)];
    case 12: {
      const n = 1 + rnd(6); // one with no words crashes OTP 25
      return [90, ...u16(n), ...node(), ...bytes(4), ...bytes(4 * n)];
    }
    case 13:
      return rnd(2) ? [120, ...node(), ...bytes(8), ...bytes(4)] : [89, ...node(), ...bytes(4), ...bytes(4)];
    case 14:
      return [113, ...atom(), ...atom(), 97, rnd(256)];
    case 15:
    case 16: {
      const n = rnd(5);
      return rnd(4) ? [104, n, ...some(n)] : [105, ...u32(n), ...some(n)];
    }
    case 17:
    case 18:
    case 19: {
      const n = rnd(5);
      return [108, ...u32(n), ...some(n), ...(rnd(3) ? [106] : randomTerm(rnd, depth - 1))];
    }
    default: {
      const n = rnd(4);
      return [116, ...u32(n), ...some(2 * n)];
    }
  }
}

/** Damages bytes in one of several ways. @param {(below: number) => number} rnd @param {number[]} bytes */
export function spoil(rnd, bytes) {
  const at = 1 + rnd(Math.max(bytes.length - 1, 1));
  switch (rnd(5)) {
    case 0:
      bytes[at] = rnd(256);
      break;
    case 1:
      bytes[at] = EDGES[rnd(EDGES.length)];
      break;
    case 2:
      bytes.splice(at, 1 + rnd(3));
      break;
    case 3:
      bytes.splice(at, 0, ...Array.from({ length: 1 + rnd(3) }, () => rnd(256)));
      break;
    default:
      bytes.splice(at, 0, ...bytes.slice(at, at + 1 + rnd(20)));
  }
  return bytes;
}
