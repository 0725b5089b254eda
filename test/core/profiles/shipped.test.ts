import { describe, expect, it } from 'vitest';
import { crossCheck } from '../../../core/deploy/cross-check.ts';
import { checkProfile, sampleDevice } from '../../../core/profiles/profile-file.ts';
import { SHIPPED_PROFILES } from '../../../core/profiles/shipped-profiles.ts';

const profiles = SHIPPED_PROFILES.map(checkProfile);

describe('the profiles that come with the gateway', () => {
  it('are at least twelve, of every trade, each with its own id', () => {
    expect(new Set(profiles.map(({ id }) => id)).size).toBe(SHIPPED_PROFILES.length);
    expect(profiles.length).toBeGreaterThanOrEqual(12);
    const kinds = new Set(profiles.map(({ kind }) => kind));
    for (const kind of ['energy-meter', 'thermometer', 'drive', 'scale', 'scanner', 'gps', 'wearable'] as const) {
      expect(kinds).toContain(kind);
    }
  });

  it.each(profiles)('$id makes a sound device, and names the document that its table is from', (profile) => {
    const device = sampleDevice(profile);
    expect(crossCheck({ devices: [device], functions: [], subscriptions: [] })).toEqual([]);
    expect(profile.source.title).not.toBe('');
    for (const point of device.points) expect(point.label).toBeDefined();
  });

  it('do not move a motor or switch a load without a question', () => {
    for (const profile of profiles) {
      const { points } = sampleDevice(profile);
      if (profile.kind === 'drive') for (const point of points) expect('writable' in point && point.writable).toBe(false);
    }
  });

  it('read Modbus points that do not overlap by a slip', () => {
    for (const profile of profiles) {
      const device = sampleDevice(profile);
      const taken = new Map<string, string>();
      for (const point of device.points) {
        if (!('address' in point) || point.type === 'bool') continue;
        const words = point.type.endsWith('64') ? 4 : point.type.endsWith('32') ? 2 : 1;
        for (let i = 0; i < words; i += 1) {
          const key = `${point.table} ${point.address + i}`;
          expect(taken.get(key), `${profile.id}: ${point.name} and ${taken.get(key)} share ${key}`).toBeUndefined();
          taken.set(key, point.name);
        }
      }
    }
  });
});
