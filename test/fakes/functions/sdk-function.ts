import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { FunctionSpec } from '../../../core/contract/document/functions.ts';
import type { Isolation } from '../../../core/functions/carrier/carrier.ts';
import { createProcessCarrier } from '../../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../../core/functions/carrier/thread-carrier.ts';
import { makeEnvironment } from '../../../core/functions/function-environment.ts';
import { createFunctionRunner } from '../../../core/functions/function-runner.ts';
import type { FunctionRunner } from '../../../core/functions/runner.ts';
import { createMemoryFailedEvents } from '../../../core/store/memory-failed-events.ts';
import { message } from './rig.ts';
import { sdkFolder } from './sdk-folder.ts';
import { ARN, createSdkSite, fillSecrets, type SdkSite } from './sdk-site.ts';

export interface SdkFunction {
  readonly site: SdkSite;
  readonly runner: FunctionRunner;
  readonly records: readonly LogRecord[];
  /** Gives it this event and reads the result as JSON; rejects with the error's words where it fails. */
  call(event: unknown): Promise<unknown>;
  /** A message on a topic, as a subscription brings it. */
  deliver(topic: string, payload: unknown): void;
  stop(): Promise<void>;
}

/** A function that an instance of the gateway runs, with npm's SDK in its own node_modules, on a site. */
export async function startSdkFunction(
  isolation: Isolation,
  files: Readonly<Record<string, string>>,
  more: {
    readonly config?: Record<string, unknown>;
    /** All modules of the project instead of the SDK's copy. */
    readonly linked?: boolean;
    /** What `LocalAws.admit` gives. */
    aws?(site: SdkSite): Readonly<Record<string, string>>;
  } = {},
): Promise<SdkFunction> {
  const site = createSdkSite(systemClock);
  const aws = more.aws?.(site) ?? {};
  await fillSecrets(site);
  const directory = await sdkFolder(files, more.linked);
  const scratchRoot = join(directory, '..', `${directory.split('/').at(-1)}-scratch`);
  await mkdir(scratchRoot);
  const [file = ''] = Object.keys(files);
  const records: LogRecord[] = [];
  const hub = createLogHub({ clock: systemClock }, { keep: 1, level: 'debug' });
  hub.onRecord((record) => records.push(record));
  const spec = FunctionSpec.parse({ name: 'probe', code: { file }, isolation, timeoutMs: 10_000, ...more.config });
  const runner = createFunctionRunner(
    {
      clock: systemClock,
      log: hub.logger('test'),
      metrics: createMetrics(),
      tracer: { begin: () => undefined, hop() {}, askNext() {}, traces: () => [], onChanged: () => () => {} },
      publish: site.publish,
      carriers: {
        thread: startThread,
        process: createProcessCarrier({ clock: systemClock, nodePath: process.execPath, newId: randomUUID }),
      },
      gatekeeper: site.gatekeeper,
      desk: site.desk,
      failed: createMemoryFailedEvents(),
      environment: (scratch) =>
        makeEnvironment({
          name: 'probe',
          version: 1,
          arn: ARN('probe'),
          memoryMb: spec.memoryMb,
          handler: spec.handler,
          encoding: spec.encoding,
          directory,
          scratch,
          thingName: 'pump-house',
          region: 'local',
          gatewayName: 'North plant',
          authToken: 'token',
          aws,
          declared: spec.env,
        }),
      scratchRoot,
      thing: { name: 'pump-house', region: 'local' },
    },
    spec,
    { path: join(directory, file), directory, version: 1, exportPath: ['handler'] },
  );
  await runner.start(new AbortController().signal);
  let sequence = 0;
  return {
    site,
    runner,
    records,
    async call(event) {
      const request = { by: { kind: 'console', id: '' }, subject: 'test/event', hops: 0, observe: false } as const;
      const payload = Buffer.from(JSON.stringify(event));
      const outcome = await runner.invoke({ ...request, payload }, new AbortController().signal);
      const value: unknown = JSON.parse(Buffer.from(outcome.payload).toString());
      if (outcome.functionError !== '') throw new Error(JSON.stringify(value));
      return value;
    },
    deliver(topic, payload) {
      sequence += 1;
      void runner.sink.deliver([message(payload, sequence, { topic })]);
    },
    async stop() {
      await runner.stop();
      await rm(directory, { recursive: true, force: true });
      await rm(scratchRoot, { recursive: true, force: true });
    },
  };
}
