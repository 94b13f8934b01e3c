// SPDX-License-Identifier: Apache-2.0
//
// Fills in texts of the site during the build.

/**
 * @param {string} text a source file
 * @param {Record<string, string>} values replace the texts that name them, all of which the source must contain
 * @returns {string}
 */
export function fill(text, values) {
  return Object.entries(values).reduce((filled, [wanted, value]) => {
    if (!filled.includes(wanted)) throw new Error(`the build looks for ${wanted}, which is no longer in the source`);
    return filled.replace(wanted, () => value);
  }, text);
}
