import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockTrust, Message, SourceKind } from '../../../core/contract/message.ts';
import { packMessages, unpackMessages } from '../../../core/store/sqlite/packing.ts';

const message: fc.Arbitrary<Message> = fc.record(
  {
    topic: fc.string({ unit: 'grapheme' }),
    payload: fc.uint8Array(),
    qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    retain: fc.boolean(),
    source: fc.record({
      kind: fc.constantFrom<SourceKind>('device', 'function', 'client', 'cloud', 'shadow', 'system'),
      id: fc.string(),
    }),
    sequence: fc.maxSafeNat(),
    at: fc.record({
      wallMs: fc.maxSafeNat(),
      monoMs: fc.double({ noNaN: true }),
      bootId: fc.string(),
      trust: fc.constantFrom<ClockTrust>('never', 'holding', 'synced'),
    }),
    hops: fc.nat(100),
    traceId: fc.string(),
    expiryMs: fc.nat(),
  },
  { requiredKeys: ['topic', 'payload', 'qos', 'retain', 'source', 'sequence', 'at', 'hops'], noNullPrototype: true },
);

describe('packing', () => {
  it('gives back any messages as they were', () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        expect(unpackMessages(packMessages(messages))).toEqual(messages);
      }),
    );
  });

  it('copies the payload and nothing else of the buffer it lies in', () => {
    const pool = new Uint8Array(1_000_000);
    const one = fc.sample(message, 1).map((found) => ({ ...found, payload: pool.subarray(10, 14) }));
    expect(packMessages(one).buffer.byteLength).toBeLessThan(150);
  });
});
