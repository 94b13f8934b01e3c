// SPDX-License-Identifier: Apache-2.0
//
// What OTP's erlexec and escript do with a command line before init gets it: words from ERL_AFLAGS, ERL_FLAGS and
// ERL_ZFLAGS, -args_file, -env, the emulator's own +flags; the flags of a release; the %%! line of an escript. Used
// only by the command line.

import fs from 'node:fs';
import { ArgumentError } from '../index.js';

/** @param {string} message */
const refuse = (message) => new ArgumentError(message);

/**
 * Splits a text into words as erlexec does: at white space that is neither in quotes nor behind a backslash.
 *
 * @example
 * import { wordsOf } from './erlexec.js';
 *
 * wordsOf("-name 'two words' a\\ b # rest", true); // [ '-name', 'two words', 'a b' ]
 *
 * @param {string} text
 * @param {boolean} [comments] whether a # begins a comment, up to the end of its line
 */
export function wordsOf(text, comments = false) {
  const words = [];
  /** @type {string | undefined} */
  let word;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (comments && c === '#' && word === undefined) while (i + 1 < text.length && text[i + 1] !== '\n') i++;
    else if (c === '\\') word = (word ?? '') + (text[++i] ?? '');
    else if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      if (end < 0) throw refuse(`a quote is not closed: ${text.slice(i)}`);
      word = (word ?? '') + text.slice(i + 1, end);
      i = end;
    } else word = (word ?? '') + c;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** +flags of erl without a value. All others have one; a number may stand in the same word. */
