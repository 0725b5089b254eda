import { describe, expect, it } from 'vitest';
import type { HopKind, HopView, TraceView } from '../../../core/contract/views.ts';
import { orderTraces, timelineOf } from '../../../renderer/pages/flows/timeline.ts';
import { formatMicros, outstanding, whereTimeWent } from '../../../renderer/pages/flows/trace-text.ts';

const hop = (kind: HopKind, place: string, afterUs: number, detail = ''): HopView => ({ kind, place, afterUs, detail });
const COMPLETE: readonly HopView[] = [
  hop('wire', 'device:a', 0),
  hop('decoded', 'device:a', 100),
  hop('published', 'device:a', 110, 'devices/a'),
  hop('routed', 'to-history', 120, 'to history'),
  hop('routed', 'to-alarm', 130, 'to function:alarm'),
  hop('routed', 'to-cloud', 140, 'to cloud'),
  hop('delivered', 'history', 200, 'to-history'),
  hop('function-started', 'function:alarm', 630, 'devices/a'),
  hop('stored', 'cloud', 2140, 'to-cloud'),
  hop('function-ended', 'function:alarm', 2200, 'ok'),
  hop('sent', 'cloud', 2240, 'spool 7, devices/a'),
  hop('acknowledged', 'cloud', 10_240, 'spool 7'),
];
const timeline = (hops: readonly HopView[]) => timelineOf({ hops: [...hops] });
const without = (...kinds: HopKind[]): HopView[] => COMPLETE.filter((one) => !kinds.includes(one.kind));

describe('the timeline of a trace', () => {
  it('measures each step from the hop it followed, not from the one before it in time', () => {
    const took = new Map(timeline(COMPLETE).steps.map((step) => [`${step.hop.kind} ${step.hop.place}`, step.stepUs]));
    expect(took.get('delivered history')).toBe(80);
    expect(took.get('function-started function:alarm')).toBe(500);
    expect(took.get('function-ended function:alarm')).toBe(1570);
    expect(took.get('stored cloud')).toBe(2000);
    expect(took.get('sent cloud')).toBe(100);
    expect(took.get('acknowledged cloud')).toBe(8000);
  });

  it('draws bars to scale', () => {
    const { steps, totalUs } = timeline(COMPLETE);
    expect(totalUs).toBe(10_240);
    const last = steps.at(-1);
    expect(last?.begin).toBeCloseTo(2240 / 10_240);
    expect(last?.share).toBeCloseTo(8000 / 10_240);
    for (const step of steps) expect(step.begin + step.share).toBeLessThanOrEqual(1.000001);
  });

  it('says where the time went', () => {
    expect(whereTimeWent(timeline(COMPLETE))).toBe(
      '10 ms in all. Most of it, 8.0 ms (78 %), was for: the cloud’s acknowledgement.',
    );
    expect(whereTimeWent(timeline([hop('wire', 'device:a', 0)]))).toBe('Nothing has happened after the start yet.');
  });

  it('has nothing outstanding when all has arrived', () => {
    expect(timeline(COMPLETE).open).toEqual([]);
  });

  it('knows what is outstanding: the cloud, its acknowledgement, a queue, a function', () => {
    const words = (hops: readonly HopView[]): string[] => timeline(hops).open.map(outstanding);
    expect(words(without('sent', 'acknowledged'))).toEqual([
      'Stored, waits for the cloud. It is sent as soon as the line is there.',
    ]);
    expect(words(without('acknowledged'))).toEqual(['Sent to the cloud, waits for its acknowledgement.']);
    expect(words(without('delivered'))).toEqual(['Waits in the queue of to-history (History).']);
    expect(words(without('function-ended'))).toEqual(['alarm is still at work on it.']);
  });

  it('pairs what is sent with what was stored, first in, first out', () => {
    const { open, steps } = timeline([
      hop('published', 'function:f', 0),
      hop('routed', 'one', 1, 'to cloud'),
      hop('routed', 'two', 2, 'to cloud'),
      hop('stored', 'cloud', 10, 'one'),
      hop('stored', 'cloud', 20, 'two'),
      hop('sent', 'cloud', 30, 'spool 1'),
      hop('acknowledged', 'cloud', 40, 'spool 1'),
    ]);
    expect(steps[5]?.stepUs).toBe(20);
    expect(open).toEqual([{ kind: 'cloud', place: 'two' }]);
  });

  it('tells what was dropped', () => {
    const { dropped, open } = timeline([...without('delivered'), hop('dropped', 'to-history', 300, 'queue-full')]);
    expect(dropped).toHaveLength(1);
    expect(open).toEqual([]);
  });

  it('puts asked traces first, the newest on top', () => {
    const trace = (id: string, startedAt: number, reason: TraceView['reason']): TraceView => ({
      id,
      startedAt,
      reason,
      origin: 'device:a',
      topic: 't',
      hops: [],
    });
    const order = orderTraces([trace('old', 1, 'sampled'), trace('asked', 2, 'asked'), trace('new', 3, 'sampled')]);
    expect(order.map((one) => one.id)).toEqual(['asked', 'new', 'old']);
  });

  it('writes times in the unit that fits', () => {
    expect([formatMicros(42), formatMicros(4200), formatMicros(1_250_000)]).toEqual(['42 µs', '4.2 ms', '1.25 s']);
  });
});
