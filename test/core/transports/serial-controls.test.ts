import { beforeEach, describe, expect, it } from 'vitest';
import { createSerialControls, type ModemPort, sendWithRts } from '../../../core/transports/serial-controls.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';

const ENOTTY = new Error('Error: Inappropriate ioctl for device, cannot set');

let said: string[];
let clock: ManualClock;
let fails: Error | null;
const port = {
  set: (lines: Record<string, boolean>, done: (cause: Error | null) => void) => {
    const on = Object.keys(lines).filter((name) => lines[name]);
    said.push(`set ${on.join(' ')}`.trim());
    done(fails);
  },
  get: (done: (cause: Error | null, lines?: { cts: boolean; dsr: boolean; dcd: boolean }) => void) =>
    fails ? done(fails) : done(null, { cts: true, dsr: true, dcd: false }),
  drain: (done: (cause: Error | null) => void) => {
    said.push('drain');
    done(null);
  },
} as unknown as ModemPort;
beforeEach(() => {
  said = [];
  fails = null;
  clock = createManualClock();
});

describe('modem lines', () => {
  it('leaves alone what is not named', async () => {
    const controls = createSerialControls('/dev/x', port, clock);
    await controls.set({ dtr: false });
    await controls.set({ rts: false });
    await controls.set({ dtr: true });
    expect(said).toEqual(['set rts', 'set', 'set dtr']);
    expect(await controls.lines()).toEqual({ cts: true, dsr: true, dcd: false });
  });

  it('holds a break for its time and leaves the lines as they were', async () => {
    const controls = createSerialControls('/dev/x', port, clock);
    const sent = controls.sendBreak(250);
    await clock.advance(200);
    expect(said).toEqual(['set dtr rts brk']);
    await clock.advance(60);
    await sent;
    expect(said.at(-1)).toBe('set dtr rts');
  });

  it('says what a pseudo terminal cannot, and does not remember it as done', async () => {
    const controls = createSerialControls('/dev/x', port, clock);
    fails = ENOTTY;
    await expect(controls.set({ rts: false })).rejects.toMatchObject({ code: 'link/not-supported' });
    await expect(controls.lines()).rejects.toMatchObject({ code: 'link/not-supported' });
    await expect(controls.sendBreak(10)).rejects.toMatchObject({ code: 'link/not-supported' });
    fails = null;
    await controls.set({ dtr: false });
    expect(said.at(-1)).toBe('set rts');
  });
});

describe('RS-485 by RTS', () => {
  const config = { mode: 'rts', rtsOnSend: true, delayBeforeMs: 2, delayAfterMs: 3 } as const;
  const write = async (bytes: Uint8Array): Promise<void> => void said.push(`write ${bytes[0]}`);

  it('switches before and after each write, one at a time', async () => {
    const send = sendWithRts(createSerialControls('/dev/x', port, clock), config, clock, write);
    const both = Promise.all([send(Uint8Array.of(1)), send(Uint8Array.of(2))]);
    await clock.advance(20);
    await both;
    const once = (n: number) => ['set dtr rts', `write ${n}`, 'drain', 'set dtr'];
    expect(said).toEqual([...once(1), ...once(2)]);
    expect(clock.monotonic()).toBe(20);
  });

  it('switches back when the writing failed, and goes on with the next', async () => {
    let first = true;
    const send = sendWithRts(
      createSerialControls('/dev/x', port, clock),
      { ...config, delayBeforeMs: 0, delayAfterMs: 0 },
      clock,
      async (bytes) => {
        if (first) {
          first = false;
          throw new Error('gone');
        }
        await write(bytes);
      },
    );
    await expect(send(Uint8Array.of(1))).rejects.toThrow('gone');
    await send(Uint8Array.of(2));
    expect(said).toEqual(['set dtr rts', 'set dtr', 'set dtr rts', 'write 2', 'drain', 'set dtr']);
  });
});
