import { describe, expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import type { ModbusDeviceConfig } from '../../../../core/contract/document/devices.ts';
import { createHarness, device, never } from '../harness.ts';

const hex = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString('hex');
const rtu = (unit: number, pdu: string): Uint8Array =>
  createRtuFramer('answers').wrap(unit, 0, Buffer.from(pdu.replaceAll(' ', ''), 'hex'));
const POINT = { name: 'a', table: 'holding', address: 0, writable: true };
const meter = (more: Record<string, unknown> = {}) =>
  device({ adapter: 'modbus-rtu', link: { kind: 'serial', path: '/dev/ttyS9' }, timeoutMs: 100, points: [POINT], ...more });

type Answer = (request: Uint8Array) => Uint8Array | undefined;

async function open(configs: ModbusDeviceConfig[], answer: Answer) {
  const harness = createHarness();
  const registry = createBusRegistry();
  const state = { answer };
  harness.links.prepare = (link) => {
    link.answer = (request) => state.answer(request);
  };
  const sessions = [];
  for (const config of configs)
    sessions.push(await createModbusAdapter(config.adapter, registry).open(config, harness.context, never));
  await harness.clock.advance(10);
  return { ...harness, registry, sessions, state, written: () => harness.links.opened[0]?.written ?? [] };
}

describe('a unit that does not answer', () => {
  it('is parked; its points say so once, and its first answer brings it back at once', async () => {
    const { clock, batches, faults, last, state } = await open([meter({ pollMs: 500 })], () => undefined);
    await clock.advance(20_000);
    expect(batches).toEqual([
      {
        readings: [{ point: 'a', value: null, quality: 'bad', note: 'unit 1 does not answer; it is asked now and then' }],
        sampledAt: expect.any(Number),
        unheard: true,
      },
    ]);
    expect(faults.filter((code) => code === 'adapter/parked')).toHaveLength(1);
    state.answer = () => rtu(1, '03 02 0007');
    await clock.advance(30_000);
    expect(last()).toEqual({ a: 7 });
    state.answer = () => undefined;
    await clock.advance(30_000);
    expect(batches.filter(({ unheard }) => unheard)).toHaveLength(2);
  });
  it('is not parked where the breaker is off', async () => {
    const { clock, written } = await open([meter({ pollMs: 500, breaker: { enabled: false } })], () => undefined);
    await clock.advance(20_000);
    expect(written().length).toBeGreaterThan(38);
  });
  it('takes a command nevertheless, which brings it back', async () => {
    const { clock, sessions, state, last } = await open([meter({ pollMs: 500 })], () => undefined);
    await clock.advance(25_000);
    state.answer = (request) => (request[1] === 6 ? rtu(1, hex(request.subarray(1, 6))) : rtu(1, '03 02 0005'));
    const done = sessions[0]?.write?.('a', 5, never);
    await clock.advance(20);
    await done;
    await clock.advance(600);
    expect(last()).toEqual({ a: 5 });
  });
  it('costs the others little', async () => {
    const good = [1, 2, 3].map((unit) => meter({ id: `good-${unit}`, unit, pollMs: 200 }));
    const { clock, batches } = await open([...good, meter({ id: 'dead', unit: 9, pollMs: 200 })], (request) =>
      request[0] === 9 ? undefined : rtu(request[0] ?? 0, '03 02 0001'),
    );
    await clock.advance(60_000);
    expect(batches.filter(({ unheard }) => !unheard).length).toBeGreaterThan(3 * 300 * 0.95);
  });
});

describe('polls', () => {
  it('of points with their own interval come at that interval', async () => {
    const points = [POINT, { name: 'slow', table: 'holding', address: 1, pollMs: 5000 }];
    const { clock, written } = await open([meter({ points })], (request) => rtu(1, `03 02 00${request[3] === 0 ? '01' : '02'}`));
    await clock.advance(20_000);
    const of = (address: number) => written().filter((request) => request[3] === address).length;
    expect([of(0), of(1)]).toEqual([21, 5]);
  });
  it('wait while a command is sent', async () => {
    const busy = [1, 2, 3, 4].map((unit) => meter({ id: `u-${unit}`, unit, pollMs: 10 }));
    const { clock, sessions, written } = await open(busy, (request) =>
      request[1] === 6 ? rtu(request[0] ?? 0, hex(request.subarray(1, 6))) : rtu(request[0] ?? 0, '03 02 0001'),
    );
    await clock.advance(500);
    const before = written().length;
    void sessions[0]?.write?.('a', 9, never);
    await clock.advance(20);
    const after = written().slice(before);
    expect(after.findIndex((request) => request[1] === 6)).toBeLessThan(2);
  });
  it('leave the silence that a device needs', async () => {
    const { clock, links } = await open([meter({ pollMs: 10, gapMs: 200 })], () => rtu(1, '03 02 0001'));
    await clock.advance(2000);
    expect(links.opened[0]?.written.length).toBeLessThanOrEqual(11);
  });
  it('across a gap that the device refuses are made without it', async () => {
    const points = [0, 3].map((address) => ({ name: `p${address}`, table: 'holding', address }));
    const { clock, last, written } = await open([meter({ points, blocks: { maxGap: 5 } })], (request) =>
      request[5] === 1 ? rtu(1, `03 02 000${request[3]}`) : rtu(1, '83 02'),
    );
    await clock.advance(1500);
    expect(last()).toEqual({ p0: 0, p3: 3 });
    expect(written().map((request) => request[5])).toEqual([4, 1, 1]);
  });
});

describe('a unit that answers, but not to everything', () => {
  const points = [
    { name: 'dumb', table: 'holding', address: 0 },
    { name: 'good', table: 'holding', address: 9 },
  ];
  const deaf = (request: Uint8Array): Uint8Array | undefined => (request[3] === 9 ? rtu(1, '03 02 0005') : undefined);

  it('gives what it answers, and says of the rest that nothing comes', async () => {
    const { clock, state, batches, last } = await open([meter({ points })], (request) => rtu(1, `03 02 000${request[3]}`));
    expect(last()).toEqual({ dumb: 0, good: 9 });
    state.answer = deaf;
    await clock.advance(30_000);
    const seen = batches.flatMap(({ readings }) => readings).filter(({ point }) => point === 'dumb');
    expect(seen.at(-1)).toMatchObject({ value: null, quality: 'bad', note: expect.stringContaining('no answer within 100 ms') });
    expect(last()['good']).toBe(5);
    state.answer = (request) => rtu(1, `03 02 000${request[3]}`);
    await clock.advance(35_000);
    expect(last()).toEqual({ dumb: 0, good: 9 });
  });
  it('is not held up by what it does not answer', async () => {
    const { clock, batches, written } = await open([meter({ points, pollMs: 200 })], deaf);
    await clock.advance(60_000);
    const good = batches
      .flatMap(({ readings }) => readings)
      .filter(({ point, quality }) => point === 'good' && quality === 'good');
    expect(good.length).toBeGreaterThan(200);
    expect(written().filter((request) => request[3] === 0).length).toBeLessThan(15);
  });
  it('is asked for everything again as soon as it comes back from being away altogether', async () => {
    const { clock, state, last } = await open([meter({ points })], () => undefined);
    await clock.advance(20_000);
    state.answer = (request) => rtu(1, `03 02 000${request[3]}`);
    await clock.advance(31_000);
    expect(last()).toEqual({ dumb: 0, good: 9 });
  });
});

describe('a write that is confirmed', () => {
  const run = async (raw: Record<string, unknown>, answer: Answer, value: number | boolean | string, more = {}) => {
    const all = await open([meter({ points: [{ ...POINT, ...raw }], pollMs: 86_400_000, ...more })], answer);
    await all.clock.advance(500);
    const before = all.written().length;
    const done = all.sessions[0]?.writeConfirmed?.('a', value, never);
    done?.catch(() => {});
    await all.clock.advance(500);
    return {
      ...all,
      done,
      sent: all
        .written()
        .slice(before)
        .map((one) => hex(one.subarray(1, -2))),
    };
  };
  /** A device that keeps what is written. */
  const keeper =
    (kept: { word: string }): Answer =>
    (request) => {
      if (request[1] === 6) kept.word = hex(request.subarray(4, 6));
      return request[1] === 3 ? rtu(1, `03 02 ${kept.word}`) : rtu(1, hex(request.subarray(1, 6)));
    };
  it('is read back, and the reading is emitted', async () => {
    const { done, sent, last } = await run({ scale: 0.1, unit: 'bar' }, keeper({ word: '0000' }), 1.5);
    expect(await done).toEqual({ state: 'confirmed', words: 'a is 1.5 bar.', value: 1.5 });
    expect([sent, last()]).toEqual([['060000000f', '0300000001'], { a: 1.5 }]);
  });
  it('rejects where the device has another value, or cannot be read', async () => {
    const other = await run({}, (request) => (request[1] === 3 ? rtu(1, '03 02 0063') : rtu(1, hex(request.subarray(1, 6)))), 5);
    await expect(other.done).rejects.toMatchObject({ code: 'adapter/not-confirmed', message: expect.stringContaining('has 99') });
    const deaf = await run({}, (request) => (request[1] === 3 ? rtu(1, '83 02') : rtu(1, hex(request.subarray(1, 6)))), 5);
    await expect(deaf.done).rejects.toMatchObject({ code: 'adapter/not-confirmed' });
  });
  it('compares only the bits that are its own', async () => {
    const { done, sent } = await run({ mask: 0x00f0 }, keeper({ word: 'ab12' }), 7);
    expect(await done).toMatchObject({ state: 'confirmed', value: 7 });
    expect(sent).toEqual(['0300000001', '060000ab72', '0300000001']);
  });
  it('is not read back where that is switched off', async () => {
    const { done, sent } = await run({}, keeper({ word: '0000' }), 5, { readBack: false });
    expect([await done, sent]).toEqual([{ state: 'done', words: 'dut has taken a; it is not read back.' }, ['0600000005']]);
  });
  it('uses the function that is told', async () => {
    const multiple = await run({}, keeper({ word: '0005' }), 5, { writeBy: 'multiple' });
    expect(multiple.sent[0]).toBe('100000000102' + '0005');
    const single = await run({ type: 'uint32' }, keeper({ word: '0000' }), 0x0001_0002, { writeBy: 'single', readBack: false });
    expect(single.sent).toEqual(['0600000001', '0600010002']);
  });
});

describe('a line with noise', () => {
  it('costs one try for each damaged answer, and nothing is called late', async () => {
    const points = [
      { name: 'a', table: 'holding', address: 0 },
      { name: 'b', table: 'holding', address: 9 },
    ];
    let asked = 0;
    const { clock, batches, registry } = await open([meter({ points, pollMs: 500 })], (request) => {
      asked += 1;
      const answer = rtu(1, `03 02 000${request[3]}`);
      return asked % 5 === 0 ? answer.map((byte, i) => (i === 4 ? byte ^ 0x10 : byte)) : answer;
    });
    await clock.advance(60_000);
    const readings = batches.flatMap((batch) => batch.readings);
    expect(readings.filter(({ quality }) => quality === 'good').length).toBeGreaterThan(2 * 115);
    expect(readings.every(({ point, value }) => value === (point === 'a' ? 0 : 9))).toBe(true);
    const [unit] = registry.book.units(undefined);
    expect(unit).toMatchObject({ lateAnswers: 0 });
    expect(unit?.verdict.finding).toContain('came damaged');
  });
  it('still takes no late answer for another where a damaged one may have been the late one', async () => {
    const points = [
      { name: 'a', table: 'holding', address: 0 },
      { name: 'b', table: 'holding', address: 9 },
    ];
    const { clock, batches, links } = await open([meter({ points, pollMs: 500 })], () => undefined);
    const say = (bytes: Uint8Array): void => links.opened[0]?.hear(bytes);
    await clock.advance(150); // the first try for a has timed out, the second is open
    say(rtu(1, '03 02 0000').map((byte, i) => (i === 4 ? byte ^ 0x10 : byte)));
    await clock.advance(300); // and so has it; b is asked in the next round
    for (let i = 0; i < 40; i += 1) {
      await clock.advance(20);
      if (i === 6) say(rtu(1, '03 02 0000')); // the late answer for a
    }
    expect(batches.flatMap(({ readings }) => readings).filter(({ point, value }) => point === 'b' && value === 0)).toEqual([]);
  });
});

describe('what is heard beside the answers', () => {
  const unitOf = (all: Awaited<ReturnType<typeof open>>, unit: number) =>
    all.registry.book.units(undefined).find((one) => one.unit === unit);

  it('an echo of the adapter is told as one, and the answer behind it is taken', async () => {
    const all = await open([meter()], (request) => Buffer.concat([request, rtu(1, '03 02 0007')]));
    await all.clock.advance(3000);
    expect(all.last()).toEqual({ a: 7 });
    expect(unitOf(all, 1)?.verdict.finding).toContain('gives back what it sends');
  });
  it('a late answer of one unit is not held against the next', async () => {
    const late = meter({ id: 'late', unit: 1, pollMs: 60_000 });
    const next = meter({ id: 'next', unit: 2, pollMs: 60_000 });
    const all = await open([late], () => undefined);
    await all.clock.advance(210); // both tries have timed out
    all.state.answer = (request) => (request[0] === 2 ? Buffer.concat([rtu(1, '03 02 0001'), rtu(2, '03 02 0002')]) : undefined);
    const registry = all.registry;
    await createModbusAdapter('modbus-rtu', registry).open(next, all.context, never);
    await all.clock.advance(20);
    expect(all.last()).toEqual({ a: 2 });
    expect(all.faults).not.toContain('adapter/wrong-unit');
    expect([unitOf(all, 1)?.lateAnswers, unitOf(all, 2)?.wrongUnit]).toEqual([1, 0]);
  });
  it('an answer that comes twice is counted, and gives no second value', async () => {
    const all = await open([meter()], () => Buffer.concat([rtu(1, '03 02 0007'), rtu(1, '03 02 0007')]));
    await all.clock.advance(2000);
    expect(all.batches).toHaveLength(3);
    expect(unitOf(all, 1)).toMatchObject({ duplicateAnswers: 3, verdict: { state: 'out-of-spec' } });
  });
});
