// SPDX-License-Identifier: Apache-2.0
//
// The page's typefaces, served by the site itself, so that the page looks the same everywhere and sends no request
// elsewhere: Latin, with all weights of a face in one file.

import { readFileSync } from 'node:fs';

const from = (family, name) => ({
  family,
  name,
  file: `node_modules/@fontsource-variable/${name}/files/${name}-latin-wght-normal.woff2`,
  licence: `node_modules/@fontsource-variable/${name}/LICENSE`,
});

export const FONTS = [from('Inter', 'inter'), from('JetBrains Mono', 'jetbrains-mono')];

/** @param {string[]} files the names of the font files, in the order of FONTS @returns {string} CSS */
export const faces = (files) =>
  FONTS.map(
    ({ family }, i) =>
      `@font-face { font-family: "${family}"; src: url("${files[i]}") format("woff2"); font-weight: 100 900; ` +
      `font-display: swap; }\n`,
  ).join('');

export const licences = () => FONTS.map(({ licence }) => readFileSync(licence, 'utf8')).join('\n\n');
