// SPDX-License-Identifier: Apache-2.0
//
// Jest for js/: ES modules as they are (no transform), one file of tests for each module of js/. Run by scripts/test.js
// with node's --experimental-vm-modules.

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/js/**/*.test.js'],
  transform: {},
  maxWorkers: 2,
  testTimeout: 20_000,
  // The build folder holds other projects' package.json files (packed tarballs): not modules of ours.
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
};
