import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';

const LOOK_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** A technician is told so long before the certificate ends. */
export const ENDS_SOON_MS = 30 * DAY_MS;

/** The fault to show when a certificate has less than 30 days left; null while there is time, or no certificate. */
export function certificateEndsFault(endsAt: number | null, now: number): GatewayError | null {
  if (endsAt === null || endsAt - now > ENDS_SOON_MS) return null;
  const days = Math.floor((endsAt - now) / DAY_MS);
  const when = new Date(endsAt).toISOString().slice(0, 10);
  const text = endsAt <= now ? `ended on ${when}` : `ends on ${when}, in ${days} days`;
  return new GatewayError('cloud/certificate-ends', `The gateway’s certificate for the cloud ${text}.`, { details: { endsAt } });
}

export interface CertificateWatch {
  /** The files as they are now are those in use. */
  used(): Promise<void>;
  stop(): void;
}

export interface CertificateWatchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Other files are there than those in use, and they belong together. */
  onRenewed(): void;
}

type Files = Pick<CloudSettings, 'caFile' | 'certFile' | 'keyFile' | 'passwordFile'>;

async function fingerprint(paths: readonly string[]): Promise<string> {
  const stats = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  return stats.map((one) => (one ? `${one.mtimeMs}/${one.size}/${one.ino}` : '-')).join(' ');
}

/** A renewal writes two files, one after the other: until both are there the old connection stays. */
async function belongTogether({ certFile, keyFile }: Files): Promise<boolean> {
  if (certFile === undefined || keyFile === undefined) return true;
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** Looks every minute whether the files of the credentials were replaced. */
export function createCertificateWatch(deps: CertificateWatchDeps, files: Files): CertificateWatch {
  const paths = [files.caFile, files.certFile, files.keyFile, files.passwordFile].filter((path) => path !== undefined);
  let inUse: string | null = null;
  let looking = false;

  async function look(): Promise<void> {
    if (looking || inUse === null) return;
    looking = true;
    try {
      const now = await fingerprint(paths);
      if (now === inUse || now.includes('-') || !(await belongTogether(files))) return;
      inUse = now;
      deps.onRenewed();
    } finally {
      looking = false;
    }
  }
  const stop =
    paths.length === 0
      ? () => {}
      : deps.clock.every(LOOK_EVERY_MS, () => {
          look().catch((cause: unknown) => deps.log.warn('cloud.certificate-not-watched', { cause }));
        });
  return {
    async used() {
      if (paths.length > 0) inUse = await fingerprint(paths);
    },
    stop,
  };
}
