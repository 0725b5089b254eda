import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import type { FunctionState } from '../../../../core/store/function-state.ts';
import { createMemoryFunctionState } from '../../../../core/store/memory-function-state.ts';
import { createMachine } from './scheduler-under-test.ts';

const MINUTE = 60_000;
const event = (text: string): Uint8Array => Buffer.from(JSON.stringify(text));

describe('a time that a function has set', () => {
  it('comes once, with its event, and not before', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([]);
    await scheduler.at('alarm', 'later', machine.clock.now() + 90_000, event('hello'));
    expect(scheduler.views()).toMatchObject([{ id: 'alarm/at:later', rule: 'once', waitsFor: null }]);
    await machine.clock.advance(89_999);
    expect(machine.ran).toEqual([]);
    await machine.clock.advance(5 * MINUTE);
    expect(machine.ran).toMatchObject([
      { at: '10:01:30.000', function: 'alarm', event: 'hello', request: { subject: 'gatehouse/schedule/alarm/later' } },
    ]);
    expect(scheduler.views()).toEqual([]);
    await scheduler.stop();
  });

  it('is replaced by the same id, per function, and can be cancelled once', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([]);
    const now = machine.clock.now();
    await scheduler.at('alarm', 'x', now + 1000, event('first'));
    await scheduler.at('alarm', 'x', now + 2000, event('second'));
    await scheduler.at('other', 'x', now + 1000, event('third'));
    await scheduler.at('alarm', 'y', now + 1000, event('fourth'));
    expect([await scheduler.cancel('alarm', 'y'), await scheduler.cancel('alarm', 'y')]).toEqual([true, false]);
    await machine.clock.advance(3000);
    expect(machine.ran.map(({ at, event: told }) => [at, told])).toEqual([
      ['10:00:01.000', 'third'],
      ['10:00:02.000', 'second'],
    ]);
    await scheduler.stop();
  });

  it('survives a restart, and comes late rather than never', async () => {
    const machine = createMachine();
    const first = await machine.boot([]);
    await first.at('alarm', 'x', machine.clock.now() + MINUTE, event('a'));
    await first.at('alarm', 'y', machine.clock.now() + 10 * MINUTE, event('b'));
    await first.stop();
    await machine.clock.advance(5 * MINUTE);
    const second = await machine.boot([]);
    await machine.clock.advance(6 * MINUTE);
    await second.stop();
    await (await machine.boot([])).stop();
    expect(machine.ran.map(({ at, event: told }) => [at, told])).toEqual([
      ['10:05:00.000', 'a'],
      ['10:10:00.000', 'b'],
    ]);
  });

  it('waits for the functions of the document', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot();
    await scheduler.at('alarm', 'x', machine.clock.now() - 1, event('a'));
    await machine.clock.advance(MINUTE);
    expect(machine.ran).toEqual([]);
    scheduler.apply([]);
    await machine.clock.advance(1);
    expect(machine.ran).toHaveLength(1);
    await scheduler.stop();
  });

  it('goes by steady time where it was set with a clock that is not trusted, by the wall clock else', async () => {
    const machine = createMachine();
    machine.trust('never');
    const scheduler = await machine.boot([]);
    await scheduler.at('alarm', 'x', machine.clock.now() + 5 * MINUTE, event('steady'));
    machine.clock.jumpWall(1_000_000_000);
    machine.trust('synced');
    await scheduler.at('alarm', 'y', machine.clock.now() + 10 * MINUTE, event('wall'));
    await machine.clock.advance(5 * MINUTE);
    expect(machine.ran.map(({ event: told }) => told)).toEqual(['steady']);
    machine.clock.jumpWall(4 * MINUTE);
    await machine.clock.advance(MINUTE);
    expect(machine.ran.map(({ event: told }) => told)).toEqual(['steady', 'wall']);
    await scheduler.stop();
  });

  it('is tried again when the function is busy, and given up when there is no such function', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([]);
    machine.refuse(new GatewayError('function/busy', 'full'));
    await scheduler.at('alarm', 'x', machine.clock.now(), event('a'));
    await machine.clock.advance(30_000);
    expect(scheduler.views()).toMatchObject([{ lastResult: 'refused' }]);
    machine.refuse(null);
    await machine.clock.advance(MINUTE);
    expect(machine.ran).toHaveLength(1);
    machine.refuse(new GatewayError('function/unknown', 'gone'));
    await scheduler.at('alarm', 'x', machine.clock.now(), event('a'));
    await machine.clock.advance(10 * MINUTE);
    expect([machine.ran.length, scheduler.views()]).toEqual([1, []]);
    await scheduler.stop();
  });

  it('is not lost when the gateway stops while the function takes nothing', async () => {
    const machine = createMachine();
    const first = await machine.boot([]);
    machine.refuse(new GatewayError('function/parked', 'parked'));
    await first.at('alarm', 'x', machine.clock.now(), event('a'));
    await machine.clock.advance(1000);
    await first.stop();
    machine.refuse(null);
    const second = await machine.boot([]);
    await machine.clock.advance(1);
    expect(machine.ran.map(({ event: told }) => told)).toEqual(['a']);
    await second.stop();
  });

  it('comes although its removal cannot be kept', async () => {
    const machine = createMachine();
    const state = createMemoryFunctionState(machine.rows);
    const failing: FunctionState = {
      ...state,
      set: (owner, key, json, expected) =>
        json === null ? Promise.reject(new GatewayError('store/failed', 'disk')) : state.set(owner, key, json, expected),
    };
    const scheduler = await machine.boot([], failing);
    await scheduler.at('alarm', 'x', machine.clock.now() + 1000, event('a'));
    await machine.clock.advance(10_000);
    expect(machine.ran).toHaveLength(1);
    await scheduler.stop();
  });

  it('bears what is not readable on the disk', async () => {
    const machine = createMachine();
    const state = createMemoryFunctionState(machine.rows);
    await state.set('$schedules', 'at/alarm', 'true', null);
    await state.set('$at/alarm', 'bad', '{"at":"soon"}', null);
    await state.set(
      '$at/alarm',
      'good',
      JSON.stringify({ at: 0, steadyAt: null, payload: Buffer.from('"hi"').toString('base64') }),
      null,
    );
    await state.set('$schedules', 'last/alarm/c', '[', null);
    const scheduler = await machine.boot([]);
    await machine.clock.advance(1);
    expect(machine.ran.map(({ event: told }) => told)).toEqual(['hi']);
    await scheduler.stop();
  });

  it('is one of at most a thousand of a function', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([]);
    const far = machine.clock.now() + 1e9;
    for (let n = 0; n < 1000; n += 1) await scheduler.at('alarm', `n${n}`, far, event('a'));
    await expect(scheduler.at('alarm', 'more', far, event('a'))).rejects.toMatchObject({ code: 'function/state-full' });
    await scheduler.at('alarm', 'n5', far, event('b'));
    await scheduler.at('other', 'more', far, event('a'));
    await expect(scheduler.at('other', 'large', far, new Uint8Array(49_153))).rejects.toMatchObject({
      code: 'function/state-full',
    });
    await scheduler.stop();
  });
});
