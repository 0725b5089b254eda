import { createDeviceSupervisor, type DeviceSupervisor } from '../adapters/supervisor.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { Draft } from '../contract/message.ts';
import { createSite, type Site } from '../deploy/site.ts';
import type { FunctionEntry } from '../deploy/stage.ts';
import type { FunctionRunner } from '../functions/runner.ts';
import { startRequest } from '../functions/triggers/start-trigger.ts';
import { readingDrafts } from '../router/reading-drafts.ts';
import type { Sink } from '../router/sink.ts';
import { createDeviceSink } from './device-sink.ts';
import type { FieldSide } from './field-side.ts';
import type { FunctionSide } from './function-side.ts';
import type { Shared } from './shared.ts';

export interface RunningSite {
  switchTo(document: SiteDocument, entries: ReadonlyMap<string, FunctionEntry>, codeOf: (name: string) => string): Promise<void>;
  document(): SiteDocument | null;
  devices(): ReadonlyMap<string, DeviceSupervisor>;
  functions(): ReadonlyMap<string, FunctionRunner>;
  stop(): Promise<void>;
}

/** The devices, functions and routes of the document that runs, connected to router and store. */
export function createRunningSite(
  shared: Shared,
  field: Pick<FieldSide, 'links' | 'adapters' | 'services' | 'onPlugged'>,
  side: Pick<FunctionSide, 'make' | 'switching' | 'settle' | 'switched' | 'cloudFilters'>,
  hooks: { onReading(): void; setCloudFilters(filters: readonly string[]): void; onDocument(document: SiteDocument): void },
): RunningSite {
  const { clock, random, logs, tracer, router, store } = shared;
  const { links, adapters } = field;
  const life = new AbortController();
  const log = logs.logger('site');

  function publish(draft: Draft): void {
    router.publish(draft)?.catch((cause: unknown) => log.warn('device.message-refused', { topic: draft.topic, cause }));
  }
  const history: Sink = {
    durable: false,
    deliver: (batch) => store.history.record(batch),
  };
  router.attach('history', history);

  const site: Site<DeviceSupervisor, FunctionRunner> = createSite<DeviceSupervisor, FunctionRunner, Sink>({
    log,
    makeDevice: (config) =>
      createDeviceSupervisor(
        {
          clock,
          random,
          links,
          field: field.services,
          wake: field.onPlugged,
          adapters,
          log: logs.logger(`device:${config.id}`),
          onReadings(batch, heardAt) {
            hooks.onReading();
            for (const draft of readingDrafts(config, batch)) {
              const traceId = tracer.begin(`device:${config.id}`, draft.topic);
              if (traceId === undefined) publish(draft);
              else {
                tracer.hop(traceId, 'wire', `device:${config.id}`, config.adapter, heardAt);
                tracer.hop(traceId, 'decoded', `device:${config.id}`, `${batch.readings.length} reading(s)`);
                publish({ ...draft, traceId });
              }
            }
          },
        },
        config,
      ),
    makeFunction: (config, entry) => side.make(config, entry),
    deviceSink: (device) => createDeviceSink(device, log),
    attach: (target, sink) => router.attach(target, sink),
    route: (subscriptions, hopLimit) => router.apply(subscriptions, hopLimit),
    started(part, config, cause) {
      if (!config.onStart) return;
      part
        .invokeLater(startRequest(config.name, cause))
        .catch((fault: unknown) => log.warn('function.start-refused', { function: config.name, cause: fault }));
    },
    settle(document) {
      side.settle(document);
      hooks.onDocument(document);
      const { keepDays, maxRows } = document.settings.history;
      store.history.setRetention(keepDays, maxRows).catch((cause: unknown) => log.warn('history.retention-not-set', { cause }));
      hooks.setCloudFilters([
        ...new Set(document.subscriptions.filter((one) => one.enabled && one.source === 'cloud').map((one) => one.subject)),
        ...side.cloudFilters(document),
      ]);
    },
  });
  return {
    async switchTo(document, entries, codeOf) {
      side.switching(document);
      try {
        await site.switchTo(document, entries, codeOf, life.signal);
      } finally {
        side.switched(site.document());
      }
    },
    document: () => site.document(),
    devices: () => site.devices(),
    functions: () => site.functions(),
    async stop() {
      life.abort();
      await site.stop();
    },
  };
}
