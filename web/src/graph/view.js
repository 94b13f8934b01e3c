// SPDX-License-Identifier: Apache-2.0
//
// Draws the model as SVG: lays it out with d3-force, keeps it in view, and makes each process something to point at,
// focus and choose. Draws only while something moves.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import { calm, s } from '../dom.js';
import { Pulses } from './pulses.js';

const ROW = 96;

export class View {
  #svg;
  #model;
  #choose;
  #edges = s('g', { class: 'edges' });
  #nodes = s('g', { class: 'nodes' });
  #signals = s('g', { class: 'pulses' });
  #pulses = new Pulses(this.#signals);
  #world = s('g', {}, this.#edges, this.#nodes, this.#signals);
  #drawn = new Map();
  #drawnEdges = new Map();
  #version = -1;
  #paintedVersion = -1;
  /** Whether nodes are elsewhere than when they were painted. */
  #moved = true;
  #asked = false;
  #box = { x: 0, y: 0, k: 1 };
  #fitted = 0;
  #size = { width: 0, height: 0 };
  #focused = '';
  /** Those with children below them: their label goes beside them. */
  #parents = new Set();
  chosen = '';
  /** What something else covers at the right. */
  inset = 0;
  #sim = forceSimulation([]).alphaDecay(0.035).velocityDecay(0.45).stop();

