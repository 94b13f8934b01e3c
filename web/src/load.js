// SPDX-License-Identifier: Apache-2.0
//
// Fetches what is needed to compile and run, and reports progress.

/**
 * @param {{wasm: string, first: string, headers: string, rest: string, re?: string, zlib?: string}} assets URLs; the
 *   last three are not fetched here
 * @param {(done: number, total: number) => void} progress bytes
 */
export async function load(assets, progress) {
  const done = { wasm: 0, first: 0, headers: 0 };
  const totals = { wasm: 0, first: 0, headers: 0 };
  const sum = (of) => Object.values(of).reduce((a, b) => a + b, 0);
  const get = async (key) => {
    const response = await fetch(assets[key]);
    if (!response.ok) throw new Error(`${assets[key]}: ${response.status} ${response.statusText}`);
    totals[key] = Number(response.headers.get('content-length') ?? 0);
    const chunks = [];
    for (const reader = response.body.getReader(); ; ) {
      const { value, done: end } = await reader.read();
      if (end) break;
      chunks.push(value);
      done[key] += value.length;
      progress(sum(done), Math.max(sum(totals), sum(done)));
    }
    return new Blob(chunks).arrayBuffer();
  };
  const [wasm, pack, headers] = await Promise.all([
    get('wasm').then((bytes) => WebAssembly.compile(bytes)),
    get('first'),
    get('headers'),
  ]);
  const urlOf = (file) => file && new URL(file, location.href).href;
  return {
    wasm,
    pack,
    hrl: JSON.parse(new TextDecoder().decode(headers)),
    restUrl: urlOf(assets.rest),
    re: urlOf(assets.re),
    zlib: urlOf(assets.zlib),
  };
}
