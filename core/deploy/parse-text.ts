import { createRequire } from 'node:module';
import type { Document, LineCounter } from 'yaml';
import type { DocumentFault } from '../contract/views.ts';
import type { Path } from './document-path.ts';

export interface Position {
  readonly line: number | null;
  readonly column: number | null;
}

export interface Located {
  /** Where the value at this path begins in the text; the nearest part above it where the value itself is missing. */
  position(path: Path): Position;
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

function locate(document: Document, lines: LineCounter, path: Path): Position {
  for (let length = path.length; length >= 0; length -= 1) {
    const part = path.slice(0, length);
    const node = length === 0 ? document.contents : document.getIn(part, true);
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
      return { ok: true, value, position: (path) => positionByYaml(text, path) };
    } catch {
      // Not JSON after all: the YAML parser says where and why.
    }
  }
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true, uniqueKeys: true });
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
    return { ok: true, value, position: (path) => locate(document, lines, path) };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return {
      ok: false,
      faults: [
        {
          path: '(document)',
          message: `${short(message)}.`,
          remedy: 'Write the values out instead of using so many aliases.',
          line: null,
          column: null,
        },
      ],
    };
  }
}

function positionByYaml(text: string, path: Path): Position {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  return locate(parseDocument(text, { lineCounter: lines }), lines, path);
}
