import { describe, expect, it } from 'vitest';
import { sparkplugAdapter } from '../../../../core/adapters/sparkplug/adapter.ts';
import { createFakeMqttTraffic } from '../../../fakes/fake-mqtt-traffic.ts';
import { type PeerMetric, sparkplugPeer } from '../../../fakes/sparkplug-peer.ts';
import { createHarness, device, never } from '../harness.ts';

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
      { name: 'gone', metric: 'Gone' },
    ],
  });
  const send = (type: string, seq: number | undefined, ...metrics: PeerMetric[]): void => {
    const [kind = '', name] = type.split('/');
    const topic = `spBv1.0/plant/${kind}/edge${name === undefined ? '' : `/${name}`}`;
    mqtt.say(topic, sparkplugPeer.encodePayload({ timestamp: 1, ...(seq === undefined ? {} : { seq }), metrics }), {
      client: 'edge',
    });
  };
  const bdSeq = (value: number): PeerMetric => ({ name: 'bdSeq', type: 'UInt64', value });
  const load = (value: number): PeerMetric => ({ name: 'Load', type: 'Int32', value });
  return {
    mqtt,
    node,
    pump,
    send,
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

  it('leave out what is historical, retained, or damaged', async () => {
    const { births, send, mqtt, ofNode, load } = await setUp();
    births();
    const before = ofNode.last();
    send('NDATA', 2, { ...load(99), isHistorical: true });
    expect(ofNode.batches.at(-1)?.readings).toEqual([]);
    mqtt.say('spBv1.0/plant/NDATA/edge', sparkplugPeer.encodePayload({ timestamp: 1, seq: 3, metrics: [load(99)] }), {
      client: '',
      retain: true,
    });
    mqtt.say('spBv1.0/plant/NDATA/edge', Uint8Array.of(0x12, 0x7f, 1), { client: 'edge' });
    expect(ofNode.faults).toEqual(['adapter/bad-frame']);
    expect(before).toEqual({ load: 1 });
  });

  it('are written by a command in the type of the birth', async () => {
    const { births, pump, mqtt, node } = await setUp();
    await expect(pump.write?.('speed', 45, never)).rejects.toMatchObject({ code: 'adapter/away' });
    births();
    await pump.write?.('speed', 45.1, never);
    const { topic, payload } = mqtt.published.at(-1) ?? { topic: '', payload: new Uint8Array() };
    expect(topic).toBe('spBv1.0/plant/DCMD/edge/pump');
    expect(sparkplugPeer.decodePayload(payload).metrics).toMatchObject([{ name: 'Speed', type: 'UInt16', value: 451 }]);
    await expect(pump.write?.('speed', -1, never)).rejects.toMatchObject({ code: 'adapter/bad-value' });
    await expect(node.write?.('load', 1, never)).rejects.toMatchObject({ code: 'adapter/not-writable' });
  });

  it('leave no listener and no timer when they are closed', async () => {
    const { node, pump, mqtt, clock } = await setUp();
    await node.close();
    expect(mqtt.listeners).toBe(1);
    await pump.close();
    expect([mqtt.listeners, clock.pending]).toEqual([0, 0]);
  });
});
