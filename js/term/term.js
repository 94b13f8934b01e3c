// SPDX-License-Identifier: Apache-2.0
//
// Erlang terms as JavaScript values. Nothing is lost: a value that came out of the VM goes back as the same term.
//
//   Erlang              JavaScript out of the VM            also accepted on the way in
//   integer             number if safe, else bigint         either
//   float               number; Float if integral (2.0)     Float, number with a fraction
//   atom                Atom; true and false as booleans    null, undefined (as the atoms of that name)
//   tuple               Tuple
//   list                array; ImproperList                 (no other iterables)
//   binary              Uint8Array                          string (as UTF-8), ArrayBuffer, any view
//   bitstring           BitString
//   map                 ErlangMap                           Map, plain object (keys become atoms)
//   pid, port, ref, fun Pid, Port, Ref, Fun
//
import { asBytes } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';
import { Same, walk } from './etf.js';
import { Registry, TextDecoder, TextEncoder, Weak } from '../base/host.js';
import { only, shown } from './only.js';

/**
 * @typedef {number | bigint | boolean | string | null | undefined | Atom | Float | Tuple | ImproperList | BitString |
 *   Uint8Array | ArrayBuffer | ErlangMap | Pid | Port | Ref | Fun | readonly any[] | Map<any, any> | {[key: string]:
 *   any} | object} Term what is given to a VM; an object or function that Erlang has no term for becomes a handle
 */

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** The base of all classes of terms: their text, also in Node's console, is what Erlang writes for the term. */
class Shown {
  /** @returns {string} */
  toString() {
    return format(this);
  }

  [INSPECT]() {
    return this.toString();
  }
}

/** The atoms that the program still refers to, by name. @type {Map<string, WeakRef<Atom>>} */
const atoms = new Map();
const forget = new Registry((/** @type {string} */ name) => {
  if (!atoms.get(name)?.deref()) atoms.delete(name);
});

/**
 * An atom. There is one object for each name: `Atom.for('ok') === Atom.for('ok')`. The garbage collector frees an atom
 * that the program no longer refers to.
 *
 * @example
 * Atom.for('ok') === Atom.for('ok'); // true
 * String(Atom.for('with space')); // 'with space'
 * format(Atom.for('with space')); // "'with space'"
 */
export class Atom extends Shown {
  /** @type {string} */
  name;

  /**
   * @private
   * @param {string} name
   */
  constructor(name) {
    super();
    this.name = name;
    Object.freeze(this);
  }

  /**
   * The atom of that name. Throws an ArgumentError if the name is not a string.
   * @param {string} name
   * @returns {Atom}
   */
  static for(name) {
    let atom = atoms.get(name)?.deref();
    if (atom === undefined) {
      if (typeof name !== 'string') throw new ArgumentError(`the name of an atom is a string, not ${shown(name)}`);
      atom = new Atom(name);
      atoms.set(name, new Weak(atom));
      forget.register(atom, name);
    }
    return atom;
  }

  toString() {
    return this.name;
  }

  toJSON() {
    return this.name;
  }

  [INSPECT]() {
    return format(this);
  }
}

/**
 * A float. It is needed only for a value without a fraction: 2 is an integer, and `new Float(2)` is 2.0.
 *
 * @example
 * format(new Float(2)); // '2.0'
 * format([2, 2.5]); // '[2,2.5]'
 */
export class Float extends Shown {
  /** @param {number} value finite; an ArgumentError is thrown otherwise */
  constructor(value) {
    super();
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new ArgumentError('a float is a finite number');
    this.value = value;
    Object.freeze(this);
  }

  valueOf() {
    return this.value;
  }

  toJSON() {
    return this.value;
  }
}

/**
 * A tuple. It is iterable, so `const [tag, value] = tuple` works.
 *
 * @example
 * const [tag, value] = Tuple.from([Atom.for('ok'), 42]);
 * `${tag} ${value}`; // 'ok 42'
 */
