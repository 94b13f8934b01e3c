// SPDX-License-Identifier: Apache-2.0
//
// What the page learns about a running VM: events as small text records, output, and snapshots, in frames of limited
// size. A program cannot make a frame larger than the limits here; what is left out is counted.

import { Atom, Tuple } from '../../../js/term/term.js';
import { isReport } from '../reports.js';
import { faultOf } from './fault.js';
import { brief, callText } from './text.js';

const MAX_EVENTS = 400;
const MAX_OUTPUT = 8000;
const TAIL = 1200;
const MAX_NODES = 300;
/** The largest number of errors at run time in one frame. */
const MAX_FAULTS = 20;
/** After so many message events in one frame, they are not recorded until the next frame. */
const MAX_MESSAGES = 1500;
/** The initial call of OTP's shell, by which it is recognised. */
const SHELL = 'spawnlink_web_io:shell/0';
const OWN = new Set([
  'spawnlink_js',
  'spawnlink_web',
  'spawnlink_web_io',
  'spawnlink_io',
  'spawnlink_init',
  'spawnlink_log',
  'spawnlink_code',
  'spawnlink_sup',
]);

export class Feed {
  #vm;
  #clock;
  #limits;
  /** @type {object[]} */
  #events = [];
  #left = 0;
  /**
   * Errors that ended processes, at lines of the program.
   * @type {{file: string, line: number, text: string, who: string}[]}
   */
  #faults = [];
  /** @type {{stream: string, text: string}[]} */
  #output = [];
  #outputSize = 0;
  #outputLeft = 0;
  /** The end of output that was left out, because the last output is the most interesting. */
  #tail = '';
  /** Processes that do not belong to the program. @type {Set<string>} */
  #system = new Set();
  /** @type {Map<string, import('../../../js/term/term.js').Pid>} */
  #pids = new Map();
  #names = new Map();
  /** OTP's shell, and the process in which it evaluates, which stands for the user. */
  #shell = '';
  #evaluator = '';
  /** Whether the terminal waits for a line. */
  asked = false;
  /** @type {{who: string, prompt: string} | undefined} what the page must still be told */
  #ask;
  #began;
  #serial = 0;
  #messages = 0;
  /** Number of processes that are not shown. */
  #hidden = 0;
  #offMessages = () => {};
  /** The limits about which the user was warned. */
  #warned = new Set();
  /** The result of the last look at the processes. */
  #last = { busy: false, groups: [], groupEdges: [], processes: [] };

