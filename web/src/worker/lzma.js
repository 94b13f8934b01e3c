// SPDX-License-Identifier: Apache-2.0
//
// Reads .lzma files (13 bytes of header: properties, dictionary size, length). With LZMA, OTP's modules are a third
// smaller than with deflate, which is worth these two hundred lines. Throws on malformed data; never writes beyond the
// length in the header.

const TOP = 2 ** 24;
const HALF = 1024;

/** Initial probabilities for n choices. */
const odds = (n) => new Uint16Array(n).fill(HALF);

/** The range decoder. */
class Range {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at + 5;
    this.range = 0xffffffff;
    this.code = ((bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]) >>> 0;
  }

  bit(table, i) {
    const p = table[i];
    const bound = (this.range >>> 11) * p;
    let bit = 0;
    if (this.code < bound) {
      this.range = bound;
      table[i] = p + ((2048 - p) >> 5);
    } else {
      this.range -= bound;
      this.code -= bound;
      table[i] = p - (p >> 5);
      bit = 1;
    }
    if (this.range < TOP) {
      this.range = (this.range << 8) >>> 0;
      this.code = ((this.code << 8) | this.bytes[this.at++]) >>> 0;
    }
    return bit;
  }

  direct(n) {
    let value = 0;
    while (n-- > 0) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit) this.code -= this.range;
      if (this.range < TOP) {
        this.range = (this.range << 8) >>> 0;
        this.code = ((this.code << 8) | this.bytes[this.at++]) >>> 0;
      }
      value = value * 2 + bit;
    }
    return value;
  }

  /** Reads n bits, the highest first. */
  tree(table, from, n) {
    let m = 1;
    for (let i = 0; i < n; i++) m = (m << 1) | this.bit(table, from + m);
    return m - (1 << n);
  }

  /** Reads n bits, the lowest first. */
  reverse(table, from, n) {
    let m = 1;
    let value = 0;
    for (let i = 0; i < n; i++) {
      const bit = this.bit(table, from + m);
      m = (m << 1) | bit;
      value |= bit << i;
    }
    return value;
  }
}

/** Decodes the lengths of matches, 2 to 273. */
class Lengths {
  #choice = odds(2);
  #low = odds(16 * 8);
  #middle = odds(16 * 8);
  #high = odds(256);

  read(range, place) {
    if (!range.bit(this.#choice, 0)) return 2 + range.tree(this.#low, place * 8, 3);
    if (!range.bit(this.#choice, 1)) return 10 + range.tree(this.#middle, place * 8, 3);
    return 18 + range.tree(this.#high, 0, 8);
  }
}

/** Decodes how far back a match is. */
class Distances {
  #slot = odds(4 * 64);
  #special = odds(128);
  #align = odds(16);

  read(range, length) {
    const slot = range.tree(this.#slot, Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const n = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** n;
    if (slot < 14) return base + range.reverse(this.#special, base - slot, n);
    return base + range.direct(n - 4) * 16 + range.reverse(this.#align, 0, 4);
  }
}

const afterLiteral = (state) => (state < 4 ? 0 : state < 10 ? state - 3 : state - 6);

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function unlzma(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 18 || bytes[0] >= 225) throw new Error('not an .lzma file');
  const lc = bytes[0] % 9;
  const lp = Math.floor(bytes[0] / 9) % 5;
  const pb = Math.floor(bytes[0] / 45);
  const size = view.getUint32(5, true);
  if (size > 2 ** 28 || view.getUint32(9, true) !== 0) throw new Error('an .lzma file that does not tell its size');
  return decode(new Range(bytes, 13), new Uint8Array(size), lc, lp, pb);
}

function decode(range, out, lc, lp, pb) {
  const literals = odds(0x300 << (lc + lp));
  const isMatch = odds(12 * 16);
  const isRepeat = odds(12);
  const isRepeat0 = odds(12);
  const isRepeat1 = odds(12);
  const isRepeat2 = odds(12);
  const isLong0 = odds(12 * 16);
  const lengths = new Lengths();
  const repeatLengths = new Lengths();
  const distances = new Distances();
  const placeMask = (1 << pb) - 1;
  const literalMask = (1 << lp) - 1;
  let state = 0;
  let [d0, d1, d2, d3] = [0, 0, 0, 0];
  let at = 0;

  const literal = () => {
    const before = at > 0 ? out[at - 1] : 0;
    const base = 0x300 * (((at & literalMask) << lc) + (before >> (8 - lc)));
    let symbol = 1;
    if (state >= 7) {
      let match = out[at - d0 - 1];
      while (symbol < 0x100) {
        const bit = (match >> 7) & 1;
        match <<= 1;
        const read = range.bit(literals, base + ((1 + bit) << 8) + symbol);
        symbol = (symbol << 1) | read;
        if (read !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(literals, base + symbol);
    out[at++] = symbol;
    state = afterLiteral(state);
  };

  while (at < out.length) {
    const place = at & placeMask;
    if (!range.bit(isMatch, state * 16 + place)) {
      literal();
      continue;
    }
    let length;
    if (!range.bit(isRepeat, state)) {
      [d1, d2, d3] = [d0, d1, d2];
      length = lengths.read(range, place);
      state = state < 7 ? 7 : 10;
      d0 = distances.read(range, length);
    } else {
      if (!range.bit(isRepeat0, state)) {
        if (!range.bit(isLong0, state * 16 + place)) {
          state = state < 7 ? 9 : 11;
          out[at] = out[at - d0 - 1];
          at++;
          continue;
        }
      } else {
        let distance = d1;
        if (range.bit(isRepeat1, state)) {
          distance = d2;
          if (range.bit(isRepeat2, state)) {
            distance = d3;
            d3 = d2;
          }
          d2 = d1;
        }
        d1 = d0;
        d0 = distance;
      }
      length = repeatLengths.read(range, place);
      state = state < 7 ? 8 : 11;
    }
    if (d0 >= at || at + length > out.length) throw new Error('damaged .lzma data');
    for (const end = at + length; at < end; at++) out[at] = out[at - d0 - 1];
  }
  return out;
}
