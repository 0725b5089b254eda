import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePayload, encodeCommand } from '../../../../core/adapters/sparkplug/payload.ts';
import { DATATYPES, decodeValue, encodeValue } from '../../../../core/adapters/sparkplug/values.ts';
import { type PeerMetric, sparkplugPeer } from '../../../fakes/sparkplug-peer.ts';

function values(bytes: Uint8Array): Record<string, unknown> {
  const decoded = decodePayload(bytes);
  if (!decoded.ok) throw new Error(decoded.why);
  return Object.fromEntries(
    decoded.payload.metrics.map(({ name, datatype, value, isNull }) => {
      if (isNull || !value) return [name, null];
      const read = decodeValue(datatype ?? 0, value);
      return [name, read.ok ? read.value : read.why];
    }),
  );
}
const encoded = (...metrics: PeerMetric[]): Uint8Array => sparkplugPeer.encodePayload({ timestamp: 1, seq: 3, metrics });

describe('a payload of Sparkplug B', () => {
  // Made once by the Tahu-compatible encoder.
  const GOLDEN =
    '0880d095ffbc3112110a01541880d095ffbc312009650000ac41120b0a014e200350fbffffff0f12080a0153200c7a017812070a0142200b7001120d0a014c200858f2dfb89ea7e7021803';

  it('of another maker is read', () => {
    const bytes = Buffer.from(GOLDEN, 'hex');
    expect(values(bytes)).toEqual({ T: 21.5, N: -5, S: 'x', B: true, L: 12345678901234 });
    expect(decodePayload(bytes)).toMatchObject({ ok: true, payload: { seq: 3, timestamp: 1700000000000n } });
  });

  it('has every datatype with its extremes, as the peer writes them', () => {
    const cases: [PeerMetric['type'], number | boolean | string, unknown][] = [
      ['Int8', -128, -128],
      ['Int16', -32768, -32768],
      ['Int32', -2147483648, -2147483648],
      ['Int64', -1234567890123, -1234567890123],
      ['UInt8', 255, 255],
      ['UInt16', 65535, 65535],
      ['UInt32', 4294967295, 4294967295],
      ['UInt64', 9007199254740991, 9007199254740991],
      ['Float', 0.1, 0.1],
      ['Double', 0.1, 0.1],
      ['Boolean', false, false],
      ['String', 'Größe', 'Größe'],
      ['Text', '', ''],
      ['DateTime', 1700000000000, '2023-11-14T22:13:20.000Z'],
    ];
    for (const [type, value, wanted] of cases) {
      expect([type, values(encoded({ name: 'm', type, value }))['m']]).toEqual([type, wanted]);
    }
  });

  it('says of a metric without a value, or without a single one, that it has none', () => {
    expect(values(encoded({ name: 'm', type: 'Int32', value: null, isNull: true }))).toEqual({ m: null });
    const bytes = { name: 'm', type: 'Bytes', value: Uint8Array.of(1) } as const;
    expect(values(encoded(bytes))['m']).toBe('it is of type Bytes, which has no single value');
  });

  it('never has a value of another type than its datatype says', () => {
    expect(decodeValue(DATATYPES.Float, { in: 'int', bits: 1n })).toMatchObject({ ok: false });
    expect(decodeValue(DATATYPES.Boolean, { in: 'string', text: 'true' })).toMatchObject({ ok: false });
    expect(decodeValue(DATATYPES.UInt8, { in: 'int', bits: 256n })).toMatchObject({ ok: false });
    expect(decodeValue(DATATYPES.Int8, { in: 'int', bits: 200n })).toMatchObject({ ok: true, value: -56 });
    expect(decodeValue(DATATYPES.Float, { in: 'float', number: Number.NaN })).toMatchObject({ ok: false });
    expect(decodeValue(DATATYPES.UInt64, { in: 'long', bits: 2n ** 63n })).toMatchObject({
      ok: true,
      note: /9223372036854775808/,
    });
  });

  it('of any bytes is read or refused, in time linear to its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void decodePayload(bytes)),
      { numRuns: 2000 },
    );
    const bytes = Buffer.from(GOLDEN, 'hex');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        const decoded = decodePayload(damaged);
        for (const { datatype, value } of decoded.ok ? decoded.payload.metrics : []) if (value) decodeValue(datatype ?? 0, value);
      }),
      { numRuns: 2000 },
    );
  });

  it('that is cut anywhere within a metric is refused as a whole', () => {
    const bytes = Buffer.from(GOLDEN, 'hex');
    const starts = new Set<number>();
    // Borders between fields of the payload: a cut there leaves a sound, shorter message.
    for (let at = 0; at < bytes.length; ) {
      starts.add(at);
      const next = (bytes[at] ?? 0) === 0x12 ? at + 2 + (bytes[at + 1] ?? 0) : (bytes[at] ?? 0) === 0x08 ? at + 7 : at + 2;
      at = next;
    }
    for (let length = 1; length < bytes.length; length += 1) {
      expect(decodePayload(bytes.subarray(0, length)).ok, String(length)).toBe(starts.has(length));
    }
  });
});

describe('a command', () => {
  it('is read by the peer, with every type', () => {
    for (const [type, value] of [
      ['Int16', -7],
      ['UInt64', 5],
      ['Double', 2.5],
      ['Float', 0.5],
      ['Boolean', true],
      ['String', 'x'],
    ] as const) {
      const raw = encodeValue(DATATYPES[type], value);
      if (!raw) throw new Error(type);
      const read = sparkplugPeer.decodePayload(
        encodeCommand({ name: 'a/b', alias: undefined, datatype: DATATYPES[type] }, raw, 1700000000000),
      );
      const [metric] = read.metrics ?? [];
      expect([metric?.name, metric?.type, typeof value === 'number' ? Number(metric?.value) : metric?.value]).toEqual([
        'a/b',
        type,
        value,
      ]);
    }
  });
  it('is not made of a value that does not fit', () => {
    expect(encodeValue(DATATYPES.UInt8, 256)).toBeUndefined();
    expect(encodeValue(DATATYPES.Int8, 1.5)).toBeUndefined();
    expect(encodeValue(DATATYPES.Boolean, 1)).toBeUndefined();
    expect(encodeValue(DATATYPES.Float, Number.NaN)).toBeUndefined();
    expect(encodeValue(17, 'x')).toBeUndefined();
  });
});
