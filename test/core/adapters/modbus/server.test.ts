import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { serveClient } from '../../../../core/adapters/modbus/server/client.ts';
import { createRegisterMap } from '../../../../core/adapters/modbus/server/register-map.ts';
import { openModbusServer } from '../../../../core/adapters/modbus/server/server.ts';
import { parseRequest } from '../../../../core/adapters/modbus/slave-request.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import { ModbusServer } from '../../../../core/contract/document/servers.ts';
import type { Reading } from '../../../../core/contract/reading.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const POINTS = [
  { table: 'holding', address: 0, device: 'plant', point: 'power', writable: true },
  { table: 'holding', address: 2, device: 'plant', point: 'level', type: 'uint16', scale: 0.1 },
  { table: 'coil', address: 0, device: 'plant', point: 'pump', type: 'bool', writable: true },
];
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('the register map', () => {
  const values: Record<string, Pick<Reading, 'value' | 'quality'>> = {
    power: { value: 20.1, quality: 'good' },
    level: { value: 12.3, quality: 'good' },
    pump: { value: true, quality: 'good' },
  };
  const config = ModbusServer.parse({ id: 's', points: POINTS });
  const map = (whenBad: 'exception' | 'last' = 'exception') =>
    createRegisterMap(config.points, (_device, point) => values[point], whenBad);

  it('gives values as registers and bits', () => {
    expect(map().read('holding', 0, 3)).toEqual([0x41a0, 0xcccd, 123]);
    expect(map().read('holding', 1, 1)).toEqual([0xcccd]);
    expect(map().read('coil', 0, 1)).toEqual([1]);
  });
  it('refuses what it does not have', () => {
    expect([map().read('holding', 2, 2), map().read('input', 0, 1)]).toEqual([2, 2]);
  });
  it('gives an exception for a value that is not good, or the last one', () => {
    values['level'] = { value: 12.3, quality: 'stale' };
    expect([map().read('holding', 2, 1), map('last').read('holding', 2, 1)]).toEqual([4, [123]]);
    values['level'] = { value: null, quality: 'bad' };
    expect(map('last').read('holding', 2, 1)).toBe(4);
    values['level'] = { value: 1e9, quality: 'good' };
    expect(map().read('holding', 2, 1)).toBe(4);
  });
  it('takes writes only whole and only where they are allowed', () => {
    expect(map().wishes('holding', 0, [0x41a0, 0xcccd])).toMatchObject([{ value: 20.1 }]);
    expect(map().wishes('coil', 0, [0])).toMatchObject([{ value: false }]);
    expect(map().wishes('holding', 0, [0x41a0])).toBe(3);
    expect(map().wishes('holding', 1, [0xcccd])).toBe(3);
    expect(map().wishes('holding', 2, [1])).toBe(2);
    expect(map().wishes('holding', 0, [0x7fc0, 0])).toBe(3);
  });
});

describe('requests as a slave reads them', () => {
  it.each([
    ['01 0000 07d0', { kind: 'read', table: 'coil', count: 2000 }],
    ['01 0000 07d1', { kind: 'refused', exception: 3 }],
    ['03 ffff 0002', { kind: 'refused', exception: 2 }],
    ['05 0001 ff00', { kind: 'write', table: 'coil', values: [1] }],
    ['05 0001 0001', { kind: 'refused', exception: 3 }],
    ['0f 0013 000a 02 cd01', { kind: 'write', table: 'coil', address: 0x13, values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0] }],
    ['0f 0013 000a 01 cd', { kind: 'refused', exception: 3 }],
    ['10 0001 0002 04 000a 0102', { kind: 'write', table: 'holding', address: 1, values: [10, 0x102] }],
    ['2b 0e 01 00', { kind: 'identify', level: 1, from: 0 }],
    ['2b 0d 01 00', { kind: 'refused', exception: 1 }],
    ['2b 0e 05 00', { kind: 'refused', exception: 3 }],
    ['08 0000 a537', { kind: 'refused', exception: 1 }],
    ['', { kind: 'refused', exception: 1 }],
  ])('%s', (pdu, wanted) => expect(parseRequest(bytes(pdu))).toMatchObject(wanted));
  it('never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), (pdu) => void parseRequest(pdu)),
      { numRuns: 2000 },
    );
  });
});

