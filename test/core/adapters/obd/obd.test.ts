import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { obdAdapter } from '../../../../core/adapters/obd/adapter.ts';
import { decodeCodes, decodeStatus, decodeVin } from '../../../../core/adapters/obd/codes.ts';
import { decodeElm, payloadsOf } from '../../../../core/adapters/obd/elm.ts';
import { decodePid, PIDS, supportedPids } from '../../../../core/adapters/obd/pids.ts';
import { createElmDouble } from '../../../fakes/elm-double.ts';
import { createHarness, device, never } from '../harness.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
function messages(text: string, command: string): string[] | string {
  const answer = decodeElm(text, command);
  if (answer.kind !== 'data') return 'why' in answer ? `${answer.kind}: ${answer.why}` : answer.kind;
  return answer.messages.map((message) => Buffer.from(message).toString('hex'));
}

describe('an answer of an ELM327', () => {
  it.each<[string, string, string, string[] | string]>([
    ['with spaces', '41 05 7B \r\r', '0105', ['41057b']],
    ['without', '41057B\r\r', '0105', ['41057b']],
    ['with its echo', '0105\r41 05 7B\r\r', '01 05', ['41057b']],
    ['with line feeds', '\r\n41 05 7B\r\n\r\n', '0105', ['41057b']],
    ['behind the search', 'SEARCHING...\r41 00 BE 1F B8 10\r\r', '0100', ['4100be1fb810']],
    ['glued to the search', 'SEARCHING...41 00 BE 1F B8 10\r\r', '0100', ['4100be1fb810']],
    ['behind the start of the bus', 'BUS INIT: ...OK\r41 00 BE 1F B8 10\r\r', '0100', ['4100be1fb810']],
    ['of two control units', '41 00 BE 3E B8 11 \r41 00 80 10 80 00 \r\r', '0100', ['4100be3eb811', '410080108000']],
    [
      'in several frames',
      '014 \r0: 49 02 01 31 44 34 \r1: 47 50 30 30 52 35 35 \r2: 42 31 32 33 34 35 36 \r\r',
      '0902',
      ['4902013144344750303052353542313233343536'],
    ],
    [
      'with its frames in another order',
      '014\r0:490201314434\r2:42313233343536\r1:47503030523535\r\r',
      '0902',
      'damaged: the parts of a message are not in order',
    ],
    ['with a frame missing', '014\r0:490201314434\r\r', '0902', 'damaged: a message is not whole'],
    ['that holds nothing', 'NO DATA\r\r', '0105', 'no-data'],
    ['that knows nothing', '?\r\r', '0105', 'unknown'],
    ['without a vehicle', 'SEARCHING...\rUNABLE TO CONNECT\r\r', '0100', 'no-vehicle: no protocol fits: is the ignition on?'],
    ['without a bus', 'BUS INIT: ...ERROR\r\r', '0100', 'no-vehicle: the bus could not be started: is the ignition on?'],
    ['that was interrupted', 'STOPPED\r\r', '0105', 'damaged: the adapter was interrupted'],
    ['with a wrong checksum', '41 05 7B <DATA ERROR\r\r', '0105', 'damaged: the adapter heard a damaged message'],
    ['with a letter lost', '41 05 7\r\r', '0105', 'damaged: the answer is not made of hex digits'],
    ['that is empty', '\r\r', '0105', 'damaged: the answer is empty'],
  ])('%s', (_name, text, command, wanted) => expect(messages(text, command)).toEqual(wanted));

  it('of any letters is decoded without a throw', () => {
    const part = fc.constantFrom(
      '4',
      '1',
      '05',
      ' ',
      '\r',
      '0:',
      '1:',
      '014',
      'NO DATA',
      'SEARCHING...',
      '?',
      '<',
      'BUS INIT: ',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 5 })), { maxLength: 30 }), (parts) => {
        const answer = decodeElm(parts.join(''), '0105');
        if (answer.kind === 'data') payloadsOf(answer.messages, 1, 5);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a live value (SAE J1979)', () => {
  it.each([
    ['05', '7B', 83],
    ['0C', '1AF8', 1726],
    ['0D', 'FF', 255],
    ['04', 'FF', 100],
    ['06', '80', 0],
    ['07', '00', -100],
    ['0E', '80', 0],
    ['10', 'FFFF', 655.35],
    ['11', '00', 0],
    ['32', 'FFFF', -0.25],
    ['3C', '1194', 410],
    ['42', '3039', 12.345],
    ['44', '8000', 1],
    ['5E', '0014', 1],
    ['61', '7D', 0],
    ['A6', '0001E240', 12345.6],
  ])('PID %s of %s is %d', (pid, bytes, value) => expect(PIDS[pid] && decodePid(PIDS[pid], hex(bytes))).toBe(value));
  it('with too few bytes is none', () => expect(PIDS['0C'] && decodePid(PIDS['0C'], hex('1A'))).toBeUndefined());
  it('of what a vehicle has, it says in bitmaps', () => {
    expect(supportedPids(0, hex('BE1FA813')).map((pid) => pid.toString(16))).toEqual(
      '1 3 4 5 6 7 c d e f 10 11 13 15 1c 1f 20'.split(' '),
    );
    expect(supportedPids(0x20, hex('80'))).toEqual([]);
  });
});

