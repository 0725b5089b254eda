import type { ReactNode } from 'react';
import type { GatewayView } from '../../../core/contract/views.ts';
import { ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { useRow } from '../../hooks/use-table.ts';
import { formatCount } from '../../text/format.ts';
import { overview } from '../../text/overview.ts';
import type { PageProps } from '../page.ts';
import { AlarmSheet } from './AlarmSheet.tsx';
import { AttentionList } from './AttentionList.tsx';
import { CloudSheet } from './CloudSheet.tsx';
import './overview.css';
import { DeploymentTile, DevicesTile, FunctionsTile, SystemTile } from './tiles.tsx';

/** Faults of the gateway itself, above everything else. */
function GatewayFaults(props: { gateway: GatewayView }): ReactNode {
  const { store, broker, books } = props.gateway;
  const text = overview.faults;
  const dropped = Object.values(books.dropped).reduce((sum, count) => sum + count, 0);
  const gap = Math.abs(books.in - books.out - books.waiting - dropped);
  return (
    <>
      {store.health !== 'ok' && (
        <ErrorNotice
          what={store.lastError?.message ?? text.store[store.health]}
          meaning={text.storeMeaning}
          remedy={store.lastError?.remedy ?? text.storeRemedy}
        />
      )}
      {broker.lastFault && (
        <ErrorNotice what={broker.lastFault.message} remedy={broker.lastFault.remedy} at={broker.lastFault.at} tone="warn" />
      )}
      {!books.balanced && (
        <ErrorNotice what={text.books} meaning={text.booksMeaning(formatCount(gap))} remedy={text.booksRemedy} tone="warn" />
      )}
    </>
  );
}

/** Is the site all right, and what needs me? */
export function OverviewPage(_props: PageProps): ReactNode {
  const gateway = useRow('gateway', 'gateway');
  if (!gateway) return <Skeleton rows={8} />;
  return (
    <div className="page overview">
      <h1 className="visually-hidden">{overview.title}</h1>
      <GatewayFaults gateway={gateway} />
      <div className="overview-top">
        <CloudSheet gateway={gateway} />
        <div className="overview-tiles">
          <DevicesTile counts={gateway.devices} />
          <FunctionsTile counts={gateway.functions} />
          <DeploymentTile deployment={gateway.deployment} />
          <SystemTile gateway={gateway} />
        </div>
      </div>
      <div className="overview-bottom">
        <AlarmSheet />
        <AttentionList />
      </div>
    </div>
  );
}
