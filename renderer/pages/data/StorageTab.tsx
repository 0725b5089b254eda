import type { ReactNode } from 'react';
import { ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { useRow } from '../../hooks/use-table.ts';
import { storage as text } from '../../text/storage.ts';
import { CheckSheet, ClockSheet } from './CheckSheets.tsx';
import { DataTabs } from './DataTabs.tsx';
import { DestinationSheet } from './DestinationSheet.tsx';
import { DiskSheet, WearSheet } from './DiskSheets.tsx';

/** The disk and what is on it, what is written to it, whether the databases are sound, the clock, and the destinations. */
export function StorageTab(): ReactNode {
  const storage = useRow('storage', 'storage');
  return (
    <div className="page">
      <h1 className="visually-hidden">{text.title}</h1>
      <DataTabs current="storage" />
      {storage ? (
        <>
          {storage.check.state === 'damaged' && (
            <ErrorNotice
              what={text.checkDamaged}
              meaning={text.checkDamagedMeaning}
              remedy={text.checkDamagedRemedy}
              {...(storage.check.at === null ? {} : { at: storage.check.at })}
            />
          )}
          {storage.disk.short && <ErrorNotice what={text.short} meaning={text.shortMeaning} remedy={text.shortRemedy} />}
          {storage.time.trust === 'never' && (
            <ErrorNotice
              tone="warn"
              what={`${text.clock}: ${text.trust.never}`}
              meaning={text.trustMeaning.never}
              remedy={text.trustRemedy}
            />
          )}
          <div className="data-grid">
            <DiskSheet storage={storage} />
            <WearSheet storage={storage} />
            <CheckSheet storage={storage} />
            <ClockSheet time={storage.time} />
          </div>
          <DestinationSheet destinations={storage.destinations} />
        </>
      ) : (
        <Skeleton rows={8} />
      )}
    </div>
  );
}
