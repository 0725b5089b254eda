import type { Input } from '../../../core/contract/api.ts';
import type { TestEventView } from '../../../core/contract/function-views.ts';
import { bytesOf } from '../../components/HexText.tsx';
import { payloadJson, payloadOf } from '../../components/payload-text.ts';
import { formatBytes } from '../../text/format.ts';
import { tryIt as text } from '../../text/function-try.ts';
import { editableOf, parsedOr, topicFault } from '../data/letter-edit.ts';

/** A test event may not be longer. */
const MOST_BYTES = 262_144;

/** The parts of a client context that Lambda knows. */
const CONTEXT_PARTS: readonly string[] = ['client', 'custom', 'env'];

/** An event that is being written: text, or bytes that are none and stay as they are. */
export interface EventDraft {
  readonly topic: string;
  readonly words: string;
  readonly raw: string | null;
}

/** The event, and the client context that goes with it (JSON; empty: none). */
export interface Draft extends EventDraft {
  readonly context: string;
}

export const FRESH: Draft = { topic: 'gatehouse/invoke', words: '{}', raw: null, context: '' };

export function draftOf(event: TestEventView): EventDraft {
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
  const context = 'context' in kept && typeof kept.context === 'string' ? kept.context : '';
  const picked = 'picked' in kept && typeof kept.picked === 'string' ? kept.picked : null;
  return { picked, draft: { topic, words, raw, context } };
}

type ClientContext = Exclude<Input<'function.invoke'>['clientContext'], string>;
const isObject = (value: unknown): value is NonNullable<ClientContext> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The client context that was written (undefined: none), or why it cannot be sent. */
export function contextOf(words: string): { readonly value: ClientContext } | { readonly fault: string } {
  if (words.trim() === '') return { value: undefined };
  const { faults } = text.context;
  const parsed = parsedOr(words);
  if (!parsed.ok) return { fault: faults.notJson(parsed.place) };
  const { value } = parsed;
  if (!isObject(value)) return { fault: faults.form };
  for (const [part, one] of Object.entries(value)) {
    if (!CONTEXT_PARTS.includes(part)) return { fault: faults.unknown(part) };
    if (!isObject(one)) return { fault: faults.part(part) };
  }
  return { value };
}

/** Its payload in base64. */
export const draftPayload = (draft: EventDraft): string => draft.raw ?? payloadOf(draft.words);

export interface DraftChecks {
  readonly topic: string | null;
  /** Why the content cannot be sent. */
  readonly content: string | null;
  /** Why the client context cannot be sent. */
  readonly context: string | null;
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
  const context = contextOf(draft.context);
  return {
    topic: topicFault(draft.topic),
    content: bytes > MOST_BYTES ? text.tooLong : null,
    context: 'fault' in context ? context.fault : null,
    hint,
  };
}
