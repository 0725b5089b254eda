import { expect, it, vi } from 'vitest';
import { decodeAdvert } from '../../../core/adapters/ble/decode.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import type { Draft, TryView } from '../../../core/contract/commission-views.ts';
import { checkDocument } from '../../../core/deploy/check.ts';
import { createCommissionDesk } from '../../../core/discovery/commission-desk.ts';
import { asDraft } from '../../../core/discovery/draft-json.ts';
import { advertGuesses } from '../../../core/discovery/inbox/adverts.ts';
import type { Advert, BleRadio, ConnectOptions } from '../../../core/transports/bluetooth/radio.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { documentOf } from '../deploy/document-of.ts';
import { type Bus, CALLER, createBench, never, registersOf, SERIAL, unitsOn } from './bench.ts';

const DRAFT = asDraft({
  id: 'meter',
  name: 'Meter',
  adapter: 'modbus-rtu',
  link: { ...SERIAL },
  unit: 3,
  pollMs: 500,
  timeoutMs: 200,
  points: [
    { name: 'a', label: 'First', unit: 'V', table: 'holding', address: 2, scale: 0.1 },
    { name: 'gone', table: 'holding', address: 40 },
  ],
});
const SITE = documentOf({
  devices: [{ ...DRAFT, id: 'boiler', name: 'Boiler' }],
  subscriptions: [{ id: 'all', source: 'device:*', subject: '#', target: 'history' }],
});

function setUp(bus: Bus = unitsOn({ 3: registersOf(10, 2300) }), site = SITE) {
  const clock = createManualClock();
  const bench = createBench(clock, { bus, site });
  const desk = createCommissionDesk(bench.deps);
  async function attempt(draft: Draft = DRAFT): Promise<{ session: string }> {
    const opened = await desk.calls['commission.try']({ draft, by: 'Kim', consent: true }, never, CALLER);
    await vi.dynamicImportSettled(); // the protocol's code is loaded with its first device
    return opened;
  }
  const row = (session: string): TryView | undefined => {
    const source = desk.views.tries;
    return source.kind === 'table' ? source.rows({ session })[0] : undefined;
  };
  const draft = (input: object) =>
    desk.calls['commission.draft']({ found: null, guess: null, profile: null, with: {}, ...input }, never, CALLER);
  return { ...bench, clock, desk, attempt, row, draft };
}

it('makes a draft of a profile and of what the person chose, with an id that is free', async () => {
  const { draft, deps } = setUp();
  const { draft: plain } = await draft({ with: { name: 'Boiler', adapter: 'modbus-rtu' } });
  expect(plain).toEqual({ id: 'boiler-2', name: 'Boiler', adapter: 'modbus-rtu' });
  const shipped = deps.profiles.list().find(({ profile }) => profile.device['adapter'] === 'modbus-rtu')?.profile;
  if (!shipped) throw new Error('no profile of a Modbus device is shipped');
  const { draft: made } = await draft({ profile: shipped.id, with: { link: { ...SERIAL, baudRate: 38_400 }, unit: 9 } });
  expect(made).toMatchObject({
    unit: 9,
    link: { baudRate: 38_400 },
    profile: `${shipped.id}@${shipped.revision}`,
    points: expect.any(Array),
  });
  await expect(draft({ profile: 'none-such' })).rejects.toMatchObject({ code: 'profile/unknown' });
  await expect(draft({ found: 'usb:gone' })).rejects.toMatchObject({ code: 'api/bad-input' });
});

