// SPDX-License-Identifier: Apache-2.0
//
// Computes what a terminal's screen shows after a program's output. It only knows the escape sequences that OTP's
// shells write, and throws at any other, so that screens are never equal by mistake.

const TAB = 8;

/** Whether a character takes two columns. @param {string} c */
const isWide = (c) => /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}/u.test(c);

/**
 * All rows that were written, without spaces at their ends.
 * @param {string} output
 * @param {number} columns
 * @returns {string[]}
 */
export function screen(output, columns = 80) {
  /** @type {string[][]} */
  const rows = [[]];
  let row = 0;
  let column = 0;
  const put = (/** @type {string} */ c) => {
    const width = isWide(c) ? 2 : 1;
    // The row is full: the next character goes to the next row.
    if (column + width > columns) [row, column] = [row + 1, 0];
    rows[row] ??= [];
    while (rows[row].length < column) rows[row].push(' ');
    rows[row][column] = c;
    if (width === 2) rows[row][column + 1] = '';
    column += width;
  };
  const clear = (/** @type {number} */ at, /** @type {number} */ from) => (rows[at] ??= []).splice(from);
  /** @type {Record<string, (n: number) => void>} */
  const sequences = {
    A: (n) => (row = Math.max(0, row - (n || 1))),
    B: (n) => (row += n || 1),
    C: (n) => (column = Math.min(columns - 1, column + (n || 1))),
    D: (n) => (column = Math.max(0, Math.min(column, columns - 1) - (n || 1))),
    G: (n) => (column = (n || 1) - 1),
    J: () => (clear(row, column), rows.splice(row + 1)),
    K: () => clear(row, column),
    m: () => {},
  };
  const pattern = /\x1b\[([0-9;]*)([A-Za-z])|[\s\S]/gu;
  for (const [text, numbers, letter] of output.matchAll(pattern)) {
    if (letter !== undefined) {
      if (!sequences[letter]) throw Error(`sequence ${JSON.stringify(text)}`);
      sequences[letter](Number.parseInt(numbers, 10) || 0);
    } else if (text === '\r') column = 0;
    else if (text === '\n') row++;
    else if (text === '\b') column = Math.max(0, Math.min(column, columns - 1) - 1);
    else if (text === '\t') column = Math.min(columns - 1, column - (column % TAB) + TAB);
    else if (text === '\x07') continue;
    else if (text < ' ') throw Error(`control ${JSON.stringify(text)}`);
    else put(text);
  }
  return Array.from(rows, (cells) => (cells ?? []).join('').trimEnd());
}
