import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkplugAdapter } from '../../../../core/adapters/sparkplug/adapter.ts';
import { joinNode } from '../../../../core/adapters/sparkplug/join-node.ts';
import { createFakeMqttTraffic } from '../../../fakes/fake-mqtt-traffic.ts';
import { type PeerMetric, sparkplugPeer } from '../../../fakes/sparkplug-peer.ts';
import { createHarness, device, never } from '../harness.ts';

const HOUR = Date.UTC(2025, 11, 31, 23);

async function setUp() {
  const mqtt = createFakeMqttTraffic();
  const harnesses = [createHarness(), createHarness()] as const;
  const open = async (at: 0 | 1, more: Record<string, unknown>) => {
    const { context } = harnesses[at];
    const config = device({ adapter: 'sparkplug', group: 'plant', node: 'edge', points: [], ...more });
    return await sparkplugAdapter.open(
      config,
      { ...context, clock: harnesses[0].clock, field: { ...context.field, mqtt } },
      never,
    );
  };
  const node = await open(0, { points: [{ name: 'load', metric: 'Load', scale: 0.1 }] });
  const pump = await open(1, {
    device: 'pump',
    points: [
      { name: 'speed', metric: 'Speed', writable: true, scale: 0.1 },
      { name: 'gone', metric: 'Gone', writable: true },
    ],
  });
  const send = (type: string, seq: number | undefined, ...metrics: PeerMetric[]): void => {
    const [kind = '', name] = type.split('/');
    const topic = `spBv1.0/plant/${kind}/edge${name === undefined ? '' : `/${name}`}`;
    mqtt.say(topic, sparkplugPeer.encodePayload({ timestamp: 1, ...(seq === undefined ? {} : { seq }), metrics }), {
      client: 'edge',
    });
  };
  /** By alias alone, as nodes do after their birth. */
  const sendByAlias = (type: string, seq: number, alias: number, value: number): void =>
    send(type, seq, { alias, type: 'UInt16', value } as unknown as PeerMetric); // its types want a name
  const bdSeq = (value: number): PeerMetric => ({ name: 'bdSeq', type: 'UInt64', value });
  const load = (value: number): PeerMetric => ({ name: 'Load', type: 'Int32', value });
  return {
    mqtt,
    node,
    pump,
    send,
    sendByAlias,
    clock: harnesses[0].clock,
    ofNode: harnesses[0],
    ofPump: harnesses[1],
    rebirths: () => mqtt.published.filter(({ topic }) => topic === 'spBv1.0/plant/NCMD/edge').length,
    births(bd = 0) {
      send('NBIRTH', 0, bdSeq(bd), load(10));
      send('DBIRTH/pump', 1, { name: 'Speed', alias: 7, type: 'UInt16', value: 300 });
    },
    bdSeq,
    load,
    speed: (value: number): PeerMetric => ({ name: 'Speed', type: 'UInt16', value }),
  };
}

