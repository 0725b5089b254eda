import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { loadSettings } from '../config/settings.ts';
import { createPinGate } from '../security/pin.ts';
import type { Desktop } from './options.ts';

/** The way out of the kiosk. The PIN is read from the settings at every try, so that a new one holds at once. */
export function createKioskExit(
  deps: { clock: Clock; log: Logger; dataDir: string },
  desktop: Desktop | undefined,
): (pin: string) => Promise<void> {
  const gate = createPinGate(deps.clock);
  return async (pin) => {
    if (!desktop)
      throw new GatewayError('api/not-available', 'This gateway has no window of its own: close the browser instead.');
    const { pinHash } = loadSettings(deps.dataDir).kiosk;
    if (pinHash === undefined) throw new GatewayError('kiosk/no-pin', 'No PIN is set on this gateway.');
    await gate.check(pin, pinHash).catch((cause: unknown) => {
      deps.log.warn('kiosk.exit-refused', { cause });
      throw cause;
    });
    deps.log.info('kiosk.left', { by: 'technician' });
    desktop.exit('technician');
  };
}
