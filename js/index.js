// SPDX-License-Identifier: Apache-2.0
//
// All public names of the package `spawnlink`.

import { AnyVM } from './vm/open.js';

/** @typedef {import('./vm/vm.js').VM} VM */
/** The class of the virtual machines that createVM makes. @type {typeof import('./vm/vm.js').VM} */
export const VM = /** @type {any} */ (AnyVM);
/** @typedef {import('./worker/vm.js').WorkerVM} WorkerVM */
/** @typedef {import('./worker/vm.js').WorkerProcess} WorkerProcess */
export { openVMs } from './vm/open.js';
export { connectWorker, createVM } from './worker/create.js';
export { withContext } from './vm/context.js';
export { JsProcess } from './vm/process.js';
export {
  Atom,
  BitString,
  ErlangMap,
  Float,
  Fun,
  ImproperList,
  Pid,
  Port,
  Ref,
  Tuple,
  charlist,
  equals,
  format,
  pretty,
  text,
  tuple,
} from './term/term.js';
export { decode as decodeTerm, encode as encodeTerm } from './term/etf.js';
export * from './base/errors.js';
export { ErlangError } from './term/erlang-error.js';
