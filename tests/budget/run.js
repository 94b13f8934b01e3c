// SPDX-License-Identifier: Apache-2.0
// Measures how long one operation keeps the host waiting: each operation of budget.erl runs in ticks of 8 ms, and the
// longest tick is printed. npm test uses a hundredth of the sizes, and fails if a tick takes more than LONGEST_MS at
// pace 1 (../pace.js). Also measures how long OTP takes to boot.
//   node tests/budget/run.js [--full] [operation ...]
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Atom, createVM } from '../../js/index.js';
import { pace } from '../pace.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'build/tests/budget');
const args = process.argv.slice(2);
const full = args.includes('--full');
const scale = full ? 1 : 100;
const names = args.filter((a) => !a.startsWith('--'));
const BUDGET_MS = 8,
  LONGEST_MS = 30,
  ATTEMPTS = 4;
/**
 * Limits for a boot: 300 ms of wall-clock time, or 1.5 times as much CPU time. Other work on the machine affects both.
 */
const BOOT_MS = 300,
  BOOT_SLACK = 1.5,
  BOOT_BYTES = 16e6,
  BOOTS = 9;

mkdirSync(out, { recursive: true });
execFileSync('erlc', ['-o', out, join(root, 'tests/budget/budget.erl')], { stdio: 'inherit' });
const beam = readFileSync(join(out, 'budget.beam'));
const turn = (ms = 0) => new Promise((done) => (ms > 1 ? setTimeout(done, ms) : setImmediate(done)));

/** The longest tick of one operation, without its preparation, in a VM of its own. */
async function measure(name) {
  const vm = await createVM({ autostart: false, stdout: false, stderr: false, memoryLimit: 3.9e9 });
  try {
    vm.load(beam);
    // Touching a page of memory for the first time may take the host longer than the work on it, so that is done
    // before.
    let warming = true;
    const warm = vm.spawn('budget', 'warm', [scale]);
    vm.on('exit', (e) => {
      if (e.pid === warm) warming = false;
    });
    while (warming) vm.tick({ budget: 100 });
    let reason;
    const pid = vm.spawn('budget', 'run', [Atom.for(name), scale], {
      minHeapSize: full && !name.startsWith('gc_') && name !== 'heap_exit' ? 60e6 : 60e4,
    });
    vm.on('exit', (e) => {
      if (e.pid === pid) reason = e.normal ? '' : String(e.reason).slice(0, 60);
    });
    while (reason === undefined && !vm.inspect().processes.some((p) => p.name === 'ready')) {
      const { state, wake } = vm.tick({ budget: 100 });
      await turn(state === 'timer' ? wake : 0);
    }
    if (reason === undefined) vm.send(pid, Atom.for('go'));
    let longest = 0,
      ticks = 0,
      total = 0;
    for (let ended = false; !ended; ) {
      ended = reason !== undefined;
      const begun = performance.now(),
        used = process.cpuUsage();
      const { state, wake } = vm.tick({ budget: BUDGET_MS });
      const { user, system } = process.cpuUsage(used);
      // Time in which other programs had the processor does not count, and neither does the work of V8's own threads.
      const took = Math.min(performance.now() - begun, (user + system) / 1000);
      longest = Math.max(longest, took);
      total += took;
      ticks++;
      await turn(state === 'timer' ? wake : 0);
    }
    return { longest, ticks, total, reason };
  } finally {
    vm.close();
  }
}

const vm = await createVM({ stdout: false, stderr: false });
vm.load(beam);
const all = (await vm.call('budget', 'names')).map((a) => a.name);
vm.close();
let passed = 0,
  failed = 0;
// Limits are multiplied by the pace of this machine, which is measured again before a tick is called too long.
let slow = pace();
for (const name of names.length ? names : all) {
  let best;
  // A tick may be long because the machine was busy, so the shortest of several attempts counts.
  for (let i = 0; i < (full ? 2 : ATTEMPTS); i++) {
    const got = await measure(name);
    if (!best || got.longest < best.longest) best = got;
    if (best.longest <= LONGEST_MS / 2) break;
  }
  if (best.longest > LONGEST_MS * slow) slow = pace();
  const ok = best.longest <= LONGEST_MS * slow && best.reason === '';
  if (ok) passed++;
  else failed++;
  console.log(
    `${name.padEnd(24)} longest tick ${best.longest.toFixed(1).padStart(8)} ms of ` +
      `${String(best.ticks).padStart(5)}, all ${best.total.toFixed(0).padStart(6)} ms ` +
      `${best.reason}${ok ? '' : '  OVER'}`,
  );
}
if (names.length === 0) {
  const boots = [];
  const allowed = BOOT_MS * pace();
  do {
    boots.push(JSON.parse(execFileSync(process.execPath, [join(root, 'tests/budget/boot.js')], { encoding: 'utf8' })));
  } while (
    boots.length < (full ? BOOTS : 2) ||
    (boots.length < BOOTS && Math.min(...boots.map(({ wall }) => wall)) > allowed)
  );
  const least = (key) => Math.min(...boots.map((boot) => boot[key]));
  const median = (key) => boots.map((boot) => boot[key]).sort((a, b) => a - b)[boots.length >> 1];
  // The budget is meant as wall-clock time. When other programs keep the machine busy, CPU time decides, which includes
  // the compilation in other threads.
  const inTime = least('wall') <= allowed || least('cpu') <= allowed * BOOT_SLACK;
  const ok = inTime && least('memory') <= BOOT_BYTES;
  if (ok) passed++;
  else failed++;
  const ms = (key) => `${least(key).toFixed(0)} ms`;
  console.log(
    `boot of OTP: ${ms('cpu')} of the processor, ${ms('wall')} by the clock, ${median('wall').toFixed(0)} ms in ` +
      `the median of ${boots.length}`,
  );
  console.log(
    `  (${allowed.toFixed(0)} ms allowed on this machine now), ${(least('memory') / 1e6).toFixed(1)} ` +
      `MB${ok ? '' : '  OVER'}`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed && !full ? 1 : 0;
