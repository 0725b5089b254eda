import { createRequire } from 'node:module';
import type { Document } from 'yaml';
import { GatewayError } from '../base/errors.ts';

// Loaded on first use, as in `parse-text.ts`.
const require = createRequire(import.meta.url);
export const yaml = (): typeof import('yaml') => require('yaml');

export type Place = (string | number)[];

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

/** A deployment document to be edited, YAML or JSON. Throws `document/unreadable`. */
export function openText(text: string): Document {
  const document = yaml().parseDocument(text, { keepSourceTokens: false });
  if (document.errors.length === 0 && yaml().isMap(document.contents)) return document;
  throw new GatewayError('document/unreadable', 'The text of the running document cannot be edited.', {
    remedy: 'Apply the document anew, then change it.',
  });
}

/** A part that several places share by an alias would change in all of them: it is written out here first. */
export function writeOut(document: Document, path: Place): void {
  for (let length = 1; length <= path.length; length += 1) {
    const part = path.slice(0, length);
    const node = document.getIn(part, true);
    if (yaml().isAlias(node)) document.setIn(part, node.resolve(document)?.clone());
  }
}

/** The edited document as a text in the manner of the one before. */
export function printText(document: Document, before: string): string {
  if (isJson(before)) {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    const space = before.trim().includes('\n') ? indentOf(before) : undefined;
    return `${JSON.stringify(value, null, space)}${before.endsWith('\n') ? '\n' : ''}`;
  }
  return document.toString({
    indent: indentOf(before),
    lineWidth: 0,
    // As the text has it: "- " below its key or indented, "{a" or "{ a".
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(before),
    flowCollectionPadding: !/[{[][^\s}\]]/.test(before) || /\{ \S/.test(before),
  });
}
