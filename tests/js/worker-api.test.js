// SPDX-License-Identifier: Apache-2.0
//
// The tests of the API once more, of VMs in a worker (see proxied.js). Those that test what is different there are
// skipped, with the reason; what is true there instead is tested by worker.test.js.

import { proxied } from './proxied.js';

process.env.SPAWNLINK_WORKER = '1';

/** Which files, and by the names of their tests why some are skipped. */
const FILES = {
  vm: {
    'are killed after a timeout or by a signal':
      'it counts processes, and that for the results of calls is there before',
    'close rejects calls under way and ends iterators': 'how much was leaked is known when close is awaited',
    'spawning for ever ends in system_limit': 'the VM does not stand still until the next call comes',
    'a virtual clock makes hours pass at once, the same each time': 'when a call comes depends on the two threads',
    'may use the VM, tick it and close it': 'tick answers with a promise, which a handler cannot use at once',
    'a module source that calls the VM is refused':
      'it may call it: the VM is not in the middle of a tick of this thread',
  },
  process: {},
  exposed: {},
  handles: {},
  events: {},
  proc: {},
  stream: {},
  supervise: {},
  eval: {},
  'module-proxy': {},
  compile: {},
};

for (const [name, different] of Object.entries(FILES)) await import(proxied(name, different));
