// SPDX-License-Identifier: Apache-2.0
//
// Terms and calls as short text for people.

import { format } from '../../../js/term/term.js';

/** @param {any} term */
export const brief = (term, limit = 160) => format(term, { limit });

/**
 * A function as module:name/arity; a fun is shown as the function that contains it.
 * @param {{module: string, function: string, arity: number} | undefined} call
 */
export function callText(call) {
  if (!call) return '';
  const [, inside] = /^-(.+\/\d+)-fun-\d+-$/.exec(call.function) ?? [];
  return inside ? `fun in ${call.module}:${inside}` : `${call.module}:${call.function}/${call.arity}`;
}
