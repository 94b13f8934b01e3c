// SPDX-License-Identifier: Apache-2.0
//
// Erlang distribution over what JavaScript has: two VMs joined by a message port (of one program, or of a page and a
// worker), or a VM joined to an Erlang node by a stream (a TCP socket of Node's net). The nodes are OTP's own:
// net_kernel, its handshake, its cookies; here bytes are carried. One connection of nodes is one session: a JavaScript
// process of the VM, linked to the process that controls the connection (src/erl/bridge/spawnlink_dist.erl). Loaded
// when it is first used.

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
 * The near end of a session's bytes.
 * @typedef {{send: (bytes: Uint8Array) => void, close: () => void}} Carrier
 */

const [OPEN, DATA, CLOSE] = [0, 1, 2];
/** A session that the sender of a message opened; otherwise it is one that the receiver opened. */
const MINE = 4;
const CHANNELS = 'spawnlink_channels';
const tag = (/** @type {string} */ name) => Atom.for(name);

/** Of each VM: how its nodes are reached. @type {WeakMap<VM, Routes>} */
const routesOf = new WeakMap();

/** @param {any} vm */
function checkVM(vm) {
  if (typeof vm?.process !== 'function' || typeof vm.inspect !== 'function')
    throw new ArgumentError('the first argument is a VM, as createVM makes it');
}

/** Whether a VM is a node that runs. @param {VM} vm */
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

/** Does what is in vain when the process or the VM has ended. @param {() => void} action */
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

/** One connection of nodes, seen from one of them. */
class Session {
  /** @type {Pid | undefined} */
  #controller;
  /** Bytes that came before anybody wanted them. @type {Uint8Array[]} */
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
      else if (message.at(0) === tag('EXIT')) attempt(() => this.process.exit()); // of its controller
    });
    this.process.on('exit', () => carrier.close());
  }

  /** @param {Pid} controller */
  #owned(controller) {
    this.#controller = controller;
    for (const bytes of this.#early.splice(0)) this.take(bytes);
  }

  /** Bytes have come. @param {Uint8Array} bytes */
  take(bytes) {
    if (!this.process.alive) return;
    const controller = this.#controller;
    if (controller) attempt(() => this.process.send(controller, new Tuple(this.process.pid, bytes)));
    else this.#early.push(bytes);
  }

  /** None will come any more. The VM may have ended it already, and we have not heard of it yet. */
  end() {
    attempt(() => this.process.exit(tag('connection_closed')));
  }

  /** Hands it to the node, which did not ask for it. @param {VM} vm */
  offer(vm) {
    attempt(() => vm.send('spawnlink_dist', new Tuple(tag('accept'), this.process.pid)));
  }
}

/**
 * Sessions over a message port: a message is a byte that says which, then the bytes.
 * @param {VM} vm
 * @param {PortLike} port
 */
function overPort(vm, port) {
  /**
   * That which this side opened last, and that which the other did.
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
 * Says how a VM that is a node (the option `node` of createVM) reaches another: over a message port, whose other end is
 * given to the other VM in the same way, or over a stream that a function opens each time a connection is made. The
 * nodes connect when one first speaks to the other, as Erlang nodes do.
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
 * @param {string} node the name of the other: 'name@host'
 * @param {PortLike | (() => StreamLike)} by a message port; or what opens a stream to it
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
 * Takes a connection that another node has opened.
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
