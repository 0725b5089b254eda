import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementOf, packBatch } from '../../../../core/cloud/uplink/batch-format.ts';
import { createBatchShelf } from '../../../../core/cloud/uplink/batch-shelf.ts';
import { withIdentity } from '../../../../core/cloud/uplink/envelope.ts';
import { plainParcel, type Sender } from '../../../../core/cloud/uplink/parcels.ts';
import { spoolEntry } from '../harness.ts';

const identity = { id: 'gw-1-7', source: 'device:meter', seq: 3, at: 12 };
const splice = (text: string): string => Buffer.from(withIdentity(Buffer.from(text), '_gw', identity)).toString();
const FIELD = `"_gw":${JSON.stringify(identity)}`;
const sender: Sender = {
  clientId: 'gw-1',
  maxPayloadBytes: 1000,
  properties: true,
  steady: () => 5000,
  redate: ({ wallMs }) => ({ wallMs: wallMs + 1, redated: true }),
};

describe('envelope', () => {
  it.each([
    ['{}', `{${FIELD}}`],
    [' {\n } ', ` {${FIELD}\n } `],
    ['{"a":1.0}', `{${FIELD},"a":1.0}`],
    ['\uFEFF{"a":[{}]}', `\uFEFF{${FIELD},"a":[{}]}`],
    ['\t{ "é":9007199254740993 }\n', `\t{${FIELD}, "é":9007199254740993 }\n`],
  ])('is put into %j', (before, after) => {
    expect(splice(before)).toBe(after);
    expect(JSON.parse(after.replace('\uFEFF', ''))).toMatchObject({ _gw: identity });
  });

  it.each(['', '[]', '[{}]', '1', 'null', '"{}"', '{', '{"a":}', '{"a":1}x', '{"_gw":1}', 'x{}'])(
    'leaves %j as it is',
    (text) => {
      expect(splice(text)).toBe(text);
    },
  );

  it('changes no byte of what is not a JSON object in UTF-8, and nothing but its field in what is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new Uint8Array(Buffer.from(text))),
        ),
        (payload) => {
          const out = withIdentity(payload, '_gw', identity);
          if (out === payload) return;
          const { _gw, ...rest } = JSON.parse(Buffer.from(out).toString());
          expect(_gw).toEqual(identity);
          expect(rest).toEqual(JSON.parse(Buffer.from(payload).toString()));
        },
      ),
    );
  });

  it('is left out where it would make a message too large', () => {
    const payload = `{"a":"${'x'.repeat(980)}"}`;
    expect(plainParcel(sender, spoolEntry(1, 't', payload), '_gw').outgoing.payload.length).toBe(payload.length);
    expect(plainParcel(sender, spoolEntry(1, 't', '{}'), '_gw').outgoing.payload.length).toBeGreaterThan(2);
  });
});

describe('a message towards the cloud', () => {
  it('carries its identity, and what is left of its life', () => {
    const entry = { ...spoolEntry(9, 'a/b'), expiresAt: 6500 };
    expect(plainParcel(sender, entry, undefined).outgoing).toMatchObject({
      topic: 'a/b',
      expiryS: 2,
      properties: { id: 'gw-1-9', source: 'device:meter', seq: '9', boot: 'boot', at: '1', redated: 'true' },
    });
  });
});

describe('batch', () => {
  it('gives back every payload as it was, packed or not', async () => {
    const payloads = fc.array(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new Uint8Array(Buffer.from(text))),
      ),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    await fc.assert(
      fc.asyncProperty(payloads, fc.boolean(), async (list, gzip) => {
        const elements = list.map((payload, i) => elementOf(sender, spoolEntry(i + 1, 't', payload)));
        const parcel = await packBatch({ ...sender, maxPayloadBytes: 1e9 }, elements, gzip);
        expect(parcel?.redated).toBe(elements.length);
        const bytes = Buffer.from(parcel?.outgoing.payload ?? []);
        const array: unknown = JSON.parse((gzip ? gunzipSync(bytes) : bytes).toString());
        expect(Array.isArray(array) && array.length).toBe(list.length);
        (array as Record<string, unknown>[]).forEach((one, i) => {
          const payload = Buffer.from(list[i] ?? []);
          expect(one).toMatchObject({ id: `gw-1-${i + 1}`, source: 'device:meter', seq: i + 1, at: 1, redated: true });
          if (typeof one['payloadBase64'] === 'string')
            expect(Buffer.from(one['payloadBase64'], 'base64').equals(payload)).toBe(true);
          else expect(one['payload']).toEqual(JSON.parse(payload.toString()));
        });
        expect(parcel?.outgoing.properties['encoding']).toBe(gzip ? 'gzip' : undefined);
        expect(parcel?.outgoing).toMatchObject({ contentType: 'application/json', properties: { count: String(list.length) } });
      }),
      { numRuns: 50 },
    );
  });

  it('says that it is too large instead of sending it', async () => {
    const elements = [1, 2].map((id) => elementOf(sender, spoolEntry(id, 't', 'x'.repeat(600))));
    expect(await packBatch(sender, elements, false)).toBeNull();
    expect(await packBatch(sender, elements, true)).not.toBeNull();
  });
});

describe('batch shelf', () => {
  const shelf = () => createBatchShelf({ messages: 3, bytes: 100_000, waitS: 5, gzip: true });
  const put = (own: ReturnType<typeof shelf>, id: number, topic: string, keptAt = 0): void =>
    own.add(elementOf(sender, { ...spoolEntry(id, topic), keptAt }));
  const ids = (taken: ReturnType<ReturnType<typeof shelf>['take']>) => taken?.map(({ entry }) => entry.id);

  it('gives a full batch at once, a young one after its time, one of a topic at a time', () => {
    const own = shelf();
    for (const id of [1, 3, 5, 7]) put(own, id, 'a', 1000);
    put(own, 2, 'b', 1000);
    expect(ids(own.take(1000, true, Infinity))).toEqual([1, 3, 5]);
    expect(own.take(1000, true, Infinity)).toBeNull();
    expect(own.dueAt()).toBe(6000);
    expect(ids(own.take(6000, true, Infinity))).toEqual([2]);
    expect(own.take(9000, true, Infinity)).toBeNull();
    own.free('a');
    expect(own.take(9000, false, Infinity)).toBeNull();
    expect(ids(own.take(9000, true, Infinity))).toEqual([7]);
    expect(own.held).toBe(0);
  });

  it('is bounded over any number of topics', () => {
    const own = shelf();
    let count = 0;
    for (; !own.full; count += 1) put(own, count + 1, `t/${count}`, 1e9);
    expect(count).toBeLessThanOrEqual(5000);
    expect(ids(own.take(0, false, Infinity))).toEqual([1]);
  });
});
