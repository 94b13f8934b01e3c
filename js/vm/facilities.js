// SPDX-License-Identifier: Apache-2.0
//
// class Facilities: what a virtual machine offers that is made of its calls and its JavaScript processes: modules as
// objects, functions given to the program, evaluation, compilation, gen_servers, supervision. Class VM adds the
// machine.

import { AnyVM } from './open.js';
import { Proc } from './proc.js';
import { moduleProxy } from './module-proxy.js';

/** @import { CompileOptions } from './compile.js' */
/** @import { SuperviseOptions } from './supervise.js' */
/** @import { AnyModule, ErlangModule } from './module-proxy.js' */
/** @import { JsProcess } from './process.js' */
/** @import { VMOptions } from './create.js' */
/** @import { Atom, Pid, Term, Tuple } from '../term/term.js' */
/** @import { Bindings, CallOptions, VM, VMEvents } from './vm.js' */

/** @extends {AnyVM<VMEvents>} */
export class Facilities extends AnyVM {
  /** The options that createVM was given. @type {VMOptions} */
  #given;
  /** The functions that Erlang code may call. @type {Promise<import('./exposed.js').Exposed> | undefined} */
  #exposed;

  /** @param {VMOptions} options */
  constructor(options) {
    super();
    this.#given = options;
  }

  /**
   * This object as what it is. WorkerVM extends this class too; what its methods answer with is awaited.
   * @protected
   * @internal
   */
  get self() {
    return /** @type {VM} */ (/** @type {unknown} */ (this));
  }

  /**
   * An Erlang module as an object: `vm.module(name).f(...args)` is `vm.call(name, 'f', args, options)`. What JavaScript
   * itself looks for in objects (`then`, `toString`, `toJSON`, symbols) are no functions of the module, so that the
   * object can be awaited and logged; `vm.call` reaches functions of these names.
   *
   * For TypeScript `vm.module<{ sum(list: number[]): number }>('lists').sum([1])` is a promise of a number.
   *
   * @example
   * const vm = await createVM();
   * const lists = vm.module('lists', { timeout: 1000 });
   * await lists.sum([1, 2, 3]); // 6
   * await lists.nth(5, [1]).catch((error) => error.class); // 'error'
   *
   * @template {object} [M=AnyModule]
   * @param {string | Atom} name
   * @param {CallOptions} [options] options of each call
   * @returns {ErlangModule<M>}
   */
  module(name, options = {}) {
    return moduleProxy(this.self, name, options);
  }

