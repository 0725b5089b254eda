import { setTimeout as sleep } from 'node:timers/promises';
import { openLine } from '../mqtt-lite.ts';

/** A subscriber that counts, in a process of its own: connects as soon as the port opens. */
export interface CountJob {
  readonly port: number;
  readonly id: string;
  /** Messages that are expected; the clock stops at the last of them. */
  readonly expected: number;
  /** Connects with a session that the broker kept. */
  readonly keepSession: boolean;
  /** Gives up after so long without a message. */
  readonly patienceMs: number;
}
export interface CountFigures {
  readonly count: number;
  /** From the moment the port was open. */
  readonly firstMs: number;
  readonly lastMs: number;
}
export type CountSaid = { readonly said: 'connected' } | { readonly said: 'done'; readonly figures: CountFigures };

async function run(job: CountJob): Promise<void> {
  const say = (said: CountSaid): void => void process.send?.(said);
  let count = 0;
  let openAt = 0;
  let first = 0;
  let last = 0;
  for (;;) {
    try {
      openAt = performance.now();
      await openLine(
        { port: job.port, id: job.id, keepSession: job.keepSession, subscribe: { filter: 'in/#', qos: job.keepSession ? 1 : 0 } },
        () => {
          count += 1;
        },
        () => {
          last = performance.now();
          if (count > 0) first ||= last;
        },
      );
      break;
    } catch {
      await sleep(2);
    }
  }
  say({ said: 'connected' });
  for (let quiet = 0; count < job.expected && quiet < job.patienceMs; quiet += 10) {
    const before = count;
    await sleep(10);
    if (count !== before) quiet = 0;
  }
  say({ said: 'done', figures: { count, firstMs: first - openAt, lastMs: last - openAt } });
}

process.on('message', (job: CountJob) => void run(job));
process.on('disconnect', () => process.exit(0));
