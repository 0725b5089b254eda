import { describe, expect, it } from 'vitest';
import { createDevicePoints } from '../../../../core/adapters/model/device-points.ts';
import { type Evidence, ne107Of } from '../../../../core/adapters/model/ne107.ts';
import { device } from '../harness.ts';

const sound: Evidence = { health: 'ok', pausedBy: null, speaks: true, trouble: '', signs: [] };

describe('NE 107', () => {
  it('is the worst that holds: F, C, S, M', () => {
    const signs = [
      { state: 'maintenance', why: 'm' },
      { state: 'out-of-spec', why: 's' },
    ] as const;
    expect(ne107Of(sound)).toEqual({ state: 'ok', why: '' });
    expect(ne107Of({ ...sound, signs: [signs[0]] })).toEqual({ state: 'maintenance', why: 'm' });
    expect(ne107Of({ ...sound, signs })).toEqual({ state: 'out-of-spec', why: 's' });
    expect(ne107Of({ ...sound, signs, pausedBy: 'Terminal' })).toEqual({
      state: 'function-check',
      why: 'Terminal uses its line',
    });
    expect(ne107Of({ ...sound, health: 'offline', trouble: 'no answer', signs })).toEqual({
      state: 'failure',
      why: 'no answer',
    });
  });
  it('names three reasons, and how many more there are', () => {
    const signs = ['a', 'b', 'c', 'd', 'e'].map((why) => ({ state: 'out-of-spec', why }) as const);
    expect(ne107Of({ ...sound, signs }).why).toBe('a; b; c; and 2 more');
  });
  it('of a device that is waited for is C, of one that speaks only now and then is good', () => {
    expect(ne107Of({ ...sound, health: 'starting' }).state).toBe('function-check');
    expect(ne107Of({ ...sound, health: 'starting', speaks: false }).state).toBe('ok');
    expect(ne107Of({ ...sound, health: 'paused' }).state).toBe('function-check');
    expect(ne107Of({ ...sound, health: 'degraded' }).state).toBe('out-of-spec');
  });
});

describe('points', () => {
  const config = device({
    adapter: 'modbus-tcp',
    link: { kind: 'tcp', host: 'h', port: 502 },
    points: [
      { name: 'fault', label: 'Fault', table: 'coil', address: 0, type: 'bool', states: { true: 'failure', false: 'ok' } },
      { name: 'mode', label: 'Mode', table: 'holding', address: 1, states: { '2': 'maintenance' } },
      { name: 'battery', label: 'Battery', table: 'holding', address: 2, unit: '%' },
      { name: 't', label: 'T', table: 'holding', address: 3, unit: '°C', limits: { high: 8 } },
    ],
  });
  const good = (point: string, value: number | boolean) => ({ point, value, quality: 'good' }) as const;

  it('say by their values how the device is', () => {
    const points = createDevicePoints(config);
    expect(points.signs()).toEqual([]);
    for (const reading of [good('fault', true), good('mode', 2), good('battery', 15), good('t', 9)]) points.take(reading, 1);
    expect(points.signs()).toEqual([
      { state: 'failure', why: 'Fault: true' },
      { state: 'maintenance', why: 'Mode: 2' },
      { state: 'maintenance', why: 'Battery is at 15 %' },
      { state: 'out-of-spec', why: 'T is above its high limit of 8 °C: 9 °C' },
    ]);
    for (const reading of [good('fault', false), good('mode', 1), good('battery', 16), good('t', 7)]) points.take(reading, 2);
    expect(points.signs()).toEqual([]);
  });
  it('keep the band of the last good value while readings are bad or stale', () => {
    const points = createDevicePoints(config);
    points.take(good('t', 9), 1);
    points.take({ point: 't', value: null, quality: 'bad', note: 'why' }, 2);
    expect(points.views()[3]).toMatchObject({ value: null, limit: 'high', limits: { high: 8, low: null } });
    points.take(good('t', 9), 3);
    points.markStale();
    expect(points.views()[3]).toMatchObject({ quality: 'stale', limit: 'high' });
  });
  it('of readings that are not in the document are left out', () => {
    const points = createDevicePoints(config);
    points.take(good('toString', 1), 1);
    expect(points.views()).toHaveLength(4);
  });
});
