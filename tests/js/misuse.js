// SPDX-License-Identifier: Apache-2.0
//
// Misuse of the whole public API, as by somebody who does not know it: which of a list of odd values each method takes,
// and that it refuses all others with an error of this package that says what is wrong and why; and calls at the wrong
// moment. The VM must survive all of it. `misuse(spawnlink, distribution)` tests any of the entries (js/, the published
// bundles) and returns what was wrong. To run it alone: `node tests/js/misuse.js URL-OF-THE-ENTRY
// URL-OF-ITS-DISTRIBUTION`.

import { runInNewContext } from 'node:vm';

/** The error of values that throw when they are read; a method may let it pass. */
class Own extends Error {}
const own = () => {
  throw new Own('mine');
};

/** Odd values by name. @param {any} S the package */
function oddities(S) {
  const gone = new ArrayBuffer(8);
  const goneView = new Uint8Array(gone);
  structuredClone(gone, { transfer: [gone] });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  return {
    undefined,
    null: null,
    one: 1,
    minus: -1,
    fraction: 1.5,
    nan: NaN,
    infinity: Infinity,
    huge: 1e300,
    unsafe: 2 ** 53,
    big: 10n,
    empty: '',
    text: 'text',
    long: 'a'.repeat(300),
    half: '\ud800',
    true: true,
    object: {},
    array: [],
    function: () => {},
    symbol: Symbol('s'),
    date: new Date(),
    map: new Map(),
    never: new Promise(() => {}),
    frozen: Object.freeze({ a: 1 }),
    bare: Object.create(null),
    bytes: new Uint8Array(3),
    foreignBytes: runInNewContext('new Uint8Array([1, 2, 3])'),
    foreignObject: runInNewContext('({ a: 1 })'),
    shared: new Uint8Array(new SharedArrayBuffer(4)),
    resizable: new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 })),
    gone,
    goneView,
    revoked,
    atom: S.Atom.for('nobody'),
    tuple: S.tuple(1, 2),
    aborted: AbortSignal.abort(new Own('aborted')),
    getter: {
      get a() {
        return own();
      },
    },
    proxy: new Proxy({}, { get: own, ownKeys: own, getPrototypeOf: own, has: own, getOwnPropertyDescriptor: own }),
    unprintable: { toString: own },
  };
}

const TERMS =
  'undefined null one minus fraction big empty text long true object array map frozen bare bytes foreignBytes ' +
  'foreignObject shared resizable atom tuple';
/** What a VM is given: these cross as handles. */
const VALUES = `${TERMS} function date never aborted unprintable`;
const OPTIONS = 'undefined object bare';

