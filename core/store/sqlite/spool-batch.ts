import { GatewayError } from '../../base/errors.ts';
import type { Message } from '../../contract/message.ts';
import type { SteadyTime } from '../spool.ts';
import { fromFault } from './faults-wire.ts';
import type { Committed } from './protocol.ts';
import type { SpoolChange } from './spool-db.ts';
import { packAppends } from './spool-place.ts';
import type { WorkerLink } from './worker-link.ts';

/** One call of `append` that waits for its commit. */
export interface Append {
  readonly messages: readonly Message[];
  readonly stream: string;
  readonly expiresInMs: number | null;
  readonly bytes: number;
  resolve(firstId: number): void;
  reject(error: GatewayError): void;
}

/** One call of `ack` that waits for its commit. */
export interface Ack {
  readonly ids: readonly number[];
  resolve(): void;
  reject(error: GatewayError): void;
}

export interface CommitReport {
  readonly change: SpoolChange | null;
  readonly appended: number;
  /** Streams that got something. */
  readonly streams: ReadonlySet<string>;
  readonly acknowledged: number;
  readonly tookMs: number;
}

const MAX_MESSAGES = 4096;
/** Below the reserve, so that a commit's share of the write-ahead log fits into it. */
const MAX_BYTES = 2_097_152;
const MAX_ACKS = 20_000;

/** Takes whole items from the front while the sums stay within both bounds; at least one. */
function takeUpTo<T>(items: T[], sizeOf: (item: T) => readonly [count: number, bytes: number], maxCount: number): T[] {
  let taken = 0;
  let count = 0;
  let bytes = 0;
  for (const item of items) {
    const [itemCount, itemBytes] = sizeOf(item);
    count += itemCount;
    bytes += itemBytes;
    if (taken > 0 && (count > maxCount || bytes > MAX_BYTES)) break;
    taken += 1;
  }
  return items.splice(0, taken);
}

export const takeAppends = (waiting: Append[]): Append[] =>
  takeUpTo(waiting, (one) => [one.messages.length, one.bytes], MAX_MESSAGES);
export const takeAcks = (waiting: Ack[]): Ack[] => takeUpTo(waiting, (one) => [one.ids.length, 0], MAX_ACKS);

/** Messages of the appends that were kept, and the streams they went to. */
function keptOf(appends: readonly Append[], done: Committed): { messages: number; streams: ReadonlySet<string> } {
  const streams = new Set<string>();
  let messages = 0;
  for (const [index, one] of appends.entries()) {
    if (done.appendFault || (done.firstIds[index] ?? -1) < 0) continue;
    messages += one.messages.length;
    streams.add(one.stream);
  }
  return { messages, streams };
}

function settle(appends: readonly Append[], acks: readonly Ack[], done: Committed): void {
  const ackFault = done.ackFault ? fromFault(done.ackFault) : null;
  for (const one of acks) {
    if (ackFault) one.reject(ackFault);
    else one.resolve();
  }
  const appendFault = done.appendFault ? fromFault(done.appendFault) : null;
  for (const [index, one] of appends.entries()) {
    const id = done.firstIds[index] ?? -1;
    const refused = id < 0 ? done.refused[-1 - id] : undefined;
    if (appendFault) one.reject(appendFault);
    else if (refused) one.reject(fromFault(refused));
    else one.resolve(id);
  }
}

/**
 * Sends one commit and settles all that waits for it. `before` is called first, so that whoever waited finds figures and bounds
 * up to date; with null when the thread could not answer, and everything is then rejected.
 */
export async function commitBatch(
  link: WorkerLink,
  appends: readonly Append[],
  acks: readonly Ack[],
  life: SteadyTime,
  before: (report: CommitReport | null) => void,
): Promise<void> {
  try {
    const append = appends.length > 0 ? packAppends(appends) : null;
    const ack = acks.length > 0 ? Float64Array.from(acks.flatMap((one) => one.ids)) : null;
    const transfer = [...(append ? [append.messages.buffer, append.appends.buffer] : []), ...(ack ? [ack.buffer] : [])];
    const done = await link.call('commit', { append, ack, life }, transfer);
    const { messages, streams } = keptOf(appends, done);
    const acknowledged = done.ackFault ? 0 : acks.reduce((total, one) => total + one.ids.length, 0);
    before({ change: done.change, appended: messages, streams, acknowledged, tookMs: done.tookMs });
    settle(appends, acks, done);
  } catch (cause) {
    const error = cause instanceof GatewayError ? cause : new GatewayError('store/failed', 'The spool failed.', { cause });
    before(null);
    for (const one of [...appends, ...acks]) one.reject(error);
  }
}
