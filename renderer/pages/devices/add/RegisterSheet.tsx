import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { MatrixView } from '../../../../core/contract/commission-views.ts';
import type { MatrixCell, MatrixMatch } from '../../../../core/contract/decode-matrix.ts';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { ErrorNotice, Skeleton } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { formatCount } from '../../../text/format.ts';
import { matrix as text } from '../../../text/matrix.ts';
import { AddressBar } from './AddressBar.tsx';
import { MatrixGrid } from './MatrixGrid.tsx';
import { COLUMNS, cellKey, GROUPS, type Group, groupOf, type Snapshot } from './matrix-view.ts';

/** How many places of each group of types fit. */
function countsOf(matches: readonly MatrixMatch[]): Readonly<Record<Group, number>> {
  const fits = matches.map(({ type, order }) => `${type} ${order}`);
  const count = (group: Group): number =>
    fits.filter((key) => COLUMNS[group].some(({ type, order }) => key === `${type} ${order}`)).length;
  return Object.fromEntries(GROUPS.map((group) => [group, count(group)])) as Record<Group, number>;
}

/** The types that are shown: those of the best match, until a person chooses others. */
function useGroup(best: MatrixMatch | undefined): [Group, (group: Group) => void] {
  const [group, setGroup] = useState<Group>('w16');
  const bestGroup = best && groupOf(best.type);
  useEffect(() => {
    if (bestGroup !== undefined) setGroup(bestGroup);
  }, [bestGroup]);
  return [group, setGroup];
}

/** Which registers are read, and all of them in the chosen types; the best match is brought into sight. */
export function RegisterSheet(props: {
  session: string;
  row: MatrixView;
  /** Registers that are asked for at once. */
  count: number;
  snapshot: Snapshot | undefined;
  matches: readonly MatrixMatch[];
  onChoose: (cell: MatrixCell) => void;
}): ReactNode {
  const { session, row, snapshot, matches } = props;
  const move = useCall('matrix.move');
  const best = matches[0];
  const bestKey = best && cellKey(best);
  const [group, setGroup] = useGroup(best);
  const counts = useMemo(() => countsOf(matches), [matches]);
  const grid = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another group draws other cells
  useEffect(() => {
    if (bestKey !== undefined) grid.current?.querySelector('[data-fit=best]')?.scrollIntoView({ block: 'nearest' });
  }, [bestKey, group]);
  return (
    <section className="sheet bench-right">
      <AddressBar
        table={row.table}
        address={row.address}
        count={props.count}
        onMove={(to) => void move.run({ session, ...to })}
      />
      {row.fault && <ErrorNotice what={row.fault.message} meaning={text.failed} remedy={row.fault.remedy} tone="warn" />}
      <div className="bench-groups">
        <SegmentedControl
          label={text.cellTypes}
          value={group}
          choices={GROUPS.map((value) => ({
            value,
            label: text.groups[value],
            ...(counts[value] > 0 ? { count: counts[value] } : {}),
          }))}
          onChange={setGroup}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="bench-grid" ref={grid} tabIndex={0} aria-label={text.grid}>
        {snapshot ? (
          <MatrixGrid snapshot={snapshot} group={group} matches={matches} onChoose={props.onChoose} />
        ) : (
          !row.fault && <Skeleton rows={6} />
        )}
      </section>
      <p className="small muted num bench-foot">{text.reads(formatCount(row.reads))}</p>
    </section>
  );
}
