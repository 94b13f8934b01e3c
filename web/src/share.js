// SPDX-License-Identifier: Apache-2.0
//
// A program in the URL's hash: `#1.` and base64url of deflated JSON [[name, text]...]. It is never sent to a server.

import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';

const MAX = 512 * 1024;

/** @param {{name: string, text: string}[]} files */
export function toHash(files) {
  const bytes = deflateSync(strToU8(JSON.stringify(files.map(({ name, text }) => [name, text]))), { level: 9 });
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `#1.${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * @param {string} hash
 * @returns {{name: string, text: string}[]} Throws an Error whose message is for the user.
 */
export function fromHash(hash) {
  const found = /^#(\d+)\.([\w-]*)$/.exec(hash);
  if (!found) throw new Error('This link is damaged: it does not hold a program.');
  if (found[1] !== '1')
    throw new Error(`This link is of version ${found[1]}, which this page cannot read. Reload to get the newest page.`);
  let list;
  try {
    const bytes = Uint8Array.from(atob(found[2].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    list = JSON.parse(strFromU8(inflateSync(bytes, { out: new Uint8Array(MAX) })));
  } catch {
    throw new Error('This link is damaged: part of the program is missing.');
  }
  const fine =
    Array.isArray(list) &&
    list.length > 0 &&
    list.length <= 50 &&
    list.every(
      (file) =>
        Array.isArray(file) &&
        file.length === 2 &&
        file.every((part) => typeof part === 'string') &&
        /^[\w.@-]{1,80}$/.test(file[0]),
    );
  if (!fine) throw new Error('This link is damaged: what it holds is not a program.');
  return list.map(([name, text]) => ({ name, text }));
}
