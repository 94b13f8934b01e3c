// SPDX-License-Identifier: Apache-2.0
//
// Helpers of all tests of js/: VMs that are closed after each test, with a check for leaks; Erlang modules compiled by
// the test; `erl` to compare with.

import { afterAll, afterEach, expect } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { connectWorker, createVM, openVMs } from '../../js/index.js';

/** @type {import('../../js/vm/vm.js').VM[]} */
const vms = [];

/** SPAWNLINK_DEBUG=1 uses the debug build of the VM (docs/debugging.md). */
const debug = Boolean(process.env.SPAWNLINK_DEBUG) && { debug: true };

/** Whether the VMs run in a worker: proxied.js. All run in the same one, because it takes long to start. */
const proxied = Boolean(process.env.SPAWNLINK_WORKER);
/** @type {Worker | undefined} */
let thread;
function startThread() {
  const started = new Worker(new URL('../../js/worker.js', import.meta.url));
  started.unref();
  return started;
}

/** Makes a VM that is closed at the end of the test. Its output is dropped unless the options say otherwise. */
export async function vm(options = {}) {
  const all = { stdout: false, stderr: false, ...(!options.wasm && debug), ...options };
  const made = await (proxied ? connectWorker((thread ??= startThread()), all) : createVM(all));
  return kept(made);
}

/** Has a VM closed at the end of the test. */
export function kept(made) {
  vms.push(made);
  return made;
}

afterEach(async () => {
  for (const made of vms.splice(0)) {
    await made.close();
    expect(made.leaked ?? 0).toBe(0);
  }
  expect(openVMs()).toBe(0);
});

afterAll(() => thread?.terminate());

/** Compiles an Erlang module; returns its beam. */
export function compile(source) {
  const name = /-module\((\w+)\)/.exec(source)[1];
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, `${name}.erl`), source);
    execFileSync('erlc', ['+nowarn_export_all', '-o', folder, join(folder, `${name}.erl`)], { encoding: 'utf8' });
    return new Uint8Array(readFileSync(join(folder, `${name}.beam`)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The root of the installed OTP, for tests that use its libraries. */
export const otpRoot = execFileSync('erl', ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'], {
  encoding: 'utf8',
});

/** What `erl` prints when it evaluates an expression. The expression is passed in a file, because it may be long. */
export function erl(expression) {
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    const file = join(folder, 'expression');
    writeFileSync(file, `${expression}.`);
    return execFileSync('erl', ['-noshell', '-eval', `ok = file:eval("${file}"), halt().`], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
