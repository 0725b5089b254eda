import { describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import type { Spool } from '../../core/store/spool.ts';
import { expectBalanced, readStream } from '../conformance/spool.suite.ts';
import { openStore } from '../core/store/store-under-test.ts';
import { killedStore } from './killed-store.ts';
import { acknowledgedBy } from './store-process.ts';

/** Number of each stored message to its id, in the order of the spool. */
async function readAll(spool: Spool): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (let after = 0; ; ) {
    const page = await readStream(spool, 'rest', after, 2000);
    for (const entry of page) found.set(Number(Buffer.from(entry.message.payload)), entry.id);
    const last = page.at(-1);
    if (!last) return found;
    after = last.id;
  }
}

describe('a gateway that is killed', () => {
  const sut = killedStore();

  it('loses nothing that it acknowledged, and keeps the order, over 20 kills', async () => {
    const promised = new Map<number, number>();
    for (let round = 0; round < 20; round += 1) {
      const writer = sut.start({ begin: round * 1_000_000 });
      await writer.saw('ready');
      await systemClock.sleep(10 + ((round * 37) % 120));
      writer.child.kill('SIGKILL');
      await writer.ended;
      for (const [number, id] of acknowledgedBy(writer.lines)) promised.set(number, id);
    }
    expect(promised.size).toBeGreaterThan(1000);
    const { store } = await openStore(sut.path());
    const found = await readAll(store.spool);
    const lost = [...promised].filter(([number, id]) => found.get(number) !== id);
    const ids = [...found.values()];
    const stats = store.spool.stats();
    await store.stop();
    expect(lost).toEqual([]);
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0))).toBe(true);
    expect(stats).toMatchObject({ count: found.size, appended: found.size, acknowledged: 0 });
    expectBalanced(stats);
  });

  it('leaves no lock behind', async () => {
    const writer = sut.start();
    await writer.saw('ready');
    const second = sut.start();
    await second.ended;
    expect(second.lines).toEqual([
      `fault gateway/already-running Another gateway (process ${writer.child.pid}) already uses the data directory ${sut.path()}.`,
    ]);
    writer.child.kill('SIGKILL');
    await writer.ended;
    const { store } = await openStore(sut.path());
    expect(store.health().state).toBe('ok');
    await store.stop();
  });
});
