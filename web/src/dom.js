// SPDX-License-Identifier: Apache-2.0
//
// Functions that make DOM elements in one line.

/** @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children @returns {any} */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children @returns {any} */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
