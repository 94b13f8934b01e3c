// SPDX-License-Identifier: Apache-2.0
//
// Checks a linked vm.wasm: every import is a function of module "env" whose name starts with host_.
// Anything else is a C function that nobody defined, or a libc one that wants a system. Run after each link.

import { readFileSync, rmSync } from 'node:fs';

const file = process.argv[2];
const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)));
const wrong = imports.filter((i) => i.module !== 'env' || i.kind !== 'function' || !i.name.startsWith('host_'));
if (wrong.length > 0) {
  console.error(
    `${file}: not defined anywhere, and no import of ours: ${wrong.map((i) => `${i.module}.${i.name}`).join(', ')}`,
  );
  rmSync(file); // or the next build would take it for finished
  process.exit(1);
}
