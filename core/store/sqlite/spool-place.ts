import type { GatewayError } from '../../base/errors.ts';
import type { Message } from '../../contract/message.ts';
import type { SteadyTime } from '../spool.ts';
import { idOf } from '../spool-ids.ts';
import { AT, type PackedMessages, packMessages, RECORD } from './packing.ts';
import type { Placing } from './spool-insert.ts';
import type { SpoolTools } from './spool-tools.ts';

/** Several appends as one pack. */
export interface PackedAppends {
  readonly messages: PackedMessages;
  /** For each append `APPEND` doubles: the stream's place in `streams`, how many messages, the subscription's expiry in ms or NaN. */
  readonly appends: Float64Array<ArrayBuffer>;
  readonly streams: readonly string[];
}

const APPEND = 3;

export interface SpoolCommitted {
  /** For each append its first id, or `-1 - n` where the n-th of `refused` says why nothing of it was kept. */
  readonly firstIds: Float64Array<ArrayBuffer>;
  readonly refused: readonly GatewayError[];
}

/** Makes one pack of what several callers want to append. */
export function packAppends(
  appends: readonly { readonly messages: readonly Message[]; readonly stream: string; readonly expiresInMs: number | null }[],
): PackedAppends {
  const numbers = new Float64Array(appends.length * APPEND);
  const streams: string[] = [];
  const places = new Map<string, number>();
  const messages: Message[] = [];
  let at = 0;
  for (const one of appends) {
    let place = places.get(one.stream);
    if (place === undefined) {
      place = streams.push(one.stream) - 1;
      places.set(one.stream, place);
    }
    numbers[at] = place;
    numbers[at + 1] = one.messages.length;
    numbers[at + 2] = one.expiresInMs ?? Number.NaN;
    at += APPEND;
    for (const message of one.messages) messages.push(message);
  }
  return { messages: packMessages(messages), appends: numbers, streams };
}

/** Payload bytes of the messages of a pack from one record to another. */
function bytesOf(records: Float64Array, from: number, to: number): number {
  let bytes = 0;
  for (let at = from * RECORD; at < to * RECORD; at += RECORD) bytes += records[at + AT.length] ?? 0;
  return bytes;
}

/** Decides for each append where it goes, and puts the rows of those that are not refused. Part of the caller's transaction. */
export function place(tools: SpoolTools, packed: PackedAppends, life: SteadyTime): SpoolCommitted {
  const { keeper, tables } = tools;
  const { appends, streams, messages } = packed;
  const count = appends.length / APPEND;
  const firstIds = new Float64Array(count);
  const records = new Float64Array(messages.buffer, 0, messages.count * RECORD);
  const refused: GatewayError[] = [];
  const placings: { -readonly [K in keyof Placing]: Placing[K] }[] = [];
  const keptMs = Math.max(1, life.steadyMs); // 0 says that an entry is older than steady time
  const { planned } = keeper.rules();
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    const stream = streams[appends[index * APPEND] ?? 0] ?? '';
    const entries = appends[index * APPEND + 1] ?? 0;
    const expiresInMs = appends[index * APPEND + 2] ?? Number.NaN;
    const bytes = bytesOf(records, from, from + entries);
    const fault = keeper.refusal(stream, entries, bytes);
    if (fault) firstIds[index] = -refused.push(fault);
    else {
      const book = tables.ensure(stream, planned);
      const firstId = idOf(book.number, book.next);
      firstIds[index] = firstId;
      tables.books.add(book, entries, bytes, records[from * RECORD + AT.wallMs] ?? 0, keptMs);
      const expiry = Number.isNaN(expiresInMs) ? Number.POSITIVE_INFINITY : expiresInMs;
      const last = placings.at(-1);
      const goesOn = last && last.to === from && last.expiresInMs === expiry && last.firstId + from - last.from === firstId;
      if (goesOn) last.to = from + entries;
      else placings.push({ from, to: from + entries, firstId, expiresInMs: expiry });
    }
    from += entries;
  }
  tools.inserter.insert(messages, placings, keptMs);
  return { firstIds, refused };
}
