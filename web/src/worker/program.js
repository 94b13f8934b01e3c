// SPDX-License-Identifier: Apache-2.0
//
// The worker that runs programs: one VM for each run, its pace, and the frames that tell the page of it. A frame waits until the
// page has drawn the one before, so that no program can flood the page.

import { createVM } from '../../../js/create.js';
import { Atom } from '../../../js/term.js';
import { pacedClock } from './clock.js';
import { Feed } from './feed.js';
import { startJavascript } from './javascript.js';
import { restFinder } from './rest.js';
import { brief } from './text.js';

const FRAME = 40;
const SNAPSHOT = 100;
/** In MiB, for all of a program. */
const MEMORY = 192;
const PROCESSES = 32_768;
const text = new TextDecoder();

let parts;
/** @type {{vm: import('../../../js/vm.js').VM, clock: ReturnType<typeof pacedClock>, feed: Feed} | undefined} */
let run;
/** Slices a second; Infinity: as fast as it goes; 0: by hand. */
let speed = Infinity;
let timer;
let drawn = true;
let lastFrame = 0;
let lastLook = 0;
/** Milliseconds that a look at all processes took. */
let lookCost = 0;
let calls = 0;

const handlers = {
  open(data) {
    parts = data;
    setInterval(tell, FRAME);
  },
  async start({ beams, entry, speed: pace, javascript }) {
    stop();
    const clock = pacedClock(1);
    const vm = await createVM({
      wasm: parts.wasm,
      re: parts.re,
      zlib: parts.zlib,
      otp: parts.pack,
      fallback: restFinder(parts.restUrl),
      clock,
      memoryLimit: MEMORY * 2 ** 20,
      maxProcesses: PROCESSES,
      stdout: false,
      stderr: false,
      budget: 12,
      autostart: false,
    });
    await openBridge(vm);
    const service = javascript ? startJavascript(vm) : undefined;
    const feed = new Feed(vm, clock, { memory: MEMORY, processes: PROCESSES });
    if (service) feed.hide(service.pid);
    run = { vm, clock, feed };
    drawn = true;
    vm.on('halt', ({ status }) => ended(`The program halted the VM with status ${status}.`));
    vm.on('error', (error) => problem(error));
    for (const { module, bytes } of beams) vm.load(bytes, { name: module });
    if (entry) vm.spawn(entry[0], entry[1]);
    handlers.speed({ speed: pace });
  },
  stop,
  speed({ speed: pace }) {
    speed = pace;
    if (!run) return;
    clearTimeout(timer);
    run.clock.setPace(paceOfTime(speed));
    if (speed === Infinity) run.vm.start();
    else {
      run.vm.stop();
      if (speed > 0) slow();
    }
  },
  step() {
    if (!run) return;
    let result = run.vm.tick({ reductions: 1 });
    // Nothing but a timer to wait for: the step is the wait.
    if (result.state === 'timer') {
      run.clock.skip((result.wake ?? 0) + 0.01);
      result = run.vm.tick({ reductions: 1 });
    }
    tell(true);
    return result.state;
  },
  async exit({ pid, reason }) {
    const [tag, value] = await call('term', [reason]);
    if (tag.name !== 'ok') throw new Error(text.decode(value));
    run?.vm.exit(find(pid), value);
    tell(true);
  },
  async details({ pid }) {
    const info = await call('details', [find(pid)]);
    if (info instanceof Atom) return undefined;
    const plain = (value) => (Array.isArray(value) ? value.map((item) => text.decode(item)) : text.decode(value));
    return Object.fromEntries(info.map(([key, value]) => [key.name, plain(value)]));
  },
  async shell({ line }) {
    const [kind, answer] = await call('shell', [line], { priority: 'normal' });
    return { kind: kind.name, text: text.decode(answer) };
  },
  drawn() {
    drawn = true;
  },
};

function find(text) {
  const pid = run?.feed.pid(text);
  if (!pid) throw new Error(`${text} has ended`);
  return pid;
}

/** Time goes with the processes, though not as slowly: who steps through a program does not want to wait for its timers. */
const paceOfTime = (slices) => (slices === Infinity ? 1 : slices === 0 ? 0 : Math.min(1, Math.max(0.05, slices / 200)));

function slow() {
  if (!run || speed === Infinity || speed === 0) return;
  try {
    run.vm.tick({ reductions: 1 });
  } catch (error) {
    return problem(error);
  }
  timer = setTimeout(slow, 1000 / speed);
}

/** Calls a function of ours in the program's VM, also while that stands still. */
async function call(fun, args, { priority = 'max' } = {}) {
  if (!run) throw new Error('no program is running');
  const { vm } = run;
  calls++;
  try {
    const answer = vm.call('spawnlink_web', fun, args, { priority });
    let done = false;
    answer.then(() => (done = true), () => (done = true));
    while (speed !== Infinity && !done && run?.vm === vm) {
      vm.tick({ reductions: 1 });
      await new Promise((resolve) => setTimeout(resolve));
    }
    return await answer;
  } finally {
    calls--;
  }
}

function stop() {
  clearTimeout(timer);
  if (!run) return;
  const { vm } = run;
  tell(true);
  run = undefined;
  vm.close();
}

function ended(why) {
  tell(true);
  postMessage({ type: 'ended', why });
}

function problem(error) {
  const message = error?.message ?? brief(error);
  postMessage({ type: 'problem', text: message, crash: error?.name === 'CrashError' });
}

/** The first call makes the process that gets answers: before the feed looks who is there, so that it is none of the program's. */
async function openBridge(vm) {
  const called = vm.call('erlang', 'self');
  let done = false;
  called.finally(() => (done = true));
  for (let i = 0; !done && i < 100; i++) {
    vm.tick({ budget: 5 });
    await undefined;
  }
}

/** @param {boolean} [now] */
function tell(now = false) {
  if (!run || run.vm.closed || (!drawn && !now)) return;
  const begun = performance.now();
  const { feed } = run;
  if (!now && begun - lastFrame < (feed.pending ? FRAME : SNAPSHOT)) return;
  // To look at very many processes takes long: then less often.
  const look = now || begun - lastLook > 10 * lookCost;
  const frame = feed.frame(look);
  lastFrame = performance.now();
  if (look) [lastLook, lookCost] = [lastFrame, lastFrame - begun];
  drawn = false;
  postMessage({ type: 'frame', frame });
}

onmessage = async ({ data }) => {
  try {
    const value = await handlers[data.type](data);
    if (data.id) postMessage({ type: 'reply', id: data.id, value });
  } catch (error) {
    if (data.id) postMessage({ type: 'reply', id: data.id, error: String(error?.message ?? error) });
    else problem(error);
  }
};
