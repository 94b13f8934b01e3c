// SPDX-License-Identifier: Apache-2.0
//
// Writes and reads the external term format ("External Term Format" in the documentation of erts), in which terms
// cross between JavaScript and the VM. The core writes a native record of OTP 29 as the tuple
// {'#', Module, Name, #{Field => Value}}. Nothing here recurses, so that no depth of nesting overflows the stack, and
// no read goes beyond the end of the bytes.

import {
  ETF_ATOM,
  ETF_ATOM_CACHE,
  ETF_ATOM_INTERNAL,
  ETF_ATOM_UTF8,
  ETF_BINARY,
  ETF_BIT_BINARY,
  ETF_COMPRESSED,
  ETF_EXPORT,
  ETF_FLOAT,
  ETF_FLOAT_TEXT,
  ETF_HANDLE,
  ETF_INTEGER,
  ETF_LARGE_BIG,
  ETF_LARGE_TUPLE,
  ETF_LIST,
  ETF_LOCAL,
  ETF_MAP,
  ETF_NEWER_REFERENCE,
  ETF_NEW_FLOAT,
  ETF_NEW_FUN,
  ETF_NEW_PID,
  ETF_NEW_PORT,
  ETF_NEW_REFERENCE,
  ETF_NIL,
  ETF_OLD_FUN,
  ETF_PID,
  ETF_PORT,
  ETF_REFERENCE,
  ETF_SMALL_ATOM,
  ETF_SMALL_ATOM_UTF8,
  ETF_SMALL_BIG,
  ETF_SMALL_INTEGER,
  ETF_SMALL_TUPLE,
  ETF_STRING,
  ETF_V4_PORT,
  ETF_VERSION,
} from '../base/seam.js';
import { asBytes, latin1 } from '../base/bytes.js';
import { ArgumentError, ForeignError, SpawnlinkError, TermError } from '../base/errors.js';
import { TextDecoder, TextEncoder } from '../base/host.js';
import { shown } from './only.js';
import {
  Atom,
  BitString,
  ErlangMap,
  Float,
  Fun,
  ImproperList,
  Pid,
  Port,
  Ref,
  Tuple,
  format,
  isForeign,
  nameOfClass,
  parts,
  pathTo,
} from './term.js';

/**
 * By what the pids, ports, references and funs of one VM are recognized.
 * @typedef {object} Identity
 * @property {string} node the name of its node
 * @property {object} owner what their property `owner` is
 * @property {{give: (value: unknown) => number, take: (number: number) => unknown, freed: (number: number) => void}}
 *   [handles] how values of JavaScript cross that are no terms; without it they are refused
 * @property {(fun: Fun, args: any[]) => Promise<any>} [apply] calls a fun, which can then be called as a function
 * @property {(node: string, id: number, serial: number, creation: number) => Pid} [pid] finds the Pid object of a
 *   process, or makes it
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();
/** A surrogate without the other half of its pair. */
const HALF = /\p{Cs}/u;
/** The most bytes that one term may have: the memory of the wasm does not hold more. */
const MOST = 2 ** 31 - 1;
const NIL = Symbol('nil');

// --- Encoding -------------------------------------------------------------------------------------

/** Where most terms are written: making a buffer costs more than writing a small term. */
const DESK = new Uint8Array(4096);
const DESK_VIEW = new DataView(DESK.buffer);
/** Whether nobody writes there: a getter of a value may have another term written meanwhile. */
let deskFree = true;
/** The external forms of the atoms that were written most recently, by name. @type {Map<string, Uint8Array>} */
const atomForms = new Map();
const MOST_FORMS = 1000;

class Writer {
  at = 0;
  /** The numbers of the values that were given as handles. @type {number[]} */
  given = [];

  /** @param {Identity | undefined | null} identity the VM whose pids may be written; null: those of any VM may */
  constructor(identity) {
    this.identity = identity;
    this.atDesk = deskFree;
    this.bytes = deskFree ? DESK : new Uint8Array(256);
    this.view = deskFree ? DESK_VIEW : new DataView(this.bytes.buffer);
    deskFree = false;
  }