const BARE = /^\+(B.*|L|l|d|r|v|V|fn.*|c)$/;
const WITH_NUMBER = /^\+([#aACeinPQtTRWK]|S|SDcpu|SDio|SP)[\d:-]/;

/**
 * @typedef {object} Executed
 * @property {string[]} words the words for init
 * @property {string[]} extra the words behind -extra
 * @property {Record<string, string>} env variables set by -env
 * @property {number | undefined} maxProcesses the value of +P
 */

/** @param {string[]} words @param {Executed} into @param {number} [depth] nesting of -args_file */
function execute(words, into, depth = 0) {
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const value = () => words[++i] ?? refuseValue(word);
    if (word === '-extra') return void into.extra.push(...words.slice(i + 1));
    if (word === '-args_file') {
      if (depth > 16) throw refuse('-args_file names itself');
      execute(wordsOf(fs.readFileSync(value(), 'utf8'), true), into, depth + 1);
    } else if (word === '-env') into.env[value()] = value();
    else if (word === '-emu_flavor' || word === '-emu_type') value();
    else if (word === '-smp') i += /^(enable|auto|disable)$/.test(words[i + 1] ?? '') ? 1 : 0;
    else if (word.startsWith('+') && word.length > 1) {
      if (word === '+c' && /^(true|false)$/.test(words[i + 1] ?? '')) i++;
      else if (BARE.test(word)) continue;
      else if (word.startsWith('+P')) into.maxProcesses = processes(word.length > 2 ? word.slice(2) : value());
      else if (!WITH_NUMBER.test(word)) value();
    } else into.words.push(word);
  }
}

/** @param {string} word @returns {never} */
function refuseValue(word) {
  throw refuse(`${word} needs a value`);
}

/** @param {string} text */
function processes(text) {
  const count = text === 'legacy' ? undefined : Number(text);
  const good = count === undefined || (Number.isInteger(count) && count >= 1024 && count <= 134217727);
  if (!good) throw refuse(`bad number of processes ${text}`);
  return count;
}

/**
 * What erl makes of its command line and its environment.
 * @param {string[]} argv
 * @param {Record<string, string | undefined>} env
 * @returns {Executed}
 */
export function erlexec(argv, env) {
  /** @type {Executed} */
  const done = { words: [], extra: [], env: {}, maxProcesses: undefined };
  const at = argv.findIndex((word) => word === '-extra' || word === '--');
  const [before, rest] = at < 0 ? [argv, []] : [argv.slice(0, at), argv.slice(at)];
  const given = (/** @type {string} */ name) => wordsOf(env[name] ?? '');
  execute([...given('ERL_AFLAGS'), ...before, ...given('ERL_FLAGS'), ...given('ERL_ZFLAGS')], done);
  // A node gets its name, but no daemon (epmd) tells it to other nodes (js/distribution.js).
  const named = done.words.some((word) => word === '-name' || word === '-sname');
  if (named && !done.words.includes('-proto_dist')) done.words.unshift('-proto_dist', 'spawnlink', '-no_epmd');
  // The words behind -extra in a variable come last.
  if (rest.length > 0) done.words.push(...rest, ...done.extra);
  else if (done.extra.length > 0) done.words.push('-extra', ...done.extra);
  return done;
}

/**
 * The flags in the second or third line of an escript, `%%! -pa ebin`, which escript passes to erl unchanged.
 * @param {string} file
 */
export function escriptFlags(file) {
  const [first, second = '', third = ''] = fs.readFileSync(file, 'latin1').slice(0, 8192).split('\n', 3);
  const lines = first.startsWith('#!') ? [second, third] : [first, second];
  const line = lines.find((text) => text.startsWith('%%!'));
  return line === undefined ? [] : line.slice(3).split(/\s+/).filter(Boolean);
}

/**
 * The folder with the boot script of a release: the version is in releases/start_erl.data, or there is only one version
 * (a tar file made by systools has no start_erl.data).
 * @param {string} root
 */
function releaseFolder(root) {
  const releases = `${root}/releases`;
  const data = `${releases}/start_erl.data`;
  if (fs.existsSync(data)) return `${releases}/${fs.readFileSync(data, 'utf8').trim().split(/\s+/)[1]}`;
  const folders = fs.readdirSync(releases).map((name) => `${releases}/${name}`);
  const found = folders.filter((folder) => bootScripts(folder).length > 0);
  if (found.length > 1) throw refuse(`${releases} has several releases and no start_erl.data: name one by -boot`);
  return found[0] ?? releases;
}

/** The names of the boot scripts in a folder. @param {string} folder */
function bootScripts(folder) {
  const names = fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? fs.readdirSync(folder) : [];
  return names.filter((name) => name.endsWith('.boot') && !/clean|no_dot_erlang/.test(name));
}

/**
 * The flags that start a release made by mix, rebar3 or systools; [] when the folder is none. A release has no boot
 * script of OTP in bin, but its own beside its sys.config and vm.args.
 * @param {string} root
 * @param {string[]} words of the command line; what they set is not set again
 * @returns {string[]}
 */
export function releaseFlags(root, words) {
  if (words.includes('-boot') || fs.existsSync(`${root}/bin/start.boot`) || !fs.existsSync(`${root}/releases`))
    return [];
  const folder = releaseFolder(root);
  const scripts = bootScripts(folder);
  const boot = (scripts.includes('start.boot') ? 'start.boot' : scripts[0])?.slice(0, -5);
  if (!boot) throw refuse(`${folder} has no boot script`);
  if (!fs.readdirSync(root).some((name) => /^erts-\d/.test(name))) {
    throw refuse(
      `${root} has no erts: its release was made without; name the OTP that it was made for by --otp, and this by ` +
        `-boot`,
    );
  }
  const flags = ['-boot', `${folder}/${boot}`, '-boot_var', 'RELEASE_LIB', `${root}/lib`];
  const configured = words.includes('-config');
  if (!configured && fs.existsSync(`${folder}/sys.config`)) flags.push('-config', `${folder}/sys`);
  else if (!configured && fs.existsSync(`${folder}/sys.config.src`)) {
    throw refuse(`${folder} has a sys.config.src, which its own program fills in: give the outcome by -config`);
  }
  if (fs.existsSync(`${folder}/vm.args`)) flags.push('-args_file', `${folder}/vm.args`);
  return flags;
}
