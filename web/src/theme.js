// SPDX-License-Identifier: Apache-2.0
//
// Light or dark: as the system has it until the button is used.

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
      // A page without storage forgets it.
    }
  });
}
