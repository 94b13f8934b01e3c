// SPDX-License-Identifier: Apache-2.0
//
// The files a VM sees, as src/base/hostcalls.h (host_file) asks for them: those of the machine in Node, or a tree in
// memory. Loaded only when a VM is given files. Each function answers a number (a value, or -1 - the index of an error)
// or bytes.

/** @import { HostFiles } from './imports.js' */

const ERRORS = 'ENOENT EEXIST EISDIR ENOTDIR EACCES EINVAL EBADF ENOTEMPTY ENOTSUP ENOSPC EIO EXDEV EPERM ELOOP ENAMETOOLONG EROFS EMFILE'.split(' ');
const failure = (/** @type {string} */ code) => -1 - Math.max(0, ERRORS.includes(code) ? ERRORS.indexOf(code) : 10);

const [OPEN, CLOSE, READ, WRITE, SEEK_START, SEEK_HERE, SEEK_END, TRUNCATE, SYNC, INFO, LINK_INFO, HANDLE_INFO, LIST, MAKE_DIR, DEL_DIR, DEL_FILE, RENAME, LINK, SYMLINK, READ_LINK, CHMOD, SET_TIME, GET_CWD, SET_CWD, READ_FILE] =
  Array.from({ length: 25 }, (_, index) => index);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An error with a code, as those of node:fs. @param {string} code */
const fail = (code) => Object.assign(new Error(code), { code });

/** @param {(number | bigint)[]} values */
function information(values) {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setBigInt64(index * 8, BigInt(Math.trunc(Number(value))), true));
  return bytes;
}

/**
 * @param {Record<number, (bytes: Uint8Array, number: number, handle: number) => number | Uint8Array | void>} table
 * @returns {HostFiles}
 */
function dispatcher(table) {
  return (operation, handle, bytes, number) => {
    try {
      const run = table[operation];
      if (!run) return failure('ENOTSUP');
      return run(bytes, number, handle) ?? 0;
    } catch (error) {
      return failure(/** @type {any} */ (error)?.code ?? 'EIO');
    }
  };
}

/** Positions are ours, whoever keeps the bytes. @param {{size: number, position: number}} file @param {number} to */
function seek(file, to) {
  if (to < 0) throw fail('EINVAL');
  file.position = to;
  return to;
}

/**
 * The machine's own files.
 * @param {typeof import('node:fs')} fs
 * @param {{cwd: () => string, chdir: (to: string) => void}} process
 * @returns {HostFiles}
 */
export function nodeFiles(fs, process) {
  /** @type {Map<number, {fd: number, position: number, append: boolean, size: number}>} */
  const open = new Map();
  let next = 1;
  const file = (/** @type {number} */ handle) => {
    const found = open.get(handle);
    if (!found) throw fail('EINVAL');
    return found;
  };
  const type = (/** @type {import('node:fs').Stats} */ s) => (s.isFile() ? 1 : s.isDirectory() ? 2 : s.isSymbolicLink() ? 3 : s.isCharacterDevice() || s.isBlockDevice() ? 4 : 0);
  const may = (/** @type {string} */ path, /** @type {number} */ mode) => {
    try {
      fs.accessSync(path, mode);
      return true;
    } catch {
      return false;
    }
  };
  const stat = (/** @type {import('node:fs').Stats} */ s, /** @type {string | undefined} */ path) =>
    information([s.size, type(s), path === undefined ? 3 : (may(path, fs.constants.R_OK) ? 1 : 0) | (may(path, fs.constants.W_OK) ? 2 : 0), s.atimeMs / 1000, s.mtimeMs / 1000,
      s.ctimeMs / 1000, s.mode, s.nlink, s.dev, s.rdev, s.ino, s.uid, s.gid]);
  const path = (/** @type {Uint8Array} */ bytes) => decoder.decode(bytes);
  const two = (/** @type {Uint8Array} */ bytes) => /** @type {[string, string]} */ (decoder.decode(bytes).split('\0'));
  return dispatcher({
    [OPEN](bytes, flags) {
      const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL } = fs.constants;
      const name = path(bytes);
      if (!(flags & 16) && fs.statSync(name, { throwIfNoEntry: false })?.isDirectory()) throw fail('EISDIR');
      const mode = (flags & 3) === 3 ? O_RDWR | O_CREAT : flags & 2 ? O_WRONLY | O_CREAT | (flags & 12 ? 0 : O_TRUNC) : O_RDONLY;
      const fd = fs.openSync(name, mode | (flags & 4 ? O_APPEND : 0) | (flags & 8 ? O_EXCL : 0), 0o666);
      open.set(next, { fd, position: 0, append: (flags & 4) !== 0, size: 0 });
      return next++;
    },
    [CLOSE](_bytes, _number, handle) {
      fs.closeSync(file(handle).fd);
      open.delete(handle);
    },
    [READ](_bytes, most, handle) {
      const f = file(handle);
      const room = new Uint8Array(Math.min(most, Math.max(fs.fstatSync(f.fd).size - f.position, 65536)));
      const n = fs.readSync(f.fd, room, 0, room.length, f.position);
      f.position += n;
      return room.subarray(0, n);
    },
    [WRITE](bytes, _number, handle) {
      const f = file(handle);
      for (let at = 0; at < bytes.length; ) {
        const n = fs.writeSync(f.fd, bytes, at, bytes.length - at, f.append ? null : f.position);
        at += n;
        f.position += n;
      }
      if (f.append) f.position = fs.fstatSync(f.fd).size;
    },
    [SEEK_START]: (_bytes, to, handle) => seek(file(handle), to),
    [SEEK_HERE]: (_bytes, by, handle) => seek(file(handle), file(handle).position + by),
    [SEEK_END]: (_bytes, by, handle) => seek(file(handle), fs.fstatSync(file(handle).fd).size + by),
    [TRUNCATE]: (_bytes, _number, handle) => fs.ftruncateSync(file(handle).fd, file(handle).position),
    [SYNC]: (_bytes, _number, handle) => fs.fsyncSync(file(handle).fd),
    [INFO]: (bytes) => stat(fs.statSync(path(bytes)), path(bytes)),
    [LINK_INFO]: (bytes) => stat(fs.lstatSync(path(bytes)), path(bytes)),
    [HANDLE_INFO]: (_bytes, _number, handle) => stat(fs.fstatSync(file(handle).fd), undefined),
    [LIST]: (bytes) => encoder.encode(fs.readdirSync(path(bytes)).join('\0')),
    [MAKE_DIR]: (bytes) => void fs.mkdirSync(path(bytes)),
    [DEL_DIR]: (bytes) => fs.rmdirSync(path(bytes)),
    [DEL_FILE]: (bytes) => fs.unlinkSync(path(bytes)),
    [RENAME]: (bytes) => fs.renameSync(...two(bytes)),
    [LINK]: (bytes) => fs.linkSync(...two(bytes)),
    [SYMLINK]: (bytes) => fs.symlinkSync(...two(bytes)),
    [READ_LINK]: (bytes) => encoder.encode(fs.readlinkSync(path(bytes))),
    [CHMOD]: (bytes, mode) => fs.chmodSync(path(bytes), mode),
    [SET_TIME]: (bytes, seconds) => fs.utimesSync(path(bytes), seconds, seconds),
    [GET_CWD]: () => encoder.encode(process.cwd()),
    [SET_CWD]: (bytes) => process.chdir(path(bytes)),
    [READ_FILE](bytes) {
      if (fs.statSync(path(bytes)).isDirectory()) throw fail('EISDIR');
      return new Uint8Array(fs.readFileSync(path(bytes)));
    },
  });
}

