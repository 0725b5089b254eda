import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReportWaits } from '../../../../core/adapters/model/report-waits.ts';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import type { Reading } from '../../../../core/contract/reading.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { never } from '../harness.ts';

type Value = number | string | boolean;

function setUp() {
  const clock = createManualClock();
  const hub = createLogHub({ clock }, { keep: 100, level: 'info' });
  const logged: string[] = [];
  hub.onRecord(({ event }) => logged.push(event));
  const waits = createReportWaits({ clock, log: hub.logger('test') }, 'Boiler');
  const sent: Value[] = [];
  return {
    clock,
    waits,
    logged,
    sent,
    /** What becomes of a write, in a word. */
    write(value: Value, { withinMs = 5000, resolution = 0, signal = never, send = async () => {} } = {}): Promise<string> {
      const write = {
        point: { name: 'flow', unit: '°C' },
        value,
        withinMs,
        resolution,
        send: () => {
          sent.push(value);
          return send();
        },
      };
      return waits.write(write, signal).then(
        ({ state, words }) => `${state}: ${words}`,
        (cause: unknown) => (cause instanceof GatewayError ? `${cause.code}: ${cause.message}` : String(cause)),
      );
    },
    report(value: Value | null, more: Partial<Reading> = {}): void {
      waits.heard([{ point: 'flow', value, quality: 'good', ...more }]);
    },
  };
}

describe('a write that waits for the report of its device', () => {
  it('is confirmed by a report of its value, with what the device said', async () => {
    const { write, report, clock } = setUp();
    const done = write(21.5);
    report(21.5);
    expect(await done).toBe('confirmed: flow is 21.5 °C.');
    expect(clock.pending).toBe(0);
  });

  it('is told what the device has instead when its time is over, and not before', async () => {
    const { write, report, clock, logged } = setUp();
    const moving = write(42);
    report(40);
    report(41);
    await clock.advance(4999);
    report(42);
    expect(await moving).toBe('confirmed: flow is 42 °C.');
    const stubborn = write(43);
    report(42);
    await clock.advance(5000);
    expect(await stubborn).toBe('adapter/not-confirmed: Boiler: 43 °C was sent to flow; the device reports 42 °C instead');
    expect(logged).toEqual(['device.not-confirmed']);
  });

  it('of which the device says nothing ends differently from both', async () => {
    const { write, clock, waits } = setUp();
    const done = write(1);
    waits.heard([{ point: 'other', value: 1, quality: 'good' }]);
    await clock.advance(5000);
    expect(await done).toBe('adapter/no-report: Boiler: 1 °C was sent to flow, but the device has not said so within 5 s');
  });

  it('is not confirmed by a value that is not good', async () => {
    const { write, report, clock } = setUp();
    const bad = write(1);
    report(null, { quality: 'bad', note: 'the sensor is broken' });
    await clock.advance(5000);
    expect(await bad).toBe('adapter/not-confirmed: Boiler: 1 °C was sent to flow; the device reports the sensor is broken');
    const stale = write(1);
    report(1, { quality: 'stale' });
    await clock.advance(5000);
    expect(await stale).toMatch(/^adapter\/not-confirmed.*a value that is stale/);
  });

  it('is not confirmed by what was reported before it was sent', async () => {
    const { write, report, clock } = setUp();
    report(1);
    const done = write(1);
    await clock.advance(5000);
    expect(await done).toMatch(/^adapter\/no-report/);
  });

  it('has its time from when it was sent, and hears what is said while it is being sent', async () => {
    const { write, report, clock } = setUp();
    const sending = Promise.withResolvers<void>();
    const slow = write(1, { send: () => sending.promise });
    await clock.advance(60_000);
    sending.resolve();
    await clock.advance(4999);
    report(1);
    expect(await slow).toMatch(/^confirmed/);
    const quick = write(2, { send: async () => report(2) });
    expect(await quick).toMatch(/^confirmed/);
  });

  it('that could not be sent says why, and one that is not to be waited for is only sent', async () => {
    const { write, clock, sent } = setUp();
    const refused = async (): Promise<void> => {
      throw new GatewayError('broker/not-open', 'no broker');
    };
    expect(await write(1, { send: refused })).toBe('broker/not-open: no broker');
    expect(await write(2, { withinMs: 0 })).toMatch(/^done: 2 °C to flow/);
    expect([sent, clock.pending]).toEqual([[1, 2], 0]);
  });

  it('ends with the device, and when nobody wants to know any more', async () => {
    const { write, waits, clock } = setUp();
    const gone = write(1);
    waits.end(new GatewayError('adapter/away', 'it has left'));
    expect(await gone).toBe('adapter/away: it has left');
    const life = new AbortController();
    const left = write(2, { signal: life.signal });
    life.abort(new Error('enough'));
    expect(await left).toBe('Error: enough');
    expect(clock.pending).toBe(0);
  });

  it('is one of a hundred at most', async () => {
    const { write, report, sent } = setUp();
    const all = Array.from({ length: 100 }, () => write(1));
    expect(await write(1)).toMatch(/^adapter\/busy/);
    expect(sent).toHaveLength(100);
    report(1);
    expect(new Set(await Promise.all(all))).toEqual(new Set(['confirmed: flow is 1 °C.']));
    const more = write(2);
    report(2);
    expect(await more).toMatch(/^confirmed/);
  });
});

