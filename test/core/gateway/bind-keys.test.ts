import { expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createBindKeys } from '../../../core/gateway/bind-keys.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemorySecrets } from '../../fakes/memory-secrets.ts';

const KEY = '231d39c1d7cc1ab1aee224cd096db932';
const NAME = 'bluetooth/5448E68F80A5';

it('gives the key that is kept, as text or as its 16 bytes, and the newest of them', async () => {
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const secrets = createMemorySecrets(clock, logs.logger('secrets'));
  const bindKey = createBindKeys(secrets);
  await expect(bindKey(NAME)).rejects.toMatchObject({ code: 'secret/unknown' });
  await secrets.set(NAME, { text: '00112233445566778899aabbccddeeff' });
  await secrets.set(NAME, { text: KEY });
  expect(await bindKey(NAME)).toBe(KEY);
  await secrets.set(NAME, { bytes: Buffer.from(KEY, 'hex') });
  expect(await bindKey(NAME)).toBe(KEY);
  expect(JSON.stringify(logs.recent())).not.toContain(KEY);
});
