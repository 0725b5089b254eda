import type { SdkLine } from '../calls/sdk-calls.ts';
import type { ClientContext } from '../invocation.ts';

/** One piece of work that the SDK posts to a function of the site or of the system. */
export interface Posted {
  readonly arn: string;
  readonly type: 'Event' | 'RequestResponse';
  readonly payload: Uint8Array;
  readonly context: ClientContext | null;
}

export interface Done {
  /** Of the work, where the gateway gave it one. */
  readonly invocationId?: string;
  /** Bytes; text of the secrets manager only, whose client shows it as it is (contract 1.3). */
  readonly body: Uint8Array | string;
  readonly functionError: string;
  readonly statusCode: number;
}

export type Work = (posted: Posted) => Promise<Done>;

export interface WorkDeps {
  readonly line: SdkLine;
  /** Wall ms. */
  now(): number;
}

const subjectOf = (context: ClientContext | null): string => {
  const subject = context?.custom?.['subject'];
  return typeof subject === 'string' ? subject : '';
};
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const done = (body: Uint8Array | string, functionError = ''): Done => ({ body, functionError, statusCode: 200 });

function fieldOf(cause: unknown, name: string): unknown {
  return typeof cause === 'object' && cause !== null ? Reflect.get(cause, name) : undefined;
}

/** GGRouter: a publish. Its result, if anybody asks for one, is empty. */
export function routerWork({ line }: WorkDeps): Work {
  return async ({ payload, context }) => {
    const topic = subjectOf(context);
    if (topic === '') throw new Error('GGRouter needs the topic as "subject" in the custom part of the client context');
    const queueFull = context?.custom?.['queueFullPolicy'] === 'AllOrError' ? 'AllOrError' : 'BestEffort';
    const { invocationId } = await line.call('publish.greengrass', { topic, payload, queueFull });
    return { ...done(Buffer.alloc(0)), invocationId };
  };
}

const SHADOW_TOPIC = /^\$aws\/things\/([^/]+)\/shadow\/(?:name\/([^/]+)\/)?(get|update|delete)$/;

/** GGShadowService. What the shadow refuses is an answer: the call succeeds, and the body says why (contract 4.1). */
export function shadowWork({ line, now }: WorkDeps): Work {
  async function ask(posted: Posted): Promise<Uint8Array> {
    const subject = subjectOf(posted.context);
    const [, thing = '', name = null, operation] = SHADOW_TOPIC.exec(subject) ?? [];
    if (operation === 'get') return (await line.call('shadow.get', { thing, name })).payload;
    if (operation === 'update') return (await line.call('shadow.update', { thing, name, payload: posted.payload })).payload;
    if (operation === 'delete') return (await line.call('shadow.delete', { thing, name })).payload;
    throw new Error(`GGShadowService has no operation "${subject}": $aws/things/<thing>/shadow/get, update or delete`);
  }
  return async (posted) => {
    try {
      return done(bufferOf(await ask(posted)));
    } catch (cause) {
      if (!(cause instanceof Error) || fieldOf(cause, 'code') !== 'shadow/refused') throw cause;
      const status = fieldOf(fieldOf(cause, 'details'), 'status');
      const code = typeof status === 'number' ? status : 500;
      const body = JSON.stringify({ code, message: cause.message, timestamp: Math.floor(now() / 1000) });
      return done(Buffer.from(body), 'Handled');
    }
  };
}

/** GGSecretManager. What it does not have is an answer, without the four names that its client takes for success. */
export function secretWork({ line }: WorkDeps): Work {
  const refused = (code: number, message: string): Done => done(JSON.stringify({ code, message }), 'Handled');
  return async ({ payload }) => {
    let request: unknown;
    try {
      request = JSON.parse(bufferOf(payload).toString('utf8'));
    } catch {
      return refused(400, 'the request is not JSON');
    }
    const [id, stage] = [fieldOf(request, 'SecretId'), fieldOf(request, 'VersionStage')];
    if (typeof id !== 'string' || id === '') return refused(400, 'SecretId must be a text that is not empty');
    if (stage !== undefined && typeof stage !== 'string') return refused(400, 'VersionStage must be a text');
    try {
      return done(JSON.stringify(await line.call('secret.get', { id, stage: stage ?? null })));
    } catch (cause) {
      if (!(cause instanceof Error) || fieldOf(cause, 'code') !== 'secret/unknown') throw cause;
      return refused(404, cause.message);
    }
  };
}

/** Any other ARN: a function of the site. */
export function invokeWork({ line }: WorkDeps): Work {
  return async ({ arn, type, payload, context }) => {
    const answer = await line.call('invoke', { target: arn, type, payload, clientContext: context });
    const { requestId, functionError, statusCode } = answer;
    return { invocationId: requestId, body: bufferOf(answer.payload), functionError, statusCode };
  };
}
