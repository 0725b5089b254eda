import { toWire } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { Message } from '../contract/message.ts';
import type { FunctionHost } from '../functions/calls/host.ts';
import type { InvokeOutcome } from '../functions/invocation.ts';
import type { Router } from '../router/router.ts';

export interface CloudInvocationsDeps {
  readonly log: Logger;
  readonly router: Pick<Router, 'tap' | 'publish'>;
  /** Checks `permissions.invokedBy`. */
  readonly host: Pick<FunctionHost, 'invoke'>;
  /** Name of the gateway in the topics. */
  readonly thing: string;
}

/**
 * Invocation from the cloud with an answer: the event on `gatehouse/<thing>/invoke/<function>/<id>`, the answer on
 * `gatehouse/<thing>/result/<function>/<id>` as a message of the function, which a subscription has to carry to the cloud.
 * `{"requestId", "statusCode", "functionError", "payload"}`, the payload as JSON where it is some, else base64; a refusal is
 * `{"code", "message"}`. The cloud may deliver twice: the same id is invoked once. Retained messages are no invocations.
 */
export interface CloudInvocations {
  /** Listens only while a function has `invokedBy: [cloud]`. */
  settle(document: SiteDocument): void;
  /** What the line to the cloud has to subscribe to for it. */
  filters(document: SiteDocument): readonly string[];
  stop(): void;
}

/** Under way at once; what comes beyond is refused. */
const UNDER_WAY = 100;
const REMEMBERED = 1000;
const PART = /^[\w-]{1,64}$/;

const isWanted = (document: SiteDocument): boolean =>
  document.functions.some(({ permissions }) => permissions.invokedBy.includes('cloud'));

function resultOf({ requestId, statusCode, functionError, payload }: InvokeOutcome): object {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return { requestId, statusCode, functionError, payload: value };
  } catch {
    return { requestId, statusCode, functionError, payload: bytes.toString('base64') };
  }
}

export function createCloudInvocations(deps: CloudInvocationsDeps): CloudInvocations {
  const { log, router, thing } = deps;
  const prefix = `gatehouse/${thing}/invoke/`;
  const seen = new Set<string>();
  const life = new AbortController();
  let underWay = 0;
  let untap: (() => void) | null = null;

  function answer(name: string, id: string, body: object, hops: number): void {
    const topic = `gatehouse/${thing}/result/${name}/${id}`;
    const payload = Buffer.from(JSON.stringify(body));
    const accepted = router.publish({ topic, payload, qos: 1, retain: false, source: { kind: 'function', id: name }, hops });
    accepted?.catch((cause: unknown) => log.warn('cloud.invocation-unanswered', { function: name, id, cause }));
  }
  async function invoke(name: string, id: string, { topic, payload, hops }: Message): Promise<void> {
    const request = { payload, by: { kind: 'cloud', id } as const, subject: topic, hops: hops + 1, observe: false };
    let body: object;
    underWay += 1;
    try {
      body = resultOf(await deps.host.invoke(name, request, life.signal));
    } catch (cause) {
      const { code, message } = toWire(cause);
      log.warn('cloud.invocation-refused', { function: name, id, cause });
      body = { code, message };
    } finally {
      underWay -= 1;
    }
    if (!life.signal.aborted) answer(name, id, body, hops + 1);
  }
  function heard(message: Message): void {
    if (message.source.kind !== 'cloud' || message.retain || !message.topic.startsWith(prefix)) return;
    const [name = '', id = '', ...more] = message.topic.slice(prefix.length).split('/');
    const key = `${name}/${id}`;
    if (!PART.test(name) || !PART.test(id) || more.length > 0 || seen.has(key)) return;
    seen.add(key);
    for (const oldest of seen) {
      if (seen.size <= REMEMBERED) break;
      seen.delete(oldest);
    }
    if (underWay >= UNDER_WAY) {
      const refusal = { code: 'function/busy', message: `${UNDER_WAY} invocations from the cloud are under way already.` };
      queueMicrotask(() => answer(name, id, refusal, message.hops + 1));
    } else void invoke(name, id, message); // never rejects
  }
  function listen(wanted: boolean): void {
    if (wanted) untap ??= router.tap(heard);
    else {
      untap?.();
      untap = null;
    }
  }
  return {
    settle: (document) => listen(isWanted(document)),
    filters: (document) => (isWanted(document) ? [`${prefix}+/+`] : []),
    stop() {
      listen(false);
      life.abort();
    },
  };
}
