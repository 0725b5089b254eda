import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createMetrics } from '../../core/base/metrics.ts';
import { createLocalBroker } from '../../core/broker/local-broker.ts';
import { createSqliteStore } from '../../core/store/sqlite/client.ts';

/**
 * The local broker on a real store, as a process that a test can kill: `node broker-child.ts <folder> <port>`. Prints `port <n>`
 * when it listens, then `draft <topic> <payload>` for every message to the router.
 */
const [dataDir = '', port = '0'] = process.argv.slice(2);
const clock = systemClock;
const logs = createLogHub({ clock }, { keep: 10, level: 'error' });
const metrics = createMetrics();
const store = createSqliteStore({ clock, log: logs.logger('store'), metrics, dataDir });
await store.start(AbortSignal.timeout(10_000));
const tracer = { begin: () => undefined, hop: () => {}, askNext: () => {}, traces: () => [], onChanged: () => () => {} };
const broker = createLocalBroker(
  {
    clock,
    log: logs.logger('broker'),
    metrics,
    tracer,
    sessions: store.sessions,
    offer(draft) {
      process.stdout.write(`draft ${draft.topic} ${Buffer.from(draft.payload).toString()}\n`);
      return true;
    },
  },
  { port: Number(port), maxClients: 50, sessions: { maxMessages: 100_000, maxBytes: 100_000_000, forgetAfterHours: 1 } },
);
await broker.start(AbortSignal.timeout(10_000));
process.stdout.write(`port ${broker.status().port}\n`);
process.stdin.resume();
