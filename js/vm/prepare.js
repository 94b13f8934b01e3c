// SPDX-License-Identifier: Apache-2.0
//
// Prepares a VM: finds vm.wasm and the OTP, makes the instance with its imports, and opens what the options ask for.
// createVM loads this module when it is first called, together with all code that only a VM needs; that keeps the
// package's entry small.

import { AssetError, UnsupportedError } from '../base/errors.js';
import { HOST_ENOTSUP, SERVICE_RE, SERVICE_SHIFT, SERVICE_WHY, SERVICE_ZLIB, SERVICE_ZSTD } from '../base/seam.js';
import { assets } from '../host/assets.js';
import { imports, realClock, whyNot } from '../host/imports.js';
import { compile, compression, nodeFs } from '../host/loader.js';
import { openSymbols } from '../host/symbols.js';
import { openOtp, tableFinder } from '../otp/otp.js';
import { isPlain } from '../term/term.js';
import { Machine } from './machine.js';

/** @import { Clock, Compression, HostFiles } from '../host/imports.js' */
/** @import { ModuleFinder } from '../otp/otp.js' */
/** @import { VMOptions } from './create.js' */
/** @import { VM } from './vm.js' */

export { VM } from './vm.js';
/** For a VM in a worker, which imports it from here so that this code stays in one file of the bundles. */
export { compile } from '../host/loader.js';

/** Whether no options were given; given.js, which checks them, is then not loaded. @param {any} options */
const isNone = (options) => Boolean(options) && isPlain(options) && Object.keys(options).length === 0;

/** Checks the options of createVM, or of who takes the same. @param {any} options */
export async function checkGiven(options) {
  if (!isNone(options)) (await import('./given.js')).checkOptions(options);
}

/**
 * Checks the options. Gives the clock and the seed that they ask for, if they do.
 * @param {VMOptions} options
 * @returns {Promise<{clock?: Clock, seed?: number}>}
 */
async function special(options) {
  await checkGiven(options);
  const usual = options.clock === undefined && options.seed === undefined;
  return usual ? {} : (await import('./options.js')).openOptions(options);
}

/**
 * Makes everything that class VM is constructed with.
 * @param {VMOptions} options
 * @param {() => VM} vm the VM, once it is made
 */
export async function prepare(options, vm) {
  const { clock = realClock(), seed = Math.random() * 1e15 } = await special(options);
  // These are waited for together, because a page has to fetch each of them.
  const inflate = compression();
  const wasm = options.wasm ?? (options.debug ? debugWasm() : assets['vm.wasm']());
  const [module, functions, zlib, otp] = await Promise.all([
    compile(wasm, 'createVM').catch((error) => {
      throw options.debug && error instanceof AssetError ? noDebug(error) : error;
    }),
    openSymbols(options.symbols, wasm),
    inflate,
    openOtp(options.otp, inflate),
  ]);
  const own = tableFinder(options.modules);
  const given = options.files !== undefined || options.ports || options.boot || options.node;
  const services = given
    ? await (await import('./services.js')).openServices(options, otp.home, nodeFs(), vm)
    : undefined;
  /**
   * Who serves host_file: by the number of the service (src/base/seam.tab). The entry of a library that has a wasm of
   * its own is made when the Erlang module that needs the library is loaded.
   * @type {HostFiles[]}
   */
  const served = services ? [services.serve, services.serve] : [];
  /** @type {Machine | undefined} */
  let machine = undefined;
  const instance = await WebAssembly.instantiate(
    module,
    imports({
      memory: () => /** @type {Machine} */ (machine).memory,
      clock,
      zlib,
      module: (name) => vm().findModule(name),
      files: (operation, ...rest) => served[operation >> SERVICE_SHIFT]?.(operation, ...rest) ?? HOST_ENOTSUP,
    }),
  );
  machine = new Machine(instance, functions);
  machine.open({
    memoryLimit: options.memoryLimit ?? 2 ** 31,
    seed,
    maxProcesses: options.maxProcesses,
    slice: options.slice,
    gcStress: options.gcStress,
  });
  if (otp.release) machine.otpRelease(otp.release);
  for (const [name, value] of Object.entries(options.env ?? {})) if (value !== undefined) machine.env(name, value);
  const finders = [
    libraryFinder(options, served, (error) => /** @type {any} */ (vm()).report(error)),
    own,
    ...otp.finders,
    tableFinder(options.fallback),
  ];
  return {
    machine,
    clock,
    args: services?.args ?? options.args,
    finders: finders.filter((finder) => finder !== undefined),
  };
}

/** Beside vm.wasm, not found by bundlers: only a checkout has it. */
const debugWasm = () => new URL('vm-debug.wasm', assets['vm.wasm']());

/** @param {AssetError} cause */
const noDebug = (cause) =>
  new UnsupportedError(
    `debug is for a checkout, after scripts/build debug (the package has no such wasm): ${cause.message}`,
    {
      cause,
    },
  );

/** Which service each library is. */
const SERVICE = { re: SERVICE_RE, zlib: SERVICE_ZLIB, zstd: SERVICE_ZSTD };

/**
 * A finder that never finds a module. But when it is asked for a module that needs a library, it loads the library
 * first; the module itself is found by one of the next finders. If the library's wasm cannot be had, that is reported
 * at once, and the functions of the module fail. They learn the reason from the last of the library's 32 operations.
 * @param {VMOptions} options
 * @param {HostFiles[]} served the table of who serves host_file
 * @param {(error: unknown) => void} report reports an error that no promise rejects with
 * @returns {ModuleFinder}
 */
const libraryFinder = (options, served, report) => (name) => {
  const [, which] = /^spawnlink_(re|zlib|zstd)$/.exec(name) ?? [];
  if (!which) return undefined;
  const source = options[/** @type {'re'} */ (which)] ?? assets[`${which}.wasm`]();
  const service = SERVICE[/** @type {'re'} */ (which)];
  const open = async () => {
    const { openLibrary } = await import('../host/library.js');
    served[service] ??= openLibrary(/** @type {'re'} */ (which), await compile(source, `module ${which}`));
  };
  const failed = (/** @type {Error} */ error) => {
    const why = new TextEncoder().encode(whyNot(which, error));
    served[service] = (operation) => ((operation & SERVICE_WHY) === SERVICE_WHY ? why : HOST_ENOTSUP);
    report(error);
  };
  return open()
    .catch(failed)
    .then(() => undefined);
};
