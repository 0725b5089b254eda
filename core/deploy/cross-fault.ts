import type { Path } from './document-path.ts';

/** A fault between parts of a document. */
export interface CrossFault {
  readonly path: Path;
  readonly message: string;
  readonly remedy: string;
}

/** The names that a wrong one could have been: the first few of them. */
export const knownWords = (known: readonly string[]): string =>
  known.length === 0
    ? 'There is none in this document.'
    : `Known here: ${known.slice(0, 8).join(', ')}${known.length > 8 ? ', ...' : ''}.`;
