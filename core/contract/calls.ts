import { ERRORS, GatewayError, type WireError } from '../base/errors.ts';
import type { Input, Method, Output } from './api.ts';
import type { ClientFrame } from './wire.ts';

/** Calls that may wait for an answer; more are refused with `api/busy`. */
const MAX_PENDING = 1000;

interface Pending {
  readonly frame: ClientFrame;
  readonly settle: (outcome: { output: unknown } | { error: unknown }) => void;
}

export interface CallTable {
  call<M extends Method>(method: M, input: Input<M>, signal?: AbortSignal): Promise<Output<M>>;
  resolve(id: number, output: unknown): void;
  /** False when no call has this id. */
  reject(id: number, error: WireError): boolean;
  /** Sends what was asked for before the first connection was there. */
  online(): void;
  disconnected(): void;
}

const disconnected = (): GatewayError => new GatewayError('api/disconnected', 'there is no connection to the gateway');

/** The error of the far side as if it had been thrown here. A code that this version does not know becomes `gateway/internal`. */
export function fromWire(error: WireError): GatewayError {
  const isKnown = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);
  const code = isKnown(error.code) ? error.code : 'gateway/internal';
  return new GatewayError(code, error.message, { remedy: error.remedy, details: error.details });
}

/** Call ids and what waits for each. Every call settles: by its answer, its signal, or the end of the connection. */
export function createCallTable(deps: {
  send(frame: ClientFrame): void;
  nextId(): number;
  status(): 'connecting' | 'online' | 'offline';
}): CallTable {
  const pending = new Map<number, Pending>();

  function ask(method: string, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancelled = (): GatewayError =>
        new GatewayError('api/cancelled', `the call of ${method} was cancelled`, { cause: signal?.reason });
      if (signal?.aborted) return reject(cancelled());
      if (deps.status() === 'offline') return reject(disconnected());
      if (pending.size >= MAX_PENDING) return reject(new GatewayError('api/busy', `${pending.size} calls wait for an answer`));
      const id = deps.nextId();
      const frame: ClientFrame = { t: 'call', id, method, input };
      const onAbort = (): void => {
        if (deps.status() === 'online') deps.send({ t: 'cancel', id });
        pending.get(id)?.settle({ error: cancelled() });
      };
      pending.set(id, {
        frame,
        settle(outcome) {
          pending.delete(id);
          signal?.removeEventListener('abort', onAbort);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.output);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      if (deps.status() === 'online') deps.send(frame);
    });
  }

  return {
    // The server's outputs are checked against the same schemas in its tests; a browser does not carry the schemas.
    call: <M extends Method>(method: M, input: Input<M>, signal?: AbortSignal) =>
      ask(method, input, signal) as Promise<Output<M>>,
    resolve: (id, output) => pending.get(id)?.settle({ output }),
    reject(id, error) {
      const call = pending.get(id);
      call?.settle({ error: fromWire(error) });
      return call !== undefined;
    },
    online() {
      for (const call of pending.values()) deps.send(call.frame);
    },
    disconnected() {
      for (const call of [...pending.values()]) call.settle({ error: disconnected() });
    },
  };
}
