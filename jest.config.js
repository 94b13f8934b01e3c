// SPDX-License-Identifier: Apache-2.0
//
// Jest for js/: ES modules as they are (no transform), one file of tests for each module of js/. Jest runs those only
// in a Node that was started with --experimental-vm-modules, and some tests want to collect garbage: a plain
// `npx jest tests/js/x.test.js` is therefore started once more with these flags.

import { spawnSync } from 'node:child_process';
import vm from 'node:vm';

if (!('SourceTextModule' in vm && 'gc' in globalThis)) {
  const flags = ['--experimental-vm-modules', '--no-warnings', '--expose-gc'];
  const { status } = spawnSync(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

import { writeSeam } from './scripts/seam.js';

// What js/ imports and no checkout has: so that a single file of tests runs by plain `npx jest`.
writeSeam();

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/js/**/*.test.js'],
  transform: {},
  maxWorkers: 2,
  testTimeout: 20_000,
  // The build folder holds other projects' package.json files (packed tarballs): not modules of ours.
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
};
