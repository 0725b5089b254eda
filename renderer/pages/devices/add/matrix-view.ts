import {
  decodeMatrix,
  type MatrixCell,
  type MatrixMatch,
  type MatrixOrder,
  type MatrixType,
  matchDisplay,
} from '../../../../core/contract/decode-matrix.ts';

/** Registers as they were at a moment. */
export interface Snapshot {
  readonly table: 'holding' | 'input';
  readonly address: number;
  readonly registers: readonly (number | null)[];
  readonly at: number;
}

/** A person reads the display, then types: what fitted within this time counts. */
const RECENT_MS = 15_000;
/** Snapshots that are compared, whatever the pace. */
const RECENT_COUNT = 8;

/** The newest registers first; what is from another place, too old or the same again is left out. */
export function remember(before: readonly Snapshot[], now: Snapshot): readonly Snapshot[] {
  const first = before[0];
  if (first !== undefined && (first.table !== now.table || first.address !== now.address)) return [now];
  if (first !== undefined && first.registers.length !== now.registers.length) return [now];
  const isSame = first?.registers.every((value, i) => value === now.registers[i]);
  const rest = (isSame ? before.slice(1) : before).filter((one) => now.at - one.at < RECENT_MS);
  return [now, ...rest].slice(0, RECENT_COUNT);
}

/** Registers that a number may have been read off, and until when more of them count. */
export interface ReadOff {
  readonly until: number;
  readonly pool: readonly Snapshot[];
}

export const NOTHING_READ: ReadOff = { until: 0, pool: [] };
/** Registers may follow the display by a moment. */
const FOLLOW_MS = 5000;

/** A number is typed now: what was read shortly before may be what it was read off, and so may what follows at once. */
export const readOffNow = (snapshots: readonly Snapshot[]): ReadOff => ({
  until: (snapshots[0]?.at ?? 0) + FOLLOW_MS,
  pool: snapshots,
});

/** New registers came. What fits stays: it does not go away while a person looks at it, only when other registers are read. */
export function follow(off: ReadOff, snapshots: readonly Snapshot[]): ReadOff {
  const [now] = snapshots;
  const [last] = off.pool;
  if (now === undefined) return off;
  const isSamePlace = last?.table === now.table && last.address === now.address && last.registers.length === now.registers.length;
  if (!isSamePlace) return readOffNow(snapshots);
  if (now.at > off.until || last.registers.every((value, i) => value === now.registers[i])) return off;
  return { ...off, pool: [now, ...off.pool] };
}

export const cellKey = (cell: { address: number; type: MatrixType; order: MatrixOrder }): string =>
  `${cell.address} ${cell.type} ${cell.order}`;

/** What fits the number now or fitted it a moment ago, the best first, each cell once, with the value that fitted. */
export function matchRecent(snapshots: readonly Snapshot[], shown: string): readonly MatrixMatch[] {
  const best = new Map<string, MatrixMatch>();
  for (const { address, registers } of snapshots) {
    for (const match of matchDisplay(decodeMatrix(address, registers), shown)) {
      const key = cellKey(match);
      if ((best.get(key)?.score ?? 0) < match.score) best.set(key, match);
    }
  }
  return [...best.values()].sort((a, b) => b.score - a.score || a.address - b.address);
}

/** How certain a match may be: alone far ahead of the others, or one of several. */
export const isClear = (matches: readonly MatrixMatch[]): boolean => {
  const [first, second] = matches;
  if (first === undefined) return false;
  return second === undefined || second.address === first.address || first.score - second.score > 0.1;
};

export const GROUPS = ['w16', 'w32', 'i32', 'f32', 'w64', 'i64', 'f64', 'bcd'] as const;
export type Group = (typeof GROUPS)[number];

export interface MatrixColumn {
  readonly type: MatrixType;
  readonly order: MatrixOrder;
}

const FOUR: readonly MatrixOrder[] = ['big', 'little-swapped', 'big-swapped', 'little'];
const four = (type: MatrixType): readonly MatrixColumn[] => FOUR.map((order) => ({ type, order }));

/** The columns that are shown together, so that a finger finds them. */
export const COLUMNS: Readonly<Record<Group, readonly MatrixColumn[]>> = {
  w16: [
    { type: 'uint16', order: 'big' },
    { type: 'int16', order: 'big' },
    { type: 'uint16', order: 'little' },
    { type: 'int16', order: 'little' },
  ],
  w32: four('uint32'),
  i32: four('int32'),
  f32: four('float32'),
  w64: four('uint64'),
  i64: four('int64'),
  f64: four('float64'),
  bcd: [{ type: 'bcd16', order: 'big' }, { type: 'bcd16', order: 'little' }, ...four('bcd32')],
};

const GROUP_OF: Readonly<Record<MatrixType, Group>> = {
  uint16: 'w16',
  int16: 'w16',
  uint32: 'w32',
  int32: 'i32',
  float32: 'f32',
  uint64: 'w64',
  int64: 'i64',
  float64: 'f64',
  bcd16: 'bcd',
  bcd32: 'bcd',
};
export const groupOf = (type: MatrixType): Group => GROUP_OF[type];

/** Cells by their key, to show them in rows and columns. */
export const cellsByKey = (snapshot: Snapshot): ReadonlyMap<string, MatrixCell> =>
  new Map(decodeMatrix(snapshot.address, snapshot.registers).map((cell) => [cellKey(cell), cell]));

/** Digits behind the point of what was typed: `230.50` has two. */
export function decimalsOf(shown: string): number {
  const at = Math.max(shown.lastIndexOf('.'), shown.lastIndexOf(','));
  return at === -1 ? 0 : Math.min(shown.length - at - 1, 9);
}

/** Digits that a scale of 0.1, 0.01 brings; a float shows two. */
export function decimalsFor(type: MatrixType, scale: number): number {
  if (type === 'float32' || type === 'float64') return 2;
  return scale >= 1 ? 0 : Math.min(Math.round(-Math.log10(scale)), 9);
}
