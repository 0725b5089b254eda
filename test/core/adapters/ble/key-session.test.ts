import { expect, it } from 'vitest';
import { bleAdapter } from '../../../../core/adapters/ble/adapter.ts';
import { createDeviceState } from '../../../../core/adapters/device-state.ts';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createFakeRadio } from '../../../fakes/fake-radio.ts';
import { createHarness, device, never } from '../harness.ts';
import { hex } from './adverts.ts';
import { ADDRESS, bthome, KEY } from './sealed.ts';

const WRONG = '00112233445566778899aabbccddeeff';
const POINTS = [
  { name: 't', value: 'temperature' },
  { name: 'signal', value: 'rssi' },
];

function setUp(more: Record<string, unknown> = {}, stored: string = KEY) {
  const harness = createHarness();
  const radio = createFakeRadio();
  const secrets = new Map([['bluetooth/5448E68F80A5', stored]]);
  const asked: string[] = [];
  const config = device({
    adapter: 'ble',
    mode: 'advert',
    address: ADDRESS,
    keySecret: 'bluetooth/5448E68F80A5',
    points: POINTS,
    ...more,
  });
  const state = createDeviceState(harness.clock, config);
  const messages: string[] = [];
  async function bindKey(name: string): Promise<string> {
    asked.push(name);
    const key = secrets.get(name);
    if (key === undefined) throw new GatewayError('secret/unknown', `There is no secret "${name}".`);
    return key;
  }
  const context = {
    ...harness.context,
    field: { ...harness.context.field, radio, bindKey },
    emit: (...[batch, heardAt]: Parameters<typeof harness.context.emit>) => {
      state.heard(batch);
      harness.context.emit(batch, heardAt);
    },
    fault: (error: Error) => {
      messages.push(error.message);
      state.fault(error);
      harness.context.fault(error);
    },
  };
  state.beginSession();
  const hear = (services: ReadonlyMap<string, Uint8Array>, heardAt = 0): void =>
    radio.advertise({ address: ADDRESS, services: new Map(services), heardAt });
  return { ...harness, radio, secrets, asked, messages, state, hear, open: () => bleAdapter.open(config, context, never) };
}
const temperatures = (batches: ReturnType<typeof setUp>['batches']): unknown[] =>
  batches.flatMap(({ readings }) => readings.filter(({ point }) => point === 't').map(({ value }) => value));

it('reads encrypted packets with the key that the gateway keeps, each once however often it is sent', async () => {
  const { open, hear, asked, batches, faults, last } = setUp();
  await open();
  expect(asked).toEqual(['bluetooth/5448E68F80A5']);
  for (let again = 0; again < 20; again += 1) hear(bthome('02CA09 03BF13', 7), again * 400);
  expect(temperatures(batches)).toEqual([25.06]);
  hear(bthome('02C409', 8), 9000);
  expect(last()).toEqual({ t: 25, signal: -60 });
  expect(faults).toEqual([]);
});

it('does not take a recorded packet, and says so once per packet', async () => {
  const { open, hear, batches, faults } = setUp();
  await open();
  hear(bthome('02C409', 500));
  hear(bthome('02CA09', 501), 1000);
  const before = batches.length;
  for (let again = 0; again < 5; again += 1) hear(bthome('02C409', 500), 2000 + again * 100);
  expect(batches.length).toBe(before);
  expect(faults).toEqual(['ble/old-counter']);
  hear(bthome('02C409', 502), 3000);
  expect(temperatures(batches)).toEqual([25, 25.06, 25]);
});

it('takes only new packets for a sign of life: the others show a strength, and prove nothing', async () => {
  const { open, hear, radio, batches, state, clock } = setUp();
  await open();
  hear(bthome('02C409', 500));
  expect(state.view().health).toBe('ok');
  for (let at = 10_000; at < 70_000; at += 10_000) {
    await clock.advance(10_000);
    hear(bthome('02C409', 500), at);
    radio.advertise({ address: ADDRESS, services: new Map(bthome('02C409', 500)), heardAt: at, strengthOnly: true });
    radio.advertise({ address: ADDRESS, heardAt: at });
  }
  expect(batches.length).toBeGreaterThan(1);
  expect(temperatures(batches)).toEqual([25]);
  expect(state.checkSilence()).toMatchObject({ code: 'adapter/silent' });
  hear(bthome('02C409', 501), 71_000);
  expect(state.view().health).toBe('ok');
});

