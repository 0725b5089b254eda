import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { openRadio } from '../../core/transports/bluetooth/open-radio.ts';
import { createPortClaims } from '../../core/transports/ports/claims.ts';
import { waitFor } from '../fakes/socat.ts';

const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
beforeEach(() => {
  process.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=/nowhere/there-is-no-bus';
});
afterEach(() => {
  if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
});

it('says why, and not only that nothing answers, where there is no system bus', async () => {
  const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'info' }).logger('bluetooth');
  const claims = createPortClaims({ now: () => 0 });
  const radio = openRadio({ clock: systemClock, log, claims, platform: 'linux' });
  await radio.start(new AbortController().signal);
  await waitFor(() => radio.problem !== null, 'the first look', 4000);
  expect(radio.problem).toMatchObject({ code: 'ble/not-available', message: expect.stringContaining('ENOENT') });
  await radio.stop();
});
