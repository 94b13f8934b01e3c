// SPDX-License-Identifier: Apache-2.0
//
// Draws links, monitors and parents: a path for each, or, when there are very many, a path for each kind.

import { s } from '../dom.js';

/**
 * A link is straight. A monitor bends to one side and ends before its target; the line to a parent bends to the other
 * side.
 */
function line(a, b, kind, r) {
  if (kind === 'link') return `M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [-dy / length, dx / length];
  const bend = kind === 'parent' ? -12 : 26;
  const [mx, my] = [(a.x + b.x) / 2 + nx * bend, (a.y + b.y) / 2 + ny * bend];
  if (kind === 'parent') return `M${a.x} ${a.y}Q${mx} ${my} ${b.x} ${b.y}`;
  const back = Math.hypot(b.x - mx, b.y - my) || 1;
  return `M${a.x} ${a.y}Q${mx} ${my} ${b.x - ((b.x - mx) / back) * (r + 7)} ${b.y - ((b.y - my) / back) * (r + 7)}`;
}

export class Edges {
  layer = s('g', { class: 'edges' });
  #drawn = new Map();
  /** @type {{key: string, kind: string, from: string, to: string}[]} */
  #list = [];
  #merged;

  /** @param {any[]} list @param {boolean} merged */
  set(list, merged) {
    this.#list = list;
    if (merged !== this.#merged) this.layer.replaceChildren();
    if (merged !== this.#merged) this.#drawn.clear();
    this.#merged = merged;
    const wanted = new Map(
      merged ? ['parent', 'link', 'monitor'].map((kind) => [kind, { kind }]) : list.map((edge) => [edge.key, edge]),
    );
    for (const [key, element] of this.#drawn) {
      if (wanted.has(key)) continue;
      element.remove();
      this.#drawn.delete(key);
    }
    for (const [key, { kind }] of wanted) {
      if (this.#drawn.has(key)) continue;
      const element = s('path', { class: `edge ${kind}`, 'marker-end': kind === 'monitor' && 'url(#head)' });
      this.#drawn.set(key, element);
      this.layer.append(element);
    }
  }

  /** @param {Map<string, any>} nodes @param {number} now @param {number} r of a node @param {boolean} moved */
  paint(nodes, now, r, moved) {
    if (this.#merged) return moved && this.#paintMerged(nodes, now, r);
    for (const edge of this.#list) {
      const element = this.#drawn.get(edge.key);
      const [a, b] = [nodes.get(edge.from), nodes.get(edge.to)];
      if (!a || !b || (!moved && !a.diesAt && !b.diesAt && element.hasAttribute('d'))) continue;
      element.classList.toggle('gone', now >= Math.min(a.diesAt ?? Infinity, b.diesAt ?? Infinity));
      element.setAttribute('d', line(a, b, edge.kind, r));
    }
    return undefined;
  }

  #paintMerged(nodes, now, r) {
    const paths = { parent: [], link: [], monitor: [] };
    for (const { kind, from, to } of this.#list) {
      const [a, b] = [nodes.get(from), nodes.get(to)];
      if (a && b && now < (a.diesAt ?? Infinity) && now < (b.diesAt ?? Infinity)) paths[kind].push(line(a, b, kind, r));
    }
    for (const [kind, parts] of Object.entries(paths)) this.#drawn.get(kind).setAttribute('d', parts.join(''));
  }
}
