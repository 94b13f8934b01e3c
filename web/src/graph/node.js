// SPDX-License-Identifier: Apache-2.0
//
// A process as an element of the graph: its parts, and how they show its properties and state.

import { calm, s } from '../dom.js';
import { SPOTS } from './labels.js';

const short = (text, n) => (text.length > n ? `${text.slice(0, n - 1)}…` : text);
const many = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

/** The title of a process: its name, else its initial function, with the module where that is helpful. */
export function title(node) {
  if (node.name) return node.name;
  const call = node.call ?? '';
  const [, fun] = /^fun in \w+:(.*)$/.exec(call) ?? [];
  if (fun) return short(`fun in ${fun}`, 20);
  return short(/:init\/1$|^supervisor/.test(call) ? call : call.replace(/^\w+:/, ''), 20);
}

/** How often the process was started again, in words; '' when it was not. */
export const restarted = ({ restarts }) => (restarts ? `restarted ${restarts.toLocaleString('en')}×` : '');

export const ended = ({ reason }) => (reason === undefined ? 'has ended' : `ended: ${reason}`);

/** What the tip shows about a process that is pointed at or focused. @returns {[string, string][]} */
export const facts = (node) =>
  node.diesAt !== undefined && node.ghost
    ? [
        ['began in', node.call ?? ''],
        ['state', ended(node)],
      ]
    : [
        ['state', `${node.state}${node.trap ? ', traps exits' : ''}`],
        ['mailbox', many(node.messages, 'message')],
        ['memory', `${((node.memory ?? 0) / 1024).toFixed(1)} KiB`],
      ];

/**
 * The lines of a label: title, pid (behind the one that it replaces), and how the process ended.
 * @param {any} node @param {boolean} dense whether there are many processes, so that only names are shown
 * @returns {(import('./labels.js').Line & {kind: string, past?: string})[]}
 */
export function linesOf(node, dense) {
  const dead = node.fallen;
  if (node.group) return [];
  const name = { kind: 'label', text: title(node), size: 12.5 };
  if (dense) return node.name && !dead ? [name] : [];
  const past = node.past.at(-1);
  const pid = { kind: 'pid', text: past ? `${past} ${node.id}` : node.id, past, size: 10.5 };
  if (dead) return [name, { kind: 'pid', text: short(ended(node), 26), size: 10.5 }];
  return node.restarts ? [name, pid, { kind: 'again', text: restarted(node), size: 10.5 }] : [name, pid];
}

/** @param {any} node @param {number} r */
export function makeNode(node, r) {
  if (node.group)
    return s(
      'g',
      { class: 'node group', 'data-id': node.id, role: 'img' },
      s('rect', { class: 'under', x: -62, y: -28, width: 140, height: 48, rx: 10 }),
      s('rect', { x: -70, y: -22, width: 140, height: 48, rx: 10 }),
      s('text', { class: 'label', y: 0 }),
      s('text', { class: 'pid', y: 16 }),
    );
  const core = node.js
    ? s('rect', { class: 'core', x: -r, y: -r, width: 2 * r, height: 2 * r, rx: 4 })
    : s('circle', { class: 'core', r });
  return s(
    'g',
    { class: 'node', 'data-id': node.id, role: 'button', tabindex: -1 },
    s('circle', { class: 'hit', r: Math.max(r + 8, 16) }),
    s('circle', { class: 'halo', r: r + 9 }),
    s('circle', { class: 'trap', r: r + 4.5, visibility: 'hidden' }),
    core,
    s('g', { class: 'text' }),
    s(
      'g',
      { class: 'badge', transform: `translate(${r - 1} ${-r - 3})`, visibility: 'hidden' },
      s('rect', { x: -9, y: -8, width: 18, height: 16, rx: 8 }),
      s('text', { y: 3.5 }),
    ),
  );
}

/**
 * @param {any} element
 * @param {ReturnType<typeof linesOf>} lines
 * @param {{side: keyof SPOTS, lines: number} | undefined} place undefined: there is no room for it
 */
function paintLabel(element, lines, place, r) {
  const group = element.querySelector('.text');
  group.replaceChildren();
  if (!place) return;
  const { x, y, anchor } = SPOTS[place.side](r, place.lines);
  for (const [i, { kind, text, past }] of lines.slice(0, place.lines).entries()) {
    const parts = past ? [s('tspan', { class: 'past' }, past), text.slice(past.length)] : [text];
    group.append(s('text', { class: kind, x, y: y + 13.5 * i, 'text-anchor': anchor }, ...parts));
  }
}

/**
 * Updates an element if what it shows has changed.
 * @param {any} element @param {any} node
 * @param {{now: number, r: number, chosen: boolean, lines: ReturnType<typeof linesOf>, place: any}} how
 */
export function paintNode(element, node, { now, r, chosen, lines, place }) {
  const dead = node.fallen;
  const key =
    `${node.state}${dead}${node.ghost}${place?.side}${place?.lines}${lines.map(({ text }) => text)}` +
    `${node.trap}${node.messages}${node.count}${chosen}${node.links.length}`;
  if (element.key === key) return;
  element.key = key;
  if (node.group) return paintGroup(element, node);
  const fresh = now - node.born < 500 && !calm();
  element.dataset.name = title(node);
  element.setAttribute(
    'class',
    [
      'node',
      node.state,
      dead && 'dead',
      dead && node.ghost && 'ghost',
      node.quiet && 'quiet',
      node.name && 'named',
      fresh && 'fresh',
      chosen && 'chosen',
    ]
      .filter(Boolean)
      .join(' '),
  );
  paintLabel(element, lines, place, r);
  element.querySelector('.trap').setAttribute('visibility', node.trap ? 'visible' : 'hidden');
  paintBadge(element.querySelector('.badge'), node.messages);
  dead && !node.ghost ? element.setAttribute('aria-hidden', 'true') : element.removeAttribute('aria-hidden');
  // The text for screen readers begins with the visible text.
  const visible = lines.length > 0 ? lines.map(({ text }) => text).join(' ') : `${title(node)} ${node.id}`;
  const what = dead
    ? node.id
    : `${node.state}${node.trap ? ', traps exits' : ''}, ${many(node.links.length, 'link')}, ${node.messages} ` +
      `in mailbox`;
  element.setAttribute('aria-label', `${visible}, ${what}`);
}

function paintGroup(element, node) {
  element.querySelector('.label').textContent = `× ${node.count.toLocaleString('en')}`;
  element.querySelector('.pid').textContent = short(node.call, 20);
  element.setAttribute('aria-label', `${node.count} processes in ${node.call}`);
}

function paintBadge(badge, messages) {
  badge.setAttribute('visibility', messages > 0 ? 'visible' : 'hidden');
  badge.lastChild.textContent = messages > 99 ? '99+' : messages;
}
