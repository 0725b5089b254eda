import { fstatSync, readSync } from 'node:fs';

/** The size of every page of our databases; see `openDatabase`. */
export const PAGE_BYTES = 4096;
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;
const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;

/** What a write-ahead log holds, read without SQLite, which stops at the first bad frame and forgets what was committed after it. */
export interface WalIndex {
  /** Page to the offset of its newest sound content in the log. */
  readonly frames: ReadonlyMap<number, number>;
  /** Pages of the database after the last commit; null where the log holds none. */
  readonly pageCount: number | null;
  /**
   * True when frames before the end are bad, so that commits that were on disk are lost to SQLite. A bad last transaction alone does
   * not count: that is what a power cut in the middle of a commit leaves behind.
   */
  readonly damaged: boolean;
}

type Sums = readonly [number, number];

/** The checksum of SQLite's file format, section 4.2. */
function checksum(bytes: DataView, from: number, to: number, little: boolean, [a, b]: Sums): Sums {
  let s0 = a;
  let s1 = b;
  for (let at = from; at < to; at += 8) {
    s0 = (s0 + bytes.getUint32(at, little) + s1) >>> 0;
    s1 = (s1 + bytes.getUint32(at + 4, little) + s0) >>> 0;
  }
  return [s0, s1];
}

const same = (a: Sums, b: Sums): boolean => a[0] === b[0] && a[1] === b[1];

interface Frame {
  readonly page: number;
  /** Pages of the database where this frame ends a transaction, else 0. */
  readonly commit: number;
  readonly sound: boolean;
  readonly stored: Sums;
  readonly computed: Sums;
}

/** A frame is sound when it follows from the checksum before it, as that was stored or as it ought to have been. */
function frameAt(bytes: DataView, little: boolean, before: readonly Sums[]): Frame {
  const stored: Sums = [bytes.getUint32(16), bytes.getUint32(20)];
  const sums = before.map((seed) => checksum(bytes, 24, FRAME_BYTES, little, checksum(bytes, 0, 8, little, seed)));
  const computed = sums.find((one) => same(one, stored));
  return {
    page: bytes.getUint32(0),
    commit: bytes.getUint32(4),
    sound: computed !== undefined,
    stored,
    computed: computed ?? sums.at(-1) ?? [0, 0],
  };
}

const NOTHING: WalIndex = { frames: new Map(), pageCount: null, damaged: false };

/** Reads the log behind this handle once. Memory: one small record per different page in it. */
export function readWal(handle: number): WalIndex {
  const { size } = fstatSync(handle);
  if (size < HEADER_BYTES + FRAME_BYTES) return NOTHING;
  const header = Buffer.alloc(HEADER_BYTES);
  const buffer = Buffer.alloc(FRAME_BYTES);
  readSync(handle, header, 0, HEADER_BYTES, 0);
  const head = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  const view = new DataView(buffer.buffer, buffer.byteOffset, FRAME_BYTES);
  const magic = head.getUint32(0);
  const little = magic !== MAGIC_BIG;
  const headerSums = checksum(head, 0, 24, little, [0, 0]);
  const headerSound =
    (magic === MAGIC_LITTLE || magic === MAGIC_BIG) && same(headerSums, [head.getUint32(24), head.getUint32(28)]);
  let salt: Sums | null = headerSound ? [head.getUint32(16), head.getUint32(20)] : null;
  let before: readonly Sums[] = headerSound ? [headerSums] : [[head.getUint32(24), head.getUint32(28)], headerSums];
  const frames = new Map<number, number>();
  let open = new Map<number, number>();
  let pageCount: number | null = null;
  let bad = !headerSound;
  let committedAfterBad = false;
  let damaged = false;
  for (let offset = HEADER_BYTES; offset + FRAME_BYTES <= size; offset += FRAME_BYTES) {
    readSync(handle, buffer, 0, FRAME_BYTES, offset);
    salt ??= [view.getUint32(8), view.getUint32(12)];
    const current = same(salt, [view.getUint32(8), view.getUint32(12)]);
    const frame = frameAt(view, little, before);
    before = [frame.stored, frame.computed];
    if (!current || !frame.sound) {
      bad = true;
      continue;
    }
    if (committedAfterBad) damaged = true;
    open.set(frame.page, offset + FRAME_HEADER_BYTES);
    if (frame.commit === 0) continue;
    for (const [page, at] of open) frames.set(page, at);
    open = new Map();
    pageCount = frame.commit;
    if (bad) committedAfterBad = true;
  }
  return { frames, pageCount, damaged };
}
