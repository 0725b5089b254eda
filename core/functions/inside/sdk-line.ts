import type { SdkFault, SdkLine } from '../calls/sdk-calls.ts';
import type { FromInstance } from '../protocol.ts';

/** Beyond it a call is refused at once: the gateway takes no more of one function either. */
const MOST_WAITING = 1000;
/** `owner` of a call that no running invocation makes. */
const NO_EVENT = -1;

export interface SdkLineDeps {
  /** After what was published before. */
  send(message: FromInstance): void;
  /** Serial of the invocation that runs, if one does. */
  owner(): number | undefined;
}

/** Turns calls into messages, and answers into the promises that wait for them. */
export interface InsideSdkLine extends SdkLine {
  answer(id: number, value: unknown, fault: SdkFault | null): void;
  /** Calls without an answer yet. */
  readonly unanswered: number;
}

/** As an Error of the function's own, with `code` and `details`; the stack is that of the call. */
function errorOf(fault: SdkFault, error: Error): Error {
  error.message = fault.message;
  return Object.assign(error, { code: fault.code, details: fault.details });
}

export function createSdkLine(deps: SdkLineDeps): InsideSdkLine {
  const waiting = new Map<number, (value: unknown, fault: SdkFault | null) => void>();
  let next = 0;
  return {
    call(method, input) {
      const error = new Error();
      Error.captureStackTrace(error, this.call);
      return new Promise((resolve, reject) => {
        if (waiting.size >= MOST_WAITING) {
          const message = `${MOST_WAITING} calls to the gateway wait for their answers already`;
          reject(errorOf({ code: 'function/busy', message, details: {} }, error));
          return;
        }
        const id = next;
        next = (next + 1) % Number.MAX_SAFE_INTEGER;
        // The gateway answers a call with that call's output: both sides are of one version.
        waiting.set(id, (value, fault) => (fault ? reject(errorOf(fault, error)) : resolve(value as never)));
        try {
          deps.send({ t: 'call', id, owner: deps.owner() ?? NO_EVENT, method, input });
        } catch (cause) {
          waiting.delete(id);
          reject(cause instanceof Error ? cause : new Error(String(cause))); // it cannot be cloned: a function in the value
        }
      });
    },
    answer(id, value, fault) {
      const settle = waiting.get(id);
      waiting.delete(id);
      settle?.(value, fault);
    },
    get unanswered() {
      return waiting.size;
    },
  };
}
