// SPDX-License-Identifier: Apache-2.0
//
// The external term format both ways (erts, "External Term Format"): how terms cross between JavaScript and the VM.
// Native records of OTP 29 arrive as {'#', Module, Name, #{Field => Value}}: the core writes them so for JavaScript.
// Iterative, so that no depth of nesting overflows the stack; every read is bounds-checked.

import { TermError, ForeignError } from './errors.js';
import { Atom, BitString, ErlangMap, Float, Fun, ImproperList, Pid, Port, Ref, Tuple, containsItself, format, isPlain } from './term.js';

/**
 * How the identifiers of a VM are known: `node` is its name, `owner` the identity its pids carry.
 * @typedef {object} Identity
 * @property {string} node
 * @property {object} owner
 * @property {(node: string, id: number, serial: number, creation: number) => Pid} [pid] makes (or finds) the Pid
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();
/** A character for each byte, another for each. */
const oneByte = new TextDecoder('latin1');
const NIL = Symbol('nil');

// --- Encoding -------------------------------------------------------------------------------------

class Writer {
  bytes = new Uint8Array(256);
  view = new DataView(this.bytes.buffer);
  at = 0;

  /**
   * @param {Identity | undefined} identity whose pids may be written
   * @param {boolean} [canonical] equal terms as equal bytes: maps in the order of their keys, pids of whatever VM
   */
  constructor(identity, canonical = false) {
    this.identity = identity;
    this.canonical = canonical;
  }

  /** @param {number} n */
  room(n) {
    if (this.at + n <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.at + n));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  /** @param {number} v */
  u8(v) {
    this.room(1);
    this.bytes[this.at++] = v;
  }

  /** @param {number} v */
  u16(v) {
    this.room(2);
    this.view.setUint16(this.at, v);
    this.at += 2;
  }

  /** @param {number} v */
  u32(v) {
    this.room(4);
    this.view.setUint32(this.at, v);
    this.at += 4;
  }

  /**
   * A tag and a size: the short form where the size fits in a byte.
   * @param {number} short
   * @param {number} long
   * @param {number} n
   */
  sized(short, long, n) {
    this.u8(n < 256 ? short : long);
    if (n < 256) this.u8(n);
    else this.u32(n);
  }

  /** @param {Uint8Array} data */
  append(data) {
    this.room(data.length);
    this.bytes.set(data, this.at);
    this.at += data.length;
  }

  /** @param {string} name */
  atom(name) {
    const text = toUtf8.encode(name);
    if (text.length > 255 && [...name].length > 255) throw new TermError(`an atom has at most 255 characters, not ${[...name].length}`);
    if (text.length < 256) {
      this.u8(119);
      this.u8(text.length);
    } else {
      this.u8(118);
      this.u16(text.length);
    }
    this.append(text);
  }

