import type { ReactNode } from 'react';
import type { CertificateView } from '../../../core/contract/outbox-views.ts';
import { reasonWords } from '../../../core/contract/outbox-words.ts';
import { ErrorNotice } from '../../components/Notices.tsx';
import { certificate as text } from '../../text/certificates.ts';
import { formatBytes, formatCount, formatDateTime, formatDuration } from '../../text/format.ts';
import { sourceWords, sumOf } from '../../text/outbox-words.ts';
import { certifiedCount } from './CertificateList.tsx';

/** What became of the messages, in one sentence. */
export function summaryOf(row: CertificateView): string {
  const { summary } = text;
  const count = certifiedCount(row);
  const dropped = sumOf(row.dropped);
  if (row.state === 'open') return summary.open(formatCount(row.delivered), formatCount(row.waitingAfter));
  if (!row.balanced) return summary.unbalanced;
  const first =
    dropped === 0 && row.deadLettered === 0
      ? row.waitingAfter === 0
        ? summary.whole(formatCount(count))
        : summary.mostly(formatCount(row.delivered), formatCount(count))
      : summary.lossy(formatCount(row.delivered), formatCount(count), formatCount(dropped), formatCount(row.deadLettered));
  return row.waitingAfter === 0 ? first : `${first} ${summary.rest(formatCount(row.waitingAfter))}`;
}

function Outage(props: { row: CertificateView }): ReactNode {
  const { row } = props;
  const { facts } = text;
  const when = (at: number | null): string => (at === null ? text.notYet : formatDateTime(at));
  return (
    <section>
      <h2>{text.outage}</h2>
      <dl className="facts">
        <dt>{facts.gateway}</dt>
        <dd>{row.gateway}</dd>
        <dt>{facts.endpoint}</dt>
        <dd className="mono">{row.endpoint}</dd>
        <dt>{facts.from}</dt>
        <dd className="num">{when(row.from)}</dd>
        <dt>{facts.restored}</dt>
        <dd className="num">{when(row.restoredAt)}</dd>
        <dt>{facts.to}</dt>
        <dd className="num">{when(row.to)}</dd>
        <dt>{facts.offline}</dt>
        <dd className="num">{formatDuration(row.offlineMs)}</dd>
        <dt>{facts.drain}</dt>
        <dd className="num">{row.drainMs === null ? text.notYet : formatDuration(row.drainMs)}</dd>
        <dt>{facts.cause}</dt>
        <dd>{row.cause?.message ?? '–'}</dd>
        <dt>{facts.restarts}</dt>
        <dd className="num">{formatCount(row.restarts)}</dd>
        <dt>{facts.clock}</dt>
        <dd>{text.clocks[row.clockTrust]}</dd>
      </dl>
    </section>
  );
}

function Line(props: { label: string; value: number; sum?: boolean }): ReactNode {
  return (
    <>
      <dt data-sum={props.sum || undefined}>{props.label}</dt>
      <dd className="num" data-sum={props.sum || undefined}>
        {formatCount(props.value)}
      </dd>
    </>
  );
}

