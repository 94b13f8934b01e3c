// SPDX-License-Identifier: Apache-2.0
// npm run conformance: OTP's own test suites, each case on `erl` and on ours under one small runner (conform.erl).
//   npm run conformance -- [--otp 25|27|29] [--native] [--bare] [--report] [--erl-again | --erl]
//     [--missing] [--limit SECONDS] [--suite-limit SECONDS] [--jobs N] [SUITE | APPLICATION | APPLICATION/SUITE ...]
// Ours is the product (js/cli.js, wasm), booted, because the suites expect a node. --bare leaves kernel and its
// processes out, and so does --native, the optimised native build, which is always bare. --otp: uses the suites, the
// erl, the compiler and the libraries of that release; by default 25, the installed one. Results are kept in
// build/conformance/results, or build/conformance-27/results. Results of erl are used again unless --erl-again is
// given; --erl only runs those that are missing. --missing runs the suites without a result of ours, so that a run can
// be done in portions, as long as the build stays the same. --limit is the longest time for a case on ours,
// --suite-limit the longest for a suite on either: a suite that takes longer is abandoned and keeps no result.
// docs/conformance.md is written when every suite has been run on the product; --report writes it at once from the
// results of that engine, and names the suites without results.
// Not part of npm test, because it fetches OTP's source (scripts/fetch-otp-source) and takes a while.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hasSuite, prepareFolders, prepareRunner, prepareSuite } from './prepare.js';
import { RELEASES, openRelease, root, sourceFolder, workOf } from './release.js';
import { report, summary } from './report.js';
import { ALL, FLAGS } from './suites.js';

// The longest time that a case may take, in ms: on erl, and on ours, which may be slower than a JIT.
const LIMIT = { erl: 90_000, wasm: 180_000, native: 120_000 };

// The longest time that a suite may take on one engine, in ms.
let suiteLimit = Infinity;

const args = process.argv.slice(2);
const names = [];
let number = '25',
  engine = 'wasm',
  booted = true,
  erlAgain = false,
  erlOnly = false,
  reportOnly = false,
  missing = false,
  jobs = Math.min(2, availableParallelism());
for (let i = 0; i < args.length; i++) {
  if (args[i] === '--otp') number = args[++i];
  else if (args[i] === '--native') engine = 'native';
  else if (args[i] === '--bare') booted = false;
  else if (args[i] === '--booted')
    booted = true; // the default
  else if (args[i] === '--erl-again') erlAgain = true;
  else if (args[i] === '--erl') erlOnly = true;
  else if (args[i] === '--missing') missing = true;
  else if (args[i] === '--report') reportOnly = true;
  else if (args[i] === '--limit') LIMIT.wasm = LIMIT.native = 1000 * Number(args[++i]);
  else if (args[i] === '--suite-limit') suiteLimit = 1000 * Number(args[++i]);
  else if (args[i] === '--jobs') jobs = Number(args[++i]);
  else names.push(args[i]);
}

if (!(number in RELEASES)) throw new Error(`--otp is one of ${Object.keys(RELEASES).join(', ')}`);
const release = openRelease(number);
const { erl, otpRoot, work, runnerBeams } = release;

function command(which, { ebin, name }) {
  const flags = FLAGS[name] ?? [];
  if (which === 'erl') return [erl, ['-noshell', '-noinput', ...flags, '-pa', runnerBeams, ebin, '-run']];
  if (which === 'native') return [join(root, 'build/release/spawnlink_native'), ['-pa', runnerBeams, '-pa', ebin]];
  return [
    process.execPath,
    [
      join(root, 'js/cli.js'),
      'run',
      ...(booted ? ['--boot'] : []),
      '--otp',
      otpRoot,
      '-noshell',
      ...flags,
      '-pa',
      runnerBeams,
      ebin,
      '-run',
    ],
  ];
}

/**
 * Runs the cases from number `from` on in one VM, which is killed at `deadline` (ms since the epoch). Calls onLine for
 * each line that the runner prints; resolves with the reason why the VM ended.
 */
function oneVm(which, suite, folders, from, deadline, onLine) {
  const [cmd, argv] = command(which, suite);
  const child = spawn(
    cmd,
    [...argv, 'conform', 'main', `${suite.name}_SUITE`, folders.data, folders.priv, String(from), String(LIMIT[which])],
    {
      cwd: folders.folder,
      env: {
        ...process.env,
        TZ: 'Europe/Stockholm',
        ERL_CRASH_DUMP_SECONDS: '0',
        SPAWNLINK_ERL: join(root, 'build/erl'),
        OTP_ROOT: otpRoot,
        ERL_LIBS: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return new Promise((done) => {
    let text = '',
      errors = '',
      hung = false;
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          hung = true;
          child.kill('SIGKILL');
        },
        Math.max(0, Math.min(LIMIT[which] + 20_000, deadline - Date.now())),
      );
    };
    watch();
    child.stdout.setEncoding('latin1').on('data', (data) => {
      const lines = (text + data).split('\n');
      text = lines.pop().slice(-100_000);
      for (const line of lines)
        if (line.startsWith('@@')) {
          watch();
          onLine(line);
        }
    });
    child.stderr.setEncoding('latin1').on('data', (data) => {
      errors = (errors + data).slice(-3000);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (text.startsWith('@@')) onLine(text);
      const last = errors.trim().split('\n').filter(Boolean).slice(-3).join(' | ');
      done(hung ? 'the VM hung' : `the VM ended (${signal ?? code}) ${last}`.trim());
    });
  });
}

