// SPDX-License-Identifier: Apache-2.0
//
// A process as an element of the graph: what it is made of, and how it shows what it is and does.

import { calm, s } from '../dom.js';

const short = (text, n) => (text.length > n ? `${text.slice(0, n - 1)}…` : text);

/** What a process is called: its name, else the function it began with. */
export function title(node) {
  const call = node.call ?? '';
  if (node.name) return node.name;
  if (call.startsWith('erlang:apply')) return 'fun';
  return call.startsWith('proc_lib:init_p') ? 'proc_lib' : short(call.replace(/^\w+:/, ''), 18);
}

const many = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

/** What is told of a process that is pointed at or focused. @returns {[string, string][]} */
export const facts = (node) => [
  ['state', `${node.state}${node.trap ? ', traps exits' : ''}`],
  ['mailbox', many(node.messages, 'message')],
  ['memory', `${((node.memory ?? 0) / 1024).toFixed(1)} KiB`],
];

/** @param {any} node @param {number} r */
export function makeNode(node, r) {
  if (node.group) return s('g', { class: 'node group', 'data-id': node.id, role: 'img' }, s('rect', { class: 'under', x: -62, y: -28, width: 140, height: 48, rx: 10 }), s('rect', { x: -70, y: -22, width: 140, height: 48, rx: 10 }), s('text', { class: 'label', y: 0 }), s('text', { class: 'pid', y: 16 }));
  const core = node.js ? s('rect', { class: 'core', x: -r, y: -r, width: 2 * r, height: 2 * r, rx: 4 }) : s('circle', { class: 'core', r });
  return s('g', { class: 'node', 'data-id': node.id, role: 'button', tabindex: -1 },
    s('circle', { class: 'hit', r: Math.max(r + 8, 16) }), s('circle', { class: 'halo', r: r + 9 }), s('circle', { class: 'trap', r: r + 4.5, visibility: 'hidden' }), core,
    s('text', { class: 'label' }), s('text', { class: 'pid' }),
    s('g', { class: 'badge', transform: `translate(${r - 1} ${-r - 3})`, visibility: 'hidden' }, s('rect', { x: -9, y: -8, width: 18, height: 16, rx: 8 }), s('text', { y: 3.5 })));
}

/** Where a label is relative to its node: [x, y of the name, y of the pid], and how the text is anchored. */
const SIDES = {
  below: (r) => [0, r + 18, r + 32, 'middle'],
  above: (r) => [0, -r - 21, -r - 8, 'middle'],
  right: (r) => [r + 11, -1, 13, 'start'],
  left: (r) => [-r - 11, -1, 13, 'end'],
};

function placeLabel(element, side, r) {
  const [x, name, pid, anchor] = SIDES[side](r);
  for (const [text, y] of [[element.querySelector('.label'), name], [element.querySelector('.pid'), pid]]) {
    text.setAttribute('x', x);
    text.setAttribute('y', y);
    text.setAttribute('text-anchor', anchor);
  }
}

/**
 * Brings an element up to date, if what it shows has changed.
 * @param {any} element @param {any} node @param {{now: number, r: number, chosen: boolean, side: keyof SIDES}} how
 */
export function paintNode(element, node, { now, r, chosen, side }) {
  const dead = now >= (node.diesAt ?? Infinity);
  const key = `${node.state}${dead}${side}${node.name}${node.trap}${node.messages}${node.count}${chosen}${node.links.length}`;
  if (element.key === key) return;
  element.key = key;
  const [label, pid] = [element.querySelector('.label'), element.querySelector('.pid')];
  if (node.group) {
    label.textContent = `× ${node.count.toLocaleString('en')}`;
    pid.textContent = short(node.call, 20);
    element.setAttribute('aria-label', `${node.count} processes in ${node.call}`);
    return;
  }
  const failed = dead && !node.quiet;
  placeLabel(element, side, r);
  element.setAttribute('class', ['node', node.state, dead && 'dead', node.quiet && 'quiet', node.name && 'named', now - node.born < 500 && !calm() && 'fresh', chosen && 'chosen'].filter(Boolean).join(' '));
  label.textContent = failed ? short(node.reason ?? '', 22) : title(node);
  pid.textContent = failed ? title(node) : node.id;
  element.querySelector('.trap').setAttribute('visibility', node.trap ? 'visible' : 'hidden');
  paintBadge(element.querySelector('.badge'), node.messages);
  if (dead) element.setAttribute('aria-hidden', 'true');
  element.setAttribute('aria-label', `${title(node)} ${node.id}, ${node.state}${node.trap ? ', traps exits' : ''}, ${many(node.links.length, 'link')}, ${node.messages} in mailbox`);
}

function paintBadge(badge, messages) {
  badge.setAttribute('visibility', messages > 0 ? 'visible' : 'hidden');
  badge.lastChild.textContent = messages > 99 ? '99+' : messages;
}