export class Tuple extends Shown {
  /** @param {...Term} elements */
  constructor(...elements) {
    super();
    /** @type {readonly any[]} */
    this.elements = elements;
  }

  /**
   * A tuple of these elements. An array is kept, not copied.
   * @param {Iterable<Term>} elements
   * @returns {Tuple}
   */
  static from(elements) {
    if (typeof elements?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`the elements of a tuple are an array or iterable, not ${shown(elements)}`);
    const tuple = new Tuple();
    tuple.elements = Array.isArray(elements) ? elements : [...elements];
    return tuple;
  }

  get length() {
    return this.elements.length;
  }

  /**
   * The element at an index, which counts from 0 as in JavaScript (Erlang's `element/2` counts from 1).
   * @param {number} index
   * @returns {any}
   */
  at(index) {
    return this.elements.at(index);
  }

  /** @returns {IterableIterator<any>} */
  [Symbol.iterator]() {
    return this.elements[Symbol.iterator]();
  }

  toJSON() {
    return this.elements;
  }
}

/**
 * A list whose last tail is not []: `[1, 2 | 3]` is `new ImproperList([1, 2], 3)`.
 *
 * @example
 * format(new ImproperList([1, 2], 3)); // '[1,2|3]'
 */
export class ImproperList extends Shown {
  /**
   * @param {Term[]} items at least one
   * @param {Term} tail
   */
  constructor(items, tail) {
    super();
    if (!Array.isArray(items) || items.length === 0) throw new ArgumentError('an improper list has at least one item');
    this.items = items;
    this.tail = tail;
  }
}

/**
 * A bitstring whose number of bits is not a multiple of 8.
 *
 * @example
 * format(new BitString(new Uint8Array([0b10100000]), 3)); // '<<5:3>>'
 */
export class BitString extends Shown {
  /**
   * @param {Uint8Array} bytes the bits, beginning with the most significant bit of the first byte; the unused bits of
   *   the last byte are zero
   * @param {number} size number of bits
   */
  constructor(bytes, size) {
    super();
    const given = asBytes(bytes);
    if (!given) throw new ArgumentError(`the bits are bytes, not ${shown(bytes)}`);
    if (!Number.isInteger(size) || size < 0 || Math.ceil(size / 8) !== given.length)
      throw new ArgumentError('the size does not fit the bytes');
    this.bytes = given;
    this.size = size;
  }
}

/**
 * An Erlang map. It is used like a JavaScript Map, but two keys are the same key when their terms are equal as `=:=`
 * says. `getAtom` looks up a key that is an atom by the atom's name.
 *
 * @example
 * const vm = await createVM();
 * const map = await vm.call('maps', 'from_list', [[tuple(tuple(1, 2), Atom.for('a')), tuple(Atom.for('size'), 3)]]);
 * map.get(tuple(1, 2)); // a
 * map.getAtom('size'); // 3
 *
 * @implements {Iterable<[any, any]>}
 */
export class ErlangMap extends Shown {
  /** The entries, in a plain list until the first lookup; their keys all differ. @type {[any, any][]} */
  #list = [];
  /**
   * From the first lookup on, the entries by what Same makes of their keys.
   * @type {Map<unknown, [any, any]> | undefined}
   */
  #index;
  /** @type {Same | undefined} */
  #same;

  /** @param {Iterable<[any, any]>} [entries] */
  constructor(entries) {
    super();
    if (entries == null) return;
    if (typeof entries[Symbol.iterator] !== 'function')
      throw new ArgumentError(`the entries of a map are iterable, not ${shown(entries)}`);
    for (const entry of entries) {
      if (typeof entry !== 'object' || typeof entry?.[Symbol.iterator] !== 'function')
        throw new ArgumentError(`an entry of a map is [key, value], not ${shown(entry)}`);
      const [key, value] = entry;
      this.set(key, value);
    }
  }

