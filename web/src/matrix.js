// SPDX-License-Identifier: Apache-2.0
//
// The clickable matrix of the example about exit reasons: each cell runs its case in the VM and shows what became of the receiver.

import { $, h } from './dom.js';

const REASONS = ['normal', 'boom', 'kill', 'killed'];
const WAYS = [['link', 'over a link'], ['exit', 'by exit/2']];

/**
 * @param {boolean} on
 * @param {(line: string) => Promise<{kind: string, text: string}>} ask
 */
export function showMatrix(on, ask) {
  const panel = $('matrix');
  panel.hidden = !on;
  if (!on) return;
  const cell = (way, trap, reason) => {
    const button = h('button', { 'aria-label': `${reason} ${way === 'link' ? 'over a link' : 'by exit/2'}, receiver ${trap ? 'traps' : 'does not trap'}` }, 'try');
    button.addEventListener('click', async () => {
      const answer = await ask(`reasons:try_one(${way}, ${trap}, ${reason}).`).catch((error) => ({ text: error.message }));
      button.textContent = answer.text;
      button.classList.toggle('dies', answer.text.startsWith('{dies'));
    });
    return h('td', {}, button);
  };
  const head = h('tr', {}, h('td'), ...WAYS.flatMap(([, text]) => [h('th', { scope: 'col' }, text), h('th', { scope: 'col' }, '… trapping')]));
  const rows = REASONS.map((reason) => h('tr', {}, h('th', { scope: 'row' }, reason), ...WAYS.flatMap(([way]) => [cell(way, false, reason), cell(way, true, reason)])));
  panel.replaceChildren(h('p', {}, 'What becomes of the receiver? Run, then try each.'), h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows)));
}
