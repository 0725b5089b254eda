/** One applied version: the document's text, the code of its functions, and who brought it. Never changed afterwards. */
export interface StoredVersion {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  /** File name to content, for functions whose code is a file. */
  readonly files: Readonly<Record<string, string>>;
  readonly hash: string;
  readonly appliedAt: number;
  readonly by: string;
  readonly note: string;
  readonly state: 'running' | 'previous' | 'failed';
  readonly counts: { readonly devices: number; readonly functions: number; readonly subscriptions: number };
}

/** The deployment versions of this gateway, on disk before a call resolves. */
export interface Documents {
  /** Without text and files. Newest first. */
  list(): Promise<readonly Omit<StoredVersion, 'text' | 'files'>[]>;
  get(version: number): Promise<StoredVersion | null>;
  running(): Promise<StoredVersion | null>;
  /** Stores a new version (numbered from 1) as `previous`; it runs only after `setRunning`. */
  add(version: Omit<StoredVersion, 'version' | 'state'>): Promise<number>;
  /** Marks this version as the running one and the one before as previous. */
  setRunning(version: number): Promise<void>;
  setFailed(version: number): Promise<void>;
  /** Puts a version back under its own number, as the running one, after the database was lost. */
  restore(version: StoredVersion): Promise<void>;
}
