import { GatewayError } from '../base/errors.ts';
import type { Draft } from '../contract/message.ts';
import type { InstancePublish } from './instance-seam.ts';
import type { Job } from './invocation.ts';
import { NO_OWNER, type UnpackedPublish } from './packing.ts';
import type { OutMessage, Refusal } from './protocol.ts';

export interface PublishingDeps {
  /** The name the messages go out under. */
  readonly name: string;
  /** The router. Nothing, or a promise that resolves, means accepted. */
  readonly publish: InstancePublish;
  /** Calls a function that publishes a group. */
  together(publishes: () => void): void;
  /** The event that an owner's serial stands for. */
  eventOf(owner: number): Job | undefined;
  /** Tells the instance. */
  answer(first: number, count: number, refused: readonly Refusal[]): void;
  /** The router refused a message; `event` is what the function handled when it published. */
  onRefused(topic: string, cause: unknown, event: Job | undefined): void;
}

/** Hands an instance's publishes to the router, in order, and answers each group when all of it is settled. */
export interface Publishing {
  take(group: OutMessage['publishes'], publishes: readonly UnpackedPublish[]): void;
  /** Publishes that the router has not settled yet. */
  readonly unsettled: number;
}

/** A message carries the trace and the hops of the event that caused it; one from a timer begins anew. */
function draftOf(source: Draft['source'], topic: string, one: UnpackedPublish, event: Job | undefined): Draft {
  const { payload, qos, retain } = one;
  const draft: Draft = { topic, payload, qos, retain, source, hops: (event?.hops ?? 0) + 1 };
  return event?.traceId === undefined ? draft : { ...draft, traceId: event.traceId };
}

export function createPublishing(deps: PublishingDeps): Publishing {
  let unsettled = 0;
  /** One object for all: the router knows it again by that, and need not look it up by its name. */
  const source = { kind: 'function', id: deps.name } as const;
  function refusal(index: number, topic: string, cause: unknown, event: Job | undefined): Refusal {
    deps.onRefused(topic, cause, event);
    const code = cause instanceof GatewayError ? cause.code : 'gateway/internal';
    const message = cause instanceof Error ? cause.message : String(cause);
    return { index, code, message };
  }
  async function settle(group: OutMessage['publishes'], waits: readonly Promise<Refusal | undefined>[], known: Refusal[]) {
    const late = await Promise.all(waits);
    unsettled -= waits.length;
    const refused = [...known, ...late.filter((one) => one !== undefined)];
    if (group.answer) deps.answer(group.first, group.count, refused);
  }
  return {
    take(group, publishes) {
      const waits: Promise<Refusal | undefined>[] = [];
      const refused: Refusal[] = [];
      const publish = (one: UnpackedPublish, index: number): void => {
        const topic = group.topics[one.topic] ?? '';
        const event = one.owner === NO_OWNER ? undefined : deps.eventOf(one.owner);
        try {
          const taken = deps.publish(draftOf(source, topic, one, event), event);
          if (!taken) return;
          waits.push(
            taken.then(
              () => undefined,
              (cause: unknown) => refusal(index, topic, cause, event),
            ),
          );
        } catch (cause) {
          refused.push(refusal(index, topic, cause, event));
        }
      };
      deps.together(() => publishes.forEach(publish));
      unsettled += waits.length;
      if (waits.length > 0) void settle(group, waits, refused);
      else if (group.answer) deps.answer(group.first, group.count, refused);
    },
    get unsettled() {
      return unsettled;
    },
  };
}
