import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { SearchField, SegmentedControl } from '../../components/Choices.tsx';
import { LogTail } from '../../components/LogTail.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { now as text } from '../../text/function-now.ts';
import { logs as words } from '../../text/logs.ts';
import { filterLogs, type LeastLevel } from '../logs/filter.ts';

const LEVELS: readonly LeastLevel[] = ['all', 'info', 'warn', 'error'];

/** The log of one function as it comes, with search and level; the gateway sends this function's entries only. */
export function LogSearch(props: { name: string }): ReactNode {
  const source = `function:${props.name}`;
  const table = useWatch('logs', { source });
  const [search, setSearch] = useState('');
  const [level, setLevel] = useState<LeastLevel>('all');
  const [heldAt, setHeldAt] = useState<number | null>(null);
  const hold = useCallback((id: number) => setHeldAt(id), []);
  const follow = useCallback(() => setHeldAt(null), []);
  const all = useMemo(() => rowsOf(table), [table]);
  const rows = useMemo(() => filterLogs(all, { level, source: '', search }), [all, level, search]);
  return (
    <section className="sheet function-log">
      <header className="sheet-head function-log-head">
        <h2>{text.log}</h2>
        <div className="grow function-log-search">
          <SearchField label={text.logSearch} value={search} onChange={setSearch} />
        </div>
        <SegmentedControl
          label={words.level}
          value={level}
          choices={LEVELS.map((value) => ({ value, label: words.levels[value] }))}
          onChange={setLevel}
        />
        <a className="button" data-kind="quiet" href={`#/logs?source=${encodeURIComponent(source)}`}>
          {text.allLog}
        </a>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={4} />
      ) : all.length === 0 ? (
        <EmptyNotice title={text.noLog} body={text.noLogBody} />
      ) : rows.length === 0 ? (
        <EmptyNotice title={text.noLogMatch} />
      ) : (
        <div className="function-log-list">
          <LogTail label={text.logList} rows={rows} source={false} heldAt={heldAt} onHold={hold} onFollow={follow} />
        </div>
      )}
    </section>
  );
}