  /** What was written, until the next term is. Nothing is written after that. */
  finish() {
    const written = this.bytes.subarray(0, this.at);
    this.leave();
    return written;
  }

  /** Whoever has made a writer calls this or `finish`. */
  leave() {
    if (this.atDesk) deskFree = true;
    this.atDesk = false;
  }

  /** Makes room for n more bytes. @param {number} n */
  room(n) {
    if (this.at + n <= this.bytes.length) return;
    if (this.at + n > MOST) throw new TermError('a term of more than 2 GiB');
    const bytes = new Uint8Array(Math.min(Math.max(this.bytes.length * 2, this.at + n), MOST));
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
   * Writes a tag and a size, in the short form where the size fits in a byte.
   * @param {number} short the tag before a size of one byte
   * @param {number} long the tag before a size of four bytes
   * @param {number} n the size
   */
  sized(short, long, n) {
    this.u8(n < 256 ? short : long);
    if (n < 256) this.u8(n);
    else this.u32(n);
  }

  /** @param {Uint8Array} data */
  append(data) {
    const n = data.length;
    this.room(n);
    // A loop is quicker than a call where there is little to copy.
    if (n > 32) this.bytes.set(data, this.at);
    else for (let i = 0, at = this.at; i < n; i++) this.bytes[at++] = data[i];
    this.at += n;
  }

  /** @param {string} name */
  atom(name) {
    let form = atomForms.get(name);
    if (form === undefined) {
      form = atomForm(name);
      if (atomForms.size >= MOST_FORMS) atomForms.clear();
      atomForms.set(name, form);
    }
    this.append(form);
  }

  /** @param {number} value */
  float(value) {
    this.u8(ETF_NEW_FLOAT);
    this.room(8);
    this.view.setFloat64(this.at, value);
    this.at += 8;
  }

  /** @param {number} value */
  number(value) {
    if (!Number.isFinite(value)) throw new TermError(`${value} is not an Erlang number`);
    if (!Number.isInteger(value) || Object.is(value, -0)) this.float(value);
    else if (!Number.isSafeInteger(value))
      throw new TermError(`${value} is no safe integer: use a BigInt or new Float(${value})`);
    else if (value >= 0 && value < 256) {
      this.u8(ETF_SMALL_INTEGER);
      this.u8(value);
    } else if (value >= -0x80000000 && value <= 0x7fffffff) {
      this.u8(ETF_INTEGER);
      this.u32(value);
    } else this.bigint(BigInt(value));
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
    this.sized(ETF_SMALL_BIG, ETF_LARGE_BIG, n);
    this.u8(value < 0n ? 1 : 0);
    this.room(n);
    for (let i = n - 1; i >= 0; i--) this.bytes[this.at++] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }

  /** @param {any} value that is no term */
  handle(value) {
    const handles = this.identity?.handles;
    if (!handles)
      throw new TermError(`a ${typeof value === 'function' ? 'function' : nameOfClass(value)} has no Erlang term`);
    const number = handles.give(value);
    this.given.push(number);
    this.u8(ETF_HANDLE);
    this.u32(number);
  }

  /** @param {Uint8Array} data */
  binary(data) {
    this.u8(ETF_BINARY);
    this.u32(data.length);
    this.append(data);
  }
}

/** The external form of an atom. @param {string} name */
function atomForm(name) {
  const text = utf8Bytes(name);
  const n = text.length;
  if (n > 255 && [...name].length > 255)
    throw new TermError(`an atom has at most 255 characters, not ${[...name].length}`);
  const form = new Uint8Array(n < 256 ? 2 + n : 3 + n);
  form.set(n < 256 ? [ETF_SMALL_ATOM_UTF8, n] : [ETF_ATOM_UTF8, n >> 8, n & 255]);
  form.set(text, form.length - n);
  return form;
}

/** @param {string} text */
function utf8Bytes(text) {
  const bytes = toUtf8.encode(text);
  if (bytes.length !== text.length && HALF.test(text)) throw new TermError('half a surrogate pair has no UTF-8');
  return bytes;
}

/**
 * The external form of a term, with the leading byte 131. A value that has no Erlang term is refused with a TermError,
 * which says where in the whole it is; a pid, reference, port or fun of another VM with a ForeignError.
 *
 * @example
 * const vm = await createVM();
 * const refused = await vm.call('lists', 'sum', [[1, { b: NaN }]]).catch((error) => error);
 * refused.message; // 'NaN is not an Erlang number: args[0][1].b'
 *
 * @param {any} term
 * @param {Identity} [identity] the VM whose pids, references, ports and funs may be written; without it, none may
 * @param {string} [name] what messages call the value that the caller gave
 * @param {any} [given] the value that the caller gave, of which the term was made
 * @returns {Uint8Array}
 */
export function encode(term, identity, name = 'term', given = term) {
  return encoded(term, identity, name, given).slice();
}

/**
 * As `encode`, but without a copy: the bytes are to be used before the next term is written.
 * @param {any} term
 * @param {Identity} [identity]
 * @param {string} [name]
 * @param {any} [given]
 * @returns {Uint8Array}
 */
export function encoded(term, identity, name = 'term', given = term) {
  const w = new Writer(identity);
  w.u8(ETF_VERSION);
  /** The terms that are still to be written; the next one is last. @type {any[]} */
  const todo = [term];
  let next;
  try {
    for (let n = 0; todo.length > 0; n++) {
      // A value that contains itself would never end. To look for one takes time, so it is done only when the value
      // has turned out to be long. `walk` throws if it finds one.
      if (n === 100_000) walk(term, new Map(), () => undefined);
      next = todo.pop();
      if (next === NIL) w.u8(ETF_NIL);
      else writeOne(w, next, todo);
    }
  } catch (error) {
    w.leave();
    for (const number of w.given) identity?.handles?.freed(number);
    throw located(error, name, given, next);
  }
  return w.finish();
}

/**
 * Adds to an error's message where in the caller's value the fault is.
 * @param {any} error
 * @param {string} name what messages call the value
 * @param {any} given the caller's value
 * @param {any} part the part of it that is at fault
 */
function located(error, name, given, part) {
  // A getter or a Proxy of the caller may throw anything.
  if (!(error instanceof SpawnlinkError))
    error = new TermError(`a value that cannot be read has no Erlang term: ${error?.message}`, { cause: error });
  try {
    const way = Object.is(given, part) ? '' : pathTo(given, error.message === ITSELF ? undefined : [part]);
    if (way !== undefined)
      error.message += `: ${name}${way.length > 200 ? `${way.slice(0, 100)}...${way.slice(-100)}` : way}`;
  } catch {
    // pathTo overflowed the stack: the error does without the place.
  }
  return error;
}

// --- Sameness -------------------------------------------------------------------------------------

/** Makes of each byte one character, a different one for each value. */
const oneByte = new TextDecoder('latin1');
const ITSELF = 'a value that contains itself has no Erlang term';
const UNDER_WAY = {};

/**
 * Calls `make` once for each list, tuple and map in a value, for inner ones before outer ones. It does not recurse.
 * Throws a TermError for a value that contains itself.
 * @param {any} root
 * @param {Map<any, any>} made by term, what `make` returned; terms that are in it already are passed over
 * @param {(term: any, parts: readonly any[]) => any} make
 */
export function walk(root, made, make) {
  const todo = [root];
  while (todo.length > 0) {
    const next = todo.at(-1);
    const inside = parts(next);
    if (!inside || (made.has(next) && made.get(next) !== UNDER_WAY)) todo.pop();
    else if (made.has(next)) made.set(todo.pop(), make(next, inside));
    else {
      made.set(next, UNDER_WAY);
      for (const part of inside) {
        if (made.get(part) === UNDER_WAY) throw new TermError(ITSELF);
        if (typeof part === 'object') todo.push(part);
      }
    }
  }
}

/**
 * Makes keys of terms, which are equal exactly when the terms are equal as `=:=` says. Equal terms are given equal
 * numbers, and a composite is known by the numbers of its parts; so the work is linear in the size of a term, however
 * it is nested.
 */
export class Same {
  /**
   * The numbers that were given: to terms without parts, by the term; to composites, by a text of their kind and the
   * numbers of their parts.
   * @type {Map<unknown, number>}
   */
  #numbers = new Map();

