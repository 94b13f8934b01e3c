// SPDX-License-Identifier: Apache-2.0
//
// Sees that the page of examples/off-the-main-thread is not kept while fib(35) is computed. Run in the page by run.js.
// A shared machine leaves out frames of itself; so they are compared with those of the same page without work.

const until = async (what, holds) => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1000) throw new Error(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
};
await until('the page has begun', () => globalThis.result !== undefined);
const { value, frames, late, ms, vm } = await globalThis.result;
if (value !== 9227465) throw new Error(`fib(35) is not ${value}`);
await until('twenty numbers', () => document.querySelectorAll('li').length === 20);
if (document.querySelector('li:last-child').textContent !== '6765') throw new Error('fib(20) is 6765');
await until('the page was called', () => /still computing/.test(document.querySelector('p').textContent));

// The same page, with nothing to compute, for as long.
let idle = 0;
const end = performance.now() + ms;
await new Promise((done) => {
  const frame = (now) => (now < end ? (idle++, requestAnimationFrame(frame)) : done());
  requestAnimationFrame(frame);
});
const said = `${frames} frames in ${Math.round(ms)} ms of fib(35), ${late} late; ${idle} without it`;
console.log(said);
if (frames < 0.7 * idle) throw new Error(said);
await vm.close();
await globalThis.report({ fine: true, said });
