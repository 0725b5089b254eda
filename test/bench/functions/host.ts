import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { FunctionSpec } from '../../../core/contract/document/functions.ts';
import { Subscription } from '../../../core/contract/document/subscriptions.ts';
import type { Draft } from '../../../core/contract/message.ts';
import { createProcessCarrier } from '../../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../../core/functions/carrier/thread-carrier.ts';
import { createFunctionRunner, type RunnerDeps } from '../../../core/functions/function-runner.ts';
import type { FunctionRunner } from '../../../core/functions/runner.ts';
import { createTracer } from '../../../core/router/message-tracer.ts';
import { createRouter } from '../../../core/router/router.ts';
import { createMemoryFailedEvents } from '../../../core/store/memory-failed-events.ts';
import { memoryOf } from '../machine.ts';
import { measureStarts, runFloor, startBare } from './floors.ts';
import { createPump, type Job, serveJobs, type WarmFigures } from './jobs.ts';

/** Router and functions as the gateway has them, in one bundle as it is installed, without broker, store and console. */

const FUNCTION = `export const handler = (event) => {
  event.checked = true;
  return { topic: 'bench/out', payload: event };
};
`;
const QUEUE = { size: 100_000, whenFull: 'block-source' } as const;
const clock = systemClock;
const home = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const code = join(home, 'work');
mkdirSync(code);
writeFileSync(join(code, 'package.json'), '{}\n');
writeFileSync(join(code, 'index.mjs'), FUNCTION);

const hub = createLogHub({ clock }, { keep: 10, level: 'error' });
hub.onRecord((record) => console.error(JSON.stringify(record)));
const log = hub.logger('bench');
const metrics = createMetrics();
const tracer = createTracer({ clock, newId: randomUUID }, { keep: 10, sampleEveryMs: 60_000, maxHops: 20 });

function runnerOf(name: string, to: Pick<RunnerDeps, 'publish' | 'together'>, config: object): FunctionRunner {
  const deps: RunnerDeps = {
    clock,
    log,
    metrics,
    tracer,
    publish: to.publish,
    ...(to.together ? { together: to.together } : {}),
    carriers: {
      thread: startThread,
      process: createProcessCarrier({ clock, nodePath: process.execPath, newId: randomUUID }),
    },
    gatekeeper: { mayPublish: () => true, demand() {}, mayBeInvokedBy: () => true },
    desk: { take: () => Promise.reject(new Error('no calls here')) },
    failed: createMemoryFailedEvents(),
    environment: () => ({}),
    thing: { name: 'bench', region: 'local' },
  };
  const spec = FunctionSpec.parse({ name, code: { file: 'index.mjs' }, queue: QUEUE, ...config });
  return createFunctionRunner(deps, spec, {
    path: join(code, 'index.mjs'),
    directory: code,
    version: 1,
    exportPath: ['handler'],
  });
}

/** Source, router, functions, router, sink. */
async function runWarm({ functions, warmMs, measureMs, window, payload }: Extract<Job, { kind: 'warm' }>): Promise<WarmFigures> {
  const router = createRouter({ clock, log, metrics: createMetrics(), tracer, bootId: 'bench', trust: () => 'synced' });
  const names = Array.from({ length: functions }, (_, index) => `work-${index}`);
  const runners = names.map((name) => runnerOf(name, router, {}));
  await Promise.all(runners.map((runner) => runner.start(new AbortController().signal)));
  for (const runner of runners) router.attach(`function:${runner.name}`, runner.sink);
  const routes = names.map((name) => ({
    id: name,
    source: 'device:bench',
    subject: `bench/in/${name}`,
    target: `function:${name}`,
  }));
  const out = { id: 'out', source: 'function:*', subject: 'bench/out', target: 'local' };
  router.apply(
    [...routes, out].map((one) => Subscription.parse({ ...one, queue: QUEUE })),
    8,
  );
  const source = { kind: 'device', id: 'bench' } as const;
  const drafts = names.map(
    (name): Draft => ({ topic: `bench/in/${name}`, payload: Buffer.from(payload), source, qos: 0, retain: false }),
  );
  let next = 0;
  const pump = createPump(window * functions, (count) => {
    for (let left = count; left > 0; left -= 1) {
      const draft = drafts[next % functions];
      next += 1;
      if (draft && router.publish(draft)) throw new Error('a queue is full: the window is too large');
    }
  });
  router.attach('local', {
    durable: false,
    deliver(batch) {
      pump.came(batch.length);
      return undefined;
    },
  });
  const figures = await pump.run(warmMs, measureMs);
  await Promise.all(runners.map((runner) => runner.stop()));
  router.stop();
  const failed = runners.reduce((sum, runner) => sum + (runner.view().lastError ? 1 : 0), 0);
  if (failed > 0) throw new Error(`${failed} functions have an error: ${runners[0]?.view().lastError?.message}`);
  return figures;
}

function startFunctions(isolation: 'thread' | 'process', count: number) {
  const runners: FunctionRunner[] = [];
  const children = (): number[] =>
    runners.flatMap((runner) => runner.instances().flatMap(({ pid }) => (pid === null ? [] : [pid])));
  return measureStarts(
    count,
    async () => {
      const runner = runnerOf(`idle-${runners.length}`, { publish: () => undefined }, { isolation });
      runners.push(runner);
      await runner.start(new AbortController().signal);
      const { lastError } = runner.view();
      if (lastError) throw new Error(lastError.message);
    },
    () => children().reduce((sum, pid) => sum + memoryOf(pid).proportionalMb, 0),
  );
}

serveJobs((job) => {
  if (job.kind === 'warm') return runWarm(job);
  if (job.kind === 'floor') return runFloor(job);
  return job.what === 'bare' ? startBare(job.count) : startFunctions(job.what, job.count);
});
