/** Events that a person has saved to try a function with: by function and name, at most 200 a function, 256 KB each. */
export interface TestEvent {
  readonly function: string;
  readonly name: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly savedAt: number;
}
export interface TestEvents {
  /** In order of the name. */
  list(name: string): Promise<readonly TestEvent[]>;
  /** Replaces one of the same name. Rejects with `function/test-events-full`. */
  save(event: TestEvent): Promise<void>;
  remove(name: string, event: string): Promise<boolean>;
}
