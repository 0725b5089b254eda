import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scannerAdapter } from '../../../../core/adapters/scanner/adapter.ts';
import { decodeScan } from '../../../../core/adapters/scanner/codec.ts';
import { gtinOf, gtinOfTag } from '../../../../core/adapters/scanner/gtin.ts';
import { splitAim } from '../../../../core/adapters/scanner/symbology.ts';
import { SCANNER_VALUES } from '../../../../core/contract/document/serial-devices.ts';
import { createHarness, device, never } from '../harness.ts';

const points = SCANNER_VALUES.map((value) => ({ name: value, value }));
const scanner = (raw: Record<string, unknown> = {}) =>
  device({ adapter: 'scanner', link: { kind: 'simulated', model: 'barcode-scanner' }, points, ...raw });
const decode = (text: string, raw: Record<string, unknown> = {}) => decodeScan(scanner(raw), Buffer.from(text, 'latin1'));

describe('the identifier of a symbology (ISO/IEC 15424)', () => {
  it.each([
    [']E04006381333931', 'EAN/UPC', '4006381333931'],
    [']E449123562', 'EAN-8', '49123562'],
    [']A7AIMID', 'Code 39', 'AIMID'],
    [']C1AIMID', 'GS1-128', 'AIMID'],
    [']C0AIMID', 'Code 128', 'AIMID'],
    [']I04123', 'Interleaved 2 of 5', '4123'],
    [']F04123', 'Codabar', '4123'],
    [']d2010400638133393110AB', 'GS1 DataMatrix', '010400638133393110AB'],
    [']Q1https://example.org', 'QR Code', 'https://example.org'],
    [']z0x', 'Aztec', 'x'],
    [']Y0x', 'AIM ]Y0', 'x'],
  ])('%s', (text, symbology, code) => expect(splitAim(text)).toMatchObject({ symbology, code }));
});

describe('a trade item number', () => {
  const gtin = (text: string) => {
    const symbol = splitAim(text);
    const found = symbol && gtinOf(symbol);
    return found?.ok ? found.gtin : found?.why;
  };
  it.each([
    ['EAN-13', ']E04006381333931', '04006381333931'],
    ['UPC-A as sent with 12 digits', ']E0036000291452', '00036000291452'],
    ['EAN-8', ']E449123562', '00000049123562'],
    ['EAN-13 with an addition of two digits', ']E3400638133393112', '04006381333931'],
    ['ITF-14', ']I115400141288763', '15400141288763'],
    ['GS1-128', ']C1011540014128876310ABC', '15400141288763'],
    ['behind a weight and a lot of any length', ']C1310300120010AB-1\x1d0115400141288763', '15400141288763'],
    ['DataBar', ']e00115400141288763', '15400141288763'],
    ['wrong check digit', ']E04006381333932', 'the check digit of 4006381333932 is wrong'],
    ['cut off', ']C1011540014', 'the element (01) is cut off'],
    ['none', ']C110ABC', 'the code holds no GTIN'],
    ['digits 01 inside a lot are no element', ']C11001154001412887', 'the code holds no GTIN'],
  ])('%s', (_name, text, wanted) => expect(gtin(text)).toBe(wanted));
  it('of an RFID tag (EPC Tag Data Standard, SGTIN-96)', () => {
    expect(gtinOfTag('3074257BF7194E4000001A85')).toEqual({ ok: true, gtin: '80614141123458' });
    expect(gtinOfTag('E20034120139170000000001')).toMatchObject({ ok: false });
    expect(gtinOfTag('30FFFFFFFFFFFFFFFFFFFFFF')).toMatchObject({ ok: false });
  });
});

