import { describe, expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { parseIdentification } from '../../../../core/adapters/modbus/identify.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import { answerRequest, serveModbusRtu } from '../../../../core/adapters/modbus/slave.ts';
import { identificationPdu } from '../../../../core/adapters/modbus/slave-request.ts';
import { createWire } from '../../../../core/transports/wire.ts';
import { createHarness, device, never } from '../harness.ts';

const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const ask = (pdu: string, written: [number, number][] = []): string =>
  hex(
    answerRequest(Buffer.from(pdu.replaceAll(' ', ''), 'hex'), {
      holding: (address) => (address < 10 ? address * 100 : undefined),
      input: (address) => (address === 0 ? -1 : undefined),
      write: (address, value) => address < 10 && written.push([address, value]) > 0,
    }),
  );

describe('the slave', () => {
  it.each([
    ['03 0001 0002', '0304006400c8'],
    ['04 0000 0001', '0402ffff'],
    ['03 0009 0002', '8302'],
    ['03 0000 0000', '8303'],
    ['03 0000 007e', '8303'],
    ['01 0000 0001', '8101'],
    ['06 000a 0001', '8602'],
    ['10 0000 0002 02 0001', '9003'],
  ])('answers %s with %s', (request, answer) => expect(ask(request)).toBe(answer));

  it('takes writes', () => {
    const written: [number, number][] = [];
    expect(ask('06 0001 0102', written)).toBe('0600010102');
    expect(ask('10 0002 0002 04 0003 0004', written)).toBe('1000020002');
    expect(written).toEqual([
      [1, 0x102],
      [2, 3],
      [3, 4],
    ]);
  });

  it('is silent to other units and to noise, and stops when told', async () => {
    const [near, far] = createWire();
    const heard: number[] = [];
    near.onData((chunk) => heard.push(...chunk));
    const stop = serveModbusRtu(far, 3, { holding: () => 1, input: () => 2 });
    const framer = createRtuFramer('requests');
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await near.write(framer.wrap(4, 0, Uint8Array.of(3, 0, 0, 0, 1)));
    await near.write(Uint8Array.of(0xff, 0xff));
    await settle();
    expect(heard).toEqual([]);
    await near.write(framer.wrap(3, 0, Uint8Array.of(3, 0, 0, 0, 1)));
    await settle();
    expect(heard).toHaveLength(7);
    stop();
    await near.write(framer.wrap(3, 0, Uint8Array.of(3, 0, 0, 0, 1)));
    await settle();
    expect(heard).toHaveLength(7);
  });

  it('serves our own master over a wire', async () => {
    const harness = createHarness();
    const [near, far] = createWire();
    serveModbusRtu(far, 1, { holding: (address) => 1000 + address, input: () => undefined });
    const config = device({
      adapter: 'modbus-rtu',
      link: { kind: 'simulated', model: 'energy-meter' },
      points: [
        { name: 'a', table: 'holding', address: 0 },
        { name: 'b', table: 'holding', address: 1, scale: 0.1 },
      ],
    });
    const context = { ...harness.context, links: { open: async () => near } };
    const session = await createModbusAdapter('modbus-rtu', createBusRegistry()).open(config, context, never);
    await harness.clock.advance(1);
    expect(harness.last()).toEqual({ a: 1000, b: 100.1 });
    await session.close();
  });
});

it('gives a name that is too long cut short, not one that is announced for ever', () => {
  const answer = identificationPdu(1, 0, new Map([[0, 'x'.repeat(300)]]));
  expect(parseIdentification(answer ?? new Uint8Array(0))).toEqual({ objects: { 0: 'x'.repeat(243) }, next: undefined });
  expect(answer?.length).toBeLessThanOrEqual(253);
});
