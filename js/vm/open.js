// SPDX-License-Identifier: Apache-2.0
//
// What the package's entry knows of virtual machines: their class, by which `instanceof` recognizes them, and how many
// are open. All that a VM does is in vm.js, which createVM loads together with the machine.

import { Events } from './events.js';

/** Every VM that is open, for leak gates. @type {Set<AnyVM>} */
export const open = new Set();
export const openVMs = () => open.size;

/**
 * The class of all virtual machines. createVM makes them.
 * @template {Record<string, any>} [M=any]
 * @extends {Events<M>}
 */
export class AnyVM extends Events {}
