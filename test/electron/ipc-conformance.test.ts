import { EventEmitter } from 'node:events';
import type { IpcMain, WebContents } from 'electron';
import { describe } from 'vitest';
import { createInbox } from '../../core/api/frames/inbox.ts';
import { createLogHub } from '../../core/base/log.ts';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';
import { TO_CORE } from '../../electron/channels.ts';
import { listenOnIpc } from '../../electron/ipc-transport.ts';
import { openIpcTransport } from '../../renderer/api/ipc-transport.ts';
import { transportConformance } from '../conformance/transport.suite.ts';
import { createManualClock } from '../fakes/manual-clock.ts';
import { FakeContents } from './fakes/fake-electron.ts';

/** The page's transport and the main process's, with what lies between them in Electron: copies that arrive in a later turn. */
function join(): { client: Transport<ClientFrame, ServerFrame>; server: Transport<ServerFrame, ClientFrame>; stop: () => void } {
  const ipcMain = new EventEmitter();
  const page = new FakeContents();
  const inbox = createInbox<ServerFrame>();
  page.send = (_channel, _session, frame) => {
    const copy = structuredClone(frame) as ServerFrame;
    queueMicrotask(() => inbox.push(copy));
  };
  const opened: Transport<ServerFrame, ClientFrame>[] = [];
  const stop = listenOnIpc(
    {
      ipcMain: ipcMain as unknown as IpcMain,
      page: page as unknown as WebContents,
      log: createLogHub({ clock: createManualClock() }, { keep: 1, level: 'error' }).logger('shell'),
    },
    { onConnection: (transport) => opened.push(transport), onFrame: () => {} },
  );
  const send = (frame: ClientFrame | undefined): void => {
    const copy = structuredClone(frame);
    queueMicrotask(() => ipcMain.emit(TO_CORE, { sender: page, senderFrame: page.mainFrame }, 's', copy));
  };
  ipcMain.emit(TO_CORE, { sender: page, senderFrame: page.mainFrame }, 's', null);
  const [server] = opened;
  if (!server) throw new Error('no connection');
  const client = openIpcTransport({ send, onFrame: inbox.onFrame });
  // As the preload does when the page stops listening; and as the page does once its beats stay unanswered.
  void client.closed.then(() => send(undefined));
  void server.closed.then(() => client.close());
  return { client, server, stop };
}

describe('Electron IPC', () => {
  transportConformance('ipc', async () => {
    const { client, server, stop } = join();
    return {
      client,
      server,
      stallClient: null,
      async cleanUp() {
        client.close();
        stop();
      },
    };
  });
});