/** What is given a value, and which of them it takes. @param {any} S @param {any} vm @param {any} me a JS process */
function uses(S, vm, me) {
  const { Atom, createVM } = S;
  const fresh = () => vm.process();
  const session = vm.session();
  const waits = (process) => process.receive();
  const supervised = async (options) => (await vm.supervise(options)).stop();
  const answering = vm.process();
  answering.on('message', ([, from]) => answering.reply(from, 1));
  const echo = vm.proc(answering);
  /** Whether a VM with that option works. */
  const made = (name) => async (x) => {
    const v = await createVM({ stdout: false, stderr: false, [name]: x });
    try {
      if ((await v.call('lists', 'sum', [[1, 2]])) !== 3) throw new Error('it does not work');
    } finally {
      v.close();
    }
  };
  const spawned = (name) => (x) => vm.spawn('timer', 'sleep', [1], { [name]: x });
  const soon = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 1))]);
  return {
    'createVM options': [async (x) => (await createVM(x)).close(), OPTIONS],
    'createVM wasm': [made('wasm'), 'undefined never'],
    ...Object.fromEntries(
      ['re', 'zlib', 'zstd'].map((name) => [
        `createVM ${name}`,
        [made(name), 'undefined empty text long half bytes foreignBytes shared resizable never'],
      ]),
    ),
    'createVM otp': [made('otp'), 'undefined'],
    ...Object.fromEntries(
      ['modules', 'fallback'].map((name) => [
        `createVM ${name}`,
        [
          made(name),
          'undefined object function date map frozen bare foreignObject atom tuple aborted getter unprintable',
        ],
      ]),
    ),
    'createVM files': [made('files'), 'undefined object bare'],
    'createVM ports': [made('ports'), 'undefined'],
    'createVM memoryLimit': [made('memoryLimit'), 'undefined'],
    'createVM maxProcesses': [made('maxProcesses'), 'undefined'],
    'createVM seed': [made('seed'), 'undefined one'],
    'createVM slice': [made('slice'), 'undefined one'],
    'createVM clock': [made('clock'), 'undefined'],
    'createVM node': [made('node'), 'undefined'],
    'createVM shell': [made('shell'), 'undefined true'],
    'createVM args': [made('args'), 'undefined array'],
    'createVM env': [made('env'), 'undefined object date map never bare atom aborted'],
    'createVM stdin': [made('stdin'), 'undefined function'],
    ...Object.fromEntries(
      ['stdout', 'stderr'].map((name) => [`createVM ${name}`, [made(name), 'undefined true function']]),
    ),
    ...Object.fromEntries(
      ['autostart', 'gcStress'].map((name) => [
        `createVM ${name}`,
        [async (x) => (await createVM({ [name]: x })).close(), 'undefined true'],
      ]),
    ),
    'createVM budget': [made('budget'), 'undefined one fraction infinity huge unsafe'],
    'createVM expose': [made('expose'), 'undefined object bare unprintable'],
    'createVM globals': [made('globals'), 'undefined true array'],
    'createVM network': [made('network'), 'undefined true array'],
    'createVM worker': [made('worker'), 'undefined true'],
    'connectWorker worker': [(x) => S.connectWorker(x), ''],
    expose: [(x) => vm.expose(x), 'object bare unprintable'],
    'load bytes': [(x) => vm.load(x), ''],
    'load name': [(x) => vm.load(new Uint8Array(9), { name: x }), ''],
    'load options': [(x) => vm.load(new Uint8Array(9), x), ''],
    loadArchive: [(x) => vm.loadArchive(x), ''],
    'spawn module': [(x) => vm.spawn(x, 'f'), 'empty text atom'],
    'spawn function': [(x) => vm.spawn('lists', x), 'empty text atom'],
    'spawn arguments': [(x) => vm.spawn('lists', 'sum', x), 'undefined array'],
    'spawn argument': [(x) => vm.spawn('erlang', 'is_atom', [x]), VALUES],
    'spawn options': [(x) => vm.spawn('timer', 'sleep', [1], x), OPTIONS],
    'spawn name': [(x) => vm.spawn('erlang', 'is_atom', [1], { name: x }), 'undefined empty text atom'],
    'spawn parent': [spawned('parent'), 'undefined'],
    'spawn groupLeader': [spawned('groupLeader'), 'undefined'],
    'spawn link': [spawned('link'), 'undefined null'],
    'spawn priority': [spawned('priority'), 'undefined'],
    'spawn minHeapSize': [spawned('minHeapSize'), 'undefined one'],
    'spawn maxHeapSize': [spawned('maxHeapSize'), 'undefined one'],
    'send to': [(x) => vm.send(x, 1), ''],
    'send message': [(x) => vm.send(me, x), VALUES],
    'exit whom': [(x) => vm.exit(x, 'r'), ''],
    'exit reason': [(x) => vm.exit(fresh(), x), VALUES],
    'process options': [(x) => vm.process(x), OPTIONS],
    'process name': [(x) => vm.process({ name: x }).exit(), 'undefined empty text atom'],
    'process trapExit': [(x) => vm.process({ trapExit: x }), 'undefined true'],
    'call module': [(x) => vm.call(x, 'f'), ''],
    'call function': [(x) => vm.call('lists', x), ''],
    'call arguments': [(x) => vm.call('erlang', 'node', x), 'undefined array'],
    'call argument': [(x) => vm.call('erlang', 'is_atom', [x]), VALUES],
    'call options': [(x) => vm.call('erlang', 'node', [], x), OPTIONS],
    'call timeout': [
      (x) => vm.call('timer', 'sleep', [0], { timeout: x === 1 || x === 1.5 ? x * 10_000 : x }),
      'undefined one fraction infinity huge unsafe',
    ],
    'call signal': [(x) => vm.call('erlang', 'node', [], { signal: x }), 'undefined'],
    'call pretty': [(x) => vm.call('erlang', 'node', [], { pretty: x }), 'undefined true'],
    'module name': [(x) => vm.module(x).f(), ''],
    'module options': [(x) => vm.module('lists', x), OPTIONS],
    'module timeout': [
      (x) => vm.module('erlang', { timeout: x === 1 || x === 1.5 ? x * 10_000 : x }).node(),
      'undefined one fraction infinity huge unsafe',
    ],
    'module signal': [(x) => vm.module('erlang', { signal: x }).node(), 'undefined'],
    'module pretty': [(x) => vm.module('erlang', { pretty: x }).node(), 'undefined true'],
    'module argument': [(x) => vm.module('erlang').is_atom(x), VALUES],
    'eval source': [(x) => vm.eval(x), 'empty text'],
    'eval bindings': [(x) => vm.eval('1.', x), OPTIONS],
    'eval binding': [(x) => vm.eval('X.', { X: x }), VALUES],
    'eval options': [(x) => vm.eval('1.', {}, x), OPTIONS],
    'eval timeout': [
      (x) => vm.eval('1.', {}, { timeout: x === 1 || x === 1.5 ? x * 10_000 : x }),
      'undefined one fraction infinity huge unsafe',
    ],
    'eval signal': [(x) => vm.eval('1.', {}, { signal: x }), 'undefined'],
    'eval pretty': [(x) => vm.eval('1.', {}, { pretty: x }), 'undefined true'],
    'session eval': [(x) => session.eval(x), 'empty text'],
    'session eval bindings': [(x) => session.eval('1.', x), OPTIONS],
    'session eval options': [(x) => session.eval('1.', {}, x), OPTIONS],
    'compile source': [(x) => vm.compile(x), ''],
    'compile options': [(x) => vm.compile('-module(m).', x), OPTIONS],
    'compile file': [(x) => vm.compile('-module(m).', { file: x }), 'undefined'],
    'compile files': [(x) => vm.compile('-module(m).', { files: x }), OPTIONS],
    'compile a file': [(x) => vm.compile('-module(m).', { files: { 'a.hrl': x } }), 'empty text long'],
    'compile compilerOptions': [(x) => vm.compile('-module(m).', { compilerOptions: x }), 'undefined array'],
    'compile onWarning': [(x) => vm.compile('-module(m).', { onWarning: x }), 'undefined function'],
    'compile timeout': [
      (x) => vm.compile('-module(m).', { timeout: x === 1 || x === 1.5 ? x * 10_000 : x }),
      'undefined one fraction infinity huge unsafe',
    ],
    'compile signal': [(x) => vm.compile('-module(m).', { signal: x }), 'undefined'],
    proc: [(x) => vm.proc(x).cast(1), 'empty text atom tuple'],
    'proc.call': [(x) => echo.call(x), VALUES],
    'proc.call options': [(x) => echo.call(1, x), OPTIONS],
    'proc.call timeout': [
      (x) => echo.call(1, { timeout: x === 1 || x === 1.5 ? x * 10_000 : x }),
      'undefined one fraction infinity huge unsafe',
    ],
    'proc.call signal': [(x) => echo.call(1, { signal: x }), 'undefined'],
    'proc.call pretty': [(x) => echo.call(1, { pretty: x }), 'undefined true'],
    'proc.cast': [(x) => vm.proc(me).cast(x), VALUES],
    'proc.info': [(x) => vm.proc(me).info(x), VALUES],
    'idle options': [(x) => soon(vm.idle(x)), OPTIONS],
    'idle timeout': [
      (x) => soon(vm.idle({ timeout: x === 1 || x === 1.5 ? x * 10_000 : x })),
      'undefined one fraction infinity huge unsafe',
    ],
    'idle signal': [(x) => soon(vm.idle({ signal: x })), 'undefined'],
    'once timeout': [
      (x) => soon(vm.once('unregister', { timeout: x === 1 || x === 1.5 ? x * 1000 : x })),
      'undefined one fraction infinity huge unsafe',
    ],
    'supervise options': [(x) => supervised(x), ''],
    'supervise strategy': [(x) => supervised({ children: [], strategy: x }), 'undefined'],
    'supervise intensity': [(x) => supervised({ children: [], intensity: x }), 'undefined one'],
    'supervise period': [(x) => supervised({ children: [], period: x }), 'undefined one'],
    'supervise children': [(x) => supervised({ children: x }), 'array'],
    'supervise a child': [(x) => supervised({ children: [x] }), ''],
    'supervise id': [(x) => supervised({ children: [{ id: x, start: waits }] }), 'empty text atom'],
    'supervise start': [(x) => supervised({ children: [{ id: 'a', start: x, restart: 'temporary' }] }), 'function'],
    ...Object.fromEntries(
      Object.entries({
        restart: 'undefined',
        shutdown: 'undefined one infinity',
        type: 'undefined',
        name: 'undefined empty text atom',
        trapExit: 'undefined true',
      }).map(([name, taken]) => [
        `supervise ${name}`,
        [(x) => supervised({ children: [{ id: 'a', start: waits, [name]: x }] }), taken],
      ]),
    ),
    'tick options': [(x) => vm.tick(x), OPTIONS],
    'tick budget': [(x) => vm.tick({ budget: x }), 'undefined one fraction infinity huge unsafe'],
    'tick reductions': [(x) => vm.tick({ reductions: x }), 'undefined one'],
    'on event': [(x) => vm.on(x, () => {}), ''],
    'on handler': [(x) => vm.on('register', x)(), 'function'],
    'on options': [(x) => vm.on('register', () => {}, x)(), OPTIONS],
    'on signal': [(x) => vm.on('register', () => {}, { signal: x })(), 'undefined aborted'],
    'once event': [(x) => vm.once(x), ''],
    'once options': [(x) => soon(vm.once('unregister', x)), OPTIONS],
    'events event': [(x) => vm.events(x).return(), ''],
    'events options': [(x) => vm.events('register', x).return(), OPTIONS],
    'addEventListener event': [(x) => vm.addEventListener(x, () => {}), ''],
    'addEventListener listener': [
      (x) => vm.addEventListener('register', x),
      'undefined null object array function date map never frozen bare bytes foreignBytes foreignObject shared ' +
        'resizable gone goneView revoked atom tuple aborted getter proxy unprintable',
    ],
    removeEventListener: [
      (x) => vm.removeEventListener('register', x),
      'undefined null object array function date map never frozen bare bytes foreignBytes foreignObject shared ' +
        'resizable gone goneView revoked atom tuple aborted getter proxy unprintable',
    ],
    'process.on event': [(x) => me.on(x, () => {}), ''],
    'process.send to': [(x) => me.send(x, 1), ''],
    'process.send message': [(x) => me.send(me, x), VALUES],
    'process.link': [(x) => me.link(x), ''],
    'process.unlink': [(x) => me.unlink(x), ''],
    'process.monitor': [(x) => me.monitor(x), 'empty text atom'],
    'process.demonitor': [(x) => me.demonitor(x), ''],
    'process.demonitor options': [(x) => me.demonitor(me.monitor(me), x), OPTIONS],
    'process.kill': [(x) => me.kill(x), ''],
    'process.kill reason': [(x) => me.kill(fresh(), x), VALUES],
    'process.trapExit': [(x) => fresh().trapExit(x), 'true'],
    'process.register': [
      (x) => {
        const js = fresh();
        js.register(x);
        js.exit();
      },
      'empty text atom',
    ],
    'process.exit': [(x) => fresh().exit(x), VALUES],
    'process.reply': [(x) => me.reply(x, 1), ''],
    'process.receive': [(x) => soon(fresh().receive(x)), 'undefined function'],
    'process.receive options': [(x) => soon(fresh().receive(() => true, x)), OPTIONS],
    'process.receive timeout': [
      (x) => soon(fresh().receive(() => true, { timeout: x === 1 || x === 1.5 ? x * 1000 : x })),
      'undefined one fraction infinity huge unsafe',
    ],
    decodeTerm: [(x) => S.decodeTerm(x), ''],
    encodeTerm: [(x) => S.encodeTerm(x), TERMS],
    'format options': [(x) => S.format(1, x), OPTIONS],
    'format limit': [(x) => S.format(1, { limit: x }), 'undefined one fraction infinity huge unsafe'],
    format: [
      (x) => S.format(x),
      `${TERMS} nan infinity huge unsafe half function symbol date never aborted unprintable`,
    ],
    pretty: [
      async (x) => void S.pretty(x),
      `${TERMS} nan infinity huge unsafe half function symbol date never aborted unprintable`,
    ],
    text: [(x) => S.text(x), 'one empty text long half array bytes foreignBytes shared resizable atom'],
    charlist: [(x) => S.charlist(x), 'empty text long half'],
    equals: [(x) => S.equals([x], [x]), VALUES],
    'Atom.for': [(x) => Atom.for(x), 'empty text long half'],
    Float: [(x) => new S.Float(x), 'one minus fraction huge unsafe'],
    'BitString bytes': [(x) => new S.BitString(x, 32), 'shared resizable'],
    'BitString size': [(x) => new S.BitString(new Uint8Array(1), x), 'one'],
    ImproperList: [(x) => new S.ImproperList(x, 1), ''],
    'Tuple.from': [(x) => S.Tuple.from(x), 'empty text long half array map bytes foreignBytes shared resizable tuple'],
    ErlangMap: [(x) => new S.ErlangMap(x), 'undefined null empty array map'],
    'ErlangMap.get': [(x) => new S.ErlangMap([[1, 2]]).get(x), VALUES],
    'ErlangMap.set': [(x) => new S.ErlangMap().set(x, 1), VALUES],
    'ErlangMap.getAtom': [(x) => new S.ErlangMap().getAtom(x), 'empty text long half'],
    'Fun.external module': [(x) => S.encodeTerm(S.Fun.external(x, 'f', 1)), 'empty text atom'],
    'Fun.external arity': [(x) => S.Fun.external('m', 'f', x), 'one'],
  };
}

