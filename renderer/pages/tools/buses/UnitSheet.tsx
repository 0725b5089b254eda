import type { ReactNode } from 'react';
import type { BusUnitView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { Ago, ErrorNotice } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { useNow } from '../../../hooks/use-now.ts';
import { href } from '../../../hooks/use-route.ts';
import { buses as text } from '../../../text/buses.ts';
import { common } from '../../../text/common.ts';
import { formatAgo, formatCount, formatMillis } from '../../../text/format.ts';
import { unitWord, VERDICT_TONE } from './bus-words.ts';
import { FaultTimeline } from './FaultTimeline.tsx';
import { Histogram } from './Histogram.tsx';

/** One unit: what is wrong with it and why, how fast it answers, and its counts. */
export function UnitSheet(props: { unit: BusUnitView; onClose: () => void }): ReactNode {
  const { unit } = props;
  const now = useNow();
  const probe = useCall('bus.probe', { done: text.probed });
  const { verdict } = unit;
  const words = text.facts;
  const counts: readonly (readonly [string, string])[] = [
    [words.requests, formatCount(unit.requests)],
    [words.answers, formatCount(unit.answers)],
    [words.timeouts, formatCount(unit.timeouts)],
    [words.crc, formatCount(unit.crcErrors)],
    [words.framing, formatCount(unit.framingErrors)],
    [words.late, formatCount(unit.lateAnswers)],
    [words.twice, formatCount(unit.duplicateAnswers)],
    [words.wrong, formatCount(unit.wrongUnit)],
    [words.exceptions, formatCount(unit.exceptions)],
    [words.parked, formatCount(unit.parkedTimes)],
    [words.most, unit.answers === 0 ? '–' : formatMillis(unit.responseMs.max)],
  ];
  return (
    <Dialog
      open
      side
      title={text.unit(unit.unit)}
      onClose={props.onClose}
      actions={
        <>
          {unit.state === 'parked' && (
            <Button kind="primary" busy={probe.busy} onClick={() => void probe.run({ bus: unit.bus, unit: unit.unit })}>
              {text.probe}
            </Button>
          )}
          <Button onClick={props.onClose}>{common.close}</Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="stack" tabIndex={0} aria-label={text.unitDetails(unit.unit)}>
        <div className="row row-wrap">
          <StateBadge tone={VERDICT_TONE[verdict.state]} label={unitWord(unit)} />
          <span className="small muted">
            <Ago at={unit.since} />
          </span>
          {unit.nextProbeAt !== null && (
            <span className="small">
              {text.nextProbe} <span className="num">{formatAgo(unit.nextProbeAt, now)}</span>
            </span>
          )}
        </div>
        <ErrorNotice
          tone={VERDICT_TONE[verdict.state]}
          what={verdict.finding}
          meaning={verdict.cause === '' ? '' : `${text.cause}: ${verdict.cause}`}
          remedy={verdict.remedy}
        />
        <section className="stack">
          <h3>{text.histogram}</h3>
          <Histogram counts={unit.histogram} />
        </section>
        <section className="stack">
          <h3>{text.timeline}</h3>
          <FaultTimeline bus={unit.bus} unit={unit.unit} />
        </section>
        <dl className="facts">
          <dt>{words.devices}</dt>
          <dd>
            {unit.devices.length === 0
              ? text.noDevice
              : unit.devices.map((device, i) => (
                  <span key={device}>
                    {i > 0 && ', '}
                    <a href={href('devices', device)}>{device}</a>
                  </span>
                ))}
          </dd>
          {counts.map(([name, value]) => [
            <dt key={`${name} name`}>{name}</dt>,
            <dd key={name} className="num">
              {value}
            </dd>,
          ])}
        </dl>
      </section>
    </Dialog>
  );
}
