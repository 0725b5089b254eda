import { type ReactNode, useMemo } from 'react';
import type { FunctionVersionView } from '../../../core/contract/function-views.ts';
import { Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { href } from '../../hooks/use-route.ts';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { formatBytes, formatCount, formatWhen } from '../../text/format.ts';
import { code as text } from '../../text/function-code.ts';

function Row(props: { row: FunctionVersionView }): ReactNode {
  const { row } = props;
  const now = useNow(10_000);
  return (
    <li className="function-version">
      <div className="row">
        <a className="row-link grow" href={href('deployments', String(row.version))}>
          {text.version(formatCount(row.version))}
        </a>
        {row.running && <StateBadge tone="normal" label={text.running} size="s" />}
      </div>
      <p className="small muted num">
        {formatWhen(row.appliedAt, now)}, {text.by(row.by)}, {formatBytes(row.bytes)}
      </p>
      <p className="small muted mono" title={row.hash}>
        {text.hash(row.hash.slice(0, 12))}
      </p>
    </li>
  );
}

/** Which code ran since when, newest first; each leads to the deployment that brought it. */
export function Versions(props: { name: string }): ReactNode {
  const { name } = props;
  const table = useWatch('function-versions', { function: name });
  const rows = useMemo(() => rowsOf(table).sort((a, b) => b.version - a.version), [table]);
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.versions}</h2>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={3} />
      ) : rows.length === 0 ? (
        <p className="sheet-body muted">
          {text.noVersions}: {text.noVersionsBody}
        </p>
      ) : (
        <ul className="function-versions">
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}
