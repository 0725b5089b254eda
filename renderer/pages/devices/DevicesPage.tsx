import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import Plus from 'lucide-react/icons/plus';
import { lazy, type ReactNode, useMemo, useState } from 'react';
import type { DeviceView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { type Choice, SearchField, SegmentedControl } from '../../components/Choices.tsx';
import { DataTable, type Sorting, sortRows } from '../../components/DataTable.tsx';
import { NoMatch } from '../../components/NoMatch.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { usePhone } from '../../hooks/use-media.ts';
import { go, href } from '../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { devices as text } from '../../text/devices.ts';
import { formatCount } from '../../text/format.ts';
import type { PageProps } from '../page.ts';
import { DEVICE_COLUMNS, DeviceCard } from './columns.tsx';
import { DevicePage } from './DevicePage.tsx';
import './devices.css';
import { countStates, filterDevices, type StateFilter } from './list.ts';

const AddPage = lazy(async () => ({ default: (await import('./add/AddPage.tsx')).AddPage }));
const ReportPage = lazy(async () => ({ default: (await import('./report/ReportPage.tsx')).ReportPage }));

const rowId = (device: DeviceView): string => device.id;
const card = (device: DeviceView): ReactNode => <DeviceCard device={device} />;
const ALWAYS: readonly StateFilter[] = ['all', 'offline', 'degraded', 'ok'];
const FILTERS: readonly StateFilter[] = ['all', 'offline', 'degraded', 'paused', 'starting', 'ok'];

function AddLink(): ReactNode {
  return (
    <a className="button" data-kind="primary" href={href('devices', 'add')}>
      <Plus size={18} aria-hidden="true" />
      {text.add}
    </a>
  );
}

function DeviceList(): ReactNode {
  const table = useRows('devices');
  const phone = usePhone();
  const [search, setSearch] = useState('');
  const [state, setState] = useState<StateFilter>('all');
  const [sorting, setSorting] = useState<Sorting>({ column: 'state', down: false });
  const rows = useMemo(() => rowsOf(table), [table]);
  const counts = useMemo(() => countStates(rows), [rows]);
  const shown = useMemo(
    () => sortRows(filterDevices(rows, state, search), DEVICE_COLUMNS, sorting),
    [rows, state, search, sorting],
  );
  const choices: Choice<StateFilter>[] = FILTERS.filter(
    (value) => ALWAYS.includes(value) || value === state || (value !== 'all' && counts[value] > 0),
  ).map((value) =>
    value === 'all' ? { value, label: text.all, count: rows.length } : { value, label: text.states[value], count: counts[value] },
  );
  function showAll(): void {
    setSearch('');
    setState('all');
  }
  if (table.status === 'loading') return <Skeleton rows={8} />;
  if (rows.length === 0) {
    return (
      <EmptyNotice
        page
        title={text.empty}
        body={text.emptyBody}
        action={
          <div className="row row-wrap">
            <AddLink />
            <Button onClick={() => go('deployments')}>{text.emptyAction}</Button>
          </div>
        }
      />
    );
  }
  return (
    <div className="page page-fill devices">
      <div className="page-head">
        <h1 className={phone ? 'visually-hidden' : undefined}>{text.title}</h1>
        <div className="devices-search">
          <SearchField label={text.search} value={search} onChange={setSearch} />
        </div>
        <SegmentedControl label={text.filter} value={state} choices={choices} onChange={setState} />
        <div className="row devices-more">
          <a className="button" data-icon-only href={href('devices', 'report')} aria-label={text.report} title={text.report}>
            <ClipboardCheck size={20} aria-hidden="true" />
          </a>
          <AddLink />
        </div>
      </div>
      <div className="sheet devices-sheet">
        {shown.length === 0 ? (
          <NoMatch words={text} onShowAll={showAll} />
        ) : (
          <DataTable
            label={text.table}
            rows={shown}
            columns={DEVICE_COLUMNS}
            rowId={rowId}
            sorting={sorting}
            onSort={setSorting}
            card={card}
            cardHeight={100}
          />
        )}
      </div>
      <p className="visually-hidden" role="status">
        {text.shown(formatCount(shown.length), formatCount(rows.length))}
      </p>
    </div>
  );
}

/** All devices, or one, or a new one: `#/devices`, `#/devices/<id>`, `#/devices/add/...`, `#/devices/report`. */
export function DevicesPage(props: PageProps): ReactNode {
  const [id, ...rest] = props.rest;
  if (id === 'add') return <AddPage rest={rest} />;
  if (id === 'report') return <ReportPage />;
  return id === undefined ? <DeviceList /> : <DevicePage id={id} />;
}
