// SPDX-License-Identifier: Apache-2.0
//
// Globals that nearly every host has, with a substitute for the hosts that lack one. A window of jsdom in Jest has
// neither TextDecoder nor setImmediate, but Node, which runs below it, has both. Cloudflare's workers with an older
// compatibility date have no weak references.

/** A module of the Node that runs below a simulated window. @param {string} name @returns {any} */
const below = (name) => globalThis.process?.getBuiltinModule?.(`node:${name}`);

export const { TextDecoder, TextEncoder } = /** @type {typeof globalThis} */ (
  globalThis.TextDecoder ? globalThis : below('util')
);

/** @type {((turn: () => void) => unknown) | undefined} */
export const immediate = globalThis.setImmediate ?? below('timers')?.setImmediate;

/** WeakRef; where the host has none, a class that keeps its value for ever. @type {WeakRefConstructor} */
export const Weak =
  globalThis.WeakRef ??
  class {
    /** @param {any} value */
    constructor(value) {
      this.deref = () => value;
    }
  };

/** FinalizationRegistry; in its absence, a class that never reports. @type {FinalizationRegistryConstructor} */
export const Registry =
  globalThis.FinalizationRegistry ??
  class {
    register() {}
    unregister() {}
  };
