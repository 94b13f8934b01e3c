// SPDX-License-Identifier: Apache-2.0
//
// What the language's hosts have in common, where one lacks it: a window of jsdom in Jest has no TextDecoder and no
// setImmediate but those of Node below it; Cloudflare's workers of an older date have no weak references.

/** @param {string} name of a module of Node @returns {any} */
const below = (name) => globalThis.process?.getBuiltinModule?.(`node:${name}`);

export const { TextDecoder, TextEncoder } = /** @type {typeof globalThis} */ (
  globalThis.TextDecoder ? globalThis : below('util')
);

/** @type {((turn: () => void) => unknown) | undefined} */
export const immediate = globalThis.setImmediate ?? below('timers')?.setImmediate;

/** A WeakRef, or what holds its value for ever. @type {WeakRefConstructor} */
export const Weak =
  globalThis.WeakRef ??
  class {
    /** @param {any} value */
    constructor(value) {
      this.deref = () => value;
    }
  };

/** A FinalizationRegistry, or one that is never told. @type {FinalizationRegistryConstructor} */
export const Registry =
  globalThis.FinalizationRegistry ??
  class {
    register() {}
    unregister() {}
  };
