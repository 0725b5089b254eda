import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import type { ShadowId, ShadowService } from '../../../core/contract/shadow.ts';
import { createMemoryShadows } from '../../../core/shadows/memory-shadows.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const T = Date.UTC(2026, 0, 1) / 1000;
const NAMED: ShadowId = { thing: 't', name: 'n' };
const CLASSIC: ShadowId = { thing: 't', name: null };
const P = '$aws/things/t/shadow/name/n';

let shadows: ShadowService;
let published: [topic: string, body: Record<string, unknown>][];
const parse = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString('utf8'));
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const update = async (value: unknown, id = NAMED) => parse(await shadows.update(id, bytes(value)));
const get = async (id = NAMED) => parse(await shadows.get(id));
const last = (topic: string) => published.findLast(([one]) => one === `${P}/${topic}`)?.[1];

async function refusal(work: Promise<unknown>): Promise<[unknown, string]> {
  const cause = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(cause instanceof GatewayError) || cause.code !== 'shadow/refused') throw new Error(`not refused: ${String(cause)}`);
  return [cause.details['status'], cause.message];
}

beforeEach(() => {
  published = [];
  shadows = createMemoryShadows({
    clock: createManualClock(),
    publish: (topic, payload) => published.push([topic, parse(payload)]),
  });
});

it('goes through the sequence of contract 11.3', async () => {
  const first = { desired: { c: 'red', r: { g: 1 } } };
  const written = { c: { timestamp: T }, r: { g: { timestamp: T } } };
  const one = await update({ state: first, clientToken: 'k1' });
  expect(one).toEqual({ state: first, metadata: { desired: written }, version: 1, timestamp: T, clientToken: 'k1' });
  expect(published).toEqual([
    [`${P}/update/delta`, { state: first.desired, metadata: written, version: 1, timestamp: T, clientToken: 'k1' }],
    [
      `${P}/update/documents`,
      { current: { state: first, metadata: { desired: written }, version: 1 }, timestamp: T, clientToken: 'k1' },
    ],
    [`${P}/update/accepted`, one],
  ]);

  expect((await update({ state: { reported: { c: 'red' } } })).version).toBe(2);
  expect(last('update/delta')).toEqual({
    state: { r: { g: 1 } },
    metadata: { r: { g: { timestamp: T } } },
    version: 2,
    timestamp: T,
  });
  expect(last('update/documents')?.['previous']).toEqual({ state: first, metadata: { desired: written }, version: 1 });

  published.length = 0;
  expect((await update('{"state":{"reported":{"r":{"g":1.0}}}}')).version).toBe(3);
  expect(published.map(([topic]) => topic)).toEqual([`${P}/update/documents`, `${P}/update/accepted`]);

  expect(await refusal(update({ version: 2, state: { desired: { c: 'blue' } } }))).toEqual([409, 'Version conflict']);
  expect((await get()).version).toBe(3);

  published.length = 0;
  expect((await update({ state: { desired: { c: null } } })).version).toBe(4);
  expect((await get()).state).toEqual({ desired: { r: { g: 1 } }, reported: { c: 'red', r: { g: 1 } } });
  expect(published.map(([topic]) => topic)).toEqual([`${P}/update/documents`, `${P}/update/accepted`]);

  expect((await update({ state: { desired: null } })).version).toBe(5);
  expect((await get()).state).toEqual({ reported: { c: 'red', r: { g: 1 } } });

  expect(parse(await shadows.delete(NAMED))).toEqual({ version: 5, timestamp: T });
  expect(last('delete/accepted')).toEqual({ version: 5, timestamp: T });
  expect(await refusal(shadows.get(NAMED))).toEqual([404, 'No shadow exists with name: n']);
  expect((await update({ state: {} })).version).toBe(1);
});

it('answers a get with state, delta, metadata and version', async () => {
  await update({ state: { desired: { a: 1, b: [1, 2] }, reported: { a: 2, b: [1], c: 3 } } });
  expect(await get()).toEqual({
    state: { desired: { a: 1, b: [1, 2] }, reported: { a: 2, b: [1], c: 3 }, delta: { a: 1, b: [1, 2] } },
    metadata: {
      desired: { a: { timestamp: T }, b: [{ timestamp: T }, { timestamp: T }] },
      reported: { a: { timestamp: T }, b: [{ timestamp: T }], c: { timestamp: T } },
    },
    version: 1,
    timestamp: T,
  });
});

it('keeps classic and named shadows, and things, apart', async () => {
  await update({ state: { reported: { a: 1 } } });
  expect(await refusal(shadows.get(CLASSIC))).toEqual([404, 'No shadow exists with name: Unnamed Shadow']);
  await update({ state: { reported: { b: 1 } } }, CLASSIC);
  expect(published.at(-1)?.[0]).toBe('$aws/things/t/shadow/update/accepted');
  expect((await get()).state).toEqual({ reported: { a: 1 } });
  expect(await refusal(shadows.delete({ thing: 'u', name: 'n' }))).toEqual([404, 'No shadow exists with name: n']);
});

