import { describe, expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { createMbapFramer } from '../../../../core/adapters/modbus/mbap-framer.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import type { ModbusDeviceConfig } from '../../../../core/contract/document/devices.ts';
import type { FakeLink } from '../../../fakes/fake-byte-link.ts';
import { createHarness, device, never } from '../harness.ts';

const hex = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString('hex');
const rtu = (unit: number, pdu: string): Uint8Array =>
  createRtuFramer('answers').wrap(unit, 0, Buffer.from(pdu.replaceAll(' ', ''), 'hex'));
const mbap = (transaction: number, unit: number, pdu: string): Uint8Array =>
  createMbapFramer().wrap(unit, transaction, Buffer.from(pdu.replaceAll(' ', ''), 'hex'));

const SERIAL = { kind: 'serial', path: '/dev/ttyS9' };
const POINT = { name: 'a', table: 'holding', address: 0 };
const meter = (more: Record<string, unknown> = {}) =>
  device({ adapter: 'modbus-rtu', link: SERIAL, timeoutMs: 200, points: [POINT], ...more });

async function open(config: ModbusDeviceConfig = meter(), harness = createHarness(), buses = createBusRegistry()) {
  const session = await createModbusAdapter(config.adapter, buses).open(config, harness.context, never);
  await harness.clock.advance(10);
  const port = (): FakeLink => {
    const link = harness.links.opened.at(-1);
    if (!link) throw new Error('no link');
    return link;
  };
  return { session, ...harness, harness, buses, port };
}

describe('a Modbus RTU device', () => {
  it('asks at once and reads the answer, byte for byte', async () => {
    const { port, last, frames, clock, session } = await open();
    expect(hex(port().written[0])).toBe('010300000001840a');
    port().hear(rtu(1, '03 02 002a'));
    await clock.advance(1);
    expect(last()).toEqual({ a: 42 });
    expect(frames.map(({ direction, decoded, faulty }) => [direction, decoded, faulty])).toEqual([
      ['out', 'unit 1: read 1 holding registers from 0x0000', false],
      ['in', 'a = 42', false],
    ]);
    await session.close();
    expect(clock.pending).toBe(0);
    expect(port().open).toBe(false);
  });

  it('polls at its interval', async () => {
    const { port, batches, clock } = await open();
    port().answer = () => rtu(1, '03 02 0001');
    port().hear(rtu(1, '03 02 0001'));
    await clock.advance(3000);
    expect(batches).toHaveLength(4);
  });

  it('takes an answer in pieces and behind noise', async () => {
    const { port, last, clock, faults } = await open();
    const answer = rtu(1, '03 02 0007');
    port().hear([0xff, 0xfe]);
    port().hear(answer.slice(0, 3));
    await clock.advance(5);
    port().hear(answer.slice(3));
    await clock.advance(1);
    expect(last()).toEqual({ a: 7 });
    expect(faults).toEqual(['adapter/bad-frame']);
  });

  it.each([
    ['a wrong CRC', () => rtu(1, '03 02 0007').map((byte, i) => (i === 4 ? byte ^ 1 : byte)), 'adapter/bad-frame'],
    ['another unit', () => rtu(2, '03 02 0007'), 'adapter/wrong-unit'],
    ['another function', () => rtu(1, '04 02 0007'), 'adapter/bad-frame'],
    ['another length', () => rtu(1, '03 04 0007 0008'), 'adapter/bad-frame'],
    ['nothing', () => undefined, 'adapter/timeout'],
  ])('repeats once on %s, gives no value, and names the fault', async (_what, answer, fault) => {
    const { port, batches, faults, clock } = await open();
    port().answer = answer;
    port().hear(answer() ?? []);
    await clock.advance(450);
    expect(batches).toEqual([]);
    expect(faults).toEqual([fault, fault]);
    expect(port().written).toHaveLength(2);
  });

  it('discards a late answer that could be mistaken for the next one', async () => {
    const points = [POINT, { name: 'b', table: 'holding', address: 100 }];
    const { port, batches, clock } = await open(meter({ points, timeoutMs: 100 }));
    await clock.advance(250); // both tries for a time out; the rest of the poll is left out
    await clock.advance(1000 - 260);
    expect(hex(port().written.at(-1))).toMatch(/^010300640001/); // b first, as a was not answered
    port().hear(rtu(1, '03 02 000a')); // late answer to one of the tries for a
    await clock.advance(5);
    port().hear(rtu(1, '03 02 000a')); // and to the other
    await clock.advance(5);
    port().hear(rtu(1, '03 02 000b'));
    await clock.advance(5);
    expect(hex(port().written.at(-1))).toMatch(/^010300000001/);
    port().hear(rtu(1, '03 02 000a'));
    await clock.advance(5);
    expect(batches.map(({ readings }) => readings.map(({ point, value }) => `${point}=${value}`))).toEqual([['b=11', 'a=10']]);
  });

  it('names exceptions and reads a refused block point by point', async () => {
    const { port, last, faults, batches, clock } = await open(
      meter({ points: [POINT, { name: 'b', table: 'holding', address: 1 }] }),
    );
    port().answer = (request) => (request[3] === 0 ? rtu(1, '03 02 0005') : rtu(1, '83 02'));
    port().hear(rtu(1, '83 02'));
    await clock.advance(1000);
    expect(faults).toContain('adapter/exception');
    expect(last()).toEqual({ a: 5, b: null });
    expect(batches.at(-1)?.readings[1]?.note).toContain('exception 2, illegal data address');
  });

  it('asks a dead unit less and less often', async () => {
    const { port, clock } = await open(meter({ pollMs: 100, timeoutMs: 50 }));
    await clock.advance(60_000);
    const tries = port().written.length;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(12);
    port().answer = () => rtu(1, '03 02 0001');
    await clock.advance(31_000);
    expect(port().written.length).toBeGreaterThan(tries + 10);
  });

  it('ends with the fault when the port goes', async () => {
    const { session, port, clock } = await open();
    port().lose();
    await clock.advance(1);
    expect(await session.closed).toMatchObject({ code: 'link/lost' });
    expect(clock.pending).toBe(0);
  });
});

describe('writing', () => {
  const points = [
    { name: 'set', table: 'holding', address: 5, writable: true, type: 'int16', scale: 0.1 },
    { name: 'power', table: 'holding', address: 6, writable: true, type: 'float32', order: 'little-swapped' },
    { name: 'relay', table: 'coil', address: 3, writable: true, type: 'bool' },
    { name: 'flag', table: 'holding', address: 9, writable: true, type: 'bool', bit: 9 },
    { name: 'meter', table: 'input', address: 0, writable: true },
    { name: 'fixed', table: 'holding', address: 20 },
  ];
  async function ready() {
    const all = await open(meter({ points, pollMs: 86_400_000, timeoutMs: 50 }));
    await all.clock.advance(150);
    all.port().written.length = 0;
    all.port().answer = (request) => rtu(1, hex(request.subarray(1, 6)));
    const write = async (point: string, value: number | string | boolean): Promise<void> => {
      const done = all.session.write?.(point, value, never);
      done?.catch(() => {});
      await all.clock.advance(200);
      await done;
    };
    return { ...all, write, sent: () => all.port().written.map((one) => hex(one.subarray(1, -2))) };
  }

  it('uses function 6 with the inverse scale', async () => {
    const { write, sent } = await ready();
    await write('set', -21.5);
    expect(sent()).toEqual(['060005ff29']);
  });
  it('uses function 16 in the order of the point', async () => {
    const { write, sent } = await ready();
    await write('power', 20.1);
    expect(sent()).toEqual(['100006000204cccd41a0']);
  });
  it('uses function 5 for a coil, and words for on and off', async () => {
    const { write, sent } = await ready();
    await write('relay', true);
    await write('relay', 'off');
    expect(sent()).toEqual(['050003ff00', '0500030000']);
  });
  it('falls back to 15 and 16 where the device knows only those', async () => {
    const { write, sent, port } = await ready();
    port().answer = (request) =>
      request[1] === 5 ? rtu(1, '85 01') : request[1] === 6 ? rtu(1, '86 01') : rtu(1, hex(request.subarray(1, 6)));
    await write('relay', true);
    await write('set', 1);
    expect(sent()).toEqual(['050003ff00', '0f000300010101', '060005000a', '100005000102000a']);
  });
  it('changes one bit only', async () => {
    const { write, sent, port } = await ready();
    port().answer = (request) => (request[1] === 3 ? rtu(1, '03 02 80 01') : rtu(1, hex(request.subarray(1, 6))));
    await write('flag', true);
    expect(sent()).toEqual(['0300090001', '0600098201']);
  });
  it.each([
    ['set', 4000, 'adapter/bad-value'],
    ['set', 'warm', 'adapter/bad-value'],
    ['meter', 1, 'adapter/not-writable'],
    ['fixed', 1, 'adapter/not-writable'],
    ['nothing', 1, 'adapter/unknown-point'],
  ])('refuses %s = %s without sending anything', async (point, value, code) => {
    const { write, sent } = await ready();
    await expect(write(point, value)).rejects.toMatchObject({ code });
    expect(sent()).toEqual([]);
  });
  it('is never repeated, and a wrong confirmation is none', async () => {
    const { write, sent, port } = await ready();
    port().answer = () => rtu(1, '06 0005 0000');
    await expect(write('set', 1)).rejects.toMatchObject({ code: 'adapter/bad-frame' });
    expect(sent()).toHaveLength(1);
  });
});

describe('devices on one line', () => {
  it('share the port, one request at a time, and a dead one does not stop the others', async () => {
    const harness = createHarness();
    const buses = createBusRegistry();
    harness.links.prepare = (link) => {
      link.answer = (request) => (request[0] === 1 ? rtu(1, '03 02 0001') : undefined);
    };
    const first = await open(meter({ id: 'one' }), harness, buses);
    const second = await open(meter({ id: 'two', unit: 2 }), harness, buses);
    await harness.clock.advance(20_000);
    expect(harness.links.opened).toHaveLength(1);
    expect(harness.batches.length).toBeGreaterThanOrEqual(19);
    expect(harness.faults.filter((code) => code === 'adapter/timeout').length).toBeGreaterThan(2);
    await second.session.close();
    expect(first.port().open).toBe(true);
    await first.session.close();
    expect(first.port().open).toBe(false);
  });
  it('are on one line where it has two names, and the opener is named', async () => {
    const harness = createHarness();
    const buses = createBusRegistry();
    const users: (string | undefined)[] = [];
    const links = {
      open(link: ModbusDeviceConfig['link'], signal: AbortSignal, user?: string) {
        users.push(user);
        return harness.links.open(link, signal);
      },
    };
    const context = { ...harness.context, links, field: { ...harness.context.field, keyOf: () => 'usb:0403:6001:A1' } };
    const named = { ...harness, context };
    const first = await open(meter({ id: 'one' }), named, buses);
    await open(meter({ id: 'two', unit: 2, link: { kind: 'serial', path: '/dev/serial/by-id/x' } }), named, buses);
    expect([harness.links.opened.length, users, first.session.bus]).toEqual([1, ['one'], 'usb:0403:6001:A1']);
  });
  it('must have the same settings', async () => {
    const harness = createHarness();
    const buses = createBusRegistry();
    await open(meter({ id: 'one' }), harness, buses);
    const other = meter({ id: 'two', unit: 2, link: { ...SERIAL, baudRate: 19_200 } });
    await expect(open(other, harness, buses)).rejects.toMatchObject({
      code: 'adapter/link-conflict',
      message: expect.stringMatching(/two.*19200 baud.*one.*9600 baud/),
    });
  });
  it('all learn of the loss, and the line can be opened again', async () => {
    const harness = createHarness();
    const buses = createBusRegistry();
    const first = await open(meter({ id: 'one' }), harness, buses);
    const second = await open(meter({ id: 'two', unit: 2 }), harness, buses);
    first.port().lose();
    await harness.clock.advance(1);
    expect(await first.session.closed).toMatchObject({ code: 'link/lost' });
    expect(await second.session.closed).toMatchObject({ code: 'link/lost' });
    await open(meter({ id: 'one' }), harness, buses);
    expect(harness.links.opened).toHaveLength(2);
  });
  it('share one attempt to open; a failure reaches both, and leaves nothing behind', async () => {
    const harness = createHarness();
    const buses = createBusRegistry();
    harness.links.fault = new Error('no port');
    const both = await Promise.allSettled([
      open(meter({ id: 'one' }), harness, buses),
      open(meter({ id: 'two', unit: 2 }), harness, buses),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    harness.links.fault = undefined;
    await open(meter({ id: 'one' }), harness, buses);
    expect(harness.links.opened).toHaveLength(1);
  });
});

describe('a Modbus TCP device', () => {
  const config = (more: Record<string, unknown> = {}) =>
    device({
      adapter: 'modbus-tcp',
      link: { kind: 'tcp', host: 'plc', port: 502 },
      unit: 7,
      timeoutMs: 100,
      points: [POINT],
      ...more,
    });

  it('numbers its requests and takes only the answer with the same number', async () => {
    const { port, last, frames, clock } = await open(config());
    expect(hex(port().written[0])).toBe('000100000006070300000001');
    port().hear(mbap(9, 7, '03 02 0063'));
    port().hear(mbap(1, 8, '03 02 0063'));
    await clock.advance(1);
    expect(last()).toEqual({});
    port().hear(mbap(1, 7, '03 02 0005'));
    await clock.advance(1);
    expect(last()).toEqual({ a: 5 });
    expect(frames.filter(({ faulty }) => faulty).map(({ decoded }) => decoded)).toEqual([
      'discarded: late answer to an earlier request',
      'discarded: unit 8 answered, asked was unit 7',
    ]);
  });
  it('discards a late answer', async () => {
    const { port, last, clock } = await open(config());
    await clock.advance(100);
    expect(hex(port().written[1])).toMatch(/^0002/);
    port().hear(mbap(1, 7, '03 02 0001'));
    port().hear(mbap(2, 7, '03 02 0002'));
    await clock.advance(1);
    expect(last()).toEqual({ a: 2 });
  });
  it('gives up a connection that is dead without saying so', async () => {
    const { session, port, clock } = await open(config());
    await clock.advance(60_000);
    expect(await session.closed).toMatchObject({ code: 'link/lost', message: expect.stringContaining('dead') });
    expect(port().open).toBe(false);
  });
});

describe('reading out of turn', () => {
  it('reads now, and rejects with the fault', async () => {
    const { session, port, batches, clock } = await open(meter({ pollMs: 60_000 }));
    port().answer = () => rtu(1, '03 02 0001');
    port().hear(rtu(1, '03 02 0001'));
    await clock.advance(5);
    const now = session.readNow?.(never);
    await clock.advance(5);
    await now;
    expect(batches).toHaveLength(2);
    port().answer = () => undefined;
    const failing = session.readNow?.(never);
    failing?.catch(() => {});
    await clock.advance(500);
    await expect(failing).rejects.toMatchObject({ code: 'adapter/timeout' });
  });
});
