// SPDX-License-Identifier: Apache-2.0
//
// Reads src/code/ops.tab, the table of internal operations, and makes C of it. The head of the table describes the
// grammar of a row. Used by scripts/gen.js and scripts/check-operands.

/**
 * @typedef {{ name: string, kind: string, words?: boolean, items?: Operand[] }} Operand
 * kind is a letter of the table; for a list it is 'n', and items are the operands of one item
 * @typedef {{ name: string, operands: Operand[], temperature: 'hot' | 'warm' | 'cold', effects: Record<string, string>,
 *   meaning: string }} Op
 */

/** For each kind of operand, its C type and the C type of the argument of the function that emits it. */
const TYPES = {
  a: ['term *'],
  x: ['term *'],
  y: ['y_word '],
  s: ['src_word '],
  d: ['dst_word '],
  i: ['imm_word '],
  u: ['cword '],
  f: ['const cword *', 'i64 ', (name) => `emit_label_ref(e, ${name})`],
  e: ['const struct export *'],
  r: ['double *'],
  p: ['const struct fun_entry *'],
  b: ['const u8 *', 'u32 ', (name) => `emit_string_ref(e, ${name})`],
  v: ['const u64 *'],
  l: ['cword '],
  o: ['cword '],
  n: ['cword '],
  c: ['segment_word '],
};
/** For kinds whose type is a structure around one word, the name of that member. */
const MEMBER = { y: '.offset', s: '.word', d: '.word', i: '.word', c: '.word' };
const EFFECTS = /^(in:(?:\d+|args|[a-z]\w*(?:\+\d+)?)|out:\d+|calls|ends|leaves|raises)$/;
const ROW = /^([A-Za-z_]\w*)\s+(\S+)\s+(hot|warm|cold)((?:\s+[^|\s]+)*)(?:\s*\|\s*(.*))?$/;

/** @param {string} text @returns {Operand[]} */
function operandsOf(text) {
  if (text === '-') return [];
  const parts = text.match(/[^,(]+(?:\([^)]*\))?/g) ?? [];
  return parts.map((part) => {
    const match = /^([a-z]\w*):([a-z])(?:\(([^)]*)\))?$/.exec(part);
    if (!match) throw new Error(`not NAME:KIND: ${part}`);
    const [, name, kind, items] = match;
    if ((kind === 'n' || kind === 'w') !== (items !== undefined))
      throw new Error(`a list is NAME:n(ITEM,...): ${part}`);
    if (items !== undefined) return { name, kind: 'n', words: kind === 'w', items: operandsOf(items) };
    if (!(kind in TYPES)) throw new Error(`no kind: ${kind}`);
    return { name, kind };
  });
}

/** @param {Operand[]} operands */
function checkNames(operands) {
  const names = operands.map((operand) => operand.name);
  if (new Set(names).size !== names.length) throw new Error('two operands of one name');
  if (names.includes('code') || names.includes('items')) throw new Error('code and items are names of the generator');
  if (operands.slice(0, -1).some((operand) => operand.items)) throw new Error('a list comes last');
}

/** @param {string} text a row @returns {Op} Throws an Error that says what is wrong with the row. */
export function parseOp(text) {
  const match = ROW.exec(text);
  if (!match) throw new Error('not `name operands hot|warm|cold [effect...] [| what it does]`');
  const [, name, list, temperature, words, meaning = ''] = match;
  const operands = operandsOf(list);
  checkNames(operands);
  /** @type {Record<string, string>} */
  const effects = {};
  for (const word of words.trim().split(/\s+/).filter(Boolean)) {
    if (!EFFECTS.test(word)) throw new Error(`no effect: ${word}`);
    const [effect, value = ''] = word.split(':');
    effects[effect] = value;
  }
  const counted = /^([a-z]\w*?)(?:\+\d+)?$/.exec(effects.in ?? '')?.[1];
  if (counted && counted !== 'args' && !operands.some((operand) => operand.name === counted))
    throw new Error(`no operand: ${counted}`);
  if (operands.some((operand) => operand.kind === 'l') && !('leaves' in effects))
    throw new Error('what collects leaves the loop');
  return { name, operands, temperature: /** @type {'hot'} */ (temperature), effects, meaning };
}

/** @param {Op[]} list Puts hot and warm operations first, so that the interpreter's switch is dense. */
export const inOrder = (list) => [
  ...list.filter((op) => op.temperature !== 'cold'),
  ...list.filter((op) => op.temperature === 'cold'),
];

const declare = (operand) => `${TYPES[operand.kind][0]}${operand.name};`;
const parameter = (operand) => `${TYPES[operand.kind][1] ?? TYPES[operand.kind][0]}${operand.name}`;
const emit = (operand) =>
  TYPES[operand.kind][2]?.(operand.name) ?? `emit_word(e, (cword)${operand.name}${MEMBER[operand.kind] ?? ''})`;

/** The argument of that type as a word. */
const value = (operand) =>
  TYPES[operand.kind][2] ? operand.name : `(cword)${operand.name}${MEMBER[operand.kind] ?? ''}`;

/** A key of operands: operations with the same names and kinds in the same order share one structure. */
const key = (operands) => operands.map((o) => `${o.name}:${o.kind}${o.items ? `(${key(o.items)})` : ''}`).join();

/**
 * The structures of the operations' code words. Operations with the same operands share a type, as do items of lists.
 * @param {Op[]} ordered
 */
