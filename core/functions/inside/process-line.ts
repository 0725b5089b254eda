import { systemClock } from '../../base/clock.ts';
import type { FromInstance, InstanceData, ToInstance } from '../protocol.ts';
import type { InsideLine } from './line.ts';

/** So long the last words may take. */
const LEAVE_MS = 500;

/** What Node puts into a process that was forked. `_send` takes message, handle, options and callback. */
interface Forked {
  readonly channel: { ref(): void; unref(): void; readonly fd: number };
  readonly _send: (message: FromInstance, handle: undefined, options: object, sent: (fault: Error | null) => void) => boolean;
}

/**
 * Takes the message channel from a forked process, so that the function's code finds neither `process.send` nor a channel that it could
 * close, and waits for the first message. When the gateway is gone, so is the process: Node calls `process.disconnect` then.
 */
export async function takeLine(target: NodeJS.Process): Promise<{ line: InsideLine; data: InstanceData }> {
  const { channel, _send }: Forked = target as NodeJS.Process & Forked; // true of any forked process, and of nothing else that runs this
  const early: ToInstance[] = [];
  let unsent = 0;
  let listener: ((message: ToInstance) => void) | undefined;
  let begin: ((data: InstanceData) => void) | undefined;
  const given = new Promise<InstanceData>((resolve) => {
    begin = resolve;
  });
  // The gateway speaks first with the data, and after it only `ToInstance`.
  target.on('message', (message: InstanceData & ToInstance) => {
    if (begin) {
      begin(message);
      begin = undefined;
    } else if (listener) listener(message);
    else early.push(message);
  });
  const owner = {
    channel,
    _handleQueue: null,
    get connected() {
      return target.connected;
    },
  };
  function send(message: FromInstance, sent?: () => void): void {
    unsent += 1;
    Reflect.apply(_send, owner, [
      message,
      undefined,
      { swallowErrors: true },
      () => {
        unsent -= 1;
        sent?.();
      },
    ]);
  }
  hide(target, channel);
  const line: InsideLine = {
    isolation: 'process',
    send: (message) => send(message),
    sendLast(message, done) {
      send(message, done);
      systemClock.after(LEAVE_MS, done); // nobody reads any more, or the line is closed
    },
    unsent: () => unsent > 0,
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    ref: () => channel.ref(),
    unref: () => channel.unref(),
  };
  return { line, data: await given };
}

/** Node itself goes on using `channel` and `disconnect`; the rest it does not look for again. */
function hide(target: NodeJS.Process, channel: Forked['channel']): void {
  const seal = (name: string, value: unknown): void =>
    void Object.defineProperty(target, name, { value, writable: false, configurable: false, enumerable: false });
  const harmless = { ref: { value: () => {} }, unref: { value: () => {} }, fd: { value: channel.fd } };
  for (const name of ['send', '_send', '_disconnect']) seal(name, undefined);
  seal('channel', Object.create(channel, harmless));
  seal('disconnect', () => {
    throw new Error('process.disconnect is not available in a function');
  });
}
