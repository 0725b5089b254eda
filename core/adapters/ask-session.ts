import { GatewayError } from '../base/errors.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { AdapterContext, AdapterSession } from './adapter.ts';
import { type AskLine, createAskLine } from './ask-line.ts';

/** A device that is asked in rounds. */
export interface AskedDevice {
  /** Before the first round; a throw ends the session, so that it is opened anew. */
  begin?(signal: AbortSignal): Promise<void>;
  /** Asks all that is due and emits it. A throw of `link/*` ends the session, any other is a fault of this round only. */
  round(signal: AbortSignal): Promise<void>;
  /** From the begin of one round to the begin of the next one. */
  readonly everyMs: number;
  /** What a person may ask of it, besides reading. */
  readonly act?: AdapterSession['act'];
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new GatewayError('gateway/internal', String(cause)));
const endsSession = (error: Error): boolean => error instanceof GatewayError && error.code.startsWith('link/');

/**
 * A session with a device that answers questions: opens the link, begins, then one round after the other. `readNow` is a round out of turn;
 * two rounds never run at once. `create` gets the line; what it hears without having asked goes to the line's `onStray`.
 */
export async function openAsking(
  device: { readonly id: string; readonly link: LinkConfig },
  context: AdapterContext,
  signal: AbortSignal,
  create: (line: AskLine) => AskedDevice,
): Promise<AdapterSession> {
  const { clock } = context;
  const port = await context.links.open(device.link, signal, device.id);
  const life = new AbortController();
  const line = createAskLine(device.id, port, context);
  const asked = create(line);
  const begun = Promise.withResolvers<void>();
  begun.promise.catch(() => {});
  let fault: Error | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function round(roundSignal: AbortSignal): Promise<void> {
    const mine = last.then(() => {
      roundSignal.throwIfAborted();
      return asked.round(roundSignal);
    });
    last = mine.catch(() => {});
    return mine;
  }
  async function oneRound(): Promise<void> {
    try {
      await round(life.signal);
    } catch (cause) {
      const error = asError(cause);
      if (life.signal.aborted || endsSession(error)) throw error;
      context.fault(error);
    }
  }
  async function run(): Promise<void> {
    try {
      await asked.begin?.(life.signal);
      begun.resolve();
      for (let due = clock.monotonic(); ; due = Math.max(due + asked.everyMs, clock.monotonic())) {
        await clock.sleep(Math.max(0, due - clock.monotonic()), life.signal);
        await oneRound();
      }
    } catch (cause) {
      begun.reject(cause);
      if (!life.signal.aborted) fault = asError(cause);
      await port.close();
    }
  }

  const running = run();
  const closed = port.closed.then(async (why) => {
    life.abort(why ?? new GatewayError('link/closed', `${device.id}: the connection is closed`));
    line.stop();
    await running;
    return fault ?? why;
  });
  const { act } = asked;
  return {
    closed,
    async close() {
      life.abort(new GatewayError('link/closed', `${device.id}: the connection is closed`));
      await port.close();
      await closed;
    },
    async readNow(readSignal) {
      const both = AbortSignal.any([readSignal, life.signal]);
      await begun.promise;
      await round(both);
    },
    ...(act && {
      async act(action: string, argument: string | undefined, actSignal: AbortSignal) {
        await begun.promise;
        return await act(action, argument, AbortSignal.any([actSignal, life.signal]));
      },
    }),
  };
}
