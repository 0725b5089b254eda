import type { FunctionContext } from './context.ts';
import type { Callback, EmptyLoop, Handler } from './contract.ts';

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/**
 * Calls a handler the three ways of Lambda: a returned thenable settles the invocation; a handler that declares the callback
 * ends with it (first call counts, an error wins over a result), or with `null` when nothing is left to wait for; any other
 * ends with what it returned. Returns the result, or a promise where it is still to come; throws what the handler threw.
 */
export function invoke(handler: Handler, event: unknown, context: FunctionContext, loop: EmptyLoop): unknown {
  let settle: ((error: unknown, result: unknown) => void) | undefined;
  let called: { readonly error: unknown; readonly result: unknown } | undefined;
  const callback: Callback = (error, result) => {
    if (called) return;
    called = { error, result };
    settle?.(error, result);
  };
  const returned = handler.call(event, context, callback);
  if (isThenable(returned)) return returned;
  if (called) {
    if (called.error !== undefined && called.error !== null) throw called.error;
    return called.result ?? null;
  }
  if (!handler.takesCallback) return returned;
  return new Promise((resolve, reject) => {
    const forget = loop.onEmpty(() => resolve(null));
    settle = (error, result) => {
      forget();
      if (error !== undefined && error !== null) reject(error);
      else resolve(result ?? null);
    };
  });
}
