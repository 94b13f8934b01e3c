// SPDX-License-Identifier: Apache-2.0
//
// Checks a linked vm.wasm: every import must be a function of module "env" whose name starts with host_. Any other
// import is a C function that was not defined, or a function of libc that needs an operating system. Run after each
// link.

import { readFileSync, rmSync } from 'node:fs';

const file = process.argv[2];
const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)));
const wrong = imports.filter((i) => i.module !== 'env' || i.kind !== 'function' || !i.name.startsWith('host_'));
if (wrong.length > 0) {
  console.error(
    `${file}: not defined anywhere, and no import of ours: ${wrong.map((i) => `${i.module}.${i.name}`).join(', ')}`,
  );
  rmSync(file); // otherwise the next build would take the file for finished
  process.exit(1);
}
