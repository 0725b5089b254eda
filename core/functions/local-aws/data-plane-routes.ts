import type { Draft } from '../../contract/message.ts';
import type { CallDesk, Gatekeeper } from '../calls/call-desk.ts';
import { type Answer, json, jsonBytes, refusal, refusalOf } from './answers.ts';

/** A function as it stands behind a request: its permissions, its calls, its way to the router. */
export interface LocalAwsParty {
  readonly gatekeeper: Gatekeeper;
  readonly desk: CallDesk;
  /** Nothing, or a promise that resolves, means accepted (with a durable target: on disk). */
  publish(draft: Draft): Promise<void> | undefined;
  /** Hops of what the function handles now: a request does not say which event it is for. */
  hops(): number;
}

export interface DataRequest {
  readonly method: string;
  /** What follows the token, as it came: percent-encoded, with a leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** What AWS IoT Core takes as a message. */
const PAYLOAD_BYTES = 131_072;
const EXPIRY_MAX_S = 315_360_000;

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Null where the query says something that cannot be. */
function draftOf(name: string, topic: string, hops: number, { query, body }: DataRequest): Draft | null {
  const qos = query.get('qos') ?? '0';
  const retain = query.get('retain') ?? 'false';
  const expiry = Number(query.get('messageExpiry') ?? 0);
  if ((qos !== '0' && qos !== '1') || (retain !== 'true' && retain !== 'false')) return null;
  if (!Number.isInteger(expiry) || expiry < 0 || expiry > EXPIRY_MAX_S) return null;
  return {
    topic,
    payload: body,
    qos: qos === '1' ? 1 : 0,
    retain: retain === 'true',
    source: { kind: 'function', id: name },
    hops: hops + 1,
    ...(expiry > 0 ? { expiryMs: expiry * 1000 } : {}),
  };
}

async function publish(name: string, party: LocalAwsParty, request: DataRequest): Promise<Answer> {
  const topic = decoded(request.path.slice('/topics/'.length));
  if (request.method !== 'POST') return refusal(405, 'Method not allowed');
  const draft = topic === null || topic === '' ? null : draftOf(name, topic, party.hops(), request);
  if (!draft) return refusal(400, 'Invalid request: topic, qos, retain or messageExpiry');
  if (draft.payload.byteLength > PAYLOAD_BYTES) return refusal(413, 'The payload exceeds the maximum size allowed');
  party.gatekeeper.demand({ kind: 'publish', topic: draft.topic });
  await party.publish(draft);
  return json(200, { message: 'OK' });
}

const SHADOW_CALLS = { GET: 'shadow.get', POST: 'shadow.update', DELETE: 'shadow.delete' } as const;
const isShadowMethod = (method: string): method is keyof typeof SHADOW_CALLS => Object.hasOwn(SHADOW_CALLS, method);
const SHADOW_PATH = /^\/things\/([^/]+)\/shadow$/;

async function shadow(name: string, party: LocalAwsParty, request: DataRequest, signal: AbortSignal): Promise<Answer> {
  const thing = decoded(SHADOW_PATH.exec(request.path)?.[1] ?? '');
  if (!isShadowMethod(request.method)) return refusal(405, 'Method not allowed');
  if (thing === null) return refusal(400, 'Invalid request: thing name');
  const id = { thing, name: request.query.get('name') };
  const input = request.method === 'POST' ? { ...id, payload: request.body } : id;
  const facts = { function: name, hops: party.hops(), traceId: undefined };
  const given = await party.desk.take(SHADOW_CALLS[request.method], input, facts, signal);
  const payload = typeof given === 'object' && given !== null && 'payload' in given ? given.payload : null;
  return payload instanceof Uint8Array ? jsonBytes(payload) : refusal(500, 'Internal failure');
}

/**
 * The part of the AWS IoT data plane that this gateway is: publishing and shadows, as this function and with its permissions. What an
 * MQTT 5 message carries beyond its expiry (content type, user properties, ...) has no place in a message here and is left out.
 * Never rejects.
 */
export async function answerDataPlane(
  name: string,
  party: LocalAwsParty,
  request: DataRequest,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    if (request.path.startsWith('/topics/')) return await publish(name, party, request);
    if (SHADOW_PATH.test(request.path)) return await shadow(name, party, request, signal);
    return refusal(404, 'This gateway offers publishing and shadows of the IoT data plane, and nothing else of it');
  } catch (cause) {
    return refusalOf(cause);
  }
}
