import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import type { LinkConfig } from '../../../../core/contract/document/links.ts';
import { SerialLink } from '../../../../core/contract/document/links.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';
import { ANNA, BERT, createToolBench, fakeLinks } from '../../../fakes/tool-bench.ts';

const LINK: LinkConfig = SerialLink.parse({ kind: 'serial', path: '/dev/ttyUSB0' });
const never = new AbortController().signal;
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

let clock: ManualClock;
let far: ReturnType<typeof fakeLinks>;
let bench: ReturnType<typeof createToolBench>;
beforeEach(() => {
  clock = createManualClock();
  far = fakeLinks();
  bench = createToolBench(clock, far.links);
});
const open = async (tool: 'terminal' | 'sniffer' | 'modbus' = 'terminal', caller = ANNA): Promise<string> =>
  (await bench.call('tool.open', { tool, link: LINK, by: 'Anna', consent: true }, caller)).session;
const state = (session: string) => bench.sessions.views().find(({ id }) => id === session);

describe('the terminal', () => {
  it('shows what comes in lines by their pauses, with the time of their first byte', async () => {
    const session = await open();
    const began = clock.now();
    await clock.advance(100);
    far.opened[0]?.hear('he');
    await clock.advance(5);
    far.opened[0]?.hear('llo');
    await clock.advance(50);
    far.opened[0]?.hear('again');
    await clock.advance(50);
    expect(bench.rows(session)).toMatchObject([
      { id: 1, at: began + 100, direction: 'in', bytes: base64('hello'), role: 'text' },
      { id: 2, at: began + 155, gapUs: 55_000, bytes: base64('again') },
    ]);
    expect(state(session)).toMatchObject({ bytesIn: 10, bytesOut: 0, state: 'open' });
  });

  it('does not wait for a pause that never comes', async () => {
    const session = await open();
    for (let i = 0; i < 20; i += 1) {
      far.opened[0]?.hear('x');
      await clock.advance(10);
    }
    expect(bench.rows(session).length).toBeGreaterThanOrEqual(2);
  });

  it('sends, shows it and has it in the log with the name', async () => {
    const session = await open();
    await bench.call('tool.send', { session, bytes: base64('AT\r') });
    expect(Buffer.from(far.opened[0]?.written[0] ?? []).toString()).toBe('AT\r');
    expect(bench.rows(session)).toMatchObject([{ direction: 'out', bytes: base64('AT\r') }]);
    expect(bench.log.find(({ event }) => event === 'tool.wrote')?.data).toMatchObject({ by: 'Anna', caller: 'console' });
  });

  it('refuses bytes that are no base64', async () => {
    const session = await open();
    for (const bytes of ['', '!!!', 'QQ', 'QUJD\n']) {
      await expect(bench.call('tool.send', { session, bytes })).rejects.toMatchObject({ code: 'api/bad-input' });
    }
    expect(far.opened[0]?.written).toEqual([]);
  });

  it('is closed and written by nobody else', async () => {
    const session = await open();
    for (const call of [
      bench.call('tool.send', { session, bytes: base64('x') }, BERT),
      bench.call('tool.lines', { session, dtr: true }, BERT),
      bench.call('tool.close', { session }, BERT),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'tool/not-yours' });
    }
  });

  it('opens the line again after it was lost, and says so', async () => {
    const session = await open();
    far.state.refuse = new GatewayError('link/not-found', '/dev/ttyUSB0: there is no such port');
    far.opened[0]?.lose();
    await clock.advance(200);
    expect(state(session)).toMatchObject({ state: 'lost', fault: { code: 'link/lost' } });
    await expect(bench.call('tool.send', { session, bytes: base64('x') })).rejects.toMatchObject({ code: 'link/lost' });
    await clock.advance(2000);
    expect(state(session)).toMatchObject({ state: 'lost', fault: { code: 'link/not-found' } });
    far.state.refuse = null;
    await clock.advance(9000);
    expect(state(session)).toMatchObject({ state: 'open', fault: null });
    await bench.call('tool.send', { session, bytes: base64('x') });
    expect(far.opened[1]?.written).toHaveLength(1);
  });

  it('sets modem lines and a break where the port has them, and says where it has not', async () => {
    const plain = await open();
    await expect(bench.call('tool.lines', { session: plain, rts: true })).rejects.toMatchObject({ code: 'link/not-supported' });
    await bench.call('tool.close', { session: plain });
    const set: unknown[] = [];
    far.state.serial = {
      set: async (lines) => void set.push(lines),
      lines: async () => ({ cts: true, dsr: false, dcd: false }),
      sendBreak: async (ms) => void set.push(ms),
      drain: async () => {},
    };
    const session = await open();
    await bench.call('tool.lines', { session, dtr: false, breakMs: 250 });
    expect(set).toEqual([{ dtr: false, rts: undefined }, 250]);
    expect(state(session)?.lines).toEqual({ cts: true, dsr: false, dcd: false, dtr: false, rts: true });
    far.opened.at(-1)?.lose();
    await clock.advance(10_000);
    // A port that is opened anew has its DTR on again.
    expect(state(session)).toMatchObject({ state: 'open', lines: { dtr: true, rts: true } });
  });
});

