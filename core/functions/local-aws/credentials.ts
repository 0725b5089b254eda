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

/** What a function is to find in its environment. */
export interface LocalAwsWants {
  /** `permissions.awsCredentials`: the container credentials endpoint. */
  readonly credentials: boolean;
  /** `iotDataLocal`: the IoT data plane. Without `credentials` the SDK gets some that mean nothing, for it signs every request. */
  readonly data: boolean;
}

/**
 * One HTTP listener on 127.0.0.1 and a free port for all functions, opened by `start`, which may be called again for every function.
 * - `GET /2016-11-01/credentialprovider/` with `Authorization: <token of the instance's function>`: 200 with AccessKeyId,
 *   SecretAccessKey, Token, Expiration; 405, 400, 403, 504, 500 as in contract 2.9. Whether it may is asked each time.
 * - `POST /d/<token>/topics/<topic>?qos=`: the IoT data plane, routed locally as this function, with its permissions.
 *   `GET|POST|DELETE /d/<token>/things/<T>/shadow[?name=]`: the local shadows. Anything else: 404 with `x-amzn-errortype`.
 */
export interface LocalAws {
  /** Environment variables for one function; tokens end with `release`. Throws `gateway/internal` before `start`. */
  admit(
    name: string,
    wants: LocalAwsWants,
  ): {
    readonly env: Readonly<Record<string, string>>;
    release(): void;
  };
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
