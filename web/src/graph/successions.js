// SPDX-License-Identifier: Apache-2.0
//
// Which process replaced which. A process replaces a dead one when it is registered under the same name, or when the
// same parent, which was linked to the dead one or monitored it, starts the same function again. So restarts can be
// counted.

/** No more names than this are remembered: a program that invents so many names does not restart anything. */
const MAX_NAMES = 2000;
const MAX_HEIRS = 2000;

export class Successions {
  #model;
  /** The last process of each registered name. @type {Map<string, any>} */
  #bearers = new Map();
  /** For each replaced process, its replacement. @type {Map<string, string>} */
  #heirs = new Map();

  /** @param {import('./model.js').Model} model */
  constructor(model) {
    this.#model = model;
  }

  clear() {
    this.#bearers.clear();
    this.#heirs.clear();
  }

  /** The last of the processes that replaced a process, one after the other. @param {string} pid */
  heirOf(pid) {
    let heir;
    for (let next = this.#heirs.get(pid); next !== undefined; next = this.#heirs.get(next)) heir = next;
    return heir;
  }

  /** The dead process that a new one replaces: a child of the same parent. */
  placeOf({ parent, call, group }) {
    if (!this.#model.nodes.has(parent) || group) return undefined;
    const free = [...this.#model.nodes.values()].filter(
      (node) =>
        node.parent === parent && node.diesAt !== undefined && node.replacedBy === undefined && node.call === call,
    );
    return free.toSorted((a, b) => a.order - b.order).find((node) => node.cared ?? this.cared(node));
  }

  /** Whether its parent is linked to a process or monitors it. */
  cared({ id, parent }) {
    const { edges } = this.#model;
    return (
      edges.has(`link ${parent} ${id}`) || edges.has(`link ${id} ${parent}`) || edges.has(`monitor ${parent} ${id}`)
    );
  }

  /** @param {any} node the new process @param {any} dead the one that it replaces */
  take(node, dead) {
    dead.replacedBy = node.id;
    this.#heirs.set(dead.id, node.id);
    if (this.#heirs.size > MAX_HEIRS) this.#heirs.delete(this.#heirs.keys().next().value);
    node.past = [...dead.past, dead.id].slice(-50);
    node.restarts = (dead.restarts ?? 0) + 1;
  }

  /** A registered name says best which process is replaced. @param {any} node @param {string} name */
  named(node, name) {
    node.name = name;
    this.#model.version++;
    const before = this.#bearers.get(name);
    if (this.#bearers.size < MAX_NAMES || before) this.#bearers.set(name, node);
    if (!before || before === node || before.diesAt === undefined || before.replacedBy === node.id) return;
    const taken = [...this.#model.nodes.values()].find((other) => other.replacedBy === node.id);
    if (taken) taken.replacedBy = before.replacedBy;
    node.order = before.order;
    this.take(node, before);
  }
}
