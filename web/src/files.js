// SPDX-License-Identifier: Apache-2.0
//
// The files of the program: one tab each, named by their -module; adding and removing them.

import { $, h } from './dom.js';

export class Files {
  /** @type {{name: string, text: string}[]} */
  list = [];
  /** Another number for each text of the program: what was found out about one text is said of no other. */
  version = 0;
  #at = 0;
  #editor;
  #on;
  /** The program as it was opened. */
  #opened = '';
  /** Names of files with errors. @type {Set<string>} */
  #wrong = new Set();

  /** @param {{changed: () => void, shown: () => void}} on the program is another one; another file is shown */
  constructor(on) {
    this.#on = on;
  }

  /** Whether the program is another one than was opened. */
  get isEdited() {
    return JSON.stringify(this.list) !== this.#opened;
  }

  /** @param {string[]} names of files with errors */
  wrong(names) {
    const before = [...this.#wrong].join();
    this.#wrong = new Set(names);
    if (before !== [...this.#wrong].join()) this.#draw();
  }

  set editor(editor) {
    this.#editor = editor;
  }

  get current() {
    return this.list[this.#at];
  }

  open(list) {
    this.list = list.map(({ name, text }) => ({ name, text }));
    this.#opened = JSON.stringify(this.list);
    this.version++;
    this.#editor.forget();
    this.show(0);
  }

  show(index) {
    this.#at = index;
    this.#editor.show(this.current.name, this.current.text);
    this.#draw();
    this.#on.shown();
  }

  goto(name, line, column) {
    const index = this.list.findIndex((file) => file.name === name);
    if (index >= 0 && index !== this.#at) this.show(index);
    this.#editor.goto(line, column);
  }

  /** What was typed. A file is called what its -module says. */
  edited(text) {
    const file = this.current;
    if (file.text === text) return;
    file.text = text;
    const module = /^\s*-module\(\s*'?([\w@]+)'?\s*\)/m.exec(text)?.[1];
    const name = module && `${module}.erl`;
    if (name && name !== file.name && !file.name.endsWith('.hrl') && !this.list.some((other) => other.name === name)) {
      file.name = name;
      this.#draw();
    }
    this.#isAnother();
  }

  #isAnother() {
    this.version++;
    this.#on.changed();
  }

  #add() {
    let n = 1;
    while (this.list.some((file) => file.name === `other${n}.erl`)) n++;
    this.list.push({ name: `other${n}.erl`, text: `-module(other${n}).\n-export([hello/0]).\n\nhello() -> world.\n` });
    this.show(this.list.length - 1);
    this.#isAnother();
  }

  #remove() {
    this.list.splice(this.#at, 1);
    this.show(Math.max(0, this.#at - 1));
    this.#isAnother();
  }

  #draw() {
    const tabs = this.list.map((file, i) =>
      h(
        'button',
        {
          class: this.#wrong.has(file.name) && 'wrong',
          'aria-pressed': String(i === this.#at),
          onclick: () => this.show(i),
        },
        file.name,
      ),
    );
    const tools = [
      h('button', { title: 'Add a module', 'aria-label': 'Add a module', onclick: () => this.#add() }, '+'),
    ];
    if (this.list.length > 1)
      tools.push(
        h(
          'button',
          {
            title: `Remove ${this.current.name}`,
            'aria-label': `Remove ${this.current.name}`,
            onclick: () => this.#remove(),
          },
          '−',
        ),
      );
    $('files').replaceChildren(...tabs, ...tools);
  }
}
