import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { GatewaySettings } from '../../../core/config/settings.ts';
import { createAwsAccess } from '../../../core/gateway/aws-access.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const clock = createManualClock();
const accessOf = (settings: object) =>
  createAwsAccess({ clock, logs: createLogHub({ clock }, { keep: 10, level: 'debug' }) }, GatewaySettings.parse(settings));
const cloud = { url: 'mqtt://127.0.0.1:1', clientId: 'gw 7' };

it.each([
  [{}, { name: 'Gatehouse', region: 'local' }],
  [{ gatewayName: 'Cold store, hall 3' }, { name: 'Cold-store--hall-3', region: 'local' }],
  [
    { gatewayName: 'x', cloud },
    { name: 'gw-7', region: 'local' },
  ],
  [
    { cloud, aws: { region: 'eu-central-1', thingName: 'thing:1' } },
    { name: 'thing:1', region: 'eu-central-1' },
  ],
])('of the settings %o the thing is %o', (settings, thing) => {
  expect(accessOf(settings).thing).toEqual(thing);
});

it('gives credentials of the configured file, refuses without a certificate, and has none where none are named', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-aws-'));
  const file = join(dir, 'credentials');
  await writeFile(file, '[default]\naws_access_key_id = AK\naws_secret_access_key = SK\n');
  const { signal } = new AbortController();
  expect(accessOf({}).credentials).toBeNull();
  expect(await accessOf({ aws: { credentialsFile: file } }).credentials?.credentials(signal)).toMatchObject({
    accessKeyId: 'AK',
    secretAccessKey: 'SK',
  });
  const iot = { endpoint: 'localhost:1', roleAlias: 'role' };
  await expect(accessOf({ aws: { iot } }).credentials?.credentials(signal)).rejects.toMatchObject({
    code: 'cloud/credentials-refused',
  });
  await rm(dir, { recursive: true, force: true });
});
