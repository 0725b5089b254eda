import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerTCP } from 'modbus-serial';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import type { Draft, FoundView, TryView } from '../../core/contract/commission-views.ts';
import type { SiteDocument } from '../../core/contract/document/document.ts';
import { checkDocument } from '../../core/deploy/check.ts';
import { createCommissionDesk } from '../../core/discovery/commission-desk.ts';
import { createInboxDesk } from '../../core/discovery/inbox-desk.ts';
import { createByteLinks } from '../../core/transports/byte-links.ts';
import { createNeighbours } from '../../core/transports/neighbours.ts';
import { createWire } from '../../core/transports/wire.ts';
import { CALLER, createBench, never } from '../core/discovery/bench.ts';

/** Modbus TCP servers of modbus-serial at two addresses of this machine, and a table of neighbours that the test writes. */

const MAC = '00:80:f4:12:34:56';
const OTHER = '00:80:f4:99:99:99';
const HOME = '127.0.0.1';
const AWAY = '127.0.0.2';
const NOWHERE = { history: false, cloud: false };
const POINTS = [{ name: 'level', table: 'holding', address: 10 }];

let folder: string;
let port: number;
let closers: (() => Promise<void>)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moved-'));
  closers = [];
  port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, HOME, () => {
      const at = probe.address();
      probe.close(() => resolve(typeof at === 'object' && at ? at.port : 0));
    });
  });
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await rm(folder, { recursive: true });
});

/** Gives the end of it. `who` are its objects of 43/14. */
async function serve(host: string, unitID: number, who?: Record<number, string>): Promise<() => Promise<void>> {
  const vector = {
    getHoldingRegister: (address: number) => 100 + address,
    ...(who && { readDeviceIdentification: () => who }),
  };
  const server = new ServerTCP(vector, { host, port, unitID });
  await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => server.close(() => resolve()));
    return closing;
  };
  closers.push(close);
  return close;
}

const neighboursAre = (entries: Readonly<Record<string, string | null>>): Promise<void> =>
  writeFile(
    join(folder, 'arp'),
    [
      'IP address       HW type     Flags       HW address            Mask     Device',
      ...Object.entries(entries).map(
        ([host, mac]) =>
          `${host}        0x1         ${mac ? '0x2' : '0x0'}         ${mac ?? '00:00:00:00:00:00'}     *        eth0`,
      ),
      '',
    ].join('\n'),
  );

/** Discovery over real TCP; `site` is the document that runs, whose devices do not answer unless told. */
function setUp() {
  const world = {
    site: undefined as SiteDocument | undefined,
    health: () => 'offline' as const,
    neighbours: createNeighbours({ arp: join(folder, 'arp'), platform: 'linux' }),
  };
  const bench = createBench(systemClock, world as Parameters<typeof createBench>[1]);
  const real = createByteLinks({ clock: systemClock, random: Math.random, simulated: () => createWire()[0] });
  bench.links.open = (config, signal) => real.open(config, signal);
  const inbox = createInboxDesk(bench.deps);
  const desk = createCommissionDesk(bench.deps);
  const save = async (draft: Draft, replaces: string | null): Promise<void> => {
    await desk.calls['commission.save']({ draft, replaces, to: NOWHERE, basedOn: 0, by: 'Kim', note: '' }, never, CALLER);
    const checked = checkDocument(bench.applied.at(-1) ?? '');
    expect(checked.faults).toEqual([]);
    world.site = checked.ok ? checked.document : undefined;
  };
  return {
    ...bench,
    world,
    desk,
    save,
    device: () => world.site?.devices[0],
    async look(...hosts: string[]): Promise<readonly FoundView[]> {
      const addresses = hosts.map((host) => `${host}:${port}`);
      await inbox.calls['inbox.look']({ addresses, by: 'Kim', consent: true }, never, CALLER);
      return bench.deps.found.rows();
    },
    draft: async (found: string | null, more: Draft = {}): Promise<Draft> =>
      (await desk.calls['commission.draft']({ found, guess: null, profile: null, with: more }, never, CALLER)).draft,
  };
}
const meterAt = (host: string, unit = 3): Draft => ({
  name: 'Meter',
  adapter: 'modbus-tcp',
  link: { kind: 'tcp', host, port },
  unit,
  points: POINTS,
});

it('recognises a device that got another address, and puts it there as a new version', async () => {
  const leave = await serve(HOME, 3);
  await neighboursAre({ [HOME]: MAC });
  const { look, save, draft, device, desk, links } = setUp();
  await save(await draft(null, meterAt(HOME)), null);
  expect(device()).toMatchObject({ id: 'meter', identity: `mac:${MAC} 3`, link: { host: HOME } });

  await leave();
  await serve(AWAY, 3);
  await neighboursAre({ [HOME]: null, [AWAY]: MAC });
  const rows = await look(HOME, AWAY);
  expect(rows).toMatchObject([
    {
      id: `modbus-tcp:${AWAY}:${port} 3`,
      state: 'added',
      device: 'meter',
      moved: true,
      note: `"Meter" was at ${HOME}:${port} and is now at ${AWAY}:${port}: it has the same MAC address ${MAC}, unit 3.`,
    },
  ]);
  const found = rows[0]?.id ?? '';
  const moved = await draft(found);
  expect(moved).toMatchObject({ id: 'meter', unit: 3, link: { host: AWAY, port }, points: POINTS });

  const { session } = await desk.calls['commission.try']({ draft: moved, by: 'Kim', consent: true }, never, CALLER);
  const tries = desk.views.tries;
  const readings = (): TryView['readings'] => (tries.kind === 'table' ? (tries.rows({ session })[0]?.readings ?? []) : []);
  for (let i = 0; i < 100 && readings()[0]?.quality !== 'good'; i += 1) await systemClock.sleep(50);
  expect(readings()).toMatchObject([{ point: 'level', value: 110, quality: 'good' }]);
  await desk.calls['commission.try-end']({ session }, never, CALLER);

  await save(moved, 'meter');
  expect(device()).toMatchObject({ id: 'meter', identity: `mac:${MAC} 3`, link: { host: AWAY } });
  expect(await look(AWAY)).toMatchObject([{ state: 'added', device: 'meter', moved: false, note: null }]);
  expect(links.opened).toEqual([]);
});

