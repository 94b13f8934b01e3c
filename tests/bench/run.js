// SPDX-License-Identifier: Apache-2.0
// Benchmarks of ours against erl. Both run the whole set alternately; the table shows for each operation the median of
// the rounds, and the ratio (1: equal; less: ours is faster).
//   node tests/bench/run.js [--rounds N] [--other NAME=COMMAND] [case ...]
// COMMAND is run with the names of the cases appended, and must print lines "case nanoseconds".
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'build/tests/bench');
const args = process.argv.slice(2);
let rounds = 3;
const cases = [];
const systems = [
  {
    name: 'ours',
    command: [process.execPath, join(root, 'js/cli.js'), 'run', '-noshell', '-pa', out, '-s', 'bench', 'main'],
  },
  { name: 'erl', command: ['erl', '+S', '1:1', '-noshell', '-pa', out, '-s', 'bench', 'main'] },
];
for (let i = 0; i < args.length; i++) {
  if (args[i] === '--rounds') rounds = Number(args[++i]);
  else if (args[i] === '--other') {
    const [name, command] = args[++i].split(/=(.*)/s);
    systems.push({ name, command: command.split(' ') });
  } else cases.push(args[i]);
}
mkdirSync(out, { recursive: true });
execFileSync('erlc', ['-W0', '-o', out, join(root, 'tests/bench/bench.erl')], { stdio: 'inherit' });

const times = new Map();
for (let round = 0; round < rounds; round++)
  for (const system of systems) {
    process.stderr.write(`round ${round + 1} of ${rounds}: ${system.name}\n`);
    const [cmd, ...argv] = system.command;
    const r = spawnSync(cmd, [...argv, ...cases], { encoding: 'utf8', timeout: 900_000 });
    if (r.status !== 0) throw new Error(`${system.name} failed:\n${r.stdout}\n${r.stderr}`);
    for (const line of r.stdout.split('\n')) {
      const m = /^(\w+) ([\d.]+)$/.exec(line);
      if (!m) continue;
      const key = `${m[1]} ${system.name}`;
      times.set(key, [...(times.get(key) ?? []), Number(m[2])]);
    }
  }
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const names = [...new Set([...times.keys()].map((k) => k.split(' ')[0]))];
console.log(['case'.padEnd(20), ...systems.map((s) => `${s.name} ns/op`.padStart(14)), 'ratio'.padStart(8)].join(''));
let log = 0;
for (const name of names) {
  const t = systems.map((s) => median(times.get(`${name} ${s.name}`) ?? [NaN]));
  const ratio = t[0] / t[1];
  log += Math.log(Math.max(ratio, 1e-3));
  console.log([name.padEnd(20), ...t.map((x) => x.toFixed(1).padStart(14)), ratio.toFixed(2).padStart(8)].join(''));
}
console.log(`geometric mean of ${names.length} cases: ${Math.exp(log / names.length).toFixed(2)}`);