describe('trouble codes (SAE J2012)', () => {
  it.each<[string, string[], boolean, string[] | undefined]>([
    ['of the data sheet', ['013300000000'], false, ['P0133']],
    ['on CAN', ['0201430196'], true, ['P0143', 'P0196']],
    ['of the network', ['01D016'], true, ['U1016']],
    ['of chassis and body', ['02412382AB'], true, ['C0123', 'B02AB']],
    ['none on CAN', ['00'], true, []],
    ['of two units, each once', ['010133', '010133'], true, ['P0133']],
    ['cut off', ['0201'], true, undefined],
    ['half a code', ['0133D0'], false, undefined],
  ])('%s', (_name, payloads, can, codes) => expect(decodeCodes(payloads.map(hex), can)).toEqual(codes));
  it('are counted with the lamp', () => {
    expect(decodeStatus([hex('81076504')])).toEqual({ mil: true, count: 1 });
    expect(decodeStatus([hex('00076504'), hex('02000000')])).toEqual({ mil: false, count: 2 });
    expect(decodeStatus([])).toBeUndefined();
    expect(decodeStatus([hex('81')])).toBeUndefined();
  });
  it('come with the vehicle’s number, on CAN and on the others', () => {
    expect(decodeVin([hex('013144344750303052353542313233343536')])).toBe('1D4GP00R55B123456');
    const lines = ['0200443447', '0100000031', '0350303052', '0435354231', '0532333435'];
    expect(decodeVin(lines.map(hex))).toBeUndefined();
    expect(decodeVin(['0100000031', '0244344750', '0330305235', '0435423132', '0533343536'].map(hex))).toBe('1D4GP00R55B123456');
  });
  it('of any bytes are sound or nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 4 }), fc.boolean(), (payloads, can) => {
        for (const code of decodeCodes(payloads, can) ?? []) expect(code).toMatch(/^[PCBU][0-3][0-9A-F]{3}$/);
        decodeVin(payloads);
        decodeStatus(payloads);
      }),
    );
  });
});

