import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import { listByDriver } from '../../core/transports/ports/driver-list.ts';
import { explainOpenFault } from '../../core/transports/serial-faults.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { bytePortConformance } from '../conformance/byte-port.suite.ts';
import { createSerialPair, ended, missing, type SerialPair, waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;
const settings = (path: string, more: Record<string, unknown> = {}) => SerialLink.parse({ kind: 'serial', path, ...more });

describe.skipIf(missing('socat'))('serial ports over socat (skipped where socat is missing)', () => {
  bytePortConformance('a serial port', async () => {
    const pair = await createSerialPair();
    const far = await openSerialPort(settings(pair.b), systemClock, never);
    const link = await openSerialPort(settings(pair.a), systemClock, never);
    const heard: number[] = [];
    far.onData((chunk) => heard.push(...chunk));
    return {
      link,
      send: (bytes) => far.write(bytes),
      heard: () => Uint8Array.from(heard),
      vanish: () => pair.unplug(),
      async dispose() {
        await link.close();
        await far.close();
        await pair.dispose();
      },
    };
  });

  describe('opening', () => {
    let pair: SerialPair;
    let child: ChildProcess | undefined;
    beforeEach(async () => {
      pair = await createSerialPair();
    });
    afterEach(async () => {
      child?.kill('SIGKILL');
      if (child) await ended(child);
      child = undefined;
      await pair.dispose();
    });

    it.each([
      [{ baudRate: 115_200 }, '115200 8N1'],
      [{ dataBits: 7, parity: 'even', stopBits: 1 }, '9600 7E1'],
      [{ parity: 'odd', stopBits: 2 }, '9600 8O2'],
      [{ rtscts: true }, '9600 8N1'],
    ])('takes %j', async (more, label) => {
      const link = await openSerialPort(settings(pair.a, more), systemClock, never);
      expect(link.label).toBe(`${pair.a}, ${label}`);
      await link.close();
    });

    it('says that another program has the port, and which', async () => {
      child = spawn('flock', ['-n', pair.a, 'sleep', '60'], { stdio: 'ignore' });
      const tty = await realpath(pair.a);
      const held = (): boolean => spawnSync('flock', ['-n', tty, 'true']).status !== 0;
      await waitFor(held, 'the other program takes the port');
      await expect(openSerialPort(settings(pair.a), systemClock, never)).rejects.toMatchObject({
        code: 'link/busy',
        message: expect.stringMatching(/the program (flock|sleep) \(process \d+\) uses the port/),
        remedy: expect.stringMatching(/Close (flock|sleep)/),
      });
    });

    it('says that the gateway itself has it', async () => {
      const link = await openSerialPort(settings(pair.a), systemClock, never);
      await expect(openSerialPort(settings(pair.a), systemClock, never)).rejects.toMatchObject({
        code: 'link/busy',
        message: expect.stringContaining('the gateway itself'),
      });
      await link.close();
      await (await openSerialPort(settings(pair.a), systemClock, never)).close();
    });

    it('says that there is no such port', async () => {
      await expect(openSerialPort(settings(`${pair.a}-gone`), systemClock, never)).rejects.toMatchObject({
        code: 'link/not-found',
        message: expect.stringMatching(/-gone: there is no such port; (ports that are here|this machine has no)/),
      });
    });

    it.skipIf(process.getuid?.() !== 0)(
      'says which group may use it, and the remedy (needs root to become another user)',
      async () => {
        const tty = await realpath(pair.a);
        chownSync(tty, 0, 20);
        chmodSync(tty, 0o660);
        chmodSync(pair.a.replace(/\/a$/, ''), 0o755);
        const module = fileURLToPath(new URL('../../core/transports/serial-port.ts', import.meta.url));
        const clockModule = fileURLToPath(new URL('../../core/base/clock.ts', import.meta.url));
        // Everything is loaded before the rights are dropped: the other user need not be able to read this folder.
        const code = `import { openSerialPort } from ${JSON.stringify(module)};
        import { systemClock } from ${JSON.stringify(clockModule)};
        const config = ${JSON.stringify(settings(tty))};
        await openSerialPort({ ...config, path: '/dev/there-is-none' }, systemClock, new AbortController().signal).catch(() => {});
        process.setgroups([]);
        process.setgid(65534);
        process.setuid(65534);
        await openSerialPort(config, systemClock, new AbortController().signal).then(
          () => console.log('opened'),
          (fault) => console.log(JSON.stringify({ code: fault.code, message: fault.message, remedy: fault.remedy, details: fault.details })));
        process.exit(0);`;
        const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
        const said = JSON.parse(run.stdout || JSON.stringify({ failed: run.stderr })) as unknown;
        expect(said).toMatchObject({
          code: 'link/not-permitted',
          message: expect.stringContaining('the user nobody is not in the group dialout'),
          remedy: expect.stringContaining('usermod -aG dialout nobody'),
        });
      },
    );

    it('opens anew after an unplug', async () => {
      const link = await openSerialPort(settings(pair.a), systemClock, never);
      await pair.unplug();
      expect(await link.closed).toMatchObject({ code: 'link/lost' });
      await expect(openSerialPort(settings(pair.a), systemClock, never)).rejects.toMatchObject({ code: 'link/not-found' });
      await pair.plug();
      const again = await openSerialPort(settings(pair.a), systemClock, never);
      const far = await openSerialPort(settings(pair.b), systemClock, never);
      const got: number[] = [];
      far.onData((chunk) => got.push(...chunk));
      await again.write(Uint8Array.of(1, 2, 3));
      await waitFor(() => got.length === 3, 'bytes after the replug');
      await again.close();
      await far.close();
    });

    it('notices every unplug, also one that falls into a read of the driver', async () => {
      for (let i = 0; i < 15; i += 1) {
        const link = await openSerialPort(settings(pair.a), systemClock, never);
        await pair.unplug();
        expect(await link.closed).toMatchObject({ code: 'link/lost' });
        await pair.plug();
      }
    });

    it('does nothing when aborted before', async () => {
      await expect(openSerialPort(settings(pair.a), systemClock, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
      await (await openSerialPort(settings(pair.a), systemClock, never)).close();
    });
  });
});

describe('the words of the driver', () => {
  it.each([
    ['Error: No such file or directory, cannot open /dev/x', 'link/not-found'],
    ['Error: Permission denied, cannot open /dev/x', 'link/not-permitted'],
    ['Error Resource temporarily unavailable Cannot lock port', 'link/busy'],
    ['Error: Device or resource busy, cannot open /dev/x', 'link/busy'],
    ['Opening COM3: File not found', 'link/not-found'],
    ['Opening COM3: Access denied', 'link/busy'],
    ['Inappropriate ioctl for device', 'link/failed'],
  ])('%s is %s', async (text, code) => {
    expect(await explainOpenFault('/dev/x-not-there', new Error(text), systemClock)).toMatchObject({
      code,
      message: expect.stringContaining('/dev/x-not-there'),
    });
  });
});

it('lists ports without failing, also where udevadm is missing', async () => {
  expect(Array.isArray(await listByDriver(systemClock))).toBe(true);
  const path = process.env['PATH'];
  try {
    process.env['PATH'] = '/nonexistent';
    expect(Array.isArray(await listByDriver(systemClock))).toBe(true);
  } finally {
    process.env['PATH'] = path;
  }
});
