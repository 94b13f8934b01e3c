// SPDX-License-Identifier: Apache-2.0
//
// A tree of files in memory, with links. Folders of the machine may be mounted in it, when the option `files` names
// them: what is below such a folder is read and written on the machine. Nothing outside of the folder can be reached
// through it, neither by ".." nor by a symbolic link. It is bundled with files.js.

/** @import { HostFiles } from './imports.js' */

import {
  FILE_ACCESS_READ_WRITE,
  FILE_CHMOD,
  FILE_CLOSE,
  FILE_DEL_DIR,
  FILE_DEL_FILE,
  FILE_GET_CWD,
  FILE_HANDLE_INFO,
  FILE_INFO,
  FILE_LINK,
  FILE_LINK_INFO,
  FILE_LIST,
  FILE_MAKE_DIR,
  FILE_OPEN,
  FILE_READ,
  FILE_READ_FILE,
  FILE_READ_LINK,
  FILE_RENAME,
  FILE_SEEK_END,
  FILE_SEEK_HERE,
  FILE_SEEK_START,
  FILE_SET_ACCESS_TIME,
  FILE_SET_CWD,
  FILE_SET_GROUP,
  FILE_SET_OWNER,
  FILE_SET_TIME,
  FILE_SYMLINK,
  FILE_SYNC,
  FILE_TRUNCATE,
  FILE_TYPE_DIRECTORY,
  FILE_TYPE_REGULAR,
  FILE_TYPE_SYMLINK,
  FILE_WITH_HANDLE,
  FILE_WRITE,
  OPEN_APPEND,
  OPEN_DIRECTORY,
  OPEN_EXCLUSIVE,
  OPEN_READ,
  OPEN_WRITE,
} from '../base/seam.js';
import { asBytes, isUrl } from '../base/bytes.js';
import { ArgumentError } from '../base/errors.js';
import { decoder, dispatcher, encoder, fail, guarded, information, seek } from './file-operations.js';

const MOST_LINKS = 40; // symbolic links that are followed for one path

/**
 * A file, a folder (has `dir`), a symbolic link (has `target`), or a mounted folder of the machine (`mount`: its path).
 * @typedef {{dir?: Map<string, Node_>, target?: string, mount?: string, bytes: Uint8Array, size: number, time: number,
 *   mode: number, links: number, inode: number}} Node_
 */

/**
 * Where a path leads: to the entry `name` of the folder `parent` (without `node` there is no such entry yet), or to
 * the path `real` of the machine.
 * @typedef {{parent?: Node_, name: string, node?: Node_, real?: string}} Place
 */

/**
 * Serves files in memory.
 * @param {Record<string, string | Uint8Array | URL>} [initial] the contents to begin with, by path; a URL names a
 *   folder of the machine to mount there
 * @param {typeof import('node:fs') | false} [fs] Node's module fs, if the host is Node
 * @param {HostFiles | false} [machine] serves the machine's files, for mounted folders
 * @returns {HostFiles}
 */