  /**
   * A map of entries that are known to have different keys.
   * @internal
   * @param {[any, any][]} entries
   */
  static of(entries) {
    const map = new ErlangMap();
    map.#list = entries;
    return map;
  }

  /** What `#index` has an entry under; makes the index if there is none. @param {Term} key @param {boolean} [add] */
  #key(key, add) {
    const same = (this.#same ??= new Same());
    this.#index ??= new Map(this.#list.splice(0).map((entry) => [same.key(entry[0]), entry]));
    return same.key(key, add);
  }

  get size() {
    return this.#index?.size ?? this.#list.length;
  }

  /**
   * @param {Term} key
   * @returns {any}
   */
  get(key) {
    const at = this.#key(key, false);
    return this.#index?.get(at)?.[1];
  }

  /**
   * The value under a key that is an atom, or undefined.
   * @param {string} name of the atom
   * @returns {any}
   */
  getAtom(name) {
    return this.get(Atom.for(name));
  }

  /** @param {Term} key */
  has(key) {
    const at = this.#key(key, false);
    return /** @type {any} */ (this.#index).has(at);
  }

  /**
   * @param {Term} key
   * @param {Term} value
   */
  set(key, value) {
    const at = this.#key(key);
    this.#index?.set(at, [key, value]);
    return this;
  }

  /** @param {Term} key */
  delete(key) {
    const at = this.#key(key, false);
    return /** @type {any} */ (this.#index).delete(at);
  }

  /** @returns {IterableIterator<[any, any]>} */
  entries() {
    return (this.#index ?? this.#list).values();
  }

  *keys() {
    for (const [key] of this) yield key;
  }

  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toJSON() {
    return pretty(this);
  }
}

/** Keeps a property out of what consoles show and test runners compare. @param {object} object @param {string} key */
const hide = (object, key) => void Object.defineProperty(object, key, { enumerable: false });

/** The base of pids, ports and references: the node they belong to and, for a node of this program, its VM. */
class Identifier extends Shown {
  #owner;

  /**
   * @param {string} node
   * @param {readonly number[]} numbers
   * @param {number} creation
   * @param {object | null} owner stands for the VM that made it; null if another node did
   */
  constructor(node, numbers, creation, owner) {
    super();
    this.node = node;
    this.numbers = numbers;
    this.creation = creation;
    this.#owner = owner;
  }

  /** No property of its own, so that consoles do not show it and test runners do not compare it. */
  get owner() {
    return this.#owner;
  }

  /** @param {unknown} other */
  equals(other) {
    return other instanceof Identifier && this.owner === other.owner && equals(this, other);
  }

  toJSON() {
    return this.toString();
  }
}

/** A process identifier. There is one object for each living process of a VM, so `===` tells processes apart. */
export class Pid extends Identifier {}
/** A port identifier. */
export class Port extends Identifier {}
/** A reference. */
export class Ref extends Identifier {}

/**
 * A fun. One that a VM has given is a function as well: calling it is `vm.call('erlang', 'apply', [fun, args])`, which
 * runs it in a process of its own and gives a promise of its value. It can be sent back to its VM.
 *
 * @example
 * const vm = await createVM();
 * const fun = await vm.call('erlang', 'make_fun', [Atom.for('lists'), Atom.for('sum'), 1]);
 * await fun([1, 2, 3]); // 6
 * await vm.call('lists', 'map', [fun, [[1], [1, 1]]]); // [ 1, 2 ]
 */
export class Fun extends Shown {
  /**
   * @param {string} module
   * @param {string} name
   * @param {number} arity
   * @param {Uint8Array | null} bytes its external form; null for `fun M:F/A`
   * @param {object | null} owner stands for the VM that made it; null for `fun M:F/A`, which every VM knows
   */
  constructor(module, name, arity, bytes, owner) {
    super();
    this.module = module;
    this.name = name;
    this.arity = arity;
    this.bytes = bytes;
    this.owner = owner;
    hide(this, 'owner');
    hide(this, 'bytes');
  }

  /**
   * This fun as a function, which is a Fun all the same.
   * @internal
   * @param {(args: any[]) => Promise<any>} apply
   * @returns {Fun & ((...args: any[]) => Promise<any>)}
   */
  asFunction(apply) {
    const callable = (/** @type {any[]} */ ...args) => apply(args);
    for (const [key, { value, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(this)))
      Object.defineProperty(callable, key, { value, enumerable });
    return Object.setPrototypeOf(callable, Fun.prototype);
  }

  /**
   * The term `fun Module:Name/Arity`. Throws an ArgumentError for arguments of another type.
   * @param {string | Atom} module
   * @param {string | Atom} name
   * @param {number} arity 0 to 255
   */
  static external(module, name, arity) {
    for (const part of [module, name])
      if (typeof part !== 'string' && !(part instanceof Atom))
        throw new ArgumentError(`a module or function is a string or an Atom, not ${shown(part)}`);
    if (!Number.isInteger(arity) || arity < 0 || arity > 255) throw new ArgumentError('the arity of a fun is 0 to 255');
    return new Fun(String(module), String(name), arity, null, null);
  }
}

/**
 * A tuple: `tuple(Atom.for('ok'), 1)` is {ok, 1}.
 *
 * @example
 * format(tuple(Atom.for('ok'), 1)); // '{ok,1}'
 *
 * @param {...Term} elements
 */
export function tuple(...elements) {
  return Tuple.from(elements);
}

/**
 * The code points of a text as a list of integers, which is what Erlang calls a string.
 *
 * @example
 * charlist('abc'); // [ 97, 98, 99 ]
 *
 * @param {string} text
 * @returns {number[]}
 */
export function charlist(text) {
  if (typeof text !== 'string') throw new ArgumentError(`a charlist is made of a string, not ${shown(text)}`);
  return Array.from(text, (c) => /** @type {number} */ (c.codePointAt(0)));
}

/**
 * The text of a binary in UTF-8, an atom, a list of characters, or a list of all these at any depth (chardata). Throws
 * an ArgumentError for a term that is not text.
 *
 * @example
 * text([Atom.for('a'), charlist('b'), new Uint8Array([99])]); // 'abc'
 *
 * @param {Term} term
 * @returns {string}
 */
export function text(term) {
  return made(term, textOf, (list, inside, show) =>
    isList(list) ? inside.reduce((all, part) => all + show(part), '') : textOf(list),
  );
}

/** The text of a term that is not a list. @param {any} term */
function textOf(term) {
  if (typeof term === 'string') return term;
  const bytes = asBytes(term);
  if (bytes) return new TextDecoder().decode(bytes);
  if (term instanceof Atom) return term.name;
  if (Number.isInteger(term) && term >= 0 && term <= 0x10ffff) return String.fromCodePoint(term);
  throw new ArgumentError(`${format(term, { limit: 100 })} is not text`);
}

/** @param {any} term */
const isList = (term) => Array.isArray(term) || term instanceof ImproperList;

/**
 * Converts a term by converting its parts first. It does not recurse, so that no depth of nesting is too much.
 * @param {any} term
 * @param {(leaf: any) => any} leaf converts a term without parts
 * @param {(term: any, inside: readonly any[], show: (part: any) => any) => any} composite converts a term that has
 *   the parts `inside`; `show` gives what a part was converted to
 */
function made(term, leaf, composite) {
  /** @type {Map<any, any>} */
  const known = new Map();
  const show = (/** @type {any} */ part) => (known.has(part) ? known.get(part) : leaf(part));
  walk(term, known, (next, inside) => composite(next, inside, show));
  return show(term);
}

// --- Keys and equality ----------------------------------------------------------------------------

/** @param {any} map @returns {Iterable<[any, any]>} */
function mapEntries(map) {
  if (map instanceof ErlangMap || map instanceof Map) return map;
  return /** @type {[any, any][]} */ (Object.entries(map).map(([key, value]) => [Atom.for(key), value]));
}

/**
 * Whether two terms are equal, as Erlang's `=:=` compares them. Throws a TermError for a value that has no term.
 *
 * @example
 * equals(tuple(1, [2]), tuple(1, [2])); // true
 * equals(1, new Float(1)); // false
 *
 * @param {Term} a
 * @param {Term} b
 */
export function equals(a, b) {
  const same = new Same();
  return a === b || same.key(a) === same.key(b);
}

// --- The parts of a term --------------------------------------------------------------------------

/**
 * Whether it is an object that no class made, such as `{ a: 1 }`, of whatever realm. Those that have a name of their
 * own, such as Math and console, are none.
 * @param {object} object
 */
export function isPlain(object) {
  if (/** @type {any} */ (object)[Symbol.toStringTag] !== undefined) return false;
  const prototype = Object.getPrototypeOf(object);
  // An object of another realm (a test runner's, an iframe's) has another Object.prototype.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/**
 * Whether it is a value of JavaScript that is no term: a function, or an object of a class that Erlang has not.
 * @param {any} value
 */
export function isForeign(value) {
  if (value instanceof Shown || value === null) return false;
  if (typeof value === 'function') return true;
  const isTerm = typeof value !== 'object' || Array.isArray(value) || value instanceof Map || ArrayBuffer.isView(value);
  return !isTerm && !isPlain(value) && !asBytes(value) && !(value.pid instanceof Pid);
}

/** The name of an object's class, for texts. @param {any} object */
export const nameOfClass = (object) => object.constructor?.name ?? 'foreign object';

/**
 * The parts of a list, tuple or map (of a map, each key followed by its value); undefined for a term without parts.
 * @param {any} term
 * @returns {readonly any[] | undefined}
 */
export function parts(term) {
  if (typeof term !== 'object' || term === null || term instanceof Atom) return undefined;
  if (Array.isArray(term)) return term;
  if (term instanceof Tuple) return term.elements;
  if (term instanceof ImproperList) return [...term.items, term.tail];
  if (term instanceof Map) return [...new ErlangMap(term)].flat();
  if (term instanceof ErlangMap) return [...term].flat();
  return isPlain(term) ? [...mapEntries(term)].flat() : undefined;
}

/**
 * Where a part is in a value, as JavaScript would write it (`[1].a`), for the messages of errors. It recurses, so that
 * the caller has to expect a stack overflow.
 * @param {any} term
 * @param {[any] | undefined} wanted the part to find; undefined: a part that contains itself
 * @param {Map<any, boolean>} [open] the parts that were looked at; true for those whose own parts are being looked at
 * @returns {string | undefined}
 */
export function pathTo(term, wanted, open = new Map()) {
  const inside = parts(term) ?? [];
  const step = (/** @type {number} */ i) =>
    term.size !== undefined || isPlain(term) ? `.${format(inside[i & -2])}${i & 1 ? '' : ' (a key)'}` : `[${i}]`;
  open.set(term, true);
  for (let i = 0; i < inside.length; i++) {
    const part = inside[i];
    const rest = (wanted ? Object.is(part, wanted[0]) : open.get(part))
      ? ''
      : open.has(part)
        ? undefined
        : pathTo(part, wanted, open);
    if (rest !== undefined) return step(i) + rest;
  }
  open.set(term, false);
  return undefined;
}

// --- Text -----------------------------------------------------------------------------------------

/** @param {number} value */
function floatText(value) {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  if (/[.]/.test(text)) return text.replace('e+', 'e');
  return text.includes('e') ? text.replace('e', '.0e').replace('e+', 'e') : `${text}.0`;
}

const RESERVED =
  ' after and andalso band begin bnot bor bsl bsr bxor case catch cond div else end fun if let maybe not of or ' +
  'orelse receive rem try when xor ';
/** An atom that is written without quotes, unless it is a reserved word. */
const PLAIN_ATOM = /^[a-zß-öø-ÿ][\p{L}\p{N}_@]*$/u;
/** @type {Record<string, string>} */
const ESCAPES = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\x1b': '\\e',
  '\\': '\\\\',
};

/** @param {string} text @param {string} quote */
function quoted(text, quote) {
  let out = quote;
  for (const c of text) out += c === quote ? `\\${c}` : (ESCAPES[c] ?? c);
  return out + quote;
}

/** @param {string} name */
function atomText(name) {
  return PLAIN_ATOM.test(name) && !RESERVED.includes(` ${name} `) ? name : quoted(name, "'");
}

/** @param {number} c */
const printable = (c) =>
  (c >= 32 && c < 127) ||
  (c >= 160 && c < 0xd800) ||
  (c >= 8 && c <= 13) ||
  c === 27 ||
  (c > 0xdfff && c <= 0x10ffff && c !== 0xfffe && c !== 0xffff);

/** @param {readonly any[]} list */
const isText = (list) =>
  list.length > 0 && list.every((c) => typeof c === 'number' && Number.isInteger(c) && printable(c));

/** @param {Uint8Array} bytes @returns {string | undefined} */
function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** @param {Uint8Array} bytes */
function binaryText(bytes) {
  const chars = bytes.length > 0 ? utf8(bytes) : undefined;
  if (chars !== undefined && isText(charlist(chars)))
    return `<<${quoted(chars, '"')}${/[^\x00-\x7f]/.test(chars) ? '/utf8' : ''}>>`;
  return `<<${[...bytes].join()}>>`;
}

/** @param {BitString} bits */
function bitsText(bits) {
  const items = [...bits.bytes];
  const rest = bits.size % 8;
  const last = /** @type {number} */ (items.pop());
  return `<<${[...items, `${last >> (8 - rest)}:${rest}`].join()}>>`;
}

/** @param {Identifier} id */
function identifierText(id) {
  const node = id.owner ? '0' : id.node;
  if (id instanceof Pid) return `<${node}.${id.numbers[0]}.${id.numbers[1]}>`;
  if (id instanceof Port) return `#Port<${node}.${id.numbers.reduce((sum, half) => (sum << 32n) + BigInt(half), 0n)}>`;
  return `#Ref<${node}.${[...id.numbers].reverse().join('.')}>`;
}

/**
 * The term as Erlang writes it, on one line, for people to read. Strings of JavaScript are shown as the binaries that
 * they become.
 *
 * @example
 * format([Atom.for('a'), new Uint8Array([98]), 'c', 1.5]); // '[a,<<"b">>,<<"c">>,1.5]'
 *
 * @param {any} term
 * @param {{limit?: number}} [options] `limit`: number of characters after which the rest is left out, 10,000 unless
 *   given
 * @returns {string}
 */
export function format(term, options = {}) {
  const { limit = 10_000 } = only(options, 'format', 'limit');
  if (!(typeof limit === 'number' && limit >= 0))
    throw new ArgumentError(`limit is a number of characters, not ${shown(limit)}`);
  /** @type {string[]} */
  const out = [];
  let size = 0;
  /** Texts and terms that are still to be written; the next one is last. @type {({text: string} | {term: any})[]} */
  const todo = [{ term }];
  const put = (/** @type {string} */ text) => {
    out.push(text);
    size += text.length;
  };
  /** @param {string} open @param {Iterable<any>} items @param {string} close */
  const sequence = (open, items, close) => {
    put(open);
    /** @type {({text: string} | {term: any})[]} */
    const parts = [];
    for (const item of items) {
      if (parts.length > 0) parts.push({ text: ',' });
      parts.push({ term: item });
      if (parts.length > 2 * limit) break;
    }
    parts.push({ text: close });
    for (let i = parts.length; i-- > 0; ) todo.push(parts[i]);
  };
  while (todo.length > 0 && size <= limit) {
    const next = /** @type {any} */ (todo.pop());
    if ('text' in next) put(next.text);
    else formatOne(next.term, put, sequence, todo);
  }
  const all = out.join('');
  return size > limit ? `${all.slice(0, limit)}...` : all;
}

/**
 * Writes a term that has no parts; of one that has, it adds the parts to `todo`.
 * @param {any} term
 * @param {(text: string) => void} put writes a text
 * @param {(open: string, items: Iterable<any>, close: string) => void} sequence writes parts with commas between
 * @param {({text: string} | {term: any})[]} todo
 */
function formatOne(term, put, sequence, todo) {
  if (typeof term === 'number') put(Number.isInteger(term) ? String(term) : floatText(term));
  else if (typeof term === 'string') put(binaryText(new TextEncoder().encode(term)));
  else if (isForeign(term)) put(`#Js<${typeof term === 'function' ? `function ${term.name}` : nameOfClass(term)}>`);
  else if ((typeof term !== 'object' && !(term instanceof Fun)) || term === null) put(String(term));
  else if (term instanceof Atom) put(atomText(term.name));
  else if (term instanceof Float) put(floatText(term.value));
  else if (term instanceof Tuple) sequence('{', term.elements, '}');
  else if (Array.isArray(term)) {
    if (isText(term)) put(quoted(String.fromCodePoint(.../** @type {number[]} */ (term.slice(0, 10_000))), '"'));
    else sequence('[', term, ']');
  } else if (term instanceof ImproperList) {
    todo.push({ text: ']' }, { term: term.tail }, { text: '|' });
    sequence('[', term.items, '');
  } else if (asBytes(term)) put(binaryText(/** @type {Uint8Array} */ (asBytes(term))));
  else if (term instanceof BitString) put(bitsText(term));
  else if (term instanceof Identifier) put(identifierText(term));
  else if (term instanceof Fun)
    put(
      term.bytes
        ? `#Fun<${term.module}.${term.name}>`
        : `fun ${atomText(term.module)}:${atomText(term.name)}/${term.arity}`,
    );
  else {
    put('#{');
    todo.push({ text: '}' });
    const entries = [...mapEntries(term)];
    entries.reverse().forEach(([key, value], i) => {
      todo.push({ term: value }, { text: ' => ' }, { term: key });
      if (i < entries.length - 1) todo.push({ text: ',' });
    });
  }
}

// --- JSON-like values -----------------------------------------------------------------------------

/**
 * The plain JavaScript value for a term, for programs that need not give it back to Erlang. Atoms, binaries in UTF-8
 * and lists of printable characters become strings (the atoms undefined, null and nil become null), tuples become
 * arrays, floats numbers, and maps objects where every key is an atom, a text or a number. Pids, references, ports and
 * funs stay what they are.
 *
 * @example
 * pretty([tuple(Atom.for('ok'), new Uint8Array([104, 105]))]); // [ [ 'ok', 'hi' ] ]
 *
 * @param {any} term
 * @returns {any}
 */
export function pretty(term) {
  return made(term, prettyLeaf, (next, inside, show) => {
    if (isText(inside) && Array.isArray(next)) return text(next);
    const shown = inside.map(show);
    if (isList(next) || next instanceof Tuple) return shown;
    const entries = shown.flatMap((key, i) => (i % 2 ? [] : [[key, shown[i + 1]]]));
    return entries.every(([key]) => typeof key === 'string' || typeof key === 'number')
      ? Object.fromEntries(entries)
      : new Map(/** @type {any} */ (entries));
  });
}

/** The plain value for a term without parts. @param {any} term */
function prettyLeaf(term) {
  if (term instanceof Atom) return ['undefined', 'null', 'nil'].includes(term.name) ? null : term.name;
  if (term instanceof Float) return term.value;
  const bytes = asBytes(term);
  return bytes ? (utf8(bytes) ?? term) : term;
}
