// SPDX-License-Identifier: Apache-2.0
//
// The page: connects the editor, the workers and the views. Only this file decides in which state a run is.

import { $, h } from './dom.js';
import { Details } from './details.js';
import { makeEditor } from './editor.js';
import { EXAMPLES } from '../examples/index.js';
import { WATCH } from '../examples/watch.js';
import { Files } from './files.js';
import { makeLesson } from './lesson.js';
import { Model } from './graph/model.js';
import { View } from './graph/view.js';
import { Machine } from './machine.js';
import { showMatrix } from './matrix.js';
import { Output } from './output.js';
import { showProblems } from './problems.js';
import { fromHash, toHash } from './share.js';
import { makeShell } from './shell.js';
import { Table } from './table.js';
import { makeTabs } from './tabs.js';
import { makeTheme } from './theme.js';
import { Timeline } from './timeline.js';

/** Slices per second for each position of the slider. */
const SPEEDS = [
  [2, '2 slices/s'],
  [8, '8 slices/s'],
  [30, '30/s'],
  [150, '150/s'],
  [Infinity, 'full'],
];
const LINT_AFTER = 500;

const machine = new Machine('__ASSETS__');
const output = new Output($('output'));
const model = new Model();
const view = new View($('graph'), model, choose);
const files = new Files({ changed: programChanged, shown: () => mark() });
const editor = makeEditor($('editor'), { changed: (text) => files.edited(text), run: () => run() });
files.editor = editor;
const table = new Table(model, choose);
const timeline = new Timeline(choose);
const details = new Details({
  ask: (pid) => machine.details(pid),
  exit: sendExit,
  choose,
  heir: (pid) => model.heirOf(pid),
});
const shell = makeShell({ tell: tellTerminal, wake: () => state === 'ended' && reset({ keep: true }), output });
const tabs = makeTabs(() => (view.wake(), lastFrame && table.draw(lastFrame, true)));
const lesson = makeLesson(EXAMPLES, { open: goToLesson, restore: () => openLast() });
makeTheme();

/** loading, ready (a VM without a program), compiling, running, stopped, ended */
let state = 'loading';
let lastFrame;
let results = [];
/**
 * Errors at run time, by line and text.
 * @type {Map<string, {file: string, line: number, text: string, who: string[]}>}
 */
const faults = new Map();
/** The version of the files that is running. */
let running = 0;
/** Opens the present program again. */
let openLast = () => {};
let lintTimer;
let runs = 0;
/** The user has pressed Run before Erlang was ready: the program is run then. */
let runWhenReady = false;
/** The example runs by itself when Erlang is ready, unless the user has begun to do something. */
let playWhenReady = false;

function setState(next) {
  state = next;
  document.body.dataset.state = next;
  const busy = next === 'loading' || next === 'compiling';
  $('run').disabled = next === 'compiling';
  $('step').disabled = busy;
  $('reset').disabled = busy;
  $('stop').disabled = !['running', 'stopped', 'ready'].includes(next);
  $('stop').querySelector('span').textContent = next === 'stopped' ? 'Continue' : 'Stop';
  $('stop')
    .querySelector('path')
    .setAttribute('d', next === 'stopped' ? 'M4 2.5v11l9-5.5z' : 'M4 3.5h8v9H4z');
  summary();
}

function notice(...content) {
  $('notice').replaceChildren(...content);
  $('notice').hidden = content.length === 0;
}

function summary() {
  const words = {
    loading: 'loading',
    compiling: 'compiling',
    running: 'running',
    ready: 'ready',
    stopped: 'stopped',
    ended: 'ended',
  };
  let how = words[state];
  if (state === 'running' && lastFrame && !lastFrame.busy) how = lastFrame.total > 0 ? 'waiting' : 'ended';
  const parts = [
    h(
      'b',
      { class: how === 'running' || how === 'compiling' ? 'busy' : how === 'waiting' || how === 'ready' ? 'on' : '' },
      how,
    ),
  ];
  if (lastFrame && state !== 'compiling') {
    const { total, memory, time } = lastFrame;
    parts.push(
      ` · ${total.toLocaleString('en')} process${total === 1 ? '' : 'es'} · ${(memory / 2 ** 20).toFixed(1)} MiB ` +
        `· ${(time / 1000).toFixed(1)} s`,
    );
    if (lastFrame.left > 0) parts.push(' · some events left out');
  }
  $('summary').replaceChildren(...parts);
  const empty = model.nodes.size === 0;
  $('empty').hidden = !empty;
  if (empty)
    $('empty').textContent =
      state === 'loading'
        ? playWhenReady
          ? 'The program plays as soon as Erlang is here.'
          : ''
        : state === 'compiling'
          ? ''
          : state === 'running'
            ? 'All processes of the program have ended.'
            : 'Run the program to see its processes.';
}

