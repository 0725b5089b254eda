import type { MessageView } from '../../../core/contract/views.ts';
import { bytesOf } from '../../components/HexText.tsx';

/** The payload as UTF-8 text; bytes that are none become the replacement character. */
export const payloadText = (message: Pick<MessageView, 'payload'>): string => new TextDecoder().decode(bytesOf(message.payload));

/** The payload's JSON value; `ok: false` where it is none (or was cut off). */
export function payloadJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}

/** Whether a message has the text in its topic or content, in any case. */
export function hasText(message: MessageView, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return message.topic.toLowerCase().includes(wanted) || payloadText(message).toLowerCase().includes(wanted);
}

/** One line of a payload for a list. */
export const preview = (message: MessageView): string => payloadText(message).replaceAll(/\s+/g, ' ').slice(0, 200);
