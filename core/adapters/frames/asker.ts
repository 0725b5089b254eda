import { GatewayError } from '../../base/errors.ts';
import type { FramesDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import type { AdapterContext } from '../adapter.ts';
import { bytesOf } from './bytes.ts';

type Ask = NonNullable<FramesDeviceConfig['ask']>;

/** Sends one and the same question now and then. As there is only one, an answer that is late is still an answer. */
export interface Asker {
  /** A sound frame has come. */
  answered(): void;
  /** Asks out of turn; rejects with `adapter/timeout`, or `link/*`. */
  askNow(signal: AbortSignal): Promise<void>;
  stop(): void;
}

export function createAsker(id: string, ask: Ask, context: AdapterContext, port: ByteLink, beforeAsking: () => void): Asker {
  const { clock } = context;
  const question = bytesOf(ask.send);
  const life = new AbortController();
  let answer: PromiseWithResolvers<void> | undefined;

  async function askNow(signal: AbortSignal): Promise<void> {
    if (answer) return await answer.promise; // the question is on its way
    const mine = Promise.withResolvers<void>();
    answer = mine;
    const late = (): void => mine.reject(new GatewayError('adapter/timeout', `${id}: no answer within ${ask.timeoutMs} ms`));
    const cancel = clock.after(ask.timeoutMs, late);
    const onAbort = (): void => mine.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      beforeAsking();
      if (context.framesWanted()) context.frame({ direction: 'out', bytes: question, decoded: 'the question', faulty: false });
      port.write(question, signal).catch(mine.reject);
      await mine.promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', onAbort);
      answer = undefined;
    }
  }
  async function run(): Promise<void> {
    try {
      for (let due = clock.monotonic(); ; due = Math.max(due + ask.everyMs, clock.monotonic())) {
        await clock.sleep(Math.max(0, due - clock.monotonic()), life.signal);
        await askNow(life.signal).catch((cause: unknown) => {
          if (!life.signal.aborted && cause instanceof Error) context.fault(cause);
        });
      }
    } catch {
      // stopped: the link's own end tells why
    }
  }
  void run();
  return {
    answered: () => answer?.resolve(),
    askNow: (signal) => askNow(AbortSignal.any([signal, life.signal])),
    stop: () => life.abort(new GatewayError('link/closed', `${id}: the connection is closed`)),
  };
}
