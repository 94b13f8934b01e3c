// SPDX-License-Identifier: Apache-2.0
//
// Prepares a VM that boots: the command line and the files that OTP's own init expects. When it boots from a pack, the
// pack is shown as read-only files under /otp, laid out like the root of an installed OTP. All other paths are those of
// the option `files`. Loaded only when a VM boots.

import {
  FILE_ACCESS_READ,
  FILE_CLOSE,
  FILE_GET_CWD,
  FILE_HANDLE_INFO,
  FILE_INFO,
  FILE_LINK_INFO,
  FILE_LIST,
  FILE_OPEN,
  FILE_READ,
  FILE_READ_FILE,
  FILE_SEEK_END,
  FILE_SEEK_HERE,
  FILE_SEEK_START,
  FILE_SET_CWD,
  FILE_TYPE_DIRECTORY,
  FILE_TYPE_REGULAR,
  FILE_WITH_HANDLE,
  HOST_EINVAL,
  HOST_EISDIR,
  HOST_ENOENT,
  HOST_ENOTDIR,
  HOST_ENOTSUP,
  HOST_EROFS,
  OPEN_DIRECTORY,
  OPEN_WRITE,
} from '../base/seam.js';
import { ArgumentError } from '../base/errors.js';
import { TextDecoder, TextEncoder } from '../base/host.js';

/** @import { HostFiles } from '../host/imports.js' */
/** @import { VMOptions } from '../vm/create.js' */

const ROOT = '/otp';
/** The handles of files of the pack are above this number, those of other files below. */
const FIRST_HANDLE = 2 ** 30;

/**
 * The file that tells OTP how to look up hosts. By default OTP runs a program, inet_gethost, which a pack does not
 * have; the first lookup would end the VM. So hosts are looked up in files only.
 */
const INETRC = `${ROOT}/inetrc`;
const inetrc = new TextEncoder().encode('{lookup, [file]}.\n');

/**
 * The entries of a pack and what it says about itself (pack.js).
 * @typedef {{modules: {get: (name: string) => Uint8Array | undefined, keys: () => IterableIterator<string>}, meta:
 *   {applications: {name: string, version: string, modules: string[]}[]}}} Pack
 */

/** The paths of all files under /otp, each with the name of its entry in the pack. @param {Pack} pack */
function paths({ modules, meta }) {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const name of ['start', 'start_clean', 'no_dot_erlang'])
    files.set(`${ROOT}/bin/${name}.boot`, 'start_clean.boot');
  for (const { name, version, modules: names } of meta.applications) {
    const ebin = `${ROOT}/lib/${name}${version && `-${version}`}/ebin`;
    for (const module of names) files.set(`${ebin}/${module}.beam`, module);
    if (modules.get(`${name}.app`)) files.set(`${ebin}/${name}.app`, `${name}.app`);
  }
  // Headers are entries such as 'kernel/include/file.hrl'.
  for (const entry of modules.keys()) {
    const [, name, rest] = /^(\w+)(\/include\/.*)/.exec(entry) ?? [];
    const version = meta.applications.find((application) => application.name === name)?.version;
    if (name) files.set(`${ROOT}/lib/${name}${version && `-${version}`}${rest}`, entry);
  }
  files.set(INETRC, '');
  return files;
}

/** The folders that files are in, each with the names in it. @param {Iterable<string>} files */
function foldersOf(files) {
  /** @type {Map<string, Set<string>>} */
  const folders = new Map();
  for (const file of files) {
    for (let path = file, at; (at = path.lastIndexOf('/')) > 0; path = path.slice(0, at)) {
      const folder = path.slice(0, at);
      if (!folders.has(folder)) folders.set(folder, new Set());
      folders.get(folder)?.add(path.slice(at + 1));
    }
  }
  return folders;
}

/** A path without empty parts and without ".". @param {string} path */
const plain = (path) => path.replace(/\/(\.?\/)*/g, '/').replace(/\/\.?$/, '');

/** What host_file answers about a read-only file or folder. @param {number} size @param {boolean} isFolder */
function information(size, isFolder) {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  [
    size,
    isFolder ? FILE_TYPE_DIRECTORY : FILE_TYPE_REGULAR,
    FILE_ACCESS_READ,
    0,
    0,
    0,
    isFolder ? 0o40555 : 0o100444,
    1,
  ].forEach((value, index) => view.setBigInt64(index * 8, BigInt(value), true));
  return bytes;
}

/**
 * Serves the files of a pack under /otp.
 * @param {Pack} pack
 * @param {HostFiles | undefined} others serves all other paths
 * @returns {HostFiles}
 */
