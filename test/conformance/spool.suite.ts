import { expect, it } from 'vitest';
import type { Message } from '../../core/contract/message.ts';
import type { FaultView } from '../../core/contract/views.ts';
import type { DeadLetters } from '../../core/store/dead-letters.ts';
import type { Spool, SpoolAsk, SpoolEntry, SpoolPlan, SpoolStats, StreamPlan, StreamStats } from '../../core/store/spool.ts';

export interface SpoolUnderTest {
  readonly spool: Spool;
  readonly deadLetters: DeadLetters;
  /** Steady time moves on. */
  advance(ms: number): Promise<void>;
  /** The same spool after its process ended and began again. */
  reopen(): Promise<SpoolUnderTest>;
  close(): Promise<void>;
}

/** A message whose every field is told apart by `n`. */
export function spoolMessage(n: number, payload: string | Uint8Array = `{"n":${n}}`): Message {
  return {
    topic: `t/${n}`,
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    qos: n % 2 === 0 ? 0 : 1,
    retain: n % 3 === 0,
    source: { kind: 'device', id: `meter:${n}` },
    sequence: n,
    at: { wallMs: 1_767_225_600_000 + n, monoMs: n + 0.5, bootId: `boot-${n % 2}`, trust: 'synced' },
    hops: n % 4,
    ...(n % 5 === 0 ? { traceId: `trace-${n}` } : {}),
  };
}

const messages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => spoolMessage(from + index));

/** Messages of one source, so that custody numbers count up by one. */
export const series = (from: number, to: number, topic = 'flow', size = 10): Message[] =>
  messages(from, to).map((message) => ({
    ...message,
    topic,
    payload: new Uint8Array(size).fill(message.sequence % 256),
    source: { kind: 'device', id: 'pump' },
  }));

export const streamPlan = (name: string, more: Partial<StreamPlan> = {}): StreamPlan => ({
  name,
  priority: 'normal',
  maxMessages: null,
  maxBytes: null,
  maxAgeMs: null,
  whenFull: 'drop-oldest',
  keepEvery: 10,
  ...more,
});

/** Rules without a limit but those named; `rest` is always there. */
export function spoolPlan(streams: readonly StreamPlan[] = [], more: Partial<SpoolPlan> = {}): SpoolPlan {
  const rest = streams.some((one) => one.name === 'rest') ? [] : [streamPlan('rest')];
  return {
    streams: [...rest, ...streams],
    maxMessages: null,
    maxBytes: null,
    maxAgeMs: null,
    whenFull: 'drop-lowest',
    roomPercent: 0,
    roomBytes: 0,
    ...more,
  };
}

/** All entries of a stream, oldest first. */
export const readStream = (spool: Spool, stream = 'rest', after = 0, limit = 10_000): Promise<readonly SpoolEntry[]> =>
  spool.peek({ stream, from: 'oldest', after, limit, maxBytes: 100_000_000 });

/** The books hold, stream by stream and in sum. */
export function expectBalanced(stats: SpoolStats): void {
  const dropped = (one: Pick<StreamStats, 'dropped'>): number => Object.values(one.dropped).reduce((sum, n) => sum + n, 0);
  for (const one of [stats, ...stats.streams]) {
    expect(one.appended).toBe(one.acknowledged + dropped(one) + one.deadLettered + one.count);
  }
  const sum = (key: 'count' | 'bytes' | 'appended' | 'acknowledged' | 'deadLettered' | 'appendedBytes'): number =>
    stats.streams.reduce((total, one) => total + one[key], 0);
  for (const key of ['count', 'bytes', 'appended', 'acknowledged', 'deadLettered', 'appendedBytes'] as const) {
    expect(stats[key]).toBe(sum(key));
  }
  const { held, buried, retried, discarded, evicted } = stats.deadLetters;
  expect(buried).toBe(held + retried + discarded + evicted);
}

/** Runs a test on a spool, and closes it and what it was opened again as. */
export const usingOf =
  (build: () => Promise<SpoolUnderTest>) =>
  async (work: (sut: SpoolUnderTest) => Promise<SpoolUnderTest>): Promise<void> => {
    const first = await build();
    let last = first;
    try {
      last = await work(first);
    } finally {
      await last.close();
      await first.close();
    }
  };

export const sequences = async (spool: Spool, stream = 'rest'): Promise<number[]> =>
  (await readStream(spool, stream)).map((entry) => entry.message.sequence);

const FAULT: FaultView = { code: 'cloud/rejected', message: 'Too large.', remedy: 'Make it smaller.', at: 1_767_225_600_000 };

