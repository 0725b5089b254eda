import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { describe, GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { KEY_BYTES, seal, unseal } from './secret-crypt.ts';
import type { SecretFacts, SecretStore, SecretValue } from './secrets.ts';

/** Where book and key lie. Writing is durable before it resolves. */
export interface SecretKeeping {
  /** The newest sound generation. `torn`: files that are there and are not whole. */
  readBook(): { readonly text: string | null; readonly torn: readonly string[] };
  writeBook(text: string): Promise<void>;
  /** null where there is none. Throws when it is there and cannot be read. */
  readKey(): string | null;
  /** With mode 0600. */
  writeKey(text: string): Promise<void>;
}

export interface SecretFileDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly keeping: SecretKeeping;
  /** A new UUID, for a version. */
  newId(): string;
}

const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const Version = z.strictObject({
  versionId: z.string(),
  stages: z.array(z.string()),
  createdAt: z.number(),
  kind: z.enum(['text', 'bytes']),
  nonce: Base64,
  tag: Base64,
  data: Base64,
});
const Kept = z.strictObject({ name: z.string(), arn: z.string(), versions: z.array(Version).min(1) });
const Book = z.strictObject({ secrets: z.array(Kept) });
type Version = z.infer<typeof Version>;
type Kept = z.infer<typeof Kept>;

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MAX_VALUE = 65_536;
const MAX_SECRETS = 1000;
/** Characters; the book is read and written as a whole. */
const MAX_BOOK = 4 * 1024 * 1024;
/** As AWS names them, shorter. */
const NAME = /^[\w/+=.@-]{1,256}$/;
const ARN = /^arn:[\w:/+=.@-]{1,2000}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const aboutOf = (name: string, { versionId, kind }: Pick<Version, 'versionId' | 'kind'>): string =>
  `${name}\n${versionId}\n${kind}`;
const factsOf = ({ name, arn }: Kept, { versionId, stages, createdAt }: Version): SecretFacts => ({
  arn,
  name,
  versionId,
  stages: [...stages],
  createdAt,
});
const currentOf = ({ versions }: Kept): Version | undefined => versions.find(({ stages }) => stages.includes(CURRENT));
const unreadable = (message: string, remedy?: string): GatewayError =>
  new GatewayError('secret/unreadable', message, remedy === undefined ? {} : { remedy });
function unwritable(cause: unknown): never {
  throw new GatewayError('gateway/data-unwritable', `The secrets cannot be written: ${describe(cause)}.`, { cause });
}