describe('values that are the same', () => {
  it.each([
    [0.1, Math.fround(0.1), 0, true],
    [21.53, 21.5, 0.05, true],
    [21.53, 21.4, 0.05, false],
    [21.5, 21.6, 0, false],
    [true, 1, 0, true],
    [true, false, 0, false],
    ['auto', 'auto', 0, true],
    ['auto', 'Auto', 0, false],
    ['5', 5, 0, true],
  ] as const)('%s and %s with a resolution of %s: %s', async (value, reported, resolution, same) => {
    const { write, report, clock } = setUp();
    const done = write(value, { resolution });
    report(reported);
    await clock.advance(5000);
    expect(await done).toMatch(same ? /^confirmed/ : /^adapter\/not-confirmed/);
  });
});

describe('several writes of one point', () => {
  it('are each confirmed by the report of its own value', async () => {
    const { write, report } = setUp();
    const [one, two, again] = [write(1), write(2), write(1)];
    report(1);
    expect(await one).toMatch(/^confirmed/);
    report(2);
    expect(await two).toMatch(/^confirmed/);
    report(1);
    expect(await again).toMatch(/^confirmed/);
  });

  it('of which the device passes over one: that one is told so', async () => {
    const { write, report, clock } = setUp();
    const [one, two, again] = [write(1), write(2), write(1)];
    report(1);
    await clock.advance(5000);
    expect(await Promise.all([one, two, again])).toEqual([
      'confirmed: flow is 1 °C.',
      'adapter/not-confirmed: Boiler: 2 °C was sent to flow; the device reports 1 °C instead',
      'confirmed: flow is 1 °C.',
    ]);
  });

  it('are all confirmed by a device that does them one after the other, and never one whose value was not reported', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 20 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (values, obeys) => {
          const { write, report, clock } = setUp();
          const writes = values.map((value) => write(value));
          const done = values.filter((_, i) => obeys[i] !== false);
          for (const value of done) report(value);
          await clock.advance(5000);
          const outcomes = await Promise.all(writes);
          const all = done.length === values.length;
          outcomes.forEach((outcome, i) => {
            const said = done.includes(values[i] ?? -1);
            if (all) expect(outcome).toMatch(/^confirmed/);
            if (!said) expect(outcome).toMatch(done.length === 0 ? /^adapter\/no-report/ : /^adapter\/not-confirmed/);
          });
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
