import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createSecretFiles } from '../../../core/gateway/secret-files.ts';
import { createSecretStore } from '../../../core/security/secret-file.ts';
import type { SecretStore } from '../../../core/security/secrets.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const PASSWORD = 'hunter2-of-the-pump';
const clock = createManualClock();
const logs = createLogHub({ clock }, { keep: 1000, level: 'debug' });
let dir: string;
let ids: number;
let store: SecretStore;

const newId = (): string => {
  ids += 1;
  return `v${ids}`;
};
const open = (): SecretStore => createSecretStore({ clock, log: logs.logger('secrets'), keeping: createSecretFiles(dir), newId });
const text = (value: string) => ({ text: value });
async function codeOf(work: Promise<unknown>): Promise<string> {
  const cause = await work.then(
    () => 'no fault',
    (error: unknown) => error,
  );
  if (!(cause instanceof GatewayError)) throw new Error(`not a GatewayError: ${String(cause)}`);
  expect(`${cause.message} ${JSON.stringify(cause.details)} ${String(cause.cause ?? '')}`).not.toContain(PASSWORD);
  return cause.code;
}
/** The generations of the book. */
async function files(): Promise<readonly string[]> {
  return (await readdir(dir)).filter((one) => one.startsWith('secrets.json')).map((one) => join(dir, one));
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-secrets-'));
  ids = 0;
  store = open();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('keeps text and bytes over a restart, by name and by ARN', async () => {
  const facts = await store.set('db/password', text(PASSWORD));
  expect(facts).toEqual({
    arn: 'arn:aws:secretsmanager:local:000000000000:secret:db/password',
    name: 'db/password',
    versionId: 'v1',
    stages: ['AWSCURRENT'],
    createdAt: clock.now(),
  });
  await store.set('key', { bytes: Uint8Array.of(0, 255, 1) }, 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf');
  store = open();
  expect(await store.get('db/password', null)).toEqual({ ...facts, value: { text: PASSWORD } });
  expect(await store.get(facts.arn, 'AWSCURRENT')).toEqual({ ...facts, value: { text: PASSWORD } });
  const { value } = await store.get('arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf', null);
  expect('bytes' in value && [...value.bytes]).toEqual([0, 255, 1]);
  expect(store.list().map(({ name }) => name)).toEqual(['db/password', 'key']);
});

it('has nothing of a value on disk, in a list or in the log, and the key for its owner only', async () => {
  await store.set('a', text(PASSWORD));
  await store.set('a', text(`${PASSWORD}!`));
  await store.get('a', null);
  for (const file of await readdir(dir)) expect(await readFile(join(dir, file), 'utf8')).not.toContain(PASSWORD);
  expect((await stat(join(dir, 'secrets.key'))).mode & 0o777).toBe(0o600);
  for (const file of await files()) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(store.list())).not.toContain(PASSWORD);
  expect(JSON.stringify(logs.recent())).not.toContain(PASSWORD);
});

it('keeps the version before as AWSPREVIOUS, and lets older ones go', async () => {
  for (const value of ['one', 'two', 'three']) await store.set('a', text(value));
  expect((await store.get('a', null)).value).toEqual({ text: 'three' });
  expect(await store.get('a', 'AWSPREVIOUS')).toMatchObject({ versionId: 'v2', stages: ['AWSPREVIOUS'], value: { text: 'two' } });
  expect(await codeOf(store.get('a', 'AWSPENDING'))).toBe('secret/unknown');
});

it('keeps the ARN that it was brought with', async () => {
  await store.set('a', text('1'), 'arn:aws:secretsmanager:x:1:secret:a');
  expect((await store.set('a', text('2'))).arn).toBe('arn:aws:secretsmanager:x:1:secret:a');
  expect(await codeOf(store.set('b', text('3'), 'arn:aws:secretsmanager:x:1:secret:a'))).toBe('api/bad-input');
});

it('removes, and says whether there was one', async () => {
  await store.set('a', text('1'));
  expect([await store.remove('a'), await store.remove('a')]).toEqual([true, false]);
  expect(await codeOf(open().get('a', null))).toBe('secret/unknown');
});

it('makes changes one after another, none lost', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => store.set(`s${i}`, text(String(i)))));
  const again = open();
  expect(again.list()).toHaveLength(20);
  expect((await again.get('s19', null)).value).toEqual({ text: '19' });
});

it('refuses names, sizes and numbers beyond the limits', async () => {
  expect(await codeOf(store.set('with space', text(PASSWORD)))).toBe('api/bad-input');
  expect(await codeOf(store.set('', text(PASSWORD)))).toBe('api/bad-input');
  expect(await codeOf(store.set('a', text(PASSWORD.repeat(4000))))).toBe('api/bad-input');
  expect(await codeOf(store.set('a', text('x'), 'no arn'))).toBe('api/bad-input');
  await store.set('a', { bytes: new Uint8Array(65_536) });
  expect(store.list()).toHaveLength(1);
});

