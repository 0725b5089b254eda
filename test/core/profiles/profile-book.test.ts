import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createProfileBook } from '../../../core/profiles/profile-book.ts';
import { createProfileDesk } from '../../../core/profiles/profile-desk.ts';
import { readProfile, sampleDevice } from '../../../core/profiles/profile-file.ts';
import { SHIPPED_PROFILES } from '../../../core/profiles/shipped-profiles.ts';
import { device, never } from '../adapters/harness.ts';

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'profiles-')), 'profiles');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const mine = (more: Record<string, unknown> = {}, own: Record<string, unknown> = {}): string =>
  JSON.stringify({
    schema: 'gatehouse-profile/1',
    id: 'acme-x1',
    name: 'Acme X1',
    maker: 'Acme',
    models: ['X1'],
    kind: 'io',
    source: { title: 'Acme X1 manual' },
    device: { adapter: 'modbus-rtu', points: [{ name: 't', table: 'holding', address: 3 }], ...own },
    ...more,
  });
const caller = { kind: 'console', id: 'test' } as const;

describe('imported profiles', () => {
  it('outlive a restart, are replaced by a newer one, and removed', async () => {
    const book = createProfileBook({ folder });
    await book.import(mine());
    await book.import(mine({ revision: 2 }));
    expect(await readdir(folder)).toEqual(['acme-x1.json']);
    const later = createProfileBook({ folder });
    expect(later.find('acme-x1')).toMatchObject({ revision: 2, name: 'Acme X1' });
    expect(later.list()).toHaveLength(SHIPPED_PROFILES.length + 1);
    await later.remove('acme-x1');
    expect(createProfileBook({ folder }).find('acme-x1')).toBeUndefined();
    await expect(later.remove('acme-x1')).rejects.toMatchObject({ code: 'profile/unknown' });
  });
  it('never replace or remove one that comes with the gateway', async () => {
    const book = createProfileBook({ folder });
    await expect(book.import(mine({ id: 'ruuvitag' }))).rejects.toMatchObject({ code: 'profile/invalid' });
    await expect(book.remove('ruuvitag')).rejects.toMatchObject({ code: 'api/not-available' });
    expect(book.find('ruuvitag')?.maker).toBe('Ruuvi');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'ruuvitag.json'), mine({ id: 'ruuvitag' })); // imported before the gateway had it
    expect(createProfileBook({ folder }).list()).toHaveLength(SHIPPED_PROFILES.length);
  });
  it('of a file that is damaged are left out; the others are there', async () => {
    await createProfileBook({ folder }).import(mine());
    await writeFile(join(folder, 'torn.json'), '{"schema":');
    await writeFile(join(folder, 'note.txt'), 'x');
    expect(createProfileBook({ folder }).find('acme-x1')).toBeDefined();
  });
  it('that come at once all arrive', async () => {
    const book = createProfileBook({ folder });
    await Promise.all(Array.from({ length: 20 }, (_, i) => book.import(mine({ id: `p${i}` }))));
    expect(await readdir(folder)).toHaveLength(20);
  });
});

describe('a profile', () => {
  const why = (text: string): string => {
    try {
      readProfile(text);
      return '';
    } catch (cause) {
      if (cause instanceof GatewayError && cause.code === 'profile/invalid') return cause.message;
      throw cause;
    }
  };
  it('names every field at fault', () => {
    expect(why('no')).toContain('not JSON');
    expect(why(mine({ id: 'Bad Id', maker: 3 }))).toMatch(/id .*maker must be text/s);
    expect(why(mine({}, { points: [{ name: 't', table: 'nothing', address: -1 }] }))).toMatch(
      /device\.points\[0\]\.table.*device\.points\[0\]\.address/s,
    );
    expect(why(mine({}, { adapter: 'telepathy' }))).toContain('device.adapter');
    expect(why(mine({ source: { title: '' } }))).toContain('source.title');
  });
  it('says nothing of where the device is', () => {
    for (const place of [{ id: 'x' }, { unit: 3 }, { link: { kind: 'serial', path: '/dev/ttyUSB7' } }, { enabled: false }]) {
      expect(why(mine({}, place))).toMatch(/is no part of a profile/);
    }
  });
  it('has no two points of one name, no command without its point, no pattern that may hang', () => {
    const point = { name: 't', table: 'holding', address: 3 };
    expect(why(mine({}, { points: [point, point] }))).toContain('two points are called "t"');
    expect(why(mine({}, { commands: [{ name: 'c', do: { kind: 'write', point: 'z' } }] }))).toContain('"z"');
    expect(why(mine({}, { adapter: 'line', pattern: '(?<t>(a+)+)b', points: [{ name: 't' }] }))).toMatch(
      /pattern cannot be used/,
    );
  });
  it('of any JSON is sound or refused with profile/invalid', () => {
    expect(why(mine({}, { adapter: { toString: 1, valueOf: 1 } }))).toMatch(/adapter/);
    fc.assert(fc.property(fc.jsonValue(), (value) => void why(JSON.stringify(value))));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('adapter', 'points', 'pollMs', 'constructor'), fc.jsonValue()),
        (own) => void why(mine({}, own)),
      ),
    );
  });
});

