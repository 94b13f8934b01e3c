// SPDX-License-Identifier: Apache-2.0
// Runs tests/failures/failures.erl repeatedly; in the n-th run the n-th allocation fails. The process that asked for
// memory dies, the processes that wait for it are notified, and no memory is left when the VM closes. Uses the native
// build with its sanitizers.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'build/tests/failures');
mkdirSync(out, { recursive: true });
execFileSync('erlc', ['-o', out, join(root, 'tests/failures/failures.erl')], { stdio: 'inherit' });
const runs = process.argv[2] ?? '1500';
const r = spawnSync(
  join(root, 'build/native/spawnlink_native'),
  ['-failures', runs, '-bare', '-virtual-clock', '-pa', out, 'failures', 'main'],
  { cwd: root, encoding: 'utf8', timeout: 600_000 },
);
const ok = r.status === 0;
process.stdout.write(r.stdout);
if (!ok) console.log(`exit code ${r.status ?? r.signal}\n${r.stderr.slice(0, 3000)}`);
console.log(ok ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exit(ok ? 0 : 1);
