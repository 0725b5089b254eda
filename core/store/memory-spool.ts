import { systemClock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import { REST_STREAM } from '../contract/document/outbox.ts';
import type { Message } from '../contract/message.ts';
import type { GapView } from '../contract/outbox-views.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { DeadLetterStats, Spool, SpoolAsk, SpoolEntry } from './spool.ts';
import { type Book, type Books, createBooks, NO_DEAD_LETTERS, newBook, sumStats, toStreamStats } from './spool-books.ts';
import { joins, type LostRange, MAX_GAPS, rangesOf } from './spool-gaps.ts';
import type { Head, SpoolRows } from './spool-heads.ts';
import { idOf, REST_NUMBER, STREAM_NUMBERS, streamOf } from './spool-ids.ts';
import { createKeeper } from './spool-keeper.ts';

/** What a memory spool "has on disk": hand the same state to a new spool to open it again. */
export interface MemorySpoolState {
  readonly books: Books;
  /** By stream number, in the order of ids. */
  readonly entries: Map<number, Map<number, SpoolEntry>>;
  readonly sources: Map<string, { custody: number; sequence: number }>;
  readonly gaps: GapView[];
  readonly dead: Map<number, DeadLetter>;
  deadStats: DeadLetterStats;
  lastDead: number;
}

export interface MemorySpoolOptions {
  /** Steady time in ms, above 0. */
  readonly steady?: () => number;
  /** Wall time, for gaps. */
  readonly now?: () => number;
}

export interface MemorySpool extends Spool {
  onBuried(listener: () => void): () => void;
}

export const createMemorySpoolState = (): MemorySpoolState => ({
  books: createBooks([newBook(REST_NUMBER, REST_STREAM)]),
  entries: new Map(),
  sources: new Map(),
  gaps: [],
  dead: new Map(),
  deadStats: NO_DEAD_LETTERS,
  lastDead: 0,
});

const MAX_DEAD = 10_000;
const MAX_DEAD_BYTES = 67_108_864;
/** Far more than a test appends at once. */
const BUDGET = 1_000_000;

const textOf = (message: Message): string => `${message.source.kind}:${message.source.id}`;

const toHead = ({ id, custody, keptAt, message }: SpoolEntry): Head => ({
  id,
  custody,
  bytes: message.payload.byteLength,
  source: textOf(message),
  topic: message.topic,
  wallMs: message.at.wallMs,
  keptMs: keptAt,
});

function createRows(state: MemorySpoolState, now: () => number): SpoolRows {
  const entriesOf = (stream: number): SpoolEntry[] => [...(state.entries.get(stream)?.values() ?? [])];
  return {
    heads: (stream, from, limit) =>
      entriesOf(stream)
        .filter((entry) => entry.id >= from)
        .slice(0, limit)
        .map(toHead),
    due: (steadyMs, limit) =>
      [...state.entries.keys()]
        .flatMap(entriesOf)
        .filter((entry) => entry.expiresAt !== null && entry.expiresAt <= steadyMs)
        .slice(0, limit)
        .map(toHead),
    remove(heads) {
      for (const { id } of heads) state.entries.get(streamOf(id))?.delete(id);
    },
    lose(ranges, reason) {
      for (const range of ranges) addGap(state.gaps, range, reason, now());
    },
  };
}

function addGap(gaps: GapView[], range: LostRange, reason: string, at: number): void {
  const index = gaps.findLastIndex((gap) => gap.source === range.source && gap.reason === reason);
  const last = gaps[index];
  if (last && joins(last, range, reason)) {
    const first = Math.min(last.first, range.first);
    gaps[index] = { ...last, first, last: Math.max(last.last, range.last), count: last.count + range.count, at };
    return;
  }
  gaps.push({ ...range, reason, at });
  if (gaps.length > MAX_GAPS) gaps.shift();
}

function ensureBook(state: MemorySpoolState, stream: string): Book {
  const known = state.books.named(stream);
  if (known) return known;
  const number = [...state.books.all()].length;
  if (number >= STREAM_NUMBERS) throw new GatewayError('store/failed', 'There are more streams than can be told apart.');
  const book = newBook(number, stream);
  state.books.put(book);
  return book;
}

const leastOf = (...limits: readonly (number | null | undefined)[]): number => Math.min(...limits.map((one) => one ?? Infinity));

/** Puts messages at the end of a stream; nothing is checked. Returns the first id. */
function put(
  state: MemorySpoolState,
  messages: readonly Message[],
  stream: string,
  keptAt: number,
  expiresInMs: number | null,
): number {
  const book = ensureBook(state, stream);
  const rows = state.entries.get(book.number) ?? new Map<number, SpoolEntry>();
  state.entries.set(book.number, rows);
  const first = idOf(book.number, book.next);
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const source = state.sources.get(textOf(message)) ?? { custody: 0, sequence: 0 };
    source.custody += 1;
    source.sequence = Math.max(source.sequence, message.sequence);
    state.sources.set(textOf(message), source);
    const { expiryMs, ...kept } = message;
    const least = leastOf(expiresInMs, expiryMs);
    const expiresAt = least === Infinity ? null : keptAt + least;
    const own: Message = { ...kept, payload: message.payload.slice() };
    rows.set(first + index, { id: first + index, stream, custody: source.custody, message: own, keptAt, expiresAt });
    bytes += message.payload.byteLength;
  }
  const wallMs = messages[0]?.at.wallMs ?? 0;
  state.books.add(book, messages.length, bytes, wallMs, keptAt);
  return first;
}

