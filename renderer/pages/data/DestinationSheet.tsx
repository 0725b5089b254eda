import type { ReactNode } from 'react';
import type { StorageView } from '../../../core/contract/outbox-views.ts';
import { Ago, EmptyNotice } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { LINK_TONE } from '../../components/tone.ts';
import { useNow } from '../../hooks/use-now.ts';
import { formatCount, formatDuration } from '../../text/format.ts';
import { frame } from '../../text/frame.ts';
import { storage as text } from '../../text/storage.ts';
import { rateWords } from './why-waiting.ts';

/** Where messages go: the state of each line, what is on the way, and its last fault. */
export function DestinationSheet(props: { destinations: StorageView['destinations'] }): ReactNode {
  const { destinations } = props;
  const now = useNow();
  const { destinationColumns: head } = text;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.destinations}</h2>
      </header>
      {destinations.length === 0 ? (
        <EmptyNotice title={text.noDestinations} body={text.noDestinationsBody} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <section className="plain-table-area" tabIndex={0} aria-label={text.destinations}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{head.name}</th>
                <th scope="col">{head.state}</th>
                <th scope="col">{head.flight}</th>
                <th scope="col">{head.duplicates}</th>
                <th scope="col">{head.fault}</th>
              </tr>
            </thead>
            <tbody>
              {destinations.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    {one.id}
                    <p className="small muted mono">{one.endpoint}</p>
                  </th>
                  <td className="num">
                    <StateBadge tone={LINK_TONE[one.state]} label={frame.cloud.states[one.state]} size="s" />
                    <p className="small muted">{frame.cloud.since(formatDuration(now - one.since))}</p>
                  </td>
                  <td className="num">
                    {text.flight(formatCount(one.inFlight), formatCount(one.window))}
                    <p className="small muted">{text.flightHint}</p>
                    {one.rate && <p className="small muted">{text.limited(rateWords(one.rate))}</p>}
                  </td>
                  <td className="num">{formatCount(one.duplicatesPossible)}</td>
                  <td>
                    {one.lastError === null ? (
                      <span className="muted">{text.noFault}</span>
                    ) : (
                      <>
                        {one.lastError.message}
                        <p className="small muted">
                          {one.lastError.remedy} (<Ago at={one.lastError.at} />)
                        </p>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
