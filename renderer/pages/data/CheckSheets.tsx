import type { ReactNode } from 'react';
import type { StorageView } from '../../../core/contract/outbox-views.ts';
import { Ago, ErrorNotice } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import type { Tone } from '../../components/tone.ts';
import { formatCount, formatDateTime, formatDuration, formatMillis } from '../../text/format.ts';
import { storage as text } from '../../text/storage.ts';

const CHECK_TONE: Readonly<Record<StorageView['check']['state'], Tone>> = {
  waiting: 'starting',
  running: 'starting',
  sound: 'normal',
  damaged: 'fault',
  failed: 'warn',
};

function Salvage(props: { salvage: StorageView['salvage'] }): ReactNode {
  const { salvage } = props;
  if (salvage === null) return <p className="muted">{text.salvageNone}</p>;
  const saved = formatCount(salvage.salvaged);
  if (salvage.state === 'running')
    return <ErrorNotice tone="warn" what={text.salvageRunning} meaning={text.salvageRunningMeaning(saved)} at={salvage.at} />;
  const nothingLost = salvage.lost === 0 && salvage.exact;
  return (
    <>
      <ErrorNotice
        tone={nothingLost ? 'care' : 'warn'}
        what={text.salvageDone}
        meaning={nothingLost ? text.salvageNothing(saved) : text.salvageLost(saved, formatCount(salvage.lost), salvage.exact)}
        remedy={text.salvageRemedy}
        at={salvage.at}
      />
      <p className="small">
        {text.salvageFile} <span className="mono data-topic">{salvage.file}</span>
      </p>
    </>
  );
}

/** Whether the databases are sound, and what a damaged one cost. */
export function CheckSheet(props: { storage: StorageView }): ReactNode {
  const { check, salvage } = props.storage;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.check}</h2>
      </header>
      <div className="sheet-body stack">
        <div className="row row-wrap">
          <StateBadge tone={CHECK_TONE[check.state]} label={text.checkStates[check.state]} />
          {check.at !== null && (
            <span className="small muted">
              <Ago at={check.at} />
            </span>
          )}
        </div>
        {check.state === 'failed' && <ErrorNotice tone="warn" what={text.checkFailed} remedy={text.checkFailedRemedy} />}
        <Salvage salvage={salvage} />
      </div>
    </section>
  );
}

/** How far the clock is off, no more exactly than it is known: whole milliseconds. */
function offWords(aheadMs: number): string {
  const span = Math.abs(aheadMs);
  const words = span < 1000 ? `${formatCount(span)} ms` : span < 60_000 ? formatMillis(span) : formatDuration(span);
  return text.offWords(words, aheadMs >= 0);
}

/** How far the clock can be trusted, and what it did. */
export function ClockSheet(props: { time: StorageView['time'] }): ReactNode {
  const { time } = props;
  const by = time.by === '' ? text.nobody : (text.sources[time.by] ?? time.by);
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.clock}</h2>
      </header>
      <div className="sheet-body stack">
        <div>
          <StateBadge tone={time.trust === 'never' ? 'warn' : 'normal'} label={text.trust[time.trust]} />
          {text.trustMeaning[time.trust] !== '' && <p className="small muted">{text.trustMeaning[time.trust]}</p>}
        </div>
        <dl className="facts">
          <dt>{text.since}</dt>
          <dd>
            <Ago at={time.since} />
          </dd>
          <dt>{text.by}</dt>
          <dd>{by}</dd>
          <dt>{text.off}</dt>
          <dd className="num">
            {time.aheadMs === undefined ? <span className="muted">{text.offUnknown}</span> : offWords(time.aheadMs)}
          </dd>
          <dt>{text.jump}</dt>
          <dd className="num">
            {time.jump === null ? (
              <span className="muted">{text.noJump}</span>
            ) : (
              <>
                {text.jumpWords(formatDuration(Math.abs(time.jump.byMs)), time.jump.byMs > 0)}{' '}
                <span className="muted">({formatDateTime(time.jump.at)})</span>
              </>
            )}
          </dd>
          <dt>{text.redated}</dt>
          <dd className="num">{text.redatedWords(formatCount(time.redated))}</dd>
        </dl>
      </div>
    </section>
  );
}
