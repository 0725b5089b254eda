import { type Kit, lastOf, type Scene, sleep, spread, untilOffline, untilValue } from '../bench-kit.ts';

const WARM_UP = 5;
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const rounded = (number: number): number => Math.round(number * 10) / 10;

async function one(kit: Kit, quick: boolean): Promise<number> {
  const before = [lastOf(kit, 'meter'), lastOf(kit, 'logger')] as const;
  await Promise.all([kit.unplug('a'), kit.unplug('b')]);
  if (quick) await sleep(Math.random() * 300);
  else await Promise.all([untilOffline(kit, 'meter'), untilOffline(kit, 'logger')]);
  const plugged = performance.now();
  await Promise.all([kit.plug('a'), kit.plug('b')]);
  await Promise.all([untilValue(kit, 'meter', before[0], 60_000), untilValue(kit, 'logger', before[1], 60_000)]);
  return performance.now() - plugged;
}

/** Two adapters out and in, again and again; every third time so quickly that nobody may have seen it. */
export const cycles: Scene = async (kit) => {
  const times: number[] = [];
  const samples: Awaited<ReturnType<Kit['gateway']['figures']>>[] = [];
  for (let n = 0; n < kit.cycles + WARM_UP; n += 1) {
    const ms = await one(kit, n % 3 === 2);
    if (n < WARM_UP) continue;
    times.push(ms);
    samples.push(await kit.gateway.figures());
  }
  const third = Math.ceil(samples.length / 3);
  const [early, late] = [samples.slice(0, third), samples.slice(-third)];
  const compare = (name: 'fds' | 'children' | 'heapMb' | 'rssMb', how: (numbers: readonly number[]) => number) =>
    [how(early.map((sample) => sample[name])), how(late.map((sample) => sample[name]))] as const;
  kit.check(`${kit.cycles} times out and in, two ports at once`, true, `from the plug to both values ${spread(times)}`);
  const [fdsThen, fdsNow] = compare('fds', (numbers) => Math.max(...numbers));
  kit.check('open files do not grow', fdsNow <= fdsThen + 1, `${fdsThen}, then ${fdsNow}`);
  const children = compare('children', (numbers) => Math.max(...numbers));
  kit.check('child processes do not grow', children[1] <= children[0], children.join(', then '));
  const heap = compare('heapMb', (numbers) => Math.min(...numbers));
  kit.check('heap does not grow', heap[1] < heap[0] + 4, `least of the first third ${heap[0]} MB, of the last ${heap[1]} MB`);
  const rss = compare('rssMb', (numbers) => rounded(mean(numbers)));
  kit.check('memory does not grow', rss[1] < rss[0] + 15, `mean of the first third ${rss[0]} MB, of the last ${rss[1]} MB`);
};
