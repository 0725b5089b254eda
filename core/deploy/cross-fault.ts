import type { Path } from './document-path.ts';

/** A fault between parts of a document. */
export interface CrossFault {
  readonly path: Path;
  readonly message: string;
  readonly remedy: string;
}