it('clears both sections with a null state, and counts an update that changes nothing', async () => {
  await update({ state: { desired: { a: 1 }, reported: { a: 2 } } });
  expect(await update({ state: null })).toEqual({ state: null, metadata: {}, version: 2, timestamp: T });
  expect((await get()).state).toEqual({});
  expect((await update({ state: {} })).version).toBe(3);
});

it('drops a delta that is sent back with the rest, and what it does not know beside the sections', async () => {
  const answer = await update({ state: { delta: { x: 1 }, reported: { a: 1 }, other: 1 }, foo: 1 });
  expect(answer.state).toEqual({ reported: { a: 1 } });
  expect((await update({ state: { delta: { x: 1 } } })).version).toBe(2);
});

describe('refusals in the words of contract 4.1', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  it.each([
    ['', 400, 'Missing update payload'],
    ['{"state"', 400, expect.stringMatching(/^Invalid JSON: /)],
    ['[]', 400, 'Missing required node: state'],
    ['"x"', 400, 'Missing required node: state'],
    [{}, 400, 'Missing required node: state'],
    [{ state: [] }, 400, 'State node must be an object'],
    [{ state: 1 }, 400, 'State node must be an object'],
    [{ state: { desired: 1 } }, 400, 'Desired node must be an object'],
    [{ state: { desired: [] } }, 400, 'Desired node must be an object'],
    [{ state: { reported: 'x' } }, 400, 'Reported node must be an object'],
    [{ state: { other: 1 } }, 400, 'State contains an invalid node'],
    [{ state: { desired: { a: [null] } } }, 400, 'State contains an invalid node'],
    [{ state: {}, version: '1' }, 400, 'Invalid version'],
    [{ state: {}, version: -1 }, 400, 'Invalid version'],
    [{ state: {}, version: 1.5 }, 400, 'Invalid version'],
    [{ state: {}, version: 2 }, 400, 'Invalid version'],
    [{ state: {}, clientToken: 1 }, 400, 'Invalid clientToken'],
    [{ state: {}, clientToken: 'é'.repeat(33) }, 400, 'Invalid clientToken'],
    [{ state: { desired: deep(7) } }, 400, 'JSON contains too many levels of nesting; maximum is 6'],
    [{ state: { desired: { a: 'x'.repeat(8185) } } }, 413, 'The payload exceeds the maximum size allowed'],
    [
      `{"state":{"desired":${'{"a":'.repeat(13_000)}1${'}'.repeat(13_000)}}}`,
      413,
      'The payload exceeds the maximum size allowed',
    ],
    [
      `{"state":{"desired":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}}`,
      400,
      'JSON contains too many levels of nesting; maximum is 6',
    ],
  ])('%o', async (body, status, message) => {
    expect(await refusal(update(body))).toEqual([status, message]);
    expect(published).toEqual([]);
    expect(await refusal(shadows.get(NAMED))).toEqual([404, 'No shadow exists with name: n']);
  });
  it('takes six levels, 8 KB and 64 bytes of token', async () => {
    expect((await update({ state: { desired: deep(6) }, version: 1, clientToken: 'é'.repeat(32) })).version).toBe(1);
    expect((await update({ state: { desired: null, reported: { a: 'x'.repeat(8184) } } })).version).toBe(2);
    expect(await refusal(update({ state: { desired: { b: 1 } } }))).toEqual([
      413,
      'The payload exceeds the maximum size allowed',
    ]);
    expect((await get()).version).toBe(2);
  });
  it('refuses text that is not UTF-8, and names that are none', async () => {
    expect(await refusal(shadows.update(NAMED, Buffer.from([0x7b, 0xff, 0x7d])))).toEqual([
      415,
      'Unsupported documented encoding; supported encoding is UTF-8',
    ]);
    for (const thing of ['', 'a/b', 'a+', '#', 'x'.repeat(129)])
      expect((await refusal(shadows.get({ thing, name: null })))[0]).toBe(400);
    for (const name of ['', '$x', 'x'.repeat(65)]) expect((await refusal(shadows.get({ thing: 't', name })))[0]).toBe(400);
  });
  it('does not let a key "__proto__" be anything but a key', async () => {
    await update('{"state":{"reported":{"__proto__":{"polluted":1},"a":{"__proto__":2}}}}');
    await update('{"state":{"reported":{"__proto__":{"more":1}}}}');
    expect(Buffer.from(await shadows.get(NAMED)).toString()).toContain(
      '"reported":{"__proto__":{"polluted":1,"more":1},"a":{"__proto__":2}}',
    );
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
  it('keeps 1,000 shadows and no more', async () => {
    for (let i = 0; i < 1000; i += 1) await update({ state: {} }, { thing: `t${i}`, name: null });
    expect(await refusal(update({ state: {} }))).toEqual([400, 'There are 1000 shadows already']);
    expect((await update({ state: {} }, { thing: 't7', name: null })).version).toBe(2);
  });
});
