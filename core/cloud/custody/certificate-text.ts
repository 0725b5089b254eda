import { createHash } from 'node:crypto';
import type { CertificateView, GapView } from '../../contract/outbox-views.ts';

/*
 * The canonical text of a certificate, over which its hash is made. Lines of JSON (as `JSON.stringify` writes it, UTF-8), each ended
 * by a line feed:
 *   ["gatehouse-certificate",1,"<id of the certificate>","<gateway>"]
 *   ["<source>",<first>,<last>,[[<first>,<last>,<count>,"<reason>"], ...]]     one for each source
 * Sources are sorted by the bytes of their names in UTF-8, gaps by first, last, reason. The numbers are those of the user property
 * `seq` of the source's messages. It says: of each source every number from first to last was delivered, but `count` of those between
 * first and last of each gap. The hash is SHA-256, in hex.
 */

export type CustodyRange = CertificateView['sources'][number];
type Named = Pick<CertificateView, 'id' | 'gateway' | 'sources'>;

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const byPlace = (a: GapView, b: GapView): number => a.first - b.first || a.last - b.last || byBytes(a.reason, b.reason);

export function certificateText({ id, gateway, sources }: Named): string {
  const lines: unknown[] = [['gatehouse-certificate', 1, id, gateway]];
  for (const { source, first, last, gaps } of sources.toSorted((a, b) => byBytes(a.source, b.source))) {
    const sorted = gaps.toSorted(byPlace);
    lines.push([source, first, last, sorted.map((gap) => [gap.first, gap.last, gap.count, gap.reason])]);
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

export const certificateHash = (certificate: Named): string =>
  createHash('sha256').update(certificateText(certificate)).digest('hex');

/** A number of a source that the certificate says was delivered, and that the far end has not. */
export interface Missing {
  readonly source: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/**
 * What a far end finds when it compares a certificate with the numbers (`seq`) that it has of each source: the ranges of numbers that
 * are missing without being named as a gap. Empty: everything is there. `has` may be asked for every number of a range.
 */
export function missingIn(ranges: readonly CustodyRange[], has: (source: string, seq: number) => boolean): readonly Missing[] {
  const found: Missing[] = [];
  for (const { source, first, last, gaps } of ranges) {
    // A number that only a scattered gap covers may be missing as often as the gap says.
    const allowance = gaps.map((gap) => ({ ...gap, left: gap.count }));
    let open: { source: string; first: number; last: number; count: number } | null = null;
    for (let seq = first; seq <= last; seq += 1) {
      if (has(source, seq)) continue;
      const gap = allowance.find((one) => one.left > 0 && seq >= one.first && seq <= one.last);
      if (gap) {
        gap.left -= 1;
        continue;
      }
      if (open && open.last === seq - 1) {
        open.last = seq;
        open.count += 1;
        continue;
      }
      open = { source, first: seq, last: seq, count: 1 };
      found.push(open);
    }
  }
  return found;
}
