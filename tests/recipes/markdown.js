// SPDX-License-Identifier: Apache-2.0
//
// Reads docs/recipes.md and finds the parts of each recipe. A line "File `NAME`:" is followed by a block with the text
// of that file; a block of `sh` has commands, and a block of `text` has what the recipe prints.

/**
 * @typedef {object} Recipe
 * @property {string} title
 * @property {Map<string, string>} files the texts of the files, by name
 * @property {string[]} commands
 * @property {string} prints
 */

/**
 * The recipes of a page: those sections that have a block with what they print.
 * @param {string} markdown
 * @returns {Recipe[]}
 */
export function recipes(markdown) {
  const sections = markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => section.split(/\n([^]*)/, 2));
  return sections.map(([title, body]) => recipe(title, body)).filter(({ prints }) => prints !== '');
}

/** @param {string} title @param {string} body @returns {Recipe} */
function recipe(title, body) {
  const files = new Map();
  for (const [, name, text] of body.matchAll(/^File `([^`]+)`:\n\n```\w+\n([^]*?)^```$/gm)) files.set(name, text);
  const blocks = (/** @type {string} */ kind) =>
    [...body.matchAll(RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);
  return {
    title,
    files,
    commands: blocks('sh').flatMap((text) => text.trim().split('\n')),
    prints: blocks('text').join(''),
  };
}