describe('a scan', () => {
  it('has its prefix and a left-over line end removed', () => {
    expect(decode('\n\x02ABC', { prefix: '\x02' })).toMatchObject({ ok: true, symbol: { code: 'ABC' } });
    expect(decode('ABC', { prefix: '\x02' })).toEqual({ ok: false, why: 'it does not begin with the prefix' });
  });
  it('has its letters looked up, the longest first', () => {
    const more = { symbology: 'table', symbologies: { F: 'EAN-13', FF: 'EAN-8' } };
    expect(decode('FF12345', more)).toMatchObject({ ok: true, symbol: { symbology: 'EAN-8', code: '12345' } });
    expect(decode('F12345', more)).toMatchObject({ ok: true, symbol: { symbology: 'EAN-13', code: '12345' } });
    expect(decode('A12345', more)).toEqual({ ok: false, why: 'it does not begin with letters of the table' });
  });
  it('that is no text is refused', () => {
    expect(decode('40\xff06')).toEqual({ ok: false, why: 'not text: check baud rate, data bits and parity' });
    expect(decode('40\x1006')).toMatchObject({ ok: false });
    expect(decode('[)>\x1e06\x1d1PABC\x04')).toMatchObject({ ok: true });
  });
  it('without its identifier, or with a check digit that is wrong, is refused', () => {
    expect(decode('4006381333931', { symbology: 'aim' })).toMatchObject({ ok: false });
    expect(decode(']E04006381333937', { symbology: 'aim' })).toEqual({
      ok: false,
      why: 'the check digit of 4006381333937 is wrong',
    });
  });
  it('of an RFID module has its check digits verified (data sheet of ID-12: 62E3086CED has 08)', () => {
    const more = { kind: 'rfid', check: 'xor', prefix: '\x02', suffix: '\x03' };
    expect(decode('\x0262E3086CED08', more)).toMatchObject({ ok: true, symbol: { code: '62E3086CED' } });
    expect(decode('\x0262E3086CED09', more)).toEqual({ ok: false, why: 'the check digits are wrong' });
    expect(decode('\x0262E3086CED0', more)).toMatchObject({ ok: false });
  });
  it('of an EAN with one wrong digit never passes', () => {
    const property = fc.property(fc.nat({ max: 12 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
      const digits = [...'4006381333931'].map((digit, i) => (i === at ? String((Number(digit) + by) % 10) : digit));
      expect(decode(`]E0${digits.join('')}`, { symbology: 'aim' })).toMatchObject({ ok: false });
    });
    fc.assert(property);
  });
  it('of any bytes has a code or a reason', () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('none', 'aim', 'table'),
      fc.constantFrom('barcode', 'rfid'),
      (bytes, symbology, kind) => {
        const decoded = decodeScan(scanner({ symbology, kind, symbologies: { A: 'x' } }), bytes);
        if (!decoded.ok) {
          expect(decoded.why).not.toBe('');
          return;
        }
        expect(decoded.symbol.code).not.toBe('');
        gtinOf(decoded.symbol);
        gtinOfTag(decoded.symbol.code);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });
});

describe('a scanner', () => {
  async function open(more: Record<string, unknown> = {}) {
    const harness = createHarness();
    const session = await scannerAdapter.open(scanner(more), harness.context, never);
    return { ...harness, session, hear: (text: string) => harness.links.opened[0]?.hear(text) };
  }
  it('reports each code as it comes, in pieces or together', async () => {
    const { hear, batches, last } = await open({ symbology: 'aim' });
    hear(']E0400638');
    hear('1333931\r\n]C0A');
    expect(batches).toHaveLength(1);
    expect(last()).toEqual({
      code: '4006381333931',
      symbology: 'EAN/UPC',
      raw: ']E04006381333931',
      count: 1,
      gtin: '04006381333931',
      duplicate: false,
    });
    hear('-1\r\n\r\n');
    expect(last()).toMatchObject({ code: 'A-1', count: 2, gtin: null });
    expect(batches).toHaveLength(2);
  });
  it('reports a repeat as such unless a time is given', async () => {
    const { hear, last } = await open();
    hear('A\rA\r');
    expect(last()).toMatchObject({ code: 'A', count: 2, duplicate: true });
  });
  it('does not report a tag that stays before the reader, but one that comes back', async () => {
    const { hear, batches, clock } = await open({ kind: 'rfid', duplicateMs: 1000 });
    for (let i = 0; i < 10; i += 1) {
      hear('e2001\rE2002\r');
      await clock.advance(900);
    }
    expect(batches.map(({ readings }) => readings[0]?.value)).toEqual(['E2001', 'E2002']);
    await clock.advance(200);
    hear('E2001\r');
    expect(batches).toHaveLength(3);
  });
  it('does not take the rest of a code that was on its way when the port was opened', async () => {
    const link = { kind: 'serial', path: '/dev/ttyUSB0' };
    const early = await open({ link });
    early.hear('1333931\r4006381333931\r');
    expect(early.batches.map(({ readings }) => readings[0]?.value)).toEqual(['4006381333931']);
    const quiet = await open({ link });
    await quiet.clock.advance(200);
    quiet.hear('A-1\r');
    expect(quiet.batches).toHaveLength(1);
  });
  it('says that a code has no suffix, and does not take it for the begin of the next one', async () => {
    const { links, faults, batches, clock, session } = await open();
    links.opened[0]?.hear('4006');
    await clock.advance(2500);
    links.opened[0]?.hear('4006381333931\r\n');
    await clock.advance(2500);
    expect(faults).toEqual(['adapter/bad-frame']);
    expect(batches.map(({ readings }) => readings.find(({ point }) => point === 'code')?.value)).toEqual(['4006381333931']);
    await session.close();
    expect(clock.pending).toBe(0);
  });
  it('counts what cannot be used', async () => {
    const { hear, batches, faults, frames } = await open({ maxLength: 20 });
    hear(`\xff\xfe\r${'x'.repeat(50)}\rok\r`);
    expect(faults).toEqual(['adapter/bad-frame', 'adapter/bad-frame']);
    expect(frames.map(({ faulty }) => faulty)).toEqual([true, true, false]);
    expect(batches).toHaveLength(1);
  });
});
