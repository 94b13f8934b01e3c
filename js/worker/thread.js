// SPDX-License-Identifier: Apache-2.0
//
// The script of the worker that createVM({ worker: true }) starts.

import { listen } from './listen.js';
import { accept } from './serve.js';

listen(accept);
