// SPDX-License-Identifier: Apache-2.0
//
// Draws the model as SVG: positions it with d3-force, keeps it in view, and makes each process an element that can be
// pointed at, focused and chosen. Draws only while something moves.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import { calm, s } from '../dom.js';
import { Edges } from './edges.js';
import { bodyOf, placeLabels, widthOf } from './labels.js';
import { linesOf, makeNode, paintNode } from './node.js';
import { Pulses } from './pulses.js';
import { rows } from './rows.js';
import { Tip } from './tip.js';

/** From so many processes on, only those with a name have labels, and links are drawn together. */
const DENSE = 40;
/** Milliseconds. */
const LABEL_EVERY = 200;

export class View {
  #svg;
  #model;
  #choose;
  #edges = new Edges();
  #nodes = s('g', { class: 'nodes' });
  #signals = s('g', { class: 'pulses' });
  #pulses = new Pulses(this.#signals);
  #world = s('g', {}, this.#edges.layer, this.#nodes, this.#signals);
  #drawn = new Map();
  #version = -1;
  #paintedVersion = -1;
  /** Whether nodes have moved since they were last painted. */
  #moved = true;
  #asked = false;
  #box = { x: 0, y: 0, k: 1 };
  #fitted = 0;
  /** The available room, without the legend below. */
  #size = { width: 0, height: 0 };
  #focused = '';
  /** The positions of processes that form a tree. @type {ReturnType<typeof rows>} */
  #places;
  #drawnRadius = 0;
  #tip;
  chosen = '';
  /** How much of the graph is covered at its upper edge, in pixels. */
  inset = { top: 0 };
  /** The places of the labels. */
  #labels = new Map();
  #lines = new Map();
  #labelledAt = 0;
  #sim = forceSimulation([]).alphaDecay(0.035).velocityDecay(0.45).stop();

