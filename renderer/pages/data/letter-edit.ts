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
  try {
    JSON.parse(words);
    return null;
  } catch (error) {
    return text.faults.notJson(placeOf(words, error));
  }
}

/** Where JSON breaks, as line and column; browsers say it as a position in the text, or not at all. */
function placeOf(words: string, error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return text.faults.jsonEnd;
  const before = words.slice(0, Number(position)).split('\n');
  return text.faults.jsonAt(before.length, (before.at(-1)?.length ?? 0) + 1);
}
