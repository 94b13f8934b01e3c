// SPDX-License-Identifier: Apache-2.0
//
// The output of the program, with notes of the playground in between. Keeps only the last part of very long output.

import { h } from './dom.js';
import { summaryOf } from './reports.js';

const MAX = 60_000;

export class Output {
  #element;
  #size = 0;
  #left = 0;

  constructor(element) {
    this.#element = element;
  }

  clear() {
    this.#element.textContent = '';
    this.#size = this.#left = 0;
  }

  /** @param {string} text @param {string} kind out, err, note, typed, wrong, report */
  add(text, kind = 'out') {
    if (text === '') return;
    const element = this.#element;
    const follow = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    const last = element.lastElementChild;
    if (kind === 'out' && last?.className === 'out' && last.textContent.length < 4000) last.append(text);
    else if (kind === 'report')
      element.append(
        h('details', { class: 'report' }, h('summary', {}, summaryOf(text)), h('pre', {}, text.trimEnd())),
      );
    else element.append(h('span', { class: kind }, text));
    this.#size += text.length;
    while (this.#size > MAX && element.firstElementChild) {
      this.#size -= element.firstElementChild.textContent.length;
      element.firstElementChild.remove();
    }
    if (follow) element.scrollTop = element.scrollHeight;
  }

  /** A line of the playground itself. */
  note(text) {
    const element = this.#element;
    const fresh = element.textContent === '' || element.textContent.endsWith('\n');
    this.add(`${fresh ? '' : '\n'}${text}\n`, 'note');
  }

  /** @param {number} characters how many were left out */
  skipped(characters) {
    if (characters === 0) return;
    this.#left += characters;
    const text = `… ${(this.#left / 1024).toFixed(0)} KiB of output not shown\n`;
    const last = this.#element.lastElementChild;
    if (last?.className === 'note skipped') last.textContent = text;
    else {
      this.#left = characters;
      this.add(`… ${(characters / 1024).toFixed(0)} KiB of output not shown\n`, 'note skipped');
    }
  }
}
