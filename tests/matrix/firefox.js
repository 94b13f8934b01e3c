// SPDX-License-Identifier: Apache-2.0
//
// Firefox for the matrix: installs Debian's firefox-esr when there is no Firefox. Only the matrix needs it, so
// scripts/setup does not install it.

import { spawnSync } from 'node:child_process';
import { BROWSERS, find } from './browse.js';

/** Installs Firefox if it is missing; returns why it is not available. @returns {string | undefined} */
export function installFirefox() {
  if (BROWSERS.firefox) return undefined;
  if (spawnSync('apt-get', ['--version']).error) return 'there is no firefox here, and no apt-get to install it';
  if (process.getuid?.() !== 0) return 'there is no firefox here: apt-get install firefox-esr, as root';
  console.log('apt-get install firefox-esr (a few minutes the first time)');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'firefox-esr']]) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status, stderr } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=600', ...args], {
      encoding: 'utf8',
      env,
    });
    if (status !== 0) return `apt-get ${args[0]} failed: ${stderr.trim().split('\n')[0]}`;
  }
  BROWSERS.firefox = find('firefox');
  return BROWSERS.firefox ? undefined : 'apt-get installed no firefox where it is looked for';
}
