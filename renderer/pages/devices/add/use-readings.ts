import { useEffect, useMemo, useState } from 'react';
import type { MatrixView } from '../../../../core/contract/commission-views.ts';
import { type MatrixMatch, narrowMatches } from '../../../../core/contract/decode-matrix.ts';
import { rowsOf, useWatch } from '../../../hooks/use-table.ts';
import { follow, matchRecent, NOTHING_READ, readOffNow, remember, type Snapshot } from './matrix-view.ts';

/** Registers of the last seconds, the newest first: a person reads the display first and types then. */
export function useSnapshots(session: string): {
  readonly row: MatrixView | undefined;
  /** The gateway has ended the session. */
  readonly lost: boolean;
  readonly snapshots: readonly Snapshot[];
} {
  const table = useWatch('matrix', { session });
  const row = rowsOf(table)[0];
  const [snapshots, setSnapshots] = useState<readonly Snapshot[]>([]);
  useEffect(() => {
    if (!row || row.at === null) return;
    const { table: kind, address, registers, at } = row;
    setSnapshots((before) => remember(before, { table: kind, address, registers, at }));
  }, [row]);
  return { row, lost: table.status === 'live' && row === undefined, snapshots };
}

export interface Readings {
  /** What stands on the keys now. */
  readonly typed: string;
  /** Numbers that were typed before it, all of which fitted. */
  readonly before: readonly string[];
  /** What fits all of them. */
  readonly matches: readonly MatrixMatch[];
  /** The number that was typed before, once more: it says nothing new. */
  readonly isSame: boolean;
  readonly setTyped: (typed: string) => void;
  /** Keeps the number; the next one narrows what fits. */
  readonly next: () => void;
  readonly anew: () => void;
}

/** The numbers that were typed off the display, and what fits all of them. */
export function useReadings(snapshots: readonly Snapshot[]): Readings {
  const [typed, setTyped] = useState('');
  const [off, setOff] = useState(NOTHING_READ);
  const [kept, setKept] = useState<readonly { readonly shown: string; readonly matches: readonly MatrixMatch[] }[]>([]);
  const last = kept.at(-1);
  useEffect(() => setOff((before) => follow(before, snapshots)), [snapshots]);
  const matches = useMemo(() => {
    if (typed === '') return last?.matches ?? [];
    const now = matchRecent(off.pool, typed);
    return last ? narrowMatches(last.matches, now) : now;
  }, [typed, last, off.pool]);
  const isSame = last !== undefined && Number(last.shown) === Number(typed);
  return {
    typed,
    before: kept.map((one) => one.shown),
    matches,
    isSame,
    setTyped(next) {
      setTyped(next);
      setOff(readOffNow(snapshots));
    },
    next() {
      if (typed === '' || isSame || matches.length === 0) return;
      setKept([...kept, { shown: typed, matches }]);
      setTyped('');
    },
    anew() {
      setKept([]);
      setTyped('');
    },
  };
}