/** Runs a suite on one engine: {cases: {path: [result, reason]}}; null when the suite takes too long. */
async function runSuite(which, suite) {
  const folders = prepareFolders(release, which, suite.key, suite.data);
  const deadline = Date.now() + suiteLimit;
  let plan = null;
  const results = new Map();
  let from = 0,
    ended = false;
  for (let tries = 0; !ended; tries++) {
    let current = null;
    const why = await oneVm(which, suite, folders, Math.max(0, from), deadline, (line) => {
      const [, word, n, reason] = /^@@(\w+) ?(\d+)? ?(.*)$/.exec(line) ?? [];
      if (word === 'plan') plan ??= JSON.parse(line.slice(7));
      else if (word === 'start') current = Number(n);
      else if (word === 'end') ended = true;
      else if (['pass', 'fail', 'skip'].includes(word)) {
        if (!results.has(Number(n))) results.set(Number(n), [word, reason]);
        if (current === Number(n)) current = null;
      }
    });
    if (!ended && Date.now() >= deadline) return null;
    if (ended || plan === null) {
      if (plan === null) return { failed: why, cases: {} };
      break;
    }
    if (current === null) {
      // The VM ended between two cases, at the end of one, or in a function of a group: the next case without a result
      // is blamed.
      current = Math.max(from, results.size ? Math.max(...results.keys()) + 1 : 0);
      if (current >= plan.length) break;
      if (tries === 0 || results.has(current - 1)) {
        if (current !== from) {
          from = current;
          continue;
        }
      }
    }
    results.set(current, ['fail', why.slice(0, 600)]);
    from = current + 1;
    if (from >= plan.length) break;
  }
  const cases = {};
  plan.forEach((path, i) => {
    cases[path] = results.get(i) ?? ['fail', 'not run'];
  });
  return { cases };
}

const resultFile = (folder, which, key) => join(folder, 'results', which, `${key.replace('/', '-')}.json`);

function loadFrom(folder, which, key) {
  const file = resultFile(folder, which, key);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

async function measure(which, suite) {
  const result = suite.failed
    ? { failed: `does not compile: ${suite.failed}`, cases: {} }
    : await runSuite(which, suite);
  if (!result) {
    console.log(`${suite.key}: given up on ${which}, it takes longer than ${suiteLimit / 1000} s`);
    return null;
  }
  mkdirSync(join(work, 'results', which), { recursive: true });
  result.excluded = Object.fromEntries(suite.excluded ?? []);
  writeFileSync(resultFile(work, which, suite.key), JSON.stringify(result, null, 1) + '\n');
  return result;
}

prepareRunner(release);
const asked = ({ key, name, group }) =>
  names.length === 0 || [key, group, `${group}/${name}`].some((word) => names.includes(word));
const queue = ALL.filter((suite) => !reportOnly && asked(suite));
const worker = async () => {
  for (let suite; (suite = queue.shift()); ) {
    if (missing && existsSync(resultFile(work, engine, suite.key))) continue;
    suite = { ...suite, ...prepareSuite(release, suite.group, suite.name) };
    if (suite.absent) continue;
    const erl = (!erlAgain && loadFrom(work, 'erl', suite.key)) || (await measure('erl', suite));
    if (erlOnly || !erl) continue;
    const ours = await measure(engine, suite);
    if (ours) console.log(summary(suite.key, erl, ours, suite.excluded));
  }
};
await Promise.all(Array.from({ length: jobs }, worker));

/** The results that exist for a release, by suite; null for one without results. @param {string} of */
function table(of) {
  const folder = workOf(of);
  const there = ALL.filter(({ group, name }) => hasSuite(sourceFolder(of), group, name));
  return there.map(({ key }) => ({
    name: key,
    erl: loadFrom(folder, 'erl', key),
    ours: loadFrom(folder, engine, key),
  }));
}

if (reportOnly || table(number).every((r) => r.erl && r.ours)) {
  const text = report(
    Object.keys(RELEASES).map((of) => ({ number: of, results: table(of) })),
    engine,
  );
  if (reportOnly || engine === 'wasm') writeFileSync(join(root, 'docs/conformance.md'), text);
  console.log(text.split('\n').slice(0, 16).join('\n'));
}
