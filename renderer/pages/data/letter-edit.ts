import { isText, payloadJson, payloadText } from '../../components/payload-text.ts';
import { letter as text } from '../../text/dead-letters.ts';

const MOST_TOPIC_BYTES = 256;
const MOST_SLASHES = 31;
const AWS_SLASHES = 7;
const MOST_PAYLOAD_BYTES = 1_048_576;

/** Why this topic cannot be sent to; null where it can (MQTT 3.1.1, section 4.7). */
export function topicFault(topic: string): string | null {
  const { faults } = text;
  if (topic === '') return faults.topicEmpty;
  if (new TextEncoder().encode(topic).length > MOST_TOPIC_BYTES) return faults.topicLong;
  if (/[+#]/.test(topic)) return faults.topicWildcard;
  if (topic.includes('\u0000')) return faults.topicNul;
  return topic.split('/').length - 1 > MOST_SLASHES ? faults.topicDeep : null;
}

/** What is worth saying of a topic that is allowed. */
export const topicHint = (topic: string): string => (topic.split('/').length - 1 > AWS_SLASHES ? text.topicAws : '');

export interface Editable {
  /** Empty where the payload is not text. */
  readonly words: string;
  readonly isText: boolean;
  readonly isJson: boolean;
}

/** How a payload can be edited: as text, and whether it has to stay JSON. */
export function editableOf(payload: string): Editable {
  if (!isText(payload)) return { words: '', isText: false, isJson: false };
  const words = payloadText(payload);
  return { words, isText: true, isJson: words.trim() !== '' && payloadJson(words).ok };
}

/** Why this payload cannot be sent; null where it can. What was JSON stays JSON. */
export function payloadFault(words: string, isJson: boolean): string | null {
  if (new TextEncoder().encode(words).length > MOST_PAYLOAD_BYTES) return text.faults.payloadLong;
  if (!isJson) return null;
  const parsed = parsedOr(words);
  return parsed.ok ? null : text.faults.notJson(parsed.place);
}

/** The JSON value of what is being written, or where it breaks. */
export function parsedOr(
  words: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly place: string } {
  try {
    const value: unknown = JSON.parse(words);
    return { ok: true, value };
  } catch {
    return { ok: false, place: placeOf(words) };
  }
}

/** Whether a text can still become JSON by what comes after it. */
function canGoOn(words: string): boolean {
  try {
    JSON.parse(words);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /position (\d+)/.exec(message)?.[1];
    return position === undefined
      ? message.includes('end of')
      : Number(position) >= words.length || message.includes('Unterminated');
  }
}

/** Where JSON breaks, as line and column: at the first character by which it cannot be JSON any more, which browsers do not always tell. */
function placeOf(words: string): string {
  let good = 0;
  let bad = words.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canGoOn(words.slice(0, middle))) good = middle;
    else bad = middle;
  }
  if (bad > words.length) return text.faults.jsonEnd;
  const before = words.slice(0, bad - 1).split('\n');
  return text.faults.jsonAt(before.length, (before.at(-1)?.length ?? 0) + 1);
}
