// SPDX-License-Identifier: Apache-2.0
//
// The checks that every host must pass with the package. This file is copied beside each environment's program and runs
// there, so it uses nothing except the package and what all hosts have.

/** The result of each check when all is well. */
export const EXPECTED = {
  sum: '6',
  re: '{match,[<<"b">>]}',
  json: '#{<<"a">> => [1,2]}',
  zlib: '"zipped"',
  link: "{'EXIT',<pid>,boom}",
  undefined: 'ErlangError undef',
  boot: 'true',
  compile: '42',
};

/**
 * @param {any} spawnlink the package's names
 * @param {any} [options] options of createVM that the environment needs
 * @returns {Promise<Record<string, string>>} the result or the error of each check
 */
export async function checks({ Atom, createVM, format, tuple }, options = {}) {
  const atom = (name) => Atom.for(name);
  const string = (text) => Array.from(text, (c) => c.charCodeAt(0));
  const bytes = (text) => Uint8Array.from(string(text));
  const vm = await createVM({ stdout: false, ...options });
  const all = {
    sum: async () => format(await vm.call('lists', 'sum', [[1, 2, 3]])),
    re: async () =>
      format(
        await vm.call('re', 'run', [bytes('abc'), bytes('b'), [tuple(atom('capture'), atom('all'), atom('binary'))]]),
      ),
    json: async () => format(await vm.call('json', 'decode', [bytes('{"a":[1,2]}')])),
    zlib: async () =>
      format([...(await vm.call('zlib', 'gunzip', [await vm.call('zlib', 'gzip', [bytes('zipped')])]))]),
    async link() {
      const js = await vm.process({ trapExit: true });
      const worker = await vm.spawn('timer', 'sleep', [60_000]);
      js.link(worker);
      vm.exit(worker, atom('boom'));
      return format(await js.receive()).replace(/<[\d.]+>/, '<pid>');
    },
    undefined: () => vm.call('lists', 'summ', [[1]]).catch((error) => `${error.name} ${error.reason}`),
    async boot() {
      const booted = await createVM({ stdout: false, ...options, boot: true });
      const [kernel] = await booted
        .call('application', 'which_applications', [])
        .then((list) => list.filter((it) => it.at(0) === atom('kernel')));
      booted.close();
      return String(kernel !== undefined);
    },
    async compile() {
      const forms = [];
      for (const text of ['-module(m).', '-export([f/0]).', 'f() -> 42.']) {
        const tokens = (await vm.call('erl_scan', 'string', [string(text)])).at(1);
        forms.push((await vm.call('erl_parse', 'parse_form', [tokens])).at(1));
      }
      const compiled = await vm.call('compile', 'forms', [forms, [atom('return')]]);
      await vm.load(compiled.at(2));
      return format(await vm.call('m', 'f', []));
    },
  };
  const answers = {};
  for (const [name, check] of Object.entries(all)) {
    try {
      answers[name] = await check();
    } catch (error) {
      answers[name] = `${error?.name}: ${error?.message}`;
    }
  }
  vm.close();
  return answers;
}

/** The checks whose results are wrong: empty when all is well. */
export function differences(answers) {
  return Object.entries(EXPECTED)
    .filter(([name, wanted]) => answers?.[name] !== wanted)
    .map(([name, wanted]) => `${name}: expected ${wanted}, got ${answers?.[name]}`);
}
