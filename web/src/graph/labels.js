// SPDX-License-Identifier: Apache-2.0
//
// Places labels so that no two overlap and none lies on a process: each is tried at its best place, then at others,
// then with its first line alone, and is left out when there is no room. Widths can be computed because all letters
// have the same width.

/** The width of a letter of the monospaced face, relative to its size. */
const LETTER = 0.605;
const LEADING = 13.5;
const SIDES = ['below', 'right', 'left', 'above'];

/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Box */
/** @typedef {{text: string, size: number}} Line */

/** @param {Line[]} lines */
export const widthOf = (lines) => Math.max(0, ...lines.map(({ text, size }) => text.length * size * LETTER));

/** @param {Box} a @param {Box} b */
export const overlap = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

/**
 * A box of this width and height; `anchor` says whether `x` is its left, middle or right.
 * @param {'start' | 'middle' | 'end'} anchor
 * @returns {Box}
 */
export function boxAt(x, top, width, height, anchor) {
  const x0 = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  return { x0, y0: top, x1: x0 + width, y1: top + height };
}

/** For each side, where the first base line of a label is relative to its process, and how it is anchored. */
export const SPOTS = {
  below: (r) => ({ x: 0, y: r + 18, anchor: /** @type {const} */ ('middle') }),
  above: (r, n) => ({ x: 0, y: -r - 8 - LEADING * (n - 1), anchor: /** @type {const} */ ('middle') }),
  right: (r, n) => ({ x: r + 11, y: 4 - (LEADING * (n - 1)) / 2, anchor: /** @type {const} */ ('start') }),
  left: (r, n) => ({ x: -r - 11, y: 4 - (LEADING * (n - 1)) / 2, anchor: /** @type {const} */ ('end') }),
};

/**
 * @param {{x: number, y: number}} at
 * @param {keyof SPOTS} side
 * @param {number} r
 * @param {Line[]} lines
 * @returns {Box}
 */
function labelBox(at, side, r, lines) {
  const spot = SPOTS[side](r, lines.length);
  return boxAt(at.x + spot.x, at.y + spot.y - 11, widthOf(lines), LEADING * lines.length, spot.anchor);
}

/** The area of a process itself: its circle, or the frame of a group. @returns {Box} */
export const bodyOf = ({ x, y, group }, r) =>
  group
    ? { x0: x - 72, y0: y - 30, x1: x + 80, y1: y + 28 }
    : { x0: x - r - 5, y0: y - r - 5, x1: x + r + 5, y1: y + r + 5 };

/**
 * @param {{node: any, lines: Line[], best: keyof SPOTS}[]} list
 * @param {number} r
 * @returns {Map<string, {side: keyof SPOTS, lines: number, box: Box}>} by process; others have no label
 */
export function placeLabels(list, r) {
  const bodies = list.map(({ node }) => bodyOf(node, r));
  const taken = [];
  const placed = new Map();
  const free = (box, own) =>
    taken.every((other) => !overlap(box, other)) && bodies.every((other, i) => i === own || !overlap(box, other));
  for (const [i, { node, lines, best }] of list.entries()) {
    if (lines.length === 0) continue;
    const tries = [lines.length, 1].flatMap((n) =>
      [best, ...SIDES.filter((side) => side !== best)].map((side) => ({ side, lines: n })),
    );
    for (const { side, lines: n } of tries) {
      const box = labelBox(node, side, r, lines.slice(0, n));
      if (!free(box, i)) continue;
      taken.push(box);
      placed.set(node.id, { side, lines: n, box });
      break;
    }
  }
  return placed;
}
