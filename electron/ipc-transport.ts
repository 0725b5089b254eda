import type { IpcMain, IpcMainEvent, WebContents } from 'electron';
import { createInbox } from '../core/api/frames/inbox.ts';
import type { Logger } from '../core/base/log.ts';
import { ClientFrame, type ServerFrame, type Transport } from '../core/contract/wire.ts';
import { TO_CONSOLE, TO_CORE } from './channels.ts';
import { isOurs } from './origin.ts';

export type IpcDoor = Pick<IpcMain, 'on' | 'removeListener'>;
export type Page = Pick<WebContents, 'send' | 'isDestroyed' | 'mainFrame'>;

export interface IpcOptions {
  /** Called for every connection that the page opens: at each load, and after it lost its line. */
  onConnection(transport: Transport<ServerFrame, ClientFrame>): void;
  /** Called for every frame that came from the page: a sign of life. */
  onFrame(): void;
}

interface Connection {
  readonly session: string;
  readonly transport: Transport<ServerFrame, ClientFrame>;
  push(frame: ClientFrame): void;
}

function connect(page: Page, session: string): Connection {
  const inbox = createInbox<ClientFrame>();
  let open = true;
  let end = (): void => {};
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    session,
    push(frame) {
      if (open) inbox.push(frame);
    },
    transport: {
      send(frame) {
        if (open && !page.isDestroyed()) page.send(TO_CONSOLE, session, frame);
      },
      onFrame: inbox.onFrame,
      buffered: 0,
      closed,
      close() {
        open = false;
        end();
      },
    },
  };
}

/** True when the message is from the main frame of our window and that frame shows the console. */
function isTrusted(event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>, page: Page): boolean {
  if (event.sender !== page) return false;
  const frame = event.senderFrame; // null once the frame has navigated away
  return frame !== null && frame === page.mainFrame && isOurs(frame.url);
}

/**
 * The contract's Transport over Electron IPC, on one pair of channels. Every message is checked for its sender and
 * parsed; what is not a frame of our page is dropped and logged. A new session (a reload) closes the one before.
 * Returns a function that closes the connection and takes the listener off.
 */
export function listenOnIpc(deps: { ipcMain: IpcDoor; page: Page; log: Logger }, options: IpcOptions): () => void {
  let current: Connection | undefined;
  const refuse = (why: string): void => deps.log.warn('ipc.refused', { why });
  function open(session: string): void {
    current?.transport.close();
    current = connect(deps.page, session);
    options.onFrame();
    options.onConnection(current.transport);
  }
  function onMessage(event: IpcMainEvent, session: unknown, raw: unknown): void {
    if (!isTrusted(event, deps.page)) refuse('the sender is not the console');
    else if (typeof session !== 'string' || session.length > 64) refuse('no session');
    else if (raw === null) open(session);
    else if (current?.session !== session) refuse('the session has ended');
    else if (raw === undefined) current.transport.close();
    else {
      const frame = ClientFrame.safeParse(raw);
      if (!frame.success) {
        refuse('not a frame');
        return;
      }
      options.onFrame();
      current.push(frame.data);
    }
  }
  deps.ipcMain.on(TO_CORE, onMessage);
  return () => {
    deps.ipcMain.removeListener(TO_CORE, onMessage);
    current?.transport.close();
    current = undefined;
  };
}
