// SPDX-License-Identifier: Apache-2.0
//
// Positions of processes that form a tree: each is in the row below its parent; siblings are side by side in the order
// in which they were started; a process that replaces a dead one stands where that one stood. A ring or a crowd is not
// a tree.

const GAP = 118;
const ROW = 104;
/** The space for a label beside a process, in addition to its width. */
const BESIDE = 40;
/** When there are more children than this, they stand closer, and every second one a little lower. */
const CROWDED = 7;
const CLOSE = 74;
/** More processes side by side would be too small to see. */
const WIDEST = 16;

/**
 * @param {any[]} nodes
 * @param {{kind: string, from: string, to: string}[]} edges
 * @param {(node: any) => number} widthOf a node's label
 * @returns {Map<string, {x: number, y: number, side: 'below' | 'right' | 'above'}> | undefined} places by node, and
 *   where its label goes; undefined: not a tree
 */
export function rows(nodes, edges, widthOf) {
  const parents = parentsOf(nodes, edges);
  const across = edges.filter(
    ({ kind, from, to }) => kind === 'link' && parents.get(from) !== to && parents.get(to) !== from,
  );
  if (across.length > 2 && across.length >= nodes.length / 2) return undefined;
  const tree = childrenOf(nodes, parents);
  if (tree.leaves > WIDEST) return undefined;
  const lying = tree.depth > 4 && tree.leaves < tree.depth / 2;
  const places = new Map();
  let left = 0;
  const widths = new Map(nodes.map((node) => [node.id, widthOf(node)]));
  for (const root of tree.roots) left = stand(root, 0, left, { children: tree.children, widths }, places);
  for (const node of nodes) {
    const heir = places.get(node.replacedBy);
    // A dead process makes room for its replacement but stays at its side, so that its last links are still visible.
    if (heir) places.set(node.id, { x: heir.x - GAP / 2, y: heir.y, side: 'above' });
  }
  if (lying)
    for (const place of places.values()) [place.x, place.y, place.side] = [place.y * 1.1, place.x * 0.9, 'below'];
  return places;
}

/** The parent of each process; when the parent is not shown, the first process that it is linked to. */
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
  const standing = nodes
    .filter((node) => node.replacedBy === undefined || !children.has(node.replacedBy))
    .toSorted((a, b) => a.order - b.order);
  for (const node of standing) (children.get(parents.get(node.id)) ?? roots).push(node.id);
  const depthOf = (id) => 1 + Math.max(0, ...children.get(id).map(depthOf));
  return {
    children,
    roots,
    depth: Math.max(0, ...roots.map(depthOf)),
    leaves: standing.filter((node) => children.get(node.id).length === 0).length,
  };
}

/** Places a node and all below it, from `left` on. @returns {number} where the next node may stand */
function stand(id, row, left, tree, places) {
  const { children, widths } = tree;
  const below = children.get(id);
  const crowded = below.length > CROWDED && below.every((child) => children.get(child).length === 0);
  let right = left;
  for (const [i, child] of below.entries()) {
    right = crowded ? right : stand(child, row + 1, right, tree, places);
    if (!crowded) continue;
    places.set(child, { x: right, y: (row + 1) * ROW + (i % 2) * 54, side: 'below' });
    right += CLOSE;
  }
  const room = Math.max(GAP, widths.get(id) + 14);
  if (below.length === 0) {
    places.set(id, { x: left + room / 2, y: row * ROW, side: 'below' });
    return left + room;
  }
  const x = (places.get(below[0]).x + places.get(below.at(-1)).x) / 2;
  places.set(id, { x, y: row * ROW, side: 'right' });
  return Math.max(right, x + BESIDE + widths.get(id));
}
