// SPDX-License-Identifier: Apache-2.0
//
// The list of the compiler's messages and of errors at run time, below the editor; each leads to its line.

import { $, h } from './dom.js';

const SAID = { error: '', fault: 'At run time: ', warning: 'Warning: ' };

/**
 * @param {{file: string, told: {kind: string, line: number, column: number, text: string}[]}[]} results
 * @param {(file: string, line: number, column: number) => void} goto
 */
export function showProblems(results, goto) {
  const all = results.flatMap(({ file, told }) => told.map((one) => ({ file, ...one })));
  const panel = $('problems');
  panel.hidden = all.length === 0;
  const rows = ['error', 'fault', 'warning'].flatMap((kind) => all.filter((one) => one.kind === kind)).slice(0, 100);
  const row = (one) =>
    h(
      'button',
      { class: one.kind, onclick: () => goto(one.file, one.line, one.column) },
      h('span', {}, `${one.file}:${one.line}`),
      h('div', {}, `${SAID[one.kind]}${one.text}`),
    );
  panel.replaceChildren(...rows.map(row));
}
