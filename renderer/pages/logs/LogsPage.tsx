import Download from 'lucide-react/icons/download';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { Button, IconButton } from '../../components/Button.tsx';
import { SearchField, SegmentedControl } from '../../components/Choices.tsx';
import { HoldButton } from '../../components/HoldButton.tsx';
import { LogTail } from '../../components/LogTail.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { saveFile } from '../../components/save-file.ts';
import { usePhone } from '../../hooks/use-media.ts';
import { useNow } from '../../hooks/use-now.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { useConsole } from '../../stores/context.tsx';
import { formatCount } from '../../text/format.ts';
import { logs as text } from '../../text/logs.ts';
import type { PageProps } from '../page.ts';
import { fileNameAt, filterLogs, jsonLines, type LeastLevel, type LogFilter, NO_FILTER, sourcesOf } from './filter.ts';
import './logs.css';

const LEVELS: readonly LeastLevel[] = ['all', 'info', 'warn', 'error'];
const isLevel = (value: string | null): value is LeastLevel => LEVELS.some((level) => level === value);

function fromQuery(query: URLSearchParams): LogFilter {
  const level = query.get('level');
  return { level: isLevel(level) ? level : 'all', source: query.get('source') ?? '', search: query.get('text') ?? '' };
}

function Log(props: PageProps): ReactNode {
  const table = useRows('logs');
  const phone = usePhone();
  const now = useNow();
  const { toasts } = useConsole();
  const [filter, setFilter] = useState<LogFilter>(() => fromQuery(props.query));
  const [heldAt, setHeldAt] = useState<number | null>(null);
  const rows = useMemo(() => rowsOf(table), [table]);
  const shown = useMemo(() => filterLogs(rows, filter), [rows, filter]);
  const sources = useMemo(
    () => [...new Set([...sourcesOf(rows), ...(filter.source === '' ? [] : [filter.source])])],
    [rows, filter],
  );
  const hold = useCallback((id: number) => setHeldAt(id), []);
  const follow = useCallback(() => setHeldAt(null), []);
  const change = (part: Partial<LogFilter>): void => setFilter((old) => ({ ...old, ...part }));
  const newest = rows.at(-1)?.id ?? 0;
  function save(): void {
    const kept = shown.filter((row) => heldAt === null || row.id <= heldAt);
    saveFile(fileNameAt(now), jsonLines(kept), 'application/x-ndjson');
    toasts.say(text.exported(formatCount(kept.length)));
  }
  if (table.status === 'loading') return <Skeleton rows={10} />;
  return (
    <div className="page page-fill logs">
      <div className="page-head">
        <h1 className={phone ? 'visually-hidden' : undefined}>{text.title}</h1>
        <div className="logs-search">
          <SearchField label={text.search} value={filter.search} onChange={(search) => change({ search })} />
        </div>
        <select
          className="input logs-source"
          aria-label={text.source}
          value={filter.source}
          onChange={(event) => change({ source: event.target.value })}
        >
          <option value="">{text.allSources}</option>
          {sources.map((source) => (
            <option key={source}>{source}</option>
          ))}
        </select>
        <SegmentedControl
          label={text.level}
          value={filter.level}
          choices={LEVELS.map((value) => ({ value, label: text.levels[value] }))}
          onChange={(level) => change({ level })}
        />
        <div className="row">
          <HoldButton isHeld={heldAt !== null} onToggle={() => setHeldAt(heldAt === null ? newest : null)} />
          <IconButton
            kind="plain"
            icon={<Download size={18} aria-hidden="true" />}
            label={text.export}
            disabled={shown.length === 0}
            onClick={save}
          />
        </div>
      </div>
      <div className="sheet logs-sheet">
        {rows.length === 0 ? (
          <EmptyNotice title={text.empty} body={text.emptyBody} />
        ) : shown.length === 0 ? (
          <EmptyNotice
            title={text.noMatch}
            body={text.noMatchBody}
            action={<Button onClick={() => setFilter(NO_FILTER)}>{text.noMatchAction}</Button>}
          />
        ) : (
          <LogTail label={text.list} rows={shown} source heldAt={heldAt} onHold={hold} onFollow={follow} />
        )}
      </div>
      <p className="visually-hidden" role="status">
        {text.shown(formatCount(shown.length), formatCount(rows.length))}
      </p>
    </div>
  );
}

/** One log for everything: `#/logs`, `#/logs?source=device:meter&level=warn`. Another address begins anew. */
export function LogsPage(props: PageProps): ReactNode {
  return <Log key={props.query.toString()} {...props} />;
}
