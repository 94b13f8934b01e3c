// SPDX-License-Identifier: Apache-2.0
//
// Every error that js/ throws or rejects with, each a class of its own with a `code` that does not change. What went
// wrong inside an Erlang program is an ErlangError (term/erlang-error.js); what was wrong with a request to the VM is
// one of the others.

/** The base of all errors of this package. */
export class SpawnlinkError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    // Not by the class: bundlers of users may rename it.
    this.name = code === 'NOPROC' ? 'NoProcessError' : `${code[0]}${code.slice(1).toLowerCase()}Error`;
    /** Stable, for programs: 'ERLANG', 'CLOSED', ... */
    this.code = code;
  }
}

/** A beam that cannot be loaded: malformed, or too new. Nothing of it was kept. */
export class LoadError extends SpawnlinkError {
  /**
   * @param {string} module
   * @param {string} chunk
   * @param {number} offset
   * @param {string} what
   */
  constructor(module, chunk, offset, what) {
    super('LOAD', `cannot load ${module || 'module'}: ${what}${chunk ? ` (chunk ${chunk}, offset ${offset})` : ''}`);
    this.module = module;
    this.chunk = chunk;
    this.offset = offset;
  }
}

/** A JavaScript value that has no Erlang term, or bytes that are no term. */
export class TermError extends SpawnlinkError {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super('TERM', message, options);
  }
}

/** An argument of the wrong type. */
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

/** The program called halt. */
export class HaltedError extends SpawnlinkError {
  /** @param {number} status */
  constructor(status) {
    super('HALTED', `the program halted with status ${status}`);
    this.status = status;
  }
}

/** A pid, reference, port or fun of another VM. */
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

/** A limit of createVM was reached: memory or number of processes. */
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

/** The VM was called from inside itself: from a module source, while a tick runs. */
export class BusyError extends SpawnlinkError {
  constructor() {
    super('BUSY', 'the VM is in the middle of a tick');
  }
}

/** The VM itself failed (a bug of ours, or a wasm engine out of memory). It is closed afterwards. */
export class CrashError extends SpawnlinkError {
  /**
   * @param {string} message
   * @param {unknown} cause
   */
  constructor(message, cause) {
    super('CRASH', message, { cause });
  }
}

/** A file that the VM needs, such as vm.wasm or a pack of OTP's modules, cannot be had. */
export class AssetError extends SpawnlinkError {
  /**
   * @param {URL | string} url
   * @param {string} why
   * @param {string} wanted what asked for it, such as 'createVM' or 'module re'
   * @param {{status?: number, cause?: unknown}} [details]
   */
  constructor(url, why, wanted, details = {}) {
    super('ASSET', `cannot get ${url} for ${wanted}: ${why}`, details);
    /** Where it was looked for. */
    this.url = String(url);
    /** Of the answer, if there was one that is of HTTP. */
    this.status = details.status;
    /** What asked for it. */
    this.wanted = wanted;
  }
}

/** Something that this host, or a policy of the page, does not allow; the message says what to do instead. */
export class UnsupportedError extends SpawnlinkError {
  /**
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(message, options) {
    super('UNSUPPORTED', message, options);
  }
}
