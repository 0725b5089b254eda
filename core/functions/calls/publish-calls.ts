import { GatewayError } from '../../base/errors.ts';
import type { Draft } from '../../contract/message.ts';
import { topicFault } from '../../router/topics.ts';
import { note } from '../results.ts';
import type { CallFacts, SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import type { SdkInput, SdkOutput } from './sdk-calls.ts';

/** Requests of one function that wait for their reply. */
const REPLIES_MAX = 100;

/** Refusals for want of room or of disk: what `BestEffort` bears without a word. A wrong topic is a fault of the code. */
const isWrongTopic = (cause: unknown): boolean => cause instanceof GatewayError && cause.code === 'router/bad-topic';

/** Publishing of the Greengrass SDK, and a request with its reply. */
export function publishCalls(deps: DeskDeps, name: string): Pick<SdkHandlers, 'publish.greengrass' | 'request'> {
  const { clock, gatekeeper, host } = deps;
  const source = { kind: 'function', id: name } as const;
  let waiting = 0;

  function draftOf(topic: string, payload: Uint8Array, facts: CallFacts): Draft {
    const draft: Draft = { topic, payload, qos: 0, retain: false, source, hops: facts.hops + 1 };
    return facts.traceId === undefined ? draft : { ...draft, traceId: facts.traceId };
  }
  function publish(draft: Draft, { seen }: CallFacts): Promise<void> | undefined {
    note(seen?.published, [{ topic: draft.topic, payload: draft.payload }]);
    return deps.publish(draft);
  }
  function demandRoom(draft: Draft): void {
    const full = deps.fullQueues(draft);
    if (full.length === 0) return;
    throw new GatewayError(
      'function/busy',
      `"${draft.topic}" was published to nobody: ${full.join(', ')} ${full.length === 1 ? 'has' : 'have'} no room.`,
      { remedy: 'The receiver is slower than its messages come in; publish again later, or with BestEffort.' },
    );
  }
  /** Listens once the request is out: what it says itself is no reply, and an answer cannot come before this turn of the loop ends. */
  async function exchange(input: SdkInput<'request'>, facts: CallFacts, signal: AbortSignal): Promise<SdkOutput<'request'>> {
    const { topic, payload, replyTopic, timeoutMs } = input;
    const life = new AbortController();
    const end = (): void => life.abort();
    const cancel = clock.after(timeoutMs, () =>
      life.abort(new GatewayError('function/no-reply', `No reply on "${replyTopic}" within ${timeoutMs} ms.`)),
    );
    signal.addEventListener('abort', end, { once: true });
    try {
      const accepted = publish(draftOf(topic, payload, facts), facts);
      const reply = host.nextMessage(replyTopic, life.signal);
      // A refused request is the fault to tell; without one the reply counts, also one that comes before the disk has answered.
      const refused = new Promise<never>((_, reject) => accepted?.catch(reject));
      return await Promise.race([reply, refused]);
    } catch (cause) {
      throw life.signal.aborted && life.signal.reason instanceof GatewayError ? life.signal.reason : cause;
    } finally {
      cancel();
      signal.removeEventListener('abort', end);
      life.abort();
    }
  }
  return {
    async 'publish.greengrass'(input, facts) {
      gatekeeper.demand({ kind: 'publish', topic: input.topic });
      const draft = draftOf(input.topic, input.payload, facts);
      const all = input.queueFull === 'AllOrError';
      if (all) demandRoom(draft);
      try {
        await publish(draft, facts);
      } catch (cause) {
        if (all || isWrongTopic(cause)) throw cause;
      }
      return { invocationId: deps.newId() };
    },
    async request(input, facts, signal) {
      gatekeeper.demand({ kind: 'publish', topic: input.topic });
      gatekeeper.demand({ kind: 'reply', topic: input.replyTopic });
      const fault = topicFault(input.replyTopic);
      if (fault !== null) throw new GatewayError('router/bad-topic', `"${input.replyTopic.slice(0, 60)}": ${fault}.`);
      if (waiting >= REPLIES_MAX) {
        throw new GatewayError('function/busy', `Function "${name}" waits for ${REPLIES_MAX} replies already.`, {
          remedy: 'Wait for some of the replies before the next request.',
        });
      }
      waiting += 1;
      try {
        return await exchange(input, facts, signal);
      } finally {
        waiting -= 1;
      }
    },
  };
}
