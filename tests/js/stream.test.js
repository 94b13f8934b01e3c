// SPDX-License-Identifier: Apache-2.0
//
// js:stream: ReadableStreams and async iterators as messages of a process, with demand.

import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { Atom, format, tuple } from '../../js/index.js';
import { compile, vm as start } from './helper.js';

/** A process that reads a stream as it is told to, and tells what it receives. */
const beam = compile(`
-module(reader).
-export([start/3, loop/2, all/2]).

start(Source, Opts, To) ->
    Ref = js:stream(Source, Opts),
    To ! {opened, self()},
    loop(Ref, To).

loop(Ref, To) ->
    receive
        {js_stream, Ref, What} -> To ! {got, What};
        next -> js:next(Ref);
        {next, N} -> js:next(Ref, N);
        recv -> To ! {received, catch js:recv(Ref)};
        cancel -> To ! {cancelled, js:cancel(Ref)};
        stop -> exit(enough)
    end,
    loop(Ref, To).

all(Source, Opts) ->
    Ref = js:stream(Source, Opts),
    all(Ref, maps:get(active, Opts, once), []).
all(Ref, Active, Got) ->
    receive
        {js_stream, Ref, {data, Chunk}} ->
            [js:next(Ref) || Active =:= once],
            all(Ref, Active, [Chunk | Got]);
        {js_stream, Ref, End} -> {lists:reverse(Got), End}
    end.
`);

async function reader(source, options = {}) {
  const vm = await start({ expose: {} });
  vm.load(beam);
  const me = vm.process();
  const opts = new Map(Object.entries(options).map(([key, value]) => [Atom.for(key), value]));
  const pid = vm.spawn('reader', 'start', [source, opts, me.pid]);
  await me.receive();
  const tell = (message) => vm.send(pid, message);
  const got = async () => format((await me.receive(undefined, { timeout: 5000 })).at(1));
  return { vm, me, pid, tell, got };
}

/** A source that counts how often it was asked, and knows whether it was cancelled. */
function counted(limit = Infinity) {
  const seen = { pulled: 0, cancelled: undefined };
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (seen.pulled === limit) return controller.close();
        controller.enqueue(new TextEncoder().encode(`chunk ${seen.pulled++}`));
      },
      cancel: (reason) => void (seen.cancelled = reason ?? true),
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const once = { active: Atom.for('once') };

test('the next chunk is asked from the source when the process asks for it', async () => {
  const { stream, seen } = counted(3);
  const { vm, tell, got } = await reader(stream);
  expect(await got()).toBe('{data,<<"chunk 0">>}');
  await sleep(30);
  expect(seen.pulled).toBe(1);
  await vm.idle(); // nothing is under way
  tell(Atom.for('next'));
  expect(await got()).toBe('{data,<<"chunk 1">>}');
  expect(seen.pulled).toBe(2);
  tell(Atom.for('next'));
  tell(Atom.for('next'));
  expect([await got(), await got()]).toEqual(['{data,<<"chunk 2">>}', 'eof']);
  tell(Atom.for('next')); // nothing, for it has ended
  await vm.idle();
});

test('a number of chunks, and more of them', async () => {
  const { stream, seen } = counted();
  const { vm, tell, got, me } = await reader(stream, { active: 2 });
  await got();
  await got();
  await vm.idle();
  expect(seen.pulled).toBe(2);
  tell(tuple(Atom.for('next'), 3));
  for (let i = 2; i < 5; i++) expect(await got()).toBe(`{data,<<"chunk ${i}">>}`);
  await vm.idle();
  expect(seen.pulled).toBe(5);
  expect(me.alive).toBe(true);
});