/** Uses of spawnlink/distribution. None is a node here, and no stream or port. @param {any} D @param {any} vm */
const distributed = (D, vm) => ({
  'connect vm': [(x) => D.connect(x, 'a@b', new MessageChannel().port1), ''],
  'connect node': [(x) => D.connect(vm, x, () => {}), ''],
  'connect by': [(x) => D.connect(vm, 'a@b', x), ''],
  'accept vm': [(x) => D.accept(x, { write() {}, end() {}, on() {} }), ''],
  'accept stream': [(x) => D.accept(vm, x), ''],
});

/** Whether an error is clear: one of ours with a text, or the value's own. @param {any} S @param {any} error */
function isClear(S, error) {
  if (error instanceof Own) return true;
  // Errors of the JavaScript engine about a Proxy or a view.
  if (error instanceof TypeError) return /revoked|detached/.test(error.message);
  return (
    error instanceof S.SpawnlinkError && error.message.length > 9 && !/^(error|exit): \w+$|\[object/.test(error.message)
  );
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The error that a promise rejects with, or that a function throws. */
async function failure(use) {
  try {
    await use();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Waits until a condition holds, but not for ever; a busy machine is slow. @param {() => boolean} is */
async function eventually(is) {
  for (let i = 0; i < 200 && !is(); i++) await wait(10);
}

function expect(what, is) {
  if (!is) throw new Error(what);
}

/** Calls at the wrong moment. @param {any} S @returns {Record<string, (vm: any) => Promise<void>>} */
const moments = (S) => ({
  async 'everything of a VM that is closed says so'(vm) {
    const js = vm.process();
    vm.close();
    vm.close();
    const all = [
      () => vm.load(new Uint8Array(4)),
      () => vm.loadArchive(new Uint8Array(4)),
      () => vm.spawn('a', 'b'),
      () => vm.send('init', 1),
      () => vm.exit('init', 1),
      () => vm.process(),
      () => vm.call('a', 'b'),
      () => vm.tick(),
      () => vm.start(),
      () => vm.idle(),
      () => vm.inspect(),
      () => vm.stats(),
      () => vm.once('exit'),
      () => js.send(js, 1),
      () => js.link(js),
      () => js.monitor(js),
      () => js.receive(),
      () => js.once('down'),
    ];
    for (const use of all) {
      const error = await failure(use);
      expect(`${use}: ${error}`, error?.code === 'CLOSED');
    }
    vm.stop();
    js.exit();
    vm.on('exit', () => {})();
    expect('an iterator ends', (await vm.events('exit').next()).done);
    expect('it has ended', (await js.exited)?.code === 'CLOSED');
  },
  async 'what waits is told when the VM is closed, with the stack of who waits'(vm) {
    const js = vm.process();
    async function whoCalls() {
      return vm.call('timer', 'sleep', [60_000]);
    }
    async function whoReceives() {
      return js.receive();
    }
    async function whoListens() {
      return vm.once('unregister');
    }
    const all = [whoCalls, whoReceives, whoListens].map(async (use) => [use.name, await failure(use)]);
    await wait(1);
    vm.close();
    for (const [name, error] of await Promise.all(all))
      expect(`${name}: ${error?.stack}`, error?.code === 'CLOSED' && error.stack.includes(name));
  },
  async 'halt, a timeout and a kill are told with the stack of who called'(vm) {
    async function whoCalls(...args) {
      return vm.call(...args);
    }
    for (const [code, options] of [
      ['TIMEOUT', { timeout: 5 }],
      ['HALTED', {}],
    ]) {
      const waiting = failure(() => whoCalls('timer', 'sleep', [60_000], options));
      if (code === 'HALTED') vm.spawn('erlang', 'halt', [3]);
      const error = await waiting;
      expect(
        `${error?.stack}`,
        error?.code === code &&
          error.stack.startsWith(`${error.name}: ${error.message}\n`) &&
          error.stack.includes('whoCalls'),
      );
    }
  },
  async 'twice: names, exits, registrations, handlers'(vm) {
    const [a, b] = [vm.process({ name: 'a' }), vm.process()];
    const refused = async (use, words) => {
      const error = await failure(use);
      expect(`${use}: ${error?.message}`, error instanceof S.SpawnlinkError && error.message.includes(words));
    };
    await refused(() => vm.process({ name: 'a' }), 'as a: the name is taken');
    await refused(
      () => vm.spawn('timer', 'sleep', [1], { name: 'a' }),
      'cannot spawn timer:sleep/1 as a: the name is taken',
    );
    await refused(() => b.register('a'), 'cannot register: bad argument (argument 1: name is in use)');
    await refused(
      () => a.register('b'),
      'cannot register: bad argument (argument 2: this process or port already has a name, a)',
    );
    await refused(
      () => b.register('undefined'),
      "cannot register: bad argument (argument 1: 'undefined' is not a valid name)",
    );
    await refused(
      () => b.send('nobody', 1),
      'cannot send: bad argument (argument 1: invalid destination, no process is registered as nobody)',
    );
    a.exit();
    a.exit();
    await a.exited;
    a.exit();
    await refused(() => a.send(b, 1), 'normal');
    b.register('a');
    await refused(() => b.link(a), 'cannot link: no such process or port'); // as in Erlang when exits are not trapped
    for (const dead of [
      () => b.unlink(a),
      () => b.monitor(a),
      () => b.kill(a),
      () => b.send(a, 1),
      () => vm.send(a, 1),
      () => vm.exit(a, 1),
    ]) {
      const error = await failure(dead);
      expect(`${dead}: ${error}`, error === undefined);
    }
  },
  async 'from inside of handlers, and of what finds modules'(vm) {
    const seen = [];
    const told = [];
    vm.on('error', (error) => told.push(error.code ?? error.message));
    vm.on('exit', () => {
      seen.push(vm.tick().state, vm.stats().processes > 0, vm.inspect().processes.length > 0);
      vm.send(vm.process(), 1);
      vm.stop();
      vm.start();
    });
    await vm.call('erlang', 'node');
    expect(`${seen}`, seen.length > 0 && seen.every(Boolean));
    expect(`${told}`, told.length === 0);
    const inner = await S.createVM({
      stdout: false,
      stderr: false,
      modules: (name) => (name === 'inside' ? inner.call('lists', 'sum', [[1]]) : undefined),
    });
    inner.on('error', (error) => told.push(error.code));
    const error = await failure(() => inner.call('inside', 'f'));
    expect(`${error}`, error?.message.includes('undefined function inside:f/0') && told.includes('BUSY'));
    expect('it goes on', (await inner.call('lists', 'sum', [[1]])) === 1);
    inner.close();
  },
  async 'finders, input and output that give or do odd things'(made) {
    made.close();
    const told = [];
    const odd = {
      number: () => 5,
      words: () => 'abc',
      later: async () => 'abc',
      rejects: () => Promise.reject(new Error('no')),
      buffer: async () => new Uint8Array(9).buffer,
    };
    const vm = await S.createVM({
      modules: (name) => odd[name]?.(),
      stdout: async () => Promise.reject(new Error('output')),
      stdin: () => 5,
      stderr: false,
    });
    vm.on('error', (error) => told.push(error.message));
    for (const [name, words] of [
      ['number', 'no bytes, but 5'],
      ['words', "no bytes, but 'abc'"],
      ['later', "no bytes, but 'abc'"],
      ['rejects', 'module rejects: no'],
      ['buffer', 'cannot load'],
    ]) {
      const error = await failure(() => vm.call(name, 'f'));
      expect(
        `${name}: ${error?.message}`,
        error?.message.includes(`undefined function ${name}:f/0`) && error.message.includes(words),
      );
    }
    expect('a read ends', String(await vm.call('io', 'get_line', [[]])) === 'eof');
    await vm.call('io', 'put_chars', [[104]]);
    await eventually(() => told.includes('output'));
    expect(`${told}`, told.includes('output') && told.some((line) => line.includes('stdin gave')));
    expect('it goes on', (await vm.call('lists', 'sum', [[1]])) === 1);
    vm.close();
  },
  async 'handlers and listeners that throw or reject'(vm) {
    const told = [];
    vm.on('error', (error) => told.push(error.message));
    vm.on('exit', () => {
      throw new Error('handler');
    });
    vm.on('exit', async () => {
      throw new Error('async handler');
    });
    vm.addEventListener('exit', () => {
      throw new Error('listener');
    });
    vm.addEventListener('exit', async () => {
      throw new Error('async listener');
    });
    vm.addEventListener('exit', {
      handleEvent() {
        throw new Error('object');
      },
    });
    vm.addEventListener('exit', {});
    await vm.call('erlang', 'node');
    await vm.idle();
    const messages = ['handler', 'async handler', 'listener', 'async listener', 'object'];
    await eventually(() => messages.every((message) => told.includes(message)));
    for (const message of messages) expect(`${message} of ${told}`, told.includes(message));
    expect('it goes on', (await vm.call('lists', 'sum', [[1]])) === 1);
    const js = vm.process();
    js.addEventListener('message', () => {
      throw new RangeError('in a process');
    });
    vm.send(js, 1);
    expect('the process ends', S.format(await js.exited).includes('js_error'));
  },
  async 'messages are kept once a listener is gone'(vm) {
    const js = vm.process();
    const seen = [];
    const listener = ({ detail }) => seen.push(detail);
    js.addEventListener('message', listener, { once: true });
    for (const n of [1, 2, 3]) vm.send(js, n);
    await vm.idle();
    expect('the second waits', (await js.receive()) === 2 && (await js.receive()) === 3 && seen.join() === '1');
    js.addEventListener('message', listener);
    js.addEventListener('message', listener);
    vm.send(js, 4);
    await vm.idle();
    js.removeEventListener('message', listener);
    vm.send(js, 5);
    expect(`heard once: ${seen}`, (await js.receive()) === 5 && seen.join() === '1,4');
  },
  async 'signals that abort before, while and after'(vm) {
    const abort = new AbortController();
    const js = vm.process();
    await vm.call('erlang', 'node');
    const before = vm.stats().processes;
    const waiting = [
      vm.call('timer', 'sleep', [60_000], { signal: abort.signal }),
      js.receive(() => true, { signal: abort.signal }),
      vm.once('unregister', { signal: abort.signal }),
    ].map((p) => failure(() => p));
    const done = await vm.call('erlang', 'node', [], { signal: abort.signal });
    expect('one is done', String(done) === 'nonode@nohost');
    abort.abort(new Own('why'));
    for (const error of await Promise.all(waiting)) expect(`${error}`, error instanceof Own);
    for (const use of [
      () => vm.call('erlang', 'node', [], { signal: abort.signal }),
      () => js.receive(() => true, { signal: abort.signal }),
      () => vm.once('exit', { signal: abort.signal }),
    ]) {
      expect(`${use}`, (await failure(use)) instanceof Own);
    }
    await eventually(() => vm.stats().processes === before);
    expect('the call has been killed', vm.stats().processes === before);
    vm.send(js, 'kept');
    expect('no message is lost', S.text(await js.receive()) === 'kept');
  },
});

/**
 * @param {any} S the package
 * @param {any} D its spawnlink/distribution
 * @returns {Promise<{wrong: string[], tried: number}>}
 */
export async function misuse(S, D) {
  const wrong = [];
  let tried = 0;
  const loose = (error) => wrong.push(`uncaught: ${error?.stack ?? error}`);
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, loose);
  const error_ = console.error;
  console.error = () => {};
  const vm = await S.createVM({ stdout: false, stderr: false });
  const me = vm.process({ name: 'me', trapExit: true });
  const odd = oddities(S);
  for (const [name, [use, taken]] of Object.entries({ ...uses(S, vm, me), ...distributed(D, vm) })) {
    const takes = taken.split(' ');
    for (const [given, value] of Object.entries(odd)) {
      tried++;
      // The test does not wait for a promise that never settles.
      const error = await failure(() => (given === 'never' ? Promise.race([use(value), wait(300)]) : use(value)));
      const may = takes.includes(given);
      if (error === undefined ? !may : may || !isClear(S, error))
        wrong.push(`${name} given ${given}: ${error === undefined ? 'taken' : (error?.stack ?? error)}`);
    }
    await vm.idle();
  }
  if ((await vm.call('lists', 'sum', [[1, 2]])) !== 3) wrong.push('the VM does not go on');
  vm.close();
  if (vm.leaked !== 0) wrong.push(`${vm.leaked} blocks leaked`);
  for (const [name, moment] of Object.entries(moments(S))) {
    tried++;
    const one = await S.createVM({ stdout: false, stderr: false });
    const error = await failure(() =>
      Promise.race([moment(one), wait(20_000).then(() => Promise.reject(new Error('it never ends')))]),
    );
    if (error) wrong.push(`${name}: ${error.stack}`);
    one.close();
    if (one.leaked) wrong.push(`${name}: ${one.leaked} blocks leaked`);
  }
  if (S.openVMs() !== 0) wrong.push(`${S.openVMs()} VMs are still open`);
  await wait(5);
  console.error = error_;
  for (const event of ['uncaughtException', 'unhandledRejection']) process.off(event, loose);
  return { wrong, tried };
}

if (process.argv[2] && import.meta.url === new URL(process.argv[1], 'file:').href) {
  const { wrong, tried } = await misuse(await import(process.argv[2]), await import(process.argv[3]));
  for (const line of wrong) console.log(line);
  console.log(`${tried - wrong.length} passed, ${wrong.length} failed`);
  process.exit(wrong.length > 0 ? 1 : 0);
}
