import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GatewayError } from '../base/errors.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';

/** What a connection needs from files. Never logged. */
export interface Credentials {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly password?: Buffer;
  /** Our own certificate is out of its dates by this machine's clock: the likely reason if the connection fails. */
  readonly suspect: GatewayError | null;
  /** When our own certificate ends, wall ms; null where there is none. */
  readonly endsAt: number | null;
}

async function read(what: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new GatewayError('cloud/certificate', `The ${what} ${path} cannot be read.`, {
      cause,
      remedy: 'Check the path and that the gateway’s user may read the file.',
    });
  }
}

function parseOwn(cert: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (cause) {
    throw new GatewayError('cloud/certificate', `${path} is not a certificate.`, {
      cause,
      remedy: 'Choose the certificate file (PEM) of this gateway.',
    });
  }
}

/**
 * Our own certificate out of its dates: the server would only answer with an alert that says little. It is tried all the same,
 * because the clock of this machine may be what is wrong.
 */
function checkDates(parsed: X509Certificate, now: number): GatewayError | null {
  const remedy = 'Check the date and time of this machine first; if they are right, renew the certificate.';
  if (now > Date.parse(parsed.validTo)) {
    return new GatewayError('cloud/certificate', `The gateway’s certificate expired on ${parsed.validTo}.`, { remedy });
  }
  if (now < Date.parse(parsed.validFrom)) {
    return new GatewayError('cloud/certificate', `The gateway’s certificate is not valid before ${parsed.validFrom}.`, {
      remedy,
    });
  }
  return null;
}

/** Read anew for every attempt, so that a renewed certificate is taken. Rejects with `cloud/certificate` naming the file. */
export async function loadCredentials(settings: CloudSettings, now: number): Promise<Credentials> {
  const ca = await read('CA file', settings.caFile);
  const cert = await read('certificate file', settings.certFile);
  const key = await read('key file', settings.keyFile);
  const password = await read('password file', settings.passwordFile);
  const own = cert && settings.certFile !== undefined ? parseOwn(cert, settings.certFile) : null;
  return {
    suspect: own && checkDates(own, now),
    endsAt: own && Date.parse(own.validTo),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(password && { password: Buffer.from(password.toString('utf8').trimEnd()) }),
  };
}
