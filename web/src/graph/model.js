// SPDX-License-Identifier: Apache-2.0
//
// What the graph shows: the processes of the last snapshot, processes that have ended, and signals on their way. The
// eye is slower than the VM, so what a process does because of a signal is shown only after the signal was shown to
// arrive. A process that a signal has killed stays until then, and one that is started because of that appears then.
// Nothing here draws.

import { calm } from '../dom.js';
import { Successions } from './successions.js';

export const TRAVEL = 650;
const FADE = 2200;
const FADE_STILL = 5000;
/** How long a signal is shown after it has arrived. When motion is reduced, it is a picture and is shown longer. */
const AFTER = 500;
const AFTER_STILL = 5000;
/** No signal starts later than this after it happened, however long the chain of signals is. */
const LATEST = 6000;
/** A process that is missing from so many snapshots is gone, even if no event said so. */
const MISSING = 3;
const MAX_PULSES = 60;
const MAX_MESSAGES = 24;
/** How many ended processes stay visible; none when there are more processes than the second number. */
const MAX_GHOSTS = 12;
const CROWD = 40;

export class Model {
  /**
   * All known processes, including those that are not visible yet.
   * @type {Map<string, any>} by pid; of groups by call
   */
  nodes = new Map();
  /** The visible ones. @type {Map<string, any>} */
  shown = new Map();
  /** @type {Map<string, any>} */
  edges = new Map();
  /** @type {any[]} */
  pulses = [];
  messages = true;
  /** Counts changes in what is visible (but not where it is). */
  version = 0;
  #signals = 0;
  #births = 0;
  #successions = new Successions(this);

  clear() {
    this.nodes.clear();
    this.shown.clear();
    this.edges.clear();
    this.#successions.clear();
    this.pulses = [];
    this.version++;
  }

  /** @param {any} frame @param {number} now */
  take(frame, now) {
    const spawned = frame.events.filter((event) => event.kind === 'spawn').length;
    for (const event of frame.events) this.#event(event, now, spawned < 60);
    this.#snapshot(frame, now);
    this.sweep(now);
  }

