import type { TestEventView } from '../../../core/contract/function-views.ts';
import { bytesOf } from '../../components/HexText.tsx';
import { payloadJson, payloadOf } from '../../components/payload-text.ts';
import { formatBytes } from '../../text/format.ts';
import { tryIt as text } from '../../text/function-try.ts';
import { editableOf, topicFault } from '../data/letter-edit.ts';

/** A test event may not be longer. */
const MOST_BYTES = 262_144;

/** An event that is being written: text, or bytes that are none and stay as they are. */
export interface Draft {
  readonly topic: string;
  readonly words: string;
  readonly raw: string | null;
}

export const FRESH: Draft = { topic: 'gatehouse/invoke', words: '{}', raw: null };

export function draftOf(event: TestEventView): Draft {
  const { isText, words } = editableOf(event.payload);
  return { topic: event.topic, words, raw: isText ? null : event.payload };
}

/** Draft and saved event as kept text; null where it is none of ours. */
export function readKept(text: string): { readonly picked: string | null; readonly draft: Draft } | null {
  const json = payloadJson(text);
  const kept: unknown = json.ok ? json.value : null;
  if (typeof kept !== 'object' || kept === null || !('topic' in kept) || !('words' in kept)) return null;
  const { topic, words } = kept;
  if (typeof topic !== 'string' || typeof words !== 'string') return null;
  const raw = 'raw' in kept && typeof kept.raw === 'string' ? kept.raw : null;
  return { picked: 'picked' in kept && typeof kept.picked === 'string' ? kept.picked : null, draft: { topic, words, raw } };
}

/** Its payload in base64. */
export const draftPayload = (draft: Draft): string => draft.raw ?? payloadOf(draft.words);

export interface DraftChecks {
  readonly topic: string | null;
  /** Why the content cannot be sent. */
  readonly content: string | null;
  /** What is worth knowing of content that can be sent. */
  readonly hint: string;
}

/** Content that is no JSON is not held back: that is what a faulty device sends. */
export function checkDraft(draft: Draft, encoding: 'json' | 'binary' | null): DraftChecks {
  const bytes = draft.raw === null ? new TextEncoder().encode(draft.words).length : bytesOf(draft.raw).length;
  const size = formatBytes(bytes);
  const takesJson = encoding !== 'binary';
  const plain = takesJson ? text.contentHint(size) : text.rawHint(size);
  const hint =
    draft.raw !== null
      ? text.binary
      : !takesJson
        ? plain
        : draft.words.trim() === ''
          ? text.emptyHint
          : payloadJson(draft.words).ok
            ? plain
            : text.notJson;
  return { topic: topicFault(draft.topic), content: bytes > MOST_BYTES ? text.tooLong : null, hint };
}
