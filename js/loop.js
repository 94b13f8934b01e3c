// SPDX-License-Identifier: Apache-2.0
//
// When to tick. The cheapest turn the host has (setImmediate, a MessageChannel), timers only for timers, nothing at all
// while idle: so an idle VM costs nothing and lets Node exit. The only module that touches timers.

const MAX_DELAY = 2 ** 31 - 1;

/** @returns {{turn: (fn: () => void) => void, close: () => void}} */
function turns() {
  if (typeof setImmediate === 'function') return { turn: (fn) => void setImmediate(fn), close() {} };
  /** @type {(() => void)[]} */
  const queue = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => queue.shift()?.();
  return {
    turn(fn) {
      queue.push(fn);
      channel.port2.postMessage(0);
    },
    close() {
      queue.length = 0;
      channel.port1.close();
    },
  };
}

export class Loop {
  #turns = turns();
  #run;
  #running = false;
  /** A turn was asked for. */
  #asked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #closed = false;

  /**
   * @param {() => number | boolean} run one turn: true to be called again as soon as the host allows, a number of
   *   milliseconds to be called then, false to wait until `wake`
   */
  constructor(run) {
    this.#run = run;
  }

  get running() {
    return this.#running;
  }

  start() {
    if (this.#closed) return;
    this.#running = true;
    this.wake();
  }

  stop() {
    this.#running = false;
    this.#clearTimer();
  }

  /** Something may be there to do. */
  wake() {
    if (!this.#running || this.#asked || this.#closed) return;
    this.#clearTimer();
    this.#asked = true;
    this.#turns.turn(this.#turn);
  }

  close() {
    this.stop();
    this.#closed = true;
    this.#turns.close();
  }

  #turn = () => {
    this.#asked = false;
    if (!this.#running || this.#closed) return;
    const next = this.#run();
    if (!this.#running || this.#closed || this.#asked) return;
    if (next === true || next === 0) this.wake();
    else if (typeof next === 'number') {
      this.#clearTimer();
      this.#timer = setTimeout(
        () => {
          this.#timer = undefined;
          this.#turn();
        },
        Math.min(Math.ceil(next), MAX_DELAY),
      );
    }
  };

  #clearTimer() {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * Calls fn after ms; answers how to prevent it.
 * @param {number} ms
 * @param {() => void} fn
 */
export function after(ms, fn) {
  const timer = setTimeout(fn, Math.min(ms, MAX_DELAY));
  return () => clearTimeout(timer);
}