describe('the loopback test', () => {
  it('finds that all came back', async () => {
    const session = await open();
    const one = far.opened[0];
    if (one) one.answer = (bytes) => bytes;
    const result = await bench.call('tool.loopback', { session, bytes: 1000 });
    expect(result).toMatchObject({ ok: true, sent: 1000, back: 1000, wrong: 0 });
    expect(bench.rows(session)).toEqual([]);
  });

  it('says what to look at when nothing comes, and when it is wrong', async () => {
    const session = await open();
    const silent = bench.call('tool.loopback', { session, bytes: 600 });
    await clock.advance(10_000);
    expect(await silent).toMatchObject({ ok: false, sent: 256, back: 0, words: expect.stringContaining('join TX and RX') });
    const one = far.opened[0];
    if (one) one.answer = (bytes) => bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
    expect(await bench.call('tool.loopback', { session, bytes: 256 })).toMatchObject({ ok: false, back: 256, wrong: 1 });
  });

  it('knows a device that answers from a plug with a bad contact', async () => {
    const session = await open();
    const one = far.opened[0];
    if (one) one.answer = () => Buffer.from('S S      12.480 kg\r\n');
    const running = bench.call('tool.loopback', { session, bytes: 256 });
    await clock.advance(10_000);
    expect(await running).toMatchObject({ ok: false, back: 20, words: expect.stringContaining('a device is still on the line') });
    if (one) one.answer = (bytes) => bytes.subarray(1);
    const loose = bench.call('tool.loopback', { session, bytes: 256 });
    await clock.advance(10_000);
    expect(await loose).toMatchObject({ ok: false, back: 255, wrong: 255, words: expect.stringContaining('loose bridge') });
  });

  it('ends with the line, and nothing else is sent meanwhile', async () => {
    const session = await open();
    const running = expect(bench.call('tool.loopback', { session, bytes: 600 })).rejects.toMatchObject({ code: 'link/lost' });
    await clock.advance(10);
    await expect(bench.call('tool.send', { session, bytes: base64('x') })).rejects.toMatchObject({ code: 'api/bad-input' });
    far.opened[0]?.lose();
    await clock.advance(10);
    await running;
  });

  it('ends with the tool', async () => {
    const session = await open();
    const running = expect(bench.call('tool.loopback', { session, bytes: 600 })).rejects.toMatchObject({
      code: expect.any(String),
    });
    await clock.advance(10);
    await bench.call('tool.close', { session });
    await running;
  });
});

describe('a line that a tool has', () => {
  it('is taken from its device and given back', async () => {
    const device = await bench.lines.links.open(LINK, never, 'meter');
    const session = await open();
    expect(await device.closed).toMatchObject({ code: 'link/claimed' });
    expect(state(session)?.pauses).toEqual(['meter']);
    await expect(bench.lines.links.open(LINK, never, 'meter')).rejects.toMatchObject({ code: 'link/claimed' });
    await bench.call('tool.close', { session });
    expect(far.opened.every((one, i) => i === 2 || !one.open)).toBe(true);
    await expect(bench.lines.links.open(LINK, never, 'meter')).resolves.toBeDefined();
  });

  it('is not taken any more when the gateway stops', async () => {
    await bench.sessions.stop();
    await expect(open()).rejects.toMatchObject({ code: 'gateway/stopping' });
    expect(bench.lines.claims.list()).toEqual([]);
  });

  it('is given back when its port is not being opened any more', async () => {
    const opening = Promise.withResolvers<void>();
    const slow = createToolBench(clock, { open: async (...how) => opening.promise.then(() => far.links.open(...how)) });
    const call = slow.call('tool.open', { tool: 'terminal', link: LINK, by: 'Anna', consent: true });
    call.catch(() => {});
    await clock.advance(1);
    const stopping = slow.sessions.stop();
    await clock.advance(1);
    expect(slow.lines.claims.list()).toHaveLength(1);
    opening.resolve();
    await stopping;
    await expect(call).rejects.toBeInstanceOf(GatewayError);
    expect([slow.lines.claims.list(), far.opened.map(({ open: isOpen }) => isOpen)]).toEqual([[], [false]]);
  });

  it('is not taken where it cannot be opened', async () => {
    far.state.refuse = new GatewayError('link/busy', 'busy');
    await expect(open()).rejects.toMatchObject({ code: 'link/busy' });
    expect(bench.sessions.views()).toEqual([]);
    expect(bench.lines.claims.list()).toEqual([]);
    await expect(open()).rejects.toMatchObject({ code: 'link/busy' });
  });

  it('is given back when nobody looks at the tool any more', async () => {
    await open();
    await clock.advance(17_000);
    expect(bench.sessions.views()).toEqual([]);
    expect(far.opened[0]?.open).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('is left alone by the Modbus master until it asks', async () => {
    await open('modbus');
    expect(far.opened).toEqual([]);
  });
});

describe('the sniffer', () => {
  it('says what it hears, and cannot write', async () => {
    const session = await open('sniffer');
    far.opened[0]?.hear([3, 3, 0, 16, 0, 2, 0xc4, 0x2c]);
    await clock.advance(100);
    expect(bench.rows(session)).toMatchObject([{ role: 'request', unit: 3, decoded: expect.stringContaining('read 2 holding') }]);
    await expect(bench.call('tool.send', { session, bytes: base64('x') })).rejects.toMatchObject({ code: 'api/bad-input' });
  });
});