  constructor(svg, model, choose) {
    this.#svg = svg;
    this.#model = model;
    this.#choose = choose;
    svg.append(s('defs', {}, s('marker', { id: 'head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto-start-reverse', markerUnits: 'userSpaceOnUse' }, s('path', { d: 'M0 0.5L8 4L0 7.5z', class: 'head' }))), this.#world);
    svg.addEventListener('click', (event) => this.#click(event.target.closest('.node')));
    svg.addEventListener('keydown', (event) => this.#key(event));
    svg.addEventListener('focusin', (event) => (this.#focused = event.target.dataset?.id ?? this.#focused));
    this.#drag();
    // Its size is kept: to ask for it between two frames would cost a layout each.
    new ResizeObserver(([{ contentRect }]) => {
      this.#size = contentRect;
      this.wake();
    }).observe(svg);
  }

  /** Something may have changed. */
  wake() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now) {
    this.#asked = false;
    const model = this.#model;
    model.sweep(now);
    if (model.version !== this.#version) this.#change();
    const moving = this.#sim.alpha() > 0.012;
    this.#moved = moving || model.version !== this.#paintedVersion;
    this.#paintedVersion = model.version;
    if (moving) this.#sim.tick(model.nodes.size > 150 ? 1 : 2);
    this.#paint(now);
    const panning = this.#fit(now);
    if (moving || panning || model.lively) this.wake();
  }

  get #radius() {
    const n = this.#model.nodes.size;
    return n > 120 ? 6 : n > 40 ? 9 : 14;
  }

  /** Other processes or edges than before: to the layout with them. */
  #change() {
    const model = this.#model;
    const nodes = [...model.nodes.values()];
    const dense = nodes.length > 40;
    // Among many, a link to the parent says enough.
    const needed = (edge) => model.nodes.has(edge.from) && model.nodes.has(edge.to) && !(dense && edge.kind === 'parent' && (model.edges.has(`link ${edge.from} ${edge.to}`) || model.edges.has(`link ${edge.to} ${edge.from}`)));
    const edges = [...model.edges.values()].filter(needed);
    const tree = this.#tree(edges);
    this.#svg.classList.toggle('dense', dense);
    this.#sim
      .nodes(nodes)
      .force('link', forceLink(edges.map((edge) => ({ source: edge.from, target: edge.to, kind: edge.kind }))).id((node) => node.id).distance(dense ? 42 : 92).strength((link) => (link.kind === 'parent' ? 0.08 : link.kind === 'monitor' ? 0.2 : 0.4)))
      .force('charge', forceManyBody().strength(dense ? -90 : -420).distanceMax(420))
      .force('collide', forceCollide(dense ? 13 : 36))
      .force('x', forceX(0).strength(0.05))
      .force('y', forceY((node) => (node.depth ?? 0) * ROW).strength((node) => (dense ? 0.05 : tree.has(node.id) ? 0.16 : 0.04)))
      .alpha(Math.max(this.#sim.alpha(), this.#version < 0 ? 1 : 0.5));
    if (calm()) this.#sim.tick(Math.min(160, 20_000 / (nodes.length + 1))).alpha(0);
    this.#version = model.version;
    this.#sync(this.#drawn, model.nodes, this.#nodes, (node) => this.#makeNode(node));
    this.#sync(this.#drawnEdges, new Map(edges.map((edge) => [edge.key, edge])), this.#edges, (edge) => s('path', { class: `edge ${edge.kind}`, 'marker-end': edge.kind === 'monitor' && 'url(#head)' }));
    this.#tabStop();
    this.#parents = new Set(edges.filter((edge) => edge.kind === 'parent').map((edge) => edge.from));
  }

  /** Who is linked to its parent or to a child: these stand in rows, as a tree; a ring or a crowd may be as it likes. */
  #tree(edges) {
    const links = new Set(edges.filter((edge) => edge.kind === 'link').flatMap(({ from, to }) => [`${from} ${to}`, `${to} ${from}`]));
    const kin = [...this.#model.nodes.values()].filter((node) => node.parent && links.has(`${node.id} ${node.parent}`));
    return new Set(kin.flatMap((node) => [node.id, node.parent]));
  }

  #sync(drawn, wanted, layer, make) {
    for (const [key, element] of drawn) {
      if (wanted.has(key)) continue;
      element.remove();
      drawn.delete(key);
    }
    for (const [key, item] of wanted) {
      if (drawn.has(key)) continue;
      const element = make(item);
      drawn.set(key, element);
      layer.append(element);
    }
  }

  #makeNode(node) {
    const r = this.#radius;
    if (node.group) return s('g', { class: 'node group', 'data-id': node.id, role: 'img' }, s('rect', { x: -70, y: -22, width: 140, height: 44, rx: 8 }), s('text', { class: 'label', y: -3 }), s('text', { class: 'pid', y: 13 }));
    const core = node.js ? s('rect', { class: 'core', x: -r, y: -r, width: 2 * r, height: 2 * r, rx: 4 }) : s('circle', { class: 'core', r });
    return s('g', { class: 'node', 'data-id': node.id, role: 'button', tabindex: -1 },
      s('circle', { class: 'hit', r: Math.max(r + 8, 16) }), s('circle', { class: 'halo', r: r + 9 }), s('circle', { class: 'trap', r: r + 4, visibility: 'hidden' }), core,
      s('text', { class: 'label', y: r + 18 }), s('text', { class: 'pid', y: r + 31 }),
      s('g', { class: 'badge', transform: `translate(${r - 1} ${-r - 4})`, visibility: 'hidden' }, s('rect', { x: -9, y: -7.5, width: 18, height: 15, rx: 7.5 }), s('text', { y: 3.5 })), s('title'));
  }

  #paint(now) {
    const { nodes, edges } = this.#model;
    for (const [id, element] of this.#drawn) this.#paintNode(element, nodes.get(id), now);
    const r = this.#radius;
    for (const [key, element] of this.#drawnEdges) {
      const edge = edges.get(key);
      const [a, b] = [nodes.get(edge.from), nodes.get(edge.to)];
      if (!a || !b) continue;
      if (!this.#moved && !a.diesAt && !b.diesAt && element.hasAttribute('d')) continue;
      const broken = now >= (a.diesAt ?? Infinity) || now >= (b.diesAt ?? Infinity);
      element.classList.toggle('gone', broken);
      element.setAttribute('d', line(a, b, edge.kind, r));
    }
    this.#pulses.draw(this.#model, now, r);
  }

  #paintNode(element, node, now) {
    if (this.#moved || !element.hasAttribute('transform')) element.setAttribute('transform', `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
    const dead = now >= (node.diesAt ?? Infinity);
    const beside = this.#parents.has(node.id);
    const key = `${node.state}${dead}${beside}${node.name}${node.trap}${node.messages}${node.count}${this.chosen === node.id}`;
    if (element.key === key) return;
    element.key = key;
    const [label, pid] = [element.querySelector('.label'), element.querySelector('.pid')];
    const r = this.#radius;
    if (!node.group) for (const [text, x, y] of [[label, r + 11, -1], [pid, r + 11, 12]]) {
      text.setAttribute('x', beside ? x : 0);
      text.setAttribute('y', beside ? y : text === label ? r + 18 : r + 31);
    }
    if (node.group) {
      label.textContent = `× ${node.count.toLocaleString('en')}`;
      pid.textContent = node.call;
      element.setAttribute('aria-label', `${node.count} processes in ${node.call}`);
      return;
    }
    element.setAttribute('class', ['node', node.state, dead && 'dead', beside && 'beside', node.quiet && 'quiet', node.name && 'named', now - node.born < 500 && !calm() && 'fresh', this.chosen === node.id && 'chosen'].filter(Boolean).join(' '));
    label.textContent = dead && !node.quiet ? `✕ ${short(node.reason ?? '', 26)}` : title(node);
    pid.textContent = dead && !node.quiet ? title(node) : node.id;
    element.querySelector('.trap').setAttribute('visibility', node.trap ? 'visible' : 'hidden');
    const badge = element.querySelector('.badge');
    badge.setAttribute('visibility', node.messages > 0 ? 'visible' : 'hidden');
    badge.lastChild.textContent = node.messages > 99 ? '99+' : node.messages;
    if (dead) element.setAttribute('aria-hidden', 'true');
    const links = node.links.length;
    element.setAttribute('aria-label', `${title(node)} ${node.id}, ${node.state}${node.trap ? ', traps exits' : ''}, ${links} link${links === 1 ? '' : 's'}, ${node.messages} in mailbox`);
    element.querySelector('title').textContent = `${title(node)} ${node.id}\n${node.call}\n${node.state}, ${node.messages} in the mailbox, ${Math.round((node.memory ?? 0) / 1024)} KiB`;
  }

  /** Brings all into view, gently. */
  /** @param {number} now */
  #fit(now) {
    const { height } = this.#size;
    const width = this.#size.width - (this.inset < this.#size.width / 2 ? this.inset : 0);
    const nodes = [...this.#model.nodes.values()];
    if (nodes.length === 0 || width === 0) return false;
    const xs = nodes.map((node) => node.x);
    const ys = nodes.map((node) => node.y);
    const [x0, x1, y0, y1] = [Math.min(...xs) - 70, Math.max(...xs) + 70, Math.min(...ys) - 45, Math.max(...ys) + 70];
    const k = Math.min(1.35, width / (x1 - x0), (height - 20) / (y1 - y0));
    const goal = { k, x: width / 2 - (k * (x0 + x1)) / 2, y: (height - 16) / 2 - (k * (y0 + y1)) / 2 };
    const speed = calm() || this.#fitted === 0 ? 1 : 1 - Math.exp(-Math.min(now - this.#fitted, 200) / 130);
    this.#fitted = now;
    this.#box = { k: mix(this.#box.k, goal.k, speed), x: mix(this.#box.x, goal.x, speed), y: mix(this.#box.y, goal.y, speed) };
    const { x, y } = this.#box;
    this.#world.setAttribute('transform', `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${this.#box.k.toFixed(4)})`);
    return Math.abs(x - goal.x) + Math.abs(y - goal.y) > 0.5;
  }

  #click(element) {
    if (element && !element.classList.contains('group')) this.#choose(element.dataset.id);
  }

  #drag() {
    let node;
    let moved = false;
    const place = (event) => {
      node.fx = (event.offsetX - this.#box.x) / this.#box.k;
      node.fy = (event.offsetY - this.#box.y) / this.#box.k;
    };
    this.#svg.addEventListener('pointerdown', (event) => {
      node = this.#model.nodes.get(event.target.closest('.node')?.dataset.id);
      moved = false;
    });
    this.#svg.addEventListener('pointermove', (event) => {
      if (!node || (!moved && Math.abs(event.movementX) + Math.abs(event.movementY) < 3)) return;
      moved = true;
      place(event);
      this.#sim.alpha(Math.max(this.#sim.alpha(), 0.25));
      this.wake();
    });
    addEventListener('pointerup', () => {
      if (node) node.fx = node.fy = null;
      node = undefined;
    });
  }