describe('a vehicle', () => {
  const VALUES = [
    'pid:0C',
    'pid:05',
    'pid:0D',
    'pid:2F',
    'codes',
    'pending-codes',
    'code-count',
    'mil',
    'vin',
    'voltage',
    'protocol',
  ];
  async function open(values = VALUES, more: Record<string, unknown> = {}) {
    const harness = createHarness();
    const elm = createElmDouble();
    const state = { silent: false };
    harness.links.prepare = (link) => {
      link.answer = (written) => (state.silent ? undefined : Buffer.from(elm.hear(written), 'latin1'));
    };
    const config = device({
      adapter: 'obd',
      link: { kind: 'simulated', model: 'energy-meter' },
      points: values.map((value, i) => ({ name: `p${i}`, value })),
      ...more,
    });
    const session = await obdAdapter.open(config, harness.context, never);
    const byValue = () =>
      Object.fromEntries(Object.entries(harness.last()).map(([name, value]) => [values[Number(name.slice(1))], value]));
    return { ...harness, session, elm, state, byValue };
  }
  it('is reached and gives all values in one batch', async () => {
    const { clock, byValue, batches, elm, faults } = await open();
    await clock.advance(0);
    expect(faults).toEqual([]);
    expect(batches).toHaveLength(1);
    expect(byValue()).toEqual({
      'pid:0C': 1726,
      'pid:05': 83,
      'pid:0D': 0,
      'pid:2F': null,
      codes: 'P0133, U1016',
      'pending-codes': 'none',
      'code-count': 1,
      mil: true,
      vin: '1D4GP00R55B123456',
      voltage: 12.6,
      protocol: 'ISO 15765-4 (CAN 11/500)',
    });
    expect(elm.commands.slice(0, 8)).toEqual(['ATZ', 'ATE0', 'ATL0', 'ATS0', 'ATH0', 'ATSP0', '0100', '0120']);
  });
  it('is asked for what changes rarely only now and then', async () => {
    const { clock, elm } = await open(['pid:0C', 'codes']);
    await clock.advance(4000);
    expect(elm.commands.filter((one) => one === '010C')).toHaveLength(5);
    expect(elm.commands.filter((one) => one === '03')).toHaveLength(1);
  });
  it('with the ignition off is a fault that says so, and is found when it is on', async () => {
    const { clock, elm, faults, batches } = await open(['pid:0C']);
    elm.ignition = false;
    await clock.advance(3000);
    expect(new Set(faults)).toEqual(new Set(['adapter/timeout']));
    expect(elm.commands.filter((one) => one === '0100').length).toBeLessThanOrEqual(2);
    elm.ignition = true;
    await clock.advance(12_000);
    expect(batches.length).toBeGreaterThan(0);
  });
  it('whose adapter lost its power is set up again', async () => {
    const { clock, elm, state, batches } = await open(['pid:0C']);
    await clock.advance(1500);
    state.silent = true;
    await clock.advance(12_000);
    state.silent = false;
    const before = batches.length;
    elm.hear(Buffer.from('ATZ\r'));
    await clock.advance(30_000);
    expect(batches.length).toBeGreaterThan(before);
    expect(elm.commands.filter((one) => one === 'ATE0').length).toBeGreaterThan(1);
  });
  it('with a damaged answer gives a bad reading, not an old one', async () => {
    const { clock, elm, batches, faults } = await open(['pid:0C', 'pid:05']);
    elm.vehicle['010C'] = ['410C1A<DATA ERROR'];
    await clock.advance(0);
    expect(faults).toEqual(['adapter/bad-frame']);
    expect(batches[0]?.readings).toMatchObject([
      { quality: 'bad', value: null },
      { quality: 'good', value: 83 },
    ]);
  });
  it('has its codes cleared, and says what is left', async () => {
    const { clock, elm, session } = await open(['mil']);
    await clock.advance(0);
    const cleared = session.act?.('clear-codes', undefined, never);
    elm.vehicle['0101'] = ['410100076504'];
    await clock.advance(0);
    expect(await cleared).toMatchObject({ state: 'confirmed' });
    elm.vehicle['04'] = ['7F0422'];
    const refused = session.act?.('clear-codes', undefined, never);
    refused?.catch(() => {});
    await clock.advance(0);
    await expect(refused).rejects.toMatchObject({ code: 'adapter/refused' });
  });
  it('leaves nothing behind', async () => {
    const { clock, session } = await open();
    await clock.advance(500);
    await session.close();
    expect(clock.pending).toBe(0);
  });
});
