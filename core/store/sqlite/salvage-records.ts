import { TextDecoder } from 'node:util';
import type { Pages } from './salvage-pages.ts';
import { PAGE_BYTES } from './salvage-wal.ts';

export type Cell = number | string | Uint8Array | null;

/** A row as it lies in a page. */
export interface RawRow {
  /** Of a table's row; 0 in an index. */
  readonly rowid: number;
  readonly cells: readonly Cell[];
}

const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;
const TABLE_INTERIOR = 0x05;
const INDEX_INTERIOR = 0x02;
const MIN_LOCAL = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
const MAX_LOCAL_TABLE = PAGE_BYTES - 35;
const MAX_LOCAL_INDEX = Math.floor(((PAGE_BYTES - 12) * 64) / 255) - 23;
/** Twice what MQTT allows a packet; a larger length is a damaged one. */
const MAX_RECORD_BYTES = 536_870_912;
const MAX_COLUMNS = 100;

const utf8 = new TextDecoder('utf-8', { fatal: true });

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** A variable-length integer (file format, section 1.6); NaN where it ends outside or is beyond what we ever write. */
function varint(reader: Reader): number {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) return Number.NaN;
    reader.at += 1;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
  }
  return Number.NaN;
}

/** What a column's serial type says of its length; NaN for the two that SQLite reserves for itself. */
function lengthOf(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][serial] ?? Number.NaN;
}

function cellOf(serial: number, bytes: Buffer): Cell {
  if (serial === 0) return null;
  if (serial <= 5) return bytes.readIntBE(0, bytes.length);
  if (serial === 6) return Number(bytes.readBigInt64BE(0));
  if (serial === 7) return bytes.readDoubleBE(0);
  if (serial <= 9) return serial - 8;
  return serial % 2 === 0 ? Uint8Array.from(bytes) : utf8.decode(bytes);
}

/** The cells of a record (file format, section 2.1); null where it is not a sound one. */
export function parseRecord(record: Uint8Array): readonly Cell[] | null {
  const reader: Reader = { bytes: record, at: 0 };
  const headerEnd = varint(reader);
  if (!(headerEnd >= 1 && headerEnd <= record.length)) return null;
  const whole = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  const cells: Cell[] = [];
  let body = headerEnd;
  while (reader.at < headerEnd) {
    const serial = varint(reader);
    const length = lengthOf(serial);
    if (!(reader.at <= headerEnd && body + length <= record.length) || cells.length === MAX_COLUMNS) return null;
    try {
      cells.push(cellOf(serial, whole.subarray(body, body + length)));
    } catch {
      return null; // a text that is no UTF-8
    }
    body += length;
  }
  return body === record.length ? cells : null;
}

/** Puts a record together from the part in its page and the chain of further pages. Nothing large is taken before the chain is seen. */
function assemble(pages: Pages, local: Uint8Array, length: number, next: number): Uint8Array | null {
  const parts: Uint8Array[] = [local];
  let filled = local.length;
  let page = next;
  while (filled < length) {
    const bytes = parts.length > pages.count || pages.isFree(page) ? null : pages.read(page); // a chain that is longer goes in a circle
    if (!bytes) return null;
    const part = Uint8Array.from(bytes.subarray(4, 4 + Math.min(PAGE_BYTES - 4, length - filled)));
    page = Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32BE(0);
    parts.push(part);
    filled += part.length;
  }
  return page === 0 ? Buffer.concat(parts) : null;
}

function rowAt(pages: Pages, page: Uint8Array, at: number, isTable: boolean): RawRow | null {
  const reader: Reader = { bytes: page, at };
  const length = varint(reader);
  const rowid = isTable ? varint(reader) : 0;
  if (!(length >= 1 && length <= MAX_RECORD_BYTES && rowid >= 0)) return null;
  const maxLocal = isTable ? MAX_LOCAL_TABLE : MAX_LOCAL_INDEX;
  let inPage = length;
  if (length > maxLocal) {
    const fitting = MIN_LOCAL + ((length - MIN_LOCAL) % (PAGE_BYTES - 4));
    inPage = fitting <= maxLocal ? fitting : MIN_LOCAL;
  }
  const end = reader.at + inPage;
  if (end + (inPage < length ? 4 : 0) > PAGE_BYTES) return null;
  const local = page.subarray(reader.at, end);
  if (inPage === length) {
    const cells = parseRecord(local);
    return cells && { rowid, cells };
  }
  const next = Buffer.from(page.buffer, page.byteOffset + end, 4).readUInt32BE(0);
  const record = assemble(pages, local, length, next);
  const cells = record && parseRecord(record);
  return cells && { rowid, cells };
}

