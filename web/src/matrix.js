// SPDX-License-Identifier: Apache-2.0
//
// The clickable matrix of the example about exit reasons: each cell runs its case in the VM and shows what happened to
// the receiver.

import { $, h } from './dom.js';

const REASONS = ['normal', 'boom', 'kill', 'killed'];
const WAYS = [
  ['link', 'over a link'],
  ['exit', 'by exit/2'],
];

/**
 * @param {boolean} on
 * @param {(line: string) => Promise<{kind: string, text: string}>} ask
 */
export function showMatrix(on, ask) {
  const panel = $('matrix');
  panel.hidden = !on;
  if (!on) return;
  const cell = (way, trap, reason) => {
    const button = h(
      'button',
      {
        'aria-label':
          `${reason} ${way === 'link' ? 'over a link' : 'by exit/2'}, receiver ` +
          `${trap ? 'traps' : 'does not trap'}`,
      },
      'try',
    );
    button.addEventListener('click', async () => {
      const answer = await ask(`reasons:try_one(${way}, ${trap}, ${reason}).`).catch((error) => ({
        text: error.message,
      }));
      const [, what, why] = /^\{(\w+),(.*)\}$/s.exec(answer.text) ?? [undefined, answer.text, ''];
      button.textContent = what === 'dies' || what === 'traps' ? `${what}: ${why}` : what;
      button.className = what;
    });
    return h('td', {}, button);
  };
  const groups = h('tr', {}, h('td'), ...WAYS.map(([, text]) => h('th', { scope: 'colgroup', colspan: 2 }, text)));
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'reason'),
    ...WAYS.flatMap(() => [h('th', { scope: 'col' }, 'not trapping'), h('th', { scope: 'col' }, 'trapping')]),
  );
  const rows = REASONS.map((reason) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, reason),
      ...WAYS.flatMap(([way]) => [cell(way, false, reason), cell(way, true, reason)]),
    ),
  );
  panel.replaceChildren(
    h('p', {}, 'What becomes of a process that gets this signal? Run the program, then try each.'),
    h('table', {}, h('thead', {}, groups, head), h('tbody', {}, ...rows)),
  );
}
