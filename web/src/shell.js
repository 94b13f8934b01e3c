// SPDX-License-Identifier: Apache-2.0
//
// The prompt below the output: an Erlang shell in the running VM, with a history.

import { $ } from './dom.js';

/**
 * @param {{ask: (line: string) => Promise<{kind: string, text: string}>, output: import('./output.js').Output}} on
 */
export function makeShell({ ask, output }) {
  const line = $('line');
  const history = [];
  let at = 0;
  let n = 1;
  let more = false;
  const prompt = () => ($('prompt').textContent = more ? '..' : `${n}>`);

  async function enter() {
    const text = line.value;
    if (text.trim() === '' && !more) return;
    history.push(text);
    at = history.length;
    line.value = '';
    output.note('');
    output.add(`${more ? '..' : `${n}>`} ${text}\n`, 'typed');
    try {
      // An expression without its full stop is the usual slip of who has not used the shell before.
      const answer = await ask(text);
      more = answer.kind === 'more';
      if (answer.text !== '') output.add(`${answer.text}\n`, answer.kind === 'error' ? 'wrong' : 'out');
      if (more) line.placeholder = 'an expression ends with a full stop';
    } catch (error) {
      more = false;
      output.add(`${error.message}\n`, 'wrong');
    }
    if (!more) n++;
    prompt();
  }

  $('shell').addEventListener('submit', (event) => {
    event.preventDefault();
    enter();
  });
  line.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    at = Math.max(0, Math.min(history.length, at + (event.key === 'ArrowUp' ? -1 : 1)));
    line.value = history[at] ?? '';
  });
  return {
    reset() {
      n = 1;
      more = false;
      prompt();
    },
  };
}
