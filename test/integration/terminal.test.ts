import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import type { ByteLink } from '../../core/transports/byte-port.ts';
import { driverKnowsRs485 } from '../../core/transports/ports/rs485.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createSerialPair, missing, type SerialPair, waitFor } from '../fakes/socat.ts';
import { createToolBench } from '../fakes/tool-bench.ts';

const never = new AbortController().signal;
const settings = (path: string, more: Record<string, unknown> = {}) => SerialLink.parse({ kind: 'serial', path, ...more });
const base64 = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString('base64');
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

describe.skipIf(missing('socat'))('the terminal on a real line (skipped where socat is missing)', () => {
  let pair: SerialPair;
  let far: ByteLink;
  let bench: ReturnType<typeof createToolBench>;
  beforeEach(async () => {
    pair = await createSerialPair();
    far = await openSerialPort(settings(pair.b), systemClock, never);
    bench = createToolBench(systemClock, {
      open: (config, signal) => openSerialPort(SerialLink.parse(config), systemClock, signal),
    });
  });
  afterEach(async () => {
    await bench.sessions.stop();
    await far.close();
    await pair.dispose();
  });
  const open = async (): Promise<string> =>
    (await bench.call('tool.open', { tool: 'terminal', link: settings(pair.a), by: 'Anna', consent: true })).session;

  it('shows and sends every byte value', async () => {
    const session = await open();
    const heard: number[] = [];
    far.onData((chunk) => heard.push(...chunk));
    await bench.call('tool.send', { session, bytes: base64(everyByte) });
    await far.write(everyByte);
    await waitFor(() => heard.length === 256, 'the device hears it');
    await waitFor(() => (bench.sessions.views()[0]?.bytesIn ?? 0) === 256, 'the terminal hears it');
    const rows = bench.rows(session).filter(({ direction }) => direction === 'in');
    expect(Buffer.concat(rows.map(({ bytes }) => Buffer.from(bytes, 'base64')))).toEqual(Buffer.from(everyByte));
    expect(heard).toEqual([...everyByte]);
  });

  it('runs a loopback test over a line with TX and RX joined, and one without', async () => {
    const session = await open();
    let joined = false;
    far.onData((chunk) => {
      if (joined) void far.write(chunk);
    });
    expect(await bench.call('tool.loopback', { session, bytes: 300 })).toMatchObject({ ok: false, back: 0 });
    joined = true;
    expect(await bench.call('tool.loopback', { session, bytes: 20_000 })).toMatchObject({ ok: true, back: 20_000, wrong: 0 });
  });

  it('says that a pseudo terminal has no modem lines', async () => {
    const session = await open();
    await expect(bench.call('tool.lines', { session, rts: false })).rejects.toMatchObject({ code: 'link/not-supported' });
    expect(bench.sessions.views()[0]?.lines).toBeNull();
  });

  it('takes the port from its device and gives it back', async () => {
    const device = await bench.lines.links.open(settings(pair.a), never, 'scale');
    const session = await open();
    expect(await device.closed).toMatchObject({ code: 'link/claimed' });
    await bench.call('tool.close', { session });
    await (await bench.lines.links.open(settings(pair.a), never, 'scale')).close();
  });
});

describe.skipIf(missing('socat'))('what a driver cannot do (skipped where socat is missing)', () => {
  let pair: SerialPair;
  beforeEach(async () => {
    pair = await createSerialPair();
  });
  afterEach(() => pair.dispose());

  it.each([
    ['RS-485 by the driver', { rs485: { mode: 'driver' } }],
    ['RS-485 by RTS', { rs485: { mode: 'rts' } }],
    ['DTR', { dtr: false }],
  ])('%s is refused in words, and the port is free again', async (_, more) => {
    await expect(openSerialPort(settings(pair.a, more), systemClock, never)).rejects.toMatchObject({
      code: 'link/not-supported',
    });
    await (await openSerialPort(settings(pair.a), systemClock, never)).close();
  });

  it.skipIf(spawnSync('perl', ['-e', '1']).status !== 0)('is asked for by ioctl', async () => {
    const link = await openSerialPort(settings(pair.a), systemClock, never);
    expect(await driverKnowsRs485(pair.a)).toBe(false);
    expect(await driverKnowsRs485(`${pair.a}-none`)).toBeUndefined();
    await link.close();
  });

  it('takes software flow control', async () => {
    const link = await openSerialPort(settings(pair.a, { xonxoff: true }), systemClock, never);
    await link.write(Uint8Array.of(1));
    await link.serial?.drain();
    await link.close();
  });
});
