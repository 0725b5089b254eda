import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub, type LogRecord } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { FunctionSpec } from '../../../core/contract/document/functions.ts';
import type { Draft } from '../../../core/contract/message.ts';
import { placeInPackage } from '../../../core/deploy/handler-place.ts';
import type { Isolation } from '../../../core/functions/carrier/carrier.ts';
import { createProcessCarrier } from '../../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../../core/functions/carrier/thread-carrier.ts';
import { makeEnvironment } from '../../../core/functions/function-environment.ts';
import { createFunctionRunner, type RunnerDeps } from '../../../core/functions/function-runner.ts';
import type { ClientContext, InvokeOutcome } from '../../../core/functions/invocation.ts';
import type { FunctionRunner } from '../../../core/functions/runner.ts';
import { createMemoryFailedEvents } from '../../../core/store/memory-failed-events.ts';
import { allowAll, noDesk } from './rig.ts';

export interface ContractOptions {
  readonly isolation: Isolation;
  /** Files of the function, by path below its folder. */
  readonly files: Readonly<Record<string, string>>;
  /** As in the document; the module it names is looked for among the files. */
  readonly handler?: string;
  readonly config?: Record<string, unknown>;
}

/** A function from a folder of files, invoked as the console would, with the environment that the gateway gives. */
export interface ContractHost {
  readonly runner: FunctionRunner;
  readonly directory: string;
  readonly scratch: string;
  readonly published: readonly Draft[];
  readonly records: readonly LogRecord[];
  invoke(payload?: unknown, more?: { clientContext?: ClientContext; subject?: string }): Promise<InvokeOutcome>;
  /** Result as JSON, or what the error says. */
  result(payload?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export async function contractHost({
  isolation,
  files,
  handler = 'index.handler',
  config,
}: ContractOptions): Promise<ContractHost> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-contract-'));
  const [directory, scratch] = [join(home, 'code'), join(home, 'scratch')];
  await mkdir(join(scratch, 'alarm'), { recursive: true });
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  const spec = FunctionSpec.parse({ name: 'alarm', code: { folder: 'code' }, handler, isolation, ...config });
  const place = placeInPackage(handler, (file) => file in files);
  if (!place) throw new Error(`no file for ${handler}`);
  const published: Draft[] = [];
  const records: LogRecord[] = [];
  const hub = createLogHub({ clock: systemClock }, { keep: 1, level: 'debug' });
  hub.onRecord((record) => records.push(record));
  const deps: RunnerDeps = {
    clock: systemClock,
    log: hub.logger('test'),
    metrics: createMetrics(),
    tracer: { begin: () => undefined, hop() {}, askNext() {}, traces: () => [], onChanged: () => () => {} },
    publish(draft) {
      published.push(draft);
      return undefined;
    },
    carriers: {
      thread: startThread,
      process: createProcessCarrier({ clock: systemClock, nodePath: process.execPath, newId: randomUUID }),
    },
    gatekeeper: allowAll,
    desk: noDesk,
    failed: createMemoryFailedEvents(),
    environment: (own) =>
      makeEnvironment({
        name: spec.name,
        version: 4,
        arn: 'arn:aws:lambda:eu-central-1:000000000000:function:alarm:4',
        memoryMb: spec.memoryMb,
        handler: spec.handler,
        encoding: spec.encoding,
        directory,
        scratch: own,
        thingName: 'pump-house',
        region: 'eu-central-1',
        gatewayName: 'North plant',
        authToken: 'token-1',
        aws: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'aws-token' },
        declared: spec.env,
      }),
    scratchRoot: scratch,
    thing: { name: 'pump-house', region: 'eu-central-1' },
  };
  const runner = createFunctionRunner(deps, spec, {
    path: join(directory, place.file),
    directory,
    version: 4,
    exportPath: place.exportPath,
  });
  await runner.start(new AbortController().signal);
  const invoke: ContractHost['invoke'] = (payload = {}, { clientContext, subject = 'test/event' } = {}) =>
    runner.invoke(
      {
        payload: payload instanceof Uint8Array ? payload : Buffer.from(JSON.stringify(payload)),
        by: { kind: 'console', id: '' },
        subject,
        ...(clientContext ? { clientContext } : {}),
        hops: 0,
        observe: true,
      },
      new AbortController().signal,
    );
  return {
    runner,
    directory,
    scratch: join(scratch, 'alarm'),
    published,
    records,
    invoke,
    async result(payload) {
      const value: unknown = JSON.parse(Buffer.from((await invoke(payload)).payload).toString());
      return value;
    },
    async stop() {
      await runner.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Makes hosts that are stopped at the end of their test. Call it where the tests are declared. */
export function contractHosts(): (options: ContractOptions) => Promise<ContractHost> {
  const hosts: ContractHost[] = [];
  afterEach(async () => {
    for (const one of hosts.splice(0)) await one.stop();
  });
  return async (options) => {
    const made = await contractHost(options);
    hosts.push(made);
    return made;
  };
}