  /**
   * Gives functions of JavaScript to the program, as createVM's option `expose` does. Erlang code calls them with
   * `js:call(Name, Args)`, which also waits for a promise. A function replaces an earlier one of the same name.
   *
   * @example
   * const vm = await createVM();
   * const notes = new Map();
   * await vm.expose({ max: Math.max, notes: { put: (key, value) => void notes.set(text(key), value) } });
   * await vm.call('js', 'call', [Atom.for('max'), [3, 1, 2]]); // 3
   * await vm.call('js', 'call', [Atom.for('notes.put'), ['a', 1]]);
   * notes.get('a'); // 1
   *
   * @param {import('./exposed.js').Exposable} functions
   */
  async expose(functions) {
    this.self.check();
    this.#exposed ??= import('./exposed.js').then(({ openExposed }) => openExposed(this.self, this.#given));
    (await this.#exposed).add(functions);
  }

  /**
   * Evaluates Erlang, as typed at OTP's shell, in a process of its own: expressions, and definitions of records and
   * functions, each with a dot at its end (the last dot may be left out). Resolves with the value of the last form.
   * Rejects with a CompileError if a form is not correct (a syntax error, a variable without a value); the forms before
   * it have run then. Rejects as `call` does when the evaluation fails.
   *
   * The first use loads OTP's evaluator, which in a page is in the pack `otp-compiler.pack`.
   *
   * @example
   * const vm = await createVM();
   * await vm.eval('lists:sum(X).', { X: [1, 2] }); // 3
   * const { diagnostics } = await vm.eval('1 + .').catch((error) => error);
   * diagnostics[0].message; // "syntax error before: '.'"
   * `${diagnostics[0].line}:${diagnostics[0].column}`; // '1:5'
   *
   * @param {string} source
   * @param {Bindings} [bindings] values of variables
   * @param {CallOptions} [options]
   * @template [T=any]
   * @returns {Promise<T>}
   */
  async eval(source, bindings = {}, options = {}) {
    return (await import('./eval.js')).evaluate(this.self, [], source, bindings, options);
  }

  /**
   * Compiles Erlang modules from their text by OTP's own compiler, inside the VM, and loads them once all are compiled.
   * Resolves with their names. Rejects with a CompileError if one cannot be compiled, and then loads none; its
   * `diagnostics` are what the compiler says, errors and warnings. Warnings of modules that can be compiled are told
   * to the option `onWarning`.
   *
   * The first use loads the compiler, in a page the pack `otp-compiler.pack`. OTP's own headers (eunit.hrl) are in no
   * pack: give those that a module includes as `files`.
   *
   * @example
   * const vm = await createVM();
   * const source = '-module(shop).\n-export([price/1]).\n-include("shop.hrl").\nprice(N) -> N * ?PRICE.\n';
   * await vm.compile(source, { files: { 'shop.hrl': '-define(PRICE, 3).' } }); // [ 'shop' ]
   * await vm.module('shop').price(2); // 6
   * const error = await vm.compile('-module(m).\nf() -> X.\n').catch((error) => error);
   * error.diagnostics[0].message; // "variable 'X' is unbound"
   *
   * @param {string | CompileOptions} source the text of a module; or only options, where all is in `files`
   * @param {CompileOptions} [options]
   * @returns {Promise<string[]>}
   */
  async compile(source, options = {}) {
    return (await import('./compile.js')).compile(this.self, this.#given, source, options);
  }

  /**
   * A gen_server, by its pid or its name, to call, cast to and send to: see Proc.
   *
   * @example
   * const vm = await createVM();
   * const server = vm.process({ name: 'doubler' });
   * server.on('message', ([, from, request]) => server.reply(from, 2 * request));
   * await vm.proc('doubler').call(21, { timeout: 1000 }); // 42
   *
   * @param {string | Atom | Pid | JsProcess | Tuple} whom a name of this VM, `{global, Name}`, `{via, Module, Name}` or
   *   `{Name, Node}`
   */
  proc(whom) {
    return new Proc(this.self, whom);
  }

  /**
   * Starts OTP's supervisor with JavaScript functions as its workers. Each start of a worker is a JavaScript process
   * that is linked to the supervisor, and its function is called with it. When the function returns, the process exits
   * with reason normal; when it throws or rejects, with the error as the reason, as a process whose handler throws.
   * When the supervisor tells it to end, `process.signal` aborts, loops over the messages of the process end, and
   * `receive` rejects; the function has `shutdown` milliseconds to return.
   *
   * Resolves once all have been started. Rejects with an ErlangError if one cannot be.
   *
   * @example
   * const vm = await createVM();
   * const counter = async (process) => {
   *   let n = 0;
   *   for await (const [, from, request] of process) {
   *     if (typeof request !== 'number') throw new TypeError('that is no number');
   *     process.reply(from, (n += request));
   *   }
   * };
   * const supervisor = await vm.supervise({
   *   strategy: 'one_for_one',
   *   intensity: 3,
   *   period: 5,
   *   children: [{ id: 'counter', name: 'counter', start: counter, restart: 'permanent', shutdown: 5000 }],
   * });
   * await vm.proc('counter').call(2);
   * await vm.proc('counter').call(3); // 5
   * vm.on('error', ({ message }) => console.log(message));
   * const error = await vm.proc('counter').call('two').catch((error) => error);
   * text(error.reason.at(0).at(1).getAtom('message')); // 'that is no number'
   * await vm.idle();
   * await vm.proc('counter').call(1); // 1
   * await supervisor.stop();
   * await supervisor.exited; // shutdown
   *
   * @param {SuperviseOptions} options
   */
  async supervise(options) {
    return (await import('./supervise.js')).supervise(this.self, options);
  }
}
