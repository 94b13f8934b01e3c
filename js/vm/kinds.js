// SPDX-License-Identifier: Apache-2.0
//
// The kinds of event records. They are apart from machine.js because class VM, which is loaded before it, needs them.

/** The names of a program's events, by their kind (src/process/event.h). The other kinds are in src/host/event.h. */
export const KINDS = [
  'exit',
  'signal',
  'spawn',
  'link',
  'unlink',
  'monitor',
  'demonitor',
  'down',
  'register',
  'unregister',
  'message',
  'crash',
];
export const KIND_OUTPUT = 32;
export const KIND_INPUT = 33;
export const KIND_MAIL = 34;
export const KIND_LOAD_FAILED = 35;
