import { expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { openStore } from '../core/store/store-under-test.ts';
import { killedStore } from './killed-store.ts';

const sut = killedStore();

it('what is kept for functions was on disk before it was said to be, over 10 kills', async () => {
  const values = new Map<string, number>();
  const events = new Set<number>();
  let said = 0;
  for (let round = 0; round < 10; round += 1) {
    const writer = sut.start({ begin: round * 1_000_000, script: './function-store-writer.ts' });
    await writer.saw('ready');
    const enough = 10 + ((round * 37) % 60);
    while (writer.lines.length < enough) await systemClock.sleep(1);
    writer.child.kill('SIGKILL');
    await writer.ended;
    for (const line of writer.lines) {
      const [kind, first = '', second] = line.split(' ');
      if (kind === 'state') values.set(first, Number(second));
      if (kind === 'failed') events.add(Number(first));
      said += 1;
    }
  }
  expect(said).toBeGreaterThanOrEqual(300);
  const { store } = await openStore(sut.path());
  for (const [key, value] of values) {
    const found = await store.functionState.get('alarm', key);
    expect(Number(found?.json), key).toBeGreaterThanOrEqual(value);
  }
  const kept = await store.failedEvents.list('alarm', null, 10_000);
  const numbers = new Set(kept.map(({ attempts }) => attempts));
  expect([...events].filter((one) => !numbers.has(one))).toEqual([]);
  expect(store.failedEvents.counts().get('alarm')).toBe(kept.length);
  await store.stop();
});
