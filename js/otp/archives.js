// SPDX-License-Identifier: Apache-2.0
//
// Reads the beams in a .ez or other zip archive, a .tar, a .tar.gz, an escript, or a single .beam file. The content of
// a file tells what it is, not its name. Loaded only when such a file is given.

import { TextDecoder } from '../base/host.js';
import { gunzipSync, unzipSync } from 'fflate';

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/** @param {Uint8Array} bytes @param {string} text @param {number} [at] */
const startsWith = (bytes, text, at = 0) => latin1.decode(bytes.subarray(at, at + text.length)) === text;

/**
 * The beams in a file, by the names of their modules.
 * @param {Uint8Array} bytes
 * @returns {Map<string, Uint8Array> | undefined} undefined for a file that is neither a beam nor an archive
 */
export function openArchive(bytes) {
  if (startsWith(bytes, '\x1f\x8b')) return openArchive(gunzipSync(bytes));
  if (startsWith(bytes, 'FOR1')) return new Map([[moduleName(bytes), bytes]]);
  if (startsWith(bytes, '#!')) return openArchive(bytes.subarray(escriptBody(bytes)));
  if (startsWith(bytes, 'PK\x03\x04'))
    return beams(Object.entries(unzipSync(bytes, { filter: ({ name }) => /\.(beam|ez)$/.test(name) })));
  if (startsWith(bytes, 'ustar', 257)) return beams(tarFiles(bytes));
  return undefined;
}

/**
 * The offset at which the content of an escript begins: after the line with "#!" and up to two lines that begin with
 * "%%", a comment and the flags for the emulator.
 * @param {Uint8Array} bytes
 */
function escriptBody(bytes) {
  let at = 0;
  for (let line = 0; line < 3 && (line === 0 || startsWith(bytes, '%%', at)); line++) {
    const end = bytes.indexOf(10, at);
    if (end < 0) return bytes.length;
    at = end + 1;
  }
  return at;
}

/**
 * The beams among these files, and those inside of .ez archives among them.
 * @param {Iterable<[string, Uint8Array]>} files by path
 */
function beams(files) {
  /** @type {Map<string, Uint8Array>} */
  const found = new Map();
  for (const [path, bytes] of files) {
    if (path.endsWith('.ez')) for (const [name, beam] of openArchive(bytes) ?? []) found.set(name, beam);
    else if (path.endsWith('.beam')) found.set(path.slice(path.lastIndexOf('/') + 1, -'.beam'.length), bytes);
  }
  return found;
}

/** The files of a tar archive, with their paths. @param {Uint8Array} bytes @returns {Iterable<[string, Uint8Array]>} */
function* tarFiles(bytes) {
  const field = (/** @type {number} */ at, /** @type {number} */ n) =>
    utf8.decode(bytes.subarray(at, at + n)).replace(/\0[^]*$/, '');
  let longName = '';
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12), 8) || 0;
    const content = bytes.subarray(at + 512, at + 512 + size);
    const type = String.fromCharCode(bytes[at + 156]);
    const prefix = field(at + 345, 155);
    const name = longName || (prefix ? `${prefix}/` : '') + field(at, 100);
    longName = '';
    if (type === 'L')
      longName = utf8.decode(content).replace(/\0[^]*$/, ''); // GNU's
    else if (type === 'x')
      longName = /^\d+ path=(.*)$/m.exec(utf8.decode(content))?.[1] ?? ''; // POSIX's
    else if (type === '0' || type === '\0') yield [name, content];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/**
 * The chunks of a beam by their names. Throws a RangeError if they run over its end.
 * @param {Uint8Array} beam
 */
export function chunks(beam) {
  const view = new DataView(beam.buffer, beam.byteOffset, beam.byteLength);
  /** @type {Map<string, Uint8Array>} */
  const found = new Map();
  for (let at = 12; at + 8 <= beam.length; ) {
    const size = view.getUint32(at + 4);
    if (at + 8 + size > beam.length) throw new RangeError('a chunk runs over the end of the file');
    found.set(latin1.decode(beam.subarray(at, at + 4)), beam.subarray(at + 8, at + 8 + size));
    at += 8 + Math.ceil(size / 4) * 4;
  }
  return found;
}

/**
 * The atoms of a beam by their numbers, which begin at 1; atom 1 is the name of the module.
 * @param {Map<string, Uint8Array>} parts the chunks of the beam
 */
export function atoms(parts) {
  const bytes = parts.get('AtU8') ?? parts.get('Atom');
  if (!bytes) throw new RangeError('no atoms');
  const decoder = parts.has('AtU8') ? utf8 : latin1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getInt32(0);
  const names = [''];
  // OTP 28 and later write a negative count, and then the lengths of names as compact numbers.
  for (let at = 4, left = Math.abs(count); left > 0; left--) {
    let length = bytes[at++];
    if (count < 0) length = length & 8 ? ((length & 0xe0) << 3) | bytes[at++] : length >> 4;
    names.push(decoder.decode(bytes.subarray(at, at + length)));
    at += length;
  }
  return names;
}

/** The name of the module in a beam. @param {Uint8Array} beam */
export function moduleName(beam) {
  return atoms(chunks(beam))[1];
}
