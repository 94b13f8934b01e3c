// SPDX-License-Identifier: Apache-2.0
//
// `spawnlink/worker`: a worker whose script imports this module serves the pages that connect to it by connectWorker.
// In a page the module does nothing but give connectWorker. What a worker needs is loaded when the first page connects.

import { listen } from './worker/listen.js';

export { connectWorker } from './index.js';

listen(async (port) => (await import('./worker/serve.js')).accept(port));
