// SPDX-License-Identifier: Apache-2.0
//
// Streaming deflate (RFC 1950 to 1952): what is put in is held back until a block is worth it, the stream is flushed, or it
// ends. The bytes are not zlib's own, what they expand to is. Part of the chunk of streams.js.

import { adler32, crc32, END, OK, StreamError } from './checksums.js';
import { BlockWriter } from './huffman.js';

const WINDOW = 32768;
const MASK = WINDOW - 1;
const BLOCK = 16384; // tokens
const STORED = 65535; // bytes
const MIN_MATCH = 3;
const MAX_MATCH = 258;
const HASH_SIZE = 32768;

/** As zlib's. */
export const FLUSH = { NONE: 0, PARTIAL: 1, SYNC: 2, FULL: 3, FINISH: 4 };
const STRATEGY = { HUFFMAN_ONLY: 2, RLE: 3, FIXED: 4 };

/** How many earlier places are tried, and what match is long enough, by level. */
const EFFORT = [[0, 0], [4, 16], [6, 32], [8, 64], [16, 64], [24, 96], [48, 128], [96, 258], [256, 258], [1024, 258]];

export class Deflate {
  #windowBits;
  #level;
  #strategy;
  #writer = new BlockWriter();
  /** Bytes that matches may refer to, then those not encoded yet. */
  #data = new Uint8Array(WINDOW * 2);
  #start = 0; // of what is not encoded yet
  #end = 0;
  #blockStart = 0; // of the bytes of the block that grows
  #head = new Int32Array(HASH_SIZE).fill(-1);
  #previous = new Int32Array(WINDOW);
  #floor = 0; // matches reach no further back
  #started = false;
  #finished = false;
  #flushed = -1; // the last flush, until there is more input
  #sum = 1;
  #total = 0;
  #dictionary = 0; // checksum of a preset dictionary
  status = OK;

  /** @param {number} level @param {number} windowBits as deflateInit2's @param {number} strategy */
  constructor(level, windowBits, strategy) {
    this.#level = level < 0 ? 6 : level;
    this.#windowBits = windowBits === 8 ? 9 : windowBits;
    this.#strategy = strategy;
    this.reset();
  }

  reset() {
    this.#writer.reset();
    this.#start = this.#end = this.#blockStart = this.#floor = this.#total = this.#dictionary = 0;
    this.#head.fill(-1);
    this.#started = this.#finished = false;
    this.#flushed = -1;
    this.#sum = this.#format === 'gzip' ? 0 : 1;
    this.status = OK;
  }

  /** Something was put in, the end is not reached. */
  get isBusy() {
    return this.#started && !this.#finished;
  }

