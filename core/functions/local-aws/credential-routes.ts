import { GatewayError } from '../../base/errors.ts';
import { type Answer, json } from './answers.ts';
import type { CredentialSource } from './credentials.ts';
import type { LocalAwsParty } from './data-plane-routes.ts';

export const CREDENTIALS_PATH = '/2016-11-01/credentialprovider/';

/** Both ways in which SDKs look for the reason. */
const refused = (status: number, code: string, text: string): Answer =>
  json(status, { Code: code, Message: text, message: text });

export interface CredentialRequest {
  readonly method: string;
  readonly path: string;
  /** The function whose token came, or null for a wrong one. */
  readonly party: LocalAwsParty | null;
}

const isAllowed = (party: LocalAwsParty): boolean => {
  try {
    party.gatekeeper.demand({ kind: 'credentials' });
    return true;
  } catch {
    return false;
  }
};

/** The container credentials endpoint. An `Expiration` is always given, because some SDKs need one. Never rejects. */
export async function answerCredentials(
  request: CredentialRequest,
  source: CredentialSource | null,
  now: () => number,
  signal: AbortSignal,
): Promise<Answer> {
  if (request.method !== 'GET') return refused(405, 'MethodNotAllowed', 'Only GET requests are supported');
  if (request.path !== CREDENTIALS_PATH) return refused(400, 'BadRequest', `Only the path ${CREDENTIALS_PATH} is served`);
  if (!request.party) return refused(403, 'AccessDenied', 'Bad auth token');
  if (!isAllowed(request.party)) return refused(403, 'AccessDenied', 'permissions.awsCredentials of the function is not set');
  if (!source) return refused(500, 'InternalServerError', 'No AWS credentials are configured in the settings of the gateway');
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = await source.credentials(signal);
    return json(200, {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken ?? '',
      Expiration: new Date(expiresAt ?? now() + WITHOUT_END_MS).toISOString(),
    });
  } catch (cause) {
    const isTimeout = cause instanceof GatewayError && cause.code === 'cloud/credentials-unreachable';
    const text = cause instanceof GatewayError ? cause.message : 'Internal failure';
    return isTimeout ? refused(504, 'GatewayTimeout', text) : refused(500, 'InternalServerError', text);
  }
}

/** Credentials without an end are asked for again after so long: the file may have changed. */
const WITHOUT_END_MS = 3_600_000;
