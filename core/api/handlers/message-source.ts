import { GatewayError } from '../../base/errors.ts';
import type { Message, Source } from '../../contract/message.ts';
import type { MessageView } from '../../contract/views.ts';
import type { Router } from '../../router/router.ts';
import { topicMatches } from '../../router/topics.ts';
import type { LogSource } from '../sources.ts';

/** Longest part of a payload that is sent to a screen. */
const SHOWN_BYTES = 4096;

/** Who made a message: `device:meter`, `cloud`. */
export const sourceText = ({ kind, id }: Source): string => (kind === 'cloud' ? 'cloud' : `${kind}:${id}`);

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** A payload as the screen gets it: its first 4 KiB in base64. */
export function shownPayload(payload: Uint8Array): { size: number; payload: string; truncated: boolean } {
  const shown = payload.subarray(0, SHOWN_BYTES);
  return { size: payload.byteLength, payload: base64Of(shown), truncated: shown.byteLength < payload.byteLength };
}

export function messageView(message: Message, id: number): MessageView {
  return {
    id,
    at: message.at.wallMs,
    topic: message.topic,
    source: sourceText(message.source),
    sequence: message.sequence,
    qos: message.qos,
    ...shownPayload(message.payload),
    traceId: message.traceId ?? null,
  };
}

/** At most this many messages a second go to one screen; a person cannot read more, and the gateway has other work. */
const PER_SECOND = 200;

/** What flows now, on one edge or on all topics of a filter. Costs nothing while nobody looks. */
export function messageSource(router: Router, nowMono: () => number): LogSource<'messages'> {
  let id = 0;
  return {
    kind: 'log',
    open(params, push) {
      if ((params.edge === undefined) === (params.filter === undefined)) {
        throw new GatewayError('api/bad-input', 'Give either an edge or a topic filter.');
      }
      let second = -1;
      let sent = 0;
      let last: Message | null = null;
      const close = router.tap((message, edge) => {
        if (params.edge !== undefined) {
          if (edge?.id !== params.edge && edge?.route.config.id !== params.edge) return;
        } else if (message === last || !topicMatches(params.filter ?? '#', message.topic)) return;
        last = message;
        const now = Math.floor(nowMono() / 1000);
        sent = now === second ? sent + 1 : 1;
        second = now;
        if (sent > PER_SECOND) return;
        id += 1;
        push(messageView(message, id));
      });
      return { rows: [], close };
    },
  };
}
