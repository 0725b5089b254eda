import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_OWNER, PIECE_BYTES, packEvents, packOutbox, readEvents, unpackOutbox } from '../../../core/functions/packing.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('packing', () => {
  it('gives back topic, source and payload of every event of a batch, and says each text once', () => {
    const event = fc.record({
      topic: fc.constantFrom('a', 'b/c', 'ü', ''),
      source: fc.constantFrom(...['meter', 'pump', 'valve'].map((id) => ({ kind: 'device', id }) as const)),
      payload: bytes,
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 70 }), (events) => {
        const packed = packEvents(events);
        const { topic, source, start } = readEvents(packed);
        const back = events.map((_, i) => ({
          topic: topic(i),
          source: source(i),
          payload: new Uint8Array(packed.bytes.slice(start(i), start(i + 1))),
        }));
        const wanted = events.map((one) => ({ ...one, source: `device:${one.source.id}`, payload: new Uint8Array(one.payload) }));
        expect(back).toEqual(wanted);
        expect([...packed.topics].sort()).toEqual([...new Set(events.map((one) => one.topic))].sort());
        expect([...packed.sources].sort()).toEqual([...new Set(wanted.map((one) => one.source))].sort());
      }),
    );
  });

  it('does not hand over the pool that a payload is a view of', () => {
    const pooled = Buffer.from('reading');
    const { bytes: packed } = packEvents([{ topic: 'in', source: { kind: 'device', id: 'meter' }, payload: pooled }]);
    expect(packed).not.toBe(pooled.buffer);
    expect(packed.byteLength).toBe(12 + 7);
  });

  it('gives back times, marks and payloads of an outbox, a payload that is kept never keeping much of its batch', () => {
    const mark = fc.record({
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: fc.boolean(),
      owner: fc.oneof(fc.nat(2 ** 30 - 1), fc.constant(NO_OWNER)),
      topic: fc.nat(1000),
      payload: fc.oneof(bytes, fc.uint8Array({ minLength: 3000, maxLength: 12_000 })),
    });
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 20 }), fc.array(mark, { maxLength: 20 }), (halves, marks) => {
        const times = halves.flatMap((value) => [value, value / 2]);
        const all = Buffer.concat(marks.map(({ payload }) => payload));
        const table = marks.map(({ payload, ...rest }) => ({ ...rest, length: payload.byteLength }));
        const back = unpackOutbox(packOutbox(times, table, all), halves.length, marks.length);
        expect([...back.times]).toEqual(times);
        expect(back.publishes).toEqual(marks.map(({ payload, ...rest }) => ({ ...rest, payload: new Uint8Array(payload) })));
        for (const { payload } of back.publishes)
          expect(payload.buffer.byteLength).toBeLessThanOrEqual(Math.max(PIECE_BYTES, payload.byteLength));
      }),
    );
  });

  it('gives no payload beyond the end of an outbox whose lengths are lies', () => {
    const lies = [5, 2 ** 32 - 1, 0, 7].map((length) => ({ length, qos: 0 as const, retain: false, owner: 0, topic: 0 }));
    const { publishes } = unpackOutbox(packOutbox([], lies, Buffer.from('only these')), 0, 4);
    expect(publishes.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['only ', 'these', '', '']);
  });
});
