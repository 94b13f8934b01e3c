// SPDX-License-Identifier: Apache-2.0
//
// Streaming inflate (RFC 1950 to 1952): input and output in pieces of any size. All that is known between two pieces is in
// the fields; a step that lacks input or room for output changes nothing and is tried again. Part of the chunk of streams.js.

import { adler32, crc32, DataError, DICTIONARY, END, OK } from './checksums.js';

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const WINDOW = 32768;

/**
 * A table that decodes: by the next `bits` bits of input, symbol << 4 | length of its code; 0 where there is no code.
 * @typedef {{bits: number, table: Uint16Array}} Code
 */

/** @param {Uint8Array} lengths @param {boolean} mayLack a code of one symbol, or none, is complete enough @returns {Code} */
function makeCode(lengths, mayLack) {
  const count = new Uint16Array(16);
  for (const length of lengths) count[length]++;
  count[0] = 0;
  let bits = 15;
  while (bits > 1 && count[bits] === 0) bits--;
  let left = 1;
  const next = new Uint16Array(17);
  for (let length = 1; length <= 15; length++) {
    left = left * 2 - count[length];
    if (left < 0) throw new DataError();
    next[length + 1] = (next[length] + count[length]) << 1;
  }
  const used = count.reduce((sum, n) => sum + n, 0);
  if (left > 0 && !(mayLack && used === count[1] && used < 2)) throw new DataError();
  const table = new Uint16Array(1 << bits);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    let code = next[length]++;
    let reversed = 0;
    for (let i = 0; i < length; i++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let at = reversed; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
  });
  return { bits, table };
}

/** @type {{lengths: Code, distances: Code} | undefined} */
let fixed;
function fixedCodes() {
  fixed ??= {
    lengths: makeCode(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)), false),
    distances: makeCode(new Uint8Array(32).fill(5), false),
  };
  return fixed;
}

export class Inflate {
  #windowBits;
  /** What comes next. @type {() => boolean} false: there is no more input, or no room */
  #step = this.#head;
  /** @type {Uint8Array} */ #input = new Uint8Array();
  #at = 0;
  #hold = 0;
  #bits = 0;
  #window = new Uint8Array(WINDOW);
  #end = 0; // of what is in the window, which is a ring
  #have = 0; // bytes that distances may reach
  #reach = WINDOW;
  /** @type {Uint8Array} */ #out = new Uint8Array();
  #made = 0;
  #checked = 0; // of #out, by the checksum
  /** 'raw', 'zlib' or 'gzip' */
  #format = 'raw';
  #sum = 1;
  #total = 0;
  #last = false;
  #left = 0; // bytes of a stored block, or of a match
  #distance = 0;
  #flags = 0;
  /** @type {Uint8Array} */ #lengths = new Uint8Array();
  #filled = 0;
  #counts = [0, 0, 0];
  /** @type {Code} */ #code = { bits: 0, table: new Uint16Array() };
  /** @type {Code} */ #distances = { bits: 0, table: new Uint16Array() };
  /** OK, END, or DICTIONARY: setDictionary has to be called. */
  status = OK;
  /** Checksum of the dictionary that is wanted. */
  adler = 1;

  /** @param {number} windowBits as inflateInit2's: negative for raw data, + 16 for gzip, + 32 for either */
  constructor(windowBits) {
    this.#windowBits = windowBits;
    this.reset();
  }

  reset() {
    this.#hold = this.#bits = this.#end = this.#have = this.#total = this.#left = 0;
    this.#last = false;
    this.status = OK;
    this.adler = 1;
    this.#reach = 1 << (this.#windowBits < 0 ? -this.#windowBits : this.#windowBits & 15 || 15);
    this.#format = 'raw';
    this.#step = this.#windowBits < 0 ? this.#block : this.#head;
  }

