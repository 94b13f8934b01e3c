// SPDX-License-Identifier: Apache-2.0
//
// The classes of all errors that js/ throws or rejects with. Each class has a `code` that never changes, so that
// programs can rely on it. An exception inside an Erlang program becomes an ErlangError (term/erlang-error.js); a
// request that the VM could not serve becomes one of the others.

/** The base of all errors of this package. */
export class SpawnlinkError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    // The name is made of the code, not taken from the class, because a user's bundler may rename classes.
    this.name = code === 'NOPROC' ? 'NoProcessError' : `${code[0]}${code.slice(1).toLowerCase()}Error`;
    /** The kind of error, for programs to compare: 'ERLANG', 'CLOSED', ... It stays the same in later versions. */
    this.code = code;
  }
}

/** A beam cannot be loaded, because it is malformed or made for a newer OTP. The VM has kept nothing of it. */
export class LoadError extends SpawnlinkError {
  /**
   * @param {string} module name of the module, or '' where it is not known
   * @param {string} chunk the chunk of the beam in which the fault is, such as 'Code', or ''
   * @param {number} offset of the fault, in bytes from the start of the chunk
   * @param {string} what what is wrong
   */
  constructor(module, chunk, offset, what) {
    super('LOAD', `cannot load ${module || 'module'}: ${what}${chunk ? ` (chunk ${chunk}, offset ${offset})` : ''}`);
    this.module = module;
    this.chunk = chunk;
    this.offset = offset;
  }
}

/** A JavaScript value has no Erlang term, or bytes are not the external form of a term. */
export class TermError extends SpawnlinkError {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super('TERM', message, options);
  }
}

/** An argument or option has the wrong type or value. */
export class ArgumentError extends SpawnlinkError {
  /** @param {string} message */
  constructor(message) {
    super('ARGUMENT', message);
  }
}

/** The VM was closed. */
export class ClosedError extends SpawnlinkError {
  constructor(message = 'the VM is closed') {
    super('CLOSED', message);
  }
}

/** The Erlang program called halt, which ended the VM. */
export class HaltedError extends SpawnlinkError {
  /** @param {number} status the exit status that the program gave to halt */
  constructor(status) {
    super('HALTED', `the program halted with status ${status}`);
    this.status = status;
  }
}

/** A pid, reference, port or fun of one VM was given to another VM. */
export class ForeignError extends SpawnlinkError {
  /** @param {string} what */
  constructor(what) {
    super('FOREIGN', `${what} belongs to another VM`);
  }
}

/** No process has that name or pid. */
export class NoProcessError extends SpawnlinkError {
  /** @param {string} message */
  constructor(message) {
    super('NOPROC', message);
  }
}

/** The VM reached a limit that createVM was given: of memory, or of the number of processes. */
export class LimitError extends SpawnlinkError {
  /** @param {string} message */
  constructor(message) {
    super('LIMIT', message);
  }
}

/** A call or receive took longer than its timeout. */
export class TimeoutError extends SpawnlinkError {
  /** @param {string} message */
  constructor(message) {
    super('TIMEOUT', message);
  }
}

/**
 * Something that OTP's compiler, or a part of it, says about Erlang source. `line` and `column` count from 1; `message`
 * is in OTP's words.
 * @typedef {{severity: 'error' | 'warning', file: string, line: number, column: number, message: string}} Diagnostic
 */

/** Erlang source cannot be compiled or evaluated. */
export class CompileError extends SpawnlinkError {
  /** @param {string} message @param {Diagnostic[]} diagnostics */
  constructor(message, diagnostics) {
    super('COMPILE', message);
    /** What is wrong, and the warnings. */
    this.diagnostics = diagnostics;
  }
}

/** A method of the VM was called while a tick of the same VM runs: from the function that gives it modules. */
export class BusyError extends SpawnlinkError {
  constructor() {
    super('BUSY', 'the VM is in the middle of a tick');
  }
}

/** The VM itself failed, by a bug of spawnlink or for lack of memory in the wasm engine. It is closed afterwards. */
export class CrashError extends SpawnlinkError {
  /**
   * @param {string} message
   * @param {unknown} cause
   */
  constructor(message, cause) {
    super('CRASH', message, { cause });
  }
}

/** The program reached for what its VM was not given; the message names what, and the option that gives it. */
export class GrantError extends SpawnlinkError {
  /** @param {string} message */
  constructor(message) {
    super('GRANT', message);
  }
}

/** The worker of a VM cannot be started, or has ended with the VM in it. */
export class WorkerError extends SpawnlinkError {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super('WORKER', message, options);
  }
}

/** A file that the VM needs, such as vm.wasm or a pack of OTP's modules, could not be read or fetched. */
export class AssetError extends SpawnlinkError {
  /**
   * @param {URL | string} url where the file was looked for
   * @param {string} why why it could not be had
   * @param {string} wanted what needs the file, such as 'createVM' or 'module re'
   * @param {{status?: number, cause?: unknown}} [details] `status`: HTTP status of the answer, if there was one
   */
  constructor(url, why, wanted, details = {}) {
    super('ASSET', `cannot get ${url} for ${wanted}: ${why}`, details);
    /** Where the file was looked for. */
    this.url = String(url);
    /** The HTTP status of the answer; undefined where no HTTP answer came. */
    this.status = details.status;
    /** What needs the file, such as 'createVM' or 'module re'. */
    this.wanted = wanted;
  }
}

/** The host or a policy of the page does not allow what was asked; the message says what to do instead. */
export class UnsupportedError extends SpawnlinkError {
  /**
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(message, options) {
    super('UNSUPPORTED', message, options);
  }
}
