// SPDX-License-Identifier: Apache-2.0
//
// All public names of the package.

export { VM, openVMs } from './vm.js';
export { createVM } from './create.js';
export { JsProcess } from './process.js';
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
} from './term.js';
export { decode as decodeTerm, encode as encodeTerm } from './etf.js';
export * from './errors.js';