describe('calls', () => {
  const running = device({
    adapter: 'modbus-rtu',
    link: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 19_200, parity: 'even' },
    unit: 7,
    identity: 'usb:1:2:3',
    location: 'Cellar',
    points: [{ name: 't', table: 'holding', address: 3, unit: '°C', limits: { high: 8 } }],
  });
  const desk = () =>
    createProfileDesk({
      book: createProfileBook({ folder }),
      device: (id) => (id === 'dut' ? running : undefined),
    });
  const names = { id: 'own', name: 'Own', maker: 'Me', model: 'M', source: 'Measured on site' };

  it('make a profile of a running device, which can be imported and gives the same device', async () => {
    const { calls } = desk();
    const { text } = await calls['profile.make']({ device: 'dut', ...names }, never, caller);
    expect(text).not.toMatch(/ttyUSB0|Cellar|usb:1/);
    expect(JSON.parse(text)).toMatchObject({
      line: { baudRate: 19_200, parity: 'even', unit: 7 },
      source: { title: 'Measured on site' },
    });
    const view = await calls['profile.import']({ text }, never, caller);
    expect(view).toMatchObject({ id: 'own', shipped: false, points: 1, adapter: 'modbus-rtu' });
    const made = sampleDevice(readProfile((await calls['profile.get']({ id: 'own' }, never, caller)).text));
    expect(made.points).toEqual(running.points);
    const rows = await calls['profile.list']({}, never, caller);
    expect(rows.find(({ id }) => id === 'own')).toEqual(view);
    await calls['profile.remove']({ id: 'own' }, never, caller);
    await expect(calls['profile.get']({ id: 'own' }, never, caller)).rejects.toMatchObject({ code: 'profile/unknown' });
  });
  it('leave out the name of the key of a Bluetooth device, and refuse a profile that has one', async () => {
    const place = { address: 'AA:BB:CC:00:00:01', keySecret: 'bluetooth/AABBCC000001' };
    const points = [{ name: 't', value: 'temperature' }];
    const sensor = device({ adapter: 'ble', mode: 'advert', ...place, points });
    const { calls } = createProfileDesk({ book: createProfileBook({ folder }), device: () => sensor });
    const { text } = await calls['profile.make']({ device: 'dut', ...names }, never, caller);
    expect(text).not.toMatch(/AABBCC|keySecret/);
    const foreign = text.replace('"mode"', '"keySecret": "db/password", "mode"');
    await expect(calls['profile.import']({ text: foreign }, never, caller)).rejects.toMatchObject({
      message: expect.stringContaining('device.keySecret'),
    });
  });
  it('name what is not there', async () => {
    const { calls } = desk();
    await expect(calls['profile.make']({ device: 'no', ...names }, never, caller)).rejects.toMatchObject({
      code: 'adapter/unknown-device',
    });
    await expect(calls['profile.make']({ device: 'dut', ...names, id: 'Not An Id' }, never, caller)).rejects.toMatchObject({
      code: 'profile/invalid',
    });
  });
  it('show of each shipped one where its table is from', async () => {
    const rows = await desk().calls['profile.list']({}, never, caller);
    expect(rows).toHaveLength(SHIPPED_PROFILES.length);
    for (const row of rows) expect(row.source.length).toBeGreaterThan(5);
  });
});
