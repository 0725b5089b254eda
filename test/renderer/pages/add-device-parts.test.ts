import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../../../core/contract/commission-views.ts';
import { nameAddress } from '../../../core/contract/decode-matrix.ts';
import { Device } from '../../../core/contract/document/devices.ts';
import type { PortView } from '../../../core/contract/field-views.ts';
import { inSight, readManual, readWire } from '../../../renderer/pages/devices/add/address.ts';
import {
  addPick,
  dropPick,
  editPoint,
  idFrom,
  picksIn,
  pointsFrom,
  pointsOf,
  removePoint,
} from '../../../renderer/pages/devices/add/draft.ts';
import { KINDS, MODELS, START } from '../../../renderer/pages/devices/add/kind-drafts.ts';
import { bindsOf, networkLink, serialLink } from '../../../renderer/pages/devices/add/links.ts';
import { shortNumber } from '../../../renderer/pages/devices/add/MatrixGrid.tsx';
import {
  decimalsOf,
  follow,
  matchRecent,
  NOTHING_READ,
  readOffNow,
  remember,
  type Snapshot,
} from '../../../renderer/pages/devices/add/matrix-view.ts';
import { typeKey } from '../../../renderer/pages/devices/add/NumberPad.tsx';
import { readLimits } from '../../../renderer/pages/devices/add/PointDialog.tsx';
import { scaleOf } from '../../../renderer/pages/devices/limit-scale.ts';
import type { Pick } from '../../../renderer/stores/adding.ts';
import { ports } from '../../fakes/fake-field-rows.ts';

const SETTINGS = { baudRate: 9600, parity: 'none', stopBits: 1, dataBits: 8 } as const;
const shot = (registers: number[], at: number, address = 0): Snapshot => ({ table: 'holding', address, registers, at });