export function memoryFiles(initial = {}, fs, machine) {
  let inodes = 0;
  const now = () => Math.floor(Date.now() / 1000);
  const make = (/** @type {Partial<Node_>} */ what, /** @type {number} */ mode) =>
    /** @type {Node_} */ ({ bytes: new Uint8Array(), size: 0, time: now(), mode, links: 1, inode: ++inodes, ...what });
  const makeFolder = () => make({ dir: new Map() }, 0o40755);
  const root = makeFolder();
  let cwd = '/';
  /**
   * @type {Map<number, {node: Node_, position: number, append: boolean, size: number, flags: number, real?: number}>}
   */
  const open = new Map();
  let next = 1;

  /**
   * Where a path leads.
   * @param {string} path
   * @param {boolean} [follow] whether a symbolic link at its end is followed
   * @returns {Place}
   */
  function place(path, follow = true) {
    const todo = (path.startsWith('/') ? path : `${cwd}/${path}`).split('/');
    let way = [root];
    let name = '';
    /** The parts of the path below a mounted folder. @type {string[]} */
    let below = [];
    let links = 0;
    while (todo.length > 0) {
      const part = /** @type {string} */ (todo.shift());
      if (part === '' || part === '.') continue;
      const here = /** @type {Node_} */ (way.at(-1));
      if (part === '..') {
        if (below.length > 0) below.pop();
        else if (way.length > 1) way.pop();
      } else if (here.mount !== undefined) below.push(part);
      else {
        if (!here.dir) throw fail('ENOTDIR');
        const node = here.dir.get(part);
        const isLast = todo.every((rest) => rest === '' || rest === '.');
        if (!node && !isLast) throw fail('ENOENT');
        if (!node) return { parent: here, name: part };
        if (node.target !== undefined && (follow || !isLast)) {
          if (++links > MOST_LINKS) throw fail('ELOOP');
          if (node.target.startsWith('/')) way = [root];
          todo.unshift(...node.target.split('/'));
        } else {
          way.push(node);
          name = part;
          below = [];
        }
      }
    }
    const node = /** @type {Node_} */ (way.at(-1));
    return {
      parent: way.at(-2),
      name,
      node,
      real: node.mount === undefined ? undefined : below.reduce((at, part) => `${at}/${part}`, node.mount),
    };
  }

  /** Refuses (EACCES) a path of the machine that leaves its mounted folder by a symbolic link. @param {Place} found */
  function checkReal({ real = '', node }) {
    if (!fs || !machine || !node?.mount) throw fail('ENOTSUP');
    const top = fs.realpathSync(node.mount);
    for (let at = real; at.length >= node.mount.length; at = at.slice(0, at.lastIndexOf('/'))) {
      const there = fs.lstatSync(at, { throwIfNoEntry: false });
      if (!there) continue; // what is not there yet is where its folder is
      let resolved;
      try {
        resolved = fs.realpathSync(at);
      } catch {
        // A symbolic link to nothing: a file that is made through it may be anywhere.
        throw fail('EACCES');
      }
      if (resolved !== top && !resolved.startsWith(`${top}/`)) throw fail('EACCES');
      return;
    }
  }

  /** An absolute path without "." and "..", for get_cwd to show. @param {string} path */
  const absolute = (path) => {
    /** @type {string[]} */
    const parts = [];
    for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  };
  const text = (/** @type {Uint8Array} */ bytes) => decoder.decode(bytes);
  const two = (/** @type {Uint8Array} */ bytes) => text(bytes).split('\0');
  const existing = (/** @type {Place} */ found) => {
    if (!found.node) throw fail('ENOENT');
    return found.node;
  };
  const find = (/** @type {Uint8Array} */ bytes, follow = true) => existing(place(text(bytes), follow));
  const file = (/** @type {number} */ handle) => {
    const found = open.get(handle);
    if (!found) throw fail('EINVAL');
    return found;
  };
  /** Puts a node into a folder, where nothing of that name may be yet. @param {Place} found @param {Node_} node */
  const put = (found, node) => {
    if (found.node) throw fail('EEXIST');
    found.parent?.dir?.set(found.name, node);
    return node;
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
  const stat = (/** @type {Node_} */ node) => {
    const type = node.dir ? FILE_TYPE_DIRECTORY : node.target !== undefined ? FILE_TYPE_SYMLINK : FILE_TYPE_REGULAR;
    return information([
      type === FILE_TYPE_SYMLINK ? encoder.encode(node.target).length : node.size,
      type,
      FILE_ACCESS_READ_WRITE,
      node.time,
      node.time,
      node.time,
      node.mode,
      node.links,
      0,
      0,
      node.inode,
      0,
      0,
    ]);
  };
  const remove = (/** @type {Uint8Array} */ bytes, /** @type {boolean} */ wantsDir) => {
    const found = place(text(bytes), false);
    const node = existing(found);
    if (!found.parent) throw fail('EEXIST');
    if (wantsDir && !node.dir) throw fail('ENOTDIR');
    if (!wantsDir && node.dir) throw fail('EPERM');
    if (node.dir?.size) throw fail('EEXIST');
    found.parent.dir?.delete(found.name);
    node.links--;
  };
  for (const [path, content] of Object.entries(initial)) {
    const names = path.split('/').filter((part) => part !== '' && part !== '.');
    const last = names.pop();
    const folder = names.reduce((node, name) => {
      if (!node.dir?.has(name)) node.dir?.set(name, makeFolder());
      return /** @type {Node_} */ (node.dir?.get(name));
    }, root);
    const bytes = typeof content === 'string' ? encoder.encode(content) : asBytes(content)?.slice();
    if (!bytes && !isUrl(content)) throw new ArgumentError(`the file ${path} is text, bytes or the URL of a folder`);
    const node = bytes
      ? make({ bytes, size: bytes.length }, 0o100644)
      : make({ mount: decodeURIComponent(/** @type {URL} */ (content).pathname).replace(/\/$/, '') }, 0o40755);
    if (last !== undefined) folder.dir?.set(last, node);
  }

  const inMemory = dispatcher({
    [FILE_OPEN](bytes, flags) {
      const found = place(text(bytes));
      if (!found.node && !(flags & OPEN_WRITE)) throw fail('ENOENT');
      if (found.node && flags & OPEN_EXCLUSIVE) throw fail('EEXIST');
      if (found.node && (found.node.dir !== undefined) !== ((flags & OPEN_DIRECTORY) !== 0))
        throw fail(found.node.dir ? 'EISDIR' : 'ENOTDIR');
      const node = found.node ?? put(found, make({}, 0o100644));
      if ((flags & (OPEN_READ | OPEN_WRITE | OPEN_APPEND)) === OPEN_WRITE) resize(node, 0);
      open.set(next, { node, position: 0, append: (flags & OPEN_APPEND) !== 0, size: 0, flags });
      return next++;
    },
    [FILE_CLOSE](_bytes, _number, handle) {
      file(handle);
      open.delete(handle);
    },
    [FILE_READ](_bytes, most, handle) {
      const f = file(handle);
      if (!(f.flags & OPEN_READ)) throw fail('EBADF');
      const out = f.node.bytes.slice(f.position, Math.min(f.node.size, f.position + most));
      f.position += out.length;
      return out;
    },
    [FILE_WRITE](bytes, _number, handle) {
      const f = file(handle);
      if (!(f.flags & OPEN_WRITE)) throw fail('EBADF');
      if (f.append) f.position = f.node.size;
      if (f.position + bytes.length > f.node.size) resize(f.node, f.position + bytes.length);
      f.node.bytes.set(bytes, f.position);
      f.node.time = now();
      f.position += bytes.length;
    },
    [FILE_SEEK_START]: (_bytes, to, handle) => seek(file(handle), to),
    [FILE_SEEK_HERE]: (_bytes, by, handle) => seek(file(handle), file(handle).position + by),
    [FILE_SEEK_END]: (_bytes, by, handle) => seek(file(handle), file(handle).node.size + by),
    [FILE_TRUNCATE]: (_bytes, _number, handle) => resize(file(handle).node, file(handle).position),
    [FILE_SYNC]() {},
    [FILE_INFO]: (bytes) => stat(find(bytes)),
    [FILE_LINK_INFO]: (bytes) => stat(find(bytes, false)),
    [FILE_HANDLE_INFO]: (_bytes, _number, handle) => stat(file(handle).node),
    [FILE_LIST](bytes) {
      const { dir } = find(bytes);
      if (!dir) throw fail('ENOTDIR');
      return encoder.encode([...dir.keys()].join('\0'));
    },
    [FILE_MAKE_DIR]: (bytes) => void put(place(text(bytes), false), makeFolder()),
    [FILE_DEL_DIR]: (bytes) => remove(bytes, true),
    [FILE_DEL_FILE]: (bytes) => remove(bytes, false),
    [FILE_RENAME](bytes) {
      const [from, to] = two(bytes).map((path) => place(path, false));
      const node = existing(from);
      if (from.real !== undefined || to.real !== undefined) throw fail('EXDEV');
      if (!from.parent || !to.parent) throw fail('EINVAL');
      if (to.node === node) return;
      if (to.node?.dir && (!node.dir || to.node.dir.size > 0)) throw fail(node.dir ? 'EEXIST' : 'EISDIR');
      from.parent.dir?.delete(from.name);
      to.parent.dir?.set(to.name, node);
    },
    [FILE_LINK](bytes) {
      const [from, to] = two(bytes).map((path) => place(path, false));
      if (to.real !== undefined) throw fail('EXDEV');
      const node = existing(from);
      if (node.dir) throw fail('EPERM');
      put(to, node).links++;
    },
    [FILE_SYMLINK](bytes) {
      const [target, path] = two(bytes);
      put(place(path, false), make({ target }, 0o120777));
    },
    [FILE_READ_LINK](bytes) {
      const { target } = find(bytes, false);
      if (target === undefined) throw fail('EINVAL');
      return encoder.encode(target);
    },
    [FILE_CHMOD](bytes, mode) {
      const node = find(bytes);
      node.mode = (node.mode & ~0o7777) | (mode & 0o7777);
    },
    [FILE_SET_TIME](bytes, seconds) {
      find(bytes).time = seconds;
    },
    // A file in memory has one time, that of its last change, and no owner.
    [FILE_SET_ACCESS_TIME]: (bytes) => void find(bytes),
    [FILE_SET_OWNER]: (bytes) => void find(bytes),
    [FILE_SET_GROUP]: (bytes) => void find(bytes),
    [FILE_GET_CWD]: () => encoder.encode(cwd),
    [FILE_SET_CWD](bytes) {
      const { dir, mount } = find(bytes);
      if (!dir && mount === undefined) throw fail('ENOTDIR');
      cwd = absolute(text(bytes));
    },
    [FILE_READ_FILE](bytes) {
      const node = find(bytes);
      if (node.dir) throw fail('EISDIR');
      return node.bytes.slice(0, node.size);
    },
  });

  // Operations on mounted folders go to the machine. A file that is opened there gets a handle of this tree, which
  // stands for the machine's handle.
  const ofLinks = new Set([
    FILE_LINK_INFO,
    FILE_READ_LINK,
    FILE_DEL_FILE,
    FILE_DEL_DIR,
    FILE_RENAME,
    FILE_LINK,
    FILE_SYMLINK,
  ]);
  /** @type {HostFiles} */
  const route = (operation, handle, bytes, number) => {
    if ((FILE_WITH_HANDLE >> operation) & 1) {
      const real = open.get(handle)?.real;
      if (real === undefined || !machine) return inMemory(operation, handle, bytes, number);
      if (operation === FILE_CLOSE) open.delete(handle);
      return machine(operation, real, bytes, number);
    }
    if (operation === FILE_GET_CWD) return inMemory(operation, 0, bytes, number);
    const paths = two(bytes);
    const places = paths.map((path, index) =>
      operation === FILE_SYMLINK && index === 0 ? undefined : place(path, !ofLinks.has(operation)),
    );
    const there = places.filter((found) => found?.real !== undefined);
    if (there.length === 0 || !machine) return inMemory(operation, 0, bytes, number);
    for (const found of there) {
      checkReal(/** @type {Place} */ (found));
      if (found?.real === found?.node?.mount && (operation === FILE_DEL_DIR || operation === FILE_RENAME))
        throw fail('EACCES');
    }
    if (operation === FILE_SYMLINK) throw fail('EACCES'); // a symbolic link could lead out of the folder
    if (there.length < places.length) throw fail('EXDEV');
    const real = encoder.encode(places.map((found) => found?.real).join('\0'));
    if (operation === FILE_SET_CWD) {
      const info = machine(FILE_LIST, 0, real, 0);
      if (typeof info !== 'number') cwd = absolute(paths[0]);
      return typeof info === 'number' ? info : 0;
    }
    const answer = machine(operation, 0, real, number);
    if (operation !== FILE_OPEN || typeof answer !== 'number' || answer < 0) return answer;
    open.set(next, { node: root, position: 0, append: false, size: 0, flags: number, real: answer });
    return next++;
  };
  return guarded(route);
}
