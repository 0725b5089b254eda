import type { Document } from 'yaml';
import { GatewayError } from '../base/errors.ts';
import type { KeepLimits, OutboxPolicyName, StreamPolicyName } from '../contract/document/outbox.ts';
import { openText, type Place, printText, writeOut, yaml } from './edit-text.ts';

export interface OutboxEdit {
  /** null: the outbox as a whole. */
  readonly stream: string | null;
  /** Left out: unchanged. null: no limit of this kind. */
  readonly keep?: { readonly [K in keyof KeepLimits]?: KeepLimits[K] | undefined } | undefined;
  readonly whenFull?: StreamPolicyName | OutboxPolicyName | undefined;
}

const KINDS = ['hours', 'bytes', 'messages'] as const;
const DEFAULT_WHOLE = { hours: 8760, bytes: 8_589_934_592 } as const;

function streamPath(document: Document, stream: string | null): Place {
  if (stream === null) return ['outbox'];
  const list = document.getIn(['outbox', 'streams'], true);
  const items = yaml().isSeq(list) ? list.items : [];
  const at = items.findIndex((one) => yaml().isMap(one) && one.get('id') === stream);
  if (at === -1) {
    throw new GatewayError('outbox/unknown-stream', `The document has no stream "${stream}".`, {
      remedy:
        stream === 'rest'
          ? 'The stream "rest" is kept by the limits of the whole: change those, or give these messages a stream of their own.'
          : 'Choose a stream of the document, or add it there.',
    });
  }
  return ['outbox', 'streams', at];
}

/** Only a whole that says nothing of its own has the limits of the default; they must not vanish with the first one that is set. */
function setKeep(document: Document, path: Place, stream: string | null, keep: NonNullable<OutboxEdit['keep']>): void {
  const at = [...path, 'keep'];
  const missing = document.getIn(at) === undefined || document.getIn(at) === null;
  if (missing) document.setIn(at, document.createNode(stream === null ? { ...DEFAULT_WHOLE } : {}));
  writeOut(document, at);
  for (const kind of KINDS) {
    const value = keep[kind];
    if (value !== undefined) document.setIn([...at, kind], value);
  }
}

function edited(document: Document, edit: OutboxEdit): void {
  const { stream, keep, whenFull } = edit;
  writeOut(document, ['outbox', 'streams']);
  const path = streamPath(document, stream);
  if (stream === null && !yaml().isMap(document.getIn(path, true))) document.setIn(path, document.createNode({}));
  writeOut(document, path);
  if (keep && KINDS.some((kind) => keep[kind] !== undefined)) setKeep(document, path, stream, keep);
  if (whenFull !== undefined) document.setIn([...path, 'whenFull'], whenFull);
}

/**
 * Changes limits of the outbox in the text of a deployment document, YAML or JSON; everything else stays as it was written, with
 * its comments and its order. Whether the new values are allowed is the check's to say, when the text is applied. Throws
 * `outbox/unknown-stream`, and `api/bad-input` where nothing is to be changed.
 */
export function editOutbox(text: string, edit: OutboxEdit): string {
  if (edit.whenFull === undefined && !KINDS.some((kind) => edit.keep?.[kind] !== undefined)) {
    throw new GatewayError('api/bad-input', 'There is nothing to change.', {
      remedy: 'Name a limit, or what happens when full.',
    });
  }
  const document = openText(text);
  edited(document, edit);
  return printText(document, text);
}
