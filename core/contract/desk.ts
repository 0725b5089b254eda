import type { Input, Method, Output, Params, Row, Topic } from './api.ts';

/** Who calls: `console` (Electron or browser) or `cli`. */
export interface Caller {
  readonly kind: 'console' | 'cli';
  readonly id: string;
}

/** What a view may want to know of who watches it; the rows are the same for everybody. */
interface Attended<T extends Topic> {
  /** Called for every client that begins to watch; the returned function when it ends. Must not throw. */
  attend?(params: Params<T>, caller: Caller): () => void;
}

/** A view that is a table: `rows` is asked at most a few times a second while somebody watches; unchanged rows keep their identity or are equal as JSON. */
export interface TableSource<T extends Topic> extends Attended<T> {
  readonly kind: 'table';
  rows(params: Params<T>): readonly Row<T>[];
}

/** A view that is a stream of rows with rising numeric ids. `open` gives what is there and pushes what comes, until `close`. */
export interface LogSource<T extends Topic> extends Attended<T> {
  readonly kind: 'log';
  open(params: Params<T>, push: (row: Row<T>) => void): { readonly rows: readonly Row<T>[]; close(): void };
}

/** Some calls of the contract, served. Inputs have been parsed by the contract's schema already. */
export type Calls<M extends Method> = {
  readonly [K in M]: (input: Input<K>, signal: AbortSignal, caller: Caller) => Promise<Output<K>>;
};
/** Some views of the contract, served. */
export type Views<T extends Topic> = { readonly [K in T]: TableSource<K> | LogSource<K> };

/** A part of the gateway that serves calls and views of its own. */
export interface Desk<M extends Method, T extends Topic> {
  readonly calls: Calls<M>;
  readonly views: Views<T>;
}
