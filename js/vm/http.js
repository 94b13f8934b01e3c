// SPDX-License-Identifier: Apache-2.0
//
// HTTP requests of Erlang code, by fetch (src/erl/inets/). A redirect is answered as such, so that whoever follows it
// asks for the grant of its target again. A request is aborted when one of its processes ends. Loaded when first used.

import { latin1 } from '../base/bytes.js';
import { ArgumentError, GrantError, UnsupportedError } from '../base/errors.js';
import { Atom, Pid, Tuple, text } from '../term/term.js';
import { Readables, sourceOf } from './readables.js';

/** @import { Ref } from '../term/term.js' */
/** @import { Exposed } from './exposed.js' */

/** What Erlang calls the codes with which Node, Bun and Deno say that there is no connection. */
const NO_CONNECTION = new Map([
  ['ECONNREFUSED', 'econnrefused'],
  ['ConnectionRefused', 'econnrefused'],
  ['ENOTFOUND', 'nxdomain'],
  ['EAI_AGAIN', 'nxdomain'],
  ['EHOSTUNREACH', 'ehostunreach'],
  ['ENETUNREACH', 'enetunreach'],
  ['EADDRNOTAVAIL', 'eaddrnotavail'],
  ['ETIMEDOUT', 'etimedout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
]);
/** The codes with which they say that the server has closed the connection. */
const CLOSED = ['ECONNRESET', 'ConnectionClosed', 'EPIPE', 'UND_ERR_SOCKET'];

/** The codings of bodies that fetch undoes. */
const CODINGS = /^(x-)?(gzip|deflate)$|^br$/i;

/** A header's value as Erlang has it: one byte for each character. @param {string} value */
const octets = (value) => Uint8Array.from(value, (char) => char.charCodeAt(0));

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** Whether the body that fetch gives is not the one that the server sent. @param {Response} response */
function isDecoded({ headers, body }) {
  const codings = headers.get('content-encoding')?.split(',') ?? [];
  return body !== null && codings.length > 0 && codings.every((coding) => CODINGS.test(coding.trim()));
}

/** {error, What}: why there is no answer. @param {any} error */
function failure(error) {
  const tell = (/** @type {any[]} */ ...what) => Tuple.from([Atom.for('error'), Tuple.from(what)]);
  const words = new TextEncoder().encode(String(error?.message ?? error));
  if (error instanceof GrantError) return tell(Atom.for('not_granted'), words);
  if (error instanceof UnsupportedError) return tell(Atom.for('not_supported'), words);
  const cause = error?.cause ?? error;
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  if (NO_CONNECTION.has(code)) return tell(Atom.for('connect'), Atom.for(/** @type {any} */ (NO_CONNECTION.get(code))));
  if (CLOSED.includes(code)) return tell(Atom.for('closed'), Atom.for(String(code)));
  const why = cause === error ? '' : `: ${cause.message ?? cause}`;
  return tell(Atom.for('failed'), new TextEncoder().encode(`${error?.message ?? error}${why}`));
}

export class Http {
  #host;
  /** The bodies that are being read. */
  #bodies;

  /** @param {Exposed} host */
  constructor(host) {
    this.#host = host;
    this.#bodies = new Readables(host);
  }

  /**
   * Does what httpc asks for.
   * @param {string} operation
   * @param {Pid} caller
   * @param {any[]} args
   */
  run(operation, caller, args) {
    switch (operation) {
      case 'request':
        return this.#request(caller, args).catch(failure);
      case 'read':
      case 'cancel':
        return this.#bodies.run(operation, caller, args);
      default:
        throw new ArgumentError(`there is no HTTP operation ${operation}`);
    }
  }

  /**
   * {Status, Phrase, Headers, IsDecoded}; the body is read by the operation `read`.
   * @param {Pid} caller
   * @param {any[]} args the reference of the request; the pid of a process without which nobody wants the answer, or
   *   undefined; method, URL, list of {Name, Value}, body or undefined; whether redirects are followed
   */
  async #request(caller, [ref, owner, method, url, headers, body, follow]) {
    const { network, vm } = this.#host;
    const target = network.check(text(url));
    const controller = new AbortController();
    const wanted = [caller, ...(owner instanceof Pid ? [owner] : [])];
    const monitors = wanted.map((pid) => this.#host.watch(pid, { stop: (why) => controller.abort(why) }));
    const unwatch = () => {
      for (const monitor of monitors) if (monitor) this.#host.watchNoMore(monitor);
    };
    try {
      const response = await this.#fetch(target, follow, {
        method: text(method),
        headers: headers.map((/** @type {any} */ [name, value]) => [latin1(name), latin1(value)]),
        body: ArrayBuffer.isView(body) ? body : undefined,
        signal: controller.signal,
      });
      if (vm.closed) throw new Error('the VM is closed');
      if (response.body) this.#open(caller, ref, response.body, controller, unwatch);
      else unwatch();
      const list = [...response.headers].map(([name, value]) => Tuple.from([octets(name), octets(value)]));
      return Tuple.from([response.status, octets(response.statusText), list, isDecoded(response)]);
    } catch (error) {
      unwatch();
      throw error;
    }
  }

  /** @param {URL} target @param {boolean} follow @param {any} init */
  async #fetch(target, follow, init) {
    const { network } = this.#host;
    const fetch = network.implementation('fetch');
    const response = await fetch(target, { ...init, redirect: 'manual' });
    if (response.type !== 'opaqueredirect') return response;
    // A page does not learn where a redirect leads. It may be followed unseen where it may lead anywhere.
    if (follow && network.all && SAFE.includes(init.method)) return fetch(target, init);
    throw new UnsupportedError(
      `a page is not told where the redirect of ${target.href} leads: only GET and HEAD are redirected there, with ` +
        'network: true and autoredirect',
    );
  }

  /**
   * @param {Pid} caller
   * @param {Ref} ref
   * @param {any} body
   * @param {AbortController} controller
   * @param {() => void} unwatch
   */
  #open(caller, ref, body, controller, unwatch) {
    const { next, cancel } = sourceOf(body);
    this.#bodies.open(caller, ref, {
      next: async () => {
        try {
          const result = await next();
          if (result.done) unwatch();
          return result;
        } catch (error) {
          unwatch();
          throw error;
        }
      },
      cancel: (reason) => {
        unwatch();
        controller.abort(reason);
        return cancel(reason);
      },
    });
  }

  /** Nobody is left who could be told. */
  end() {
    this.#bodies.end();
  }
}
