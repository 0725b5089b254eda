import type { Database, Statement } from 'better-sqlite3';
import { asNumber } from './cells.ts';
import { entryCrcOf, textsCrc } from './entry-crc.ts';
import { AT, type PackedMessages, RECORD } from './packing.ts';
import type { SourceNumbers, Sources } from './spool-sources.ts';

/** Messages of a pack that go into one stream, one after another. */
export interface Placing {
  /** Their places in the pack: from (included) to (not included). */
  readonly from: number;
  readonly to: number;
  readonly firstId: number;
  /** The subscription's expiry; Infinity for none. */
  readonly expiresInMs: number;
}

export interface Inserter {
  /** Writes the rows. `keptMs` is the steady time of this commit. */
  insert(packed: PackedMessages, placings: readonly Placing[], keptMs: number): void;
  /** The transaction failed: what is in memory is not on disk. */
  forget(): void;
}

/** What differs from row to row. */
const OWN = ['id', 'topic', 'payload', 'flags', 'source', 'sequence', 'wall_ms', 'mono_ms', 'hops', 'custody', 'crc'];
/** What differs seldom: nearly all packs come from one boot, without traces and expiry, and then bind a quarter less. */
const SELDOM = ['boot', 'trace_id', 'expires_ms'];
const ROWS_PER_STATEMENT = 64;

/** A way to write rows: in what each of them is told, and what all of them share. */
interface Shape {
  readonly width: number;
  readonly many: Statement;
  readonly one: Statement;
  /** The values of the rows that wait for their statement. */
  readonly values: unknown[];
}

function createShape(db: Database, seldom: boolean): Shape {
  const width = OWN.length + (seldom ? SELDOM.length : 0);
  const own = Array(width).fill('?').join(', ');
  const row = seldom ? `(${own}, @kept)` : `(${own}, @boot, NULL, NULL, @kept)`;
  const into = `INSERT INTO entries (${[...OWN, ...SELDOM].join(', ')}, kept_ms) VALUES `;
  return {
    width,
    many: db.prepare(into + Array(ROWS_PER_STATEMENT).fill(row).join(', ')),
    one: db.prepare(into + row),
    values: Array(ROWS_PER_STATEMENT * width).fill(null),
  };
}

/** The place of the boot id that all messages share, where none is traced or expires; else null. */
function commonBoot(records: Float64Array, placings: readonly Placing[]): number | null {
  const boot = records[AT.boot] ?? 0;
  for (const { expiresInMs } of placings) if (expiresInMs !== Number.POSITIVE_INFINITY) return null;
  for (let at = 0; at < records.length; at += RECORD) {
    const plain = records[at + AT.trace] === -1 && Number.isNaN(records[at + AT.expiryMs]) && records[at + AT.boot] === boot;
    if (!plain) return null;
  }
  return boot;
}

/** Boot ids by number; the last one is kept in memory, as nearly all messages of a commit share it. */
function createBoots(db: Database): { of(boot: string): number; forget(): void } {
  const add = db.prepare('INSERT INTO boots (boot) VALUES (?) ON CONFLICT DO NOTHING');
  const find = db.prepare('SELECT id FROM boots WHERE boot = ?').pluck();
  let last = '';
  let number = 0;
  return {
    of(boot) {
      if (boot === last && number > 0) return number;
      add.run(boot);
      number = asNumber(find.get(boot));
      last = boot;
      return number;
    },
    forget() {
      number = 0;
    },
  };
}

/** What of a row's texts is the same for all rows of a pack that share them. */
interface KnownTexts {
  readonly topic: string;
  readonly source: string;
  readonly from: SourceNumbers;
  readonly crc: number;
}

/** Finds the texts of a record, making each pair of topic and source once per pack. */
function createTextCache(texts: readonly string[], sources: Sources): (topic: number, source: number) => KnownTexts {
  const known = new Map<number, KnownTexts>();
  return (topicAt, sourceAt) => {
    const key = topicAt * texts.length + sourceAt;
    const found = known.get(key);
    if (found) return found;
    const topic = texts[topicAt] ?? '';
    const source = texts[sourceAt] ?? '';
    const made = { topic, source, from: sources.of(source), crc: textsCrc(topic, source) };
    known.set(key, made);
    return made;
  };
}

/** Reads a pack record by record, without making an object for each message. */
export function createInserter(db: Database, sources: Sources): Inserter {
  const plain = createShape(db, false);
  const mixed = createShape(db, true);
  const boots = createBoots(db);
  return {
    insert({ texts, buffer, count }, placings, keptMs) {
      const records = new Float64Array(buffer, 0, count * RECORD);
      const boot = commonBoot(records, placings);
      const shape = boot === null ? mixed : plain;
      const { values, width } = shape;
      const shared = boot === null ? { kept: keptMs } : { kept: keptMs, boot: boots.of(texts[boot] ?? '') };
      const textsOf = createTextCache(texts, sources);
      let offset = count * RECORD * 8;
      let at = 0;
      let filled = 0;
      function putSeldom(expiresInMs: number): void {
        const own = records[at + AT.expiryMs] ?? Number.NaN;
        const expires = own < expiresInMs ? own : expiresInMs; // NaN is never less
        const trace = records[at + AT.trace] ?? -1;
        values[filled + OWN.length] = boots.of(texts[records[at + AT.boot] ?? 0] ?? '');
        values[filled + OWN.length + 1] = trace < 0 ? null : texts[trace];
        values[filled + OWN.length + 2] = expires === Number.POSITIVE_INFINITY ? null : keptMs + expires;
      }
      function put(id: number, expiresInMs: number): void {
        const length = records[at + AT.length] ?? 0;
        const payload = new Uint8Array(buffer, offset, length);
        offset += length;
        const { topic, source, from, crc } = textsOf(records[at + AT.topic] ?? 0, records[at + AT.source] ?? 0);
        const flags = records[at + AT.flags] ?? 0;
        const sequence = records[at + AT.sequence] ?? 0;
        const wallMs = records[at + AT.wallMs] ?? 0;
        from.custody += 1;
        if (sequence > from.sequence) from.sequence = sequence;
        values[filled] = id;
        values[filled + 1] = topic;
        values[filled + 2] = payload;
        values[filled + 3] = flags;
        values[filled + 4] = source;
        values[filled + 5] = sequence;
        values[filled + 6] = wallMs;
        values[filled + 7] = records[at + AT.monoMs] ?? 0;
        values[filled + 8] = records[at + AT.hops] ?? 0;
        values[filled + 9] = from.custody;
        values[filled + 10] = entryCrcOf(crc, payload, id, from.custody, flags, sequence, wallMs);
        if (boot === null) putSeldom(expiresInMs);
        filled += width;
        at += RECORD;
        if (filled < values.length) return;
        shape.many.run(values, shared);
        filled = 0;
      }
      for (const placing of placings) {
        for (; at < placing.from * RECORD; at += RECORD) offset += records[at + AT.length] ?? 0;
        for (let id = placing.firstId; at < placing.to * RECORD; id += 1) put(id, placing.expiresInMs);
      }
      for (let start = 0; start < filled; start += width) shape.one.run(values.slice(start, start + width), shared);
    },
    forget: () => boots.forget(),
  };
}
