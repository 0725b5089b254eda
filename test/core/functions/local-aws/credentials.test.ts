import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import { createConfiguredCredentials } from '../../../../core/functions/local-aws/configured-credentials.ts';
import { createCredentialCache } from '../../../../core/functions/local-aws/credential-cache.ts';
import type { AwsCredentials } from '../../../../core/functions/local-aws/credentials.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const never = new AbortController().signal;

describe('credentials of a file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-credentials-'));
    file = join(folder, 'credentials');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(file, text);
    return createConfiguredCredentials(file).credentials(never);
  };

  it.each([
    ['[default]\naws_access_key_id = AK\naws_secret_access_key=s/+=k\n', null],
    [
      '# mine\r\n[other]\r\naws_access_key_id=no\r\n[ default ]\r\nAWS_ACCESS_KEY_ID=AK\r\naws_secret_access_key = s/+=k \r\n',
      null,
    ],
    ['[default]\naws_access_key_id=AK\naws_secret_access_key=s/+=k\naws_session_token=T==\n[next]\naws_access_key_id=no', 'T=='],
  ])('takes the section [default] of %j', async (text, sessionToken) => {
    expect(await read(text)).toEqual({ accessKeyId: 'AK', secretAccessKey: 's/+=k', sessionToken, expiresAt: null });
  });

  it('takes what a credential process prints', async () => {
    const text = ' {"Version":1,"AccessKeyId":"AK","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-01-01T00:00:00Z"}';
    const expiresAt = Date.UTC(2026, 0, 1);
    expect(await read(text)).toEqual({ accessKeyId: 'AK', secretAccessKey: 's', sessionToken: 't', expiresAt });
    expect(await read('{"AccessKeyId":"AK","SecretAccessKey":"s"}')).toMatchObject({ sessionToken: null, expiresAt: null });
  });

  it.each(['', '[default]', '[default]\naws_access_key_id=AK', '{"AccessKeyId":"hush"', '{"AccessKeyId":"hush"}', 'hush'])(
    'names the file and nothing of it where it is %j',
    async (text) => {
      const fault = await read(text).catch((cause: unknown) => cause);
      expect(fault).toMatchObject({ code: 'cloud/credentials-refused', message: expect.stringContaining(file) });
      expect(JSON.stringify([fault, String(fault)])).not.toContain('hush');
    },
  );

  it('says that a file is not there', async () => {
    await expect(createConfiguredCredentials(file).credentials(never)).rejects.toMatchObject({
      code: 'cloud/credentials-refused',
    });
  });
});

describe('the cache of credentials', () => {
  function make(lifetimeMs: number | null = 3_600_000) {
    const clock = createManualClock();
    const log = createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('aws');
    let asked = 0;
    let fault: Error | null = null;
    let hold: Promise<void> = Promise.resolve();
    const cache = createCredentialCache(
      { clock, log },
      {
        async credentials(): Promise<AwsCredentials> {
          asked += 1;
          const expiresAt = lifetimeMs === null ? null : clock.now() + lifetimeMs;
          const accessKeyId = `AK${asked}`;
          await hold;
          if (fault) throw fault;
          return { accessKeyId, secretAccessKey: 's', sessionToken: null, expiresAt };
        },
      },
    );
    const get = async (): Promise<string> => (await cache.credentials(never)).accessKeyId;
    return {
      clock,
      cache,
      get,
      asked: () => asked,
      fail(next: Error | null) {
        fault = next;
      },
      holdUp(next: Promise<void>) {
        hold = next;
      },
    };
  }

  it('gives what it has until 300 s before the end', async () => {
    const { clock, get } = make();
    expect([await get(), await get()]).toEqual(['AK1', 'AK1']);
    await clock.advance(3_299_999);
    expect(await get()).toBe('AK1');
    await clock.advance(1);
    expect([await get(), await get()]).toEqual(['AK2', 'AK2']);
  });

  it('asks once for many who ask at once', async () => {
    const { get, asked } = make();
    expect(await Promise.all([get(), get(), get()])).toEqual(['AK1', 'AK1', 'AK1']);
    expect(asked()).toBe(1);
  });

  it.each([
    ['cloud/credentials-refused', 120_000],
    ['cloud/credentials-unreachable', 60_000],
    ['cloud/certificate', 300_000],
  ] as const)('keeps %s for %i ms', async (code, ms) => {
    const { clock, get, asked, fail } = make();
    fail(new GatewayError(code, 'no'));
    for (let n = 0; n < 3; n += 1) await expect(get()).rejects.toMatchObject({ code });
    await clock.advance(ms - 1);
    await expect(get()).rejects.toMatchObject({ code });
    expect(asked()).toBe(1);
    fail(null);
    await clock.advance(1);
    expect(await get()).toBe('AK2');
  });

  it('goes on with those that still hold while no new ones come, and not after their end', async () => {
    const { clock, get, fail } = make();
    await get();
    fail(new GatewayError('cloud/credentials-unreachable', 'no'));
    await clock.advance(3_400_000);
    expect([await get(), await get()]).toEqual(['AK1', 'AK1']);
    await clock.advance(200_000);
    await expect(get()).rejects.toMatchObject({ code: 'cloud/credentials-unreachable' });
  });

  it('does not go by a wall clock that is set', async () => {
    const { clock, get } = make();
    await get();
    clock.jumpWall(-1e10);
    await clock.advance(3_300_000);
    expect(await get()).toBe('AK2');
  });

  it('lets go who does not wait any more, and not the others', async () => {
    const { cache, get, holdUp } = make();
    const gate = Promise.withResolvers<void>();
    holdUp(gate.promise);
    const gone = new AbortController();
    const first = cache.credentials(gone.signal);
    const second = get();
    gone.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    gate.resolve();
    expect(await second).toBe('AK1');
    await expect(cache.credentials(gone.signal)).rejects.toThrow('gone');
  });

  it('sees a changed file within a minute', async () => {
    const { clock, get } = make(null);
    await get();
    await clock.advance(59_999);
    expect(await get()).toBe('AK1');
    await clock.advance(1);
    expect(await get()).toBe('AK2');
  });
});