  /** @param {Uint8Array} dictionary */
  setDictionary(dictionary) {
    if (this.#windowBits < 0 ? this.#step !== this.#block : this.status !== DICTIONARY) return false;
    if (this.#windowBits >= 0 && adler32(1, dictionary, dictionary.length) !== this.adler) throw new DataError();
    for (const byte of dictionary.subarray(-WINDOW)) this.#remember(byte);
    this.status = OK;
    return true;
  }

  /** What a match could refer to now; nothing once the stream has ended. */
  dictionary() {
    if (this.status === END) return new Uint8Array();
    const start = this.#end - this.#have;
    return Uint8Array.from({ length: this.#have }, (_, i) => this.#window[(start + i) & (WINDOW - 1)]);
  }

  /**
   * @param {Uint8Array} input
   * @param {number} room for output
   * @returns {{used: number, out: Uint8Array}}
   */
  run(input, room) {
    this.#input = input;
    this.#out = new Uint8Array(room);
    this.#at = this.#made = this.#checked = 0;
    while (this.status === OK && this.#step());
    this.#check();
    return { used: this.#at, out: this.#out.subarray(0, this.#made) };
  }

  // --- Bits and bytes

  /** @param {number} n at most 24; that many bits are in #hold, or there is no more input */
  #need(n) {
    while (this.#bits < n) {
      if (this.#at === this.#input.length) return false;
      this.#hold |= this.#input[this.#at++] << this.#bits;
      this.#bits += 8;
    }
    return true;
  }

  /** @param {number} n of bits that are in #hold */
  #take(n) {
    const value = this.#hold & ((1 << n) - 1);
    this.#hold >>>= n;
    this.#bits -= n;
    return value;
  }

  /** The next symbol, left in #hold: its entry, or -1 without enough input. @param {Code} code */
  #peek({ bits, table }) {
    for (;;) {
      const entry = table[this.#hold & ((1 << bits) - 1)];
      if (entry !== 0 && (entry & 15) <= this.#bits) return entry;
      if (entry === 0 && this.#bits >= bits) throw new DataError();
      if (!this.#need(this.#bits + 1)) return -1;
    }
  }

  /** @param {number} byte */
  #remember(byte) {
    this.#window[this.#end] = byte;
    this.#end = (this.#end + 1) & (WINDOW - 1);
    if (this.#have < WINDOW) this.#have++;
  }

  /** @param {number} byte */
  #put(byte) {
    this.#out[this.#made++] = byte;
    this.#remember(byte);
  }

  #check() {
    const made = this.#out.subarray(this.#checked, this.#made);
    if (this.#format === 'zlib') this.#sum = adler32(this.#sum, made, made.length);
    else if (this.#format === 'gzip') this.#sum = crc32(this.#sum, made);
    this.#total = (this.#total + made.length) >>> 0;
    this.#checked = this.#made;
  }

  // --- Headers

  #head() {
    if (!this.#need(16)) return false;
    const mayBeGzip = this.#windowBits > 15;
    if (mayBeGzip && this.#hold === 0x8b1f) {
      this.#take(16);
      this.#step = this.#gzipHead;
      return true;
    }
    const first = this.#hold & 255;
    const second = this.#hold >>> 8;
    const size = (first >> 4) + 8;
    if ((mayBeGzip && this.#windowBits < 32) || ((first << 8) | second) % 31 !== 0 || (first & 15) !== 8 || size > (this.#windowBits & 15 || 15)) throw new DataError();
    this.#reach = 1 << size;
    this.#take(16);
    this.#format = 'zlib';
    this.#sum = 1;
    this.#step = second & 32 ? this.#dictionaryId : this.#block;
    return true;
  }

  #dictionaryId() {
    if (!this.#bigEndian()) return false;
    this.adler = this.#value;
    this.status = DICTIONARY;
    this.#step = this.#block;
    return true;
  }

  #value = 0;
  #valueBytes = 0;

  /** Four bytes of input to #value; false until all are there. */
  #bigEndian() {
    while (this.#valueBytes < 4) {
      if (!this.#need(8)) return false;
      this.#value = ((this.#value << 8) | this.#take(8)) >>> 0;
      this.#valueBytes++;
    }
    this.#valueBytes = 0;
    return true;
  }

  #gzipHead() {
    if (!this.#need(16)) return false;
    if (this.#take(8) !== 8) throw new DataError();
    this.#flags = this.#take(8);
    if (this.#flags & 0xe0) throw new DataError();
    this.#format = 'gzip';
    this.#sum = 0;
    this.#left = 6; // time, level, system
    this.#step = this.#gzipFixed;
    return true;
  }

  #gzipFixed() {
    while (this.#left > 0) {
      if (!this.#need(8)) return false;
      this.#take(8);
      this.#left--;
    }
    this.#step = this.#gzipOptional;
    return true;
  }

  /** The next of the optional fields: the lowest of the flags that are left tells which. */
  #gzipOptional() {
    if (this.#flags & 4) {
      if (!this.#need(16)) return false;
      this.#left = this.#take(16);
      this.#flags &= ~4;
      this.#step = this.#gzipFixed;
    } else if (this.#flags & 24) {
      for (let byte = 1; byte !== 0; ) {
        if (!this.#need(8)) return false;
        byte = this.#take(8);
      }
      this.#flags &= this.#flags & 8 ? ~8 : ~16;
    } else if (this.#flags & 2) {
      this.#left = 2;
      this.#flags &= ~2;
      this.#step = this.#gzipFixed;
    } else this.#step = this.#block;
    return true;
  }

  // --- Blocks

  #block() {
    if (this.#last) {
      this.#take(this.#bits & 7);
      this.#step = this.#format === 'raw' ? this.#done : this.#trailer;
      return true;
    }
    if (!this.#need(3)) return false;
    this.#last = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 3) throw new DataError();
    if (type === 0) {
      this.#take(this.#bits & 7);
      this.#step = this.#storedLength;
    } else if (type === 1) {
      const { lengths, distances } = fixedCodes();
      this.#code = lengths;
      this.#distances = distances;
      this.#step = this.#symbol;
    } else this.#step = this.#counting;
    return true;
  }

  #storedLength() {
    if (!this.#bigEndian()) return false;
    const bytes = [this.#value >>> 24, (this.#value >>> 16) & 255, (this.#value >>> 8) & 255, this.#value & 255];
    this.#left = bytes[0] | (bytes[1] << 8);
    if (this.#left !== (~(bytes[2] | (bytes[3] << 8)) & 0xffff)) throw new DataError();
    this.#step = this.#stored;
    return true;
  }

  #stored() {
    while (this.#left > 0) {
      if (this.#made === this.#out.length || !this.#need(8)) return false;
      this.#put(this.#take(8));
      this.#left--;
    }
    this.#step = this.#block;
    return true;
  }

  #counting() {
    if (!this.#need(14)) return false;
    this.#counts = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4];
    if (this.#counts[0] > 286 || this.#counts[1] > 30) throw new DataError();
    this.#lengths = new Uint8Array(19);
    this.#filled = 0;
    this.#step = this.#codeLengths;
    return true;
  }

  #codeLengths() {
    while (this.#filled < this.#counts[2]) {
      if (!this.#need(3)) return false;
      this.#lengths[ORDER[this.#filled++]] = this.#take(3);
    }
    this.#code = makeCode(this.#lengths, false);
    this.#lengths = new Uint8Array(this.#counts[0] + this.#counts[1]);
    this.#filled = 0;
    this.#step = this.#allLengths;
    return true;
  }

  #allLengths() {
    const lengths = this.#lengths;
    while (this.#filled < lengths.length) {
      const entry = this.#peek(this.#code);
      if (entry < 0) return false;
      const symbol = entry >> 4;
      const extra = symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
      if (!this.#need((entry & 15) + extra)) return false;
      this.#take(entry & 15);
      if (symbol < 16) {
        lengths[this.#filled++] = symbol;
        continue;
      }
      const n = this.#take(extra) + (symbol === 18 ? 11 : 3);
      if ((symbol === 16 && this.#filled === 0) || this.#filled + n > lengths.length) throw new DataError();
      lengths.fill(symbol === 16 ? lengths[this.#filled - 1] : 0, this.#filled, this.#filled + n);
      this.#filled += n;
    }
    if (lengths[256] === 0) throw new DataError();
    this.#code = makeCode(lengths.subarray(0, this.#counts[0]), true);
    this.#distances = makeCode(lengths.subarray(this.#counts[0]), true);
    this.#step = this.#symbol;
    return true;
  }

  /** Literals, until there is a length or the end of the block. */
  #symbol() {
    for (;;) {
      const entry = this.#peek(this.#code);
      if (entry < 0) return false;
      const symbol = entry >> 4;
      if (symbol < 256) {
        if (this.#made === this.#out.length) return false;
        this.#take(entry & 15);
        this.#put(symbol);
        continue;
      }
      if (symbol === 256) {
        this.#take(entry & 15);
        this.#step = this.#block;
        return true;
      }
      if (symbol > 285) throw new DataError();
      const extra = LENGTH_EXTRA[symbol - 257];
      if (!this.#need((entry & 15) + extra)) return false;
      this.#take(entry & 15);
      this.#left = LENGTH_BASE[symbol - 257] + this.#take(extra);
      this.#step = this.#distanceCode;
      return true;
    }
  }

  #distanceCode() {
    const entry = this.#peek(this.#distances);
    if (entry < 0) return false;
    const symbol = entry >> 4;
    if (symbol > 29) throw new DataError();
    this.#take(entry & 15);
    this.#distance = symbol;
    this.#step = this.#distanceExtra;
    return true;
  }

  #distanceExtra() {
    const extra = DISTANCE_EXTRA[this.#distance];
    if (!this.#need(extra)) return false;
    this.#distance = DISTANCE_BASE[this.#distance] + this.#take(extra);
    if (this.#distance > Math.min(this.#have, this.#reach)) throw new DataError();
    this.#step = this.#match;
    return true;
  }

  #match() {
    while (this.#left > 0) {
      if (this.#made === this.#out.length) return false;
      this.#put(this.#window[(this.#end - this.#distance) & (WINDOW - 1)]);
      this.#left--;
    }
    this.#step = this.#symbol;
    return true;
  }

  // --- The end

  #trailer() {
    if (!this.#bigEndian()) return false;
    this.#check();
    const sum = this.#format === 'gzip' ? swap(this.#value) : this.#value;
    if (sum !== this.#sum) throw new DataError();
    this.#step = this.#format === 'gzip' ? this.#size : this.#done;
    return true;
  }

  #size() {
    if (!this.#bigEndian()) return false;
    if (swap(this.#value) !== this.#total) throw new DataError();
    this.#step = this.#done;
    return true;
  }

  #done() {
    this.status = END;
    return false;
  }
}

/** Bytes the other way round. @param {number} n */
const swap = (n) => ((n >>> 24) | ((n >>> 8) & 0xff00) | ((n & 0xff00) << 8) | (n << 24)) >>> 0;
