import type { FunctionContext } from './context.ts';
import type { Callback, EmptyLoop, Handler } from './contract.ts';

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** What the function said through its callback or `context.done`. */
interface Told {
  readonly error: unknown;
  readonly result: unknown;
  /** Through `context.done`, `succeed` or `fail`, which do not wait for the event loop. */
  readonly atOnce: boolean;
}

const isError = ({ error }: Told): boolean => error !== undefined && error !== null;

/**
 * Calls a handler the ways of Lambda (see `Handler`). Returns what a plain handler returned, or a promise of the result where a
 * promise or a callback gives it; throws what the handler threw. `contextOf` is given what `context.done` is to call.
 */
export function invoke(
  handler: Handler,
  event: unknown,
  contextOf: (done: Callback) => FunctionContext,
  loop: EmptyLoop,
): unknown {
  if (handler.alone) return handler.alone(event);
  let told: Told | undefined;
  let heard: ((told: Told) => void) | undefined;
  const tell = (atOnce: boolean, error: unknown, result: unknown): void => {
    if (told) return;
    told = { error, result, atOnce };
    heard?.(told);
  };
  const context = contextOf((error, result) => tell(true, error, result));
  const returned = handler.call(event, context, (error, result) => tell(false, error, result));
  if (isThenable(returned)) return handler.takesCallback ? promised(returned, () => told) : returned;
  if (!told && !handler.takesCallback) return returned;
  return new Promise((resolve, reject) => {
    const forget = loop.onEmpty(() => resolve(told?.result ?? null));
    heard = (found) => {
      const waits = !isError(found) && !found.atOnce && context.callbackWaitsForEmptyEventLoop;
      if (waits) return;
      forget();
      if (isError(found)) reject(found.error);
      else resolve(found.result ?? null);
    };
    if (told) heard(told);
  });
}

/** An async handler that uses its callback all the same returns nothing: then the callback's word counts, when the promise is kept. */
async function promised(returned: PromiseLike<unknown>, told: () => Told | undefined): Promise<unknown> {
  const value = await returned;
  const found = told();
  if (value !== undefined || !found) return value;
  if (isError(found)) throw found.error;
  return found.result;
}