  /** @param {number} value */
  float(value) {
    this.u8(70);
    this.room(8);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  /** @param {number} value */
  number(value) {
    if (Number.isInteger(value)) {
      if (!Number.isSafeInteger(value)) throw new TermError(`${value} is no safe integer: use a BigInt or new Float(${value})`);
      if (Object.is(value, -0)) this.float(value);
      else if (value >= 0 && value < 256) {
        this.u8(97);
        this.u8(value);
      } else if (value >= -0x80000000 && value <= 0x7fffffff) {
        this.u8(98);
        this.u32(value);
      } else this.bigint(BigInt(value));
    } else if (Number.isFinite(value)) this.float(value);
    else throw new TermError(`${value} is not an Erlang number`);
  }

  /** @param {bigint} value */
  bigint(value) {
    if (value >= -0x80000000n && value <= 0x7fffffffn) {
      this.number(Number(value));
      return;
    }
    let hex = (value < 0n ? -value : value).toString(16);
    if (hex.length % 2) hex = `0${hex}`;
    const n = hex.length / 2;
    this.sized(110, 111, n);
    this.u8(value < 0n ? 1 : 0);
    this.room(n);
    for (let i = n - 1; i >= 0; i--) this.bytes[this.at++] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }

  /** @param {Uint8Array} data */
  binary(data) {
    this.u8(109);
    this.u32(data.length);
    this.append(data);
  }
}

/**
 * The bytes of a term, with the leading 131.
 * @param {any} term
 * @param {Identity} [identity] whose pids, references and funs may cross; without one, none
 * @returns {Uint8Array}
 */
export function encode(term, identity) {
  return write(new Writer(identity), term);
}

/**
 * A text equal for equal terms.
 * @param {any} term
 * @returns {string}
 */
export function keyText(term) {
  return oneByte.decode(write(new Writer(undefined, true), term));
}

/** @param {Writer} w @param {any} term */
function write(w, term) {
  w.u8(131);
  /** Terms still to write, last first. @type {any[]} */
  const todo = [term];
  for (let n = 0; todo.length > 0; n++) {
    // What refers to itself never ends, so it is enough to look once it has gone on for long.
    if (n === 100_000 && containsItself(term)) throw new TermError('a value that contains itself has no Erlang term');
    const next = todo.pop();
    if (next === NIL) w.u8(106);
    else writeOne(w, next, todo);
  }
  return w.bytes.subarray(0, w.at);
}

/**
 * @param {Writer} w
 * @param {any} term
 * @param {any[]} todo
 */
function writeOne(w, term, todo) {
  switch (typeof term) {
    case 'number':
      return w.number(term);
    case 'bigint':
      return w.bigint(term);
    case 'boolean':
    case 'undefined':
      return w.atom(String(term));
    case 'string':
      return w.binary(toUtf8.encode(term));
    case 'object':
      return term === null ? w.atom('null') : writeObject(w, term, todo);
    default:
      throw new TermError(`a ${typeof term} has no Erlang term`);
  }
}

/**
 * @param {Writer} w
 * @param {any} term
 * @param {any[]} todo
 */
function writeObject(w, term, todo) {
  if (term instanceof Atom) w.atom(term.name);
  else if (Array.isArray(term)) writeList(w, term, NIL, todo);
  else if (term instanceof Tuple) {
    w.sized(104, 105, term.length);
    later(todo, term.elements);
  } else if (term instanceof Uint8Array) w.binary(term);
  else if (term instanceof Float) w.float(term.value);
  else if (term instanceof ImproperList) writeList(w, term.items, term.tail, todo);
  else if (term instanceof BitString) writeBits(w, term);
  else if (term instanceof Pid || term instanceof Port || term instanceof Ref) writeIdentifier(w, term);
  else if (term instanceof Fun) writeFun(w, term);
  else if (term instanceof ErlangMap || term instanceof Map) writeMap(w, [...(term instanceof Map ? new ErlangMap(term) : term)], todo);
  else if (term instanceof ArrayBuffer) w.binary(new Uint8Array(term));
  else if (ArrayBuffer.isView(term)) w.binary(new Uint8Array(term.buffer, term.byteOffset, term.byteLength));
  else if (isPlain(term)) {
    writeMap(
      w,
      Object.entries(term).map(([key, value]) => [Atom.for(key), value]),
      todo,
    );
  } else if (term.pid instanceof Pid) writeIdentifier(w, term.pid); // a JsProcess stands for its pid
  else throw new TermError(`a ${term.constructor?.name ?? 'foreign object'} has no Erlang term`);
}

/**
 * @param {Writer} w
 * @param {readonly any[]} items
 * @param {any} tail
 * @param {any[]} todo
 */
function writeList(w, items, tail, todo) {
  if (items.length === 0) return w.u8(106);
  w.u8(108);
  w.u32(items.length);
  todo.push(tail);
  later(todo, items);
}

/** Writes items after what is under way. @param {any[]} todo @param {readonly any[]} items */
function later(todo, items) {
  for (let i = items.length; i-- > 0; ) todo.push(items[i]);
}

/**
 * @param {Writer} w
 * @param {[any, any][]} entries
 * @param {any[]} todo
 */
function writeMap(w, entries, todo) {
  if (w.canonical) {
    const texts = new Map(entries.map((entry) => [entry, keyText(entry[0])]));
    entries.sort((a, b) => (/** @type {string} */ (texts.get(a)) < /** @type {string} */ (texts.get(b)) ? -1 : 1));
  }
  w.u8(116);
  w.u32(entries.length);
  later(todo, entries.flat());
}

/** @param {Writer} w @param {BitString} bits */
function writeBits(w, bits) {
  if (bits.size % 8 === 0) return w.binary(bits.bytes);
  w.u8(77);
  w.u32(bits.bytes.length);
  w.u8(bits.size % 8);
  w.append(bits.bytes);
}

/**
 * @param {Writer} w
 * @param {{owner: object | null, toString(): string}} term
 */
function checkOwner(w, term) {
  if (term.owner !== null && term.owner !== w.identity?.owner && !w.canonical) throw new ForeignError(String(term));
}

/**
 * @param {Writer} w
 * @param {Pid | Port | Ref} term
 */
function writeIdentifier(w, term) {
  checkOwner(w, term);
  if (term instanceof Pid) {
    w.u8(88);
    w.atom(term.node);
    w.u32(term.numbers[0]);
    w.u32(term.numbers[1]);
    w.u32(term.creation);
  } else if (term instanceof Port) {
    w.u8(120);
    w.atom(term.node);
    w.u32(Math.floor(term.numbers[0] / 0x100000000));
    w.u32(term.numbers[0] >>> 0);
    w.u32(term.creation);
  } else {
    w.u8(90);
    w.u16(term.numbers.length);
    w.atom(term.node);
    w.u32(term.creation);
    for (const n of term.numbers) w.u32(n);
  }
}

/**
 * @param {Writer} w
 * @param {Fun} fun
 */
function writeFun(w, fun) {
  checkOwner(w, fun);
  if (fun.bytes) return w.append(fun.bytes);
  w.u8(113);
  w.atom(fun.module);
  w.atom(fun.name);
  w.u8(97);
  w.u8(fun.arity);
}

// --- Decoding -------------------------------------------------------------------------------------

/**
 * A composite under construction.
 * @typedef {object} Frame
 * @property {'tuple' | 'list' | 'map'} kind
 * @property {any[]} items
 * @property {number} left
 */

/** Reads bytes and numbers, never beyond the end. */
export class Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {boolean} littleEndian
   * @param {number} [at]
   */
  constructor(bytes, littleEndian, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = littleEndian;
    this.at = at;
  }

