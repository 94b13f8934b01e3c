#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// The command line: `spawnlink run` starts Erlang programs with erl's flags, `spawnlink eval` prints values as the
// Erlang shell does, `spawnlink shell` is erl, `spawnlink compile` is erlc. It exits with the status of halt, or when
// nothing is left to do.

import fs from 'node:fs';
import process from 'node:process';
import { SIGNALS } from './otp/boot.js';
import { erlexec, escriptFlags, releaseFlags } from './cli/erlexec.js';
import { openPath } from './otp/folders.js';
import { toUrl } from './host/loader.js';
import { Atom, HaltedError, SpawnlinkError, tuple } from './index.js';
import { createVM } from './vm/create.js';

const USAGE = `Usage:
  spawnlink eval [-pa DIR]... [--otp DIR|PACK] 'EXPR.'       prints the value, as the Erlang shell does
  spawnlink run [FLAG]... [-- ARG...]                        runs a program, with erl's flags:
    -pa PATH | -pz PATH      where beams are looked for, before or after OTP's: a folder of them, a project that rebar3,
                             mix or gleam has built, .ez, .tar, .tar.gz, an escript, a .beam
    -s M [F [A...]]          calls M:F([A...]) with atoms; F is start if not given
    -run M [F [A...]]        the same with strings
    -eval EXPR               evaluates an expression
    --otp DIR|PACK           which OTP; by default the one packed with spawnlink
    --boot                   starts kernel and stdlib as erl does; all other flags are OTP's own init's
    --sandbox                it sees no files but its own in memory, and starts no programs
    -noshell -noinput        accepted
    -extra ARG..., -- ARG... arguments for init:get_plain_arguments()
    any other -FLAG VALUE... for init:get_argument(FLAG)
  spawnlink run [--otp DIR|PACK] FILE.escript [ARG...]       runs an escript (as erl does: booted)
  spawnlink shell [--otp DIR|PACK] [--sandbox] [FLAG]...     OTP's shell, with erl's flags; edits lines in a terminal
  spawnlink compile [--otp DIR|PACK] [FLAG]... FILE...       compiles, with erlc's flags
  spawnlink check PATH... [-pa PATH]... [--otp DIR|PACK]     says what the beams there need that the VM or its OTP lacks
  spawnlink --version | --help`;

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`spawnlink: ${message}`);
  process.exit(2);
}

/**
 * @typedef {object} Command
 * @property {string[]} first folders searched before OTP
 * @property {string[]} last folders searched after it
 * @property {string | undefined} otp
 * @property {boolean} sandbox whether the program sees nothing of the machine
 * @property {{name: 's' | 'run' | 'eval', values: string[]}[]} steps
 * @property {string[]} args the part of the command line that the program sees
 * @property {string[]} rest words that are not flags
 * @property {boolean} boot
 * @property {Record<string, string>} env variables set by -env
 * @property {number | undefined} maxProcesses the value of +P
 */

/** Flags before -extra are OTP's, except for three of our own. @param {Command} command @param {string[]} argv */
function bootCommand(command, argv) {
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--boot') continue;
    if (argv[i] === '--otp') command.otp = argv[++i] ?? fail('--otp needs a value');
    else if (argv[i] === '--sandbox') command.sandbox = true;
    else if (argv[i] === '-extra') command.args.push(...argv.splice(i));
    else command.args.push(argv[i]);
  }
  return { ...command, boot: true };
}

/** @param {string[]} argv @param {boolean} isEval @returns {Command} */
function parse(argv, isEval) {
  /** @type {Command} */
  const command = {
    first: [],
    last: [],
    otp: undefined,
    sandbox: false,
    steps: [],
    args: [],
    rest: [],
    boot: false,
    env: {},
    maxProcesses: undefined,
  };
  if (argv.includes('--boot')) return bootCommand(command, argv);
  let i = 0;
  /** The words up to the next flag. */
  const values = () => {
    const from = i;
    while (i < argv.length && !(argv[i].startsWith('-') && argv[i] !== '-')) i++;
    return argv.slice(from, i);
  };
  const one = (/** @type {string} */ flag) => (i < argv.length ? argv[i++] : fail(`${flag} needs a value`));
  while (i < argv.length) {
    const flag = argv[i++];
    if (flag === '--otp') command.otp = one(flag);
    else if (flag === '--sandbox') command.sandbox = true;
    else if (flag === '-pa') command.first.unshift(...values());
    else if (flag === '-pz') command.last.push(...values());
    else if (isEval && !flag.startsWith('-')) command.rest.push(flag);
    else if (flag === '-s' || flag === '-run')
      command.steps.push({ name: flag === '-s' ? 's' : 'run', values: values() });
    else if (flag === '-eval') command.steps.push({ name: 'eval', values: [one(flag)] });
    else if (flag === '-noshell' || flag === '-noinput') command.args.push(flag);
    else if (flag === '-extra' || flag === '--') {
      command.args.push(flag, ...argv.slice(i));
      i = argv.length;
    } else if (flag.startsWith('-')) command.args.push(flag, ...values());
    else command.args.push(flag);
  }
  if (isEval) command.rest.push(...command.args.splice(0));
  return command;
}

