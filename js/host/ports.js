// SPDX-License-Identifier: Apache-2.0
//
// Serves the port operations of host_file (port_operation of src/base/seam.tab): starts programs of the
// machine, in Node, and carries their input and output. Loaded only when a VM may start programs. Each operation
// answers with a number, which is a value or, for an error, -1 - the error's index. What a program writes is sent to
// the process of its port (src/erl/native/spawnlink_port.erl) as soon as it comes.

import {
  HOST_EACCES,
  HOST_EBADF,
  HOST_ENOENT,
  PORT_ATTACH,
  PORT_CLOSE,
  PORT_FLAG_ERRORS_TOO,
  PORT_FLAG_OWN_DESCRIPTORS,
  PORT_FLAG_READ,
  PORT_FLAG_WRITE,
  PORT_OPEN,
  PORT_OS_PID,
  PORT_SIGNAL,
  PORT_WRITE,
} from '../base/seam.js';
import { TextDecoder } from '../base/host.js';
import { setSignal } from './signals.js';

/** @import { ChildProcess, StdioOptions } from 'node:child_process' */
/** @import { Readable, Writable } from 'node:stream' */
/** @import { HostFiles } from './imports.js' */
/** @import { VM } from '../vm/vm.js' */

/**
 * A built-in module of Node, without an import that bundlers for pages would stumble over.
 * @param {string} name
 * @returns {any}
 */
const nodeModule = (name) => globalThis.process.getBuiltinModule(`node:${name}`);

/**
 * A running program.
 * @typedef {object} Outside
 * @property {ChildProcess} child
 * @property {Writable | null} to what the port writes to
 * @property {Readable | null} from what the port reads from
 * @property {number | undefined} port the number of its port; undefined until the port is attached
 * @property {[string, any][]} unheard what happened before the port was attached
 * @property {boolean} ended whether it no longer keeps the VM from being idle
 */

/** Why a program cannot be run: the number of an error, or 0 if it can. @param {string} program */
function cannotRun(program) {
  const fs = nodeModule('fs');
  try {
    fs.accessSync(program, fs.constants.F_OK);
  } catch {
    return HOST_ENOENT;
  }
  try {
    fs.accessSync(program, fs.constants.X_OK);
  } catch {
    return HOST_EACCES;
  }
  return 0;
}

/**
 * What the program's file descriptors are joined to. With OWN_DESCRIPTORS the port uses 3 and 4 instead of 0 and 1
 * (the option nouse_stdio of open_port).
 * @param {number} flags
 * @returns {StdioOptions}
 */
function descriptors(flags) {
  const input = flags & PORT_FLAG_WRITE ? 'pipe' : 'inherit';
  const output = flags & PORT_FLAG_READ ? 'pipe' : 'inherit';
  if (flags & PORT_FLAG_OWN_DESCRIPTORS)
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
 * Starts a program. Answers with the child process, or with the number of an error.
 * @param {Uint8Array} told texts with zero bytes between them: folder, argv[0], number of environment variables, the
 *   variables as NAME=VALUE, program, arguments
 * @param {number} flags
 */
function start(told, flags) {
  const [cwd, argv0, count, ...rest] = new TextDecoder().decode(told).split('\0');
  const env = Object.fromEntries(
    rest.splice(0, Number(count)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const [named, ...args] = rest;
  // A name without a slash means the current folder, as it does for execve(2); Node would search PATH.
  const program = named.includes('/') ? named : `./${named}`;
  const error = cannotRun(program);
  if (error) return error;
  const options = { cwd: cwd || undefined, env, stdio: descriptors(flags) };
  // Node cannot join both outputs of a program to the same pipe (stderr_to_stdout), but a shell can.
  if (flags & PORT_FLAG_ERRORS_TOO)
    return nodeModule('child_process').spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], options);
  return nodeModule('child_process').spawn(program, args, { ...options, argv0 });
}

/**
 * The exit status as a shell reports it: 128 and the number of the signal for a program that a signal killed.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @param {Record<string, number>} signals the numbers of signals by name
 */
const statusOf = (code, signal, signals) => code ?? 128 + (signal ? signals[signal] : 0);

/**
 * Serves the port operations for one VM.
 * @param {() => VM} vm the VM, once it is made
 * @returns {HostFiles}
 */
export function openPorts(vm) {
  const { signals } = nodeModule('os').constants;
  /** @type {Map<number, Outside>} */
  const all = new Map();
  let last = 0;

  /**
   * Sends a port what its program did: 'data' (bytes), 'eof' or 'status' (the exit status).
   * @param {Outside} outside
   * @param {string} kind
   * @param {any} data
   */
  function tell(outside, kind, data) {
    if (outside.port === undefined) outside.unheard.push([kind, data]);
    else if (!vm().closed) vm().fromPort(outside.port, kind, data);
  }

  /** The program has ended, or its port is closed: the VM may be idle without it. @param {Outside} outside */
  function over(outside) {
    if (outside.ended) return;
    outside.ended = true;
    if (!vm().closed) vm().hold(-1);
  }

  /** Answers with the handle of a program that was started. @param {ChildProcess} child @param {number} flags */
  function open(child, flags) {
    const [to, from] =
      flags & PORT_FLAG_OWN_DESCRIPTORS ? [child.stdio[3], child.stdio[4]] : [child.stdin, child.stdout];
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
    outside.to?.on('error', () => {}); // the program no longer reads; 'exit' or 'eof' will follow
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
    if (operation === PORT_OPEN) {
      const child = start(bytes, number);
      return typeof child === 'number' ? child : open(child, number);
    }
    if (operation === PORT_OS_PID && handle === 0) return globalThis.process.pid;
    if (operation === PORT_SIGNAL) return (setSignal(vm(), new TextDecoder().decode(bytes), number), 0);
    const outside = all.get(handle);
    if (!outside) return HOST_EBADF;
    switch (operation) {
      case PORT_ATTACH:
        outside.port = number;
        for (const [kind, data] of outside.unheard.splice(0)) queueMicrotask(() => tell(outside, kind, data));
        return 0;
      case PORT_WRITE:
        outside.to?.write(bytes);
        return 0;
      case PORT_OS_PID:
        return outside.child.pid ?? 0;
      case PORT_CLOSE:
        all.delete(handle);
        outside.to?.end();
        outside.from?.destroy();
        outside.child.unref();
        over(outside);
        return 0;
      default:
        return HOST_EBADF;
    }
  };
}
