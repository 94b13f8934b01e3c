// SPDX-License-Identifier: Apache-2.0
//
// The panel of one process: its properties, its mailbox and stack, and a form to send it an exit signal.

import { $, h } from './dom.js';
import { title } from './graph/node.js';

const REASONS = ['kill', 'shutdown', 'normal', 'boom'];
const EVERY = 700;

export class Details {
  #panel = $('details');
  #pid = '';
  #askedAt = 0;
  #on;
  #facts = h('div');
  #back;

  /**
   * @param {{ask: (pid: string) => Promise<any>, exit: (pid: string, reason: string) => Promise<void>,
   *   choose: (pid: string) => void, heir: (pid: string) => string | undefined}} on `heir`: gives the process that
   *   replaced another one
   */
  constructor(on) {
    this.#on = on;
  }

  get pid() {
    return this.#pid;
  }

  show(pid, node) {
    this.#back = document.activeElement;
    this.#pid = pid;
    this.#askedAt = 0;
    this.#facts = h('div');
    const problem = h('p', { class: 'wrong', role: 'alert' });
    const reason = h('input', { id: 'reason', value: 'kill', autocomplete: 'off', spellcheck: 'false' });
    const send = async (event) => {
      event.preventDefault();
      problem.textContent = '';
      try {
        await this.#on.exit(pid, reason.value);
      } catch (error) {
        problem.textContent = error.message;
      }
    };
    const reasons = REASONS.map((text) =>
      h('button', { type: 'button', onclick: () => ((reason.value = text), reason.focus()) }, text),
    );
    this.#panel.replaceChildren(
      h(
        'header',
        {},
        h('h3', {}, node ? title(node) : pid),
        h('button', { class: 'close', onclick: () => this.#on.choose(''), 'aria-label': 'Close' }, '✕'),
      ),
      h(
        'form',
        { onsubmit: send },
        h('label', { for: 'reason' }, 'Send an exit signal'),
        h('div', {}, reason, h('button', { class: 'primary', type: 'submit', id: 'send-exit' }, 'Exit')),
        h('div', { class: 'reasons' }, ...reasons),
        problem,
      ),
      this.#facts,
    );
    this.#panel.hidden = false;
    document.body.classList.add('has-details');
    this.draw(node);
    this.#panel.querySelector('.close').focus({ preventScroll: true });
  }

  hide() {
    if (this.#pid === '') return;
    this.#pid = '';
    this.#panel.hidden = true;
    document.body.classList.remove('has-details');
    if (this.#back?.isConnected) this.#back.focus({ preventScroll: true });
  }

  /** @param {any} node the process as in the last snapshot; undefined: it has ended */
  async draw(node) {
    if (this.#pid === '') return;
    const pid = this.#pid;
    const now = performance.now();
    const gone = !node || node.diesAt !== undefined;
    this.#panel.querySelector('form').hidden = gone;
    if (gone) return this.#ended(pid, node);
    if (now - this.#askedAt < EVERY) return;
    this.#askedAt = now;
    const pids = (list) =>
      list.length
        ? h('span', {}, ...list.slice(0, 24).map((id) => h('button', { onclick: () => this.#on.choose(id) }, id)))
        : 'none';
    const facts = [
      ['pid', pid],
      ['began in', node.call || '–'],
      ['now in', node.current || '–'],
      ['state', `${node.state}${node.trap ? ', traps exits' : ''}`],
      ...(node.restarts ? [['restarts', `${node.restarts}, before: ${node.past.slice(-5).join(' ')}`]] : []),
      ['links', pids(node.links)],
      ['monitors', pids(node.monitors)],
      ['mailbox', `${node.messages}`],
      ['memory', `${(node.memory / 1024).toFixed(1)} KiB`],
      ['reductions', node.reductions.toLocaleString('en')],
    ];
    this.#fill(facts);
    const info = await this.#on.ask(pid).catch(() => undefined);
    if (this.#pid !== pid || !info) return;
    this.#fill(facts, [
      ['Mailbox', info.messages],
      ['Stack', info.current_stacktrace],
    ]);
  }

  #ended(pid, node) {
    const heir = this.#on.heir(pid);
    const after =
      heir === undefined ? [] : [['in its place', h('button', { onclick: () => this.#on.choose(heir) }, heir)]];
    this.#fill([['pid', pid], ['state', node?.reason ? `has ended: ${node.reason}` : 'has ended'], ...after]);
  }

  #fill(facts, lists = []) {
    // A user who is about to press a button in here must not lose it.
    if (this.#facts.contains(document.activeElement)) return;
    const blocks = lists
      .filter(([, items]) => items?.length > 0)
      .flatMap(([name, items]) => [h('h4', {}, name), h('pre', {}, items.join('\n'))]);
    this.#facts.replaceChildren(
      h('dl', {}, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
      ...blocks,
    );
  }
}
