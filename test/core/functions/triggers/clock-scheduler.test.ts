import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createMemoryFunctionState } from '../../../../core/store/memory-function-state.ts';
import { createMachine, cron, every, told } from './scheduler-under-test.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const busy = new GatewayError('function/busy', 'full');

describe('the scheduler', () => {
  it('runs at the times of the pattern, with the event that the contract says', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([cron('*/15 * * * *')]);
    await machine.clock.advance(HOUR);
    expect(told(machine.ran)).toEqual([
      '10:15:00 for 10:15:00 missed 0',
      '10:30:00 for 10:30:00 missed 0',
      '10:45:00 for 10:45:00 missed 0',
      '11:00:00 for 11:00:00 missed 0',
    ]);
    expect(machine.ran[0]).toMatchObject({
      event: { schedule: 'c', due: '2026-05-05T10:15:00.000Z', missed: 0 },
      request: { by: { kind: 'schedule', id: 'c' }, subject: 'gatehouse/schedule/alarm/c', hops: 0 },
    });
    expect(scheduler.views()).toEqual([
      {
        id: 'alarm/c',
        function: 'alarm',
        rule: '*/15 * * * * (UTC)',
        nextAt: Date.parse('2026-05-05T11:15:00Z'),
        lastAt: Date.parse('2026-05-05T11:00:00Z'),
        lastResult: 'ok',
        runs: 4,
        missed: 0,
        waitsFor: null,
      },
    ]);
    await scheduler.stop();
    expect(machine.clock.pending).toBe(0);
  });

  it('gives the event of the document', async () => {
    const machine = createMachine();
    const { function: name, config } = every(1000);
    const scheduler = await machine.boot([{ function: name, config: { ...config, payload: [1, null] } }]);
    await machine.clock.advance(1000);
    expect(machine.ran.map(({ event }) => event)).toEqual([[1, null]]);
    await scheduler.stop();
  });

  it('runs an interval on its grid by steady time, whatever the wall clock does', async () => {
    const machine = createMachine();
    machine.trust('never');
    const scheduler = await machine.boot([every(10_000)]);
    await machine.clock.advance(25_000);
    machine.clock.jumpWall(HOUR);
    await machine.clock.advance(10_000);
    machine.clock.jumpWall(-5 * HOUR);
    await machine.clock.advance(10_000);
    expect(machine.ran.map(({ at }) => at)).toEqual(['10:00:10.000', '10:00:20.000', '11:00:30.000', '06:00:40.000']);
    await scheduler.stop();
  });

  it('waits for a clock that can be trusted, then makes good what it missed', async () => {
    const machine = createMachine();
    machine.trust('never');
    const first = await machine.boot([cron('0 * * * *')]);
    await machine.clock.advance(3 * HOUR);
    expect(machine.ran).toEqual([]);
    expect(first.views()[0]).toMatchObject({ waitsFor: 'clock', nextAt: null });
    machine.trust('synced');
    await machine.clock.advance(2 * HOUR);
    expect(told(machine.ran)).toEqual(['14:00:00 for 14:00:00 missed 0', '15:00:00 for 15:00:00 missed 0']);
    await first.stop();
    machine.trust('never');
    const second = await machine.boot([cron('0 * * * *')]);
    await machine.clock.advance(3 * HOUR);
    machine.trust('holding');
    await machine.clock.advance(1);
    expect(told(machine.ran).slice(2)).toEqual(['18:00:00 for 18:00:00 missed 2']);
    await second.stop();
  });

  it('a clock set back repeats nothing, and one set back over a wrong date begins anew', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([cron('*/30 * * * *')]);
    await machine.clock.advance(HOUR);
    machine.clock.jumpWall(-50 * MINUTE);
    await machine.clock.advance(50 * MINUTE);
    expect(machine.ran).toHaveLength(2);
    await machine.clock.advance(30 * MINUTE);
    expect(told(machine.ran)).toEqual([
      '10:30:00 for 10:30:00 missed 0',
      '11:00:00 for 11:00:00 missed 0',
      '11:30:00 for 11:30:00 missed 0',
    ]);
    machine.clock.jumpWall(10_000 * HOUR);
    await machine.clock.advance(MINUTE);
    machine.clock.jumpWall(-10_000 * HOUR);
    const before = machine.ran.length;
    await machine.clock.advance(HOUR);
    expect(machine.ran).toHaveLength(before + 2);
    await scheduler.stop();
  });

  it.each([
    ['skip', []],
    ['once', ['14:40:30 for 14:30:00 missed 9']],
  ] as const)('a clock set forward over many times: %s', async (missed, expected) => {
    const machine = createMachine();
    const scheduler = await machine.boot([cron('*/30 * * * *', missed)]);
    await machine.clock.advance(30_000);
    machine.clock.jumpWall(4 * HOUR + 40 * MINUTE);
    await machine.clock.advance(MINUTE);
    expect(told(machine.ran).map((line) => line.replace('14:41:00', '14:40:30'))).toEqual(expected);
    expect(scheduler.views()[0]).toMatchObject({ missed: missed === 'skip' ? 9 : 8 });
    await scheduler.stop();
  });

  it('a clock set forward by less than a minute misses nothing', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([cron('0 11 * * *', 'skip')]);
    await machine.clock.advance(59 * MINUTE + 30_000);
    machine.clock.jumpWall(50_000);
    await machine.clock.advance(30_000);
    expect(told(machine.ran)).toEqual(['11:00:50 for 11:00:00 missed 0']);
    await scheduler.stop();
  });

  it.each([
    ['skip', []],
    ['once', ['12:10:00 for 12:00:00 missed 4']],
    [
      'all',
      [
        '12:10:00 for 10:30:00 missed 1',
        '12:10:00 for 11:00:00 missed 1',
        '12:10:00 for 11:30:00 missed 1',
        '12:10:00 for 12:00:00 missed 1',
      ],
    ],
  ] as const)('what was due while the gateway was off: %s', async (missed, expected) => {
    const machine = createMachine();
    const first = await machine.boot([cron('*/30 * * * *', missed)]);
    await machine.clock.advance(10 * MINUTE);
    await first.stop();
    await machine.clock.advance(2 * HOUR);
    const second = await machine.boot([cron('*/30 * * * *', missed)]);
    await machine.clock.advance(1);
    expect(told(machine.ran)).toEqual(expected);
    await machine.clock.advance(20 * MINUTE);
    expect(told(machine.ran).at(-1)).toBe('12:30:00 for 12:30:00 missed 0');
    await second.stop();
  });

  it('all: the newest hundred of many, with the rest counted in the first', async () => {
    const machine = createMachine();
    await (await machine.boot([every(60_000, 'all')])).stop();
    await machine.clock.advance(250 * MINUTE);
    const second = await machine.boot([every(60_000, 'all')]);
    await machine.clock.advance(1);
    const missed = machine.ran.map(({ event }) => (event as { missed: number }).missed); // made by the scheduler
    expect([missed.length, missed[0], missed[1], missed.at(-1)]).toEqual([100, 151, 1, 0]);
    await second.stop();
  });

  it('an interval goes on its grid after a restart, and a day is a day with a restart in it', async () => {
    const machine = createMachine();
    const day = every(24 * HOUR);
    for (let boot = 0; boot < 4; boot += 1) {
      const scheduler = await machine.boot([day]);
      await machine.clock.advance(10 * HOUR);
      await scheduler.stop();
    }
    expect(machine.ran.map(({ at }) => at)).toEqual(['10:00:00.000']);
  });

  it.each([
    ['skip', ['10:15:00 for 10:15:00 missed 0']],
    ['once', ['10:11:00 for 10:10:00 missed 2', '10:15:00 for 10:15:00 missed 0']],
    ['all', ['10:11:00 for 10:05:00 missed 1', '10:11:00 for 10:10:00 missed 1', '10:15:00 for 10:15:00 missed 0']],
  ] as const)('a function that takes no events: %s', async (missed, expected) => {
    const machine = createMachine();
    const scheduler = await machine.boot([cron('*/5 * * * *', missed)]);
    machine.refuse(busy);
    await machine.clock.advance(10 * MINUTE + 30_000);
    expect(scheduler.views()[0]).toMatchObject({ lastResult: 'refused', runs: 0 });
    machine.refuse(null);
    await machine.clock.advance(4 * MINUTE + 30_000);
    expect(told(machine.ran)).toEqual(expected);
    await scheduler.stop();
  });

  it('what was refused is made good by the next start of the gateway', async () => {
    const machine = createMachine();
    const first = await machine.boot([cron('0 * * * *')]);
    machine.refuse(busy);
    await machine.clock.advance(HOUR + MINUTE);
    await first.stop();
    machine.refuse(null);
    const second = await machine.boot([cron('0 * * * *')]);
    await machine.clock.advance(MINUTE);
    expect(machine.ran.map(({ event }) => event)).toEqual([{ schedule: 'c', due: '2026-05-05T11:00:00.000Z', missed: 0 }]);
    await second.stop();
  });

  it('keeps its place when the document changes elsewhere, and forgets what is not named any more', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([every(10_000), cron('0 11 * * *')]);
    await machine.clock.advance(15_000);
    scheduler.apply([every(10_000)]);
    await machine.clock.advance(5000);
    expect(machine.ran.map(({ at }) => at)).toEqual(['10:00:10.000', '10:00:20.000']);
    expect(scheduler.views().map(({ id }) => id)).toEqual(['alarm/i']);
    scheduler.apply([every(7000)]);
    await machine.clock.advance(7000);
    expect(machine.ran.at(-1)?.at).toBe('10:00:27.000');
    await scheduler.stop();
    expect([...(machine.rows.owners.get('$schedules')?.keys() ?? [])]).toEqual(['last/alarm/i']);
  });

  it('goes on without a schedule whose pattern cannot be read', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([cron('every other day'), every(1000)]);
    await machine.clock.advance(1000);
    expect(scheduler.views().map(({ id }) => id)).toEqual(['alarm/i']);
    expect(machine.ran).toHaveLength(1);
    await scheduler.stop();
  });

  it('does not run what is disabled, nor make it good', async () => {
    const machine = createMachine();
    const { function: name, config } = cron('*/30 * * * *');
    const off = { function: name, config: { ...config, enabled: false } };
    const scheduler = await machine.boot([off]);
    await machine.clock.advance(2 * HOUR);
    expect(scheduler.views()[0]).toMatchObject({ waitsFor: 'disabled', nextAt: null });
    scheduler.apply([cron('*/30 * * * *')]);
    await machine.clock.advance(29 * MINUTE);
    expect(machine.ran).toEqual([]);
    await machine.clock.advance(MINUTE);
    scheduler.apply([off]);
    await machine.clock.advance(HOUR);
    expect(told(machine.ran)).toEqual(['12:30:00 for 12:30:00 missed 0']);
    await scheduler.stop();
  });

  it('runs although nothing can be kept', async () => {
    const machine = createMachine();
    const broken = {
      ...createMemoryFunctionState(),
      set: () => Promise.reject(new GatewayError('store/full', 'no room')),
    };
    const scheduler = await machine.boot([cron('*/30 * * * *')], broken);
    await machine.clock.advance(HOUR);
    expect(machine.ran).toHaveLength(2);
    await scheduler.stop();
  });

  it('writes the disk about once a minute for an interval of a second', async () => {
    const machine = createMachine();
    const scheduler = await machine.boot([every(1000)]);
    await machine.clock.advance(10 * MINUTE);
    expect(machine.ran).toHaveLength(600);
    expect(machine.rows.last).toBeLessThan(15);
    await scheduler.stop();
  });

  it('goes on at once and on its grid after a crash, with an interval that is shorter than what is written', async () => {
    const machine = createMachine();
    const first = await machine.boot([every(7000)]);
    await machine.clock.advance(10_000);
    const crashed = structuredClone(machine.rows.owners);
    await first.stop();
    machine.rows.owners.clear();
    for (const [owner, kept] of crashed) machine.rows.owners.set(owner, kept);
    await machine.clock.advance(1000);
    const second = await machine.boot([every(7000)]);
    await machine.clock.advance(11_000);
    expect(machine.ran.map(({ at }) => at)).toEqual(['10:00:07.000', '10:00:14.000', '10:00:21.000']);
    await second.stop();
  });

  it('runs nothing twice, whenever the power goes, whatever the clock does', async () => {
    const step = fc.record({
      forMs: fc.integer({ min: 1, max: 5 * MINUTE }),
      jumpMs: fc.constantFrom(0, 0, 0, 20_000, -20_000, 3 * MINUTE, -3 * MINUTE),
      end: fc.constantFrom('go', 'stop', 'crash'),
      offMs: fc.integer({ min: 0, max: 5 * MINUTE }),
    });
    const policies = fc.constantFrom('skip' as const, 'once' as const, 'all' as const);
    const rules = fc.constantFrom('*/10 * * * * *', '* * * * *', '*/3 * * * *');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), policies, rules, async (steps, missed, rule) => {
        const machine = createMachine();
        let scheduler = await machine.boot([cron(rule, missed)]);
        for (const { forMs, jumpMs, end, offMs } of steps) {
          await machine.clock.advance(forMs);
          machine.clock.jumpWall(jumpMs);
          if (end === 'go') continue;
          if (end === 'stop') await scheduler.stop();
          // a crash: the old one is never asked again, and what it does from now on is not looked at
          const crashed = machine.ran.length;
          if (end === 'crash') {
            const rows = structuredClone({ owners: machine.rows.owners, last: machine.rows.last });
            await scheduler.stop();
            machine.ran.length = crashed;
            machine.rows.owners.clear();
            for (const [owner, kept] of rows.owners) machine.rows.owners.set(owner, kept);
          }
          await machine.clock.advance(offMs);
          scheduler = await machine.boot([cron(rule, missed)]);
        }
        await machine.clock.advance(1);
        await scheduler.stop();
        const due = machine.ran.map(({ event }) => (event as { due: string }).due); // made by the scheduler
        expect(due).toEqual([...new Set(due)].sort());
      }),
      { numRuns: 100 },
    );
  });
});
