import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { CloudSettings } from '../config/cloud-settings.ts';
import { type Credentials, loadCredentials } from './credentials.ts';

/** Credentials for AWS, as the provider gives them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Wall ms. */
  readonly expiresAt: number | null;
}

export interface IotCredentialsOptions {
  /** Host, and a port where it is not 443. */
  readonly endpoint: string;
  readonly roleAlias: string;
  /** Must be a thing that the certificate is attached to. */
  readonly thingName: string;
}

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 65_536;

const Answer = z.object({
  credentials: z.object({
    accessKeyId: z.string().min(1),
    secretAccessKey: z.string().min(1),
    sessionToken: z.string().min(1),
    expiration: z.iso.datetime({ offset: true }),
  }),
});

interface Response {
  readonly status: number;
  readonly text: string;
}

const unreachable = (endpoint: string, why: string, cause?: unknown): GatewayError =>
  new GatewayError('cloud/credentials-unreachable', `The credentials provider ${endpoint} ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    details: { endpoint },
  });

function get(options: IotCredentialsOptions, own: Credentials, signal: AbortSignal): Promise<Response> {
  const { endpoint, roleAlias, thingName } = options;
  const url = new URL(`https://${endpoint}/role-aliases/${encodeURIComponent(roleAlias)}/credentials`);
  const { ca, cert, key } = own;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, {
      headers: { 'x-amzn-iot-thingname': thingName },
      signal,
      agent: false,
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.once('error', reject);
      response.on('data', (part: Buffer) => {
        bytes += part.byteLength;
        if (bytes > ANSWER_BYTES) request.destroy(new Error('the answer is too long'));
        else parts.push(part);
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
    });
    request.end();
  });
}

/** The provider's reason, where it gives one; never what else an answer holds. */
function reasonOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message).slice(0, 200);
  } catch {
    // no JSON: a page of something in between
  }
  return 'it gave no reason';
}

function read({ status, text }: Response, options: IotCredentialsOptions): RoleCredentials {
  const { endpoint, roleAlias, thingName } = options;
  if (status >= 400 && status < 500) {
    const what = `The credentials provider ${endpoint} refused the role alias "${roleAlias}" for the thing "${thingName}"`;
    throw new GatewayError('cloud/credentials-refused', `${what} (${status}: ${reasonOf(text)}).`, {
      details: { endpoint, status },
    });
  }
  if (status !== 200) throw unreachable(endpoint, `answered with ${status}: ${reasonOf(text)}`);
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = Answer.parse(JSON.parse(text)).credentials;
    return { accessKeyId, secretAccessKey, sessionToken, expiresAt: Date.parse(expiration) };
  } catch {
    throw unreachable(endpoint, 'answered with something that are no credentials');
  }
}

/**
 * Credentials from the AWS IoT credentials provider, asked with the gateway's own certificate, which is read anew each time. Rejects
 * with `cloud/credentials-refused` (4xx, or no certificate), `cloud/credentials-unreachable` (30 s without an answer, 5xx),
 * `cloud/certificate`. Nothing is kept here.
 */
export function createIotCredentials(
  deps: { readonly clock: Clock },
  options: IotCredentialsOptions,
  cloud: CloudSettings | null,
): { credentials(signal: AbortSignal): Promise<RoleCredentials> } {
  const { clock } = deps;
  async function ask(own: Credentials, signal: AbortSignal): Promise<Response> {
    const deadline = new AbortController();
    const cancel = clock.after(TIMEOUT_MS, () => deadline.abort());
    try {
      return await get(options, own, AbortSignal.any([deadline.signal, signal]));
    } catch (cause) {
      signal.throwIfAborted();
      const why = deadline.signal.aborted ? `gave no answer within ${TIMEOUT_MS / 1000} s` : 'cannot be reached';
      throw unreachable(options.endpoint, why, cause);
    } finally {
      cancel();
    }
  }
  return {
    async credentials(signal) {
      const own = cloud && (await loadCredentials(cloud, clock.now()));
      if (!own?.cert || !own.key) {
        throw new GatewayError(
          'cloud/credentials-refused',
          'The credentials provider of AWS IoT needs the certificate of this gateway.',
          {
            remedy: 'Name certFile and keyFile below cloud in the settings.',
          },
        );
      }
      return read(await ask(own, signal), options);
    },
  };
}