  get #format() {
    return this.#windowBits < 0 ? 'raw' : this.#windowBits > 15 ? 'gzip' : 'zlib';
  }

  /** @param {number} level @param {number} strategy */
  setParams(level, strategy) {
    this.#level = level < 0 ? 6 : level;
    this.#strategy = strategy;
  }

  /** @param {Uint8Array} dictionary @returns {number | undefined} its checksum; undefined: too late, or in gzip */
  setDictionary(dictionary) {
    if (this.#started || this.#total > 0 || this.#format === 'gzip') return undefined;
    // Checked like zlib does it: in raw mode from 0.
    const sum = adler32(this.#format === 'raw' ? 0 : 1, dictionary, dictionary.length);
    this.#dictionary = this.#format === 'raw' ? 0 : sum;
    this.#append(dictionary.subarray(-(WINDOW - MAX_MATCH - 4)));
    while (this.#start < this.#end) this.#enter(this.#start++);
    this.#blockStart = this.#start;
    return sum;
  }

  /**
   * @param {Uint8Array} input
   * @param {number} room for output
   * @param {number} flush
   * @returns {{used: number, out: Uint8Array}} output that found no room comes next time
   */
  run(input, room, flush) {
    if (this.#finished && (flush !== FLUSH.FINISH || input.length > 0)) throw new StreamError();
    if (this.#writer.waiting < room && !this.#finished) this.#work(input, flush);
    else if (input.length > 0) return { used: 0, out: this.#writer.take(room) };
    const out = this.#writer.take(room);
    if (this.#finished && this.#writer.waiting === 0) this.status = END;
    return { used: input.length, out };
  }

  /** @param {Uint8Array} input @param {number} flush */
  #work(input, flush) {
    if (!this.#started && (input.length > 0 || flush !== FLUSH.NONE)) this.#header();
    if (input.length > 0) {
      this.#flushed = -1;
      if (this.#format === 'zlib') this.#sum = adler32(this.#sum, input, input.length);
      else if (this.#format === 'gzip') this.#sum = crc32(this.#sum, input);
      this.#total = (this.#total + input.length) >>> 0;
      for (let at = 0; at < input.length; at += WINDOW / 2) {
        this.#append(input.subarray(at, at + WINDOW / 2));
        this.#encode(flush !== FLUSH.NONE && at + WINDOW / 2 >= input.length);
      }
    }
    if (flush === FLUSH.NONE || flush <= this.#flushed) return;
    this.#encode(true);
    if (flush === FLUSH.FINISH) {
      this.#emit(true);
      this.#trailer();
      this.#finished = true;
      return;
    }
    if (this.#writer.tokens > 0 || this.#start > this.#blockStart) this.#emit(false);
    this.#writer.stored(this.#data.subarray(0, 0), false);
    if (flush === FLUSH.FULL) this.#floor = this.#start;
    this.#flushed = flush;
  }

  #header() {
    this.#started = true;
    const level = this.#level;
    if (this.#format === 'zlib') {
      const first = 8 | ((this.#windowBits - 8) << 4);
      let second = (this.#strategy >= STRATEGY.HUFFMAN_ONLY || level < 2 ? 0 : level < 6 ? 1 : level === 6 ? 2 : 3) << 6;
      if (this.#dictionary) second |= 32;
      second += 31 - (((first << 8) | second) % 31);
      this.#writer.bytes([first, second]);
      if (this.#dictionary) this.#bigEndian(this.#dictionary);
    } else if (this.#format === 'gzip') {
      this.#writer.bytes([31, 139, 8, 0, 0, 0, 0, 0, level === 9 ? 2 : this.#strategy >= STRATEGY.HUFFMAN_ONLY || level < 2 ? 4 : 0, 3]);
    }
  }

  #trailer() {
    this.#writer.align();
    if (this.#format === 'zlib') this.#bigEndian(this.#sum);
    else if (this.#format === 'gzip') for (const n of [this.#sum, this.#total]) this.#writer.bytes([n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24]);
  }

  /** @param {number} n */
  #bigEndian(n) {
    this.#writer.bytes([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  }

  /** @param {Uint8Array} bytes at most half a window more than is waiting */
  #append(bytes) {
    if (this.#end + bytes.length > this.#data.length) this.#slide();
    this.#data.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Makes room: only a window's worth before what is not encoded yet is kept. */
  #slide() {
    // The bytes of the block that grows may be wanted as they are.
    if (this.#start > this.#blockStart) this.#emit(false);
    const gone = Math.max(0, this.#start - WINDOW);
    const grown = this.#end - gone + WINDOW > this.#data.length ? new Uint8Array(this.#data.length + WINDOW) : this.#data;
    grown.set(this.#data.subarray(gone, this.#end));
    this.#data = grown;
    this.#start -= gone;
    this.#end -= gone;
    this.#blockStart -= gone;
    this.#floor = Math.max(0, this.#floor - gone);
    for (let i = 0; i < HASH_SIZE; i++) this.#head[i] = Math.max(-1, this.#head[i] - gone);
    // Places are kept by their low bits.
    const moved = new Int32Array(WINDOW).fill(-1);
    for (let at = Math.max(0, this.#start - WINDOW); at < this.#start; at++) moved[at & MASK] = Math.max(-1, this.#previous[(at + gone) & MASK] - gone);
    this.#previous = moved;
  }

  /** @param {number} at */
  #hash(at) {
    const d = this.#data;
    return ((d[at] << 10) ^ (d[at + 1] << 5) ^ d[at + 2]) & (HASH_SIZE - 1);
  }

  /** A place that later ones may match. @param {number} at */
  #enter(at) {
    if (at + MIN_MATCH > this.#end) return;
    const hash = this.#hash(at);
    this.#previous[at & MASK] = this.#head[hash];
    this.#head[hash] = at;
  }

  /** The longest match there: its length and distance in one number, length << 16 | distance. @param {number} at */
  #match(at) {
    const d = this.#data;
    const longest = Math.min(MAX_MATCH, this.#end - at);
    if (longest < MIN_MATCH || this.#strategy === STRATEGY.HUFFMAN_ONLY) return 0;
    const reach = this.#strategy === STRATEGY.RLE ? 1 : (1 << (Math.abs(this.#windowBits) & 15)) - 262;
    const lowest = Math.max(this.#floor, at - reach, 0);
    let [tries, enough] = EFFORT[this.#level];
    let best = MIN_MATCH - 1;
    let distance = 0;
    for (let place = this.#head[this.#hash(at)]; place >= lowest && tries-- > 0; ) {
      if (place < at && d[place + best] === d[at + best]) {
        let n = 0;
        while (n < longest && d[place + n] === d[at + n]) n++;
        if (n > best) {
          best = n;
          distance = at - place;
          if (n >= enough || n === longest) break;
        }
      }
      const before = this.#previous[place & MASK];
      if (before >= place) break;
      place = before;
    }
    return distance > 0 && (best > MIN_MATCH || distance < 4096) ? (best << 16) | distance : 0;
  }

  /** Makes tokens of what waits; unless all is wanted, the end is kept for longer matches. @param {boolean} all */
  #encode(all) {
    const limit = all ? this.#end : this.#end - MAX_MATCH;
    if (this.#level === 0) return this.#store(all);
    while (this.#start < limit) {
      const at = this.#start;
      let found = this.#match(at);
      this.#enter(at);
      // A longer match at the next byte is better.
      if (found && this.#level > 3 && found >> 16 < EFFORT[this.#level][1] && this.#match(at + 1) >> 16 > found >> 16) found = 0;
      if (found) {
        this.#writer.match(found >> 16, found & 0xffff);
        const next = at + (found >> 16);
        while (++this.#start < next) this.#enter(this.#start);
      } else {
        this.#writer.literal(this.#data[at]);
        this.#start++;
      }
      if (this.#writer.tokens >= BLOCK || this.#start - this.#blockStart > STORED - MAX_MATCH) this.#emit(false);
    }
  }

  /** @param {boolean} all */
  #store(all) {
    while (this.#end - this.#start > STORED || (all && this.#end > this.#start)) {
      this.#start = Math.min(this.#end, this.#start + STORED);
      this.#emit(false);
    }
  }

  /** The block that has grown. @param {boolean} last */
  #emit(last) {
    const raw = this.#data.subarray(this.#blockStart, this.#start);
    this.#writer.block(this.#level === 0 && this.#writer.tokens === 0 && (raw.length > 0 || last) ? 'stored' : this.#strategy === STRATEGY.FIXED ? 'fixed' : 'best', raw, last);
    this.#blockStart = this.#start;
  }
}