  /**
   * A key for a Map or Set, the same for equal terms.
   * @param {any} term
   * @param {boolean} [add] whether to give numbers to terms that have none yet; without, they all get 0
   * @param {Map<any, number>} [known] the numbers of composites, where the caller knows that they do not change
   * @returns {unknown}
   */
  key(term, add = true, known = new Map()) {
    if (!parts(term)) return leafKey(term);
    const number = (/** @type {unknown} */ key) => {
      const found = this.#numbers.get(key);
      if (!found && add) this.#numbers.set(key, this.#numbers.size + 1);
      return found ?? (add ? this.#numbers.size : 0);
    };
    walk(term, known, (next, inside) => {
      const numbers = inside.map((part) => known.get(part) ?? number(leafKey(part)));
      if (Array.isArray(next)) return number(`~l${numbers}`);
      if (next instanceof Tuple) return number(`~t${numbers}`);
      if (next instanceof ImproperList) return number(`~i${numbers}`);
      const pairs = numbers.map((key, i) => `${key}:${numbers[i + 1]}`).filter((_, i) => i % 2 === 0);
      return number(`~m${pairs.sort()}`);
    });
    return `#${known.get(term)}`;
  }
}

/** A key for a term without parts: the value itself, or the bytes of its external form. @param {any} term */
function leafKey(term) {
  if (typeof term === 'bigint' && Number.isSafeInteger(Number(term))) return Number(term);
  if (term instanceof Atom || (Number.isSafeInteger(term) && !Object.is(term, -0))) return term;
  if (typeof term === 'boolean' || term == null) return Atom.for(String(term));
  if (isForeign(term)) return term;
  const w = new Writer(null);
  try {
    writeOne(w, term, []);
    return oneByte.decode(w.bytes.subarray(0, w.at));
  } finally {
    w.leave();
  }
}

/**
 * Writes a term that has no parts; of one that has, it writes the head and adds the parts to `todo`.
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
      return w.binary(utf8Bytes(term));
    case 'object':
      return term === null ? w.atom('null') : writeObject(w, term, todo);
    case 'function':
      return term instanceof Fun ? writeFun(w, term) : w.handle(term);
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
    w.sized(ETF_SMALL_TUPLE, ETF_LARGE_TUPLE, term.length);
    later(todo, term.elements);
  } else if (ArrayBuffer.isView(term)) w.binary(/** @type {Uint8Array} */ (asBytes(term)));
  else if (term instanceof Float) w.float(term.value);
  else if (term instanceof ImproperList) writeList(w, term.items, term.tail, todo);
  else if (term instanceof BitString) writeBits(w, term);
  else if (term instanceof Pid || term instanceof Port || term instanceof Ref) writeIdentifier(w, term);
  else if (term instanceof Fun) writeFun(w, term);
  else if (asBytes(term)) w.binary(/** @type {Uint8Array} */ (asBytes(term)));
  else if (term.pid instanceof Pid)
    writeIdentifier(w, term.pid); // a JsProcess stands for its pid
  else {
    const entries = parts(term);
    if (!entries) return w.handle(term);
    w.u8(ETF_MAP);
    w.u32(entries.length / 2);
    later(todo, entries);
  }
}