  constructor(svg, model, choose) {
    this.#svg = svg;
    this.#model = model;
    this.#choose = choose;
    svg.append(
      s(
        'defs',
        {},
        s(
          'marker',
          {
            id: 'head',
            viewBox: '0 0 8 8',
            refX: 7,
            refY: 4,
            markerWidth: 8,
            markerHeight: 8,
            orient: 'auto-start-reverse',
            markerUnits: 'userSpaceOnUse',
          },
          s('path', { d: 'M0 0.5L8 4L0 7.5z', class: 'head' }),
        ),
      ),
      this.#world,
    );
    svg.addEventListener('click', (event) => this.#click(event.target.closest('.node')));
    svg.addEventListener('keydown', (event) => this.#key(event));
    svg.addEventListener('focusin', (event) => (this.#focused = event.target.dataset?.id ?? this.#focused));
    this.#drag();
    this.#tip = new Tip(svg, (id) => this.#onScreen(id));
    // The size is remembered: asking for it between two frames would cost a layout each time.
    const legend = svg.parentElement.querySelector('.legend');
    const sizes = new ResizeObserver(() => {
      this.#size = { width: svg.clientWidth, height: svg.clientHeight - legend.offsetHeight - 14 };
      this.wake();
    });
    for (const element of [svg, legend]) sizes.observe(element);
  }

  /** Called when something may have changed. */
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
    if (moving) this.#sim.tick(model.shown.size > 150 ? 1 : 2);
    if (this.#moved) this.#label(now, moving);
    this.#paint(now);
    const panning = this.#fit(now);
    if (moving || panning || model.lively) this.wake();
  }

  get #radius() {
    const n = this.#model.shown.size;
    return n > 120 ? 6 : n > 40 ? 9 : 14;
  }

  /** Processes or edges were added or removed: updates the layout. */
  #change() {
    const model = this.#model;
    const nodes = [...model.shown.values()];
    const dense = nodes.length > DENSE;
    // When there are many processes, the link to the parent is enough.
    const needed = (edge) =>
      model.shown.has(edge.from) &&
      model.shown.has(edge.to) &&
      !(
        dense &&
        edge.kind === 'parent' &&
        (model.edges.has(`link ${edge.from} ${edge.to}`) || model.edges.has(`link ${edge.to} ${edge.from}`))
      );
    const edges = [...model.edges.values()].filter(needed);
    this.#places = dense ? undefined : rows(nodes, edges, (node) => widthOf(this.#linesOf(node)));
    this.#svg.classList.toggle('dense', dense);
    this.#layOut(nodes, edges, dense);
    this.#version = model.version;
    this.#label(performance.now(), false);
    this.#sync();
    this.#edges.set(edges, dense);
    this.#tabStop();
  }

  #layOut(nodes, edges, dense) {
    const places = this.#places;
    const sim = this.#sim.nodes(nodes);
    if (places) {
      sim.force('link', null).force('charge', null).force('collide', null);
      sim
        .force('x', forceX((node) => places.get(node.id)?.x ?? 0).strength(0.2))
        .force('y', forceY((node) => places.get(node.id)?.y ?? 0).strength(0.2));
    } else {
      const link = forceLink(edges.map((edge) => ({ source: edge.from, target: edge.to, kind: edge.kind }))).id(
        (node) => node.id,
      );
      sim.force(
        'link',
        link.distance(dense ? 42 : 92).strength((one) => ({ parent: 0.08, monitor: 0.2, link: 0.4 })[one.kind]),
      );
      sim
        .force(
          'charge',
          forceManyBody()
            .strength(dense ? -90 : -420)
            .distanceMax(420),
        )
        .force('collide', forceCollide(dense ? 13 : 36));
      sim.force('x', forceX(0).strength(0.05)).force('y', forceY(0).strength(0.05));
    }
    sim.alpha(Math.max(sim.alpha(), this.#version < 0 ? 1 : 0.5));
    if (calm()) sim.tick(places ? 200 : Math.min(160, 20_000 / (nodes.length + 1))).alpha(0);
  }

  /** Keeps one element for each process. */
  #sync() {
    const { shown: nodes } = this.#model;
    const again = this.#drawnRadius !== this.#radius;
    this.#drawnRadius = this.#radius;
    for (const [id, element] of this.#drawn) {
      if (nodes.has(id) && !again) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    for (const [id, node] of nodes) {
      if (this.#drawn.has(id)) continue;
      const element = makeNode(node, this.#radius);
      this.#drawn.set(id, element);
      this.#nodes.append(element);
    }
  }

  #paint(now) {
    const { shown: nodes } = this.#model;
    const r = this.#radius;
    for (const [id, element] of this.#drawn) {
      const node = nodes.get(id);
      if (this.#moved || !element.hasAttribute('transform'))
        element.setAttribute('transform', `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
      paintNode(element, node, {
        now,
        r,
        chosen: this.chosen === id,
        lines: this.#lines.get(id) ?? [],
        place: this.#labels.get(id),
      });
    }
    this.#edges.paint(nodes, now, r, this.#moved);
    this.#pulses.draw(this.#model, now, r, this.#model.pulses.length > 0 ? this.#covered() : []);
    this.#tip.draw();
  }

  /** The areas of all processes and of their labels. @param {string} [except] */
  #covered(except) {
    const r = this.#radius;
    const nodes = [...this.#model.shown.values()].filter((node) => node.id !== except);
    return nodes
      .flatMap((node) => [bodyOf(node, r), this.#labels.get(node.id)?.box])
      .filter((box) => box !== undefined);
  }

  /** @param {string} id */
  #onScreen(id) {
    const node = this.#model.shown.get(id);
    if (!node) return undefined;
    const { x, y, k } = this.#box;
    const scaled = (box) => ({ x0: box.x0 * k + x, y0: box.y0 * k + y, x1: box.x1 * k + x, y1: box.y1 * k + y });
    const { width, height } = this.#size;
    return { node, own: scaled(bodyOf(node, this.#radius)), others: this.#covered(id).map(scaled), width, height };
  }

  #linesOf(node) {
    return linesOf(node, this.#model.shown.size > DENSE);
  }

  /** Places the labels; when there are many processes, not in every frame while they move. */
  #label(now, moving) {
    const { shown } = this.#model;
    if (moving && shown.size > DENSE && now - this.#labelledAt < LABEL_EVERY) return;
    this.#labelledAt = now;
    const list = [...shown.values()].map((node) => ({ node, lines: this.#linesOf(node), best: this.#side(node) }));
    this.#lines = new Map(list.map(({ node, lines }) => [node.id, lines]));
    // Living processes come before dead ones, and those with a name first.
    this.#labels = placeLabels(
      list.toSorted((a, b) => rank(a.node) - rank(b.node)),
      this.#radius,
    );
  }

  /**
   * The side on which a label does not cover a link: below the last row of a tree and beside the others; outside of a
   * ring.
   */
  #side(node) {
    const place = this.#places?.get(node.id);
    if (place) return place.side;
    if (this.#model.shown.size > DENSE) return 'below';
    const away = Math.hypot(node.x, node.y);
    if (away < 30 || Math.abs(node.x) > 0.45 * away) return node.x < 0 && away >= 30 ? 'left' : 'right';
    return node.y < 0 ? 'above' : 'below';
  }

  /** Moves everything into view, slowly. @param {number} now */
  #fit(now) {
    const top = this.inset.top < this.#size.height * 0.6 ? this.inset.top : 0;
    const { width } = this.#size;
    const height = this.#size.height - top;
    const boxes = this.#covered();
    if (boxes.length === 0 || width === 0) return false;
    const x0 = Math.min(...boxes.map((box) => box.x0)) - 16;
    const x1 = Math.max(...boxes.map((box) => box.x1)) + 16;
    const y0 = Math.min(...boxes.map((box) => box.y0)) - 22;
    const y1 = Math.max(...boxes.map((box) => box.y1)) + 16;
    const k = Math.min(1.3, width / (x1 - x0), height / (y1 - y0));
    const goal = { k, x: width / 2 - (k * (x0 + x1)) / 2, y: top + height / 2 - (k * (y0 + y1)) / 2 };
    const speed = calm() || this.#fitted === 0 ? 1 : 1 - Math.exp(-Math.min(now - this.#fitted, 200) / 130);
    this.#fitted = now;
    this.#box = {
      k: mix(this.#box.k, goal.k, speed),
      x: mix(this.#box.x, goal.x, speed),
      y: mix(this.#box.y, goal.y, speed),
    };
    const { x, y } = this.#box;
    this.#world.setAttribute(
      'transform',
      `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${this.#box.k.toFixed(4)})`,
    );
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

  /** The graph is one stop for the Tab key; arrows go from process to process. */
  #tabStop() {
    const ids = [...this.#drawn.keys()].filter((id) => !this.#model.nodes.get(id).group);
    if (!ids.includes(this.#focused)) this.#focused = ids[0] ?? '';
    for (const [id, element] of this.#drawn)
      if (element.hasAttribute('tabindex')) element.setAttribute('tabindex', id === this.#focused ? 0 : -1);
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
    for (const other of this.#model.shown.values()) {
      const [dx, dy] = [other.x - node.x, other.y - node.y];
      const along = dx * ax + dy * ay;
      if (other === node || along <= 0 || other.group || (other.diesAt && !other.ghost)) continue;
      const cost = along + 2.5 * Math.abs(dx * ay + dy * ax);
      if (!best || cost < best.cost) best = { cost, other };
    }
    if (!best) return;
    this.#focused = best.other.id;
    this.#tabStop();
    this.#drawn.get(best.other.id).focus();
  }
}

const rank = (node) => (node.diesAt === undefined ? 0 : 2) + (node.name ? 0 : 1);
const mix = (a, b, t) => a + (b - a) * t;
