import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePayload } from '../../../../core/tools/mqtt/describe-payload.ts';
import { createMqttDesk } from '../../../../core/tools/mqtt/mqtt-desk.ts';
import { createTopicBook, MAX_TOPICS } from '../../../../core/tools/mqtt/topic-book.ts';
import { createFakeMqttTraffic } from '../../../fakes/fake-mqtt-traffic.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { noField } from '../../../fakes/no-field.ts';
import { sparkplugPeer } from '../../../fakes/sparkplug-peer.ts';

const text = (payload: string): Uint8Array => new TextEncoder().encode(payload);

describe('what is in a message', () => {
  it('is shown with the paths that a point would name', () => {
    const { kind, facts } = describePayload('x', text('{"a":{"b":[1,{"c":true}]},"x.y":null,"s":"t"}'), true);
    expect(kind).toBe('json');
    expect(facts).toEqual([
      { name: 'a.b[0]', value: '1' },
      { name: 'a.b[1].c', value: 'true' },
      { name: '["x.y"]', value: 'null' },
      { name: 's', value: 't' },
    ]);
  });
  it('is named by its kind', () => {
    const kinds: [string, Uint8Array][] = [
      ['empty', text('')],
      ['text', text('21.5 °C')],
      ['text', text('{no json')],
      ['binary', Uint8Array.of(0xff, 0)],
      ['binary', Uint8Array.of(1, 2, 3)],
    ];
    for (const [kind, bytes] of kinds) expect(describePayload('x', bytes, true).kind).toBe(kind);
  });
  it('of Sparkplug is shown by metric', () => {
    const bytes = sparkplugPeer.encodePayload({ timestamp: 1, seq: 4, metrics: [{ name: 'T', type: 'Double', value: 2.5 }] });
    expect(describePayload('spBv1.0/g/NBIRTH/n', bytes, true)).toEqual({
      kind: 'sparkplug',
      facts: [
        { name: 'seq', value: '4' },
        { name: 'T', value: '2.5' },
      ],
    });
    expect(describePayload('spBv1.0/g/NDATA/n', Uint8Array.of(0x12, 9), true).facts).toMatchObject([{ name: 'fault' }]);
  });
  it('is bounded, whatever it is', () => {
    const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
    for (const payload of [
      deep,
      JSON.stringify(Array(10_000).fill(1)),
      JSON.stringify({ [`k${'x'.repeat(5000)}`]: 'y'.repeat(5000) }),
    ]) {
      const { facts } = describePayload('x', text(payload), true);
      expect(facts.length).toBeLessThanOrEqual(100);
      for (const { name, value } of facts) expect(name.length + value.length).toBeLessThan(500);
    }
    fc.assert(
      fc.property(fc.constantFrom('x', 'spBv1.0/g/NDATA/n'), fc.uint8Array(), fc.boolean(), (topic, bytes, whole) => {
        describePayload(topic, bytes, whole);
      }),
    );
  });
});

describe('the book of topics', () => {
  const message = (topic: string, payload: Uint8Array, at = 0) => ({
    topic,
    payload,
    retain: false,
    client: 'c',
    at,
    heardAt: at,
  });
  const all = () => true;

  it('keeps the newest of each, by name, with its counts', () => {
    const book = createTopicBook();
    for (const [topic, payload] of [
      ['b', '1'],
      ['a', '2'],
      ['b', '33'],
    ] as const)
      book.add(message(topic, text(payload)));
    expect(book.rows(all, 0)).toMatchObject([
      { id: 'a', count: 1, size: 1 },
      { id: 'b', count: 2, size: 2, payload: Buffer.from('33').toString('base64'), client: 'c' },
    ]);
    expect(book.rows((topic) => topic === 'a', 0)).toHaveLength(1);
  });
  it('forgets the topic that was silent longest when there are too many', () => {
    const book = createTopicBook();
    for (let i = 0; i <= MAX_TOPICS; i += 1) {
      if (i === MAX_TOPICS) book.add(message('t0', text('again')));
      book.add(message(`t${i}`, text('x')));
    }
    const ids = new Set(book.rows(all, 0).map(({ id }) => id));
    expect([ids.size, ids.has('t0'), ids.has('t1'), ids.has(`t${MAX_TOPICS}`)]).toEqual([MAX_TOPICS, true, false, true]);
  });
  it('keeps only the beginning of what is long, and says its size', () => {
    const book = createTopicBook();
    book.add(message('a', Buffer.alloc(500_000, 0x41)));
    const [row] = book.rows(all, 0);
    expect([row?.size, Buffer.from(row?.payload ?? '', 'base64').length, row?.kind]).toEqual([500_000, 256, 'text']);
  });
  it('does not keep the buffer that a payload is a part of', () => {
    const book = createTopicBook();
    const chunk = Buffer.from('hello');
    book.add(message('a', chunk.subarray(0, 2)));
    chunk.fill(0);
    expect(book.rows(all, 0)[0]?.payload).toBe(Buffer.from('he').toString('base64'));
  });
});

describe('the explorer', () => {
  it('listens while somebody looks, and rests when nobody does', async () => {
    const clock = createManualClock();
    const mqtt = createFakeMqttTraffic();
    const desk = createMqttDesk({ clock, services: { ...noField(), mqtt } });
    const look = (filter?: string) => desk.views['mqtt-topics'].kind === 'table' && desk.views['mqtt-topics'].rows({ filter });
    expect(mqtt.listeners).toBe(0);
    expect(look()).toEqual([]);
    mqtt.say('x/1', '{"t":1}');
    mqtt.say('y', 'z', { retain: true });
    expect(look()).toMatchObject([
      { id: 'x/1', kind: 'json', facts: [{ name: 't', value: '1' }] },
      { id: 'y', retained: true },
    ]);
    expect(look('x/+')).toHaveLength(1);
    await clock.advance(31_000);
    mqtt.say('x/1', '2');
    expect([mqtt.listeners, clock.pending]).toEqual([0, 0]);
    expect(look()).toEqual([]);
    mqtt.say('x/1', '3');
    expect(look()).toMatchObject([{ id: 'x/1', count: 1 }]);
  });
});
