import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModbusAdapter } from '../../../../core/adapters/modbus/adapter.ts';
import { createBusRegistry } from '../../../../core/adapters/modbus/bus-registry.ts';
import { isRequest, requestsIn } from '../../../../core/adapters/modbus/other-master.ts';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import { createHarness, device, never } from '../harness.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const rtu = (unit: number, pdu: string): Uint8Array => createRtuFramer('answers').wrap(unit, 0, bytes(pdu));
const point = { name: 'a', table: 'holding', address: 0 };
const meter = (more: Record<string, unknown> = {}) =>
  device({ adapter: 'modbus-rtu', link: { kind: 'serial', path: '/dev/ttyS9' }, timeoutMs: 300, points: [point], ...more });

/** A device on a line on which others speak as well. */
async function open(config = meter()) {
  const harness = createHarness();
  const registry = createBusRegistry();
  const state = { answer: (_request: Uint8Array): Uint8Array | undefined => rtu(1, '03 02 0007') };
  harness.links.prepare = (link) => {
    link.answer = (request) => state.answer(request);
  };
  await createModbusAdapter(config.adapter, registry).open(config, harness.context, never);
  await harness.clock.advance(50);
  return {
    ...harness,
    state,
    say: (chunk: Uint8Array) => harness.links.opened[0]?.hear(chunk),
    bus: () => registry.book.buses()[0],
    unit: () => registry.book.units(undefined)[0],
  };
}

describe('requests among bytes that are no answer', () => {
  it('are told from answers', () => {
    expect(['03 0000 0002', '04 0100 0001', '01 0000 0008', '10 0000 0001 02 000a'].map((pdu) => isRequest(bytes(pdu)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['03 02 0007', '01 03 01 02 03', '06 0000 0001', '10 0000 0001', '83 02'].map((pdu) => isRequest(bytes(pdu)))).toEqual(
      [false, false, false, false, false],
    );
  });
  it('are found behind noise and one behind the other, and never in what has a wrong CRC', () => {
    const request = rtu(9, '03 0100 0002');
    const found = requestsIn(Uint8Array.from([0xff, 3, ...request, ...request, 0]));
    expect(found.map(({ unit, pdu }) => [unit, Buffer.from(pdu).toString('hex')])).toEqual([
      [9, '0301000002'],
      [9, '0301000002'],
    ]);
    expect(requestsIn(request.map((byte, i) => (i === 3 ? byte ^ 1 : byte)))).toEqual([]);
  });
  it('never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (chunk) => requestsIn(chunk).every(({ pdu }) => isRequest(pdu))));
  });
});

describe('a line with a second master', () => {
  it('says so, with what was heard, and does not call the answers to it late or double', async () => {
    const { say, clock, bus, unit } = await open();
    for (let i = 0; i < 5; i += 1) {
      say(rtu(1, '03 0100 0001'));
      say(rtu(1, '03 02 0055'));
      await clock.advance(1000);
    }
    expect(bus()?.verdict).toMatchObject({
      state: 'out-of-spec',
      finding:
        'Another master asks on this line: requests were heard that the gateway has not sent, as "unit 1: read 1 holding registers from 0x0100".',
    });
    expect(unit()).toMatchObject({ lateAnswers: 0, duplicateAnswers: 0 });
    await clock.advance(70_000);
    expect(bus()?.verdict.state).toBe('ok');
  });
  it('does not take the answer to it for its own', async () => {
    const { state, clock, last } = await open();
    expect(last()).toEqual({ a: 7 });
    // Asked and answered by others while our own question is open: of the same shape, but other registers.
    state.answer = () => Buffer.concat([rtu(1, '03 0100 0001'), rtu(1, '03 02 0055'), rtu(1, '03 02 0008')]);
    await clock.advance(1000);
    expect(last()).toEqual({ a: 8 });
  });
  it('is not what an echo is', async () => {
    const { state, clock, bus } = await open();
    state.answer = (request) => Buffer.concat([request, rtu(1, '03 02 0007')]);
    await clock.advance(5000);
    expect(bus()?.verdict.finding).not.toContain('Another master');
  });
  it('is seen in ASCII framing, too', async () => {
    const { say, clock, bus, state } = await open(meter({ adapter: 'modbus-ascii' }));
    state.answer = () => bytes(Buffer.from(':01030200 07F3\r\n'.replace(' ', '')).toString('hex'));
    for (let i = 0; i < 4; i += 1) {
      say(bytes(Buffer.from(':0103010000 01FA\r\n'.replace(' ', '')).toString('hex')));
      await clock.advance(1000);
    }
    expect(bus()?.verdict.finding).toContain('Another master');
  });
});

describe('a unit that answers in the time of the second try', () => {
  it('is called late, not double', async () => {
    const { state, clock, say, unit } = await open();
    state.answer = () => {
      void clock.sleep(450).then(() => say(rtu(1, '03 02 0007')));
      return undefined;
    };
    await clock.advance(60_000);
    expect(unit()).toMatchObject({ duplicateAnswers: 0 });
    expect(unit()?.lateAnswers).toBeGreaterThan(5);
    expect(unit()?.verdict.finding).toMatch(/timeout/);
  });
});
