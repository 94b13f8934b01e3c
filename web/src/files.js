// SPDX-License-Identifier: Apache-2.0
//
// The files of the program: one tab for each, named by its -module; adding and removing files.

import { $, h } from './dom.js';

export class Files {
  /** @type {{name: string, text: string}[]} */
  list = [];
  /** A different number for each text of the program, so that results about one text are not shown for another. */
  version = 0;
  #at = 0;
  #editor;
  #on;
  /** The program when it was opened. */
  #opened = '';
  /** The names of files with errors. @type {Set<string>} */
  #wrong = new Set();

  /** @param {{changed: () => void, shown: () => void}} on the program has changed; another file is shown */
  constructor(on) {
    this.#on = on;
  }

  /** Whether the program has been changed since it was opened. */
  get isEdited() {
    return JSON.stringify(this.list) !== this.#opened;
  }

  /** @param {string[]} names the names of files with errors */
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

  /** Takes a changed text. The name of a file follows its -module. */
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