  get ended() {
    return this.at >= this.bytes.length;
  }

  /** @param {number} n */
  need(n) {
    if (this.at + n > this.bytes.length) throw new TermError(`truncated term: ${n} more bytes wanted at ${this.at} of ${this.bytes.length}`);
    const at = this.at;
    this.at += n;
    return at;
  }

  u8() {
    return this.bytes[this.need(1)];
  }

  u16() {
    return this.view.getUint16(this.need(2), this.littleEndian);
  }

  u32() {
    return this.view.getUint32(this.need(4), this.littleEndian);
  }

  /** @param {number} n */
  slice(n) {
    const at = this.need(n);
    return this.bytes.subarray(at, at + n);
  }
}

/** Reads terms from bytes, one after the other. */
export class Decoder extends Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {Identity} [identity] whose node's pids are local
   * @param {number} [at]
   */
  constructor(bytes, identity, at) {
    super(bytes, false, at);
    this.identity = identity;
  }

  /** A number of things, each at least one byte: never believed beyond what is there. */
  count() {
    const n = this.u32();
    if (n > this.bytes.length - this.at) throw new TermError(`truncated term: ${n} items announced at ${this.at} of ${this.bytes.length}`);
    return n;
  }

  /** One term with its leading 131. */
  term() {
    const version = this.u8();
    if (version !== 131) throw new TermError(`a term starts with 131, not ${version}`);
    return this.value();
  }

  /** One term. @returns {any} */
  value() {
    /** @type {Frame[]} */
    const frames = [];
    for (;;) {
      /** @type {any} */
      let value = this.simple(frames);
      if (value === undefined) continue;
      for (;;) {
        const frame = frames.at(-1);
        if (frame === undefined) return value;
        frame.items.push(value);
        if (--frame.left > 0) break;
        frames.pop();
        value = finish(frame);
      }
    }
  }

  /**
   * A term without parts, or undefined after a frame was opened for one with parts.
   * @param {Frame[]} frames
   */
  simple(frames) {
    const tag = this.u8();
    switch (tag) {
      case 97:
        return this.u8();
      case 98:
        return this.view.getInt32(this.need(4));
      case 70:
        return float(this.view.getFloat64(this.need(8)));
      case 104:
      case 105: {
        const n = tag === 104 ? this.u8() : this.count();
        return n === 0 ? Tuple.from([]) : open(frames, 'tuple', n);
      }
      case 106:
        return [];
      case 107: {
        const bytes = this.slice(this.u16());
        return Array.from(bytes);
      }
      case 108:
        return open(frames, 'list', this.count() + 1);
      case 109:
        return this.slice(this.u32()).slice();
      case 77: {
        const n = this.u32();
        const bits = this.u8();
        return bitstring(this.slice(n).slice(), bits);
      }
      case 110:
      case 111:
        return this.big(tag === 110 ? this.u8() : this.u32());
      case 116: {
        const n = this.count();
        return n === 0 ? new ErlangMap() : open(frames, 'map', 2 * n);
      }
      default:
        return this.rare(tag);
    }
  }

  /** @param {number} tag */
  rare(tag) {
    switch (tag) {
      case 100:
      case 115:
      case 118:
      case 119: {
        const name = this.atomText(tag);
        return name === 'true' ? true : name === 'false' ? false : Atom.for(name);
      }
      case 88:
        return this.pid();
      case 89:
      case 120:
        return this.port(tag);
      case 90:
        return this.reference();
      case 112:
        return this.fun();
      case 113: {
        const module = this.atom();
        const name = this.atom();
        this.need(1);
        return new Fun(module, name, this.u8(), null, null);
      }
      default:
        throw new TermError(`unknown tag ${tag} at ${this.at - 1}`);
    }
  }

  atom() {
    return this.atomText(this.u8());
  }

  /** @param {number} tag */
  atomText(tag) {
    if (tag !== 100 && tag !== 115 && tag !== 118 && tag !== 119) throw new TermError(`an atom was expected, not tag ${tag}`);
    const text = this.slice(tag === 100 || tag === 118 ? this.u16() : this.u8());
    if (tag === 100 || tag === 115 || text.every((c) => c < 128)) return latin1(text);
    try {
      return utf8.decode(text);
    } catch {
      throw new TermError('an atom is not valid UTF-8');
    }
  }

  /** @param {number} n */
  big(n) {
    const negative = this.u8() !== 0;
    const bytes = this.slice(n);
    let hex = '';
    for (let i = n; i-- > 0; ) hex += bytes[i].toString(16).padStart(2, '0');
    const value = BigInt(`0x${hex || '0'}`) * (negative ? -1n : 1n);
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  /** @param {string} node */
  owner(node) {
    return this.identity && node === this.identity.node ? this.identity.owner : null;
  }

  pid() {
    const node = this.atom();
    const id = this.u32();
    const serial = this.u32();
    const creation = this.u32();
    const owner = this.owner(node);
    if (owner && this.identity?.pid) return this.identity.pid(node, id, serial, creation);
    return new Pid(node, [id, serial], creation, owner);
  }

  /** @param {number} tag */
  port(tag) {
    const node = this.atom();
    const number = tag === 120 ? this.u32() * 0x100000000 + this.u32() : this.u32();
    return new Port(node, [number], this.u32(), this.owner(node));
  }

  reference() {
    const n = this.u16();
    const node = this.atom();
    const creation = this.u32();
    const numbers = Array.from({ length: n }, () => this.u32());
    return new Ref(node, numbers, creation, this.owner(node));
  }

  fun() {
    const start = this.at - 1;
    const size = this.u32();
    const bytes = this.bytes.slice(start, start + 1 + size);
    if (bytes.length !== size + 1) throw new TermError('truncated fun');
    const arity = this.u8();
    this.need(16 + 8);
    const module = this.atom();
    this.at = start + 1 + size;
    return new Fun(module, 'fun', arity, bytes, this.identity?.owner ?? null);
  }
}

