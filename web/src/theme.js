// SPDX-License-Identifier: Apache-2.0
//
// Light or dark colours: as the system says, until the button is used.

import { $ } from './dom.js';

export function makeTheme() {
  const root = document.documentElement;
  const dark = () =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  $('theme').addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try {
      localStorage.setItem('spawnlink-theme', root.dataset.theme);
    } catch {
      // Without storage the choice is forgotten.
    }
  });
}
