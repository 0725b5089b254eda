import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHub } from '../../core/api/hub.ts';
import { createApiServer } from '../../core/api/server.ts';
import { createSocketServer } from '../../core/api/socket-server.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createFakeGateway, type FakeGateway } from './fake-gateway.ts';
import type { Scene } from './fake-outbox-rows.ts';

export interface SocketGateway {
  readonly dataDir: string;
  readonly fake: FakeGateway;
  stop(): Promise<void>;
}

/** The fake gateway behind a real local socket, in a folder of its own. */
export async function startSocketGateway(scene: Scene = 'calm'): Promise<SocketGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gh-cli-'));
  const log = createLogHub({ clock: systemClock }, { keep: 100, level: 'debug' }).logger('test');
  const fake = createFakeGateway({ clock: systemClock }, { scene });
  const hub = createHub({ sources: fake.sources, clock: systemClock, log }, { tickMs: 20 });
  const api = createApiServer({ handlers: fake.handlers, hub, clock: systemClock, log, version: 'test' }, { checkOutputs: true });
  const socket = createSocketServer({ attach: api.attach, log }, { dataDir });
  await socket.start(new AbortController().signal);
  return {
    dataDir,
    fake,
    async stop() {
      await api.stop();
      hub.stop();
      await socket.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
