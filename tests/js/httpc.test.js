// SPDX-License-Identifier: Apache-2.0
//
// httpc, compared with OTP's (tests/js/httpc_cases.erl) against the same server; and what is ours: grants, processes
// that end, servers that are killed.

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Atom, charlist, format } from '../../js/index.js';
import { compile, vm as start } from './helper.js';

const source = readFileSync(new URL('httpc_cases.erl', import.meta.url), 'utf8');
const beam = compile(source);

/** Requests that are under way, by their path, and those that their client has given up. */
const open = new Map();
const given = [];
let server;
let base;

/** What the paths of the server do that do not just tell the request. @param {string[]} path */
function special([what, first, second], request, response) {
  const headers = { 'content-type': 'text/plain' };
  const url = new URL(request.url, 'http://a');
  const actions = {
    chunks: () => {
      response.writeHead(200, headers);
      let n = 0;
      const next = () => {
        if (n === Number(first)) return response.end();
        response.write(`part ${n++};`);
        setTimeout(next, 20);
      };
      next();
    },
    headers: () => response.writeHead(200, { ...headers, etag: '"1"', 'X-b': '2', 'X-A': ['1', '3'], age: 7 }).end('h'),
    bytes: () => response.writeHead(200, { ...headers, 'content-length': 3 }).end(Buffer.from([0, 255, 128])),
    gzip: () => response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(gzipSync('unpacked')),
    status: () => {
      const hasBody = ![204, 304].includes(Number(first));
      response.writeHead(Number(first), hasBody ? { ...headers, 'content-length': 4 } : {});
      response.end(hasBody ? 'body' : undefined);
    },
    redirect: () => {
      const location = second === '1' ? '/there' : `/redirect/${first}/${Number(second) - 1}`;
      response.writeHead(Number(first), { location, 'content-length': 4 }).end('gone');
    },
    to: () => response.writeHead(302, { location: url.searchParams.get('place'), 'content-length': 0 }).end(),
    hang: () => {},
    half: () => response.writeHead(200, { 'content-length': 9 }).write('half'),
    close: () => request.socket.destroy(),
    die: () => {
      response.writeHead(200, first === 'length' ? { 'content-length': 99 } : {});
      response.write('part');
      setTimeout(() => request.socket.destroy(), 100);
    },
  };
  return actions[what];
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://a').pathname.split('/').slice(1);
    open.set(path[0], (open.get(path[0]) ?? 0) + 1);
    response.on('close', () => {
      open.set(path[0], open.get(path[0]) - 1);
      if (!response.writableEnded) given.push(path[0]);
    });
    const action = special(path, request, response);
    if (action && request.method !== 'PUT' && path[0] !== 'there') return action();
    const parts = [];
    for await (const part of request) parts.push(part);
    if (action) return action();
    const { 'content-type': type, authorization, ...headers } = request.headers;
    const own = Object.entries(headers).filter(([name]) => name.startsWith('x-'));
    const told = [request.method, request.url, type, authorization, own, Buffer.concat(parts).toString('latin1')];
    const body = JSON.stringify(told);
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${server.address().port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (what) => {
  while (!what()) await sleep(5);
};

/** OTP's inets for the installed OTP, or why there is none. */
const fetched = spawnSync(fileURLToPath(new URL('../../scripts/fetch-inets', import.meta.url)), ['bookworm'], {
  encoding: 'utf8',
});
const compared = fetched.status === 0 ? test : test.skip;
if (fetched.status !== 0) console.log(`not compared with OTP's httpc: ${fetched.stderr.trim().split('\n').at(-1)}`);

/** By the names of the cases, what OTP's httpc gives. */
async function oracle() {
  const folder = mkdtempSync(join(tmpdir(), 'spawnlink-'));
  try {
    writeFileSync(join(folder, 'httpc_cases.beam'), beam);
    const ebin = fetched.stdout.trim().split('\n').at(-1);
    const run = `httpc_cases:run("${base}", all), halt().`;
    const { stdout } = await promisify(execFile)('erl', ['-noshell', '-pa', ebin, folder, '-eval', run]);
    return cases(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What was printed, by the names of the cases. @param {string} printed */
function cases(printed) {
  const reports = /=INFO REPORT====.*\n.*\n\n?/g;
  return new Map(
    printed
      .replace(reports, '')
      .split(/^(?=[^\s:]+[^\n:]*: )/m)
      .filter(Boolean)
      .map((one) => {
        const [, name, value] = /^([^:]*): ([^]*)/.exec(one);
        return [name, value.replace(/\s+/g, ' ').trim()];
      }),
  );
}

/** Where ours gives something else than OTP 25, and why. */
const DIFFERENT = {
  // As OTP 27: the user is decoded, and full_result is followed by asynchronous requests too.
  'a user': /Basic dXMgZXI6cGFzcw==/,
  'async short': /^\{\[\],<<>>,\{200,<<.*>>\}\}$/,
  // OTP 25 throws, and 27 answers {error,{error,_}}.
  options: /^\{\{error,\{not_an_option,\{what,1\}\}\}, \{error,\{bad_option,max_sessions,a\}\}\}$/,
  // OTP asks for "/to/../x/y", and crashes in its handler for other schemes.
  'to a relative place': /"\[\\"GET\\",\\"\/x\/y\?z=1\\"/,
  'to another scheme': /^\{error,\{bad_scheme,"ftp"\}\}$/,
  // OTP keeps the first part back.
  'stream timeout': /^\{\[\{start,\[\{"content-length","9"\}\]\}\], *<<"half">>, *\{error,timeout\}\}$/,
};

compared(
  'every case gives what it gives on OTP',
  async () => {
    let printed = '';
    const vm = await start({ network: true, files: 'host', stdout: (more) => (printed += more) });
    vm.load(beam);
    await vm.call('httpc_cases', 'run', [charlist(base), Atom.for('all')]);
    const ours = cases(printed);
    const theirs = await oracle();
    expect(theirs.size).toBeGreaterThan(100);
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    const wrong = [...theirs].filter(([name, value]) =>
      DIFFERENT[name] ? !DIFFERENT[name].test(ours.get(name)) : value !== ours.get(name),
    );
    expect(wrong.map(([name, value]) => ({ name, theirs: value, ours: ours.get(name) }))).toEqual([]);
  },
  120_000,
);

const ask = (vm, url, http = '[]', options = '[]') =>
  vm.eval(`httpc:request(get, {Url, []}, ${http}, ${options}).`, { Url: charlist(url) });

test('without a grant there is no network, and an origin grants itself only, redirects too', async () => {
  const none = await start();
  expect(format(await ask(none, base))).toContain('{error,{not_granted,');
  const exposed = await start({ expose: {} });
  const error = format(await ask(exposed, base));
  expect(error).toContain('not_granted');
  const some = await start({ network: [base] });
  expect(format(await ask(some, base))).toContain('200');
  const other = base.replace('127.0.0.1', 'localhost');
  expect(format(await ask(some, other))).toContain('not_granted');
  const before = open.get('secret') ?? 0;
  expect(format(await ask(some, `${base}/to/?place=${encodeURIComponent(`${other}/secret`)}`))).toContain(
    'not_granted',
  );
  expect(open.get('secret') ?? 0).toBe(before);
});

test('a request is aborted when its process ends, and when it is cancelled', async () => {
  const vm = await start({ network: true });
  given.length = 0;
  const pid = vm.spawn('httpc', 'request', [charlist(`${base}/hang`)]);
  await until(() => open.get('hang') > 0);
  vm.exit(pid, Atom.for('kill'));
  await until(() => given.includes('hang'));
  const half = vm.spawn('httpc', 'request', [charlist(`${base}/half`)]);
  await until(() => open.get('half') > 0);
  vm.exit(half, Atom.for('kill'));
  await until(() => given.includes('half'));
  await vm.idle();
  const host = vm.inspect().processes.find(({ name }) => name === 'spawnlink_host');
  expect(host.monitors).toEqual([]);
});

test('a body that fetch has unpacked has the headers of an unpacked one', async () => {
  const vm = await start({ network: true });
  const answer = format(await ask(vm, `${base}/gzip`, '[]', '[{body_format, binary}]'));
  expect(answer).toContain('<<"unpacked">>');
  expect(answer).not.toContain(format(charlist('content-encoding')));
});

test('what fetch cannot do is an error by name', async () => {
  const vm = await start({ network: true });
  for (const [http, options, name] of [
    ['[{ssl, [{verify, verify_none}]}]', '[]', 'ssl'],
    ['[{proxy_auth, {"a", "b"}}]', '[]', 'proxy_auth'],
    ['[{version, "HTTP/1.0"}]', '[]', 'version'],
    ['[{relaxed, true}]', '[]', 'relaxed'],
    ['[]', '[{socket_opts, [{a, 1}]}]', 'socket_opts'],
    ['[]', '[{headers_as_is, true}]', 'headers_as_is'],
  ])
    expect(format(await ask(vm, base, http, options))).toContain(`{error,{not_supported,{${name},`);
  expect(format(await vm.eval('httpc:set_options([{cookies, enabled}]).'))).toBe(
    '{error,{not_supported,{cookies,enabled}}}',
  );
  expect(format(await ask(vm, base, '[{ssl, httpc:ssl_verify_host_options(true)}]'))).toContain('{ok,');
});
