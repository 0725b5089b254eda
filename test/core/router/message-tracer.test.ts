import { describe, expect, it } from 'vitest';
import { createTracer } from '../../../core/router/message-tracer.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

function build(options: { keep?: number; maxHops?: number } = {}) {
  const clock = createManualClock();
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `t${ids}`;
  };
  return { clock, tracer: createTracer({ clock, newId }, { keep: 3, sampleEveryMs: 1000, maxHops: 4, ...options }) };
}

describe('the tracer', () => {
  it('samples each source at most once in its time', async () => {
    const { clock, tracer } = build();
    expect(tracer.begin('device:a', 't')).toBe('t1');
    expect(tracer.begin('device:a', 't')).toBeUndefined();
    expect(tracer.begin('device:b', 't')).toBe('t2');
    await clock.advance(999);
    expect(tracer.begin('device:a', 't')).toBeUndefined();
    await clock.advance(1);
    expect(tracer.begin('device:a', 't')).toBe('t3');
    expect(tracer.traces().map((one) => one.reason)).toEqual(['sampled', 'sampled', 'sampled']);
  });

  it('follows the next message of the source that was asked for, once, or of any', () => {
    const { tracer } = build({ keep: 10 });
    tracer.begin('device:a', 't');
    tracer.begin('device:b', 't');
    tracer.askNext('device:a');
    expect(tracer.begin('device:b', 't')).toBeUndefined();
    expect(tracer.begin('device:a', 'asked')).toBe('t3');
    expect(tracer.begin('device:a', 't')).toBeUndefined();
    tracer.askNext(null);
    expect(tracer.begin('device:b', 'any')).toBe('t4');
    expect(tracer.begin('device:b', 't')).toBeUndefined();
    expect(
      tracer
        .traces()
        .filter((one) => one.reason === 'asked')
        .map((one) => one.topic),
    ).toEqual(['asked', 'any']);
  });

  it('keeps so many; what a person asked for outlives the samples', () => {
    const { tracer } = build();
    tracer.askNext('asked');
    tracer.begin('asked', 't');
    for (const source of ['a', 'b', 'c', 'd']) tracer.begin(source, 't');
    expect(tracer.traces().map((one) => one.origin)).toEqual(['asked', 'c', 'd']);
    for (const source of ['e', 'f', 'g']) {
      tracer.askNext(source);
      tracer.begin(source, 't');
    }
    expect(tracer.traces().map((one) => one.origin)).toEqual(['e', 'f', 'g']);
  });

  it('sorts hops by time, in microseconds after the first, and leaves out those beyond the limit', async () => {
    const { clock, tracer } = build();
    const id = tracer.begin('device:a', 't') ?? '';
    await clock.advance(10);
    tracer.hop(id, 'published', 'device:a', 't');
    tracer.hop(id, 'wire', 'device:a', 'bytes', 7.25);
    tracer.hop(id, 'stored', 'cloud', 'r', 12.5);
    tracer.hop(id, 'routed', 'r', 'to cloud', 11);
    tracer.hop(id, 'sent', 'cloud', 'too many');
    tracer.hop('unknown', 'sent', 'cloud', '');
    expect(tracer.traces()[0]?.hops).toEqual([
      { kind: 'wire', place: 'device:a', detail: 'bytes', afterUs: 0 },
      { kind: 'published', place: 'device:a', detail: 't', afterUs: 2750 },
      { kind: 'routed', place: 'r', detail: 'to cloud', afterUs: 3750 },
      { kind: 'stored', place: 'cloud', detail: 'r', afterUs: 5250 },
    ]);
  });

  it('tells its listeners of each hop', () => {
    const { tracer } = build();
    const seen: number[] = [];
    const stop = tracer.onChanged((trace) => seen.push(trace.hops.length));
    const id = tracer.begin('device:a', 't') ?? '';
    tracer.hop(id, 'published', 'a', '');
    tracer.hop(id, 'routed', 'r', '');
    stop();
    tracer.hop(id, 'stored', 'cloud', '');
    expect(seen).toEqual([1, 2]);
  });
});
