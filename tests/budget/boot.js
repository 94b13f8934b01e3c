// SPDX-License-Identifier: Apache-2.0
// Boots OTP in a process of its own and prints {wall, cpu (ms), memory (bytes)}. Run by run.js.
import { createVM } from '../../dist/spawnlink.js';

const before = process.cpuUsage();
const begun = performance.now();
const vm = await createVM({ boot: true, args: ['-noinput'], stdout: false });
const wall = performance.now() - begun;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000, memory: vm.stats().linearMemory }));
vm.close();
