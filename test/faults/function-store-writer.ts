import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createMetrics } from '../../core/base/metrics.ts';
import { createSqliteStore } from '../../core/store/sqlite/client.ts';
import { failedEvent } from '../conformance/function-stores.suite.ts';
import { say } from './say.ts';

/**
 * A process that keeps things for functions until it is killed and prints each that was kept: `state <key> <number>`, `failed <number>`,
 * `ready`. Arguments: the data directory, the number to begin with.
 */
const [, , dataDir = '', begin = '0'] = process.argv;
const KEYS = 40;
const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'error' }).logger('store');
const store = createSqliteStore({ clock: systemClock, log, metrics: createMetrics(), dataDir }, { reserveBytes: 4096 });
let number = Number(begin);

async function keepValues(lane: number): Promise<never> {
  for (;;) {
    number += 1;
    const own = number;
    const key = `${lane}-${own % KEYS}`;
    await store.functionState.set('alarm', key, String(own), null);
    say(`state ${key} ${own}`);
  }
}
async function keepEvents(): Promise<never> {
  for (;;) {
    number += 1;
    const own = number;
    await store.failedEvents.add([failedEvent(own)]);
    say(`failed ${own}`);
  }
}

await store.start(new AbortController().signal);
say('ready');
await Promise.all([keepValues(0), keepValues(1), keepValues(2), keepEvents()]);
