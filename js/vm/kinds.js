// SPDX-License-Identifier: Apache-2.0
//
// The kinds of event records, which class VM knows before there is a machine that writes them.

/** Kinds of event records: src/process/event.h and src/host/event.h. */
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
