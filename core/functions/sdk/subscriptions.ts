import { topicMatches } from '../../router/topics.ts';
import { type Incoming, incomingOf } from './incoming.ts';

export type Listener = (message: Incoming) => void | Promise<void>;

/** Which events of a long-lived function go to listeners. */
export interface Subscriptions {
  /** Throws for a filter that is none, and beyond 100 listeners. Returns the end of it. */
  subscribe(filter: string, listener: Listener): () => void;
  /** What handles this event instead of the handler, if anything does: it throws or rejects what a listener throws, and has no result. */
  divert(topic: string, source: string, payload: Uint8Array): (() => Promise<void>) | undefined;
}

/** More than any function means to have: one that subscribes for each event is told so. */
const LISTENERS = 100;

function filterFault(filter: unknown): string | null {
  if (typeof filter !== 'string' || filter === '') return 'it must be a text that is not empty';
  const levels = filter.split('/');
  const fits = levels.every((level, i) => (level === '#' ? i === levels.length - 1 : level === '+' || !/[+#\0]/.test(level)));
  return fits ? null : '"+" must fill a level, "#" must be the last one';
}

/** `longLived`: only then may listeners be set, as an instance that comes and goes would forget them. */
export function createSubscriptions(longLived: boolean): Subscriptions {
  let all: readonly { readonly filter: string; readonly listener: Listener }[] = [];

  async function oneByOne(listeners: readonly Listener[], message: Incoming): Promise<void> {
    for (const listener of listeners) await listener(message);
  }
  return {
    subscribe(filter, listener) {
      if (!longLived)
        throw new Error('subscribe works in long-lived functions only: say "lifetime": "long-lived" in the deployment document');
      const fault = filterFault(filter);
      if (fault !== null) throw new TypeError(`subscribe to "${String(filter)}": ${fault}`);
      if (typeof listener !== 'function') throw new TypeError(`subscribe to "${filter}" needs a listener`);
      if (all.length >= LISTENERS) throw new Error(`subscribe to "${filter}": there are ${LISTENERS} listeners already`);
      const one = { filter, listener };
      all = [...all, one];
      return () => {
        all = all.filter((other) => other !== one);
      };
    },
    divert(topic, source, payload) {
      if (all.length === 0) return undefined;
      const listeners = all.filter(({ filter }) => topicMatches(filter, topic)).map(({ listener }) => listener);
      if (listeners.length === 0) return undefined;
      return () => oneByOne(listeners, incomingOf(topic, source, payload));
    },
  };
}
