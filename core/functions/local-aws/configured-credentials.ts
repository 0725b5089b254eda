import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { GatewayError } from '../../base/errors.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';

/** What a credential process of AWS's tools prints. */
const ProcessOutput = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().optional(),
  Expiration: z.iso.datetime({ offset: true }).optional(),
});

const unusable = (file: string, why: string, cause?: unknown): GatewayError =>
  new GatewayError('cloud/credentials-refused', `The credentials file ${file} ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    details: { path: file },
    remedy: 'Check aws.credentialsFile in the settings, and that the gateway’s user may read the file.',
  });

/** Without the cause: its text may show a part of the file. */
function fromJson(file: string, text: string): AwsCredentials {
  try {
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = ProcessOutput.parse(JSON.parse(text));
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken ?? null,
      expiresAt: Expiration === undefined ? null : Date.parse(Expiration),
    };
  } catch {
    throw unusable(file, 'is no JSON with AccessKeyId and SecretAccessKey');
  }
}

/** The section [default] of an INI file as AWS's tools write it. */
function fromIni(file: string, text: string): AwsCredentials {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[\s*(.*?)\s*\]/.exec(line);
    const entry = /^\s*([\w-]+)\s*=\s*(\S.*?)\s*$/.exec(line);
    if (head) section = head[1] ?? '';
    else if (entry && section === 'default') values.set((entry[1] ?? '').toLowerCase(), entry[2] ?? '');
  }
  const accessKeyId = values.get('aws_access_key_id');
  const secretAccessKey = values.get('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw unusable(file, 'has no section [default] with aws_access_key_id and aws_secret_access_key');
  }
  return { accessKeyId, secretAccessKey, sessionToken: values.get('aws_session_token') ?? null, expiresAt: null };
}

/** Credentials from a file, read anew each time: who renews it need not tell. Rejects with `cloud/credentials-refused`. */
export const createConfiguredCredentials = (file: string): CredentialSource => ({
  async credentials() {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw unusable(file, 'cannot be read', cause);
    });
    return text.trimStart().startsWith('{') ? fromJson(file, text) : fromIni(file, text);
  },
});
