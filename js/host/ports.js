// SPDX-License-Identifier: Apache-2.0
//
// The outside ends of ports: programs of the machine, in Node, as src/base/hostcalls.h (enum host_port_operation) asks
// for them. Loaded only when a VM may start programs. Each operation answers a number (a value, or -1 - the index of an
// error); what programs write is sent to the port (src/erl/native/spawnlink_port.erl) as it comes.

import { TextDecoder } from '../base/host.js';
import { setSignal } from './signals.js';

/** @import { ChildProcess, StdioOptions } from 'node:child_process' */
/** @import { Readable, Writable } from 'node:stream' */
/** @import { HostFiles } from './imports.js' */
/** @import { VM } from '../vm/vm.js' */

const [OPEN, ATTACH, WRITE, CLOSE, OS_PID, SIGNAL] = [32, 33, 34, 35, 36, 37];
const FLAG = { READ: 1, WRITE: 2, ERRORS_TOO: 4, OWN_DESCRIPTORS: 8 };
const [ENOENT, EACCES, EBADF] = [-1, -5, -7];

/**
 * A module of Node, without an import that bundlers for pages would stumble over.
 * @param {string} name
 * @returns {any}
 */
const nodeModule = (name) => globalThis.process.getBuiltinModule(`node:${name}`);

/**
 * A program, and what it said before the port was there to hear it.
 * @typedef {object} Outside
 * @property {ChildProcess} child
 * @property {Writable | null} to
 * @property {Readable | null} from
 * @property {number | undefined} port its number
 * @property {[string, any][]} unheard
 * @property {boolean} ended
 */

/** @param {string} program */
function cannotRun(program) {
  const fs = nodeModule('fs');
  try {
    fs.accessSync(program, fs.constants.F_OK);
  } catch {
    return ENOENT;
  }
  try {
    fs.accessSync(program, fs.constants.X_OK);
  } catch {
    return EACCES;
  }
  return 0;
}

/** @param {number} flags @returns {StdioOptions} */
function descriptors(flags) {
  const input = flags & FLAG.WRITE ? 'pipe' : 'inherit';
  const output = flags & FLAG.READ ? 'pipe' : 'inherit';
  if (flags & FLAG.OWN_DESCRIPTORS)
    return [
      'inherit',
      'inherit',
      'inherit',
      input === 'pipe' ? 'pipe' : 'ignore',
      output === 'pipe' ? 'pipe' : 'ignore',
    ];
  return [input, output, 'inherit'];
}

/**
 * @param {Uint8Array} told folder, argv[0], number of variables, variables, program, arguments
 * @param {number} flags
 */
function start(told, flags) {
  const [cwd, argv0, count, ...rest] = new TextDecoder().decode(told).split('\0');
  const env = Object.fromEntries(
    rest.splice(0, Number(count)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const [named, ...args] = rest;
  // Without a folder it is here, as for exec: Node would look for it in PATH.
  const program = named.includes('/') ? named : `./${named}`;
  const error = cannotRun(program);
  if (error) return error;
  const options = { cwd: cwd || undefined, env, stdio: descriptors(flags) };
  // Node cannot give a program one pipe for both of its outputs; a shell can.
  if (flags & FLAG.ERRORS_TOO)
    return nodeModule('child_process').spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], options);
  return nodeModule('child_process').spawn(program, args, { ...options, argv0 });
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal @param {Record<string, number>} signals */
const statusOf = (code, signal, signals) => code ?? 128 + (signal ? signals[signal] : 0);

/**
 * @param {() => VM} vm
 * @returns {HostFiles}
 */
export function openPorts(vm) {
  const { signals } = nodeModule('os').constants;
  /** @type {Map<number, Outside>} */
  const all = new Map();
  let last = 0;

  /** @param {Outside} outside @param {string} kind @param {any} data */
  function tell(outside, kind, data) {
    if (outside.port === undefined) outside.unheard.push([kind, data]);
    else if (!vm().closed) vm().fromPort(outside.port, kind, data);
  }

  /** @param {Outside} outside it runs no more, or nobody cares */
  function over(outside) {
    if (outside.ended) return;
    outside.ended = true;
    if (!vm().closed) vm().hold(-1);
  }

  /** @param {ChildProcess} child @param {number} flags */
  function open(child, flags) {
    const [to, from] = flags & FLAG.OWN_DESCRIPTORS ? [child.stdio[3], child.stdio[4]] : [child.stdin, child.stdout];
    /** @type {Outside} */
    const outside = {
      child,
      to: /** @type {Writable | null} */ (to ?? null),
      from: /** @type {Readable | null} */ (from ?? null),
      port: undefined,
      unheard: [],
      ended: false,
    };
    const handle = ++last;
    all.set(handle, outside);
    vm().hold(1);
    outside.from?.on('data', (chunk) => tell(outside, 'data', new Uint8Array(chunk)));
    outside.from?.on('end', () => tell(outside, 'eof', []));
    outside.to?.on('error', () => {}); // it reads no more; its end will be told
    const end = (/** @type {number} */ status) => {
      tell(outside, 'status', status);
      if (!outside.from) tell(outside, 'eof', []);
      over(outside);
    };
    child.on('exit', (code, signal) => end(statusOf(code, signal, signals)));
    child.on('error', () => child.pid === undefined && (tell(outside, 'eof', []), end(2)));
    return handle;
  }

  return (operation, handle, bytes, number) => {
    if (operation === OPEN) {
      const child = start(bytes, number);
      return typeof child === 'number' ? child : open(child, number);
    }
    if (operation === OS_PID && handle === 0) return globalThis.process.pid;
    if (operation === SIGNAL) return (setSignal(vm(), new TextDecoder().decode(bytes), number), 0);
    const outside = all.get(handle);
    if (!outside) return EBADF;
    switch (operation) {
      case ATTACH:
        outside.port = number;
        for (const [kind, data] of outside.unheard.splice(0)) queueMicrotask(() => tell(outside, kind, data));
        return 0;
      case WRITE:
        outside.to?.write(bytes);
        return 0;
      case OS_PID:
        return outside.child.pid ?? 0;
      case CLOSE:
        all.delete(handle);
        outside.to?.end();
        outside.from?.destroy();
        outside.child.unref();
        over(outside);
        return 0;
      default:
        return EBADF;
    }
  };
}
