import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { type ApiClient, createApiClient } from '../../core/contract/client.ts';
import { SerialLink } from '../../core/contract/document/links.ts';
import type { PortView } from '../../core/contract/field-views.ts';
import type { DeviceView } from '../../core/contract/views.ts';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import type { ByteLink } from '../../core/transports/byte-port.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { createMemoryPair } from '../fakes/memory-transport.ts';
import { createPortTree, type FakeAdapter, type PortTree } from '../fakes/port-tree.ts';
import { createSerialPair, missing, type SerialPair } from '../fakes/socat.ts';
import { waitForRows } from '../fakes/wait-for-rows.ts';

const never = new AbortController().signal;
const LINK = {
  kind: 'serial',
  path: '/dev/ttyUSB0',
  bind: { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' },
};
const DOCUMENT = {
  schema: 'gatehouse/1',
  name: 'ports',
  devices: [
    {
      id: 'scale',
      name: 'Scale',
      adapter: 'line',
      link: LINK,
      separator: ',',
      staleAfterMs: 60_000,
      points: [{ name: 'kg', from: 0 }],
    },
  ],
};

describe.skipIf(missing('socat'))('a device on a USB adapter, in the gateway (skipped where socat is missing)', () => {
  let folder: string;
  let tree: PortTree;
  let pair: SerialPair;
  let far: ByteLink;
  let gateway: Gateway;
  let client: ApiClient;
  const adapter = (name: string, socket: string): FakeAdapter => ({ name, socket, serial: 'A1B2', target: realpathSync(pair.a) });
  const openFar = (): Promise<ByteLink> => openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.b }), systemClock, never);
  const device = (wanted: (view: DeviceView) => boolean) =>
    waitForRows(client, 'devices', {}, (rows: readonly DeviceView[]) => rows.some(wanted));
  const port = async (wanted: (view: PortView) => boolean): Promise<PortView | undefined> =>
    (await waitForRows(client, 'ports', {}, (rows: readonly PortView[]) => rows.some(wanted))).find(wanted);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-ports-gateway-'));
    tree = createPortTree();
    pair = await createSerialPair();
    tree.plug(adapter('ttyUSB0', '1-2'));
    far = await openFar();
    writeFileSync(join(folder, 'site.json'), JSON.stringify(DOCUMENT));
    gateway = createGateway({
      data: join(folder, 'data'),
      document: join(folder, 'site.json'),
      port: 0,
      mqttPort: 0,
      demo: false,
      rendererDir: folder,
      portRoots: tree.roots,
      terminal: null,
    });
    await gateway.start(never);
    const memory = createMemoryPair();
    gateway.attach(memory.server, { kind: 'console', id: 'test' });
    client = createApiClient({ connect: async () => memory.client, clock: systemClock, random: () => 0.5 });
  }, 30_000);
  afterEach(async () => {
    await client.close();
    await gateway.stop();
    await far.close();
    await pair.dispose();
    tree.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  /** The device says it again and again, as a scale does: the first line after the opening may be half of one, and is not read. */
  const says = async (text: string, value: number): Promise<void> => {
    await port(({ holder }) => holder?.kind === 'device');
    const again = setInterval(() => void far.write(Buffer.from(text)).catch(() => {}), 100);
    try {
      await device(({ points }) => points[0]?.value === value && points[0].quality === 'good');
    } finally {
      clearInterval(again);
    }
  };

  it('goes on by itself after it was plugged in again under another name', async () => {
    await says('12.5\n', 12.5);
    expect(await port(({ present }) => present)).toMatchObject({
      holder: { name: 'scale' },
      devices: ['scale'],
      bytesIn: expect.any(Number),
    });
    await pair.unplug();
    tree.unplug({ name: 'ttyUSB0', socket: '1-2' });
    await device(({ health }) => health === 'offline');
    expect(await port(({ present }) => !present)).toMatchObject({
      holder: null,
      lastError: { code: expect.stringMatching(/^link/) },
    });
    await pair.plug();
    await far.close();
    far = await openFar();
    tree.plug(adapter('ttyUSB5', '1-4'));
    expect(await port(({ path, holder }) => path.endsWith('ttyUSB5') && holder !== null)).toMatchObject({ plugs: 1, opens: 2 });
    await says('13.5\n', 13.5);
  }, 30_000);

  it('pauses for a terminal, says who has it, and goes on', async () => {
    await says('1\n', 1);
    const { session } = await client.call('tool.open', {
      tool: 'terminal',
      link: SerialLink.parse(LINK),
      by: 'Anna',
      consent: true,
    });
    await device(({ pausedBy }) => pausedBy?.includes('Anna') === true);
    expect(await port(({ holder }) => holder?.kind === 'tool')).toMatchObject({
      holder: { name: expect.stringContaining('Anna') },
    });
    await far.write(Buffer.from('hello'));
    const heard = (rows: readonly { bytes: string }[]): string =>
      rows.map(({ bytes }) => Buffer.from(bytes, 'base64').toString()).join('');
    await waitForRows(client, 'tool-lines', { session }, (rows) => heard(rows).includes('hello'));
    await client.call('tool.send', { session, bytes: Buffer.from('AT').toString('base64') });
    expect(await waitForRows(client, 'tools', {}, (rows) => rows.some(({ bytesOut }) => bytesOut === 2))).toMatchObject([
      { tool: 'terminal', by: 'Anna', pauses: ['scale'], state: 'open' },
    ]);
    await client.call('tool.close', { session });
    await says('2\n', 2);
    await device(({ pausedBy }) => pausedBy === null);
  }, 30_000);
});
