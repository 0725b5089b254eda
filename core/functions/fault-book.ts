import type { Clock } from '../base/clock.ts';
import { ERRORS, type ErrorCode } from '../base/errors.ts';
import type { LogData, Logger } from '../base/log.ts';
import { markNow } from '../base/mark.ts';
import type { Message } from '../contract/message.ts';
import type { FunctionView } from '../contract/views.ts';

const EVENT_TEXT_BYTES = 1024;
const REPEAT_MS = 60_000;

export interface FunctionFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly stack: string;
}

/** Keeps a function's newest fault for the console, and logs each fault once: repeats are counted, and told once a minute. */
export interface FaultBook {
  note(fault: FunctionFault, event: Message | undefined): void;
  /** The same bound for what is no fault of an invocation. `key` tells what is the same. */
  report(event: string, key: string, data: LogData): void;
  readonly last: FunctionView['lastError'];
}

export function createFaultBook(deps: { clock: Clock; log: Logger; onChanged(): void }): FaultBook {
  let last: FunctionView['lastError'] = null;
  let at = markNow(deps.clock);
  const told = new Map<string, { at: number; repeated: number }>();
  function report(event: string, key: string, data: LogData): void {
    const now = deps.clock.monotonic();
    const known = told.get(key);
    if (known && now - known.at < REPEAT_MS) {
      known.repeated += 1;
      return;
    }
    if (told.size >= 100) told.clear(); // a message that is new each time must not grow this for ever
    told.set(key, { at: now, repeated: 0 });
    deps.log.warn(event, known && known.repeated > 0 ? { ...data, repeated: known.repeated } : data);
  }
  return {
    report,
    note(fault, event) {
      const { code, message, stack } = fault;
      const remedy = ERRORS[code].remedy;
      const eventText = event ? new TextDecoder().decode(event.payload.subarray(0, EVENT_TEXT_BYTES)) : null;
      at = markNow(deps.clock);
      last = { code, message, remedy, stack, at: at.wallMs(), eventTopic: event?.topic ?? null, eventText };
      report('function.failed', `${code} ${message}`, { message, code, remedy, topic: event?.topic });
      deps.onChanged();
    },
    get last() {
      return last && { ...last, at: at.wallMs() };
    },
  };
}