describe('an edge node and its device', () => {
  it('give their values at birth and with data, by name and by alias', async () => {
    const { births, send, mqtt, ofNode, ofPump, load } = await setUp();
    births();
    expect(ofNode.last()).toEqual({ load: 1 });
    expect(ofPump.last()).toEqual({ speed: 30, gone: null });
    send('NDATA', 2, load(20));
    expect(ofNode.last()).toEqual({ load: 2 });
    // By alias 7 alone, without name and type: fields 2 and 10 of a metric, and seq 3.
    mqtt.say('spBv1.0/plant/DDATA/edge/pump', Buffer.from('1205100750c8021803', 'hex'), { client: 'edge' });
    expect(ofPump.last()).toEqual({ speed: 32.8 });
    expect([...ofNode.faults, ...ofPump.faults]).toEqual([]);
  });

  it('ask for a birth at the beginning, and again where a message is missing, but not all the time', async () => {
    const { births, send, load, ofNode, rebirths, mqtt, clock } = await setUp();
    expect(rebirths()).toBe(1);
    births();
    send('NDATA', 5, load(20));
    expect(ofNode.faults).toEqual(['adapter/bad-frame']);
    expect(ofNode.last()).toEqual({ load: 2 });
    for (let seq = 10; seq < 200; seq += 10) send('NDATA', seq, load(20));
    expect(rebirths()).toBe(1);
    await clock.advance(5000);
    expect(rebirths()).toBe(2);
    const asked = mqtt.published.at(-1)?.payload ?? new Uint8Array();
    expect(sparkplugPeer.decodePayload(asked).metrics).toMatchObject([
      { name: 'Node Control/Rebirth', type: 'Boolean', value: true },
    ]);
    for (let minute = 0; minute < 60; minute += 1) {
      send('NDATA', minute * 2, load(20));
      await clock.advance(60_000);
    }
    expect(rebirths()).toBeLessThan(25);
  });

  it('that were born meanwhile are not asked', async () => {
    const { births, send, load, rebirths, clock } = await setUp();
    send('NDATA', 4, load(20));
    births();
    await clock.advance(60_000);
    expect(rebirths()).toBe(1);
  });

  it('count on through 255 and over devices', async () => {
    const { births, send, load, ofNode, ofPump, speed } = await setUp();
    births();
    for (let seq = 2; seq < 600; seq += 1) send(seq % 2 ? 'NDATA' : 'DDATA/pump', seq % 256, seq % 2 ? load(1) : speed(1));
    expect([...ofNode.faults, ...ofPump.faults]).toEqual([]);
  });

  it('whose data come before the birth give no value', async () => {
    const { send, load, ofNode, speed, ofPump } = await setUp();
    send('NDATA', 4, load(20));
    send('DDATA/pump', 5, speed(1));
    send('DBIRTH/pump', 6, speed(1));
    expect([ofNode.batches, ofPump.batches]).toEqual([[], []]);
  });

  it('are away after a death; that of an earlier connection does not count', async () => {
    const { births, send, bdSeq, ofNode, ofPump, speed } = await setUp();
    births(3);
    send('NDEATH', undefined, bdSeq(2));
    expect(ofNode.faults).toEqual([]);
    send('DDEATH/pump', 2);
    expect([ofNode.faults, ofPump.faults]).toEqual([[], ['adapter/away']]);
    send('DBIRTH/pump', 3, speed(5));
    expect(ofPump.last()).toMatchObject({ speed: 0.5 });
    send('NDEATH', undefined, bdSeq(3));
    expect([ofNode.faults, ofPump.faults]).toEqual([['adapter/away'], ['adapter/away', 'adapter/away']]);
    const before = ofPump.batches.length;
    send('DDATA/pump', 4, speed(6));
    expect(ofPump.batches).toHaveLength(before);
  });

  it('that nobody hears of are away after a while', async () => {
    const { clock, ofNode } = await setUp();
    await clock.advance(5000);
    expect(ofNode.faults).toEqual(['adapter/away']);
  });

  it('are away where the node was born anew and the device was not', async () => {
    const { births, send, bdSeq, load, clock, ofPump, ofNode } = await setUp();
    births();
    await clock.advance(60_000);
    send('NBIRTH', 0, bdSeq(1), load(10));
    await clock.advance(5000);
    expect([ofNode.faults, ofPump.faults]).toEqual([[], ['adapter/away']]);
  });

  it('have the quality that they say themselves', async () => {
    const { births, send, load, ofNode } = await setUp();
    births();
    const said = (value: number): PeerMetric => ({
      ...load(20),
      properties: { Note: { type: 'String', value: 'x' }, Quality: { type: 'Int32', value } },
    });
    send('NDATA', 2, said(0));
    send('NDATA', 3, said(500));
    send('NDATA', 4, said(192));
    expect(ofNode.batches.slice(-3).map(({ readings }) => readings[0])).toEqual([
      { point: 'load', value: null, quality: 'bad', note: 'the device says that the value is bad' },
      { point: 'load', value: 2, quality: 'stale' },
      { point: 'load', value: 2, quality: 'good' },
    ]);
  });

  it('tell what is historical as the past, by its own time, and not as the present', async () => {
    const { births, send, ofNode, load } = await setUp();
    births();
    send(
      'NDATA',
      2,
      load(20),
      { ...load(97), isHistorical: true, timestamp: HOUR },
      { ...load(98), isHistorical: true, timestamp: HOUR + 1 },
    );
    expect(ofNode.batches.slice(-3)).toEqual([
      { readings: [{ point: 'load', value: 2, quality: 'good' }], sampledAt: expect.any(Number) },
      { readings: [{ point: 'load', value: 9.7, quality: 'good' }], sampledAt: HOUR, past: true },
      { readings: [{ point: 'load', value: 9.8, quality: 'good' }], sampledAt: HOUR + 1, past: true },
    ]);
  });

  it('leave out what is historical and has no time that can be', async () => {
    const { births, send, ofNode, load } = await setUp();
    births();
    const before = ofNode.batches.length;
    for (const [i, timestamp] of [1, Date.UTC(2101, 0, 1), Number.MAX_SAFE_INTEGER].entries()) {
      send('NDATA', 2 + i, { ...load(97), isHistorical: true, timestamp });
    }
    expect(ofNode.batches.slice(before).flatMap(({ readings }) => readings)).toEqual([]);
  });

  it('leave out what is retained or damaged', async () => {
    const { births, send, mqtt, ofNode, load } = await setUp();
    births();
    const before = ofNode.last();
    send('NDATA', 2);
    mqtt.say('spBv1.0/plant/NDATA/edge', sparkplugPeer.encodePayload({ timestamp: 1, seq: 3, metrics: [load(99)] }), {
      client: '',
      retain: true,
    });
    mqtt.say('spBv1.0/plant/NDATA/edge', Uint8Array.of(0x12, 0x7f, 1), { client: 'edge' });
    expect(ofNode.faults).toEqual(['adapter/bad-frame']);
    expect(before).toEqual({ load: 1 });
  });

  it('are written by a command in the type of the birth', async () => {
    const { births, pump, mqtt, node, send, speed } = await setUp();
    await expect(pump.write?.('speed', 45, never)).rejects.toMatchObject({ code: 'adapter/away' });
    births();
    await pump.send?.('speed', 45.1, never);
    const newest = () => {
      const { topic, payload } = mqtt.published.at(-1) ?? { topic: '', payload: new Uint8Array() };
      const [{ name, alias, type, value } = {}] = sparkplugPeer.decodePayload(payload).metrics ?? [];
      return [topic, name || Number(alias), type, value];
    };
    // A metric that was born with an alias is called by it alone.
    expect(newest()).toEqual(['spBv1.0/plant/DCMD/edge/pump', 7, 'UInt16', 451]);
    send('DBIRTH/pump', 2, speed(3));
    await pump.send?.('speed', 45.1, never);
    expect(newest()).toEqual(['spBv1.0/plant/DCMD/edge/pump', 'Speed', 'UInt16', 451]);
    await expect(pump.send?.('gone', 1, never)).rejects.toMatchObject({
      code: 'adapter/unknown-point',
      message: /does not name "Gone"/,
    });
    await expect(pump.write?.('speed', -1, never)).rejects.toMatchObject({ code: 'adapter/bad-value' });
    await expect(node.write?.('load', 1, never)).rejects.toMatchObject({ code: 'adapter/not-writable' });
  });

  it('confirm a write by their next data of that metric', async () => {
    const { births, pump, send, sendByAlias, speed, clock } = await setUp();
    births();
    const done = pump.writeConfirmed?.('speed', 45.1, never);
    send('NDATA', 2);
    sendByAlias('DDATA/pump', 3, 7, 451);
    expect(await done).toEqual({ state: 'confirmed', words: 'speed is 45.1.', value: 45.1 });
    // It holds whole steps of 0.1.
    const rounded = pump.writeConfirmed?.('speed', 45, never);
    send('DDATA/pump', 4, speed(450));
    expect(await rounded).toMatchObject({ state: 'confirmed', value: 45 });
    const stubborn = pump.write?.('speed', 50, never).catch((cause: unknown) => cause);
    send('DDATA/pump', 5, { ...speed(500), isHistorical: true, timestamp: HOUR });
    send('DDATA/pump', 6, speed(450));
    await clock.advance(5000);
    expect(await stubborn).toMatchObject({ code: 'adapter/not-confirmed', message: /reports 45 instead/ });
  });

  it('are not written after their death, and a write that waits ends with it', async () => {
    const { births, pump, send, bdSeq, mqtt } = await setUp();
    births(3);
    const waiting = pump.write?.('speed', 1, never).catch((cause: unknown) => cause);
    send('NDEATH', undefined, bdSeq(3));
    expect(await waiting).toMatchObject({ code: 'adapter/away', message: /NDEATH.*has not said what became of the write/ });
    const before = mqtt.published.length;
    await expect(pump.write?.('speed', 1, never)).rejects.toMatchObject({
      code: 'adapter/away',
      message: /NDEATH.*nothing was sent/,
    });
    expect(mqtt.published).toHaveLength(before);
  });

  it('have the aliases of their newest birth', async () => {
    const { births, send, sendByAlias, bdSeq, load, ofPump } = await setUp();
    births();
    sendByAlias('DDATA/pump', 2, 7, 100);
    expect(ofPump.last()).toEqual({ speed: 10 });
    send('NBIRTH', 0, bdSeq(1), load(10));
    send(
      'DBIRTH/pump',
      1,
      { name: 'Other', alias: 7, type: 'UInt16', value: 1 },
      { name: 'Speed', alias: 8, type: 'UInt16', value: 200 },
    );
    sendByAlias('DDATA/pump', 2, 7, 999);
    expect(ofPump.batches.at(-1)?.readings).toEqual([]);
    sendByAlias('DDATA/pump', 3, 8, 300);
    expect(ofPump.last()).toEqual({ speed: 30 });
    expect(ofPump.faults).toEqual([]);
  });

  it('give no value by an alias that their birth gave twice, nor by one that it did not give', async () => {
    const { send, sendByAlias, bdSeq, load, ofPump, ofNode } = await setUp();
    send('NBIRTH', 0, bdSeq(1), load(10));
    send(
      'DBIRTH/pump',
      1,
      { name: 'Other', alias: 7, type: 'UInt16', value: 1 },
      { name: 'Speed', alias: 7, type: 'UInt16', value: 200 },
    );
    sendByAlias('DDATA/pump', 2, 7, 999);
    sendByAlias('DDATA/pump', 3, 70, 999);
    expect(ofPump.batches.slice(-2).map(({ readings }) => readings)).toEqual([[], []]);
    expect([ofPump.faults, ofNode.faults]).toEqual([['adapter/bad-frame', 'adapter/bad-frame'], []]);
  });

  it('say of a null, and of what has many values, that there is none', async () => {
    const { births, send, load, ofNode } = await setUp();
    births();
    send('NDATA', 2, { name: 'Load', type: 'Int32', value: null, isNull: true });
    send('NDATA', 3, {
      name: 'Load',
      type: 'DataSet',
      value: { numOfColumns: 1, types: ['Int32'], columns: ['a'], rows: [[1]] },
    });
    send('NDATA', 4, {
      name: 'Load',
      type: 'Template',
      value: { templateRef: 't', isDefinition: false, metrics: [], parameters: [] },
    });
    send('NDATA', 5, load(20));
    const none = (note: string) => ({ point: 'load', value: null, quality: 'bad', note });
    expect(ofNode.batches.slice(-4).map(({ readings }) => readings[0])).toEqual([
      none('the device reports that it has no value'),
      none('it is of type DataSet, which has no single value'),
      none('it is of type Template, which has no single value'),
      { point: 'load', value: 2, quality: 'good' },
    ]);
    expect(ofNode.faults).toEqual([]);
  });

  it('are told only what concerns them, however many are behind one node', async () => {
    const { mqtt, births, send, speed, load, ofNode, clock } = await setUp();
    const { context } = createHarness();
    const { tracker, leave } = joinNode({ clock, log: context.log, random: () => 0.5, mqtt }, { group: 'plant', node: 'edge' });
    const told: string[] = [];
    const stops = ['pump', 'fan', undefined].map((name) =>
      tracker.onEvent(name, (event) => told.push(`${name ?? 'node'}: ${event.kind}`)),
    );
    births(3);
    expect(told.splice(0).sort()).toEqual(['fan: birth', 'node: birth', 'pump: birth', 'pump: birth']);
    send('DDATA/pump', 2, speed(1));
    send('NDATA', 3, load(1));
    mqtt.say('spBv1.0/plant/DDATA/edge/fan', Uint8Array.of(0x12, 0x7f, 1), { client: 'edge' });
    expect(told.splice(0)).toEqual(['pump: data', 'node: data', 'fan: fault']);
    for (const stop of stops) stop();
    leave();
    send('DDATA/pump', 4, speed(1));
    expect(told).toEqual([]);
    expect(ofNode.faults).toEqual([]);
  });

  it('give finite values or none, and go on, whatever comes', async () => {
    const { mqtt, births, ofNode, ofPump } = await setUp();
    births();
    const topic = fc
      .tuple(
        fc.constantFrom('NBIRTH', 'NDATA', 'NDEATH', 'DBIRTH', 'DDATA', 'DDEATH', 'NCMD', 'X'),
        fc.constantFrom('', '/pump', '/x/y'),
      )
      .map(([type, device]) => `spBv1.0/plant/${type}/edge${device}`);
    const metric = fc.record(
      {
        name: fc.constantFrom('Speed', 'Load', 'bdSeq', ''),
        alias: fc.constantFrom(7, 8),
        timestamp: fc.maxSafeNat(),
        type: fc.constantFrom('UInt16', 'UInt64', 'Boolean', 'Int8'),
        value: fc.nat(300),
        isHistorical: fc.boolean(),
        isNull: fc.boolean(),
      },
      { requiredKeys: ['type', 'value'] },
    );
    const sound = fc
      .record({ seq: fc.nat(255), metrics: fc.array(metric, { maxLength: 4 }) })
      .map((one) =>
        sparkplugPeer.encodePayload({ timestamp: 1, ...one } as unknown as Parameters<typeof sparkplugPeer.encodePayload>[0]),
      );
    fc.assert(
      fc.property(fc.array(fc.tuple(topic, fc.oneof(sound, fc.uint8Array())), { maxLength: 20 }), (messages) => {
        for (const [name, payload] of messages) mqtt.say(name, payload, { client: 'edge' });
        for (const { readings, sampledAt } of [...ofNode.batches.splice(0), ...ofPump.batches.splice(0)]) {
          expect(Number.isFinite(sampledAt)).toBe(true);
          for (const { value, quality } of readings) expect(value === null).toBe(quality === 'bad');
        }
      }),
    );
    births(9);
    expect(ofPump.last()).toEqual({ speed: 30, gone: null });
  });

  it('leave no listener and no timer when they are closed', async () => {
    const { node, pump, mqtt, clock } = await setUp();
    await node.close();
    expect(mqtt.listeners).toBe(1);
    await pump.close();
    expect([mqtt.listeners, clock.pending]).toEqual([0, 0]);
  });
});
