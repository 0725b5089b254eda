import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Kit, Scene } from './bench-kit.ts';
import { openWorld } from './control.ts';
import { logOf, type RunningGateway, run, startGateway } from './gateway-run.ts';
import { keptNumbers } from './kept.ts';
import { bare, pathWithoutUdevadm } from './scenes/bare.ts';
import { cycles } from './scenes/cycles.ts';
import { driver } from './scenes/driver.ts';
import { list } from './scenes/list.ts';
import { moments } from './scenes/moments.ts';
import { plug } from './scenes/plug.ts';
import { rename } from './scenes/rename.ts';
import { rights } from './scenes/rights.ts';
import { ADAPTERS, freshFolder, siteOf } from './site.ts';

/** Runs inside the emulated machine, started by usb.ts: the gateway with its site, and one scene after the other. */
const SCENES = { list, plug, rename, driver, moments, cycles } satisfies Record<string, Scene>;
const KINDS = { a: 'modbus', b: 'lines', c: 'lines', d: 'lines' } as const;

const { values } = parseArgs({
  options: {
    cli: { type: 'string', default: '' },
    cycles: { type: 'string', default: '60' },
    scenes: { type: 'string', default: '' },
  },
});
const wanted = (name: string): boolean => values.scenes === '' || values.scenes.split(',').includes(name);
const world = openWorld('/dev/virtio-ports/control');
let failed = 0;
const check: Kit['check'] = (what, held, detail = '') => {
  if (!held) failed += 1;
  void world.say(`${held ? 'ok    ' : 'FAILED'} ${what}${detail === '' ? '' : `: ${detail}`}`);
};
const adapter = (name: keyof typeof ADAPTERS): { socket: number; serial: string } => ADAPTERS[name];
const plugIn: Kit['plug'] = (name, socket = adapter(name).socket, serial = adapter(name).serial) =>
  world.plug(name, socket, serial);

async function play(name: string, gateway: RunningGateway, scene: Scene): Promise<void> {
  const began = performance.now();
  await world.say(`--- ${name}`);
  try {
    await scene({ world, gateway, cycles: Number(values.cycles), check, plug: plugIn, unplug: world.unplug });
  } catch (cause) {
    check(`scene ${name}`, false, cause instanceof Error ? cause.message.slice(0, 6000) : String(cause));
  }
  await world.say(`    (${Math.round((performance.now() - began) / 1000)} s)`);
}

/** All that was emitted since the start is in the spool, in order; what a line says can only be missing while it was unplugged. */
async function books(gateway: RunningGateway, data: string): Promise<void> {
  const readings = Object.fromEntries(gateway.devices.rows().map((device) => [device.id, device.readings]));
  const errors = Object.fromEntries(gateway.devices.rows().map((device) => [device.id, device.errors]));
  const answered = (await world.figures('a')).answered;
  const counts = (await gateway.client.call('gateway.status', {})).books;
  await gateway.stop();
  for (const id of ['logger', 'left', 'right']) {
    const kept = keptNumbers(data, id);
    // a few may come between the last look and the end
    const held = kept.outOfOrder === 0 && kept.count >= (readings[id] ?? 0) && kept.count > 0;
    check(
      `every reading of ${id} is kept, in order`,
      held,
      `${readings[id]} seen, ${kept.count} kept, ${kept.missing} said while unplugged`,
    );
  }
  const meter = keptNumbers(data, 'meter');
  check(
    'every reading of the meter is kept, in order',
    meter.outOfOrder === 0 && meter.count > 0,
    `${answered} answers, ${meter.count} kept, ${meter.missing} torn off on the line`,
  );
  await world.say(`    books: ${JSON.stringify(counts)}; faults of the devices: ${JSON.stringify(errors)}`);
}

const linkNames = (): string[] => {
  try {
    return readdirSync('/dev/serial/by-path');
  } catch {
    return [];
  }
};

async function plugAll(): Promise<(socket: number) => string> {
  for (const name of ['a', 'b', 'c', 'd'] as const) {
    await world.become(name, KINDS[name], { a: 0, b: 0, c: 1_000_000, d: 2_000_000 }[name]);
    await plugIn(name);
  }
  while (linkNames().length < 4) await sleep(100);
  return (socket) => {
    const found = linkNames().find((name) => name.includes(`:${socket}:1.0`));
    if (!found) throw new Error(`udev names no socket ${socket}: ${linkNames().join(' ')}`);
    return found;
  };
}

const QUIET_MS = 5000;
const QUICK_MS = 150;

/** An emulated machine is slow: until everything is started and compiled, times say nothing. At most a minute. */
async function untilQuiet(gateway: RunningGateway): Promise<void> {
  const began = performance.now();
  for (let since = began; performance.now() - since < QUIET_MS && performance.now() - began < 60_000; await sleep(50)) {
    const asked = performance.now();
    await gateway.client.call('gateway.status', {});
    if (performance.now() - asked > QUICK_MS) since = performance.now();
  }
}

async function main(): Promise<void> {
  await world.say(`--- kernel ${run('uname', '-r')}, node ${process.version}, ${run('udevadm', '--version')} udev`);
  const { data, file } = freshFolder('site', siteOf(await plugAll()));
  const start = async (env: NodeJS.ProcessEnv): Promise<RunningGateway> => {
    const began = performance.now();
    const running = await startGateway({ cli: values.cli, data, file, env });
    const ready = Math.round(performance.now() - began);
    await untilQuiet(running);
    await world.say(
      `    the gateway answers after ${ready} ms, and has come to rest after ${Math.round(performance.now() - began)} ms`,
    );
    return running;
  };
  const gateway = await start({});
  for (const [name, scene] of Object.entries(SCENES)) if (wanted(name)) await play(name, gateway, scene);
  const path = gateway.port(ADAPTERS.a.serial)?.path ?? '/dev/ttyUSB0';
  await books(gateway, data);
  if (wanted('rights')) {
    await world.say('--- rights');
    await rights({ check }, values.cli, path, run('stat', '-c', '%G', path)).catch((cause: unknown) =>
      check('scene rights', false, String(cause)),
    );
  }
  if (wanted('bare')) {
    run('udevadm', 'control', '--exit');
    const unaided = await start({ PATH: pathWithoutUdevadm() });
    await play('bare', unaided, bare);
    await unaided.stop();
  }
}

try {
  await main();
} catch (cause) {
  check('the whole run', false, cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
}
console.log(logOf('/run/site/data').join('\n'));
await world.end(failed);
process.exit(0);
