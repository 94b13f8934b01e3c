// SPDX-License-Identifier: Apache-2.0
//
// Texts of the site that the build completes.

/**
 * @param {string} text of a source file
 * @param {Record<string, string>} values each in place of the text that names it, which the source must have
 * @returns {string}
 */
export function fill(text, values) {
  return Object.entries(values).reduce((filled, [wanted, value]) => {
    if (!filled.includes(wanted)) throw new Error(`the build looks for ${wanted}, which is no longer in the source`);
    return filled.replace(wanted, () => value);
  }, text);
}