function packFiles(pack, others) {
  const files = paths(pack);
  const folders = foldersOf(files.keys());
  /** @type {Map<number, {bytes: Uint8Array, position: number}>} */
  const open = new Map();
  let last = FIRST_HANDLE;
  const content = (/** @type {string} */ path) =>
    path === INETRC ? inetrc : pack.modules.get(/** @type {string} */ (files.get(path)));
  const seek = (/** @type {{position: number}} */ file, /** @type {number} */ to) =>
    to < 0 ? HOST_EINVAL : (file.position = to);

  /** @param {number} operation @param {string} path @returns {number | Uint8Array} */
  function byPath(operation, path) {
    const names = folders.get(path);
    const bytes = names ? undefined : content(path);
    if (!names && !bytes) return HOST_ENOENT;
    switch (operation) {
      case FILE_INFO:
      case FILE_LINK_INFO:
        return information(bytes?.length ?? 0, Boolean(names));
      case FILE_LIST:
        return names ? new TextEncoder().encode([...names].join('\0')) : HOST_ENOTDIR;
      case FILE_READ_FILE:
        return bytes ?? HOST_EISDIR;
      default:
        return HOST_EROFS;
    }
  }

  /** @param {string} path @param {number} flags */
  function openFile(path, flags) {
    const bytes = content(path);
    if (flags & OPEN_WRITE) return HOST_EROFS;
    if (!bytes && !(folders.has(path) && flags & OPEN_DIRECTORY)) return folders.has(path) ? HOST_EISDIR : HOST_ENOENT;
    open.set(++last, { bytes: bytes ?? new Uint8Array(), position: 0 });
    return last;
  }

  /** @param {number} operation @param {number} handle @param {number} number @returns {number | Uint8Array} */
  function byHandle(operation, handle, number) {
    const file = open.get(handle);
    if (!file) return HOST_EINVAL;
    switch (operation) {
      case FILE_CLOSE:
        open.delete(handle);
        return 0;
      case FILE_READ: {
        const piece = file.bytes.subarray(file.position, file.position + number);
        file.position += piece.length;
        return piece;
      }
      case FILE_SEEK_START:
        return seek(file, number);
      case FILE_SEEK_HERE:
        return seek(file, file.position + number);
      case FILE_SEEK_END:
        return seek(file, file.bytes.length + number);
      case FILE_HANDLE_INFO:
        return information(file.bytes.length, false);
      default:
        return HOST_EROFS;
    }
  }

  return (operation, handle, bytes, number) => {
    if ((FILE_WITH_HANDLE >> operation) & 1 && handle > FIRST_HANDLE) return byHandle(operation, handle, number);
    const path =
      operation === FILE_GET_CWD || (FILE_WITH_HANDLE >> operation) & 1 ? '' : plain(new TextDecoder().decode(bytes));
    if (path === ROOT || path.startsWith(`${ROOT}/`)) {
      if (operation === FILE_SET_CWD) return HOST_ENOTSUP;
      return operation === FILE_OPEN ? openFile(path, number) : byPath(operation, path);
    }
    if (others) return others(operation, handle, bytes, number);
    return operation === FILE_GET_CWD
      ? new TextEncoder().encode('/')
      : operation === FILE_OPEN || operation >= FILE_INFO
        ? HOST_ENOENT
        : HOST_ENOTSUP;
  };
}

/**
 * The folder in which an OTP root has the programs of its emulator: bin of the newest erts-VERSION.
 * @param {string} root
 * @param {HostFiles} files
 */
function programsOf(root, files) {
  const names = files(FILE_LIST, 0, new TextEncoder().encode(root), 0);
  const versions =
    typeof names === 'number'
      ? []
      : new TextDecoder()
          .decode(names)
          .split('\0')
          .filter((name) => /^erts-\d/.test(name));
  const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).pop();
  return newest ? `${root}/${newest}/bin` : `${root}/bin`;
}

/**
 * The command-line arguments by which a VM becomes an Erlang node. Other nodes reach it as js/distribution.js says; it
 * does not use epmd. Throws an ArgumentError for a bad name or cookie.
 * @param {NonNullable<VMOptions['node']>} node
 */
function nodeArguments({ name, cookie, hidden }) {
  const host = /^[^@]+@([^@]+)$/.exec(name ?? '')?.[1];
  if (!host) throw new ArgumentError("the name of a node is 'name@host'");
  if (cookie !== undefined && typeof cookie !== 'string') throw new ArgumentError('a cookie is a string');
  return [
    '-proto_dist',
    'spawnlink',
    '-no_epmd',
    host.includes('.') ? '-name' : '-sname',
    name,
    ...(cookie === undefined ? [] : ['-setcookie', cookie]),
    ...(hidden ? ['-hidden'] : []),
  ];
}

/**
 * The command `spawnlink` gives this as the first argument to a VM, which may then handle the operating system's
 * signals to the program (spawnlink_boot).
 */
export const SIGNALS = '-spawnlink_signals';

/**
 * The arguments of a VM that boots, which are those that erlexec gives OTP's emulator, and its files.
 * @param {VMOptions} options
 * @param {string | Pack | undefined} home the path of an OTP root, or a pack
 * @param {HostFiles | undefined} files the files that the option `files` asks for
 * @returns {{args: string[], files: HostFiles | undefined}}
 */
export function prepare({ args = [], env = {}, files: option, shell, node }, home, files) {
  const ours = args[0] === SIGNALS;
  const words = ours ? args.slice(1) : args;
  if (home === undefined)
    throw new ArgumentError(
      'no OTP to boot: `otp` is neither a pack nor a root with the modules of the emulator (erlang, init ...)',
    );
  if (typeof home === 'string' && option !== 'host')
    throw new ArgumentError("to boot from a folder takes files: 'host'");
  const root = typeof home === 'string' ? home : ROOT;
  const programs = typeof home === 'string' && files ? programsOf(root, files) : `${root}/bin`;
  const lookup = typeof home === 'string' || args.includes('inetrc') ? [] : ['-kernel', 'inetrc', `"${INETRC}"`];
  return {
    args: [
      ...(ours ? [SIGNALS] : []),
      '-root',
      root,
      '-bindir',
      programs,
      '-progname',
      'erl',
      '--',
      '-home',
      env.HOME ?? '/',
      '--',
      ...(shell || args.includes('-noshell') ? [] : ['-noshell']),
      ...lookup,
      ...(node ? nodeArguments(node) : []),
      ...words,
    ],
    files: typeof home === 'string' ? files : packFiles(home, files),
  };
}
