import { readFile } from 'node:fs/promises';
import { describe, GatewayError } from '../base/errors.ts';
import type { GatewaySettings } from '../config/settings.ts';

type Files = NonNullable<GatewaySettings['broker']['tls']>;

async function pem(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new GatewayError('broker/needs-tls', `The broker's ${name} ${path} cannot be read: ${describe(cause)}.`, {
      cause,
      remedy: `Mend broker.tls.${name} in the settings, or give this user the right to read the file.`,
    });
  }
}

/** The broker's certificate, key and the authority whose client certificates let a client in. */
export async function readBrokerTls(files: Files): Promise<{ cert: string; key: string; ca: string }> {
  const [cert, key, ca] = await Promise.all([
    pem('certFile', files.certFile),
    pem('keyFile', files.keyFile),
    pem('caFile', files.caFile),
  ]);
  return { cert, key, ca };
}
