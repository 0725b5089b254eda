/** Small values that functions keep: JSON text by function and key. Committed with `synchronous=FULL` before a call resolves. */
export interface FunctionState {
  get(owner: string, key: string): Promise<{ readonly json: string; readonly revision: number } | null>;
  /**
   * `json` null removes. `expected` null: unconditional; else the revision that must be there (0: none). Resolves with the new
   * revision (0: removed), or null when another one was there. A revision is never used twice. Rejects with `function/state-full`:
   * 64 KB a value, 10,000 keys and 16 MB a function.
   */
  set(owner: string, key: string, json: string | null, expected: number | null): Promise<number | null>;
  /** In order of the key. */
  keys(owner: string, prefix: string, limit: number): Promise<readonly string[]>;
  /** Of functions that no document names any more; only when a person says so. */
  clear(owner: string): Promise<number>;
}