// --- The program ------------------------------------------------------------------------------------

function openExample(id) {
  const example = EXAMPLES.find((one) => one.id === id) ?? EXAMPLES[0];
  open(example, example.files);
  matrix(example.id === 'reasons');
}

function matrix(on) {
  showMatrix(on, (text) => goesOn().then(() => machine.value(text)));
  view.inset.top = $('matrix').offsetHeight;
}

function goToLesson(id) {
  history.replaceState(null, '', `#${id}`);
  openExample(id);
}

/** @param {{id?: string, title: string, text: string}} about @param {{name: string, text: string}[]} list */
function open(about, list) {
  openLast = () => open(about, list);
  playWhenReady = state === 'loading' && about.id !== undefined;
  sayWhatToWatch(about.id);
  files.open(list);
  lesson.show(about);
  faults.clear();
  shown([]);
  lintSoon();
  if (state === 'compiling') setState('ended'); // the result would be about another program
  if (state !== 'loading') reset();
}

/** @param {string | undefined} id the id of an example that was not changed */
function sayWhatToWatch(id) {
  $('watch').textContent = WATCH[id ?? ''] ?? '';
  $('watch').hidden = $('watch').textContent === '';
}

function programChanged() {
  lesson.edited(files.isEdited);
  forgetFaults();
  $('problems').classList.add('old');
  playWhenReady = false;
  $('watch').hidden = files.isEdited || $('watch').textContent === '';
  lintSoon();
}

/**
 * Checks the present program and shows the compiler's messages. The result for a text that has changed meanwhile is
 * dropped, because its messages would be wrong.
 * @param {() => boolean} wanted whether to check again in that case
 * @returns {Promise<any[] | undefined>} undefined: the result was dropped
 */
async function check(wanted) {
  do {
    const { version } = files;
    const found = await machine.compile(files.list);
    if (version === files.version) return shown(found);
  } while (wanted());
  return undefined;
}

function lintSoon() {
  clearTimeout(lintTimer);
  lintTimer = setTimeout(async () => {
    if (state === 'loading' || state === 'compiling') return;
    try {
      await check(() => false);
    } catch {
      // Run reports what is wrong with the compiler.
    }
  }, LINT_AFTER);
}

/** Shows the compiler's messages and returns them. */
function shown(next) {
  results = next;
  $('problems').classList.remove('old');
  draw();
  return results;
}

/**
 * Shows all messages about lines of the program: those of the compiler, and those of processes that ended with an
 * error.
 */
function draw() {
  const late = [...faults.values()].map(({ file, line, text, who }) => ({
    file,
    told: [{ kind: 'fault', line, column: 1, text: `${text} (${who.join(', ')})` }],
  }));
  const all = [...results, ...late];
  mark();
  files.wrong(all.filter(({ told }) => told.some(({ kind }) => kind !== 'warning')).map(({ file }) => file));
  showProblems(all, (file, line, column) => {
    tabs.part('code');
    files.goto(file, line, column);
  });
}

/** Marks the lines of the file that is shown. */
function mark() {
  const told = results.find((result) => result.file === files.current.name)?.told ?? [];
  const late = [...faults.values()].filter(({ file }) => file === files.current.name);
  editor.mark([
    ...told,
    ...late.map(({ line, text, who }) => ({
      kind: 'fault',
      line,
      column: 0,
      text: `${text}\nEnded: ${who.join(', ')}`,
    })),
  ]);
}

/** How many names of processes that ended at one line are shown, and how many lines. */
const MOST_NAMES = 5;
const MOST_FAULTS = 50;

function forgetFaults() {
  if (faults.size === 0) return;
  faults.clear();
  draw();
}

