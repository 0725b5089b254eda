import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { Device } from '../../../../core/contract/document/devices.ts';
import type { PortView } from '../../../../core/contract/field-views.ts';
import { createPortDesk } from '../../../../core/tools/ports/port-desk.ts';
import { createPortClaims } from '../../../../core/transports/ports/claims.ts';
import { createLines, type Lines } from '../../../../core/transports/ports/lines.ts';
import type { PortBook } from '../../../../core/transports/ports/port-book.ts';
import { createPortBook } from '../../../../core/transports/ports/system-book.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';
import { createPortTree, type FakeAdapter, type PortTree } from '../../../fakes/port-tree.ts';
import { createSerialPair, ended, missing, waitFor } from '../../../fakes/socat.ts';
import { ANNA, fakeLinks } from '../../../fakes/tool-bench.ts';

const never = new AbortController().signal;
const FTDI: FakeAdapter = { name: 'ttyUSB0', serial: 'A1B2' };
const bind = { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' };
const device = (id: string, link: Record<string, unknown>) =>
  Device.parse({
    id,
    name: id,
    adapter: 'line',
    link: { kind: 'serial', path: '/dev/ttyUSB0', ...link },
    separator: ',',
    points: [{ name: 'p', from: 0 }],
  });

let tree: PortTree;
let clock: ManualClock;
let book: PortBook;
let lines: Lines;
let far: ReturnType<typeof fakeLinks>;
let devices: ReturnType<typeof device>[];
let rows: () => readonly PortView[];
let desk: ReturnType<typeof createPortDesk>;
beforeEach(async () => {
  tree = createPortTree();
  tree.plug(FTDI);
  clock = createManualClock();
  book = createPortBook(tree.roots, clock, { settleMs: 0 });
  far = fakeLinks();
  lines = createLines({ links: far.links, claims: createPortClaims({ now: () => clock.now() }), book, now: () => clock.now() });
  devices = [];
  desk = createPortDesk({ lines, clock, site: () => ({ devices }) as never });
  const { ports } = desk.views;
  rows = () => (ports.kind === 'table' ? ports.rows({}) : []);
  await book.start(never);
});
afterEach(async () => {
  await book.stop();
  tree.dispose();
});

describe('the list of ports', () => {
  it('says what is plugged in, whose it is, and who has it', async () => {
    devices = [device('scale', { bind }), device('other', { path: '/dev/nowhere' })];
    expect(rows()).toMatchObject([
      {
        id: 'usb:0403:6001:A1B2:0',
        path: `${tree.roots.dev}/ttyUSB0`,
        title: 'FTDI FT232R USB UART',
        usbId: '0403:6001',
        present: true,
        plugs: 0,
        devices: ['scale'],
        holder: null,
        settings: '',
      },
      { id: 'path:/dev/nowhere', present: false, devices: ['other'] },
    ]);
    const link = await lines.links.open(devices[0]?.adapter === 'line' ? devices[0].link : ({} as never), never, 'scale');
    await link.write(Uint8Array.of(1, 2));
    expect(rows()[0]).toMatchObject({ holder: { kind: 'device', name: 'scale' }, opens: 1, bytesOut: 2 });
    await lines.claims.take('usb:0403:6001:A1B2:0', 'Anna (terminal)', never);
    expect(rows()[0]).toMatchObject({ holder: { kind: 'tool', name: 'Anna (terminal)' } });
  });

  it('keeps showing a port that was unplugged, and counts how often it came', async () => {
    devices = [device('scale', { bind })];
    rows();
    for (let i = 1; i <= 3; i += 1) {
      tree.unplug(FTDI);
      await desk.calls['port.refresh']({}, never, ANNA);
      await clock.advance(10);
      expect(rows()).toMatchObject([{ present: false, path: `${tree.roots.dev}/ttyUSB0`, devices: ['scale'] }]);
      tree.plug(FTDI);
      await desk.calls['port.refresh']({}, never, ANNA);
      expect(rows()).toMatchObject([{ present: true, plugs: i, since: clock.now() }]);
    }
  });

  it('shows the last error in words', async () => {
    const one = device('scale', { bind });
    devices = [one];
    far.state.refuse = new GatewayError('link/busy', 'taken by gpsd');
    await lines.links.open(one.adapter === 'line' ? one.link : ({} as never), never, 'scale').catch(() => {});
    expect(rows()[0]?.lastError).toMatchObject({ code: 'link/busy', message: 'taken by gpsd', at: clock.now() });
  });

  it('gives the same rows while nothing changes', () => {
    devices = [device('scale', { path: '/dev/nowhere' })];
    expect(rows()).toEqual(rows());
  });
});

describe('what is in the way of a port', () => {
  it('says that it is not there', async () => {
    expect(await desk.calls['port.diagnose']({ path: '/dev/ttyNONE' }, never, ANNA)).toMatchObject({
      exists: false,
      problem: expect.stringContaining('/dev/ttyNONE'),
      remedy: expect.stringMatching(/./),
    });
  });

  it('tells nothing of files that are no devices', async () => {
    expect(await desk.calls['port.diagnose']({ path: '/etc/passwd' }, never, ANNA)).toMatchObject({
      exists: false,
      owner: '',
      mode: '',
    });
  });

  it.skipIf(missing('socat', 'flock'))('names the program that has it (skipped where socat or flock is missing)', async () => {
    const pair = await createSerialPair();
    const free = await desk.calls['port.diagnose']({ path: pair.a }, never, ANNA);
    expect(free).toMatchObject({ exists: true, mayOpen: true, rs485: 'unknown', mode: expect.stringMatching(/^crw/) });
    const child = spawn('flock', ['-n', pair.b, 'sleep', '60'], { stdio: 'ignore' });
    try {
      const tty = realpathSync(pair.b);
      let found = await desk.calls['port.diagnose']({ path: pair.b }, never, ANNA);
      await waitFor(() => {
        if (found.process?.name === 'flock' || found.process?.name === 'sleep') return true;
        void desk.calls['port.diagnose']({ path: tty }, never, ANNA).then((now) => {
          found = now;
        });
        return false;
      }, 'flock has the port');
      expect(found).toMatchObject({
        problem: expect.stringContaining('uses the port'),
        remedy: expect.stringMatching(/^Close /),
      });
    } finally {
      child.kill('SIGKILL');
      await ended(child);
      await pair.dispose();
    }
  });
});