  /** One stop for the Tab key; arrows go from process to process. */
  #tabStop() {
    const ids = [...this.#drawn.keys()].filter((id) => !this.#model.nodes.get(id).group);
    if (!ids.includes(this.#focused)) this.#focused = ids[0] ?? '';
    for (const [id, element] of this.#drawn) if (element.hasAttribute('tabindex')) element.setAttribute('tabindex', id === this.#focused ? 0 : -1);
  }

  #key(event) {
    const node = this.#model.nodes.get(event.target.dataset?.id);
    if (!node) return;
    if (event.key === 'Enter' || event.key === ' ') this.#choose(node.id);
    const [ax, ay] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    if (ax === undefined && event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (ax === undefined) return;
    let best;
    for (const other of this.#model.nodes.values()) {
      const [dx, dy] = [other.x - node.x, other.y - node.y];
      const along = dx * ax + dy * ay;
      if (other === node || along <= 0 || other.group || other.diesAt) continue;
      const cost = along + 2.5 * Math.abs(dx * ay + dy * ax);
      if (!best || cost < best.cost) best = { cost, other };
    }
    if (!best) return;
    this.#focused = best.other.id;
    this.#tabStop();
    this.#drawn.get(best.other.id).focus();
  }
}

const mix = (a, b, t) => a + (b - a) * t;
const short = (text, n) => (text.length > n ? `${text.slice(0, n - 1)}…` : text);
/** What a process is called: its name, else the function it began with. */
export const title = (node) => node.name ?? (/^(erlang:apply|proc_lib:init_p)/.test(node.call ?? '') ? (node.call.startsWith('erlang') ? 'fun' : 'proc_lib') : short((node.call ?? '').replace(/^\w+:/, ''), 22));

/** A link is straight; a monitor bends beside it and ends before its target, a parent's line bends to the other side. */
function line(a, b, kind, r) {
  if (kind === 'link') return `M${a.x} ${a.y}L${b.x} ${b.y}`;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [-dy / length, dx / length];
  const bend = kind === 'parent' ? -16 : 24;
  const [mx, my] = [(a.x + b.x) / 2 + nx * bend, (a.y + b.y) / 2 + ny * bend];
  if (kind === 'parent') return `M${a.x} ${a.y}Q${mx} ${my} ${b.x} ${b.y}`;
  const back = Math.hypot(b.x - mx, b.y - my) || 1;
  return `M${a.x} ${a.y}Q${mx} ${my} ${b.x - ((b.x - mx) / back) * (r + 6)} ${b.y - ((b.y - my) / back) * (r + 6)}`;
}
