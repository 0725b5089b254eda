import { createInbox } from '../../core/api/frames/inbox.ts';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';

export interface MemoryEnd<Out, In> extends Transport<Out, In> {
  /** The other side stops reading: what is sent from here waits in `buffered` until `resume`. */
  stall(): void;
  resume(): void;
}

export interface MemoryPair {
  readonly client: MemoryEnd<ClientFrame, ServerFrame>;
  readonly server: MemoryEnd<ServerFrame, ClientFrame>;
}

/** Two ends in one process. Frames go as JSON text, in order, in a later turn, as over a real line. */
export function createMemoryPair(): MemoryPair {
  let open = true;
  let end: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  function close(): void {
    if (!open) return;
    open = false;
    queueMicrotask(end); // what was sent before is delivered first
  }
  function way<Out>(deliver: (frame: Out) => void) {
    const waiting: string[] = [];
    let stalled = false;
    function flush(): void {
      while (!stalled) {
        const text = waiting.shift();
        if (text === undefined) return;
        deliver(JSON.parse(text));
      }
    }
    return {
      send(frame: Out) {
        if (!open) return;
        waiting.push(JSON.stringify(frame));
        queueMicrotask(flush);
      },
      get buffered() {
        return waiting.reduce((sum, text) => sum + text.length, 0);
      },
      stall() {
        stalled = true;
      },
      resume() {
        stalled = false;
        flush();
      },
    };
  }
  const toServer = createInbox<ClientFrame>();
  const toClient = createInbox<ServerFrame>();
  const up = way<ClientFrame>(toServer.push);
  const down = way<ServerFrame>(toClient.push);
  function endOf<Out, In>(
    out: ReturnType<typeof way<Out>>,
    inbox: { onFrame: Transport<Out, In>['onFrame'] },
  ): MemoryEnd<Out, In> {
    return {
      send: out.send,
      onFrame: inbox.onFrame,
      get buffered() {
        return out.buffered;
      },
      stall: out.stall,
      resume: out.resume,
      closed,
      close,
    };
  }
  return { client: endOf(up, toClient), server: endOf(down, toServer) };
}