/** What every spool must do. `build` gives an empty one; the suite closes it. */
export function spoolConformance(name: string, build: () => Promise<SpoolUnderTest>): void {
  const using = usingOf(build);
  const topics = async (spool: Spool, after = 0, limit = 1000): Promise<string[]> =>
    (await readStream(spool, 'rest', after, limit)).map((entry) => entry.message.topic);

  it(`${name} gives messages back in order and whole`, () =>
    using(async (sut) => {
      const sent = messages(1, 200);
      const [first, second] = await Promise.all([
        sut.spool.append(sent.slice(0, 70), 'rest'),
        sut.spool.append(sent.slice(70), 'rest'),
      ]);
      const page = await readStream(sut.spool);
      expect(page.map((entry) => ({ ...entry.message, payload: Buffer.from(entry.message.payload) }))).toEqual(sent);
      expect(page[0]?.id).toBe(first);
      expect(page[70]?.id).toBe(second);
      expect(page.every((entry) => entry.stream === 'rest' && entry.custody === 1 && entry.expiresAt === null)).toBe(true);
      return sut;
    }));

  it(`${name} keeps an unacknowledged entry across a reopen`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 3), 'rest');
      await sut.spool.ack([first, first + 2]);
      const again = await sut.reopen();
      expect(await topics(again.spool)).toEqual(['t/2']);
      expect(again.spool.stats()).toMatchObject({
        count: 1,
        bytes: 7,
        oldestAt: 1_767_225_600_002,
        appended: 3,
        appendedBytes: 21,
        acknowledged: 2,
      });
      return again;
    }));

  it(`${name} never uses an id twice, even after a drain and a reopen`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 5), 'rest');
      await sut.spool.ack([first, first + 1, first + 2, first + 3, first + 4]);
      const again = await sut.reopen();
      expect(await again.spool.append(messages(6, 6), 'rest')).toBe(first + 5);
      return again;
    }));

  it(`${name} balances its books`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 100), 'rest');
      await Promise.all([
        sut.spool.ack([first, first + 1, first + 1]),
        sut.spool.append(messages(101, 150), 'alarms'),
        sut.spool.ack([first + 50]),
      ]);
      for (const { spool } of [sut, await sut.reopen()]) {
        const stats = spool.stats();
        expect(stats).toMatchObject({ appended: 150, acknowledged: 3, count: 147 });
        expectBalanced(stats);
        const all = await Promise.all([readStream(spool), readStream(spool, 'alarms')]).catch(() => null); // the first one may be closed by now
        if (all) expect(stats.bytes).toBe(all.flat().reduce((sum, entry) => sum + entry.message.payload.byteLength, 0));
      }
      return sut;
    }));

  it(`${name} ignores an acknowledgement of what is gone or never was`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 2), 'rest');
      await sut.spool.ack([first]);
      await sut.spool.ack([first, first + 77, 2 ** 45]);
      expect(sut.spool.stats()).toMatchObject({ acknowledged: 1, count: 1 });
      expect(await topics(sut.spool)).toEqual(['t/2']);
      return sut;
    }));

  it(`${name} pages by id, by count and by bytes, in both directions`, () =>
    using(async ({ spool, ...sut }) => {
      const first = await spool.append(
        [1, 2, 3, 4].map((n) => spoolMessage(n, new Uint8Array(1000))),
        'rest',
      );
      await spool.append(messages(5, 6), 'other');
      expect(await topics(spool, 0, 2)).toEqual(['t/1', 't/2']);
      expect(await topics(spool, first + 1, 2)).toEqual(['t/3', 't/4']);
      const page = (ask: Partial<SpoolAsk>): Promise<readonly SpoolEntry[]> =>
        spool.peek({ stream: 'rest', from: 'oldest', limit: 100, maxBytes: 1_000_000, ...ask });
      expect((await page({ maxBytes: 2500 })).length).toBe(2);
      expect((await page({ maxBytes: 10 })).length).toBe(1);
      expect(await page({ limit: 0 })).toEqual([]);
      expect(await page({ after: first + 3 })).toEqual([]);
      expect(await page({ stream: 'nobody knows it' })).toEqual([]);
      const ids = async (ask: Partial<SpoolAsk>): Promise<number[]> =>
        (await page({ from: 'newest', ...ask })).map((entry) => entry.id - first);
      expect(await ids({})).toEqual([3, 2, 1, 0]);
      expect(await ids({ before: first + 2 })).toEqual([1, 0]);
      expect(await ids({ before: first + 2, limit: 1 })).toEqual([1]);
      expect(await ids({ maxBytes: 2500 })).toEqual([3, 2]);
      expect(await ids({ before: first })).toEqual([]);
      return { spool, ...sut };
    }));

  it(`${name} keeps empty payloads, binary payloads and views on a shared buffer`, () =>
    using(async (sut) => {
      const shared = Uint8Array.from({ length: 256 }, (_, index) => index);
      const view = shared.subarray(100, 103);
      await sut.spool.append([spoolMessage(1, new Uint8Array(0)), spoolMessage(2, view), spoolMessage(3, shared)], 'rest');
      const page = await readStream(sut.spool);
      expect(page.map((entry) => [...entry.message.payload])).toEqual([[], [100, 101, 102], [...shared]]);
      return sut;
    }));

  it(`${name} tells its listeners after a commit which stream got something, and not after they left`, () =>
    using(async (sut) => {
      const told: string[] = [];
      const leave = sut.spool.onAppended((stream) => void told.push(stream));
      await sut.spool.append(messages(1, 3), 'rest');
      await sut.spool.append(messages(1, 3), 'alarms');
      expect(told).toEqual(['rest', 'alarms']);
      leave();
      await sut.spool.append(messages(4, 4), 'rest');
      expect(told).toEqual(['rest', 'alarms']);
      return sut;
    }));

  it(`${name} keeps streams apart, each with its own figures`, () =>
    using(async (sut) => {
      sut.spool.configure(spoolPlan([streamPlan('alarms'), streamPlan('unused')]));
      await Promise.all([sut.spool.append(series(1, 3), 'rest'), sut.spool.append(series(4, 5), 'alarms')]);
      const again = await sut.reopen();
      again.spool.configure(spoolPlan([streamPlan('alarms'), streamPlan('unused')]));
      expect(await sequences(again.spool)).toEqual([1, 2, 3]);
      expect(await sequences(again.spool, 'alarms')).toEqual([4, 5]);
      const figures = again.spool.stats().streams.map(({ name, count, bytes }) => [name, count, bytes]);
      expect(figures).toEqual([
        ['rest', 3, 30],
        ['alarms', 2, 20],
        ['unused', 0, 0],
      ]);
      return again;
    }));

  it(`${name} counts custody per source over streams and reopens`, () =>
    using(async (sut) => {
      await sut.spool.append(series(1, 2), 'rest');
      await sut.spool.append(series(3, 3), 'alarms');
      const again = await sut.reopen();
      await again.spool.append([...series(4, 5), spoolMessage(9)], 'rest');
      const custody = (await readStream(again.spool)).map((entry) => entry.custody);
      expect(custody).toEqual([1, 2, 4, 5, 1]);
      expect(await again.spool.sources()).toEqual([
        { source: 'device:pump', custody: 5, sequence: 5 },
        { source: 'device:meter:9', custody: 1, sequence: 9 },
      ]);
      return again;
    }));

  it(`${name} moves what was refused to the dead letters, and the rest goes on`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(series(1, 4), 'flow');
      await sut.spool.bury([first + 1, first + 2, first + 99], FAULT, 'cloud');
      await sut.spool.bury([first + 1], FAULT, 'cloud');
      expect(await sequences(sut.spool, 'flow')).toEqual([1, 4]);
      const again = await sut.reopen();
      const held = { held: 2, bytes: 20, buried: 2, retried: 0, discarded: 0, evicted: 0 };
      expect(again.spool.stats()).toMatchObject({ count: 2, deadLettered: 2, deadLetters: held });
      expectBalanced(again.spool.stats());
      const [newest, oldest] = await again.deadLetters.list(null, 10);
      expect(oldest).toMatchObject({ entry: first + 1, stream: 'flow', destination: 'cloud', custody: 2, fault: FAULT });
      expect(oldest?.message).toMatchObject({ topic: 'flow', sequence: 2, source: { kind: 'device', id: 'pump' } });
      expect((await again.deadLetters.list(newest?.id ?? 0, 10)).map((one) => one.entry)).toEqual([first + 1]);
      expect(await again.deadLetters.get(oldest?.id ?? 0)).toEqual(oldest);
      expect(await again.deadLetters.get(999)).toBeNull();
      expect(await again.spool.gaps('device:pump', 1, 4, 9)).toMatchObject([{ first: 2, last: 3, reason: 'dead-letter' }]);
      return again;
    }));

  it(`${name} puts dead letters back at the end of their stream, changed or not, or discards them`, () =>
    using(async ({ spool, deadLetters, ...sut }) => {
      let changes = 0;
      const leave = deadLetters.onChanged(() => {
        changes += 1;
      });
      const first = await spool.append(series(1, 5), 'flow');
      await spool.bury([first, first + 1, first + 2, first + 3], FAULT, 'cloud');
      const ids = (await deadLetters.list(null, 10)).map((one) => one.id).reverse();
      expect(await deadLetters.retry([ids[0] ?? 0], { topic: 'edited', payload: Buffer.from('new') })).toBe(1);
      expect(await deadLetters.discard([ids[1] ?? 0, 999])).toBe(1);
      expect(await deadLetters.retry(null)).toBe(2);
      expect(await deadLetters.retry(null)).toBe(0);
      const left = (await readStream(spool, 'flow')).map((entry) => [entry.message.topic, entry.message.sequence, entry.custody]);
      expect(left).toEqual([
        ['flow', 5, 5],
        ['edited', 1, 6],
        ['flow', 3, 7],
        ['flow', 4, 8],
      ]);
      expect(Buffer.from((await readStream(spool, 'flow'))[1]?.message.payload ?? []).toString()).toBe('new');
      const letters = { held: 0, bytes: 0, buried: 4, retried: 3, discarded: 1, evicted: 0 };
      expect(spool.stats()).toMatchObject({ appended: 8, deadLettered: 4, count: 4, deadLetters: letters });
      expectBalanced(spool.stats());
      expect(changes).toBe(4);
      leave();
      return { spool, deadLetters, ...sut };
    }));
}
