// SPDX-License-Identifier: Apache-2.0
// Two nodes: dist_cases:main/1 runs on one node against the other, and must print the same lines whichever of them is
// erl.
//   node tests/nodes/run.js [--only CASE,...] [erl-ours|ours-erl|ours-ours|native-erl ...]
// ours: VMs of this program, connected by a MessageChannel, or to erl by a TCP connection of Node's net. native: the
// build with sanitizers, whose sessions are ports; erl cannot connect to it, and neither can it in the run that it is
// compared with.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Atom, createVM } from '../../js/index.js';
import { accept, connect } from '../../js/distribution.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const here = join(root, 'tests/nodes');
const out = join(root, 'build/tests/nodes');
const otpRoot = execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], {
  encoding: 'utf8',
});
const args = process.argv.slice(2);
const only = args[0] === '--only' ? args.splice(0, 2)[1] : '';
const kinds = args.length > 0 ? args : ['ours-ours', 'ours-erl', 'erl-ours', 'native-erl'];
const TIMEOUT_MS = 120_000;
const closing = [];

mkdirSync(out, { recursive: true });
execFileSync('erlc', [
  '-o',
  out,
  ...readdirSync(here)
    .filter((name) => name.endsWith('.erl'))
    .map((name) => join(here, name)),
]);

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** An erl that is a node and ends when its stdin is closed. ports: where nodes listen. */
function erl(name, ports, evaluate) {
  const env = {
    ...process.env,
    ONLY: only,
    DIST_PORTS: Object.entries(ports)
      .map(([node, port]) => `${node}=${port}`)
      .join(','),
  };
  const flags = [
    '+S',
    '2:2',
    '-noshell',
    '-pa',
    out,
    '-sname',
    `${name}@localhost`,
    '-setcookie',
    'c',
    '-start_epmd',
    'false',
    '-epmd_module',
    'dist_epmd',
  ];
  return spawn('erl', [...flags, '-eval', evaluate], { env, stdio: ['pipe', 'pipe', 'inherit'] });
}

const untilClosed = 'io:put_chars("up\\n"), io:get_line(""), halt().';
const up = (child) => new Promise((done) => child.stdout.on('data', done));

function output(child) {
  return new Promise((done) => {
    let text = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.stdout.on('data', (d) => (text += d));
    child.on('close', (code) => {
      clearTimeout(timer);
      done(code === 0 ? text : `${text}exit code ${code}\n`);
    });
  });
}

/** A VM that is a node. */
async function ours(name, options = {}) {
  const vm = await createVM({
    boot: true,
    otp: otpRoot,
    files: 'host',
    args: ['-pa', out],
    env: { ONLY: only },
    node: { name: `${name}@localhost`, cookie: 'c' },
    ...options,
  });
  closing.push(vm);
  return vm;
}

/** What main prints on a VM that runs it against b. */
async function cases(make) {
  let text = '';
  const vm = await make((printed) => (text += printed));
  const timer = AbortSignal.timeout(TIMEOUT_MS);
  await vm
    .call('dist_cases', 'main', [Atom.for('b@localhost')], { signal: timer })
    .catch((error) => (text += `${error}\n`));
  await new Promise((done) => setTimeout(done, 100));
  return text;
}

/** Connects a VM to an erl that listens at a port, and lets erl find the VM at another port. */
function joinToErl(vm, node, port, listen) {
  connect(vm, node, () => dial(port, '127.0.0.1'));
  const server = createServer((socket) => (socket.on('error', () => {}), accept(vm, socket))).listen(
    listen,
    '127.0.0.1',
  );
  closing.push(server);
}

const runs = {
  async 'erl-erl'(oneWay) {
    const [a, b] = [await freePort(), await freePort()];
    const peer = erl('b', oneWay ? { b } : { a, b }, untilClosed);
    await up(peer);
    const text = await output(erl('a', oneWay ? { b } : { a, b }, "dist_cases:main('b@localhost'), halt()."));
    peer.stdin.end();
    return text;
  },
  async 'ours-ours'() {
    const b = await ours('b');
    return cases(async (stdout) => {
      const a = await ours('a', { stdout });
      const { port1, port2 } = new MessageChannel();
      connect(a, 'b@localhost', port1);
      connect(b, 'a@localhost', port2);
      closing.push(port1);
      return a;
    });
  },
  async 'ours-erl'() {
    const [a, b] = [await freePort(), await freePort()];
    const peer = erl('b', { a, b }, untilClosed);
    await up(peer);
    const text = await cases(async (stdout) => {
      const vm = await ours('a', { stdout });
      joinToErl(vm, 'b@localhost', b, a);
      return vm;
    });
    peer.stdin.end();
    return text;
  },
  async 'erl-ours'() {
    const [a, b] = [await freePort(), await freePort()];
    joinToErl(await ours('b'), 'a@localhost', a, b);
    return output(erl('a', { a, b }, "dist_cases:main('b@localhost'), halt()."));
  },
  async 'native-erl'() {
    const b = await freePort();
    const peer = erl('b', { b }, untilClosed);
    await up(peer);
    const argv = [
      '-pa',
      out,
      '-bare',
      '-wait',
      '-verify',
      '-leaks',
      'dist_native',
      'main',
      'a@localhost',
      'b@localhost',
      String(b),
      join(here, 'relay.js'),
      only ? `dist_cases:${only}` : 'dist_cases',
      out,
    ];
    const text = await output(
      spawn(join(root, 'build/native/spawnlink_native'), argv, {
        cwd: root,
        env: { ...process.env, NODE: process.execPath },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    peer.stdin.end();
    return text;
  },
};

// All run at once, because they mostly wait. Two nodes of erl give the lines that the others are compared with.
const [both, oneWay] = [
  kinds.some((kind) => !kind.startsWith('native')),
  kinds.some((kind) => kind.startsWith('native')),
];
const [expectedBoth, expectedOneWay, ...results] = await Promise.all([
  both && runs['erl-erl'](false),
  oneWay && runs['erl-erl'](true),
  ...kinds.map((kind) => runs[kind]()),
]);
/** What two nodes of erl print when they run again: where erl differs from itself, either line is right. */
const again = {};
const second = async (oneWay) => (again[oneWay] ??= (await runs['erl-erl'](oneWay)).split('\n'));
let passed = 0,
  failed = 0;
for (const [at, kind] of kinds.entries()) {
  const expected = (kind.startsWith('native') ? expectedOneWay : expectedBoth).split('\n');
  const got = results[at].split('\n');
  let wrong = 0;
  for (let i = 0; i < Math.max(got.length, expected.length); i++) {
    if (got[i] === expected[i]) passed++;
    else if (got[i] === (await second(kind.startsWith('native')))[i])
      passed++, console.log(`${kind} line ${i + 1}: erl answers now this, now that\n  ${expected[i]}\n  ${got[i]}`);
    else if ((failed++, wrong++ < 5))
      console.log(`${kind} line ${i + 1}\n  erl-erl ${expected[i]}\n  ours    ${got[i]}`);
  }
  console.log(`${kind}: ${got.length - 1} lines, ${wrong} differ`);
}
for (const it of closing.splice(0).reverse()) {
  it.close();
  if (it.leaked) failed++, console.log(`${it.leaked} blocks leaked`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
