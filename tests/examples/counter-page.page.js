// SPDX-License-Identifier: Apache-2.0
//
// What the page of examples/counter-page does when somebody clicks. Run in the page by run.js.

const until = async (what, holds) => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error(`never: ${what}, but ${document.querySelector('#counter').innerHTML}`);
    await new Promise((done) => setTimeout(done, 20));
  }
};
const shown = () => document.querySelector('output')?.textContent;
const buttons = () => [...document.querySelectorAll('button')];
const click = (text) =>
  buttons()
    .find((it) => it.textContent === text)
    .click();

await until('three buttons', () => buttons().length === 3);
for (const text of ['+1', '+1', '+1', '-1']) click(text);
await until('it has counted', () => shown() === '2');
const old = document.querySelector('output');
click('crash');
// The first button has its listener before the others are there.
await until('it was started anew', () => document.querySelector('output') !== old && buttons().length === 3);
click('+1');
await until('it counts again from zero', () => shown() === '1');
await globalThis.report({ fine: true });
