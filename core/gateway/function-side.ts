import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SiteDocument } from '../contract/document/document.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { Draft } from '../contract/message.ts';
import { createCallDesk } from '../functions/calls/desk.ts';
import { createGatekeeper } from '../functions/calls/gatekeeper.ts';
import type { FunctionHost } from '../functions/calls/host.ts';
import type { Carriers } from '../functions/carrier/carrier.ts';
import { createProcessCarrier } from '../functions/carrier/process-carrier.ts';
import { startThread } from '../functions/carrier/thread-carrier.ts';
import { makeEnvironment } from '../functions/function-environment.ts';
import { createFunctionRunner } from '../functions/function-runner.ts';
import type { FunctionEntry } from '../functions/instance-maker.ts';
import { removeTree } from '../functions/remove-tree.ts';
import type { FunctionRunner } from '../functions/runner.ts';
import { createScheduler } from '../functions/triggers/clock-scheduler.ts';
import { createSecretStore } from '../security/secret-file.ts';
import { createMemoryShadows } from '../shadows/memory-shadows.ts';
import type { AwsAccess } from './aws-access.ts';
import { createCloudInvocations } from './cloud-invocations.ts';
import { fullQueues } from './full-queues.ts';
import { createFunctionHost, type HostDevice } from './function-host.ts';
import { createLocalAwsSide } from './local-aws-side.ts';
import { createPauses } from './pauses.ts';
import { createSecretFiles } from './secret-files.ts';
import type { Shared } from './shared.ts';

/** Everything that the functions of the site stand on, connected to router, store and devices. */
export interface FunctionSide {
  /** `invoke` checks who may: it is for the console and the command line, too. */
  readonly host: FunctionHost;
  make(config: FunctionConfig, entry: FunctionEntry): FunctionRunner;
  /**
   * A switch begins: what the new document's subscriptions carry on may be published from now on, by new versions that start before the
   * routes change.
   */
  switching(document: SiteDocument): void;
  /** The functions of this document take over in this turn of the loop; schedules follow at its end. */
  settle(document: SiteDocument): void;
  /** It has come to its end, or failed: `running` is what runs now. */
  switched(running: SiteDocument | null): void;
  /** What the line to the cloud has to subscribe to for invocations. */
  cloudFilters(document: SiteDocument): readonly string[];
  /** After the store. Rejects with a `store/*`. */
  start(signal: AbortSignal): Promise<void>;
  /** Before the functions: nothing is begun by the clock any more. Never rejects. */
  stop(): Promise<void>;
  /** After the functions. Never rejects. */
  stopServing(): Promise<void>;
}

export interface FunctionSideOptions {
  readonly dataDir: string;
  readonly gatewayName: string;
  /** A plain Node for functions in processes; null: there is none beside Electron. */
  readonly nodePath: string | null;
  readonly aws: AwsAccess;
  functions(): ReadonlyMap<string, FunctionRunner>;
  devices(): ReadonlyMap<string, HostDevice>;
}

const DEFAULT_HOPS = 8;
const SHADOW = { kind: 'shadow', id: 'shadow' } as const;

