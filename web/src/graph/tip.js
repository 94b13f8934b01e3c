// SPDX-License-Identifier: Apache-2.0
//
// Shows the properties of a process beside it while it is pointed at or focused.

import { h } from '../dom.js';
import { overlap } from './labels.js';
import { facts, title } from './node.js';

const WIDTH = 170;
const GAP = 14;

/** @typedef {import('./labels.js').Box} Box */

export class Tip {
  #find;
  #element = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  #id = '';
  #text = '';
  #height = 0;

  /**
   * @param {SVGSVGElement} svg
   * @param {(id: string) => {node: any, own: Box, others: Box[], width: number, height: number} | undefined} find gives
   *   a process, the area that it covers, those that others cover, and the room above the legend, in pixels
   */
  constructor(svg, find) {
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

  /** Moves with its process. */
  draw() {
    const found = this.#id && this.#find(this.#id);
    const tip = this.#element;
    tip.hidden = !found || found.node.group || (found.node.diesAt !== undefined && !found.node.ghost);
    if (!found || tip.hidden) return;
    this.#write(tip, found.node);
    const place = this.#place(found);
    // When there is no room beside the process, the tip is one line in place of the legend.
    tip.classList.toggle('strip', !place);
    tip.style.transform = place ? `translate(${place.x0}px, ${place.y0}px)` : '';
  }

  #write(tip, node) {
    const text = facts(node).flat().join();
    if (text === this.#text && tip.dataset.id === node.id) return;
    this.#text = text;
    tip.dataset.id = node.id;
    tip.replaceChildren(
      h('b', {}, title(node)),
      h('dl', {}, ...facts(node).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    );
    tip.classList.remove('strip');
    this.#height = tip.offsetHeight;
  }

  /** Beside the process, or in a corner; never on another process or its label. @returns {Box | undefined} */
  #place({ own, others, width, height }) {
    const [middle, centre] = [(own.y0 + own.y1) / 2, (own.x0 + own.x1) / 2];
    const [left, right] = [own.x0 - GAP - WIDTH, own.x1 + GAP];
    const [above, below] = [own.y0 - GAP - this.#height, own.y1 + GAP];
    const beside = [
      [left, middle - this.#height / 2],
      [right, middle - this.#height / 2],
      [centre - WIDTH / 2, above],
      [centre - WIDTH / 2, below],
      [left, above],
      [right, above],
      [left, below],
      [right, below],
    ];
    const [east, south] = [width - WIDTH - 8, height - this.#height];
    const boxes = [...beside, [8, 8], [east, 8], [8, south], [east, south]].map(([x, y]) => ({
      x0: x,
      y0: y,
      x1: x + WIDTH,
      y1: y + this.#height,
    }));
    const inside = (box) => box.x0 >= 4 && box.y0 >= 4 && box.x1 <= width - 4 && box.y1 <= height + 4;
    return boxes.find((box) => inside(box) && !overlap(box, own) && others.every((other) => !overlap(box, other)));
  }
}
