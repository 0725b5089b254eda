import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { PortClaims } from '../ports/claims.ts';
import { createBlueRadio } from './bluez/blue-radio.ts';
import { createNoRadio, noBluetooth } from './no-radio.ts';
import type { BleRadio } from './radio.ts';

export interface OpenRadioDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly claims: PortClaims;
  /** `process.platform`. */
  readonly platform: string;
}

/** Bluetooth of this machine: BlueZ on Linux. Elsewhere there is none, and every call says so. */
export function openRadio({ clock, log, claims, platform }: OpenRadioDeps): BleRadio {
  if (platform === 'linux') {
    // Loaded only where it can be of use: the D-Bus library takes time, and has nothing to do on other systems.
    const openBus = async (by: Clock) => (await import('./bluez/bus.ts')).openBus(by);
    return createBlueRadio({ clock, log, claims, openBus });
  }
  const where = platform === 'win32' ? 'Windows' : platform;
  const why = `Bluetooth devices need BlueZ, which exists on Linux only; this gateway runs on ${where}.`;
  return createNoRadio(noBluetooth(why), () => clock.now());
}
