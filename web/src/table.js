// SPDX-License-Identifier: Apache-2.0
//
// The processes of the graph as a table. It is only drawn while it is visible.

import { $, h } from './dom.js';
import { ended, restarted, title } from './graph/node.js';

const COLUMNS = ['Process', 'Name', 'State', 'Mailbox', 'Traps', 'Links', 'Monitors', 'Memory'];
const EVERY = 400;

export class Table {
  #model;
  #choose;
  #drawnAt = 0;

  /**
   * @param {import('./graph/model.js').Model} model which also knows which process replaced which
   * @param {(pid: string) => void} choose
   */
  constructor(model, choose) {
    this.#model = model;
    this.#choose = choose;
  }

  draw(frame, force = false) {
    const now = performance.now();
    if ($('table').hidden || (!force && now - this.#drawnAt < EVERY)) return;
    this.#drawnAt = now;
    const focused = document.activeElement?.closest('#table') && document.activeElement.textContent;
    const body = frame.processes.map((p) => this.#row(p));
    body.push(...[...this.#model.nodes.values()].filter((node) => node.ghost).map((node) => this.#ghost(node)));
    for (const group of frame.groups)
      body.push(h('tr', {}, h('td', {}, `× ${group.count}`), h('td', { colspan: COLUMNS.length - 1 }, group.call)));
    $('table').replaceChildren(
      h(
        'table',
        {},
        h('caption', { class: 'unseen' }, `${frame.total} processes`),
        h('thead', {}, h('tr', {}, ...COLUMNS.map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, ...body),
      ),
    );
    if (focused) [...$('table').querySelectorAll('button')].find((button) => button.textContent === focused)?.focus();
  }

  #row(p) {
    const node = this.#model.nodes.get(p.id) ?? { past: [] };
    const again = node.restarts ? h('span', { class: 'again' }, restarted(node)) : '';
    const before = node.past.slice(-3).map((pid) => h('s', {}, pid));
    const cells = [
      title(p),
      [p.state, again],
      p.messages,
      p.trap ? 'yes' : 'no',
      p.links.join(' ') || '–',
      p.monitors.join(' ') || '–',
      `${Math.round(p.memory / 1024)} KiB`,
    ];
    return h(
      'tr',
      {},
      h('td', {}, h('button', { onclick: () => this.#choose(p.id) }, p.id), ...before),
      ...cells.map((cell) => h('td', {}, ...[cell].flat())),
    );
  }

  /** A process that has ended and was not replaced. */
  #ghost(node) {
    return h(
      'tr',
      { class: 'ended' },
      h('td', {}, h('s', {}, node.id)),
      h('td', {}, title(node)),
      h('td', { colspan: COLUMNS.length - 2 }, ended(node)),
    );
  }
}
