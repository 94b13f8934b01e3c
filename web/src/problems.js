// SPDX-License-Identifier: Apache-2.0
//
// The compiler's messages below the editor, each leading to its line.

import { $, h } from './dom.js';

/**
 * @param {{file: string, told: {kind: string, line: number, column: number, text: string}[]}[]} results
 * @param {(file: string, line: number, column: number) => void} goto
 */
export function showProblems(results, goto) {
  const all = results.flatMap(({ file, told }) => told.map((one) => ({ file, ...one })));
  const panel = $('problems');
  panel.hidden = all.length === 0;
  const errors = all.filter((one) => one.kind === 'error');
  const rows = [...errors, ...all.filter((one) => one.kind !== 'error')].slice(0, 100);
  const row = (one) =>
    h('button', { class: one.kind, onclick: () => goto(one.file, one.line, one.column) },
      h('span', {}, `${one.file}:${one.line}`),
      h('div', {}, one.kind === 'warning' ? `Warning: ${one.text}` : one.text));
  panel.replaceChildren(...rows.map(row));
}