/**
 * @param {Frame[]} frames
 * @param {Frame['kind']} kind
 * @param {number} left
 */
function open(frames, kind, left) {
  frames.push({ kind, items: [], left });
  return undefined;
}

/** @param {Frame} frame */
function finish({ kind, items }) {
  if (kind === 'tuple') return Tuple.from(items);
  if (kind === 'list') {
    const tail = items.pop();
    if (Array.isArray(tail)) return tail.length === 0 ? items : items.concat(tail);
    if (tail instanceof ImproperList) return new ImproperList(items.concat(tail.items), tail.tail);
    return new ImproperList(items, tail);
  }
  const map = new ErlangMap();
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  return map;
}

/** @param {number} value */
function float(value) {
  if (!Number.isFinite(value)) throw new TermError('a float that is not finite');
  return Number.isInteger(value) ? new Float(value) : value;
}

/** @param {Uint8Array} bytes @param {number} bits of the last byte */
function bitstring(bytes, bits) {
  if (bytes.length === 0 || bits === 8) return bytes;
  if (bits < 1 || bits > 8) throw new TermError('a bitstring whose last byte has no bits');
  bytes[bytes.length - 1] &= 0xff << (8 - bits);
  return new BitString(bytes, (bytes.length - 1) * 8 + bits);
}

/** @param {Uint8Array} bytes */
function latin1(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * The term in these bytes, which hold nothing else.
 * @param {Uint8Array} bytes
 * @param {Identity} [identity]
 * @returns {any}
 */
export function decode(bytes, identity) {
  const decoder = new Decoder(bytes, identity);
  const term = decoder.term();
  if (!decoder.ended) throw new TermError(`${bytes.length - decoder.at} bytes after the term ${format(term, { limit: 100 })}`);
  return term;
}
