import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { describe, GatewayError } from '../base/errors.ts';

/** As Lambda has them. */
export const PACKAGE_LIMITS = { packedBytes: 50 * 1_048_576, unpackedBytes: 250 * 1_048_576, files: 20_000 } as const;

/** Entries that are unpacked at the same time: the disk is slower than one of them at a time would use it. */
const AT_ONCE = 8;

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const STORED = 0;
const DEFLATED = 8;

export interface ZipEntry {
  /** From the root of the package, with "/". */
  readonly name: string;
  readonly bytes: number;
  readonly executable: boolean;
}

const bad = (path: string, what: string, cause?: unknown): GatewayError =>
  new GatewayError('function/package-bad', `The package ${path} cannot be used: ${what}.`, { cause });

/** What is wrong with an entry by its facts alone; null: nothing. */
function entryFault(entry: Entry, seen: ReadonlySet<string>): string | null {
  const name = entry.fileName;
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE;
  const isFolder = name.endsWith('/');
  if (name === '' || /[\p{Cc}\\]/u.test(name) || /^[A-Za-z]:/.test(name))
    return `it has a file with the name ${JSON.stringify(name)}`;
  if (name.split('/').some((part) => part === '..' || part === '.')) return `the name "${name}" leads elsewhere`;
  if (type !== 0 && type !== (isFolder ? FOLDER : REGULAR)) return `"${name}" is not a plain file (symbolic links are not taken)`;
  if (entry.isEncrypted()) return `"${name}" is encrypted`;
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    return `"${name}" is packed by a method that Lambda does not know either`;
  return seen.has(name) ? `"${name}" is in it twice` : null;
}

/** A file cannot be the folder of another one. */
function folderFault(files: ReadonlySet<string>): string | null {
  for (const name of files) {
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
      if (files.has(name.slice(0, at))) return `"${name.slice(0, at)}" is a file and a folder`;
    }
  }
  return null;
}

async function filesOf(zip: ZipFile, path: string): Promise<readonly Entry[]> {
  const files: Entry[] = [];
  const seen = new Set<string>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const fault = entryFault(entry, seen);
    if (fault !== null) throw bad(path, fault);
    if (entry.fileName.endsWith('/')) continue;
    seen.add(entry.fileName);
    total += entry.uncompressedSize;
    files.push(entry);
    if (total > PACKAGE_LIMITS.unpackedBytes) throw bad(path, 'it holds more than 250 MB');
    if (files.length > PACKAGE_LIMITS.files) throw bad(path, 'it holds more than 20,000 files');
  }
  const fault = folderFault(seen);
  if (fault !== null) throw bad(path, fault);
  return files;
}

async function withZip<T>(path: string, run: (zip: ZipFile) => Promise<T>): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: true });
    return await run(zip);
  } catch (cause) {
    throw cause instanceof GatewayError ? cause : bad(path, describe(cause), cause);
  } finally {
    zip?.close();
  }
}

/** Passes on what comes, and fails at the end if it is not what the package says: the zip library does not look. */
function crcCheck(expected: number, name: string): Transform {
  let sum = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done: TransformCallback) {
      done(sum === expected ? null : new Error(`"${name}" is damaged (its check sum is wrong)`));
    },
  });
}

const isExecutable = (entry: Entry): boolean => ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;

/** Files of a package, as they stand in it; reads no content. Rejects with `function/package-bad`. */
export const listZip = (path: string): Promise<readonly ZipEntry[]> =>
  withZip(path, async (zip) =>
    (await filesOf(zip, path)).map((entry) => ({
      name: entry.fileName,
      bytes: entry.uncompressedSize,
      executable: isExecutable(entry),
    })),
  );

/** Unpacks into a folder, which must be empty. Rejects with `function/package-bad`; what is half unpacked is the caller's to remove. */
export const unpackZip = (path: string, directory: string): Promise<void> =>
  withZip(path, async (zip) => {
    const files = await filesOf(zip, path);
    const folders = new Set(files.map((entry) => dirname(join(directory, entry.fileName))));
    for (const folder of folders) await mkdir(folder, { recursive: true });
    const rest = files.values();
    async function work(): Promise<void> {
      for (const entry of rest) {
        const target = createWriteStream(join(directory, entry.fileName), {
          flags: 'wx',
          mode: isExecutable(entry) ? 0o755 : 0o644,
        });
        await pipeline(await zip.openReadStreamPromise(entry), crcCheck(entry.crc32, entry.fileName), target);
      }
    }
    // All of them are waited for: the one that goes on must not write into a folder that is removed already.
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
