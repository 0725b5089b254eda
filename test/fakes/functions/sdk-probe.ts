import { Worker } from 'node:worker_threads';
import { toWire } from '../../../core/base/errors.ts';
import type { CallDesk } from '../../../core/functions/calls/call-desk.ts';
import type { FunctionMetric, LogLine } from '../../../core/functions/protocol.ts';
import { ARN } from './sdk-site.ts';

export interface SdkProbe {
  /** Calls the handler (or the listeners of this topic); rejects with what it throws. */
  call(event: unknown, topic?: string): Promise<unknown>;
  readonly logs: readonly LogLine[];
  readonly metrics: readonly FunctionMetric[];
  readonly published: readonly { readonly topic: string; readonly payload: unknown; readonly options: unknown }[];
  stop(): Promise<void>;
}

const SYSTEM = 'arn:aws:lambda:::function:';
export const SDK_ENV = {
  AUTH_TOKEN: 'token',
  MY_FUNCTION_ARN: ARN('probe'),
  ROUTER_FUNCTION_ARN: `${SYSTEM}GGRouter`,
  SHADOW_FUNCTION_ARN: `${SYSTEM}GGShadowService`,
  SECRETS_MANAGER_FUNCTION_ARN: `${SYSTEM}GGSecretManager:1`,
  ENCODING_TYPE: 'json',
  GGC_MAX_INTERFACE_VERSION: '1.5',
};

/** The supplied modules in a bare worker, on a desk. */
export async function startProbe(path: string, desk: CallDesk, longLived = false): Promise<SdkProbe> {
  const worker = new Worker(new URL('./sdk-probe.worker.ts', import.meta.url), { workerData: { path, longLived }, env: SDK_ENV });
  const ready = Promise.withResolvers<void>();
  const results = new Map<number, PromiseWithResolvers<unknown>>();
  const logs: LogLine[] = [];
  const metrics: FunctionMetric[] = [];
  const published: { topic: string; payload: unknown; options: unknown }[] = [];
  const facts = { function: 'probe', hops: 0, traceId: undefined };
  let last = 0;
  worker.on('error', (cause) => {
    ready.reject(cause);
    for (const { reject } of results.values()) reject(cause);
  });
  worker.on('message', (message) => {
    if (message.t === 'ready') ready.resolve();
    else if (message.t === 'log') logs.push(message.line);
    else if (message.t === 'metric') metrics.push(message.metric);
    else if (message.t === 'publish') {
      published.push(message);
      worker.postMessage({ id: message.id });
    } else if (message.t === 'call') {
      desk.take(message.method, message.input, facts, new AbortController().signal).then(
        (value) => worker.postMessage({ id: message.id, value }),
        (cause: unknown) => worker.postMessage({ id: message.id, fault: toWire(cause) }),
      );
    } else if (message.t === 'result') {
      const result = results.get(message.id);
      if (message.error === undefined) result?.resolve(message.value);
      else result?.reject(new Error(message.error));
    }
  });
  await ready.promise;
  return {
    call(event, topic) {
      last += 1;
      const result = Promise.withResolvers<unknown>();
      results.set(last, result);
      worker.postMessage({ t: 'event', id: last, event, topic });
      return result.promise;
    },
    logs,
    metrics,
    published,
    stop: async () => void (await worker.terminate()),
  };
}
