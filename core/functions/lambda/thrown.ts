import type { FunctionFaultCode, ThrownText } from '../protocol.ts';
import { rejectionWords, thrownWords } from './error-words.ts';

const MAX_MESSAGE = 2000;
const MAX_STACK = 8000;
const FRAME = /^\s+at /;

/** Removes the function's folder and file URLs from a text, so that `alarm.mjs:3:5` is left. */
export function shortenPaths(text: string, directory: string): string {
  const folder = directory.replaceAll('\\', '/').replace(/\/$/, '');
  const url = folder.startsWith('/') ? `file://${encodeURI(folder)}/` : `file:///${encodeURI(folder)}/`;
  return text.replaceAll(url, '').replaceAll(`${folder}/`, '').replaceAll(`${directory}\\`, '');
}

function textOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) {
      const cause = thrown.cause instanceof Error ? ` (cause: ${thrown.cause.message})` : '';
      return `${thrown.name === 'Error' ? '' : `${thrown.name}: `}${thrown.message}${cause}`;
    }
    return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return 'something that cannot be shown as text';
  }
}

/** Only the frames of the function's own files: the gateway's and Node's help nobody who mends the function. */
function ownStack(thrown: unknown, directory: string): string {
  const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : '';
  const short = shortenPaths(stack, directory);
  const lines = short.split('\n').filter((line) => !FRAME.test(line) || isOwnFrame(line));
  return lines.join('\n').slice(0, MAX_STACK);
}

const isOwnFrame = (line: string): boolean =>
  !/\(?node:|file:\/\/|\(\/|at \/|\(?[A-Za-z]:\\/.test(line) && /:\d+:\d+\)?$/.test(line);

/** File and line of the first own frame, ` (alarm.mjs:3)`, or nothing. */
function place(stack: string): string {
  for (const line of stack.split('\n')) {
    const found = FRAME.test(line) ? /([^\s(]+:\d+):\d+\)?$/.exec(line) : null;
    if (found?.[1]) return ` (${found[1]})`;
  }
  return '';
}

/** Faults that the gateway itself raises inside a function keep their code when they are not caught. */
const OWN_CODES: readonly FunctionFaultCode[] = ['function/publish-limit', 'function/denied'];

function codeOf(thrown: unknown): FunctionFaultCode | undefined {
  return thrown instanceof Error && 'code' in thrown ? OWN_CODES.find((code) => code === thrown.code) : undefined;
}

/** Anything thrown by a function as plain text, with the place in its own files, and in Lambda's words. Never throws. */
export function describeThrown(thrown: unknown, directory: string, code: FunctionFaultCode = 'function/failed'): ThrownText {
  const words = thrownWords(thrown);
  try {
    const stack = ownStack(thrown, directory);
    const message = shortenPaths(textOf(thrown), directory).slice(0, MAX_MESSAGE);
    return { code: codeOf(thrown) ?? code, message: message + place(stack), stack, ...words };
  } catch {
    return { code, message: words.errorMessage, stack: '', ...words }; // an error whose own properties throw
  }
}

/** What ended the instance because nobody caught it; `origin` as Node's `uncaughtException` tells it. */
export function describeUncaught(thrown: unknown, directory: string, origin: string): ThrownText {
  const text = describeThrown(thrown, directory);
  return origin === 'unhandledRejection' ? { ...text, ...rejectionWords(thrown) } : text;
}