/**
 * @param {Writer} w
 * @param {readonly any[]} items
 * @param {any} tail
 * @param {any[]} todo
 */
function writeList(w, items, tail, todo) {
  if (items.length === 0) return w.u8(ETF_NIL);
  w.u8(ETF_LIST);
  w.u32(items.length);
  todo.push(tail);
  later(todo, items);
}

/** Has these items written next, in their order. @param {any[]} todo @param {readonly any[]} items */
function later(todo, items) {
  for (let i = items.length; i-- > 0; ) todo.push(items[i]);
}

/** @param {Writer} w @param {BitString} bits */
function writeBits(w, bits) {
  if (bits.size % 8 === 0) return w.binary(bits.bytes);
  w.u8(ETF_BIT_BINARY);
  w.u32(bits.bytes.length);
  w.u8(bits.size % 8);
  w.append(bits.bytes);
}

/**
 * Refuses an identifier or fun of another VM.
 * @param {Writer} w
 * @param {{owner: object | null, toString(): string}} term
 */
function checkOwner(w, term) {
  if (term.owner !== null && w.identity !== null && term.owner !== w.identity?.owner)
    throw new ForeignError(String(term));
}

/**
 * @param {Writer} w
 * @param {Pid | Port | Ref} term
 */
function writeIdentifier(w, term) {
  checkOwner(w, term);
  if (term instanceof Pid) {
    w.u8(ETF_NEW_PID);
    w.atom(term.node);
    w.u32(term.numbers[0]);
    w.u32(term.numbers[1]);
    w.u32(term.creation);
  } else if (term instanceof Port) {
    w.u8(ETF_V4_PORT);
    w.atom(term.node);
    const [first, low = first] = term.numbers;
    w.u32(term.numbers.length > 1 ? first : Math.floor(first / 0x100000000));
    w.u32(low >>> 0);
    w.u32(term.creation);
  } else {
    w.u8(ETF_NEWER_REFERENCE);
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
  w.u8(ETF_EXPORT);
  w.atom(fun.module);
  w.atom(fun.name);
  w.u8(ETF_SMALL_INTEGER);
  w.u8(fun.arity);
}

// --- Decoding -------------------------------------------------------------------------------------

/**
 * A tuple, list or map of which not all parts are read.
 * @typedef {object} Frame
 * @property {'tuple' | 'list' | 'map'} kind
 * @property {any[]} items the parts that are read; the last one of a list is its tail
 * @property {number} left number of parts that are not read yet
 */

/** Reads bytes and numbers, one after the other; a read beyond the end throws a TermError. */
export class Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {boolean} littleEndian
   * @param {number} [at] index of the first byte to read
   */
  constructor(bytes, littleEndian, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = littleEndian;
    this.at = at;
    this.end = bytes.length;
  }

  /** Reads another part of the bytes from now on. @param {number} at its first index @param {number} end */
  reset(at, end) {
    this.at = at;
    this.end = end;
  }

  get ended() {
    return this.at >= this.end;
  }

  /** Passes over n bytes, and returns the index of the first of them. @param {number} n */
  need(n) {
    if (this.at + n > this.end)
      throw new TermError(`truncated term: ${n} more bytes wanted at ${this.at} of ${this.end}`);
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

/** Forms that are not read here, by tag: the message says why, and what to do. @type {Record<number, string>} */
const UNREAD = {
  [ETF_ATOM_INTERNAL]: 'a term with atoms by their number (tag 73), which only the node that wrote it knows',
  [ETF_COMPRESSED]: "a compressed term (tag 80): have a VM read it, as vm.call('erlang', 'binary_to_term', [bytes])",
  [ETF_ATOM_CACHE]: 'a term with atoms of a connection of nodes (tag 82), which only that connection knows',
  [ETF_OLD_FUN]: 'a fun as OTP 22 and older wrote it (tag 117), which no OTP reads since 23',
  [ETF_LOCAL]: 'a term in a form of its node (tag 121), which only the node that wrote it reads',
};

/**
 * An atom as it was read.
 * @typedef {{bytes: Uint8Array, isUtf8: boolean, text: string, value: Atom | boolean}} AtomRead
 */

const ATOMS_READ = 256;
/** The atoms that were read most recently, by a hash of their names. @type {(AtomRead | undefined)[]} */
const atomsRead = new Array(ATOMS_READ).fill(undefined);

/** The text of an atom's name. @param {Uint8Array} bytes @param {boolean} isUtf8 */
function atomText(bytes, isUtf8) {
  let text = latin1(bytes);
  if (isUtf8 && bytes.some((c) => c > 127)) {
    try {
      text = utf8.decode(bytes);
    } catch {
      throw new TermError('an atom is not valid UTF-8');
    }
  }
  if (text.length > 255 && [...text].length > 255) throw new TermError('an atom of more than 255 characters');
  return text;
}

/** Reads terms from bytes, one after the other. */
export class Decoder extends Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {Identity} [identity] the VM that wrote the terms: pids, ports and references of its node belong to it
   * @param {number} [at] index of the first byte to read
   */
  constructor(bytes, identity, at) {
    super(bytes, false, at);
    this.identity = identity;
    /** @type {{same: Same, known: Map<object, number>} | undefined} */
    this.keys = undefined;
  }

  /** Reads a number of items. Each has at least one byte, so a number above that of the bytes left is refused. */
  count() {
    const n = this.u32();
    if (n > this.end - this.at)
      throw new TermError(`truncated term: ${n} items announced at ${this.at} of ${this.end}`);
    return n;
  }

  /** Reads one term with its leading byte 131. */
  term() {
    const version = this.u8();
    if (version !== ETF_VERSION) throw new TermError(`a term starts with 131, not ${version}`);
    this.keys = undefined;
    return this.value();
  }

  /** The tuple, list or map of which all parts are read. @param {Frame} frame */
  finish({ kind, items }) {
    if (kind === 'tuple') return Tuple.from(items);
    if (kind === 'map') return this.map(items);
    const tail = items.pop();
    // The tail is a list of its own where it was written in the short form for lists of bytes (tag 107).
    if (Array.isArray(tail)) return tail.length === 0 ? items : items.concat(tail);
    if (items.length === 0) return tail; // tag 108 with a length of 0, before a tail that is no list
    return new ImproperList(items, tail);
  }

  /** @param {any[]} items keys and values */
  map(items) {
    /** @type {[any, any][]} */
    const entries = [];
    for (let i = 0; i < items.length; i += 2) entries.push([items[i], items[i + 1]]);
    if (entries.length > 1) {
      // The keys of all maps of one term share what is known of their parts: nothing changes while it is read.
      const { same, known } = (this.keys ??= { same: new Same(), known: new Map() });
      const seen = new Set();
      for (const [key] of entries)
        if (seen.size === seen.add(same.key(key, true, known)).size)
          throw new TermError(`a map with two keys ${format(key, { limit: 50 })}`);
    }
    return ErlangMap.of(entries);
  }

  /** Reads one term that has no leading 131. @returns {any} */
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
        value = this.finish(frame);
      }
    }
  }

  /**
   * Reads a term without parts. For a term with parts it opens a frame and returns undefined.
   * @param {Frame[]} frames
   * @returns {any}
   */
  simple(frames) {
    const tag = this.u8();
    switch (tag) {
      case ETF_SMALL_INTEGER:
        return this.u8();
      case ETF_INTEGER:
        return this.view.getInt32(this.need(4));
      case ETF_NEW_FLOAT:
        return float(this.view.getFloat64(this.need(8)));
      case ETF_SMALL_TUPLE:
      case ETF_LARGE_TUPLE: {
        const n = tag === ETF_SMALL_TUPLE ? this.u8() : this.count();
        return n === 0 ? Tuple.from([]) : open(frames, 'tuple', n);
      }
      case ETF_NIL:
        return [];
      case ETF_STRING:
        return Array.from(this.slice(this.u16()));
      case ETF_LIST: {
        // A list that is the tail of another one continues it.
        const n = this.count();
        const frame = frames.at(-1);
        if (frame?.kind !== 'list' || frame.left !== 1) return open(frames, 'list', n + 1);
        frame.left += n;
        return undefined;
      }
      case ETF_BINARY:
        return this.slice(this.u32()).slice();
      case ETF_BIT_BINARY: {
        const n = this.u32();
        const bits = this.u8();
        return bitstring(this.slice(n).slice(), bits);
      }
      case ETF_SMALL_BIG:
      case ETF_LARGE_BIG:
        return this.big(tag === ETF_SMALL_BIG ? this.u8() : this.u32());
      case ETF_MAP: {
        const n = this.count();
        return n === 0 ? new ErlangMap() : open(frames, 'map', 2 * n);
      }
      default:
        return this.rare(tag);
    }
  }

  /** Reads a term whose tag is one of the less frequent ones. @param {number} tag */
  rare(tag) {
    switch (tag) {
      case ETF_ATOM:
      case ETF_SMALL_ATOM:
      case ETF_ATOM_UTF8:
      case ETF_SMALL_ATOM_UTF8:
        return this.name(tag).value;
      case ETF_NEW_PID:
      case ETF_PID:
        return this.pid(tag);
      case ETF_NEW_PORT:
      case ETF_PORT:
      case ETF_V4_PORT:
        return this.port(tag);
      case ETF_NEWER_REFERENCE:
      case ETF_REFERENCE:
      case ETF_NEW_REFERENCE:
        return this.reference(tag);
      case ETF_FLOAT:
        return float(oldFloat(latin1(this.slice(ETF_FLOAT_TEXT))));
      case ETF_NEW_FUN:
        return this.fun();
      case ETF_EXPORT: {
        const module = this.atom();
        const name = this.atom();
        const arity = this.simple([]);
        if (!Number.isInteger(arity) || arity < 0 || arity > 255) throw new TermError('the arity of a fun is 0 to 255');
        return this.callable(new Fun(module, name, arity, null, null));
      }
      case ETF_HANDLE:
        if (!this.identity?.handles) break;
        return this.identity.handles.take(this.u32());
    }
    throw new TermError(UNREAD[tag] ?? `unknown tag ${tag} at ${this.at - 1}`);
  }

  /** A fun that a VM has given can be called. @param {Fun} fun */
  callable(fun) {
    const apply = this.identity?.apply;
    return apply ? fun.asFunction((args) => apply(fun, args)) : fun;
  }

  atom() {
    return this.name(this.u8()).text;
  }

  /** Reads the name of an atom. @param {number} tag @returns {AtomRead} */
  name(tag) {
    if (tag !== ETF_ATOM && tag !== ETF_SMALL_ATOM && tag !== ETF_ATOM_UTF8 && tag !== ETF_SMALL_ATOM_UTF8)
      throw new TermError(`an atom was expected, not tag ${tag}`);
    const n = tag === ETF_ATOM || tag === ETF_ATOM_UTF8 ? this.u16() : this.u8();
    const at = this.need(n);
    const isUtf8 = tag === ETF_ATOM_UTF8 || tag === ETF_SMALL_ATOM_UTF8;
    let hash = n;
    for (let i = at; i < at + n; i++) hash = (hash * 31 + this.bytes[i]) | 0;
    const known = atomsRead[hash & (ATOMS_READ - 1)];
    if (known?.isUtf8 === isUtf8 && this.has(known.bytes, at, n)) return known;
    const bytes = this.bytes.slice(at, at + n);
    const text = atomText(bytes, isUtf8);
    const value = text === 'true' ? true : text === 'false' ? false : Atom.for(text);
    return (atomsRead[hash & (ATOMS_READ - 1)] = { bytes, isUtf8, text, value });
  }

  /** Whether the n bytes at `at` are these. @param {Uint8Array} bytes @param {number} at @param {number} n */
  has(bytes, at, n) {
    if (bytes.length !== n) return false;
    for (let i = 0; i < n; i++) if (bytes[i] !== this.bytes[at + i]) return false;
    return true;
  }

  /** Reads an integer whose absolute value has n bytes, the least significant first. @param {number} n */
  big(n) {
    const negative = this.u8() !== 0;
    const bytes = this.slice(n);
    let hex = '';
    for (let i = n; i-- > 0; ) hex += bytes[i].toString(16).padStart(2, '0');
    const value = BigInt(`0x${hex || '0'}`) * (negative ? -1n : 1n);
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  /** What the property `owner` of an identifier of this node is. @param {string} node */
  owner(node) {
    return this.identity && node === this.identity.node ? this.identity.owner : null;
  }

  /**
   * Reads the creation of an identifier: four bytes; in the form that OTP 18 and older wrote, one byte, 0 to 3.
   * @param {boolean} old whether it has the old form
   */
  creation(old) {
    const creation = old ? this.u8() : this.u32();
    if (old && creation > 3)
      throw new TermError(`an identifier in its old form whose creation is ${creation}, not 0 to 3`);
    return creation;
  }

  /** @param {number} tag */
  pid(tag) {
    const node = this.atom();
    const id = this.u32();
    const serial = this.u32();
    const creation = this.creation(tag === ETF_PID);
    const owner = this.owner(node);
    if (owner && id >= 2 ** 28) throw new TermError(`no process of this node has the number ${id}`);
    if (owner && this.identity?.pid) return this.identity.pid(node, id, serial, creation);
    return new Pid(node, [id, serial], creation, owner);
  }

  /** @param {number} tag */
  port(tag) {
    const node = this.atom();
    const high = tag === ETF_V4_PORT ? this.u32() : 0;
    const low = this.u32();
    // A number that JavaScript cannot hold exactly is kept as two halves.
    const numbers = high < 2 ** 21 ? [high * 0x100000000 + low] : [high, low];
    return new Port(node, numbers, this.creation(tag === ETF_PORT), this.owner(node));
  }

  /** @param {number} tag */
  reference(tag) {
    const n = tag === ETF_REFERENCE ? 1 : this.u16();
    if (n < 1 || n > 5) throw new TermError(`a reference of ${n} words`);
    const node = this.atom();
    const creation = tag === ETF_REFERENCE ? 0 : this.creation(tag === ETF_NEW_REFERENCE);
    const numbers = [];
    for (let i = 0; i < n; i++) numbers.push(this.u32());
    if (tag !== ETF_NEWER_REFERENCE && numbers[0] >= 2 ** 18)
      throw new TermError('a reference in its old form whose first word has more than 18 bits');
    if (tag === ETF_REFERENCE) return new Ref(node, numbers, this.creation(true), this.owner(node));
    return new Ref(node, numbers, creation, this.owner(node));
  }

  fun() {
    const start = this.at - 1;
    const size = this.u32();
    if (start + 1 + size > this.end) throw new TermError('truncated fun');
    const bytes = this.bytes.slice(start, start + 1 + size);
    const arity = this.u8();
    this.need(16 + 8);
    const module = this.atom();
    this.at = start + 1 + size;
    return this.callable(new Fun(module, 'fun', arity, bytes, this.identity?.owner ?? null));
  }
}

