import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mqttAdapter } from '../../../../core/adapters/mqtt/adapter.ts';
import { createFakeMqttTraffic } from '../../../fakes/fake-mqtt-traffic.ts';
import { createHarness, device, never } from '../harness.ts';

async function open(more: Record<string, unknown>) {
  const mqtt = createFakeMqttTraffic();
  const base = createHarness();
  const context = { ...base.context, field: { ...base.context.field, mqtt } };
  const config = device({ adapter: 'mqtt', points: [], ...more });
  const session = await mqttAdapter.open(config, context, never);
  return { ...base, mqtt, session, newest: () => base.batches.at(-1)?.readings };
}
const good = (point: string, value: unknown) => ({ point, value, quality: 'good' });

describe('points of topics', () => {
  it('are read by their path in JSON, by their bytes, and from the whole text', async () => {
    const { mqtt, newest, faults } = await open({
      points: [
        { name: 't', topic: 'x/env', json: 'sensors[0].t', scale: 0.1 },
        { name: 'door', topic: 'x/env', json: 'door', type: 'boolean' },
        { name: 'raw', topic: 'x/raw', field: { at: 1, type: 'int16', scale: 0.5 } },
        { name: 'mode', topic: 'x/mode', type: 'text' },
        { name: 'level', topic: 'x/level' },
        { name: 'state', topic: 'x/state', type: 'text', words: { ON: 'running', OFF: 'stopped' } },
      ],
    });
    mqtt.say('x/env', '{"sensors":[{"t":215}],"door":"open"}');
    expect(newest()).toEqual([
      good('t', 21.5),
      { point: 'door', value: null, quality: 'bad', note: '"open" is neither true nor false' },
    ]);
    mqtt.say('x/raw', Uint8Array.of(0, 0xff, 0xfe));
    expect(newest()).toEqual([good('raw', -1)]);
    mqtt.say('x/mode', 'auto');
    expect(newest()).toEqual([good('mode', 'auto')]);
    mqtt.say('x/level', ' 7.5 ');
    expect(newest()).toEqual([good('level', 7.5)]);
    mqtt.say('x/state', 'ON');
    expect(newest()).toEqual([good('state', 'running')]);
    expect(faults).toEqual([]);
  });

  it('that a message does not speak of are left as they were', async () => {
    const { mqtt, newest, batches } = await open({
      points: [
        { name: 'p', topic: 's', json: 'apower' },
        { name: 'v', topic: 's', json: 'voltage' },
      ],
    });
    mqtt.say('s', '{"apower":8}');
    expect(newest()).toEqual([good('p', 8)]);
    mqtt.say('s', '{"other":1}');
    expect(batches).toHaveLength(1);
    mqtt.say('s', '{"apower":null,"voltage":{}}');
    expect(newest()).toMatchObject([{ quality: 'bad', note: 'the device reports that it has no value' }, { quality: 'bad' }]);
  });

  it('of what is not JSON are a fault and no value', async () => {
    const { mqtt, batches, faults, frames } = await open({ points: [{ name: 'p', topic: 's', json: 'a' }] });
    for (const payload of ['{"a":1', 'hello', Uint8Array.of(0xff, 0xfe)]) mqtt.say('s', payload);
    expect(batches).toEqual([]);
    expect(faults).toEqual(['adapter/bad-frame', 'adapter/bad-frame', 'adapter/bad-frame']);
    expect(frames.every(({ faulty }) => faulty)).toBe(true);
  });

  it('give a number only for a number, whatever comes', async () => {
    const { mqtt, batches } = await open({
      points: [
        { name: 'p', topic: 's', json: 'a' },
        { name: 'w', topic: 's' },
      ],
    });
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), (payload) => {
        mqtt.say('s', payload);
        for (const { value, quality } of batches.at(-1)?.readings ?? []) {
          if (quality === 'good') expect(Number.isFinite(value)).toBe(true);
          else expect(value).toBeNull();
        }
      }),
    );
  });
});

