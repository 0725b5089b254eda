import { GatewayError } from '../../../core/base/errors.ts';
import { lastOf, type Scene, untilValue } from '../bench-kit.ts';
import { run } from '../gateway-run.ts';
import { ADAPTERS } from '../site.ts';
import { LINK } from './moments.ts';

/** Such as have a name: of any other stty says 0. */
const BAUDS = [300, 9600, 57_600, 230_400, 921_600];
const faultOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => '',
    (cause: unknown) => (cause instanceof GatewayError ? `${cause.code}: ${cause.message} ${cause.remedy}` : String(cause)),
  );

/** What the real driver does with speed, lines, break and RS-485. */
export const driver: Scene = async (kit) => {
  const { gateway, world, check } = kit;
  const { client } = gateway;
  const before = lastOf(kit, 'meter');
  const path = gateway.port(ADAPTERS.a.serial)?.path ?? '';
  await world.become('a', 'echo');
  const open = (link: object) =>
    client.call('tool.open', { tool: 'terminal', link: { ...LINK, ...link }, by: 'Anna', consent: true });
  const speeds: string[] = [];
  for (const baudRate of BAUDS) {
    const { session } = await open({ baudRate, parity: 'even', stopBits: 2 });
    const now = run('stty', '-F', path, '-a');
    const set = now.includes(`speed ${baudRate} baud`) && /(?<!-)\bparenb\b/.test(now) && /(?<!-)\bcstopb\b/.test(now);
    speeds.push(`${baudRate} ${set ? 'set' : now}`);
    const { ok } = await client.call('tool.loopback', { session, bytes: 64 });
    if (!ok) speeds.push('but no echo');
    await client.call('tool.close', { session });
  }
  check(
    'speed, parity and stop bits',
    speeds.every((one) => one.endsWith(' set')),
    speeds.join(', '),
  );

  const { session } = await open({});
  const faults = [];
  for (const lines of [{ rts: false }, { dtr: false }, { rts: true, dtr: true }, { breakMs: 100 }])
    faults.push(await faultOf(client.call('tool.lines', { session, ...lines })));
  check('RTS, DTR and break', faults.join('') === '', faults.filter(Boolean).join('; '));
  const { ok, words } = await client.call('tool.loopback', { session, bytes: 256 });
  check('bytes pass after the break', ok, words);
  const { rs485 } = await client.call('port.diagnose', { path });
  check('RS-485 of this driver', rs485 === 'rts-only', rs485);
  await client.call('tool.close', { session });

  const byDriver = await faultOf(open({ rs485: { mode: 'driver', rtsOnSend: true, delayBeforeMs: 0, delayAfterMs: 0 } }));
  check(
    'RS-485 by the driver is refused with the remedy',
    byDriver.startsWith('link/not-supported') && byDriver.includes('"rts"'),
    byDriver,
  );
  const byRts = await open({ rs485: { mode: 'rts', rtsOnSend: true, delayBeforeMs: 1, delayAfterMs: 1 } });
  const echoed = await client.call('tool.loopback', { session: byRts.session, bytes: 64 });
  check('RS-485 by RTS sends', echoed.ok, echoed.words);
  await client.call('tool.close', { session: byRts.session });
  await world.become('a', 'modbus');
  await untilValue(kit, 'meter', before);
};
