import { createRequire } from 'node:module';
import type { Document } from 'yaml';
import { GatewayError } from '../base/errors.ts';
import type { KeepLimits, OutboxPolicyName, StreamPolicyName } from '../contract/document/outbox.ts';

// Loaded on first use, as in `parse-text.ts`.
const require = createRequire(import.meta.url);
const yaml = (): typeof import('yaml') => require('yaml');

export interface OutboxEdit {
  /** null: the outbox as a whole. */
  readonly stream: string | null;
  /** Left out: unchanged. null: no limit of this kind. */
  readonly keep?: { readonly [K in keyof KeepLimits]?: KeepLimits[K] | undefined } | undefined;
  readonly whenFull?: StreamPolicyName | OutboxPolicyName | undefined;
}

const KINDS = ['hours', 'bytes', 'messages'] as const;
const DEFAULT_WHOLE = { hours: 8760, bytes: 8_589_934_592 } as const;

type Place = (string | number)[];

function isJson(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // YAML in its flow style
  }
}

/** The indent that the text uses itself: that of its first indented line, else two spaces. */
const indentOf = (text: string): number => /^( +)\S/m.exec(text)?.[1]?.length ?? 2;

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

/** A part that several places share by an alias would change in all of them: it is written out here first. */
function writeOut(document: Document, path: Place): void {
  for (let length = 1; length <= path.length; length += 1) {
    const part = path.slice(0, length);
    const node = document.getIn(part, true);
    if (yaml().isAlias(node)) document.setIn(part, node.resolve(document)?.clone());
  }
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
  if (document.errors.length > 0 || !yaml().isMap(document.contents)) {
    throw new GatewayError('document/unreadable', 'The text of the running document cannot be edited.', {
      remedy: 'Apply the document anew, then change the limits.',
    });
  }
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
  const document = yaml().parseDocument(text, { keepSourceTokens: false });
  edited(document, edit);
  if (isJson(text)) {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return `${JSON.stringify(value, null, text.trim().includes('\n') ? indentOf(text) : undefined)}${text.endsWith('\n') ? '\n' : ''}`;
  }
  return document.toString({
    indent: indentOf(text),
    lineWidth: 0,
    // As the text has it: "- " below its key or indented, "{a" or "{ a".
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text),
    flowCollectionPadding: !/[{[][^\s}\]]/.test(text) || /\{ \S/.test(text),
  });
}
