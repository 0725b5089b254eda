/** Credentials for AWS as an SDK takes them from a container. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Wall ms; null for those that do not end. */
  readonly expiresAt: number | null;
}

/**
 * Where they come from: configured (a file of the settings), or the AWS IoT credentials provider (`core/cloud/iot-credentials.ts`).
 * Rejects with `cloud/credentials-refused` (4xx, kept for 120 s), `cloud/credentials-unreachable` (kept for 60 s).
 * Gives what it has until 300 s before its end.
 */
export interface CredentialSource {
  credentials(signal: AbortSignal): Promise<AwsCredentials>;
}

/**
 * One HTTP listener on 127.0.0.1 and a free port for all functions, opened when the first function needs it.
 * - `GET /2016-11-01/credentialprovider/` with `Authorization: <token of the instance's function>`: 200 with AccessKeyId,
 *   SecretAccessKey, Token, Expiration; 405, 400, 403, 504, 500 as in contract 2.9.
 * - `POST /d/<token>/topics/<topic>?qos=`: the IoT data plane, routed locally as this function, with its permissions.
 *   `GET|POST|DELETE /d/<token>/things/<T>/shadow[?name=]`: the local shadows. Anything else: 404 with `x-amzn-errortype`.
 */
export interface LocalAws {
  /** Environment variables for one function; tokens end with `release`. */
  admit(name: string): {
    readonly env: Readonly<Record<string, string>>;
    release(): void;
  };
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
