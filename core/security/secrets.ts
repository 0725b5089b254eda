/** One version of a secret; the value is only ever in memory while it is asked for. */
export interface SecretValue {
  /** `arn:aws:secretsmanager:local:000000000000:secret:<name>` unless it was brought with an ARN of its own. */
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  readonly stages: readonly string[];
  readonly createdAt: number;
  readonly value: { readonly text: string } | { readonly bytes: Uint8Array };
}
export type SecretFacts = Omit<SecretValue, 'value'>;

/**
 * The gateway's secrets: AES-256-GCM (a fresh nonce each, the name as additional data) in `<data>/secrets.json`, under a key in
 * `<data>/secrets.key` (mode 0600, made at first use). Written durably (two generations) before a call resolves. What protects the
 * key is the machine: whoever reads the data directory as the gateway's user has the secrets.
 */
export interface SecretStore {
  list(): readonly SecretFacts[];
  /** By name or ARN; the stage `AWSCURRENT` when null. Rejects with `secret/unknown`, `secret/unreadable` (wrong key, damaged). */
  get(id: string, stage: string | null): Promise<SecretValue>;
  /** The version before keeps `AWSPREVIOUS`; older ones go. At most 64 KB a value, 1,000 secrets. */
  set(name: string, value: SecretValue['value'], arn?: string): Promise<SecretFacts>;
  /** False where there was none. */
  remove(name: string): Promise<boolean>;
}
