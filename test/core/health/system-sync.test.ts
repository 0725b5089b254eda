import { expect, it } from 'vitest';
import { askSystem, createSystemSync } from '../../../core/health/system-sync.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

function build(answers: (boolean | null | Error)[]) {
  const clock = createManualClock();
  let asked = 0;
  let mark: number | null = null;
  const sync = createSystemSync(
    clock,
    () => {
      asked += 1;
      const answer = answers.shift() ?? null;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    (path) => (path.includes('timesync') ? mark : null),
  );
  return {
    clock,
    sync,
    asked: () => asked,
    touch(at: number | null) {
      mark = at;
    },
  };
}

it('asks the system once a minute at most, and seldom where it cannot tell', async () => {
  const { sync, clock, asked } = build([true, false, null, true]);
  expect(sync.synced()).toBeNull();
  for (let i = 0; i < 5; i += 1) await sync.refresh();
  expect([sync.synced(), asked()]).toEqual([true, 1]);
  await clock.advance(60_000);
  await sync.refresh();
  expect([sync.synced(), asked()]).toEqual([false, 2]);
  await clock.advance(60_000);
  await sync.refresh();
  await clock.advance(60_000);
  await sync.refresh();
  expect([sync.synced(), asked()]).toEqual([null, 3]);
  await clock.advance(540_000);
  await sync.refresh();
  expect([sync.synced(), asked()]).toEqual([true, 4]);
});

it('takes the mark of a time service where no program can tell, and the program’s word where it can', async () => {
  const { sync, touch, clock } = build([null, false]);
  touch(5);
  expect(sync.synced()).toBe(true);
  await sync.refresh();
  expect(sync.synced()).toBe(true);
  await clock.advance(600_000);
  await sync.refresh();
  expect(sync.synced()).toBe(false);
});

it('forgets what it saw of the old time, but not the mark that came with the new one', async () => {
  const { sync, touch } = build([true]);
  await sync.refresh();
  touch(5);
  expect(sync.synced()).toBe(true);
  sync.forget();
  expect(sync.synced()).toBeNull();
  touch(6);
  expect(sync.synced()).toBe(true);
  touch(7); // set again within one look: the mark was made after it
  sync.forget();
  expect(sync.synced()).toBe(true);
});

it('does not believe an answer about a time that is not the time any more', async () => {
  const { sync } = build([true]);
  const asking = sync.refresh();
  sync.forget();
  await asking;
  expect(sync.synced()).toBeNull();
});

it('outlives a program that fails', async () => {
  const { sync } = build([new Error('no such program')]);
  await expect(sync.refresh()).resolves.toBeUndefined();
  expect(sync.synced()).toBeNull();
});

it('can ask this very system', async () => {
  expect([true, false, null]).toContain(await askSystem());
});