describe('damage', () => {
  it('does not open with another key, nor with one that is damaged', async () => {
    await store.set('a', text(PASSWORD));
    await writeFile(join(dir, 'secrets.key'), '0'.repeat(64));
    expect(await codeOf(open().get('a', null))).toBe('secret/unreadable');
    await writeFile(join(dir, 'secrets.key'), 'torn');
    expect(await codeOf(open().get('a', null))).toBe('secret/unreadable');
    expect(await codeOf(open().set('b', text(PASSWORD)))).toBe('secret/unreadable');
    expect(await readFile(join(dir, 'secrets.key'), 'utf8')).toBe('torn');
  });
  it('does not open without its key, and goes on with a new one for what is set anew', async () => {
    await store.set('a', text(PASSWORD));
    await store.set('b', text(PASSWORD));
    await rm(join(dir, 'secrets.key'));
    store = open();
    expect(await codeOf(store.get('a', null))).toBe('secret/unreadable');
    await store.set('a', text('new'));
    expect((await store.get('a', null)).value).toEqual({ text: 'new' });
    expect(await codeOf(store.get('b', null))).toBe('secret/unreadable');
    expect(await codeOf(store.get('a', 'AWSPREVIOUS'))).toBe('secret/unreadable');
  });
  it('notices a changed bit of any part, another name, and versions that were swapped', async () => {
    await store.set('a', text(PASSWORD));
    await store.set('b', text('other'));
    const keeping = createSecretFiles(dir);
    const book = keeping.readBook().text ?? '';
    const flip = (base64: string): string => (base64.startsWith('A') ? `B${base64.slice(1)}` : `A${base64.slice(1)}`);
    const changes: ((one: { secrets: { name: string; versions: Record<string, string>[] }[] }) => void)[] = [
      ...['nonce', 'tag', 'data'].map((part) => (one: { secrets: { versions: Record<string, string>[] }[] }) => {
        const version = one.secrets[0]?.versions[0];
        if (version) version[part] = flip(version[part] ?? '');
      }),
      (one) => {
        const version = one.secrets[0]?.versions[0];
        if (version) version['kind'] = 'bytes';
      },
      (one) => {
        const [a, b] = one.secrets;
        if (a && b) a.versions = b.versions;
      },
    ];
    for (const change of changes) {
      const parsed = JSON.parse(book);
      change(parsed);
      await keeping.writeBook(JSON.stringify(parsed));
      expect(await codeOf(open().get('a', null))).toBe('secret/unreadable');
    }
    await keeping.writeBook(book);
    expect((await open().get('a', null)).value).toEqual({ text: PASSWORD });
  });
  it('goes back to the generation before when the newest is torn, and says so', async () => {
    await store.set('a', text('one'));
    await store.set('a', text('two'));
    const [first, second] = await files();
    if (!first || !second) throw new Error('two generations were expected');
    const newest = (await readFile(first, 'utf8')).includes('"generation":2') ? first : second;
    await writeFile(newest, (await readFile(newest, 'utf8')).slice(0, 40));
    store = open();
    expect((await store.get('a', null)).value).toEqual({ text: 'one' });
    expect(logs.recent().some((one) => one.event === 'secrets.torn')).toBe(true);
    await store.set('a', text('three'));
    expect((await open().get('a', null)).value).toEqual({ text: 'three' });
  });
  it('overwrites nothing when both generations are torn', async () => {
    await store.set('a', text('one'));
    await store.set('a', text('two'));
    for (const file of await files()) await writeFile(file, 'garbage');
    store = open();
    expect(store.list()).toEqual([]);
    expect(await codeOf(store.get('a', null))).toBe('secret/unreadable');
    expect(await codeOf(store.set('a', text('x')))).toBe('secret/unreadable');
    for (const file of await files()) expect(await readFile(file, 'utf8')).toBe('garbage');
  });
  it('keeps what it had when a write fails', async () => {
    const keeping = createSecretFiles(dir);
    let broken = false;
    store = createSecretStore({
      clock,
      log: logs.logger('secrets'),
      keeping: { ...keeping, writeBook: (book) => (broken ? Promise.reject(new Error('disk full')) : keeping.writeBook(book)) },
      newId: () => 'v',
    });
    await store.set('a', text('one'));
    broken = true;
    await expect(store.set('a', text('two'))).rejects.toThrow('disk full');
    expect((await store.get('a', null)).value).toEqual({ text: 'one' });
    broken = false;
    await store.set('a', text('three'));
    expect((await store.get('a', null)).value).toEqual({ text: 'three' });
  });
});
