import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printerAdapter } from '../../../../core/adapters/printer/adapter.ts';
import { createStatusReader, decodeAsb, decodeRealTime, whyNot } from '../../../../core/adapters/printer/status.ts';
import { createTextEncoder, wrap } from '../../../../core/adapters/printer/text.ts';
import { PRINTER_VALUES } from '../../../../core/contract/document/serial-devices.ts';
import { createPrinterDouble } from '../../../fakes/printer-double.ts';
import { createHarness, device, never } from '../harness.ts';

describe('the status of a printer (ESC/POS)', () => {
  it.each<[number, number, object]>([
    [1, 0x12, { online: true, drawer: 'low' }],
    [1, 0x1e, { online: false, drawer: 'high' }],
    [2, 0x16, { cover: 'open' }],
    [2, 0x32, { cover: 'closed' }],
    [3, 0x12, { error: 'none' }],
    [3, 0x1a, { error: 'cutter' }],
    [3, 0x32, { error: 'unrecoverable' }],
    [3, 0x52, { error: 'recoverable' }],
    [4, 0x12, { paper: 'ok' }],
    [4, 0x1e, { paper: 'near-end' }],
    [4, 0x7e, { paper: 'out' }],
  ])('DLE EOT %i gives %i', (n, byte, wanted) => expect(decodeRealTime(n, byte)).toEqual(wanted));
  it('comes by itself in four bytes', () => {
    expect(decodeAsb(Uint8Array.of(0x38, 0x08, 0x0f, 0))).toEqual({
      online: false,
      drawer: 'low',
      cover: 'open',
      error: 'cutter',
      paper: 'out',
    });
    expect(whyNot(decodeAsb(Uint8Array.of(0x10, 0, 0, 0)))).toBeUndefined();
  });
  it('is told apart however it is mixed and cut', () => {
    const asb = [0x18, 0x00, 0x0c, 0x00];
    const reader = createStatusReader();
    const said = [...asb, 0x12, 0x11, ...asb.slice(0, 2), 0x13, ...asb.slice(2), 0x0c, 0x12].flatMap((byte) =>
      reader.push(Uint8Array.of(byte)),
    );
    expect(said.map(({ kind }) => kind)).toEqual(['asb', 'real-time', 'asb', 'in-turn', 'real-time']);
  });
  it('of noise: each byte is somewhere, none twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const said = createStatusReader().push(bytes);
        const count = said.reduce((all, one) => all + (one.kind === 'asb' ? 4 : 1), 0);
        const own = bytes.filter((byte) => byte !== 0x11 && byte !== 0x13).length;
        expect(count).toBeLessThanOrEqual(own);
        expect(own - count).toBeLessThan(4);
      }),
    );
  });
});

describe('a text', () => {
  it('is made of the bytes of the code table', () => {
    expect([...createTextEncoder(16)('Ä€é')]).toEqual([0xc4, 0x80, 0xe9]);
    expect([...createTextEncoder(0)('Äé█')]).toEqual([0x8e, 0x82, 0xdb]);
    expect([...createTextEncoder(19)('€ı')]).toEqual([0xd5, 0x3f]);
    expect([...createTextEncoder(17)('Ж')]).toEqual([0x86]);
    expect([...createTextEncoder(16)('őЖ')]).toEqual([0x6f, 0x3f]);
    expect([...createTextEncoder(99)('Äa')]).toEqual([0x41, 0x61]);
  });
  it('holds no commands, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(0, 2, 16, 17, 19, 46, 99), (text, table) => {
        for (const byte of createTextEncoder(table)(text)) expect(byte === 0x0a || (byte >= 0x20 && byte !== 0x7f)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
  it('is wrapped at blanks, and loses nothing but them', () => {
    expect(wrap('one two three', 7)).toBe('one two\nthree');
    expect(wrap('abcdefghij', 4)).toBe('abcd\nefgh\nij');
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z \n]{0,80}$/), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        const lines = wrap(text, columns).split('\n');
        expect(lines.every((line) => line.length <= columns)).toBe(true);
        expect(lines.join('').replace(/ /g, '')).toBe(text.replace(/[ \n]/g, ''));
      }),
    );
  });
});