export function createFunctionSide(shared: Shared, options: FunctionSideOptions): FunctionSide {
  const { clock, random, logs, metrics, tracer, router, store, time } = shared;
  const log = logs.logger('functions');
  let document: SiteDocument | null = null;
  /** Of the document that runs, and while it is switched of the next one as well. A new list each time it changes. */
  let subscriptions: readonly SubscriptionConfig[] = [];

  const configOf = (name: string): FunctionConfig | undefined => document?.functions.find((one) => one.name === name);
  const publish = (draft: Draft): Promise<void> | undefined => router.publish(draft);
  const shadows = createMemoryShadows({
    clock,
    publish(topic, payload) {
      const draft: Draft = { topic, payload, qos: 0, retain: false, source: SHADOW };
      publish(draft)?.catch((cause: unknown) => log.warn('shadow.message-refused', { topic, cause }));
    },
  });
  const secrets = createSecretStore({
    clock,
    log: logs.logger('secrets'),
    keeping: createSecretFiles(options.dataDir),
    newId: randomUUID,
  });
  const scheduler = createScheduler({
    clock,
    log: logs.logger('schedules'),
    time,
    state: store.functionState,
    invokeLater: (name, request) => host.invokeLater(name, request),
  });
  const host = createFunctionHost({
    router,
    store,
    shadows,
    secrets,
    scheduler,
    functions: options.functions,
    devices: options.devices,
    configOf,
  });
  const scratchRoot = join(options.dataDir, 'scratch');
  const cloudInvocations = createCloudInvocations({ log, router, host, thing: options.aws.thing.name });
  const { nodePath } = options;
  const carriers: Carriers = {
    thread: startThread,
    process: nodePath === null ? undefined : createProcessCarrier({ clock, nodePath, newId: randomUUID }),
  };

  const pauses = createPauses({ state: store.functionState, log });
  const localAws = createLocalAwsSide(
    { clock, log: logs.logger('local-aws') },
    { credentials: options.aws.credentials, functions: options.functions },
  );
  const { thing } = options.aws;

  function environmentOf(
    config: FunctionConfig,
    entry: FunctionEntry,
    aws: () => Readonly<Record<string, string>>,
  ): (scratch: string) => Readonly<Record<string, string>> {
    const { name, memoryMb, handler, encoding } = config;
    const { region, name: thingName } = thing;
    const authToken = randomBytes(32).toString('hex');
    const arn = `arn:aws:lambda:${region}:000000000000:function:${name}:${entry.version}`;
    return (scratch) =>
      makeEnvironment({
        name,
        version: entry.version,
        arn,
        memoryMb,
        handler,
        encoding,
        directory: entry.directory,
        scratch,
        thingName,
        region,
        gatewayName: options.gatewayName,
        authToken,
        aws: aws(),
        declared: config.env,
      });
  }
  return {
    host,
    make(config, entry) {
      const { name } = config;
      const gatekeeper = createGatekeeper(name, config.permissions, () => subscriptions);
      const desk = createCallDesk(
        {
          clock,
          log: logs.logger(`function:${name}`),
          host,
          gatekeeper,
          publish,
          fullQueues: (draft) =>
            fullQueues(draft, router.routes(), options.functions(), (target) => configOf(target)?.queue.whenFull ?? ''),
          hopLimit: () => document?.settings.hopLimit ?? DEFAULT_HOPS,
          newId: randomUUID,
        },
        name,
      );
      return localAws.admit(config, { gatekeeper, desk, publish }, (aws) =>
        createFunctionRunner(
          {
            clock,
            log: logs.logger(`function:${name}`),
            metrics,
            tracer,
            publish,
            together: router.together,
            carriers,
            gatekeeper,
            desk,
            failed: store.failedEvents,
            environment: environmentOf(config, entry, aws),
            scratchRoot,
            thing,
            pausing: pauses.of(name),
            random,
            newId: randomUUID,
          },
          config,
          entry,
        ),
      );
    },
    switching(next) {
      subscriptions = [...(document?.subscriptions ?? []), ...next.subscriptions];
    },
    settle(next) {
      document = next;
      cloudInvocations.settle(next);
      const schedules = next.functions.flatMap((one) => one.schedules.map((config) => ({ function: one.name, config })));
      // One that is due at once must find its function, which takes its place in this turn of the loop.
      queueMicrotask(() => scheduler.apply(schedules));
    },
    switched(running) {
      document = running;
      subscriptions = running?.subscriptions ?? [];
    },
    async start(signal) {
      // What a gateway that was killed has left there belongs to nobody.
      await removeTree(scratchRoot).catch((cause: unknown) => log.warn('functions.scratch-kept', { cause }));
      await pauses.load();
      await scheduler.start(signal);
    },
    cloudFilters: cloudInvocations.filters,
    async stop() {
      cloudInvocations.stop();
      await scheduler.stop();
    },
    stopServing: () => localAws.stop(),
  };
}