/**
 * Parses a command line of erl together with the flags in the environment and in files.
 * @param {string[]} argv
 * @returns {Command}
 */
function erl(argv) {
  const otp = argv.indexOf('--otp');
  const boots = argv.includes('--boot');
  const { words, env, maxProcesses } = erlexec(
    boots && otp >= 0 ? [...releaseFlags(argv[otp + 1], argv), ...argv] : argv,
    process.env,
  );
  return { ...parse(words, false), env, maxProcesses };
}

/** @param {string} file */
const isEscript = (file) =>
  /\.escript$/.test(file) || (fs.existsSync(file) && fs.readFileSync(file, 'latin1').startsWith('#!'));

/**
 * Puts our own --boot and --otp in front of the flags of OTP's init.
 * @param {string[]} argv
 * @param {(words: string[]) => string[]} flags makes OTP's flags of the other words
 */
function withOtp(argv, flags) {
  const own = argv[0] === '--otp' ? argv.slice(0, 2) : [];
  return ['--boot', ...own, ...flags(argv.slice(own.length))];
}

/**
 * The flags with which erlc starts erl: paths are for the emulator, all others for erl_compile.
 * @param {string[]} words
 */
function compilerFlags(words) {
  const rest = [];
  const paths = [];
  for (let i = 0; i < words.length; i++) {
    const [, flag, path] = /^(-p[az])(.*)/s.exec(words[i]) ?? [];
    if (flag) paths.push(flag, path || words[++i] || fail(`${flag} needs a value`));
    else if (words[i] !== '-no-server' && words[i] !== '-server' && words[i] !== '-smp') rest.push(words[i]);
  }
  return ['-noinput', ...paths, '-s', 'erl_compile', 'compile_cmdline', '-extra', ...rest];
}

/** Reads standard input piece by piece. */
function inputReader() {
  /** @type {AsyncIterator<Uint8Array> | undefined} */
  let chunks;
  return async () => {
    chunks ??= process.stdin[Symbol.asyncIterator]();
    const { value, done } = await chunks.next();
    return done ? null : new Uint8Array(value);
  };
}

/** @param {string} path of a folder, an archive or a beam */
async function openSource(path) {
  return (
    (await openPath(fs, toUrl(path))) ??
    fail(`${path} has no beams: it is no folder, beam, .ez, .tar, .tar.gz or escript`)
  );
}

/** The arguments that erl itself gives to init. @param {string | undefined} otp */
function ownArguments(otp) {
  const root = otp !== undefined && fs.existsSync(`${otp}/lib`) ? ['-root', otp] : [];
  return [...root, '-progname', 'erl', '-home', process.env.HOME ?? '/'];
}

/** @param {Command} command @param {import('./vm/create.js').VMOptions} [more] */
async function start(command, more) {
  const finders = (/** @type {string[]} */ paths) =>
    Promise.all(paths.map(async (path) => (await openSource(path)).find));
  const [first, last] = [await finders(command.first), await finders(command.last)];
  const none = () => undefined;
  const combine = (/** @type {import('./otp/otp.js').ModuleFinder[]} */ list) => (/** @type {string} */ name) => {
    for (const find of list) {
      const found = find(name);
      if (found) return found;
    }
    return undefined;
  };
  return createVM({
    otp: command.otp === undefined ? undefined : [command.otp],
    modules: combine(first),
    fallback: last.length > 0 ? combine(last) : none,
    // The root says where the applications are, for -include_lib.
    boot: command.boot,
    args: [...(!command.boot ? ownArguments(command.otp) : command.sandbox ? [] : [SIGNALS]), ...command.args],
    env: { ...process.env, ...command.env },
    ...(command.maxProcesses && { maxProcesses: command.maxProcesses }),
    files: command.sandbox ? {} : 'host',
    ports: command.sandbox ? undefined : 'host',
    // For developers of the VM, in a checkout: docs/debugging.md.
    ...(/^(?!0?$)/.test(process.env.SPAWNLINK_DEBUG ?? '') && { debug: true }),
    stdin: inputReader(),
    stdout: true,
    stderr: true,
    ...more,
  });
}