/**
 * What the option `files` of createVM says.
 * @param {'host' | Record<string, string | Uint8Array>} option
 * @param {typeof import('node:fs')} fs Node's, if this is Node
 * @returns {HostFiles}
 */
export function openFiles(option, fs) {
  return option === 'host' ? nodeFiles(fs, process) : memoryFiles(option);
}

/**
 * @typedef {{dir: Map<string, Node_> | undefined, bytes: Uint8Array, size: number, time: number, mode: number, inode: number}} Node_
 */

/**
 * Files in memory, nowhere else.
 * @param {Record<string, string | Uint8Array>} [initial] by path
 * @returns {HostFiles}
 */
export function memoryFiles(initial = {}) {
  let inodes = 0;
  const now = () => Math.floor(Date.now() / 1000);
  const make = (/** @type {boolean} */ isDir) => /** @type {Node_} */ ({ dir: isDir ? new Map() : undefined, bytes: new Uint8Array(), size: 0, time: now(), mode: isDir ? 0o40755 : 0o100644, inode: ++inodes });
  const root = make(true);
  let cwd = '/';
  /** @type {Map<number, {node: Node_, position: number, append: boolean, size: number, flags: number}>} */
  const open = new Map();
  let next = 1;

  const parts = (/** @type {string} */ path) => {
    /** @type {string[]} */
    const out = [];
    for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
      if (part === '..') out.pop();
      else if (part !== '' && part !== '.') out.push(part);
    }
    return out;
  };
  const find = (/** @type {string[]} */ names) => {
    let node = root;
    for (const name of names) {
      if (!node.dir) throw fail('ENOTDIR');
      const child = node.dir.get(name);
      if (!child) throw fail('ENOENT');
      node = child;
    }
    return node;
  };
  const parent = (/** @type {string[]} */ names) => {
    if (names.length === 0) throw fail('EEXIST');
    const dir = find(names.slice(0, -1)).dir;
    if (!dir) throw fail('ENOTDIR');
    return { dir, name: /** @type {string} */ (names.at(-1)) };
  };
  const at = (/** @type {Uint8Array} */ bytes) => parts(decoder.decode(bytes));
  const two = (/** @type {Uint8Array} */ bytes) => decoder.decode(bytes).split('\0').map(parts);
  const file = (/** @type {number} */ handle) => {
    const found = open.get(handle);
    if (!found) throw fail('EINVAL');
    return found;
  };
  const resize = (/** @type {Node_} */ node, /** @type {number} */ size) => {
    if (size > node.bytes.length) {
      const grown = new Uint8Array(Math.max(size, node.bytes.length * 2));
      grown.set(node.bytes.subarray(0, node.size));
      node.bytes = grown;
    } else if (size < node.size) node.bytes.fill(0, size, node.size);
    node.size = size;
    node.time = now();
  };
  const stat = (/** @type {Node_} */ node) => information([node.size, node.dir ? 2 : 1, 3, node.time, node.time, node.time, node.mode, 1, 0, 0, node.inode, 0, 0]);
  const remove = (/** @type {Uint8Array} */ bytes, /** @type {boolean} */ wantsDir) => {
    const { dir, name } = parent(at(bytes));
    const node = find(at(bytes));
    if (wantsDir && !node.dir) throw fail('ENOTDIR');
    if (!wantsDir && node.dir) throw fail('EPERM');
    if (node.dir?.size) throw fail('EEXIST');
    dir.delete(name);
  };
  const create = (/** @type {string[]} */ names) => {
    const { dir, name } = parent(names);
    const node = make(false);
    dir.set(name, node);
    return node;
  };
  for (const [path, content] of Object.entries(initial)) {
    const names = parts(path);
    names.slice(0, -1).reduce((node, name) => {
      if (!node.dir?.has(name)) node.dir?.set(name, make(true));
      return /** @type {Node_} */ (node.dir?.get(name));
    }, root);
    const node = create(names);
    node.bytes = typeof content === 'string' ? encoder.encode(content) : content.slice();
    node.size = node.bytes.length;
  }
  return dispatcher({
    [OPEN](bytes, flags) {
      const names = at(bytes);
      let node;
      try {
        node = find(names);
      } catch (error) {
        if (!(flags & 2) || /** @type {any} */ (error).code !== 'ENOENT') throw error;
      }
      if (node && flags & 8) throw fail('EEXIST');
      if (node?.dir && !(flags & 16)) throw fail('EISDIR');
      node ??= create(names);
      if ((flags & 7) === 2) resize(node, 0);
      open.set(next, { node, position: 0, append: (flags & 4) !== 0, size: 0, flags });
      return next++;
    },
    [CLOSE](_bytes, _number, handle) {
      file(handle);
      open.delete(handle);
    },
    [READ](_bytes, most, handle) {
      const f = file(handle);
      if (!(f.flags & 1)) throw fail('EBADF');
      const out = f.node.bytes.slice(f.position, Math.min(f.node.size, f.position + most));
      f.position += out.length;
      return out;
    },
    [WRITE](bytes, _number, handle) {
      const f = file(handle);
      if (!(f.flags & 2)) throw fail('EBADF');
      if (f.append) f.position = f.node.size;
      if (f.position + bytes.length > f.node.size) resize(f.node, f.position + bytes.length);
      f.node.bytes.set(bytes, f.position);
      f.node.time = now();
      f.position += bytes.length;
    },
    [SEEK_START]: (_bytes, to, handle) => seek(file(handle), to),
    [SEEK_HERE]: (_bytes, by, handle) => seek(file(handle), file(handle).position + by),
    [SEEK_END]: (_bytes, by, handle) => seek(file(handle), file(handle).node.size + by),
    [TRUNCATE]: (_bytes, _number, handle) => resize(file(handle).node, file(handle).position),
    [SYNC]() {},
    [INFO]: (bytes) => stat(find(at(bytes))),
    [LINK_INFO]: (bytes) => stat(find(at(bytes))),
    [HANDLE_INFO]: (_bytes, _number, handle) => stat(file(handle).node),
    [LIST](bytes) {
      const { dir } = find(at(bytes));
      if (!dir) throw fail('ENOTDIR');
      return encoder.encode([...dir.keys()].join('\0'));
    },
    [MAKE_DIR](bytes) {
      const { dir, name } = parent(at(bytes));
      if (dir.has(name)) throw fail('EEXIST');
      dir.set(name, make(true));
    },
    [DEL_DIR]: (bytes) => remove(bytes, true),
    [DEL_FILE]: (bytes) => remove(bytes, false),
    [RENAME](bytes) {
      const [from, to] = two(bytes);
      const node = find(from);
      const target = parent(to);
      const there = target.dir.get(target.name);
      if (there?.dir && (!node.dir || there.dir.size > 0)) throw fail(node.dir ? 'EEXIST' : 'EISDIR');
      const source = parent(from);
      source.dir.delete(source.name);
      target.dir.set(target.name, node);
    },
    [CHMOD](bytes, mode) {
      const node = find(at(bytes));
      node.mode = (node.mode & ~0o7777) | (mode & 0o7777);
    },
    [SET_TIME](bytes, seconds) {
      find(at(bytes)).time = seconds;
    },
    [GET_CWD]: () => encoder.encode(cwd),
    [SET_CWD](bytes) {
      if (!find(at(bytes)).dir) throw fail('ENOTDIR');
      cwd = `/${at(bytes).join('/')}`;
    },
    [READ_FILE](bytes) {
      const node = find(at(bytes));
      if (node.dir) throw fail('EISDIR');
      return node.bytes.slice(0, node.size);
    },
  });
}
