import { expect, it } from 'vitest';
import type { Message } from '../../core/contract/message.ts';
import type { Spool } from '../../core/store/spool.ts';

export interface SpoolUnderTest {
  readonly spool: Spool;
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

/** What every spool must do. `build` gives an empty one; the suite closes it. */
export function spoolConformance(name: string, build: () => Promise<SpoolUnderTest>): void {
  async function using(work: (sut: SpoolUnderTest) => Promise<SpoolUnderTest>): Promise<void> {
    const first = await build();
    let last = first;
    try {
      last = await work(first);
    } finally {
      await last.close();
      await first.close();
    }
  }
  const topics = async (spool: Spool, after = 0, limit = 1000): Promise<string[]> =>
    (await spool.peek(after, limit, 1_000_000)).map((entry) => entry.message.topic);

  it(`${name} gives messages back in order and whole`, () =>
    using(async (sut) => {
      const sent = messages(1, 200);
      const [first, second] = await Promise.all([sut.spool.append(sent.slice(0, 70)), sut.spool.append(sent.slice(70))]);
      const page = await sut.spool.peek(0, 1000, 1_000_000);
      expect(page.map((entry) => ({ ...entry.message, payload: Buffer.from(entry.message.payload) }))).toEqual(sent);
      expect(page[0]?.id).toBe(first);
      expect(page[70]?.id).toBe(second);
      return sut;
    }));

  it(`${name} keeps an unacknowledged entry across a reopen`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 3));
      await sut.spool.ack([first, first + 2]);
      const again = await sut.reopen();
      expect(await topics(again.spool)).toEqual(['t/2']);
      expect(again.spool.stats()).toMatchObject({
        count: 1,
        bytes: 7,
        oldestAt: 1_767_225_600_002,
        appended: 3,
        acknowledged: 2,
      });
      return again;
    }));

  it(`${name} never uses an id twice, even after a drain and a reopen`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 5));
      await sut.spool.ack([first, first + 1, first + 2, first + 3, first + 4]);
      const again = await sut.reopen();
      expect(await again.spool.append(messages(6, 6))).toBeGreaterThan(first + 4);
      return again;
    }));

  it(`${name} balances its books`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 100));
      await Promise.all([
        sut.spool.ack([first, first + 1, first + 1]),
        sut.spool.append(messages(101, 150)),
        sut.spool.ack([first + 50]),
      ]);
      for (const spool of [sut.spool, (await sut.reopen()).spool]) {
        const stats = spool.stats();
        expect(stats).toMatchObject({ appended: 150, acknowledged: 3, count: 147 });
        expect(stats.appended).toBe(stats.acknowledged + stats.dropped + stats.count);
        const all = await spool.peek(0, 1000, 1_000_000).catch(() => null); // the first one may be closed by now
        if (all) expect(stats.bytes).toBe(all.reduce((sum, entry) => sum + entry.message.payload.byteLength, 0));
      }
      return sut;
    }));

  it(`${name} ignores an acknowledgement of what is gone or never was`, () =>
    using(async (sut) => {
      const first = await sut.spool.append(messages(1, 2));
      await sut.spool.ack([first]);
      await sut.spool.ack([first, first + 77]);
      expect(sut.spool.stats()).toMatchObject({ acknowledged: 1, count: 1 });
      expect(await topics(sut.spool)).toEqual(['t/2']);
      return sut;
    }));

  it(`${name} pages by id, by count and by bytes`, () =>
    using(async (sut) => {
      const first = await sut.spool.append([1, 2, 3, 4].map((n) => spoolMessage(n, new Uint8Array(1000))));
      expect(await topics(sut.spool, 0, 2)).toEqual(['t/1', 't/2']);
      expect(await topics(sut.spool, first + 1, 2)).toEqual(['t/3', 't/4']);
      expect((await sut.spool.peek(0, 100, 2500)).length).toBe(2);
      expect((await sut.spool.peek(0, 100, 10)).length).toBe(1);
      expect(await sut.spool.peek(0, 0, 10)).toEqual([]);
      expect(await topics(sut.spool, first + 3)).toEqual([]);
      return sut;
    }));

  it(`${name} keeps empty payloads, binary payloads and views on a shared buffer`, () =>
    using(async (sut) => {
      const shared = Uint8Array.from({ length: 256 }, (_, index) => index);
      const view = shared.subarray(100, 103);
      await sut.spool.append([spoolMessage(1, new Uint8Array(0)), spoolMessage(2, view), spoolMessage(3, shared)]);
      const page = await sut.spool.peek(0, 10, 1_000_000);
      expect(page.map((entry) => [...entry.message.payload])).toEqual([[], [100, 101, 102], [...shared]]);
      return sut;
    }));

  it(`${name} tells its listeners after a commit, and not after they left`, () =>
    using(async (sut) => {
      let told = 0;
      const leave = sut.spool.onAppended(() => {
        told += 1;
      });
      await sut.spool.append(messages(1, 3));
      expect(told).toBe(1);
      leave();
      await sut.spool.append(messages(4, 4));
      expect(told).toBe(1);
      return sut;
    }));
}
