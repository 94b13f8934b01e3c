// SPDX-License-Identifier: Apache-2.0
//
// What a VM is allowed to use of the machine: files, programs behind ports, a terminal, an OTP to boot from. Loaded, as
// one file of the bundles, only when an option gives it any of these.

import { HOST_ENOTSUP, PORT_OPEN, TERMINAL_RAW, TERMINAL_SIZE } from '../base/seam.js';
import { prepare } from '../otp/boot.js';
import { ArgumentError } from '../base/errors.js';
import { openFiles } from '../host/files.js';
import { openPorts } from '../host/ports.js';

/** @import { HostFiles } from '../host/imports.js' */
/** @import { VMOptions } from './create.js' */
/** @import { VM } from './vm.js' */

/**
 * Serves the terminal operations (terminal_operation of src/base/seam.tab).
 * @param {VMOptions['shell']} shell
 * @returns {HostFiles}
 */
function terminal(shell) {
  if (typeof shell !== 'object' || typeof shell.size !== 'function') return () => HOST_ENOTSUP;
  return (operation, _handle, _bytes, number) => {
    const size = shell.size();
    if (operation === TERMINAL_RAW && size) shell.raw?.(number === 1);
    if (!size || operation > TERMINAL_RAW) return HOST_ENOTSUP;
    return operation === TERMINAL_SIZE ? size.columns * 65536 + size.rows : 0;
  };
}

/**
 * Opens what the options ask for. Rejects with an ArgumentError if they do not fit together or not this host.
 * @param {VMOptions} options
 * @param {any} home what the VM can boot from, or a function that opens it
 * @param {any} fs Node's module fs, if the host is Node
 * @param {() => VM} vm the VM, once it is made
 * @returns {Promise<{serve: HostFiles, args: string[] | undefined}>} `serve` serves host_file's operations below 64;
 *   `args` is the command line that the VM is given
 */
export async function openServices({ files, ports, ...options }, home, fs, vm) {
  if (files === null || (files === 'host' ? !fs : files !== undefined && typeof files !== 'object'))
    throw new ArgumentError("files is an object of files by path, or in Node 'host'");
  if (ports !== undefined && (ports !== 'host' || !fs)) throw new ArgumentError("ports is 'host', in Node");
  if (options.node && !options.boot) throw new ArgumentError('a node has to boot: `node` goes with `boot`');
  const seen = files === undefined ? undefined : openFiles(files, fs);
  const booted = options.boot
    ? prepare({ ...options, files }, typeof home === 'function' ? await home() : home, seen)
    : { files: seen, args: options.args };
  const programs = ports && openPorts(vm);
  const screen = terminal(options.shell);
  return {
    serve: (operation, ...rest) =>
      (operation < PORT_OPEN ? booted.files : operation < TERMINAL_SIZE ? programs : screen)?.(operation, ...rest) ??
      HOST_ENOTSUP,
    args: booted.args,
  };
}