it('makes a draft of a unit that a scan has found, with a profile over it', async () => {
  const { draft, deps } = setUp();
  const shipped = deps.profiles.list().find(({ profile }) => profile.device['adapter'] === 'modbus-rtu')?.profile;
  deps.found.noteUnit('path:/dev/ttyUSB0', {
    unit: 17,
    line: { framing: 'rtu', baudRate: 19_200, dataBits: 8, parity: 'even', stopBits: 1 },
    responseMs: 12,
    evidence: 'answered function 3',
    identification: null,
    profile: null,
    link: { ...SERIAL, baudRate: 19_200, parity: 'even' },
    adapter: 'modbus-rtu',
  });
  const found = 'modbus:path:/dev/ttyUSB0 17';
  expect((await draft({ found })).draft).toMatchObject({ unit: 17, identity: found, link: { baudRate: 19_200, parity: 'even' } });
  // The settings at which it answered win over those of the factory.
  const { draft: made } = await draft({ found, profile: shipped?.id ?? null });
  expect(made).toMatchObject({ unit: 17, link: { baudRate: 19_200, parity: 'even' }, points: expect.any(Array) });
  await expect(draft({ found, guess: 7 })).rejects.toMatchObject({ code: 'api/bad-input' });
});

it('runs a draft on a line that it takes, and shows what is good and what is not', async () => {
  const { attempt, row, clock, deps } = setUp();
  const { session } = await attempt();
  await clock.advance(2500);
  const view = row(session);
  expect(view).toMatchObject({ device: 'meter', state: 'running' });
  expect(view?.polls).toBeGreaterThan(1);
  expect(view?.readings).toMatchObject([
    { point: 'a', label: 'First', unit: 'V', value: 230.2, quality: 'good' },
    { point: 'gone', label: 'gone', value: null, quality: 'bad', note: expect.stringContaining('illegal data address') },
  ]);
  expect(view?.faults['adapter/exception']).toBeGreaterThan(0);
  await expect(deps.lines.links.open(SERIAL, never, 'boiler')).rejects.toMatchObject({ code: 'link/claimed' });
});

it('says why a draft does not run, and tries again', async () => {
  const { attempt, row, clock, links } = setUp();
  links.fault = new Error('the port is on fire');
  const { session } = await attempt();
  await clock.advance(100);
  expect(row(session)).toMatchObject({ state: 'failed', lastError: expect.any(Object) });
  links.fault = undefined;
  await clock.advance(5000);
  expect(row(session)).toMatchObject({ state: 'running' });
});

it('refuses a draft that is no device, naming the field', async () => {
  const { attempt, deps } = setUp();
  await expect(attempt({ ...DRAFT, unit: 999, points: [] })).rejects.toMatchObject({
    code: 'document/invalid',
    message: expect.stringMatching(/unit[\s\S]*points/),
  });
  await expect(attempt({ ...DRAFT, unit: 0 })).rejects.toMatchObject({ message: expect.stringContaining('Unit 0') });
  await expect(attempt({ adapter: 'nonsense' })).rejects.toMatchObject({ code: 'document/invalid' });
  expect(deps.lines.claims.list()).toEqual([]);
});

it('ends at once when told, and by itself when nobody looks', async () => {
  const { attempt, row, clock, desk, deps, links } = setUp();
  const first = await attempt();
  await clock.advance(1000);
  const ending = desk.calls['commission.try-end']({ session: first.session }, never, CALLER);
  await clock.advance(50);
  await ending;
  expect(links.opened.every(({ open }) => !open)).toBe(true);
  expect(deps.lines.claims.list()).toEqual([]);
  const second = await attempt();
  await clock.advance(20_000);
  expect(row(second.session)).toBeUndefined();
  expect(row('of-before-the-gateway-was-started-anew')).toBeUndefined();
  expect(deps.lines.claims.list()).toEqual([]);
});

it('runs a device without a line without taking one', async () => {
  const { attempt, row, clock, deps } = setUp();
  const { session } = await attempt({
    id: 'd',
    name: 'Door',
    adapter: 'simulated',
    model: 'door-contact',
    points: [{ name: 'open' }],
  });
  expect(deps.lines.claims.list()).toEqual([]);
  await clock.advance(1500);
  expect(row(session)?.readings[0]).toMatchObject({ point: 'open', quality: 'good' });
});

