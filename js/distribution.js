// SPDX-License-Identifier: Apache-2.0
//
// Erlang distribution over channels that JavaScript has: two VMs connected by a message port (in one program, or
// between a page and a worker), or a VM connected to an Erlang node by a stream (a TCP socket of Node's net). The nodes
// are OTP's own, with net_kernel, its handshake and its cookies; this file only carries bytes. Each connection between
// nodes has a session: a JavaScript process of the VM, linked to the process that controls the connection
// (src/erl/bridge/spawnlink_dist.erl). This file is loaded when it is first used.

import { asBytes } from './base/bytes.js';
import { ArgumentError, Atom, ClosedError, ErlangError, HaltedError, NoProcessError, Tuple } from './index.js';

/** @import { Pid } from './term/term.js' */
/** @import { VM } from './vm/vm.js' */

/**
 * A message port: of a MessageChannel, a Worker, node:worker_threads, or anything alike.
 * @typedef {object} PortLike
 * @property {(message: Uint8Array) => void} postMessage
 * @property {(type: any, listener: any) => any} [on] as in Node
 * @property {(type: any, listener: any) => any} [addEventListener] as in the DOM
 * @property {() => void} [start]
 */

/**
 * A duplex stream of bytes, as Node's sockets are.
 * @typedef {object} StreamLike
 * @property {(bytes: Uint8Array) => any} write
 * @property {() => any} end
 * @property {(type: any, listener: any) => any} on
 * @property {(on: boolean) => any} [setNoDelay]
 */

/**
 * The end of a connection that a session sends to.
 * @typedef {{send: (bytes: Uint8Array) => void, close: () => void}} Carrier
 */

const [OPEN, DATA, CLOSE] = [0, 1, 2];
/** Bit of a message: its sender has opened the session; without the bit, its receiver has. */
const MINE = 4;
const CHANNELS = 'spawnlink_channels';
const tag = (/** @type {string} */ name) => Atom.for(name);

/** How each VM reaches other nodes. @type {WeakMap<VM, Routes>} */
const routesOf = new WeakMap();

/** @param {any} vm */
function checkVM(vm) {
  if (typeof vm?.process !== 'function' || typeof vm.inspect !== 'function')
    throw new ArgumentError('the first argument is a VM, as createVM makes it');
  if (vm.inWorker)
    throw new ArgumentError('a VM in a worker cannot be connected from here: make it in the thread that has the port');
}

/** Throws unless the VM is a running node. @param {VM} vm */
function checkNode(vm) {
  if (vm.closed) throw new ClosedError();
  if (vm.haltStatus !== undefined) throw new HaltedError(vm.haltStatus);
  if (!vm.inspect().processes.some((/** @type {any} */ { name }) => name === 'net_kernel')) {
    throw new ArgumentError("the VM is no node: createVM({ boot: true, node: { name: 'a@host', cookie } })");
  }
}

/** @param {any} stream @param {string} what */
function checkStream(stream, what) {
  for (const name of ['write', 'end', 'on']) {
    if (typeof stream?.[name] !== 'function')
      throw new ArgumentError(`${what} is a duplex stream, as a socket of node:net: it has no method '${name}'`);
  }
  return stream;
}

/** Does something that fails without harm when the process or the VM has ended. @param {() => void} action */
function attempt(action) {
  try {
    action();
  } catch (error) {
    if (![NoProcessError, ClosedError, HaltedError, ErlangError].some((kind) => error instanceof kind)) throw error;
  }
}

class Routes {
  /** @type {Map<string, (session: Session) => Carrier>} */
  nodes = new Map();

  /** @param {VM} vm */
  constructor(vm) {
    const process = vm.process({ name: CHANNELS });
    process.on('message', (/** @type {any} */ [, node, from]) => {
      const open = this.nodes.get(String(node));
      process.send(from, open ? new Tuple(tag('opened'), new Session(vm, open).process.pid) : tag('refused'));
    });
  }
}

/** One connection between nodes, as one of them sees it. */
class Session {
  /** @type {Pid | undefined} */
  #controller;
  /** Bytes that came before there was a controller. @type {Uint8Array[]} */
  #early = [];

  /**
   * @param {VM} vm
   * @param {(session: Session) => Carrier} open
   */
  constructor(vm, open) {
    this.process = vm.process({ trapExit: true });
    const carrier = open(this);
    this.process.on('message', (/** @type {any} */ message) => {
      const bytes = asBytes(message);
      if (bytes) carrier.send(bytes);
      else if (message.at(0) === tag('own')) this.#owned(message.at(1));
      else if (message.at(0) === tag('EXIT')) attempt(() => this.process.exit()); // its controller has ended
    });
    this.process.on('exit', () => carrier.close());
  }

  /** @param {Pid} controller */
  #owned(controller) {
    this.#controller = controller;
    for (const bytes of this.#early.splice(0)) this.take(bytes);
  }

  /** Passes bytes from the other node to the controller. @param {Uint8Array} bytes */
  take(bytes) {
    if (!this.process.alive) return;
    const controller = this.#controller;
    if (controller) attempt(() => this.process.send(controller, new Tuple(this.process.pid, bytes)));
    else this.#early.push(bytes);
  }

