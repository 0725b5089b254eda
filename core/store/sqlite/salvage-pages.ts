import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES, readWal, type WalIndex } from './salvage-wal.ts';

/** The pages of a database that nobody writes any more, the write-ahead log's content over the file's. */
export interface Pages {
  readonly count: number;
  readonly walDamaged: boolean;
  /** Null where there is no such page, or the disk does not give it. The bytes hold until the next call. */
  read(page: number): Uint8Array | null;
  /** True for a page that holds only what was deleted. */
  isFree(page: number): boolean;
  close(): void;
}

const ENTRY_BYTES = 5;
/** Pages per page of the pointer map (file format, section 1.8), with itself. */
const MAP_SPAN = Math.floor(PAGE_BYTES / ENTRY_BYTES) + 1;
const FREE_PAGE = 2;
const MAGIC = 'SQLite format 3\0';
const TRUNK_LEAVES = PAGE_BYTES / 4 - 2;

const wordAt = (bytes: Uint8Array, offset: number): number =>
  (((bytes[offset] ?? 0) << 24) |
    ((bytes[offset + 1] ?? 0) << 16) |
    ((bytes[offset + 2] ?? 0) << 8) |
    (bytes[offset + 3] ?? 0)) >>>
  0;

/** A bit per page that is on the list of free ones; null when the list itself is damaged. */
function freeList(read: (page: number) => Uint8Array | null, count: number): Uint8Array | null {
  const head = read(1);
  if (!head || Buffer.from(head.buffer, head.byteOffset, MAGIC.length).toString('latin1') !== MAGIC) return null;
  const expected = wordAt(head, 36);
  let trunk = wordAt(head, 32);
  const free = new Uint8Array(Math.ceil((count + 1) / 8));
  let found = 0;
  const add = (page: number): boolean => {
    const bit = 1 << (page & 7);
    if (page < 2 || page > count || ((free[page >> 3] ?? 0) & bit) !== 0) return false;
    free[page >> 3] = (free[page >> 3] ?? 0) | bit;
    found += 1;
    return true;
  };
  while (trunk !== 0) {
    if (!add(trunk)) return null;
    const page = read(trunk);
    if (!page) return null;
    const leaves = wordAt(page, 4);
    if (leaves > TRUNK_LEAVES) return null;
    for (let index = 0; index < leaves; index += 1) if (!add(wordAt(page, 8 + index * 4))) return null;
    trunk = wordAt(page, 0);
  }
  return found === expected ? free : null;
}

/** What the pointer map says of a page; 0 where it says nothing that can be true. */
function mapType(read: (page: number) => Uint8Array | null, page: number): number {
  const map = 2 + Math.floor((page - 2) / MAP_SPAN) * MAP_SPAN;
  if (page < 3 || page === map) return 0;
  const type = read(map)?.[(page - map - 1) * ENTRY_BYTES] ?? 0;
  return type <= 5 ? type : 0;
}

/**
 * Opens a database and its log for reading, as plain files; either may be missing. Throws what the file system throws when one cannot
 * be opened.
 */
export function openPages(file: string): Pages {
  const openPart = (path: string): number | null => (existsSync(path) ? openSync(path, 'r') : null);
  const main = openPart(file);
  const log = openPart(`${file}-wal`);
  const wal: WalIndex = log === null ? { frames: new Map(), pageCount: null, damaged: false } : readWal(log);
  const count = wal.pageCount ?? (main === null ? 0 : Math.floor(fstatSync(main).size / PAGE_BYTES));
  const reader =
    (buffer: Buffer) =>
    (page: number): Uint8Array | null => {
      if (page < 1 || page > count) return null;
      const inLog = wal.frames.get(page);
      const handle = inLog === undefined ? main : log;
      try {
        const bytes = handle === null ? 0 : readSync(handle, buffer, 0, PAGE_BYTES, inLog ?? (page - 1) * PAGE_BYTES);
        return bytes === PAGE_BYTES ? buffer : null;
      } catch {
        return null; // a bad block of the disk: its rows are lost, the others are not
      }
    };
  const read = reader(Buffer.alloc(PAGE_BYTES));
  const look = reader(Buffer.alloc(PAGE_BYTES)); // so that asking for a page's state leaves the page that was read as it is
  const free = freeList(look, count);
  return {
    count,
    walDamaged: wal.damaged,
    read,
    isFree(page) {
      // the map is the better witness: no single bit makes a free page of one in use; the list is asked where it says nothing
      const type = mapType(look, page);
      return type === 0 ? ((free?.[page >> 3] ?? 0) & (1 << (page & 7))) !== 0 : type === FREE_PAGE;
    },
    close() {
      for (const handle of [main, log]) if (handle !== null) closeSync(handle);
    },
  };
}

/** True when the log of this database lost commits that were on disk, which SQLite would pass over in silence. */
export function isLogDamaged(file: string): boolean {
  if (!existsSync(`${file}-wal`)) return false;
  const handle = openSync(`${file}-wal`, 'r');
  try {
    return readWal(handle).damaged;
  } finally {
    closeSync(handle);
  }
}