describe('a printer', () => {
  const points = PRINTER_VALUES.map((value) => ({ name: value, value }));
  async function open() {
    const harness = createHarness();
    const printer = createPrinterDouble();
    const state = { silent: false };
    harness.links.prepare = (link) => {
      link.answer = (written) => (state.silent ? undefined : printer.hear(written));
    };
    const link = { kind: 'simulated', model: 'energy-meter' };
    const config = device({ adapter: 'printer', link, points, statusMs: 1000, timeoutMs: 100, columns: 20 });
    const session = await printerAdapter.open(config, harness.context, never);
    async function act(action: string, argument?: string): Promise<unknown> {
      const done = session.act?.(action, argument, never).catch((error: unknown) => error);
      await harness.clock.advance(5000);
      return await done;
    }
    return { ...harness, printer, session, state, act, changed: () => harness.links.opened[0]?.hear(printer.changed()) };
  }
  it('tells its state', async () => {
    const { clock, last, printer } = await open();
    await clock.advance(100);
    expect(last()).toEqual({ online: true, paper: 'ok', cover: 'closed', error: 'none', drawer: 'low', printed: 0 });
    printer.nearEnd = true;
    await clock.advance(1000);
    expect(last()).toMatchObject({ paper: 'near-end' });
  });
  it('tells at once that the paper is out', async () => {
    const { clock, last, printer, changed } = await open();
    await clock.advance(100);
    printer.paperOut = true;
    changed();
    expect(last()).toMatchObject({ online: false, paper: 'out' });
  });
  it('prints, cuts, feeds, opens the drawer, and confirms each', async () => {
    const { act, printer, last } = await open();
    expect(await act('print', 'Total: 12.50 EUR, thank you\n\x1b@evil')).toEqual({ state: 'confirmed', words: 'printed' });
    expect(printer.paper).toEqual(['Total: 12.50 EUR,', 'thank you', '@evil']);
    expect(await act('cut')).toMatchObject({ state: 'confirmed' });
    expect(await act('feed', '2')).toMatchObject({ words: '2 lines fed' });
    expect(await act('drawer')).toMatchObject({ state: 'confirmed' });
    expect(await act('test-page')).toMatchObject({ state: 'confirmed' });
    expect(printer).toMatchObject({ cuts: 1, drawerPulses: 1 });
    expect(printer.paper.every((line) => line.length <= 20)).toBe(true);
    expect(last()).toMatchObject({ printed: 2 });
  });
  it('refuses a job while the cover is open', async () => {
    const { act, printer } = await open();
    printer.coverOpen = true;
    expect(await act('print', 'x')).toMatchObject({ code: 'adapter/refused', message: expect.stringContaining('cover') });
    expect(printer.paper).toEqual([]);
  });
  it('whose paper runs out in the middle of a job says that it is not confirmed', async () => {
    const { clock, session, printer, links } = await open();
    await clock.advance(100);
    const link = links.opened[0];
    if (!link) throw new Error('no link');
    link.answer = (written) => {
      if (written.includes(0x78)) printer.paperOut = true;
      return printer.hear(written);
    };
    const done = session.act?.('print', 'xxx', never).catch((error: unknown) => error);
    await clock.advance(8000);
    expect(await done).toMatchObject({ code: 'adapter/not-confirmed', message: expect.stringContaining('paper is out') });
  });
  it('refuses what it does not know', async () => {
    const { act } = await open();
    expect(await act('dance')).toMatchObject({ code: 'adapter/unknown-command' });
    expect(await act('print', ' ')).toMatchObject({ code: 'adapter/bad-value' });
    expect(await act('feed', '500')).toMatchObject({ code: 'adapter/bad-value' });
  });
  it('that is switched off is a fault, and goes on when it is back', async () => {
    const { clock, state, faults, batches, session } = await open();
    state.silent = true;
    await clock.advance(3000);
    expect(new Set(faults)).toEqual(new Set(['adapter/timeout']));
    state.silent = false;
    await clock.advance(2000);
    expect(batches.length).toBeGreaterThan(0);
    await session.close();
    expect(clock.pending).toBe(0);
  });
});
