// SPDX-License-Identifier: Apache-2.0
//
// What a process is and has, shown beside it while it is pointed at or focused.

import { h } from '../dom.js';
import { facts, title } from './node.js';

const WIDTH = 170;

export class Tip {
  #svg;
  #find;
  #element = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  #id = '';
  #text = '';

  /** @param {SVGSVGElement} svg @param {(id: string) => {node: any, x: number, y: number, width: number} | undefined} find a process, where it is, and the width there is */
  constructor(svg, find) {
    this.#svg = svg;
    this.#find = find;
    svg.after(this.#element);
    const show = (event) => this.#show(event.target.closest?.('.node')?.dataset.id ?? '');
    svg.addEventListener('pointerover', (event) => event.pointerType !== 'touch' && show(event));
    svg.addEventListener('focusin', show);
    for (const name of ['pointerleave', 'focusout', 'pointerdown']) svg.addEventListener(name, () => this.#show(''));
  }

  #show(id) {
    this.#id = id;
    this.draw();
  }

  /** Follows its process. */
  draw() {
    const found = this.#id && this.#find(this.#id);
    const tip = this.#element;
    tip.hidden = !found || found.node.group || found.node.diesAt !== undefined;
    if (!found || tip.hidden) return;
    const { node, x, y, width } = found;
    const text = facts(node).flat().join();
    if (text !== this.#text || tip.dataset.id !== node.id) {
      this.#text = text;
      tip.dataset.id = node.id;
      tip.replaceChildren(h('b', {}, title(node)), h('dl', {}, ...facts(node).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
    }
    tip.style.transform = `translate(${Math.min(Math.max(x - WIDTH - 30, 8), width - WIDTH - 8)}px, ${Math.max(8, y - 40)}px)`;
  }
}
