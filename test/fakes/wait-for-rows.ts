import type { GatewayApi, Params, Row, Topic } from '../../core/contract/api.ts';
import { emptyTable, reduceTable } from '../../core/contract/table.ts';

/** Watches a view until its rows are as wanted; rejects with the rows that were there last. */
export function waitForRows<T extends Topic>(
  api: Pick<GatewayApi, 'watch'>,
  topic: T,
  params: Params<T>,
  wanted: (rows: readonly Row<T>[]) => boolean,
  limitMs = 15_000,
): Promise<readonly Row<T>[]> {
  return new Promise((resolve, reject) => {
    let table = emptyTable<Row<T>>();
    const rows = (): Row<T>[] => table.order.flatMap((id) => table.byId[id] ?? []);
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`${topic} stayed at ${JSON.stringify(rows())}`));
    }, limitMs);
    const stop = api.watch(topic, params, (event) => {
      table = reduceTable<T>(table, event, null);
      if (!wanted(rows())) return;
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve(rows());
    });
  });
}
