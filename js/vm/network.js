// SPDX-License-Identifier: Apache-2.0
//
// What createVM's option `network` grants: which origins the program may reach, and by what (fetch, WebSocket). All
// modules that reach the network for Erlang code ask here first. Loaded when the option is given.

import { ArgumentError, GrantError, UnsupportedError } from '../base/errors.js';
import { only, shown } from '../term/only.js';

/**
 * What a program may reach: `true`, every HTTP and WebSocket server; an array, those of these origins, such as
 * 'https://api.example.com' or 'http://localhost:8080' (which grants ws://localhost:8080 too). An object has that as
 * `allow`, and functions and classes to be used instead of those of the host.
 * @typedef {true | string[] | {allow: true | string[], fetch?: (url: any, options?: any) => any, WebSocket?: any}}
 *   NetworkGrant
 */

/** The schemes of URLs that are reached, and the scheme of the origin that grants them. */
const SCHEMES = new Map([
  ['http:', 'http:'],
  ['https:', 'https:'],
  ['ws:', 'http:'],
  ['wss:', 'https:'],
]);

/** The origin that grants a URL; undefined for one that no grant covers, such as file:. @param {URL} url */
function originOf(url) {
  const scheme = SCHEMES.get(url.protocol);
  if (!scheme || !url.host) return undefined;
  // A WebSocket's default ports are those of HTTP, and a URL does not show them.
  return `${scheme}//${url.host}`;
}

/** @param {any} text @returns {URL | undefined} */
function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The origin that an element of the option names. @param {any} given */
function granted(given) {
  const url = typeof given === 'string' ? parsed(given) : undefined;
  const origin = url && originOf(url);
  const whole = url && `${url.pathname}${url.search}${url.hash}${url.username}${url.password}` === '/';
  if (!origin || !whole)
    throw new ArgumentError(
      `network: an origin is 'https://host' or 'http://host:port', without a path, not ${shown(given)}`,
    );
  return origin;
}

export class Network {
  /** @type {true | Set<string>} */
  #allow;
  /** @type {{[name: string]: any}} */
  #given = {};

  /** Throws an ArgumentError for an option that is wrong. @param {NetworkGrant} option */
  constructor(option) {
    let allow = /** @type {any} */ (option);
    if (option !== true && !Array.isArray(option))
      ({ allow, ...this.#given } = only(option, "createVM's network", 'allow fetch WebSocket'));
    if (allow !== true && !Array.isArray(allow))
      throw new ArgumentError(`network's allow is true or an array of origins, not ${shown(allow)}`);
    this.#allow = allow === true || new Set(allow.map(granted));
    for (const [name, value] of Object.entries(this.#given))
      if (value !== undefined && typeof value !== 'function')
        throw new ArgumentError(`network's ${name} is a function, not ${shown(value)}`);
  }

  /** Whether all servers may be reached. */
  get all() {
    return this.#allow === true;
  }

  /** Whether the program may reach a URL. @param {string | URL} url an absolute one */
  allows(url) {
    const found = parsed(url);
    const origin = found && originOf(found);
    return origin !== undefined && (this.#allow === true || this.#allow.has(origin));
  }

  /**
   * The URL, when the program may reach it. Throws a GrantError otherwise, and a TypeError for what is no URL.
   * @param {string | URL} url
   */
  check(url) {
    if (this.allows(url)) return new URL(url);
    const { href } = new URL(url);
    const what = this.#allow === true ? 'only http, https, ws and wss' : [...this.#allow].join(', ') || 'nothing';
    throw new GrantError(`${href} is not granted to this VM: its option network gives ${what}`);
  }

  /**
   * What the program reaches the network by: the one given, or the host's. Throws an UnsupportedError where there is
   * none.
   * @param {'fetch' | 'WebSocket'} name
   */
  implementation(name) {
    const own = this.#given[name];
    const found = own ?? /** @type {any} */ (globalThis)[name];
    if (typeof found !== 'function')
      throw new UnsupportedError(
        `this host has no ${name}: give one to createVM, as network: { allow: [...], ${name} }`,
      );
    // A page's fetch wants to be called on its global object; classes are given as they are.
    return own === undefined && name === 'fetch' ? found.bind(globalThis) : found;
  }
}
