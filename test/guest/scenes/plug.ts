import {
  goodValue,
  type Kit,
  lastOf,
  type Scene,
  SEEN_MS,
  sleep,
  spread,
  untilFile,
  untilOffline,
  untilPort,
  untilValue,
} from '../bench-kit.ts';
import { ADAPTERS } from '../site.ts';

const ROUNDS = 5;

/** In ms: until the port and the device are seen gone, until the port is seen again, until the first value. */
export interface Measured {
  readonly gone: number;
  readonly lost: number;
  readonly there: number;
  readonly value: number;
}

/** Unplugs TB0001 and plugs it in again; the times count from the moment at which the kernel has removed or made the device file. */
export async function measureOne(kit: Kit): Promise<Measured> {
  const { gateway } = kit;
  const before = lastOf(kit, 'meter');
  const at = (): number => performance.now();
  const [pulled, gone, lost] = await Promise.all([
    untilFile(ADAPTERS.a.serial, false),
    untilPort(kit, ADAPTERS.a.serial, false).then(at),
    untilOffline(kit, 'meter').then(at),
    kit.unplug('a'),
  ]);
  await gateway.devices.until('the cause', (rows) =>
    rows.some(({ id, lastError }) => id === 'meter' && lastError?.code === 'link/not-found'),
  );
  const { state, why } = gateway.device('meter').ne107;
  kit.check('failure that names the cause', state === 'failure' && why.includes(ADAPTERS.a.serial), why);
  const [plugged, there, value] = await Promise.all([
    untilFile(ADAPTERS.a.serial, true),
    untilPort(kit, ADAPTERS.a.serial, true).then(at),
    untilValue(kit, 'meter', before).then(at),
    kit.plug('a'),
  ]);
  return { gone: gone - pulled, lost: lost - pulled, there: there - plugged, value: value - plugged };
}

/** How long it takes until an unplug and a plug are seen, and until values flow again. */
export const plug: Scene = async (kit) => {
  const times: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await measureOne(kit));
    await sleep(1000);
  }
  const of = (name: keyof Measured): number[] => times.map((one) => one[name]);
  kit.check(
    'unplug seen within 2 s',
    Math.max(...of('gone'), ...of('lost')) < SEEN_MS,
    `port ${spread(of('gone'))}, device ${spread(of('lost'))}`,
  );
  kit.check('plug seen within 2 s', Math.max(...of('there')) < SEEN_MS, spread(of('there')));
  kit.check(
    'values flow again by themselves',
    goodValue(kit.gateway.device('meter')) !== null,
    `from the plug ${spread(of('value'))}`,
  );
};