/** The secrets as `SecretStore` says. Nothing of a value is ever logged, nor told in a fault. Changes are made one after another. */
export function createSecretStore({ clock, log, keeping, newId }: SecretFileDeps): SecretStore {
  let book: readonly Kept[] | 'damaged' | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  function load(): readonly Kept[] | 'damaged' {
    if (book !== null) return book;
    const { text, torn } = keeping.readBook();
    book = text === null ? (torn.length > 0 ? 'damaged' : []) : parse(text);
    if (torn.length > 0 || book === 'damaged') log.error('secrets.torn', { files: torn.join(', '), lost: book === 'damaged' });
    return book;
  }
  function parse(text: string): readonly Kept[] | 'damaged' {
    try {
      return Book.parse(JSON.parse(text)).secrets;
    } catch {
      return 'damaged'; // without the cause: its text may show parts of the file
    }
  }
  function sound(): readonly Kept[] {
    const now = load();
    if (now !== 'damaged') return now;
    throw unreadable(
      'The file of the secrets is damaged.',
      'Move secrets.json.a and secrets.json.b away, then set the secrets anew.',
    );
  }
  function key(): Buffer | null {
    let text: string | null;
    try {
      text = keeping.readKey()?.trim() ?? null;
    } catch (cause) {
      throw unreadable(`The key of the secrets cannot be read: ${describe(cause)}.`);
    }
    if (text === null) return null;
    if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex');
    throw unreadable(
      'The key of the secrets is damaged.',
      'Put secrets.key back from a copy, or move it away and set the secrets anew.',
    );
  }
  async function keyOrNew(): Promise<Buffer> {
    const there = key();
    if (there) return there;
    const made = randomBytes(KEY_BYTES);
    await keeping.writeKey(`${made.toString('hex')}\n`).catch(unwritable);
    return made;
  }
  const find = (id: string): Kept | undefined => sound().find((one) => one.name === id || one.arn === id);
  async function write(next: readonly Kept[]): Promise<void> {
    const text = JSON.stringify({ secrets: next });
    if (text.length > MAX_BOOK) throw new GatewayError('api/bad-input', 'All secrets together are larger than 4 MB.');
    await keeping.writeBook(text).catch(unwritable);
    book = next;
  }
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }
  function check(name: string, bytes: Uint8Array, arn: string | undefined): void {
    if (!NAME.test(name)) {
      throw new GatewayError('api/bad-input', 'A secret’s name has 1 to 256 letters, digits and any of "/_+=.@-".');
    }
    if (arn !== undefined && !ARN.test(arn)) throw new GatewayError('api/bad-input', `"${arn.slice(0, 80)}" is not an ARN.`);
    if (bytes.byteLength > MAX_VALUE) throw new GatewayError('api/bad-input', `Secret "${name}" is larger than 64 KB.`);
    const others = sound().filter((one) => one.name !== name);
    if (others.length >= MAX_SECRETS) throw new GatewayError('api/bad-input', `There are ${MAX_SECRETS} secrets already.`);
    if (arn !== undefined && others.some((one) => one.arn === arn))
      throw new GatewayError('api/bad-input', `Another secret has the ARN "${arn}".`);
  }
  return {
    list() {
      const now = load();
      if (now === 'damaged') return [];
      return now.flatMap((one) => {
        const current = currentOf(one);
        return current ? [factsOf(one, current)] : [];
      });
    },
    async get(id, stage) {
      const kept = find(id);
      if (!kept) throw new GatewayError('secret/unknown', `There is no secret "${id.slice(0, 256)}".`);
      const wanted = stage ?? CURRENT;
      const version = kept.versions.find(({ stages }) => stages.includes(wanted));
      if (!version) throw new GatewayError('secret/unknown', `Secret "${kept.name}" has no version "${wanted.slice(0, 256)}".`);
      const secretKey = key();
      const bytes = secretKey && unseal(secretKey, aboutOf(kept.name, version), version);
      if (!bytes) throw unreadable(`Secret "${kept.name}" cannot be decrypted with the key of this gateway.`);
      const value: SecretValue['value'] = version.kind === 'text' ? { text: utf8.decode(bytes) } : { bytes };
      return { ...factsOf(kept, version), value };
    },
    set: (name, value, arn) =>
      inTurn(async () => {
        const bytes = 'text' in value ? Buffer.from(value.text, 'utf8') : value.bytes;
        check(name, bytes, arn);
        const before = sound().find((one) => one.name === name);
        const old = before && currentOf(before);
        const about = { versionId: newId(), kind: 'text' in value ? ('text' as const) : ('bytes' as const) };
        const fresh: Version = {
          ...about,
          stages: [CURRENT],
          createdAt: clock.now(),
          ...seal(await keyOrNew(), aboutOf(name, about), bytes),
        };
        const kept: Kept = {
          name,
          arn: arn ?? before?.arn ?? `arn:aws:secretsmanager:local:000000000000:secret:${name}`,
          versions: [fresh, ...(old ? [{ ...old, stages: [PREVIOUS] }] : [])],
        };
        await write([...sound().filter((one) => one !== before), kept]);
        return factsOf(kept, fresh);
      }),
    remove: (name) =>
      inTurn(async () => {
        const left = sound().filter((one) => one.name !== name);
        if (left.length === sound().length) return false;
        await write(left);
        return true;
      }),
  };
}