  #event(event, now, few) {
    const node = this.nodes.get(event.pid);
    switch (event.kind) {
      case 'spawn':
        if (!node && few)
          this.#add(
            {
              id: event.pid,
              call: event.text,
              state: 'runnable',
              parent: event.other,
              links: [],
              monitors: [],
              messages: 0,
            },
            now,
          );
        return;
      case 'register':
        if (node) this.#successions.named(node, event.text);
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
        return void this.#pulse({ kind: 'down', from: event.other, to: event.pid, text: event.text }, now);
      case 'message':
        if (this.messages && event.other && this.pulses.length < MAX_MESSAGES)
          this.#pulse({ kind: 'message', from: event.other, to: event.pid, text: '' }, now);
        return;
      case 'exit':
        if (node) this.#die(node, event, now);
    }
  }

  #signal(event, now) {
    const pulse = this.#pulse(
      { kind: 'signal', from: event.other, to: event.pid, text: event.text, outcome: event.outcome },
      now,
    );
    const node = this.nodes.get(event.pid);
    if (pulse && node && event.outcome === 'killed') node.killed = Math.max(pulse.arrival, node.killed ?? 0);
  }

  #pulse(pulse, now) {
    const [from, to] = [this.nodes.get(pulse.from), this.nodes.get(pulse.to)];
    if (this.pulses.length >= MAX_PULSES || !to || pulse.from === pulse.to) return undefined;
    if (pulse.kind !== 'signal' && !from) return undefined;
    const start = this.#time(
      now,
      pulse.kind === 'message' ? from.born : (from?.diesAt ?? from?.killed ?? from?.seen ?? now),
      to.born,
    );
    const made = { ...pulse, id: ++this.#signals, start, arrival: start + (calm() ? 0 : TRAVEL) };
    this.pulses.push(made);
    // Messages are too many to wait for each of them.
    if (pulse.kind !== 'message') to.seen = Math.max(to.seen, made.arrival);
    return made;
  }

  /** When to show what happens now: after everything that must be shown before. */
  #time(now, ...before) {
    return Math.min(Math.max(now, ...before), now + LATEST);
  }

  #die(node, event, now) {
    if (node.diesAt !== undefined) return;
    node.diesAt = this.#time(now, node.killed ?? node.seen);
    node.reason = event.text;
    node.quiet = event.outcome === 'normal' || event.text === 'shutdown';
    this.version++;
  }

  #add(process, now) {
    const parent = this.nodes.get(process.parent);
    const dead = this.#successions.placeOf(process);
    const born = this.#time(now, parent?.seen ?? now);
    // `seen`: when the last signal to the node arrives, or the node appears. `fallen`: its end was shown.
    const node = { ...process, born, seen: born, past: [], ...this.#birthplace(parent, dead) };
    if (dead) this.#successions.take(node, dead);
    this.nodes.set(process.id, node);
    return node;
  }

  /** Where a process appears, and its position among others: that of a sibling that died, otherwise near its parent. */
  #birthplace(parent, dead) {
    const order = ++this.#births;
    if (dead) return { x: dead.x, y: dead.y, order: dead.order };
    if (parent) {
      // Around the parent, the first ones below it: so a ring of processes becomes a ring.
      const n = [...this.nodes.values()].filter((node) => node.parent === parent.id).length;
      const [far, angle] = [105 + 24 * Math.floor(n / 12), ((150 - 30 * n) * Math.PI) / 180];
      return { x: parent.x + far * Math.cos(angle), y: parent.y + far * Math.sin(angle), order };
    }
    // On a spiral: no two processes at the same place, and none far from the others.
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
      if (process.name && process.name !== node.name) this.#successions.named(node, process.name);
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
      // The reason of its end may come in the frame after the one from which it is missing.
      node.missing = (node.missing ?? 0) + 1;
      if (node.missing < MISSING) continue;
      node.quiet = true;
      node.diesAt = this.#time(now, node.killed ?? now);
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
    for (const { kind, from, to } of frame.groupEdges) keep(kind, from, to);
    // The links of dead processes disappear when their end was shown.
    for (const [key, edge] of this.edges) {
      if (kept.has(key)) continue;
      if (this.nodes.get(edge.from)?.diesAt === undefined && this.nodes.get(edge.to)?.diesAt === undefined) {
        this.edges.delete(key);
        this.version++;
      }
    }
  }

  /** Shows what is due now, and removes what has faded. @param {number} now */
  sweep(now) {
    const after = calm() ? AFTER_STILL : AFTER;
    this.pulses = this.pulses.filter((pulse) => now < pulse.arrival + after);
    for (const [id, node] of this.nodes) {
      if (now >= node.born && !this.shown.has(id)) {
        this.shown.set(id, node);
        this.version++;
      }
      if (!node.fallen && now >= (node.diesAt ?? Infinity)) {
        node.fallen = true;
        this.version++;
      }
      if (node.diesAt !== undefined && !node.ghost && now >= node.diesAt + (calm() ? FADE_STILL : FADE))
        this.#faded(node);
    }
    this.#limitGhosts();
  }

  /** A process that was not replaced leaves a trace: itself, without its links. */
  #faded(node) {
    const stays = !node.group && node.replacedBy === undefined;
    if (stays) [node.ghost, node.cared] = [true, this.#successions.cared(node)];
    else this.#remove(node.id);
    for (const [key, edge] of this.edges)
      if (edge.kind !== 'parent' && (edge.from === node.id || edge.to === node.id)) this.edges.delete(key);
    this.version++;
  }

  #limitGhosts() {
    const ghosts = [...this.nodes.values()].filter((node) => node.ghost);
    const room = this.nodes.size > CROWD ? 0 : MAX_GHOSTS;
    for (const node of ghosts.toSorted((a, b) => a.diesAt - b.diesAt).slice(0, Math.max(0, ghosts.length - room)))
      this.#remove(node.id);
    for (const node of ghosts) if (node.replacedBy !== undefined) this.#remove(node.id);
  }

  #remove(id) {
    this.nodes.delete(id);
    this.shown.delete(id);
    this.pulses = this.pulses.filter((pulse) => pulse.from !== id && pulse.to !== id);
    for (const [key, edge] of this.edges) if (edge.from === id || edge.to === id) this.edges.delete(key);
    this.version++;
  }

  /** @param {string} pid @returns {string | undefined} the process that has replaced it */
  heirOf(pid) {
    return this.#successions.heirOf(pid);
  }

  /** Whether anything moves or will move. */
  get lively() {
    return (
      this.pulses.length > 0 ||
      this.shown.size < this.nodes.size ||
      [...this.nodes.values()].some((node) => node.diesAt !== undefined && !node.ghost)
    );
  }
}