describe('parts of adding a device', () => {
  it('gives every kind a start that the document takes', () => {
    const [port] = ports(0);
    if (!port) throw new Error('no port');
    for (const kind of KINDS) {
      const { adapter, extra, place } = START[kind];
      if (place === 'model' || adapter.startsWith('modbus')) continue;
      const device = { id: 'a', name: 'A', adapter, link: serialLink(port, 'usb', SETTINGS), ...extra };
      expect(Device.safeParse(device).error, kind).toBeUndefined();
    }
    for (const { adapter, extra } of MODELS.filter((one) => one.adapter === 'simulated')) {
      expect(Device.safeParse({ id: 'a', name: 'A', adapter, ...extra }).error).toBeUndefined();
    }
    expect(networkLink('tcp', 'plc', 502, SETTINGS)).toEqual({ kind: 'tcp', host: 'plc', port: 502, connectTimeoutMs: 5000 });
  });

  it('remembers a port by its serial number, else by its socket, else by its name', () => {
    const [first, second] = ports(0) as [PortView, PortView];
    expect(bindsOf(first)).toEqual(['usb', 'physical', 'path']);
    expect(bindsOf(second)).toEqual(['physical', 'usb', 'path']);
    expect(bindsOf({ ...second, usbId: '', physicalPath: '' })).toEqual(['path']);
  });

  it('makes ids that the document takes, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 20 }), (labels) => {
        const taken: string[] = [];
        for (const label of labels) {
          const id = idFrom(label, taken);
          expect(id).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/);
          expect(taken).not.toContain(id);
          taken.push(id);
        }
      }),
    );
    expect(idFrom('Außentemperatur Süd', [])).toBe('au-entemperatur-su-d');
  });

  it('changes one point of a draft and leaves the rest', () => {
    const pick = { table: 'input', address: 3, type: 'uint16', order: 'big', scale: 0.1, unit: 'V', decimals: 1 } as const;
    const draft = {
      id: 'a',
      points: pointsFrom([
        { ...pick, label: 'Voltage' },
        { ...pick, label: 'Voltage' },
      ]),
    };
    expect(pointsOf(draft).map((one) => one.name)).toEqual(['voltage', 'voltage-2']);
    const next = editPoint(draft, 1, { label: 'Voltage L2', limits: { high: 250 } });
    expect(pointsOf(next)).toMatchObject([
      { label: 'Voltage', limits: {} },
      { label: 'Voltage L2', limits: { high: 250 }, unit: 'V' },
    ]);
    expect(pointsOf(editPoint(next, 1, { limits: {} }))[1]?.limits).toEqual({});
    expect(pointsOf(removePoint(next, 0))).toHaveLength(1);
    expect(pointsOf({ points: 'none' })).toEqual([]);
  });

  it('takes a value back out of the draft without what was written about the others', () => {
    const base = { table: 'input', type: 'uint16', order: 'big', unit: '', decimals: 0 } as const;
    const picks = [
      { ...base, address: 1, scale: 1, label: 'A' },
      { ...base, address: 2, scale: 0.1, label: 'B' },
      { ...base, address: 2, scale: 0.1, label: 'B again' },
    ];
    const [first, second, third] = picks as [Pick, Pick, Pick];
    let draft: Draft = { id: 'meter', name: 'Meter', points: pointsFrom([first, second]) };
    draft = editPoint(addPick(draft, third), 0, { limits: { high: 9 }, label: 'Flow' });
    const dropped = dropPick(draft, second);
    expect(pointsOf(dropped)).toMatchObject([{ label: 'Flow', limits: { high: 9 } }, { label: 'B again' }]);
    expect(dropPick(dropped, { ...first, address: 77 })).toBe(dropped);
    expect(picksIn(draft, picks)).toEqual(picks);
    expect(picksIn(removePoint(draft, 0), picks)).toEqual([second, third]);
    expect(picksIn(dropped, picks)).toHaveLength(2);
  });

  it('reads addresses as manuals and as the wire count them', () => {
    expect(readManual('input', '40001')).toEqual({ table: 'holding', address: 0 });
    expect(readManual('holding', ' 30108 ')).toEqual({ table: 'input', address: 107 });
    expect(readManual('holding', '465536')).toEqual({ table: 'holding', address: 65_535 });
    expect(readManual('input', '1')).toEqual({ table: 'input', address: 0 });
    for (const typed of ['', '0', '40000', '10001', '465537', '4x', '-1', '1.5'])
      expect(readManual('holding', typed), typed).toBeNull();
    expect(readWire('input', '0')).toEqual({ table: 'input', address: 0 });
    for (const typed of ['', '65536', '-1', 'x', '1e3']) expect(readWire('input', typed), typed).toBeNull();
    fc.assert(
      fc.property(fc.constantFrom('holding', 'input'), fc.integer({ min: 0, max: 65_535 }), (table, address) => {
        expect(readManual('holding', nameAddress(table, address).classic)).toEqual({ table, address });
      }),
    );
  });

  it('brings a value wholly into sight, moving no further than it must', () => {
    expect(inSight(10, 32, 10, 'int64')).toBe(10);
    expect(inSight(10, 32, 9, 'uint16')).toBe(9);
    expect(inSight(10, 32, 41, 'uint16')).toBe(10);
    expect(inSight(10, 32, 41, 'float32')).toBe(11);
    expect(inSight(10, 32, 42, 'float64')).toBe(14);
  });

  it('reads limits as people write them, and only rising ones', () => {
    const none = { lowLow: '', low: '', high: '', highHigh: '' };
    expect(readLimits(none)).toEqual({ limits: {} });
    expect(readLimits({ ...none, low: '-4,5', high: '8' })).toEqual({ limits: { low: -4.5, high: 8 } });
    expect(readLimits({ ...none, low: '8', high: '8' })).toMatchObject({ at: 'high' });
    expect(readLimits({ ...none, high: 'warm' })).toMatchObject({ at: 'high' });
  });

  it('writes numbers with the keys of the pad', () => {
    const type = (keys: string): string => [...keys].reduce((value, key) => typeKey(value, key === '<' ? 'back' : key), '');
    expect(type('230.5')).toBe('230.5');
    expect(type('.5.')).toBe('0.5');
    expect(type('12-')).toBe('-12');
    expect(type('-12-')).toBe('12');
    expect(type('12<<<')).toBe('');
    expect(type('1'.repeat(40))).toHaveLength(14);
    expect(decimalsOf('230.50')).toBe(2);
    expect(decimalsOf('230')).toBe(0);
  });

  it('shows any number in few letters', () => {
    fc.assert(fc.property(fc.double(), (value) => shortNumber(value).length <= 10));
    expect(shortNumber(null)).toBe('–');
    expect(shortNumber(231.25)).toBe('231.25');
  });

  it('counts what fitted a moment ago, but not what fitted long before or elsewhere', () => {
    let list = remember([], shot([2305], 0));
    list = remember(list, shot([2311], 5000));
    expect(matchRecent(list, '230.5').some((one) => one.scale === 0.1 && one.type === 'uint16')).toBe(true);
    expect(matchRecent(remember(list, shot([2311, 0], 6000)), '230.5')).toEqual([]);
    expect(remember(list, shot([1], 6000, 9))).toHaveLength(1);
    expect(matchRecent(remember(list, shot([2320], 21_000)), '230.5')).toEqual([]);
  });

  it('keeps what fits the number for as long as a person looks at it, whatever the registers do meanwhile', () => {
    let list: readonly Snapshot[] = [];
    let off = NOTHING_READ;
    const read = (value: number, at: number, address = 0): void => {
      list = remember(list, shot([value], at, address));
      off = follow(off, list);
    };
    const fits = (shown: string): boolean =>
      matchRecent(off.pool, shown).some((one) => one.scale === 0.1 && one.type === 'uint16');
    for (let at = 0; at < 5000; at += 1000) read(2300 + at / 1000, at);
    off = readOffNow(list); // typed at 4000: the display showed 230.2 two seconds ago
    for (let at = 5000; at < 120_000; at += 1000) read(2300 + at / 1000, at);
    expect(fits('230.2')).toBe(true);
    expect(fits('230.9')).toBe(true); // it follows the display by a moment
    expect(fits('235.0')).toBe(false);
    expect(off.pool.length).toBeLessThan(16);
    read(2402, 121_000, 9);
    expect(off.pool.map(({ address }) => address)).toEqual([9]);
  });

  it('keeps value and limits on the bar, in their order', () => {
    const limit = fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(fc.tuple(limit, limit, limit, limit), fc.double({ noNaN: true }), ([a, b, c, d], value) => {
        const scale = scaleOf({ lowLow: a, low: b, high: c, highHigh: d }, value);
        if (scale === null) {
          expect([a, b, c, d]).toEqual([null, null, null, null]);
          return; // what an expectation gives is no verdict of the property
        }
        for (const place of Object.values(scale)) if (place !== null) expect(place >= 0 && place <= 1).toBe(true);
        if (b !== null && c !== null && b < c) expect(scale.low ?? 0).toBeLessThanOrEqual(scale.high ?? 0);
      }),
    );
  });
});
