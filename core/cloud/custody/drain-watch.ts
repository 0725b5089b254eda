import type { GapView } from '../../contract/outbox-views.ts';
import type { Spool } from '../../store/spool.ts';
import type { CustodyRange } from './certificate-text.ts';

type Reads = Pick<Spool, 'stats' | 'peek' | 'gaps' | 'sources'>;

/** What was in the spool when the line came back. */
export interface Backlog {
  /** The last number of every source. */
  readonly lasts: ReadonlyMap<string, number>;
  /** The numbers of these sources begin above this one. */
  readonly begans: ReadonlyMap<string, number>;
  /** The newest entry of every stream that held something; removed when all up to it are gone. */
  readonly marks: Map<string, number>;
}

export const MOST_SOURCES = 1000;
export const MOST_GAPS = 1000;

export async function markBacklog(spool: Reads): Promise<Backlog> {
  // The numbers before the marks: every message that has one of them lies at or below a mark.
  const sources = await spool.sources();
  const lasts = new Map(sources.map(({ source, custody }) => [source, custody]));
  const begans = new Map(sources.flatMap(({ source, began }) => (began === undefined ? [] : [[source, began] as const])));
  const marks = new Map<string, number>();
  for (const { name, count } of spool.stats().streams) {
    if (count === 0) continue;
    const [newest] = await spool.peek({ stream: name, from: 'newest', limit: 1, maxBytes: 1 });
    if (newest) marks.set(name, newest.id);
  }
  return { lasts, begans, marks };
}

/** True when everything of the backlog is delivered, dropped or dead-lettered. */
export async function isDrained(spool: Reads, { marks }: Backlog): Promise<boolean> {
  for (const [stream, mark] of marks) {
    const count = spool.stats().streams.find(({ name }) => name === stream)?.count ?? 0;
    if (count > 0) {
      const [oldest] = await spool.peek({ stream, from: 'oldest', limit: 1, maxBytes: 1 });
      // None to read but some counted: they are being salvaged, or have expired and are about to be removed.
      if (!oldest || oldest.id <= mark) return false;
    }
    marks.delete(stream);
  }
  return true;
}

/** The ranges that a certificate answers for, at most 1,000 sources and 1,000 gaps. */
export async function rangesOf(
  spool: Reads,
  { lasts, begans }: Backlog,
  settled: ReadonlyMap<string, number>,
): Promise<{ readonly sources: CustodyRange[]; readonly abridged: boolean }> {
  const before = (source: string): number => Math.max(settled.get(source) ?? 0, begans.get(source) ?? 0);
  const touched = [...lasts].filter(([source, last]) => last > before(source));
  const sources: CustodyRange[] = [];
  let gapsLeft = MOST_GAPS;
  let abridged = touched.length > MOST_SOURCES;
  for (const [source, last] of touched.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST_SOURCES)) {
    const first = before(source) + 1;
    const found: readonly GapView[] = await spool.gaps(source, first, last, gapsLeft + 1);
    if (found.length > gapsLeft) abridged = true;
    const gaps = found.slice(0, gapsLeft);
    gapsLeft -= gaps.length;
    sources.push({ source, first, last, gaps: [...gaps] });
  }
  return { sources, abridged };
}
