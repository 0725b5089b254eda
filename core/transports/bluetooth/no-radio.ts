import { GatewayError } from '../../base/errors.ts';
import type { BleRadio } from './radio.ts';

/** Stands where there is no Bluetooth, and says so plainly. */
export function createNoRadio(problem: GatewayError, now: () => number): BleRadio {
  const since = now();
  const refuse = async (): Promise<never> => {
    throw problem;
  };
  return {
    name: 'bluetooth',
    problem,
    async start() {},
    async stop() {},
    radios: () => [
      {
        id: 'none',
        address: '',
        name: 'Bluetooth',
        state: 'not-available',
        since,
        scanning: 'no',
        connections: 0,
        queue: 0,
        advertsPerS: 0,
        known: 0,
        deviceResets: 0,
        radioResets: 0,
        lastError: { code: problem.code, message: problem.message, remedy: problem.remedy, at: since },
      },
    ],
    onChanged: () => () => {},
    onAdvert: () => () => {},
    holdScan: () => () => {},
    known: () => [],
    connect: refuse,
    forget: refuse,
    power: refuse,
  };
}

export const noBluetooth = (why: string): GatewayError => new GatewayError('ble/not-available', why);
