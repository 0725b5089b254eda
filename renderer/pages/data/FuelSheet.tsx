import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal';
import type { ReactNode } from 'react';
import type { OutboxStreamView, StorageView } from '../../../core/contract/outbox-views.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNotice } from '../../components/Notices.tsx';
import { StateIcon } from '../../components/StateBadge.tsx';
import '../../components/tile.css';
import { limitSpan, outboxPromise } from '../../../core/contract/outbox-words.ts';
import { limits, fuel as text } from '../../text/data.ts';
import { formatBytes, formatCount, formatPercent } from '../../text/format.ts';
import { aboutSpan } from '../../text/outbox-words.ts';
import { type Fuel, fuelOf } from './fuel.ts';
import { nameOfStream, streamName } from './stream-columns.tsx';

const HOUR = 3_600_000;
/** Less than a minute is as good as nothing. */
const LEAST_HOURS = 1 / 60;

/** Too little was seen yet; where enough was and `hours` is null, nothing limits it. */
const isUnknown = (fuel: StorageView['fuel']): boolean => fuel.hours === null && fuel.overHours < LEAST_HOURS;

/** The one sentence that answers: how long can this gateway be without the cloud? */
export function fuelSentence(storage: StorageView): string {
  const { hours } = storage.fuel;
  if (isUnknown(storage.fuel)) return text.unknown;
  if (hours === null) return text.endless;
  if (hours < LEAST_HOURS) return text.over;
  const away = storage.destinations.some((one) => one.state === 'offline' || one.state === 'not-configured');
  return (away ? text.canMore : text.can)(aboutSpan(hours * HOUR));
}

function rateWords(storage: StorageView): string {
  const { messagesPerHour, bytesPerHour, overHours, stream, limitedBy } = storage.fuel;
  if (isUnknown(storage.fuel)) return text.unknownBody;
  const rate = text.rate(formatCount(messagesPerHour), formatBytes(bytesPerHour), aboutSpan(overHours * HOUR).replace(/^1 /, ''));
  const by = text.limitedBy[limitedBy](stream === null ? text.whole : text.stream(nameOfStream(stream)));
  return by === '' ? rate : `${rate} ${by}`;
}

/** What is dropped sooner, because its subscription says so; null where nothing is. */
function expiringWords({ expiring }: StorageView['fuel']): string | null {
  const [first, ...others] = expiring;
  if (!first) return null;
  return text.expiring(first.subscription, limitSpan(Math.round(first.hours * HOUR)), formatCount(others.length));
}

function Gauge(props: { fuel: Fuel }): ReactNode {
  const { left, tone } = props.fuel;
  const percent = formatPercent(Math.floor(left * 100));
  return (
    <div className="fuel-gauge" data-tone={tone}>
      <p className="fuel-left num">
        {text.left(percent)}
        <span className="fuel-word">
          {tone !== 'normal' && <StateIcon tone={tone} size={16} />}
          {text.words[tone]}
        </span>
      </p>
      <div className="fuel-bar" role="img" aria-label={text.gauge(percent)}>
        <span className="fuel-fill" style={{ width: `${left * 100}%` }} />
        <span className="fuel-ticks" aria-hidden="true" />
      </div>
      <p className="fuel-ends small muted" aria-hidden="true">
        <span>{text.emptyEnd}</span>
        <span>{text.fullEnd}</span>
      </p>
    </div>
  );
}

/** Which of them is full, and what its policy does now. */
function Full(props: { storage: StorageView; fuel: Fuel }): ReactNode {
  const { storage, fuel } = props;
  const { stream } = fuel;
  if (fuel.byAge) {
    const what = text.old(stream ? text.stream(streamName(stream)) : text.whole);
    return <ErrorNotice tone="fault" what={what} meaning={text.oldBody} />;
  }
  const policy = limits.policies[stream ? stream.whenFull : storage.whenFull].toLowerCase();
  const what = stream ? text.fullStream(streamName(stream)) : text.full;
  return <ErrorNotice tone="fault" what={what} meaning={text.fullBody(policy)} />;
}

/** The fuel gauge: how long without the cloud, what that is made from, what limits it, and how much room is left. */
export function FuelSheet(props: {
  storage: StorageView;
  streams: readonly OutboxStreamView[];
  onLimits: () => void;
}): ReactNode {
  const { storage } = props;
  const fuel = fuelOf(storage, props.streams);
  const sooner = expiringWords(storage.fuel);
  const waits = storage.count === 0 ? text.nothing : text.waiting(formatCount(storage.count), formatBytes(storage.bytes));
  return (
    <section className="tile fuel" data-tone={fuel.tone} aria-label={text.title}>
      <div className="fuel-main">
        <div className="fuel-words">
          <h2 className="fuel-sentence num">{fuelSentence(storage)}</h2>
          <p className="num">{rateWords(storage)}</p>
          {sooner !== null && <p className="num">{sooner}</p>}
          <p className="small muted num">
            {waits}. {outboxPromise(storage)}
          </p>
        </div>
        <div className="fuel-side">
          <Gauge fuel={fuel} />
          <Button icon={<SlidersHorizontal size={18} aria-hidden="true" />} onClick={props.onLimits}>
            {text.change}
          </Button>
        </div>
      </div>
      {storage.disk.short && <ErrorNotice tone="fault" what={text.short} meaning={text.shortBody} />}
      {!storage.disk.short && fuel.tone === 'fault' && <Full storage={storage} fuel={fuel} />}
    </section>
  );
}
