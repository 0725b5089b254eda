import type { FunctionContext } from './context.ts';

export type Callback = (error?: unknown, result?: unknown) => void;

/**
 * A loaded handler. Called `handler.call(module, event, context, callback)` (contract 1.4). How an invocation ends:
 * - a returned thenable settles it, with its value or rejection; with the callback's word where its value is `undefined`;
 * - the callback (or `context.done/succeed/fail`), once: later calls count for nothing; an error wins over a result; `undefined` is `null`;
 * - a plain return of a handler that declares no callback: with that value (`undefined` is `null`, and so is what JSON cannot say);
 * - a handler that declares a callback, when the event loop is empty: with `null`;
 * - a synchronous throw: as a failure.
 * Any other result that JSON cannot say fails the invocation (Handled). With binary encoding a Uint8Array or text result goes as it is.
 */
export interface Handler {
  /** It declares a callback or uses `context.done`, so its plain return is not the end of the invocation: see takes-callback.ts. */
  readonly takesCallback: boolean;
  call(event: unknown, context: FunctionContext, callback: Callback): unknown;
  /** There for a handler that cannot see more than its event: making a context costs as much as many a handler does. */
  alone?(event: unknown): unknown;
}

/** Tells that the event loop ran empty: nothing is left that could still call the callback. */
export interface EmptyLoop {
  /** Calls `fn` once when the loop is empty; returns its removal. */
  onEmpty(fn: () => void): () => void;
}

/**
 * `errorType` and `errorMessage` of a failed invocation. The function's own: `error.code` if it is a text (Greengrass), else
 * `error.name`; a thrown text is its message with the type `string`. From outside: `Sandbox.Timedout` with
 * `<requestId> Task timed out after <s.ss> seconds`, `Runtime.ExitError`, `Runtime.OutOfMemory`, `Runtime.UnhandledPromiseRejection`,
 * `Runtime.ImportModuleError`, `Runtime.HandlerNotFound`, `Runtime.UserCodeSyntaxError`.
 */
export interface ErrorWords {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: readonly string[];
}
