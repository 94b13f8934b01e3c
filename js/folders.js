// SPDX-License-Identifier: Apache-2.0
//
// Folders of beams and OTP roots as sources of modules, in Node. Loaded only when such a source is named: pages never
// load it.

/** @import { ModuleFinder } from './otp.js' */

/** The applications of an OTP root that a bare VM looks in first; the others after them. */
const FIRST = ['erts', 'kernel', 'stdlib', 'compiler'];

/**
 * @param {typeof import('node:fs')} fs
 * @param {URL} url
 * @returns {{find: ModuleFinder, release?: number, home: string} | undefined} undefined: not a folder; `home`: its path
 */
export function openFolder(fs, url) {
  if (url.protocol !== 'file:' || !fs.statSync(url, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const root = url.href.endsWith('/') ? url : new URL(`${url.href}/`);
  const lib = new URL('lib/', root);
  const folders = fs.existsSync(lib) ? ebinFolders(fs, lib) : [root];
  /** @param {string} name */
  const find = (name) => {
    for (const folder of folders) {
      const file = new URL(`${encodeURIComponent(name)}.beam`, folder);
      if (fs.existsSync(file)) return new Uint8Array(fs.readFileSync(file));
    }
    return undefined;
  };
  return { find, release: releaseOf(fs, new URL('releases/', root)), home: decodeURIComponent(root.pathname).replace(/\/$/, '') };
}

/**
 * The release of an OTP root, by its folder releases/N.
 * @param {typeof import('node:fs')} fs
 * @param {URL} folder
 */
function releaseOf(fs, folder) {
  if (!fs.existsSync(folder)) return undefined;
  return Math.max(0, ...fs.readdirSync(folder).map(Number).filter(Number.isInteger)) || undefined;
}

/**
 * @param {typeof import('node:fs')} fs
 * @param {URL} lib
 */
function ebinFolders(fs, lib) {
  const rank = (/** @type {string} */ name) => {
    const i = FIRST.indexOf(name.replace(/-[\d.]+$/, ''));
    return i < 0 ? FIRST.length : i;
  };
  const names = fs.readdirSync(lib).sort((a, b) => rank(a) - rank(b));
  return names.map((name) => new URL(`${encodeURIComponent(name)}/ebin/`, lib)).filter((folder) => fs.existsSync(folder));
}
