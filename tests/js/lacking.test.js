// SPDX-License-Identifier: Apache-2.0
//
// A pack or a wasm that a host does not have: what Erlang code, its crash reports and vm.call say about it.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { AssetError, Atom } from '../../js/index.js';
import { compile, vm } from './helper.js';

/**
 * What the host answers in place of a file.
 * @type {Record<string, {status?: number, type?: string, body?: string}>}
 */
let instead = {};
let server;
let base = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    const name = request.url.slice(1);
    const { status = 200, type = 'application/octet-stream', body } = instead[name] ?? {};
    response
      .writeHead(status, { 'content-type': type })
      .end(body ?? readFileSync(new URL(`../../dist/${name}`, import.meta.url)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  base = `http://127.0.0.1:${server.address().port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => (instead = {}));

const NOT_FOUND = { status: 404, type: 'text/plain', body: 'Not Found' };
const PAGE = { type: 'text/html', body: '<!doctype html><title>app</title>' };
const MODULE = compile(`-module(lack).
-export([caught/1, stack/1, crash/1, deeper/1, regex/0, text/1]).
caught(M) -> try deeper(M) catch Class:Reason -> {Class, Reason} end.
stack(M) -> {'EXIT', {undef, [Lacking, Caller | _]}} = (catch deeper(M)), {Lacking, Caller}.
deeper(M) -> X = M:start(1, 2), {ok, X}.
crash(M) ->
    {Pid, Ref} = proc_lib:spawn_opt(?MODULE, deeper, [M], [monitor]),
    receive {'DOWN', Ref, _, Pid, _} -> ok end.
regex() -> try re:run(<<"a">>, <<"b">>) catch error:Reason:Stack -> {Reason, element(4, hd(Stack))} end.
text(M) -> try deeper(M) catch C:R:S -> unicode:characters_to_binary(erl_error:format_exception(C, R, S)) end.
`);

/** Opens a VM whose packs come from the host; collects the errors that it reports. */
async function open(options = {}) {
  const errors = [];
  const made = await vm({ otp: `${base}/otp.pack`, modules: { lack: MODULE }, ...options });
  made.on('error', (error) => errors.push(error));
  return { made, errors, lack: (name, ...args) => made.call('lack', name, args, { pretty: true }) };
}
const utf8 = (bytes) => new TextDecoder().decode(bytes);

test.each([
  ['404', NOT_FOUND, 'the answer was 404 Not Found', 404],
  ['an HTML page', PAGE, 'the answer was 200 with an HTML page: is the file there?', 200],
])('a pack that is %s: undef, whose stack says which, whence and why', async (_, answer, why, status) => {
  instead = { 'otp-compiler.pack': answer };
  const { errors, lack, made } = await open();
  const text = `cannot get ${base}/otp-compiler.pack for module erl_pp: ${why}`;
  expect(await lack('caught', Atom.for('erl_pp'))).toEqual(['error', 'undef']);

  const [lacking, caller] = await made.call('lack', 'stack', [Atom.for('erl_pp')]);
  expect(lacking.at(0)).toBe(Atom.for('erl_pp'));
  for (const entry of [lacking, caller]) {
    const info = entry
      .at(3)
      .find((pair) => pair.at(0) === Atom.for('error_info'))
      .at(1);
    expect(utf8(info.get(Atom.for('cause')).at(1))).toBe(text);
  }
  expect(caller.at(3).map((pair) => pair.at(0).name)).toEqual(['file', 'line', 'error_info']);

  const error = await made.call('lack', 'deeper', [Atom.for('erl_pp')]).catch((failed) => failed);
  expect(error.message).toBe(`undefined function erl_pp:start/2 (${text})`);
  expect(error.cause).toBeInstanceOf(AssetError);
  expect(error.cause).toMatchObject({ status, url: `${base}/otp-compiler.pack`, wanted: 'module erl_pp' });
  expect(errors.at(-1)).toBeInstanceOf(AssetError);
});

test('the report of a crash says it', async () => {
  instead = { 'otp-full.pack': NOT_FOUND };
  let printed = '';
  const { lack, made } = await open({ stdout: (text) => (printed += text), stderr: (text) => (printed += text) });
  await lack('crash', Atom.for('dets'));
  await made.call('timer', 'sleep', [300]);
  const text = `cannot get ${base}/otp-full.pack for module dets: the answer was 404 Not Found`;
  expect(printed).toContain(`undefined function dets:start/2 (${text})`);
  expect(printed).not.toContain('***'); // it is reported only once
});

test("OTP's printer of exceptions says it, with names quoted as they must be", async () => {
  const { lack } = await open({
    fallback: (name) => {
      if (name === 'Odd') throw new Error('gone – away');
    },
  });
  const words = /^exception error: undefined function 'Odd':start\/2 \(module Odd: gone – away\)/;
  expect(await lack('text', Atom.for('Odd'))).toMatch(words);
  // When no file was missing, the message does not mention one.
  expect(await lack('text', Atom.for('nowhere'))).toMatch(/^exception error: undefined function nowhere:start\/2\n/);
});

test('what was thrown for a module is no bytes, and nothing waits for it', async () => {
  for (const thrown of ['pending', undefined, null, 0]) {
    const { lack } = await open({
      fallback: (name) => {
        if (name === 'odd') throw thrown;
      },
    });
    expect(await lack('caught', Atom.for('odd'))).toEqual(['error', 'undef']);
  }
  const { lack } = await open({ fallback: (name) => (name === 'odd' ? Promise.resolve('text') : undefined) });
  expect(await lack('caught', Atom.for('odd'))).toEqual(['error', 'undef']);
});

test('a pack that is there later is found later', async () => {
  instead = { 'otp-full.pack': NOT_FOUND };
  const { made } = await open();
  const now = () => made.call('dets', 'all', []);
  await expect(now()).rejects.toThrow(`cannot get ${base}/otp-full.pack for module dets: the answer was 404 Not Found`);
  instead = {};
  expect(await now()).toEqual([]);
});

test('a library whose wasm is lacking', async () => {
  instead = { 're.wasm': NOT_FOUND };
  const { made, lack, errors } = await open({ re: `${base}/re.wasm` });
  const text = `cannot get ${base}/re.wasm for module re: the answer was 404 Not Found`;
  const [reason, where] = await lack('regex');
  expect(reason).toEqual(['notsup', 're.wasm']);
  expect(where.find(([name]) => name === 'error_info')[1].cause).toBe(text);
  const run = made.call('re', 'run', [new Uint8Array([97]), new Uint8Array([98])]);
  await expect(run).rejects.toThrow(`{notsup,'re.wasm'} (${text})`);
  expect(errors.map(({ message }) => message)).toEqual([text]);
});
