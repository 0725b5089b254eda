import type { Pages } from './salvage-pages.ts';
import { type RawRow, rootsOf, rowsOfPage, rowsOfTree } from './salvage-records.ts';
import { cellIsNumber, cellIsText, cellsAreCounts, spoolRowOf } from './salvage-rows.ts';

export interface OldStream {
  readonly id: number;
  readonly name: string;
  readonly next: number;
  readonly appended: number;
  readonly appendedBytes: number;
  readonly acknowledged: number;
  readonly dead: number;
  readonly bytes: number;
  /** Waiting by the books; null where they are not whole or do not balance. */
  readonly expected: number | null;
}

/** What a damaged spool's small tables still say. Each is empty where it could not be read; `whole` says which were. */
export interface OldBooks {
  readonly streams: readonly OldStream[];
  readonly drops: readonly { readonly stream: number; readonly reason: string; readonly count: number }[];
  readonly sources: readonly {
    readonly id: number;
    readonly name: string;
    readonly custody: number;
    readonly sequence: number;
    readonly began: number;
  }[];
  readonly boots: readonly { readonly id: number; readonly boot: string }[];
  /** Held, bytes, buried, retried, discarded, evicted; null: not readable. */
  readonly deadTotals: readonly number[] | null;
  /** The highest id a dead letter ever had; null: not readable. */
  readonly lastDead: number | null;
  readonly life: { readonly steadyMs: number; readonly wallMs: number; readonly trust: string } | null;
  /** A salvage that had not ended when this database was damaged too. */
  readonly unfinished: {
    readonly files: string;
    readonly cursor: number;
    readonly expected: number | null;
    readonly salvaged: number;
  } | null;
  readonly whole: { readonly streams: boolean; readonly sources: boolean; readonly boots: boolean };
}

/** 16 MB each: more sources than a gateway ever has. */
const MAX_PAGES = 4096;

const drop = (row: RawRow): OldBooks['drops'][number] | null => {
  const [stream, reason, count] = row.cells;
  return row.cells.length === 3 && cellsAreCounts([stream, count]) && cellIsText(reason)
    ? { stream: Number(stream), reason, count: Number(count) }
    : null;
};

const source = (row: RawRow): OldBooks['sources'][number] | null => {
  const [, name, custody, sequence, began = 0] = row.cells;
  const { length } = row.cells; // version 2 writes 4, version 3 writes 6
  return (length === 4 || length === 6) && row.rowid > 0 && cellIsText(name) && cellsAreCounts([custody, sequence, began])
    ? { id: row.rowid, name, custody: Number(custody), sequence: Number(sequence), began: Number(began) }
    : null;
};

const boot = (row: RawRow): OldBooks['boots'][number] | null => {
  const [, name] = row.cells;
  return row.cells.length === 2 && row.rowid > 0 && cellIsText(name) ? { id: row.rowid, boot: name } : null;
};

const life = (row: RawRow): OldBooks['life'] => {
  const [, steadyMs, wallMs, trust] = row.cells;
  return cellIsNumber(steadyMs) && cellIsNumber(wallMs) && cellIsText(trust) ? { steadyMs, wallMs, trust } : null;
};

const unfinished = (row: RawRow): OldBooks['unfinished'] => {
  const [, files, cursor, state, , expected, salvaged] = row.cells;
  if (!cellIsText(files) || !cellsAreCounts([cursor, salvaged]) || state !== 'running') return null;
  return { files, cursor: Number(cursor), expected: cellIsNumber(expected) ? expected : null, salvaged: Number(salvaged) };
};

function streamsOf(rows: readonly RawRow[], drops: OldBooks['drops'], sound: boolean): OldStream[] {
  return rows.flatMap(({ rowid, cells }): OldStream[] => {
    const [, name, ...counts] = cells;
    if (cells.length !== 9 || !cellIsText(name) || !cellsAreCounts(counts)) return [];
    const [next = 0, appended = 0, appendedBytes = 0, acknowledged = 0, dead = 0, waiting = 0, bytes = 0] = counts;
    const dropped = drops.reduce((sum, one) => sum + (one.stream === rowid ? one.count : 0), 0);
    const balanced = appended === acknowledged + dead + dropped + waiting;
    const expected = sound && balanced ? waiting : null;
    return [{ id: rowid, name, next, appended, appendedBytes, acknowledged, dead, bytes, expected }];
  });
}

/** Reads the small tables. `roots`: where a new database has them, for when the old one's schema is gone; they are made in one order. */
export function readBooks(pages: Pages, roots: ReadonlyMap<string, number>): OldBooks {
  const own = rootsOf(pages);
  function table<T>(name: string, toRow: (row: RawRow) => T | null): { rows: T[]; whole: boolean } {
    const root = own.get(name) ?? roots.get(name);
    if (root === undefined) return { rows: [], whole: false };
    const tree = rowsOfTree(pages, root, MAX_PAGES);
    const rows = tree.rows.map(toRow).filter((row) => row !== null);
    return { rows, whole: tree.whole && rows.length === tree.rows.length };
  }
  const drops = table('drops', drop);
  const streams = table('streams', (row) => row);
  const sources = table('sources', source);
  const boots = table('boots', boot);
  const sound = drops.whole && streams.whole && !pages.walDamaged;
  const read = streamsOf(streams.rows, drops.rows, sound);
  const totals = table('dead_totals', (row) => {
    const counts = row.cells.slice(1);
    return counts.length === 6 && cellsAreCounts(counts) ? counts : null;
  });
  const sequences = table('sqlite_sequence', ({ cells: [name, last] }) =>
    name === 'dead' && cellsAreCounts([last]) ? Number(last) : null,
  );
  return {
    streams: read,
    drops: drops.rows,
    sources: sources.rows,
    boots: boots.rows,
    deadTotals: totals.rows[0] ?? null,
    lastDead: sequences.rows[0] ?? null,
    life: table('life', life).rows[0] ?? null,
    unfinished: table('salvage', unfinished).rows[0] ?? null,
    whole: {
      streams: streams.whole && read.length === streams.rows.length,
      sources: sources.whole && !pages.walDamaged,
      boots: boots.whole,
    },
  };
}

/** Highest id and steady time in the last page of the entries; 0 where there is none. For when the small tables cannot be read. */
export function newestEntry(pages: Pages, roots: ReadonlyMap<string, number>): { readonly id: number; readonly keptMs: number } {
  let page = rootsOf(pages).get('entries') ?? roots.get('entries') ?? 0;
  for (let depth = 0; depth < 20; depth += 1) {
    const bytes = pages.read(page);
    if (bytes?.[0] !== 0x05) break;
    page = Buffer.from(bytes.buffer, bytes.byteOffset + 8, 4).readUInt32BE(0);
  }
  const newest = { id: 0, keptMs: 0 };
  for (const row of rowsOfPage(pages, page)) {
    if (spoolRowOf(row)?.table !== 'entries') continue;
    newest.id = Math.max(newest.id, row.rowid);
    const kept = row.cells[12];
    if (cellIsNumber(kept)) newest.keptMs = Math.max(newest.keptMs, kept);
  }
  return newest;
}
