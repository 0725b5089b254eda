import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { SdkLine } from '../../../core/functions/calls/sdk-calls.ts';
import { installSupplied } from '../../../core/functions/modules/supply.ts';
import { provideModules } from '../../../core/functions/sdk/provide.ts';
import { createSubscriptions } from '../../../core/functions/sdk/subscriptions.ts';

/** A function's module with the supplied modules, and no gateway: what it asks goes to whoever started this worker. */
const port = parentPort;
if (!port) throw new Error('this is a worker');
const waiting = new Map<number, PromiseWithResolvers<unknown>>();
let last = 0;
const ask = (message: object): Promise<unknown> => {
  last += 1;
  const answer = Promise.withResolvers<unknown>();
  waiting.set(last, answer);
  port.postMessage({ id: last, ...message });
  return answer.promise;
};
const line: SdkLine = { call: (method, input) => ask({ t: 'call', method, input }) as Promise<never> };
const subscriptions = createSubscriptions(workerData.longLived === true);
installSupplied(
  provideModules({
    line,
    subscriptions,
    publish: (topic, payload, options) => ask({ t: 'publish', topic, payload, options }) as Promise<never>,
    countPublish() {},
    log: (one) => port.postMessage({ t: 'log', line: one }),
    metric: (one) => port.postMessage({ t: 'metric', metric: one }),
  }),
);
console.log = (...values: unknown[]) => port.postMessage({ t: 'log', line: ['info', values.join(' ')] });
const space: Record<string, unknown> = await import(pathToFileURL(workerData.path).href);
const found = space['handler'] ?? Reflect.get(Object(space['default']), 'handler');
port.on('message', (message) => {
  if (message.t === 'event') {
    const taken = subscriptions.divert(message.topic ?? '', message.source ?? '', Buffer.from(JSON.stringify(message.event)));
    const result = taken ? taken() : Reflect.apply(Object(found), undefined, [message.event, {}]);
    Promise.resolve(result).then(
      (value) => port.postMessage({ t: 'result', id: message.id, value }),
      (error: unknown) => port.postMessage({ t: 'result', id: message.id, error: String(error) }),
    );
    return;
  }
  const answer = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.fault) {
    const { code, details } = message.fault;
    answer?.reject(Object.assign(new Error(message.fault.message), { code, details }));
  } else answer?.resolve(message.value);
});
port.postMessage({ t: 'ready' });
