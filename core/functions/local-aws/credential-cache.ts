import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';

/** So long before their end new ones are fetched. */
const BEFORE_END_MS = 300_000;
/** No role of AWS gives credentials for longer; should the wall clock be wrong, this ends them. */
const LONGEST_MS = 43_200_000;
/** Credentials of a file: so that a changed file is soon seen. */
const WITHOUT_END_MS = 60_000;
/** How long a refusal is kept, so that functions that try again and again are not felt by the provider. */
const REFUSED_MS = 120_000;
const UNREACHABLE_MS = 60_000;
const UNKNOWN_MS = 300_000;

const keptMs = (cause: unknown): number => {
  if (!(cause instanceof GatewayError)) return UNKNOWN_MS;
  if (cause.code === 'cloud/credentials-refused') return REFUSED_MS;
  return cause.code === 'cloud/credentials-unreachable' ? UNREACHABLE_MS : UNKNOWN_MS;
};

interface Had {
  readonly credentials: AwsCredentials;
  /** Monotonic ms. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/**
 * One fetch at a time for all who ask. What is there is given until 300 s before its end, and after it as long as it holds while no
 * new ones come. A failure is kept for a while (the times of contract 2.9) and given again. The caller's signal ends its waiting, not
 * the fetch, which has a deadline of its own.
 */
export function createCredentialCache(
  deps: { readonly clock: Clock; readonly log: Logger },
  source: CredentialSource,
): CredentialSource {
  const { clock, log } = deps;
  let had: Had | null = null;
  let failed: { readonly cause: unknown; readonly until: number } | null = null;
  let fetching: Promise<AwsCredentials> | null = null;

  async function fetchNew(): Promise<AwsCredentials> {
    try {
      const credentials = await source.credentials(new AbortController().signal);
      const now = clock.monotonic();
      const { expiresAt } = credentials;
      const holdsMs = expiresAt === null ? WITHOUT_END_MS : Math.min(LONGEST_MS, expiresAt - clock.now());
      had = { credentials, renewAt: now + (expiresAt === null ? holdsMs : holdsMs - BEFORE_END_MS), endsAt: now + holdsMs };
      failed = null;
      return credentials;
    } catch (cause) {
      if (!failed) log.warn('aws.no-credentials', { cause });
      failed = { cause, until: clock.monotonic() + keptMs(cause) };
      throw cause;
    } finally {
      fetching = null;
    }
  }
  async function current(): Promise<AwsCredentials> {
    const now = clock.monotonic();
    if (had && now < had.renewAt) return had.credentials;
    const holds = had && now < had.endsAt ? had.credentials : null;
    if (failed && now < failed.until) {
      if (holds) return holds;
      throw failed.cause;
    }
    fetching ??= fetchNew();
    return holds ? fetching.catch(() => holds) : fetching;
  }
  return {
    credentials(signal) {
      return new Promise((resolve, reject) => {
        const stop = (): void => reject(signal.reason);
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        current()
          .then(resolve, reject)
          .finally(() => signal.removeEventListener('abort', stop));
      });
    },
  };
}