it('says that another device stands at the address of one, and does not take it for the old one', async () => {
  const leave = await serve(HOME, 3);
  await neighboursAre({ [HOME]: MAC });
  const { look, save, draft } = setUp();
  await save(await draft(null, meterAt(HOME)), null);
  await leave();
  await serve(HOME, 3);
  await neighboursAre({ [HOME]: OTHER });
  const told = {
    device: null,
    moved: false,
    note: expect.stringContaining(`Another device stands at the address of "Meter": its MAC address ${OTHER} is not`),
  };
  expect(await look(HOME)).toMatchObject([{ state: 'new', place: `${HOME}:${port}, unit 3`, ...told }]);
});

it('sees it also where the device of the document has the connection, without asking there', async () => {
  await serve(HOME, 3);
  await neighboursAre({ [HOME]: MAC });
  const { look, save, draft, deps } = setUp();
  await save(await draft(null, meterAt(HOME)), null);
  const link = { kind: 'tcp', host: HOME, port, connectTimeoutMs: 1000 } as const;
  const held = await deps.lines.links.open(link, never, 'meter');
  expect(await look(HOME)).toEqual([]);
  await neighboursAre({ [HOME]: OTHER });
  expect(await look(HOME)).toMatchObject([
    { state: 'new', device: null, note: expect.stringContaining('Another device stands') },
  ]);
  await neighboursAre({ [HOME]: MAC });
  expect(await look(HOME)).toMatchObject([{ state: 'added', device: 'meter', note: null }]);
  await held.close();
});

it('finds each of the units that have moved with their gateway', async () => {
  const leave = await serve(HOME, 255);
  await neighboursAre({ [HOME]: MAC });
  const { look, save, draft, world, deps } = setUp();
  await save(await draft(null, meterAt(HOME, 3)), null);
  await save(await draft(null, { ...meterAt(HOME, 4), name: 'Pump' }), null);
  expect(world.site?.devices.map(({ identity }) => identity)).toEqual([`mac:${MAC} 3`, `mac:${MAC} 4`]);
  await leave();
  await serve(AWAY, 255);
  await neighboursAre({ [HOME]: MAC, [AWAY]: MAC });
  const rows = await look(AWAY);
  expect(rows.map(({ device, moved }) => [device, moved]).sort()).toEqual([
    ['meter', true],
    ['pump', true],
  ]);
  const of = (device: string) => deps.found.rows().find((row) => row.device === device && row.moved);
  await save(await draft(of('meter')?.id ?? ''), 'meter');
  expect([of('meter'), of('pump')?.id]).toEqual([undefined, `modbus-tcp:${AWAY}:${port} 4`]);
  await save(await draft(of('pump')?.id ?? ''), 'pump');
  expect(world.site?.devices.map((one) => ('link' in one && one.link.kind === 'tcp' ? one.link.host : ''))).toEqual([AWAY, AWAY]);
});

it('takes no device for another behind a router, whose MAC address many have', async () => {
  await neighboursAre({ '127.0.0.9': MAC, [HOME]: MAC });
  const { look, save, draft, device } = setUp();
  await serve(HOME, 1);
  await save(await draft(null, meterAt(HOME, 1)), null);
  expect(device()?.identity).toBeUndefined();
  await serve(AWAY, 1);
  await neighboursAre({ '127.0.0.9': MAC, [HOME]: MAC, [AWAY]: MAC });
  expect((await look(AWAY))[0]).toMatchObject({ state: 'new', device: null, moved: false });
});

it('knows a device by the serial number that it names, and takes the same make for a hint only', async () => {
  await neighboursAre({});
  const who = { 0: 'ACME', 1: 'PLC-9', 2: '1.1', 128: 'S/N 4711' };
  const leave = await serve(HOME, 1, who);
  const { look, save, draft, device } = setUp();
  const [first] = await look(HOME);
  await save(await draft(first?.id ?? '', { name: 'Meter', points: POINTS }), null);
  expect(device()).toMatchObject({ identity: 'serial:ACME/PLC-9/4711 1', link: { host: HOME } });
  await leave();
  const other = await serve(AWAY, 1, { ...who, 128: 'S/N 4712' });
  const away = (rows: readonly FoundView[]) => rows.find(({ id }) => id.includes(AWAY));
  expect(away(await look(AWAY))).toMatchObject({ device: null, moved: false, note: null });
  await other();
  const nameless = await serve(AWAY, 1, { 0: 'ACME', 1: 'PLC-9', 2: '1.1' });
  const hinted = away(await look(AWAY));
  expect(hinted).toMatchObject({ state: 'new', device: null, moved: false });
  expect(hinted?.note).toContain(`Looks like "Meter", which does not answer at ${HOME}:${port}`);
  await nameless();
  await serve(AWAY, 1, who);
  expect(away(await look(AWAY))).toMatchObject({
    device: 'meter',
    moved: true,
    note: expect.stringContaining('the same serial number 4711'),
  });
});
