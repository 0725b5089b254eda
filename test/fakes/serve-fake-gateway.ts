import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createHub } from '../../core/api/hub.ts';
import { createApiServer } from '../../core/api/server.ts';
import { createWebServer } from '../../core/api/web-server.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createFakeGateway } from './fake-gateway.ts';
import { SCENES } from './fake-outbox-rows.ts';

/**
 * `node test/fakes/serve-fake-gateway.ts --port 8099 --scene offline`: the console with sample data, and no gateway behind it.
 * The scenes of the outbox are in `fake-outbox-rows.ts`.
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '8099' }, scene: { type: 'string', default: 'calm' } },
});
const scene = SCENES.find((one) => one === values.scene);
if (scene === undefined) throw new Error(`no scene "${values.scene}"; there are ${SCENES.join(', ')}`);
const logs = createLogHub({ clock: systemClock }, { keep: 100, level: 'info' });
logs.onRecord((record) => console.log(record.level, record.event, record.message, JSON.stringify(record.data)));
const log = logs.logger('fake');
const fake = createFakeGateway({ clock: systemClock }, { scene });
const hub = createHub({ sources: fake.sources, clock: systemClock, log });
const api = createApiServer(
  { handlers: fake.handlers, hub, clock: systemClock, log, version: '0.1.0-fake' },
  { checkOutputs: true },
);
const web = createWebServer(
  {
    attach: api.attach,
    health: () => ({ ready: true, status: 'ok', version: '0.1.0-fake', uptimeS: Math.round(systemClock.monotonic() / 1000) }),
    metrics: () => 'gatehouse_fake 1\n',
    clock: systemClock,
    log,
  },
  { port: Number(values.port), host: '127.0.0.1', rendererDir: fileURLToPath(new URL('../../dist/renderer', import.meta.url)) },
);
await web.start(new AbortController().signal);
const stopTicks = systemClock.every(1000, fake.tick);
async function stop(): Promise<void> {
  stopTicks();
  await api.stop();
  hub.stop();
  await web.stop();
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
