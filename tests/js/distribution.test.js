// SPDX-License-Identifier: Apache-2.0
//
// Nodes connected by message ports: what happens when connections fail or data is damaged, and whether all memory is
// freed. tests/nodes checks that two nodes see of each other what two nodes on erl see.

import { expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import { accept, connect } from '../../js/distribution.js';
import { Atom, Tuple } from '../../js/index.js';
import { compile, otpRoot, vm } from './helper.js';

const atom = (name) => Atom.for(name);
const node = (name, options = {}) =>
  vm({
    boot: true,
    otp: otpRoot,
    files: 'host',
    node: { name: `${name}@localhost`, cookie: 'c', ...options.node },
    ...options.more,
  });
const [A, B] = [atom('a@localhost'), atom('b@localhost')];

/** Makes two nodes and the ports between them. */
async function pair(one = {}, other = {}) {
  const [a, b] = [await node('a', one), await node('b', other)];
  const { port1, port2 } = new MessageChannel();
  connect(a, 'b@localhost', port1);
  connect(b, 'a@localhost', port2);
  return { a, b, port1, port2, close: () => port1.close() };
}

test('two VMs are two nodes: calls, hidden or not', async () => {
  const { a, b, close } = await pair({}, { node: { hidden: true } });
  expect(await a.call('rpc', 'call', [B, atom('erlang'), atom('node'), []])).toBe(B);
  expect(await a.call('erlang', 'nodes', [])).toEqual([]);
  expect(await a.call('erlang', 'nodes', [atom('hidden')])).toEqual([B]);
  expect(await b.call('erlang', 'nodes', [atom('connected')])).toEqual([A]);
  expect(await b.call('erlang', 'get_cookie', [])).toBe(atom('c'));
  close();
}, 30_000);

test('another cookie: no connection, and both say so', async () => {
  let said = '';
  const { a, close } = await pair({}, { node: { cookie: 'other' }, more: { stdout: (text) => (said += text) } });
  expect(await a.call('net_adm', 'ping', [B])).toBe(atom('pang'));
  expect(await a.call('erlang', 'nodes', [])).toEqual([]);
  expect(said).toMatch(/Connection attempt from node a@localhost rejected. Invalid challenge reply/);
  close();
}, 30_000);

test('JavaScript processes talk to other nodes, link to and monitor their processes', async () => {
  const { a, b, close } = await pair();
  const here = a.process({ trapExit: true });
  const there = b.process({ name: 'there' });
  await a.call('net_kernel', 'connect_node', [B]);
  here.send(new Tuple(atom('there'), B), new Tuple(here.pid, atom('hello')));
  const [from, word] = await there.receive();
  expect(word).toBe(atom('hello'));
  there.send(from, there.pid);
  const pid = await here.receive();
  here.link(pid);
  const ref = here.monitor(pid);
  // When the ping returns, link and monitor have arrived.
  expect(await a.call('net_adm', 'ping', [B])).toBe(atom('pong'));
  there.exit(atom('gone'));
  const messages = [await here.receive(), await here.receive()];
  expect(messages.find((m) => m.at(0) === atom('EXIT')).at(2)).toBe(atom('gone'));
  expect(
    messages
      .find((m) => m.at(0) === atom('DOWN'))
      .elements.slice(1)
      .map(String),
  ).toEqual([ref, atom('process'), pid, atom('gone')].map(String));
  close();
}, 30_000);

test('closing a VM ends its connections: nodedown, EXIT and DOWN with noconnection', async () => {
  const { a, b, close } = await pair();
  const watcher = a.process({ trapExit: true });
  const pid = await a.call('erlang', 'spawn', [B, atom('timer'), atom('sleep'), [60_000]]);
  watcher.link(pid);
  watcher.monitor(pid);
  b.close();
  const reasons = [await watcher.receive(), await watcher.receive()].map((m) => String(m.elements.at(-1)));
  expect(reasons).toEqual(['noconnection', 'noconnection']);
  expect(await a.call('erlang', 'nodes', [])).toEqual([]);
  expect(await a.call('net_adm', 'ping', [B])).toBe(atom('pang'));
  close();
}, 30_000);

test('damaged packets end their connection, with a warning, and nothing else', async () => {
  let said = '';
  const { a, port2, close } = await pair({ more: { stdout: (text) => (said += text) } });
  await a.call('net_kernel', 'connect_node', [B]);
  const DATA_OF_RECEIVER = 1;
  const control = (bytes) => new Uint8Array([DATA_OF_RECEIVER, 0, 0, 0, bytes.length, ...bytes]);
  const bad = [
    [1, 2, 3],
    [112],
    [112, 131],
    [112, 131, 97, 1],
    [112, 131, 104, 0],
    [112, 131, 104, 1, 97, 99], // no signals
    [112, 131, 104, 3, 97, 1, 97, 1, 97, 2], // a link of numbers
    [112, 131, 104, 3, 97, 2, 97, 1, 97, 2, 131, 97, 1], // a message to a number
    [112, 131, 109, 255, 255, 255, 255],
    [112, 131, 104, 2, 97, 1, 131, 131],
  ];
  for (const bytes of bad) {
    expect(await a.call('net_kernel', 'connect_node', [B])).toBe(true);
    expect(await a.call('erlang', 'nodes', [])).toEqual([B]);
    said = '';
    port2.postMessage(control(bytes));
    while ((await a.call('erlang', 'nodes', [])).length > 0) await new Promise((done) => setTimeout(done, 5));
    for (let i = 0; i < 100 && !said; i++) await new Promise((done) => setTimeout(done, 5));
    expect(said).toMatch('got a corrupted external term from b@localhost on distribution channel');
  }
  expect(await a.call('lists', 'sum', [[1, 2]])).toBe(3);
  close();
}, 60_000);

test('what is no message of the protocol, and sessions that nobody speaks in, harm nothing', async () => {
  const { a, port2, close } = await pair();
  for (const message of [
    'text',
    null,
    new Uint8Array(),
    new Uint8Array([4]),
    new Uint8Array([5, 0, 200]),
    new Uint8Array([6]),
    new Uint8Array([1, 9]),
  ])
    port2.postMessage(message);
  await new Promise((done) => setTimeout(done, 50));
  expect(await a.call('net_adm', 'ping', [B])).toBe(atom('pong'));
  close();
}, 30_000);

test('records go with what they were for: 10,000 links, 3,000 processes and monitors there', async () => {
  const churn = compile(`-module(churn). -export([run/2]).
run(Peer, N) ->
    S = spawn(Peer, timer, sleep, [infinity]),
    [begin link(S), unlink(S), demonitor(monitor(process, S)) end || _ <- lists:seq(1, N)],
    [receive {'DOWN', R, _, _, normal} -> ok end || {_, R} <- [spawn_monitor(Peer, erlang, self,
    []) || _ <- lists:seq(1, N div 4)]],
    exit(S, kill), rpc:call(Peer, erlang, is_process_alive, [S]), garbage_collect(), ok.`);
  const { a, close } = await pair();
  a.load(churn);
  const blocks = async () => Number(await a.call('erlang', 'memory', [atom('processes')]));
  await a.call('churn', 'run', [B, 1000]);
  const before = await blocks();
  await a.call('churn', 'run', [B, 10_000]);
  expect((await blocks()) - before).toBeLessThan(64 * 1024);
  close();
}, 60_000);

test('a stream: a VM takes a connection from a socket', async () => {
  const [a, b] = [await node('a'), await node('b')];
  const server = createServer((socket) => accept(b, socket)).listen(0, '127.0.0.1');
  await new Promise((done) => server.on('listening', done));
  const { connect: dial } = await import('node:net');
  connect(a, 'b@localhost', () => dial(server.address().port, '127.0.0.1'));
  expect(await a.call('net_adm', 'ping', [B])).toBe(atom('pong'));
  a.close();
  server.close();
  await new Promise((done) => setTimeout(done, 50));
  expect(await b.call('erlang', 'nodes', [])).toEqual([]);
}, 30_000);

test('what connect and the option node are given is checked', async () => {
  const a = await node('a');
  expect(() => connect(a, 'b', new MessageChannel().port1)).toThrow("the name of a node is 'name@host'");
  expect(() => connect(a, 'b@localhost', {})).toThrow(
    'a node is reached by a message port, or a function that opens a stream',
  );
  await expect(vm({ node: { name: 'a@b' } })).rejects.toThrow('a node has to boot');
  await expect(vm({ boot: true, otp: otpRoot, files: 'host', node: { name: 'a' } })).rejects.toThrow(
    "the name of a node is 'name@host'",
  );
  await expect(vm({ boot: true, otp: otpRoot, files: 'host', node: { name: 'a@b', cookie: 1 } })).rejects.toThrow(
    'a cookie is a string',
  );
}, 30_000);