/**
 * Opens a frame for a tuple, list or map.
 * @param {Frame[]} frames
 * @param {Frame['kind']} kind
 * @param {number} left number of its parts
 */
function open(frames, kind, left) {
  frames.push({ kind, items: [], left });
  return undefined;
}

/**
 * A float in its old form: 31 characters that begin with what printf writes for %.20e; after a zero byte, anything.
 * @param {string} text
 */
function oldFloat(text) {
  const digits = /^\s*([+-]?\d+\.\d+(?:[eE][+-]?\d+)?)(\0|$)/.exec(text)?.[1];
  if (digits === undefined) throw new TermError('a float (tag 99) that is no number');
  return Number(digits);
}

/** @param {number} value */
function float(value) {
  if (!Number.isFinite(value)) throw new TermError('a float that is not finite');
  return Number.isInteger(value) ? new Float(value) : value;
}

/** @param {Uint8Array} bytes @param {number} bits how many bits of the last byte are used */
function bitstring(bytes, bits) {
  if (bits === (bytes.length > 0 ? 8 : 0)) return bytes;
  if (bytes.length === 0 || bits < 1 || bits > 8) throw new TermError('a bitstring whose last byte has no bits');
  bytes[bytes.length - 1] &= 0xff << (8 - bits);
  return new BitString(bytes, (bytes.length - 1) * 8 + bits);
}

/**
 * The term whose external form these bytes are, as `term_to_binary` writes it. Bytes that are malformed, or have
 * something after the term, are refused with a TermError. So is a compressed term: a VM reads that one, by
 * `await vm.call('erlang', 'binary_to_term', [bytes])`.
 *
 * @example
 * format(decodeTerm(new Uint8Array([131, 104, 2, 97, 1, 106]))); // '{1,[]}'
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @param {Identity} [identity] the VM that wrote the term, if one did
 * @returns {any}
 */
export function decode(bytes, identity) {
  const given = asBytes(bytes);
  if (!given) throw new ArgumentError(`a term is read from bytes, not from what is ${shown(bytes)}`);
  const decoder = new Decoder(given, identity);
  const term = decoder.term();
  if (!decoder.ended)
    throw new TermError(`${given.length - decoder.at} bytes after the term ${format(term, { limit: 100 })}`);
  return term;
}

/** The terms that a decoder has before it. @param {Decoder} decoder @returns {any[]} */
export function decodeAll(decoder) {
  const terms = [];
  while (!decoder.ended) terms.push(decoder.term());
  return terms;
}
