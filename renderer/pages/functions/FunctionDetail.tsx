import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Button } from '../../components/Button.tsx';
import { EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { go } from '../../hooks/use-route.ts';
import { useRow, useStatus } from '../../hooks/use-table.ts';
import { formatDuration } from '../../text/format.ts';
import { states, functionDetail as text } from '../../text/functions.ts';
import { CodeTab } from './CodeTab.tsx';
import { Commands } from './Commands.tsx';
import { ErrorsTab } from './ErrorsTab.tsx';
import { FailedEventPage } from './FailedEventPage.tsx';
import { FailedEvents } from './FailedEvents.tsx';
import './function-detail.css';
import { type FunctionTab, FunctionTabs, isTab } from './FunctionTabs.tsx';
import { NowTab } from './NowTab.tsx';
import { STATE_TONE } from './state.ts';
import { TryTab } from './TryTab.tsx';

function Head(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const now = useNow();
  return (
    <div className="page-head">
      <BackLink href="#/functions" label={text.back} />
      <div className="grow function-title">
        <h1 className="clip">{row.name}</h1>
        <p className="row">
          <StateBadge tone={STATE_TONE[row.state]} label={states[row.state]} size="s" />
          <span className="small muted num clip">
            {text.since(formatDuration(now - row.since))}, {text.lifetimes[row.lifetime]}, {text.isolations[row.isolation]}
          </span>
        </p>
      </div>
      <Commands row={row} />
    </div>
  );
}

/** What a state that is not "running" means, and what to do. */
function StateNotice(props: { row: FunctionView }): ReactNode {
  const { state } = props.row;
  if (state === 'parked') return <ErrorNotice what={text.parkedWhat} meaning={text.parkedMeaning} remedy={text.parkedRemedy} />;
  if (state === 'restarting') {
    return <ErrorNotice tone="warn" what={text.restartingWhat} meaning={text.restartingMeaning} remedy={text.restartingRemedy} />;
  }
  if (state === 'paused') {
    return <ErrorNotice tone="check" what={text.pausedWhat} meaning={text.pausedMeaning} remedy={text.pausedRemedy} />;
  }
  return null;
}

function Content(props: { row: FunctionView; tab: FunctionTab; query: URLSearchParams }): ReactNode {
  const { row } = props;
  switch (props.tab) {
    case 'now':
      return (
        <>
          {row.description !== '' && <p className="muted">{row.description}</p>}
          <StateNotice row={row} />
          <NowTab row={row} />
        </>
      );
    case 'errors':
      return <ErrorsTab name={row.name} />;
    case 'failed':
      return <FailedEvents row={row} />;
    case 'try':
      return (
        <>
          <StateNotice row={row} />
          <TryTab key={row.name} row={row} chosen={props.query.get('event')} />
        </>
      );
    case 'code':
      return <CodeTab row={row} />;
  }
}

/** One function: `#/functions/<name>`, and its parts `/errors`, `/failed`, `/failed/<id>`, `/try?event=<saved event>`, `/code`. */
export function FunctionDetail(props: { rest: readonly string[]; query: URLSearchParams }): ReactNode {
  const [name = '', part = 'now', id] = props.rest;
  const row = useRow('functions', name);
  const status = useStatus('functions');
  if (status === 'loading') return <Skeleton rows={8} />;
  if (!row) {
    return (
      <EmptyNotice
        page
        title={text.unknown}
        body={text.unknownBody(name)}
        action={<Button onClick={() => go('functions')}>{text.back}</Button>}
      />
    );
  }
  const tab = isTab(part) ? part : 'now';
  if (tab === 'failed' && id !== undefined) return <FailedEventPage name={name} id={id} />;
  return (
    <div className={tab === 'failed' ? 'page page-fill' : 'page'}>
      <Head row={row} />
      <FunctionTabs row={row} current={tab} />
      <Content row={row} tab={tab} query={props.query} />
    </div>
  );
}
