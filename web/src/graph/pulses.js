// SPDX-License-Identifier: Apache-2.0
//
// Draws signals and messages on their way along the edges, and what happens where they arrive.

import { calm, s } from '../dom.js';
import { TRAVEL } from './model.js';

const ease = (t) => (t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2);

export class Pulses {
  #layer;
  #drawn = new Map();

  constructor(layer) {
    this.#layer = layer;
  }

  /** @param {import('./model.js').Model} model @param {number} now @param {number} radius of a node */
  draw(model, now, radius) {
    for (const [id, element] of this.#drawn) {
      if (model.pulses.some((pulse) => pulse.id === id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    for (const pulse of model.pulses) {
      const t = (now - pulse.start) / TRAVEL;
      const to = model.nodes.get(pulse.to);
      if (t < 0 || !to) continue;
      const element = this.#drawn.get(pulse.id) ?? this.#make(pulse);
      const from = model.nodes.get(pulse.from) ?? { x: to.x + 90, y: to.y - 70 };
      this.#place(element, pulse, from, to, calm() ? Math.max(t, 1) : t, radius);
    }
  }

  #make(pulse) {
    const signal = pulse.kind === 'signal';
    const label = pulse.kind === 'message' ? '' : pulse.text.length > 28 ? `${pulse.text.slice(0, 27)}…` : pulse.text;
    const element = s('g', { class: `pulse ${pulse.kind} ${pulse.outcome ?? ''}` },
      signal && s('path', { class: 'tail' }), s('circle', { class: 'burst', r: 0 }), s('circle', { class: 'dot', r: signal ? 6 : pulse.kind === 'down' ? 4.5 : 3 }), label && s('text', {}, label));
    this.#layer.append(element);
    this.#drawn.set(pulse.id, element);
    return element;
  }

  #place(element, pulse, from, to, t, radius) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = Math.hypot(dx, dy) || 1;
    // A trapped signal goes no further than the ring around its trapper.
    const end = Math.max(0, 1 - (radius + (pulse.outcome === 'trapped' ? 7 : 0)) / length);
    const at = Math.min(ease(Math.min(t, 1)), 1) * end;
    const [x, y] = [from.x + dx * at, from.y + dy * at];
    const [tail, burst, dot, text] = ['.tail', '.burst', '.dot', 'text'].map((part) => element.querySelector(part));
    const back = Math.max(0, at - 34 / length);
    tail?.setAttribute('d', `M${from.x + dx * back} ${from.y + dy * back}L${x} ${y}`);
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
    // Not on the names, which are below or at the right.
    const level = Math.abs(dx) > 1.5 * Math.abs(dy);
    text?.setAttribute('x', level ? x : x - 12);
    text?.setAttribute('y', level ? y - 13 : y + 4);
    text?.setAttribute('text-anchor', level ? 'middle' : 'end');
    if (t < 1) return;
    const after = Math.min((t - 1) * 1.4, 1);
    if (pulse.kind === 'signal' && pulse.outcome !== 'ignored') {
      burst.setAttribute('cx', to.x);
      burst.setAttribute('cy', to.y);
      burst.setAttribute('r', radius + 7 + (pulse.outcome === 'killed' ? 26 * after : 3 * after));
      burst.style.opacity = String(1 - after);
    }
    element.style.opacity = String(1 - after * after);
    tail?.remove();
  }
}
