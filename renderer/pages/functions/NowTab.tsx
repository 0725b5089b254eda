import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { Counters, Durations, FunctionBooks, Room } from './Figures.tsx';
import { Instances } from './Instances.tsx';
import { LastError } from './LastError.tsx';
import { LogSearch } from './LogSearch.tsx';

/** How a function does now: what it did, how long it took, what it holds, its instances, what went wrong, its books and its log. */
export function NowTab(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  // What is wrong stands on top; what was wrong once, below.
  const isWrong = row.state === 'parked' || row.state === 'restarting';
  return (
    <>
      {isWrong && <LastError row={row} />}
      <div className="function-grid">
        <Counters row={row} />
        <Durations row={row} />
        <Room row={row} />
      </div>
      <Instances row={row} />
      {!isWrong && row.lastError !== null && <LastError row={row} />}
      <FunctionBooks row={row} />
      <LogSearch name={row.name} />
    </>
  );
}
