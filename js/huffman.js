// SPDX-License-Identifier: Apache-2.0
//
// Writes the blocks of deflate: collects literals and matches, finds the codes that suit them, and puts bits into bytes.
// Part of the chunk of streams.js.

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const REPEAT_BITS = [2, 3, 7]; // of the symbols 16, 17, 18
const END_OF_BLOCK = 256;

/** The last of the ascending values that is at most n. @param {number[]} values @param {number} n */
function indexOf(values, n) {
  let low = 0;
  for (let high = values.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= n) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Lengths of the codes for symbols of these frequencies, none longer than `most`.
 * @param {Uint32Array} frequencies
 * @param {number} most
 */
function codeLengths(frequencies, most) {
  const lengths = new Uint8Array(frequencies.length);
  const leaves = [...frequencies.keys()].filter((symbol) => frequencies[symbol] > 0).sort((a, b) => frequencies[a] - frequencies[b]);
  if (leaves.length < 2) {
    for (const symbol of leaves) lengths[symbol] = 1;
    return lengths;
  }
  // Two queues, both ascending: leaves, then the nodes made of the two least.
  const weights = leaves.map((symbol) => frequencies[symbol]);
  /** @type {number[]} */
  const parents = [];
  let leaf = 0;
  let node = leaves.length;
  const least = () => (node >= weights.length || (leaf < leaves.length && weights[leaf] <= weights[node]) ? leaf++ : node++);
  while (weights.length < leaves.length * 2 - 1) {
    const [a, b] = [least(), least()];
    parents[a] = parents[b] = weights.length;
    weights.push(weights[a] + weights[b]);
  }
  const depths = new Uint8Array(weights.length);
  const count = new Uint32Array(most + 1);
  for (let i = weights.length - 2; i >= 0; i--) {
    depths[i] = depths[parents[i]] + 1;
    if (i < leaves.length) count[Math.min(depths[i], most)]++;
  }
  // What was too deep is moved up, shorter codes make room for it.
  let total = 0;
  for (let length = 1; length <= most; length++) total += count[length] << (most - length);
  for (; total > 1 << most; total--) {
    count[most]--;
    let length = most - 1;
    while (count[length] === 0) length--;
    count[length]--;
    count[length + 1] += 2;
  }
  let at = 0;
  for (let length = most; length > 0; length--) for (let n = count[length]; n > 0; n--) lengths[leaves[at++]] = length;
  return lengths;
}

/** The codes of these lengths, their bits in the order they are written. @param {Uint8Array} lengths */
function codes(lengths) {
  const next = new Uint32Array(17);
  for (const length of lengths) if (length) next[length + 1]++;
  for (let length = 1; length <= 15; length++) next[length + 1] = (next[length] + next[length + 1]) << 1;
  return Uint16Array.from(lengths, (length) => {
    let code = length ? next[length]++ : 0;
    let reversed = 0;
    for (let i = 0; i < length; i++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    return reversed;
  });
}

const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
const FIXED_DISTANCES = new Uint8Array(30).fill(5);

/**
 * The lengths of both codes as a dynamic block has them: symbols of 0 to 18, each with the value of its extra bits.
 * @param {number[]} lengths
 */
function runs(lengths) {
  /** @type {[number, number][]} */
  const out = [];
  for (let i = 0; i < lengths.length; ) {
    const length = lengths[i];
    let n = 1;
    while (i + n < lengths.length && lengths[i + n] === length) n++;
    i += n;
    if (length !== 0) {
      out.push([length, 0]);
      n--;
    }
    while (n > 0) {
      const most = length === 0 ? 138 : 6;
      const run = Math.min(n, most);
      if (run < 3) out.push([length, 0]);
      else if (length !== 0) out.push([16, run - 3]);
      else out.push(run < 11 ? [17, run - 3] : [18, run - 11]);
      n -= run < 3 ? 1 : run;
    }
  }
  return out;
}

export class BlockWriter {
  #out = new Uint8Array(4096);
  #from = 0;
  #to = 0;
  #hold = 0;
  #bits = 0;
  /** Literals, and matches as length << 16 | distance. */
  #tokens = new Uint32Array(16384 + 1);
  tokens = 0;

  reset() {
    this.#from = this.#to = this.#hold = this.#bits = this.tokens = 0;
  }

  /** Whole bytes that nobody has taken. */
  get waiting() {
    return this.#to - this.#from;
  }

  /** @param {number} most */
  take(most) {
    const out = this.#out.slice(this.#from, Math.min(this.#to, this.#from + most));
    this.#from += out.length;
    if (this.#from === this.#to) this.#from = this.#to = 0;
    return out;
  }

  /** @param {number} byte */
  literal(byte) {
    this.#tokens[this.tokens++] = byte;
  }

  /** @param {number} length @param {number} distance */
  match(length, distance) {
    this.#tokens[this.tokens++] = (length << 16) | distance;
  }

  // --- Bits

  /** @param {number} value @param {number} n at most 16 */
  #put(value, n) {
    this.#hold |= value << this.#bits;
    this.#bits += n;
    while (this.#bits >= 8) {
      this.#byte(this.#hold & 255);
      this.#hold >>>= 8;
      this.#bits -= 8;
    }
  }

  /** @param {number} byte */
  #byte(byte) {
    if (this.#to === this.#out.length) {
      const grown = new Uint8Array(this.#out.length * 2);
      grown.set(this.#out);
      this.#out = grown;
    }
    this.#out[this.#to++] = byte;
  }

  /** To the next whole byte. */
  align() {
    if (this.#bits > 0) this.#put(0, 8 - this.#bits);
  }

  /** Where a byte begins. @param {Iterable<number>} bytes */
  bytes(bytes) {
    for (const byte of bytes) this.#byte(byte);
  }

  // --- Blocks

  /** @param {Uint8Array} bytes at most 65535 @param {boolean} last */
  stored(bytes, last) {
    this.#put(last ? 1 : 0, 3);
    this.align();
    for (const n of [bytes.length, ~bytes.length]) this.bytes([n & 255, (n >> 8) & 255]);
    this.bytes(bytes);
  }

  /**
   * The tokens as a block.
   * @param {'stored' | 'fixed' | 'best'} how
   * @param {Uint8Array} raw the bytes they stand for
   * @param {boolean} last
   */
  block(how, raw, last) {
    if (how === 'stored') this.stored(raw, last);
    else this.#coded(how, raw, last);
    this.tokens = 0;
  }

  /** @param {'fixed' | 'best'} how @param {Uint8Array} raw @param {boolean} last */
  #coded(how, raw, last) {
    const symbols = new Uint32Array(286);
    const distances = new Uint32Array(30);
    symbols[END_OF_BLOCK] = 1;
    let extra = 0;
    for (const token of this.#tokens.subarray(0, this.tokens)) {
      if (token < 256) symbols[token]++;
      else {
        const [length, distance] = [indexOf(LENGTHS, token >> 16), indexOf(DISTANCES, token & 0xffff)];
        symbols[257 + length]++;
        distances[distance]++;
        extra += LENGTH_BITS[length] + DISTANCE_BITS[distance];
      }
    }
    const cost = (/** @type {Uint32Array} */ counts, /** @type {Uint8Array} */ lengths) => counts.reduce((sum, n, i) => sum + n * lengths[i], 0);
    const fixed = 3 + extra + cost(symbols, FIXED_LENGTHS) + cost(distances, FIXED_DISTANCES);
    const own = [codeLengths(symbols, 15), codeLengths(distances, 15)];
    const literals = Math.max(257, own[0].findLastIndex((n) => n > 0) + 1);
    const far = Math.max(1, own[1].findLastIndex((n) => n > 0) + 1);
    const described = runs([...own[0].subarray(0, literals), ...own[1].subarray(0, far)]);
    const counts = new Uint32Array(19);
    for (const [symbol] of described) counts[symbol]++;
    const meta = codeLengths(counts, 7);
    const metas = Math.max(4, ORDER.findLastIndex((symbol) => meta[symbol] > 0) + 1);
    const dynamic = 17 + metas * 3 + cost(counts, meta) + REPEAT_BITS.reduce((sum, bits, i) => sum + bits * counts[16 + i], 0) + extra + cost(symbols, own[0]) + cost(distances, own[1]);
    if (how === 'best' && raw.length > 0 && raw.length * 8 + 42 < Math.min(fixed, dynamic)) return this.stored(raw, last);
    this.#put(last ? 1 : 0, 1);
    if (how === 'fixed' || fixed <= dynamic) {
      this.#put(1, 2);
      return this.#write(FIXED_LENGTHS, FIXED_DISTANCES);
    }
    this.#put(2, 2);
    this.#put(literals - 257, 5);
    this.#put(far - 1, 5);
    this.#put(metas - 4, 4);
    for (const symbol of ORDER.slice(0, metas)) this.#put(meta[symbol], 3);
    const metaCodes = codes(meta);
    for (const [symbol, value] of described) {
      this.#put(metaCodes[symbol], meta[symbol]);
      if (symbol > 15) this.#put(value, REPEAT_BITS[symbol - 16]);
    }
    this.#write(own[0], own[1]);
  }

  /** @param {Uint8Array} lengths @param {Uint8Array} distances of the codes */
  #write(lengths, distances) {
    const [near, far] = [codes(lengths), codes(distances)];
    for (const token of this.#tokens.subarray(0, this.tokens)) {
      if (token < 256) {
        this.#put(near[token], lengths[token]);
        continue;
      }
      const length = indexOf(LENGTHS, token >> 16);
      const distance = indexOf(DISTANCES, token & 0xffff);
      this.#put(near[257 + length], lengths[257 + length]);
      this.#put((token >> 16) - LENGTHS[length], LENGTH_BITS[length]);
      this.#put(far[distance], distances[distance]);
      this.#put((token & 0xffff) - DISTANCES[distance], DISTANCE_BITS[distance]);
    }
    this.#put(near[END_OF_BLOCK], lengths[END_OF_BLOCK]);
  }
}
