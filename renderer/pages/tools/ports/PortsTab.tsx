import RefreshCw from 'lucide-react/icons/refresh-cw';
import { type ReactNode, useMemo, useState } from 'react';
import type { PortView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { SearchField } from '../../../components/Choices.tsx';
import { type Column, DataTable } from '../../../components/DataTable.tsx';
import { EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { go, href } from '../../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { formatBytes } from '../../../text/format.ts';
import { byName } from '../../../text/locale.ts';
import { ports as text } from '../../../text/tools.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import { PortSheet } from './PortSheet.tsx';
import { portMatches, portRank, portState, portTitle } from './port-state.ts';
import './ports.css';

const rowId = (port: PortView): string => port.id;

function Name(props: { port: PortView }): ReactNode {
  const { port } = props;
  return (
    <a className="row-link tool-name clip" href={href('tools', 'ports', port.id)} aria-label={text.details(port.path)}>
      {port.path}
    </a>
  );
}

function State(props: { port: PortView }): ReactNode {
  const { tone, word } = portState(props.port);
  return <StateBadge tone={tone} label={word} size="s" />;
}

const usedBy = (port: PortView): string =>
  port.holder?.kind === 'tool' ? port.holder.name : port.devices.length > 0 ? port.devices.join(', ') : text.nobody;
const traffic = (port: PortView): string => `${formatBytes(port.bytesIn)} / ${formatBytes(port.bytesOut)}`;

const COLUMNS: readonly Column<PortView>[] = [
  {
    id: 'port',
    head: text.columns.port,
    width: 'minmax(140px, 1.2fr)',
    cell: (port) => (
      <>
        <Name port={port} />
        <p className="small muted num clip">{port.settings}</p>
      </>
    ),
  },
  {
    id: 'what',
    head: text.columns.what,
    width: 'minmax(160px, 1.6fr)',
    cell: (port) => (
      <>
        <p className="clip">{portTitle(port)}</p>
        <p className="small muted clip">{[port.usbId, port.serialNumber].filter((part) => part !== '').join(', ')}</p>
      </>
    ),
  },
  { id: 'state', head: text.columns.state, width: '170px', cell: (port) => <State port={port} /> },
  {
    id: 'used',
    head: text.columns.used,
    width: 'minmax(110px, 1fr)',
    cell: (port) => <p className={port.devices.length > 0 || port.holder ? 'clip' : 'clip muted'}>{usedBy(port)}</p>,
  },
  {
    id: 'traffic',
    head: text.columns.traffic,
    width: '160px',
    align: 'end',
    cell: (port) => <span className="small">{traffic(port)}</span>,
  },
];

const card = (port: PortView): ReactNode => (
  <div className="card-lines">
    <div className="row">
      <span className="grow clip">
        <Name port={port} />
      </span>
      <State port={port} />
    </div>
    <p className="small clip">{portTitle(port)}</p>
    <p className="small muted num clip">
      {usedBy(port)}, {traffic(port)}
    </p>
  </div>
);

/** Serial ports: what is plugged in, who uses it, and what is in the way. `#/tools/ports/<id>` shows one. */
export function PortsTab(props: { port: string | null }): ReactNode {
  const table = useRows('ports');
  const [search, setSearch] = useState('');
  const refresh = useCall('port.refresh', { done: text.refreshed });
  const rows = useMemo(() => rowsOf(table).sort((a, b) => portRank(a) - portRank(b) || byName(a.path, b.path)), [table]);
  const shown = useMemo(() => rows.filter((port) => portMatches(port, search)), [rows, search]);
  const chosen = props.port === null ? undefined : table.byId[props.port];
  return (
    <ToolFrame current="ports" fill>
      <div className="tool-head">
        <div className="tool-search">
          <SearchField label={text.search} value={search} onChange={setSearch} />
        </div>
        <p className="small muted grow ports-intro">{text.intro}</p>
        <Button busy={refresh.busy} icon={<RefreshCw size={18} aria-hidden="true" />} onClick={() => void refresh.run({})}>
          {text.refresh}
        </Button>
      </div>
      <div className="sheet sheet-fill">
        {table.status === 'loading' ? (
          <Skeleton rows={5} />
        ) : shown.length === 0 ? (
          rows.length === 0 ? (
            <EmptyNotice title={text.none} body={text.noneBody} />
          ) : (
            <EmptyNotice title={text.noMatch} />
          )
        ) : (
          <DataTable
            label={text.table}
            rows={shown}
            columns={COLUMNS}
            rowId={rowId}
            rowHeight={64}
            card={card}
            cardHeight={104}
          />
        )}
      </div>
      {chosen && <PortSheet port={chosen} onClose={() => go('tools', 'ports')} />}
    </ToolFrame>
  );
}
