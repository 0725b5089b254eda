/** A package of a function: its bytes are named by what they are. */
export interface Artifact {
  /** SHA-256 of the zip, hex. */
  readonly hash: string;
  readonly bytes: number;
}

/**
 * Zips of functions in `<data>/artifacts/<sha256>.zip`, written durably (temporary file, fsync, rename, fsync of the folder) before `put`
 * resolves, hashed again before each unpacking. A version's `files` names a package as `zip:<sha256>:<bytes>` instead of its text.
 */
export interface ArtifactStore {
  /** From a file; rejects `function/package-bad` (no zip, too large, wrong `expected`). */
  put(path: string, expected: string | null): Promise<Artifact>;
  /**
   * A folder, packed: names sorted, times fixed, so that equal content has an equal hash. `.git` and `node_modules/.bin` are left out;
   * symbolic links and what is above the limits are refused.
   */
  putFolder(path: string): Promise<Artifact>;
  /** The files in it. Rejects `function/package-bad`, also where it is not here any more. */
  names(hash: string): Promise<readonly string[]>;
  /**
   * Unpacks into a folder, in place of what is there: refuses absolute names, `..`, backslashes, symbolic links, names twice, other than regular files,
   * wrong CRC-32 (the zip library does not look), 250 MB, 20,000 files. The folder is made aside and renamed when complete.
   */
  unpack(hash: string, directory: string): Promise<void>;
  /**
   * Whether all its files lie there with their sizes: a power cut leaves short ones behind, and to unpack thousands of files anew at each
   * start would keep the devices waiting.
   */
  isUnpacked(hash: string, directory: string): Promise<boolean>;
  /** Removes those that none of these names. */
  keepOnly(hashes: ReadonlySet<string>): Promise<void>;
}

/** Finds `index` + .js .mjs .cjs .ts .mts .cts (in this order, as Lambda does for the first three), and divides the handler's name. */
export interface HandlerPlace {
  /** Below the function's folder. */
  readonly file: string;
  readonly exportPath: readonly string[];
}
