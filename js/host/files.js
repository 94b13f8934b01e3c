// SPDX-License-Identifier: Apache-2.0
//
// Serves the file operations of host_file (file_operation of src/base/seam.tab): from the files of the machine, in
// Node, or from a tree in memory (memory-files.js). Loaded only when a VM is given files. Each operation answers with
// bytes or with a number, which is a value or, if it is negative, an error (host_error of that table).

/** @import { HostFiles } from './imports.js' */

import {
  FILE_ACCESS_READ,
  FILE_ACCESS_READ_WRITE,
  FILE_ACCESS_WRITE,
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
  FILE_WRITE,
  OPEN_APPEND,
  OPEN_DIRECTORY,
  OPEN_EXCLUSIVE,
  OPEN_READ,
  OPEN_WRITE,
} from '../base/seam.js';
import { decoder, dispatcher, encoder, fail, information, seek } from './file-operations.js';
import { memoryFiles } from './memory-files.js';

/**
 * Serves the files of the machine.
 * @param {typeof import('node:fs')} fs
 * @param {{cwd: () => string, chdir: (to: string) => void}} process
 * @returns {HostFiles}
 */
export function nodeFiles(fs, process) {
  /**
   * The open files by handle. `flows`: it is a pipe or a device, which has no positions. `met`: some program has been
   * seen at the other end of the pipe.
   * @typedef {{fd: number, position: number, append: boolean, size: number, flows: boolean, met: boolean}} OpenFile
   */
  /** @type {Map<number, OpenFile>} */
  const open = new Map();
  let next = 1;
  const file = (/** @type {number} */ handle) => {
    const found = open.get(handle);
    if (!found) throw fail('EINVAL');
    return found;
  };
  const type = (/** @type {import('node:fs').Stats} */ s) =>
    s.isFile() ? 1 : s.isDirectory() ? 2 : s.isSymbolicLink() ? 3 : s.isCharacterDevice() || s.isBlockDevice() ? 4 : 0;
  const may = (/** @type {string} */ path, /** @type {number} */ mode) => {
    try {
      fs.accessSync(path, mode);
      return true;
    } catch {
      return false;
    }
  };
  const stat = (/** @type {import('node:fs').Stats} */ s, /** @type {string | undefined} */ path) =>
    information([
      s.size,
      type(s),
      path === undefined
        ? FILE_ACCESS_READ_WRITE
        : (may(path, fs.constants.R_OK) ? FILE_ACCESS_READ : 0) |
          (may(path, fs.constants.W_OK) ? FILE_ACCESS_WRITE : 0),
      s.atimeMs / 1000,
      s.mtimeMs / 1000,
      s.ctimeMs / 1000,
      s.mode,
      s.nlink,
      s.dev,
      s.rdev,
      s.ino,
      s.uid,
      s.gid,
    ]);
  /**
   * Seeks. A pipe has no positions; a device takes any and stays at 0.
   * @param {OpenFile} f
   * @param {(f: OpenFile) => number} to
   */
  const seekIn = (f, to) => {
    if (!f.flows) return seek(f, to(f));
    if (fs.fstatSync(f.fd).isFIFO()) throw fail('ESPIPE');
    return 0;
  };
  /** The name of a file; one that is not UTF-8 stays bytes, which node:fs takes too. @param {Uint8Array} bytes */
  const path = (bytes) => {
    const name = decoder.decode(bytes);
    return name.includes('\ufffd') ? /** @type {string} */ (/** @type {unknown} */ (bytes.slice())) : name;
  };
  /**
   * Names as bytes, with zeros between.
   * @param {string[]} names
   * @param {() => Uint8Array[]} asBytes the same names, asked for if one is not UTF-8
   */
  const named = (names, asBytes) => {
    const text = names.join('\0');
    if (!text.includes('\ufffd')) return encoder.encode(text);
    return new Uint8Array(asBytes().flatMap((name, index) => (index > 0 ? [0, ...name] : [...name])));
  };
  const flows = (/** @type {import('node:fs').Stats | undefined} */ s) =>
    s !== undefined && (s.isFIFO() || s.isCharacterDevice());
  const code = (/** @type {any} */ error) => error?.code;

  /**
   * Opens a pipe or device. A pipe that no program reads yet cannot be opened for writing: that is EAGAIN, and the
   * process that asked tries again.
   * @param {string} name
   * @param {number} mode
   * @param {boolean} isPipe
   */
  function openFlowing(name, mode, isPipe) {
    try {
      return fs.openSync(name, mode & ~(fs.constants.O_CREAT | fs.constants.O_TRUNC));
    } catch (error) {
      throw code(error) === 'ENXIO' && isPipe ? fail('EAGAIN') : error;
    }
  }

  /**
   * Reads from a pipe or device. To read nothing means the end, except while no program has opened the other end yet:
   * that is EAGAIN.
   * @param {{fd: number, met: boolean}} f
   * @param {number} most bytes
   */
  function readFlowing(f, most) {
    const room = new Uint8Array(Math.min(most, 65536));
    try {
      const n = fs.readSync(f.fd, room, 0, room.length, null);
      if (n === 0 && !f.met) throw fail('EAGAIN');
      f.met = true;
      return room.subarray(0, n);
    } catch (error) {
      f.met ||= code(error) === 'EAGAIN' && error instanceof Error && 'syscall' in error;
      throw error;
    }
  }

  /** Writes what a pipe or device takes now. Answers how many bytes. @param {number} fd @param {Uint8Array} bytes */
  function writeFlowing(fd, bytes) {
    let at = 0;
    try {
      while (at < bytes.length) at += fs.writeSync(fd, bytes, at, bytes.length - at, null);
    } catch (error) {
      if (code(error) !== 'EAGAIN') throw error;
    }
    return at;
  }

  /** @param {Uint8Array} bytes @returns {[string, string]} */
  const two = (bytes) => [path(bytes.subarray(0, bytes.indexOf(0))), path(bytes.subarray(bytes.indexOf(0) + 1))];
  return dispatcher({
    [FILE_OPEN](bytes, flags) {
      const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL, O_NONBLOCK } = fs.constants;
      const name = path(bytes);
      const there = fs.statSync(name, { throwIfNoEntry: false });
      const isFolder = there?.isDirectory();
      const flowing = flows(there);
      const isPipe = there?.isFIFO() ?? false;
      if (flowing && flags & OPEN_EXCLUSIVE) throw fail('EEXIST');
      if (isFolder !== undefined && isFolder !== ((flags & OPEN_DIRECTORY) !== 0))
        throw fail(isFolder ? 'EISDIR' : 'ENOTDIR');
      const mode =
        (flags & OPEN_READ) !== 0 && (flags & OPEN_WRITE) !== 0
          ? O_RDWR | O_CREAT
          : flags & OPEN_WRITE
            ? O_WRONLY | O_CREAT | (flags & (OPEN_APPEND | OPEN_EXCLUSIVE) ? 0 : O_TRUNC)
            : O_RDONLY;
      // Pipes are opened so that no operation waits, which would stop the whole VM: it fails with EAGAIN, and the
      // Erlang process that asked tries again (spawnlink_prim_file).
      const fd = flowing
        ? openFlowing(name, mode | O_NONBLOCK, isPipe)
        : fs.openSync(name, mode | (flags & OPEN_APPEND ? O_APPEND : 0) | (flags & OPEN_EXCLUSIVE ? O_EXCL : 0), 0o666);
      open.set(next, {
        fd,
        position: 0,
        append: (flags & OPEN_APPEND) !== 0,
        size: 0,
        flows: flowing,
        met: !isPipe,
      });
      return next++;
    },
    [FILE_CLOSE](_bytes, _number, handle) {
      fs.closeSync(file(handle).fd);
      open.delete(handle);
    },
    [FILE_READ](_bytes, most, handle) {
      const f = file(handle);
      if (f.flows) return readFlowing(f, most);
      const room = new Uint8Array(Math.min(most, Math.max(fs.fstatSync(f.fd).size - f.position, 65536)));
      const n = fs.readSync(f.fd, room, 0, room.length, f.position);
      f.position += n;
      return room.subarray(0, n);
    },
    [FILE_WRITE](bytes, _number, handle) {
      const f = file(handle);
      if (f.flows) return bytes.length - writeFlowing(f.fd, bytes);
      for (let at = 0; at < bytes.length; ) {
        const n = fs.writeSync(f.fd, bytes, at, bytes.length - at, f.append ? null : f.position);
        at += n;
        f.position += n;
      }
      if (f.append) f.position = fs.fstatSync(f.fd).size;
    },
    [FILE_SEEK_START]: (_bytes, to, handle) => seekIn(file(handle), () => to),
    [FILE_SEEK_HERE]: (_bytes, by, handle) => seekIn(file(handle), (f) => f.position + by),
    [FILE_SEEK_END]: (_bytes, by, handle) => seekIn(file(handle), (f) => fs.fstatSync(f.fd).size + by),
    [FILE_TRUNCATE]: (_bytes, _number, handle) => fs.ftruncateSync(file(handle).fd, file(handle).position),
    [FILE_SYNC]: (_bytes, _number, handle) => fs.fsyncSync(file(handle).fd),
    [FILE_INFO]: (bytes) => stat(fs.statSync(path(bytes)), path(bytes)),
    [FILE_LINK_INFO]: (bytes) => stat(fs.lstatSync(path(bytes)), path(bytes)),
    [FILE_HANDLE_INFO]: (_bytes, _number, handle) => stat(fs.fstatSync(file(handle).fd), undefined),
    [FILE_LIST]: (bytes) => named(fs.readdirSync(path(bytes)), () => fs.readdirSync(path(bytes), 'buffer')),
    [FILE_MAKE_DIR]: (bytes) => void fs.mkdirSync(path(bytes)),
    [FILE_DEL_DIR]: (bytes) => fs.rmdirSync(path(bytes)),
    [FILE_DEL_FILE]: (bytes) => fs.unlinkSync(path(bytes)),
    [FILE_RENAME]: (bytes) => fs.renameSync(...two(bytes)),
    [FILE_LINK]: (bytes) => fs.linkSync(...two(bytes)),
    [FILE_SYMLINK]: (bytes) => fs.symlinkSync(...two(bytes)),
    [FILE_READ_LINK]: (bytes) => named([fs.readlinkSync(path(bytes))], () => [fs.readlinkSync(path(bytes), 'buffer')]),
    [FILE_CHMOD]: (bytes, mode) => fs.chmodSync(path(bytes), mode),
    [FILE_SET_TIME]: (bytes, seconds) => fs.utimesSync(path(bytes), seconds, seconds),
    [FILE_SET_ACCESS_TIME]: (bytes, seconds) => fs.utimesSync(path(bytes), seconds, fs.statSync(path(bytes)).mtime),
    [FILE_SET_OWNER]: (bytes, uid) => fs.chownSync(path(bytes), uid, -1),
    [FILE_SET_GROUP]: (bytes, gid) => fs.chownSync(path(bytes), -1, gid),
    [FILE_GET_CWD]: () => encoder.encode(process.cwd()),
    [FILE_SET_CWD]: (bytes) => process.chdir(path(bytes)),
    [FILE_READ_FILE](bytes) {
      const there = fs.statSync(path(bytes));
      if (there.isDirectory()) throw fail('EISDIR');
      if (flows(there)) throw fail('ESPIPE');
      return new Uint8Array(fs.readFileSync(path(bytes)));
    },
  });
}

/**
 * Opens the files that the option `files` of createVM asks for.
 * @param {'host' | Record<string, string | Uint8Array | URL>} option 'host', or contents by path; a URL names a folder
 *   of the machine, in Node
 * @param {typeof import('node:fs')} fs Node's module fs, if the host is Node
 * @returns {HostFiles}
 */
export function openFiles(option, fs) {
  return option === 'host'
    ? nodeFiles(fs, globalThis.process)
    : memoryFiles(option, fs, fs && nodeFiles(fs, globalThis.process));
}
