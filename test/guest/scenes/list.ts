import { existsSync, realpathSync } from 'node:fs';
import { type Scene, untilValue } from '../bench-kit.ts';
import { run } from '../gateway-run.ts';
import { ADAPTERS } from '../site.ts';

const property = (path: string, name: string): string =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(run('udevadm', 'info', '-q', 'property', path))?.[1] ?? '';

/** What the list of ports says of real adapters, beside what udev says. */
export const list: Scene = async (kit) => {
  const { gateway, check } = kit;
  for (const id of ['meter', 'logger', 'left', 'right']) await untilValue(kit, id, 0, 60_000);
  const found = gateway.port(ADAPTERS.a.serial);
  const path = found?.path ?? '';
  check('usb ids and serial number', found?.usbId === '0403:6001' && found.serialNumber === ADAPTERS.a.serial, found?.id);
  check(
    'by-id name',
    found !== undefined && existsSync(found.stablePath) && realpathSync(found.stablePath) === path,
    found?.stablePath,
  );
  check('today’s name', path !== '' && property(path, 'ID_SERIAL_SHORT') === ADAPTERS.a.serial, path);
  const byPath =
    property(path, 'DEVLINKS')
      .split(' ')
      .find((link) => link.includes('by-path')) ?? '';
  check('physical path as udev has it', byPath.endsWith(`/${found?.physicalPath}`), `${found?.physicalPath}, udev: ${byPath}`);
  check('what it is in words', found?.title.includes('QEMU') === true, found?.title);
  check('its device, and that it is open', found?.devices.join() === 'meter' && found.holder?.name === 'meter', found?.settings);
  const [owner, group, mode] = run('stat', '-c', '%U %G %A', path).split(' ');
  const diagnosis = await gateway.client.call('port.diagnose', { path });
  check(
    'owner, group and mode',
    diagnosis.owner === owner && diagnosis.group === group && diagnosis.mode === mode,
    `${diagnosis.owner} ${diagnosis.group} ${diagnosis.mode}, RS-485: ${diagnosis.rs485}`,
  );
  const nameless = gateway.ports.rows().filter(({ usbId, serialNumber }) => usbId !== '' && serialNumber === '');
  check(
    'two adapters without serial numbers, known by their sockets',
    nameless.length === 2 && nameless.every(({ id, physicalPath }) => physicalPath !== '' && id === `physical:${physicalPath}`),
    nameless.map(({ id, path: name }) => `${id} is ${name}`).join(', '),
  );
};
