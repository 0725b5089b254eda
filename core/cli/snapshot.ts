import { GatewayError } from '../base/errors.ts';
import type { Params, Row, Topic } from '../contract/api.ts';
import type { ApiClient } from '../contract/client.ts';

/** The rows of a view as they are now. Rejects with `api/cancelled` when the command is ended first. */
export function snapshot<T extends Topic>(
  client: ApiClient,
  topic: T,
  params: Params<T>,
  signal: AbortSignal,
): Promise<readonly Row<T>[]> {
  return new Promise((resolve, reject) => {
    const cancelled = (): void => {
      unwatch();
      reject(new GatewayError('api/cancelled', `${topic} was not waited for`));
    };
    const unwatch = client.watch(topic, params, (event) => {
      if (event.kind !== 'snapshot') return;
      signal.removeEventListener('abort', cancelled);
      unwatch();
      resolve(event.items);
    });
    if (signal.aborted) cancelled();
    else signal.addEventListener('abort', cancelled, { once: true });
  });
}
