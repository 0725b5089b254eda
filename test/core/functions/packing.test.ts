import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_OWNER, packOutbox, packPayloads, payloadOffsets, unpackOutbox } from '../../../core/functions/packing.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('packing', () => {
  it('gives back every payload of a batch', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 70 }), (payloads) => {
        const buffer = packPayloads(payloads);
        const offsets = payloadOffsets(buffer, payloads.length);
        const back = payloads.map((_, i) => new Uint8Array(buffer.slice(offsets[i] ?? 0, offsets[i + 1] ?? 0)));
        expect(back).toEqual(payloads.map((one) => new Uint8Array(one)));
      }),
    );
  });

  it('does not hand over the pool that a payload is a view of', () => {
    const pooled = Buffer.from('reading');
    const buffer = packPayloads([pooled]);
    expect(buffer).not.toBe(pooled.buffer);
    expect(buffer.byteLength).toBe(4 + 7);
  });

  it('gives back times, marks and payloads of an outbox, each payload in memory of its own', () => {
    const mark = fc.record({
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: fc.boolean(),
      owner: fc.oneof(fc.nat(2 ** 30 - 1), fc.constant(NO_OWNER)),
      payload: bytes,
    });
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 20 }), fc.array(mark, { maxLength: 20 }), (halves, marks) => {
        const times = halves.flatMap((value) => [value, value / 2]);
        const all = Buffer.concat(marks.map(({ payload }) => payload));
        const table = marks.map(({ payload, ...rest }) => ({ ...rest, length: payload.byteLength }));
        const back = unpackOutbox(packOutbox(times, table, all), halves.length, marks.length);
        expect([...back.times]).toEqual(times);
        expect(back.publishes).toEqual(marks.map(({ payload, ...rest }) => ({ ...rest, payload: new Uint8Array(payload) })));
        for (const { payload } of back.publishes) expect(payload.buffer.byteLength).toBe(payload.byteLength);
      }),
    );
  });
});