  /** Ends the session when no more bytes will come. The VM may have ended it already, without our knowing yet. */
  end() {
    attempt(() => this.process.exit(tag('connection_closed')));
  }

  /** Gives a session that the other side has opened to the node. @param {VM} vm */
  offer(vm) {
    attempt(() => vm.send('spawnlink_dist', new Tuple(tag('accept'), this.process.pid)));
  }
}

/**
 * Sessions over a message port. A message is a byte with its kind and whose session it is about, then the bytes.
 * @param {VM} vm
 * @param {PortLike} port
 */
function overPort(vm, port) {
  /**
   * The last session that this side opened, and the last one that the other side opened.
   * @type {[Session | undefined, Session | undefined]}
   */
  const sessions = [undefined, undefined];
  /** @param {number} kind @param {Uint8Array} [bytes] */
  const post = (kind, bytes = new Uint8Array()) => {
    const message = new Uint8Array(bytes.length + 1);
    message[0] = kind;
    message.set(bytes, 1);
    port.postMessage(message);
  };
  /** @param {0 | 1} at @returns {(session: Session) => Carrier} */
  const carrier = (at) => (session) => {
    const mine = at === 0 ? MINE : 0;
    sessions[at] = session;
    return {
      send: (bytes) => sessions[at] === session && post(DATA | mine, bytes),
      close() {
        if (sessions[at] !== session) return;
        sessions[at] = undefined;
        post(CLOSE | mine);
      },
    };
  };
  /** @param {any} data */
  const take = (data) => {
    const message = asBytes(data);
    if (!message) return;
    const at = message[0] & MINE ? 1 : 0;
    const kind = message[0] & 3;
    if (vm.closed) return void (kind === OPEN && at === 1 && post(CLOSE));
    const session = sessions[at];
    if (kind === DATA) return session?.take(message.slice(1));
    sessions[at] = undefined;
    session?.end();
    if (kind === OPEN && at === 1) new Session(vm, carrier(1)).offer(vm);
  };
  if (port.on) port.on('message', take);
  else port.addEventListener?.('message', (/** @type {{data: any}} */ { data }) => take(data));
  port.start?.();
  return (/** @type {Session} */ session) => {
    sessions[0]?.end();
    const made = carrier(0)(session);
    post(OPEN | MINE);
    return made;
  };
}

/** @param {StreamLike} stream @returns {(session: Session) => Carrier} */
const overStream = (stream) => (session) => {
  stream.setNoDelay?.(true);
  stream.on('data', (/** @type {Uint8Array} */ bytes) => session.take(new Uint8Array(bytes)));
  for (const event of ['close', 'error']) stream.on(event, () => session.end());
  return { send: (bytes) => void stream.write(bytes), close: () => void stream.end() };
};

/**
 * Makes a route from a VM that is a node (the option `node` of createVM) to another node: over a message port, whose
 * other end is given to the other VM in the same way, or over a stream, which a function opens for each connection. As
 * with Erlang nodes, the connection is made when one node first sends something to the other.
 *
 * @example
 * import { createVM, Atom } from 'spawnlink';
 * import { connect } from 'spawnlink/distribution';
 *
 * const a = await createVM({ boot: true, node: { name: 'a@localhost', cookie: 'secret' } });
 * const b = await createVM({ boot: true, node: { name: 'b@localhost', cookie: 'secret' } });
 * const { port1, port2 } = new MessageChannel();
 * connect(a, 'b@localhost', port1);
 * connect(b, 'a@localhost', port2);
 * const asked = [Atom.for('b@localhost'), Atom.for('erlang'), Atom.for('node'), []];
 * String(await a.call('rpc', 'call', asked)); // 'b@localhost'
 * port1.close();
 *
 * @param {VM} vm
 * @param {string} node the name of the other node: 'name@host'
 * @param {PortLike | (() => StreamLike)} by a message port, or a function that opens a stream to the node
 */
export function connect(vm, node, by) {
  checkVM(vm);
  if (typeof node !== 'string' || !/^[^@]+@[^@]+$/.test(node))
    throw new ArgumentError("the name of a node is 'name@host'");
  const isPort =
    typeof by !== 'function' &&
    typeof by?.postMessage === 'function' &&
    [by.on, by.addEventListener].some((listen) => typeof listen === 'function');
  if (typeof by !== 'function' && !isPort)
    throw new ArgumentError('a node is reached by a message port, or a function that opens a stream');
  checkNode(vm);
  const routes = routesOf.get(vm) ?? new Routes(vm);
  routesOf.set(vm, routes);
  routes.nodes.set(
    node,
    typeof by === 'function'
      ? (session) => overStream(checkStream(by(), 'what the function gives'))(session)
      : overPort(vm, by),
  );
}

/**
 * Accepts a connection that another node has opened.
 *
 * @example
 * import { createServer } from 'node:net';
 *
 * const vm = await createVM({ boot: true, node: { name: 'a@localhost', cookie: 'secret' } });
 * const server = createServer((socket) => accept(vm, socket)).listen(4370);
 * server.close();
 *
 * @param {VM} vm
 * @param {StreamLike} stream
 */
export function accept(vm, stream) {
  checkVM(vm);
  checkStream(stream, 'the second argument of accept');
  checkNode(vm);
  new Session(vm, overStream(stream)).offer(vm);
}
