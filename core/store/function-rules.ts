import { GatewayError } from '../base/errors.ts';
import type { StoredFailedEvent } from './failed-events.ts';
import type { TestEvent } from './test-events.ts';

/** Limits of what is kept for functions; the same in memory and on disk. Bytes are those of UTF-8. */
const STATE_BOUNDS = { keyBytes: 1024, valueBytes: 65_536, keys: 10_000, bytes: 16_777_216 } as const;
export const FAILED_BOUNDS = { events: 10_000, bytes: 67_108_864 } as const;
const TEST_EVENT_BOUNDS = { events: 200, payloadBytes: 262_144 } as const;

export type FailedBounds = { readonly [K in keyof typeof FAILED_BOUNDS]: number };

/** What a function keeps. */
export interface StateSize {
  readonly keys: number;
  readonly bytes: number;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** What a value counts for. */
export const stateBytes = (key: string, json: string): number => bytesOf(key) + bytesOf(json);

/** Why a value is not kept; null where it may be. `held`: what the function keeps beside the former value of this key. */
export function stateRefusal(owner: string, key: string, json: string, held: StateSize): GatewayError | null {
  const { keyBytes, valueBytes, keys, bytes } = STATE_BOUNDS;
  const refused = (text: string): GatewayError => new GatewayError('function/state-full', text, { details: { function: owner } });
  if (bytesOf(key) > keyBytes) return refused(`A key of ${owner} has ${bytesOf(key)} bytes; at most ${keyBytes} are kept.`);
  if (bytesOf(json) > valueBytes)
    return refused(`The value "${key.slice(0, 100)}" of ${owner} has ${bytesOf(json)} bytes; at most ${valueBytes} are kept.`);
  if (held.keys + 1 > keys) return refused(`${owner} keeps ${held.keys} values already; at most ${keys} are kept.`);
  if (held.bytes + stateBytes(key, json) > bytes)
    return refused(`${owner} keeps ${held.bytes} bytes already; at most ${bytes} are kept.`);
  return null;
}

/** What a failed event counts for. */
export const failedBytes = (event: Pick<StoredFailedEvent, 'message' | 'context' | 'stack'>): number =>
  event.message.payload.byteLength + bytesOf(event.context ?? '') + bytesOf(event.stack);

/** Why a test event is not kept; null where it may be. `others`: how many of other names the function has. */
export function testEventRefusal(event: TestEvent, others: number): GatewayError | null {
  const { events, payloadBytes } = TEST_EVENT_BOUNDS;
  const refused = (text: string): GatewayError =>
    new GatewayError('function/test-events-full', text, { details: { function: event.function } });
  if (event.payload.byteLength > payloadBytes)
    return refused(`The event "${event.name}" has ${event.payload.byteLength} bytes; at most ${payloadBytes} are kept.`);
  return others + 1 > events ? refused(`${event.function} has ${others} test events already; at most ${events} are kept.`) : null;
}
