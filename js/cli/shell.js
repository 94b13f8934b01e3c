// SPDX-License-Identifier: Apache-2.0
//
// `spawnlink shell`: OTP's own shell on the terminal of Node. Keys go to the VM one by one, because OTP edits the
// lines. What the kernel does with special keys in other programs is done here: Ctrl-C opens the break menu, Ctrl-Z
// stops the job, Ctrl-\ quits. When the process ends or stops, the terminal gets its old mode back (Node does this at a
// normal end). This file is loaded only for that command. When standard input or output is no terminal, the shell reads
// lines, as erl's does.

import process from 'node:process';
import { Atom, NoProcessError, tuple } from '../index.js';

/** @import { VM } from '../vm/vm.js' */

const [CTRL_C, CTRL_Z, CTRL_BACKSLASH] = [3, 26, 28];
const MENU = '\nBREAK: (a)bort (c)ontinue (p)roc info (i)nfo (v)ersion\n';

/** Whether lines can be edited on this terminal. */
const isTerminal = () =>
  Boolean(process.stdin.isTTY && process.stdout.isTTY) && !/^(dumb)?$/.test(process.env.TERM ?? '');

/** The size of the terminal, or the usual size when it is unknown. */
const size = () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 });

/** Reads keys from the terminal and handles the special ones. */
class Keys {
  /** @type {VM | undefined} */
  vm;
  /** @type {Uint8Array[]} */
  #pressed = [];
  /** @type {((keys: Uint8Array | null) => void) | undefined} who waits for keys */
  #reader;
  #ended = false;
  #raw = false;
  #inMenu = false;

  start() {
    process.stdin.on('data', (chunk) => this.#keys(new Uint8Array(chunk)));
    process.stdin.on('end', () => ((this.#ended = true), this.#serve()));
    process.stdout.on('resize', () => this.#tell('winch'));
    process.on('SIGHUP', () => this.#quit(129)); // which Node leaves to the system, terminal and all
    process.on('SIGCONT', () => {
      this.#apply(this.#raw);
      this.#tell('cont');
    });
  }

  /** Resolves with the next keys; null at the end. @returns {Promise<Uint8Array | null>} */
  read() {
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#serve();
    });
  }

  #serve() {
    if (!this.#reader || (this.#pressed.length === 0 && !this.#ended)) return;
    const reader = this.#reader;
    this.#reader = undefined;
    reader(this.#pressed.shift() ?? null);
  }

  /** @param {boolean} on */
  raw(on) {
    this.#raw = on;
    this.#apply(on);
  }

  /** @param {boolean} on */
  #apply(on) {
    if (process.stdin.isTTY) process.stdin.setRawMode(on);
  }

  /** @param {string} signal */
  #tell(signal) {
    try {
      this.vm?.send('spawnlink_tty', tuple(Atom.for('spawnlink_tty'), Atom.for(signal)));
    } catch (error) {
      if (!(error instanceof NoProcessError)) throw error; // who asks for the size itself needs no telling
    }
  }

  /** @param {Uint8Array} keys */
  #keys(keys) {
    if (this.#inMenu) return this.#choose(keys);
    if (!this.#raw) return this.#give(keys);
    const special = keys.findIndex((key) => key === CTRL_C || key === CTRL_Z || key === CTRL_BACKSLASH);
    if (special < 0) return this.#give(keys);
    if (special > 0) this.#give(keys.slice(0, special));
    if (keys[special] === CTRL_C) this.#menu();
    else if (keys[special] === CTRL_Z) this.#stop();
    else this.#quit(131); // the status of a process that got SIGQUIT
    const rest = keys.slice(special + 1);
    if (rest.length > 0) this.#keys(rest);
  }

  /** @param {Uint8Array} keys */
  #give(keys) {
    this.#pressed.push(keys);
    this.#serve();
  }

  /** While the menu is open, the VM does not run, as in erl. */
  #menu() {
    if (!this.vm) this.#quit(0);
    this.vm?.stop();
    this.#inMenu = true;
    process.stdout.write(MENU.replaceAll('\n', '\r\n'));
  }

  /** @param {Uint8Array} keys */
  #choose(keys) {
    for (const [at, key] of keys.entries()) {
      const letter = String.fromCharCode(key);
      if (letter === 'a' || key === CTRL_C) this.#quit(0);
      if (letter === 'c') {
        this.#inMenu = false;
        this.vm?.start();
        if (at + 1 < keys.length) this.#keys(keys.slice(at + 1));
        return;
      }
      const text = this.#about(letter);
      if (text) process.stdout.write(`${text}${MENU}`.replaceAll('\n', '\r\n'));
    }
  }

  /** @param {string} letter */
  #about(letter) {
    if (letter === 'v') return `spawnlink on Node ${process.versions.node}`;
    if (letter === 'i') {
      const { processes, linearMemory } = /** @type {VM} */ (this.vm).stats();
      return `processes: ${processes}\nmemory: ${linearMemory} bytes`;
    }
    if (letter !== 'p') return undefined;
    const { processes } = /** @type {VM} */ (this.vm).inspect();
    const call = (/** @type {any} */ c) => (c ? ` ${c.module}:${c.function}/${c.arity}` : '');
    return processes
      .map(({ pid, name, initialCall }) => `${pid}${name ? ` ${name}` : ''}${call(initialCall)}`)
      .join('\n');
  }

  #stop() {
    this.#apply(false);
    process.kill(0, 'SIGTSTP');
  }

  /** @param {number} status @returns {never} */
  #quit(status) {
    this.close();
    process.exit(status);
  }

  close() {
    this.#apply(false);
    process.stdin.pause();
  }
}

/**
 * Runs the shell until it halts. Resolves with the status.
 * @param {(options: {shell: import('../vm/create.js').Terminal | true, stdin?: () => Promise<Uint8Array | null>}) =>
 *   Promise<VM>} start
 * @returns {Promise<number>}
 */
export async function shell(start) {
  const keys = isTerminal() ? new Keys() : undefined;
  keys?.start();
  const vm = await start(
    keys ? { shell: { size, raw: (on) => keys.raw(on) }, stdin: () => keys.read() } : { shell: true },
  );
  if (keys) keys.vm = vm;
  try {
    return vm.haltStatus ?? (await vm.once('halt')).status;
  } finally {
    keys?.close();
    vm.close();
  }
}
