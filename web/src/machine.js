// SPDX-License-Identifier: Apache-2.0
//
// The page's interface to its two workers: the compiler, and the VM of the program. When the program's worker stops
// answering, it is ended and replaced by another one, which uses what is loaded already.

import { load } from './load.js';
import { Remote } from './rpc.js';

const PATIENCE = 2000;

export class Machine {
  #assets;
  #compiler;
  #program;
  #parts;
  onmessage = (_message) => {};

  constructor(assets) {
    this.#assets = assets;
  }

  async open(progress) {
    this.#compiler = new Remote(this.#assets.compiler);
    this.#program = new Remote(this.#assets.program);
    this.#program.onmessage = (message) => this.onmessage(message);
    const { wasm, pack, hrl, restUrl, re, zlib } = await load(this.#assets, progress);
    const modules = await this.#compiler.ask('open', { wasm, zlib, pack, hrl, restUrl });
    this.#parts = { wasm, pack: modules, restUrl, re, zlib, hrl };
    this.#program.tell('open', this.#parts);
  }

  compile(files) {
    return this.#compiler.ask('compile', { files }, 60_000).catch((error) => {
      if (error.message !== 'no answer') throw error;
      throw new Error('The compiler took longer than a minute.');
    });
  }

  /** Whether the worker answered; if it did not, it was replaced. */
  async #prompt(type, data) {
    try {
      await this.#program.ask(type, data, PATIENCE);
      return true;
    } catch (error) {
      if (error.message !== 'no answer') throw error;
      this.#program.restart();
      this.#program.tell('open', this.#parts);
      return false;
    }
  }

  close() {
    return this.#prompt('stop');
  }

  /**
   * @param {{beams: {module: string, bytes: Uint8Array}[], files: {name: string, text: string}[], entry?: string[],
   *   speed: number, javascript: boolean}} what
   */
  start(what) {
    return this.#program.ask('start', what, 20_000);
  }

  speed(speed) {
    return this.#prompt('speed', { speed });
  }

  step() {
    return this.#program.ask('step', {}, PATIENCE);
  }

  exit(pid, reason) {
    return this.#program.ask('exit', { pid, reason }, 5000);
  }

  details(pid) {
    return this.#program.ask('details', { pid }, 5000);
  }

  /**
   * Sends a message of the page to the VM's terminal (web/erl/spawnlink_web_io.erl).
   * @param {string[]} say ['line', text, 'shell' or 'program'], ['shell'], ['interrupt'], ['eof'], ['turn', 'shell' or
   *   'program']
   * @param {{name: string, text: string}[]} [files] the program, if it has changed since the VM last got it
   */
  terminal(say, files) {
    return this.#program.ask('terminal', { say, files });
  }

  /** The value of an expression. @param {string} text @returns {Promise<{kind: 'value' | 'error', text: string}>} */
  value(text) {
    return this.#program.ask('value', { text });
  }

  drawn() {
    this.#program.tell('drawn');
  }
}
