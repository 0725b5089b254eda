import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { createHub } from '../../core/api/hub.ts';
import { createApiServer } from '../../core/api/server.ts';
import { createWebServer } from '../../core/api/web-server.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createFakeGateway, type FakeGateway } from '../fakes/fake-gateway.ts';
import type { Scene } from '../fakes/fake-outbox-rows.ts';
import { type OpenPage, openPage } from './console-rig.ts';

/** The console against sample data: for states that a real gateway reaches only after weeks, or never. */
export interface FakeRig {
  readonly fake: FakeGateway;
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export async function startFakeRig(browser: Browser, scene: Scene): Promise<FakeRig> {
  const log = createLogHub({ clock: systemClock }, { keep: 100, level: 'warn' }).logger('fake');
  const fake = createFakeGateway({ clock: systemClock }, { scene });
  const hub = createHub({ sources: fake.sources, clock: systemClock, log });
  const api = createApiServer({ handlers: fake.handlers, hub, clock: systemClock, log, version: 'fake' }, { checkOutputs: true });
  const web = createWebServer(
    {
      attach: api.attach,
      health: () => ({ ready: true, status: 'ok', version: 'fake', uptimeS: 1 }),
      metrics: () => '',
      clock: systemClock,
      log,
    },
    { port: 0, host: '127.0.0.1', rendererDir: join(import.meta.dirname, '../../dist/renderer') },
  );
  await web.start(new AbortController().signal);
  const stopTicks = systemClock.every(1000, fake.tick);
  return {
    fake,
    open: (path, options) => openPage(browser, `http://127.0.0.1:${web.port}/`, path, options),
    async close() {
      stopTicks();
      await api.stop();
      hub.stop();
      await web.stop();
    },
  };
}
