import { type ReactNode, useEffect, useState } from 'react';
import type { Draft, TryView } from '../../../../core/contract/commission-views.ts';
import { Button } from '../../../components/Button.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { Ago, ErrorNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { QUALITY_TONE } from '../../../components/PointValue.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { rowsOf, useWatch } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';
import { tryIt as text } from '../../../text/add-device.ts';
import { quality } from '../../../text/common.ts';
import { formatCount, formatValue } from '../../../text/format.ts';
import { needsKey } from './bind-key.ts';
import { pointsOf } from './draft.ts';
import { KeyBox } from './KeyBox.tsx';
import { NothingChosen, StepHead } from './StepHead.tsx';
import { goStep, useAdding } from './use-adding.ts';
import { useLineSession } from './use-line-session.ts';

const TONE = { opening: 'starting', running: 'normal', failed: 'fault', closed: 'starting' } as const;

function Readings(props: { readings: TryView['readings']; draft: Draft }): ReactNode {
  const decimals = new Map(pointsOf(props.draft).map((point) => [point.name, point.decimals]));
  return (
    <ul className="try-values">
      {props.readings.map((reading) => (
        <li key={reading.point}>
          <span className="grow">
            <span className="try-label">{reading.label}</span>
            <span className="small muted">{reading.note ?? (reading.at === null ? text.waiting : <Ago at={reading.at} />)}</span>
          </span>
          {reading.quality !== 'good' && reading.at !== null && (
            <StateBadge tone={QUALITY_TONE[reading.quality]} label={quality[reading.quality]} size="s" />
          )}
          <span className="try-value num">
            <strong>{formatValue(reading.value, decimals.get(reading.point) ?? null)}</strong>{' '}
            <span className="muted">{reading.unit}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Trial(props: { session: string; draft: Draft; onVerdict: (fine: boolean) => void; onAgain: () => void }): ReactNode {
  const { onVerdict } = props;
  const table = useWatch('tries', { session: props.session });
  const row = rowsOf(table)[0];
  const bad = row?.readings.filter((one) => one.quality !== 'good').length ?? 0;
  const isFine = table.status === 'live' && row?.state === 'running' && bad === 0;
  useEffect(() => onVerdict(isFine), [onVerdict, isFine]);
  if (!row) {
    if (table.status === 'loading') return <Skeleton rows={5} />;
    return (
      <ErrorNotice
        tone="warn"
        what={text.lost}
        meaning={text.lostBody}
        action={<Button onClick={props.onAgain}>{text.again}</Button>}
      />
    );
  }
  const faults = Object.values(row.faults).reduce((sum, count) => sum + count, 0);
  return (
    <>
      {row.lastError && (row.state === 'failed' || bad > 0) && (
        <ErrorNotice
          what={row.lastError.message}
          remedy={row.lastError.remedy}
          at={row.lastError.at}
          tone={row.state === 'failed' ? 'fault' : 'warn'}
          {...(row.state === 'failed' ? { action: <Button onClick={props.onAgain}>{text.again}</Button> } : {})}
        />
      )}
      <section className="sheet">
        <header className="sheet-head">
          <h2>{text.values}</h2>
          <StateBadge tone={TONE[row.state]} label={text.states[row.state]} size="s" />
          <span className="grow" />
          <span className="small muted num">
            {text.polls(formatCount(row.polls))}
            {faults > 0 && `, ${text.faults(formatCount(faults))}`}
          </span>
        </header>
        <Readings readings={row.readings} draft={props.draft} />
        {row.readings.length > 0 && (
          <p className="try-verdict" role="status">
            {bad === 0 ? text.fine : text.notFine(bad)}
          </p>
        )}
      </section>
    </>
  );
}

function Try(props: { draft: Draft }): ReactNode {
  const { draft } = props;
  const adding = useAdding();
  const { api } = useConsole();
  const { agreedBy, bindKey, replaces } = adding;
  const isLocked = needsKey(draft) && bindKey === '' && replaces === null;
  const key = bindKey === '' ? {} : { bindKey };
  const [skipped, setSkipped] = useState(false);
  const [isFine, setFine] = useState(false);
  const line = useLineSession(
    agreedBy !== '' && !skipped && !isLocked,
    () => api.call('commission.try', { draft, ...key, by: agreedBy, consent: true }),
    (session) => api.call('commission.try-end', { session }),
  );
  return (
    <div className="page">
      <StepHead
        step="try"
        title={text.title}
        actions={
          <Button kind={isFine ? 'primary' : 'plain'} disabled={line.id === null} onClick={() => goStep('save')}>
            {isFine ? text.right : text.allTheSame}
          </Button>
        }
      />
      {!isLocked && <p className="muted">{text.intro}</p>}
      {needsKey(draft) && <KeyBox draft={draft} />}
      {line.problem && (
        <ProblemNotice
          problem={line.problem}
          action={
            <div className="row">
              <Button onClick={() => goStep('save')}>{text.skip}</Button>
              <Button kind="primary" onClick={line.again}>
                {text.again}
              </Button>
            </div>
          }
        />
      )}
      {line.id !== null && <Trial session={line.id} draft={draft} onVerdict={setFine} onAgain={line.again} />}
      {line.id === null && !line.problem && agreedBy !== '' && !isLocked && <Skeleton rows={5} />}
      {agreedBy === '' && !skipped && !isLocked && (
        <ConsentSheet
          title={text.consentTitle}
          effects={text.consent}
          action={text.consentAction}
          onAgree={(by) => adding.set({ agreedBy: by })}
          onClose={() => setSkipped(true)}
        />
      )}
      {isLocked && (
        <div className="row">
          <Button onClick={() => goStep('save')}>{text.skip}</Button>
        </div>
      )}
      {skipped && !isLocked && (
        <div className="row">
          <Button onClick={() => setSkipped(false)}>{text.again}</Button>
          <Button onClick={() => goStep('save')}>{text.skip}</Button>
        </div>
      )}
    </div>
  );
}

/** The device runs as it will, before it is saved. */
export function TryPage(): ReactNode {
  const { draft } = useAdding();
  return draft === null ? <NothingChosen /> : <Try draft={draft} />;
}
