import { type ReactNode, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { AdvertView } from '../../../../core/contract/field-views.ts';
import { SearchField, SegmentedControl } from '../../../components/Choices.tsx';
import { DataTable } from '../../../components/DataTable.tsx';
import { EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import { AdvertPage } from './AdvertPage.tsx';
import { ADVERT_COLUMNS, advertCard } from './advert-columns.tsx';
import { advertMatches, byOrder } from './advert-words.ts';
import './bluetooth.css';
import { RadioList } from './RadioList.tsx';
import { useActiveScan } from './use-scan.ts';

const rowId = (advert: AdvertView): string => advert.id;

function AdvertList(): ReactNode {
  const table = useRows('adverts');
  const radioTable = useRows('radios');
  const [search, setSearch] = useState('');
  const { settings } = useConsole();
  const askNames = useStore(settings, (s) => s.askNames);
  const radios = rowsOf(radioTable);
  const isThere = radios.some(({ state }) => state !== 'not-available');
  useActiveScan(isThere);
  const rows = useMemo(() => rowsOf(table), [table]);
  const shown = useMemo(() => rows.filter((advert) => advertMatches(advert, search)).sort(byOrder('signal')), [rows, search]);
  return (
    <ToolFrame current="bluetooth" fill>
      {radioTable.status === 'loading' ? <Skeleton rows={1} /> : <RadioList radios={radios} />}
      {isThere && (
        <>
          <div className="tool-head">
            <div className="tool-search">
              <SearchField label={text.search} value={search} onChange={setSearch} />
            </div>
            <span className="grow" />
            <SegmentedControl
              label={text.scan}
              value={askNames ? 'on' : 'off'}
              choices={(['on', 'off'] as const).map((value) => ({ value, label: text.scans[value] }))}
              onChange={(choice) => settings.setState({ askNames: choice === 'on' })}
            />
          </div>
          <div className="sheet sheet-fill">
            {table.status === 'loading' ? (
              <Skeleton rows={5} />
            ) : shown.length === 0 ? (
              <EmptyNotice {...(rows.length === 0 ? { title: text.none, body: text.noneBody } : { title: text.noMatch })} />
            ) : (
              <DataTable
                label={text.table}
                rows={shown}
                columns={ADVERT_COLUMNS}
                rowId={rowId}
                rowHeight={64}
                card={advertCard}
                cardHeight={104}
              />
            )}
          </div>
          <p className="small muted">{text.scanHint}</p>
        </>
      )}
    </ToolFrame>
  );
}

/** What is heard over the air: `#/tools/bluetooth`, and one device: `#/tools/bluetooth/<address>`. */
export function BluetoothTab(props: { address: string | null }): ReactNode {
  return props.address === null ? <AdvertList /> : <AdvertPage key={props.address} address={props.address} />;
}
