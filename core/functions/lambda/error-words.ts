import { fileURLToPath } from 'node:url';
import type { LambdaErrorBody } from '../invocation.ts';
import type { ErrorWords } from './contract.ts';

const MOST_FRAMES = 100;
const MOST_TEXT = 8000;
/** The gateway's own files: the folder above this one, or the one of the bundle. */
const OWN_FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../' : './', import.meta.url);
const OWN_FILES = [OWN_FOLDER.href, fileURLToPath(OWN_FOLDER)];
const FRAME = /^\s+at /;
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

/** A frame that is of no use to who mends the function: the gateway's, or inside Node. */
const isForeign = (line: string): boolean =>
  FRAME.test(line) && (line.includes('node:internal/') || OWN_FILES.some((files) => line.includes(files)));

const linesOf = (stack: string): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => !isForeign(line))
    .slice(0, MOST_FRAMES);

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
      errorType: plainText(typeof code === 'string' && code !== '' ? code : thrown.name),
      errorMessage: plainText(thrown.message),
      stackTrace: stack === '' ? [] : linesOf(stack),
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

/** The gateway or the machine ended the instance; Lambda has no word for why. */
export const brokenWords = (requestId: string, why: string): ErrorWords =>
  failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${why}`);

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
