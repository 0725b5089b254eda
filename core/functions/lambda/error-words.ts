import type { LambdaErrorBody } from '../invocation.ts';
import type { ErrorWords } from './contract.ts';

const MOST_FRAMES = 100;
const MOST_TEXT = 8000;
const UNSPEAKABLE = 'something that cannot be shown as text';

const failure = (errorType: string, errorMessage: string): ErrorWords => ({ errorType, errorMessage, stackTrace: [] });

function plainText(value: unknown): string {
  try {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
    return text.slice(0, MOST_TEXT);
  } catch {
    return UNSPEAKABLE;
  }
}

/**
 * What a function threw, rejected with or gave its callback, in Lambda's words. An error's type is its `code` where that is a text
 * (Greengrass), else its name (Lambda); of anything that is no error it is what `typeof` says. Never throws.
 */
export function thrownWords(thrown: unknown): ErrorWords {
  if (!(thrown instanceof Error)) return failure(thrown === null ? 'null' : typeof thrown, plainText(thrown));
  try {
    const code = 'code' in thrown ? thrown.code : undefined;
    const stack = typeof thrown.stack === 'string' ? thrown.stack.slice(0, MOST_TEXT) : '';
    return {
      errorType: typeof code === 'string' && code !== '' ? code : plainText(thrown.name),
      errorMessage: plainText(thrown.message),
      stackTrace: stack === '' ? [] : stack.split('\n').slice(0, MOST_FRAMES),
    };
  } catch {
    return failure('Error', UNSPEAKABLE); // its own properties throw
  }
}

/** A rejected promise that nobody looked at ended the instance. */
export function rejectionWords(reason: unknown): ErrorWords {
  const { errorType, errorMessage, stackTrace } = thrownWords(reason);
  const message = reason instanceof Error ? `${errorType}: ${errorMessage}` : errorMessage;
  return { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: message, stackTrace };
}

/** The deadline was reached. */
export const timeoutWords = (requestId: string, timeoutMs: number): ErrorWords =>
  failure('Sandbox.Timedout', `${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);

/** The instance ended by itself, or something ended it, while the event was handled; `exitCode` null: a signal from outside. */
export function exitWords(requestId: string, exitCode: number | null): ErrorWords {
  const how = exitCode === null ? 'signal: killed' : `exit status ${exitCode}`;
  const why = exitCode === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${why}`);
}

/** It held more memory than allowed. */
export const memoryWords = (requestId: string, memoryMb: number): ErrorWords =>
  failure('Runtime.OutOfMemory', `RequestId: ${requestId} Error: Runtime exited: more than ${memoryMb} MB of memory were used`);

/** It could not be loaded: Lambda's word for the kind of fault, by what Node says of it. */
export function loadWords(thrown: unknown): ErrorWords {
  const words = thrownWords(thrown);
  if (!(thrown instanceof Error)) return words;
  const message = `${plainText(thrown.name)}: ${words.errorMessage}`;
  if (words.errorType === 'ERR_MODULE_NOT_FOUND' || words.errorType === 'MODULE_NOT_FOUND')
    return { ...words, errorType: 'Runtime.ImportModuleError', errorMessage: message };
  if (/SyntaxError/.test(thrown.name)) return { ...words, errorType: 'Runtime.UserCodeSyntaxError', errorMessage: message };
  return words;
}

/** Body of a failed invocation as bytes: exactly the three names, as JSON. */
export function errorBody({ errorMessage, errorType, stackTrace }: ErrorWords): Uint8Array {
  const body: LambdaErrorBody = { errorMessage, errorType, stackTrace };
  return Buffer.from(JSON.stringify(body), 'utf8');
}
