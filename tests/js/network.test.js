// SPDX-License-Identifier: Apache-2.0
//
// createVM's option `network`: which values it takes, and which URLs it lets a program reach.

import { afterEach, expect, test } from '@jest/globals';
import { createVM } from '../../js/index.js';
import { Network } from '../../js/vm/network.js';
import { vm as start } from './helper.js';

const before = globalThis.WebSocket;
afterEach(() => {
  globalThis.WebSocket = before;
});

test('true grants every HTTP and WebSocket server, and nothing else', () => {
  const all = new Network(true);
  for (const url of ['http://a/', 'https://a:1/b?c', 'ws://a', 'wss://a.b/', new URL('http://[::1]:80/')])
    expect(all.allows(url)).toBe(true);
  for (const url of [
    'file:///etc/passwd',
    'data:text/plain,a',
    'blob:http://a/b',
    'ftp://a/',
    '/a',
    '',
    'javascript:1',
  ])
    expect(all.allows(url)).toBe(false);
  expect(all.check('http://A.b/c').href).toBe('http://a.b/c');
  expect(() => all.check('file:///etc/passwd')).toThrow(
    'file:///etc/passwd is not granted to this VM: its option network gives only http, https, ws and wss',
  );
});

test('origins grant themselves: scheme, host and port', () => {
  const some = new Network(['https://a.b', 'http://localhost:8080/', 'http://c:80']);
  for (const url of [
    'https://a.b/c?d#e',
    'https://A.B:443/',
    'https://u:p@a.b/',
    'wss://a.b/s',
    'wss://a.b:443/s',
    'ws://localhost:8080/',
    'http://c/',
    'ws://c:80/',
  ])
    expect([url, some.allows(url)]).toEqual([url, true]);
  for (const url of [
    'http://a.b/',
    'ws://a.b/',
    'https://a.b:444/',
    'https://x.a.b/',
    'https://a.b.x/',
    'https://a.b@x/',
    'http://localhost/',
    'http://localhost:80801/',
    'http://localhost.:8080/',
  ])
    expect([url, some.allows(url)]).toEqual([url, false]);
  expect(() => some.check('http://x/')).toThrow(
    'http://x/ is not granted to this VM: its option network gives https://a.b, http://localhost:8080, http://c',
  );
  expect(() => new Network([]).check('http://x/')).toThrow('gives nothing');
});

test('an option that is wrong is an ArgumentError that says what is right', async () => {
  const wrong = [
    [['a.b'], "network: an origin is 'https://host' or 'http://host:port', without a path, not 'a.b'"],
    [['https://a.b/c'], "without a path, not 'https://a.b/c'"],
    [['https://a.b/?c'], 'without a path'],
    [['https://u@a.b/'], 'without a path'],
    [['file:///'], 'without a path'],
    [['*'], "not '*'"],
    [[1], 'not 1'],
    [{}, "network's allow is true or an array of origins, not undefined"],
    [{ allow: 'https://a.b' }, "not 'https://a.b'"],
    [{ allow: true, fetch: 1 }, "network's fetch is a function, not 1"],
    [{ allow: true, XMLHttpRequest: Object }, "createVM's network has no option 'XMLHttpRequest'"],
    [false, 'network is true, an array of origins, or an object'],
    ['https://a.b', 'network is true, an array of origins, or an object'],
    [null, 'network is true, an array of origins, or an object {allow, fetch, WebSocket}, not of type Null'],
  ];
  for (const [network, message] of wrong) {
    const error = await createVM({ network: /** @type {any} */ (network) }).catch((e) => e);
    expect([network, error.code]).toEqual([network, 'ARGUMENT']);
    expect(error.message).toContain(message);
  }
});

test('the implementation is the one given, or that of the host as it is then', () => {
  class Own {}
  const own = async () => new Response('');
  const given = new Network({ allow: [], fetch: own, WebSocket: Own });
  expect(given.implementation('WebSocket')).toBe(Own);
  expect(given.implementation('fetch')).toBe(own);
  const host = new Network(true);
  expect(typeof host.implementation('fetch')).toBe('function');
  globalThis.WebSocket = undefined;
  expect(() => host.implementation('WebSocket')).toThrow(
    'this host has no WebSocket: give one to createVM, as network: { allow: [...], WebSocket }',
  );
  globalThis.WebSocket = /** @type {any} */ (Own);
  expect(host.implementation('WebSocket')).toBe(Own);
});

test('with the option there is the host process, and nothing is exposed', async () => {
  const vm = await start({ network: true });
  expect(vm.inspect().processes.some(({ name }) => name === 'spawnlink_host')).toBe(true);
  const error = await vm.call('js', 'call', ['fetch', ['http://a/']]).catch((e) => e);
  expect(error.reason.toString()).toBe('{js_undef,<<"fetch">>,[]}');
  const global = await vm.call('js', 'global', ['fetch']).catch((e) => e);
  expect(global.message).toContain('fetch is not given to this VM');
});
