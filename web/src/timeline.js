// SPDX-License-Identifier: Apache-2.0
//
// The events of a run, one line for each: filtered by kind and text, with links to their processes, and exported as
// JSON. Keeps the last 20,000 events and shows the last 300.

import { $, h } from './dom.js';

const KEPT = 20_000;
const SHOWN = 300;
const GROUPS = {
  spawn: ['spawn'],
  link: ['link', 'unlink'],
  signal: ['signal'],
  exit: ['exit'],
  monitor: ['monitor', 'demonitor', 'down'],
  name: ['register', 'unregister'],
  message: ['message'],
};

/** An event as a sentence. */
function sentence(e) {
  const who = e.name ? `${e.name} ${e.pid}` : e.pid;
  const other = e.other ?? e.otherName ?? 'the host';
  switch (e.kind) {
    case 'spawn':
      return `${who} ${e.other ? `by ${other} ` : ''}· ${e.text}`;
    case 'exit':
      return `${who} ends: ${e.text}`;
    case 'signal':
      return `${other} → ${who}: ${e.text} · ${e.outcome}${e.cause === 'exit' ? ' · exit/2' : ''}`;
    case 'link':
    case 'unlink':
      return `${who} – ${other}`;
    case 'monitor':
    case 'demonitor':
      return `${who} watches ${other}`;
    case 'down':
      return `${who} learns ${other} is down: ${e.text}`;
    case 'message':
      return `${e.other ?? '·'} → ${who}: ${e.text}`;
    default:
      return `${who} ${e.kind === 'register' ? 'is' : 'is no longer'} ${e.text}`;
  }
}

export class Timeline {
  #list = $('timeline');
  #events = [];
  #left = 0;
  #hidden = new Set(['message']);
  #needle = '';
  #choose;

  /** @param {(pid: string) => void} choose */
  constructor(choose) {
    this.#choose = choose;
    const boxes = Object.keys(GROUPS).map((group) =>
      h(
        'label',
        {},
        h('input', {
          type: 'checkbox',
          checked: group !== 'message',
          onchange: (event) => this.#toggle(group, event.target.checked),
        }),
        group,
      ),
    );
    const filter = h('input', {
      type: 'search',
      placeholder: 'Filter',
      'aria-label': 'Filter the timeline',
      oninput: (event) => ((this.#needle = event.target.value.toLowerCase()), this.#redraw()),
    });
    $('timeline-tools').append(
      filter,
      h('details', { class: 'kinds' }, h('summary', {}, 'Kinds'), h('div', {}, ...boxes)),
      h('button', { onclick: () => this.#export(), title: 'Save all events as JSON' }, 'Export'),
    );
  }

  get events() {
    return this.#events;
  }

  clear() {
    this.#events = [];
    this.#left = 0;
    this.#list.textContent = '';
  }

  take(events, left) {
    this.#events.push(...events);
    if (this.#events.length > KEPT) this.#events.splice(0, this.#events.length - KEPT);
    this.#draw(events);
    if (left > 0) {
      this.#left += left;
      const last = this.#list.lastElementChild;
      if (last?.className === 'skipped') last.remove();
      else this.#left = left;
      this.#list.append(h('li', { class: 'skipped' }, `… ${this.#left.toLocaleString('en')} events too fast to show`));
    }
  }

  #wanted(event, text) {
    return (
      !this.#hidden.has(event.kind) &&
      (this.#needle === '' || `${event.kind} ${text}`.toLowerCase().includes(this.#needle))
    );
  }

  #draw(events) {
    const list = this.#list;
    const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    const wanted = events.map((event) => [event, sentence(event)]).filter(([event, text]) => this.#wanted(event, text));
    const rows = wanted.slice(-SHOWN / 2);
    if (rows.length < wanted.length)
      list.append(h('li', { class: 'skipped' }, `… ${wanted.length - rows.length} more events here: Export has them`));
    list.append(...rows.map(([event, text]) => this.#row(event, text)));
    while (list.childElementCount > SHOWN) list.firstElementChild.remove();
    if (follow) list.scrollTop = list.scrollHeight;
  }

  #row(event, text) {
    return h(
      'li',
      {},
      h(
        'button',
        { class: `${event.kind} ${event.outcome ?? ''}`, onclick: () => this.#choose(event.pid) },
        h('time', {}, `${(event.t / 1000).toFixed(3)}`),
        h('i', {}, event.kind),
        h('span', {}, text),
      ),
    );
  }

  #redraw() {
    this.#list.textContent = '';
    for (let from = Math.max(0, this.#events.length - 4 * SHOWN); from < this.#events.length; from += SHOWN / 4)
      this.#draw(this.#events.slice(from, from + SHOWN / 4));
  }

  #toggle(group, on) {
    for (const kind of GROUPS[group]) on ? this.#hidden.delete(kind) : this.#hidden.add(kind);
    this.#redraw();
  }

  #export() {
    const url = URL.createObjectURL(new Blob([JSON.stringify(this.#events, null, 1)], { type: 'application/json' }));
    h('a', { href: url, download: 'spawnlink-events.json' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}
