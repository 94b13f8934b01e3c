// SPDX-License-Identifier: Apache-2.0
//
// The worker that runs programs: a VM for each run, its pace, and the frames that inform the page. A frame waits until
// the page has drawn the one before, so that no program can flood the page.

import { createVM } from '../../../js/vm/create.js';
import { Atom, tuple } from '../../../js/term/term.js';
import { pacedClock } from './clock.js';
import { ownFiles } from './fault.js';
import { Feed } from './feed.js';
import { startJavascript } from './javascript.js';
import { restFinder } from './rest.js';
import { brief } from './text.js';

const FRAME = 40;
const SNAPSHOT = 100;
/** The memory limit of a program in MiB. */
const MEMORY = 192;
const PROCESSES = 32_768;
/** Where the VM finds the program's files, and OTP's headers (its other files are not there). */
const HOME = '/home';
const ROOT = '/usr/lib/erlang';
/** For so many milliseconds the shell runs at full speed while the program runs slowly. */
const HURRY = 3000;
const text = new TextDecoder();

let parts;
/**
 * @type {{vm: import('../../../js/vm/vm.js').VM, clock: ReturnType<typeof pacedClock>, feed: Feed,
 *   page: import('../../../js/vm/process.js').JsProcess, terminal: import('../../../js/term/term.js').Pid} | undefined}
 */
let run;
/** Slices per second; Infinity: as fast as possible; 0: step by step. */
let speed = Infinity;
let timer;
let drawn = true;
let lastFrame = 0;
let lastLook = 0;
/** How many milliseconds the last look at all processes took. */
let lookCost = 0;

const handlers = {
  open(data) {
    parts = data;
    setInterval(tell, FRAME);
  },
  async start({ beams, files, entry, speed: pace, javascript }) {
    stop();
    ownFiles(files.map(({ name }) => name));
    const clock = pacedClock(1);
    const vm = await createVM({
      wasm: parts.wasm,
      re: parts.re,
      zlib: parts.zlib,
      otp: parts.pack,
      fallback: restFinder(parts.restUrl),
      clock,
      files: filesOf(files, beams),
      args: ['-root', ROOT],
      memoryLimit: MEMORY * 2 ** 20,
      maxProcesses: PROCESSES,
      stdout: false,
      stderr: false,
      budget: 12,
      autostart: false,
    });
    // The first call makes the process that gets results. It is made before the feed looks at the processes, so that it
    // does not count as one of the program's.
    const page = vm.process();
    const terminal = await turning(vm, vm.call('spawnlink_web_io', 'start', [page.pid]));
    const service = javascript ? startJavascript(vm) : undefined;
    const feed = new Feed(vm, clock, { memory: MEMORY, processes: PROCESSES });
    if (service) feed.hide(service.pid);
    page.on('message', (message) => told(feed, message));
    run = { vm, clock, feed, page, terminal };
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
    // The VM only waits for a timer: the step is that wait.
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
  async value({ text: expression }) {
    const [kind, answer] = await call('value', [expression], { priority: 'normal' });
    return { kind: kind.name, text: text.decode(answer) };
  },
  async terminal({ say, files }) {
    if (!run) throw new Error('The VM has ended: Run or Reset starts another one.');
    const { page, terminal, feed } = run;
    const [what, ...more] = say;
    if (files)
      page.send(
        terminal,
        toTerminal(
          'files',
          files.map(({ name, text: body }) => tuple(name, body)),
        ),
      );
    page.send(
      terminal,
      toTerminal(what, ...more.map((word, i) => (what === 'line' && i === 0 ? word : Atom.for(word)))),
    );
    feed.asked = false;
    await hurry();
  },
  drawn() {
    drawn = true;
  },
};

/** The files that a program sees: its own source and beams, and OTP's headers. */
function filesOf(files, beams) {
  const own = files.map(({ name, text: body }) => [`${HOME}/${name}`, body]);
  const compiled = beams.map(({ module, bytes }) => [`${HOME}/${module}.beam`, bytes]);
  const headers = Object.entries(parts.hrl).map(([name, body]) => [`${ROOT}/lib/${name}`, body]);
  return Object.fromEntries([...own, ...compiled, ...headers]);
}

const toTerminal = (what, ...more) =>
  tuple(Atom.for('page'), more.length > 0 ? tuple(Atom.for(what), ...more) : Atom.for(what));

/** Handles a message of the terminal. */
function told(feed, message) {
  const [what, value, prompt] = [...message];
  if (what.name === 'evaluator') feed.evaluator(value);
  else feed.ask(value.name, prompt === undefined ? '' : text.decode(prompt));
}

/**
 * At a slow pace, the shell does not wait for the program: everything runs fast until the shell asks for the next line.
 */
async function hurry() {
  const { vm, feed } = run;
  for (
    const begun = performance.now();
    speed !== Infinity && !feed.asked && run?.vm === vm && performance.now() - begun < HURRY;
  ) {
    vm.tick({ reductions: 1 });
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function find(text) {
  const pid = run?.feed.pid(text);
  if (!pid) throw new Error(`${text} has ended`);
  return pid;
}

/**
 * Time slows down with the processes, but less: a user who steps through a program does not want to wait for its
 * timers.
 */
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

/** Calls a function of the playground in the program's VM, even while the program is stopped. */
async function call(fun, args, { priority = 'max' } = {}) {
  if (!run) throw new Error('no program is running');
  const { vm } = run;
  const answer = vm.call('spawnlink_web', fun, args, { priority });
  let done = false;
  answer.then(
    () => (done = true),
    () => (done = true),
  );
  while (speed !== Infinity && !done && run?.vm === vm) {
    vm.tick({ reductions: 1 });
    await new Promise((resolve) => setTimeout(resolve));
  }
  return await answer;
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

/** The result of a call in a VM whose loop does not run yet. */
async function turning(vm, called) {
  let done = false;
  called.then(
    () => (done = true),
    () => (done = true),
  );
  for (let i = 0; !done; i++) {
    vm.tick({ budget: 5 });
    await (i < 100 ? undefined : new Promise((resolve) => setTimeout(resolve)));
  }
  return called;
}

/** @param {boolean} [now] */
function tell(now = false) {
  if (!run || run.vm.closed || (!drawn && !now)) return;
  const begun = performance.now();
  const { feed } = run;
  if (!now && begun - lastFrame < (feed.pending ? FRAME : SNAPSHOT)) return;
  // Looking at very many processes takes long, so it is done less often.
  const look = now || begun - lastLook > 10 * lookCost;
  const frame = feed.frame(look);
  lastFrame = performance.now();
  if (look) [lastLook, lookCost] = [lastFrame, lastFrame - begun];
  drawn = false;
  postMessage({ type: 'frame', frame });
}

self.onmessage = async ({ data }) => {
  try {
    const value = await handlers[data.type](data);
    if (data.id) postMessage({ type: 'reply', id: data.id, value });
  } catch (error) {
    if (data.id) postMessage({ type: 'reply', id: data.id, error: String(error?.message ?? error) });
    else problem(error);
  }
};