describe('the Modbus TCP server', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  async function open(more: Record<string, unknown> = {}) {
    const clock = createManualClock();
    const written: unknown[] = [];
    const config = { ...ModbusServer.parse({ id: 's', unit: 7, points: POINTS, ...more }), port: 0 };
    const server = await openModbusServer(config, {
      clock,
      log: createLogHub({ clock }, { keep: 10, level: 'error' }).logger('test'),
      read: () => ({ value: 20.1, quality: 'good' }),
      async write(device, point, value) {
        if (value === 13) throw new Error('the device refuses 13');
        written.push([device, point, value]);
      },
      identity: new Map([[0, 'Gatehouse']]),
    });
    closers.push(server.close);
    /** Sends bytes, and gives what came within a moment; undefined: the connection was closed. */
    const talk = (request: string): Promise<string | undefined> =>
      new Promise((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes(request)));
        closers.push(() => socket.destroy());
        socket.on('data', (chunk) => resolve(hex(chunk)));
        socket.on('error', () => {});
        socket.on('close', () => resolve(undefined));
      });
    return { talk, written, clock };
  }
  const mbap = (unit: string, pdu: string): string =>
    `0001 0000 00${(pdu.replaceAll(' ', '').length / 2 + 1).toString(16).padStart(2, '0')} ${unit} ${pdu}`;

  it('answers in the transaction of the request', async () => {
    const { talk } = await open();
    expect(await talk(mbap('07', '03 0000 0002'))).toBe('000100000007070304' + '41a0cccd');
    expect(await talk(mbap('ff', '2b 0e 01 00'))).toContain(hex(Buffer.from('Gatehouse')));
    expect(await talk(mbap('09', '03 0000 0002'))).toBe('00010000000309830b');
  });
  it('answers what is sent at once in its order, and takes requests in pieces', async () => {
    const { talk } = await open();
    const both = await talk(`${mbap('07', '01 0000 0001')} ${mbap('07', '01 0000 0001')}`);
    expect(both?.startsWith('0001000000040701010')).toBe(true);
  });
  it('writes to the device and says when that failed', async () => {
    const { talk, written } = await open();
    expect(await talk(mbap('07', '10 0000 0002 04 41a0cccd'))).toBe('000100000006071000000002');
    expect(await talk(mbap('07', '05 0000 ff00'))).toBe('00010000000607050000ff00');
    expect(await talk(mbap('07', '10 0000 0002 04 41500000'))).toBe('000100000003079004');
    expect(await talk(mbap('07', '06 0002 0001'))).toBe('000100000003078602');
    expect(written).toEqual([
      ['plant', 'power', 20.1],
      ['plant', 'pump', true],
    ]);
  });
  it('closes a stream that is no Modbus TCP', async () => {
    const { talk } = await open();
    expect(await talk(hex(Buffer.from('GET / HTTP/1.1\r\n\r\n')))).toBeUndefined();
  });
  it('turns away who is not in its list, and who is too many', async () => {
    const strangers = await open({ allow: ['10.0.0.0/8'] });
    expect(await strangers.talk(mbap('07', '03 0000 0002'))).toBeUndefined();
    const friends = await open({ allow: ['127.0.0.0/8'], maxClients: 1 });
    expect(await friends.talk(mbap('07', '03 0000 0002'))).toBeDefined();
    expect(await friends.talk(mbap('07', '03 0000 0002'))).toBeUndefined();
  });
  it('drops a client that has said nothing for ten minutes', async () => {
    const { talk, clock } = await open({ maxClients: 1 });
    await talk(mbap('07', '03 0000 0002'));
    await clock.advance(700_000);
    let again: string | undefined;
    for (let i = 0; again === undefined && i < 100; i += 1) again = await talk(mbap('07', '03 0000 0002'));
    expect(again).toBeDefined();
  });
  it('stops answering a client that does not read', async () => {
    let answered = 0;
    const deaf = new Duplex({ read() {}, write() {} }); // what is written is never taken
    const answer = async (): Promise<Uint8Array> => {
      answered += 1;
      return new Uint8Array(250);
    };
    serveClient(deaf as unknown as Socket, answer, () => {}); // it uses of a socket what any stream has
    const request = bytes(mbap('07', '03 0000 0002'));
    for (let i = 0; i < 2000; i += 1) deaf.push(request);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBeGreaterThan(10);
    expect(answered).toBeLessThan(500);
    deaf.destroy();
  });
});