/** Takes errors at run time, if they belong to the program in the editor; otherwise its lines have changed. */
function takeFaults(list) {
  if (running !== files.version) return;
  let changed = false;
  for (const { file, line, text, who } of list) {
    const key = `${file}:${line}:${text}`;
    const known = faults.get(key)?.who ?? [];
    if (known.includes(who) || known.length >= MOST_NAMES || (known.length === 0 && faults.size >= MOST_FAULTS))
      continue;
    faults.set(key, { file, line, text, who: [...known, who] });
    changed = true;
  }
  if (changed) draw();
}

const errorsOf = (checked) => checked.flatMap(({ told }) => told).filter(({ kind }) => kind === 'error').length;

/** The function with which a program begins: start/0 or main/0, of the file that is shown if it has one. */
function entryOf(compiled) {
  const order = [...compiled].sort(
    (a, b) => Number(b.file === files.current.name) - Number(a.file === files.current.name),
  );
  for (const name of ['start', 'main']) {
    const found = order.find((result) => result.starts.includes(name));
    if (found) return [found.module, name];
  }
  return undefined;
}

async function run({ paused = false } = {}) {
  if (state === 'loading') runWhenReady = true;
  if (state === 'loading' || state === 'compiling') return;
  clearTimeout(lintTimer);
  const id = ++runs;
  setState('compiling');
  clearViews();
  try {
    const compiled = await check(() => id === runs);
    if (!compiled || id !== runs) return;
    const errors = errorsOf(compiled);
    if (errors > 0) {
      await fresh([], undefined, { id }); // for the shell
      if (id !== runs) return;
      output.note(`${errors} error${errors === 1 ? '' : 's'}: the program was not started.`);
      tabs.part('code');
      return setState('ready');
    }
    const entry = entryOf(compiled);
    if (!entry) output.note('No module exports start/0 or main/0. The modules are loaded: call them in the shell.');
    running = files.version;
    await fresh(
      compiled.map(({ module, beam }) => ({ module, bytes: beam })),
      entry,
      { paused, id },
    );
    if (id !== runs) return;
    setState(paused ? 'stopped' : 'running');
    if (onPhone()) tabs.part('stage');
  } catch (error) {
    output.note(`The program could not be started: ${error.message}`);
    setState('ended');
  }
}

/** Replaces the VM by a new one; one after the other, and skips those that are no longer wanted. */
let turn = Promise.resolve();
function fresh(beams, entry, { paused = false, keep = false, id }) {
  turn = turn.catch(() => {}).then(() => (id === runs ? start(beams, entry, { paused, keep }) : undefined));
  return turn;
}

async function start(beams, entry, { paused, keep }) {
  if (!(await machine.close())) output.note('The VM did not answer and was ended.');
  clearViews(keep);
  if (entry) output.note(`${entry[0]}:${entry[1]}()`);
  told = files.version;
  const javascript = files.list.some((file) => file.text.includes('javascript !'));
  await machine.start({ beams, files: files.list, entry, speed: paused ? 0 : speed(), javascript });
  shell.open();
}

/** @param {boolean} [keep] whether the output stays */
function clearViews(keep = false) {
  if (!keep) output.clear();
  timeline.clear();
  model.clear();
  shell.reset();
  forgetFaults();
  choose('');
  lastFrame = undefined;
  view.wake();
}

const onPhone = () => matchMedia('(max-width: 760px)').matches;

const speed = () => SPEEDS[Number($('speed').value)][0];

async function stopOrContinue() {
  const stopped = state === 'stopped';
  setState(stopped ? 'running' : 'stopped');
  if (await machine.speed(stopped ? speed() : 0)) return;
  output.note('The VM did not answer and was ended. Run starts a new one.');
  setState('ended');
}

async function step() {
  if (state === 'ready' || state === 'ended') return run({ paused: true });
  if (state === 'running') await stopOrContinue();
  await machine.step().catch((error) => output.note(error.message));
}

async function reset({ keep = false } = {}) {
  if (state === 'loading' || state === 'compiling') return;
  const id = ++runs;
  clearViews(keep);
  try {
    await fresh([], undefined, { id, keep });
    if (id === runs) setState('ready');
  } catch (error) {
    notice(`The VM could not be started: ${error.message}`);
  }
}

/** The version of the files that the VM has: commands in its shell may compile them. */
let told = 0;

async function tellTerminal(say) {
  await goesOn();
  const changed = told !== files.version ? files.list : undefined;
  told = files.version;
  return machine.terminal(say, changed);
}

async function goesOn() {
  if (state !== 'stopped') return;
  output.note('The VM is stopped; this lets it go on.');
  await stopOrContinue();
}