it('goes on after a new battery, when the counter begins again', async () => {
  const { open, hear, batches } = setUp();
  await open();
  hear(bthome('02C409', 80_000));
  hear(bthome('02CA09', 0), 300_000);
  hear(bthome('02C409', 1), 310_000);
  expect(temperatures(batches)).toEqual([25, 25.06, 25]);
});

it('fails in terms of NE 107 where the key does not fit, without a value, a strength or a flood', async () => {
  const { open, hear, batches, faults, messages, state } = setUp({}, WRONG);
  await open();
  for (let again = 0; again < 12; again += 1) hear(bthome('02C409', 500), again * 100);
  expect(faults).toEqual(['ble/wrong-key']);
  for (let at = 10_000; at < 60_000; at += 10_000) hear(bthome('02C409', at), at);
  expect(batches).toEqual([]);
  expect(messages[0]).toBe('Device under test: the key does not fit: tag check failed');
  const view = state.view();
  expect(view).toMatchObject({ health: 'offline', ne107: { state: 'failure', why: messages[0] } });
  expect(view.lastError?.remedy).toContain('app');
});

it('says that the key does not fit any more of a device that was bound again, and its old value grows old', async () => {
  const { open, hear, state, clock } = setUp();
  await open();
  hear(bthome('02C409', 500));
  for (let at = 10_000; at < 70_000; at += 10_000) {
    await clock.advance(10_000);
    hear(bthome('02CA09', at, WRONG), at);
  }
  expect(state.view()).toMatchObject({
    health: 'degraded',
    ne107: { state: 'out-of-spec', why: expect.stringContaining('key') },
  });
  expect(state.checkSilence()).toMatchObject({ code: 'ble/wrong-key' });
  expect(state.view()).toMatchObject({ health: 'offline', ne107: { state: 'failure', why: expect.stringContaining('key') } });
  expect(state.view().points[0]).toMatchObject({ value: 25, quality: 'stale' });
});

it('reads the key again after a minute of not fitting, so that it can be put right while the device runs', async () => {
  const { open, clock, hear, secrets, asked, batches } = setUp({}, WRONG);
  await open();
  hear(bthome('02C409', 1));
  secrets.set('bluetooth/5448E68F80A5', KEY);
  await clock.advance(30_000);
  hear(bthome('02C409', 2), 30_000);
  expect(asked.length).toBe(1);
  await clock.advance(31_000);
  hear(bthome('02C409', 3), 61_000);
  await clock.advance(0);
  hear(bthome('02C409', 4), 62_000);
  expect(asked.length).toBe(2);
  expect(temperatures(batches)).toEqual([25]);
});

it('does not open where the secret is missing, or is no key; neither fault tells what it holds', async () => {
  const none = setUp({ keySecret: 'bluetooth/other' });
  await expect(none.open()).rejects.toMatchObject({ code: 'secret/unknown' });
  expect(none.radio.listeners).toBe(0);
  const bad = setUp({}, 'swordfish');
  const fault: unknown = await bad.open().catch((cause: unknown) => cause);
  expect(fault).toMatchObject({ code: 'ble/bad-key' });
  expect(String(fault)).not.toContain('swordfish');
});

it('says of an encrypted device without a key what it needs', async () => {
  const { open, hear, faults, batches, messages } = setUp({ keySecret: undefined });
  await open();
  hear(bthome('02C409', 1));
  expect([faults, batches]).toEqual([['ble/needs-key'], []]);
  expect(messages[0]).toContain('needs the device’s key');
});

it('does not believe plain packets of a device that has a key', async () => {
  const { open, hear, faults, batches } = setUp();
  await open();
  hear(new Map([['fcd2', hex('4002C409')]]));
  expect(temperatures(batches)).toEqual([]);
  expect(faults).toEqual(['adapter/bad-frame']);
});

it('keeps the key out of what it says, shows and logs', async () => {
  const { open, hear, frames, messages, state } = setUp({}, WRONG.toUpperCase());
  await open();
  for (let at = 0; at < 50_000; at += 10_000) hear(bthome('02C409', at), at);
  const told = JSON.stringify([frames.map(({ decoded }) => decoded), messages, state.view()]).toLowerCase();
  expect(told).toContain('the key does not fit');
  expect(told).not.toContain(WRONG);
});
