import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineShare } from '../../../../core/adapters/modbus/line-share.ts';
import { createSchedule, REQUEST_CLASSES, type RequestClass } from '../../../../core/adapters/modbus/schedule.ts';

describe('the schedule of a line', () => {
  const order = (all: [number, RequestClass][]): string[] => {
    const schedule = createSchedule<string>(100, () => 0);
    for (const [i, [flow, of]] of all.entries()) expect(schedule.push(flow, of, `${i}`)).toBe(true);
    return Array.from({ length: all.length }, () => schedule.shift()?.item ?? '');
  };

  it('serves commands first, then what a person wants to see, then polls and probes by turns', () => {
    expect(
      order([
        [1, 'probe'],
        [2, 'poll'],
        [3, 'now'],
        [4, 'command'],
      ]),
    ).toEqual(['3', '2', '0', '1']);
  });
  it('keeps the order of one unit', () => {
    expect(
      order([
        [1, 'poll'],
        [1, 'poll'],
        [1, 'poll'],
      ]),
    ).toEqual(['0', '1', '2']);
  });
  it('serves whoever has used the line least', () => {
    const schedule = createSchedule<string>(100, () => 0);
    for (const flow of [1, 2]) for (let i = 0; i < 6; i += 1) schedule.push(flow, 'poll', `${flow}`);
    const served: string[] = [];
    for (let next = schedule.shift(); next; next = schedule.shift()) {
      served.push(next.item);
      schedule.charge(next.flow, next.flow === 1 ? 30 : 10);
    }
    expect(served.slice(0, 8).join('')).toBe('12221222');
  });
  it('forgets in time: who was silent has little to save up, and who had much comes again', () => {
    let now = 0;
    const schedule = createSchedule<number>(100, () => now);
    schedule.charge(1, 10_000);
    schedule.charge(2, 0);
    now = 300_000;
    schedule.charge(2, 10);
    schedule.push(1, 'poll', 1);
    schedule.push(2, 'poll', 2);
    expect(schedule.shift()?.flow).toBe(1);
  });
  it('lets no class starve', () => {
    const schedule = createSchedule<string>(100, () => 0);
    schedule.push(9, 'probe', 'probe');
    schedule.push(8, 'poll', 'poll');
    const served: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      schedule.push(1, 'command', 'command');
      served.push(schedule.shift()?.item ?? '');
    }
    expect(served).toContain('probe');
    expect(served).toContain('poll');
  });
  it('is bounded, and gives everything back when it is cleared', () => {
    const schedule = createSchedule<number>(2, () => 0);
    expect([schedule.push(1, 'poll', 1), schedule.push(1, 'poll', 2), schedule.push(2, 'command', 3)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(schedule.clear()).toEqual([1, 2]);
    expect([schedule.size, schedule.shift()]).toEqual([0, undefined]);
  });
  it('gives out each once, whatever comes', () => {
    const step = fc.record({
      push: fc.boolean(),
      flow: fc.integer({ min: 1, max: 5 }),
      of: fc.constantFrom(...REQUEST_CLASSES),
      ms: fc.integer({ min: 0, max: 100 }),
    });
    const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const schedule = createSchedule<number>(20, () => 0);
      const inside = new Set<number>();
      const lastOf = new Map<string, number>();
      steps.forEach(({ push, flow, of, ms }, i) => {
        if (push) {
          if (schedule.push(flow, of, i)) inside.add(i);
          return;
        }
        const next = schedule.shift();
        expect(next !== undefined).toBe(inside.size > 0);
        if (!next) return;
        expect(inside.delete(next.item)).toBe(true);
        const key = `${steps[next.item]?.flow} ${steps[next.item]?.of?.replace('probe', 'poll')}`;
        expect(next.item).toBeGreaterThan(lastOf.get(key) ?? -1);
        lastOf.set(key, next.item);
        schedule.charge(next.flow, ms);
      });
      expect(schedule.size).toBe(inside.size);
    });
    fc.assert(property);
  });
});

describe('the share of a line', () => {
  it('counts what holds the line up double', () => {
    const share = createLineShare();
    for (let i = 0; i < 100; i += 1) share.charge(20, true);
    expect([share.charge(20, true), share.charge(30, true)]).toEqual([20, 30]);
    expect([share.charge(200, true), share.charge(20, false)]).toEqual([400, 40]);
  });
  it('follows the median, not the slowest', () => {
    const share = createLineShare();
    for (let i = 0; i < 200; i += 1) share.charge(i % 4 === 0 ? 500 : 20, true);
    expect(share.charge(30, true)).toBe(30);
    expect(share.charge(500, true)).toBe(1000);
  });
});
