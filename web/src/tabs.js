// SPDX-License-Identifier: Apache-2.0
//
// Switches what is visible: output or timeline, graph or table, and on a phone one part of the page at a time.

import { $ } from './dom.js';

/** @param {() => void} shown called when something became visible */
export function makeTabs(shown) {
  const tabs = [$('tab-output'), $('tab-timeline')];
  const select = (chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute('aria-selected', on);
      tab.tabIndex = on ? 0 : -1;
      $(tab.getAttribute('aria-controls')).hidden = !on;
    }
    $('timeline-tools').hidden = chosen !== tabs[1];
    $('output-tools').hidden = chosen !== tabs[0];
    shown();
  };
  for (const tab of tabs) {
    tab.addEventListener('click', () => select(tab));
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const other = tabs[1 - tabs.indexOf(tab)];
      select(other);
      other.focus();
    });
  }

  const view = (table) => {
    $('table').hidden = !table;
    $('canvas').hidden = table;
    $('view-table').setAttribute('aria-pressed', table);
    $('view-graph').setAttribute('aria-pressed', !table);
    shown();
  };
  $('view-graph').addEventListener('click', () => view(false));
  $('view-table').addEventListener('click', () => view(true));

  const dock = [...document.querySelectorAll('.dock button')];
  const part = (name) => {
    document.body.dataset.tab = name;
    for (const button of dock) button.setAttribute('aria-pressed', button.dataset.tab === name);
    shown();
  };
  for (const button of dock) button.addEventListener('click', () => part(button.dataset.tab));
  return { part, graph: () => view(false) };
}