function page(entries: readonly SpoolEntry[], ask: SpoolAsk): SpoolEntry[] {
  const found: SpoolEntry[] = [];
  let size = 0;
  for (const entry of ask.from === 'oldest' ? entries : entries.toReversed()) {
    if (ask.from === 'oldest' ? entry.id <= (ask.after ?? -1) : entry.id >= (ask.before ?? Infinity)) continue;
    size += entry.message.payload.byteLength;
    if (found.length >= ask.limit || (found.length > 0 && size > ask.maxBytes)) break;
    found.push(entry);
  }
  return found;
}

/** Removes what is there of these ids from rows and books. */
function takeOut(state: MemorySpoolState, ids: readonly number[], as: 'acknowledged' | 'dead'): SpoolEntry[] {
  const gone: SpoolEntry[] = [];
  for (const id of ids) {
    const rows = state.entries.get(streamOf(id));
    const book = state.books.numbered(streamOf(id));
    const entry = rows?.get(id);
    if (!rows || !book || !entry) continue;
    rows.delete(id);
    state.books.take(book, 1, entry.message.payload.byteLength, as);
    const [oldest] = rows.values();
    state.books.oldest(book, oldest ? { wallMs: oldest.message.at.wallMs, keptMs: oldest.keptAt } : null);
    gone.push(entry);
  }
  return gone;
}

function evict(state: MemorySpoolState): void {
  for (const [id, { message }] of state.dead) {
    const { held, bytes, evicted } = state.deadStats;
    if (held <= MAX_DEAD && bytes <= MAX_DEAD_BYTES) return;
    state.dead.delete(id);
    const left = { held: held - 1, bytes: bytes - message.payload.byteLength };
    state.deadStats = { ...state.deadStats, ...left, evicted: evicted + 1 };
  }
}

/** The spool's rules without a disk, for tests and for trying things out. Keeps nothing beyond the process. */
export function createMemorySpool(
  state: MemorySpoolState = createMemorySpoolState(),
  options: MemorySpoolOptions = {},
): MemorySpool {
  const steady = options.steady ?? (() => systemClock.monotonic());
  const now = options.now ?? (() => systemClock.now());
  const appended = createEmitter<string>();
  const buried = createEmitter<void>();
  const rows = createRows(state, now);
  const keeper = createKeeper(state.books, rows);
  let planned: readonly string[] = [];
  return {
    configure(plan) {
      keeper.configure(plan);
      planned = plan.streams.map((one) => one.name);
      keeper.enforce(state.books.all(), BUDGET);
    },
    async append(messages, stream, expiresInMs = null) {
      if (messages.length === 0) return 0;
      const bytes = messages.reduce((sum, message) => sum + message.payload.byteLength, 0);
      const fault = keeper.refusal(stream, messages.length, bytes);
      if (fault) throw fault;
      const first = put(state, messages, stream, steady(), expiresInMs);
      keeper.enforce(state.books.all(), BUDGET);
      appended.emit(stream);
      return first;
    },
    async peek(ask) {
      keeper.expire(steady(), BUDGET);
      const book = state.books.named(ask.stream);
      return book ? page([...(state.entries.get(book.number)?.values() ?? [])], ask) : [];
    },
    async ack(ids) {
      takeOut(state, ids, 'acknowledged');
    },
    async bury(ids, fault, destination) {
      const gone = takeOut(state, ids, 'dead');
      for (const { id, stream, custody, message } of gone) {
        state.lastDead += 1;
        state.dead.set(state.lastDead, { id: state.lastDead, entry: id, stream, destination, custody, message, fault });
        const { held, bytes, buried: before } = state.deadStats;
        const more = { held: held + 1, bytes: bytes + message.payload.byteLength, buried: before + 1 };
        state.deadStats = { ...state.deadStats, ...more };
      }
      rows.lose(rangesOf(gone.map(toHead), 'dead-letter'), 'dead-letter');
      evict(state);
      if (gone.length > 0) buried.emit();
    },
    stats() {
      const streams = [...state.books.all()].map(toStreamStats);
      const unused = planned.filter((name) => !state.books.named(name)).map((name) => toStreamStats(newBook(0, name)));
      return sumStats([...streams, ...unused], null, state.deadStats);
    },
    async gaps(source, first, last, limit) {
      const touching = state.gaps.filter((gap) => gap.source === source && gap.last >= first && gap.first <= last);
      return touching.sort((a, b) => a.first - b.first).slice(0, limit);
    },
    sources: async () => [...state.sources].map(([source, numbers]) => ({ source, ...numbers })),
    onAppended: (listener) => appended.on(listener),
    onBuried: (listener) => buried.on(listener),
  };
}
