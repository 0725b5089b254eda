import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import type { LocalAws } from '../../core/functions/local-aws/credentials.ts';
import { createLocalAws } from '../../core/functions/local-aws/local-aws-server.ts';
import { MODULES } from '../fakes/functions/sdk-folder.ts';
import { type SdkFunction, startSdkFunction } from '../fakes/functions/sdk-function.ts';
import type { SdkSite } from '../fakes/functions/sdk-site.ts';

/** As code for AWS is written: nothing in it knows that it runs on a gateway. */
const SOURCE = `
import { IoTDataPlaneClient, GetThingShadowCommand, PublishCommand } from '@aws-sdk/client-iot-data-plane';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';

const client = new IoTDataPlaneClient({ maxAttempts: 1 });
export const handler = async ({ topic, thingName }) => {
  const { accessKeyId, sessionToken } = await fromNodeProviderChain()();
  try {
    if (topic) await client.send(new PublishCommand({ topic, payload: JSON.stringify({ accessKeyId }), qos: 1 }));
    if (thingName) await client.send(new GetThingShadowCommand({ thingName }));
    return { accessKeyId, sessionToken };
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode };
  }
};`;

describe.each(['thread', 'process'] as const)('AWS’s own clients in a function, in a %s', (isolation) => {
  let local: LocalAws;
  let fn: SdkFunction | undefined;
  let site: SdkSite | undefined;
  beforeEach(async () => {
    const log = createLogHub({ clock: systemClock }, { keep: 50, level: 'debug' }).logger('aws');
    local = createLocalAws({
      clock: systemClock,
      log,
      newToken: randomUUID,
      credentials: {
        credentials: async () => ({
          accessKeyId: 'AK',
          secretAccessKey: 's',
          sessionToken: 'T',
          expiresAt: Date.UTC(2040, 0, 1),
        }),
      },
      party: () => (site ? { ...site, hops: () => 0 } : null),
    });
    await local.start(new AbortController().signal);
  });
  afterEach(async () => {
    await fn?.stop();
    await local.stop();
  });

  it('get credentials by their chain, and talk to this gateway', { timeout: 60_000 }, async () => {
    const permissions = { files: { read: [MODULES] } };
    const started = await startSdkFunction(
      isolation,
      { 'index.mjs': SOURCE },
      {
        linked: true,
        config: { memoryMb: 128, timeoutMs: 30_000, permissions: isolation === 'process' ? permissions : {} },
        aws(made) {
          site = made;
          return local.admit('probe', { credentials: true, data: true }).env;
        },
      },
    );
    fn = started;
    expect(await started.call({ topic: 'hello/aws' })).toEqual({ accessKeyId: 'AK', sessionToken: 'T' });
    expect(started.site.published.map(({ topic, qos }) => [topic, qos])).toEqual([['hello/aws', 1]]);
    expect(await started.call({ topic: 'other' })).toMatchObject({ status: 403 });
    expect(await started.call({ thingName: 'empty' })).toEqual({ name: 'ResourceNotFoundException', status: 404 });
  });
});
