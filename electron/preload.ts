import { contextBridge, ipcRenderer } from 'electron';
import { createInbox } from '../core/api/frames/inbox.ts';
import type { ClientFrame, ServerFrame } from '../core/contract/wire.ts';
import { KIOSK_ARGUMENT, TO_CONSOLE, TO_CORE } from './channels.ts';

type Listener = (frame: ServerFrame) => void;

/**
 * Puts `window.gatehouse` into the page: send(frame), onFrame(listener) and whether this is a kiosk.
 * The page gets data only: never ipcRenderer, never Electron's event object.
 * A connection begins with the first listener and ends with the last: a page that lost its line opens a new one by
 * listening anew, and frames of an earlier connection, or of the page before a reload, cannot reach it.
 */
function expose(): void {
  let session: string | null = null;
  let inbox = createInbox<ServerFrame>();
  let listeners = 0;
  function connected(): string {
    if (session === null) {
      session = crypto.randomUUID();
      inbox = createInbox<ServerFrame>();
      ipcRenderer.send(TO_CORE, session, null);
    }
    return session;
  }
  ipcRenderer.on(TO_CONSOLE, (_event, to: string, frame: ServerFrame) => {
    if (to === session) inbox.push(frame);
  });
  contextBridge.exposeInMainWorld('gatehouse', {
    send: (frame: ClientFrame): void => ipcRenderer.send(TO_CORE, connected(), frame),
    onFrame: (listener: Listener): (() => void) => {
      const own = connected();
      const off = inbox.onFrame(listener);
      let listens = true;
      listeners += 1;
      return () => {
        if (!listens) return;
        listens = false;
        listeners -= 1;
        off();
        if (listeners > 0 || session !== own) return;
        session = null;
        ipcRenderer.send(TO_CORE, own, undefined);
      };
    },
    kiosk: process.argv.includes(KIOSK_ARGUMENT),
  });
}

expose();
