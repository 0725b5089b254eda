import { GatewayError } from '../../base/errors.ts';
import type { FailedEventView } from '../../contract/function-views.ts';
import type { FunctionRunner } from '../../functions/runner.ts';
import type { StoredFailedEvent } from '../../store/failed-events.ts';
import type { Handlers } from '../sources.ts';
import { runnerOf } from './function-handlers.ts';
import { loggedIds, namedIds } from './input-checks.ts';
import { base64Of, shownPayload, sourceText } from './message-source.ts';
import type { GatewayRuntime } from './runtime.ts';

type Methods = Pick<
  Handlers,
  'function.failed.list' | 'function.failed.get' | 'function.failed.retry' | 'function.failed.discard'
>;

const PAGE = 200;

function view({ message, requestId: _id, context: _context, ...event }: StoredFailedEvent, whole: boolean): FailedEventView {
  const { payload } = message;
  return {
    ...event,
    topic: message.topic,
    source: sourceText(message.source),
    ...(whole ? { size: payload.byteLength, payload: base64Of(payload), truncated: false } : shownPayload(payload)),
  };
}

/** Numbers that are all gone are a list that is out of date; some of them gone is normal. */
function checkFound(name: string, ids: readonly number[] | null, count: number): void {
  if (ids === null || count > 0) return;
  if (ids.length === 0)
    throw new GatewayError('api/bad-input', 'No event was named.', { remedy: 'Name at least one number, or all.' });
  throw new GatewayError('deadletter/unknown', `There is no failed event ${namedIds(ids)} of "${name}" any more.`);
}

/** Events that a function has failed for good: look at them, try them again, throw them away. */
export function createFailedEventHandlers(runtime: GatewayRuntime): Methods {
  const { failedEvents } = runtime.store;
  const log = (name: string) => runtime.logs.logger(`function:${name}`);

  async function allIds(name: string): Promise<number[]> {
    const ids: number[] = [];
    let before: number | null = null;
    while (true) {
      const page: readonly StoredFailedEvent[] = await failedEvents.list(name, before, PAGE);
      ids.push(...page.map((one) => one.id));
      before = page.at(-1)?.id ?? null;
      if (page.length < PAGE) return ids;
    }
  }
  /** Gives them to the function again; what it does not take any more goes back to the list. Resolves with how many it took. */
  async function handBack(runner: FunctionRunner, taken: readonly StoredFailedEvent[]): Promise<number> {
    for (const [i, { requestId, context, message }] of taken.entries()) {
      try {
        runner.retry({ requestId, context, message });
      } catch (cause) {
        await failedEvents.add(taken.slice(i).map(({ id: _old, ...event }) => event));
        if (i === 0) throw cause;
        return i;
      }
    }
    return taken.length;
  }
  return {
    'function.failed.list': async ({ name, before, limit }) =>
      (await failedEvents.list(name, before, limit)).map((one) => view(one, false)),
    'function.failed.get': async ({ id }) => {
      const found = await failedEvents.get(id);
      if (!found) throw new GatewayError('deadletter/unknown', `There is no failed event ${id} any more.`);
      return view(found, true);
    },
    'function.failed.retry': async ({ name, ids }, _signal, caller) => {
      const runner = runnerOf(runtime, name);
      const { state, queue, queueSize } = runner.view();
      if (state === 'parked')
        throw new GatewayError('function/parked', `${name} is parked, so its events cannot be tried again.`, {
          remedy: 'Mend the cause and restart it first. The events stay where they are.',
        });
      // What finds no room in the queue would only come back: the oldest go first, the rest stays on disk.
      const wanted = (ids === null ? await allIds(name) : [...ids]).sort((a, b) => a - b);
      const room = Math.max(0, queueSize - queue);
      if (wanted.length > 0 && room === 0)
        throw new GatewayError('function/busy', `The queue of ${name} is full (${queueSize} events).`, {
          remedy: 'Try again when it has worked off some of them. The failed events stay where they are.',
        });
      const taken = wanted.length === 0 ? [] : await failedEvents.take(name, wanted.slice(0, room));
      checkFound(name, ids, taken.length);
      const count = await handBack(runner, taken);
      const message = `${count} failed event(s) of ${name} are tried again.`;
      log(name).info('function.failed-retried', { message, count, ids: loggedIds(ids), by: caller.kind });
      return { count };
    },
    'function.failed.discard': async ({ name, ids }, _signal, caller) => {
      const gone = ids?.length === 0 ? [] : await failedEvents.take(name, ids);
      checkFound(name, ids, gone.length);
      const message = `${gone.length} failed event(s) of ${name} were discarded.`;
      log(name).warn('function.failed-discarded', { message, count: gone.length, ids: loggedIds(ids), by: caller.kind });
      return { count: gone.length };
    },
  };
}