// --- Messages from the VM ---------------------------------------------------------------------------

function takeFrame(frame) {
  lastFrame = frame;
  const now = performance.now();
  for (const { stream, text } of frame.output) output.add(text, stream);
  output.skipped(frame.outputLeft);
  output.add(frame.outputTail);
  if (frame.ask) shell.asked(frame.ask);
  takeFaults(frame.faults);
  timeline.take(frame.events, frame.left);
  model.take(frame, now);
  table.draw(frame);
  details.draw(model.nodes.get(details.pid));
  summary();
  view.wake();
  requestAnimationFrame(() => machine.drawn());
}

machine.onmessage = (message) => {
  if (message.type === 'frame') takeFrame(message.frame);
  else if (message.type === 'ended') {
    shell.reset();
    output.note(message.why);
    setState('ended');
  } else if (message.type === 'problem') {
    output.note(message.crash ? `The VM ended: ${message.text}` : message.text);
    if (message.crash) setState('ended');
  }
};

function choose(pid) {
  view.chosen = pid;
  if (pid === '') details.hide();
  else {
    details.show(pid, model.nodes.get(pid));
    if (onPhone()) tabs.part('stage');
  }
  view.wake();
}

/** On a phone the panel covers the graph: it closes, so that the effect of the signal is visible. */
async function sendExit(pid, reason) {
  await machine.exit(pid, reason);
  if (onPhone()) choose('');
}

// --- Controls ---------------------------------------------------------------------------------------

$('run').addEventListener('click', () => run());
$('stop').addEventListener('click', stopOrContinue);
$('step').addEventListener('click', step);
$('reset').addEventListener('click', () => reset());
$('clear').addEventListener('click', () => output.clear());
$('example').addEventListener('change', (event) => {
  goToLesson(event.target.value);
});
$('speed').addEventListener('input', () => {
  $('speed-text').textContent = SPEEDS[Number($('speed').value)][1];
  $('speed').setAttribute('aria-valuetext', SPEEDS[Number($('speed').value)][1]);
  if (state === 'running') machine.speed(speed());
});
$('show-messages').addEventListener('change', (event) => (model.messages = event.target.checked));
$('share').addEventListener('click', async () => {
  history.replaceState(null, '', toHash(files.list));
  const copied = await navigator.clipboard?.writeText(location.href).then(
    () => true,
    () => false,
  );
  notice(
    copied ? 'A link to this program is on the clipboard.' : 'The address of this page is now a link to this program.',
  );
  setTimeout(() => notice(), 4000);
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && details.pid !== '') choose('');
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.target.closest('.cm-editor')) run();
});
addEventListener('hashchange', () => openFromHash());

function openFromHash() {
  if (location.hash.length < 2) return false;
  const example = EXAMPLES.find((one) => `#${one.id}` === location.hash);
  if (example) return (openExample(example.id), true);
  try {
    const list = fromHash(location.hash);
    open(
      {
        title: 'A shared program',
        text: 'This program came with the link. It runs in this page only, in a sandbox of its own.',
      },
      list,
    );
    matrix(false);
    return true;
  } catch (error) {
    notice(error.message);
    return false;
  }
}

async function begin() {
  for (const [group, list] of Map.groupBy(EXAMPLES, (example) => example.group))
    $('example').append(
      h('optgroup', { label: group }, ...list.map((example) => h('option', { value: example.id }, example.title))),
    );
  if (!openFromHash()) openExample(EXAMPLES[0].id);
  performance.mark('interactive');
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Loading' });
  const words = h('span', {}, 'Loading Erlang');
  if ($('notice').hidden) notice(words, bar);
  try {
    await machine.open((done, total) => {
      bar.value = total ? done / total : 0;
      words.textContent =
        `Loading Erlang and its compiler: ${Math.round((100 * done) / total)}% of ` +
        `${(total / 2 ** 20).toFixed(1)} MiB`;
    });
  } catch (error) {
    return notice(`Erlang could not be loaded: ${error.message}. Reload the page to try again.`);
  }
  performance.mark('runnable');
  if (words.isConnected) notice();
  setState('ready');
  if (runWhenReady || playWhenReady) await run();
  else await reset();
  lintSoon();
  navigator.serviceWorker?.register('sw.js').catch(() => {});
}

setState('loading');
begin();
