import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type Answer, refusal } from './answers.ts';
import { answerCredentials, CREDENTIALS_PATH } from './credential-routes.ts';
import type { CredentialSource, LocalAws, LocalAwsWants } from './credentials.ts';
import { answerDataPlane, type LocalAwsParty } from './data-plane-routes.ts';

export interface LocalAwsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Unguessable text of letters, digits, `-` and `_`. */
  newToken(): string;
  /** Null where the settings name none. */
  readonly credentials: CredentialSource | null;
  /** The function of this name in the site that runs; null where there is none. */
  party(name: string): LocalAwsParty | null;
}

/** Far above what a message or a shadow may have. */
const BODY_BYTES = 1_048_576;
const CONNECTIONS = 500;
/** A request that is not there after so long is given up. */
const REQUEST_MS = 30_000;
const DATA_PATH = /^\/d\/([\w-]+)(\/[^?]*)$/;
/** For an SDK that must sign what nobody checks. */
const MEANINGLESS = { AWS_ACCESS_KEY_ID: 'GATEHOUSELOCAL', AWS_SECRET_ACCESS_KEY: 'local' };

/** Null where it is too long. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) return null;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    if (!(part instanceof Buffer)) continue;
    bytes += part.byteLength;
    if (bytes > BODY_BYTES) return null;
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** `start` rejects with what the system refuses a port with. Tokens are compared as keys of a table; they are long and random. */
export function createLocalAws(deps: LocalAwsDeps): LocalAws {
  const { clock, log } = deps;
  /** Function by token. */
  const tokens = new Map<string, string>();
  const life = new AbortController();
  let server: Server | null = null;
  let port = 0;
  let starting: Promise<void> | null = null;

  const partyOf = (token: string): readonly [name: string, party: LocalAwsParty] | null => {
    const name = tokens.get(token);
    const party = name === undefined ? null : deps.party(name);
    return name === undefined || !party ? null : [name, party];
  };
  async function answer(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const { method = '', url = '' } = request;
    const [path = '', ...rest] = url.split('?');
    const [, token, below] = DATA_PATH.exec(path) ?? [];
    if (token === undefined || below === undefined) {
      const party = partyOf(request.headers.authorization ?? '')?.[1] ?? null;
      const isOurs = path.startsWith(CREDENTIALS_PATH.slice(0, 12)) || party !== null;
      return isOurs
        ? answerCredentials({ method, path, party }, deps.credentials, () => clock.now(), signal)
        : refusal(404, 'Not found');
    }
    const found = partyOf(token);
    if (!found) return refusal(403, 'Bad token');
    const body = await readBody(request);
    if (!body) return refusal(413, 'The payload exceeds the maximum size allowed');
    return answerDataPlane(found[0], found[1], { method, path: below, query: new URLSearchParams(rest.join('?')), body }, signal);
  }
  function take(request: IncomingMessage, response: ServerResponse): void {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(request, AbortSignal.any([gone.signal, life.signal]))
      .catch((cause: unknown) => {
        log.debug('local-aws.request-failed', { cause });
        return refusal(500, 'Internal failure');
      })
      .then((given) => send(response, given))
      .catch((cause: unknown) => log.debug('local-aws.answer-failed', { cause }));
  }
  async function open(): Promise<void> {
    const own = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, take);
    own.maxConnections = CONNECTIONS;
    server = own;
    port = await listen(own);
    own.on('error', (cause) => log.warn('local-aws.failed', { cause }));
    log.info('local-aws.open', { port });
  }
  function environment(token: string, wants: LocalAwsWants): Record<string, string> {
    const base = `http://127.0.0.1:${port}`;
    return {
      ...(wants.credentials && {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}${CREDENTIALS_PATH}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      }),
      ...(wants.data && { AWS_ENDPOINT_URL_IOT_DATA_PLANE: `${base}/d/${token}` }),
      ...(wants.data && !wants.credentials && MEANINGLESS),
    };
  }
  return {
    admit(name, wants) {
      if (port === 0) throw new GatewayError('gateway/internal', 'The local AWS endpoint is not open yet.');
      const token = deps.newToken();
      tokens.set(token, name);
      return { env: environment(token, wants), release: () => void tokens.delete(token) };
    },
    start(signal) {
      signal.throwIfAborted();
      starting ??= open().catch((cause: unknown) => {
        starting = null;
        throw cause;
      });
      return starting;
    },
    async stop() {
      await starting?.catch(() => {});
      life.abort();
      tokens.clear();
      const own = server;
      server = null;
      if (!own?.listening) return;
      const closed = new Promise<void>((resolve) => own.close(() => resolve()));
      own.closeAllConnections();
      await closed;
    },
  };
}
