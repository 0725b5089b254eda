import { openClient } from '../../../core/cli/connect.ts';
import type { StorageView } from '../../../core/contract/outbox-views.ts';
import { readMetrics } from '../../integration/site/gateway-process.ts';

/** The gateway's own account of the messages to the cloud, since its data directory was made. */
export interface Books {
  readonly in: number;
  readonly delivered: number;
  readonly waiting: number;
  readonly deadLettered: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Subscriptions whose own books do not balance. */
  readonly unbalanced: readonly string[];
  readonly salvage: StorageView['salvage'];
}

const PATIENCE_MS = 5000;

/** The row of topic `storage`, or null where this gateway has none. */
export async function readStorage(dataDir: string): Promise<StorageView | null> {
  const found = Promise.withResolvers<StorageView | null>();
  const client = await openClient(dataDir, () => found.resolve(null));
  const late = setTimeout(() => found.resolve(null), PATIENCE_MS);
  try {
    client.watch('storage', {}, (event) => {
      if (event.kind !== 'snapshot') return;
      const [row] = event.items;
      if (row) found.resolve(row);
    });
    return await found.promise;
  } finally {
    clearTimeout(late);
    await client.close();
  }
}

/** Messages that wait, from the figures. */
export async function waiting(consoleUrl: string): Promise<number> {
  return (await readMetrics(consoleUrl)).get('gatehouse_spool_messages') ?? Number.NaN;
}

/** From the row `storage`; where a gateway has none, from its figures. */
export async function readBooks(dataDir: string, consoleUrl: string): Promise<Books> {
  const figures = await readMetrics(consoleUrl);
  const row = await readStorage(dataDir);
  const unbalanced = [...figures]
    .filter(([name, value]) => name.startsWith('gatehouse_route_balanced') && value !== 1)
    .map(([name]) => /route="([^"]*)"/.exec(name)?.[1] ?? name);
  if (row) return { ...row.books, unbalanced, salvage: row.salvage };
  const figure = (name: string): number => figures.get(name) ?? 0;
  return {
    in: figure('gatehouse_spool_appended_total'),
    delivered: figure('gatehouse_spool_acknowledged_total'),
    waiting: figure('gatehouse_spool_messages'),
    deadLettered: 0,
    dropped: {},
    unbalanced,
    salvage: null,
  };
}
