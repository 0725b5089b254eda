import type { ClientTransport } from '../../core/contract/client.ts';
import type { ClientFrame, ServerFrame } from '../../core/contract/wire.ts';

/** What the preload script puts into the page of the Electron window. */
export interface Bridge {
  send(frame: ClientFrame): void;
  onFrame(listener: (frame: ServerFrame) => void): () => void;
  /** True where the window is the whole screen of a panel without a keyboard. */
  readonly kiosk?: boolean;
}

declare global {
  interface Window {
    readonly gatehouse?: Bridge;
  }
}

/** Frames over the bridge to Electron's main process. It has no line of its own that could be lost: only `close` ends it. */
export function openIpcTransport(bridge: Bridge): ClientTransport {
  let end = (): void => {};
  let open = true;
  const stops = new Set<() => void>();
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    send(frame) {
      if (open) bridge.send(frame);
    },
    onFrame(listener) {
      const stop = bridge.onFrame(listener);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    buffered: 0,
    closed,
    close() {
      open = false;
      for (const stop of stops) stop();
      stops.clear();
      end();
    },
  };
}