/** Page 1 begins with the header of the file. */
const headerOffset = (page: number): number => (page === 1 ? 100 : 0);

/**
 * The rows of one leaf page, those that are sound; none where the page is no leaf. Each cell is looked at for itself, so that one
 * bad one costs no other. A page whose kind makes no sense is taken for a table's leaf: its rows are checked anyway.
 */
export function rowsOfPage(pages: Pages, page: number): readonly RawRow[] {
  const found = pages.read(page);
  if (!found) return [];
  const bytes = Uint8Array.from(found); // an overflow chain is read through the same buffer
  const head = headerOffset(page);
  const kind = bytes[head] ?? 0;
  if (kind === TABLE_INTERIOR || kind === INDEX_INTERIOR) return [];
  const count = ((bytes[head + 3] ?? 0) << 8) | (bytes[head + 4] ?? 0);
  const rows: RawRow[] = [];
  for (let index = 0; index < count && head + 8 + index * 2 + 1 < PAGE_BYTES; index += 1) {
    const at = head + 8 + index * 2;
    const row = rowAt(pages, bytes, ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0), kind !== INDEX_LEAF);
    if (row) rows.push(row);
  }
  return rows;
}

export interface TreeRows {
  readonly rows: readonly RawRow[];
  /** False where a page could not be read or was no page of such a tree, or a row was bad. */
  readonly whole: boolean;
}

/** All rows below a root page, for small tables: at most `maxPages` are read. Rows in the inner pages of an index count too. */
export function rowsOfTree(pages: Pages, root: number, maxPages: number): TreeRows {
  const rows: RawRow[] = [];
  const seen = new Set<number>();
  const unread = [root];
  let whole = true;
  for (let page = unread.pop(); page !== undefined; page = unread.pop()) {
    const found = pages.read(page);
    if (!found || seen.has(page) || seen.size >= maxPages || pages.isFree(page)) {
      whole = false;
      continue;
    }
    seen.add(page);
    const bytes = Buffer.from(found);
    const head = headerOffset(page);
    const kind = bytes[head] ?? 0;
    const count = bytes.readUInt16BE(head + 3);
    if (kind === TABLE_LEAF || kind === INDEX_LEAF) {
      const sound = rowsOfPage(pages, page);
      rows.push(...sound);
      if (sound.length !== count) whole = false;
    } else if ((kind === TABLE_INTERIOR || kind === INDEX_INTERIOR) && count < PAGE_BYTES / 4) {
      unread.push(bytes.readUInt32BE(head + 8));
      for (let index = 0; index < count; index += 1) {
        const at = bytes.readUInt16BE(head + 12 + index * 2);
        if (at + 4 > PAGE_BYTES) {
          whole = false;
          continue;
        }
        unread.push(bytes.readUInt32BE(at));
        if (kind === TABLE_INTERIOR) continue;
        const row = rowAt(pages, bytes, at + 4, false);
        if (row) rows.push(row);
        else whole = false;
      }
    } else whole = false;
  }
  return { rows, whole };
}

/** Root pages by table, as the damaged database's own schema says; empty where that is unreadable. */
export function rootsOf(pages: Pages): ReadonlyMap<string, number> {
  const roots = new Map<string, number>();
  for (const { cells } of rowsOfTree(pages, 1, 1000).rows) {
    const [type, name, , root] = cells;
    if (type === 'table' && typeof name === 'string' && typeof root === 'number') roots.set(name, root);
  }
  return roots;
}
