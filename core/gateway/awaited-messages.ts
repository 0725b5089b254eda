import type { Message } from '../contract/message.ts';
import type { ReplyMessage } from '../functions/calls/sdk-calls.ts';
import type { Router } from '../router/router.ts';

/**
 * Waits for the first message on a topic, whoever publishes it and whether or not a subscription wants it. The router is listened to only
 * while somebody waits. Rejects with the signal's reason.
 */
export function createAwaitedMessages(
  router: Pick<Router, 'tap'>,
): (topic: string, signal: AbortSignal) => Promise<ReplyMessage> {
  const waiting = new Map<string, Set<(message: ReplyMessage) => void>>();
  let untap: (() => void) | null = null;

  function heard({ topic, payload, source }: Message): void {
    const listeners = waiting.get(topic);
    if (!listeners) return;
    const reply = { topic, source: `${source.kind}:${source.id}`, payload };
    for (const listener of [...listeners]) listener(reply);
  }
  function add(topic: string, listener: (message: ReplyMessage) => void): () => void {
    const listeners = waiting.get(topic) ?? new Set();
    waiting.set(topic, listeners.add(listener));
    untap ??= router.tap(heard);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && waiting.get(topic) === listeners) waiting.delete(topic);
      if (waiting.size > 0) return;
      untap?.();
      untap = null;
    };
  }
  return (topic, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => {
        remove();
        reject(signal.reason);
      };
      const remove = add(topic, (message) => {
        remove();
        signal.removeEventListener('abort', stop);
        resolve(message);
      });
      signal.addEventListener('abort', stop, { once: true });
    });
}
