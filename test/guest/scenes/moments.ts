import type { SerialLinkConfig } from '../../../core/contract/document/links.ts';
import { type Kit, keepTools, lastOf, type Scene, SEEN_MS, sleep, untilOffline, untilValue } from '../bench-kit.ts';
import { ADAPTERS } from '../site.ts';

export const LINK: SerialLinkConfig = {
  kind: 'serial',
  path: '/dev/ttyUSB0',
  bind: { by: 'usb', vendor: '0403', product: '6001', serial: ADAPTERS.a.serial },
  baudRate: 19_200,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  rtscts: false,
};

async function terminalHasIt(kit: Kit): Promise<void> {
  const { gateway, world, check } = kit;
  const before = lastOf(kit, 'meter');
  await world.become('a', 'echo');
  const { session } = await gateway.client.call('tool.open', { tool: 'terminal', link: LINK, by: 'Anna', consent: true });
  const tools = keepTools(gateway.client);
  try {
    await kit.unplug('a');
    const ms = await tools.until('the tool says so', (rows) => rows.some(({ id, state }) => id === session && state === 'lost'));
    check('a terminal says that its port went', ms < SEEN_MS, `${Math.round(ms)} ms: ${tools.rows()[0]?.fault?.message}`);
    await kit.plug('a');
    await tools.until('the tool goes on', (rows) => rows.some(({ id, state }) => id === session && state === 'open'));
    const loop = await gateway.client.call('tool.loopback', { session, bytes: 256 });
    check('and goes on with it', loop.ok, loop.words);
  } finally {
    await gateway.client.call('tool.close', { session });
    tools.stop();
  }
  await world.become('a', 'modbus');
  const ms = await untilValue(kit, 'meter', before);
  check('the device goes on after the terminal', true, `${Math.round(ms)} ms`);
}

async function writeInFlight(kit: Kit): Promise<void> {
  const { gateway, world, check } = kit;
  const before = lastOf(kit, 'meter');
  await world.become('a', 'mute');
  const began = performance.now();
  const write = gateway.client.call('device.write', { device: 'meter', point: 'set', value: 77 }).then(
    () => 'done',
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
  await sleep(150);
  await kit.unplug('a');
  const words = await write;
  const ms = Math.round(performance.now() - began);
  check('a write in flight ends with the fault', words !== 'done' && ms < 1000 + SEEN_MS, `${ms} ms: ${words}`);
  await world.become('a', 'modbus');
  await untilOffline(kit, 'meter');
  await kit.plug('a');
  await untilValue(kit, 'meter', before);
  await gateway.client.call('device.write', { device: 'meter', point: 'set', value: 78 });
  const set = (): unknown => gateway.device('meter').points.find(({ name }) => name === 'set')?.value;
  await gateway.devices.until('the written value', () => set() === 78);
  check('and the next one is done', true, 'written and read back: 78');
}

/** Pulled at any moment of an opening. */
async function whileOpening(kit: Kit): Promise<void> {
  const { gateway, check } = kit;
  const rounds = 12;
  for (let n = 0; n < rounds; n += 1) {
    const before = lastOf(kit, 'meter');
    await gateway.client.call('device.reconnect', { device: 'meter' });
    await sleep((n * 40) % 200);
    await kit.unplug('a');
    await sleep(n * 50);
    await kit.plug('a');
    await sleep((n * 130) % 700);
    await kit.unplug('a'); // while it is being opened after the plug
    await sleep(200);
    await kit.plug('a');
    await untilValue(kit, 'meter', before, 60_000);
  }
  check(`pulled ${2 * rounds} times at an opening, goes on each time`, true);
}

/** Pulled while something is under way. */
export const moments: Scene = async (kit) => {
  await terminalHasIt(kit);
  await writeInFlight(kit);
  await whileOpening(kit);
};
