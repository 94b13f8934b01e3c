// SPDX-License-Identifier: Apache-2.0
//
// vm.eval and sessions: Erlang as it is typed at OTP's shell.
import { describe, expect, jest, test } from '@jest/globals';
import { Atom, CompileError, ErlangError, text } from '../../js/index.js';
import { otpRoot, vm } from './helper.js';

jest.setTimeout(60_000);

const shown = async (promise) => String(await promise);
const failure = (promise) =>
  promise.then(
    (value) => {
      throw new Error(`no failure, but ${value}`);
    },
    (error) => error,
  );

describe('vm.eval', () => {
  test('gives the value of the last of its forms', async () => {
    const machine = await vm();
    expect(await machine.eval('lists:sum(X).', { X: [1, 2] })).toBe(3);
    expect(await machine.eval('1, 2')).toBe(2);
    expect(await shown(machine.eval('A = 1. B = A + 1.\n\n{A, B}. % the end'))).toBe('{1,2}');
    expect(await shown(machine.eval(''))).toBe('ok');
    expect(text(await machine.eval('<<"hällo 日本"/utf8>>.'))).toBe('hällo 日本');
    expect(await machine.eval('#{a => 1, "k" => [1]}.', {}, { pretty: true })).toEqual({ a: 1, k: [1] });
  });

  test('its functions and records are known to the forms after them', async () => {
    const machine = await vm();
    const source = 'f(0) -> 1; f(N) when N > 0 -> N * f(N - 1). g() -> f(20) + f(1). g().';
    expect(await machine.eval(source)).toBe(2432902008176640001n);
    const record = '-record(r, {a = 1, b}). R = #r{b = 2}. S = R#r{a = R#r.b}. #r{a = A} = S#r{b = 4}. ';
    expect(await shown(machine.eval(`${record} {S, A, record_info(fields, r), record_info(size, r)}.`))).toBe(
      '{{r,2,2},2,[a,b],3}',
    );
    expect(await machine.eval('-record(r, {a}). a_of(R) -> R#r.a. a_of(#r{a = 7}).')).toBe(7);
  });

  test.each([
    ['1 + .', 1, 5, "syntax error before: '.'"],
    ['X = 1,\nY + X.', 2, 1, "variable 'Y' is unbound"],
    ['f(X) ->\n  Z.', 2, 3, "variable 'Z' is unbound"],
    ['#q{}.', 1, 1, 'record q undefined'],
    ['  "abc', 1, 4, 'unterminated string starting with "abc\\n"'],
  ])('%j is a CompileError with its place', async (source, line, column, message) => {
    const error = await failure((await vm()).eval(source));
    expect(error).toBeInstanceOf(CompileError);
    expect(error.code).toBe('COMPILE');
    expect(error.diagnostics).toEqual([{ severity: 'error', file: 'nofile', line, column, message }]);
    expect(error.message).toBe(`nofile:${line}:${column}: ${message}`);
  });

  test('several errors are several diagnostics', async () => {
    const { diagnostics } = await failure((await vm()).eval('X + Y.'));
    expect(diagnostics.map(({ message }) => message)).toEqual(["variable 'X' is unbound", "variable 'Y' is unbound"]);
  });

  test('an exception is the ErlangError of vm.call, without the evaluator in its stack', async () => {
    const machine = await vm();
    const bad = await failure(machine.eval('lists:nth(3, [1]).'));
    expect(bad).toBeInstanceOf(ErlangError);
    expect(bad.message).toBe('no function clause matching lists:nth_1(2,[])');
    expect(bad.erlangStack.map(({ module }) => module)).toEqual(['lists']);
    expect((await failure(machine.eval('foo(1).'))).message).toBe('undefined function erl_eval:foo/1');
    expect((await failure(machine.eval('{ok, 1} = {error, 2}.'))).message).toBe(
      'no match of right hand side value {error,2}',
    );
    expect((await failure(machine.eval('throw({a, b}).'))).class).toBe('throw');
    expect((await failure(machine.eval('exit(normal).'))).reason).toBe(Atom.for('normal'));
    expect((await failure(machine.eval('exit(self(), kill).'))).reason).toBe(Atom.for('killed'));
  });

  test('timeout and signal end its process', async () => {
    const machine = await vm();
    const forever = 'register(waiter, self()), receive after infinity -> ok end.';
    const late = await failure(machine.eval(forever, {}, { timeout: 100 }));
    expect([late.code, late.message]).toEqual(['TIMEOUT', 'the evaluation took longer than 100 ms']);
    const controller = new AbortController();
    const waiting = machine.eval(forever, {}, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    expect((await failure(waiting)).message).toBe('enough');
    await machine.idle();
    expect(await machine.eval('whereis(waiter).')).toBe(Atom.for('undefined'));
  });

  test('what is given wrongly is refused by name', async () => {
    const machine = await vm();
    for (const name of ['x', '_', '', 'X-Y', '1X']) {
      const { code, message } = await failure(machine.eval('1.', { [name]: 1 }));
      expect([code, message]).toEqual(['ARGUMENT', expect.stringContaining(`'${name}' is no name of an Erlang var`)]);
    }
    expect(await machine.eval('{Ä, _x, X@1}.', { Ä: 1, _x: 2, X$: 3 }).catch(({ code }) => code)).toBe('ARGUMENT');
    expect(await shown(machine.eval('{Ä, _x, X@1}.', { Ä: 1, _x: 2, 'X@1': 3 }))).toBe('{1,2,3}');
    expect((await failure(machine.eval('1.', {}, { timout: 1 }))).message).toContain("eval has no option 'timout'");
  });

  test('in a booted VM, and with the modules of an installed OTP', async () => {
    const source = '-record(r, {a}). f(X) -> X#r.a. f(#r{a = 3}).';
    expect(await (await vm({ boot: true })).eval(source)).toBe(3);
    expect(await (await vm({ otp: otpRoot })).eval(source)).toBe(3);
  });
});

describe('a session', () => {
  test('keeps variables, records and functions', async () => {
    const session = (await vm()).session();
    await session.eval('-record(point, {x, y = 0}).');
    await session.eval('double(P) -> P#point{x = 2 * P#point.x}.');
    await session.eval('P = #point{x = X}.', { X: 21 });
    expect(await shown(session.eval('double(P).'))).toBe('{point,42,0}');
    expect((await failure(session.eval('X = 22.'))).message).toBe('no match of right hand side value 22');
    expect(await session.eval('X.', { X: 22 })).toBe(22);
    session.close();
  });

  test('keeps what the forms before a failure have bound', async () => {
    const session = (await vm()).session();
    await failure(session.eval('A = 1. error(oops).'));
    await failure(session.eval('B = 2. 1 + .'));
    await failure(session.eval('C = 3. receive after infinity -> ok end.', {}, { timeout: 100 }));
    await failure(session.eval('D = 4, error(oops).'));
    expect(await session.eval('A + B + C.')).toBe(6);
    expect((await failure(session.eval('D.'))).message).toContain("variable 'D' is unbound");
    session.close();
  });

  test('evaluates in one process until that fails; what is linked to it fails with it', async () => {
    const machine = await vm();
    const session = machine.session();
    await session.eval('Self = self(), spawn(fun() -> Self ! hello end).');
    expect(await session.eval('receive M -> M end.')).toBe(Atom.for('hello'));
    await session.eval('P = spawn_link(fun() -> receive after infinity -> ok end end).');
    expect(await session.eval('is_process_alive(P) andalso Self =:= self().')).toBe(true);
    expect((await failure(session.eval('error(oops).'))).reason).toBe(Atom.for('oops'));
    expect(await session.eval('is_process_alive(P) orelse Self =:= self().')).toBe(false);
    expect((await failure(session.eval('exit(self(), kill).'))).reason).toBe(Atom.for('killed'));
    expect(await session.eval('1.')).toBe(1);
    session.close();
  });

  test('evaluates one after the other; one that is aborted leaves the others alone', async () => {
    const session = (await vm()).session();
    const all = [
      session.eval('timer:sleep(20), A = 1.'),
      session.eval('receive after infinity -> 1 end.', {}, { timeout: 200 }),
      session.eval('receive after infinity -> 1 end.', {}, { timeout: 100 }),
      session.eval('A + 1.'),
    ];
    const told = await Promise.allSettled(all);
    expect(told.map(({ value, reason }) => value ?? reason.code)).toEqual([1, 'TIMEOUT', 'TIMEOUT', 2]);
    session.close();
  });

  test('closed, its processes end, and what waits or comes says so', async () => {
    const machine = await vm();
    await machine.eval('1.');
    await machine.idle();
    const before = machine.stats().processes;
    const session = machine.session();
    const waiting = failure(session.eval('process_flag(trap_exit, true), receive after infinity -> ok end.'));
    setTimeout(() => session.close(), 50);
    expect(await waiting).toMatchObject({ code: 'CLOSED', message: 'the session is closed' });
    expect((await failure(session.eval('1.'))).code).toBe('CLOSED');
    session[Symbol.dispose]();
    await machine.idle();
    expect(machine.stats().processes).toBe(before);
    const other = machine.session();
    machine.close();
    expect((await failure(other.eval('1.'))).message).toBe('the VM is closed');
    other.close();
  });
});