test('iterators of every kind, and all chunks at once', async () => {
  const vm = await start({ expose: {} });
  vm.load(beam);
  async function* numbers() {
    yield 1;
    yield 'two';
    yield { three: 3 };
  }
  const all = async (source, options = once) =>
    format(await vm.call('reader', 'all', [source, new Map([[Atom.for('active'), options.active]])]));
  const expected = '{[1,<<"two">>,#{three => 3}],eof}';
  expect(await all(numbers())).toBe(expected);
  expect(await all(numbers(), { active: true })).toBe(expected);
  expect(await all(Object.assign(new (class Own {})(), { [Symbol.asyncIterator]: numbers }))).toBe(expected);
  expect(await all(new Set([1, 2]).values())).toBe('{[1,2],eof}');
  expect(await all(Readable.from(['a', 'b']))).toBe('{[<<"a">>,<<"b">>],eof}');
  expect(await all(new Blob(['abc']).stream())).toBe('{[<<"abc">>],eof}');
});

test('an error ends the stream and is told', async () => {
  async function* bad() {
    yield 1;
    throw new RangeError('too far');
  }
  const { tell, got, vm } = await reader(bad());
  expect(await got()).toBe('{data,1}');
  tell(Atom.for('next'));
  const error = await got();
  expect(error).toContain('{error,{js_error,');
  expect(error).toContain('too far');
  await vm.idle();
});

test('a chunk that has no term is an error, and the source is cancelled', async () => {
  let returned = false;
  async function* odd() {
    try {
      yield NaN;
    } finally {
      returned = true;
    }
  }
  const { got, vm } = await reader(odd());
  expect(await got()).toContain('NaN is not an Erlang number');
  await vm.idle();
  expect(returned).toBe(true);
});

test('the source is cancelled when the process ends, or stops it', async () => {
  for (const how of ['stop', 'cancel']) {
    const { stream, seen } = counted();
    const { tell, got, vm } = await reader(stream);
    await got();
    tell(Atom.for(how));
    await vm.idle();
    await sleep(1);
    expect(seen.cancelled).toBeTruthy();
    if (how === 'stop') expect(format(seen.cancelled.reason)).toBe('enough');
    const host = vm.inspect().processes.find(({ name }) => name === 'spawnlink_host');
    expect(host.monitors).toEqual([]);
  }
});

test('it is cancelled while a chunk is awaited, and when the VM is closed', async () => {
  for (const end of ['stop', 'close']) {
    let cancelled = false;
    const stream = new ReadableStream({ cancel: () => void (cancelled = true) }, { highWaterMark: 0 });
    const { tell, vm, pid } = await reader(stream);
    if (end === 'stop') {
      tell(Atom.for('stop'));
      while (vm.inspect().processes.some((info) => info.pid === pid)) await sleep(1);
    } else vm.close();
    await sleep(5);
    expect(cancelled).toBe(true);
  }
});

test('recv: a process that waits for each chunk', async () => {
  const { stream, seen } = counted(2);
  const { tell, got, vm } = await reader(stream, { active: false });
  await vm.idle();
  expect(seen.pulled).toBe(0);
  for (const expected of ['{ok,<<"chunk 0">>}', '{ok,<<"chunk 1">>}', 'eof', 'eof']) {
    tell(Atom.for('recv'));
    expect(await got()).toBe(expected);
  }
});

test('what is no source, or no option, is an error that says so', async () => {
  const vm = await start({ expose: {} });
  const message = (args) => vm.call('js', 'stream', args).catch((error) => error.message);
  expect(await message([new Date()])).toContain('neither a ReadableStream nor an iterator');
  expect(await message([await vm.call('erlang', 'make_ref', [])])).toContain('not a handle');
  const { stream } = counted();
  stream.getReader();
  expect(await message([stream])).toContain('locked');
  for (const option of [new Map([[Atom.for('active'), 0]]), new Map([['active', 1]]), 1])
    expect(await message([counted().stream, option])).toContain('not a map with the key active');
  const gone = await start();
  const error = await gone.call('js', 'stream', [stream]).catch((e) => e);
  expect(format(error.reason)).toBe('{js_undef,{stream,open},[]}');
});
