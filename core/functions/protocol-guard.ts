import type { FromInstance, FunctionFaultCode, LogLine } from './protocol.ts';

const FAULT_CODES: readonly FunctionFaultCode[] = [
  'function/failed',
  'function/load-failed',
  'function/publish-limit',
  'function/denied',
];
const LEVELS: readonly LogLine[0][] = ['debug', 'info', 'warn', 'error'];
/** Numbers and flags of an event in the outbox's table; see packing.ts. */
const EVENT_BYTES = 16;
const PUBLISH_BYTES = 16;
/** An instance says less at once: it limits its lines, its metrics and the frames of its stacks itself. */
const MOST_LINES = 10_000;
const MOST_METRICS = 1000;
const MOST_FRAMES = 100;
/** So many letters a text of a fault has at most: it is kept, shown, and written to disk. */
const MOST_TEXT = 65_536;

type Shape = Readonly<Record<string, unknown>>;
const isShape = (value: unknown): value is Shape => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isFaultText = (value: unknown): value is string => isText(value) && value.length <= MOST_TEXT;
const isIndex = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isAmount = (value: unknown): value is number => isNumber(value) && value >= 0;
/** `every` would pass over places that are empty, and look through a list without end. */
function isListOf(value: unknown, most: number, check: (one: unknown) => boolean): boolean {
  if (!Array.isArray(value) || value.length > most) return false;
  for (const one of value) if (!check(one)) return false;
  return true;
}
const isPairOf = (value: unknown, first: (one: unknown) => boolean, second: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);

const isThrown = (value: unknown): boolean =>
  isShape(value) &&
  FAULT_CODES.some((code) => code === value['code']) &&
  isFaultText(value['message']) &&
  isFaultText(value['stack']) &&
  isFaultText(value['errorType']) &&
  isFaultText(value['errorMessage']) &&
  isListOf(value['stackTrace'], MOST_FRAMES, isFaultText);

const isMetric = (value: unknown): boolean =>
  isShape(value) && isText(value['name']) && (value['kind'] === 'count' || value['kind'] === 'gauge') && isNumber(value['value']);

function isOut(value: Shape): boolean {
  const { count, publishes, bytes } = value;
  if (!isIndex(count) || !isShape(publishes) || !(bytes instanceof ArrayBuffer)) return false;
  if (!isIndex(publishes['count']) || !isListOf(publishes['topics'], publishes['count'], isText)) return false;
  return (
    isIndex(publishes['first']) &&
    typeof publishes['answer'] === 'boolean' &&
    bytes.byteLength >= count * EVENT_BYTES + publishes['count'] * PUBLISH_BYTES &&
    new Float64Array(bytes, 0, count * 2).every(isAmount) &&
    isListOf(value['failures'], count, (one) => isPairOf(one, isIndex, isThrown)) &&
    isListOf(value['results'], count, (one) => isPairOf(one, isIndex, (bytes) => bytes instanceof Uint8Array)) &&
    isListOf(value['metrics'], MOST_METRICS, isMetric) &&
    isListOf(value['logs'], MOST_LINES, (one) => isPairOf(one, (level) => LEVELS.some((known) => known === level), isText))
  );
}

/** The carrier's line is the instance's alone, but its owner runs code of others: look before believing. What a call asks is the desk's to judge. */
export function isFromInstance(value: unknown): value is FromInstance {
  if (!isShape(value)) return false;
  switch (value['t']) {
    case 'out':
      return isOut(value);
    case 'ready':
      return isNumber(value['loadMs']);
    case 'stopped':
      return true;
    case 'load-failed':
      return isThrown(value['thrown']);
    case 'uncaught':
      return isThrown(value['thrown']) && typeof value['running'] === 'boolean';
    case 'call':
      return isIndex(value['id']) && isNumber(value['owner']) && isText(value['method']) && 'input' in value;
    case 'memory':
      return isAmount(value['heapBytes']) && isAmount(value['externalBytes']);
    default:
      return false;
  }
}
