// SPDX-License-Identifier: Apache-2.0
//
// What the graph shows: the processes of the last snapshot, those that died a moment ago, and the signals on their way. The
// eye is slower than the VM: a process that a signal has killed stands until the eye has seen the signal arrive, and what
// it sends to its own links starts then. Nothing here draws.

export const TRAVEL = 650;
const FADE = 2200;
/** No signal starts later than this after it happened, however long the chain. */
const LATEST = 6000;
/** Snapshots without a process after which it is gone, though nothing was told of its end. */
const MISSING = 3;
const MAX_PULSES = 60;
const MAX_MESSAGES = 24;

export class Model {
  /** @type {Map<string, any>} by pid; of groups by call */
  nodes = new Map();
  /** @type {Map<string, any>} */
  edges = new Map();
  /** @type {any[]} */
  pulses = [];
  messages = true;
  /** Counts changes of what there is (not of where). */
  version = 0;
  #signals = 0;
  #births = 0;

  clear() {
    this.nodes.clear();
    this.edges.clear();
    this.pulses = [];
    this.version++;
  }

  /** @param {any} frame @param {number} now */
  take(frame, now) {
    const spawned = frame.events.filter((event) => event.kind === 'spawn').length;
    for (const event of frame.events) this.#event(event, now, spawned < 60);
    this.#snapshot(frame, now);
  }

  #event(event, now, few) {
    const node = this.nodes.get(event.pid);
    switch (event.kind) {
      case 'spawn':
        if (!node && few) this.#add({ id: event.pid, call: event.text, state: 'runnable', parent: event.other, links: [], monitors: [], messages: 0 }, now);
        return;
      case 'register':
        if (node) node.name = event.text;
        return;
      case 'link':
        if (few && event.other) this.#edge('link', event.pid, event.other);
        return;
      case 'monitor':
        if (few && event.other) this.#edge('monitor', event.pid, event.other);
        return;
      case 'signal':
        return this.#signal(event, now);
      case 'down':
        return this.#pulse({ kind: 'down', from: event.other, to: event.pid, text: event.text }, now);
      case 'message':
        if (this.messages && event.other && this.pulses.length < MAX_MESSAGES) this.#pulse({ kind: 'message', from: event.other, to: event.pid, text: '' }, now);
        return;
      case 'exit':
        if (node) this.#die(node, event, now);
    }
  }

  #signal(event, now) {
    const pulse = this.#pulse({ kind: 'signal', from: event.other, to: event.pid, text: event.text, outcome: event.outcome }, now);
    const node = this.nodes.get(event.pid);
    if (pulse && node && event.outcome === 'killed') node.killed = Math.max(pulse.start + TRAVEL, node.killed ?? 0);
  }

  #pulse(pulse, now) {
    if (this.pulses.length >= MAX_PULSES || !this.nodes.has(pulse.to) || pulse.from === pulse.to) return undefined;
    const from = this.nodes.get(pulse.from);
    if (pulse.kind !== 'signal' && !from) return undefined;
    const start = Math.min(Math.max(now, pulse.kind === 'message' ? now : (from?.diesAt ?? from?.killed ?? now)), now + LATEST);
    const made = { ...pulse, id: ++this.#signals, start };
    this.pulses.push(made);
    return made;
  }

  #die(node, event, now) {
    if (node.diesAt !== undefined) return;
    node.diesAt = Math.max(now, node.killed ?? now);
    node.reason = event.text;
    node.quiet = event.outcome === 'normal' || event.text === 'shutdown';
    this.version++;
  }

  #add(process, now) {
    const parent = this.nodes.get(process.parent);
    const dead = parent && [...this.nodes.values()].find((node) => node.parent === process.parent && node.diesAt !== undefined && node.replacedBy === undefined);
    const node = { ...process, born: now, ...this.#birthplace(parent, dead) };
    if (dead) dead.replacedBy = node.id;
    this.nodes.set(process.id, node);
    this.version++;
    return node;
  }

  /** Where a process appears, and its place among others: that of a sibling that died, else near its parent. */
  #birthplace(parent, dead) {
    const order = ++this.#births;
    if (dead) return { x: dead.x, y: dead.y, order: dead.order };
    if (parent) {
      // Round it, the first ones below it: so a ring comes out as one.
      const n = [...this.nodes.values()].filter((node) => node.parent === parent.id).length;
      const [far, angle] = [105 + 24 * Math.floor(n / 12), ((150 - 30 * n) * Math.PI) / 180];
      return { x: parent.x + far * Math.cos(angle), y: parent.y + far * Math.sin(angle), order };
    }
    // A spiral: no two in one place, none far from the others.
    const far = 14 * Math.sqrt(this.nodes.size);
    return { x: far * Math.cos(2.4 * order), y: far * Math.sin(2.4 * order), order };
  }

  #edge(kind, a, b) {
    if (!this.nodes.has(a) || !this.nodes.has(b) || a === b) return undefined;
    const [from, to] = kind === 'link' && a > b ? [b, a] : [a, b];
    const key = `${kind} ${from} ${to}`;
    let edge = this.edges.get(key);
    if (!edge) {
      edge = { key, kind, from, to };
      this.edges.set(key, edge);
      this.version++;
    }
    return edge;
  }

  #snapshot(frame, now) {
    const living = new Set();
    for (const process of frame.processes) {
      living.add(process.id);
      const node = this.nodes.get(process.id) ?? this.#add(process, now);
      if (node.diesAt !== undefined) continue;
      Object.assign(node, process);
    }
    for (const group of frame.groups) {
      const id = `× ${group.call}`;
      living.add(id);
      const node = this.nodes.get(id) ?? this.#add({ id, group: true, links: [], monitors: [] }, now);
      Object.assign(node, group, { group: true });
    }
    for (const node of this.nodes.values()) {
      if (living.has(node.id) || node.diesAt !== undefined) {
        node.missing = 0;
        continue;
      }
      // What it died of may be told in the frame after the one it is missing from.
      node.missing = (node.missing ?? 0) + 1;
      if (node.missing < MISSING) continue;
      node.quiet = true;
      node.diesAt = Math.max(now, node.killed ?? now);
      this.version++;
    }
    this.#snapshotEdges(frame);
  }

  #snapshotEdges(frame) {
    const kept = new Set();
    const keep = (kind, a, b) => {
      const edge = this.#edge(kind, a, b);
      if (edge) kept.add(edge.key);
    };
    for (const process of frame.processes) {
      for (const other of process.links) keep('link', process.id, other);
      for (const other of process.monitors) keep('monitor', process.id, other);
      if (process.parent) keep('parent', process.parent, process.id);
    }
    // The links of the dead go when the eye has seen them die.
    for (const [key, edge] of this.edges) {
      if (kept.has(key)) continue;
      if (this.nodes.get(edge.from)?.diesAt === undefined && this.nodes.get(edge.to)?.diesAt === undefined) {
        this.edges.delete(key);
        this.version++;
      }
    }
  }

  /** Takes away what has faded. @param {number} now */
  sweep(now) {
    this.pulses = this.pulses.filter((pulse) => now < pulse.start + TRAVEL + 500);
    for (const [id, node] of this.nodes) {
      if (node.diesAt === undefined || now < node.diesAt + FADE) continue;
      this.nodes.delete(id);
      for (const [key, edge] of this.edges) if (edge.from === id || edge.to === id) this.edges.delete(key);
      this.version++;
    }
  }

  /** Whether anything moves or will. */
  get lively() {
    return this.pulses.length > 0 || [...this.nodes.values()].some((node) => node.diesAt !== undefined);
  }
}
