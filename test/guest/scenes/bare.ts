import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { lastOf, type Scene, SEEN_MS, sleep, spread, untilPort, untilValue } from '../bench-kit.ts';
import { run } from '../gateway-run.ts';
import { ADAPTERS } from '../site.ts';
import { type Measured, measureOne } from './plug.ts';

const ROUNDS = 4;

/** A folder of programs without udevadm, for the PATH of the gateway. */
export function pathWithoutUdevadm(): string {
  const folder = '/run/programs';
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  for (const name of ['sh', 'perl', 'cat']) symlinkSync(run('sh', '-c', `command -v ${name}`), `${folder}/${name}`);
  symlinkSync(process.execPath, `${folder}/node`);
  return folder;
}

/** A machine without udev: the gateway was started where udevadm is not found, and nobody makes links or rights. */
export const bare: Scene = async (kit) => {
  const { check, gateway } = kit;
  await untilValue(kit, 'meter', lastOf(kit, 'meter'), 60_000);
  check('udevd does not run, and the gateway has no udevadm', !/systemd-udevd|udevadm/.test(run('ps', '-eo', 'args')));
  rmSync('/dev/serial', { recursive: true }); // links that were left, and would name the next adapter
  const times: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await measureOne(kit));
    await sleep(700);
  }
  const of = (name: keyof Measured): number[] => times.map((one) => one[name]);
  check('unplug seen within 2 s without udev', Math.max(...of('gone')) < SEEN_MS, spread(of('gone')));
  check(
    'plug seen within 2 s without udev',
    Math.max(...of('there')) < SEEN_MS,
    `${spread(of('there'))}; values ${spread(of('value'))}`,
  );
  const port = gateway.port(ADAPTERS.a.serial);
  check('known by the kernel alone', port?.stablePath === '' && port.usbId === '0403:6001', `${port?.id} is ${port?.path}`);
  check('physical path without udev', port?.physicalPath !== '', port?.physicalPath);
  const [left, right] = [lastOf(kit, 'left'), lastOf(kit, 'right')];
  await Promise.all([untilValue(kit, 'left', left), untilValue(kit, 'right', right)]);
  check('those bound by their sockets are found, too', true, 'bound by the names that udev gave them before');
  await kit.unplug('c');
  await untilPort(kit, '', false);
  await kit.plug('c');
  await untilValue(kit, 'left', left);
};
