import { createRequire } from 'node:module';
import type { Document, LineCounter } from 'yaml';
import type { DocumentFault } from '../contract/views.ts';
import type { Path } from './document-path.ts';

export interface Position {
  readonly line: number | null;
  readonly column: number | null;
}

export interface Located {
  /**
   * Where the value at this path begins in the text, or its key; the nearest part above it where the value itself is missing.
   */
  position(path: Path, ofKey?: boolean): Position;
}

export type ParsedText =
  | ({ readonly ok: true; readonly value: unknown } & Located)
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

// Loaded on first use: a gateway that starts from a stored JSON document does not need it.
const require = createRequire(import.meta.url);
const yaml = (): typeof import('yaml') => require('yaml');

const offsetOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number'
    ? node.range[0]
    : undefined;

function keyNode(document: Document, path: Path): unknown {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const pair = yaml().isMap(parent)
    ? parent.items.find(({ key }) => String(yaml().isScalar(key) ? key.value : key) === String(path.at(-1)))
    : undefined;
  return pair?.key;
}

function locate(document: Document, lines: LineCounter, path: Path, ofKey = false): Position {
  for (let length = path.length; length >= 0; length -= 1) {
    const part = path.slice(0, length);
    const wantsKey = ofKey && length === path.length && length > 0;
    const node = wantsKey ? keyNode(document, part) : length === 0 ? document.contents : document.getIn(part, true);
    const offset = offsetOf(node);
    if (offset !== undefined) {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    }
  }
  return { line: null, column: null };
}

const short = (text: string): string => (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '');

/** Parses YAML 1.2 or JSON (which is YAML). Aliases are bounded, so that a small text cannot become a huge document. */
export function parseText(text: string): ParsedText {
  if (/^\s*\{/.test(text)) {
    try {
      const value: unknown = JSON.parse(text);
      return { ok: true, value, position: positionsByYaml(text) };
    } catch {
      // Not JSON after all: the YAML parser says where and why.
    }
  }
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: true, uniqueKeys: true });
  } catch (cause) {
    return unusable(cause, 'Check that this is a deployment document; nothing in one is nested so deeply.');
  }
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map((error) => ({
        path: '(document)',
        message: `The text is not valid YAML or JSON: ${short(error.message)}.`,
        remedy: 'Check indentation, quotes and brackets at this place.',
        line: error.linePos?.[0].line ?? null,
        column: error.linePos?.[0].col ?? null,
      })),
    };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { ok: true, value, position: (path, ofKey) => locate(document, lines, path, ofKey) };
  } catch (cause) {
    return unusable(cause, 'Write the values out instead of using so many aliases.');
  }
}

function unusable(cause: unknown, remedy: string): ParsedText {
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    ok: false,
    faults: [{ path: '(document)', message: `The text cannot be read: ${short(message)}.`, remedy, line: null, column: null }],
  };
}

/** The YAML parser knows where things are; it is asked once, and only when there is a fault to show. */
function positionsByYaml(text: string): Located['position'] {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  let document: Document | null | undefined;
  function parsed(): Document | null {
    try {
      return parseDocument(text, { lineCounter: lines });
    } catch {
      return null; // nested beyond what the parser can follow: the faults go without their places
    }
  }
  return (path, ofKey) => {
    if (document === undefined) document = parsed();
    return document === null ? { line: null, column: null } : locate(document, lines, path, ofKey);
  };
}