it('takes the connection of a Bluetooth device, and gives the claim with it', async () => {
  const { clock, deps } = setUp();
  const asked: ConnectOptions[] = [];
  const radio: BleRadio = {
    ...deps.services.radio,
    problem: null,
    connect(_address, options) {
      asked.push(options);
      return Promise.reject(new GatewayError('ble/not-seen', 'not heard'));
    },
  };
  const desk = createCommissionDesk({ ...deps, services: { ...deps.services, radio } });
  const draft = {
    id: 'hr',
    name: 'HR',
    adapter: 'ble',
    mode: 'gatt',
    address: 'AA:BB:CC:00:00:01',
    points: [{ name: 'bpm', value: 'heart-rate' }],
  };
  const { session } = await desk.calls['commission.try']({ draft, by: 'Kim', consent: true }, never, CALLER);
  await vi.dynamicImportSettled();
  await clock.advance(100);
  expect(deps.lines.claims.list()).toMatchObject([{ key: 'ble:AA:BB:CC:00:00:01' }]);
  expect(asked[0]?.claim).toMatchObject({ key: 'ble:AA:BB:CC:00:00:01' });
  const source = desk.views.tries;
  expect(source.kind === 'table' && source.rows({ session })[0]).toMatchObject({ lastError: { code: 'ble/not-seen' } });
});

it('saves it with the subscriptions that are missing', async () => {
  const { desk, applied } = setUp();
  const { version } = await desk.calls['commission.save'](
    { draft: DRAFT, replaces: null, to: { history: true, cloud: true }, basedOn: 0, by: 'Kim', note: '' },
    never,
    CALLER,
  );
  expect(version).toBe(1);
  const result = checkDocument(applied[0] ?? '');
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  expect(result.document.devices).toMatchObject([{ id: 'meter', points: [{ name: 'a', scale: 0.1 }, { name: 'gone' }] }]);
  // History has everything already.
  expect(result.document.subscriptions).toMatchObject([{ source: 'device:meter', subject: 'devices/meter/#', target: 'cloud' }]);
});

it('proposes no id that the console has a page of', async () => {
  const { draft } = setUp();
  expect((await draft({ with: { name: 'Report' } })).draft).toMatchObject({ id: 'report-2', name: 'Report' });
});

it('begins with the guess as it is where its own template was chosen', async () => {
  const { draft, deps } = setUp();
  const advert: Advert = {
    address: 'C4:11:22:33:44:55',
    addressType: 'random',
    radio: 'hci0',
    name: 'Polar H10 1234',
    rssi: -48,
    txPower: null,
    manufacturer: new Map(),
    services: new Map(),
    uuids: ['180d'],
    heardAt: 0,
  };
  deps.found.note({
    id: `ble:${advert.address}`,
    kind: 'ble',
    title: advert.name,
    place: '',
    detail: '',
    rssi: null,
    steady: false,
    key: advert.address,
    present: () => true,
    guesses: () => advertGuesses(advert, decodeAdvert(advert), deps.profiles),
    basis: '',
  });
  const { draft: made } = await draft({ found: `ble:${advert.address}`, guess: 0, profile: 'polar-h10' });
  expect(made).toMatchObject({
    adapter: 'ble',
    address: advert.address,
    addressType: 'random',
    name: 'Polar H10 heart rate sensor',
  });
});

it('checks the document as it will be saved, with the ways of its values', async () => {
  const { desk, deps, applied } = setUp();
  const checked: string[] = [];
  deps.documents.check = async (text) => {
    checked.push(text);
    return { ok: true, faults: [], changes: [] };
  };
  const to = { history: false, cloud: true };
  await desk.calls['commission.check']({ draft: DRAFT, replaces: null, to }, never, CALLER);
  await desk.calls['commission.save']({ draft: DRAFT, replaces: null, to, basedOn: 0, by: 'Kim', note: '' }, never, CALLER);
  expect(checked[0]).toContain('meter-to-cloud');
  expect(checked).toEqual(applied);
});
