// SPDX-License-Identifier: Apache-2.0
//
// Makes dist/playground, a folder of static files for any file host. All files except the page and the service worker
// are named by their content. `node web/tools/build.js`; needs `scripts/build wasm pack` first. Does nothing when
// nothing has changed.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle.js';
import { fill } from './fill.js';
import { FONTS, faces, licences } from './fonts.js';
import { makePacks, packInputs } from './packs.js';

const home = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the site. */
export const folder = join(home, 'dist/playground');
const STATE = 'build/web';
const LIBRARIES = ['dist/re.wasm', 'dist/zlib.wasm'];

const mtime = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const filesIn = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
const hashOf = (bytes) => createHash('sha256').update(bytes).digest('base64url').slice(0, 8).replaceAll('-', '0');

/** Builds what has changed. */
export async function build() {
  process.chdir(home);
  mkdirSync(STATE, { recursive: true });
  const tools = filesIn('web/tools');
  await when(join(STATE, 'packs.stamp'), [...packInputs(), ...tools], async () => {
    for (const [name, bytes] of Object.entries(await makePacks())) writeFileSync(join(STATE, name), bytes);
  });
  await when(
    join(STATE, 'site.stamp'),
    [
      join(STATE, 'packs.stamp'),
      ...filesIn('web'),
      ...filesIn('js'),
      'package.json',
      'package-lock.json',
      'dist/vm.wasm',
      ...LIBRARIES,
    ].filter(existsSync),
    makeSite,
  );
}

/** Calls `make` if one of its inputs is newer than the stamp. */
async function when(stamp, inputs, make) {
  if (existsSync(folder) && mtime(stamp) > 0 && inputs.every((file) => mtime(file) <= mtime(stamp))) return;
  rmSync(stamp, { force: true });
  const begun = new Date();
  await make();
  writeFileSync(stamp, `${begun.toISOString()}\n`);
}

async function makeSite() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const put = (name, extension, bytes) => {
    const file = `${name}-${hashOf(bytes)}.${extension}`;
    writeFileSync(join(folder, file), bytes);
    return file;
  };
  const read = (name) => readFileSync(join(STATE, name));
  const fonts = FONTS.map(({ name, file }) => put(name, 'woff2', readFileSync(file)));
  const style =
    faces(fonts) +
    ['tokens', 'layout', 'panels', 'graph', 'editor']
      .map((name) => readFileSync(`web/style/${name}.css`, 'utf8'))
      .join('')
      .replace(/\/\*[^]*?\*\/\n?/g, '');
  const data = {
    wasm: put('vm', 'wasm', readFileSync('dist/vm.wasm')),
    first: put('first', 'lzma', read('first')),
    headers: put('headers', 'json', read('headers')),
  };
  // Files that are fetched when they are first used.
  const later = {
    rest: put('rest', 'pack', read('rest')),
    ...Object.fromEntries(
      LIBRARIES.filter(existsSync).map((file) => [
        basename(file, '.wasm'),
        put(basename(file, '.wasm'), 'wasm', readFileSync(file)),
      ]),
    ),
  };
  const css = put('style', 'css', style);
  const workers = await bundle(
    { compiler: 'web/src/worker/compiler.js', program: 'web/src/worker/program.js' },
    folder,
    {},
  );
  const page = await bundle({ main: 'web/src/main.js' }, folder, { ASSETS: { ...data, ...later, ...workers.entries } });
  writeFileSync(
    join(folder, 'index.html'),
    pageOf({ css, main: page.entries.main, fonts, data, workers: workers.entries }),
  );
  const scripts = [...new Set([...workers.files, ...page.files])];
  const all = ['./', css, ...fonts, ...scripts, ...Object.values(data), ...Object.values(later)];
  const version = hashOf(
    all.map((file) => hashOf(file === './' ? readFileSync(join(folder, 'index.html')) : file)).join(),
  );
  writeFileSync(
    join(folder, 'sw.js'),
    fill(readFileSync('web/src/sw.js', 'utf8'), { __VERSION__: version, "'__FILES__'": JSON.stringify(all) }),
  );
  cpSync('LICENSE', join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'LICENSE-fonts'), licences());
  tell(sizesOf([...scripts, 'sw.js'], ['index.html', css, ...fonts, ...Object.values(data)]));
}

/** The page with the names of its files; it tells the browser in advance what will be fetched. */
function pageOf({ css, main, fonts, data, workers }) {
  const early = [
    ...fonts.map((file) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="${file}">`),
    ...Object.values(data).map((file) => `<link rel="preload" as="fetch" crossorigin href="${file}">`),
    ...Object.values(workers).map((file) => `<link rel="modulepreload" href="${file}">`),
  ];
  return fill(readFileSync('web/index.html', 'utf8'), {
    'href="style.css"': `href="${css}"`,
    'src="main.js"': `src="${main}"`,
    '<!-- preload -->': early.join('\n'),
    '<!-- about -->': about(),
  });
}

/** The version that the page runs, and links to more information, from package.json. */
function about() {
  const { name, version, homepage, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
  const release = JSON.parse(readFileSync(join(STATE, 'described'), 'utf8')).otp;
  const page = `https://www.npmjs.com/package/${name}`;
  const source =
    (repository?.url ?? repository)?.replace(/^git\+/, '').replace(/\.git$/, '') ?? `${page}?activeTab=code`;
  const links = { Docs: homepage ?? `${page}#readme`, Package: page, Source: source };
  const anchors = Object.entries(links).map(
    ([text, url]) => `<a href="${url}" target="_blank" rel="noopener">${text}</a>`,
  );
  return (
    `<footer class="about"><span>Erlang/OTP ${release}</span><span>${name} ${version}` +
    `</span>${anchors.join('')}</footer>`
  );
}

/** The size of files as a host sends them: with gzip where that helps. @returns {{js: number, first: number}} */
function sizesOf(scripts, others) {
  const sent = (file) => {
    const bytes = readFileSync(join(folder, file));
    return Math.min(bytes.length, gzipSync(bytes, { level: 9 }).length);
  };
  const sum = (files) => files.reduce((total, file) => total + sent(file), 0);
  const js = sum(scripts);
  return { js, first: js + sum(others) };
}

function tell(sizes) {
  writeFileSync(join(STATE, 'sizes.json'), JSON.stringify(sizes));
  const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
  console.log(`dist/playground: JavaScript ${kib(sizes.js)} gzip, first load ${kib(sizes.first)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
