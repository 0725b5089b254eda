import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createMetrics } from '../../core/base/metrics.ts';
import type { Service } from '../../core/base/service.ts';
import { createSite } from '../../core/deploy/site.ts';
import { createProcessCarrier } from '../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../core/functions/carrier/thread-carrier.ts';
import { createFunctionRunner } from '../../core/functions/function-runner.ts';
import type { FunctionRunner } from '../../core/functions/runner.ts';
import { createRouter } from '../../core/router/router.ts';
import type { Sink } from '../../core/router/sink.ts';
import type { Tracer } from '../../core/router/tracer.ts';
import { createMemoryFailedEvents } from '../../core/store/memory-failed-events.ts';
import { documentOf } from '../core/deploy/document-of.ts';
import { allowAll, noDesk, until } from '../fakes/functions/rig.ts';

const tracer: Tracer = { begin: () => undefined, hop() {}, askNext() {}, traces: () => [], onChanged: () => () => {} };
/** Every event takes a moment of its own now and then, so that a replacement finds some at work and some in line. */
const SOURCE = `
export const handler = async (event, context) => {
  if (event.n % 7 === 0) await new Promise((done) => setTimeout(done, 1));
  return { topic: 'out/' + event.key, payload: { n: event.n, version: context.functionVersion } };
};`;

it.each([
  ['strictly in order', 50, { concurrency: 1 }],
  ['side by side, in order per key', 50, { concurrency: 2, keepWarm: 2, orderBy: 'topic' }],
  ['in processes, strictly in order', 12, { concurrency: 1, isolation: 'process' }],
  ['in processes, side by side', 12, { concurrency: 2, keepWarm: 2, orderBy: 'topic', isolation: 'process' }],
])('hot replacements under load lose nothing and run nothing twice: %s, %d of them', async (_what, swaps, config) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-swap-'));
  const path = join(folder, 'index.mjs');
  await writeFile(path, SOURCE);
  const clock = systemClock;
  const logs = createLogHub({ clock }, { keep: 10, level: 'error' });
  const metrics = createMetrics();
  const router = createRouter({ clock, log: logs.logger('router'), metrics, tracer, bootId: 'test', trust: () => 'synced' });
  const carriers = {
    thread: startThread,
    process: createProcessCarrier({ clock, nodePath: process.execPath, newId: randomUUID }),
  };
  const runners: FunctionRunner[] = [];
  const seen = new Map<string, { n: number; version: number }[]>();
  const out: Sink = {
    durable: false,
    deliver(batch) {
      for (const { topic, payload } of batch) {
        const { n, version } = JSON.parse(Buffer.from(payload).toString());
        seen.set(topic, [...(seen.get(topic) ?? []), { n, version: Number(version) }]);
      }
      return undefined;
    },
  };
  router.attach('history', out);
  const site = createSite<Service, FunctionRunner, Sink>({
    log: logs.logger('site'),
    makeDevice() {
      throw new Error('there are no devices here');
    },
    makeFunction(one, entry) {
      const runner = createFunctionRunner(
        {
          clock,
          log: logs.logger('functions'),
          metrics,
          tracer,
          publish: (draft) => router.publish(draft),
          carriers,
          gatekeeper: allowAll,
          desk: noDesk,
          failed: createMemoryFailedEvents(),
          environment: () => ({}),
          thing: { name: 'test', region: 'local' },
        },
        one,
        entry,
      );
      runners.push(runner);
      return runner;
    },
    deviceSink: () => out,
    attach: (target, sink) => router.attach(target, sink),
    route: (subscriptions, hops) => router.apply(subscriptions, hops),
    settle() {},
  });
  const document = documentOf({
    functions: [{ name: 'f', code: { inline: SOURCE }, queue: { size: 100_000 }, ...config }],
    subscriptions: [
      { id: 'in', source: 'local', subject: 'in/#', target: 'function:f', queue: { size: 100_000 } },
      { id: 'out', source: 'function:f', subject: 'out/#', target: 'history', queue: { size: 100_000 } },
    ],
  });
  const deploy = (version: number): Promise<void> =>
    site.switchTo(
      document,
      new Map([['f', { path, directory: folder, version, hash: '', bytes: 0, exportPath: ['handler'] }]]),
      () => String(version),
      new AbortController().signal,
    );
  await deploy(1);
  let sent = 0;
  const feed = setInterval(() => {
    for (let left = 0; left < 8; left += 1) {
      const key = sent % 3;
      const payload = Buffer.from(JSON.stringify({ n: sent, key }));
      router.publish({ topic: `in/${key}`, payload, qos: 0, retain: false, source: { kind: 'client', id: 'load' } });
      sent += 1;
    }
  }, 2);
  for (let version = 2; version <= swaps + 1; version += 1) await deploy(version);
  clearInterval(feed);
  const count = (): number => [...seen.values()].reduce((sum, list) => sum + list.length, 0);
  await until('all answers', () => count() >= sent);
  await clock.sleep(50);
  expect(sent).toBeGreaterThan(swaps * 20);
  expect(count()).toBe(sent);
  for (let key = 0; key < 3; key += 1) {
    const list = seen.get(`out/${key}`) ?? [];
    const expected = Array.from({ length: sent }, (_, n) => n).filter((n) => n % 3 === key);
    expect(list.map(({ n }) => n)).toEqual(expected);
    expect(list.map(({ version }) => version)).toEqual(list.map(({ version }) => version).toSorted((a, b) => a - b));
  }
  const books = runners.map((runner) => runner.view().books);
  expect(books.filter((one) => !one.balanced || one.waiting > 0 || Object.keys(one.dropped).length > 0)).toEqual([]);
  expect(books.reduce((sum, one) => sum + one.out, 0)).toBe(sent);
  // A replacement that finds nothing at work proves nothing.
  expect(books.filter((one) => one.out > 0).length).toBeGreaterThan(swaps * 0.8);
  await site.stop();
  router.stop();
  await rm(folder, { recursive: true });
});
