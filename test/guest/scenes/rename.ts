import { lastOf, type Scene, sleep, untilOffline, untilPort, untilValue } from '../bench-kit.ts';
import { ADAPTERS } from '../site.ts';

/** Adapters that come back under other names, and two of them that are alike. */
export const rename: Scene = async (kit) => {
  const { gateway, world, check } = kit;
  const pathOf = (serial: string): string => gateway.port(serial)?.path ?? '';
  const before = pathOf(ADAPTERS.a.serial);
  await kit.unplug('a');
  await untilOffline(kit, 'meter');
  await kit.plug('e'); // the stranger takes the name
  await untilPort(kit, ADAPTERS.e.serial, true);
  check('a stranger has the old name', pathOf(ADAPTERS.e.serial) === before, `${ADAPTERS.e.serial} is ${before}`);
  await sleep(2000);
  check(
    'the device does not take the stranger',
    gateway.device('meter').health === 'offline',
    gateway.device('meter').lastError?.message,
  );
  await kit.plug('a');
  const ms = await untilValue(kit, 'meter', lastOf(kit, 'meter'));
  await untilPort(kit, ADAPTERS.a.serial, true);
  const now = pathOf(ADAPTERS.a.serial);
  check('found again by its serial number', now !== before, `${before} is now ${now}, values after ${Math.round(ms)} ms`);
  await kit.unplug('e');
  await untilPort(kit, ADAPTERS.e.serial, false);

  const names = (): string =>
    gateway.ports
      .rows()
      .filter((row) => row.serialNumber === '' && row.present)
      .map(({ path }) => path)
      .join();
  const first = names();
  await world.become('c', 'lines', 3_000_000);
  await world.become('d', 'lines', 4_000_000);
  await kit.unplug('c');
  await kit.unplug('d');
  await Promise.all([untilOffline(kit, 'left'), untilOffline(kit, 'right')]);
  await kit.plug('d');
  await sleep(1000);
  await kit.plug('c');
  await Promise.all([untilValue(kit, 'left', 3_000_000), untilValue(kit, 'right', 4_000_000)]);
  const [left, right] = [lastOf(kit, 'left'), lastOf(kit, 'right')];
  check(
    'two adapters without serial numbers keep their sockets under swapped names',
    left > 3_000_000 && left < 4_000_000 && right > 4_000_000 && first !== names(),
    `${first}, then ${names()}; left ${left}, right ${right}`,
  );

  await kit.plug('e', ADAPTERS.e.socket, ADAPTERS.a.serial);
  await gateway.ports.until(
    'the double',
    (rows) => rows.filter((row) => row.serialNumber === ADAPTERS.a.serial && row.present).length === 2,
  );
  const ids = gateway.ports.rows().filter((row) => row.serialNumber === ADAPTERS.a.serial && row.present);
  check(
    'a double with the same serial number does not disturb',
    gateway.device('meter').health === 'ok',
    ids.map(({ id }) => id).join(', '),
  );
  await gateway.client.call('device.reconnect', { device: 'meter' });
  await gateway.devices.until('the fault', (rows) =>
    rows.some(({ id, lastError }) => id === 'meter' && lastError?.code === 'link/ambiguous'),
  );
  check('and is not guessed to be the right one', true, gateway.device('meter').lastError?.message);
  await kit.unplug('e');
  const again = await untilValue(kit, 'meter', lastOf(kit, 'meter'), 60_000);
  check('goes on when the double has gone', true, `${Math.round(again)} ms`);
};
