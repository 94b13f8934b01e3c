// SPDX-License-Identifier: Apache-2.0
//
// Terms and calls as short text for people.

import { format } from '../../../js/term.js';

/** @param {any} term */
export const brief = (term, limit = 160) => format(term, { limit });

/** @param {{module: string, function: string, arity: number} | undefined} call */
export const callText = (call) => (call ? `${call.module}:${call.function}/${call.arity}` : '');
