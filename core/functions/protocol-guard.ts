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

type Shape = Readonly<Record<string, unknown>>;
const isShape = (value: unknown): value is Shape => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isIndex = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isListOf = (value: unknown, check: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(check);
const isPairOf = (value: unknown, first: (one: unknown) => boolean, second: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);

const isThrown = (value: unknown): boolean =>
  isShape(value) &&
  FAULT_CODES.some((code) => code === value['code']) &&
  isText(value['message']) &&
  isText(value['stack']) &&
  isText(value['errorType']) &&
  isText(value['errorMessage']) &&
  isListOf(value['stackTrace'], isText);

const isMetric = (value: unknown): boolean =>
  isShape(value) && isText(value['name']) && (value['kind'] === 'count' || value['kind'] === 'gauge') && isNumber(value['value']);

function isOut(value: Shape): boolean {
  const { count, publishes, bytes } = value;
  if (!isIndex(count) || !isShape(publishes) || !(bytes instanceof ArrayBuffer)) return false;
  const { topics } = publishes;
  if (!Array.isArray(topics) || !topics.every(isText)) return false;
  return (
    isIndex(publishes['first']) &&
    typeof publishes['answer'] === 'boolean' &&
    bytes.byteLength >= count * EVENT_BYTES + topics.length * PUBLISH_BYTES &&
    isListOf(value['failures'], (one) => isPairOf(one, isIndex, isThrown)) &&
    isListOf(value['results'], (one) => isPairOf(one, isIndex, (bytes) => bytes instanceof Uint8Array)) &&
    isListOf(value['metrics'], isMetric) &&
    isListOf(value['logs'], (one) => isPairOf(one, (level) => LEVELS.some((known) => known === level), isText))
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
      return isNumber(value['heapBytes']) && isNumber(value['externalBytes']);
    default:
      return false;
  }
}
