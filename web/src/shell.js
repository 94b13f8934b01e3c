// SPDX-License-Identifier: Apache-2.0
//
// The input line below the output: OTP's shell in the VM reads it, and so does the program when it asks for a line. The
// VM says whose turn it is (web/erl/spawnlink_web_io.erl). Lines that are typed earlier wait here, even while a new VM
// starts. The first line for the shell starts it.

import { $ } from './dom.js';

const IDLE = 'an expression, such as  whereis(w1) ! hello.   or   i().';

/** The text of the label and of the empty field, by who asks for a line. */
const PLACEHOLDERS = {
  closed: IDLE,
  shell: IDLE,
  program: 'the program waits for a line',
  none: 'busy: Ctrl+C leaves it',
};

/**
 * `tell` sends to the VM's terminal; `wake` starts a VM if there is none.
 * @param {{tell: (say: string[]) => Promise<void>, wake: () => void, output: import('./output.js').Output}} on
 */
export function makeShell({ tell, wake, output }) {
  const line = $('line');
  const history = [];
  let at = 0;
  /** Who asks for a line: closed (there is no shell yet, and nobody reads), none (busy), shell, program. */
  let ask = { who: 'closed', prompt: '' };
  /** @type {string[]} lines that were typed but not yet asked for */
  let queue = [];
  /** Whether there is a VM. */
  let open = false;
  /** Whether the user has switched from the waiting program to the shell. */
  let turned = false;

  function draw() {
    const { who, prompt } = ask;
    const label = { closed: '1>', none: '…' }[who] ?? (prompt.trim() || '?');
    $('prompt').textContent = label;
    $('prompt').classList.toggle('program', who === 'program');
    line.placeholder =
      queue.length > 0
        ? `${queue.length} typed before will be read first`
        : who === 'shell' && /^\.\.$/.test(label)
          ? 'an expression ends with a full stop'
          : PLACEHOLDERS[who];
    line.setAttribute('aria-label', who === 'program' ? 'Line for the program' : 'Erlang shell');
    document.querySelector('.dock [data-tab=log]').classList.toggle('asks', who === 'program');
    $('interrupt').hidden = who !== 'none';
    $('turn').hidden = who !== 'program' && !turned;
    $('turn').textContent = turned ? 'To the program' : 'To the shell';
  }

  /** Sends to the VM; if that fails, reports it and puts the line back. */
  async function say(words, typed) {
    try {
      await tell(words);
    } catch (error) {
      if (error.message === 'ended') return; // the VM was replaced
      output.note(error.message);
      if (typed !== undefined && line.value === '') line.value = typed;
      reset();
    }
  }

  /** Gives typed lines to whoever asks. */
  function give() {
    if (open && queue.length > 0 && ask.who === 'closed') {
      ask = { who: 'none', prompt: '' };
      say(['shell'], queue.at(-1));
    } else if (open && queue.length > 0 && ask.who !== 'none') {
      const text = /** @type {string} */ (queue.shift());
      const { who } = ask;
      echo(text);
      ask = { who: 'none', prompt: '' };
      say(['line', text, who], text);
    }
    draw();
    if (!open && queue.length > 0) wake();
  }

  /**
   * Shows a typed line as a terminal does: the shell's prompt on a line of its own, the program's behind its output.
   */
  function echo(text) {
    if (ask.who !== 'program' && !/(^|\n)$/.test($('output').textContent)) output.add('\n');
    output.add(`${ask.prompt}${text}\n`, 'typed');
  }

  function enter() {
    const text = line.value;
    if (text.trim() === '' && ask.who === 'closed') return;
    if (text.trim() !== '') history.push(text);
    at = history.length;
    line.value = '';
    queue.push(text);
    give();
  }

  function interrupt() {
    queue = [];
    if (line.value !== '' || ask.who === 'none' || ask.who === 'program') {
      echo(`${line.value}^C`);
      line.value = '';
    }
    if (open && ask.who !== 'closed') say(['interrupt']);
    draw();
  }

  function turn() {
    turned = !turned;
    say(['turn', turned ? 'shell' : 'program']);
    if (turned) say(['shell']);
    draw();
    line.focus();
  }

  function reset() {
    ask = { who: 'closed', prompt: '' };
    open = turned = false;
    draw();
  }

  $('shell').addEventListener('submit', (event) => {
    event.preventDefault();
    enter();
  });
  $('interrupt').addEventListener('click', interrupt);
  $('turn').addEventListener('click', turn);
  line.addEventListener('keydown', (event) => {
    const selected = line.selectionStart !== line.selectionEnd || String(getSelection()) !== '';
    if (event.ctrlKey && event.key === 'c' && !selected) return (event.preventDefault(), interrupt());
    if (event.ctrlKey && event.key === 'd' && ask.who === 'program' && line.value === '')
      return (event.preventDefault(), say(['eof']));
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    at = Math.max(0, Math.min(history.length, at + (event.key === 'ArrowUp' ? -1 : 1)));
    line.value = history[at] ?? '';
  });
  draw();

  return {
    /** There is no VM, or it is being replaced. */
    reset,
    /** There is a VM now: lines that were typed before are for it. */
    open() {
      open = true;
      give();
    },
    /** The VM says whose turn it is. @param {{who: string, prompt: string}} next */
    asked({ who, prompt }) {
      const lines = prompt.split('\n');
      const last = /** @type {string} */ (lines.pop());
      if (lines.length > 0) output.add(`${lines.join('\n')}\n`);
      ask = { who, prompt: last };
      give();
    },
  };
}
