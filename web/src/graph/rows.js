// SPDX-License-Identifier: Apache-2.0
//
// Where processes stand when they are a tree: each in the row below its parent, siblings side by side in the order in which they
// were started; one that was started in place of a dead one stands where that stood. A ring or a crowd is no tree.

const GAP = 118;
const ROW = 104;
/** More children than this stand closer, every other one a little lower. */
const CROWDED = 7;
const CLOSE = 74;
/** More beside each other would be too small to see. */
const WIDEST = 16;

/**
 * @param {any[]} nodes
 * @param {{kind: string, from: string, to: string}[]} edges
 * @returns {Map<string, {x: number, y: number, below: boolean}> | undefined} places by node; `below`: its label goes below it
 *   (else beside it); undefined: not a tree
 */
export function rows(nodes, edges) {
  const parents = parentsOf(nodes, edges);
  const across = edges.filter(({ kind, from, to }) => kind === 'link' && parents.get(from) !== to && parents.get(to) !== from);
  if (across.length > 2 && across.length >= nodes.length / 2) return undefined;
  const tree = childrenOf(nodes, parents);
  if (tree.leaves > WIDEST) return undefined;
  const lying = tree.depth > 4 && tree.leaves < tree.depth / 2;
  const places = new Map();
  let left = 0;
  for (const root of tree.roots) left = stand(root, 0, left, tree.children, places);
  for (const node of nodes) {
    const heir = places.get(node.replacedBy);
    // A dead one drops out of its row, aside, so that its last links can still be seen.
    if (heir) places.set(node.id, { x: heir.x - 44, y: heir.y + 62, below: true });
  }
  if (lying) for (const place of places.values()) [place.x, place.y, place.below] = [place.y * 1.1, place.x * 0.9, true];
  return places;
}

/** The parent of each; of one whose parent is not there, the first it is linked to. */
function parentsOf(nodes, edges) {
  const order = new Map(nodes.map((node, i) => [node.id, i]));
  const parents = new Map(nodes.filter((node) => order.has(node.parent)).map((node) => [node.id, node.parent]));
  for (const { kind, from, to } of edges) {
    if (kind !== 'link' || parents.get(from) === to || parents.get(to) === from) continue;
    const [older, younger] = order.get(from) < order.get(to) ? [from, to] : [to, from];
    if (!parents.has(younger)) parents.set(younger, older);
  }
  return parents;
}

function childrenOf(nodes, parents) {
  const children = new Map(nodes.map((node) => [node.id, []]));
  const roots = [];
  const standing = nodes.filter((node) => node.replacedBy === undefined || !children.has(node.replacedBy)).toSorted((a, b) => a.order - b.order);
  for (const node of standing) (children.get(parents.get(node.id)) ?? roots).push(node.id);
  const depthOf = (id) => 1 + Math.max(0, ...children.get(id).map(depthOf));
  return { children, roots, depth: Math.max(0, ...roots.map(depthOf)), leaves: standing.filter((node) => children.get(node.id).length === 0).length };
}

/** Places a node and all below it, from `left` on. @returns {number} where the next may stand */
function stand(id, row, left, children, places) {
  const below = children.get(id);
  const crowded = below.length > CROWDED && below.every((child) => children.get(child).length === 0);
  let right = left;
  for (const [i, child] of below.entries()) {
    right = crowded ? right : stand(child, row + 1, right, children, places);
    if (!crowded) continue;
    places.set(child, { x: right, y: (row + 1) * ROW + (i % 2) * 54, below: true });
    right += CLOSE;
  }
  const first = places.get(below[0])?.x ?? left;
  const last = places.get(below.at(-1))?.x ?? left;
  places.set(id, { x: (first + last) / 2, y: row * ROW, below: below.length === 0 });
  return Math.max(right, left + GAP);
}