  /** @param {{memory: number, processes: number}} limits memory in MiB */
  constructor(vm, clock, limits) {
    this.#vm = vm;
    this.#limits = limits;
    this.#clock = clock;
    this.#began = clock.monotonic();
    for (const process of vm.inspect().processes) this.#system.add(String(process.pid));
    for (const [kind, record] of Object.entries(RECORDS))
      if (kind !== 'message') vm.on(kind, (event) => this.#take(kind, record(event)));
    vm.on('exit', ({ pid, reason, normal }) => !normal && this.#failed(String(pid), reason));
    vm.on('stdout', ({ text }) => this.#print(isReport(text) ? 'report' : 'out', text));
    vm.on('stderr', ({ text }) => this.#print('err', text));
    this.#listenToMessages();
  }

  #failed(id, reason) {
    const fault = this.#faults.length < MAX_FAULTS && faultOf(reason);
    if (fault) this.#faults.push({ ...fault, who: this.#names.get(id) ?? id });
  }

  #listenToMessages() {
    this.#messages = 0;
    this.#offMessages = this.#vm.on('message', (event) => {
      if (++this.#messages > MAX_MESSAGES) return this.#offMessages();
      this.#take('message', RECORDS.message(event));
    });
  }

  /** Marks a process as one of the playground's own. */
  hide(pid) {
    this.#system.add(String(pid));
  }

  /** Shows the user's own process, while other processes of the shell are hidden. */
  evaluator(pid) {
    this.#evaluator = String(pid);
    this.#system.delete(this.#evaluator);
    this.#names.set(this.#evaluator, 'shell');
  }

  /** Says for whom the terminal waits. @param {string} who shell, program, none, closed @param {string} prompt */
  ask(who, prompt) {
    this.asked = who !== 'none';
    this.#ask = { who, prompt };
  }

  /** @param {string} text */
  pid(text) {
    return this.#pids.get(text);
  }

  /** The VM ends a process that needs more memory than there is, without a log entry. */
  #ranOut(id) {
    const who = this.#names.get(id) ?? id;
    this.#print(
      'note',
      `${who} ran out of memory and was ended: all processes together may use ${this.#limits.memory} MiB in this ` +
        `page.\n`,
    );
  }

  #take(kind, { pid, other, text, outcome, cause, module, otherName }) {
    const id = String(pid);
    const otherId = other === undefined ? undefined : String(other);
    if (kind === 'spawn' && (OWN.has(module) || this.#ownParent(module, otherId))) this.#system.add(id);
    if (kind === 'spawn' && text === SHELL) this.#shell = id;
    if (kind === 'spawn' && otherId === this.#shell) this.#system.add(id);
    if (kind === 'register') {
      this.#names.set(id, text);
    }
    if (this.#system.has(id) || ((kind === 'message' || kind === 'link') && otherId && this.#system.has(otherId)))
      return;
    if (kind === 'exit' && text === 'system_limit') this.#ranOut(id);
    if (this.#events.length >= (kind === 'message' ? MAX_EVENTS / 2 : MAX_EVENTS)) {
      this.#left++;
      return;
    }
    this.#pids.set(id, pid);
    const record = { n: ++this.#serial, t: (this.#clock.monotonic() - this.#began) / 1000, kind, pid: id, text };
    if (otherId && !this.#system.has(otherId)) record.other = otherId;
    if (otherName) record.otherName = otherName;
    if (outcome) Object.assign(record, { outcome, cause });
    const name = this.#names.get(id);
    if (name && kind !== 'register') record.name = name;
    this.#events.push(record);
  }

  /** A library process that one of the playground's own has started. */
  #ownParent(module, parent) {
    return (
      module !== undefined && module !== 'erlang' && parent !== undefined && this.#system.has(parent) && OWN.has(module)
    );
  }

  #print(stream, text) {
    if (this.#outputSize + text.length > MAX_OUTPUT) {
      const room = Math.max(0, MAX_OUTPUT - this.#outputSize);
      this.#tail = (this.#tail + text.slice(room)).slice(-TAIL);
      this.#outputLeft += text.length - room;
      text = text.slice(0, room);
    }
    if (text === '') return;
    this.#outputSize += text.length;
    const last = this.#output.at(-1);
    if (last?.stream === stream && stream !== 'report') last.text += text;
    else this.#output.push({ stream, text });
  }

  /** Whether there is anything to send. */
  get pending() {
    return this.#events.length > 0 || this.#output.length > 0 || this.#ask !== undefined;
  }

  /**
   * Makes a frame: what has happened since the last one, and the present state.
   * @param {boolean} fresh whether to look at all processes again
   */
  frame(fresh) {
    if (fresh) this.#last = this.#snapshot();
    const { memory, processes } = this.#vm.stats();
    this.#warn(memory, processes);
    const frame = {
      events: this.#events,
      left: this.#left,
      output: this.#output,
      outputLeft: Math.max(0, this.#outputLeft - this.#tail.length),
      outputTail: this.#tail,
      ask: this.#ask,
      faults: this.#faults,
      flood: this.#messages > MAX_MESSAGES,
      time: (this.#clock.monotonic() - this.#began) / 1000,
      memory,
      total: Math.max(0, processes - this.#hidden),
      ...this.#last,
    };
    this.#events = [];
    this.#output = [];
    this.#faults = [];
    this.#tail = '';
    this.#ask = undefined;
    this.#left = this.#outputSize = this.#outputLeft = 0;
    if (this.#messages > MAX_MESSAGES) this.#listenToMessages();
    else this.#messages = 0;
    return frame;
  }

  /** Warns once when a program has reached its limit. */
  #warn(memory, processes) {
    const warn = (what, text) => {
      if (this.#warned.has(what)) return;
      this.#warned.add(what);
      this.#print('note', `${text}\n`);
    };
    if (memory > 0.97 * this.#limits.memory * 2 ** 20)
      warn(
        'memory',
        `The program uses all of the ${this.#limits.memory} MiB that it may have in this page: who asks for more ` +
          `is ended.`,
      );
    if (processes > 0.97 * this.#limits.processes)
      warn(
        'processes',
        `The program has as many processes as it may have in this page, ` +
          `${this.#limits.processes.toLocaleString('en')}: spawn fails with system_limit.`,
      );
  }

  #snapshot() {
    const { processes } = this.#vm.inspect();
    const shown = processes.filter((p) => !this.#isSystem(p));
    const busy = shown.some((p) => p.state === 'runnable' || p.state === 'running');
    const total = shown.length;
    this.#hidden = processes.length - total;
    const groups = new Map();
    let nodes = shown;
    let groupEdges = [];
    if (total > MAX_NODES) {
      nodes = shown.filter((p, i) => p.name || i < 40).slice(0, 120);
      const kept = new Set(nodes);
      for (const p of shown) {
        if (kept.has(p)) continue;
        const call = callText(p.initialCall);
        groups.set(call, (groups.get(call) ?? 0) + 1);
      }
      groupEdges = edgesOfGroups(shown, kept);
    }
    const ids = new Set(nodes.map((p) => String(p.pid)));
    this.#pids = new Map(nodes.map((p) => [String(p.pid), p.pid]));
    return {
      busy,
      groups: [...groups].map(([call, count]) => ({ call, count })),
      groupEdges,
      processes: nodes.map((p) => ({
        id: String(p.pid),
        name: p.name ?? (String(p.pid) === this.#evaluator ? 'shell' : undefined),
        call: callText(p.initialCall),
        current: callText(p.current),
        state: p.state,
        trap: p.trapExit,
        js: p.js,
        messages: p.messages,
        memory: p.memory,
        reductions: p.reductions,
        parent: p.parent && ids.has(String(p.parent)) ? String(p.parent) : undefined,
        links: p.links.map(String).filter((id) => ids.has(id)),
        monitors: p.monitors.map(String).filter((id) => ids.has(id)),
      })),
    };
  }

  #isSystem(p) {
    const id = String(p.pid);
    if (this.#system.has(id)) return true;
    if (!OWN.has(p.initialCall?.module)) return false;
    this.#system.add(id);
    return true;
  }
}

/**
 * The links, monitors and parents of processes that are shown as groups: each only once.
 * @param {import('../../../js/vm/inspect.js').ProcessInfo[]} all
 * @param {Set<import('../../../js/vm/inspect.js').ProcessInfo>} alone the processes that are not in groups
 * @returns {{kind: string, from: string, to: string}[]} `from` and `to` as the model names processes and groups
 */
function edgesOfGroups(all, alone) {
  const names = new Map(all.map((p) => [p.pid, alone.has(p) ? String(p.pid) : `× ${callText(p.initialCall)}`]));
  const edges = new Map();
  const add = (kind, a, b) => {
    const [from, to] = [names.get(a), names.get(b)];
    if (from !== undefined && to !== undefined && from !== to) edges.set(`${kind} ${from} ${to}`, { kind, from, to });
  };
  for (const p of all) {
    for (const other of p.links) if (!alone.has(p) || names.get(other)?.startsWith('×')) add('link', p.pid, other);
    for (const other of p.monitors)
      if (!alone.has(p) || names.get(other)?.startsWith('×')) add('monitor', p.pid, other);
    if (p.parent && !alone.has(p)) add('parent', p.parent, p.pid);
  }
  return [...edges.values()];
}

const name = (target) =>
  target instanceof Tuple ? String(target.at(0)) : target instanceof Atom ? target.name : undefined;
const pidOnly = (term) => (name(term) === undefined ? term : undefined);

/** Converts each kind of event into the records of the page. */
const RECORDS = {
  spawn: (e) => ({ pid: e.pid, other: e.parent, text: callText(e.initialCall), module: e.initialCall?.module }),
  exit: (e) => ({ pid: e.pid, text: brief(e.reason), outcome: e.normal ? 'normal' : 'abnormal', cause: '' }),
  signal: (e) => ({ pid: e.to, other: e.from, text: brief(e.reason), outcome: e.outcome, cause: e.cause }),
  link: (e) => ({ pid: e.pid, other: e.peer, text: '' }),
  unlink: (e) => ({ pid: e.pid, other: e.peer, text: '' }),
  monitor: (e) => ({ pid: e.pid, other: pidOnly(e.target), otherName: name(e.target), text: '' }),
  demonitor: (e) => ({ pid: e.pid, other: pidOnly(e.target), otherName: name(e.target), text: '' }),
  down: (e) => ({ pid: e.pid, other: pidOnly(e.target), otherName: name(e.target), text: brief(e.reason) }),
  register: (e) => ({ pid: e.pid, text: e.name }),
  unregister: (e) => ({ pid: e.pid, text: e.name }),
  message: (e) => ({ pid: e.to, other: e.from, text: brief(e.message) }),
};