describe('presence', () => {
  const points = [{ name: 'p', topic: '+/status', json: 'a' }];

  it('of a client that is not connected is a fault at once, and what is retained of it is old', async () => {
    const { mqtt, faults, batches } = await open({
      client: 'boiler',
      points: [{ name: 'p', topic: 'boiler/status', json: 'a' }],
    });
    expect(faults).toEqual(['adapter/away']);
    mqtt.say('boiler/status', '{"a":1}', { client: '', retain: true });
    expect(batches.at(-1)).toMatchObject({ unheard: true, readings: [{ value: 1, quality: 'stale' }] });
    mqtt.connect('boiler');
    expect(batches.at(-1)).toEqual({ readings: [], sampledAt: expect.any(Number) });
    mqtt.say('boiler/status', '{"a":2}', { client: 'boiler' });
    expect(batches.at(-1)).toMatchObject({ readings: [{ value: 2, quality: 'good' }] });
    mqtt.leave('boiler');
    mqtt.leave('somebody else');
    expect(faults).toEqual(['adapter/away', 'adapter/away']);
  });

  it('is not known of a device without a client: what was retained before is of any age, and no sign of life', async () => {
    const { mqtt, batches } = await open({ points });
    mqtt.say('b/status', '{"a":1}', { client: '', retain: true });
    expect(batches.at(-1)).toMatchObject({ unheard: true, readings: [{ value: 1, quality: 'stale' }] });
    mqtt.say('b/status', '{"a":1}', { retain: true });
    expect(batches.at(-1)).toEqual({ readings: [good('p', 1)], sampledAt: expect.any(Number) });
  });

  it('by birth and last will goes by their texts', async () => {
    const { mqtt, faults, batches } = await open({ presence: { topic: 'b/online', online: 'true', offline: 'false' }, points });
    mqtt.say('b/online', 'false', { retain: true });
    mqtt.say('b/online', 'perhaps');
    expect(faults).toEqual(['adapter/away']);
    mqtt.say('b/online', 'true');
    expect(batches).toHaveLength(1);
  });

  it('tells devices of one template apart by the client', async () => {
    const { mqtt, newest } = await open({ client: 'two', points });
    mqtt.connect('two');
    mqtt.say('one/status', '{"a":1}', { client: 'one' });
    mqtt.say('one/status', '{"a":1}', { client: '', retain: true });
    expect(newest()).toEqual([]);
    mqtt.say('two/status', '{"a":2}', { client: 'two' });
    expect(newest()).toEqual([good('p', 2)]);
  });
});

