import { systemClock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createMetrics } from '../../core/base/metrics.ts';
import { createSqliteStore } from '../../core/store/sqlite/client.ts';
import { spoolMessage } from '../conformance/spool.suite.ts';
import { say } from './say.ts';

/**
 * A process that appends until it is killed and prints each id that was acknowledged: `<first id> <number of the first message>
 * <how many>`, `ready`, or `fault <code>`. Arguments: the data directory, the number to begin with, how many appends (0: endless).
 */
const [, , dataDir = '', begin = '0', limit = '0'] = process.argv;
const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'error' }).logger('store');
const store = createSqliteStore({ clock: systemClock, log, metrics: createMetrics(), dataDir }, { reserveBytes: 4096 });

async function lane(next: () => number | null): Promise<void> {
  for (let number = next(); number !== null; number = next()) {
    const first = number;
    const batch = [0, 1, 2].map((offset) => spoolMessage(first + offset, String(first + offset)));
    try {
      say(`${await store.spool.append(batch, 'rest')} ${first} ${batch.length}`);
    } catch (error) {
      say(`fault ${error instanceof GatewayError ? error.code : String(error)}`);
      await systemClock.sleep(20);
    }
  }
}

try {
  await store.start(new AbortController().signal);
  say('ready');
  let number = Number(begin) - 3;
  const last = Number(limit) === 0 ? Number.POSITIVE_INFINITY : Number(begin) + Number(limit) * 3;
  const next = (): number | null => {
    number += 3;
    return number < last ? number : null;
  };
  await Promise.all([lane(next), lane(next)]);
  await store.stop();
} catch (error) {
  say(`fault ${error instanceof GatewayError ? `${error.code} ${error.message}` : String(error)}`);
}
