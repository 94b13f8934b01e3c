// SPDX-License-Identifier: Apache-2.0
//
// Draws signals and messages on their way along the edges, and the effect where they arrive.

import { calm, s } from '../dom.js';
import { boxAt, overlap, widthOf } from './labels.js';
import { TRAVEL } from './model.js';

const ease = (t) => (t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2);

export class Pulses {
  #layer;
  #drawn = new Map();

  constructor(layer) {
    this.#layer = layer;
  }

  /**
   * @param {import('./model.js').Model} model
   * @param {number} now
   * @param {number} radius of a node
   * @param {import('./labels.js').Box[]} taken areas that texts must not cover: processes and their labels
   */
  draw(model, now, radius, taken) {
    for (const [id, element] of this.#drawn) {
      if (model.pulses.some((pulse) => pulse.id === id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    const boxes = [...taken];
    for (const pulse of model.pulses) {
      const t = calm() ? 1 : (now - pulse.start) / TRAVEL;
      const to = model.shown.get(pulse.to);
      if (now < pulse.start || !to) continue;
      const element = this.#drawn.get(pulse.id) ?? this.#make(pulse);
      const from = model.shown.get(pulse.from) ?? { x: to.x + 90, y: to.y - 70 };
      const [x, y] = this.#place(element, pulse, from, to, t, radius);
      if (element.lastChild.tagName === 'text') placeText(element, x, y, boxes);
      if (t >= 1) this.#arrived(element, pulse, to, calm() ? 0 : (now - pulse.arrival) / TRAVEL, radius);
    }
  }

  #make(pulse) {
    const signal = pulse.kind === 'signal';
    const label = pulse.kind === 'message' ? '' : pulse.text.length > 28 ? `${pulse.text.slice(0, 27)}…` : pulse.text;
    const element = s(
      'g',
      { class: `pulse ${pulse.kind} ${pulse.outcome ?? ''}` },
      signal && s('path', { class: 'tail' }),
      s('circle', { class: 'burst', r: 0 }),
      s('circle', { class: 'dot', r: signal ? 6 : pulse.kind === 'down' ? 4.5 : 3 }),
      label && s('text', {}, label),
    );
    this.#layer.append(element);
    this.#drawn.set(pulse.id, element);
    return element;
  }

  /** @returns {[number, number]} the position of the dot */
  #place(element, pulse, from, to, t, radius) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = Math.hypot(dx, dy) || 1;
    // A trapped signal stops at the ring around the process that traps it.
    const end = Math.max(0, 1 - (radius + (pulse.outcome === 'trapped' ? 7 : 0)) / length);
    const at = Math.min(ease(Math.min(t, 1)), 1) * end;
    const [x, y] = [from.x + dx * at, from.y + dy * at];
    const [tail, dot] = ['.tail', '.dot'].map((part) => element.querySelector(part));
    // When motion is reduced, the picture shows its whole way.
    const back = calm() ? 0 : Math.max(0, at - 34 / length);
    tail?.setAttribute('d', `M${from.x + dx * back} ${from.y + dy * back}L${x} ${y}`);
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
    // When motion is reduced, its text stands halfway.
    return calm() ? [from.x + (dx * end) / 2, from.y + (dy * end) / 2] : [x, y];
  }

  #arrived(element, pulse, to, t, radius) {
    const after = Math.min(t * 1.4, 1);
    if (pulse.kind === 'signal' && pulse.outcome !== 'ignored' && !calm()) {
      const burst = element.querySelector('.burst');
      burst.setAttribute('cx', to.x);
      burst.setAttribute('cy', to.y);
      burst.setAttribute('r', radius + 7 + (pulse.outcome === 'killed' ? 26 * after : 3 * after));
      burst.style.opacity = String(1 - after);
    }
    element.style.opacity = String(1 - after * after);
    if (!calm()) element.querySelector('.tail')?.remove();
  }
}

/**
 * Possible places of a text beside its dot: [x, y, anchor], the best first.
 * @type {[number, number, 'start' | 'middle' | 'end'][]}
 */
const SPOTS = [
  [-12, 4, 'end'],
  [12, 4, 'start'],
  [0, -13, 'middle'],
  [0, 21, 'middle'],
  [-16, -14, 'end'],
  [16, -14, 'start'],
  [-16, 24, 'end'],
  [16, 24, 'start'],
];
const SIZE = 11.5;

/**
 * Places a text where it covers no other text and no process, or leaves it out. It keeps its side as long as possible.
 */
function placeText(element, x, y, taken) {
  const text = element.lastChild;
  const width = widthOf([{ text: text.textContent, size: SIZE }]);
  const boxOf = (spot) => boxAt(x + spot[0], y + spot[1] - 11, width, 15, spot[2]);
  const spot = [element.spot, ...SPOTS]
    .filter(Boolean)
    .find((one) => taken.every((other) => !overlap(boxOf(one), other)));
  text.setAttribute('visibility', spot ? 'visible' : 'hidden');
  if (!spot) return;
  element.spot = spot;
  taken.push(boxOf(spot));
  text.setAttribute('x', x + spot[0]);
  text.setAttribute('y', y + spot[1]);
  text.setAttribute('text-anchor', spot[2]);
}