/** Both sides of the books beside each other. */
function Counts(props: { row: CertificateView }): ReactNode {
  const { row } = props;
  const dropped = sumOf(row.dropped);
  const out = row.delivered + row.deadLettered + dropped + row.waitingAfter;
  const reasons = Object.entries(row.dropped).filter(([, count]) => count > 0);
  return (
    <section>
      <h2>{text.counts}</h2>
      <div className="certificate-sides">
        <dl className="certificate-side">
          <Line label={text.waitingBefore} value={row.waitingBefore} />
          <Line label={text.accepted} value={row.accepted} />
          <Line label={text.inSum} value={certifiedCount(row)} sum />
        </dl>
        <dl className="certificate-side">
          <Line label={text.delivered} value={row.delivered} />
          <Line label={text.dropped} value={dropped} />
          <Line label={text.refused} value={row.deadLettered} />
          <Line label={text.waitingAfter} value={row.waitingAfter} />
          <Line label={text.outSum} value={out} sum />
        </dl>
      </div>
      {reasons.length > 0 && (
        <p className="small">
          {text.dropped}: {reasons.map(([reason, count]) => `${formatCount(count)} ${reasonWords(reason)}`).join(', ')}.
        </p>
      )}
      {row.balanced ? (
        <p>{text.balanced}</p>
      ) : (
        <ErrorNotice
          what={text.unbalanced}
          meaning={text.unbalancedMeaning(formatCount(Math.abs(certifiedCount(row) - out)))}
          remedy={text.unbalancedRemedy}
        />
      )}
      <dl className="facts">
        <dt>{text.highest}</dt>
        <dd className="num">{text.backlog(formatCount(row.highestBacklog.messages), formatBytes(row.highestBacklog.bytes))}</dd>
        <dt>{text.duplicates}</dt>
        <dd className="num">
          {formatCount(row.duplicatesPossible)}
          {row.duplicatesPossible > 0 && <p className="small muted">{text.duplicatesHint}</p>}
        </dd>
      </dl>
    </section>
  );
}

type SourceRange = CertificateView['sources'][number];

const rangeOf = (one: { first: number; last: number }): string => text.range(formatCount(one.first), formatCount(one.last));

function Gaps(props: { source: SourceRange }): ReactNode {
  if (props.source.gaps.length === 0) return <span className="muted">{text.complete}</span>;
  return (
    <ul>
      {props.source.gaps.map((gap) => (
        <li key={`${gap.first}-${gap.reason}`}>{text.gap(rangeOf(gap), formatCount(gap.count), reasonWords(gap.reason))}</li>
      ))}
    </ul>
  );
}

function Ranges(props: { row: CertificateView }): ReactNode {
  const { row } = props;
  const { rangeColumns: head } = text;
  const isWhole = row.state === 'complete' && row.waitingAfter === 0 && !row.abridged;
  return (
    <section>
      <h2>{text.ranges}</h2>
      <p className="small muted">
        {text.rangesHint} {isWhole && text.rangesWhole}
      </p>
      {row.sources.length === 0 ? (
        <p>{text.noSources}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <section className="plain-table-area" tabIndex={0} aria-label={text.ranges}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{head.source}</th>
                <th scope="col">{head.range}</th>
                <th scope="col" data-align="end">
                  {head.count}
                </th>
                <th scope="col">{head.missing}</th>
              </tr>
            </thead>
            <tbody>
              {row.sources.map((source) => (
                <tr key={source.source}>
                  <th scope="row">{sourceWords(source.source)}</th>
                  <td className="num">{rangeOf(source)}</td>
                  <td className="num" data-align="end">
                    {formatCount(source.last - source.first + 1)}
                  </td>
                  <td className="num">
                    <Gaps source={source} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {row.abridged && <p className="small">{text.abridged}</p>}
    </section>
  );
}

/** The certificate as it is printed. */
export function CertificateDocument(props: { row: CertificateView }): ReactNode {
  const { row } = props;
  return (
    <article className="sheet certificate">
      <header className="certificate-title">
        <div className="grow">
          <h1>{text.title}</h1>
          <p className="muted">{row.site}</p>
        </div>
        <p className="num">{text.number(row.id)}</p>
      </header>
      <p className="certificate-summary num">{summaryOf(row)}</p>
      <div className="certificate-columns">
        <Outage row={row} />
        <Counts row={row} />
      </div>
      <Ranges row={row} />
      <section>
        <h2>{text.hash}</h2>
        {row.hash === null ? (
          <p className="muted">{text.hashOpen}</p>
        ) : (
          <>
            <p className="mono certificate-hash">{row.hash}</p>
            <p className="small muted">{text.hashHint}</p>
          </>
        )}
      </section>
    </article>
  );
}
