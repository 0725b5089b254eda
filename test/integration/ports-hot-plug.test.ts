import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../core/base/clock.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import { createPortClaims } from '../../core/transports/ports/claims.ts';
import { listByDriver } from '../../core/transports/ports/driver-list.ts';
import { createLines, type Lines } from '../../core/transports/ports/lines.ts';
import type { PortBook } from '../../core/transports/ports/port-book.ts';
import { createPortBook } from '../../core/transports/ports/system-book.ts';
import { watchPorts } from '../../core/transports/ports/watch.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createPortTree, type FakeAdapter, type PortTree } from '../fakes/port-tree.ts';
import { createSerialPair, missing, type SerialPair, waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;
/** Real time without looking once a second: what is seen was told by somebody. */
const deaf: Clock = { ...systemClock, every: () => () => {} };
const BIND = { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' } as const;

let folder: string;
let path: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-udev-'));
  path = process.env['PATH'];
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

/** A udevadm that notes how it was called, and says something as soon as `event` exists. */
function fakeUdevadm(body: string): void {
  writeFileSync(join(folder, 'udevadm'), `#!/bin/sh\necho "$$ $*" >> ${folder}/calls\n${body}\n`, { mode: 0o755 });
  process.env['PATH'] = `${folder}:${path}`;
}
const calls = (): string => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '');
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('who tells of a plug', () => {
  const nowhere = { dev: '/nonexistent', system: true };
  let looks = 0;
  const look = async (): Promise<void> => {
    looks += 1;
  };
  beforeEach(() => {
    looks = 0;
  });

  it('the kernel, by udevadm, which ends with the watch', async () => {
    fakeUdevadm(
      `while [ ! -e ${folder}/event ]; do sleep 0.02; done; echo "KERNEL[1.2] add /devices/x/tty/ttyUSB0 (tty)"; exec sleep 60`,
    );
    const watch = watchPorts(nowhere, deaf, look);
    await waitFor(() => calls().includes('monitor --kernel --subsystem-match=tty'), 'udevadm is started');
    expect(looks).toBe(0);
    writeFileSync(join(folder, 'event'), '');
    await waitFor(() => looks === 1, 'a look after the event');
    watch.stop();
    const pid = Number(calls().split(' ')[0]);
    await waitFor(() => !alive(pid), 'udevadm has ended');
  });

  it('udevadm does not outlive a gateway that was killed', async () => {
    fakeUdevadm('exec sleep 60');
    const module = fileURLToPath(new URL('../../core/transports/ports/watch.ts', import.meta.url));
    const clockModule = fileURLToPath(new URL('../../core/base/clock.ts', import.meta.url));
    const code = `import { watchPorts } from ${JSON.stringify(module)};
      import { systemClock } from ${JSON.stringify(clockModule)};
      watchPorts({ dev: '/nonexistent', system: true }, systemClock, async () => {});
      setInterval(() => {}, 1000);`;
    const gateway = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    await waitFor(() => calls() !== '', 'udevadm is started');
    const pid = Number(calls().split(' ')[0]);
    expect(alive(pid)).toBe(true);
    gateway.kill('SIGKILL');
    await waitFor(() => !alive(pid), 'udevadm has ended');
  });

  it('a watch on the folder of devices', async () => {
    const tree = createPortTree();
    const watch = watchPorts(tree.roots, deaf, look);
    tree.plug({ name: 'ttyUSB0' });
    await waitFor(() => looks > 0, 'a look after the new file');
    watch.stop();
    tree.dispose();
  });

  it('nobody, where there is no udevadm and no folder; looking once a second goes on', async () => {
    process.env['PATH'] = folder;
    const watch = watchPorts(nowhere, systemClock, look);
    await waitFor(() => looks >= 2, 'two looks');
    watch.stop();
  });
});

describe('the list of the driver', () => {
  it('is read from udevadm', async () => {
    writeFileSync(
      join(folder, 'db'),
      'P: /devices/usb1/ttyUSB0\nN: ttyUSB0\nE: DEVNAME=/dev/ttyUSB0\nE: ID_VENDOR_ID=0403\nE: ID_MODEL_ID=6001\nE: ID_VENDOR_ENC=FTDI\nE: ID_SERIAL_SHORT=A1B2C3\n\n',
    );
    fakeUdevadm(`exec cat ${folder}/db`);
    expect(await listByDriver(systemClock)).toMatchObject([
      { facts: { id: 'usb:0403:6001:A1B2C3:0', path: '/dev/ttyUSB0', maker: 'FTDI', kind: 'usb' } },
    ]);
  });

  it.each([
    ['fails', 'exit 1'],
    ['talks nonsense', 'echo "N:"; echo "E: ="; echo "P"; head -c 2000 /dev/urandom'],
  ])('is empty where udevadm %s', async (_, body) => {
    fakeUdevadm(body);
    expect(await listByDriver(systemClock)).toEqual([]);
  });

  it('is used where the kernel shows nothing', async () => {
    fakeUdevadm('echo "P: /x"; echo "N: ttyUSB0"; echo "E: DEVNAME=/dev/ttyUSB0"');
    const book = createPortBook({ dev: '/nonexistent', sys: '/nonexistent', system: true }, systemClock);
    await book.start(never);
    expect(book.ports()).toMatchObject([{ id: 'path:/dev/ttyUSB0' }]);
    await book.stop();
  });
});

describe.skipIf(missing('socat'))('a device that is unplugged and plugged in again (skipped where socat is missing)', () => {
  let tree: PortTree;
  let pair: SerialPair;
  let book: PortBook;
  let lines: Lines;
  const link = SerialLink.parse({ kind: 'serial', path: '/dev/ttyUSB0', bind: BIND });
  const adapter = (name: string, socket: string): FakeAdapter => ({ name, socket, serial: 'A1B2', target: realpathSync(pair.a) });
  beforeEach(async () => {
    tree = createPortTree();
    pair = await createSerialPair();
    tree.plug(adapter('ttyUSB0', '1-2'));
    book = createPortBook(tree.roots, systemClock);
    await book.start(never);
    const links = {
      open: (config: unknown, signal: AbortSignal) => openSerialPort(SerialLink.parse(config), systemClock, signal),
    };
    lines = createLines({ links, claims: createPortClaims({ now: () => 0 }), book, now: () => 0 });
  });
  afterEach(async () => {
    await book.stop();
    await pair.dispose();
    tree.dispose();
  });

  it('is found under another name and in another socket', async () => {
    const first = await lines.links.open(link, never, 'scale');
    expect(first.label).toContain(`${tree.roots.dev}/ttyUSB0`);
    const before = adapter('ttyUSB0', '1-2');
    const plugged: string[] = [];
    book.onEvent(({ kind, port }) => plugged.push(`${kind} ${port.path.split('/').at(-1)}`));

    await pair.unplug();
    tree.unplug(before);
    expect(await first.closed).toMatchObject({ code: 'link/lost' });
    await waitFor(() => plugged.length === 1, 'the unplug is seen');
    await expect(lines.links.open(link, never, 'scale')).rejects.toMatchObject({ code: 'link/not-found' });

    await pair.plug();
    tree.plug(adapter('ttyUSB3', '1-4'));
    await waitFor(() => plugged.length === 3, 'the plug is seen');
    expect(plugged).toEqual(['unplugged ttyUSB0', 'plugged ttyUSB3', 'renamed ttyUSB3']);

    const again = await lines.links.open(link, never, 'scale');
    expect(again.label).toContain(`${tree.roots.dev}/ttyUSB3`);
    const far = await openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.b }), systemClock, never);
    const got: number[] = [];
    again.onData((chunk) => got.push(...chunk));
    await far.write(Uint8Array.of(1, 2, 3));
    await waitFor(() => got.length === 3, 'bytes after the replug');
    await again.close();
    await far.close();
    expect(lines.figures()).toMatchObject([{ key: 'usb:0403:6001:A1B2:0', opens: 2, bytesIn: 3 }]);
  });
});