/** @param {string[]} argv */
async function run(argv) {
  const file = argv[0] === '--otp' ? argv[2] : argv[0];
  if (file !== undefined && !file.startsWith('-') && isEscript(file))
    argv = withOtp(argv, (words) => [
      '-noshell',
      ...escriptFlags(file),
      '-run',
      'escript',
      'start',
      '-extra',
      ...words,
    ]);
  const command = erl(argv);
  for (const { name, values } of command.steps) if (values.length === 0) fail(`-${name} needs a module`);
  const vm = await start(command);
  let status = 0;
  vm.on('halt', (event) => (status = event.status));
  status = vm.haltStatus ?? status;
  if (vm.haltStatus === undefined) {
    const steps = command.steps.map(({ name, values }) => tuple(Atom.for(name), name === 'eval' ? values[0] : values));
    if (!command.boot) vm.spawn('spawnlink_cli', 'run', [steps]);
    await vm.idle();
  }
  vm.close();
  return status;
}

/** @param {string[]} argv */
async function evaluate(argv) {
  const command = parse(argv, true);
  const { rest } = command;
  if (rest.length !== 1)
    fail(
      `eval takes one expression, such as ` +
        `'lists:sum([1,2]).'${rest.length > 1 ? `, not ${rest.length}: ${rest.join('  ')}` : ''}`,
    );
  const vm = await start(command);
  let status = 1;
  try {
    const result = await vm.call('spawnlink_cli', 'eval', [command.rest[0]]);
    status = result === Atom.for('ok') ? 0 : 1;
  } catch (error) {
    if (!(error instanceof HaltedError)) throw error;
    status = error.status;
  }
  vm.close();
  return status;
}

/** @param {string[]} argv */
async function check(argv) {
  const command = parse(argv, true);
  if (command.rest.length === 0) fail('check takes folders, beams or archives');
  const [{ lacking, report }, { openOtp }, { compression }] = await Promise.all([
    import('./cli/check.js'),
    import('./otp/otp.js'),
    import('./host/loader.js'),
  ]);
  const tables = JSON.parse(fs.readFileSync(new URL('../dist/tables.json', import.meta.url), 'utf8'));
  const beams = new Map();
  for (const path of command.rest) {
    const source = await openSource(path);
    for (const name of source.names()) beams.set(name, await source.find(name));
  }
  const others = await Promise.all([...command.first, ...command.last].map(openSource));
  const otp = await openOtp(command.otp === undefined ? undefined : [command.otp], compression());
  const find = async (/** @type {string} */ name) => {
    for (const finder of [...others.map((source) => source.find), ...otp.finders]) {
      const found = await finder(name);
      if (found) return found;
    }
    return undefined;
  };
  const result = await lacking(beams, find, tables);
  console.log(report(result, beams.size));
  return result.size === 0 ? 0 : 1;
}

async function main() {
  const [name, ...argv] = process.argv.slice(2);
  if (name === 'run') return run(argv);
  if (name === 'eval') return evaluate(argv);
  if (name === 'compile') return run(withOtp(argv, compilerFlags));
  if (name === 'check') return check(argv);
  if (name === 'shell')
    return (await import('./cli/shell.js')).shell((options) => start(erl(['--boot', ...argv]), options));
  if (name === '--version' || name === '-v') {
    const { readFile } = await import('node:fs/promises');
    console.log(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version);
    return 0;
  }
  if (name !== undefined && name !== '--help' && name !== '-h')
    fail(`there is no command '${name}'; spawnlink --help tells all`);
  console.log(USAGE);
  return 0;
}

// The reader of our output may end first, as `head` does.
process.stdout.on('error', (error) => process.exit(/** @type {any} */ (error).code === 'EPIPE' ? 0 : 1));

const ended = (/** @type {number | undefined} */ status) => {
  process.exitCode = status;
  // A pending read of standard input would keep Node alive.
  process.stdin.unref?.();
};
const failed = (/** @type {any} */ error) => {
  // A missing file is a mistake of the caller too.
  if (!(error instanceof SpawnlinkError) && !error?.syscall) throw error;
  fail(error.message);
};
// Not awaited here, because in the bundle the modules that main imports are defined below.
main().then(ended).catch(failed);