export function structures(ordered) {
  const made = new Map();
  return ordered.flatMap((op) => {
    const list = op.operands.find((operand) => operand.items);
    const same = made.get(key(op.operands));
    if (same)
      return [...(list ? [`typedef op_${same}_item op_${op.name}_item;`] : []), `typedef op_${same} op_${op.name};`];
    made.set(key(op.operands), op.name);
    const fields = op.operands.map(declare);
    if (!list) return [`typedef struct { cword code; ${fields.join(' ')} } op_${op.name};`];
    const item = `items of ${key(list.items)}`;
    const sameItem = made.get(item);
    made.set(item, sameItem ?? op.name);
    return [
      sameItem
        ? `typedef op_${sameItem}_item op_${op.name}_item;`
        : `typedef struct { ${list.items.map(declare).join(' ')} } op_${op.name}_item;`,
      `typedef struct { cword code_and_list; ${fields.join(' ')} op_${op.name}_item items[]; } op_${op.name};`,
    ];
  });
}

/**
 * Assertions of how many words each operation takes, without the items of its list.
 * @param {Op[]} ordered
 */
export const lengths = (ordered) =>
  ordered.map(
    (op) => `_Static_assert(sizeof(op_${op.name}) == ${op.operands.length + 1} * sizeof(cword), "${op.name}");`,
  );

/**
 * For each operation the function that emits it: emit_NAME(e, operands in their order), and emit_NAME_item(e, operands)
 * for an item of its list. When the code chooses among operations with operands of the same kinds: the type kinds_KINDS
 * for such an operation, the constant AS_NAME of this type for each of them, and emit_kinds_KINDS(e, operation,
 * operands).
 * @param {Op[]} ordered
 */
export function emitters(ordered) {
  const lines = [];
  const bodies = new Map();
  const kinds = new Set();
  for (const op of ordered) {
    // A fusion of two operations that were emitted (code/fuse.c).
    if (op.operands.some((operand) => operand.kind === 'o')) continue;
    const shape = op.operands.map((operand) => operand.kind).join('') || 'none';
    if (!kinds.has(shape)) {
      const list = op.operands.map((operand, index) => ({ ...operand, name: `o${index + 1}` }));
      const form = formOf(list);
      bodies.set(form.name, form);
      lines.push(
        `typedef struct { cword code; } kinds_${shape};`,
        `EMITTER void emit_kinds_${shape}(struct emit *e, kinds_${shape} op${join(list, parameter)}) ` +
          `{ emit_form_${form.name}(e, op.code${join(list, value)}); }`,
      );
    }
    kinds.add(shape);
    const parameters = op.operands.map((operand) => `, ${parameter(operand)}`).join('');
    const names = op.operands.map((operand) => `, ${operand.name}`).join('');
    lines.push(`#define AS_${op.name} ((kinds_${shape}){OP_${op.name}})`);
    lines.push(
      `EMITTER void emit_${op.name}(struct emit *e${parameters}) { emit_kinds_${shape}(e, AS_${op.name}${names}); }`,
    );
    const items = op.operands.find((operand) => operand.items)?.items;
    if (!items) continue;
    const calls = items.map((item) => ` ${emit(item)};`).join('');
    const word = items.map((item) => `, ${parameter(item)}`).join('');
    lines.push(`EMITTER void emit_${op.name}_item(struct emit *e${word}) {${calls} }`);
  }
  const forms = [...bodies.values()];
  return { lines: [...forms.map((form) => `${form.head};`), ...lines], bodies: forms.map((form) => form.body) };
}

const join = (list, text) => list.map((operand) => `, ${text(operand)}`).join('');

/** What is behind functions whose operands are emitted alike: words, labels, strings. */
function formOf(list) {
  const letter = (operand) => (operand.kind === 'f' || operand.kind === 'b' ? operand.kind : 'w');
  const name = list.map(letter).join('') || 'none';
  const types = { f: 'i64', b: 'u32', w: 'cword' };
  const head = `void emit_form_${name}(struct emit *e, cword op${join(list, (o) => `${types[letter(o)]} ${o.name}`)})`;
  const calls = list.map((o) => ` ${letter(o) === 'w' ? `emit_word(e, ${o.name})` : emit(o)};`).join('');
  return { name, head, body: `${head} { emit_op(e, op);${calls} }` };
}

const flag = (op, effect) => (effect in op.effects ? `OP_${effect.toUpperCase()}` : '');

/**
 * The table as data: OP(name, kinds, kinds of a list's items or "", whether the list is counted in words, names, in,
 * out, effects).
 * @param {Op[]} ordered
 */
export function descriptions(ordered) {
  return ordered.map((op) => {
    const list = op.operands.find((operand) => operand.items);
    const flags =
      ['calls', 'ends', 'leaves', 'raises']
        .map((effect) => flag(op, effect))
        .filter(Boolean)
        .join(' | ') || '0';
    const kinds = op.operands.map((operand) => operand.kind).join('');
    const items = list?.items ?? [];
    const names = [...op.operands, ...items].map((operand) => operand.name).join();
    return (
      `OP(${op.name}, "${kinds}", "${items.map((item) => item.kind).join('')}", ${list?.words ? 1 : 0}, ` +
      `"${names}", "${op.effects.in ?? ''}", ${op.effects.out ?? 0}, ${flags})`
    );
  });
}
