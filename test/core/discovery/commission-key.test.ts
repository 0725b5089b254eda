import { expect, it, vi } from 'vitest';
import { METHODS } from '../../../core/contract/api.ts';
import type { TryView } from '../../../core/contract/commission-views.ts';
import { createCommissionDesk } from '../../../core/discovery/commission-desk.ts';
import { createFakeRadio } from '../../fakes/fake-radio.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { ADDRESS, bthome, KEY } from '../adapters/ble/sealed.ts';
import { CALLER, createBench, never } from './bench.ts';

const SECRET = 'bluetooth/5448E68F80A5';
const DRAFT = {
  id: 'store',
  name: 'Store',
  adapter: 'ble',
  mode: 'advert',
  address: ADDRESS,
  keySecret: SECRET,
  points: [{ name: 't', value: 'temperature' }],
};
const WRONG = '00112233445566778899aabbccddeeff';

function setUp() {
  const clock = createManualClock();
  const bench = createBench(clock);
  const radio = createFakeRadio();
  const deps = { ...bench.deps, services: { ...bench.deps.services, radio } };
  const desk = createCommissionDesk(deps);
  const hear = (objects: string, counter: number, key = KEY): void =>
    radio.advertise({ address: ADDRESS, services: new Map(bthome(objects, counter, key)), heardAt: clock.monotonic() });
  const save = (more: object = {}) =>
    desk.calls['commission.save'](
      {
        draft: DRAFT,
        bindKey: KEY,
        replaces: null,
        to: { history: false, cloud: false },
        basedOn: 0,
        by: 'Kim',
        note: '',
        ...more,
      },
      never,
      CALLER,
    );
  const stored = async (): Promise<unknown> =>
    await deps.secrets.get(SECRET, null).then(
      ({ value }) => value,
      (cause: { code: string }) => cause.code,
    );
  const tryKey = (bindKey: string) => desk.calls['commission.key']({ address: ADDRESS, bindKey }, never, CALLER);
  const row = (session: string): TryView | undefined => {
    const source = desk.views.tries;
    return source.kind === 'table' ? source.rows({ session })[0] : undefined;
  };
  return { ...bench, clock, radio, deps, desk, hear, save, stored, tryKey, row };
}

it('proves a key on what the device sends, and gives the values it tells in turns', async () => {
  const { clock, radio, hear, tryKey } = setUp();
  const trying = tryKey(KEY);
  hear('02CA09', 1);
  await clock.advance(1000);
  hear('03BF13', 2);
  await clock.advance(5000);
  expect((await trying).facts).toEqual([
    { name: 'temperature', value: 25.06, unit: '°C' },
    { name: 'humidity', value: 50.55, unit: '%' },
  ]);
  expect([radio.listeners, radio.holds]).toEqual([0, 0]);
});

it('says that a key does not fit, that nothing was heard, or what is wrong with the radio', async () => {
  const { clock, radio, hear, tryKey } = setUp();
  const wrong = tryKey(WRONG);
  hear('02CA09', 1);
  await expect(wrong).rejects.toMatchObject({ code: 'ble/wrong-key' });
  const silent = tryKey(KEY);
  const refused = expect(silent).rejects.toMatchObject({ code: 'ble/not-seen' });
  await clock.advance(15_000);
  await refused;
  expect([radio.listeners, radio.holds]).toEqual([0, 0]);
});

it('runs a device with the key that was typed before it is saved', async () => {
  const { clock, desk, hear, row, stored } = setUp();
  const { session } = await desk.calls['commission.try']({ draft: DRAFT, bindKey: KEY, by: 'Kim', consent: true }, never, CALLER);
  await vi.dynamicImportSettled();
  await clock.advance(100);
  hear('02CA09', 1, WRONG);
  expect(row(session)).toMatchObject({ lastError: { code: 'ble/wrong-key' } });
  hear('02CA09', 2);
  expect(row(session)?.readings).toMatchObject([{ value: 25.06, quality: 'good' }]);
  expect(await stored()).toBe('secret/unknown');
});

it('keeps the key among the secrets, encrypted, and never in the document', async () => {
  const { save, stored, applied, deps } = setUp();
  await save({ bindKey: KEY.toUpperCase() });
  expect(await stored()).toEqual({ text: KEY });
  expect(applied.join('')).toContain(SECRET);
  expect(`${applied.join('')} ${JSON.stringify(deps.deviceViews())}`.toLowerCase()).not.toContain(KEY);
});

it('puts back what was there where the document is refused', async () => {
  const { save, stored, deps } = setUp();
  const refuse = async (): Promise<number> => {
    throw new Error('conflict');
  };
  const { apply } = deps.documents;
  deps.documents.apply = refuse;
  await expect(save()).rejects.toThrow('conflict');
  expect(await stored()).toBe('secret/unknown');
  deps.documents.apply = apply;
  await save();
  deps.documents.apply = refuse;
  await expect(save({ bindKey: WRONG })).rejects.toThrow('conflict');
  expect(await stored()).toEqual({ text: KEY });
});

it('sets no secret but the key of this very device', async () => {
  const { save, deps, applied } = setUp();
  await deps.secrets.set('db/password', { text: 'mine' });
  for (const draft of [
    { ...DRAFT, keySecret: 'db/password' },
    { ...DRAFT, address: 'AA:BB:CC:00:00:01' },
    { ...DRAFT, adapter: 'mqtt' },
  ]) {
    await expect(save({ draft })).rejects.toMatchObject({ code: 'api/bad-input' });
  }
  expect(applied).toEqual([]);
  expect((await deps.secrets.get('db/password', null)).value).toEqual({ text: 'mine' });
});

it('refuses what is no key where it comes in', () => {
  const input = METHODS['commission.key'].input;
  for (const bindKey of ['', KEY.slice(1), `${KEY}0`, KEY.replace('2', 'g'), `${KEY.slice(1)} `]) {
    const parsed = input.safeParse({ address: ADDRESS, bindKey });
    expect(parsed.error?.issues[0]?.message).toBe('must be 32 hexadecimal digits (0 to 9, A to F)');
  }
  expect(input.safeParse({ address: ADDRESS, bindKey: KEY }).success).toBe(true);
});
