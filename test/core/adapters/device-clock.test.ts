import { describe, expect, it } from 'vitest';
import { createDeviceState } from '../../../core/adapters/device-state.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { Device } from '../../../core/contract/document/devices.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const YEAR = 365 * 86_400_000;
const config = Device.parse({
  id: 'door',
  name: 'Door',
  adapter: 'simulated',
  model: 'door-contact',
  points: [{ name: 'open' }],
  staleAfterMs: 5000,
});

describe.each([YEAR, -YEAR])('a device whose gateway’s clock is set by %d ms', (jump) => {
  it('is neither gone nor stale by it, and its times stay as long ago as they are', async () => {
    const clock = createManualClock();
    const state = createDeviceState(clock, config);
    state.beginSession();
    state.heard({ readings: [{ point: 'open', value: true, quality: 'good' }], sampledAt: clock.now() });
    await clock.advance(2000);
    clock.jumpWall(jump);
    expect(state.checkSilence()).toBeUndefined();
    const view = state.view();
    expect([view.health, clock.now() - view.since, clock.now() - (view.lastSeenAt ?? 0)]).toEqual(['ok', 2000, 2000]);
  });

  it('goes offline after its silence with the fault that explains it', async () => {
    const clock = createManualClock();
    const state = createDeviceState(clock, config);
    state.beginSession();
    state.heard({ readings: [{ point: 'open', value: true, quality: 'good' }], sampledAt: clock.now() });
    clock.jumpWall(jump);
    state.fault(new GatewayError('adapter/timeout', 'no answer'));
    await clock.advance(5000);
    expect(state.checkSilence()?.code).toBe('adapter/timeout');
    await clock.advance(60_000);
    const { since, lastError, health } = state.view();
    expect([health, clock.now() - since, clock.now() - (lastError?.at ?? 0)]).toEqual(['offline', 60_000, 65_000]);
  });
});