describe('writing', () => {
  const points = [
    { name: 'on', topic: 'x/state', type: 'boolean', words: { ON: true, OFF: false }, write: { topic: 'x/set' } },
    { name: 'text', topic: 'x/text', type: 'text', write: { topic: 'x/display', payload: '{"t":"{{value}}"}', retain: true } },
    { name: 'fixed', topic: 'x/fixed' },
  ];
  it('publishes what the device reads, by its words', async () => {
    const { mqtt, session } = await open({ points });
    await session.send?.('on', true, never);
    await session.send?.('text', 'say "hi" $& {{value}}', never);
    expect(mqtt.published.map(({ topic, payload, retain }) => [topic, Buffer.from(payload).toString(), retain])).toEqual([
      ['x/set', 'ON', false],
      ['x/display', '{"t":"say \\"hi\\" $& {{value}}"}', true],
    ]);
  });
  it('says a number as the device counts it, and nothing that is not of the type', async () => {
    const { mqtt, session } = await open({
      points: [
        { name: 'set', topic: 'x/t', json: 't', scale: 0.1, offset: -5, write: { topic: 'x/set', payload: '{"t":{{value}}}' } },
        { name: 'on', topic: 'x/o', type: 'boolean', write: { topic: 'x/on' } },
      ],
    });
    mqtt.say('x/t', '{"t":265}');
    await session.send?.('set', 21.5, never);
    expect(mqtt.published.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['{"t":265}']);
    for (const [name, value] of [
      ['set', '1,"x":2'],
      ['set', true],
      ['set', Number.NaN],
      ['on', 'yes'],
      ['on', 1],
    ] as const) {
      await expect(session.write?.(name, value, never)).rejects.toMatchObject({ code: 'adapter/bad-value' });
    }
    expect(mqtt.published).toHaveLength(1);
  });
  it('is confirmed by the next report of the device, in the words and the scale of the point', async () => {
    const { mqtt, session, clock } = await open({
      client: 'boiler',
      points: [...points, { name: 'set', unit: '°C', topic: 'x/t', json: 't', scale: 0.1, write: { topic: 'x/set' } }],
    });
    mqtt.connect('boiler');
    const lit = session.writeConfirmed?.('on', true, never);
    mqtt.say('x/state', 'ON', { client: 'boiler' });
    expect(await lit).toEqual({ state: 'confirmed', words: 'on is true.', value: true });
    const set = session.writeConfirmed?.('set', 21.5, never);
    mqtt.say('x/t', '{"t":215}', { client: 'boiler' });
    expect(await set).toMatchObject({ state: 'confirmed', words: 'set is 21.5 °C.' });
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('is not confirmed by what is retained, by what we have said ourselves, or by another client', async () => {
    const { mqtt, session, clock } = await open({ client: 'boiler', points });
    mqtt.connect('boiler');
    const done = session.writeConfirmed?.('on', true, never).catch((cause: unknown) => cause);
    mqtt.say('x/state', 'ON', { client: '', retain: true });
    mqtt.say('x/state', 'ON', { client: 'gateway', own: true });
    mqtt.say('x/state', 'ON', { client: 'a person with a tool' });
    await clock.advance(5000);
    expect(await done).toMatchObject({ code: 'adapter/no-report', message: /within 5 s/ });
  });

  it('is told what the device has instead, and waits as long as the point says', async () => {
    const { mqtt, session, clock } = await open({
      points: [
        { name: 'slow', topic: 'x/slow', write: { topic: 'x/set', confirmMs: 20_000 } },
        { name: 'shared', topic: 'x/level', write: { topic: 'x/level' } },
        { name: 'deaf', topic: 'x/deaf', write: { topic: 'x/set', confirmMs: 0 } },
      ],
    });
    const done = session.write?.('slow', 5, never).catch((cause: unknown) => cause);
    mqtt.say('x/slow', '4');
    await clock.advance(19_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await done).toMatchObject({ code: 'adapter/not-confirmed', details: { written: '5', has: '4' } });
    for (const name of ['shared', 'deaf'])
      expect(await session.writeConfirmed?.(name, 5, never)).toMatchObject({ state: 'done' });
  });

  it('to a device that is away is refused at once with the reason, and one that waits ends when it leaves', async () => {
    const { mqtt, session } = await open({ client: 'boiler', presence: { topic: 'b/online' }, points });
    await expect(session.write?.('on', true, never)).rejects.toMatchObject({
      code: 'adapter/away',
      message: /not connected; nothing was sent/,
    });
    mqtt.connect('boiler');
    const waiting = session.write?.('on', true, never).catch((cause: unknown) => cause);
    mqtt.say('b/online', 'offline');
    expect(await waiting).toMatchObject({ code: 'adapter/away', message: /"b\/online" says "offline", and has not said/ });
    await expect(session.send?.('on', true, never)).rejects.toMatchObject({
      code: 'adapter/away',
      message: /says "offline"; nothing was sent/,
    });
    expect(mqtt.published).toHaveLength(1);
    mqtt.say('b/online', 'online');
    await session.send?.('on', true, never);
    expect(mqtt.published).toHaveLength(2);
  });

  it('that is heard on the topic that is read is no sign of life of the device', async () => {
    const { mqtt, batches } = await open({ points: [{ name: 'shared', topic: 'x/level', write: { topic: 'x/level' } }] });
    mqtt.say('x/level', '5', { client: 'gateway', own: true });
    expect(batches.at(-1)).toMatchObject({ unheard: true, readings: [{ value: 5, quality: 'good' }] });
  });

  it('refuses points that cannot be written', async () => {
    const { session } = await open({ points });
    await expect(session.write?.('fixed', 1, never)).rejects.toMatchObject({ code: 'adapter/not-writable' });
    await expect(session.write?.('no', 1, never)).rejects.toMatchObject({ code: 'adapter/unknown-point' });
  });
});

it('a closed session hears nothing and leaves no listener', async () => {
  const { mqtt, session, batches } = await open({ client: 'c', presence: { topic: 'p' }, points: [{ name: 'p', topic: 's' }] });
  await session.close();
  expect(await session.closed).toBeUndefined();
  expect(mqtt.listeners).toBe(0);
  mqtt.say('s', '1');
  expect(batches).toEqual([]);
});
