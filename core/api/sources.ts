import type { Input, Method, Output, Params, Row, Topic } from '../contract/api.ts';

/** A view that is a table: `rows` is asked at most a few times a second while somebody watches; unchanged rows keep their identity or are equal as JSON. */
export interface TableSource<T extends Topic> {
  readonly kind: 'table';
  rows(params: Params<T>): readonly Row<T>[];
}

/** A view that is a stream of rows with rising numeric ids. `open` gives what is there and pushes what comes, until `close`. */
export interface LogSource<T extends Topic> {
  readonly kind: 'log';
  open(params: Params<T>, push: (row: Row<T>) => void): { readonly rows: readonly Row<T>[]; close(): void };
}

export type Sources = { readonly [T in Topic]: TableSource<T> | LogSource<T> };

/** Who calls: `console` (Electron or browser) or `cli`. */
export interface Caller {
  readonly kind: 'console' | 'cli';
  readonly id: string;
}

export type Handlers = { readonly [M in Method]: (input: Input<M>, signal: AbortSignal, caller: Caller) => Promise<Output<M>> };
