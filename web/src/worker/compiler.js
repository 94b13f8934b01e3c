// SPDX-License-Identifier: Apache-2.0
//
// The worker that compiles. It keeps OTP's compiler loaded in a VM of its own, so that no program can harm it.

import { createVM } from '../../../js/vm/create.js';
import { Tuple } from '../../../js/term/term.js';
import { unlzma } from './lzma.js';
import { restFinder } from './rest.js';

const text = new TextDecoder();
/** @type {Promise<import('../../../js/vm/vm.js').VM>} */
let vm;
let headers = [];

async function open({ wasm, zlib, pack, hrl, restUrl }) {
  headers = Object.entries(hrl).map(([name, body]) => Tuple.from([name, body]));
  const modules = unlzma(new Uint8Array(pack));
  vm = createVM({ wasm, zlib, otp: modules, fallback: restFinder(restUrl), stdout: false, stderr: false });
  // Loads the compiler's modules before the first click; nobody waits for this.
  setTimeout(() =>
    compile([{ name: 'warm.erl', text: '-module(warm).\n-export([start/0]).\nstart() -> [X || X <- [1]].\n' }]).catch(
      () => {},
    ),
  );
  return modules;
}

/**
 * Programs are compiled one after the other, so that includes find the files of their own program.
 * @type {Promise<any>}
 */
let last = Promise.resolve();

/** @param {{name: string, text: string}[]} files */
function compile(files) {
  const result = last.then(() => compileNow(files));
  last = result.catch(() => {});
  return result;
}

const problem = ([kind, line, column, what]) => ({ kind: kind.name, line, column, text: text.decode(what) });

async function compileNow(files) {
  const own = files.map((file) => Tuple.from([file.name, file.text]));
  const results = await (await vm).call('spawnlink_web', 'compile', [own, headers], { timeout: 60_000 });
  return results.map(([name, outcome, told, starts]) => ({
    file: text.decode(name),
    module: outcome instanceof Tuple ? outcome.at(1).name : undefined,
    beam: outcome instanceof Tuple ? outcome.at(2) : undefined,
    told:
      told.length > 0 || outcome instanceof Tuple
        ? told.map(problem)
        : [{ kind: 'error', line: 1, column: 1, text: 'the compiler failed and did not say why' }],
    starts: starts.map(String),
  }));
}

self.onmessage = async ({ data }) => {
  try {
    const value = data.type === 'open' ? await open(data) : await compile(data.files);
    postMessage({ type: 'reply', id: data.id, value });
  } catch (error) {
    postMessage({ type: 'reply', id: data.id, error: String(error?.message ?? error) });
  }
};
